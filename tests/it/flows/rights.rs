//! A club's logbook: who may do what in it.

use serde_json::{Value, json};
use shackbox::testkit::TestApp;

use crate::kit::{Caller, PASSWORD, qso};

const CLUB: &str = "/api/v1/logbooks/W6CLUB";

/// The people of a club, and somebody else.
struct Club {
    app: TestApp,
    owner: Caller,
    officer: Caller,
    member: Caller,
    stranger: Caller,
}

impl Club {
    async fn found() -> Self {
        let app = TestApp::start().await;
        let mut callers = Vec::new();
        for call in ["K6BP", "K6OFF", "K6MEM", "K6OUT"] {
            app.account(call, false, PASSWORD).await;
            callers.push(Caller::with_key(&app, app.key(call, &["full"]).await));
        }
        let [owner, officer, member, stranger] = callers.try_into().ok().unwrap();
        let club = json!({"call": "W6CLUB", "title": "The club", "club": true});
        owner.post("/api/v1/logbooks", &club).await.expect(201);
        for (call, right) in [("K6OFF", "officer"), ("K6MEM", "member")] {
            owner
                .put(&format!("{CLUB}/members/{call}"), &json!({"right": right}))
                .await
                .expect(204);
        }
        Self {
            app,
            owner,
            officer,
            member,
            stranger,
        }
    }

    fn everyone(&self) -> [(&'static str, &Caller); 4] {
        [
            ("owner", &self.owner),
            ("officer", &self.officer),
            ("member", &self.member),
            ("stranger", &self.stranger),
        ]
    }
}

async fn log(caller: &Caller, minute: u32) -> Value {
    let mut body = qso("JA1XYZ", &format!("2026-11-21T09:{minute:02}:00Z"));
    body["logbook"] = json!("W6CLUB");
    caller
        .post("/api/v1/logbook/qsos", &body)
        .await
        .expect(201)
        .json()
}

fn path(contact: &Value) -> String {
    format!("/api/v1/logbook/qsos/{}", contact["id"].as_str().unwrap())
}

#[tokio::test]
async fn who_may_change_which_contact() {
    let club = Club::found().await;
    // Whose contact, by whom, what comes of it.
    let table = [
        ("officer", "owner", 200),
        ("member", "owner", 200),
        ("owner", "officer", 200),
        ("member", "officer", 200),
        ("member", "member", 200),
        ("owner", "member", 403),
        ("officer", "member", 403),
        ("owner", "stranger", 404),
        ("member", "stranger", 404),
    ];
    let caller = |name: &str| club.everyone().into_iter().find(|(n, _)| *n == name).unwrap().1;
    for (number, (whose, by, status)) in (0_u32..).zip(table) {
        let contact = log(caller(whose), number * 2).await;
        let reply = caller(by).patch(&path(&contact), &json!({"name": "Taro"})).await;
        assert_eq!(
            reply.status, status,
            "{by} changes a contact of {whose}: {}",
            reply.text
        );
        let reply = caller(by).delete(&path(&contact)).await;
        assert_eq!(
            reply.status, status,
            "{by} deletes a contact of {whose}: {}",
            reply.text
        );
    }
}

#[tokio::test]
async fn who_may_read_log_import_share_and_remove() {
    let club = Club::found().await;
    log(&club.owner, 0).await;
    let check = async |what: &str, expected: [u16; 4], ask: &dyn Fn(Caller) -> Asked| {
        for ((who, caller), status) in club.everyone().into_iter().zip(expected) {
            let got = ask(caller.clone()).await;
            assert_eq!(got, status, "{who}: {what}");
        }
    };
    check("reads", [200, 200, 200, 404], &|who| {
        Box::pin(async move { code(who.get("/api/v1/logbook/qsos?logbook=W6CLUB").await) })
    })
    .await;
    check("exports", [200, 200, 200, 404], &|who| {
        Box::pin(async move { code(who.get("/api/v1/logbook/adif?callsign=W6CLUB").await) })
    })
    .await;
    check("reads who shares", [200, 200, 200, 404], &|who| {
        Box::pin(async move { code(who.get(&format!("{CLUB}/members")).await) })
    })
    .await;
    check("logs", [201, 201, 201, 404], &|who| {
        Box::pin(async move {
            let mut body = qso("DL1ABC", "2026-11-20T09:00:00Z");
            body["logbook"] = json!("W6CLUB");
            code(who.post("/api/v1/logbook/qsos", &body).await)
        })
    })
    .await;
    check("renames", [200, 403, 403, 404], &|who| {
        Box::pin(async move { code(who.patch(CLUB, &json!({"title": "Ours"})).await) })
    })
    .await;
    check("shares", [204, 403, 403, 404], &|who| {
        let right = json!({"right": "member"});
        Box::pin(async move { code(who.put(&format!("{CLUB}/members/K6MEM"), &right).await) })
    })
    .await;
    check(
        "removes",
        [204, 403, 403, 404].map(|s| if s == 204 { 403 } else { s }),
        &|who| {
            // The owner's own turn comes last.
            Box::pin(async move {
                if who.get(CLUB).await.status == 200 {
                    return 403;
                }
                let books = who.get("/api/v1/logbooks").await.json();
                let owns = books["items"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|book| book["call"] == "W6CLUB" && book["right"] == "owner");
                if owns { 403 } else { code(who.delete(CLUB).await) }
            })
        },
    )
    .await;
    assert_eq!(club.owner.delete(CLUB).await.status, 204);
    club.app.settle().await;
    club.owner
        .get("/api/v1/logbook/qsos?logbook=W6CLUB")
        .await
        .problem(404, "not_found");
}

type Asked = std::pin::Pin<Box<dyn Future<Output = u16>>>;

fn code(reply: crate::kit::Reply) -> u16 {
    if reply.status.is_client_error() {
        assert_eq!(reply.header("content-type"), "application/problem+json");
    }
    reply.status.as_u16()
}

#[tokio::test]
async fn a_member_who_leaves_sees_nothing_more() {
    let club = Club::found().await;
    log(&club.member, 0).await;
    club.member
        .delete(&format!("{CLUB}/members/K6MEM"))
        .await
        .expect(204);
    club.member
        .get("/api/v1/logbook/qsos?logbook=W6CLUB")
        .await
        .problem(404, "not_found");
    let last = club.owner.delete(&format!("{CLUB}/members/K6BP")).await;
    assert!(
        last.status.is_client_error(),
        "a logbook keeps an owner: {}",
        last.text
    );
}

#[tokio::test]
async fn an_administrator_does_not_read_others_logs() {
    let club = Club::found().await;
    club.app.account("K6ADM", true, PASSWORD).await;
    let admin = Caller::with_key(&club.app, club.app.key("K6ADM", &["full"]).await);
    let contact = log(&club.owner, 0).await;
    admin.get(&path(&contact)).await.problem(404, "not_found");
    admin
        .get("/api/v1/logbook/qsos?logbook=W6CLUB")
        .await
        .problem(404, "not_found");
}

#[tokio::test]
async fn a_call_that_is_somebody_s_own_makes_no_logbook_for_another() {
    let club = Club::found().await;
    let taken = json!({"call": "K6MEM"});
    let reply = club.owner.post("/api/v1/logbooks", &taken).await;
    assert!(matches!(reply.status.as_u16(), 403 | 409), "{}", reply.text);
    let twice = json!({"call": "W6CLUB"});
    club.owner
        .post("/api/v1/logbooks", &twice)
        .await
        .problem(409, "call_taken");
}
