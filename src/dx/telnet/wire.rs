//! A telnet connection: lines in, lines out, bounded both ways.
//!
//! Nothing is read while lines wait to be answered or come faster than people and programs need; what goes out is
//! collected for a moment, so that a burst is one packet, and sent at once after a silence. What does not fit because
//! nobody reads is the caller's to hold back: [`Wire::has_room`]. Who sends and is gone is still read to the end: some
//! programs connect, spot and close.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::ham::cluster::{Piece, Splitter, decode, encode};

/// Bytes waiting to go out beyond which nothing live is added.
const ROOM: usize = 32 << 10;
/// Bytes waiting at most, whatever adds to them: an answer is at most a few hundred lines.
const MOST: usize = 256 << 10;
/// Bytes of memory kept for what goes out next.
const KEPT: usize = 512;
/// How long what comes together is collected.
const TICK: Duration = Duration::from_millis(20);
/// How long a reader may not read before the connection is closed.
pub(super) const STALLED: Duration = Duration::from_secs(30);
/// How long a CR waits for what follows.
const LONE_CR: Duration = Duration::from_millis(300);
/// Lines a second that are read in the long run.
const LINES_A_SECOND: f64 = 10.0;
/// Lines that may come at once.
const LINES_AT_ONCE: f64 = 60.0;

/// What became of waiting.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// There may be lines now, or room.
    Go,
    /// The other side has gone, or does not read.
    Gone,
}

/// See the module's description.
pub(super) struct Wire {
    stream: TcpStream,
    splitter: Splitter,
    lines: VecDeque<Option<String>>,
    out: Vec<u8>,
    /// The other side takes nothing any more.
    deaf: bool,
    /// When the last byte went out.
    sent: Instant,
    /// Since when nothing of what waits could be sent.
    stuck: Option<Instant>,
    /// When a lone CR ends its line.
    cr: Option<Instant>,
    /// Lines that may still be read now.
    allowance: f64,
    counted: Instant,
    /// One byte a letter, until the user writes UTF-8.
    single_bytes: bool,
}

impl Wire {
    pub(super) fn new(stream: TcpStream) -> Self {
        let now = Instant::now();
        Self {
            stream,
            splitter: Splitter::new(),
            lines: VecDeque::new(),
            out: Vec::new(),
            deaf: false,
            sent: now,
            stuck: None,
            cr: None,
            allowance: LINES_AT_ONCE,
            counted: now,
            single_bytes: true,
        }
    }

    /// Writes a line with its end.
    pub(super) fn say(&mut self, line: &str) {
        self.put(line);
        self.put("\r\n");
    }

    /// Writes without an end: a question.
    pub(super) fn put(&mut self, text: &str) {
        if self.out.len() < MOST && !self.deaf {
            self.out.extend_from_slice(&encode(text, self.single_bytes));
        }
    }

    /// Whether letters beyond ASCII go out as UTF-8.
    pub(super) fn set_utf8(&mut self, utf8: bool) {
        self.single_bytes = !utf8;
    }

    /// The next line; an outer `None`: there is none yet, an inner: it was too long.
    pub(super) fn line(&mut self) -> Option<Option<String>> {
        self.lines.pop_front()
    }

    /// Puts a line before all others.
    pub(super) fn put_back(&mut self, line: String) {
        self.lines.push_front(Some(line));
    }

    /// Whether live lines may be added.
    pub(super) fn has_room(&self) -> bool {
        self.out.len() < ROOM
    }

    /// Moves bytes in and out as far as that goes now or soon. Safe to cancel.
    pub(super) async fn turn(&mut self) -> Turn {
        let now = Instant::now();
        self.count(now);
        let flush = (self.sent + TICK).max(now);
        let may_read = self.lines.is_empty();
        let read_from = if self.allowance >= 1.0 {
            now
        } else {
            now + Duration::from_secs_f64((1.0 - self.allowance) / LINES_A_SECOND)
        };
        let stuck_until = self.stuck.map(|since| since + STALLED);
        let reading = async {
            tokio::time::sleep_until(read_from).await;
            self.stream.readable().await
        };
        let writing = async {
            tokio::time::sleep_until(flush).await;
            self.stream.writable().await
        };
        let moved = tokio::select! {
            ready = writing, if !self.out.is_empty() => {
                match ready.and_then(|()| self.write()) {
                    Err(error) if error.kind() != io::ErrorKind::WouldBlock => self.give_up_writing(),
                    _ => {}
                }
                Ok(())
            }
            ready = reading, if may_read => ready.and_then(|()| self.read()),
            () = until(self.cr) => {
                self.end_line();
                Ok(())
            }
            () = until(stuck_until) => return Turn::Gone,
        };
        match moved {
            Ok(()) => Turn::Go,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Turn::Go,
            Err(_) => Turn::Gone,
        }
    }

    /// Sends what waits, for a moment: the last words of a session.
    pub(super) async fn finish(mut self) {
        let sending = async {
            while !self.out.is_empty() {
                if self.stream.writable().await.is_err()
                    || self.write().is_err_and(|e| e.kind() != io::ErrorKind::WouldBlock)
                {
                    return;
                }
            }
        };
        drop(tokio::time::timeout(Duration::from_secs(1), sending).await);
    }

    fn write(&mut self) -> io::Result<()> {
        let now = Instant::now();
        match self.stream.try_write(&self.out) {
            Ok(sent) => {
                self.out.drain(..sent);
                self.sent = now;
                self.stuck = (!self.out.is_empty()).then_some(now);
                if self.out.is_empty() {
                    self.out.shrink_to(KEPT);
                }
                Ok(())
            }
            Err(error) => {
                self.stuck.get_or_insert(now);
                Err(error)
            }
        }
    }

    fn give_up_writing(&mut self) {
        self.deaf = true;
        self.out = Vec::new();
        self.stuck = None;
    }

    fn read(&mut self) -> io::Result<()> {
        let mut bytes = [0; 1_024];
        let count = self.stream.try_read(&mut bytes)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let Self { splitter, lines, .. } = self;
        let before = lines.len();
        let mut utf8 = false;
        splitter.feed(&bytes[..count], |piece| lines.push_back(text(piece, &mut utf8)));
        // A thousand empty lines are as much work as a thousand commands.
        self.allowance -= f64::from(u16::try_from(lines.len() - before).unwrap_or(u16::MAX));
        if utf8 {
            self.single_bytes = false;
        }
        self.cr = self.splitter.has_return().then(|| Instant::now() + LONE_CR);
        // Answers to telnet's own commands; they are few bytes.
        let replies = self.splitter.replies();
        if self.out.len() < MOST && !self.deaf {
            self.out.extend_from_slice(&replies);
        }
        Ok(())
    }

    fn end_line(&mut self) {
        self.cr = None;
        let lines = &mut self.lines;
        self.splitter
            .flush(|piece| lines.push_back(text(piece, &mut false)));
    }

    fn count(&mut self, now: Instant) {
        let passed = now.duration_since(self.counted).as_secs_f64();
        self.counted = now;
        self.allowance = (self.allowance + passed * LINES_A_SECOND).min(LINES_AT_ONCE);
    }
}

fn text(piece: Piece<'_>, utf8: &mut bool) -> Option<String> {
    match piece {
        Piece::Line(line) => {
            *utf8 |= !line.is_ascii() && std::str::from_utf8(line).is_ok();
            Some(decode(line).into_owned())
        }
        Piece::TooLong => None,
    }
}

/// Waits for a time; forever without one.
async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}
