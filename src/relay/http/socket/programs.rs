//! Decodes of WSJT-X and its like, told to a page that asks for them, and commands to those programs.
//!
//! A command makes a program transmit or stops it: it needs what transmitting needs. A decode is answered by its number,
//! since the program wants it back to the letter.

use std::collections::VecDeque;

use axum::http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::relay::desk::Desk;
use crate::relay::logs::listen::{CommandError, Heard};
use crate::relay::logs::sniff::Decoded;
use crate::relay::logs::wsjtx::{Decode, Message, Reply};
use crate::relay::wish::Fault;

/// Decodes that can still be answered.
const KEPT: usize = 200;

/// What a program is to do.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Order {
    /// Stop transmitting.
    Halt {
        /// The program's name.
        program: String,
    },
    /// Answer the station of a decode.
    Reply {
        /// The decode's number.
        decode: u64,
    },
}

/// The decodes that a page was told.
#[derive(Debug, Default)]
pub(super) struct Decodes {
    heard: Option<Receiver<Heard>>,
    kept: VecDeque<(u64, String, Decode)>,
    next: u64,
}

impl Decodes {
    /// Tells them from now on, or not any more.
    pub(super) fn switch(&mut self, on: bool, desk: &Desk) {
        self.heard = on.then(|| desk.ear.messages());
    }

    /// The next message of a program; never, unless they are told. May be dropped at any time.
    pub(super) async fn hear(&mut self) -> Heard {
        while let Some(heard) = &mut self.heard {
            match heard.recv().await {
                Ok(heard) => return heard,
                // A page that was too slow for some hears the newer ones.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => self.heard = None,
            }
        }
        std::future::pending().await
    }

    /// What the page is told of a message, if it is a decode.
    pub(super) fn told(&mut self, heard: &Heard, now: Timestamp) -> Option<Value> {
        let Decoded::Wsjtx(packet) = &*heard.decoded else {
            return None;
        };
        let Message::Decode(decode) = &packet.message else {
            return None;
        };
        let program = packet.id.clone().unwrap_or_default();
        let number = self.next;
        self.next += 1;
        self.kept.truncate(KEPT - 1);
        self.kept.push_front((number, program.clone(), decode.clone()));
        Some(json!({
            "type": "decode",
            "number": number,
            "program": program,
            "from": heard.from,
            "time": decode.time.and_then(|time| time.near(now)),
            "snr": decode.snr,
            "dt": decode.seconds(),
            "df": decode.df,
            "mode": decode.mode_name(),
            "message": decode.message,
            "live": decode.is_live(),
        }))
    }

    /// The command that carries out an order: for which program, and what.
    pub(super) fn command(&self, order: Order) -> Result<(String, Message), Fault> {
        match order {
            Order::Halt { program } => {
                let auto_only = Some(false);
                Ok((program, Message::HaltTx { auto_only }))
            }
            Order::Reply { decode: number } => {
                let mut kept = self.kept.iter();
                let found = kept.find(|(known, _, _)| *known == number);
                let (_, program, decode) = found.ok_or_else(|| {
                    let words = "there is no such decode, or it is too old; take one of late";
                    Fault::new(StatusCode::NOT_FOUND, "not_found", words)
                })?;
                Ok((program.clone(), Message::Reply(Reply::to(decode))))
            }
        }
    }
}

/// Sends a command.
pub(super) async fn send(desk: &Desk, program: &str, message: Message) -> Result<(), Fault> {
    let sent = desk
        .ear
        .programs()
        .command(program, message, desk.clock.now())
        .await;
    sent.map_err(|error| {
        let status = match error {
            CommandError::NotHeard(_) => StatusCode::NOT_FOUND,
            CommandError::Unsent { .. } => StatusCode::BAD_GATEWAY,
        };
        Fault::new(status, "program_away", error.to_string())
    })
}
