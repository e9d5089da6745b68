//! QRZ and `HamQTH` as their documentation describes them, on a port of the system's choice; and QRZ's public pages.
//!
//! Sessions are given out and end when a test says so, errors have the words of the real ones, pages are what a test
//! puts there. Every request is remembered by what was asked, never answered from it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

pub(crate) const USER: &str = "clubstation";
pub(crate) const SECRET: &str = "never-in-a-log-7Q";

/// Both callbooks.
#[derive(Clone)]
pub(crate) struct Callbooks {
    pub(crate) base: String,
    world: Arc<Mutex<World>>,
}

/// A call's page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Page {
    pub(crate) biography: String,
    pub(crate) web: String,
    /// The call that the page is really of.
    pub(crate) alias_of: Option<&'static str>,
}

#[derive(Default)]
struct World {
    pages: HashMap<String, Page>,
    session: Option<String>,
    sessions: u32,
    asked: Vec<String>,
    /// What is answered instead of everything.
    instead: Option<(u16, String)>,
    /// Where the public pages send on to.
    elsewhere: Option<String>,
}

impl Callbooks {
    /// Starts them.
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let books = Self {
            base: format!("http://{}", listener.local_addr().unwrap()),
            world: Arc::default(),
        };
        let router = Router::new()
            .route("/xml/current/", post(qrz))
            .route("/xml.php", get(hamqth))
            .route("/xml_bio.php", get(hamqth_biography))
            .route("/db/{call}", get(page))
            .with_state(books.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        books
    }

    /// The settings of a station that asks them.
    pub(crate) fn settings(&self) -> Vec<(String, String)> {
        let setting = |key: &str, value: &str| (format!("sources.{key}"), value.to_owned());
        vec![
            setting("qrz.url", &format!("{}/xml/current/", self.base)),
            setting("qrz.user", USER),
            setting("qrz.password", SECRET),
            setting("hamqth.url", &self.base),
            setting("hamqth.user", USER),
            setting("hamqth.password", SECRET),
            setting("qrz_page.url", &self.base),
        ]
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    /// Puts a call's page there.
    pub(crate) fn put(&self, call: &str, page: Page) {
        self.world().pages.insert(call.to_owned(), page);
    }

    /// Everything is answered with this from now on; nothing ends it.
    pub(crate) fn answer_instead(&self, answer: Option<(u16, &str)>) {
        self.world().instead = answer.map(|(status, text)| (status, text.to_owned()));
    }

    /// The public pages send on to there.
    pub(crate) fn send_on_to(&self, place: &str) {
        self.world().elsewhere = Some(place.to_owned());
    }

    /// Ends the session.
    pub(crate) fn end_session(&self) {
        self.world().session = Some("another one by now".to_owned());
    }

    /// What was asked, in order: `login`, `entry`, `biography`, `page`.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.world().asked)
    }

    /// The session's key.
    pub(crate) fn key(&self) -> String {
        self.world().session.clone().unwrap_or_default()
    }

    fn note(&self, what: &str) -> Option<Response> {
        let mut world = self.world();
        world.asked.push(what.to_owned());
        let (status, text) = world.instead.clone()?;
        Some((StatusCode::from_u16(status).unwrap(), text).into_response())
    }

    fn login(&self, user: Option<&String>, password: Option<&String>) -> Option<String> {
        let right = user.is_some_and(|user| user == USER) && password.is_some_and(|own| own == SECRET);
        let mut world = self.world();
        world.sessions += 1;
        let key = format!("{:032x}", 0xfeed_0000_u32 + world.sessions);
        right.then(|| world.session.insert(key).clone())
    }
}

fn xml(inner: String) -> Response {
    let head = [(header::CONTENT_TYPE, "text/xml")];
    (
        head,
        format!("<?xml version=\"1.0\" encoding=\"utf-8\" ?>\n{inner}"),
    )
        .into_response()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

async fn qrz(State(books): State<Callbooks>, body: Bytes) -> Response {
    let fields: HashMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
    let database = |inner: &str| {
        xml(format!(
            "<QRZDatabase version=\"1.34\" xmlns=\"http://xmldata.qrz.com\">{inner}</QRZDatabase>"
        ))
    };
    let error = |text: &str, key: &str| {
        let key = if key.is_empty() {
            String::new()
        } else {
            format!("<Key>{key}</Key>")
        };
        database(&format!("<Session>{key}<Error>{text}</Error></Session>"))
    };
    let Some(key) = fields.get("s") else {
        if let Some(instead) = books.note("login") {
            return instead;
        }
        return match books.login(fields.get("username"), fields.get("password")) {
            Some(key) => database(&format!(
                "<Session><Key>{key}</Key><Count>1</Count><SubExp>Wed Jan 1 2031</SubExp></Session>"
            )),
            None => error("Username/password incorrect ", ""),
        };
    };
    let biography = fields.contains_key("html");
    let call = fields
        .get("html")
        .or(fields.get("callsign"))
        .cloned()
        .unwrap_or_default();
    if let Some(instead) = books.note(if biography { "biography" } else { "entry" }) {
        return instead;
    }
    if *key != books.key() {
        return error("Session Timeout", "");
    }
    let Some(page) = books.world().pages.get(&call).cloned() else {
        return error(&format!("Not found: {call}"), key);
    };
    if biography {
        return ([(header::CONTENT_TYPE, "text/html")], page.biography).into_response();
    }
    let own = page.alias_of.map_or(call.as_str(), |own| own);
    database(&format!(
        "<Callsign><call>{own}</call><fname>Joe</fname><url>{}</url></Callsign><Session><Key>{key}</Key></Session>",
        escaped(&page.web)
    ))
}

fn hamqth_reply(inner: &str) -> Response {
    xml(format!(
        "<HamQTH version=\"2.8\" xmlns=\"https://www.hamqth.com\">{inner}</HamQTH>"
    ))
}

fn hamqth_error(text: &str) -> Response {
    hamqth_reply(&format!("<session><error>{text}</error></session>"))
}

async fn hamqth(State(books): State<Callbooks>, Query(query): Query<HashMap<String, String>>) -> Response {
    let Some(id) = query.get("id") else {
        if let Some(instead) = books.note("login") {
            return instead;
        }
        return match books.login(query.get("u"), query.get("p")) {
            Some(id) => hamqth_reply(&format!("<session><session_id>{id}</session_id></session>")),
            None => hamqth_error("Wrong user name or password"),
        };
    };
    if let Some(instead) = books.note("entry") {
        return instead;
    }
    if *id != books.key() {
        return hamqth_error("Session does not exist or expired");
    }
    let call = &query["callsign"];
    match books.world().pages.get(call) {
        Some(page) => hamqth_reply(&format!(
            "<search><callsign>{}</callsign><nick>Joe</nick><web>{}</web></search>",
            page.alias_of.unwrap_or(call),
            escaped(&page.web)
        )),
        None => hamqth_error("Callsign not found"),
    }
}

async fn hamqth_biography(
    State(books): State<Callbooks>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    if let Some(instead) = books.note("biography") {
        return instead;
    }
    if query["id"] != books.key() {
        return hamqth_error("Session does not exist or expired");
    }
    let text = books.world().pages.get(&query["callsign"]).cloned();
    let text = text.unwrap_or_default().biography;
    hamqth_reply(&format!("<search><bio><![CDATA[{text}]]></bio></search>"))
}

async fn page(State(books): State<Callbooks>, Path(call): Path<String>) -> Response {
    if let Some(instead) = books.note("page") {
        return instead;
    }
    let (page, elsewhere) = {
        let world = books.world();
        (
            world.pages.get(&call).cloned().unwrap_or_default(),
            world.elsewhere.clone(),
        )
    };
    if let Some(elsewhere) = elsewhere {
        let place = [(header::LOCATION, format!("{elsewhere}/db/{call}"))];
        return (StatusCode::FOUND, place).into_response();
    }
    let own = page.alias_of.unwrap_or(&call);
    let body = format!(
        "<html><head><title>{own} - Callsign Lookup</title></head><body>{}</body></html>",
        page.biography
    );
    ([(header::CONTENT_TYPE, "text/html")], body).into_response()
}
