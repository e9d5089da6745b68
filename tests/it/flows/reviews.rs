//! The queue of what administrators decide, as page and as API.

use reqwest::Method;
use serde_json::{Value, json};
use shackbox::testkit::TestApp;

use crate::kit::{Caller, PASSWORD, send};

/// A station that lets people in by an administrator's word, with somebody who waits.
async fn waiting() -> (TestApp, Caller, Value) {
    let app = TestApp::with(&[("identity.signup", "approval")]).await;
    app.account("K6BP", true, PASSWORD).await;
    app.account("W1AW", false, PASSWORD).await;
    let guest = Caller::guest(&app);
    let ready = super::sign_up::ready(&guest).await;
    guest
        .post("/api/v1/signup", &super::sign_up::operator("DL1ABC", &ready))
        .await
        .expect(202);
    let admin = Caller::signed_in(&app, "K6BP").await;
    let open = admin.get("/api/v1/reviews").await.expect(200).json();
    let review = open["items"][0].clone();
    assert_eq!(
        (&review["kind"], &review["login"]),
        (&json!("sign_up"), &json!("DL1ABC"))
    );
    (app, admin, review)
}

async fn may_sign_in(app: &TestApp) -> bool {
    let sign_in = json!({"call": "DL1ABC", "password": PASSWORD});
    let reply = Caller::guest(app).post("/api/v1/session", &sign_in).await;
    reply.status == 200
}

#[tokio::test]
async fn who_signs_up_is_let_in_or_not_and_the_decision_can_be_taken_back() {
    let (app, admin, review) = waiting().await;
    let decision = format!("/api/v1/reviews/{}/decision", review["id"]);
    assert!(!may_sign_in(&app).await);
    admin
        .post(&decision, &json!({"accept": false}))
        .await
        .problem(422, "invalid");
    let refused = json!({"accept": false, "reason": "not a member of the club"});
    admin.post(&decision, &refused).await.expect(200);
    assert!(!may_sign_in(&app).await);
    admin
        .post(&decision, &json!({"accept": true}))
        .await
        .problem(409, "review_decided");

    let back = send(admin.request(Method::DELETE, &decision))
        .await
        .expect(200)
        .json();
    assert_eq!(back["state"], "open");
    admin.post(&decision, &json!({"accept": true})).await.expect(200);
    assert!(may_sign_in(&app).await);
    send(admin.request(Method::DELETE, &decision)).await.expect(200);
    assert!(!may_sign_in(&app).await, "what followed is taken back with it");
}

#[tokio::test]
async fn who_is_let_in_elsewhere_leaves_the_queue() {
    let (app, admin, review) = waiting().await;
    let user = format!("/api/v1/users/{}", review["account"]);
    admin.patch(&user, &json!({"disabled": false})).await.expect(200);
    let open = admin.get("/api/v1/reviews").await.expect(200).json();
    assert_eq!(open["items"], json!([]));
    let decided = admin
        .get("/api/v1/reviews?state=decided")
        .await
        .expect(200)
        .json();
    assert_eq!(decided["items"][0]["state"], "accepted");
    assert!(may_sign_in(&app).await);
}

#[tokio::test]
async fn the_queue_is_for_administrators_alone() {
    let (app, _, review) = waiting().await;
    let one = format!("/api/v1/reviews/{}", review["id"]);
    let (decision, withdraw) = (format!("{one}/decision"), format!("{one}/withdraw"));
    let verdict = json!({"accept": true});
    let member = Caller::signed_in(&app, "W1AW").await;
    let program = Caller::with_key(&app, app.key("W1AW", &["full"]).await);
    for caller in [&member, &program] {
        for path in ["/api/v1/reviews", &one] {
            assert_eq!(caller.get(path).await.status, 403, "{path}");
        }
        assert_eq!(caller.post(&decision, &verdict).await.status, 403);
        assert_eq!(caller.post(&withdraw, &json!({})).await.status, 403);
        assert_eq!(caller.delete(&decision).await.status, 403);
    }
    assert_eq!(member.get("/admin/review").await.status, 403);
    let guest = Caller::guest(&app);
    guest.get("/api/v1/reviews").await.problem(401, "unauthenticated");
    assert!(!may_sign_in(&app).await);
    let page = member.get("/settings").await.expect(200).text;
    assert!(
        !page.contains("class=\"count\""),
        "what waits is told to administrators alone"
    );
}

#[tokio::test]
async fn the_page_decides_counts_and_takes_back() {
    let (app, admin, review) = waiting().await;
    let page = admin.get("/admin/review").await.expect(200).text;
    assert!(page.contains("Sign-up") && page.contains("DL1ABC"), "{page}");
    assert!(page.contains("class=\"count\">1<"), "{page}");
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap();
    let csrf = csrf.split('"').next().unwrap().to_owned();
    let form = async |what: &str, reason: &str| {
        let fields = [
            ("csrf", csrf.as_str()),
            ("id", &review["id"].to_string()),
            ("do", what),
            ("reason", reason),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let request = admin
            .without_csrf()
            .request(Method::POST, "/admin/review")
            .form(&fields);
        send(request).await
    };
    let unexplained = form("refuse", "").await.expect(422);
    assert!(
        unexplained.text.contains("needs a reason"),
        "{}",
        unexplained.text
    );
    form("accept", "welcome").await.expect(200);
    assert!(may_sign_in(&app).await);
    let page = admin.get("/admin/review").await.expect(200).text;
    assert!(
        page.contains("Nothing to decide") && page.contains("Take back"),
        "{page}"
    );
    assert!(!page.contains("class=\"count\""), "{page}");
    form("reopen", "").await.expect(200);
    assert!(!may_sign_in(&app).await);
}

#[tokio::test]
async fn administrators_hear_of_it_live() {
    let (app, admin, review) = waiting().await;
    let mut page = admin.socket("/websocket").await.unwrap();
    page.say(r#"{"event_name":"subscribe","data":{"channels":["reviews"],"last":1}}"#)
        .await;
    // What was opened before is replayed, then comes what happens.
    let mut states = Vec::new();
    let path = format!("/api/v1/reviews/{}/decision", review["id"]);
    admin.post(&path, &json!({"accept": true})).await.expect(200);
    while !states.contains(&json!("accepted")) {
        let news = page.next().await;
        let message = &news[0]["message"];
        if message["type"] == "review" {
            states.push(message["payload"]["state"].clone());
        }
    }
    let member = Caller::signed_in(&app, "W1AW").await;
    let mut stranger = member.socket("/websocket").await.unwrap();
    stranger
        .say(r#"{"event_name":"subscribe","data":{"channels":["reviews","jobs"]}}"#)
        .await;
    admin.delete(&path).await.expect(200);
    member
        .import(
            &app,
            "<CALL:5>K1ABC<QSO_DATE:8>20200101<TIME_ON:4>0100<BAND:3>20m<MODE:2>CW<EOR>",
        )
        .await;
    let first = stranger.next().await;
    assert_eq!(first[0]["channel"], "jobs", "{first}");
}
