//! Logs signed with TQSL for a challenge.

use std::io::Write as _;
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use flate2::Compression;
use flate2::write::GzEncoder;
use shackbox::testkit::lotw::{Digest, Key, Template};

use super::*;

/// A log of one contact as TQSL writes it.
fn log(call: &str, certificate: &[u8], key: Key) -> Vec<u8> {
    let field = |(name, value): (&str, &str)| format!("<{name}:{}>{value}\n", value.len());
    let record = |kind: &str, fields: &[(&str, &str)]| {
        let fields: String = fields.iter().copied().map(field).collect();
        format!("<Rec_Type:{}>{kind}\n{fields}<eor>\n\n", kind.len())
    };
    let signdata = format!("14JN47PJ2820M{call}CW2026-11-2111:55:00Z");
    let signature = BASE64_STANDARD.encode(key.sign(Digest::Sha1, signdata.as_bytes()));
    let certificate = BASE64_STANDARD.encode(certificate);
    let text = [
        "<TQSL_IDENT:18>TQSL made for test\n\n".to_owned(),
        record("tCERT", &[("CERT_UID", "1"), ("CERTIFICATE", &certificate)]),
        record(
            "tSTATION",
            &[
                ("STATION_UID", "1"),
                ("CERT_UID", "1"),
                ("CALL", "N0CALL"),
                ("DXCC", "291"),
                ("GRIDSQUARE", "JN47pj"),
                ("ITUZ", "028"),
                ("CQZ", "14"),
            ],
        ),
        record(
            "tCONTACT",
            &[
                ("STATION_UID", "1"),
                ("CALL", call),
                ("BAND", "20M"),
                ("MODE", "CW"),
                ("QSO_DATE", "2026-11-21"),
                ("QSO_TIME", "11:55:00Z"),
                ("SIGN_LOTW_V2.0", &signature),
                ("SIGNDATA", &signdata),
            ],
        ),
    ]
    .concat();
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(text.as_bytes()).unwrap();
    packed.finish().unwrap()
}

/// A member whose call is not proven, and a station that knows the authority.
async fn member() -> (Station, Caller) {
    let station = Station::start().await;
    station.trust("issuer.pem", &production()).await;
    let admin = station.member(ADMIN).await;
    let user = serde_json::json!({"call": "N0CALL", "password": PASSWORD});
    admin.post("/api/v1/users", &user).await.expect(201);
    let member = station.member("N0CALL").await;
    (station, member)
}

async fn page(member: &Caller) -> String {
    page_of(member, "/verify/lotw-log").await.text
}

/// The challenge on the page.
fn challenge(page: &str) -> Option<String> {
    let at = page.find(">SB7")? + 1;
    Some(page[at..at + 9].to_owned())
}

async fn begin(member: &Caller) -> String {
    post(member, "/verify/lotw-log", None, "do=begin")
        .await
        .expect(303);
    challenge(&page(member).await).unwrap()
}

async fn upload(member: &Caller, file: &[u8]) -> Reply {
    let mut body =
        b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"log.tq8\"\r\n\r\n".to_vec();
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--b--\r\n");
    let request = member
        .request(Method::POST, "/verify/lotw-log")
        .header("content-type", "multipart/form-data; boundary=b")
        .header("accept", PAGE)
        .body(body);
    send(request).await
}

fn user(call: &str) -> Vec<u8> {
    Template::user(call).signed_by(Key::Production)
}

#[tokio::test]
async fn a_signed_log_proves_the_call_once() {
    let (mut station, member) = member().await;
    assert_eq!(challenge(&page(&member).await), None);
    let call = begin(&member).await;
    assert_eq!(begin(&member).await, call, "one at a time");
    station.app.restart().await;
    let member = station.member("N0CALL").await;
    let file = log(&call, &user("N0CALL"), Key::User);
    upload(&member, &file).await.expect(303);
    let proofs = member
        .get("/api/v1/account/verifications")
        .await
        .expect(200)
        .json();
    assert_eq!(proofs["items"][0]["method"], "lotw_signed_log");
    let again = upload(&member, &file).await.expect(422);
    assert!(again.text.contains("was used already"), "{}", again.text);
    assert!(page(&member).await.contains("Give me a call"));
}

#[tokio::test]
async fn every_log_that_proves_nothing_is_told_why() {
    let (station, member) = member().await;
    let call = begin(&member).await;
    let expired = Template {
        not_before: "2025-07-01".to_owned(),
        not_after: "2026-11-20".to_owned(),
        ..Template::user("N0CALL")
    };
    let forged = Template::user("N0CALL").signed_by(Key::Forger);
    let bomb = {
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        packed.write_all(&vec![b' '; 1 << 20]).unwrap();
        packed.finish().unwrap()
    };
    let cases: [(Vec<u8>, &str); 8] = [
        (b"not packed".to_vec(), "not packed with gzip"),
        (vec![0x1F; 80 << 10], "larger than a log of one contact"),
        (bomb, "larger than a log of one contact"),
        (log("K1ABC", &user("N0CALL"), Key::User), "it should be with"),
        (log("SB7AAAAAA", &user("N0CALL"), Key::User), "it should be with"),
        (
            log(&call, &user("N0CALL"), Key::OtherUser),
            "not that of the certificate",
        ),
        (
            log(&call, &expired.signed_by(Key::Production), Key::User),
            "expired on",
        ),
        (log(&call, &forged, Key::User), "none of the authorities"),
    ];
    for (file, why) in cases {
        let reply = upload(&member, &file).await.expect(422);
        assert!(reply.text.contains(why), "{why}: {}", reply.text);
        assert!(reply.text.contains("role=\"alert\""));
    }
    // None of them has used the challenge up; its hour does.
    assert_eq!(challenge(&page(&member).await).as_deref(), Some(call.as_str()));
    station.app.advance(Duration::from_secs(3601));
    let late = upload(&member, &log(&call, &user("N0CALL"), Key::User))
        .await
        .expect(422);
    assert!(late.text.contains("its hour is over"), "{}", late.text);
}

#[tokio::test]
async fn a_challenge_is_the_account_s_own() {
    let (station, member) = member().await;
    let call = begin(&member).await;
    station.app.account("W1AW", false, PASSWORD).await;
    let other = station.member("W1AW").await;
    let reply = upload(&other, &log(&call, &user("N0CALL"), Key::User))
        .await
        .expect(422);
    assert!(
        reply.text.contains("was used already, or its hour is over"),
        "{}",
        reply.text
    );
    begin(&other).await;
    let reply = upload(&other, &log(&call, &user("N0CALL"), Key::User))
        .await
        .expect(422);
    assert!(reply.text.contains("it should be with"), "{}", reply.text);
    send(station.browser().request(Method::GET, "/verify/lotw-log"))
        .await
        .expect(303);
}
