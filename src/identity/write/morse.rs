//! The Morse challenge: asked for, answered once, recorded where the judge took it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::format_smolstr;

use super::tries::{Limit, count_try};
use super::verification::{Proof, record, settle};
use crate::ham::callsign::Callsign;
use crate::identity::actor::Actor;
use crate::identity::error::Error;
use crate::identity::model::AccountId;
use crate::identity::read;
use crate::identity::tables::MORSE;
use crate::identity::token::{SecretDigest, fingerprint};
use crate::identity::verification::Method;
use crate::store::{Direction, Rows, Span, Write};
use crate::web::Network;

/// How long a challenge can be answered.
const LIFE: SignedDuration = SignedDuration::from_mins(10);
/// Answers of an account and from a network: a fist needs a few tries, a program's luck many.
const PER_ACCOUNT: Limit = Limit {
    most: 20,
    within: SignedDuration::from_hours(1),
};
const PER_NETWORK: Limit = Limit {
    most: 60,
    within: SignedDuration::from_hours(1),
};

/// A challenge that waits for its answer; an account has one at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MorseChallenge {
    /// Of the random text that the page got with it.
    #[serde(with = "serde_bytes")]
    pub(in crate::identity) nonce: SecretDigest,
    /// What is to be keyed.
    pub(in crate::identity) call: Callsign,
    pub(in crate::identity) asked: Timestamp,
}

impl MorseChallenge {
    /// Until when it can be answered.
    pub(in crate::identity) fn until(&self) -> Timestamp {
        self.asked.checked_add(LIFE).unwrap_or(Timestamp::MAX)
    }
}

/// Makes a challenge for the member's own call; one before it can be answered no more.
pub(crate) fn ask_morse(
    tx: &mut Write<'_>,
    actor: &Actor,
    nonce: SecretDigest,
    now: Timestamp,
) -> Result<(Callsign, Timestamp), Error> {
    let id = actor.owner()?.account;
    let account = read::account(tx, id)?.ok_or(Error::UnknownAccount)?;
    let call = account.call.call().ok_or(Error::NoCall)?.clone();
    let challenge = MorseChallenge {
        nonce,
        call: call.clone(),
        asked: now,
    };
    tx.put(MORSE, &id.0, &challenge)?;
    Ok((call, challenge.until()))
}

/// Counts an answer and uses its challenge up; the challenge is in the answer, where it is this one and in time.
pub(crate) fn take_morse(
    tx: &mut Write<'_>,
    actor: &Actor,
    (nonce, network): (&SecretDigest, Network),
    now: Timestamp,
) -> Result<Option<MorseChallenge>, Error> {
    let id = actor.owner()?.account;
    count_try(tx, &format_smolstr!("morse account {id}"), PER_ACCOUNT, now)?;
    let network = fingerprint(&format!("{network:?}"));
    count_try(tx, &format_smolstr!("morse network {network}"), PER_NETWORK, now)?;
    let found = tx.get(MORSE, &id.0)?;
    tx.remove(MORSE, &id.0)?;
    Ok(found.filter(|challenge| challenge.nonce == *nonce && now < challenge.until()))
}

/// Records that a member keyed their call. It says something of the person and nothing of who holds the call; keyed
/// again it says no more.
pub(crate) fn record_morse(
    tx: &mut Write<'_>,
    actor: &Actor,
    (call, evidence): (&Callsign, String),
    now: Timestamp,
) -> Result<AccountId, Error> {
    let id = actor.owner()?.account;
    let mut account = read::account(tx, id)?.ok_or(Error::UnknownAccount)?;
    if account.call.call() != Some(call) {
        // The account got another call meanwhile.
        return Err(Error::StaleMorse);
    }
    let known = read::verifications(tx, id)?;
    let keyed = known
        .iter()
        .any(|(_, proof)| proof.method == Method::MORSE && proof.call == *call && proof.ended.is_none());
    if !keyed {
        let proof = Proof {
            method: Method::MORSE,
            evidence: evidence.into(),
            ..Proof::word_of("")
        };
        record(tx, "Morse judge", (id, &account), &proof, now)?;
        settle(tx, id, &mut account, now)?;
    }
    Ok(id)
}

/// Removes challenges that nobody answered.
pub(in crate::identity) fn sweep_morse(tx: &mut Write<'_>, now: Timestamp) -> Result<(), Error> {
    let mut over = Vec::new();
    for row in tx.scan(MORSE, Span::all(), Direction::Forward) {
        let (account, challenge) = row?;
        if challenge.until() <= now {
            over.push(account);
        }
    }
    for account in over {
        tx.remove(MORSE, &account)?;
    }
    Ok(())
}
