//! One socket's sending side: what waits for its client, within bounds.
//!
//! Invariants: at most [`ROOM`] bytes wait, and nothing for longer than [`PATIENCE`], one chunk apart; what had to go is
//! remembered as a range of numbers and told before what follows it, so a client either has a message or knows that it
//! lost one. Bytes are shared with everybody else who waits for them: a client that takes nothing costs only its list.

use std::collections::VecDeque;
use std::io;
use std::net::Shutdown;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use prometheus_client::metrics::counter::Counter;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::frames::Chunk;
use super::{Closing, GapText};

/// Bytes that may wait for one client: some seconds of a busy band.
pub(super) const ROOM: usize = 256 << 10;
/// How long anything may wait for one client.
const PATIENCE: Duration = Duration::from_secs(10);
/// A client that takes nothing for so long is closed.
const STALLED: Duration = Duration::from_secs(30);

/// The sending side of a socket.
pub(super) struct Link {
    /// The connection itself, where nothing stands between: rounds write to it without waking anybody.
    direct: Option<TcpStream>,
    queue: Mutex<Queue>,
    /// There is something for the socket's own task to write.
    pub(super) filled: Notify,
    /// There is room again.
    emptied: Notify,
    /// The socket is to be closed.
    ended: Notify,
    gap: GapText,
    dropped: Counter,
}

struct Queue {
    waiting: VecDeque<Chunk>,
    bytes: usize,
    held: Option<Held>,
    /// Messages up to this number come by a replay, whoever else still tells of them.
    replayed: u64,
    lost: Option<(u64, u64)>,
    closing: Option<Closing>,
    /// Since when the client takes nothing.
    stuck: Option<Instant>,
    gone: bool,
}

/// What came while earlier messages are still being replayed.
struct Held {
    /// The number after which messages are held back.
    after: u64,
    waiting: VecDeque<Chunk>,
    bytes: usize,
    lost: Option<(u64, u64)>,
}

/// How far a flush came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flushed {
    /// Nothing waits.
    All,
    /// The client must take something first.
    Blocked,
}

impl Link {
    pub(super) fn new(direct: Option<TcpStream>, gap: GapText, dropped: Counter) -> Self {
        let queue = Queue {
            waiting: VecDeque::new(),
            bytes: 0,
            held: None,
            replayed: 0,
            lost: None,
            closing: None,
            stuck: None,
            gone: false,
        };
        Self {
            direct,
            queue: Mutex::new(queue),
            filled: Notify::new(),
            emptied: Notify::new(),
            ended: Notify::new(),
            gap,
            dropped,
        }
    }

    /// The connection, where rounds write to it directly.
    pub(super) fn direct(&self) -> Option<&TcpStream> {
        self.direct.as_ref()
    }

    /// Sends a chunk, at the cost of the oldest ones when there is no room. Never waits.
    pub(super) fn push(&self, chunk: Chunk) {
        let mut queue = self.lock();
        if queue.gone {
            return;
        }
        if chunk.numbers.is_some_and(|(_, last)| last <= queue.replayed) {
            return;
        }
        let is_numbered = chunk.numbers.is_some();
        if let Some(held) = &mut queue.held
            && chunk.numbers.is_some_and(|(first, _)| first > held.after)
        {
            held.push(chunk, &self.dropped);
            return;
        }
        let Some(chunk) = self.try_now(&queue, chunk) else {
            return;
        };
        queue.bytes += chunk.len();
        queue.waiting.push_back(chunk);
        // What the protocol or the code behind says takes nothing from a client that is slow.
        let patience = if is_numbered { PATIENCE } else { Duration::MAX };
        queue.make_room(patience, &self.dropped);
        drop(queue);
        self.filled.notify_one();
    }

    /// What could not be written at once.
    fn try_now(&self, queue: &Queue, mut chunk: Chunk) -> Option<Chunk> {
        let (Some(stream), true) = (&self.direct, queue.waiting.is_empty() && queue.lost.is_none()) else {
            return Some(chunk);
        };
        match stream.try_write(chunk.bytes()) {
            Ok(written) => (!chunk.advance(written)).then_some(chunk),
            // A failure is found again, and told, by the socket's own task.
            Err(_) => Some(chunk),
        }
    }

    /// Sends a chunk when there is room for it, before everything that is held back: for replays.
    pub(super) async fn send(&self, chunk: Chunk) {
        loop {
            let emptied = self.emptied.notified();
            if self.has_room(chunk.len()) {
                break;
            }
            emptied.await;
        }
        let mut queue = self.lock();
        if queue.gone {
            return;
        }
        queue.bytes += chunk.len();
        queue.waiting.push_back(chunk);
        drop(queue);
        self.filled.notify_one();
    }

    fn has_room(&self, bytes: usize) -> bool {
        let queue = self.lock();
        queue.gone || queue.bytes == 0 || queue.bytes + bytes <= ROOM / 2
    }

    /// What tells of later messages than this number is held back until [`Link::release`].
    pub(super) fn hold(&self, after: u64) {
        self.lock().held.get_or_insert_with(|| Held::after(after));
    }

    /// Everything up to this number will be replayed: what is held back is forgotten, and only what follows it is held.
    pub(super) fn hold_again(&self, after: u64) {
        let mut queue = self.lock();
        queue.held = Some(Held::after(after));
        queue.replayed = after;
    }

    /// Whether nothing that was to be held back had to go.
    pub(super) fn holds_all(&self) -> bool {
        let queue = self.lock();
        queue.held.as_ref().is_none_or(|held| held.lost.is_none())
    }

    /// What was held back follows what has been sent.
    pub(super) fn release(&self) {
        let mut queue = self.lock();
        let Some(held) = queue.held.take() else {
            return;
        };
        if let Some((first, last)) = held.lost {
            let chunk = Chunk::text(&(self.gap)(first, last), None);
            queue.bytes += chunk.len();
            queue.waiting.push_back(chunk);
        }
        queue.bytes += held.bytes;
        queue.waiting.extend(held.waiting);
        queue.make_room(PATIENCE, &self.dropped);
        drop(queue);
        self.filled.notify_one();
    }

    /// Tells the client of messages that are lost without ever having been here.
    pub(super) fn lost(&self, first: u64, last: u64) {
        let text = (self.gap)(first, last);
        self.push(Chunk::text(&text, Some((first, last))));
    }

    /// Closes the socket, in this way unless another was asked for before.
    pub(super) fn close(&self, closing: Closing) {
        self.lock().closing.get_or_insert(closing);
        self.ended.notify_waiters();
    }

    /// How the socket is to be closed, if it is.
    pub(super) fn asked(&self) -> Option<Closing> {
        self.lock().closing
    }

    /// Waits until the socket is to be closed. Cancel safe.
    pub(super) async fn ending(&self) -> Closing {
        loop {
            let ended = self.ended.notified();
            if let Some(closing) = self.asked() {
                return closing;
            }
            ended.await;
        }
    }

    /// The next bytes for a connection that is not written to directly; they stay until [`Link::written`].
    pub(super) fn front(&self) -> Option<Bytes> {
        let mut queue = self.lock();
        queue.tell_lost(self.gap);
        let Some(front) = queue.waiting.front_mut() else {
            queue.waiting = VecDeque::new();
            return None;
        };
        front.begin();
        let bytes = front.bytes().clone();
        queue.stuck.get_or_insert_with(Instant::now);
        Some(bytes)
    }

    /// So many bytes of what [`Link::front`] gave are written.
    pub(super) fn written(&self, bytes: usize) {
        let mut queue = self.lock();
        queue.wrote(bytes);
        drop(queue);
        self.emptied.notify_waiters();
    }

    /// Writes what waits to a connection that can be written to directly, as far as it takes it.
    pub(super) fn flush(&self, stream: &TcpStream) -> io::Result<Flushed> {
        let mut queue = self.lock();
        loop {
            queue.tell_lost(self.gap);
            let Some(front) = queue.waiting.front() else {
                // What a burst made it grow to is given back.
                queue.waiting = VecDeque::new();
                break;
            };
            match stream.try_write(front.bytes()) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => queue.wrote(written),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    queue.stuck.get_or_insert_with(Instant::now);
                    return Ok(Flushed::Blocked);
                }
                Err(error) => return Err(error),
            }
        }
        drop(queue);
        self.emptied.notify_waiters();
        Ok(Flushed::All)
    }

    /// Forgets what has not been begun: the socket ends.
    pub(super) fn abandon(&self) {
        let mut queue = self.lock();
        queue.waiting.retain(Chunk::is_begun);
        queue.bytes = queue.waiting.iter().map(Chunk::len).sum();
        queue.lost = None;
    }

    /// The last bytes of all, after what has been begun.
    pub(super) fn last(&self, chunk: Chunk) {
        let mut queue = self.lock();
        queue.bytes += chunk.len();
        queue.waiting.push_back(chunk);
    }

    /// The socket is gone; nothing is taken any more. Its connection ends at once, whoever else still knows the link.
    pub(super) fn end(&self) {
        if let Some(stream) = &self.direct {
            // The client may have ended it already.
            drop(socket2::SockRef::from(stream).shutdown(Shutdown::Both));
        }
        let mut queue = self.lock();
        queue.gone = true;
        queue.waiting = VecDeque::new();
        queue.held = None;
        queue.bytes = 0;
        drop(queue);
        self.emptied.notify_waiters();
    }

    /// Whether the socket is gone.
    pub(super) fn is_gone(&self) -> bool {
        self.lock().gone
    }

    /// Whether the client has taken nothing for too long.
    pub(super) fn is_stalled(&self) -> bool {
        self.lock().stuck.is_some_and(|since| since.elapsed() >= STALLED)
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    /// So many bytes of the first chunk are written.
    fn wrote(&mut self, bytes: usize) {
        self.stuck = None;
        self.bytes -= bytes;
        if self.waiting.front_mut().is_some_and(|front| front.advance(bytes)) {
            self.waiting.pop_front();
        }
    }

    /// The oldest chunks go, those apart of which the client has a part.
    fn make_room(&mut self, patience: Duration, dropped: &Counter) {
        loop {
            let begun = usize::from(self.waiting.front().is_some_and(Chunk::is_begun));
            let Some(oldest) = self.waiting.get(begun) else {
                return;
            };
            let is_last = begun + 1 == self.waiting.len();
            let too_much = self.bytes > ROOM && !is_last;
            if !too_much && oldest.since.elapsed() < patience {
                return;
            }
            if let Some(oldest) = self.waiting.remove(begun) {
                self.bytes -= oldest.len();
                lose(&mut self.lost, &oldest, dropped);
            }
        }
    }

    /// What was lost is told before what follows it, behind what has been begun.
    fn tell_lost(&mut self, gap: GapText) {
        let begun = usize::from(self.waiting.front().is_some_and(Chunk::is_begun));
        let Some((first, last)) = self.lost.take() else {
            return;
        };
        let chunk = Chunk::text(&gap(first, last), None);
        self.bytes += chunk.len();
        self.waiting.insert(begun, chunk);
    }
}

impl Held {
    fn after(after: u64) -> Self {
        Self {
            after,
            waiting: VecDeque::new(),
            bytes: 0,
            lost: None,
        }
    }

    fn push(&mut self, chunk: Chunk, dropped: &Counter) {
        self.bytes += chunk.len();
        self.waiting.push_back(chunk);
        // The other half is for what the replay still has to send.
        while self.bytes > ROOM / 2
            && let Some(oldest) = self.waiting.pop_front()
        {
            self.bytes -= oldest.len();
            lose(&mut self.lost, &oldest, dropped);
        }
    }
}

/// Remembers the numbers of a chunk that had to go.
fn lose(lost: &mut Option<(u64, u64)>, chunk: &Chunk, dropped: &Counter) {
    dropped.inc();
    if let Some((first, last)) = chunk.numbers {
        let (from, to) = lost.unwrap_or((first, last));
        *lost = Some((from.min(first), to.max(last)));
    }
}
