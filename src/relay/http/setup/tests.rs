//! The page's requests, at a relay with a radio in memory.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body as Sent, to_bytes};
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use crate::config::{Config, Sources};
use crate::env::{Clock, Entropy};
use crate::relay::apply;
use crate::relay::desk::{Desk, Hearing, Sharing};
use crate::relay::http::{Leases, router};
use crate::relay::link::LinkStatus;
use crate::relay::logs::appliance::Appliance;
use crate::relay::logs::listen::Places;
use crate::relay::logs::queue::Limits;
use crate::relay::logs::start;
use crate::relay::pairings::{self, Pairings};
use crate::relay::rig::tests::fake::rigctld::{self, Manner, Running};
use crate::relay::settings::{Saved, Settings};

struct House {
    desk: Arc<Desk>,
    router: Router,
    _dir: TempDir,
}

impl House {
    /// A relay whose radio is at the daemon; `flags` as on the command line.
    async fn open(daemon: &Running, flags: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let sources = Sources {
            data_dir: Some(dir.path().to_owned()),
            flags: flags
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
            ..Sources::default()
        };
        let config = Config::load(&sources).unwrap();
        let mut saved = Saved::default();
        let at_daemon = json!({ "rigctld": daemon.address.to_string() });
        saved.merge(at_daemon.as_object().unwrap()).unwrap();
        saved
            .save(&dir.path().join(crate::relay::settings::FILE))
            .unwrap();
        let settings = Settings::effective(&config, &saved);
        let (clock, entropy) = (Clock::system(), Entropy::seeded(7));
        let stop = CancellationToken::new();
        let queue = start::Settings {
            places: Places::default(),
            queue: dir.path().join("contacts"),
            limits: Limits::default(),
            logbook: None,
        };
        let tasks = TaskTracker::new();
        let logs = start::start::<Appliance>(queue, None, clock.clone(), entropy.clone(), &tasks, &stop);
        let logs = logs.await.unwrap();
        let rig = apply::start_rig(settings.backend().unwrap(), &settings, dir.path());
        let kept = dir.path().join(pairings::FILE);
        let desk = Arc::new(Desk {
            rig: watch::Sender::new(rig),
            rotator: watch::Sender::new(None),
            settings: watch::Sender::new(Arc::new(settings)),
            link: watch::Sender::new(LinkStatus::default()),
            sharing: watch::Sender::new(Sharing::default()),
            hearing: watch::Sender::new(Hearing::default()),
            queue: logs.queue,
            ear: logs.ear,
            pairings: Pairings::open(kept, clock.clone(), entropy.clone()).unwrap(),
            origins: Vec::new(),
            address: "127.0.0.1:8089".parse().unwrap(),
            data_dir: dir.path().to_owned(),
            clock,
            entropy,
            leases: Leases::default(),
            console: mpsc::unbounded_channel().0,
            stop,
            glance: std::sync::Mutex::default(),
        });
        Self {
            router: router(&desk),
            desk,
            _dir: dir,
        }
    }

    async fn send(&self, request: Request<Sent>) -> (StatusCode, Value) {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        let bytes = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "127.0.0.1:8089")
            .header("origin", "http://127.0.0.1:8089")
            .header("content-type", "application/json")
            .header("content-length", body.len())
            .header("x-shackbox-action", "execute");
        self.send(request.body(Sent::from(body)).unwrap()).await
    }

    async fn connected_to(&self, hertz: u64) {
        let mut state = self.desk.rig().state();
        let there = state.wait_for(|state| state.connected && state.freq_hz == Some(hertz));
        there.await.unwrap();
    }
}

async fn daemon(hertz: u64) -> Running {
    let running = rigctld::start(Manner::Good).await;
    running.with(|daemon| daemon.hertz = hertz);
    running
}

#[tokio::test]
async fn another_radio_is_in_force_when_the_change_is_answered() {
    let (first, second) = (daemon(14_074_000).await, daemon(7_010_000).await);
    let house = House::open(&first, &[]).await;
    house.connected_to(14_074_000).await;
    let change = json!({ "rigctld": second.address.to_string(), "limits": "warn", "rotctld": "127.0.0.1:9" });
    let (status, told) = house.ask("PUT", "/api/setup", Some(change)).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    assert_eq!(told["settings"]["rigctld"]["source"], "page");
    assert_eq!(told["rig"]["device"], format!("rigctld at {}", second.address));
    house.connected_to(7_010_000).await;
    assert!(house.desk.rotator.borrow().is_some());
    let kept = Saved::load(&house.desk.data_dir.join(crate::relay::settings::FILE)).unwrap();
    assert_eq!(kept.rigctld, Some(second.address.to_string()));

    let (status, told) = house
        .ask("PUT", "/api/setup", Some(json!({ "rotctld": null })))
        .await;
    assert_eq!((status, &told["rotator"]), (StatusCode::OK, &Value::Null));
    assert!(house.desk.rotator.borrow().is_none());
}

#[tokio::test]
async fn what_cannot_be_is_refused_by_field_and_the_radio_stays() {
    let daemon = daemon(14_074_000).await;
    let house = House::open(&daemon, &[("relay.name", "main")]).await;
    for (change, field) in [
        (
            json!({ "rigctld": "somewhere else", "limits": "lock" }),
            "rigctld",
        ),
        (json!({ "way": "serial" }), "serial"),
        (json!({ "way": "serial", "serial": "/dev/none" }), "model"),
        (json!({ "name": "portable" }), "name"),
        (json!({ "serve": daemon.address.to_string() }), "serve"),
        (json!({ "colour": "green" }), "colour"),
    ] {
        let (status, told) = house.ask("PUT", "/api/setup", Some(change.clone())).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{change}");
        assert_eq!(told["errors"][0]["field"], field, "{told}");
    }
    house.connected_to(14_074_000).await;
    let (status, told) = house.ask("PUT", "/api/setup", Some(json!([1]))).await;
    assert_eq!(
        (status.is_client_error(), &told["code"]),
        (true, &json!("malformed_json"))
    );
}

#[tokio::test]
async fn a_test_keeps_nothing_and_says_what_it_found() {
    let (first, second) = (daemon(14_074_000).await, daemon(7_010_000).await);
    let house = House::open(&first, &[]).await;
    house.connected_to(14_074_000).await;
    let trial =
        |address: String| json!({ "what": "radio", "settings": { "way": "rigctld", "rigctld": address } });
    let found = house.ask("POST", "/api/setup/test", Some(trial(second.address.to_string())));
    let (status, told) = found.await;
    assert_eq!((status, &told["ok"]), (StatusCode::OK, &json!(true)), "{told}");
    assert!(
        told["title"].as_str().unwrap().contains("7.010.000 MHz"),
        "{told}"
    );
    let (_, told) = house
        .ask("POST", "/api/setup/test", Some(trial("127.0.0.1:9".to_owned())))
        .await;
    assert_eq!(told["ok"], false);
    assert!(told["steps"][0]["words"].is_string(), "{told}");
    house.connected_to(14_074_000).await;
}

#[tokio::test]
async fn settings_are_for_the_relays_own_page() {
    let daemon = daemon(14_074_000).await;
    let server = [("relay.server", "https://shack.example.org")];
    let house = House::open(&daemon, &server).await;
    let ask = |origin: &str, method: &str, marked: bool| {
        let mut request = Request::builder()
            .method(method)
            .uri("/api/setup")
            .header("host", "127.0.0.1:8089")
            .header("content-type", "application/json");
        if !origin.is_empty() {
            request = request.header("origin", origin);
        }
        if marked {
            request = request.header("x-shackbox-action", "execute");
        }
        request.body(Sent::from("{}")).unwrap()
    };
    for (origin, method, marked) in [
        ("https://evil.example", "GET", false),
        ("https://shack.example.org", "GET", true),
        ("https://shack.example.org", "PUT", true),
        ("null", "PUT", true),
        ("http://127.0.0.1:8089", "PUT", false),
        ("", "PUT", false),
    ] {
        let (status, told) = house.send(ask(origin, method, marked)).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{origin} {method}: {told}");
    }
    assert_eq!(
        house.send(ask("http://localhost:8089", "PUT", true)).await.0,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_key_goes_in_and_never_comes_out() {
    let daemon = daemon(14_074_000).await;
    let house = House::open(&daemon, &[]).await;
    let change = json!({ "server": "https://shack.example.org", "key": "sb-very-secret" });
    let (status, told) = house.ask("PUT", "/api/setup", Some(change)).await;
    assert_eq!(
        (status, &told["settings"]["key"]["value"]),
        (StatusCode::OK, &json!(true))
    );
    assert!(!told.to_string().contains("very-secret"));
    let settings = house.desk.settings();
    assert_eq!(settings.key.as_ref().unwrap().reveal(), "sb-very-secret");
    assert!(!format!("{settings:?}").contains("very-secret"));
}

#[tokio::test]
async fn pages_are_let_in_by_a_click_and_out_by_another() {
    let daemon = daemon(14_074_000).await;
    let house = House::open(&daemon, &[]).await;
    let asked = house
        .desk
        .pairings
        .begin("https://shack.example.org", "Shack", false, false);
    let asked = asked.unwrap();
    let (_, lists) = house.ask("GET", "/api/pairings", None).await;
    assert_eq!(lists["waiting"][0]["code"], asked.code);
    let allow = format!("/api/pairings/{}/allow", asked.request);
    assert_eq!(house.ask("POST", &allow, None).await.0, StatusCode::NO_CONTENT);
    let (_, lists) = house.ask("GET", "/api/pairings", None).await;
    assert_eq!(lists["waiting"], json!([]));
    let id = lists["paired"][0]["id"].as_str().unwrap().to_owned();
    assert!(house.desk.allows("https://shack.example.org"));
    let out = house.ask("DELETE", &format!("/api/pairings/{id}"), None).await;
    assert_eq!(out.0, StatusCode::NO_CONTENT);
    assert!(!house.desk.allows("https://shack.example.org"));
    assert_eq!(
        house.ask("DELETE", "/api/pairings/none", None).await.0,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn the_page_its_parts_and_its_lists_are_there() {
    let daemon = daemon(14_074_000).await;
    let house = House::open(&daemon, &[]).await;
    for path in [
        "/setup",
        "/setup/setup.js",
        "/setup/setup.css",
        "/api/setup/ports",
        "/api/setup/models",
        "/api/contacts?all=true",
    ] {
        assert_eq!(house.ask("GET", path, None).await.0, StatusCode::OK, "{path}");
    }
    assert_eq!(house.ask("GET", "/", None).await.0, StatusCode::SEE_OTHER);
    assert_eq!(
        house.ask("GET", "/setup/secret.js", None).await.0,
        StatusCode::NOT_FOUND
    );
    let unknown = house.ask("POST", "/api/contacts/7/retry", None).await;
    assert_eq!(unknown.0, StatusCode::NOT_FOUND);
    let elsewhere = json!({ "path": "/dev/not-agreed", "raise_rts": false });
    let refused = house.ask("POST", "/api/setup/detect", Some(elsewhere)).await;
    assert_eq!(refused.0, StatusCode::NOT_FOUND);
}
