//! The relay's end against servers of the test's own: what they say, and how they misbehave.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_tungstenite::WebSocketStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tungstenite::Message;
use tungstenite::protocol::CloseFrame;
use tungstenite::protocol::frame::coding::CloseCode;

use super::{LinkParts, LinkState, LinkStatus};
use crate::config::Secret;
use crate::env::{Clock, Entropy, Outbound};
use crate::relay::logs::queue::Sums;
use crate::relay::rig::Rig;
use crate::relay::rig::rotator::Rotator;
use crate::relay::rig::tests::daemon::rig_of;
use crate::relay::rig::tests::fake::rigctld::{self, Manner, Running};

const PATIENCE: Duration = Duration::from_secs(30);

/// A relay's end, its radio, and the port that it calls.
struct End {
    status: watch::Receiver<LinkStatus>,
    rigs: watch::Sender<Rig>,
    _rotators: watch::Sender<Option<Rotator>>,
    sums: watch::Sender<Sums>,
    clock: Clock,
    radio: Running,
    port: TcpListener,
    stop: CancellationToken,
}

impl Drop for End {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn end() -> End {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let radio = rigctld::start(Manner::Good).await;
    let (rigs, rig) = watch::channel(rig_of(&radio));
    let (rotators, rotator) = watch::channel(None);
    let (sums, sums_now) = watch::channel(Sums::default());
    let clock = Clock::fake("2026-11-21T12:00:00Z".parse().unwrap());
    let stop = CancellationToken::new();
    let parts = LinkParts {
        server: format!("http://{}/", port.local_addr().unwrap()).parse().unwrap(),
        key: Secret::new("sbx_key"),
        name: "main".to_owned(),
        rig,
        rotator,
        sums: sums_now,
        outbound: Outbound::new([]),
        clock: clock.clone(),
        entropy: Entropy::seeded(1),
    };
    End {
        status: super::start(parts, &TaskTracker::new(), stop.clone()),
        rigs,
        _rotators: rotators,
        sums,
        clock,
        radio,
        port,
        stop,
    }
}

/// The server's side of a connection.
struct Server(WebSocketStream<TcpStream>);

impl End {
    /// The next connection, with its hello.
    async fn greeted(&self) -> (Server, Value) {
        let (stream, _) = tokio::time::timeout(PATIENCE, self.port.accept())
            .await
            .unwrap()
            .unwrap();
        let mut server = Server(tokio_tungstenite::accept_async(stream).await.unwrap());
        let hello = server.next().await;
        (server, hello)
    }

    /// The next connection, welcomed.
    async fn linked(&self) -> Server {
        let (mut server, hello) = self.greeted().await;
        assert_eq!(
            (&hello["type"], &hello["v"], &hello["name"]),
            (&json!("hello"), &json!(1), &json!("main")),
            "{hello}"
        );
        server
            .say(&json!({"type": "welcome", "account": "K6BP", "sent_ms": 0}))
            .await;
        server
    }

    /// Answers one request of the relay by plain HTTP.
    async fn answer(&self, answer: &str) {
        let (mut stream, _) = tokio::time::timeout(PATIENCE, self.port.accept())
            .await
            .unwrap()
            .unwrap();
        let mut request = [0; 2_048];
        let read = stream.read(&mut request).await.unwrap();
        let request = String::from_utf8_lossy(&request[..read]).to_lowercase();
        assert!(request.starts_with("get /ws/relay http/1.1"), "{request}");
        assert!(request.contains("authorization: bearer sbx_key"), "{request}");
        stream.write_all(answer.as_bytes()).await.unwrap();
    }

    async fn becomes(&mut self, state: LinkState) -> String {
        let becomes = self
            .status
            .wait_for(|status| status.state == state && status.error.is_some());
        let status = tokio::time::timeout(PATIENCE, becomes).await.unwrap().unwrap();
        status.error.clone().unwrap()
    }
}

impl Server {
    async fn next(&mut self) -> Value {
        let next = async {
            loop {
                match self.0.next().await {
                    Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                    Some(Ok(_)) => {}
                    other => panic!("{other:?}"),
                }
            }
        };
        tokio::time::timeout(PATIENCE, next).await.unwrap()
    }

    /// The next message of a type.
    async fn hear(&mut self, kind: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.next().await;
            if message["type"] == kind && is_it(&message) {
                return message;
            }
        }
    }

    async fn say(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    async fn close(&mut self, code: u16, reason: &'static str) {
        let frame = CloseFrame {
            code: CloseCode::from(code),
            reason: reason.into(),
        };
        self.0.close(Some(frame)).await.unwrap();
        // As our server does: the relay reads it before the connection goes.
        while let Some(Ok(_)) = self.0.next().await {}
    }
}

fn problem(status: &str, detail: &str) -> String {
    let body = json!({"detail": detail}).to_string();
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
}

#[tokio::test]
async fn it_tells_of_the_radio_and_does_what_it_is_told() {
    let end = end().await;
    let mut server = end.linked().await;
    let state = server.hear("state", |state| state["connected"] == true).await;
    assert_eq!(state["freq_hz"], 7_074_000);
    end.sums.send_replace(Sums {
        pending: 2,
        failed: 1,
    });
    server
        .hear("queue", |queue| queue["pending"] == 2 && queue["failed"] == 1)
        .await;
    server
        .say(&json!({"type": "tune", "id": 5, "sent_ms": 10, "freq_hz": 14_074_000, "mode": "FT8"}))
        .await;
    let done = server.hear("done", |_| true).await;
    assert_eq!(
        (&done["id"], &done["freq_hz"], &done["mode"]),
        (&json!(5), &json!(14_074_000), &json!("PKTUSB"))
    );
    assert_eq!(end.radio.moves(), [14_074_000]);
    server
        .say(&json!({"type": "tune", "id": 6, "sent_ms": 20, "freq_hz": 14}))
        .await;
    let fault = server.hear("fault", |_| true).await;
    assert_eq!((&fault["id"], &fault["field"]), (&json!(6), &json!("freq_hz")));
    server
        .say(&json!({"type": "rotate", "id": 7, "sent_ms": 30, "azimuth": 90}))
        .await;
    assert_eq!(server.hear("fault", |_| true).await["code"], "no_rotator");
}

#[tokio::test]
async fn tunes_reach_the_radio_in_order_and_the_last_one_stays() {
    let end = end().await;
    let mut server = end.linked().await;
    server.hear("state", |state| state["connected"] == true).await;
    for n in 1..=100 {
        let tune = json!({"type": "tune", "id": n, "sent_ms": n, "freq_hz": 14_000_000 + n * 100});
        server.say(&tune).await;
    }
    let mut answered = 0;
    while answered < 100 {
        let message = server.next().await;
        answered += u32::from(message["type"] == "done");
        assert_ne!(message["type"], "fault", "{message}");
    }
    let moves = end.radio.moves();
    assert!(moves.is_sorted(), "{moves:?}");
    assert_eq!(moves.last(), Some(&14_010_000));
}

#[tokio::test]
async fn another_radio_in_its_place_is_told_and_tuned() {
    let end = end().await;
    let mut server = end.linked().await;
    server.hear("state", |state| state["connected"] == true).await;
    let other = rigctld::start(Manner::Good).await;
    other.with(|daemon| daemon.hertz = 21_074_000);
    let before = end.rigs.borrow().clone();
    before.shutdown().await;
    end.rigs.send_replace(rig_of(&other));
    server.hear("state", |state| state["freq_hz"] == 21_074_000).await;
    server
        .say(&json!({"type": "tune", "id": 1, "sent_ms": 1, "freq_hz": 21_030_000}))
        .await;
    server.hear("done", |done| done["freq_hz"] == 21_030_000).await;
    assert_eq!((other.moves(), end.radio.moves()), (vec![21_030_000], vec![]));
}

#[tokio::test]
async fn a_command_that_was_long_on_its_way_is_not_carried_out() {
    let end = end().await;
    let mut server = end.linked().await;
    server.hear("state", |state| state["connected"] == true).await;
    end.clock.advance(Duration::from_mins(1));
    // Sent ten seconds ago, by the server's own count.
    server
        .say(&json!({"type": "tune", "id": 9, "sent_ms": 50_000, "freq_hz": 14_074_000}))
        .await;
    let fault = server.hear("fault", |_| true).await;
    assert_eq!(
        (&fault["status"], &fault["code"]),
        (&json!(504), &json!("expired"))
    );
    assert!(end.radio.moves().is_empty());
    // What else waits on that connection is as old.
    let mut server = end.linked().await;
    server.hear("state", |_| true).await;
    server
        .say(&json!({"type": "tune", "id": 1, "sent_ms": 5, "freq_hz": 14_074_000}))
        .await;
    server.hear("done", |_| true).await;
}

#[tokio::test]
async fn a_refusal_is_told_in_the_servers_words() {
    let mut end = end().await;
    end.answer(&problem("403 Forbidden", "this is for licensed operators"))
        .await;
    let words = end.becomes(LinkState::Refused).await;
    assert!(words.contains("licensed operators"), "{words}");
}

#[tokio::test]
async fn what_is_no_server_of_ours_is_told() {
    let mut end = end().await;
    end.answer(&problem("404 Not Found", "no such page")).await;
    let words = end.becomes(LinkState::Refused).await;
    assert!(words.contains("relay.server"), "{words}");
}

#[tokio::test]
async fn a_server_that_is_busy_or_nonsense_is_tried_again() {
    let mut end = end().await;
    end.answer(&problem("503 Service Unavailable", "the server restarts"))
        .await;
    let words = end.becomes(LinkState::Connecting).await;
    assert!(words.contains("503"), "{words}");
    let upgraded = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
        sec-websocket-accept: made up\r\n\r\n";
    end.answer(upgraded).await;
    end.answer("%%%%\r\n\r\n").await;
    end.linked().await;
}

#[tokio::test]
async fn a_server_that_closes_for_good_is_left_alone_and_one_that_restarts_is_not() {
    let mut end = end().await;
    let mut server = end.linked().await;
    server.close(1001, "the server restarts").await;
    drop(server);
    let mut server = end.linked().await;
    server
        .close(4001, "another relay has connected under this name")
        .await;
    drop(server);
    let words = end.becomes(LinkState::Refused).await;
    assert!(words.contains("another relay"), "{words}");
}

#[tokio::test]
async fn garbage_from_a_server_moves_nothing_and_ends_nothing() {
    let end = end().await;
    let mut server = end.linked().await;
    server.hear("state", |state| state["connected"] == true).await;
    for said in [
        "garbage",
        "[]",
        "{}",
        r#"{"type":"tune"}"#,
        r#"{"type":"tune","id":1,"freq_hz":14074000}"#,
        r#"{"type":"tune","id":1,"sent_ms":-1,"freq_hz":14074000}"#,
        r#"{"type":"tune","id":1,"sent_ms":0,"freq_hz":"14074000"}"#,
        r#"{"type":"ptt","id":1,"sent_ms":0,"on":true}"#,
        r#"{"type":"send_raw","id":1,"sent_ms":0,"text":"T 1"}"#,
    ] {
        server.0.send(Message::text(said)).await.unwrap();
    }
    server.0.send(Message::binary(vec![0, 1, 2])).await.unwrap();
    let tune = json!({"type": "tune", "id": 2, "sent_ms": 1, "mode": "USB\nT 1"});
    server.say(&tune).await;
    assert_eq!(server.hear("fault", |_| true).await["field"], "mode");
    assert!(end.radio.moves().is_empty());
    assert!(!end.radio.with(|daemon| daemon.ptt));
}
