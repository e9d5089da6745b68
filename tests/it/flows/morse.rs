//! Keying one's call: taken once, counted, worth little.

use std::time::Duration;

use serde_json::{Value, json};
use shackbox::testkit::TestApp;

use crate::kit::{Caller, PASSWORD};

const ASK: &str = "/api/v1/account/morse";
const ANSWER: &str = "/api/v1/account/morse/answer";
const W1AW: &str = ".-- .---- .- .--";

/// Downs and ups of a steady hand at 20 words a minute; `slip` 0 is a machine's.
fn keyed(pattern: &str, slip: u32) -> Value {
    let mut slips = [7, 1, 9, 4, 0, 6, 3].into_iter().cycle();
    let mut length = |units: u32| units * (600 + slip * slips.next().unwrap());
    let (mut now, mut times) = (0, Vec::new());
    for (at, sign) in pattern.chars().enumerate() {
        if sign == ' ' {
            now += length(2);
            continue;
        }
        if at > 0 {
            now += length(1);
        }
        times.push(now);
        now += length(if sign == '-' { 3 } else { 1 });
        times.push(now);
    }
    json!(times)
}

async fn started() -> (TestApp, Caller) {
    let app = TestApp::start().await;
    app.account("K6BP", true, PASSWORD).await;
    app.account("W1AW", false, PASSWORD).await;
    let member = Caller::signed_in(&app, "W1AW").await;
    (app, member)
}

/// A challenge, and the time it takes to key an answer.
async fn asked(app: &TestApp, member: &Caller) -> Value {
    let asked = member.post(ASK, &json!({})).await.expect(201).json();
    app.advance(Duration::from_secs(30));
    asked
}

#[tokio::test]
async fn a_call_keyed_by_hand_is_recorded_and_proves_no_call() {
    let (app, member) = started().await;
    let challenge = asked(&app, &member).await;
    assert_eq!(
        (&challenge["call"], &challenge["pattern"]),
        (&json!("W1AW"), &json!(W1AW))
    );
    let answer = json!({"nonce": challenge["nonce"], "times": keyed(W1AW, 12)});
    let sent = member.post(ANSWER, &answer).await.expect(200).json();
    assert_eq!(sent["marks"], 13);
    assert!((15.0..22.0).contains(&sent["wpm"].as_f64().unwrap()), "{sent}");

    let proofs = member
        .get("/api/v1/account/verifications")
        .await
        .expect(200)
        .json();
    let morse = |proofs: &Value| -> Vec<Value> {
        let items = proofs["items"].as_array().unwrap().iter();
        items
            .filter(|proof| proof["method"] == "morse")
            .cloned()
            .collect()
    };
    let recorded = morse(&proofs);
    assert_eq!(recorded.len(), 1);
    assert!(
        recorded[0]["evidence"].as_str().unwrap().contains("13 marks"),
        "{recorded:?}"
    );
    assert!(
        member
            .get("/verify/morse")
            .await
            .expect(200)
            .text
            .contains("keyed by hand")
    );

    let again = asked(&app, &member).await;
    let answer = json!({"nonce": again["nonce"], "times": keyed(W1AW, 9)});
    member.post(ANSWER, &answer).await.expect(200);
    let proofs = member
        .get("/api/v1/account/verifications")
        .await
        .expect(200)
        .json();
    assert_eq!(morse(&proofs).len(), 1, "keyed again it says no more");

    // Whoever only keyed has not proven the call.
    let admin = Caller::signed_in(&app, "K6BP").await;
    let id = recorded_account(&admin).await;
    admin
        .patch(&format!("/api/v1/users/{id}"), &json!({"verified": false}))
        .await
        .expect(200);
    let challenge = asked(&app, &member).await;
    let answer = json!({"nonce": challenge["nonce"], "times": keyed(W1AW, 9)});
    member.post(ANSWER, &answer).await.expect(200);
    let session = member.get("/api/v1/session").await.expect(200).json();
    assert_eq!(session["account"]["verified"], false);
}

async fn recorded_account(admin: &Caller) -> Value {
    let users = admin.get("/api/v1/users").await.expect(200).json();
    let users = users["items"].as_array().unwrap();
    users.iter().find(|user| user["call"] == "W1AW").unwrap()["id"].clone()
}

#[tokio::test]
async fn what_is_not_the_call_or_no_hand_s_is_refused_in_words() {
    let (app, member) = started().await;
    for (times, why) in [
        (keyed(".-- .---- .- .---", 12), "count"),
        (keyed(".-- .---- .- --.", 12), "order"),
        (keyed(W1AW, 0), "machine"),
        (json!([]), "bad"),
        (json!([0, 600, 500, 900]), "bad"),
        (json!([0, 600, 1200]), "bad"),
        (json!([0, 4_294_967_295_u32]), "bad"),
    ] {
        let challenge = asked(&app, &member).await;
        let answer = json!({"nonce": challenge["nonce"], "times": times});
        let problem = member.post(ANSWER, &answer).await.problem(422, "invalid");
        assert_eq!(problem["why"], why, "{problem}");
    }
    let challenge = asked(&app, &member).await;
    for times in [
        json!(vec![0; 401]),
        json!([-1, 5]),
        json!([0.5, 5]),
        json!("beep"),
    ] {
        let answer = json!({"nonce": challenge["nonce"], "times": times});
        let refused = member.post(ANSWER, &answer).await;
        assert!(matches!(refused.status.as_u16(), 400 | 422), "{}", refused.text);
    }
}

#[tokio::test]
async fn a_challenge_is_answered_once_in_time_and_by_whom_it_was_made_for() {
    let (app, member) = started().await;
    let challenge = asked(&app, &member).await;
    let wrong = json!({"nonce": challenge["nonce"], "times": keyed("....", 12)});
    member.post(ANSWER, &wrong).await.problem(422, "invalid");
    let right = json!({"nonce": challenge["nonce"], "times": keyed(W1AW, 12)});
    member.post(ANSWER, &right).await.problem(409, "stale_challenge");

    let challenge = asked(&app, &member).await;
    let other = Caller::signed_in(&app, "K6BP").await;
    let stolen = json!({"nonce": challenge["nonce"], "times": keyed(W1AW, 12)});
    other.post(ANSWER, &stolen).await.problem(409, "stale_challenge");

    let old = asked(&app, &member).await;
    asked(&app, &member).await;
    let answer = json!({"nonce": old["nonce"], "times": keyed(W1AW, 12)});
    member.post(ANSWER, &answer).await.problem(409, "stale_challenge");

    let late = asked(&app, &member).await;
    app.advance(Duration::from_mins(10));
    let answer = json!({"nonce": late["nonce"], "times": keyed(W1AW, 12)});
    member.post(ANSWER, &answer).await.problem(409, "stale_challenge");

    let fast = member.post(ASK, &json!({})).await.expect(201).json();
    let answer = json!({"nonce": fast["nonce"], "times": keyed(W1AW, 12)});
    member.post(ANSWER, &answer).await.problem(422, "invalid");
}

#[tokio::test]
async fn tries_are_counted_over_a_restart() {
    let (mut app, member) = started().await;
    let answer = json!({"nonce": "guess", "times": keyed(W1AW, 12)});
    for _ in 0..20 {
        member.post(ANSWER, &answer).await.problem(409, "stale_challenge");
    }
    member.post(ANSWER, &answer).await.problem(429, "rate_limited");
    app.restart().await;
    let member = member.at(&app);
    member.post(ANSWER, &answer).await.problem(429, "rate_limited");
    app.advance(Duration::from_mins(61));
    member.post(ANSWER, &answer).await.problem(409, "stale_challenge");
}

#[tokio::test]
async fn programs_do_not_key_and_guests_do_not_either() {
    let (app, _) = started().await;
    Caller::guest(&app)
        .post(ASK, &json!({}))
        .await
        .problem(401, "unauthenticated");
    let program = Caller::with_key(&app, app.key("W1AW", &["full"]).await);
    program
        .post(ASK, &json!({}))
        .await
        .problem(403, "session_required");
    let page = Caller::guest(&app).get("/verify/morse").await;
    assert!(
        page.status.is_redirection() || page.status == 200 && page.text.contains("login"),
        "{}",
        page.status
    );
}
