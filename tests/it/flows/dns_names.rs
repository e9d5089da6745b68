//! A member's name over HTTP: records, change sets, history, files, templates, what the world sees.

use reqwest::Method;
use serde_json::{Value, json};
use shackbox::testkit::TestApp;

use crate::kit::{Caller, PASSWORD, Reply, send};

/// Where the name of the tests is.
pub(super) const TOP: &str = "/api/v1/dns/zones/k6bp.club.example";

/// A server with a members' zone, and K6BP with a name in it.
pub(super) async fn club() -> (TestApp, Caller) {
    let app = TestApp::with(&[("dns.base_domain", "club.example"), ("dns.listen", "off")]).await;
    app.account("W1AW", true, PASSWORD).await;
    app.account("K6BP", false, PASSWORD).await;
    let member = Caller::signed_in(&app, "K6BP").await;
    has_name(&app, &member).await;
    (app, member)
}

/// Waits until the member's name is there: it follows the account's events.
async fn has_name(app: &TestApp, member: &Caller) {
    for _ in 0..200 {
        app.settle().await;
        if member.get(TOP).await.status == 200 {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("no name was given");
}

async fn add(member: &Caller, body: &Value) -> Reply {
    member.post(&format!("{TOP}/records"), body).await
}

/// The contents of the answer to a question.
pub(super) async fn answers(member: &Caller, name: &str, kind: &str) -> Vec<String> {
    let seen = member
        .get(&format!("/api/v1/dns/lookup?name={name}&type={kind}"))
        .await
        .expect(200)
        .json();
    let records = seen["answer"].as_array().unwrap();
    records
        .iter()
        .map(|record| record["content"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_record_is_made_seen_changed_and_taken_away() {
    let (_app, member) = club().await;
    let zones = member.get("/api/v1/dns/zones").await.expect(200).json();
    assert_eq!(zones["items"][0]["name"], "k6bp.club.example");
    assert_eq!(zones["items"][0]["kind"], "name");
    assert_eq!(zones["items"][0]["pending"], false);

    let body = json!({"name": "host", "type": "A", "content": "192.0.2.7", "ttl": 300});
    let made = add(&member, &body).await.expect(201);
    let record = made.json();
    assert_eq!(record["state"], "live");
    assert_eq!(
        answers(&member, "host.k6bp.club.example", "A").await,
        ["192.0.2.7"]
    );
    add(&member, &body).await.expect(200);

    let list = member.get(&format!("{TOP}/records?name=host")).await.expect(200);
    let item = &list.json()["items"][0];
    assert_eq!(
        (
            &item["name"],
            &item["type"],
            &item["content"],
            &item["ttl"],
            &item["id"]
        ),
        (
            &json!("host"),
            &json!("A"),
            &json!("192.0.2.7"),
            &json!(300),
            &record["id"]
        )
    );

    let place = format!("{TOP}/records/{}", record["id"].as_str().unwrap());
    assert_eq!(made.header("location"), place);
    let changed = member
        .patch(&place, &json!({"content": "192.0.2.8"}))
        .await
        .expect(200);
    assert_eq!(
        answers(&member, "host.k6bp.club.example", "A").await,
        ["192.0.2.8"]
    );
    member
        .patch(&place, &json!({"ttl": 600}))
        .await
        .problem(404, "not_found");
    let place = format!("{TOP}/records/{}", changed.json()["id"].as_str().unwrap());
    member.delete(&place).await.expect(204);
    assert!(answers(&member, "host.k6bp.club.example", "A").await.is_empty());
}

#[tokio::test]
async fn what_is_wrong_is_named_with_field_and_rule() {
    let (_app, member) = club().await;
    let host = json!({"name": "host", "type": "A", "content": "192.0.2.1"});
    add(&member, &host).await.expect(201);
    for (body, field) in [
        (
            json!({"name": "x", "type": "A", "content": "192.0.2.300"}),
            "content",
        ),
        (json!({"name": "x", "type": "ALIAS", "content": "a."}), "type"),
        (
            json!({"name": "x y", "type": "A", "content": "192.0.2.1"}),
            "name",
        ),
        (
            json!({"name": "x", "type": "A", "content": "192.0.2.1", "ttl": -1}),
            "ttl",
        ),
        (
            json!({"name": "x", "type": "A", "content": "192.0.2.1", "ttl": 3_000_000_000_u32}),
            "ttl",
        ),
        (
            json!({"name": "host", "type": "CNAME", "content": "a.example."}),
            "type",
        ),
    ] {
        let reply = add(&member, &body).await.expect(422).json();
        assert_eq!(reply["errors"][0]["field"], field, "{reply}");
        assert!(reply["errors"][0]["rule"].is_string(), "{reply}");
    }
    let outside = json!({"name": "www.other.example.", "type": "A", "content": "192.0.2.1"});
    add(&member, &outside).await.problem(422, "out_of_zone");
    let delegation = json!({"name": "sub", "type": "NS", "content": "ns.example.net."});
    add(&member, &delegation).await.problem(403, "not_granted");
    member
        .get("/api/v1/dns/zones/w1aw.club.example/records")
        .await
        .problem(404, "not_found");
    member
        .post("/api/v1/dns/zones", &json!({"name": "k6bp.example"}))
        .await
        .problem(403, "forbidden");
}

#[tokio::test]
async fn a_change_set_is_made_whole_or_not_at_all_and_taken_back() {
    let (_app, member) = club().await;
    let good = json!({"changes": [
        {"action": "put", "name": "a", "type": "A", "ttl": 60, "records": ["192.0.2.1", "192.0.2.2"]},
        {"action": "add", "name": "a", "type": "TXT", "records": ["\"one\""]},
    ]});
    let made = member
        .post(&format!("{TOP}/changes"), &good)
        .await
        .expect(200)
        .json();
    assert_eq!(answers(&member, "a.k6bp.club.example", "A").await.len(), 2);

    let bad = json!({"changes": [
        {"action": "remove", "name": "a", "type": "A"},
        {"action": "put", "name": "b", "type": "MX", "records": ["10 mail."]},
        {"action": "put", "name": "c", "type": "A", "records": ["here"]},
    ]});
    let problem = member
        .post(&format!("{TOP}/changes"), &bad)
        .await
        .problem(422, "invalid");
    assert_eq!(problem["errors"][0]["field"], "changes[2].content");
    assert_eq!(answers(&member, "a.k6bp.club.example", "A").await.len(), 2);

    let history = member.get(&format!("{TOP}/history")).await.expect(200).json();
    assert_eq!(history["items"][0]["version"], made["version"]);
    assert_eq!(history["items"][0]["changes"][0]["after"]["ttl"], 60);
    let undo = format!("{TOP}/history/{}/undo", made["version"]);
    member.post(&undo, &json!({})).await.expect(200);
    assert!(answers(&member, "a.k6bp.club.example", "A").await.is_empty());
    member
        .post(&undo, &json!({}))
        .await
        .problem(412, "precondition_failed");
}

#[tokio::test]
async fn a_state_that_was_named_is_held_to() {
    let (_app, member) = club().await;
    let mark = member.get(TOP).await.expect(200).header("etag").to_owned();
    let body = json!({"name": "a", "type": "A", "content": "192.0.2.1"});
    let push = |mark: String| {
        let request = member
            .request(Method::POST, &format!("{TOP}/records"))
            .json(&body);
        send(request.header("if-match", mark))
    };
    push(mark.clone()).await.expect(201);
    push(mark).await.problem(412, "precondition_failed");
}

#[tokio::test]
async fn a_file_goes_in_and_comes_out_again() {
    let (_app, member) = club().await;
    let file = "$TTL 300\n@ IN SOA ns1.old.example. me.old.example. 1 2 3 4 5\n@ IN NS ns1.old.example.\n\
                rig IN A 192.0.2.5\n    IN TXT \"IC-7300\" \"100 W\"\n";
    let import = format!("{TOP}/import");
    let send_file = |query: &str, text: &str| {
        let request = member.request(Method::POST, &format!("{import}{query}"));
        send(request.body(text.to_owned()))
    };
    let checked = send_file("?check=true", file).await.expect(200).json();
    assert_eq!((&checked["records"], &checked["skipped"]), (&json!(4), &json!(2)));
    assert!(checked.get("outcome").is_none());
    send_file("", file).await.expect(200);
    assert_eq!(
        answers(&member, "rig.k6bp.club.example", "A").await,
        ["192.0.2.5"]
    );

    let out = member.get(&format!("{TOP}/export")).await.expect(200);
    assert!(out.header("content-type").starts_with("text/dns"));
    assert!(
        out.text
            .contains("rig.k6bp.club.example.\t300\tIN\tA\t192.0.2.5\n"),
        "{}",
        out.text
    );
    let again = send_file("?replace=true", &out.text).await.expect(200).json();
    assert_eq!(again["outcome"]["changed"], false);

    let problem = send_file("", "rig IN A here\n")
        .await
        .problem(422, "bad_master_file");
    assert!(
        problem["errors"][0]["field"]
            .as_str()
            .unwrap()
            .starts_with("line 1"),
        "{problem}"
    );
}

#[tokio::test]
async fn templates_fill_in_the_place_and_the_node() {
    let (_app, member) = club().await;
    let loc = format!("{TOP}/templates/loc");
    let shown = member
        .post(&loc, &json!({"grid": "CM87wj"}))
        .await
        .expect(200)
        .json();
    assert_eq!(shown["changes"][0]["type"], "LOC");
    assert!(answers(&member, "k6bp.club.example", "LOC").await.is_empty());
    member
        .post(&loc, &json!({"grid": "CM87wj", "altitude_m": 52, "apply": true}))
        .await
        .expect(200);
    assert_eq!(answers(&member, "k6bp.club.example", "LOC").await.len(), 1);

    let node = json!({"node": "2560", "address": "192.0.2.44", "echolink": true, "apply": true});
    member
        .post(&format!("{TOP}/templates/allstar"), &node)
        .await
        .expect(200);
    let found = answers(&member, "_iax._udp.2560.k6bp.club.example", "SRV").await;
    assert_eq!(found, ["10 10 4569 2560.k6bp.club.example."]);
    assert_eq!(
        answers(&member, "2560.k6bp.club.example", "A").await,
        ["192.0.2.44"]
    );
    let wrong = json!({"node": "twelve"});
    let problem = member
        .post(&format!("{TOP}/templates/allstar"), &wrong)
        .await
        .problem(422, "invalid");
    assert_eq!(problem["errors"][0]["field"], "node");
}

#[tokio::test]
async fn help_names_every_type_with_an_example() {
    let (app, _) = club().await;
    let key = Caller::with_key(&app, app.key("K6BP", &["dns.write"]).await);
    let types = key.get("/api/v1/dns/types").await.expect(200).json();
    let items = types["items"].as_array().unwrap();
    assert!(items.len() > 15);
    assert!(
        items
            .iter()
            .all(|item| item["content"] != "" && item["title"] != "")
    );
    let seen = key
        .get("/api/v1/dns/lookup?name=www.elsewhere.example")
        .await
        .expect(200)
        .json();
    assert_eq!(seen["status"], "REFUSED");
    let gone = key
        .get("/api/v1/dns/lookup?name=x.y.club.example&type=AAAA")
        .await
        .expect(200)
        .json();
    assert_eq!(gone["status"], "NXDOMAIN");
    assert_eq!(gone["authority"][0]["type"], "SOA");
}

#[tokio::test]
async fn an_administrator_has_zones_and_a_say_about_names() {
    let (app, member) = club().await;
    let admin = Caller::signed_in(&app, "W1AW").await;
    let zone = admin
        .post("/api/v1/dns/zones", &json!({"name": "44.in-addr.arpa"}))
        .await
        .expect(201)
        .json();
    assert_eq!(
        (&zone["name"], &zone["kind"]),
        (&json!("44.in-addr.arpa"), &json!("zone"))
    );
    admin
        .post("/api/v1/dns/zones", &json!({"name": "44.in-addr.arpa."}))
        .await
        .problem(409, "zone_exists");
    admin
        .delete("/api/v1/dns/zones/44.in-addr.arpa")
        .await
        .expect(204);
    admin
        .delete("/api/v1/dns/zones/club.example")
        .await
        .problem(409, "configured");

    add(
        &member,
        &json!({"name": "a", "type": "A", "content": "192.0.2.1"}),
    )
    .await
    .expect(201);
    let suspended = admin
        .patch(TOP, &json!({"state": "suspended"}))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&suspended["state"], &suspended["why"]),
        (&json!("suspended"), &json!("administrator"))
    );
    assert!(answers(&member, "a.k6bp.club.example", "A").await.is_empty());
    let refused = json!({"name": "b", "type": "A", "content": "192.0.2.1"});
    add(&member, &refused).await.problem(403, "name_suspended");
    admin.patch(TOP, &json!({"state": "live"})).await.expect(200);
    assert_eq!(answers(&member, "a.k6bp.club.example", "A").await, ["192.0.2.1"]);
}
