//! Whoever comes with a certificate: which account is theirs, and whether they get one.
//!
//! Who holds a call when two want it is decided as for every proof (`verification`). Beside that: a certificate of the
//! call opens the account that has proven it, unless its holder came by the call later than the account's owner did;
//! an account that only claims the call is never opened nor displaced without a question.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use smol_str::SmolStr;

use super::verification::{claim_call, end_verification, is_proven};
use super::{Admission, Claim, Claimant, save};
use crate::ham::callsign::Callsign;
use crate::identity::actor::{Actor, Denied};
use crate::identity::authority::Capability;
use crate::identity::error::Error;
use crate::identity::model::{AccountId, DisplayName};
use crate::identity::read;
use crate::identity::review::{self, Matter, Remark};
use crate::identity::tables::StoredAccount;
use crate::identity::verification::certificate_serial;
use crate::store::Write;

/// Somebody with a proof by certificate.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    pub(crate) claim: Claim,
    /// Since when they hold the call, as far as the certificate says.
    pub(crate) held_since: Option<Date>,
    /// Their name, for a new account.
    pub(crate) name: DisplayName,
    /// How a new account is made; `None` where only administrators make them.
    pub(crate) admission: Option<Admission>,
    /// They said that an unproven account of the call is not theirs.
    pub(crate) take: bool,
}

/// Where they arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrived {
    /// At an account of theirs.
    At {
        account: AccountId,
        /// Whether the certificate was recorded just now.
        is_first: bool,
    },
    /// Their account waits for an administrator.
    Waiting,
    /// An account has the call and has not proven it.
    Contested {
        /// Whether they may take the call from it.
        may_take: bool,
    },
}

/// Finds or makes the account of whoever comes with a certificate, and records the proof once. The accounts that
/// changed are in the answer. For the service that examines certificates.
pub(crate) fn arrive(
    tx: &mut Write<'_>,
    actor: &Actor,
    arrival: &Arrival,
    now: Timestamp,
) -> Result<(Arrived, Vec<AccountId>), Error> {
    actor.may(Capability::ClaimCalls)?;
    let Arrival { claim, admission, .. } = arrival;
    let holder = match read::account_of(tx, &claim.call)? {
        Some(id) => Some((id, read::account(tx, id)?.ok_or(Error::UnknownAccount)?)),
        None => None,
    };
    let is_newcomer = matches!(claim.claimant, Claimant::Newcomer);
    if let Some((id, account)) = &holder {
        let own = is_newcomer || matches!(claim.claimant, Claimant::Account(own) if own == *id);
        if own && read::proves_already(tx, *id, (&claim.call, &claim.proof.evidence))? {
            return Ok((let_in(*id, account, false)?, Vec::new()));
        }
    }
    let mut is_new = is_newcomer;
    match holder.as_ref().filter(|_| is_newcomer) {
        Some((id, account)) if is_proven(account) => {
            is_new = false;
            came_first(account, arrival)?;
            let_in(*id, account, false)?;
        }
        Some(_) => {
            let may_take = *admission == Some(Admission::AtOnce);
            if !(may_take && arrival.take) {
                return Ok((Arrived::Contested { may_take }, Vec::new()));
            }
        }
        None if is_newcomer && admission.is_none() => return Err(Error::SignUpClosed),
        None => {}
    }
    let claimed = claim_call(tx, actor, claim, now)?;
    let id = claimed.account;
    let mut account = read::account(tx, id)?.ok_or(Error::UnknownAccount)?;
    if is_new {
        account.name = arrival.name.clone();
        let waits = *admission == Some(Admission::Approved);
        (account.disabled, account.waiting) = (waits, waits);
        save(tx, id, &mut account)?;
        if waits {
            let who = actor.audit_name();
            review::insert(tx, &who, (id, Remark::default()), Matter::SignUp {}, now)?;
        }
    }
    let touched = [Some(id), claimed.displaced].into_iter().flatten().collect();
    Ok((let_in(id, &account, true)?, touched))
}

/// Ends the proofs of a call that rest on the certificate with this number; the accounts they were of.
pub(crate) fn end_by_certificate(
    tx: &mut Write<'_>,
    actor: &Actor,
    (call, serial): (&Callsign, &SmolStr),
    why: &str,
    now: Timestamp,
) -> Result<Vec<AccountId>, Error> {
    actor.may(Capability::EndProofs)?;
    let Some(id) = read::account_of(tx, call)? else {
        return Ok(Vec::new());
    };
    for (number, proof) in read::verifications(tx, id)? {
        let rests = proof.call == *call && certificate_serial(&proof.evidence) == Some(serial.as_str());
        if rests && proof.ended.is_none() {
            end_verification(tx, actor, (id, number), why, now)?;
        }
    }
    Ok(vec![id])
}

fn let_in(id: AccountId, account: &StoredAccount, is_first: bool) -> Result<Arrived, Error> {
    match (account.waiting, account.disabled) {
        (true, _) => Ok(Arrived::Waiting),
        (false, true) => Err(Denied::Forbidden("this account is disabled; ask an administrator").into()),
        (false, false) => Ok(Arrived::At {
            account: id,
            is_first,
        }),
    }
}

/// Refuses the holder of a call that was given to them after the account's owner had proven it: calls are given to
/// other people when they become free, and an account does not go with them.
fn came_first(account: &StoredAccount, arrival: &Arrival) -> Result<(), Error> {
    let proven = account.verified.map(|at| at.to_zoned(TimeZone::UTC).date());
    match (proven, arrival.held_since) {
        (Some(proven), Some(held_since)) if proven < held_since => {
            Err(Error::HeldByVerified(arrival.claim.call.clone()))
        }
        _ => Ok(()),
    }
}
