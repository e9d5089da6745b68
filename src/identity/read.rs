//! Questions about accounts, for any transaction.

use std::sync::Arc;

use jiff::Timestamp;
use smol_str::SmolStr;

use crate::ham::callsign::Callsign;
use crate::store::{Direction, Read, Rows, Span, StoreError};

use super::login::Login;
use super::model::{AccountId, Role};
use super::quiz::{self, GateQuestion};
use super::tables::{
    ACCOUNT, ACCOUNT_BY_CALL, API_KEY, AUDIT, AuditLine, ERASURE, GATE_QUESTION, PASSKEY, StoredAccount,
    StoredKey, StoredPasskey, TICKET, VERIFICATION, VERIFICATION_BY_ACCOUNT,
};
use super::ticket::{Purpose, Ticket};
use super::token::{KeyId, SecretDigest};
use super::trail::{Place, TrailFilter};
use super::verification::{Verification, certificate_serial};
use super::write::StoredErasure;

/// Fewer imported questions than this could be learnt by heart.
const ENOUGH_QUESTIONS: usize = 20;

/// The account with this number.
pub(crate) fn account(rows: &impl Rows, id: AccountId) -> Result<Option<StoredAccount>, StoreError> {
    rows.get(ACCOUNT, &id.0)
}

/// The number of the account that has this call.
pub(crate) fn account_of(rows: &impl Rows, call: &Callsign) -> Result<Option<AccountId>, StoreError> {
    Ok(rows
        .get(ACCOUNT_BY_CALL, &SmolStr::new(call.as_str()))?
        .map(AccountId))
}

/// The number of the account that has this name.
pub(crate) fn account_named(rows: &impl Rows, login: &Login) -> Result<Option<AccountId>, StoreError> {
    Ok(rows
        .get(ACCOUNT_BY_CALL, &SmolStr::new(login.as_str()))?
        .map(AccountId))
}

/// All proofs of an account's calls, oldest first, with their numbers; also those that ended.
pub(crate) fn verifications(rows: &impl Rows, id: AccountId) -> Result<Vec<(u64, Verification)>, StoreError> {
    let mut found = Vec::new();
    for row in rows.scan(
        VERIFICATION_BY_ACCOUNT,
        Span::prefix(&(id.0,)),
        Direction::Forward,
    ) {
        let ((_, number), ()) = row?;
        found.extend(rows.get(VERIFICATION, &number)?.map(|proof| (number, proof)));
    }
    Ok(found)
}

/// Whether this very evidence proves the account's call already.
pub(crate) fn proves_already(
    rows: &impl Rows,
    id: AccountId,
    (call, evidence): (&Callsign, &str),
) -> Result<bool, StoreError> {
    let proofs = verifications(rows, id)?;
    let mut proofs = proofs.iter().map(|(_, proof)| proof);
    Ok(proofs.any(|proof| proof.call == *call && proof.evidence == evidence && proof.ended.is_none()))
}

/// A standing proof that rests on a certificate of Logbook of the World.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CertificateProof {
    pub(crate) account: AccountId,
    pub(crate) number: u64,
    /// The certificate's number.
    pub(crate) serial: SmolStr,
}

/// All standing proofs that rest on certificates.
pub(crate) fn certificate_proofs(rows: &Read) -> Result<Vec<CertificateProof>, StoreError> {
    let mut found = Vec::new();
    for row in rows.scan(VERIFICATION, Span::all(), Direction::Forward) {
        let (number, proof) = row?;
        let serial = certificate_serial(&proof.evidence).map(SmolStr::new);
        found.extend(
            serial
                .filter(|_| proof.ended.is_none())
                .map(|serial| CertificateProof {
                    account: proof.account,
                    number,
                    serial,
                }),
        );
    }
    Ok(found)
}

/// Since when an account's call is proven, and until when that lasts, if it ends by itself.
pub(super) fn verified(
    rows: &impl Rows,
    id: AccountId,
    account: &StoredAccount,
    now: Timestamp,
) -> Result<(Option<Timestamp>, Option<Timestamp>), StoreError> {
    let proofs = verifications(rows, id)?;
    let standing: Vec<_> = proofs
        .iter()
        .map(|(_, proof)| proof)
        .filter(|proof| account.call.call() == Some(&proof.call) && proof.holds(now))
        .collect();
    let since = standing.iter().map(|proof| proof.at).min();
    let until = standing
        .iter()
        .map(|proof| proof.until.unwrap_or(Timestamp::MAX))
        .max();
    Ok((since, until.filter(|until| *until < Timestamp::MAX)))
}

/// All accounts, by number.
pub(crate) fn accounts(rows: &impl Rows) -> Result<Vec<(AccountId, StoredAccount)>, StoreError> {
    let scan = rows.scan(ACCOUNT, Span::all(), Direction::Forward);
    scan.map(|row| row.map(|(id, account)| (AccountId(id), account)))
        .collect()
}

/// Whether somebody administers this installation.
pub(crate) fn has_administrator(rows: &impl Rows) -> Result<bool, StoreError> {
    Ok(administrators(rows)? > 0)
}

/// The number of administrators who may sign in.
pub(super) fn administrators(rows: &impl Rows) -> Result<usize, StoreError> {
    let mut count = 0;
    for row in rows.scan(ACCOUNT, Span::all(), Direction::Forward) {
        let (_, account) = row?;
        count += usize::from(account.role == Role::Administrator && !account.disabled);
    }
    Ok(count)
}

/// The API key with this id.
pub(super) fn key(rows: &impl Rows, id: KeyId) -> Result<Option<StoredKey>, StoreError> {
    rows.get(API_KEY, &SmolStr::new(id.as_str()))
}

/// Lines of the audit trail that a filter takes, newest first, behind a place.
pub(crate) fn audit(
    rows: &impl Rows,
    filter: &TrailFilter,
    after: Option<Place>,
    limit: usize,
) -> Result<Vec<(Place, AuditLine)>, StoreError> {
    let mut span = Span::all();
    if let Some(until) = filter.until {
        span = span.before(&(until,));
    }
    if let Some(after) = after {
        span = span.before(&after);
    }
    let mut found = Vec::new();
    for row in rows.scan(AUDIT, span, Direction::Backward) {
        let (place, line) = row?;
        if found.len() == limit || filter.from.is_some_and(|from| place.0 < from) {
            break;
        }
        if filter.takes(&line) {
            found.push((place, line));
        }
    }
    Ok(found)
}

/// The wish to erase an account.
pub(super) fn erasure(rows: &impl Rows, id: AccountId) -> Result<Option<StoredErasure>, StoreError> {
    rows.get(ERASURE, &id.0)
}

/// The questions of the knowledge gate: those of imported examinations where there are enough, else the built-in ones.
pub(super) fn gate_questions(rows: &impl Rows) -> Result<Arc<[GateQuestion]>, StoreError> {
    let all = rows.scan(GATE_QUESTION, Span::all(), Direction::Forward);
    let stored: Vec<GateQuestion> = all
        .map(|row| row.map(|(_, question)| question))
        .collect::<Result<_, _>>()?;
    Ok(if stored.len() >= ENOUGH_QUESTIONS {
        stored.into()
    } else {
        Arc::clone(&quiz::BUILT_IN)
    })
}

/// What a link stands for, also when its time is over.
pub(super) fn ticket(rows: &impl Rows, digest: &SecretDigest) -> Result<Option<Ticket>, StoreError> {
    rows.get(TICKET, digest)
}

/// The ways back in that are open, in no order. Walks all links: only administrators ask.
pub(super) fn recoveries(rows: &impl Rows) -> Result<Vec<(SecretDigest, Ticket)>, StoreError> {
    let all = rows.scan(TICKET, Span::all(), Direction::Forward);
    all.filter(|row| {
        row.as_ref()
            .map_or(true, |(_, ticket)| ticket.purpose == Purpose::Recovery)
    })
    .collect()
}

/// The passkeys of an account with their ids. Walks all: they are few, and only settings and sign-ins ask.
pub(super) fn passkeys(rows: &impl Rows, id: AccountId) -> Result<Vec<(SmolStr, StoredPasskey)>, StoreError> {
    let all = rows.scan(PASSKEY, Span::all(), Direction::Forward);
    all.filter(|row| row.as_ref().map_or(true, |(_, passkey)| passkey.account == id))
        .collect()
}

/// The passkey with this id.
#[cfg(feature = "passkeys")]
pub(super) fn passkey(rows: &impl Rows, id: &SmolStr) -> Result<Option<StoredPasskey>, StoreError> {
    rows.get(PASSKEY, id)
}
