//! The knowledge gate of the sign-up: three questions that a radio amateur answers without thinking, and a piece of
//! work for the browser. It keeps robots out; it proves nothing about a callsign.
//!
//! Invariants: which answer is right never leaves the server; a set of questions can be answered once and for a
//! quarter of an hour. What was asked is drawn from the token by the installation's key, so that asking for questions
//! costs no memory; only answered tokens are remembered.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use smol_str::SmolStr;

use crate::web::Signer;

use super::service::lock;

/// Questions of one sign-up.
pub(crate) const ASKED: usize = 3;
/// Answers to choose from.
const CHOICES: usize = 4;
/// How long they may be thought about.
const LIFE: SignedDuration = SignedDuration::from_mins(15);
/// Leading zero bits of the digest that the browser looks for: a second or two of a telephone's work.
pub(crate) const PROOF_BITS: u32 = 18;
/// Longest proof looked at.
const MOST_PROOF: usize = 32;
/// Answered sets remembered; beyond them the gate is shut for a while.
const MOST_USED: usize = 65_536;
const NONCE: usize = 16;
const PURPOSE: &str = "sign-up questions";

/// A question with its answers; the first is right. Kept by this domain, filled by the one that knows examinations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GateQuestion {
    pub(crate) ask: SmolStr,
    pub(crate) right: SmolStr,
    pub(crate) wrong: [SmolStr; CHOICES - 1],
}

/// The questions that serve until examination pools are imported.
pub(super) static BUILT_IN: LazyLock<Arc<[GateQuestion]>> = LazyLock::new(|| {
    #[derive(Deserialize)]
    struct File {
        question: Vec<GateQuestion>,
    }
    let text = include_str!("../../assets/identity/gate.toml");
    let file: File = toml::from_str(text).expect("the built-in questions are tested");
    file.question.into()
});

/// What a person who signs up is asked.
#[derive(Debug, Clone)]
pub(crate) struct Challenge {
    /// To be sent back with the answers.
    pub(crate) token: String,
    pub(crate) questions: Vec<Asked>,
    pub(crate) until: Timestamp,
}

/// A question as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) ask: SmolStr,
    pub(crate) choices: [SmolStr; CHOICES],
}

/// The token is none of ours, or was used, or its time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stale;

/// A token that was shown for the first and last time.
pub(super) struct Shown {
    nonce: [u8; NONCE],
}

/// The gate.
pub(super) struct Quiz {
    signer: Signer,
    used: Mutex<HashMap<[u8; NONCE], Timestamp>>,
}

impl Quiz {
    pub(super) fn new(signer: Signer) -> Self {
        Self {
            signer,
            used: Mutex::default(),
        }
    }

    /// A fresh set of questions.
    pub(super) fn ask(&self, nonce: [u8; NONCE], bank: &[GateQuestion], now: Timestamp) -> Challenge {
        let until = now.checked_add(LIFE).unwrap_or(Timestamp::MAX);
        let seconds = until.as_second().to_be_bytes();
        let tag = self.signer.tag(PURPOSE, &[&nonce, &seconds]);
        let token = [&nonce[..], &seconds, &tag].concat();
        let drawn = self.draw(&nonce, bank).into_iter();
        Challenge {
            token: BASE64_URL_SAFE_NO_PAD.encode(token),
            questions: drawn.map(|(question, order)| show(question, order)).collect(),
            until,
        }
    }

    /// Uses a token up.
    pub(super) fn take(&self, token: &str, now: Timestamp) -> Result<Shown, Stale> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).map_err(|_| Stale)?;
        let (nonce, rest) = bytes.split_first_chunk::<NONCE>().ok_or(Stale)?;
        let (seconds, tag) = rest.split_first_chunk::<8>().ok_or(Stale)?;
        if !self.signer.verify(PURPOSE, &[nonce, seconds], tag) {
            return Err(Stale);
        }
        let until = Timestamp::from_second(i64::from_be_bytes(*seconds)).map_err(|_| Stale)?;
        if until <= now {
            return Err(Stale);
        }
        let mut used = lock(&self.used);
        if used.len() >= MOST_USED {
            used.retain(|_, until| *until > now);
        }
        if used.len() >= MOST_USED || used.insert(*nonce, until).is_some() {
            return Err(Stale);
        }
        Ok(Shown { nonce: *nonce })
    }

    /// Whether every answer, a place among the choices, is the right one.
    pub(super) fn right(&self, shown: &Shown, bank: &[GateQuestion], answers: &[usize]) -> bool {
        let drawn = self.draw(&shown.nonce, bank);
        let right = drawn.iter().zip(answers).filter(|((_, order), answer)| {
            // The first of a question's answers is right.
            order.get(**answer) == Some(&0)
        });
        drawn.len() == ASKED && answers.len() == ASKED && right.count() == ASKED
    }

    /// Different questions, each with its answers in an order of its own.
    fn draw<'b>(&self, nonce: &[u8], bank: &'b [GateQuestion]) -> Vec<(&'b GateQuestion, [usize; CHOICES])> {
        let mut left: Vec<usize> = (0..bank.len()).collect();
        let mut drawn = Vec::new();
        for round in 0..ASKED.min(bank.len()) {
            let dice = self.signer.tag("sign-up draw", &[nonce, &round.to_be_bytes()]);
            let roll =
                |at: usize, sides: usize| usize::from(u16::from_be_bytes([dice[at], dice[at + 1]])) % sides;
            let question = left.swap_remove(roll(0, left.len()));
            let mut order: [usize; CHOICES] = std::array::from_fn(|place| place);
            for place in (1..CHOICES).rev() {
                order.swap(place, roll(2 * place, place + 1));
            }
            drawn.push((&bank[question], order));
        }
        drawn
    }
}

/// Whether the browser has done its work: the digest of token and proof begins with enough zero bits.
pub(super) fn is_proven(token: &str, proof: &str) -> bool {
    if proof.is_empty() || proof.len() > MOST_PROOF {
        return false;
    }
    let digest: [u8; 32] = Sha256::digest(format!("{token}:{proof}")).into();
    let (head, _) = digest.split_first_chunk::<4>().expect("a digest has 32 bytes");
    u32::from_be_bytes(*head).leading_zeros() >= PROOF_BITS
}

fn show(question: &GateQuestion, order: [usize; CHOICES]) -> Asked {
    let choice = |at: usize| match at {
        0 => question.right.clone(),
        other => question.wrong[other - 1].clone(),
    };
    Asked {
        ask: question.ask.clone(),
        choices: order.map(choice),
    }
}
