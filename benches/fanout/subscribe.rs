//! The subscribers: as little work per message as can be, since they share the machine with the server.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::{Failure, Options};

/// What stands before the time in a message.
pub(crate) const STAMP: &str = "stamp ";
/// Digits of the time, microseconds since 1970.
const DIGITS: usize = 16;

/// What the subscribers have seen.
#[derive(Default)]
pub(crate) struct Seen {
    messages: AtomicU64,
    bytes: AtomicU64,
    gaps: AtomicU64,
    ended: AtomicU64,
    counting: AtomicBool,
    delays: Mutex<Vec<u32>>,
}

/// From publishing to receiving, microseconds, ordered.
pub(crate) struct Delays(Vec<u32>);

impl Delays {
    /// So many percent took this many milliseconds at most.
    pub(crate) fn at(&self, percent: usize) -> f64 {
        let last = self.0.len().saturating_sub(1);
        let micros = self.0.get((self.0.len() * percent / 100).min(last));
        micros.map_or(0.0, |micros| f64::from(*micros) / 1_000.0)
    }
}

impl Seen {
    /// From now on messages count.
    pub(crate) fn begin(&self) {
        self.counting.store(true, Ordering::Relaxed);
    }

    pub(crate) fn count(&self) -> u64 {
        self.messages.load(Ordering::Relaxed)
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    pub(crate) fn gaps(&self) -> u64 {
        self.gaps.load(Ordering::Relaxed)
    }

    pub(crate) fn ended(&self) -> u64 {
        self.ended.load(Ordering::Relaxed)
    }

    pub(crate) fn delays(&self) -> Delays {
        let mut delays = std::mem::take(&mut *self.delays.lock().unwrap_or_else(PoisonError::into_inner));
        delays.sort_unstable();
        Delays(delays)
    }

    fn take(&self, head: u8, payload: &[u8], measures: bool) {
        // Pings are not answered: no run is long enough for that to matter.
        if head != 0x81 || !self.counting.load(Ordering::Relaxed) {
            return;
        }
        if payload.starts_with(br#"{"type":"gap""#) {
            self.gaps.fetch_add(1, Ordering::Relaxed);
            return;
        }
        self.messages.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(payload.len() as u64, Ordering::Relaxed);
        if let Some(sent) = measures.then(|| stamp(payload)).flatten() {
            let delay = u32::try_from(micros().saturating_sub(sent)).unwrap_or(u32::MAX);
            self.delays
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(delay);
        }
    }
}

/// Microseconds since 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "a tool beside the program, with one clock for all it does"
)]
pub(crate) fn micros() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

/// When a message was published.
fn stamp(payload: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(payload).ok()?;
    let from = text.find(STAMP)? + STAMP.len();
    text.get(from..from + DIGITS)?.parse().ok()
}

/// A connection that has become a websocket.
pub(crate) async fn open(options: &Options) -> Result<TcpStream, Failure> {
    let mut stream = TcpStream::connect(&options.address).await?;
    let (path, key) = match &options.key {
        Some(key) => (
            "/ws/firehose?types=spot",
            format!("Authorization: Bearer {key}\r\n"),
        ),
        None => ("/", String::new()),
    };
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{key}\r\n",
        options.address,
    );
    stream.write_all(request.as_bytes()).await?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    if !head.starts_with(b"HTTP/1.1 101") {
        return Err(String::from_utf8_lossy(&head).into_owned().into());
    }
    Ok(stream)
}

/// Counts what comes until the server closes.
pub(crate) async fn listen(mut stream: TcpStream, seen: Arc<Seen>, measures: bool) {
    let mut buffer = Vec::with_capacity(4 << 10);
    while let Ok(1..) = stream.read_buf(&mut buffer).await {
        let mut at = 0;
        while let Some((start, end)) = frame(&buffer[at..]) {
            seen.take(buffer[at], &buffer[at + start..at + end], measures);
            at += end;
        }
        buffer.drain(..at);
    }
    seen.ended.fetch_add(1, Ordering::Relaxed);
}

/// Where the payload of the first whole frame begins and ends (RFC 6455 5.2, without mask).
fn frame(bytes: &[u8]) -> Option<(usize, usize)> {
    let (start, length) = match *bytes.get(1)? {
        126 => (
            4,
            u64::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?)),
        ),
        127 => (10, u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)),
        short => (2, u64::from(short)),
    };
    let end = start + usize::try_from(length).ok()?;
    (bytes.len() >= end).then_some((start, end))
}
