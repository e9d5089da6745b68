//! A socket's own task: what the client says, what the rounds could not write at once, and the end.
//!
//! Waiting happens in three futures of one task: writing, reading, and the code behind the socket. None may stop the
//! others. Most of the time all three sleep; the task is small, since there are thousands.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::Closing;
use super::frames::Chunk;
use super::inbox::Inbox;
use super::link::Link;
use super::wire::{Heard, Protocol, Reader, Writer};

/// The time for the closing handshake.
const FAREWELL: Duration = Duration::from_secs(1);

/// The code behind a socket. A future that is handed on by value is kept several times over in the futures it goes
/// through, and this one is there as long as the socket.
pub(super) type Code = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Everything of one socket.
pub(super) struct Drive {
    pub(super) link: Arc<Link>,
    pub(super) inbox: Arc<Inbox>,
    pub(super) reader: Reader,
    pub(super) writer: Writer,
    pub(super) protocol: Protocol,
    pub(super) life: Arc<Life>,
    /// Messages the client may send in a second, and at once.
    pub(super) per_second: u32,
}

/// When a client gave a sign of life, and was asked for one.
pub(super) struct Life {
    start: Instant,
    last: AtomicU32,
    asked: AtomicU32,
}

impl Life {
    pub(super) fn new() -> Self {
        Self {
            start: Instant::now(),
            last: AtomicU32::new(0),
            asked: AtomicU32::new(0),
        }
    }

    fn now(&self) -> u32 {
        u32::try_from(self.start.elapsed().as_secs()).unwrap_or(u32::MAX)
    }

    fn sign(&self) {
        self.last.store(self.now(), Ordering::Relaxed);
    }

    /// Whether it is time to ask for a sign: so long after the last one, and after it was last asked for.
    pub(super) fn asks(&self, after: Duration) -> bool {
        let (now, after) = (self.now(), u32::try_from(after.as_secs()).unwrap_or(u32::MAX));
        let latest = self
            .last
            .load(Ordering::Relaxed)
            .max(self.asked.load(Ordering::Relaxed));
        let due = now.saturating_sub(latest) >= after;
        if due {
            self.asked.store(now, Ordering::Relaxed);
        }
        due
    }

    /// How long there was none.
    pub(super) fn silence(&self) -> Duration {
        let last = Duration::from_secs(self.last.load(Ordering::Relaxed).into());
        self.start.elapsed().saturating_sub(last)
    }
}

impl Drive {
    /// Runs the socket, and the code behind it, to the end of either.
    pub(super) async fn run(&mut self, stop: &CancellationToken, code: Code) {
        let (link, rate) = (&self.link, f64::from(self.per_second));
        let closing = tokio::select! {
            closing = write(&mut self.writer, link) => closing,
            closing = read(&mut self.protocol, &mut self.reader, link, (&self.inbox, &self.life), rate) => closing,
            closing = link.ending() => closing,
            () = stop.cancelled() => Closing::STOPPING,
            () = code => link.asked().unwrap_or(Closing::DONE),
        };
        self.inbox.end();
        if closing != Closing::GONE {
            // Somebody who is away, or takes nothing, is not waited for long.
            drop(timeout(FAREWELL, Box::pin(self.farewell(closing))).await);
        }
        self.link.end();
    }

    async fn farewell(&mut self, closing: Closing) -> std::io::Result<()> {
        if closing != Closing::DONE {
            self.link.abandon();
        }
        if let Some(goodbye) = self.protocol.close(closing) {
            self.link.last(Chunk::new(goodbye, None));
        }
        self.writer.flush(&self.link).await?;
        // The client answers; leaving before would reset the connection under its unread messages.
        while !matches!(self.protocol.next(&mut self.reader).await, Heard::End(_)) {}
        Ok(())
    }
}

/// Writes what waits whenever something does, until the socket is to be closed.
async fn write(writer: &mut Writer, link: &Link) -> Closing {
    loop {
        link.filled.notified().await;
        if writer.flush(link).await.is_err() {
            return Closing::GONE;
        }
    }
}

async fn read(
    protocol: &mut Protocol,
    reader: &mut Reader,
    link: &Link,
    (inbox, life): (&Inbox, &Life),
    rate: f64,
) -> Closing {
    let mut allowance = rate;
    let mut counted = Instant::now();
    loop {
        let heard = protocol.next(reader).await;
        life.sign();
        if let Some(answer) = protocol.answers() {
            link.push(Chunk::new(answer, None));
        }
        let text = match heard {
            Heard::End(closing) => return closing,
            Heard::Sign => None,
            Heard::Text(text) => Some(text),
        };
        let earned = counted.elapsed().as_secs_f64() * rate;
        counted = Instant::now();
        allowance = (allowance + earned).min(rate) - 1.0;
        if allowance < 0.0 {
            return Closing::LOUD;
        }
        if let Some(text) = text {
            inbox.put(text).await;
        }
    }
}
