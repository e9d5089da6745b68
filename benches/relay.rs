//! The relay from a page's request to the radio: `cargo bench --bench relay --features testkit`.
//!
//! A whole relay with its HTTP, and a radio behind a daemon without delay, all in one process; the client adds its own
//! time. Targets: a tune is at the radio after 0.3 ms (median) and 2 ms (p99); `benches/relay_peers.py` looks at the
//! tail, and at the program from outside.

use std::time::Duration;

use divan::Bencher;
use shackbox::testkit::{FakeRadio, ScratchRelay};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

const GOOD: &str = "a bench on loopback works";
/// Longer than the pause that the relay makes between two tunes of a radio.
const APART: Duration = Duration::from_millis(25);

fn main() {
    divan::main();
}

/// A relay, its radio, and a page's connection.
struct Bench {
    runtime: Runtime,
    radio: FakeRadio,
    _relay: ScratchRelay,
    page: TcpStream,
    host: String,
    tunes: usize,
}

impl Bench {
    fn new() -> Self {
        let runtime = Runtime::new().expect(GOOD);
        let (radio, relay, page) = runtime.block_on(async {
            let radio = FakeRadio::start().await;
            let relay = ScratchRelay::start(&radio).await;
            let page = TcpStream::connect(relay.address()).await.expect(GOOD);
            page.set_nodelay(true).expect(GOOD);
            (radio, relay, page)
        });
        let host = relay.address().to_string();
        let mut bench = Self {
            runtime,
            radio,
            _relay: relay,
            page,
            host,
            tunes: 0,
        };
        // The radio is reached by the time the first tune is answered.
        bench.send_tune();
        bench.answer();
        bench
    }

    /// Sends a tune to a frequency of its own, and does not wait.
    fn send_tune(&mut self) {
        self.tunes += 1;
        let body = format!(r#"{{"freq_hz":{}}}"#, 14_000_000 + self.tunes % 300 * 1_000);
        let request = format!(
            "POST /api/qsy HTTP/1.1\r\nHost: {}\r\nX-Shackbox-Action: execute\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        );
        self.write(&request);
    }

    fn write(&mut self, request: &str) {
        let written = self.page.write_all(request.as_bytes());
        self.runtime.block_on(written).expect(GOOD);
    }

    /// Waits for an answer; its parts come in one segment.
    fn answer(&mut self) {
        let mut bytes = [0; 4_096];
        let read = self.runtime.block_on(self.page.read(&mut bytes)).expect(GOOD);
        assert!(bytes[..read].starts_with(b"HTTP/1.1 200"), "it is answered");
    }

    /// Lets the relay's pause between tunes go by, which is not what is measured.
    fn wait(&self) {
        self.runtime.block_on(tokio::time::sleep(APART));
    }
}

#[divan::bench(sample_count = 200, sample_size = 1)]
fn tune_until_answered(bencher: Bencher) {
    let bench = std::cell::RefCell::new(Bench::new());
    bencher
        .with_inputs(|| bench.borrow().wait())
        .bench_local_values(|()| {
            let mut bench = bench.borrow_mut();
            bench.send_tune();
            bench.answer();
        });
}

#[divan::bench(sample_count = 200, sample_size = 1)]
fn tune_until_at_the_radio(bencher: Bencher) {
    let bench = std::cell::RefCell::new(Bench::new());
    let is_open = std::cell::Cell::new(false);
    bencher
        .with_inputs(|| {
            // What was measured before is answered by now, or nearly.
            if is_open.replace(true) {
                bench.borrow_mut().answer();
            }
            bench.borrow().wait();
        })
        .bench_local_values(|()| {
            let mut bench = bench.borrow_mut();
            bench.send_tune();
            let moves = bench.tunes;
            bench.runtime.block_on(bench.radio.moved(moves));
        });
}

#[divan::bench]
fn status(bencher: Bencher) {
    let mut bench = Bench::new();
    let request = format!("GET /status HTTP/1.1\r\nHost: {}\r\n\r\n", bench.host);
    bencher.bench_local(|| {
        bench.write(&request);
        bench.answer();
    });
}
