//! Files in and out: import, report, rejects, undo, again; the export brings the same contacts back.

use std::collections::BTreeMap;

use insta::assert_json_snapshot;
use serde_json::{Value, json};
use shackbox::ham::adif::Reader;
use shackbox::testkit::{TestApp, adif_gen};

use crate::kit::{Caller, PASSWORD, send};

const LOG: &str = "made by hand <ADIF_VER:5>3.1.4 <USERDEF1:8:N>EPC_RANK <EOH>\n\
    <CALL:6>JA1XYZ <QSO_DATE:8>20240102 <TIME_ON:4>0304 <BAND:3>20m <MODE:2>CW <APP_TEST_WORD:5>hello <EPC_RANK:2>17 <EOR>\n\
    <CALL:5>DL1AB <QSO_DATE:8>20240102 <TIME_ON:4>0310 <BAND:3>20m <MODE:3>FT8 <NAME:5>Jörg <EOR>\n\
    <CALL:5>DL2AB <QSO_DATE:8>20241302 <TIME_ON:4>0310 <BAND:3>20m <MODE:3>FT8 <EOR>\n";

async fn station() -> (TestApp, Caller) {
    let app = TestApp::start().await;
    app.account("K6BP", true, PASSWORD).await;
    let logger = Caller::with_key(&app, app.key("K6BP", &["full"]).await);
    (app, logger)
}

/// The records of a file, each as its fields by name, in an order of their own.
fn records(adif: &[u8]) -> Vec<BTreeMap<String, String>> {
    let mut records: Vec<BTreeMap<String, String>> = Reader::new(adif)
        .filter_map(|entry| entry.record)
        .map(|record| {
            let fields = record.fields.iter();
            fields
                .map(|field| (field.name.as_str().to_ascii_uppercase(), field.value.to_string()))
                .collect()
        })
        .collect();
    records.sort();
    records
}

async fn export(caller: &Caller, query: &str) -> String {
    let reply = caller
        .get(&format!("/api/v1/logbook/adif{query}"))
        .await
        .expect(200);
    reply.text
}

#[tokio::test]
async fn an_import_reports_what_it_did() {
    let (app, logger) = station().await;
    let job = logger.import(&app, LOG).await;
    assert_json_snapshot!(job, {".id" => "[id]"});

    let id = job["id"].as_str().unwrap();
    let rejects = logger
        .get(&format!("/api/v1/logbook/imports/{id}/rejects.adi"))
        .await
        .expect(200);
    assert!(rejects.text.contains("<CALL:5>DL2AB"), "{}", rejects.text);
    let spool = app.data_dir().join("spool");
    assert_eq!(
        std::fs::read_dir(spool).unwrap().count(),
        0,
        "the file is gone after"
    );
}

#[tokio::test]
async fn an_import_undone_and_done_again() {
    let (mut app, logger) = station().await;
    let first = logger.import(&app, LOG).await;
    assert_eq!(first["result"]["added"], 2);
    let again = logger.import(&app, LOG).await;
    assert_eq!(
        (&again["result"]["added"], &again["result"]["duplicates"]),
        (&json!(0), &json!(2)),
        "a file imported twice adds nothing: {again}"
    );

    let undo = format!("/api/v1/logbook/imports/{}/undo", first["id"].as_str().unwrap());
    let undone = logger.post(&undo, &json!({})).await.expect(200).json();
    assert_eq!(undone, json!({"removed": 2, "restored": 0, "kept": 0}));
    assert_eq!(logger.get("/api/v1/logbook/qsos").await.json()["total"], 0);
    logger.post(&undo, &json!({})).await.problem(409, "import_state");

    let back = logger.import(&app, LOG).await;
    assert_eq!(back["result"]["added"], 2, "{back}");
    app.stop().await;
    assert_eq!(app.findings(), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_exported_reads_back_as_the_same_contacts() {
    let (app, logger) = station().await;
    let mut file = Vec::new();
    adif_gen::generate(3_000, 11, &mut file).unwrap();
    let job = logger.import(&app, file).await;
    assert_eq!(job["state"], "done", "{job}");
    let added = job["result"]["added"].as_u64().unwrap();
    logger.import(&app, LOG).await;
    let adi = export(&logger, "").await;
    assert_eq!(records(adi.as_bytes()).len() as u64, added + 2);
    assert!(
        adi.contains("<APP_TEST_WORD:5>hello") && adi.contains("EPC_RANK"),
        "unknown fields are kept"
    );

    // Both formats, into empty logbooks elsewhere: the same contacts and fields.
    for form in ["", "?format=adx"] {
        let (other, second) = station().await;
        let job = second.import(&other, export(&logger, form).await).await;
        assert_eq!(job["result"]["added"], json!(added + 2), "{form}: {job}");
        assert_eq!(job["result"]["rejected"], 0, "{form}: {job}");
        let (one, two) = (
            records(adi.as_bytes()),
            records(export(&second, "").await.as_bytes()),
        );
        for (one, two) in one.iter().zip(&two) {
            assert_eq!(one, two, "{form}");
        }
        assert_eq!(one.len(), two.len());
    }
}

#[tokio::test]
async fn an_export_is_fetched_in_parts() {
    let (app, logger) = station().await;
    let mut file = Vec::new();
    adif_gen::generate(50, 12, &mut file).unwrap();
    logger.import(&app, file).await;
    let whole = records(export(&logger, "").await.as_bytes());
    let mut parts = Vec::new();
    let mut path = "/api/v1/logbook/adif?limit=20".to_owned();
    loop {
        let reply = logger.get(&path).await.expect(200);
        parts.extend(records(reply.text.as_bytes()));
        let Some(link) = reply.headers.get("link") else {
            break;
        };
        let link = link.to_str().unwrap();
        path = link.split(['<', '>']).nth(1).unwrap().to_owned();
        assert!(link.contains("rel=\"next\""), "{link}");
    }
    parts.sort();
    assert_eq!(parts, whole);
}

#[tokio::test]
async fn a_form_upload_names_its_file() {
    let (app, logger) = station().await;
    let body = format!(
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"old log.adi\"\r\n\r\n{LOG}\r\n--b--\r\n"
    );
    let request = logger
        .request(reqwest::Method::POST, "/api/v1/logbook/adif")
        .header("content-type", "multipart/form-data; boundary=b")
        .body(body);
    let reply = send(request).await.expect(202);
    app.settle().await;
    let job = logger.get(reply.json()["url"].as_str().unwrap()).await.json();
    assert_eq!(job["result"]["added"], 2, "{job}");
    let imports = logger.get("/api/v1/logbook/imports").await.json();
    assert_eq!(imports["items"][0]["file"], "old log.adi");

    let empty = logger
        .request(reqwest::Method::POST, "/api/v1/logbook/adif")
        .header("content-type", "multipart/form-data; boundary=b")
        .body("--b\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\n1\r\n--b--\r\n");
    send(empty).await.problem(422, "no_file");
}

#[tokio::test]
async fn a_job_is_called_off_and_goes_on_only_while_its_file_is_there() {
    let (app, logger) = station().await;
    let mut file = Vec::new();
    adif_gen::generate(20_000, 13, &mut file).unwrap();
    let url = logger.upload("", file).await;
    logger
        .post(&format!("{url}/cancel"), &json!({}))
        .await
        .expect(202);
    app.settle().await;
    let job = logger.get(&url).await.json();
    assert_eq!(job["state"], "cancelled", "{job}");
    logger
        .post(&format!("{url}/cancel"), &json!({}))
        .await
        .problem(409, "job_ended");
    let spool = app.data_dir().join("spool");
    let kept: Vec<_> = std::fs::read_dir(spool)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(kept.len(), 1, "its file stays a while, for a second thought");
    std::fs::remove_file(&kept[0]).unwrap();

    logger.post(&format!("{url}/retry"), &json!({})).await.expect(202);
    app.settle().await;
    let job = logger.get(&url).await.json();
    assert_eq!(job["state"], "failed", "{job}");
    assert!(
        job["error"].as_str().unwrap().contains("again"),
        "it says what to do: {job}"
    );

    let import = format!("/api/v1/logbook/imports/{}", job["id"].as_str().unwrap());
    assert_eq!(logger.get(&import).await.json()["state"], "stopped");
    logger.post(&format!("{import}/undo"), &json!({})).await;
    app.settle().await;
    assert_eq!(logger.get("/api/v1/logbook/qsos").await.json()["total"], 0);
}

#[tokio::test]
async fn jobs_of_others_are_not_admitted_to_exist() {
    let (app, logger) = station().await;
    app.account("W1AW", false, PASSWORD).await;
    let job = logger.import(&app, LOG).await;
    let stranger = Caller::with_key(&app, app.key("W1AW", &["full"]).await);
    let id = job["id"].as_str().unwrap();
    stranger
        .get(&format!("/api/v1/jobs/{id}"))
        .await
        .problem(404, "not_found");
    stranger
        .post(&format!("/api/v1/jobs/{id}/cancel"), &json!({}))
        .await
        .problem(404, "not_found");
    let import = format!("/api/v1/logbook/imports/{id}");
    stranger.get(&import).await.problem(404, "not_found");
    stranger
        .post(&format!("{import}/undo"), &json!({}))
        .await
        .problem(404, "not_found");
    stranger
        .get("/api/v1/jobs?all=true")
        .await
        .problem(403, "forbidden");
    let mine: Value = stranger.get("/api/v1/jobs").await.expect(200).json();
    assert_eq!(mine["items"], json!([]));
}
