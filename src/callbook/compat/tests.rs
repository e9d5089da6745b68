//! The interfaces over HTTP, behind the accounts' gate, as their clients speak them.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{Response, StatusCode, header};
use axum::middleware::from_fn;
use tower::ServiceExt as _;

use super::{CompatState, routes, testing};
use crate::callbook::view::record::RecordView;
use crate::config::SignUp;
use crate::env::{Clock, Entropy, Env, Mailer, Outbound};
use crate::identity::ladder::{Means, no_register};
use crate::identity::write::{NewAccount, NewKey};
use crate::identity::{
    AccountId, Actor, Browser, Entry, Foundation, Gate, Identity, Password, Scope, SignIn,
};
use crate::net::Peer;
use crate::store::{Registry, Store, StoreConfig};
use crate::web::Signer;

const PASSPHRASE: &str = "seven quiet antennas & 1 +";
const ENCODED: &str = "seven+quiet+antennas+%26+1+%2B";

struct Site {
    router: Router,
    identity: Identity,
    clock: Clock,
    account: AccountId,
    _dir: tempfile::TempDir,
}

/// A callbook that has one person.
async fn found(actor: Actor, text: String) -> crate::web::Result<Option<RecordView>> {
    let record = match actor {
        Actor::Guest => testing::masked(),
        _ => testing::person(),
    };
    Ok(match text.trim().to_uppercase().as_str() {
        "K6XYZ" => Some(record),
        "DL/K6XYZ/P" => Some(RecordView {
            asked: Some("DL/K6XYZ/P".to_owned()),
            ..record
        }),
        _ => None,
    })
}

impl Site {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let registry = Registry {
            tables: crate::identity::tables(),
            ..Registry::default()
        };
        let store = Store::open(StoreConfig {
            registry,
            ..StoreConfig::new(dir.path())
        })
        .unwrap();
        let clock = Clock::fake("2026-11-21T12:00:00Z".parse().unwrap());
        let env = Env {
            clock: clock.clone(),
            entropy: Entropy::seeded(1),
            outbound: Outbound::new([]),
            mailer: Mailer::off(clock.clone()),
        };
        let config = crate::config::defaults(std::path::Path::new("/nonexistent"));
        let foundation = Foundation {
            store,
            clock: clock.clone(),
            entropy: env.entropy.clone(),
            mailer: env.mailer.clone(),
            key: [9; 32],
            sign_up: SignUp::Open,
            public: "http://localhost:8073".to_owned(),
            data_dir: dir.path().to_owned(),
            documents_kept: Duration::from_hours(30 * 24),
            means: Means {
                policy: config.verify.clone(),
                outbound: Outbound::new([]),
                register: no_register(),
            },
        };
        let identity = Identity::load(foundation, None).await.unwrap();
        let new = NewAccount {
            password: Some(identity.hash(Password::entered(PASSPHRASE)).await),
            ..NewAccount::of("K6BP".parse().unwrap())
        };
        let account = identity.add_account(&Actor::COMMAND_LINE, new).await.unwrap();
        let lookup = Arc::new(|actor, text| -> futures_util::future::BoxFuture<'static, _> {
            Box::pin(found(actor, text))
        });
        let state = CompatState::over(lookup, identity.clone(), env, &config.limits);
        let (router, _, _) = routes(state).finish();
        let gate = Gate::new(identity.clone(), Signer::new([9; 32]), None);
        let router = router.layer(from_fn(move |mut request: Request, next| {
            let gate = gate.clone();
            async move {
                request.extensions_mut().insert(Peer::LOCAL);
                gate.handle(request, next).await
            }
        }));
        Self {
            router,
            identity,
            clock,
            account,
            _dir: dir,
        }
    }

    async fn send(&self, request: Request) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    async fn get(&self, path: &str) -> String {
        let answer = self.send(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        text(answer).await
    }

    async fn post(&self, path: &str, form: &str) -> String {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()))
            .unwrap();
        let answer = self.send(request).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        text(answer).await
    }

    /// The account's owner at a browser.
    async fn in_person(&self) -> (Actor, Browser) {
        let browser = Browser {
            address: [192, 0, 2, 1].into(),
            agent: "Lynx".into(),
        };
        let shown = SignIn {
            call: "K6BP".to_owned(),
            password: Password::entered(PASSPHRASE),
            remember: false,
        };
        let Entry::Open(token) = self.identity.sign_in(shown, &browser).await.unwrap() else {
            panic!("no second factor is asked for");
        };
        (self.identity.by_session(&token).unwrap(), browser)
    }

    /// An API key of the account with this scope.
    async fn key(&self, scope: Scope) -> String {
        let (actor, _) = self.in_person().await;
        let new = NewKey {
            account: self.account,
            name: "logger".parse().unwrap(),
            scopes: [scope].into_iter().collect(),
            expires: None,
        };
        let key = self.identity.create_api_key(&actor, new).await.unwrap();
        key.expose().to_owned()
    }
}

async fn text(answer: Response<Body>) -> String {
    let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    String::from_utf8(body.to_vec()).unwrap()
}

/// What stands in the first element of this name.
fn element<'t>(xml: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    Some(rest.split_once(&format!("</{name}>"))?.0)
}

const QRZ: &str = "/compat/qrz/xml/current/";
const HAMQTH: &str = "/compat/hamqth/xml.php";

#[tokio::test]
async fn a_program_signs_in_at_qrz_as_it_is_used_to() {
    let site = Site::new().await;
    // What the client sends before it has signed in: it needs an error.
    let probe = site.get(&format!("{QRZ}?s=")).await;
    assert_eq!(element(&probe, "Error"), Some("Invalid session key"));
    let login = site
        .get(&format!("{QRZ}?username=K6BP&password={ENCODED}&agent=x"))
        .await;
    let key = element(&login, "Key").unwrap().to_owned();
    assert!(key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!(element(&login, "SubExp"), Some("Sun Nov 22 12:00:00 2026"));
    // And before every later question.
    let probe = site.get(&format!("{QRZ}?s={key}")).await;
    assert_eq!(
        (element(&probe, "Error"), element(&probe, "Key")),
        (None, Some(key.as_str()))
    );
    let found = site.get(&format!("{QRZ}?s={key};callsign=k6xyz")).await;
    assert_eq!(
        (element(&found, "call"), element(&found, "Count")),
        (Some("K6XYZ"), Some("1"))
    );
    assert_eq!(element(&found, "fname"), Some("Anna B"), "as a member sees it");
    let miss = site.post(QRZ, &format!("s={key}&callsign=n0call")).await;
    assert_eq!(element(&miss, "Error"), Some("Not found: N0CALL"));
    assert_eq!(element(&miss, "Key"), Some(key.as_str()), "the session goes on");
    let alias = site
        .get(&format!("/compat/qrz/xml/1.31?s={key};callsign=DL%2FK6XYZ%2FP"))
        .await;
    assert!(alias.contains("version=\"1.31\""));
    assert_eq!(
        (element(&alias, "call"), element(&alias, "xref")),
        (Some("K6XYZ"), Some("DL/K6XYZ/P"))
    );
    let entity = site.get(&format!("{QRZ}?s={key};dxcc=W1AW")).await;
    assert_eq!(element(&entity, "dxcc"), Some("291"));
    let none = site.get(&format!("{QRZ}?s={key};dxcc=9999")).await;
    assert_eq!(element(&none, "Error"), Some("Not found: 9999"));
    let page = site.get(&format!("{QRZ}?s={key};html=K6XYZ")).await;
    assert!(page.contains("On the air since 1999.<br>\n&lt;b&gt;73&lt;/b&gt;"));
    site.clock.advance(Duration::from_hours(25));
    let over = site.get(&format!("{QRZ}?s={key};callsign=K6XYZ")).await;
    assert_eq!(
        (element(&over, "Error"), element(&over, "Key")),
        (Some("Session Timeout"), None)
    );
}

#[tokio::test]
async fn what_is_wrong_at_qrz_is_said_in_its_words() {
    let site = Site::new().await;
    for (query, error) in [
        ("", "Username / password required"),
        ("?username=K6BP", "Username / password required"),
        ("?username=K6BP;password=wrong", "Username/password incorrect "),
        ("?username=K6BP;password=", "Username/password incorrect "),
        ("?username=nobody;password=wrong", "Username/password incorrect "),
        (
            "?s=00000000000000000000000000000000;callsign=K6XYZ",
            "Invalid session key",
        ),
    ] {
        let answer = site.get(&format!("{QRZ}{query}")).await;
        assert_eq!(element(&answer, "Error"), Some(error), "{query}");
        assert_eq!(element(&answer, "Key"), None);
    }
    for _ in 0..5 {
        site.get(&format!("{QRZ}?username=K6BP;password=wrong")).await;
    }
    let slowed = site.get(&format!("{QRZ}?username=K6BP;password={ENCODED}")).await;
    assert_eq!(element(&slowed, "Error"), Some("Connection refused"));
    assert!(element(&slowed, "Message").unwrap().starts_with("too many tries"));
}

#[tokio::test]
async fn a_program_signs_in_at_hamqth_as_it_is_used_to() {
    let site = Site::new().await;
    let probe = site.get(&format!("{HAMQTH}?id=&prg=x")).await;
    assert_eq!(
        element(&probe, "error"),
        Some("Session does not exist or expired")
    );
    let wrong = site.get(&format!("{HAMQTH}?u=K6BP&p=wrong&prg=x")).await;
    assert_eq!(element(&wrong, "error"), Some("Wrong user name or password"));
    let login = site.get(&format!("{HAMQTH}?u=K6BP&p={ENCODED}&prg=x")).await;
    assert!(login.contains("<HamQTH version=\"2.8\" xmlns=\"https://www.hamqth.com\">"));
    let id = element(&login, "session_id").unwrap().to_owned();
    assert_eq!(id.len(), 40);
    let probe = site.get(&format!("{HAMQTH}?id={id}&prg=x")).await;
    assert_eq!(element(&probe, "error"), None);
    let found = site.get(&format!("{HAMQTH}?id={id}&callsign=K6XYZ&prg=x")).await;
    assert_eq!(
        (element(&found, "callsign"), element(&found, "nick")),
        (Some("K6XYZ"), Some("Annie"))
    );
    let miss = site.get(&format!("{HAMQTH}?id={id}&callsign=N0CALL&prg=x")).await;
    assert_eq!(element(&miss, "error"), Some("Callsign not found"));
    // A key of one service is none of the other's.
    let other = site.get(&format!("{QRZ}?s={id};callsign=K6XYZ")).await;
    assert_eq!(element(&other, "Error"), Some("Invalid session key"));
    site.clock.advance(Duration::from_mins(61));
    let over = site.get(&format!("{HAMQTH}?id={id}&callsign=K6XYZ")).await;
    assert_eq!(element(&over, "error"), Some("Session does not exist or expired"));
}

#[tokio::test]
async fn api_keys_do_in_place_of_the_password_and_of_the_session() {
    let site = Site::new().await;
    let (key, other) = (site.key(Scope::CallbookRead).await, site.key(Scope::Rig).await);
    let login = site.get(&format!("{QRZ}?username=k6bp;password={key}")).await;
    assert!(element(&login, "Key").is_some());
    let foreign = site.get(&format!("{QRZ}?username=w1aw;password={key}")).await;
    assert_eq!(element(&foreign, "Error"), Some("Username/password incorrect "));
    let closed = site.get(&format!("{QRZ}?username=k6bp;password={other}")).await;
    assert_eq!(element(&closed, "Error"), Some("Connection refused"));
    let ask = async |bearer: &str, path: &str| {
        let request = Request::get(path)
            .header(header::AUTHORIZATION, format!("Bearer {bearer}"))
            .body(Body::empty())
            .unwrap();
        site.send(request).await
    };
    let found = text(ask(&key, &format!("{QRZ}?callsign=K6XYZ")).await).await;
    let again = text(ask(&key, &format!("{QRZ}?callsign=K6XYZ")).await).await;
    assert_eq!(element(&found, "call"), Some("K6XYZ"));
    assert_eq!(
        element(&found, "Key"),
        element(&again, "Key"),
        "one session for one key"
    );
    let found = text(ask(&key, &format!("{HAMQTH}?callsign=K6XYZ")).await).await;
    assert_eq!(element(&found, "callsign"), Some("K6XYZ"));
    let open = ask(&other, "/compat/hamdb/v1/K6XYZ/json/x").await;
    assert!(
        !text(open).await.contains("Anna"),
        "a key for something else is a guest's"
    );
}

#[tokio::test]
async fn a_session_ends_with_what_was_shown_for_it() {
    let site = Site::new().await;
    let login = site.get(&format!("{QRZ}?username=K6BP;password={ENCODED}")).await;
    let key = element(&login, "Key").unwrap().to_owned();
    let (actor, browser) = site.in_person().await;
    let (old, new) = (
        Password::entered(PASSPHRASE),
        Password::entered("eleven noisy amplifiers"),
    );
    let changed = site.identity.change_password(&actor, old, new, &browser);
    changed.await.unwrap();
    let over = site.get(&format!("{QRZ}?s={key};callsign=K6XYZ")).await;
    assert_eq!(element(&over, "Error"), Some("Session Timeout"));
}

#[tokio::test]
async fn an_account_has_some_sessions_at_a_time() {
    let site = Site::new().await;
    let key = site.key(Scope::CallbookRead).await;
    let mut keys = Vec::new();
    for _ in 0..9 {
        let login = site.get(&format!("{QRZ}?username=k6bp;password={key}")).await;
        keys.push(element(&login, "Key").unwrap().to_owned());
    }
    let first = site.get(&format!("{QRZ}?s={}", keys[0])).await;
    assert_eq!(element(&first, "Error"), Some("Invalid session key"));
    for key in &keys[1..] {
        assert_eq!(element(&site.get(&format!("{QRZ}?s={key}")).await, "Error"), None);
    }
}

#[tokio::test]
async fn hamdb_and_callook_answer_anybody_as_much_as_a_guest_sees() {
    let site = Site::new().await;
    let ask = async |path: &str| {
        let answer = site.send(Request::get(path).body(Body::empty()).unwrap()).await;
        let headers = answer.headers().clone();
        (answer.status(), headers, text(answer).await)
    };
    let (status, headers, body) = ask("/compat/hamdb/v1/k6xyz/json/test").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    assert_eq!(headers[header::CACHE_CONTROL], "max-age=3600");
    assert!(
        body.contains("(Street Withheld)") && !body.contains("Anna"),
        "{body}"
    );
    let (status, _, body) = ask("/compat/hamdb/v1/n0call/csv/test").await;
    assert_eq!(status, StatusCode::OK);
    assert!(body.starts_with("NOT_FOUND,NOT_FOUND"));
    let (status, headers, _) = ask("/compat/hamdb/DL%2FK6XYZ%2FP/json/test").await;
    assert_eq!(status, StatusCode::FOUND);
    assert_eq!(headers[header::LOCATION], "../../v1/DL%2FK6XYZ%2FP/json/test");
    let (_, _, body) = ask("/compat/callook/n0call/json").await;
    assert_eq!(body, r#"{"status":"INVALID"}"#);
    let (status, _, body) = ask("/compat/callook/k6xyz/text").await;
    assert_eq!(status, StatusCode::OK);
    assert!(body.starts_with("status: VALID\ntype: PERSON\n"), "{body}");
    assert_eq!(ask("/compat/callook/k6xyz/pdf").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn keys_are_guessed_no_faster_than_calls_are_looked_up() {
    let site = Site::new().await;
    let mut refused = 0;
    for _ in 0..40 {
        let request = Request::get(format!("{QRZ}?s=0;callsign=K6XYZ"));
        let answer = site.send(request.body(Body::empty()).unwrap()).await;
        refused += u32::from(answer.status() == StatusCode::TOO_MANY_REQUESTS);
    }
    assert!(refused >= 5, "{refused}");
}

#[tokio::test]
async fn what_a_member_gets_is_kept_by_nobody() {
    let site = Site::new().await;
    let key = site.key(Scope::CallbookRead).await;
    for path in [
        "/compat/hamdb/v1/K6XYZ/json/x".to_owned(),
        format!("{QRZ}?callsign=K6XYZ"),
        format!("{QRZ}?html=K6XYZ"),
        format!("{HAMQTH}?callsign=K6XYZ"),
    ] {
        let request = Request::get(&path)
            .header(header::AUTHORIZATION, format!("Bearer {key}"))
            .body(Body::empty())
            .unwrap();
        let answer = site.send(request).await;
        assert_eq!(
            answer.headers()[header::CACHE_CONTROL],
            "private, no-store",
            "{path}"
        );
        assert!(text(answer).await.contains("K6XYZ"));
    }
}
