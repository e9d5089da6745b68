//! The instances of WSJT-X that were heard, so that commands find them.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::net::UdpSocket;

use crate::relay::logs::wsjtx::{Heartbeat, Message, Packet, SCHEMA};

/// Most instances remembered.
const MOST: usize = 64;
/// An instance tells that it is there every 15 s; after so long without it is gone.
const SILENT: SignedDuration = SignedDuration::from_secs(60);
/// Heartbeats are answered no more often than that, so that no two programs answer each other for ever.
const ANSWER_PAUSE: SignedDuration = SignedDuration::from_secs(5);

/// An instance.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    /// Its name, `WSJT-X`.
    pub(crate) id: String,
    /// Where it sends from, and hears commands.
    pub(crate) address: SocketAddr,
    /// When it was heard last.
    pub(crate) heard: Timestamp,
    schema: u32,
    answered: Option<Timestamp>,
    socket: Arc<UdpSocket>,
}

/// Why a command was not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CommandError {
    /// No such instance.
    #[error("{0} is not heard; is it running, and does it send to this relay?")]
    NotHeard(String),
    /// The datagram could not be sent.
    #[error("{id} cannot be told: {reason}")]
    Unsent {
        /// The instance.
        id: String,
        /// The system's words.
        reason: String,
    },
}

/// All instances; clones are the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Programs {
    heard: Arc<Mutex<BTreeMap<String, Program>>>,
}

impl Programs {
    /// Notes that a message came; gives the answer that it should have, if any.
    pub(super) fn note(
        &self,
        packet: &Packet,
        from: SocketAddr,
        socket: &Arc<UdpSocket>,
        now: Timestamp,
    ) -> Option<Vec<u8>> {
        let id = packet.id.clone().unwrap_or_default();
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        if packet.message == Message::Close {
            heard.remove(&id);
            return None;
        }
        if !heard.contains_key(&id) && heard.len() >= MOST {
            heard.retain(|_, program| now.duration_since(program.heard) < SILENT);
            if heard.len() >= MOST {
                return None;
            }
        }
        let program = heard.entry(id.clone()).or_insert_with(|| Program {
            id: id.clone(),
            address: from,
            heard: now,
            schema: packet.schema,
            answered: None,
            socket: Arc::clone(socket),
        });
        if program.address != from {
            program.answered = None;
        }
        (program.address, program.heard, program.schema) = (from, now, packet.schema);
        program.socket = Arc::clone(socket);
        let Message::Heartbeat(body) = &packet.message else {
            return None;
        };
        let pause = program.answered.map(|at| now.duration_since(at).abs());
        if pause.is_some_and(|pause| pause < ANSWER_PAUSE) {
            return None;
        }
        program.answered = Some(now);
        // By the schema of the answer's header the program changes to the newest that both know.
        let schema = body.max_schema.unwrap_or(packet.schema).clamp(2, SCHEMA);
        let answer = Heartbeat {
            max_schema: Some(SCHEMA),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            revision: Some(String::new()),
        };
        Some(Packet::new(schema, &id, Message::Heartbeat(answer)).write())
    }

    /// The instances heard of late.
    pub(crate) fn heard(&self, now: Timestamp) -> Vec<Program> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let there = heard
            .values()
            .filter(|program| now.duration_since(program.heard) < SILENT);
        there.cloned().collect()
    }

    /// Sends a command to an instance. Most of them make it transmit: whoever asks must be allowed to
    /// ([`Message::keys_the_transmitter`]).
    pub(crate) async fn command(
        &self,
        id: &str,
        message: Message,
        now: Timestamp,
    ) -> Result<(), CommandError> {
        let known = self.heard(now).into_iter().find(|program| program.id == id);
        let program = known.ok_or_else(|| CommandError::NotHeard(id.to_owned()))?;
        let bytes = Packet::new(program.schema, id, message).write();
        let sent = program.socket.send_to(&bytes, program.address).await;
        sent.map(drop).map_err(|error| CommandError::Unsent {
            id: id.to_owned(),
            reason: error.to_string(),
        })
    }
}
