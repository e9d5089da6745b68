//! The pages through the whole router, as a browser without script uses them.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

mod callbook;

use super::views::words_of;
use crate::app::{App, Services, routes};
use crate::config::{Config, Sources};
use crate::env::{Clock, Entropy, Env, Mailer, Outbound};
use crate::logging::Log;
use crate::web::Text;

const PASSWORD: &str = "seven quiet antennas";
const HTML: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

/// A running program with its administrator signed in.
struct Site {
    app: App,
    router: Router,
    cookies: Vec<(String, String)>,
    csrf: String,
    _dir: tempfile::TempDir,
}

/// An answer, read.
struct Page {
    status: StatusCode,
    place: String,
    kind: String,
    caching: String,
    text: String,
}

impl Site {
    /// A new installation that nobody is signed in to.
    async fn empty() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::fake("2026-11-21T12:00:00Z".parse().unwrap());
        let env = Env {
            mailer: Mailer::off(clock.clone()),
            entropy: Entropy::seeded(7),
            outbound: Outbound::new([]),
            clock: clock.clone(),
        };
        let sources = Sources {
            data_dir: Some(dir.path().join("data")),
            ..Sources::default()
        };
        let config = Config::load(&sources).unwrap();
        let services = Services::open_with(config, env).await.unwrap();
        let log = Log::start("info", false, clock).unwrap();
        let app = App::start(services, log).await.unwrap();
        Self {
            router: routes::router(&app).unwrap(),
            app,
            cookies: Vec::new(),
            csrf: String::new(),
            _dir: dir,
        }
    }

    /// The same with K6BP, its administrator, signed in.
    async fn new() -> Self {
        let mut site = Self::empty().await;
        let token = site.app.services.identity.first_run_token().unwrap();
        let form = format!("token={token}&call=k6bp&name=Bo&password={PASSWORD}&grid=CM87");
        let made = site.post("/setup", &form.replace(' ', "+")).await;
        assert_eq!((made.status, made.place.as_str()), (StatusCode::SEE_OTHER, "/"));
        let home = site.get("/").await;
        assert!(home.text.contains("The administrator is made"), "{}", home.text);
        site.csrf = between(&home.text, "name=\"csrf\" value=\"", "\"").to_owned();
        site
    }

    async fn get(&mut self, path: &str) -> Page {
        self.send(Request::get(path).header(header::ACCEPT, HTML), Body::empty())
            .await
    }

    async fn post(&mut self, path: &str, form: &str) -> Page {
        let body = format!("csrf={}&{form}", self.csrf);
        let request = Request::post(path)
            .header(header::ACCEPT, HTML)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, body.into()).await
    }

    async fn send(&mut self, request: axum::http::request::Builder, body: Body) -> Page {
        let jar: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = request
            .header(header::HOST, "localhost")
            .header(header::COOKIE, jar.join("; "))
            .body(body)
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        self.keep_cookies(&response);
        let text = |name| {
            let value = response.headers().get(name);
            value
                .map(|value| value.to_str().unwrap().to_owned())
                .unwrap_or_default()
        };
        let page = Page {
            status: response.status(),
            place: text(header::LOCATION),
            kind: text(header::CONTENT_TYPE),
            caching: text(header::CACHE_CONTROL),
            text: String::new(),
        };
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Page {
            text: String::from_utf8(bytes.to_vec()).unwrap(),
            ..page
        }
    }

    fn keep_cookies(&mut self, response: &Response<Body>) {
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (name, rest) = cookie.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !cookie.contains("Max-Age=0") {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    /// Sends a form and reads the page it leads to.
    async fn post_and_follow(&mut self, path: &str, form: &str) -> Page {
        let sent = self.post(path, form).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{path}: {}", sent.text);
        self.get(&sent.place).await
    }

    /// Logs a contact and returns its id.
    async fn log(&mut self, call: &str) -> String {
        let form = format!("logbook=K6BP&call={call}&freq=14074&mode=ft8&date=2026-11-20&time=0932");
        self.post_and_follow("/logbook/new", &form).await;
        let list = self.get("/logbook").await;
        between(&list.text, "<a href=\"/logbook/1-", "\"").to_owned()
    }
}

/// What stands between two texts.
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let from = text.find(start).unwrap_or_else(|| panic!("no {start} in {text}")) + start.len();
    let length = text[from..].find(end).unwrap();
    &text[from..from + length]
}

#[tokio::test]
async fn guests_are_led_to_the_sign_in_and_back() {
    let mut site = Site::empty().await;
    let page = site.get("/logbook?q=band:20m").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(page.place, "/login?next=%2Flogbook%3Fq%3Dband%3A20m");
    let head = Request::head("/").header(header::ACCEPT, HTML);
    assert_eq!(site.send(head, Body::empty()).await.place, "/login?next=%2F");
    let program = Request::get("/").header(header::ACCEPT, "application/json");
    let told = site.send(program, Body::empty()).await;
    assert_eq!(
        (told.status, told.kind.as_str()),
        (StatusCode::UNAUTHORIZED, "application/problem+json")
    );
}

#[tokio::test]
async fn what_went_wrong_is_a_page_for_browsers() {
    let mut site = Site::new().await;
    let missing = site.get("/nowhere").await;
    assert_eq!(
        (missing.status, missing.kind.as_str()),
        (StatusCode::NOT_FOUND, "text/html; charset=utf-8")
    );
    assert!(
        missing.text.contains("there is nothing at /nowhere"),
        "{}",
        missing.text
    );
    assert_eq!(missing.caching, "no-store");
    let method = site.get("/logout").await;
    assert_eq!(
        (method.status, method.kind.as_str()),
        (StatusCode::METHOD_NOT_ALLOWED, "text/html; charset=utf-8")
    );
    let book = site.get("/logbook?logbook=N0NE").await;
    assert_eq!(book.status, StatusCode::NOT_FOUND);
    site.csrf = "old".to_owned();
    let stale = site.post("/settings", "do=account").await;
    assert_eq!(stale.status, StatusCode::FORBIDDEN);
    assert!(stale.text.contains("This page is out of date"), "{}", stale.text);
}

#[tokio::test]
async fn every_page_reads_without_script_and_is_nobody_elses() {
    let mut site = Site::new().await;
    for path in [
        "/",
        "/logbook",
        "/logbook/new",
        "/import",
        "/export",
        "/logbooks",
        "/logbooks/K6BP",
        "/settings",
        "/verify/morse",
        "/verify/document",
        "/admin",
        "/admin/users",
        "/admin/review",
        "/admin/removals",
        "/admin/jobs",
        "/admin/backups",
        "/admin/health",
        "/admin/log",
        "/admin/outbox",
    ] {
        let page = site.get(path).await;
        assert_eq!(
            (page.status, page.caching.as_str()),
            (StatusCode::OK, "no-store"),
            "{path}"
        );
        let head = Request::head(path).header(header::ACCEPT, HTML);
        let head = site.send(head, Body::empty()).await;
        assert_eq!((head.status, head.text.as_str()), (StatusCode::OK, ""), "{path}");
    }
}

#[tokio::test]
async fn a_contact_is_logged_by_a_plain_form_which_says_what_became_of_it() {
    let mut site = Site::new().await;
    let form = "logbook=K6BP&call=ja1xyz&freq=14074&mode=ft8&date=2026-11-20&time=0932";
    for (more, said) in [
        ("", "The contact is logged."),
        ("", "The contact is in the log already; nothing was new."),
        ("&name=Aki", "The contact was in the log and is complete now."),
    ] {
        let page = site
            .post_and_follow("/logbook/new", &format!("{form}{more}"))
            .await;
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    let again = site.get("/logbook/new").await;
    assert!(
        !again.text.contains("The contact was in the log"),
        "it is said once"
    );

    let refused = site
        .post("/logbook/new", "logbook=K6BP&call=&freq=14074&mode=ft8&time=0932")
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(between(&refused.text, "data-error=\"call\">", "<"), "Is needed");
    let refused = site
        .post("/logbook/new", "logbook=K6BP&call=K1ABC&freq=quick&mode=ft8")
        .await;
    assert!(between(&refused.text, "data-error=\"freq\">", "<").contains("20m"));
    assert!(refused.text.contains("value=\"quick\""), "what was typed stays");
}

#[tokio::test]
async fn a_contact_is_changed_and_deleted_by_plain_forms() {
    let mut site = Site::new().await;
    let path = format!("/logbook/1-{}", site.log("JA1XYZ").await);
    let page = site.get(&path).await;
    let revision = between(&page.text, "name=\"revision\" value=\"", "\"").to_owned();
    let shown = "call=JA1XYZ&date=2026-11-20&time=0932&freq=14074.0&mode=FT8";

    let form = format!("do=edit&revision={revision}&{shown}&name=Aki");
    let changed = site.post_and_follow(&path, &form).await;
    assert!(
        changed.text.contains("The contact is changed."),
        "{}",
        changed.text
    );
    assert!(changed.text.contains("<dd>Aki</dd>"), "{}", changed.text);
    let stale = site.post(&path, &form).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);

    let revision = between(&stale.text, "name=\"revision\" value=\"", "\"").to_owned();
    let unsure = site.post(&path, &format!("do=delete&revision={revision}")).await;
    assert_eq!(unsure.status, StatusCode::UNPROCESSABLE_ENTITY);
    let gone = site
        .post_and_follow(&path, &format!("do=delete&revision={revision}&confirm=true"))
        .await;
    assert!(gone.text.contains("The contact is deleted."), "{}", gone.text);
    assert_eq!(site.get(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_file_is_imported_and_taken_back_by_plain_forms() {
    let mut site = Site::new().await;
    let record = "<CALL:5>K1ABC<QSO_DATE:8>20200101<TIME_ON:4>0100<BAND:3>20m<MODE:2>CW<EOR>";
    let part = |name: &str, file: &str, text: &str| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{text}\r\n")
    };
    let csrf = part("csrf", "", &site.csrf);
    let send = |file: &str, text: &str| format!("{csrf}{}--x--\r\n", part("file", file, text));
    let request = || {
        Request::post("/import?logbook=K6BP")
            .header(header::ACCEPT, HTML)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
    };
    let none = send("; filename=\"\"", "");
    let none = site.send(request(), none.into()).await;
    assert_eq!(
        (none.status, none.kind.as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, "text/html; charset=utf-8")
    );

    let file = send("; filename=\"old.adi\"", &format!("{record}<CALL:3>BAD<EOR>"));
    let taken = site.send(request(), file.into()).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text);
    site.app.jobs.settle().await.unwrap();
    let report = site.get(&taken.place).await;
    assert_eq!(between(&report.text, "data-stat=\"added\">", "<"), "1");
    assert_eq!(between(&report.text, "data-stat=\"rejected\">", "<"), "1");

    let undone = site.post_and_follow(&taken.place, "do=undo").await;
    assert!(
        undone.text.contains("The import is taken back."),
        "{}",
        undone.text
    );
    let list = site.get("/logbook").await.text;
    let empty = !list.contains("<a href=\"/logbook/1-");
    assert!(empty, "the logbook is empty again: {list}");
}

#[tokio::test]
async fn the_administrators_page_and_api_tell_the_same() {
    let mut site = Site::new().await;
    site.log("JA1XYZ").await;
    site.app.jobs.settle().await.unwrap();
    let told = site.get("/api/v1/admin/health").await;
    assert_eq!(told.caching, "private, no-cache");
    let told: Value = serde_json::from_str(&told.text).unwrap();
    let page = site.get("/admin/health").await.text;
    assert_eq!(told["figures"]["stored"]["contacts"], 1);
    assert!(page.contains("<dt>Contacts</dt><dd>1</dd>"), "{page}");
    let source = &told["sources"][0];
    assert_eq!(source["name"], "country");
    assert!(page.contains(source["url"].as_str().unwrap()), "{page}");
    for time in ["last_attempt", "last_success", "next_run"] {
        match source[time].as_str() {
            Some(time) => assert!(page.contains(&time[..16]), "{time} in {page}"),
            None => assert_ne!(time, "last_attempt", "it was asked: {told}"),
        }
    }
    let error = source["error"].as_str().unwrap().replace('"', "&#34;");
    assert!(page.contains(&error), "{error} in {page}");
}

#[tokio::test]
async fn a_backup_asked_for_is_listed() {
    let mut site = Site::new().await;
    let asked = site.post_and_follow("/admin/backups", "do=backup").await;
    assert!(asked.text.contains("The backup runs."), "{}", asked.text);
    site.app.jobs.settle().await.unwrap();
    let listed: Value = serde_json::from_str(&site.get("/api/v1/admin/backups").await.text).unwrap();
    let file = listed["items"][0]["file"].as_str().unwrap().to_owned();
    assert!(site.get("/admin/backups").await.text.contains(&file));
}

#[tokio::test]
async fn every_kind_of_job_has_a_name() {
    let site = Site::empty().await;
    for kind in site.app.jobs.kinds() {
        let key = format!("job_kind.{}", kind.replace('.', "_"));
        assert!(
            words_of(Text::english(), &key).is_some(),
            "{key} is not in the catalogue"
        );
    }
}
