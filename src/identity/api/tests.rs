//! The accounts over HTTP, through the gate, as a browser and a program see them.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::http::{Method, Response, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::routing::post;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::gate::Visitor;
use super::{Gate, IdentityState, LogbookLine, routes};
use crate::config::SignUp;
use crate::env::{Clock, Entropy, Mailer};
use crate::identity::{Foundation, Identity};
use crate::net::Peer;
use crate::store::{Registry, Store, StoreConfig};
use crate::web::{Access, Routes, Sensitive, Signer};

const PASSPHRASE: &str = "seven quiet antennas";
const OTHER: &str = "eleven noisy amplifiers";

struct Site {
    router: Router,
    identity: Identity,
    clock: Clock,
    _dir: tempfile::TempDir,
}

/// A signed-in browser.
struct Browser {
    cookie: String,
    csrf: String,
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
        let identity = Identity::load(
            Foundation {
                store,
                clock: clock.clone(),
                entropy: Entropy::seeded(1),
                mailer: Mailer::off(clock.clone()),
                key: [9; 32],
                sign_up: SignUp::Open,
                public: "http://localhost:8073".to_owned(),
                data_dir: dir.path().to_owned(),
                documents_kept: std::time::Duration::from_hours(30 * 24),
                means: crate::identity::tests::place::means(),
            },
            None,
        )
        .await
        .unwrap();
        let state = IdentityState {
            identity: identity.clone(),
            signer: Signer::new([9; 32]),
            logbooks: |_, actor| {
                let call = actor.member().unwrap().call.to_string();
                Ok(vec![LogbookLine {
                    title: call.clone(),
                    call,
                    right: "owner".into(),
                    count: 0,
                }])
            },
        };
        let extra: Routes = Routes::new()
            .page(
                Access::Public,
                "/form",
                post(async |visitor: Visitor, body: String| {
                    format!("{}:{}", visitor.actor.audit_name(), body.len())
                }),
            )
            .page(
                Access::Session,
                "/settings",
                axum::routing::get(async || "settings"),
            )
            .page(Access::Key("rig"), "/rig", axum::routing::get(async || "rig"));
        let (router, _, declared) = routes(state).merge(extra).finish();
        let layer = Gate::new(
            identity.clone(),
            Signer::new([9; 32]),
            Some("https://log.example.org".parse().unwrap()),
        );
        let router = router
            .layer(from_fn(move |request, next| layer.clone().handle(request, next)))
            .layer(from_fn(move |mut request: Request, next: Next| {
                let declared = Arc::clone(&declared);
                async move {
                    let path = request
                        .extensions()
                        .get::<MatchedPath>()
                        .map(|path| path.as_str().to_owned());
                    let guard = path.and_then(|path| declared.find(&path, request.method()));
                    request.extensions_mut().extend(
                        guard
                            .map(|guard| {
                                let mut extensions = axum::http::Extensions::new();
                                extensions.insert(guard);
                                extensions
                            })
                            .unwrap_or_default(),
                    );
                    next.run(request).await
                }
            }));
        Self {
            router,
            identity,
            clock,
            _dir: dir,
        }
    }

    async fn send(&self, request: Request) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// A new installation with its administrator signed in.
    async fn set_up(&self) -> Browser {
        let token = self.identity.first_run_token().unwrap();
        let body =
            json!({"token": token, "call": "k6bp", "password": PASSPHRASE, "name": "Bruce", "grid": "cm87"});
        let reply = self.send(to("POST", "/api/v1/setup", &body)).await;
        assert_eq!(reply.status(), StatusCode::CREATED);
        Browser::from(reply).await
    }

    async fn sign_in(&self, call: &str, password: &str) -> Response<Body> {
        self.send(to(
            "POST",
            "/api/v1/session",
            &json!({"call": call, "password": password}),
        ))
        .await
    }
}

impl Browser {
    async fn from(reply: Response<Body>) -> Self {
        let cookie = reply.headers()[header::SET_COOKIE].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let csrf = read(reply).await["csrf"].as_str().unwrap().to_owned();
        Self { cookie, csrf }
    }

    fn get(&self, path: &str) -> Request {
        self.plain("GET", path, &Value::Null)
    }

    /// A request with the cookie alone.
    fn plain(&self, method: &str, path: &str, body: &Value) -> Request {
        let mut request = to(method, path, body);
        request
            .headers_mut()
            .insert(header::COOKIE, self.cookie.parse().unwrap());
        request
    }

    /// A request as our pages send it.
    fn to(&self, method: &str, path: &str, body: &Value) -> Request {
        with(self.plain(method, path, body), "x-csrf-token", &self.csrf)
    }
}

fn to(method: &str, path: &str, body: &Value) -> Request {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "log.example.org");
    if !body.is_null() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    let body = if body.is_null() {
        Body::empty()
    } else {
        Body::from(body.to_string())
    };
    let mut request = request.body(body).unwrap();
    request.extensions_mut().insert(Peer {
        address: [192, 0, 2, 7].into(),
        https: true,
        proxied: true,
    });
    request
}

fn with(mut request: Request, name: &'static str, value: &str) -> Request {
    request.headers_mut().insert(name, value.parse().unwrap());
    request
}

async fn read(reply: Response<Body>) -> Value {
    let bytes = axum::body::to_bytes(reply.into_body(), 1 << 20).await.unwrap();
    serde_json::from_slice(&bytes).unwrap_or(Value::Null)
}

async fn refused(reply: Response<Body>) -> (u16, String) {
    let status = reply.status().as_u16();
    (
        status,
        read(reply).await["code"].as_str().unwrap_or_default().to_owned(),
    )
}

fn says(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn the_first_administrator_comes_by_the_link() {
    let site = Site::new().await;
    let body = json!({"token": "guess", "call": "K6BP", "password": PASSPHRASE});
    assert_eq!(
        refused(site.send(to("POST", "/api/v1/setup", &body)).await).await,
        says(403, "bad_link")
    );
    let weak = json!({"token": "guess", "call": "K6BP", "password": "short"});
    let reply = site.send(to("POST", "/api/v1/setup", &weak)).await;
    assert_eq!(reply.status(), 422);
    assert_eq!(read(reply).await["errors"][0]["field"], "password");

    let bruce = site.set_up().await;
    assert!(bruce.cookie.starts_with("__Host-session="));
    let session = read(site.send(bruce.get("/api/v1/session")).await).await;
    assert_eq!(session["account"]["call"], "K6BP");
    assert_eq!(session["account"]["role"], "administrator");
    assert_eq!(session["account"]["grid"], "CM87");
    assert_eq!(session["logbooks"][0]["right"], "owner");
    assert_eq!(
        refused(site.send(to("POST", "/api/v1/setup", &body)).await).await,
        says(409, "already_set_up")
    );
}

#[tokio::test]
async fn signing_in_sets_a_careful_cookie_and_signing_out_takes_it_back() {
    let site = Site::new().await;
    let first = site.set_up().await;
    assert_eq!(
        refused(site.sign_in("K6BP", OTHER).await).await,
        says(401, "wrong_credentials")
    );
    let reply = site.sign_in("K6BP", PASSPHRASE).await;
    let cookie = reply.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    for word in [
        "__Host-session=",
        "; Path=/",
        "; HttpOnly",
        "; SameSite=Lax",
        "; Secure",
    ] {
        assert!(cookie.contains(word), "{cookie}");
    }
    assert!(!cookie.contains("Max-Age") && !cookie.contains("Domain"));
    let second = Browser::from(reply).await;
    assert_ne!(first.cookie, second.cookie);
    let out = site
        .send(second.to("DELETE", "/api/v1/session", &Value::Null))
        .await;
    assert_eq!(out.status(), 204);
    assert!(
        out.headers()
            .get_all(header::SET_COOKIE)
            .iter()
            .all(|v| v.to_str().unwrap().contains("Max-Age=0"))
    );
    assert_eq!(
        refused(site.send(second.get("/api/v1/session")).await).await,
        says(401, "unauthenticated")
    );
    assert_eq!(site.send(first.get("/api/v1/session")).await.status(), 200);
}

#[tokio::test]
async fn over_plain_http_the_cookie_has_the_other_name_and_no_secure() {
    let site = Site::new().await;
    site.set_up().await;
    let mut request = to(
        "POST",
        "/api/v1/session",
        &json!({"call": "K6BP", "password": PASSPHRASE, "remember": true}),
    );
    request.extensions_mut().insert(Peer::LOCAL);
    request
        .headers_mut()
        .insert(header::HOST, "127.0.0.1:8073".parse().unwrap());
    let reply = site.send(request).await;
    let cookie = reply.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    assert!(
        cookie.starts_with("shackbox-session=") && !cookie.contains("Secure"),
        "{cookie}"
    );
    assert!(cookie.contains("Max-Age=2592000"), "{cookie}");
    let local = Browser::from(reply).await;
    let over_tls = site.send(local.get("/api/v1/session")).await;
    assert_eq!(
        over_tls.status(),
        401,
        "the plain cookie does not count over HTTPS"
    );
}

#[tokio::test]
async fn changes_need_the_token_of_the_session() {
    let site = Site::new().await;
    let bruce = site.set_up().await;
    let patch = json!({"name": "B. P."});
    let without = site.send(bruce.plain("PATCH", "/api/v1/account", &patch)).await;
    assert_eq!(refused(without).await, says(403, "csrf"));
    let wrong = with(
        bruce.plain("PATCH", "/api/v1/account", &patch),
        "x-csrf-token",
        "AAAA",
    );
    assert_eq!(refused(site.send(wrong).await).await, says(403, "csrf"));
    assert_eq!(
        site.send(bruce.to("PATCH", "/api/v1/account", &patch))
            .await
            .status(),
        200
    );
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "http://log.example.org:8080"),
        ("origin", "moz-extension://log.example.org"),
    ] {
        let foreign = with(bruce.to("PATCH", "/api/v1/account", &patch), name, value);
        assert_eq!(
            refused(site.send(foreign).await).await,
            says(403, "cross_site"),
            "{name}: {value}"
        );
    }
    let own = with(
        bruce.to("PATCH", "/api/v1/account", &patch),
        "origin",
        "https://log.example.org",
    );
    assert_eq!(
        site.send(with(own, "sec-fetch-site", "same-origin"))
            .await
            .status(),
        200
    );
}

#[tokio::test]
async fn another_site_cannot_sign_a_visitor_in() {
    let site = Site::new().await;
    site.set_up().await;
    let body = json!({"call": "K6BP", "password": PASSPHRASE});
    let foreign = with(
        to("POST", "/api/v1/session", &body),
        "sec-fetch-site",
        "cross-site",
    );
    assert_eq!(refused(site.send(foreign).await).await, says(403, "cross_site"));
}

#[tokio::test]
async fn forms_carry_the_token_in_a_field_and_arrive_whole() {
    let site = Site::new().await;
    let bruce = site.set_up().await;
    let form = |kind: &str, body: String| {
        let mut request = bruce.plain("POST", "/form", &Value::Null);
        request
            .headers_mut()
            .insert(header::CONTENT_TYPE, kind.parse().unwrap());
        *request.body_mut() = Body::from(body);
        request
    };
    let plain = format!("csrf={}&do=account&name=Bruce{}", bruce.csrf, "+".repeat(50_000));
    let length = plain.len();
    let reply = site.send(form("application/x-www-form-urlencoded", plain)).await;
    let bytes = axum::body::to_bytes(reply.into_body(), 1000).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&bytes), format!("K6BP:{length}"));

    let head = format!(
        "--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{}\r\n",
        bruce.csrf
    );
    let file = format!(
        "{head}--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n{}\r\n--x--",
        "A".repeat(99_999)
    );
    let length = file.len();
    let reply = site
        .send(form("multipart/form-data; boundary=x", file.clone()))
        .await;
    let bytes = axum::body::to_bytes(reply.into_body(), 1000).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&bytes), format!("K6BP:{length}"));

    for (kind, body) in [
        (
            "application/x-www-form-urlencoded",
            "csrf=AAAA&do=account".to_owned(),
        ),
        ("application/x-www-form-urlencoded", "do=account".to_owned()),
        (
            "multipart/form-data; boundary=x",
            file.replace(&bruce.csrf, "AAAA"),
        ),
        (
            "multipart/form-data; boundary=x",
            "--x\r\nname=\"csrf\"".to_owned(),
        ),
        ("text/plain", format!("csrf={}", bruce.csrf)),
    ] {
        assert_eq!(
            refused(site.send(form(kind, body.clone())).await).await,
            says(403, "csrf"),
            "{kind}: {body}"
        );
    }
}

#[tokio::test]
async fn people_are_led_to_the_sign_in_page_and_programs_told() {
    let site = Site::new().await;
    let page = with(
        to("GET", "/settings?tab=keys", &Value::Null),
        "accept",
        "text/html,*/*;q=0.8",
    );
    let reply = site.send(page).await;
    assert_eq!(reply.status(), 303);
    assert_eq!(
        reply.headers()[header::LOCATION],
        "/login?next=%2Fsettings%3Ftab%3Dkeys"
    );
    assert_eq!(
        refused(site.send(to("GET", "/settings", &Value::Null)).await).await,
        says(401, "unauthenticated")
    );
}

#[tokio::test]
async fn keys_open_what_their_scopes_allow_without_any_csrf() {
    let site = Site::new().await;
    let bruce = site.set_up().await;
    let make = async |scopes: Value| {
        let body = json!({"name": "WSJT-X", "scopes": scopes});
        let reply = site.send(bruce.to("POST", "/api/v1/apikeys", &body)).await;
        assert_eq!(reply.status(), 201);
        assert!(
            reply.extensions().get::<Sensitive>().is_some(),
            "an answer with a key is not kept"
        );
        read(reply).await
    };
    let (rig, full) = (make(json!(["rig"])).await, make(json!(["full"])).await);
    let by = |key: &Value, method: &str, path: &str, body: &Value| {
        with(
            to(method, path, body),
            "authorization",
            &format!("Bearer {}", key["key"].as_str().unwrap()),
        )
    };
    assert_eq!(
        site.send(by(&rig, "GET", "/rig", &Value::Null)).await.status(),
        200
    );
    let narrow = site.send(by(&rig, "GET", "/api/v1/apikeys", &Value::Null)).await;
    assert_eq!(refused(narrow).await, says(403, "session_required"));
    let successor = site
        .send(by(&full, "POST", "/api/v1/apikeys", &json!({"scopes": ["full"]})))
        .await;
    assert_eq!(refused(successor).await, says(403, "session_required"));
    let narrow = site.send(by(&rig, "GET", "/api/v1/account", &Value::Null)).await;
    assert_eq!(refused(narrow).await, says(403, "insufficient_scope"));
    let patch = json!({"name": "by key"});
    assert_eq!(
        site.send(by(&full, "PATCH", "/api/v1/account", &patch))
            .await
            .status(),
        200
    );
    assert_eq!(
        site.send(by(&full, "GET", "/api/v1/users", &Value::Null))
            .await
            .status(),
        200
    );

    let listed = read(site.send(bruce.get("/api/v1/apikeys")).await).await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    assert!(
        !listed.to_string().contains(rig["key"].as_str().unwrap()),
        "a key is shown once"
    );
    let path = format!("/api/v1/apikeys/{}", rig["id"].as_str().unwrap());
    assert_eq!(
        site.send(bruce.to("DELETE", &path, &Value::Null)).await.status(),
        204
    );
    assert_eq!(
        site.send(by(&rig, "GET", "/rig", &Value::Null)).await.status(),
        401
    );
    let proxied = with(bruce.get("/settings"), "authorization", "Basic dXNlcjpwYXNz");
    assert_eq!(
        site.send(proxied).await.status(),
        200,
        "a proxy's own password is not for us"
    );
    let nonsense = with(bruce.get("/settings"), "authorization", "Bearer nonsense");
    assert_eq!(site.send(nonsense).await.status(), 401);

    site.clock.advance(Duration::from_mins(11));
    let late = site
        .send(bruce.to("POST", "/api/v1/apikeys", &json!({"scopes": ["rig"]})))
        .await;
    assert_eq!(refused(late).await, says(401, "reauthentication_required"));
    let wrong = site
        .send(bruce.to("POST", "/api/v1/session/confirm", &json!({"password": OTHER})))
        .await;
    assert_eq!(refused(wrong).await, says(422, "invalid"));
    let right = site
        .send(bruce.to(
            "POST",
            "/api/v1/session/confirm",
            &json!({"password": PASSPHRASE}),
        ))
        .await;
    assert_eq!(right.status(), 204);
    make(json!([
        "dx.read",
        "dx.write",
        "logbook.read",
        "logbook.write",
        "callbook.read",
        "dns.write",
        "admin"
    ]))
    .await;
}

#[tokio::test]
async fn keys_with_unknown_scopes_are_refused_by_name() {
    let site = Site::new().await;
    let bruce = site.set_up().await;
    for (body, field) in [
        (json!({"scopes": ["teleport"]}), "scopes[0]"),
        (json!({"scopes": []}), "scopes"),
        (
            json!({"scopes": ["rig"], "expires": "2020-01-01T00:00:00Z"}),
            "expires",
        ),
    ] {
        let reply = site.send(bruce.to("POST", "/api/v1/apikeys", &body)).await;
        assert_eq!(reply.status(), 422, "{body}");
        assert_eq!(read(reply).await["errors"][0]["field"], field, "{body}");
    }
}

#[tokio::test]
async fn members_change_themselves_with_versions() {
    let site = Site::new().await;
    let bruce = site.set_up().await;
    let reply = site.send(bruce.get("/api/v1/account")).await;
    let tag = reply.headers()[header::ETAG].to_str().unwrap().to_owned();
    let patch = json!({"theme": "dark", "density": "comfortable", "units": "imperial", "grid": null, "name": "Robin"});
    let reply = site
        .send(with(
            bruce.to("PATCH", "/api/v1/account", &patch),
            "if-match",
            &tag,
        ))
        .await;
    assert_eq!(reply.status(), 200);
    let account = read(reply).await;
    assert_eq!(
        (&account["theme"], &account["units"], &account["name"]),
        (&json!("dark"), &json!("imperial"), &json!("Robin"))
    );
    assert!(account.get("grid").is_none());
    let stale = site
        .send(with(
            bruce.to("PATCH", "/api/v1/account", &patch),
            "if-match",
            &tag,
        ))
        .await;
    assert_eq!(refused(stale).await, says(412, "precondition_failed"));
    for (patch, field) in [
        (json!({"theme": "pink"}), "theme"),
        (json!({"grid": "ZZ99"}), "grid"),
        (json!({"email": "nobody"}), "email"),
        // A good one becomes theirs by a mail sent there.
        (json!({"email": "b@example.org"}), "email"),
        (json!({"language": "xx"}), "language"),
        (json!({"role": "administrator"}), "role"),
    ] {
        let reply = site.send(bruce.to("PATCH", "/api/v1/account", &patch)).await;
        assert_eq!(reply.status(), 422, "{patch}");
        let body = read(reply).await;
        assert!(body["detail"].as_str().unwrap().contains(field), "{body}");
    }
}

#[tokio::test]
async fn administrators_manage_accounts_and_members_do_not() {
    let site = Site::new().await;
    let bruce = site.set_up().await;
    let new = json!({"call": "w1aw", "name": "Hiram", "password": OTHER, "grid": "FN31"});
    let made = site.send(bruce.to("POST", "/api/v1/users", &new)).await;
    assert_eq!(made.status(), 201);
    let place = made.headers()[header::LOCATION].to_str().unwrap().to_owned();
    let twice = site.send(bruce.to("POST", "/api/v1/users", &new)).await;
    assert_eq!(refused(twice).await, says(409, "call_taken"));
    let users = read(site.send(bruce.get("/api/v1/users")).await).await;
    assert_eq!(users["items"].as_array().unwrap().len(), 2);
    assert!(!users.to_string().contains("argon2"), "hashes stay inside");

    let hiram = Browser::from(site.sign_in("W1AW", OTHER).await).await;
    assert_eq!(
        refused(site.send(hiram.get("/api/v1/users")).await).await,
        says(403, "forbidden")
    );
    assert_eq!(
        refused(
            site.send(hiram.to("PATCH", &place, &json!({"role": "administrator"})))
                .await
        )
        .await,
        says(403, "forbidden")
    );

    let overlord = site
        .send(bruce.to("PATCH", &place, &json!({"role": "overlord"})))
        .await;
    assert_eq!(overlord.status(), 422);
    let off = site
        .send(bruce.to("PATCH", &place, &json!({"disabled": true})))
        .await;
    assert_eq!(read(off).await["disabled"], true);
    assert_eq!(site.send(hiram.get("/api/v1/session")).await.status(), 401);
    assert_eq!(
        refused(site.sign_in("W1AW", OTHER).await).await,
        says(401, "wrong_credentials")
    );
    let on = json!({"disabled": false, "password": PASSPHRASE, "verified": true});
    site.clock.advance(Duration::from_mins(11));
    let late = site.send(bruce.to("PATCH", &place, &on)).await;
    assert_eq!(refused(late).await, says(401, "reauthentication_required"));
    assert_eq!(
        read(site.send(bruce.get(&place)).await).await["disabled"],
        true,
        "what is refused in part is refused in whole"
    );
    let confirmed = site
        .send(bruce.to(
            "POST",
            "/api/v1/session/confirm",
            &json!({"password": PASSPHRASE}),
        ))
        .await;
    assert_eq!(confirmed.status(), 204);
    assert_eq!(site.send(bruce.to("PATCH", &place, &on)).await.status(), 200);
    let mine = json!({"password": OTHER});
    let taken_over = site.send(bruce.to("PATCH", "/api/v1/users/1", &mine)).await;
    assert_eq!(refused(taken_over).await, says(403, "forbidden"));
    assert_eq!(site.sign_in("W1AW", PASSPHRASE).await.status(), 200);
    let own = site
        .send(bruce.to("PATCH", "/api/v1/users/1", &json!({"role": "member"})))
        .await;
    assert_eq!(refused(own).await, says(409, "last_administrator"));
    let trail = read(site.send(bruce.get("/api/v1/admin/audit?limit=3")).await).await;
    assert_eq!(trail["items"].as_array().unwrap().len(), 3);
    assert_eq!(trail["items"][0]["action"], "session.started");
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it() {
    let site = Site::new().await;
    let bruce = site.set_up().await;
    let change = |current: &str, new: &str| {
        bruce.to(
            "POST",
            "/api/v1/account/password",
            &json!({"current": current, "new": new}),
        )
    };
    let wrong = read(site.send(change(OTHER, OTHER)).await).await;
    assert_eq!(wrong["errors"][0]["field"], "current");
    let weak = read(site.send(change(PASSPHRASE, "short")).await).await;
    assert_eq!(weak["errors"][0]["field"], "new");
    assert_eq!(site.send(change(PASSPHRASE, OTHER)).await.status(), 204);
    assert_eq!(site.sign_in("K6BP", OTHER).await.status(), 200);
}

#[tokio::test]
async fn guessing_is_slowed_down_with_retry_after() {
    let site = Site::new().await;
    site.set_up().await;
    for _ in 0..5 {
        assert_eq!(site.sign_in("K6BP", OTHER).await.status(), 401);
    }
    let reply = site.sign_in("K6BP", PASSPHRASE).await;
    assert_eq!(reply.status(), 429);
    assert_eq!(reply.headers()[header::RETRY_AFTER], "1");
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one() {
    let site = Site::new().await;
    let here = site.set_up().await;
    let there = Browser::from(site.sign_in("K6BP", PASSPHRASE).await).await;
    let list = read(site.send(here.get("/api/v1/sessions")).await).await;
    let other = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["current"] == false)
        .unwrap();
    assert_eq!(other["address"], "192.0.2.7");
    let path = format!("/api/v1/sessions/{}", other["id"].as_str().unwrap());
    assert_eq!(
        site.send(here.to(Method::DELETE.as_str(), &path, &Value::Null))
            .await
            .status(),
        204
    );
    assert_eq!(site.send(there.get("/api/v1/session")).await.status(), 401);
    assert_eq!(
        site.send(here.to("DELETE", &path, &Value::Null)).await.status(),
        404
    );
}
