//! Every route: documented, and shut to guests where it changes something.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::json;
use shackbox::testkit::TestApp;

use crate::kit::{Caller, PASSWORD, send};

/// Where a guest may send something: to get in.
const DOORS: &[&str] = &[
    "/login/go",
    "/api/v1/session",
    "/api/v1/setup",
    "/login",
    "/login/certificate",
    "/login/certificate/done",
    "/setup",
    "/logout",
    "/signup",
    "/confirm",
    "/recover",
    "/recover/set",
    "/api/v1/signup",
    "/api/v1/confirm",
    "/api/v1/recovery",
    "/api/v1/recovery/set",
    "/api/v1/session/passkey",
    "/api/v1/session/passkey/options",
    "/api/v1/session/second",
    // Whoever a record is about may have no account; an administrator decides.
    "/callbook/{call}/removal",
    "/api/v1/callbook/{call}/removal",
    // Other callbooks' clients sign in here by what they send, and errors have no status of their own.
    "/compat/hamqth/xml.php",
    "/compat/qrz/xml",
    "/compat/qrz/xml/",
    "/compat/qrz/xml/{version}",
    "/compat/qrz/xml/{version}/",
    // Who calls these says so in the body; what becomes of guests there is in `flows::spots`.
    "/xmlrpc/2/common",
    "/xmlrpc/2/object",
    "/xmlrpc/common",
    "/xmlrpc/object",
    "/jsonrpc",
];

/// What is refused to guests as it is to listeners, signed in or not: spots come from licensed operators.
const FORBIDDEN: &str = "/api/v1/dx/spots";

#[tokio::test]
async fn the_document_lists_every_route_of_the_api() {
    let app = TestApp::start().await;
    let document = Caller::guest(&app)
        .get("/api/openapi.json")
        .await
        .expect(200)
        .json();
    let mut documented = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            documented.insert((path.clone(), method.to_ascii_uppercase()));
        }
    }
    let undocumented = ["/api/openapi.json", "/api/docs"];
    let routed: BTreeSet<_> = app
        .routes()
        .into_iter()
        .filter(|route| route.path.starts_with("/api/") && !undocumented.contains(&route.path.as_str()))
        .map(|route| (route.path, route.method.unwrap_or_else(|| "any".to_owned())))
        .collect();
    assert!(routed.len() > 40, "{routed:?}");
    assert_eq!(
        routed.difference(&documented).collect::<Vec<_>>(),
        Vec::<&(String, String)>::new()
    );
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = format!("{method} {path}");
            assert!(operation["summary"].is_string(), "{name} has no summary");
            assert!(
                !operation["responses"].as_object().unwrap().is_empty(),
                "{name} answers nothing"
            );
        }
    }
}

#[tokio::test]
async fn guests_change_nothing_anywhere() {
    // All routes by all methods are more than a guest may ask in a minute.
    let app = TestApp::with(&[
        ("limits.read_per_minute", "10000"),
        ("limits.write_per_minute", "10000"),
    ])
    .await;
    app.account("K6BP", true, PASSWORD).await;
    let guest = Caller::guest(&app);
    let mut asked = 0;
    for route in app.routes() {
        let path = route.path.replace("{*path}", "x").replace(['{', '}'], "");
        let methods: Vec<Method> = match &route.method {
            Some(method) => vec![method.parse().unwrap()],
            None => vec![Method::POST, Method::PUT, Method::PATCH, Method::DELETE],
        };
        for method in methods.into_iter().filter(|method| !method.is_safe()) {
            if DOORS.contains(&route.path.as_str()) {
                continue;
            }
            let reply = send(guest.request(method.clone(), &path).json(&json!({}))).await;
            let status = reply.status.as_u16();
            // A page's form leads to the sign-in.
            let led_away =
                matches!(status, 302 | 303 | 307) && reply.header("location").starts_with("/login");
            assert!(
                matches!(status, 401 | 403 | 404 | 405) || led_away,
                "{method} {path} answers a guest {status}: {}",
                reply.text
            );
            if route.path.starts_with("/api/") && route.method.is_some() {
                let wanted = if route.path == FORBIDDEN { 403 } else { 401 };
                assert_eq!(status, wanted, "{method} {path}: {}", reply.text);
                assert_eq!(reply.header("content-type"), "application/problem+json");
            }
            asked += 1;
        }
    }
    assert!(asked > 40, "{asked}");
}

#[tokio::test]
async fn guests_read_only_what_is_public() {
    let app = TestApp::start().await;
    app.account("K6BP", true, PASSWORD).await;
    let guest = Caller::guest(&app);
    for route in app.routes() {
        if route.public || !route.path.starts_with("/api/") || route.method.as_deref() != Some("GET") {
            continue;
        }
        let path = route.path.replace(['{', '}'], "");
        guest.get(&path).await.problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn every_answer_names_its_request_and_guards_the_browser() {
    let app = TestApp::start().await;
    let guest = Caller::guest(&app);
    for path in [
        "/healthz",
        "/login",
        "/api/v1/nothing",
        "/api/openapi.json",
        "/nothing",
    ] {
        let reply = guest.get(path).await;
        assert!(!reply.header("x-request-id").is_empty(), "{path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        let policy = reply.header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
    }
}

#[tokio::test]
async fn another_site_s_name_is_not_answered() {
    let app = TestApp::start().await;
    let request = Caller::guest(&app)
        .request(Method::GET, "/api/v1/session")
        .header("host", "evil.example");
    send(request).await.problem(421, "unknown_host");
}

#[tokio::test]
async fn figures_are_not_for_guests_from_elsewhere() {
    let app = TestApp::with(&[("web.trusted_proxies", "127.0.0.1")]).await;
    let guest = Caller::guest(&app);
    assert_eq!(guest.get("/metrics").await.status, 200, "from this machine");
    let from_afar = guest
        .request(Method::GET, "/metrics")
        .header("x-forwarded-for", "203.0.113.9");
    assert!(send(from_afar).await.status.is_client_error());
}
