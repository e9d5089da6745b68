//! Programs with a token for one name: routers that say their address, clients that prove a domain.

use reqwest::Method;
use serde_json::json;
use shackbox::testkit::TestApp;

use super::dns_names::{TOP, answers, club};
use crate::kit::{Caller, Reply, send};

async fn token(member: &Caller, name: &str, scope: &str) -> String {
    let wish = json!({"name": name, "scope": scope, "label": "test"});
    let made = member.post(&format!("{TOP}/tokens"), &wish).await.expect(201);
    assert_eq!(made.header("cache-control"), "no-store");
    made.json()["token"].as_str().unwrap().to_owned()
}

async fn update(app: &TestApp, token: &str, query: &str) -> Reply {
    let request = Caller::guest(app).request(Method::GET, &format!("/nic/update?{query}"));
    send(
        request
            .basic_auth("k6bp", Some(token))
            .header("user-agent", "ddclient/3.10.0"),
    )
    .await
}

#[tokio::test]
async fn a_router_says_its_address() {
    let (app, member) = club().await;
    let token = token(&member, "home", "dyndns").await;
    let line = |query: &'static str| {
        let (app, token) = (&app, &token);
        async move {
            let reply = update(app, token, query).await.expect(200);
            assert!(reply.header("content-type").starts_with("text/plain"));
            reply.text
        }
    };
    let host = "hostname=home.k6bp.club.example&myip=192.0.2.10";
    assert_eq!(line(host).await, "good 192.0.2.10\n");
    assert_eq!(
        answers(&member, "home.k6bp.club.example", "A").await,
        ["192.0.2.10"]
    );
    assert_eq!(line(host).await, "nochg 192.0.2.10\n");
    let both = "hostname=a.example.org,home.k6bp.club.example,nodots&myip=192.0.2.10,2001:db8::7";
    assert_eq!(line(both).await, "nohost\ngood 192.0.2.10,2001:db8::7\nnotfqdn\n");
    // Twice in two minutes is enough.
    assert_eq!(
        line("hostname=home.k6bp.club.example&myip=192.0.2.11").await,
        "abuse\n"
    );
    app.advance(std::time::Duration::from_mins(2));
    assert_eq!(
        line("hostname=home.k6bp.club.example&myipv6=").await,
        "dnserr\n",
        "127.0.0.1 is of no use"
    );
    assert_eq!(
        line("hostname=home.k6bp.club.example&myipv4=preserve&myipv6=2001:db8:5::/48").await,
        "good 192.0.2.10,2001:db8:5::7\n"
    );
    assert_eq!(
        line("hostname=home.k6bp.club.example&myip=10.1.2.3").await,
        "dnserr\n"
    );
    assert_eq!(
        line("hostname=home.k6bp.club.example&myip=here").await,
        "dnserr\n"
    );
}

#[tokio::test]
async fn only_bad_credentials_are_401_and_not_for_ever() {
    let (app, member) = club().await;
    let good = token(&member, "@", "dyndns").await;
    for _ in 0..10 {
        let reply = update(&app, "sbd_wrong", "hostname=k6bp.club.example&myip=192.0.2.1").await;
        assert_eq!(reply.expect(401).text, "badauth\n");
    }
    let reply = update(&app, "sbd_wrong", "").await.expect(429);
    assert!(reply.headers.contains_key("retry-after"));
    assert_eq!(
        update(&app, &good, "myip=192.0.2.1").await.expect(200).text,
        "good 192.0.2.1\n"
    );
    let proof = token(&member, "@", "acme").await;
    update(&app, &proof, "myip=192.0.2.2").await.expect(429);
    let list = member.get(&format!("{TOP}/tokens")).await.expect(200);
    assert!(!list.text.contains(&good));
    let id = list.json()["items"][0]["id"].as_str().unwrap().to_owned();
    member
        .delete(&format!("/api/v1/dns/tokens/{id}"))
        .await
        .expect(204);
    update(&app, &good, "myip=192.0.2.3").await.expect(429);
}

#[tokio::test]
async fn whoever_asks_is_told_his_address() {
    let (app, _) = club().await;
    let guest = Caller::guest(&app);
    assert_eq!(guest.get("/ip").await.expect(200).text, "127.0.0.1\n");
    let page = guest.get("/checkip").await.expect(200);
    assert!(
        page.text.contains("Current IP Address: 127.0.0.1"),
        "{}",
        page.text
    );
    let member = Caller::signed_in(&app, "K6BP").await;
    let token = token(&member, "@", "dyndns").await;
    let silent = guest
        .request(Method::GET, "/nic/update?myip=192.0.2.1")
        .basic_auth("x", Some(&token));
    assert_eq!(
        send(silent.header("user-agent", "")).await.expect(200).text,
        "badagent\n"
    );
}

#[tokio::test]
async fn proofs_stand_side_by_side_until_they_are_taken_away() {
    let (app, member) = club().await;
    let token = token(&member, "@", "acme").await;
    let call = |path: &'static str, body: serde_json::Value, bearer: bool| {
        let request = Caller::guest(&app).request(Method::POST, path).json(&body);
        let request = if bearer {
            request.bearer_auth(&token)
        } else {
            request.basic_auth("lego", Some(&token))
        };
        send(request)
    };
    let place = "_acme-challenge.k6bp.club.example";
    let record = |value: &str| json!({"fqdn": format!("{place}."), "value": value});
    call("/present", record("one"), false).await.expect(200);
    call("/present", record("two"), true).await.expect(200);
    let raw = json!({"domain": "k6bp.club.example", "token": "t", "keyAuth": "t.thumb"});
    call("/present", raw.clone(), false).await.expect(200);
    assert_eq!(answers(&member, place, "TXT").await.len(), 3);
    call("/cleanup", record("one"), false).await.expect(200);
    call("/cleanup", raw, false).await.expect(200);
    assert_eq!(answers(&member, place, "TXT").await, ["\"two\""]);
    let below = json!({"domain": "www.k6bp.club.example", "value": "x"});
    call("/present", below, true).await.expect(200);
    let other = json!({"domain": "w1aw.club.example", "value": "x"});
    assert!(call("/present", other, true).await.status.is_client_error());
    let plain = json!({"fqdn": "k6bp.club.example", "value": "x"});
    call("/present", plain, true).await.problem(403, "not_granted");

    let nobody = Caller::guest(&app)
        .request(Method::POST, "/present")
        .json(&record("three"));
    let refused = send(nobody).await;
    assert!(refused.header("www-authenticate").starts_with("Basic"));
    refused.problem(401, "unauthenticated");
    let key = Caller::with_key(&app, app.key("K6BP", &["dns.write"]).await);
    key.post("/present", &record("four")).await.expect(200);
    assert_eq!(answers(&member, place, "TXT").await.len(), 2);
}

#[tokio::test]
async fn an_administrator_shares_part_of_a_zone_with_a_member() {
    let (app, member) = club().await;
    let admin = Caller::signed_in(&app, "W1AW").await;
    let rights = "/api/v1/dns/zones/club.example/rights";
    let shared = "/api/v1/dns/zones/net.club.example";
    member.get(shared).await.expect(404);
    let wish = json!({"member": "K6BP", "name": "net", "reach": "subtree"});
    member.post(rights, &wish).await.expect(403);
    admin
        .post(
            rights,
            &json!({"member": "N0BODY", "name": "net", "reach": "self"}),
        )
        .await
        .expect(422);
    admin.post(rights, &wish).await.expect(204);
    let given = admin.get(rights).await.expect(200).json();
    assert_eq!(given["items"][0]["member"], "K6BP");
    assert_eq!(given["items"][0]["name"], "net.club.example");
    assert_eq!(given["items"][0]["by"], "W1AW");
    let record = json!({"name": "mail", "type": "CNAME", "content": "k6bp.club.example"});
    let made = member
        .post(&format!("{shared}/records"), &record)
        .await
        .expect(201);
    assert_eq!(made.json()["content"], "k6bp.club.example.net.club.example.");
    let notes = made.json()["notes"].as_array().cloned().unwrap_or_default();
    let codes: Vec<_> = notes.iter().map(|note| &note["code"]).collect();
    assert_eq!(codes, ["doubled-zone", "relative-target"]);
    member
        .delete("/api/v1/dns/zones/club.example/rights/K6BP?name=net")
        .await
        .expect(403);
    admin
        .delete("/api/v1/dns/zones/club.example/rights/K6BP?name=net")
        .await
        .expect(204);
    member.get(shared).await.expect(404);
}
