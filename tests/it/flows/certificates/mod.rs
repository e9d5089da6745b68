//! Signing in and proving a call with certificates of Logbook of the World: real TLS, real redirects, keys of 1024 bits.

mod curl;
mod entering;
mod forwarded;
mod guards;
mod logs;
mod refusals;
mod standing;

use std::path::PathBuf;

use reqwest::Method;
use rustls::pki_types::ServerName;
use rustls::version::TLS13;
use rustls::{SignatureScheme, SupportedProtocolVersion};
use shackbox::testkit::TestApp;
use shackbox::testkit::lotw::tls::{Shown, client};
use shackbox::testkit::lotw::{Key, Template, pem, production, root};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::kit::{Caller, PASSWORD, Reply, send};
use crate::tls::{Client, ask};

const MAIN: &str = "log.example.org";
const AUTH: &str = "auth.log.example.org";
const ADMIN: &str = "K6BP";
const SCHEMES: &[SignatureScheme] = &[SignatureScheme::RSA_PSS_SHA256, SignatureScheme::RSA_PKCS1_SHA256];
const PAGE: &str = "text/html,*/*;q=0.8";

/// A station whose members sign in by certificate.
struct Station {
    app: TestApp,
    roots: tempfile::TempDir,
}

/// What a client shows, and how.
struct Card {
    chain: Vec<Vec<u8>>,
    key: Key,
    version: &'static SupportedProtocolVersion,
}

/// What the host that examines certificates answered.
struct Answer {
    status: u16,
    head: String,
    body: String,
}

/// A browser that was sent off from the main host.
#[derive(Clone)]
struct Sent {
    browser: Caller,
    /// The cookie with the errand.
    errand: String,
    /// Path and query at the other host.
    path: String,
}

impl Station {
    async fn start() -> Self {
        Self::with(&[]).await
    }

    async fn with(more: &[(&str, &str)]) -> Self {
        Self::at(shackbox::testkit::BEGIN, more).await
    }

    async fn at(begin: &str, more: &[(&str, &str)]) -> Self {
        let roots = roots();
        let folder = roots.path().display().to_string();
        let settings = [
            ("web.public_url", "https://log.example.org"),
            ("web.mtls.server_name", AUTH),
        ];
        let app = TestApp::at(begin, &[&by_tls(&folder)[..], &settings, more].concat()).await;
        app.account(ADMIN, true, PASSWORD).await;
        Self { app, roots }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.roots.path().join(name)
    }

    /// Puts an authority into the folder, and has it read.
    async fn trust(&self, name: &str, der: &[u8]) {
        std::fs::write(self.file(name), pem(der)).unwrap();
        self.app.reload_authorities().await;
    }

    fn browser(&self) -> Caller {
        Caller::by_https(&self.app, MAIN)
    }

    async fn member(&self, call: &str) -> Caller {
        Caller::signed_in_by_https(&self.app, MAIN, call).await
    }

    /// Sends a browser off; a guest's, or a member's.
    async fn send(&self, browser: Caller) -> Sent {
        let reply = post(&browser, "/login/certificate", None, "next=/logbook").await;
        let place = reply.expect(303);
        let errand = set_cookie(&place, "__Host-errand").expect("an errand");
        assert!(errand.contains("SameSite=Lax") && errand.contains("HttpOnly") && errand.contains("Secure"));
        let location = place.header("location").to_owned();
        let path = location
            .strip_prefix("https://auth.log.example.org")
            .expect("the other host");
        Sent {
            browser,
            errand: errand.split(';').next().unwrap().to_owned(),
            path: path.to_owned(),
        }
    }

    async fn connect(&self, card: Option<&Card>) -> std::io::Result<TlsStream<TcpStream>> {
        let Some(Card { chain, key, version }) = card else {
            return Client::http1().connect(self.app.tls_address(), AUTH).await;
        };
        let config = client(version, Shown::new(chain, *key, SCHEMES));
        let stream = TcpStream::connect(self.app.tls_address()).await?;
        let name = ServerName::try_from(AUTH).unwrap();
        TlsConnector::from(config).connect(name, stream).await
    }

    /// Shows a certificate at a path of the other host.
    async fn show(&self, card: Option<&Card>, path: &str, accept: &str) -> Answer {
        let stream = self.connect(card).await.unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: {AUTH}\r\nAccept: {accept}\r\nConnection: close\r\n\r\n");
        Answer::read(&ask(stream, &request).await)
    }

    /// The one word that says why a certificate is refused, as a program gets it; checks what a person gets as well.
    async fn refusal(&self, card: Option<&Card>) -> String {
        let told = self.show(card, "/", "application/json").await;
        let problem: serde_json::Value =
            serde_json::from_str(&told.body).unwrap_or_else(|_| panic!("{}: {}", told.status, told.body));
        let code = problem["refusal"]
            .as_str()
            .unwrap_or_else(|| panic!("{problem}"))
            .to_owned();
        let page = self.show(card, "/", PAGE).await;
        assert_eq!(problem["status"], told.status);
        assert_eq!(page.status, told.status);
        assert!(page.head.contains("content-type: text/html"), "{}", page.head);
        assert!(
            page.body.contains(&format!("<code>{code}</code>")),
            "{}",
            page.body
        );
        assert!(!page.body.contains("name=\"token\""));
        code
    }

    /// A browser that the holder of this certificate has signed in.
    async fn member_again(&self, card: &Card) -> Caller {
        let reply = self.enter(self.browser(), card).await;
        session(self, &reply).await.0
    }

    /// A whole way in: off, over there, and back.
    async fn enter(&self, browser: Caller, card: &Card) -> Reply {
        let sent = self.send(browser).await;
        let token = self.show(Some(card), &sent.path, PAGE).await.token();
        sent.back(&token).await
    }
}

impl Sent {
    /// Comes back with a token, and with the session it left with.
    async fn back(&self, token: &str) -> Reply {
        post(
            &self.browser,
            "/login/certificate/done",
            Some(&self.errand),
            &format!("token={token}"),
        )
        .await
    }
}

impl Card {
    /// An operator's, with the production authority's certificate.
    fn of(call: &str) -> Self {
        Self::made(Template::user(call))
    }

    fn made(template: Template) -> Self {
        Self::chain(vec![template.signed_by(Key::Production), production()])
    }

    fn chain(chain: Vec<Vec<u8>>) -> Self {
        Self {
            chain,
            key: Key::User,
            version: &TLS13,
        }
    }
}

impl Answer {
    fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Self {
            status: status.unwrap_or_else(|| panic!("no answer: {text:?}")),
            head: head.to_ascii_lowercase(),
            body: body.to_owned(),
        }
    }

    /// The token in the page's form.
    fn token(&self) -> String {
        let after = self.body.split("name=\"token\" value=\"").nth(1);
        let after = after.unwrap_or_else(|| panic!("{}: {}", self.status, self.body));
        after.split('"').next().unwrap().to_owned()
    }
}

/// A folder with the one root that is trusted.
fn roots() -> tempfile::TempDir {
    let roots = tempfile::tempdir().unwrap();
    std::fs::write(roots.path().join("root.pem"), pem(&root())).unwrap();
    roots
}

/// HTTPS, and the roots of this folder.
fn by_tls(folder: &str) -> [(&'static str, &str); 3] {
    [
        ("web.tls.listen", "127.0.0.1:0"),
        ("web.tls.self_signed", "true"),
        ("web.mtls.roots", folder),
    ]
}

/// A page as a browser gets it.
async fn page_of(browser: &Caller, path: &str) -> Reply {
    let request = browser.request(Method::GET, path).header("accept", PAGE);
    send(request).await.expect(200)
}

/// A plain form as a browser sends it from one of our pages, with one more cookie.
async fn post(browser: &Caller, path: &str, cookie: Option<&str>, fields: &str) -> Reply {
    let browser = cookie.map_or_else(|| browser.clone(), |cookie| browser.with_cookie(cookie));
    let request = browser
        .request(Method::POST, path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", PAGE)
        .body(fields.to_owned());
    send(request).await
}

/// The whole `Set-Cookie` of this name.
fn set_cookie(reply: &Reply, name: &str) -> Option<String> {
    let cookies = reply.headers.get_all("set-cookie").iter();
    let mut cookies = cookies.filter_map(|cookie| cookie.to_str().ok());
    cookies
        .find(|cookie| cookie.starts_with(&format!("{name}=")))
        .map(str::to_owned)
}

/// The browser signed in by this reply, with what the API says of its session.
async fn session(station: &Station, reply: &Reply) -> (Caller, serde_json::Value) {
    let cookie =
        set_cookie(reply, "__Host-session").unwrap_or_else(|| panic!("{}: {}", reply.status, reply.text));
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let request = station
        .browser()
        .request(Method::GET, "/api/v1/session")
        .header("cookie", &cookie);
    let told = send(request).await.expect(200);
    let value = told.json();
    let mut begun = told;
    begun.headers.insert("set-cookie", cookie.parse().unwrap());
    (station.browser().in_session(&begun), value)
}
