//! The toolkit through real routers: what a client sees.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tower::ServiceExt as _;
use utoipa_axum::routes;

use super::assets::build_hash;
use super::*;
use crate::config::{Hsts, Limits, defaults};
use crate::env::{Clock, Entropy, Env, Mailer, Outbound};
use crate::net::Peer;
use crate::store::{Registry, Store, StoreConfig};

struct Reply {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {:?}", self.body))
    }

    fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

async fn send(router: &Router, request: Request) -> Reply {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    Reply {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: axum::body::to_bytes(body, 1 << 24).await.unwrap(),
    }
}

fn request(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder()
        .method(method)
        .uri(path)
        .header("host", "localhost:8073")
}

fn get_from(path: &str) -> Request {
    request("GET", path).body(Body::empty()).unwrap()
}

fn limits() -> Limits {
    defaults(std::path::Path::new("/nonexistent")).limits
}

/// Routes behind all layers, on a store of their own.
struct Site {
    router: Router,
    store: Store,
    clock: Clock,
    edge: Arc<Edge>,
    _dir: tempfile::TempDir,
}

async fn site(routes: Routes, limits: Limits) -> Site {
    let dir = tempfile::tempdir().unwrap();
    let registry = Registry {
        tables: tables().to_vec(),
        ..Registry::default()
    };
    let store = Store::open(StoreConfig {
        registry,
        ..StoreConfig::new(dir.path())
    })
    .unwrap();
    let clock = Clock::fake("2026-01-31T12:00:00Z".parse().unwrap());
    let (router, edge) = stack(routes, limits, &store, &clock);
    Site {
        router,
        store,
        clock,
        edge,
        _dir: dir,
    }
}

fn stack(routes: Routes, limits: Limits, store: &Store, clock: &Clock) -> (Router, Arc<Edge>) {
    let env = Env {
        clock: clock.clone(),
        entropy: Entropy::seeded(1),
        outbound: Outbound::new([]),
        mailer: Mailer::off(clock.clone()),
    };
    let (router, _, declared) = routes.finish();
    let edge = Edge::new(EdgeParts {
        limits,
        hosts: Hosts::new(Some(&"https://log.example.org".parse().unwrap()), "shack"),
        env,
        metrics: Metrics::new(),
        idempotency: Idempotency::new(store.clone(), clock.clone()),
        declared,
        hsts: Hsts {
            max_age: Duration::from_hours(4_320),
            asked: false,
        },
    });
    let inner = inner_layers(router, &edge);
    // As the accounts' middleware would: a header names the account.
    let known = inner.layer(axum::middleware::from_fn(
        |mut request: Request, next: axum::middleware::Next| async move {
            if let Some(account) = request.headers().get("account") {
                let account = account.to_str().unwrap().parse().unwrap();
                request.extensions_mut().insert(Caller {
                    account: Some(account),
                    ..Caller::GUEST
                });
            }
            next.run(request).await
        },
    ));
    (outer_layers(known, &edge), edge)
}

mod extracting {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Antenna {
        height_m: u32,
        #[serde(default)]
        parts: Vec<Part>,
    }

    #[derive(Debug, Deserialize)]
    struct Part {
        #[expect(dead_code, reason = "only reading it matters")]
        name: String,
    }

    #[derive(Debug, Deserialize)]
    struct Wanted {
        limit: u8,
    }

    fn router() -> Router {
        Router::new()
            .route(
                "/antenna",
                post(|Json(antenna): Json<Antenna>| async move {
                    Json(json!({ "h": antenna.height_m, "n": antenna.parts.len() }))
                }),
            )
            .route(
                "/list",
                get(|Query(wanted): Query<Wanted>| async move { wanted.limit.to_string() }),
            )
            .route(
                "/by/{id}",
                get(|Path(id): Path<u32>| async move { id.to_string() }),
            )
    }

    async fn post_json(body: &str) -> Reply {
        let request = request("POST", "/antenna").header("content-type", "application/json; charset=utf-8");
        send(&router(), request.body(Body::from(body.to_owned())).unwrap()).await
    }

    #[tokio::test]
    async fn a_good_body_is_read() {
        assert_eq!(
            post_json("{\"height_m\": 12}").await.json(),
            json!({ "h": 12, "n": 0 })
        );
    }

    #[tokio::test]
    async fn a_wrong_field_is_named_with_its_place() {
        let reply = post_json("{\"height_m\": 12,\n \"parts\": [{\"name\": \"boom\"}, {\"name\": 3}]}").await;
        assert_eq!(
            (reply.status, reply.header("content-type")),
            (422, "application/problem+json")
        );
        insta::assert_json_snapshot!(reply.json(), @r#"
        {
          "status": 422,
          "code": "invalid",
          "title": "Unprocessable Entity",
          "detail": "parts[1].name: invalid type: integer `3`, expected a string (line 2, column 39)",
          "errors": [
            {
              "field": "parts[1].name",
              "message": "invalid type: integer `3`, expected a string"
            }
          ],
          "line": 2,
          "column": 39
        }
        "#);
        let missing = post_json("{}").await.json();
        assert_eq!(missing["errors"][0]["message"], "missing field `height_m`");
    }

    #[tokio::test]
    async fn broken_json_and_other_types_are_told_apart() {
        let reply = post_json("{\"height_m\": ").await;
        assert_eq!((reply.status, reply.code().as_str()), (400, "bad_json"));
        assert_eq!(post_json("{\"height_m\": 1} trailing").await.code(), "bad_json");
        let plain = request("POST", "/antenna").body(Body::from("{}")).unwrap();
        assert_eq!(send(&router(), plain).await.status, 415);
    }

    #[tokio::test]
    async fn query_and_path_name_the_field() {
        let reply = send(&router(), get_from("/list?limit=300")).await.json();
        assert_eq!(
            (&reply["code"], &reply["errors"][0]["field"]),
            (&json!("bad_query"), &json!("limit"))
        );
        assert_eq!(send(&router(), get_from("/list")).await.status, 400);
        let reply = send(&router(), get_from("/by/seven")).await;
        assert_eq!((reply.status, reply.code().as_str()), (400, "bad_path"));
    }
}

mod layers {
    use super::*;

    async fn panics() -> Response {
        panic!("a coil burnt out")
    }

    fn plain() -> Routes {
        Routes::new()
            .page(Access::Public, "/", get(|| async { "home" }))
            .page(Access::Public, "/panics", get(panics))
            .page(
                Access::Public,
                "/fails",
                get(|| async { Problem::internal("the disk is gone").into_response() }),
            )
            .page(
                Access::Public,
                "/big",
                post(|body: Bytes| async move { body.len().to_string() }),
            )
            .page(
                Access::Public.upload(),
                "/upload",
                post(|body: Bytes| async move { body.len().to_string() }),
            )
            .page(Access::Public, "/slow", get(std::future::pending::<()>))
            .page(
                Access::Public.stream(),
                "/stream",
                get(|| async { tokio::time::sleep(Duration::from_secs(100)).await }),
            )
            .page(
                Access::Public,
                "/long",
                get(|| async { ([(header::CONTENT_TYPE, "text/plain")], "x".repeat(5_000)) }),
            )
            .page(
                Access::Public,
                "/secret",
                get(|| async {
                    let mut response =
                        ([(header::CONTENT_TYPE, "text/plain")], "x".repeat(5_000)).into_response();
                    response.extensions_mut().insert(Sensitive);
                    response
                }),
            )
    }

    #[tokio::test]
    async fn methods_nobody_knows_make_no_series_of_their_own() {
        let site = site(plain(), limits()).await;
        for method in ["BREW", "WHEN", "get"] {
            let request = Request::builder()
                .method(method)
                .uri("/")
                .header(header::HOST, "localhost");
            send(&site.router, request.body(Body::empty()).unwrap()).await;
        }
        let text = site.edge.metrics.text();
        assert!(text.contains(r#"method="other""#), "{text}");
        assert!(!text.contains("BREW") && !text.contains(r#""get""#), "{text}");
    }

    #[tokio::test]
    async fn every_answer_has_the_security_headers_and_an_id() {
        let site = site(plain(), limits()).await;
        for path in ["/", "/nowhere", "/panics"] {
            let reply = send(&site.router, get_from(path)).await;
            assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
            assert!(
                reply
                    .header("content-security-policy")
                    .starts_with("default-src 'none'; script-src 'self';")
            );
            assert!(
                reply
                    .header("content-security-policy")
                    .contains("ws://localhost:8073")
            );
            assert_eq!(reply.header("x-frame-options"), "DENY");
            assert_eq!(reply.header("x-request-id").len(), 12);
        }
    }

    #[tokio::test]
    async fn failures_show_the_id_and_never_the_cause() {
        let site = site(plain(), limits()).await;
        for path in ["/panics", "/fails"] {
            let reply = send(&site.router, get_from(path)).await;
            assert_eq!((reply.status, reply.code().as_str()), (500, "internal"), "{path}");
            assert_eq!(reply.json()["request_id"], reply.header("x-request-id"));
            let text = String::from_utf8_lossy(&reply.body).into_owned();
            assert!(!text.contains("coil") && !text.contains("disk"), "{text}");
        }
    }

    #[tokio::test]
    async fn unknown_addresses_and_methods_are_problems() {
        let site = site(plain(), limits()).await;
        let reply = send(&site.router, get_from("/nowhere")).await;
        assert_eq!((reply.status, reply.code().as_str()), (404, "not_found"));
        let reply = send(&site.router, request("DELETE", "/").body(Body::empty()).unwrap()).await;
        assert_eq!((reply.status, reply.code().as_str()), (405, "method_not_allowed"));
        assert_eq!(reply.header("allow"), "GET,HEAD");
    }

    #[tokio::test]
    async fn bodies_are_limited_by_the_kind_of_route() {
        let limits = Limits {
            body_bytes: 100,
            upload_bytes: 1_000,
            ..limits()
        };
        let site = site(plain(), limits).await;
        let with = |path: &str, length: usize| {
            request("POST", path)
                .body(Body::from("x".repeat(length)))
                .unwrap()
        };
        assert_eq!(send(&site.router, with("/big", 100)).await.body, "100");
        assert_eq!(send(&site.router, with("/upload", 1_000)).await.body, "1000");
        let announced = request("POST", "/big")
            .header("content-length", "101")
            .body(Body::from("x".repeat(101)))
            .unwrap();
        let reply = send(&site.router, announced).await;
        assert_eq!((reply.status, reply.json()["limit"].as_u64()), (413, Some(100)));
        let unannounced = Body::from_stream(futures_util::stream::iter(
            (0..20).map(|_| Ok::<_, std::io::Error>("x".repeat(10))),
        ));
        let reply = send(&site.router, request("POST", "/big").body(unannounced).unwrap()).await;
        assert_eq!(reply.status, 413);
    }

    #[tokio::test(start_paused = true)]
    async fn slow_requests_are_given_up_but_streams_are_not() {
        let site = site(plain(), limits()).await;
        let reply = send(&site.router, get_from("/slow")).await;
        assert_eq!((reply.status, reply.code().as_str()), (503, "timeout"));
        assert!(!reply.header("retry-after").is_empty());
        assert_eq!(send(&site.router, get_from("/stream")).await.status, 200);
    }

    #[tokio::test]
    async fn foreign_hosts_are_refused() {
        let site = site(plain(), limits()).await;
        let ask = async |host: &str| {
            let request = Request::builder()
                .uri("/")
                .header("host", host)
                .body(Body::empty())
                .unwrap();
            send(&site.router, request).await.status
        };
        for host in [
            "localhost",
            "LOCALHOST:1",
            "127.0.0.1:8073",
            "[::1]:8073",
            "192.168.1.20",
            "log.example.org",
            "log.example.org.",
            "shack.local:8073",
            "shack",
            "x.localhost",
        ] {
            assert_eq!(ask(host).await, 200, "{host}");
        }
        for host in [
            "evil.example",
            "log.example.org.evil.example",
            "127.0.0.1.evil.example",
            "local",
            "user@evil.example:80",
        ] {
            assert_eq!(ask(host).await, 421, "{host}");
        }
        let hostless = Request::builder().uri("/").body(Body::empty()).unwrap();
        assert_eq!(send(&site.router, hostless).await.code(), "no_host");
    }

    #[tokio::test]
    async fn only_large_plain_texts_are_compressed() {
        let site = site(plain(), limits()).await;
        let ask = async |path: &str| {
            let request = request("GET", path)
                .header("accept-encoding", "gzip, br")
                .body(Body::empty())
                .unwrap();
            send(&site.router, request)
                .await
                .header("content-encoding")
                .to_owned()
        };
        assert_eq!(ask("/long").await, "br");
        assert_eq!(ask("/").await, "");
        assert_eq!(ask("/secret").await, "");
    }

    #[tokio::test]
    async fn guests_are_counted_by_network_and_members_by_account() {
        let limits = Limits {
            read_per_minute: 3,
            member_per_minute: 5,
            ..limits()
        };
        let site = site(plain(), limits).await;
        let ask = async |address: &str, account: Option<&str>| {
            let mut request = request("GET", "/");
            if let Some(account) = account {
                request = request.header("account", account);
            }
            let mut request = request.body(Body::empty()).unwrap();
            request.extensions_mut().insert(Peer {
                address: address.parse().unwrap(),
                ..Peer::LOCAL
            });
            send(&site.router, request).await
        };
        for _ in 0..3 {
            assert_eq!(ask("203.0.113.1", None).await.status, 200);
        }
        let refused = ask("203.0.113.1", None).await;
        assert_eq!((refused.status, refused.code().as_str()), (429, "rate_limited"));
        assert_eq!(refused.header("retry-after"), "20");
        assert_eq!(ask("203.0.113.2", None).await.status, 200);
        for _ in 0..5 {
            assert_eq!(ask("203.0.113.1", Some("7")).await.status, 200);
        }
        assert_eq!(ask("203.0.113.9", Some("7")).await.status, 429);
    }

    #[tokio::test]
    async fn overload_is_said_at_once_but_health_still_answers() {
        let (health, metrics) = (Health::default(), Metrics::new());
        let routes = plain().merge(system_routes(health, metrics, Document::default()));
        let site = site(
            routes,
            Limits {
                in_flight: 1,
                ..limits()
            },
        )
        .await;
        let router = site.router.clone();
        let busy = tokio::spawn(async move { send(&router, get_from("/slow")).await });
        while site.edge.metrics.in_flight.get() == 0 {
            tokio::task::yield_now().await;
        }
        let reply = send(&site.router, get_from("/")).await;
        assert_eq!((reply.status, reply.code().as_str()), (503, "overloaded"));
        assert_eq!(send(&site.router, get_from("/healthz")).await.status, 200);
        busy.abort();
    }
}

mod repeating {
    use super::*;

    #[derive(Clone, Default)]
    struct Work {
        done: Arc<AtomicU32>,
        entered: Arc<Notify>,
        wait: Option<Arc<Notify>>,
    }

    fn routes(work: &Work) -> Routes {
        let (good, bad) = (work.clone(), work.clone());
        Routes::new()
            .page(
                Access::Public,
                "/work",
                post(move |body: Bytes| async move {
                    good.entered.notify_one();
                    if let Some(wait) = &good.wait {
                        wait.notified().await;
                    }
                    let count = good.done.fetch_add(1, Ordering::SeqCst) + 1;
                    (
                        StatusCode::CREATED,
                        [("location", "/work/1")],
                        Json(json!({ "count": count, "length": body.len() })),
                    )
                }),
            )
            .page(
                Access::Public,
                "/bad",
                post(move || async move {
                    bad.done.fetch_add(1, Ordering::SeqCst);
                    Problem::conflict("busy", "not now")
                }),
            )
    }

    fn ask(path: &str, account: &str, key: &str, body: &str) -> Request {
        let request = request("POST", path)
            .header("account", account)
            .header("idempotency-key", key);
        request
            .header("content-length", body.len())
            .body(Body::from(body.to_owned()))
            .unwrap()
    }

    #[tokio::test]
    async fn the_first_answer_is_given_again_even_after_a_restart() {
        let work = Work::default();
        let site = site(routes(&work), limits()).await;
        let first = send(&site.router, ask("/work", "1", "k", "abc")).await;
        assert_eq!((first.status, first.json()["count"].as_u64()), (201, Some(1)));
        let again = send(&site.router, ask("/work", "1", "k", "abc")).await;
        assert_eq!((again.status, &again.body), (201, &first.body));
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!(
            (again.header("location"), again.header("content-type")),
            ("/work/1", "application/json")
        );

        let (restarted, _) = stack(routes(&work), limits(), &site.store, &site.clock);
        let later = send(&restarted, ask("/work", "1", "k", "abc")).await;
        assert_eq!(later.body, first.body);
        assert_eq!(work.done.load(Ordering::SeqCst), 1);
        for (account, key, query) in [("2", "k", ""), ("1", "other", ""), ("1", "k", "?x=1")] {
            let path = format!("/work{query}");
            let status = send(&site.router, ask(&path, account, key, "abc")).await.status;
            assert_eq!(status, if query.is_empty() { 201 } else { 422 });
        }
        assert_eq!(work.done.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn another_body_is_refused_and_a_day_later_the_key_is_free() {
        let work = Work::default();
        let site = site(routes(&work), limits()).await;
        send(&site.router, ask("/work", "1", "k", "abc")).await;
        let other = send(&site.router, ask("/work", "1", "k", "abd")).await;
        assert_eq!(
            (other.status, other.code().as_str()),
            (422, "idempotency_key_reused")
        );
        site.clock.advance(Duration::from_secs(24 * 3_600 + 1));
        assert_eq!(
            send(&site.router, ask("/work", "1", "k", "abd")).await.status,
            201
        );
        assert_eq!(work.done.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn failures_and_guests_are_not_kept() {
        let work = Work::default();
        let site = site(routes(&work), limits()).await;
        for _ in 0..2 {
            assert_eq!(send(&site.router, ask("/bad", "1", "k", "")).await.status, 409);
        }
        let guest = || {
            request("POST", "/work")
                .header("x-idempotency-key", "k")
                .body(Body::empty())
                .unwrap()
        };
        send(&site.router, guest()).await;
        send(&site.router, guest()).await;
        assert_eq!(work.done.load(Ordering::SeqCst), 4);
        let long = "k".repeat(256);
        assert_eq!(
            send(&site.router, ask("/work", "1", &long, "")).await.code(),
            "bad_idempotency_key"
        );
    }

    #[tokio::test]
    async fn a_second_request_meanwhile_is_told_to_wait() {
        let work = Work {
            wait: Some(Arc::default()),
            ..Work::default()
        };
        let site = site(routes(&work), limits()).await;
        let router = site.router.clone();
        let first = tokio::spawn(async move { send(&router, ask("/work", "1", "k", "abc")).await });
        work.entered.notified().await;
        let second = send(&site.router, ask("/work", "1", "k", "abc")).await;
        assert_eq!(
            (second.status, second.code().as_str()),
            (409, "idempotency_in_progress")
        );
        work.wait.unwrap().notify_one();
        assert_eq!(first.await.unwrap().status, 201);
    }
}

mod limiting {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_bucket_refills_steadily() {
        let limiter = Limiter::new(&Limits {
            read_per_minute: 60,
            ..limits()
        });
        let here = Network::of("203.0.113.1".parse().unwrap());
        let call = || limiter.count(Class::Read, Caller::GUEST, here);
        for _ in 0..60 {
            call().unwrap();
        }
        assert_eq!(call().unwrap_err(), Duration::from_secs(1));
        tokio::time::advance(Duration::from_secs(3)).await;
        for _ in 0..3 {
            call().unwrap();
        }
        assert!(call().is_err());
        assert!(limiter.count(Class::Free, Caller::GUEST, here).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_of_networks_is_held_and_forgets_the_least_used() {
        let limiter = Limiter::with_capacity(
            &Limits {
                read_per_minute: 2,
                ..limits()
            },
            64,
        );
        let network = |number: u32| Network::of(IpAddr::from(number.to_be_bytes()));
        let busy = network(1);
        limiter.count(Class::Read, Caller::GUEST, busy).unwrap();
        limiter.count(Class::Read, Caller::GUEST, busy).unwrap();
        for number in 100..1_000 {
            limiter
                .count(Class::Read, Caller::GUEST, network(number))
                .unwrap();
            assert!(limiter.len() <= 64);
        }
        assert!(
            limiter.count(Class::Read, Caller::GUEST, busy).is_err(),
            "the busiest is remembered"
        );
    }

    #[test]
    fn a_guest_is_an_ipv4_address_or_an_ipv6_site() {
        let of = |text: &str| Network::of(text.parse().unwrap());
        assert_ne!(of("203.0.113.1"), of("203.0.113.2"));
        assert_eq!(of("::ffff:203.0.113.1"), of("203.0.113.1"));
        assert_eq!(of("2001:db8:0:1::1"), of("2001:db8:0:ff::2"));
        assert_ne!(of("2001:db8:0:100::1"), of("2001:db8:0:ff::2"));
    }
}

mod system {
    use super::*;

    #[tokio::test]
    async fn readiness_names_the_part_that_fails() {
        let health = Health::default();
        let document = Document::default();
        let site = site(
            system_routes(health.clone(), Metrics::new(), document.clone()),
            limits(),
        )
        .await;
        assert_eq!(
            send(&site.router, get_from("/healthz")).await.json()["status"],
            "ok"
        );
        let store = health.part("store");
        assert_eq!(
            send(&site.router, get_from("/readyz")).await.json()["failing"],
            json!(["store"])
        );
        store.up();
        assert_eq!(send(&site.router, get_from("/readyz")).await.status, 200);
        store.down("disk full");
        let reply = send(&site.router, get_from("/readyz")).await;
        assert_eq!(
            (reply.status, &reply.json()["parts"]["store"]),
            (503, &json!("disk full"))
        );
        drop(store);
        assert_eq!(
            send(&site.router, get_from("/readyz")).await.json()["parts"]["store"],
            "ended"
        );
        health.stopping();
        assert_eq!(
            send(&site.router, get_from("/readyz")).await.json()["status"],
            "stopping"
        );
    }

    #[tokio::test]
    async fn figures_are_for_this_machine() {
        let metrics = Metrics::new();
        let site = site(
            system_routes(Health::default(), metrics.clone(), Document::default()),
            limits(),
        )
        .await;
        metrics.answered(&Method::GET, "/x", 200, Duration::from_millis(2));
        let reply = send(&site.router, get_from("/metrics")).await;
        let text = String::from_utf8_lossy(&reply.body).into_owned();
        assert!(
            text.contains("shackbox_http_requests_total{method=\"GET\",route=\"/x\",status=\"200\"} 1"),
            "{text}"
        );
        for peer in [
            Peer {
                address: "203.0.113.1".parse().unwrap(),
                ..Peer::LOCAL
            },
            Peer {
                proxied: true,
                ..Peer::LOCAL
            },
        ] {
            let mut request = get_from("/metrics");
            request.extensions_mut().insert(peer);
            assert_eq!(send(&site.router, request).await.status, 403);
        }
    }

    /// Is public.
    #[utoipa::path(get, path = "/api/v1/thing", tag = "things")]
    async fn thing() {}

    #[tokio::test]
    async fn the_definition_and_its_page_are_served() {
        let document = Document::default();
        let routes = system_routes(Health::default(), Metrics::new(), document.clone())
            .api(Access::Public, routes!(thing));
        let (_, openapi, _) = routes.clone().finish();
        document.publish(&openapi).unwrap();
        let site = site(routes, limits()).await;
        let reply = send(&site.router, get_from("/api/openapi.json")).await;
        assert!(reply.json()["paths"]["/api/v1/thing"]["get"].is_object());
        let reply = send(&site.router, get_from("/api/docs")).await;
        assert!(reply.header("content-type").starts_with("text/html"));
        assert!(String::from_utf8_lossy(&reply.body).contains("/api/v1/thing"));
    }

    #[test]
    fn every_route_is_declared_with_method_and_class() {
        let (_, _, declared) = system_routes(Health::default(), Metrics::new(), Document::default()).finish();
        let guard = declared.find("/healthz", &Method::HEAD).unwrap();
        assert_eq!(
            (guard.access, guard.class_of(&Method::GET)),
            (Access::Public, Class::Free)
        );
        assert!(declared.find("/healthz", &Method::POST).is_none());
        assert_eq!(Guard::from(Access::Admin).class_of(&Method::PATCH), Class::Write);
    }
}

mod serving_assets {
    use super::*;

    async fn ask(path: &str, headers: &[(&str, &str)]) -> Reply {
        let (router, _, _) = asset_routes().finish();
        let mut builder = request("GET", path);
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        send(&router, builder.body(Body::empty()).unwrap()).await
    }

    #[tokio::test]
    async fn an_asset_comes_compressed_with_its_type() {
        let path = format!("{}css/app.css", asset_base());
        assert!(path.contains(build_hash()));
        let plain = ask(&path, &[]).await;
        assert_eq!(
            (plain.status, plain.header("content-type")),
            (200, "text/css; charset=utf-8")
        );
        let small = ask(&path, &[("accept-encoding", "gzip, deflate, br")]).await;
        assert_eq!(small.header("content-encoding"), "br");
        assert!(small.body.len() < plain.body.len() / 2);
        let gzip = ask(&path, &[("accept-encoding", "br;q=0, gzip")]).await;
        assert_eq!(gzip.header("content-encoding"), "gzip");
        assert_eq!(
            ask(&path, &[("if-none-match", plain.header("etag"))])
                .await
                .status,
            304
        );
    }

    #[tokio::test]
    async fn nothing_else_is_served() {
        for name in [
            "templates/base.html",
            "i18n/en.toml",
            "css/../i18n/en.toml",
            "css/%2e%2e/i18n/en.toml",
            "css/nothing.css",
            "js/utc.test.js",
            "../Cargo.toml",
        ] {
            assert_eq!(
                ask(&format!("{}{name}", asset_base()), &[]).await.status,
                404,
                "{name}"
            );
        }
    }
}

mod words {
    use super::*;

    fn catalogue() -> Catalogue {
        let tables = [
            ("en", "[a]\nb = \"hello {name}\"\nc = \"only here\""),
            ("de", "a.b = \"hallo {name}\""),
            ("he", ""),
        ];
        Catalogue::new(tables.map(|(language, text)| (language.to_owned(), text.parse().unwrap())))
    }

    #[test]
    fn a_language_falls_back_key_by_key() {
        let catalogue = catalogue();
        let german = catalogue.choose(["fr", "de-AT"]);
        assert_eq!(german.f("a.b", &[("name", "OE1XYZ")]), "hallo OE1XYZ");
        assert_eq!(german.s("a.c"), "only here");
        assert_eq!(german.s("a.nothing"), "a.nothing");
        assert_eq!(catalogue.choose([]).language(), "en");
        assert_eq!(catalogue.choose(["he"]).direction(), "rtl");
    }

    #[test]
    fn the_browsers_wish_counts_after_the_accounts() {
        let mut headers = HeaderMap::new();
        headers.insert(
            "accept-language",
            "xx;q=0.9, en-GB;q=0.8, *;q=0.1".parse().unwrap(),
        );
        assert_eq!(Text::pick(None, &headers).language(), "en");
        assert_eq!(Text::english().language(), "en");
        assert!(Catalogue::shared().languages().any(|language| language == "en"));
    }
}

mod cursors {
    use super::*;

    proptest! {
        #[test]
        fn a_cursor_opens_only_unchanged_and_for_its_list(key in prop::collection::vec(any::<u8>(), 0..40), flip in 0usize..200) {
            let signer = Signer::new([7; 32]);
            let text = Cursor(key.clone()).seal(&signer, "band=20m");
            prop_assert_eq!(Cursor::open(&signer, "band=20m", &text).unwrap(), Cursor(key));
            prop_assert!(Cursor::open(&signer, "band=40m", &text).is_err());
            prop_assert!(Cursor::open(&Signer::new([8; 32]), "band=20m", &text).is_err());
            let mut letters: Vec<char> = text.chars().collect();
            let at = flip % letters.len();
            letters[at] = if letters[at] == 'A' { 'B' } else { 'A' };
            let altered: String = letters.into_iter().collect();
            prop_assert!(Cursor::open(&signer, "band=20m", &altered).is_err());
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,60}") {
            prop_assert!(Cursor::open(&Signer::new([7; 32]), "", &text).is_err());
        }
    }
}
