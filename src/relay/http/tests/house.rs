//! A relay in memory, served on a port of its own, and a client that sends exactly what it is told.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{WebSocketStream, client_async};
use tokio_util::task::TaskTracker;

use crate::config::{Config, Sources};
use crate::relay::desk::Desk;
use crate::relay::http;
use crate::relay::rig::tests::fake::rigctld::{self, Manner, Running};
use crate::relay::run;

/// The header that marks what is to move something.
pub(in crate::relay::http) const ACTION: (&str, &str) = ("x-shackbox-action", "execute");
pub(in crate::relay::http) const JSON: (&str, &str) = ("content-type", "application/json");
/// A page that nobody has allowed.
pub(in crate::relay::http) const EVIL: (&str, &str) = ("origin", "https://evil.example");
/// A page that the configuration allows.
pub(in crate::relay::http) const GOOD: (&str, &str) = ("origin", "https://log.example.org");

/// A relay with a radio.
pub(in crate::relay::http) struct House {
    pub(in crate::relay::http) desk: Arc<Desk>,
    pub(in crate::relay::http) radio: Running,
    pub(in crate::relay::http) lines: mpsc::UnboundedReceiver<String>,
    _dir: tempfile::TempDir,
}

impl Drop for House {
    fn drop(&mut self) {
        self.desk.stop.cancel();
    }
}

/// An answer.
#[derive(Debug)]
pub(in crate::relay::http) struct Answer {
    pub(in crate::relay::http) status: u16,
    pub(in crate::relay::http) head: String,
    pub(in crate::relay::http) text: String,
}

impl Answer {
    /// The body as JSON.
    pub(in crate::relay::http) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// A header's value.
    pub(in crate::relay::http) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let mut values = lines.filter(|(known, _)| known.eq_ignore_ascii_case(name));
        values.next().map(|(_, value)| value)
    }
}

impl House {
    /// A relay with the usual settings, and `more`.
    pub(in crate::relay::http) async fn new(more: &[(&str, &str)]) -> Self {
        let radio = rigctld::start(Manner::Good).await;
        let dir = tempfile::tempdir().unwrap();
        let address = radio.address.to_string();
        let flags = [
            ("relay.listen", "127.0.0.1:0"),
            ("relay.rigctld", &address),
            ("relay.programs", ""),
            ("relay.serve", "off"),
            ("relay.origins", GOOD.1),
        ];
        let flags = flags.iter().chain(more);
        let config = Config::load(&Sources {
            data_dir: Some(dir.path().to_owned()),
            flags: flags
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
            ..Sources::default()
        });
        let (console, lines) = mpsc::unbounded_channel();
        let opened = run::open(&config.unwrap(), console, &TaskTracker::new()).await;
        let (desk, listener) = opened.unwrap();
        tokio::spawn(http::serve(listener, http::router(&desk), desk.stop.clone()));
        let house = Self {
            desk,
            radio,
            lines,
            _dir: dir,
        };
        let connected = house.desk.rig().state();
        wait_for("a radio", || connected.borrow().connected).await;
        house
    }

    /// A connection to it.
    pub(in crate::relay::http) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.desk.address).await.unwrap()
    }

    /// Sends a request by the relay's own name, and `headers` with it.
    pub(in crate::relay::http) async fn ask(
        &self,
        line: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let host = self.desk.address.to_string();
        self.ask_as(&host, line, headers, body).await
    }

    /// Sends a request by some name.
    pub(in crate::relay::http) async fn ask_as(
        &self,
        host: &str,
        line: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = format!("{line} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() {
            request.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        request.push_str("\r\n");
        request.push_str(body);
        let mut stream = self.connect().await;
        // What is too long is answered before it is sent to its end.
        drop(stream.write_all(request.as_bytes()).await);
        answer(stream).await
    }

    /// Opens a socket.
    pub(in crate::relay::http) async fn socket(&self, headers: &[(&str, &str)]) -> Result<Page, u16> {
        let mut request = format!("ws://{}/ws", self.desk.address)
            .into_client_request()
            .unwrap();
        for (name, value) in headers {
            let name = axum::http::HeaderName::try_from(*name).unwrap();
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        match client_async(request, self.connect().await).await {
            Ok((socket, _)) => Ok(Page { socket }),
            Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Pairs a page, transmitting included, and gives its token.
    pub(in crate::relay::http) async fn pair(&self, origin: &str) -> String {
        let begun = self.desk.pairings.begin(origin, "test", true, true).unwrap();
        let desk = Arc::clone(&self.desk);
        let origin = origin.to_owned();
        let claim = move || desk.pairings.claim(&begun.request, &origin, &begun.code);
        tokio::task::spawn_blocking(claim).await.unwrap().unwrap().token
    }
}

/// Reads to the end of a connection.
pub(in crate::relay::http) async fn answer(mut stream: TcpStream) -> Answer {
    let mut bytes = Vec::new();
    drop(stream.read_to_end(&mut bytes).await);
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Answer {
        status: status.unwrap_or_default(),
        head: head.to_owned(),
        text: body.to_owned(),
    }
}

/// A page's end of a socket.
pub(in crate::relay::http) struct Page {
    socket: WebSocketStream<TcpStream>,
}

impl Page {
    /// Says something.
    pub(in crate::relay::http) async fn say(&mut self, message: &Value) {
        self.socket
            .send(Message::text(message.to_string()))
            .await
            .unwrap();
    }

    /// The next message of a type.
    pub(in crate::relay::http) async fn hear(&mut self, kind: &str) -> Value {
        loop {
            let message = self.socket.next().await;
            let message = message.unwrap_or_else(|| panic!("closed before {kind}")).unwrap();
            if let Message::Text(text) = message {
                let message: Value = serde_json::from_str(&text).unwrap();
                if message["type"] == kind {
                    return message;
                }
            }
        }
    }
}

/// Waits until something is so.
pub(in crate::relay::http) async fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..3_000 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("never came: {what}");
}
