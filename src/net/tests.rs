use std::time::Duration;

use axum::Router;
use axum::extract::Extension;
use axum::http::HeaderMap;
use axum::routing::get;
use ipnet::IpNet;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::*;

struct Running {
    address: std::net::SocketAddr,
    stop: CancellationToken,
    task: JoinHandle<Served>,
}

async fn start(router: Router, places: usize, header_timeout: Duration, trusted: &[&str]) -> Running {
    let listener = bind("web.listen", "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.address();
    let trusted: Vec<IpNet> = trusted.iter().map(|text| text.parse().unwrap()).collect();
    let server = Server {
        router,
        places: Places::new(places),
        header_timeout,
        trusted: trusted.into(),
        forwarded: ForwardedHeaders::default(),
        strangers: Strangers::told_to(|_| {}),
        door: Door::Plain,
    };
    let stop = CancellationToken::new();
    let task = tokio::spawn(server.run(listener, stop.clone(), Duration::from_secs(5)));
    Running { address, stop, task }
}

fn who() -> Router {
    Router::new().route(
        "/",
        get(|Extension(peer): Extension<Peer>| async move { format!("{} {}", peer.address, peer.https) }),
    )
}

async fn ask(address: std::net::SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await.unwrap();
    reply
}

const PLAIN: &str = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
const SLOW: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_taken_port_is_said_with_key_and_remedy() {
    let first = bind("web.listen", "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let text = bind("web.listen", first.address()).await.unwrap_err().to_string();
    let port = first.address().port();
    assert_eq!(
        text,
        format!(
            "web.listen: port {port} on 127.0.0.1 is taken by another program; stop that one, or set web.listen to another port"
        )
    );
    let text = bind("web.listen", "203.0.113.1:0".parse().unwrap())
        .await
        .unwrap_err()
        .to_string();
    assert!(text.contains("no address 203.0.113.1"), "{text}");
}

#[tokio::test]
async fn the_peer_is_the_connection_unless_a_trusted_proxy_says_otherwise() {
    let forwarded = "GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 198.51.100.7\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n\r\n";
    let open = start(who(), 8, SLOW, &[]).await;
    assert!(ask(open.address, forwarded).await.ends_with("127.0.0.1 false"));
    let behind = start(who(), 8, SLOW, &["127.0.0.0/8"]).await;
    assert!(
        ask(behind.address, forwarded)
            .await
            .ends_with("198.51.100.7 true")
    );
    assert!(ask(behind.address, PLAIN).await.ends_with("127.0.0.1 false"));
}

#[test]
fn a_forged_beginning_of_the_forwarded_list_does_not_count() {
    let find = |list: &'static str| {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", list.parse().unwrap());
        let trusted = ["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        let from = peer::Direct {
            address: "10.0.0.1:999".parse().unwrap(),
            tls: false,
            passed_on: peer::PassedOn::No,
        };
        Peer::find(from, &headers, &trusted).address.to_string()
    };
    assert_eq!(find("1.2.3.4, 198.51.100.7"), "198.51.100.7");
    assert_eq!(find("1.2.3.4, 198.51.100.7, 10.1.1.1"), "198.51.100.7");
    assert_eq!(find("[2001:db8::1]:4711"), "2001:db8::1");
    assert_eq!(find("::ffff:198.51.100.9"), "198.51.100.9");
    assert_eq!(find("1.2.3.4, nonsense"), "10.0.0.1");
    assert_eq!(find("10.2.2.2"), "10.2.2.2");
}

#[tokio::test]
async fn one_connection_too_many_is_told_so() {
    let running = start(who(), 1, Duration::from_millis(500), &[]).await;
    let mut first = TcpStream::connect(running.address).await.unwrap();
    first
        .write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    let mut start = [0; 15];
    first.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 200 OK");
    // Sends nothing, so that the refusal is not lost to a reset.
    assert!(ask(running.address, "").await.starts_with("HTTP/1.1 503"));
    drop(first);
    loop {
        if ask(running.address, "").await.is_empty() {
            break;
        }
    }
}

#[tokio::test]
async fn silence_and_half_a_preface_are_ended() {
    let running = start(who(), 8, Duration::from_millis(150), &[]).await;
    for beginning in ["", "PRI * HT", "GET / HTTP/1.1\r\nHos"] {
        let mut stream = TcpStream::connect(running.address).await.unwrap();
        stream.write_all(beginning.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        let read = tokio::time::timeout(SLOW, stream.read_to_end(&mut rest)).await;
        assert!(read.is_ok(), "{beginning:?} kept its place");
    }
}

#[tokio::test]
async fn a_request_in_progress_is_finished_and_new_connections_are_refused() {
    let (entered, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (inside, wait) = (Arc::clone(&entered), Arc::clone(&release));
    let router = Router::new().route(
        "/",
        get(move || async move {
            inside.notify_one();
            wait.notified().await;
            "finished"
        }),
    );
    let running = start(router, 8, SLOW, &[]).await;
    let address = running.address;
    let request = tokio::spawn(async move { ask(address, PLAIN).await });
    entered.notified().await;
    running.stop.cancel();
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    release.notify_one();
    assert!(request.await.unwrap().ends_with("finished"));
    assert_eq!(running.task.await.unwrap(), Served { cut: 0 });
}

#[tokio::test]
async fn idle_connections_do_not_delay_the_stop() {
    let running = start(who(), 8, SLOW, &[]).await;
    let mut idle = TcpStream::connect(running.address).await.unwrap();
    idle.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    let mut some = [0; 15];
    idle.read_exact(&mut some).await.unwrap();
    let _silent = TcpStream::connect(running.address).await.unwrap();
    running.stop.cancel();
    let served = tokio::time::timeout(Duration::from_secs(3), running.task)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(served, Served { cut: 0 });
}

#[test]
fn a_forgotten_proxy_next_door_is_told_once() {
    let (tell, told) = std::sync::mpsc::channel();
    let strangers = Strangers::told_to(move |address| tell.send(address.to_string()).unwrap());
    let mut forwarding = HeaderMap::new();
    forwarding.insert("x-forwarded-for", "198.51.100.7".parse().unwrap());
    let trusted = ["10.0.0.1/32".parse().unwrap()];
    for (direct, headers) in [
        ("10.0.0.1:9", &forwarding),
        ("203.0.113.9:9", &forwarding),
        ("10.0.0.2:9", &HeaderMap::new()),
        ("10.0.0.2:9", &forwarding),
        ("10.0.0.2:9", &forwarding),
        ("127.0.0.1:9", &forwarding),
    ] {
        strangers.look(direct.parse().unwrap(), headers, &trusted);
    }
    assert_eq!(told.try_iter().collect::<Vec<_>>(), ["10.0.0.2"]);
}

#[tokio::test]
async fn an_unused_http2_connection_is_ended_in_spite_of_its_pings() {
    let running = start(who(), 8, Duration::from_millis(50), &[]).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    // The preface and empty settings, as RFC 9113 3.4 has them.
    stream
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")
        .await
        .unwrap();
    let mut rest = Vec::new();
    let read = tokio::time::timeout(SLOW, stream.read_to_end(&mut rest)).await;
    assert!(read.is_ok(), "it kept its place");
    assert!(!rest.is_empty(), "it was taken for HTTP/2");
}
