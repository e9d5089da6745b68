use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::net;

type Client = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A server whose sockets echo, and whose outboxes the test gets hold of.
struct Fixture {
    address: SocketAddr,
    sockets: Sockets,
    outboxes: mpsc::UnboundedReceiver<Outbox>,
}

#[derive(Clone)]
struct Echo {
    sockets: Sockets,
    opened: mpsc::UnboundedSender<Outbox>,
}

fn gap(first: u64, last: u64) -> String {
    format!("gap {first} {last}")
}

async fn echo(State(state): State<Echo>, start: SocketStart) -> Result<Response, Problem> {
    let opened = state.opened.clone();
    state.sockets.open(start, gap, |mut socket| async move {
        opened.send(socket.outbox.clone()).unwrap();
        while let Some(text) = socket.next().await {
            if text.as_str() == "bye" {
                socket.outbox.push("farewell", None);
                return;
            }
            socket.outbox.push(text, None);
        }
    })
}

async fn start() -> Fixture {
    let sockets = Sockets::new(2, None, Metrics::new());
    let (opened, outboxes) = mpsc::unbounded_channel();
    let state = Echo {
        sockets: sockets.clone(),
        opened,
    };
    let listener = net::bind("web.listen", "127.0.0.1:0".parse().unwrap())
        .await
        .unwrap();
    let address = listener.address();
    let server = net::Server {
        router: Router::new().route("/ws", get(echo)).with_state(state),
        places: net::Places::new(100),
        header_timeout: Duration::from_secs(5),
        trusted: Arc::new(["127.0.0.1/32".parse().unwrap()]),
        forwarded: net::ForwardedHeaders::default(),
        strangers: net::Strangers::told_to(|_| {}),
        door: net::Door::Plain,
    };
    tokio::spawn(server.run(listener, CancellationToken::new(), Duration::ZERO));
    Fixture {
        address,
        sockets,
        outboxes,
    }
}

impl Fixture {
    async fn connect(&self, headers: &[(&'static str, &str)]) -> Result<Client, Error> {
        let mut request = format!("ws://{}/ws", self.address).into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        connect_async(request).await.map(|(client, _)| client)
    }
}

async fn text(client: &mut Client) -> String {
    loop {
        match timeout(Duration::from_secs(5), client.next())
            .await
            .expect("a message in time")
        {
            Some(Ok(Message::Text(text))) => return text.to_string(),
            Some(Ok(Message::Close(Some(frame)))) => return format!("close {}", u16::from(frame.code)),
            Some(Ok(_)) => {}
            other => panic!("{other:?}"),
        }
    }
}

fn status(refused: Result<Client, Error>) -> u16 {
    match refused {
        Err(Error::Http(response)) => response.status().as_u16(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn messages_go_both_ways_and_the_end_is_said() {
    let fixture = start().await;
    let mut client = fixture.connect(&[]).await.unwrap();
    client.send("hello".into()).await.unwrap();
    assert_eq!(text(&mut client).await, "hello");
    client.send("bye".into()).await.unwrap();
    assert_eq!(text(&mut client).await, "farewell");
    assert_eq!(text(&mut client).await, "close 1000");
}

#[tokio::test]
async fn a_foreign_page_and_a_crowd_are_refused() {
    let fixture = start().await;
    assert_eq!(
        status(fixture.connect(&[("origin", "http://evil.example")]).await),
        403
    );
    assert_eq!(
        status(fixture.connect(&[("sec-fetch-site", "cross-site")]).await),
        403
    );
    let own = format!("http://{}", fixture.address);
    let first = fixture
        .connect(&[("origin", &own), ("x-forwarded-for", "203.0.113.5")])
        .await
        .unwrap();
    let _second = fixture
        .connect(&[("x-forwarded-for", "203.0.113.5")])
        .await
        .unwrap();
    assert_eq!(
        status(fixture.connect(&[("x-forwarded-for", "203.0.113.5")]).await),
        429
    );
    let _other = fixture
        .connect(&[("x-forwarded-for", "203.0.113.6")])
        .await
        .unwrap();
    drop(first);
    while fixture
        .connect(&[("x-forwarded-for", "203.0.113.5")])
        .await
        .is_err()
    {}
    let mut local = Vec::new();
    for _ in 0..5 {
        local.push(fixture.connect(&[]).await.unwrap());
    }
}

#[tokio::test]
async fn stopping_closes_every_socket_with_1001() {
    let fixture = start().await;
    let mut client = fixture.connect(&[]).await.unwrap();
    client.send("hello".into()).await.unwrap();
    assert_eq!(text(&mut client).await, "hello");
    let sockets = fixture.sockets.clone();
    let stopped = tokio::spawn(async move { sockets.stop().await });
    assert_eq!(text(&mut client).await, "close 1001");
    assert!(client.next().await.is_none_or(|message| message.is_err()));
    timeout(Duration::from_secs(5), stopped).await.unwrap().unwrap();
    assert_eq!(fixture.sockets.len(), 0);
    assert_eq!(status(fixture.connect(&[]).await), 503);
}

#[tokio::test]
async fn a_client_may_be_neither_loud_nor_long_nor_binary() {
    let fixture = start().await;
    let mut loud = fixture.connect(&[]).await.unwrap();
    for _ in 0..60 {
        if loud.send("x".into()).await.is_err() {
            break;
        }
    }
    while !text(&mut loud).await.starts_with("close 1008") {}
    let mut long = fixture.connect(&[]).await.unwrap();
    long.send("x".repeat(5_000).into()).await.unwrap();
    assert_eq!(text(&mut long).await, "close 1009");
    let mut binary = fixture.connect(&[]).await.unwrap();
    binary.send(Message::Binary(vec![1].into())).await.unwrap();
    assert_eq!(text(&mut binary).await, "close 1003");
}

#[tokio::test]
async fn a_burst_arrives_whole_and_in_order() {
    let mut fixture = start().await;
    let mut client = fixture.connect(&[]).await.unwrap();
    let outbox = fixture.outboxes.recv().await.unwrap();
    for seq in 0..500 {
        outbox.push(seq.to_string(), Some(seq));
    }
    for seq in 0..500 {
        assert_eq!(text(&mut client).await, seq.to_string());
    }
}

#[test]
fn a_full_queue_loses_its_oldest_and_tells_which() {
    let outbox = Outbox::new(gap, prometheus_client::metrics::counter::Counter::default());
    let long = "x".repeat(100 << 10);
    for seq in 1..=4 {
        outbox.push(long.clone(), Some(seq));
    }
    let (messages, closing) = outbox.take();
    assert_eq!(messages.len(), 3);
    assert_eq!(messages[0].as_str(), "gap 1 2");
    assert_eq!(closing, None);
    outbox.push("next", Some(5));
    assert_eq!(outbox.take().0, [Utf8Bytes::from_static("next")]);
}

#[tokio::test]
async fn a_replay_waits_for_room_and_loses_nothing() {
    let mut fixture = start().await;
    let mut client = fixture.connect(&[]).await.unwrap();
    let outbox = fixture.outboxes.recv().await.unwrap();
    let padding = "x".repeat(1_000);
    let replay = tokio::spawn(async move {
        for seq in 0..2_000u64 {
            outbox.send(format!("{seq} {padding}"), Some(seq)).await;
        }
    });
    for seq in 0..2_000u64 {
        assert!(text(&mut client).await.starts_with(&format!("{seq} ")));
    }
    replay.await.unwrap();
}
