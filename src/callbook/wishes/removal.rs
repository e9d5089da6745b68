//! Requests that a call be not listed any more: from anybody, by a form; an administrator decides.
//!
//! A request is for who holds the call when it is made. What came of it stays with it for a year: by whom, when, why.

use jiff::{SignedDuration, Timestamp};
use smol_str::SmolStr;

use super::super::model::Licence;
use super::error::Error;
use super::form::{Asking, Fault, REASON, text};
use super::model::{holder_of, is_same_holder};
use super::read;
use super::tables::{
    Decision, OptOut, REMOVAL, REMOVAL_OPEN, StoredRemoval, drop_removal, open_key, put_removal,
};
use super::write::opt_out;
use crate::identity::{Actor, Capability};
use crate::store::{Direction, Rows, Span, Write};

/// Requests that may wait at a time.
pub(crate) const LONGEST_QUEUE: u64 = 1_000;
/// Those of them that may come from one network.
pub(crate) const MOST_OF_ONE: u64 = 10;
/// How long a decided request is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(365 * 24);

/// What an administrator decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Whether the call is not to be listed.
    pub(crate) confirm: bool,
    /// Needed for a refusal.
    pub(crate) reason: String,
}

/// Asks that a licence be not listed. Anybody may, signed in or not: `from` is the network they come from. Returns
/// the request's number.
pub(crate) fn ask(
    tx: &mut Write<'_>,
    actor: &Actor,
    licence: &Licence,
    asking: &Asking,
    (from, now): (&str, Timestamp),
) -> Result<u64, Error> {
    let removal = StoredRemoval {
        call: licence.call.clone(),
        holder: holder_of(licence),
        reason: asking.reason.clone(),
        contact: asking.contact.clone(),
        account: actor.account().map(|account| account.0),
        from: from.into(),
        asked: now,
        decision: None,
    };
    if read::of(tx, licence)?.opted_out {
        return Err(Error::NotListed(licence.call.to_string()));
    }
    if tx.contains(REMOVAL_OPEN, &open_key(&removal))? {
        return Err(Error::Asked(licence.call.to_string()));
    }
    let here = (removal.from.clone(),);
    if tx.count(REMOVAL_OPEN, Span::prefix(&here))? >= MOST_OF_ONE {
        return Err(Error::TooMany);
    }
    if tx.len(REMOVAL_OPEN)? >= LONGEST_QUEUE {
        return Err(Error::Full);
    }
    let id = tx.next_id("callbook.removal")?;
    put_removal(tx, id, &removal)?;
    Ok(id)
}

/// Decides a request: whoever governs the callbook. `present` is the licence as it is now. Confirmed, the licensee is
/// not listed from now on, whatever imports bring, until the call has another one.
pub(crate) fn decide(
    tx: &mut Write<'_>,
    actor: &Actor,
    id: u64,
    verdict: &Verdict,
    (present, now): (Option<&Licence>, Timestamp),
) -> Result<StoredRemoval, Error> {
    actor.may(Capability::GovernCallbook)?;
    let mut removal = tx.get(REMOVAL, &id)?.ok_or(Error::NoRequest(id))?;
    if !removal.is_open() {
        return Err(Error::Decided(id));
    }
    let reason = reason(verdict)?;
    let by = SmolStr::new(actor.audit_name());
    if verdict.confirm {
        let same = |licence: &&Licence| {
            licence.call == removal.call && is_same_holder(&removal.holder, &holder_of(licence))
        };
        let licence = present
            .filter(same)
            .ok_or_else(|| Error::OtherHolder(removal.call.to_string()))?;
        let out = OptOut {
            at: now,
            by: by.clone(),
            request: Some(id),
        };
        opt_out(tx, licence, out, now)?;
    }
    // Out of the list of those that wait by the network it came from, before that is forgotten.
    drop_removal(tx, id, &removal)?;
    removal.from = SmolStr::default();
    removal.decision = Some(Decision {
        confirmed: verdict.confirm,
        by,
        reason,
        at: now,
    });
    put_removal(tx, id, &removal)?;
    Ok(removal)
}

/// Forgets requests that were decided a year ago; how many. What was decided stays in force.
pub(crate) fn forget_removals(tx: &mut Write<'_>, actor: &Actor, now: Timestamp) -> Result<usize, Error> {
    actor.may(Capability::KeepCallbook)?;
    let mut over = Vec::new();
    for row in tx.scan(REMOVAL, Span::all(), Direction::Forward) {
        let (id, removal) = row?;
        let decided = removal.decision.as_ref().map(|decision| decision.at);
        if decided.is_some_and(|at| now.duration_since(at) > KEPT) {
            over.push((id, removal));
        }
    }
    for (id, removal) in &over {
        drop_removal(tx, *id, removal)?;
    }
    Ok(over.len())
}

fn reason(verdict: &Verdict) -> Result<SmolStr, Error> {
    let wrong = |text: String| {
        Error::Form(vec![Fault {
            field: "reason",
            text,
        }])
    };
    let reason = text(&verdict.reason, REASON).map_err(wrong)?;
    if reason.is_empty() && !verdict.confirm {
        return Err(wrong("say why it is refused".to_owned()));
    }
    Ok(reason)
}
