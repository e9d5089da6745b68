//! What a register says of licences, from grant to reassignment.

use serde_json::{Value, json};
use shackbox::testkit::TestApp;

use crate::kit::{Caller, PASSWORD, qso};

const EVENTS: &str = "/api/v1/admin/licence-events";

struct Station {
    app: TestApp,
    admin: Caller,
}

impl Station {
    async fn new() -> Self {
        let app = TestApp::start().await;
        app.account("K6BP", true, PASSWORD).await;
        let admin = Caller::signed_in(&app, "K6BP").await;
        Self { app, admin }
    }

    /// A listener, as an administrator's command makes one.
    async fn listener(&self, name: &str) -> Caller {
        self.app.listener(name, PASSWORD).await;
        Caller::signed_in(&self.app, name).await
    }

    async fn apply(&self, event: Value) -> Vec<(String, String)> {
        let reply = self
            .admin
            .post(EVENTS, &json!({"events": [event]}))
            .await
            .expect(200)
            .json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let outcomes = reply["outcomes"].as_array().unwrap().iter();
        outcomes
            .map(|outcome| (text(&outcome["before"]), text(&outcome["effect"])))
            .collect()
    }

    /// Proves an account's call, by a licence of this licensee.
    async fn proven_as(&self, call: &str, licensee: &str) {
        self.app.proven(call, licensee).await;
    }
}

fn licensee(id: &str) -> Value {
    json!({"authority": "fcc", "id": id, "first_name": "Ann", "last_name": "Lee", "postal_code": "94703-1234"})
}

fn effects(found: &[(String, String)]) -> Vec<(&str, &str)> {
    found
        .iter()
        .map(|(who, what)| (who.as_str(), what.as_str()))
        .collect()
}

#[tokio::test]
async fn a_listener_with_the_licensees_number_becomes_a_member() {
    let station = Station::new().await;
    let ann = station.listener("SWL_ANN").await;
    ann.patch("/api/v1/account", &json!({"register_id": "00-9988-7766"}))
        .await
        .expect(200);
    let event = json!({"event": "granted", "call": "KN6ANN", "licensee": licensee("0099887766")});
    let found = station.apply(event).await;
    assert_eq!(effects(&found), [("SWL_ANN", "upgraded")]);
    let account = ann.get("/api/v1/account").await.expect(200).json();
    assert_eq!(
        (&account["call"], &account["role"]),
        (&json!("KN6ANN"), &json!("member"))
    );
    assert_eq!(
        account["verified"], false,
        "a number is no secret: the call is to be proven"
    );
    let books = ann.get("/api/v1/logbooks").await.expect(200).json();
    assert_eq!(books["items"][0]["call"], "KN6ANN");
}

#[tokio::test]
async fn name_and_place_ask_people_and_a_similar_name_nobody() {
    let station = Station::new().await;
    for (name, first, expected) in [("SWL_ANN", "Ann", true), ("SWL_ANNA", "Anna", false)] {
        station
            .app
            .listener_named(name, PASSWORD, (first, "Lee", "94703"))
            .await;
        let event = json!({"event": "granted", "call": "KN6ANN", "licensee": licensee("0099887766")});
        let found = station.apply(event).await;
        assert_eq!(
            found.iter().any(|(who, what)| who == name && what == "waits"),
            expected,
            "{name}"
        );
        let account = Caller::signed_in(&station.app, name).await;
        assert_eq!(
            account.get("/api/v1/account").await.json()["call"],
            name,
            "nothing changed by itself"
        );
    }
}

#[tokio::test]
async fn a_change_of_call_keeps_session_log_and_old_addresses() {
    let station = Station::new().await;
    station.app.account("W6OLD", false, PASSWORD).await;
    station.proven_as("W6OLD", "0011111111").await;
    let member = Caller::signed_in(&station.app, "W6OLD").await;
    member
        .patch("/api/v1/account", &json!({"directory": true}))
        .await
        .expect(200);
    let contact = member
        .post("/api/v1/logbook/qsos", &qso("JA1XYZ", "2026-11-21T09:32:00Z"))
        .await;
    contact.expect(201);
    let event =
        json!({"event": "call_changed", "from": "W6OLD", "to": "K6NEW", "licensee": licensee("0011111111")});
    assert_eq!(effects(&station.apply(event).await), [("W6OLD", "renamed")]);

    let account = member.get("/api/v1/account").await.expect(200).json();
    assert_eq!(account["call"], "K6NEW", "the session goes on");
    assert_eq!(account["previous_calls"], json!(["W6OLD"]));
    assert_eq!(
        account["verified"], true,
        "the register followed a proven licensee"
    );
    let books = member.get("/api/v1/logbooks").await.expect(200).json();
    let mut calls: Vec<_> = books["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|book| book["call"].as_str().unwrap())
        .collect();
    calls.sort_unstable();
    assert_eq!(
        calls,
        ["K6NEW", "W6OLD"],
        "the old log stays theirs, and there is one for the new call"
    );
    let old = member
        .get("/api/v1/logbook/qsos?logbook=W6OLD")
        .await
        .expect(200)
        .json();
    assert_eq!(old["items"].as_array().unwrap().len(), 1);

    let guest = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    for (path, to) in [
        ("/directory/W6OLD", "/directory/K6NEW"),
        ("/api/v1/directory/W6OLD", "/api/v1/directory/K6NEW"),
    ] {
        let moved = guest.get(station.app.url(path)).send().await.unwrap();
        assert_eq!(
            (
                moved.status().as_u16(),
                moved.headers()["location"].to_str().unwrap()
            ),
            (301, to)
        );
    }
    Caller::signed_in(&station.app, "K6NEW").await;
}

/// Threat 8: what was somebody's under a call does not pass on with it.
#[tokio::test]
async fn a_reassigned_call_inherits_nothing() {
    let mut station = Station::new().await;
    station.app.account("W6OLD", false, PASSWORD).await;
    station.proven_as("W6OLD", "0011111111").await;
    let former = Caller::signed_in(&station.app, "W6OLD").await;
    former
        .post("/api/v1/logbook/qsos", &qso("JA1XYZ", "2026-11-21T09:32:00Z"))
        .await
        .expect(201);
    let heir = station.listener("SWL_HEIR").await;
    heir.patch("/api/v1/account", &json!({"register_id": "0022222222"}))
        .await
        .expect(200);

    let event = json!({"event": "reassigned", "call": "W6OLD", "licensee": licensee("0022222222")});
    let found = station.apply(event).await;
    assert_eq!(
        effects(&found),
        [("W6OLD", "displaced"), ("SWL_HEIR", "upgraded")]
    );

    former
        .get("/api/v1/account")
        .await
        .problem(401, "unauthenticated");
    let account = heir.get("/api/v1/account").await.expect(200).json();
    assert_eq!(
        (&account["call"], &account["verified"]),
        (&json!("W6OLD"), &json!(false))
    );
    let log = heir.get("/api/v1/logbook/qsos").await.expect(200).json();
    assert_eq!(log["items"], json!([]), "no log passes on");
    let users = station.admin.get("/api/v1/users").await.expect(200).json();
    let left = users["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|user| user["role"] == "swl")
        .unwrap()
        .clone();
    let name = left["call"].as_str().unwrap();
    let back = Caller::signed_in(&station.app, name).await;
    let kept = back.get("/api/v1/logbooks").await.expect(200).json();
    assert_eq!(
        kept["items"][0]["count"], 1,
        "the former holder keeps the log: {kept}"
    );
    let path = format!("/api/v1/users/{}/verifications", left["id"]);
    let proofs = station.admin.get(&path).await.expect(200).json();
    assert!(
        proofs["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|proof| !proof["ended"].is_null()),
        "{proofs}"
    );
    station.app.stop().await;
    assert_eq!(station.app.findings(), Vec::<String>::new());
}

#[tokio::test]
async fn a_call_given_up_long_ago_takes_its_old_log_out_of_the_heirs_way() {
    let station = Station::new().await;
    station.app.account("W6OLD", false, PASSWORD).await;
    station.proven_as("W6OLD", "0011111111").await;
    let member = Caller::signed_in(&station.app, "W6OLD").await;
    member
        .post("/api/v1/logbook/qsos", &qso("JA1XYZ", "2026-11-21T09:32:00Z"))
        .await
        .expect(201);
    let event =
        json!({"event": "call_changed", "from": "W6OLD", "to": "K6NEW", "licensee": licensee("0011111111")});
    station.apply(event).await;
    let heir = station.listener("SWL_HEIR").await;
    heir.patch("/api/v1/account", &json!({"register_id": "0022222222"}))
        .await
        .expect(200);
    let event = json!({"event": "granted", "call": "W6OLD", "licensee": licensee("0022222222")});
    let found = station.apply(event).await;
    assert_eq!(
        effects(&found),
        [("K6NEW", "set_aside"), ("SWL_HEIR", "upgraded")]
    );
    let log = heir
        .get("/api/v1/logbook/qsos?logbook=W6OLD")
        .await
        .expect(200)
        .json();
    assert_eq!(log["items"], json!([]));
    let kept = member
        .get("/api/v1/logbook/qsos?logbook=W6OLD-1")
        .await
        .expect(200)
        .json();
    assert_eq!(
        kept["items"].as_array().unwrap().len(),
        1,
        "the log is its owner's, under a name that is no call"
    );
}

#[tokio::test]
async fn a_proof_ends_when_the_licensee_is_another_and_stays_when_it_is_the_same() {
    let station = Station::new().await;
    station.app.account("W6OLD", false, PASSWORD).await;
    station.proven_as("W6OLD", "0011111111").await;
    let member = Caller::signed_in(&station.app, "W6OLD").await;
    let same = json!({"event": "changed", "call": "W6OLD", "licensee": licensee("0011111111")});
    assert_eq!(effects(&station.apply(same).await), []);
    assert_eq!(
        member.get("/api/v1/account").await.expect(200).json()["verified"],
        true
    );
    let expired = json!({"event": "expired", "call": "W6OLD"});
    assert_eq!(effects(&station.apply(expired).await), [("W6OLD", "told")]);
    assert_eq!(
        member.get("/api/v1/account").await.expect(200).json()["verified"],
        true
    );
    let other = json!({"event": "changed", "call": "W6OLD", "licensee": licensee("0033333333")});
    assert_eq!(effects(&station.apply(other).await), [("W6OLD", "displaced")]);
}

#[tokio::test]
async fn only_administrators_and_the_watcher_feed_events() {
    let station = Station::new().await;
    station.app.account("W1AW", false, PASSWORD).await;
    let member = Caller::signed_in(&station.app, "W1AW").await;
    member
        .post(EVENTS, &json!({"events": []}))
        .await
        .problem(403, "forbidden");
    let typo = json!({"events": [{"event": "grantet", "call": "W1AW"}]});
    assert!(station.admin.post(EVENTS, &typo).await.status.is_client_error());
}
