use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::bus::{Audience, BusConfig, Outgoing};
use crate::env::Clock;
use crate::net;

type Client = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A server whose sockets hear the bus and echo.
struct Fixture {
    address: SocketAddr,
    sockets: Sockets,
    bus: Bus,
}

#[derive(Clone)]
struct Echo {
    sockets: Sockets,
    bus: Bus,
}

/// How long a test waits for what should come at once, on a machine with much else to do.
const PATIENCE: Duration = Duration::from_mins(1);
/// Messages that are more than a socket and the system have room for.
const MANY: u64 = 200;
/// Bytes of each of them.
const LARGE: usize = 150_000;

/// Says every payload, with a word before.
struct Plain(&'static str);

impl Voice for Plain {
    fn name(&self) -> &str {
        self.0
    }

    fn say(&self, messages: &[Arc<crate::bus::Message>], into: &mut Frames) {
        for message in messages {
            let payload = std::str::from_utf8(&message.payload).unwrap();
            into.text(&format!("{}{payload}", self.0));
        }
    }
}

fn tell(n: u64, audience: Audience, padding: usize) -> Outgoing {
    let payload = if padding == 0 {
        n.into()
    } else {
        format!("{n} {}", "x".repeat(padding)).into()
    };
    Outgoing {
        topic: "count".into(),
        kind: "count".into(),
        audience,
        payload,
    }
}

/// What a client may say: `bye`, `since N` (what follows this number of the bus), `loud` (another voice), anything else.
async fn hear(state: Echo, mut socket: Socket) {
    let sight: Sight = Arc::new(|audience| *audience == Audience::Logbook(7));
    socket.join(Arc::new(Plain("")), sight);
    socket.go_live();
    while let Some(text) = socket.next().await {
        if text.as_str() == "bye" {
            socket.push("farewell");
            return;
        } else if text.as_str() == "loud" {
            socket.change(Arc::new(Plain("!"))).await;
            socket.say("louder").await;
            socket.go_live();
        } else if let Some(since) = text.strip_prefix("since ") {
            let mut since = since.parse().unwrap();
            let mut until = socket.change(Arc::new(Plain(""))).await;
            while let Some(newest) = until {
                let replay = state.bus.replay(&["count"], since, newest);
                let texts = replay.messages.iter();
                let texts = texts.map(|m| (m.seq, String::from_utf8(m.payload.to_vec()).unwrap()));
                socket.replay(texts).await;
                (since, until) = (newest, socket.again());
            }
            socket.go_live();
        } else {
            socket.push(&text);
        }
    }
}

fn gap(first: u64, last: u64) -> String {
    format!("gap {first} {last}")
}

async fn echo(State(state): State<Echo>, start: SocketStart) -> Result<Response, Problem> {
    let sockets = state.sockets.clone();
    sockets.open(start, gap, |socket| hear(state, socket))
}

async fn start() -> Fixture {
    let bus = Bus::new(BusConfig::default(), Clock::system());
    let sockets = Sockets::new(2, None, Metrics::new(), &bus);
    let state = Echo {
        sockets: sockets.clone(),
        bus: bus.clone(),
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
        bus,
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
        match timeout(PATIENCE, client.next()).await.expect("a message in time") {
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
    timeout(PATIENCE, stopped).await.unwrap().unwrap();
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

/// A client that is surely in the rounds.
async fn joined(fixture: &Fixture) -> Client {
    let mut client = fixture.connect(&[]).await.unwrap();
    client.send("hello".into()).await.unwrap();
    assert_eq!(text(&mut client).await, "hello");
    client
}

#[tokio::test]
async fn a_burst_arrives_whole_and_in_order_at_every_socket() {
    let fixture = start().await;
    let mut clients = [
        joined(&fixture).await,
        joined(&fixture).await,
        joined(&fixture).await,
    ];
    for n in 0..3_000 {
        fixture.bus.send([tell(n, Audience::Everyone, 0)]);
        if n % 1_000 == 500 {
            tokio::task::yield_now().await;
        }
    }
    for client in &mut clients {
        for n in 0..3_000 {
            assert_eq!(text(client).await, n.to_string());
        }
    }
}

#[tokio::test]
async fn what_is_not_for_everyone_goes_to_those_who_may_see_it() {
    let fixture = start().await;
    let mut client = joined(&fixture).await;
    let for_book = |n, book| tell(n, Audience::Logbook(book), 0);
    fixture.bus.send([
        tell(1, Audience::Everyone, 0),
        for_book(2, 8),
        for_book(3, 7),
        tell(4, Audience::Everyone, 0),
    ]);
    fixture.bus.send([
        tell(5, Audience::Administrators, 0),
        tell(6, Audience::Everyone, 0),
    ]);
    for n in [1, 3, 4, 6] {
        assert_eq!(text(&mut client).await, n.to_string());
    }
}

#[tokio::test]
async fn a_change_of_voice_and_a_replay_lose_and_double_nothing() {
    let fixture = start().await;
    let mut client = joined(&fixture).await;
    let begin = fixture.bus.seq();
    let (bus, louder) = (fixture.bus.clone(), CancellationToken::new());
    let changed = louder.clone();
    // It goes on while the change is under way, however long that takes, and a while after it.
    let telling = tokio::spawn(async move {
        let (mut count, mut left) = (0, 700);
        while left > 0 {
            bus.send([tell(count, Audience::Everyone, 0)]);
            count += 1;
            left -= u64::from(changed.is_cancelled());
            if count % 10 == 0 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        }
        count
    });
    let mut expected = 0;
    while expected < 500 {
        assert_eq!(text(&mut client).await, expected.to_string());
        expected += 1;
    }
    client.send("loud".into()).await.unwrap();
    loop {
        let said = text(&mut client).await;
        if said == "louder" {
            break;
        }
        assert_eq!(said, expected.to_string());
        expected += 1;
    }
    louder.cancel();
    let count = telling.await.unwrap();
    for n in expected..count {
        assert_eq!(text(&mut client).await, format!("!{n}"));
    }
    let mut late = joined(&fixture).await;
    late.send(format!("since {begin}").into()).await.unwrap();
    for n in 0..count {
        assert_eq!(text(&mut late).await, n.to_string());
    }
}

#[tokio::test]
async fn a_client_that_reads_late_is_told_what_it_missed_and_holds_up_nobody() {
    let fixture = start().await;
    let (mut quick, mut late) = (joined(&fixture).await, joined(&fixture).await);
    let begin = fixture.bus.seq();
    for n in 0..MANY {
        fixture.bus.send([tell(n, Audience::Everyone, LARGE)]);
        // The quick one has each before the next, which its socket would have no room for.
        assert!(text(&mut quick).await.starts_with(&format!("\"{n} ")), "{n}");
    }
    let (mut next, mut gaps) = (0, 0);
    while next < MANY {
        let said = text(&mut late).await;
        if let Some(gap) = said.strip_prefix("gap ") {
            let (first, last) = gap.split_once(' ').unwrap();
            assert_eq!(first.parse::<u64>().unwrap(), begin + 1 + next);
            next = last.parse::<u64>().unwrap() - begin;
            gaps += 1;
        } else {
            assert!(said.starts_with(&format!("\"{next} ")), "{next}: {}", &said[..12]);
            next += 1;
        }
    }
    assert!(gaps > 0);
}

#[tokio::test]
async fn what_comes_during_a_replay_is_replayed_too_when_it_is_more_than_can_be_held_back() {
    let fixture = start().await;
    let begin = fixture.bus.seq();
    // More than the system keeps for both ends of a connection, less than the ring.
    let (each, known) = (1_000, 12_000);
    fixture
        .bus
        .send((0..known).map(|n| tell(n, Audience::Everyone, each)));
    let mut client = joined(&fixture).await;
    client.send(format!("since {begin}").into()).await.unwrap();
    // The replay is under way, and stays so until the client has read the rest.
    assert!(text(&mut client).await.starts_with("\"0 "));
    let more = known + 2 * (link::ROOM / each) as u64;
    for n in known..more {
        fixture.bus.send([tell(n, Audience::Everyone, each)]);
        tokio::task::yield_now().await;
    }
    client.send(Message::Ping(vec![7].into())).await.unwrap();
    for n in 1..more {
        let said = text(&mut client).await;
        assert!(
            said.starts_with(&format!("\"{n} ")),
            "{n}: {}",
            &said[..12.min(said.len())]
        );
    }
    fixture.bus.send([tell(more, Audience::Everyone, 0)]);
    assert_eq!(text(&mut client).await, more.to_string());
}

#[tokio::test]
async fn a_ping_is_answered_and_fragments_are_one_message() {
    let fixture = start().await;
    let mut client = joined(&fixture).await;
    client.send(Message::Ping(vec![1, 2].into())).await.unwrap();
    match client.next().await {
        Some(Ok(Message::Pong(echo))) => assert_eq!(echo.as_ref(), [1, 2]),
        other => panic!("{other:?}"),
    }
    for part in [
        Frame::message("in ", OpCode::Data(Data::Text), false),
        Frame::message("two", OpCode::Data(Data::Continue), true),
    ] {
        client.send(Message::Frame(part)).await.unwrap();
    }
    assert_eq!(text(&mut client).await, "in two");
    let goodbye = tungstenite::protocol::CloseFrame {
        code: CloseCode::Normal,
        reason: "".into(),
    };
    client.close(Some(goodbye)).await.unwrap();
    assert_eq!(text(&mut client).await, "close 1000");
}
