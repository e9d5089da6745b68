//! One UDP worker: receive, answer, send.
//!
//! A packet costs one call of the system each way; the answer is put together in a buffer that is used again. A
//! mistake of ours that one packet brings out costs that packet.

use std::io::{self, ErrorKind};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::super::answer::{Asker, Cookie, Outcome, Responder, Transport};
use super::Shared;
use super::figures::{Counts, Event};
use super::limit::Verdict;
use super::packets::{Packets, Way};

/// The most octets of a question that are read.
const MOST: usize = 4096;

/// A worker and its socket.
pub(super) struct Worker {
    pub(super) socket: Packets,
    pub(super) shared: Arc<Shared>,
    pub(super) counts: Arc<Counts>,
    pub(super) stop: CancellationToken,
}

impl Worker {
    /// Works until told to stop.
    pub(super) fn run(self) {
        while !self.stop.is_cancelled() {
            // What a packet left half done is the buffers alone, which are new after that.
            if catch_unwind(AssertUnwindSafe(|| self.work())).is_err() {
                tracing::error!("a packet could not be answered because of a mistake in this program");
            }
        }
    }

    fn work(&self) {
        let mut packet = [0; MOST];
        let mut out = Vec::with_capacity(MOST);
        while !self.stop.is_cancelled() {
            match self.socket.receive(&mut packet) {
                Ok((length, way)) => self.answer(&packet[..length], way, &mut out),
                Err(error) => self.note(&error),
            }
        }
    }

    fn answer(&self, packet: &[u8], way: Way, out: &mut Vec<u8>) {
        let shared = &self.shared;
        let now = shared.now();
        let asker = Asker {
            peer: way.peer,
            transport: Transport::Udp,
        };
        out.clear();
        let outcome = shared
            .responder
            .respond(&shared.zones.load(), packet, asker, now, out);
        let Outcome::Reply(told) = outcome else {
            return self.counts.happened(Event::Ignored);
        };
        match shared.limit.judge(way.peer.ip().to_canonical(), told, now) {
            Verdict::Send => self.counts.answered(Transport::Udp, told),
            Verdict::Drop => return self.counts.happened(Event::Limited),
            Verdict::Shorten if told.cookie == Cookie::Fresh => {
                self.counts.happened(Event::Shortened);
                out.clear();
                shared.responder.ask_for_cookie(packet, asker, now, out);
            }
            Verdict::Shorten => {
                self.counts.happened(Event::Shortened);
                Responder::cut_short(out, 0, told);
            }
        }
        if self.socket.send(out, way).is_err() {
            self.counts.happened(Event::Unsent);
        }
    }

    /// What receiving can fail with: nothing came, or an earlier answer did not arrive. Neither needs anything.
    fn note(&self, error: &io::Error) {
        match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => {}
            ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset => self.counts.happened(Event::Unsent),
            _ => {
                tracing::warn!(%error, "questions cannot be received: {error}");
                // Not again at once, in case it stays so.
                std::thread::park_timeout(super::LOOK);
            }
        }
    }
}
