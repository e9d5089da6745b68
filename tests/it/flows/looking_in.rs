//! An administrator who looks in as a member: seen, noted, and without the owner's own rights.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use shackbox::testkit::TestApp;

use crate::kit::{Caller, PASSWORD, send};

/// K6BP administers, W1AW is looked in on.
async fn station() -> (TestApp, Caller, Caller) {
    let app = TestApp::start().await;
    app.account("K6BP", true, PASSWORD).await;
    app.account("W1AW", false, PASSWORD).await;
    let (admin, member) = (
        Caller::signed_in(&app, "K6BP").await,
        Caller::signed_in(&app, "W1AW").await,
    );
    (app, admin, member)
}

/// The administrator's browser after looking in.
pub(super) async fn look_in(app: &TestApp, admin: &Caller) -> Caller {
    let reply = admin
        .post("/api/v1/users/2/session", &json!({}))
        .await
        .expect(204);
    let cookie = reply.header("set-cookie").split(';').next().unwrap().to_owned();
    let guest = Caller::guest(app);
    let asked = guest
        .request(Method::GET, "/api/v1/session")
        .header("cookie", &cookie);
    let mut session = send(asked).await.expect(200);
    session.headers.insert("set-cookie", cookie.parse().unwrap());
    guest.in_session(&session)
}

#[tokio::test]
async fn whoever_looks_in_sees_what_the_member_sees_under_a_banner_and_every_act_is_noted() {
    let (app, admin, member) = station().await;
    let looking = look_in(&app, &admin).await;
    assert_eq!(
        looking.get("/api/v1/account").await.expect(200).json()["call"],
        "W1AW"
    );
    for path in ["/", "/settings", "/logbook", "/settings/privacy"] {
        let page = send(looking.request(Method::GET, path).header("accept", "text/html"))
            .await
            .expect(200);
        assert!(
            page.text.contains("looking-in") && page.text.contains("K6BP"),
            "{path} has no banner"
        );
    }
    looking
        .patch("/api/v1/account", &json!({"name": "Hiram"}))
        .await
        .expect(200);
    looking.delete("/api/v1/session").await.expect(204);
    looking
        .get("/api/v1/account")
        .await
        .problem(401, "unauthenticated");

    let seen = member.get("/api/v1/account/looked-in").await.expect(200).json();
    let acts: Vec<_> = seen["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["action"].as_str().unwrap())
        .collect();
    assert_eq!(
        acts,
        ["acting.ended", "acting.act", "acting.act", "acting.started"]
    );
    assert_eq!(seen["items"][2]["detail"], "PATCH /api/v1/account");
    assert_eq!(seen["items"][2]["who"], "K6BP as W1AW", "both names");
    let trail = admin
        .get("/api/v1/admin/audit?action=account.changed")
        .await
        .expect(200)
        .json();
    assert_eq!(trail["items"][0]["who"], "K6BP as W1AW");
    let page = send(
        member
            .request(Method::GET, "/settings/privacy")
            .header("accept", "text/html"),
    )
    .await;
    assert!(page.text.contains("K6BP"), "the member reads it in Settings");
}

#[tokio::test]
async fn whoever_looks_in_does_nothing_that_the_owner_must_be_there_for() {
    let (app, admin, member) = station().await;
    let looking = look_in(&app, &admin).await;
    let password = json!({"current": PASSWORD, "new": "words nobody has used before"});
    looking
        .post("/api/v1/account/password", &password)
        .await
        .problem(403, "looking_in");
    let key = json!({"name": "mine", "scopes": ["full"]});
    looking
        .post("/api/v1/apikeys", &key)
        .await
        .problem(403, "looking_in");
    looking
        .post("/api/v1/account/secret", &json!({}))
        .await
        .problem(403, "looking_in");
    looking
        .post("/api/v1/account/email", &json!({"email": "e@example.org"}))
        .await
        .problem(403, "looking_in");
    looking
        .post("/api/v1/account/erasure", &json!({}))
        .await
        .problem(403, "looking_in");
    looking
        .get("/api/v1/account/export")
        .await
        .problem(403, "looking_in");
    let sessions = member.get("/api/v1/sessions").await.expect(200).json();
    let marked = |session: &&Value| session["behind"] == "K6BP";
    let items = sessions["items"].as_array().unwrap();
    assert!(
        items.iter().any(|session| marked(&session)),
        "the member sees the session: {sessions}"
    );
    let own = items.iter().find(|session| !marked(session)).unwrap();
    let path = format!("/api/v1/sessions/{}", own["id"].as_str().unwrap());
    looking.delete(&path).await.problem(403, "looking_in");
    // The owner can put them out.
    let theirs = items.iter().find(marked).unwrap();
    member
        .delete(&format!("/api/v1/sessions/{}", theirs["id"].as_str().unwrap()))
        .await
        .expect(204);
    looking
        .get("/api/v1/account")
        .await
        .problem(401, "unauthenticated");
}

#[tokio::test]
async fn looking_in_needs_the_password_lately_is_short_and_never_as_an_administrator() {
    let (app, admin, member) = station().await;
    app.account("K6TWO", true, PASSWORD).await;
    admin
        .post("/api/v1/users/3/session", &json!({}))
        .await
        .problem(403, "forbidden");
    admin
        .post("/api/v1/users/1/session", &json!({}))
        .await
        .problem(403, "forbidden");
    member
        .post("/api/v1/users/1/session", &json!({}))
        .await
        .problem(403, "forbidden");
    let key = Caller::with_key(&app, app.key("K6BP", &["admin"]).await);
    key.post("/api/v1/users/2/session", &json!({}))
        .await
        .problem(403, "session_required");
    let looking = look_in(&app, &admin).await;
    app.advance(Duration::from_mins(11));
    admin
        .post("/api/v1/users/2/session", &json!({}))
        .await
        .problem(401, "reauthentication_required");
    looking.get("/api/v1/account").await.expect(200);
    app.advance(Duration::from_mins(50));
    looking
        .get("/api/v1/account")
        .await
        .problem(401, "unauthenticated");
}

#[tokio::test]
async fn looking_in_ends_when_the_administrator_is_one_no_more() {
    let (app, admin, _) = station().await;
    app.account("K6TWO", true, PASSWORD).await;
    let looking = look_in(&app, &admin).await;
    looking.get("/api/v1/account").await.expect(200);
    let two = Caller::signed_in(&app, "K6TWO").await;
    two.patch("/api/v1/users/1", &json!({"role": "member"}))
        .await
        .expect(200);
    looking
        .get("/api/v1/account")
        .await
        .problem(401, "unauthenticated");
}

#[tokio::test]
async fn the_audit_trail_is_read_by_filter_and_by_pages() {
    let (app, admin, member) = station().await;
    member.get("/api/v1/admin/audit").await.problem(403, "forbidden");
    let all = admin.get("/api/v1/admin/audit").await.expect(200).json();
    let total = all["items"].as_array().unwrap().len();
    assert!(total >= 6, "{all}");
    let mut seen = 0;
    let mut path = "/api/v1/admin/audit?limit=2".to_owned();
    loop {
        let page = admin.get(&path).await.expect(200).json();
        seen += page["items"].as_array().unwrap().len();
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/admin/audit?limit=2&cursor={next}");
    }
    assert_eq!(seen, total, "no line twice, none left out");
    let other = admin.get("/api/v1/admin/audit?limit=2&who=x&cursor=AAAA").await;
    other.problem(400, "bad_cursor");
    let some = admin
        .get("/api/v1/admin/audit?action=session&account=2")
        .await
        .expect(200)
        .json();
    assert_eq!(some["items"].as_array().unwrap().len(), 1, "{some}");
    let none = admin
        .get("/api/v1/admin/audit?to=2020-01-01")
        .await
        .expect(200)
        .json();
    assert_eq!(none["items"], json!([]));
    let csv = admin
        .get("/api/v1/admin/audit.csv?action=account")
        .await
        .expect(200);
    assert!(
        csv.text.starts_with("time,who,action,account,detail\r\n"),
        "{}",
        csv.text
    );
    assert!(csv.text.contains("account.added"));
    let page = send(
        admin
            .request(Method::GET, "/admin/audit")
            .header("accept", "text/html"),
    )
    .await
    .expect(200);
    assert!(page.text.contains("made the account"), "acts are sentences");
    drop(app);
}
