//! Logging, listing, changing and deleting contacts; how they look on the wire.

use insta::assert_json_snapshot;
use serde_json::{Value, json};
use shackbox::testkit::TestApp;

use crate::kit::{Caller, PASSWORD, qso, send};

const QSOS: &str = "/api/v1/logbook/qsos";

async fn station() -> (TestApp, Caller) {
    let app = TestApp::start().await;
    app.account("K6BP", true, PASSWORD).await;
    let logger = Caller::with_key(&app, app.key("K6BP", &["full"]).await);
    (app, logger)
}

#[tokio::test]
async fn a_contact_looks_as_promised() {
    let (_app, logger) = station().await;
    let body = json!({
        "call": "ja1xyz", "start": "2026-11-21T09:32:02Z", "end": "2026-11-21T09:33:00Z", "freq_hz": 14_081_500,
        "mode": "FT4", "rst_sent": "-08", "rst_rcvd": "-11", "grid": "PM95", "name": "Taro",
        "comment": "tnx", "adif": {"APP_X_Y": "kept as it came"},
    });
    let made = logger.post(QSOS, &body).await.expect(201);
    assert_json_snapshot!(made.json());
    assert_eq!(
        made.header("location"),
        format!("{QSOS}/{}", made.json()["id"].as_str().unwrap())
    );
}

#[tokio::test]
async fn an_adif_record_is_logged_as_json_is() {
    let (_app, logger) = station().await;
    let record = "<CALL:6>JA1XYZ<QSO_DATE:8>20261121<TIME_ON:6>093202<BAND:3>20m<MODE:4>MFSK<SUBMODE:3>FT4\
        <MY_RIG:4>IC-7<APP_N1MM_EXCH:3>599<EOR>";
    let request = logger
        .request(reqwest::Method::POST, QSOS)
        .header("content-type", "text/plain")
        .body(record);
    assert_json_snapshot!(send(request).await.expect(201).json());
}

#[tokio::test]
async fn a_duplicate_is_answered_with_the_contact_that_was_there() {
    let (_app, logger) = station().await;
    let first = logger
        .post(QSOS, &qso("JA1XYZ", "2026-11-21T09:32:02Z"))
        .await
        .expect(201)
        .json();
    assert_eq!(first["outcome"], "added");

    let again = logger
        .post(QSOS, &qso("JA1XYZ", "2026-11-21T09:32:02Z"))
        .await
        .expect(201)
        .json();
    assert_eq!(
        (&again["outcome"], &again["id"]),
        (&json!("duplicate"), &first["id"])
    );

    let mut more = qso("JA1XYZ", "2026-11-21T09:32:02Z");
    more["name"] = json!("Taro");
    let merged = logger.post(QSOS, &more).await.expect(201).json();
    assert_eq!(
        (&merged["outcome"], &merged["id"]),
        (&json!("merged"), &first["id"])
    );
    assert_eq!(merged["name"], "Taro");
    assert_eq!(logger.get(QSOS).await.json()["total"], 1);
}

#[tokio::test]
async fn a_contact_is_spotted_where_that_is_asked_for_and_logged_whatever_comes_of_it() {
    let (app, logger) = station().await;
    let sent = json!({
        "call": "JA1XYZ", "start": "2026-11-21T11:55:00Z", "freq_hz": 14_025_000, "freq_rx_hz": 14_027_000, "mode": "CW",
        "rst_sent": "579", "comment": "wife ill", "pota": "JP-0010", "spot": true,
    });
    let made = logger.post(QSOS, &sent).await.expect(201).json();
    assert_eq!(made["spot"]["outcome"], "spotted", "{made}");
    let spots = logger.get("/api/v1/dx/spots").await.json()["items"].clone();
    assert_eq!(spots.as_array().unwrap().len(), 1);
    for (name, value) in [
        ("seq", made["spot"]["seq"].clone()),
        ("call", json!("JA1XYZ")),
        ("freq_hz", json!(14_027_000)),
        ("mode", json!("CW")),
        ("time", json!("2026-11-21T11:55:00Z")),
        ("spotter", json!("K6BP")),
        ("source", json!("log")),
        // The log's own comment is nobody else's business.
        ("comment", json!("CW 579 JP-0010")),
        ("pota", json!("JP-0010")),
    ] {
        assert_eq!(spots[0][name], value, "{name}");
    }
    let again = logger.post(QSOS, &sent).await.expect(201).json();
    assert_eq!(
        (&again["outcome"], &again["spot"]["outcome"]),
        (&json!("duplicate"), &json!("duplicate"))
    );

    let only_logs = Caller::with_key(&app, app.key("K6BP", &["logbook.write"]).await);
    let now = "2026-11-21T11:59:00Z";
    let refused = [
        (&logger, "2026-11-21T09:32:02Z", json!(7_005_000), "half hour"),
        (&logger, now, json!(null), "frequency"),
        (&only_logs, now, json!(7_005_000), "dx.write"),
    ];
    for (number, (caller, start, freq, why)) in refused.into_iter().enumerate() {
        let contact = json!({
            "call": format!("DL{number}ABC"), "start": start, "band": "40m", "freq_hz": freq, "mode": "CW", "spot": true,
        });
        let made = caller.post(QSOS, &contact).await.expect(201).json();
        assert_eq!(
            (&made["outcome"], &made["spot"]["outcome"]),
            (&json!("added"), &json!("refused"))
        );
        let reason = made["spot"]["reason"].as_str().unwrap();
        assert!(reason.contains(why), "{reason}");
    }
    let mut odd = qso("JA1XYZ", now);
    odd["spot"] = json!("perhaps");
    logger.post(QSOS, &odd).await.problem(422, "invalid");
    assert_eq!(
        logger.get("/api/v1/dx/spots").await.json()["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(logger.get(QSOS).await.json()["total"], 4);
}

#[tokio::test]
async fn what_a_contact_needs_is_named() {
    let (_app, logger) = station().await;
    let check = async |body: Value, field: &str| {
        let problem = logger.post(QSOS, &body).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    };
    check(
        json!({"start": "2026-11-21T09:32:02Z", "band": "20m", "mode": "CW"}),
        "call",
    )
    .await;
    check(json!({"call": "JA1XYZ", "band": "20m", "mode": "CW"}), "start").await;
    check(
        json!({"call": "JA1XYZ", "start": "2026-11-21T09:32:02Z", "mode": "CW"}),
        "band",
    )
    .await;
    check(
        json!({"call": "JA1XYZ", "start": "2026-11-21T09:32:02Z", "band": "20m"}),
        "mode",
    )
    .await;
    check(qso("JA1XYZ", "2027-01-01T00:00:00Z"), "start").await;
    check(qso("no call", "2026-11-21T09:32:02Z"), "call").await;
    let mut odd = qso("JA1XYZ", "2026-11-21T09:32:02Z");
    odd["freq_hz"] = json!("twenty");
    check(odd, "freq_hz").await;
    assert_json_snapshot!(
        logger.post(QSOS, &qso("JA1XYZ", "never")).await.problem(422, "invalid"),
        {".request_id" => "[id]"}
    );
}

#[tokio::test]
async fn bodies_that_cannot_be_read_are_problems() {
    let (_app, logger) = station().await;
    let post = |kind: &str, body: &'static str| {
        let request = logger
            .request(reqwest::Method::POST, QSOS)
            .header("content-type", kind);
        send(request.body(body))
    };
    for (kind, body, status) in [
        ("application/json", "{", 400),
        ("application/json", "[1,2]", 422),
        ("application/json", "\"text\"", 422),
        ("application/xml", "<a/>", 415),
        ("text/plain", "no record at all", 422),
        ("text/plain", "<CALL:5>K1ABC<EOR><CALL:5>K1ABD<EOR>", 422),
    ] {
        let reply = post(kind, body).await;
        assert_eq!(reply.status, status, "{kind} {body}: {}", reply.text);
        assert_eq!(reply.header("content-type"), "application/problem+json");
    }
}

#[tokio::test]
async fn a_list_is_paged_to_its_end_without_a_doubled_or_lost_contact() {
    let (_app, logger) = station().await;
    for minute in 0..25 {
        let start = format!("2026-11-21T09:{minute:02}:00Z");
        logger
            .post(QSOS, &qso(&format!("K{}AB", minute % 10), &start))
            .await
            .expect(201);
    }
    for sort in ["start", "-start", "call", "-call"] {
        let mut seen = Vec::new();
        let mut path = format!("{QSOS}?limit=7&sort={sort}");
        loop {
            let page = logger.get(&path).await.expect(200).json();
            assert_eq!(page["total"], 25);
            let items = page["items"].as_array().unwrap();
            seen.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
            let Some(next) = page["next"].as_str() else { break };
            path = format!("{QSOS}?limit=7&sort={sort}&cursor={next}");
        }
        assert_eq!(seen.len(), 25, "sorted by {sort}");
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 25, "sorted by {sort}");
    }
    let page = logger.get(&format!("{QSOS}?limit=7")).await.json();
    let next = page["next"].as_str().unwrap();
    let other = format!("{QSOS}?limit=7&sort=call&cursor={next}");
    logger.get(&other).await.problem(400, "bad_cursor");
    logger
        .get(&format!("{QSOS}?cursor=forged"))
        .await
        .problem(400, "bad_cursor");
    logger
        .get(&format!("{QSOS}?q=nosuchword:1"))
        .await
        .problem(422, "bad_filter");
}

#[tokio::test]
async fn a_change_is_guarded_by_its_revision() {
    let (_app, logger) = station().await;
    let made = logger
        .post(QSOS, &qso("JA1XYZ", "2026-11-21T09:32:02Z"))
        .await
        .expect(201);
    let (id, etag) = (
        made.json()["id"].as_str().unwrap().to_owned(),
        made.header("etag").to_owned(),
    );
    let path = format!("{QSOS}/{id}");
    let shown = logger.get(&path).await.expect(200);
    assert_eq!(shown.header("etag"), etag);

    let change = |etag: &str, name: &str| {
        let request = logger
            .request(reqwest::Method::PATCH, &path)
            .header("if-match", etag);
        send(request.json(&json!({"name": name})))
    };
    let changed = change(&etag, "Taro").await.expect(200);
    assert_ne!(changed.header("etag"), etag);
    change(&etag, "Jiro").await.problem(412, "precondition_failed");
    change("\"what\"", "Jiro")
        .await
        .problem(412, "precondition_failed");
    assert_eq!(logger.get(&path).await.json()["name"], "Taro");
    change("*", "Jiro").await.expect(200);
    logger.patch(&path, &json!({"name": null})).await.expect(200);
    assert_eq!(logger.get(&path).await.json()["name"], Value::Null);

    let unchanged = logger
        .request(reqwest::Method::GET, &path)
        .header("if-none-match", logger.get(&path).await.header("etag"));
    assert_eq!(send(unchanged).await.status, 304);
}

#[tokio::test]
async fn a_deletion_is_taken_back_with_its_token() {
    let (_app, logger) = station().await;
    let made = logger
        .post(QSOS, &qso("JA1XYZ", "2026-11-21T09:32:02Z"))
        .await
        .expect(201)
        .json();
    let path = format!("{QSOS}/{}", made["id"].as_str().unwrap());
    let gone = logger.delete(&path).await.expect(200).json();
    logger.get(&path).await.problem(404, "not_found");
    logger.delete(&path).await.problem(404, "not_found");

    let undo = json!({"undo": gone["undo"]});
    logger.post("/api/v1/logbook/undo", &undo).await.expect(200);
    assert_eq!(logger.get(&path).await.expect(200).json()["call"], "JA1XYZ");
    logger
        .post("/api/v1/logbook/undo", &undo)
        .await
        .problem(410, "undo_gone");
}

#[tokio::test]
async fn problems_have_one_form() {
    let (_app, logger) = station().await;
    let problem = logger
        .get("/api/v1/logbook/qsos/nonsense")
        .await
        .problem(404, "not_found");
    assert_json_snapshot!(problem, {".request_id" => "[id]"});
    logger.get("/api/v1/nothing/here").await.problem(404, "not_found");
    logger
        .put(QSOS, &json!({}))
        .await
        .problem(405, "method_not_allowed");
    logger.get(&format!("{QSOS}?limit=many")).await.expect(400);
}
