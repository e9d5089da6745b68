//! Who holds a callsign: proofs, and what happens to somebody who held it without one.

use serde_json::{Value, json};
use shackbox::testkit::TestApp;

use crate::kit::{Caller, qso};

/// An administrator, and members who only claim their calls.
async fn claimed(calls: &[&str]) -> (TestApp, Caller) {
    super::ladder::station(&[], calls).await
}

async fn user(admin: &Caller, call: &str) -> Value {
    let users = admin.get("/api/v1/users").await.expect(200).json();
    let found = users["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|user| user["call"] == call);
    found.unwrap_or_else(|| panic!("{call} in {users}")).clone()
}

#[tokio::test]
async fn whoever_proves_a_call_finds_no_stranger_s_contacts_under_it() {
    let (mut app, admin) = claimed(&["DL1ABC", "DL2XYZ"]).await;
    let squatter = Caller::signed_in(&app, "DL1ABC").await;
    squatter
        .post("/api/v1/logbook/qsos", &qso("JA1XYZ", "2026-11-21T09:32:02Z"))
        .await
        .expect(201);
    let (holder, claimant) = (user(&admin, "DL1ABC").await, user(&admin, "DL2XYZ").await);
    let path = format!("/api/v1/users/{}/claim", claimant["id"]);
    let claim = json!({"call": "DL1ABC", "note": "licence seen"});
    squatter.post(&path, &claim).await.problem(403, "forbidden");
    let done = admin.post(&path, &claim).await.expect(200).json();
    assert_eq!(
        done,
        json!({"account": claimant["id"], "displaced": holder["id"]})
    );
    squatter
        .get("/api/v1/session")
        .await
        .problem(401, "unauthenticated");

    let owner = Caller::signed_in(&app, "DL1ABC").await;
    let session = owner.get("/api/v1/session").await.expect(200).json();
    assert_eq!(session["account"]["id"], claimant["id"]);
    assert_eq!(session["account"]["verified"], true);
    assert_eq!(session["logbooks"][0]["call"], "DL1ABC");
    assert_eq!(session["logbooks"][0]["count"], 0);
    let proofs = owner
        .get("/api/v1/account/verifications")
        .await
        .expect(200)
        .json();
    assert_eq!(proofs["items"][0]["by"], "K6BP");

    // The other one goes on as a listener, with what they logged.
    let path = format!("/api/v1/users/{}", holder["id"]);
    let left = admin.get(&path).await.expect(200).json();
    assert_eq!(
        (left["role"].clone(), left["verified"].clone()),
        (json!("swl"), json!(false))
    );
    let listener = Caller::signed_in(&app, left["call"].as_str().unwrap()).await;
    let session = listener.get("/api/v1/session").await.expect(200).json();
    assert_eq!(session["logbooks"][0]["count"], 1);
    listener
        .post("/api/v1/logbook/qsos", &qso("JA1XYZ", "2026-11-21T09:33:02Z"))
        .await
        .problem(403, "forbidden");
    app.stop().await;
    assert_eq!(app.findings(), Vec::<String>::new());
}

#[tokio::test]
async fn a_proven_call_stays_with_its_holder_until_the_proof_ends() {
    let (_app, admin) = claimed(&["DL1ABC", "DL2XYZ"]).await;
    let (holder, claimant) = (user(&admin, "DL1ABC").await, user(&admin, "DL2XYZ").await);
    let proofs = format!("/api/v1/users/{}/verifications", holder["id"]);
    let all = admin
        .post(&proofs, &json!({"method": "document", "note": "licence seen"}))
        .await;
    let all = all.expect(201).json();
    assert_eq!(user(&admin, "DL1ABC").await["verified"], true);
    let odd = admin.post(&proofs, &json!({"method": "lotw_certificate"})).await;
    odd.problem(422, "invalid");

    let claim = format!("/api/v1/users/{}/claim", claimant["id"]);
    let wish = json!({"call": "DL1ABC"});
    admin.post(&claim, &wish).await.problem(409, "held_by_verified");
    let number = &all["items"][0]["number"];
    let end = format!("{proofs}/{number}/end");
    let other = format!("/api/v1/users/{}/verifications/{number}/end", claimant["id"]);
    let why = json!({"why": "the call has another licensee"});
    admin.post(&other, &why).await.problem(404, "not_found");
    admin.post(&end, &why).await.expect(204);
    admin.post(&end, &why).await.problem(404, "not_found");
    assert_eq!(user(&admin, "DL1ABC").await["verified"], false);
    admin.post(&claim, &wish).await.expect(200);
    assert_eq!(user(&admin, "DL1ABC").await["id"], claimant["id"]);
}

#[tokio::test]
async fn administrators_fill_the_questions_of_the_gate() {
    let (app, admin) = claimed(&[]).await;
    let own = |n: usize| json!({"ask": format!("Own question {n}?"), "right": "yes", "wrong": ["no", "never", "perhaps"]});
    let path = "/api/v1/admin/questions/club";
    let set = json!({"questions": (0..25).map(own).collect::<Vec<_>>()});
    admin.put(path, &set).await.expect(204);
    let asked = Caller::guest(&app).get("/api/v1/signup").await.expect(200).json();
    assert!(
        asked["questions"][0]["ask"]
            .as_str()
            .unwrap()
            .starts_with("Own question")
    );
    assert!(!asked.to_string().contains("right"), "{asked}");
    let odd = json!({"questions": [{"ask": "?", "right": "a", "wrong": ["a", "b", "c"]}]});
    admin.put(path, &odd).await.problem(422, "invalid");
    admin.put(path, &json!({"questions": []})).await.expect(204);
    let asked = Caller::guest(&app).get("/api/v1/signup").await.expect(200).json();
    assert!(
        !asked["questions"][0]["ask"]
            .as_str()
            .unwrap()
            .starts_with("Own question")
    );
}
