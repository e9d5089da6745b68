//! Moves messages between a websocket, its outbox and the code behind it, until one of them ends.
//!
//! Waiting happens in three futures of one task: writing (with the clock for pings), reading, and the code.
//! None may stop the others; a write that does not get on for [`STALLED`] ends the socket.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::Closing;
use super::outbox::Outbox;

/// Messages within this time are written together.
const TICK: Duration = Duration::from_millis(25);
/// Keeps proxies from closing a quiet socket, and finds dead ones.
const PING: Duration = Duration::from_secs(20);
/// A client that said nothing, not even a pong, for so long is gone.
const SILENT: Duration = Duration::from_secs(65);
/// A client that takes nothing for so long is closed.
const STALLED: Duration = Duration::from_secs(30);
/// The time for the closing handshake.
const FAREWELL: Duration = Duration::from_secs(1);
/// Messages a client may send per second, and at once.
const CLIENT_RATE: u32 = 20;

/// Runs a socket to its end.
pub(super) async fn run(
    ws: WebSocket,
    outbox: Outbox,
    inbox: mpsc::Sender<Utf8Bytes>,
    stop: CancellationToken,
    code: impl Future<Output = ()>,
) {
    let (mut sink, mut stream) = ws.split();
    let heard = Heard::new();
    let closing = tokio::select! {
        closing = write(&mut sink, &outbox, &heard) => closing,
        closing = read(&mut stream, inbox, &heard) => closing,
        () = stop.cancelled() => Closing::STOPPING,
        () = code => last_words(&mut sink, &outbox).await,
    };
    if closing != Closing::GONE {
        let frame = CloseFrame {
            code: closing.code,
            reason: Utf8Bytes::from_static(closing.reason),
        };
        let farewell = async {
            sink.send(Message::Close(Some(frame))).await?;
            // The client answers; leaving before would reset the connection under its unread messages.
            while stream.next().await.is_some_and(|message| message.is_ok()) {}
            Ok::<(), axum::Error>(())
        };
        // Nobody is left to be told of a client that does not say goodbye.
        drop(timeout(FAREWELL, farewell).await);
    }
}

/// When the client was last heard, for the writing side to see.
struct Heard {
    start: Instant,
    last_ms: AtomicU64,
}

impl Heard {
    fn new() -> Self {
        Self {
            start: Instant::now(),
            last_ms: AtomicU64::new(0),
        }
    }

    fn now(&self) {
        let elapsed = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last_ms.store(elapsed, Ordering::Relaxed);
    }

    fn silence(&self) -> Duration {
        self.start
            .elapsed()
            .saturating_sub(Duration::from_millis(self.last_ms.load(Ordering::Relaxed)))
    }
}

async fn write(sink: &mut SplitSink<WebSocket, Message>, outbox: &Outbox, heard: &Heard) -> Closing {
    let mut pings = interval_at(Instant::now() + PING, PING);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut written: Option<Instant> = None;
    loop {
        tokio::select! {
            () = outbox.filled() => {}
            _ = pings.tick() => {
                if heard.silence() > SILENT {
                    return Closing::GONE;
                }
                match timeout(STALLED, sink.send(Message::Ping(axum::body::Bytes::new()))).await {
                    Ok(Ok(())) => continue,
                    Ok(Err(_)) => return Closing::GONE,
                    Err(_) => return Closing::STALLED,
                }
            }
        }
        if let Some(rest) = written.and_then(|at| TICK.checked_sub(at.elapsed())) {
            sleep(rest).await;
        }
        let (messages, closing) = outbox.take();
        if let Err(failed) = write_all(sink, messages).await {
            return failed;
        }
        written = Some(Instant::now());
        if let Some(closing) = closing {
            return closing;
        }
    }
}

/// Writes messages in one go.
async fn write_all(
    sink: &mut SplitSink<WebSocket, Message>,
    messages: Vec<Utf8Bytes>,
) -> Result<(), Closing> {
    for text in messages {
        match timeout(STALLED, sink.feed(Message::Text(text))).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Err(Closing::GONE),
            Err(_) => return Err(Closing::STALLED),
        }
    }
    match timeout(STALLED, sink.flush()).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(Closing::GONE),
        Err(_) => Err(Closing::STALLED),
    }
}

/// What the code left in the outbox when it ended.
async fn last_words(sink: &mut SplitSink<WebSocket, Message>, outbox: &Outbox) -> Closing {
    let (messages, closing) = outbox.take();
    write_all(sink, messages)
        .await
        .err()
        .or(closing)
        .unwrap_or(Closing::DONE)
}

async fn read(stream: &mut SplitStream<WebSocket>, inbox: mpsc::Sender<Utf8Bytes>, heard: &Heard) -> Closing {
    let mut allowance = f64::from(CLIENT_RATE);
    let mut counted = Instant::now();
    loop {
        let message = match stream.next().await {
            Some(Ok(message)) => message,
            Some(Err(error)) if is_too_long(&error) => return Closing::LONG,
            Some(Err(_)) | None => return Closing::GONE,
        };
        heard.now();
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => return Closing::BINARY,
            Message::Close(_) => {
                return Closing {
                    code: close_code::NORMAL,
                    reason: "",
                };
            }
            Message::Ping(_) | Message::Pong(_) => continue,
        };
        let earned = counted.elapsed().as_secs_f64() * f64::from(CLIENT_RATE);
        counted = Instant::now();
        allowance = (allowance + earned).min(f64::from(CLIENT_RATE)) - 1.0;
        if allowance < 0.0 {
            return Closing::LOUD;
        }
        if inbox.send(text).await.is_err() {
            // The code listens no longer, but may still have something to say.
            std::future::pending::<()>().await;
        }
    }
}

fn is_too_long(error: &axum::Error) -> bool {
    // axum keeps the protocol crate's error type to itself; its text names the limit.
    let text = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    text.contains("too long") || text.contains("too big") || text.contains("size limit")
}
