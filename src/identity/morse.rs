//! The Morse challenge through the accounts' handle: a call keyed by hand.
//!
//! It shows that somebody who can key sat there, which a program can feign; so it proves no call, is worth little, and
//! needs nobody outside. The judging itself is [`crate::ham::morse`]; here is that each challenge is answered once, by
//! whom it was made for, not faster than it can have been keyed.

use jiff::Timestamp;

use crate::ham::callsign::Callsign;
use crate::ham::morse::{Key, Keying, Refusal, Sent, judge};
use crate::web::Network;

use super::actor::Actor;
use super::error::Error;
use super::memory::Touched;
use super::service::{Browser, Identity};
use super::token;
use super::write;

/// Random bytes that name a challenge.
const NONCE: usize = 16;
/// How far the browser's clock may run ahead of ours while somebody keys, in tenths of a millisecond.
const CLOCKS: u64 = 20_000;

/// A call to be keyed.
#[derive(Debug, Clone)]
pub(crate) struct MorseAsked {
    pub(crate) nonce: String,
    pub(crate) call: Callsign,
    pub(crate) until: Timestamp,
}

/// How a keying was judged.
#[derive(Debug, Clone)]
pub(crate) enum MorseJudged {
    Taken(Sent),
    Refused(Refusal),
}

impl Identity {
    /// Makes a challenge for the actor's own call.
    pub(crate) async fn ask_morse(&self, actor: &Actor) -> Result<MorseAsked, Error> {
        let nonce = self.inner.entropy.token(NONCE);
        let (digest, actor) = (token::digest(&nonce), actor.clone());
        let asked = self.change(move |tx, now| {
            let asked = write::ask_morse(tx, &actor, digest, now)?;
            Ok((asked, Touched::default()))
        });
        let (call, until) = asked.await?;
        Ok(MorseAsked { nonce, call, until })
    }

    /// Judges what was keyed, in downs and ups of tenths of a millisecond. Whatever comes of it, the challenge is used.
    pub(crate) async fn answer_morse(
        &self,
        actor: &Actor,
        nonce: &str,
        (times, key): (Vec<u32>, Key),
        browser: &Browser,
    ) -> Result<MorseJudged, Error> {
        let (digest, network) = (token::digest(nonce), Network::of(browser.address));
        let asked_by = actor.clone();
        let taken = self.change(move |tx, now| {
            let taken = write::take_morse(tx, &asked_by, (&digest, network), now)?;
            Ok((taken.map(|challenge| (challenge, now)), Touched::default()))
        });
        let (challenge, now) = taken.await?.ok_or(Error::StaleMorse)?;
        let keying = match Keying::new(&times, key) {
            Ok(keying) => keying,
            Err(bad) => return Ok(MorseJudged::Refused(bad.into())),
        };
        let passed = now.duration_since(challenge.asked).as_millis();
        let passed = u64::try_from(passed).unwrap_or(0).saturating_mul(10);
        if keying.span() > passed.saturating_add(CLOCKS) {
            return Err(Error::FastMorse);
        }
        let sent = match judge(&challenge.call, &keying) {
            Ok(sent) => sent,
            Err(refusal) => return Ok(MorseJudged::Refused(refusal)),
        };
        let with = match key {
            Key::Straight => "straight key",
            Key::Paddles => "paddles",
        };
        let evidence = format!("{:.0} words per minute, {} marks, {with}", sent.wpm, sent.marks);
        let actor = actor.clone();
        self.change(move |tx, now| {
            let id = write::record_morse(tx, &actor, (&challenge.call, evidence), now)?;
            Ok(((), Touched::account(id)))
        })
        .await?;
        Ok(MorseJudged::Taken(sent))
    }
}
