//! A proxy that passes TLS through and announces each client by the PROXY protocol.

use std::net::SocketAddr;

use serde_json::{Value, json};
use shackbox::testkit::TestApp;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::kit::PASSWORD;
use crate::tls::{Client, ask};

const HOST: &str = "log.example.org";
const CLIENT: &str = "198.51.100.7";
const LOCAL: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";

/// A station behind a proxy, where one network may try three passwords in ten minutes.
async fn station(proxies: &str, more: &[(&str, &str)]) -> TestApp {
    let settings = [
        ("web.tls.listen", "127.0.0.1:0"),
        ("web.tls.self_signed", "true"),
        ("web.public_url", "https://log.example.org"),
        ("web.trusted_proxies", proxies),
        ("web.tls.proxy_protocol", "true"),
        ("limits.login_per_10min", "3"),
        ("limits.handshake_timeout", "1s"),
    ];
    let app = TestApp::with(&[&settings, more].concat()).await;
    app.account("K6BP", true, PASSWORD).await;
    app
}

/// Version 1 for a client.
fn line(client: &str) -> Vec<u8> {
    format!("PROXY TCP4 {client} 192.0.2.1 56789 443\r\n").into_bytes()
}

/// Version 2 for a client, with an addition.
fn block(client: &str) -> Vec<u8> {
    let from: std::net::Ipv4Addr = client.parse().unwrap();
    let addresses = [&from.octets()[..], &[192, 0, 2, 1, 0xdd, 0xd5, 0x01, 0xbb]].concat();
    let added = b"\x02\0\x0flog.example.org";
    let length = u16::try_from(addresses.len() + added.len())
        .unwrap()
        .to_be_bytes();
    [&LOCAL[..12], b"\x21\x11", &length, &addresses, added].concat()
}

async fn through(address: SocketAddr, header: &[u8]) -> std::io::Result<TlsStream<TcpStream>> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(header).await?;
    Client::http1().over(stream, HOST).await
}

/// Signs in; the head of the answer.
async fn sign_in(app: &TestApp, header: &[u8], (password, more): (&str, &str)) -> String {
    let stream = through(app.tls_address(), header).await.unwrap();
    let body = json!({"call": "K6BP", "password": password}).to_string();
    let request = format!(
        "POST /api/v1/session HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n{more}Connection: close\r\n\r\n{body}",
        body.len()
    );
    ask(stream, &request).await
}

/// Where the newest session was begun from, as its owner reads it.
async fn begun_from(app: &TestApp, header: &[u8], more: &str) -> Value {
    let reply = sign_in(app, header, (PASSWORD, more)).await;
    let cookie = reply
        .lines()
        .find_map(|line| line.strip_prefix("set-cookie: "))
        .unwrap_or_else(|| panic!("no session: {reply}"));
    let cookie = cookie.split(';').next().unwrap();
    let stream = through(app.tls_address(), header).await.unwrap();
    let request = format!(
        "GET /api/v1/sessions HTTP/1.1\r\nHost: {HOST}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
    );
    let reply = ask(stream, &request).await;
    let body = reply.split_once("\r\n\r\n").unwrap().1;
    let sessions: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {reply}"));
    let items = sessions["items"].as_array().unwrap();
    let current = items.iter().find(|session| session["current"] == json!(true));
    current.unwrap_or_else(|| panic!("{sessions}"))["address"].clone()
}

/// What comes back where there is no handshake.
async fn refused(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut reply = Vec::new();
    // A reset says the same as an end.
    let _ = stream.read_to_end(&mut reply).await;
    reply
}

#[tokio::test]
async fn a_client_is_known_by_its_own_address() {
    let app = station("127.0.0.1", &[]).await;
    assert_eq!(begun_from(&app, &line(CLIENT), "").await, json!(CLIENT));
    assert_eq!(
        begun_from(&app, &block("198.51.100.8"), "").await,
        json!("198.51.100.8")
    );
    // What such a client writes into headers itself is not believed.
    let forged = "X-Forwarded-For: 203.0.113.5\r\n";
    assert_eq!(
        begun_from(&app, &block("198.51.100.9"), forged).await,
        json!("198.51.100.9")
    );
    assert_eq!(begun_from(&app, LOCAL, forged).await, json!("127.0.0.1"));
}

#[tokio::test]
async fn each_client_has_limits_of_its_own() {
    let app = station("127.0.0.1", &[]).await;
    let mut answers = Vec::new();
    for _ in 0..4 {
        let reply = sign_in(&app, &line(CLIENT), ("wrong", "")).await;
        answers.push(reply.split(' ').nth(1).unwrap_or_default().to_owned());
    }
    assert_eq!(answers.last().map(String::as_str), Some("429"), "{answers:?}");
    let other = sign_in(&app, &line("198.51.100.8"), (PASSWORD, "")).await;
    assert!(other.starts_with("HTTP/1.1 200"), "{other}");
}

#[tokio::test]
async fn a_proxy_that_announces_nobody_is_not_heard() {
    let app = station("127.0.0.1", &[]).await;
    assert!(Client::http1().connect(app.tls_address(), HOST).await.is_err());
    for header in [
        &b"PROXY TCP4 nonsense\r\n"[..],
        b"PROXY TCP4 198.51.100.7 192.0.2.1 1 443\n",
        &LOCAL[..12],
        &[0; 2048],
        b"GET / HTTP/1.1\r\n\r\n",
        b"",
    ] {
        assert_eq!(refused(app.tls_address(), header).await, b"", "{header:?}");
    }
}

#[tokio::test]
async fn a_header_from_anybody_else_is_refused() {
    let app = station("192.0.2.9", &[]).await;
    for header in [line(CLIENT), block(CLIENT), LOCAL.to_vec()] {
        assert!(through(app.tls_address(), &header).await.is_err());
        assert_eq!(refused(app.tls_address(), &header).await, b"");
    }
    // Without one they are served, as themselves.
    assert_eq!(begun_from(&app, b"", "").await, json!("127.0.0.1"));
    let off = station("127.0.0.1", &[("web.tls.proxy_protocol", "false")]).await;
    assert!(through(off.tls_address(), &line(CLIENT)).await.is_err());
}

#[tokio::test]
async fn the_port_that_asks_for_certificates_is_announced_to_as_well() {
    let app = station("127.0.0.1", &[("web.mtls.listen", "127.0.0.1:0")]).await;
    assert!(Client::http1().connect(app.asking_address(), HOST).await.is_err());
    let client = Client::http1();
    let mut stream = TcpStream::connect(app.asking_address()).await.unwrap();
    stream.write_all(&block(CLIENT)).await.unwrap();
    client.over(stream, HOST).await.unwrap();
    assert!(client.was_asked());
}

#[tokio::test]
async fn another_machines_loopback_address_is_not_this_machine() {
    let metrics = format!("GET /metrics HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n");
    let app = station("127.0.0.1", &[]).await;
    for header in [&line("127.0.0.1")[..], LOCAL] {
        let stream = through(app.tls_address(), header).await.unwrap();
        let reply = ask(stream, &metrics).await;
        assert!(reply.starts_with("HTTP/1.1 40"), "{reply}");
    }
    let direct = station("192.0.2.9", &[]).await;
    let stream = through(direct.tls_address(), b"").await.unwrap();
    let reply = ask(stream, &metrics).await;
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
}
