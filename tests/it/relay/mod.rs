//! `shackbox relay` as the operating system sees it: with a radio in memory, with Hamlib's daemons where they are
//! installed, with the appliance.

mod appliance;
mod command;
mod hamlib;
mod keyed;
mod storm;

use std::net::UdpSocket;
use std::process::{Child, Stdio};
use std::time::Duration;

use reqwest::RequestBuilder;
use serde_json::{Value, json};
use shackbox::testkit::FakeRadio;

use crate::process::{Box_, http, wait_until};

/// A page that the tests allow.
const PAGE: &str = "https://log.example.org";

/// A running relay.
struct Relay {
    child: Child,
    port: u16,
    log: std::path::PathBuf,
    /// Where it hears programs.
    programs: u16,
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn free_udp_port() -> u16 {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.local_addr().unwrap().port()
}

impl Relay {
    /// Starts one with a radio at that rigctld, and `more` settings from the environment.
    fn start(at: &Box_, rigctld: &str, more: &[(&str, &str)]) -> Self {
        let (port, programs) = (free_port(), free_udp_port());
        let log = at.dir.path().join("relay.log");
        let out = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log)
            .unwrap();
        let mut command = at.command(&[
            "relay",
            "--listen",
            &format!("127.0.0.1:{port}"),
            "--rigctld",
            rigctld,
        ]);
        command
            .env("SHACKBOX_DATA_DIR", at.dir.path().join("relay"))
            .env("SHACKBOX_RELAY__PROGRAMS", format!("127.0.0.1:{programs}"))
            .env("SHACKBOX_RELAY__SERVE", "off")
            .env("SHACKBOX_RELAY__ORIGINS", PAGE)
            .envs(more.iter().copied());
        let child = command
            .stdin(Stdio::null())
            .stdout(out.try_clone().unwrap())
            .stderr(out)
            .spawn()
            .unwrap();
        let mut relay = Self {
            child,
            port,
            log,
            programs,
        };
        wait_until("a relay", || {
            if let Some(status) = relay.child.try_wait().unwrap() {
                panic!("ended with {status}: {}", relay.output());
            }
            relay.output().contains(&format!("127.0.0.1:{port}/"))
        });
        relay
    }

    fn output(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    async fn status(&self) -> Value {
        let answer = http().get(self.url("/status")).send().await.unwrap();
        answer.json().await.unwrap()
    }

    /// Waits until `/status` is so.
    async fn is(&self, what: &str, so: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..600 {
            let status = self.status().await;
            if so(&status) {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("never came: {what}; {}; {}", self.status().await, self.output());
    }

    /// Waits until the radio is reached.
    async fn reaches_its_radio(&self) {
        self.is("a radio", |status| status["rig"]["connected"] == json!(true))
            .await;
    }

    /// Asks with the header that marks what is to move something.
    async fn acts(&self, request: RequestBuilder) -> (u16, Value) {
        let request = request.header("x-shackbox-action", "execute");
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or_default())
    }

    async fn tune(&self, hertz: u64) -> (u16, Value) {
        let wish = json!({ "freq_hz": hertz });
        self.acts(http().post(self.url("/api/qsy")).json(&wish)).await
    }

    /// Pairs the page, transmitting included, by the code on the console; its token.
    async fn pair(&self) -> String {
        let url = self.url("/api/pair");
        let asked = json!({ "name": "test", "transmit": true });
        let begun = http().post(&url).header("origin", PAGE).json(&asked).send();
        let begun = begun.await.unwrap();
        assert_eq!(begun.status().as_u16(), 202);
        let begun: Value = begun.json().await.unwrap();
        let mut code = String::new();
        wait_until("a code", || {
            let output = self.output();
            let shown = output.lines().rev().find_map(|line| line.split_once(", type "));
            code = shown
                .map(|(_, rest)| rest.chars().take(6).collect())
                .unwrap_or_default();
            code.len() == 6
        });
        let claim = json!({ "request": begun["request"], "code": code });
        let granted = http().post(&url).header("origin", PAGE).json(&claim).send();
        let granted: Value = granted.await.unwrap().json().await.unwrap();
        granted["token"].as_str().unwrap().to_owned()
    }

    /// Keys or unkeys the transmitter.
    async fn key(&self, token: &str, asked: &Value) -> (u16, Value) {
        let request = http().post(self.url("/api/ptt")).json(asked);
        let request = request.header("origin", PAGE).bearer_auth(token);
        self.acts(request).await
    }

    /// A program logs something.
    fn hears(&self, datagram: &str) {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket
            .send_to(datagram.as_bytes(), ("127.0.0.1", self.programs))
            .unwrap();
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let kill = std::process::Command::new("kill")
            .args([format!("-{name}"), pid])
            .status();
        assert!(kill.unwrap().success());
    }

    /// Waits for its end; the exit code.
    fn ended(&mut self) -> Option<i32> {
        let mut status = None;
        wait_until("its end", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap().code()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // Already ended is fine: the test has its answer then.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A relay with a radio in memory.
async fn with_radio(more: &[(&str, &str)]) -> (Box_, FakeRadio, Relay) {
    let at = Box_::empty();
    let radio = FakeRadio::start().await;
    let relay = Relay::start(&at, &radio.address().to_string(), more);
    relay.reaches_its_radio().await;
    (at, radio, relay)
}
