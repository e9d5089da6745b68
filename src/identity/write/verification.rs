//! Proofs of callsigns, and who holds a call when two people want it.
//!
//! A proven claim takes a call from whoever holds it without proof; it never takes one from somebody who proved it,
//! nor from an administrator: those cases are for people to settle. Whoever loses a call keeps the account, as a
//! listener.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use super::{NewAccount, audit, end_sessions, insert_account, line, save};
use crate::event::Event;
use crate::ham::callsign::Callsign;
use crate::identity::actor::Actor;
use crate::identity::authority::Capability;
use crate::identity::error::Error;
use crate::identity::event::IdentityEvent;
use crate::identity::login::Login;
use crate::identity::model::{AccountId, Role};
use crate::identity::read;
use crate::identity::tables::{ACCOUNT_BY_CALL, StoredAccount, VERIFICATION, VERIFICATION_BY_ACCOUNT};
use crate::identity::verification::{Ended, Method, Verification};
use crate::store::{Rows, StoreError, Write};

/// What was shown, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Proof {
    pub(crate) method: Method,
    /// A digest or a public name; never a secret.
    #[serde(default)]
    pub(crate) evidence: SmolStr,
    #[serde(default)]
    pub(crate) licensee: Option<SmolStr>,
    #[serde(default)]
    pub(crate) note: SmolStr,
    #[serde(default)]
    pub(crate) until: Option<Timestamp>,
}

impl Proof {
    /// Somebody's word for it.
    pub(crate) fn word_of(note: &str) -> Self {
        Self {
            method: Method::ADMINISTRATOR,
            evidence: SmolStr::default(),
            licensee: None,
            note: note.into(),
            until: None,
        }
    }
}

/// A proven claim to a call.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    pub(crate) call: Callsign,
    pub(crate) claimant: Claimant,
    pub(crate) proof: Proof,
}

/// Who claims a call.
#[derive(Debug, Clone)]
pub(crate) enum Claimant {
    /// Somebody with an account, signed in to it.
    Account(AccountId),
    /// Somebody of whom only the proof is known: they get the call's account, or a new one.
    Newcomer,
}

/// How a claim ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Claimed {
    /// The account that now holds the call.
    pub(crate) account: AccountId,
    /// The account that held it without proof.
    pub(crate) displaced: Option<AccountId>,
}

/// Records a proof of the call that an account has. For administrators and the services that check proofs.
pub(crate) fn add_verification(
    tx: &mut Write<'_>,
    actor: &Actor,
    id: AccountId,
    proof: &Proof,
    now: Timestamp,
) -> Result<u64, Error> {
    actor.may(Capability::RecordProofs)?;
    let mut account = read::account(tx, id)?.ok_or(Error::UnknownAccount)?;
    let number = record(tx, &actor.audit_name(), (id, &account), proof, now)?;
    settle(tx, id, &mut account, now)?;
    Ok(number)
}

/// Notes that a proof counts no more: the call has another licensee, the certificate was revoked, or it was a mistake.
pub(crate) fn end_verification(
    tx: &mut Write<'_>,
    actor: &Actor,
    (id, number): (AccountId, u64),
    why: &str,
    now: Timestamp,
) -> Result<(), Error> {
    actor.may(Capability::EndProofs)?;
    let found = tx.get(VERIFICATION, &number)?;
    let found = found.filter(|found| found.account == id && found.ended.is_none());
    let found = found.ok_or(Error::UnknownVerification)?;
    end(tx, &actor.audit_name(), (number, found), why, now)?;
    let mut account = read::account(tx, id)?.ok_or(Error::UnknownAccount)?;
    settle(tx, id, &mut account, now)
}

/// Gives a call to whoever proved it. For the services that check proofs.
pub(crate) fn claim_call(
    tx: &mut Write<'_>,
    actor: &Actor,
    claim: &Claim,
    now: Timestamp,
) -> Result<Claimed, Error> {
    actor.may(Capability::ClaimCalls)?;
    let who = actor.audit_name();
    let holder = match read::account_of(tx, &claim.call)? {
        Some(id) => Some((id, read::account(tx, id)?.ok_or(Error::UnknownAccount)?)),
        None => None,
    };
    let proven = |(_, account): &(AccountId, StoredAccount)| is_proven(account);
    let (id, displaced) = match (&claim.claimant, holder) {
        (Claimant::Account(id), Some((holder, _))) if *id == holder => (*id, None),
        (Claimant::Newcomer, Some(holder)) if proven(&holder) => (holder.0, None),
        (_, Some(holder)) if proven(&holder) => return Err(Error::HeldByVerified(claim.call.clone())),
        (claimant, holder) => {
            let displaced = match holder {
                Some((id, account)) => Some(displace(tx, &who, (id, account), now)?),
                None => None,
            };
            (take(tx, &who, (claimant, &claim.call), now)?, displaced)
        }
    };
    let mut account = read::account(tx, id)?.ok_or(Error::UnknownAccount)?;
    record(tx, &who, (id, &account), &claim.proof, now)?;
    settle(tx, id, &mut account, now)?;
    Ok(Claimed {
        account: id,
        displaced,
    })
}

/// Whether nobody takes the call from this account.
pub(super) fn is_proven(account: &StoredAccount) -> bool {
    account.verified.is_some() || account.role == Role::Administrator
}

/// Ends every proof of an account's call that still stands.
pub(super) fn end_all(
    tx: &mut Write<'_>,
    who: &str,
    id: AccountId,
    why: &str,
    now: Timestamp,
) -> Result<(), Error> {
    for (number, found) in read::verifications(tx, id)? {
        if found.ended.is_none() {
            end(tx, who, (number, found), why, now)?;
        }
    }
    Ok(())
}

/// Writes a proof of the call that the account has, with its line in the audit trail.
pub(in crate::identity) fn record(
    tx: &mut Write<'_>,
    who: &str,
    (id, account): (AccountId, &StoredAccount),
    proof: &Proof,
    now: Timestamp,
) -> Result<u64, Error> {
    let call = account.call.call().ok_or(Error::NoCall)?.clone();
    let number = tx.next_id("identity.verification")?;
    let verification = Verification {
        call,
        account: id,
        method: proof.method.clone(),
        evidence: proof.evidence.clone(),
        licensee: proof.licensee.clone(),
        at: now,
        by: who.into(),
        note: proof.note.clone(),
        until: proof.until,
        ended: None,
    };
    tx.put(VERIFICATION, &number, &verification)?;
    tx.put(VERIFICATION_BY_ACCOUNT, &(id.0, number), &())?;
    let detail = format!("{}, {}", verification.call, proof.method.as_str());
    audit(tx, &line(who, "verification.added", id, &detail), now)?;
    Ok(number)
}

fn end(
    tx: &mut Write<'_>,
    who: &str,
    (number, mut found): (u64, Verification),
    why: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let detail = format!("{}, {}: {why}", found.call, found.method.as_str());
    found.ended = Some(Ended {
        at: now,
        by: who.into(),
        why: why.into(),
    });
    let id = found.account;
    tx.put(VERIFICATION, &number, &found)?;
    audit(tx, &line(who, "verification.ended", id, &detail), now)?;
    Ok(())
}

/// Brings what the account says of its proofs up to date, and stores it.
pub(in crate::identity) fn settle(
    tx: &mut Write<'_>,
    id: AccountId,
    account: &mut StoredAccount,
    now: Timestamp,
) -> Result<(), Error> {
    (account.verified, account.verified_until) = read::verified(tx, id, account, now)?;
    save(tx, id, account)?;
    Ok(())
}

/// The call's account for the claimant: a new one, or their own under its new name.
fn take(
    tx: &mut Write<'_>,
    who: &str,
    (claimant, call): (&Claimant, &Callsign),
    now: Timestamp,
) -> Result<AccountId, Error> {
    let login = Login::Call(call.clone());
    let Claimant::Account(id) = *claimant else {
        let new = NewAccount::of(login);
        return insert_account(tx, who, &new, now);
    };
    let mut account = read::account(tx, id)?.ok_or(Error::UnknownAccount)?;
    if let Some(own) = account.call.call().filter(|_| account.verified.is_some()) {
        return Err(Error::HasCall(own.clone()));
    }
    if account.role == Role::Swl {
        account.role = Role::Member;
    }
    rename(tx, who, (id, &mut account), login, now)?;
    Ok(id)
}

/// Takes the call from an account that has not proven it, or whose it is no more.
pub(in crate::identity) fn displace(
    tx: &mut Write<'_>,
    who: &str,
    (id, mut account): (AccountId, StoredAccount),
    now: Timestamp,
) -> Result<AccountId, Error> {
    account.role = Role::Swl;
    let name = free_name(tx, id)?;
    rename(tx, who, (id, &mut account), name, now)?;
    end_sessions(tx, id, None)?;
    Ok(id)
}

/// A listener's name that nobody has, for an account that lost its call.
fn free_name(rows: &impl Rows, id: AccountId) -> Result<Login, Error> {
    for extra in 0_u32.. {
        let name = if extra == 0 {
            format!("{id:02}")
        } else {
            format!("{id}X{extra}")
        };
        let name = Login::listener(&name).map_err(|_| Error::NoCall)?;
        if !rows.contains(ACCOUNT_BY_CALL, &SmolStr::new(name.as_str()))? {
            return Ok(name);
        }
    }
    Err(Error::NoCall)
}

/// Ends every standing proof that a call is an account's; how many there were.
pub(in crate::identity) fn end_proofs_of(
    tx: &mut Write<'_>,
    who: &str,
    (id, call): (AccountId, &Callsign),
    why: &str,
    now: Timestamp,
) -> Result<usize, Error> {
    let mut ended = 0;
    for (number, found) in read::verifications(tx, id)? {
        if found.ended.is_none() && found.call == *call {
            end(tx, who, (number, found), why, now)?;
            ended += 1;
        }
    }
    Ok(ended)
}

/// Gives an account the call that the register gave its owner. Sessions stay, and what is under a call before.
pub(in crate::identity) fn move_to_call(
    tx: &mut Write<'_>,
    who: &str,
    (id, account): (AccountId, &mut StoredAccount),
    to: Callsign,
    now: Timestamp,
) -> Result<(), Error> {
    let from = put_name(tx, who, (id, account), to.clone().into(), now)?;
    tx.emit(Event::Identity(IdentityEvent::CallChanged {
        account: id,
        from,
        to,
        at: now,
    }));
    Ok(())
}

/// Gives an account another name; its proofs belong to the old one, which is returned.
fn put_name(
    tx: &mut Write<'_>,
    who: &str,
    (id, account): (AccountId, &mut StoredAccount),
    to: Login,
    now: Timestamp,
) -> Result<Login, Error> {
    let from = std::mem::replace(&mut account.call, to);
    tx.remove(ACCOUNT_BY_CALL, &SmolStr::new(from.as_str()))?;
    tx.put(ACCOUNT_BY_CALL, &SmolStr::new(account.call.as_str()), &id.0)?;
    settle(tx, id, account, now)?;
    let detail = format_smolstr!("{from} is now {}", account.call);
    audit(tx, &line(who, "account.renamed", id, &detail), now)?;
    Ok(from)
}

/// Gives an account a name that it proved, or a listener's; what it kept under the old one goes with it.
fn rename(
    tx: &mut Write<'_>,
    who: &str,
    (id, account): (AccountId, &mut StoredAccount),
    to: Login,
    now: Timestamp,
) -> Result<(), Error> {
    let from = put_name(tx, who, (id, account), to, now)?;
    tx.emit(Event::Identity(IdentityEvent::LoginChanged {
        account: id,
        from,
        to: account.call.clone(),
        at: now,
    }));
    Ok(())
}

/// Brings accounts up to date whose proofs ran out meanwhile.
pub(in crate::identity) fn note_run_out(
    tx: &mut Write<'_>,
    ids: &[AccountId],
    now: Timestamp,
) -> Result<(), Error> {
    for id in ids {
        if let Some(mut account) = read::account(tx, *id)? {
            settle(tx, *id, &mut account, now)?;
        }
    }
    Ok(())
}

/// Gives accounts that were verified before proofs were recorded the record of it.
pub(in crate::identity) fn record_older(tx: &mut Write<'_>, now: Timestamp) -> Result<(), StoreError> {
    for (id, account) in read::accounts(tx)? {
        let known = account.verified.is_none() || !read::verifications(tx, id)?.is_empty();
        if known || account.call.call().is_none() {
            continue;
        }
        let proof = Proof::word_of("verified before proofs were recorded");
        let recorded = record(
            tx,
            "upgrade",
            (id, &account),
            &proof,
            account.verified.unwrap_or(now),
        );
        if let Err(Error::Store(error)) = recorded {
            return Err(error);
        }
    }
    Ok(())
}
