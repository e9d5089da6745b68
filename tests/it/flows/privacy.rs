//! What a member gets of what is held about them, and that nothing of it is left when they go.

use std::io::{Cursor, Read as _};
use std::time::Duration;

use serde_json::{Value, json};
use shackbox::testkit::TestApp;

use super::documents::show;
use crate::kit::{Caller, PASSWORD, answer_mail, qso, send};

/// Too much for one sealed piece, and not text.
const LICENCE: &[u8] = &{
    let mut bytes = [0xfe; 100_000];
    let head = *b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    let mut at = 0;
    while at < head.len() {
        bytes[at] = head[at];
        at += 1;
    }
    bytes
};
const EIGHT_DAYS: Duration = Duration::from_hours(8 * 24);

/// What names the person, as it is stored.
const NAMES: [&str; 7] = [
    "Hiram",
    "hiram@example.org",
    "0099887766",
    "Elmer's laptop",
    "W1AW",
    "SECRET-COMMENT-OF-MINE",
    "203.0.113.77",
];

/// A club where W1AW has left traces everywhere, and K6BP administers.
async fn station() -> (TestApp, Caller, Caller) {
    let app = TestApp::start().await;
    app.account("K6BP", true, PASSWORD).await;
    app.account("W1AW", false, PASSWORD).await;
    let (admin, member) = (
        Caller::signed_in(&app, "K6BP").await,
        Caller::signed_in(&app, "W1AW").await,
    );
    let particulars =
        json!({"name": "Hiram Percy", "grid": "FN31pr", "register_id": "0099887766", "directory": true});
    member.patch("/api/v1/account", &particulars).await.expect(200);
    member
        .post("/api/v1/account/email", &json!({"email": "hiram@example.org"}))
        .await
        .expect(202);
    answer_mail(&app).await;
    let key = json!({"name": "Elmer's laptop", "scopes": ["full"]});
    member.post("/api/v1/apikeys", &key).await.expect(201);
    member
        .post("/api/v1/account/secret", &json!({}))
        .await
        .expect(201);
    Caller::guest(&app)
        .post("/api/v1/recovery", &json!({"call": "W1AW"}))
        .await
        .expect(202);
    let mut contact = qso("JA1XYZ", "2026-11-21T09:32:00Z");
    contact["comment"] = json!("SECRET-COMMENT-OF-MINE");
    let request = member.request(reqwest::Method::POST, "/api/v1/logbook/qsos");
    send(request.header("idempotency-key", "of W1AW").json(&contact))
        .await
        .expect(201);
    let name = "the-licence-of-Hiram.png";
    show(&member, (name, LICENCE)).await.expect(201);
    member.post("/api/v1/account/morse", &json!({})).await.expect(201);
    member
        .import(
            &app,
            "<CALL:6>DL1ABC<QSO_DATE:8>20261120<TIME_ON:4>0932<BAND:3>20m<MODE:2>CW<EOR><CALL:3>???<EOR>",
        )
        .await;
    (app, admin, member)
}

/// Files in the directory of documents.
fn sealed(app: &TestApp) -> usize {
    std::fs::read_dir(app.data_dir().join("documents"))
        .unwrap()
        .count()
}

#[tokio::test]
async fn a_scan_that_was_withdrawn_or_is_damaged_is_not_in_the_copy_and_the_rest_is() {
    let (app, _, member) = station().await;
    // Names of files are in the order of time.
    for name in ["second.png", "third.png"] {
        app.advance(Duration::from_secs(1));
        show(&member, (name, LICENCE)).await.expect(201);
    }
    member.delete("/api/v1/account/documents/2").await.expect(204);
    let files = std::fs::read_dir(app.data_dir().join("documents")).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    let third = files.last().unwrap();
    let mut bytes = std::fs::read(third).unwrap();
    let end = bytes.len() - 1;
    bytes[end] ^= 1;
    std::fs::write(third, bytes).unwrap();
    let files = unpacked(&archive(&member).await);
    let named = |file: &&(String, Vec<u8>)| file.0.starts_with("account/documents/");
    assert_eq!(files.iter().filter(named).count(), 1);
    let (_, told) = files
        .iter()
        .find(|(name, _)| name == "account/documents.json")
        .unwrap();
    let told: Value = serde_json::from_slice(told).unwrap();
    let names: Vec<_> = (0..3).map(|at| &told[at]["file"]).collect();
    assert_eq!(
        names,
        [&json!("account/documents/1.png"), &Value::Null, &Value::Null]
    );
}

async fn archive(member: &Caller) -> Vec<u8> {
    let request = member.request(reqwest::Method::GET, "/api/v1/account/export");
    let reply = request.send().await.unwrap();
    assert_eq!(reply.status(), 200);
    assert_eq!(reply.headers()["content-type"], "application/zip");
    reply.bytes().await.unwrap().to_vec()
}

/// The files of an archive, read as any other program would: by the list at its end.
fn unpacked(zip: &[u8]) -> Vec<(String, Vec<u8>)> {
    let number = |at: usize, bytes: usize| {
        zip[at..at + bytes]
            .iter()
            .rev()
            .fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte))
    };
    let end = zip.len() - 22;
    assert_eq!(&zip[end..end + 4], b"PK\x05\x06", "the archive is whole");
    let (count, mut at) = (number(end + 10, 2), number(end + 16, 4));
    let mut files = Vec::new();
    for _ in 0..count {
        assert_eq!(&zip[at..at + 4], b"PK\x01\x02");
        let (packed, name_length, begin) = (number(at + 20, 4), number(at + 28, 2), number(at + 42, 4));
        let name = String::from_utf8(zip[at + 46..at + 46 + name_length].to_vec()).unwrap();
        let data = begin + 30 + number(begin + 26, 2) + number(begin + 28, 2);
        let mut bytes = Vec::new();
        let unpacked =
            flate2::read::DeflateDecoder::new(Cursor::new(&zip[data..data + packed])).read_to_end(&mut bytes);
        unpacked.unwrap();
        files.push((name, bytes));
        at += 46 + name_length + number(at + 30, 2) + number(at + 32, 2);
    }
    files
}

#[tokio::test]
async fn a_member_gets_everything_that_is_held_about_them_and_no_secret() {
    let (app, _, member) = station().await;
    let zip = archive(&member).await;
    let (documents, files): (Vec<_>, Vec<_>) = unpacked(&zip)
        .into_iter()
        .partition(|(name, _)| name.starts_with("account/documents/"));
    let text = |(name, bytes)| (name, String::from_utf8(bytes).expect("all others are text"));
    let files: Vec<(String, String)> = files.into_iter().map(text).collect();
    let file = |name: &str| -> &str {
        let found = files.iter().find(|(own, _)| own == name);
        found.map_or_else(|| panic!("no {name} in {files:?}"), |(_, text)| text.as_str())
    };
    let account: Value = serde_json::from_str(file("account/account.json")).unwrap();
    assert_eq!(account["email"], "hiram@example.org");
    assert_eq!(account["person"]["register_id"], "0099887766");
    let [(name, scan)] = &documents[..] else {
        panic!("{} documents", documents.len());
    };
    assert!(scan == LICENCE, "the scan as it was sent");
    let sent: Value = serde_json::from_str(file("account/documents.json")).unwrap();
    assert_eq!(
        (&sent[0]["file"], &sent[0]["bytes"]),
        (&json!(name), &json!(LICENCE.len()))
    );
    assert!(file("account/api_keys.json").contains("Elmer's laptop"));
    assert!(file("account/audit.json").contains("key.created"));
    assert!(file("logbook/W1AW.adi").contains("SECRET-COMMENT-OF-MINE"));
    assert!(file("logbook/W1AW.adi").contains("DL1ABC"));
    let all: String = files.iter().map(|(_, text)| text.as_str()).collect();
    assert!(!all.contains("$argon2"), "no hash of a password");
    assert!(!all.contains("sealed"), "no sealed secret");
    for (name, text) in &files {
        if std::path::Path::new(name)
            .extension()
            .is_some_and(|end| end == "json")
        {
            serde_json::from_str::<Value>(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
    drop(app);
}

#[tokio::test]
async fn a_copy_needs_the_owner_in_person_lately_confirmed_and_is_made_a_few_times_a_day() {
    let (app, _, member) = station().await;
    let key = Caller::with_key(&app, app.key("W1AW", &["full"]).await);
    key.get("/api/v1/account/export")
        .await
        .problem(403, "session_required");
    Caller::guest(&app)
        .get("/api/v1/account/export")
        .await
        .problem(401, "unauthenticated");
    for _ in 0..3 {
        archive(&member).await;
    }
    member
        .get("/api/v1/account/export")
        .await
        .problem(429, "rate_limited");
    app.advance(Duration::from_mins(11));
    app.advance(Duration::from_hours(24));
    let later = Caller::signed_in(&app, "W1AW").await;
    app.advance(Duration::from_mins(11));
    later
        .get("/api/v1/account/export")
        .await
        .problem(401, "reauthentication_required");
}

#[tokio::test]
async fn an_erased_member_leaves_nothing_that_names_them() {
    let (mut app, admin, member) = station().await;
    let before = String::from_utf8_lossy(&app.stored()).into_owned();
    for name in NAMES.iter().filter(|name| **name != "203.0.113.77") {
        assert!(before.contains(name), "{name} is there to be erased");
    }
    assert_eq!(sealed(&app), 1, "the scan is there");
    member
        .post("/api/v1/account/erasure", &json!({"logs": true}))
        .await
        .expect(200);
    app.advance(EIGHT_DAYS);
    app.settle().await;
    let after = String::from_utf8_lossy(&app.stored()).into_owned();
    for name in NAMES {
        let at = after.find(name);
        let around = at.map(|at| after[at.saturating_sub(120)..(at + 120).min(after.len())].to_owned());
        assert_eq!(around, None, "{name} is left");
    }
    assert!(after.contains("account 2"), "the audit trail has a pseudonym");
    assert_eq!(sealed(&app), 0, "the scan is gone");
    let users = Caller::signed_in(&app, "K6BP")
        .await
        .get("/api/v1/users")
        .await
        .expect(200);
    assert!(!users.text.contains("W1AW"));
    Caller::guest(&app)
        .post("/api/v1/session", &json!({"call": "W1AW", "password": PASSWORD}))
        .await
        .problem(401, "wrong_credentials");
    member
        .get("/api/v1/account")
        .await
        .problem(401, "unauthenticated");
    drop(admin);
    app.stop().await;
    assert_eq!(app.findings(), Vec::<String>::new());
}

#[tokio::test]
async fn contacts_stay_as_nobodys_where_their_owner_does_not_want_them_gone() {
    let (mut app, _, member) = station().await;
    member
        .post("/api/v1/account/erasure", &json!({}))
        .await
        .expect(200);
    app.advance(EIGHT_DAYS);
    app.settle().await;
    let after = String::from_utf8_lossy(&app.stored()).into_owned();
    assert!(after.contains("JA1XYZ"), "what happened on the air stays");
    for name in ["Hiram", "hiram@example.org", "0099887766", "Elmer's laptop"] {
        assert!(!after.contains(name), "{name} is left");
    }
    // Whoever comes after gets the call and none of its contacts.
    app.account("W1AW", false, PASSWORD).await;
    let next = Caller::signed_in(&app, "W1AW").await;
    let log = next.get("/api/v1/logbook/qsos").await.expect(200).json();
    assert_eq!(log["items"], json!([]));
    app.stop().await;
    assert_eq!(app.findings(), Vec::<String>::new());
}

#[tokio::test]
async fn a_wish_to_be_erased_is_taken_back_within_a_week() {
    let (app, _, member) = station().await;
    member
        .post("/api/v1/account/erasure", &json!({}))
        .await
        .expect(200);
    let asked = member.get("/api/v1/account/erasure").await.expect(200).json();
    assert_eq!(asked["asked"], true);
    app.advance(Duration::from_hours(5 * 24));
    app.settle().await;
    let again = Caller::signed_in(&app, "W1AW").await;
    again.delete("/api/v1/account/erasure").await.expect(204);
    again
        .delete("/api/v1/account/erasure")
        .await
        .problem(404, "not_found");
    app.advance(EIGHT_DAYS);
    app.settle().await;
    Caller::signed_in(&app, "W1AW").await;
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let (app, admin, _) = station().await;
    admin
        .post("/api/v1/account/erasure", &json!({}))
        .await
        .problem(409, "last_administrator");
    drop(app);
}

#[tokio::test]
async fn others_see_of_a_member_what_the_member_wants() {
    let (app, _, member) = station().await;
    app.account("K1ABC", false, PASSWORD).await;
    let other = Caller::signed_in(&app, "K1ABC").await;
    let guest = Caller::guest(&app);
    let seen = |reply: crate::kit::Reply| reply.expect(200).json();
    let path = "/api/v1/directory/W1AW";

    let by_guest = seen(guest.get(path).await);
    assert_eq!(by_guest["grid"], "FN31", "the square alone");
    assert!(
        by_guest.get("name").is_none() && by_guest.get("email").is_none(),
        "{by_guest}"
    );
    let (lat, lon) = (
        by_guest["lat"].as_f64().unwrap(),
        by_guest["lon"].as_f64().unwrap(),
    );
    assert!(
        (41.0..42.0).contains(&lat) && (-74.0..-72.0).contains(&lon),
        "{lat} {lon}"
    );
    assert_eq!(seen(guest.get(path).await), by_guest, "always at the same place");
    assert_eq!(seen(other.get(path).await)["name"], "Hiram Percy");
    assert_eq!(
        seen(member.get(path).await)["grid"],
        "FN31pr",
        "one's own is exact"
    );

    for (precision, grid) in [("exact", json!("FN31pr")), ("none", Value::Null)] {
        member
            .patch("/api/v1/account", &json!({"grid_precision": precision}))
            .await
            .expect(200);
        let now = seen(guest.get(path).await);
        assert_eq!(now.get("grid").cloned().unwrap_or_default(), grid);
        assert_eq!(now.get("lat").is_some(), precision == "exact");
    }
    member
        .patch("/api/v1/account", &json!({"directory": false}))
        .await
        .expect(200);
    for caller in [&guest, &other] {
        caller.get(path).await.problem(404, "not_found");
        assert_eq!(seen(caller.get("/api/v1/directory").await)["items"], json!([]));
    }
}
