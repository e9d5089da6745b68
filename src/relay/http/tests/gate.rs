use serde_json::json;

use super::house::{ACTION, EVIL, GOOD, House, JSON};

const TUNE: &str = r#"{"freq_hz":14074000}"#;
const CROSS: (&str, &str) = ("sec-fetch-site", "cross-site");

/// What is tried, how it is sent, with which headers, and the body.
type Way = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
);

#[tokio::test]
async fn a_hostile_page_moves_the_radio_in_none_of_nine_ways() {
    let house = House::new(&[]).await;
    let qsy = "GET /qsy?freq=14.074";
    let ways: [Way; 14] = [
        ("fetch", qsy, &[EVIL, CROSS], ""),
        ("fetch without cors", qsy, &[CROSS], ""),
        ("image", qsy, &[CROSS, ("sec-fetch-dest", "image")], ""),
        (
            "image of an old browser",
            qsy,
            &[("referer", "https://evil.example/")],
            "",
        ),
        ("fetch with the header", qsy, &[EVIL, CROSS, ACTION], ""),
        ("JSON", "POST /api/qsy", &[EVIL, CROSS, JSON, ACTION], TUNE),
        (
            "plain text",
            "POST /api/qsy",
            &[EVIL, CROSS, ("content-type", "text/plain")],
            TUNE,
        ),
        (
            "plain text, from nowhere",
            "POST /api/qsy",
            &[ACTION, ("content-type", "text/plain")],
            TUNE,
        ),
        (
            "form",
            "POST /api/qsy",
            &[EVIL, CROSS, ("content-type", "application/x-www-form-urlencoded")],
            "freq_hz=14074000",
        ),
        (
            "form of a sandbox",
            "POST /qsy?freq=14.074",
            &[("origin", "null"), ("content-type", "multipart/form-data")],
            "x",
        ),
        (
            "link",
            qsy,
            &[
                CROSS,
                ("sec-fetch-mode", "navigate"),
                ("sec-fetch-dest", "document"),
            ],
            "",
        ),
        (
            "frame",
            qsy,
            &[
                CROSS,
                ("sec-fetch-mode", "navigate"),
                ("sec-fetch-dest", "iframe"),
            ],
            "",
        ),
        (
            "another page of this computer",
            "GET /qsy?freq=14.074",
            &[
                ("origin", "http://localhost:3000"),
                ("sec-fetch-site", "same-site"),
                ACTION,
            ],
            "",
        ),
        ("two origins", qsy, &[GOOD, EVIL, ACTION], ""),
    ];
    for (way, line, headers, body) in ways {
        let answer = house.ask(line, headers, body).await;
        assert!([403, 405, 415].contains(&answer.status), "{way}: {answer:?}");
        assert!(
            answer.header("access-control-allow-origin").is_none(),
            "{way}: {answer:?}"
        );
    }
    for asked in ["GET", "POST"] {
        let headers = [EVIL, ("access-control-request-method", asked)];
        let answer = house.ask("OPTIONS /api/qsy", &headers, "").await;
        assert_eq!(answer.status, 403);
        assert!(answer.header("access-control-allow-headers").is_none());
    }
    assert_eq!(house.socket(&[EVIL]).await.err(), Some(403));
    assert_eq!(house.socket(&[EVIL, ACTION]).await.err(), Some(403));
    assert!(house.radio.moves().is_empty());
}

#[tokio::test]
async fn a_name_that_was_made_to_lead_here_is_refused_before_anything_else() {
    let house = House::new(&[]).await;
    let port = house.desk.address.port();
    let headers = [ACTION];
    for host in [
        format!("evil.example:{port}"),
        "127.0.0.1".to_owned(),
        format!("127.0.0.1:{}", port ^ 1),
        format!("127.0.0.1.evil.example:{port}"),
        format!("127.0.0.2:{port}"),
        String::new(),
    ] {
        let answer = house.ask_as(&host, "GET /qsy?freq=14.074", &headers, "").await;
        assert_eq!(
            (answer.status, answer.json()["code"].as_str()),
            (403, Some("wrong_host"))
        );
    }
    let line = "GET http://evil.example/qsy?freq=14.074";
    assert_eq!(house.ask(line, &headers, "").await.status, 403);
    let twice = [ACTION, ("host", "evil.example")];
    assert!(house.ask("GET /qsy?freq=14.074", &twice, "").await.status >= 400);
    assert!(house.radio.moves().is_empty());
    for host in [format!("localhost:{port}"), format!("[::1]:{port}")] {
        let answer = house.ask_as(&host, "GET /qsy?freq=14.074", &headers, "").await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
}

#[tokio::test]
async fn whoever_may_tunes_and_hears_where_the_radio_stands() {
    let house = House::new(&[]).await;
    let own = format!("http://{}", house.desk.address);
    let callers: [&[(&str, &str)]; 4] = [
        &[ACTION],
        &[("x-hams-action", "execute")],
        &[GOOD, CROSS, ACTION],
        &[("origin", &own), ("sec-fetch-site", "same-origin"), ACTION],
    ];
    for headers in callers {
        let answer = house.ask("GET /qsy?freq=14.074&mode=USB", headers, "").await;
        assert_eq!(answer.status, 200, "{headers:?}: {answer:?}");
        assert_eq!(answer.json()["freq_hz"], json!(14_074_000));
        assert_eq!(answer.json()["mode"], json!("USB"));
        let answer = house.ask("GET /qsy?freq=7100", headers, "").await;
        assert_eq!(answer.json()["freq_hz"], json!(7_100_000));
    }
    let wish = r#"{"freq_hz":7074000,"mode":"FT8"}"#;
    let answer = house.ask("POST /api/qsy", &[GOOD, JSON, ACTION], wish).await;
    assert_eq!(answer.json()["mode"], json!("PKTUSB"), "{answer:?}");
    assert_eq!(answer.header("access-control-allow-origin"), Some(GOOD.1));
    assert_eq!(answer.header("vary"), Some("origin"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let asked = [
        GOOD,
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type,x-shackbox-action"),
        ("access-control-request-private-network", "true"),
    ];
    let answer = house.ask("OPTIONS /api/qsy", &asked, "").await;
    assert_eq!(answer.status, 204);
    let allowed = answer.header("access-control-allow-headers").unwrap();
    assert!(allowed.contains("x-shackbox-action") && allowed.contains("authorization"));
    assert_eq!(
        answer.header("access-control-allow-private-network"),
        Some("true")
    );
    let without = house.ask("GET /qsy?freq=14.074", &[GOOD], "").await;
    assert_eq!(without.json()["code"], json!("action_header_missing"));
}

#[tokio::test]
async fn settings_are_for_the_relays_own_pages() {
    let house = House::new(&[]).await;
    let change = r#"{"name":"evil"}"#;
    for headers in [
        &[GOOD, JSON, ACTION][..],
        &[EVIL, JSON, ACTION],
        &[JSON],
        &[CROSS, JSON, ACTION],
    ] {
        let answer = house.ask("PUT /api/setup", headers, change).await;
        assert_eq!(answer.status, 403, "{headers:?}: {answer:?}");
    }
    assert_eq!(house.ask("GET /api/setup", &[GOOD], "").await.status, 403);
    assert_eq!(house.ask("GET /api/setup", &[CROSS], "").await.status, 403);
    let link = [
        CROSS,
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
    ];
    let page = house.ask("GET /setup", &link, "").await;
    assert_eq!(page.status, 200, "{page:?}");
    assert_eq!(page.header("x-frame-options"), Some("DENY"));
    let frame = [CROSS, ("sec-fetch-dest", "iframe")];
    assert_eq!(house.ask("GET /setup", &frame, "").await.status, 403);
}

#[tokio::test]
async fn a_page_is_paired_by_the_code_on_the_console() {
    let mut house = House::new(&[]).await;
    let page = ("origin", "https://new.example");
    let status = |answer: super::house::Answer| answer.status;
    assert_eq!(status(house.ask("GET /status", &[page], "").await), 403);
    let preflight = house.ask("OPTIONS /api/pair", &[page], "").await;
    assert_eq!(preflight.header("access-control-allow-origin"), Some(page.1));
    assert_eq!(
        house
            .ask("OPTIONS /api/pairings/x/allow", &[page], "")
            .await
            .status,
        403
    );
    let begun = house
        .ask("POST /api/pair", &[page, JSON], r#"{"name":"New log"}"#)
        .await;
    assert_eq!(begun.status, 202, "{begun:?}");
    assert_eq!(begun.header("access-control-allow-origin"), Some(page.1));
    let request = begun.json()["request"].as_str().unwrap().to_owned();
    let line = house.lines.recv().await.unwrap();
    assert!(line.contains("https://new.example (New log)"), "{line}");
    let waits = house.ask(&format!("GET /api/pair/{request}"), &[page], "").await;
    assert_eq!(waits.json(), json!({ "state": "waiting" }));
    let stolen = house.ask(&format!("GET /api/pair/{request}"), &[EVIL], "").await;
    assert_eq!(stolen.status, 404);
    let code: String = line.split("type ").nth(1).unwrap().chars().take(6).collect();
    let wrong = json!({ "request": request, "code": "x" }).to_string();
    let refused = house.ask("POST /api/pair", &[page, JSON], &wrong).await;
    assert_eq!(
        (refused.status, refused.json()["code"].as_str()),
        (403, Some("wrong_code"))
    );
    let right = json!({ "request": request, "code": code }).to_string();
    let granted = house.ask("POST /api/pair", &[page, JSON], &right).await;
    assert_eq!(
        (granted.status, &granted.json()["scopes"]),
        (200, &json!(["rig"]))
    );
    assert_eq!(status(house.ask("GET /status", &[page], "").await), 200);
    let tuned = house.ask("GET /qsy?freq=14.074", &[page, ACTION], "").await;
    assert_eq!(tuned.status, 200);
    let hidden = ("origin", "null");
    let answer = house
        .ask("POST /api/pair", &[hidden, JSON], r#"{"name":"x"}"#)
        .await;
    assert_eq!(answer.status, 403);
    let plain = ("content-type", "text/plain");
    let answer = house
        .ask("POST /api/pair", &[page, plain], r#"{"name":"x"}"#)
        .await;
    assert_eq!(answer.status, 415);
}
