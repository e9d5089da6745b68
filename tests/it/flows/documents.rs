//! Licences shown to the administrators: what is taken, who reads it, when it is gone.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use shackbox::testkit::TestApp;

use crate::kit::{Caller, PASSWORD, Reply, send};

const OWN: &str = "/api/v1/account/documents";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR, and so on";
const MARKUP: &str = "<script>alert(1)</script>";

/// A form as a browser sends it.
fn form(fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    if let Some((name, bytes)) = file {
        let head = format!(
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: image/png\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--x--\r\n");
    body
}

async fn post_form(caller: &Caller, path: &str, body: Vec<u8>) -> Reply {
    let request = caller
        .request(Method::POST, path)
        .header("content-type", "multipart/form-data; boundary=x")
        .body(body);
    send(request).await
}

pub(super) async fn show(caller: &Caller, file: (&str, &[u8])) -> Reply {
    post_form(caller, OWN, form(&[], Some(file))).await
}

struct Station {
    app: TestApp,
    admin: Caller,
    member: Caller,
}

impl Station {
    /// An administrator, and a member who only claims the call W1AW.
    async fn new() -> Self {
        let app = TestApp::start().await;
        app.account("K6BP", true, PASSWORD).await;
        let admin = Caller::signed_in(&app, "K6BP").await;
        let user = json!({"call": "W1AW", "password": PASSWORD, "email": "w1aw@example.org"});
        admin.post("/api/v1/users", &user).await.expect(201);
        let member = Caller::signed_in(&app, "W1AW").await;
        Self { app, admin, member }
    }

    /// Names of the files in the directory of documents.
    fn files(&self) -> Vec<String> {
        let found = std::fs::read_dir(self.app.data_dir().join("documents"));
        let found = found.into_iter().flatten().flatten();
        found
            .map(|file| file.file_name().into_string().unwrap())
            .collect()
    }

    async fn review(&self) -> Value {
        let open = self.admin.get("/api/v1/reviews").await.expect(200).json();
        open["items"][0].clone()
    }

    async fn decide(&self, accept: bool, reason: &str) -> Value {
        let path = format!("/api/v1/reviews/{}/decision", self.review().await["id"]);
        let verdict = json!({"accept": accept, "reason": reason});
        self.admin.post(&path, &verdict).await.expect(200).json()
    }

    /// A night passes, and its work is done.
    async fn night(&self, days: u64) {
        self.app.advance(Duration::from_hours(24 * days));
        self.app.settle().await;
    }
}

#[tokio::test]
async fn a_licence_that_is_accepted_proves_the_call() {
    let station = Station::new().await;
    let fields = [("note", "the second page is the call")];
    let shown = post_form(&station.member, OWN, form(&fields, Some(("licence.png", PNG)))).await;
    let shown = shown.expect(201).json();
    assert_eq!(
        (&shown["call"], &shown["state"]),
        (&json!("W1AW"), &json!("open"))
    );
    let review = station.review().await;
    assert_eq!(review["kind"], "document");
    assert_eq!(review["note"], "the second page is the call");

    let path = format!("/api/v1/documents/{}/file", review["document"]);
    let file = send(station.admin.request(Method::GET, &path)).await.expect(200);
    assert_eq!(file.header("content-type"), "image/png");
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    assert_eq!(file.header("cache-control"), "no-store");
    assert!(
        file.header("content-disposition")
            .starts_with("attachment; filename=\"licence-W1AW-")
    );
    let policy = file.header("content-security-policy");
    assert!(
        policy.contains("sandbox") && policy.contains("default-src 'none'"),
        "{policy}"
    );
    assert!(!policy.contains("allow-"), "{policy}");
    let audit = station.admin.get("/api/v1/admin/audit").await.expect(200).text;
    assert!(audit.contains("document.read"), "{audit}");

    station.decide(true, "").await;
    let session = station.member.get("/api/v1/session").await.expect(200).json();
    assert_eq!(session["account"]["verified"], true);
    let proofs = station
        .member
        .get("/api/v1/account/verifications")
        .await
        .expect(200)
        .json();
    let proof = &proofs["items"][0];
    assert_eq!(proof["method"], "document");
    assert!(proof["evidence"].as_str().unwrap().contains("SHA-256"), "{proof}");
    let mails = station.app.mails();
    assert!(
        mails
            .iter()
            .any(|mail| mail.to == "w1aw@example.org" && mail.text.contains("accepted"))
    );
    let page = station.member.get("/verify/document").await.expect(200).text;
    assert!(page.contains("accepted"), "{page}");

    station.night(29).await;
    assert_eq!(station.files().len(), 1, "it is kept for a while");
    station.night(3).await;
    assert_eq!(station.files(), Vec::<String>::new());
    // Nobody's session lasts so long.
    let member = Caller::signed_in(&station.app, "W1AW").await;
    let admin = Caller::signed_in(&station.app, "K6BP").await;
    let gone = member.get(OWN).await.expect(200).json();
    assert!(gone["items"][0]["erased"].is_string(), "{gone}");
    admin.get(&path).await.problem(404, "not_found");
    let session = member.get("/api/v1/session").await.expect(200).json();
    assert_eq!(session["account"]["verified"], true, "the proof stays");
}

#[tokio::test]
async fn what_the_file_is_called_or_claims_to_be_does_not_matter() {
    let station = Station::new().await;
    let html = format!("<!doctype html>{MARKUP}");
    let svg = format!("<svg xmlns='http://www.w3.org/2000/svg'>{MARKUP}</svg>");
    for (name, bytes) in [
        ("licence.png", html.as_bytes()),
        ("licence.pdf", svg.as_bytes()),
        ("licence.jpg", b"GIF89a/*"),
        ("licence.exe", b"MZ\x90\0\x03\0\0\0\x04\0\0\0"),
        ("licence.png", b"\x89PNG"),
    ] {
        let problem = show(&station.member, (name, bytes)).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["field"], "file", "{name}");
    }
    assert_eq!(station.files(), Vec::<String>::new());
    assert!(station.review().await.is_null());

    // A file that is two things at once is sent as the one that was taken it for, and nothing in it runs.
    let both = [PNG, html.as_bytes()].concat();
    let name = format!("../../{MARKUP}\\..\\{MARKUP}.html");
    let shown = show(&station.member, (&name.replace('"', ""), &both))
        .await
        .expect(201)
        .json();
    assert!(!shown["name"].as_str().unwrap().contains('/'), "{shown}");
    let path = format!("/api/v1/documents/{}/file", shown["id"]);
    let file = station.admin.get(&path).await.expect(200);
    assert_eq!(file.header("content-type"), "image/png");
    assert!(file.header("content-disposition").starts_with("attachment"));
}

#[tokio::test]
async fn markup_in_names_notes_and_reasons_is_text() {
    let station = Station::new().await;
    let file = Some(("<img src=x onerror=alert(1)>.png", PNG));
    post_form(&station.member, OWN, form(&[("note", MARKUP)], file))
        .await
        .expect(201);
    let queue = station.admin.get("/admin/review").await.expect(200).text;
    let escaped = "&#60;script&#62;alert(1)";
    assert!(queue.contains(escaped) && !queue.contains(MARKUP), "{queue}");
    assert!(!queue.contains("<img src=x"), "{queue}");
    station.decide(false, MARKUP).await;
    for page in [
        station.member.get("/verify/document").await.expect(200).text,
        station.admin.get("/admin/review").await.expect(200).text,
    ] {
        assert!(page.contains(escaped) && !page.contains(MARKUP), "{page}");
    }
}

#[tokio::test]
async fn files_that_are_too_large_or_too_many_are_refused_and_leave_nothing() {
    let station = Station::new().await;
    let huge = [PNG, &vec![0; 10_000_000]].concat();
    show(&station.member, ("huge.png", &huge))
        .await
        .problem(413, "too_large");
    assert_eq!(station.files(), Vec::<String>::new());
    let none = post_form(&station.member, OWN, form(&[("note", "x")], None)).await;
    none.problem(422, "invalid");
    let empty = post_form(&station.member, OWN, form(&[], Some(("", b"")))).await;
    empty.problem(422, "invalid");
    for _ in 0..3 {
        show(&station.member, ("licence.png", PNG)).await.expect(201);
    }
    show(&station.member, ("licence.png", PNG))
        .await
        .problem(409, "too_many_documents");
    assert_eq!(station.files().len(), 3);
    let own = station.member.get(OWN).await.expect(200).json();
    let path = format!("{OWN}/{}", own["items"][0]["id"]);
    station.member.delete(&path).await.expect(204);
    assert_eq!(station.files().len(), 2, "its file goes at once");
    station.member.delete(&path).await.problem(404, "not_found");
    let open = station.admin.get("/api/v1/reviews").await.expect(200).json();
    assert_eq!(open["items"].as_array().unwrap().len(), 2, "so does its matter");
}

#[tokio::test]
async fn sending_is_counted_by_the_day() {
    let station = Station::new().await;
    for _ in 0..8 {
        show(&station.member, ("licence.txt", b"just text, no licence"))
            .await
            .problem(422, "invalid");
    }
    show(&station.member, ("licence.png", PNG))
        .await
        .problem(429, "rate_limited");
    station.app.advance(Duration::from_hours(25));
    let member = Caller::signed_in(&station.app, "W1AW").await;
    show(&member, ("licence.png", PNG)).await.expect(201);
}

#[tokio::test]
async fn nobody_but_owner_and_administrators_comes_near() {
    let station = Station::new().await;
    station.app.account("N0CALL", false, PASSWORD).await;
    let shown = show(&station.member, ("licence.png", PNG))
        .await
        .expect(201)
        .json();
    let (file, own) = (
        format!("/api/v1/documents/{}/file", shown["id"]),
        format!("{OWN}/{}", shown["id"]),
    );
    let stranger = Caller::signed_in(&station.app, "N0CALL").await;
    stranger.get(&file).await.problem(403, "forbidden");
    station.member.get(&file).await.problem(403, "forbidden");
    stranger.delete(&own).await.problem(404, "not_found");
    assert_eq!(stranger.get(OWN).await.expect(200).json()["items"], json!([]));
    let guest = Caller::guest(&station.app);
    guest.get(&file).await.problem(401, "unauthenticated");
    show(&guest, ("licence.png", PNG))
        .await
        .problem(401, "unauthenticated");
    let program = Caller::with_key(&station.app, station.app.key("W1AW", &["full"]).await);
    show(&program, ("licence.png", PNG))
        .await
        .problem(403, "session_required");
    // Somebody else's call is for those alone who have proven none.
    let other = form(&[("call", "W1AW")], Some(("licence.png", PNG)));
    post_form(&stranger, OWN, other).await.problem(409, "has_call");
    let portable = form(&[("call", "W1AW/P")], Some(("licence.png", PNG)));
    post_form(&station.member, OWN, portable)
        .await
        .problem(422, "invalid");
    assert_eq!(station.files().len(), 1);
}

#[tokio::test]
async fn what_a_crash_leaves_is_swept_and_what_is_lost_is_said() {
    let mut station = Station::new().await;
    let shown = show(&station.member, ("licence.png", PNG))
        .await
        .expect(201)
        .json();
    let dir = station.app.data_dir().join("documents");
    station.app.stop().await;
    std::fs::write(dir.join("half.part"), b"half").unwrap();
    std::fs::write(dir.join("no record"), b"whole").unwrap();
    for name in ["half.part", "no record"] {
        let old = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let file = std::fs::File::options().write(true).open(dir.join(name)).unwrap();
        file.set_modified(old).unwrap();
    }
    station.app.restart().await;
    assert_eq!(station.app_findings().await, Vec::<String>::new());
    let station = station.at();
    station.night(1).await;
    assert_eq!(station.files().len(), 1, "{:?}", station.files());

    std::fs::remove_file(dir.join(&station.files()[0])).unwrap();
    let admin = Caller::signed_in(&station.app, "K6BP").await;
    let path = format!("/api/v1/documents/{}/file", shown["id"]);
    admin.get(&path).await.problem(410, "file_missing");
    assert!(
        admin
            .get("/admin/review")
            .await
            .expect(200)
            .text
            .contains("The file is missing")
    );
    station.night(1).await;
    let admin = Caller::signed_in(&station.app, "K6BP").await;
    let jobs = admin.get("/api/v1/jobs?all=true").await.expect(200).json();
    assert!(jobs.to_string().contains("\"missing\":1"), "{jobs}");
}

impl Station {
    /// What the integrity check finds; the server is stopped for it and started again.
    async fn app_findings(&mut self) -> Vec<String> {
        self.app.stop().await;
        let found = self.app.findings();
        self.app.restart().await;
        found
    }

    /// The same people at a server that was restarted.
    fn at(self) -> Self {
        Self {
            admin: self.admin.at(&self.app),
            member: self.member.at(&self.app),
            app: self.app,
        }
    }
}

#[tokio::test]
async fn the_page_works_as_a_plain_form() {
    let station = Station::new().await;
    let page = station.member.get("/verify/document").await.expect(200).text;
    let csrf = page
        .split("name=\"csrf\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let browser = station.member.without_csrf();
    let bad = form(
        &[("csrf", csrf), ("call", "W1AW")],
        Some(("x.png", b"no licence at all")),
    );
    let bad = post_form(&browser, "/verify/document", bad).await.expect(422);
    assert!(bad.text.contains("Only PDF, JPEG, PNG and WebP"), "{}", bad.text);
    let good = form(
        &[("csrf", csrf), ("call", "W1AW"), ("note", "")],
        Some(("x.png", PNG)),
    );
    let sent = post_form(&browser, "/verify/document", good).await;
    let page = sent.expect(200);
    assert!(page.text.contains("waits for an administrator"), "{}", page.text);
    let forged = form(&[("call", "W1AW")], Some(("x.png", PNG)));
    post_form(&browser, "/verify/document", forged).await.expect(403);
}
