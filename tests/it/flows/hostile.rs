//! Clients that mean harm, or are just broken: each is told or cut off, and nobody else notices.

use std::time::Duration;

use serde_json::json;
use shackbox::testkit::TestApp;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

use futures_util::SinkExt as _;

use crate::kit::{Caller, PASSWORD, qso, send};

const LIMIT: usize = 64 << 10;

async fn station(settings: &[(&str, &str)]) -> (TestApp, Caller) {
    let app = TestApp::with(settings).await;
    app.account("K6BP", true, PASSWORD).await;
    let logger = Caller::with_key(&app, app.key("K6BP", &["full"]).await);
    (app, logger)
}

/// Nothing of an upload is left: no file, no job.
async fn nothing_is_left(app: &TestApp, logger: &Caller) {
    app.settle().await;
    let spool = app.data_dir().join("spool");
    let left = std::fs::read_dir(&spool).map_or(0, Iterator::count);
    assert_eq!(left, 0, "nothing stays in the spool");
    assert_eq!(logger.get("/api/v1/jobs").await.json()["items"], json!([]));
}

/// Writes raw bytes and reads until the server closes.
async fn raw(app: &TestApp, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(app.address()).await.unwrap();
    // A server that has seen enough closes while we write.
    drop(stream.write_all(bytes).await);
    to_the_end(&mut stream).await
}

async fn to_the_end(stream: &mut TcpStream) -> String {
    let mut reply = Vec::new();
    let read = tokio::time::timeout(Duration::from_mins(1), stream.read_to_end(&mut reply));
    // A reset is an end, too.
    drop(read.await.expect("the server closes within a minute"));
    String::from_utf8_lossy(&reply).into_owned()
}

#[tokio::test]
async fn an_upload_beyond_the_limit_is_refused_with_the_limit() {
    let (app, logger) = station(&[("limits.upload_bytes", "64KiB")]).await;
    let announced = logger
        .request(reqwest::Method::POST, "/api/v1/logbook/adif")
        .body(vec![b' '; LIMIT + 1]);
    let problem = send(announced).await.problem(413, "too_large");
    assert_eq!(problem["limit"], LIMIT, "{problem}");

    let chunks = (0..=(LIMIT / 1024)).map(|_| Ok::<_, std::io::Error>(vec![b' '; 1024]));
    let chunked = logger
        .request(reqwest::Method::POST, "/api/v1/logbook/adif")
        .body(reqwest::Body::wrap_stream(futures_util::stream::iter(chunks)));
    let problem = send(chunked).await.problem(413, "too_large");
    assert_eq!(problem["limit"], LIMIT, "{problem}");
    nothing_is_left(&app, &logger).await;
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_with_the_limit() {
    let (_app, logger) = station(&[("limits.body_bytes", "64KiB")]).await;
    let mut body = qso("JA1XYZ", "2026-11-21T09:32:02Z");
    body["comment"] = json!("x".repeat(LIMIT));
    let problem = logger
        .post("/api/v1/logbook/qsos", &body)
        .await
        .problem(413, "too_large");
    assert_eq!(problem["limit"], LIMIT);

    let chunks = [Ok::<_, std::io::Error>(body.to_string())];
    let chunked = logger
        .request(reqwest::Method::POST, "/api/v1/logbook/qsos")
        .header("content-type", "application/json")
        .body(reqwest::Body::wrap_stream(futures_util::stream::iter(chunks)));
    send(chunked).await.problem(413, "too_large");
}

#[tokio::test]
async fn an_upload_broken_off_halfway_leaves_nothing() {
    let (app, logger) = station(&[]).await;
    let key = app.key("K6BP", &["full"]).await;
    let head = format!(
        "POST /api/v1/logbook/adif HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {key}\r\nContent-Length: 100000\r\n\r\n",
        app.address()
    );
    let mut stream = TcpStream::connect(app.address()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(b"<CALL:5>DL1AB <EOR>").await.unwrap();
    let spool = app.data_dir().join("spool");
    wait("the upload begins", || {
        std::fs::read_dir(&spool).map_or(0, Iterator::count) == 1
    })
    .await;
    drop(stream);
    wait("the upload is dropped", || {
        std::fs::read_dir(&spool).unwrap().count() == 0
    })
    .await;
    nothing_is_left(&app, &logger).await;
}

#[tokio::test]
async fn an_upload_that_stands_still_is_cut_off() {
    let (app, logger) = station(&[("limits.request_timeout", "1s")]).await;
    let key = app.key("K6BP", &["full"]).await;
    let mut stream = TcpStream::connect(app.address()).await.unwrap();
    let head = format!(
        "POST /api/v1/logbook/adif HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {key}\r\nContent-Length: 100000\r\n\r\n<CALL",
        app.address()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let reply = to_the_end(&mut stream).await;
    assert!(reply.starts_with("HTTP/1.1 408"), "{reply}");
    assert!(reply.contains("application/problem+json"), "{reply}");
    nothing_is_left(&app, &logger).await;
}

#[tokio::test]
async fn headers_that_do_not_come_to_an_end_are_cut_off() {
    let (app, logger) = station(&[("limits.header_timeout", "1s")]).await;
    for begun in ["", "G", "GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ", "PRI * HT"] {
        raw(&app, begun.as_bytes()).await;
    }
    logger.get("/api/v1/session").await.expect(200);
}

#[tokio::test]
async fn garbage_and_huge_headers_do_no_harm() {
    let (app, logger) = station(&[("limits.header_timeout", "1s")]).await;
    let garbage: Vec<u8> = (0..4096_u32)
        .map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[1])
        .collect();
    let huge = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\nX-Huge: {}\r\n\r\n",
        "x".repeat(200_000)
    );
    let many = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n",
        "X-A: 1\r\n".repeat(500)
    );
    for bytes in [
        garbage.as_slice(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET \xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"POST /login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        huge.as_bytes(),
        many.as_bytes(),
    ] {
        let reply = raw(&app, bytes).await;
        let answered = reply.lines().next().unwrap_or_default();
        assert!(
            answered.is_empty() || answered.starts_with("HTTP/1.1 4"),
            "{:?} is answered {answered}",
            String::from_utf8_lossy(&bytes[..bytes.len().min(60)])
        );
    }
    logger.get("/api/v1/session").await.expect(200);
}

#[tokio::test]
async fn a_connection_too_many_is_told_so_and_places_come_free() {
    let (app, logger) = station(&[("limits.connections", "8")]).await;
    let mut held = Vec::new();
    let mut refused = None;
    for _ in 0..40 {
        let mut stream = TcpStream::connect(app.address()).await.unwrap();
        let mut first = [0; 12];
        let read = tokio::time::timeout(Duration::from_millis(300), stream.read_exact(&mut first));
        if let Ok(Ok(_)) = read.await {
            refused = Some(first);
            break;
        }
        held.push(stream);
    }
    assert_eq!(
        refused.as_ref().map(|first| &first[..]),
        Some(&b"HTTP/1.1 503"[..])
    );
    drop(held);
    let fresh = Caller::guest(&app);
    wait_for("a place comes free", async || {
        let request = fresh.request(reqwest::Method::GET, "/healthz").send();
        request.await.is_ok_and(|reply| reply.status() == 200)
    })
    .await;
    logger.get("/api/v1/session").await.expect(200);
}

#[tokio::test]
async fn a_socket_that_talks_too_much_is_closed() {
    let (_app, logger) = station(&[]).await;
    let mut socket = logger.socket("/websocket").await.unwrap();
    for _ in 0..500 {
        // It may be closed before we are through.
        if socket.stream.feed(Message::text("{}")).await.is_err() {
            break;
        }
    }
    drop(socket.stream.flush().await);
    let closed = socket.closed().await.expect("it is told why");
    assert_eq!(u16::from(closed.code), 1008, "{closed}");
}

#[tokio::test]
async fn a_frame_too_long_and_a_binary_one_close_the_socket() {
    let (_app, logger) = station(&[]).await;
    for (message, code) in [
        (Message::text("x".repeat(1 << 20)), 1009),
        (Message::binary(vec![0; 16]), 1003),
    ] {
        let mut socket = logger.socket("/websocket").await.unwrap();
        drop(socket.stream.send(message).await);
        let closed = socket.closed().await.expect("it is told why");
        assert_eq!(u16::from(closed.code), code, "{closed}");
    }
    logger.get("/api/v1/session").await.expect(200);
}

#[tokio::test]
async fn a_reader_that_stands_still_is_told_of_the_gap_while_others_go_on() {
    const CONTACTS: usize = 100;
    let (_app, logger) = station(&[]).await;
    let mut stalled = logger.socket("/ws/firehose").await.unwrap();
    let mut awake = logger.socket("/ws/firehose").await.unwrap();
    let hello = awake.next().await;
    // More than the system's buffers between two sockets hold.
    let filling = "x".repeat(100_000);
    for number in 0..CONTACTS {
        let mut body = qso(
            "JA1XYZ",
            &format!(
                "2026-11-2{}T{:02}:{:02}:00Z",
                number / 60,
                number / 10 % 6,
                number % 10
            ),
        );
        body["adif"] = json!({"APP_TEST_FILLING": filling});
        body["call"] = json!(format!("K{}A{}", number % 10, ["B", "C", "D"][number / 40]));
        logger.post("/api/v1/logbook/qsos", &body).await.expect(201);
        let heard = awake.next().await;
        assert_eq!(heard["type"], "qso", "the one that reads misses nothing");
    }
    let (mut last, mut gaps) = (hello["seq"].as_u64().unwrap(), 0);
    let end = loop {
        // On a slow machine it has stood still for so long that it is closed.
        let Ok(text) = stalled.event().await else {
            return;
        };
        let message: serde_json::Value = serde_json::from_str(&text).unwrap();
        match message["type"].as_str().unwrap() {
            "hello" => {}
            "gap" => {
                let from = message["from"].as_u64().unwrap();
                assert!(from > last, "{message} after {last}");
                last = message["to"].as_u64().unwrap();
                gaps += 1;
            }
            _ => {
                let seq = message["seq"].as_u64().unwrap();
                assert!(seq > last, "{seq} after {last}");
                last = seq;
            }
        }
        let date = message["qso"]["start"].as_str().unwrap_or_default();
        if date.starts_with("2026-11-21T03:09") {
            break last;
        }
    };
    assert!(gaps > 0, "it is told that it lost something before {end}");
}

async fn wait(what: &str, mut done: impl FnMut() -> bool) {
    wait_for(what, async || done()).await;
}

async fn wait_for(what: &str, mut done: impl AsyncFnMut() -> bool) {
    for _ in 0..6_000 {
        if done().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("waited in vain: {what}");
}
