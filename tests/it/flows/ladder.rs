//! Proving one's call by a code in a mail, over the API and as plain forms; and what nobody learns by it.

use std::time::Duration;

use serde_json::{Value, json};
use shackbox::testkit::{TestApp, take_mail};

use crate::kit::{Caller, PASSWORD, Reply};

/// A station whose administrator is K6BP, with members who only claim their calls.
pub(super) async fn station(settings: &[(&str, &str)], calls: &[&str]) -> (TestApp, Caller) {
    let app = TestApp::with(settings).await;
    app.account("K6BP", true, PASSWORD).await;
    let admin = Caller::signed_in(&app, "K6BP").await;
    for call in calls {
        let user = json!({"call": call, "password": PASSWORD});
        admin.post("/api/v1/users", &user).await.expect(201);
    }
    (app, admin)
}

/// Where one's ladder is.
pub(super) const LADDER: &str = "/api/v1/account/verifications";

/// Asks for a code; the call is the account's own where none is named.
async fn ask(caller: &Caller, call: &str, mailbox: &str) -> Reply {
    let wish = json!({"call": call, "mailbox": mailbox});
    caller.post(&format!("{LADDER}/code"), &wish).await
}

async fn show(caller: &Caller, code: &str) -> Reply {
    let shown = json!({"code": code});
    caller.post(&format!("{LADDER}/code/check"), &shown).await
}

/// The code in a mail.
fn code_in(text: &str) -> String {
    let line = text.lines().find(|line| line.starts_with("    "));
    line.expect("the mail has a code").trim().to_owned()
}

/// A form of the page, as a browser without script sends it; the page that it leads to.
async fn form(caller: &Caller, fields: &[(&str, &str)]) -> (u16, String) {
    let request = caller.request(reqwest::Method::POST, "/verify").form(fields);
    let reply = crate::kit::send(request).await;
    (reply.status.as_u16(), reply.text)
}

async fn ladder(caller: &Caller) -> Value {
    caller.get(LADDER).await.expect(200).json()
}

#[tokio::test]
async fn a_code_by_mail_proves_a_call() {
    let (mut app, _) = station(&[], &["DL1ABC"]).await;
    let member = Caller::signed_in(&app, "DL1ABC").await;
    let before = ladder(&member).await;
    assert_eq!(
        (&before["call"], &before["verified"]),
        (&json!("DL1ABC"), &json!(false))
    );
    let asked = ask(&member, "", "winlink").await.expect(202).json();
    assert_eq!(asked["to"], "DL1ABC@winlink.org");
    let mail = app.mails().remove(0);
    assert_eq!(mail.to, "DL1ABC@winlink.org");
    let code = code_in(&mail.text);
    assert!(
        !mail.subject.chars().any(|letter| letter.is_ascii_digit()),
        "{}",
        mail.subject
    );
    let under_way = ladder(&member).await;
    assert_eq!(under_way["code"]["tries_left"], 5);
    assert!(!under_way.to_string().contains(&code.replace(' ', "")));

    show(&member, "code").await.problem(422, "invalid");
    let wrong = if code == "0000 0000" {
        "11111111"
    } else {
        "00000000"
    };
    show(&member, wrong).await.problem(422, "wrong_code");
    assert_eq!(ladder(&member).await["code"]["tries_left"], 4);
    app.restart().await;
    let member = member.at(&app);
    let proven = show(&member, &code.replace(' ', "-")).await.expect(200).json();
    assert_eq!(proven, json!({"call": "DL1ABC", "verified": true}));
    let after = ladder(&member).await;
    assert_eq!(after["verified"], true);
    assert!(after.get("code").is_none());
    let proof = &after["items"][0];
    assert_eq!(
        (
            &proof["method"],
            &proof["evidence"],
            &proof["trust"],
            &proof["by"]
        ),
        (
            &json!("mailbox"),
            &json!("DL1ABC@winlink.org"),
            &json!("medium"),
            &json!("verifier")
        )
    );
    show(&member, &code).await.problem(409, "no_code");
    app.stop().await;
    assert_eq!(app.findings(), Vec::<String>::new());
}

#[tokio::test]
async fn guesses_over_many_connections_are_counted_one_by_one() {
    let (app, _) = station(&[], &["DL1ABC"]).await;
    let member = Caller::signed_in(&app, "DL1ABC").await;
    ask(&member, "", "arrl").await.expect(202);
    let code = code_in(&app.mails()[0].text);
    let wrong = if code == "0000 0000" {
        "11111111"
    } else {
        "00000000"
    };
    let guesses = (0..20).map(|_| show(&member, wrong));
    let answers = futures_util::future::join_all(guesses).await;
    let counted = |code: &str| {
        answers
            .iter()
            .filter(|answer| answer.json()["code"] == code)
            .count()
    };
    assert_eq!((counted("wrong_code"), counted("no_code")), (5, 15));
    show(&member, &code).await.problem(409, "no_code");
    assert_eq!(ladder(&member).await["verified"], false);
}

#[tokio::test]
async fn asking_tells_nothing_about_calls_mailboxes_and_accounts() {
    let (app, admin) = station(&[], &["DL1ABC", "DL2XYZ"]).await;
    let guest = Caller::guest(&app);
    ask(&guest, "DL1ABC", "winlink")
        .await
        .problem(401, "unauthenticated");
    // Somebody else had codes sent to the call before: its limit is used up.
    let bomber = Caller::signed_in(&app, "DL2XYZ").await;
    for _ in 0..3 {
        ask(&bomber, "DL1ABC", "winlink").await.expect(202);
        app.advance(Duration::from_mins(2));
    }
    let mut answers = Vec::new();
    // One that is held back, one that is proven by another account, one that nobody has.
    for (n, call) in ["DL1ABC", "K6BP", "N0CALL"].into_iter().enumerate() {
        let login = format!("DL3{}", ["AAA", "BBB", "CCC"][n]);
        let user = json!({"call": login, "password": PASSWORD});
        admin.post("/api/v1/users", &user).await.expect(201);
        let asker = Caller::signed_in(&app, &login).await;
        let reply = ask(&asker, call, "winlink").await;
        let pending = ladder(&asker).await["code"].to_string().replace(call, "CALL");
        answers.push((reply.status.as_u16(), reply.text.replace(call, "CALL"), pending));
        app.advance(Duration::ZERO);
    }
    assert!(answers.iter().all(|answer| answer == &answers[0]), "{answers:#?}");
}

#[tokio::test]
async fn a_ham_is_not_buried_under_codes() {
    let (mut app, _) = station(&[], &["DL1AAA", "DL1BBB", "DL1CCC"]).await;
    let sent = |app: &TestApp| app.mails().len();
    let bomb = async |app: &TestApp| {
        for login in ["DL1AAA", "DL1BBB", "DL1CCC"] {
            let caller = Caller::signed_in(app, login).await;
            ask(&caller, "W1AW", "winlink").await;
            app.advance(Duration::from_mins(2));
            ask(&caller, "W1AW", "arrl").await;
            app.advance(Duration::from_mins(2));
        }
    };
    bomb(&app).await;
    assert_eq!(
        sent(&app),
        3,
        "three in a day to a call, whoever asks, whichever mailbox"
    );
    app.restart().await;
    bomb(&app).await;
    assert_eq!(sent(&app), 0, "a restart forgives nothing");
    // The account hears of its own limit, and how long it lasts.
    let caller = Caller::signed_in(&app, "DL1AAA").await;
    let mut last = ask(&caller, "W1AW", "arrl").await;
    for _ in 0..3 {
        app.advance(Duration::from_mins(2));
        last = ask(&caller, "W1AW", "arrl").await;
    }
    assert_eq!(last.status, 429);
    assert!(last.header("retry-after").parse::<u64>().unwrap() > 3600);
}

#[tokio::test]
async fn an_address_on_record_is_missing_and_that_is_said() {
    let (app, _) = station(&[], &["DL1ABC"]).await;
    let member = Caller::signed_in(&app, "DL1ABC").await;
    let refused = ask(&member, "", "register").await.problem(409, "no_address");
    assert!(
        refused["detail"]
            .as_str()
            .unwrap()
            .contains("no mail address on record for DL1ABC")
    );
    let ladder = ladder(&member).await;
    let way = |id: &str| {
        let ways = ladder["ways"].as_array().unwrap();
        ways.iter().find(|way| way["id"] == id).unwrap().clone()
    };
    assert_eq!(way("register")["why"], "no_address");
    assert_eq!(way("winlink")["open"], true);
    assert_eq!(way("ampr")["trust"], "high");
    ask(&member, "", "pigeon").await.problem(422, "invalid");
    assert!(app.mails().is_empty());
}

#[tokio::test]
async fn the_page_works_as_plain_forms_and_a_listener_becomes_a_member() {
    let app = TestApp::start().await;
    app.account("K6BP", true, PASSWORD).await;
    let admin = Caller::signed_in(&app, "K6BP").await;
    let user = json!({"call": "SWL_ANNA", "password": PASSWORD, "role": "swl"});
    admin.post("/api/v1/users", &user).await.expect(201);
    let listener = Caller::signed_in(&app, "SWL_ANNA").await;
    let page = listener.get("/verify").await.expect(200).text;
    assert!(page.contains("Which call is yours?"), "{page}");
    let odd = listener.get("/verify?call=DL1ABC/P").await;
    assert!(odd.expect(422).text.contains("on the move"));
    let page = listener.get("/verify?call=dl1abc").await.expect(200).text;
    assert!(page.contains(r#"<span class="call">DL1ABC</span>"#), "{page}");

    let (_, page) = form(
        &listener,
        &[("do", "code"), ("call", "DL1ABC"), ("mailbox", "winlink")],
    )
    .await;
    assert!(page.contains("DL1ABC@winlink.org"), "{page}");
    let code = code_in(&app.mails()[0].text);
    let (status, page) = form(&listener, &[("do", "try"), ("call", "DL1ABC"), ("code", "1")]).await;
    assert_eq!(status, 422);
    assert!(page.contains("A code has eight digits"), "{page}");
    let (status, page) = form(&listener, &[("do", "try"), ("call", "DL1ABC"), ("code", &code)]).await;
    assert_eq!(status, 200);
    assert!(page.contains("✓ proven"), "{page}");
    let account = listener.get("/api/v1/account").await.expect(200).json();
    assert_eq!(
        (&account["call"], &account["role"], &account["verified"]),
        (&json!("DL1ABC"), &json!("member"), &json!(true))
    );
}

#[tokio::test]
async fn the_dashboard_and_the_settings_lead_there_until_the_call_is_proven() {
    let (app, admin) = station(&[], &["DL1ABC"]).await;
    let member = Caller::signed_in(&app, "DL1ABC").await;
    for page in ["/", "/settings"] {
        let text = member.get(page).await.expect(200).text;
        assert!(text.contains("href=\"/verify\""), "{page}");
        assert!(
            text.contains("not proven") || text.contains("only claimed"),
            "{page}"
        );
        let text = admin.get(page).await.expect(200).text;
        assert!(!text.contains("only claimed"), "{page}");
    }
}

#[tokio::test]
async fn administrators_see_the_evidence_and_no_text_of_strangers_becomes_markup() {
    let (app, admin) = station(&[], &["DL1ABC"]).await;
    let member = Caller::signed_in(&app, "DL1ABC").await;
    let users = admin.get("/api/v1/users").await.expect(200).json();
    let users = users["items"].as_array().unwrap();
    let id = &users.iter().find(|user| user["call"] == "DL1ABC").unwrap()["id"];
    let path = format!("/admin/users/{id}");
    member.get(&path).await.expect(403);
    let post = async |fields: &[(&str, &str)]| {
        let request = admin.request(reqwest::Method::POST, &path).form(fields);
        crate::kit::send(request).await
    };
    let nameless = post(&[("do", "vouch"), ("method", "document"), ("note", "")]).await;
    assert!(nameless.expect(422).text.contains("say on what grounds"));
    let markup = "<script>alert(1)</script>";
    post(&[("do", "vouch"), ("method", "document"), ("note", markup)])
        .await
        .expect(200);
    let (page, own) = (
        admin.get(&path).await.expect(200).text,
        member.get("/verify").await.expect(200).text,
    );
    for text in [&page, &own] {
        assert!(text.contains("Licence looked at"), "{text}");
        assert!(text.contains("K6BP"), "who accepted it");
        assert!(!text.contains(markup) && text.contains("alert(1)"), "{text}");
    }
    let proofs = format!("/api/v1/users/{id}/verifications");
    let number = admin.get(&proofs).await.expect(200).json()["items"][0]["number"].to_string();
    post(&[("do", "end"), ("number", &number), ("why", markup)])
        .await
        .expect(200);
    let own = member.get("/verify").await.expect(200).text;
    assert!(own.contains("✕ ended") && !own.contains(markup), "{own}");
    let ended = admin.get(&proofs).await.expect(200).json();
    assert_eq!(
        (&ended["items"][0]["why"], &ended["items"][0]["ended_by"]),
        (&json!(markup), &json!("K6BP"))
    );
}

#[tokio::test]
async fn the_code_goes_out_as_plain_text_that_no_robot_answers() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let sink = tokio::spawn(take_mail(listener));
    let settings = [
        ("smtp.host", "127.0.0.1"),
        ("smtp.port", port.as_str()),
        ("smtp.tls", "none"),
        ("smtp.from", "shack@example.org"),
    ];
    let (app, admin) = station(&settings, &["DL1ABC"]).await;
    let member = Caller::signed_in(&app, "DL1ABC").await;
    ask(&member, "", "winlink").await.expect(202);
    let told = sink.await.unwrap();
    assert!(told.contains("RCPT TO:<DL1ABC@winlink.org>"), "{told}");
    assert!(told.contains("Auto-Submitted: auto-generated"), "{told}");
    assert!(told.contains("Content-Type: text/plain; charset=utf-8"), "{told}");
    assert!(!told.to_ascii_lowercase().contains("text/html"), "{told}");
    let code = code_in(&told);
    let subject = told.lines().find(|line| line.starts_with("Subject:")).unwrap();
    assert!(
        !subject.chars().any(|letter| letter.is_ascii_digit()),
        "{subject}"
    );
    show(&member, &code).await.expect(200);
    // With a mail server the text is kept nowhere.
    let outbox = admin.get("/api/v1/admin/outbox").await.expect(200).text;
    assert!(!outbox.contains(&code), "{outbox}");
}
