//! The telnet cluster among people who mean no good, and programs that are broken.

use std::time::Duration;

use serde_json::{Value, json};
use shackbox::testkit::TestApp;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpSocket;
use tokio::time::Instant;

use super::telnet::Program;
use crate::kit::{Caller, PASSWORD};

/// What is typed, pasted or sent in anger: each is answered, and the next is too.
const LINES: &[&[u8]] = &[
    b"DX de G1AAA:     14025.0  3B8CW        cq up 1                        0929Z",
    b"dx 1e400 W1AW",
    b"dx -5 W1AW",
    b"dx nan W1AW",
    b"dx inf W1AW",
    b"dx 14.074.5 W1AW",
    b"dx 14074,5 W1AW",
    b"dx 0.0 W1AW",
    b"dx 14025",
    b"dx W1AW",
    b"dx 14025 1B",
    b"dx 14025 BUSTED",
    b"dx 99999999999999999999 W1AW",
    b"dx 14025 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    b"dx by W1AW 14025 3B8CW",
    b"dx 14027 OH2BH <script>alert(1)</script>",
    b"dx 14029 OH2BH '; DROP TABLE spots;--",
    b"dx 14031 OH2BH %s%n%x {0} ${x}",
    b"dx 14033 OH2BH caret^inside^comment",
    b"dx 14035 OH2BH nul\0byte \x07\x07 bell \x1b[31mred\x1b[0m",
    b"dx 14037 OH2BH \xe9\xe8 one byte a letter",
    b"dx 14039 OH2BH \xc3\xa9 two, \xc3\x28 broken",
    b"dx 14041 OH2BH \xff\xff escaped \xff\xfb\x01 refused \xff\xf1 nothing",
    b"\xff\xfa\x18\x00VT100\xff\xf0sh/time",
    b"To ALL de G1AAA: DX de W1AW: 14025.0 FAKE spoofed spot 0929Z",
    b"ann DX de W1AW:     14025.0  FAKE         spoofed                        0929Z",
    b"talk DX de W1AW: 14025.0 FAKE 0929Z",
    b"talk",
    b"talk ../../etc/passwd hello",
    b"CC11^^^^^^^^",
    b"PC61^14033.0^5B4AGN^21-Nov-2026^0937Z^text^K1ABC^N0NODE-2^192.0.2.1^H29^~",
    b"PROXY TCP4 192.0.2.7 127.0.0.1 1 7300",
    b"GET / HTTP/1.1",
    b"set/name \x07\x1b[2Jbold",
    b"set/width 99999999999999999999",
    b"set/page -1",
    b"set/qra ZZ99zz99",
    b"accept/spots ((((((((((((((((((((((((((((((((((((((((((((((((((((((((",
    b"accept/spots not not not not not not not not not not not not not not not not not not all",
    b"accept/spots info {(a+)+$}",
    b"reject/rbn 9 by_zone 1-255",
    b"set/dx/filter ''''''''",
    b"set/filter ,,,,/pass",
    b"sh/dx 999999999999999999999999 on 20m on 40m not not",
    b"sh/dx by * call * info {.*.*.*.*.*.*.*.*x}",
    b"sh/heading ../../x",
    b"help %s%s%s",
    b"set/allow 0.0.0.0/0 or ::/0",
    b"///////////////////////",
    b"                              ",
    b"sh/////////////////dx",
];

#[tokio::test]
async fn every_line_is_answered_and_none_does_harm() {
    let app = TestApp::start().await;
    app.account("G1AAA", false, PASSWORD).await;
    let mut reader = Program::entered(&app, "K1BBB", None).await;
    let mut hostile = Program::entered(&app, "G1AAA", Some(PASSWORD)).await;
    for (number, line) in LINES.iter().enumerate() {
        hostile.write(line).await;
        hostile.write(b"\r\n").await;
        hostile.send(&format!("help mark{number}.")).await;
        hostile
            .until(&format!("No help available for mark{number}.\r\n"))
            .await;
    }
    hostile.send("dx 14099 W1AW the end").await;
    let told = reader.until("the end").await;
    let spots: Vec<&str> = told.lines().filter(|line| line.starts_with("DX de ")).collect();
    assert!(
        spots.iter().all(|line| line.starts_with("DX de G1AAA:")),
        "nobody else's: {spots:#?}"
    );
    assert_eq!(spots.len(), 10, "{spots:#?}");
    assert!(
        spots.iter().all(|line| !line.contains(['\0', '\u{7}', '\u{1b}'])),
        "{spots:#?}"
    );
    assert!(reader.ask("sh/users").await.contains("G1AAA"));
}

#[tokio::test]
async fn who_does_not_sign_in_is_sent_away_after_a_minute() {
    let app = TestApp::start().await;
    let mut slow = Program::connect(&app).await;
    slow.until("login: ").await;
    let mut silent = Program::connect(&app).await;
    silent.until("login: ").await;
    tokio::time::pause();
    let begun = Instant::now();
    for letter in b"K1BBB" {
        slow.write(&[*letter]).await;
        tokio::time::sleep(Duration::from_secs(9)).await;
    }
    assert_eq!(slow.rest().await, "\r\nSorry, nobody signed in\r\n");
    assert_eq!(silent.rest().await, "\r\nSorry, nobody signed in\r\n");
    let passed = begun.elapsed().as_secs();
    assert!(
        (59..70).contains(&passed),
        "{passed} s by the clock that stands still"
    );
}

#[tokio::test]
async fn places_are_bounded_in_all_and_for_each_network_and_it_is_said() {
    let app = TestApp::with(&[("cluster.connections", "2")]).await;
    let first = Program::entered(&app, "K1BBB", None).await;
    let _second = Program::entered(&app, "K1CCC", None).await;
    let third = Program::connect(&app).await;
    assert!(
        third
            .rest()
            .await
            .starts_with("Sorry, there are too many connections")
    );
    drop(first);
    // The place is free once the server has seen that it is.
    loop {
        let mut again = Program::connect(&app).await;
        if again.until(" ").await == "login: " {
            break;
        }
    }

    let behind_a_proxy = [
        ("cluster.connections", "8"),
        ("cluster.proxy_protocol", "true"),
        ("web.trusted_proxies", "127.0.0.1"),
    ];
    let app = TestApp::with(&behind_a_proxy).await;
    let from = async |address: &str| {
        let mut program = Program::connect(&app).await;
        let header = format!("PROXY TCP4 {address} 127.0.0.1 50000 7300\r\n");
        program.write(header.as_bytes()).await;
        program
    };
    let mut some = Vec::new();
    for number in 0..2 {
        let mut program = from("192.0.2.7").await;
        program.until("login: ").await;
        program.send(&format!("K1BBB-{}", number + 1)).await;
        program.until("dxspider >\r\n").await;
        some.push(program);
    }
    let over = from("192.0.2.7").await;
    assert!(
        over.rest()
            .await
            .starts_with("Sorry, there are too many connections")
    );
    let mut other = from("198.51.100.7").await;
    other.until("login: ").await;
    for wrong in ["K1DDD\r\nset/name Bob\r\n", "PROXY UDP4 x\r\n"] {
        let mut program = Program::connect(&app).await;
        program.write(wrong.as_bytes()).await;
        assert_eq!(program.rest().await, "", "{wrong}");
    }
}

/// So many different spots of a feed.
fn flood(from: usize, count: usize) -> Value {
    let one = |number: usize| {
        let letters = [number / 676, number / 26, number]
            .map(|part| char::from(b'A' + u8::try_from(part % 26).unwrap()));
        let call: String = ["JA", &(number % 10).to_string()].concat() + &letters.iter().collect::<String>();
        json!({"callsign": call, "frequency": 14_000 + number % 300, "spotter": "W1AW",
            "comment": format!("number {number} of a flood")})
    };
    json!({"vals": (from..from + count).map(one).collect::<Vec<_>>()})
}

#[tokio::test]
async fn who_does_not_read_is_told_what_was_missed_and_holds_up_nobody() {
    let app = TestApp::with(&[("limits.firehose_ring", "300")]).await;
    app.account("K6BP", true, PASSWORD).await;
    let feed = Caller::with_key(&app, app.key("K6BP", &["dx.write"]).await);
    let mut reader = Program::entered(&app, "K1BBB", None).await;
    let mut stalled = Vec::new();
    for call in ["K1CCC", "K1DDD"] {
        let socket = TcpSocket::new_v4().unwrap();
        // A small window, so that little hides in the system.
        socket.set_recv_buffer_size(16 << 10).unwrap();
        let stream = socket.connect(app.telnet_address()).await.unwrap();
        let mut program = Program::at(stream);
        program.send(call).await;
        program.until("dxspider >\r\n").await;
        stalled.push(program);
    }
    for batch in 0..40 {
        let sent = feed
            .post("/json/2/ham.dx.spot/push_spot", &flood(batch * 100, 100))
            .await;
        sent.expect(200);
        // The reader has all of a batch before the next one comes.
        let told = reader
            .until(&format!("number {} of a flood", batch * 100 + 99))
            .await;
        assert_eq!(told.matches("DX de W1AW").count(), 100, "batch {batch}");
    }
    let mut late = stalled.remove(0);
    let told = late
        .until("*** Some spots were missed: this connection does not keep up\r\n")
        .await;
    assert!(told.matches("DX de W1AW").count() < 3_900);
    late.until("number 3999 of a flood").await;

    tokio::time::pause();
    tokio::time::sleep(Duration::from_secs(31)).await;
    let mut dead = stalled.remove(0);
    let mut rest = Vec::new();
    // What the system held, and then the end.
    drop(dead.stream.read_to_end(&mut rest).await);
    assert!(rest.len() < 300_000, "{}", rest.len());
    let users = reader.ask("sh/users").await;
    assert!(users.contains("K1CCC") && !users.contains("K1DDD"), "{users}");
}

#[tokio::test]
async fn answers_that_nobody_takes_are_not_made() {
    let app = TestApp::start().await;
    app.account("K6BP", true, PASSWORD).await;
    let feed = Caller::with_key(&app, app.key("K6BP", &["dx.write"]).await);
    feed.post("/json/2/ham.dx.spot/push_spot", &flood(0, 100))
        .await
        .expect(200);
    let mut greedy = Program::entered(&app, "K1BBB", None).await;
    for _ in 0..40 {
        greedy.send("sh/dx 100").await;
    }
    greedy.send("bye").await;
    let answers = greedy.rest().await;
    assert_eq!(
        answers.matches("<W1AW>\r\n").count(),
        4_000,
        "each is whole, and none is lost"
    );
}
