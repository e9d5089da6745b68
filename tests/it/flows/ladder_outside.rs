//! Proving one's call by a token at QRZ, at `HamQTH`, on QRZ's public page, and in the domain name system, against
//! servers that speak as the real ones do, errors included.

use std::time::Duration;

use serde_json::{Value, json};
use shackbox::testkit::TestApp;

use super::ladder::{LADDER, station};
use crate::callbooks::{Callbooks, Page};
use crate::kit::{Caller, Reply};
use crate::nameserver::NameServer;

const CALL: &str = "DL1ABC";

/// A station with these settings beside its callbooks, and a member who claims a call.
async fn proving(books: &Callbooks, settings: &[(&str, &str)]) -> (TestApp, Caller, Caller) {
    let own = books.settings();
    let mut all: Vec<(&str, &str)> = own
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    all.extend(settings);
    let (app, admin) = station(&all, &[CALL]).await;
    let member = Caller::signed_in(&app, CALL).await;
    (app, admin, member)
}

async fn token(caller: &Caller) -> Value {
    let made = caller.post(&format!("{LADDER}/token"), &json!({})).await;
    made.expect(200).json()
}

async fn check(caller: &Caller, place: &str, domain: &str) -> Reply {
    let wish = json!({"place": place, "domain": domain});
    caller.post(&format!("{LADDER}/token/check"), &wish).await
}

fn biography(text: &str) -> Page {
    Page {
        biography: text.to_owned(),
        ..Page::default()
    }
}

async fn proofs(caller: &Caller) -> Value {
    caller.get(LADDER).await.expect(200).json()["items"].clone()
}

#[tokio::test]
async fn a_token_in_the_biography_proves_the_call() {
    for (place, method) in [("qrz", "qrz"), ("hamqth", "hamqth")] {
        let books = Callbooks::start().await;
        let (_app, _, member) = proving(&books, &[]).await;
        check(&member, place, "").await.problem(409, "no_token");
        assert!(books.asked().is_empty(), "nobody is asked without a token");
        let made = token(&member).await;
        let text = made["token"].as_str().unwrap();
        assert!(text.starts_with("HAMS-") && text.len() == 15, "{text}");

        check(&member, place, "").await.problem(409, "no_entry");
        books.put(CALL, biography("<p>My shack. HAMS-0000000000</p>"));
        check(&member, place, "").await.problem(409, "token_not_found");
        assert_eq!(token(&member).await["token"], text, "kept on failure");
        let page = format!("<script>x</script><p>73 <b>{}</b></p>", text.to_ascii_lowercase());
        books.put(CALL, biography(&page));
        books.asked();
        books.end_session();
        let proven = check(&member, place, "").await.expect(200).json();
        assert_eq!(proven, json!({"call": CALL, "verified": true}));
        assert_eq!(
            books.asked(),
            ["entry", "login", "entry", "biography"],
            "a session that has ended is begun anew, and then kept"
        );
        let all = proofs(&member).await;
        assert_eq!(all[0]["method"], method);
        assert!(all[0]["evidence"].as_str().unwrap().contains(text));
        check(&member, place, "").await.problem(409, "no_token");
    }
}

#[tokio::test]
async fn a_page_of_another_call_proves_nothing() {
    for place in ["qrz", "hamqth"] {
        let books = Callbooks::start().await;
        let (_app, _, member) = proving(&books, &[]).await;
        let made = token(&member).await;
        let page = Page {
            alias_of: Some("DL9ZZZ"),
            ..biography(made["token"].as_str().unwrap())
        };
        books.put(CALL, page);
        check(&member, place, "").await.problem(409, "other_call");
        assert_eq!(proofs(&member).await, json!([]));
    }
}

#[tokio::test]
async fn a_token_is_worth_nothing_to_another_account() {
    let books = Callbooks::start().await;
    let (app, admin, member) = proving(&books, &[]).await;
    let made = token(&member).await;
    books.put(CALL, biography(made["token"].as_str().unwrap()));
    let user = json!({"call": "DL2XYZ", "password": crate::kit::PASSWORD});
    admin.post("/api/v1/users", &user).await.expect(201);
    let thief = Caller::signed_in(&app, "DL2XYZ").await;
    let wish = json!({"call": CALL});
    thief.post(&format!("{LADDER}/token"), &wish).await.expect(200);
    check(&thief, "qrz", "").await.problem(409, "token_not_found");
}

#[tokio::test]
async fn callbooks_that_fail_or_attack_are_told_apart() {
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>\
        <QRZDatabase><Session><Key>&b;</Key></Session></QRZDatabase>";
    for place in ["qrz", "hamqth"] {
        let books = Callbooks::start().await;
        let (_app, _, member) = proving(&books, &[]).await;
        let made = token(&member).await;
        books.put(CALL, biography(made["token"].as_str().unwrap()));
        let huge = "<a>".to_owned() + &"x".repeat(3 << 20) + "</a>";
        for (status, text) in [
            (500, "broken"),
            (302, "moved"),
            (200, "no xml"),
            (200, ""),
            (200, bomb),
            (
                200,
                "<?xml version=\"1.0\"?><QRZDatabase><Session><Error>&outside;</Error></Session></QRZDatabase>",
            ),
            (
                200,
                "<?xml version=\"1.0\"?><QRZDatabase><Session></Session></QRZDatabase>",
            ),
            (200, &huge),
        ] {
            books.answer_instead(Some((status, text)));
            let refused = check(&member, place, "").await.problem(502, "source_unreachable");
            assert!(!refused.to_string().contains("outside"), "{refused}");
        }
        books.answer_instead(None);
        check(&member, place, "").await.expect(200);
    }
    // The station's own account.
    let books = Callbooks::start().await;
    let wrong = [
        ("sources.qrz.password", "mistyped"),
        ("sources.hamqth.password", "mistyped"),
    ];
    let (_app, _, member) = proving(&books, &wrong).await;
    token(&member).await;
    for place in ["qrz", "hamqth"] {
        check(&member, place, "").await.problem(502, "source_account");
        assert_eq!(books.asked(), ["login"], "a refused login is not tried again");
    }
}

#[tokio::test]
async fn a_way_that_is_not_configured_is_off() {
    let (_app, _) = {
        let (app, _) = station(&[], &[CALL]).await;
        let member = Caller::signed_in(&app, CALL).await;
        token(&member).await;
        for place in ["qrz", "hamqth", "qrz_page"] {
            check(&member, place, "").await.problem(409, "verify_off");
        }
        let ladder = member.get(LADDER).await.expect(200).json();
        let ways = ladder["ways"].as_array().unwrap();
        for (id, why) in [
            ("qrz", "no_account"),
            ("qrz_page", "off"),
            ("domain", "no_account"),
        ] {
            let way = ways.iter().find(|way| way["id"] == id).unwrap();
            assert_eq!((&way["open"], &way["why"]), (&json!(false), &json!(why)), "{id}");
        }
        (app, member)
    };
}

#[tokio::test]
async fn looks_at_other_people_s_servers_are_counted() {
    let books = Callbooks::start().await;
    let (mut app, _, member) = proving(&books, &[]).await;
    token(&member).await;
    let mut statuses = Vec::new();
    for _ in 0..31 {
        statuses.push(check(&member, "qrz", "").await.status.as_u16());
    }
    assert_eq!(statuses[29], 409);
    assert_eq!(statuses[30], 429);
    app.restart().await;
    let member = member.at(&app);
    check(&member, "hamqth", "").await.problem(429, "rate_limited");
    app.advance(Duration::from_hours(1));
    check(&member, "hamqth", "").await.problem(409, "no_entry");
}

#[tokio::test]
async fn public_pages_are_fetched_sparingly_and_not_where_they_are_refused() {
    let books = Callbooks::start().await;
    let (mut app, _, member) = proving(&books, &[("sources.qrz_page.enabled", "true")]).await;
    let made = token(&member).await;
    let text = made["token"].as_str().unwrap();
    books.put(CALL, biography("nothing"));
    check(&member, "qrz_page", "")
        .await
        .problem(409, "token_not_found");
    check(&member, "qrz_page", "").await.problem(429, "rate_limited");
    assert_eq!(books.asked(), ["page"], "one in half a minute");
    for _ in 0..4 {
        app.advance(Duration::from_secs(31));
        check(&member, "qrz_page", "")
            .await
            .problem(409, "token_not_found");
    }
    app.advance(Duration::from_secs(31));
    check(&member, "qrz_page", "").await.problem(429, "rate_limited");
    assert_eq!(books.asked().len(), 4, "five in a day");

    app.advance(Duration::from_hours(13));
    app.advance(Duration::from_hours(10));
    books.answer_instead(Some((403, "no robots")));
    app.advance(Duration::from_hours(1));
    let member = Caller::signed_in(&app, CALL).await;
    let made_again = token(&member).await;
    assert_ne!(made_again["token"], text, "a day is over");
    check(&member, "qrz_page", "")
        .await
        .problem(409, "source_stopped");
    books.answer_instead(None);
    app.advance(Duration::from_hours(2));
    app.restart().await;
    let member = Caller::signed_in(&app, CALL).await;
    check(&member, "qrz_page", "")
        .await
        .problem(409, "source_stopped");
    assert_eq!(books.asked(), ["page"], "none for a day after a refusal");
    let shown = member.get("/verify").await.expect(200).text;
    assert!(shown.contains("QRZ asked us not to fetch pages"), "{shown}");

    app.advance(Duration::from_hours(23));
    let member = Caller::signed_in(&app, CALL).await;
    let made = token(&member).await;
    books.put(CALL, biography(made["token"].as_str().unwrap()));
    let stranger = Callbooks::start().await;
    stranger.put(CALL, biography(made["token"].as_str().unwrap()));
    // Another port is another site.
    books.send_on_to(&stranger.base);
    check(&member, "qrz_page", "")
        .await
        .problem(502, "source_unreachable");
    assert!(stranger.asked().is_empty(), "redirects stay at home");
}

#[tokio::test]
async fn a_public_page_proves_the_call_it_is_of() {
    let books = Callbooks::start().await;
    let (app, _, member) = proving(&books, &[("sources.qrz_page.enabled", "true")]).await;
    let made = token(&member).await;
    let text = made["token"].as_str().unwrap();
    books.put(
        CALL,
        Page {
            alias_of: Some("DL9ZZZ"),
            ..biography(text)
        },
    );
    check(&member, "qrz_page", "").await.problem(409, "other_call");
    app.advance(Duration::from_secs(31));
    books.put(CALL, biography(text));
    check(&member, "qrz_page", "").await.expect(200);
    assert_eq!(proofs(&member).await[0]["method"], "qrz");
}

/// Two name servers, and the settings of a station that asks them.
async fn name_servers() -> (NameServer, NameServer, String) {
    let (one, other) = (NameServer::start().await, NameServer::start().await);
    let both = format!("{}, {}", one.address, other.address);
    (one, other, both)
}

const AMPR: &str = "_shackbox-verify.dl1abc.ampr.org";

#[tokio::test]
async fn a_text_record_that_two_name_servers_see_proves_the_call() {
    let (one, other, both) = name_servers().await;
    let books = Callbooks::start().await;
    let (_app, _, member) = proving(&books, &[("identity.verify.resolvers", &both)]).await;
    let made = token(&member).await;
    let record = made["record"].as_str().unwrap();
    // A name that is not there yet costs no try.
    for _ in 0..32 {
        check(&member, "ampr", "").await.problem(409, "no_record");
    }
    one.put(AMPR, "v=spf1 -all");
    other.put(AMPR, "v=spf1 -all");
    check(&member, "ampr", "").await.problem(409, "token_not_found");
    one.put(AMPR, record);
    one.vouch();
    check(&member, "ampr", "").await.problem(409, "servers_disagree");
    other.put(AMPR, record);
    other.cut_off();
    check(&member, "ampr", "").await.expect(200);
    let proof = &proofs(&member).await[0];
    assert_eq!(
        (&proof["method"], &proof["trust"]),
        (&json!("dns_ampr"), &json!("high"))
    );
    assert!(proof["evidence"].as_str().unwrap().contains(AMPR));
}

#[tokio::test]
async fn one_name_server_is_enough_where_it_is_trusted_to_check_signatures() {
    let server = NameServer::start().await;
    let address = server.address.to_string();
    let settings = [
        ("identity.verify.resolvers", address.as_str()),
        ("identity.verify.dnssec", "true"),
    ];
    let books = Callbooks::start().await;
    let (_app, _, member) = proving(&books, &settings).await;
    let made = token(&member).await;
    server.put(AMPR, made["record"].as_str().unwrap());
    check(&member, "ampr", "")
        .await
        .problem(502, "source_unreachable");
    server.vouch();
    check(&member, "ampr", "").await.expect(200);
}

#[tokio::test]
async fn an_own_domain_counts_where_the_callbook_names_it() {
    let (one, other, both) = name_servers().await;
    let books = Callbooks::start().await;
    let (_app, _, member) = proving(&books, &[("identity.verify.resolvers", &both)]).await;
    let made = token(&member).await;
    for inner in [
        "localhost",
        "router.lan",
        "10.0.0.1",
        "db.internal",
        "1.0.0.127.in-addr.arpa",
    ] {
        check(&member, "domain", inner).await.problem(422, "invalid");
    }
    books.put(
        CALL,
        Page {
            web: "https://www.dl1abc.example.net/<b>".to_owned(),
            ..Page::default()
        },
    );
    for foreign in [
        "example.net",
        "other.net",
        "www.other.net",
        "x.dl1abc.example.net",
    ] {
        let refused = check(&member, "domain", foreign).await;
        refused.problem(422, "domain_not_named");
    }
    assert!(
        one.asked().is_empty() && other.asked().is_empty(),
        "no name server hears of them"
    );

    let name = "_shackbox-verify.dl1abc.example.net";
    for server in [&one, &other] {
        server.alias(name, "proofs.other.net");
        server.put("proofs.other.net", made["record"].as_str().unwrap());
    }
    check(&member, "domain", "dl1abc.example.net")
        .await
        .problem(409, "alias_leads_away");
    for server in [&one, &other] {
        server.alias(name, "proofs.dl1abc.example.net");
        server.put("proofs.dl1abc.example.net", made["record"].as_str().unwrap());
    }
    check(&member, "domain", "DL1ABC.example.net.").await.expect(200);
    assert_eq!(proofs(&member).await[0]["method"], "dns");
    assert_eq!(proofs(&member).await[0]["trust"], "medium");
}
