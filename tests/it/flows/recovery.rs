//! Lost passwords and changed addresses.

use std::time::Duration;

use serde_json::json;
use shackbox::testkit::TestApp;

use crate::kit::{Caller, PASSWORD, answer_mail};

const FRESH: &str = "words nobody has used before";
const ADDRESS: &str = "bruce@example.org";

/// A member whose mail address is theirs.
async fn member_with_mail() -> (TestApp, Caller) {
    let app = TestApp::start().await;
    app.account("K6BP", true, PASSWORD).await;
    app.account("W1AW", false, PASSWORD).await;
    let member = Caller::signed_in(&app, "W1AW").await;
    member
        .post("/api/v1/account/email", &json!({"email": ADDRESS}))
        .await
        .expect(202);
    let account = member.get("/api/v1/account").await.expect(200).json();
    assert!(
        account.get("email").is_none(),
        "an address is nobody's before its mail was read"
    );
    answer_mail(&app).await;
    let account = member.get("/api/v1/account").await.expect(200).json();
    assert_eq!(account["email"], ADDRESS);
    app.advance(Duration::from_mins(2));
    (app, member)
}

#[tokio::test]
async fn a_link_by_mail_sets_a_new_password_once() {
    let (app, member) = member_with_mail().await;
    let guest = Caller::guest(&app);
    guest
        .post("/api/v1/recovery", &json!({"call": "w1aw"}))
        .await
        .expect(202);
    let mail = app.mails().remove(0);
    assert_eq!(mail.to, ADDRESS);
    assert!(!mail.subject.contains(&mail.link_token()));
    let token = mail.link_token();
    guest
        .get(&format!("/recover/set?token={token}"))
        .await
        .expect(200);

    let weak = json!({"token": token, "password": "short"});
    guest
        .post("/api/v1/recovery/set", &weak)
        .await
        .problem(422, "invalid");
    let set = json!({"token": token, "password": FRESH});
    let (one, other) = tokio::join!(
        guest.post("/api/v1/recovery/set", &set),
        guest.post("/api/v1/recovery/set", &set)
    );
    let mut both = [one.status.as_u16(), other.status.as_u16()];
    both.sort_unstable();
    assert_eq!(both, [200, 403], "of two browsers one wins");
    member
        .get("/api/v1/session")
        .await
        .problem(401, "unauthenticated");
    let old = json!({"call": "W1AW", "password": PASSWORD});
    guest
        .post("/api/v1/session", &old)
        .await
        .problem(401, "wrong_credentials");
    let new = json!({"call": "W1AW", "password": FRESH});
    guest.post("/api/v1/session", &new).await.expect(200);
    assert!(
        app.mails()[0].subject.contains("password was changed"),
        "the owner hears of it"
    );
}

#[tokio::test]
async fn asking_says_nothing_about_accounts() {
    let (app, _) = member_with_mail().await;
    let guest = Caller::guest(&app);
    let before = app.mails().len();
    let mut answers = Vec::new();
    for call in ["W1AW", "K6BP", "N0CALL", "SWL_NOBODY", "not a call at all", ""] {
        let reply = guest.post("/api/v1/recovery", &json!({"call": call})).await;
        answers.push((reply.status.as_u16(), reply.text));
    }
    assert!(answers.iter().all(|answer| answer == &answers[0]), "{answers:?}");
    assert_eq!(app.mails().len(), before + 1, "only who has an address gets mail");
}

#[tokio::test]
async fn nobody_is_buried_under_mail() {
    let (mut app, _) = member_with_mail().await;
    let ask = async |app: &TestApp| {
        let guest = Caller::guest(app);
        guest
            .post("/api/v1/recovery", &json!({"call": "W1AW"}))
            .await
            .status
            .as_u16()
    };
    let before = app.mails().len();
    // Twice within a minute is one mail.
    assert_eq!((ask(&app).await, ask(&app).await), (202, 202));
    assert_eq!(app.mails().len(), before + 1);
    let mut statuses = Vec::new();
    for _ in 0..9 {
        app.advance(Duration::from_mins(2));
        statuses.push(ask(&app).await);
    }
    assert_eq!(
        app.mails().len(),
        before + 2,
        "three in a day, the one that made it theirs counted"
    );
    assert_eq!(
        statuses.last(),
        Some(&429),
        "and ten from one network: {statuses:?}"
    );
    app.restart().await;
    assert_eq!(ask(&app).await, 429, "a restart forgives nothing");
}

#[tokio::test]
async fn a_link_ends_after_an_hour_and_with_the_next_one() {
    let (app, _) = member_with_mail().await;
    let guest = Caller::guest(&app);
    let ask = json!({"call": "W1AW"});
    guest.post("/api/v1/recovery", &ask).await.expect(202);
    let first = app.mails()[0].link_token();
    app.advance(Duration::from_mins(5));
    guest.post("/api/v1/recovery", &ask).await.expect(202);
    let second = app.mails()[0].link_token();
    let set = |token: &str| json!({"token": token, "password": FRESH});
    guest
        .post("/api/v1/recovery/set", &set(&first))
        .await
        .problem(403, "bad_link");
    app.advance(Duration::from_hours(1));
    guest
        .post("/api/v1/recovery/set", &set(&second))
        .await
        .problem(403, "bad_link");
    assert_eq!(
        guest.get(&format!("/recover/set?token={second}")).await.status,
        403
    );
}

#[tokio::test]
async fn an_administrator_hands_a_link_over() {
    let app = TestApp::start().await;
    app.account("K6BP", true, PASSWORD).await;
    app.account("W1AW", false, PASSWORD).await;
    let admin = Caller::signed_in(&app, "K6BP").await;
    let member = Caller::signed_in(&app, "W1AW").await;
    let users = admin.get("/api/v1/users").await.expect(200).json();
    let id = |call: &str| {
        let user = users["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|user| user["call"] == call);
        user.unwrap()["id"].clone()
    };
    let path = format!("/api/v1/users/{}/recovery", id("W1AW"));
    member.post(&path, &json!({})).await.problem(403, "forbidden");
    let own = format!("/api/v1/users/{}/recovery", id("K6BP"));
    admin.post(&own, &json!({})).await.problem(403, "forbidden");
    let key = app.key("K6BP", &["admin"]).await;
    let program = Caller::with_key(&app, key).post(&path, &json!({})).await;
    assert_eq!(
        program.status, 403,
        "no key gives accounts away: {}",
        program.text
    );

    let link = admin.post(&path, &json!({})).await.expect(201).json();
    let token = link["url"]
        .as_str()
        .unwrap()
        .split("token=")
        .nth(1)
        .unwrap()
        .to_owned();
    let guest = Caller::guest(&app);
    let set = json!({"token": token, "password": FRESH});
    let entered = guest.post("/api/v1/recovery/set", &set).await.expect(200);
    guest
        .in_session(&entered)
        .get("/api/v1/account")
        .await
        .expect(200);

    app.advance(Duration::from_mins(11));
    let late = admin.post(&path, &json!({})).await;
    late.problem(401, "reauthentication_required");
}

#[tokio::test]
async fn an_address_changes_by_step_up_and_the_former_one_hears_of_it() {
    let (app, member) = member_with_mail().await;
    app.advance(Duration::from_mins(11));
    let wish = json!({"email": "elsewhere@example.org"});
    let late = member.post("/api/v1/account/email", &wish).await;
    late.problem(401, "reauthentication_required");
    let direct = member
        .patch("/api/v1/account", &wish)
        .await
        .problem(422, "invalid");
    assert_eq!(direct["errors"][0]["field"], "email");
    let confirm = json!({"password": PASSWORD});
    member.post("/api/v1/session/confirm", &confirm).await.expect(204);
    member.post("/api/v1/account/email", &wish).await.expect(202);
    answer_mail(&app).await;
    let told = app.mails().remove(0);
    assert_eq!(told.to, ADDRESS);
    assert!(told.subject.contains("another mail address"));
}

#[tokio::test]
async fn a_link_for_one_thing_does_no_other() {
    let (app, member) = member_with_mail().await;
    let guest = Caller::guest(&app);
    member
        .post("/api/v1/account/email", &json!({"email": "x@example.org"}))
        .await
        .expect(202);
    let address = app.mails()[0].link_token();
    let set = json!({"token": address, "password": FRESH});
    guest
        .post("/api/v1/recovery/set", &set)
        .await
        .problem(403, "bad_link");
    guest
        .post("/api/v1/recovery", &json!({"call": "W1AW"}))
        .await
        .expect(202);
    let recovery = app.mails()[0].link_token();
    guest
        .post("/api/v1/confirm", &json!({"token": recovery}))
        .await
        .problem(403, "bad_link");
    guest
        .post("/api/v1/confirm", &json!({"token": address}))
        .await
        .expect(200);
}

#[tokio::test]
async fn links_that_were_handed_out_are_listed_and_ended() {
    let app = TestApp::start().await;
    app.account("K6BP", true, PASSWORD).await;
    app.account("W1AW", false, PASSWORD).await;
    let admin = Caller::signed_in(&app, "K6BP").await;
    let users = admin.get("/api/v1/users").await.expect(200).json();
    let users = users["items"].as_array().unwrap();
    let id = &users.iter().find(|user| user["call"] == "W1AW").unwrap()["id"];
    let made = admin
        .post(&format!("/api/v1/users/{id}/recovery"), &json!({}))
        .await
        .expect(201)
        .json();
    let token = made["url"]
        .as_str()
        .unwrap()
        .split("token=")
        .nth(1)
        .unwrap()
        .to_owned();
    let listed = admin.get("/api/v1/links").await.expect(200);
    assert!(
        !listed.text.contains(&token),
        "the list is of no use to whoever reads it"
    );
    let link = &listed.json()["items"][0];
    assert_eq!(
        (&link["account"], &link["by"], &link["mailed"]),
        (id, &json!("K6BP"), &json!(false))
    );
    let page = admin.get("/admin/users").await.expect(200).text;
    assert!(page.contains("Open links") && !page.contains(&token), "{page}");

    let path = format!("/api/v1/links/{}", link["id"].as_str().unwrap());
    let member = Caller::signed_in(&app, "W1AW").await;
    member.get("/api/v1/links").await.problem(403, "forbidden");
    member.delete(&path).await.problem(403, "forbidden");
    admin.delete(&path).await.expect(204);
    admin.delete(&path).await.problem(403, "bad_link");
    let body = json!({"token": token, "password": "a quite different passphrase"});
    Caller::guest(&app)
        .post("/api/v1/recovery/set", &body)
        .await
        .problem(403, "bad_link");
    let audit = admin.get("/api/v1/admin/audit").await.expect(200).text;
    assert!(audit.contains("recovery.revoked"), "{audit}");
}
