//! The challenge for those whose browser has no certificate: a log of one made-up contact, signed with TQSL.
//!
//! A challenge belongs to one account, works once and for an hour, and is stored, so that a restart does not cost the
//! member the log they have just signed.

use jiff::Timestamp;
use smol_str::SmolStr;

use super::challenge::{give_challenge, live_challenge, use_challenge};
use super::entering::touching;
use super::tables::StoredChallenge;
use super::{ACTOR, Certificates, EnterError, Holder};
use crate::ham::callsign::Callsign;
use crate::identity::actor::Actor;
use crate::identity::error::Error;
use crate::identity::lotw::{BadLog, Challenge, Refusal, SignedLog};
use crate::identity::memory::Touched;
use crate::identity::model::DisplayName;
use crate::identity::verification::Method;
use crate::identity::write::{self, Arrival, Claimant};

/// A challenge that works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogChallenge {
    /// The call to log the contact with.
    pub(crate) call: String,
    /// When it stops working.
    pub(crate) until: Timestamp,
}

/// Why a log proves nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LogError {
    #[error("The challenge was used already, or its hour is over")]
    NoChallenge,
    #[error(transparent)]
    Bad(#[from] BadLog),
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<StoredChallenge> for LogChallenge {
    fn from(stored: StoredChallenge) -> Self {
        Self {
            call: stored.call.into(),
            until: stored.until,
        }
    }
}

impl From<EnterError> for LogError {
    fn from(error: EnterError) -> Self {
        match error {
            EnterError::Refused(refusal) => Self::Bad(BadLog::Certificate(refusal)),
            EnterError::Failed(error) => Self::Failed(error),
        }
    }
}

impl From<Refusal> for LogError {
    fn from(refusal: Refusal) -> Self {
        Self::Bad(BadLog::Certificate(refusal))
    }
}

impl Certificates {
    /// The member's challenge, if one works.
    pub(crate) async fn log_challenge(&self, actor: &Actor) -> Result<Option<LogChallenge>, Error> {
        let account = actor.in_person()?.account;
        let inner = &self.inner.identity.inner;
        let now = inner.clock.now();
        let live = inner
            .store
            .read(move |rows| live_challenge(rows, account, now))
            .await?;
        Ok(live.map(LogChallenge::from))
    }

    /// A challenge for the member: the one that works, else a new one.
    pub(crate) async fn begin_log(&self, actor: &Actor) -> Result<LogChallenge, Error> {
        if let Some(live) = self.log_challenge(actor).await? {
            return Ok(live);
        }
        self.check_clock()
            .map_err(|refusal| Error::Certificate(Box::new(refusal)))?;
        let identity = &self.inner.identity;
        let fresh = Challenge::from_random(identity.inner.entropy.bytes());
        let (actor, fresh) = (actor.clone(), SmolStr::new(fresh.as_str()));
        let given = identity.change(move |tx, now| {
            let given = give_challenge(tx, &actor, fresh, now)?;
            Ok((given, Touched::default()))
        });
        Ok(given.await?.into())
    }

    /// Proves the member's call by a signed log with the challenge in it, and uses the challenge up. The call that was
    /// proven.
    pub(crate) async fn take_log(&self, actor: &Actor, file: &[u8]) -> Result<Callsign, LogError> {
        let account = actor.owner().map_err(Error::from)?.account;
        let live = self.log_challenge(actor).await?.ok_or(LogError::NoChallenge)?;
        let challenge = Challenge::parse(&live.call).ok_or(LogError::NoChallenge)?;
        let log = SignedLog::read(file)?;
        let is_superseded = |claim: &_| self.is_superseded(claim);
        let claim = log.prove(
            &challenge,
            &self.known().roots,
            &self.circumstances(&is_superseded),
        )?;
        let holder = Holder::of_claim(claim);
        let note = self.look_up(&holder).await?;
        let call = holder.home();
        let arrival = Arrival {
            claim: write::Claim {
                call: call.clone(),
                claimant: Claimant::Account(account),
                proof: holder.proof(Method::SIGNED_LOG, note),
            },
            held_since: None,
            name: DisplayName::default(),
            admission: None,
            take: false,
        };
        let (claim, member) = (arrival.claim.clone(), actor.clone());
        let arrived = self.inner.identity.change(move |tx, now| {
            if !use_challenge(tx, &member, challenge.as_str(), now)? {
                return Ok((None, Touched::default()));
            }
            let (arrived, accounts) = write::arrive(tx, &ACTOR, &arrival, now)?;
            Ok((Some(arrived), touching(accounts)))
        });
        let arrived = arrived.await;
        let arrived = self.bring_to_people(arrived, claim).await;
        self.keep(&holder).await?;
        let arrived = arrived?;
        arrived.map(|_| call).ok_or(LogError::NoChallenge)
    }
}
