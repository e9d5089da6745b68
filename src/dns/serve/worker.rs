//! One UDP worker: receive, answer, send.
//!
//! Answers are put together in buffers that are used again. A mistake of ours that one packet brings out costs that
//! packet.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::super::answer::{Asker, Cookie, Outcome, Responder, Transport};
use super::Shared;
use super::figures::{Counts, Event};
use super::limit::Verdict;
use super::packets::Packets;

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
        let mut desk = match self.socket.desk() {
            Ok(desk) => desk,
            Err(error) => return tracing::error!(%error, "questions are not answered: {error}"),
        };
        while !self.stop.is_cancelled() {
            match self
                .socket
                .attend(&mut desk, |packet, peer, out| self.attempt(packet, peer, out))
            {
                Ok(unsent) => (0..unsent).for_each(|_| self.counts.happened(Event::Unsent)),
                Err(error) => self.note(&error),
            }
        }
    }

    /// Answers a packet; whether there is an answer to be sent.
    fn attempt(&self, packet: &[u8], peer: SocketAddr, out: &mut Vec<u8>) -> bool {
        // What a packet left half done is its answer alone.
        let answered = catch_unwind(AssertUnwindSafe(|| self.answer(packet, peer, out)));
        answered.unwrap_or_else(|_| {
            tracing::error!("a packet could not be answered because of a mistake in this program");
            false
        })
    }

    fn answer(&self, packet: &[u8], peer: SocketAddr, out: &mut Vec<u8>) -> bool {
        let shared = &self.shared;
        let now = shared.now();
        let asker = Asker {
            peer,
            transport: Transport::Udp,
        };
        let outcome = shared
            .responder
            .respond(&shared.zones.load(), packet, asker, now, out);
        let Outcome::Reply(told) = outcome else {
            self.counts.happened(Event::Ignored);
            return false;
        };
        match shared.limit.judge(peer.ip().to_canonical(), told, now) {
            Verdict::Send => self.counts.answered(Transport::Udp, told),
            Verdict::Drop => {
                self.counts.happened(Event::Limited);
                return false;
            }
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
        true
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
