//! Erasing an account: asked for, thought over, taken back or carried out.
//!
//! For a week the account goes on as it was, and whoever asked may take it back. After that the eraser locks it and
//! removes what every part of the program holds. The last administrator stays, or nobody could let others in.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{audit, end_sessions, line, save};
use crate::identity::actor::{Actor, Denied};
use crate::identity::authority::Capability;
use crate::identity::error::Error;
use crate::identity::model::{AccountId, Role};
use crate::identity::read;
use crate::identity::tables::{ERASURE, StoredAccount};
use crate::privacy::{Erase, Erased, Position, Subject};
use crate::store::{Direction, Rows, Span, StoreError, Write};

/// How long one may think it over.
const THOUGHT_OVER: SignedDuration = SignedDuration::from_hours(7 * 24);

/// An account that is to be erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredErasure {
    pub(crate) asked: Timestamp,
    /// Not before this.
    pub(crate) due: Timestamp,
    /// Whether the logbooks that are the person's alone go with it.
    #[serde(default)]
    pub(crate) logs: bool,
    /// Who asked.
    #[serde(default)]
    pub(crate) by: SmolStr,
    /// It has begun, and cannot be taken back.
    #[serde(default)]
    pub(crate) begun: bool,
}

/// Asks for an account to be erased: its owner may, and an administrator, both having lately shown who they are.
pub(crate) fn ask_erasure(
    tx: &mut Write<'_>,
    actor: &Actor,
    id: AccountId,
    logs: bool,
    now: Timestamp,
) -> Result<StoredErasure, Error> {
    actor.own_or(id, Actor::confirmed, Capability::EraseAccounts)?;
    let account = read::account(tx, id)?.ok_or(Error::UnknownAccount)?;
    may_go(tx, &account)?;
    if tx.get(ERASURE, &id.0)?.is_some_and(|erasure| erasure.begun) {
        return Err(Error::ErasureBegun);
    }
    let erasure = StoredErasure {
        asked: now,
        due: now.checked_add(THOUGHT_OVER).unwrap_or(Timestamp::MAX),
        logs,
        by: actor.audit_name().into(),
        begun: false,
    };
    tx.put(ERASURE, &id.0, &erasure)?;
    let detail = if logs { "with logbooks" } else { "" };
    audit(tx, &line(&actor.audit_name(), "erasure.asked", id, detail), now)?;
    Ok(erasure)
}

/// Takes the wish to erase an account back: its owner may, and an administrator.
pub(crate) fn cancel_erasure(
    tx: &mut Write<'_>,
    actor: &Actor,
    id: AccountId,
    now: Timestamp,
) -> Result<(), Error> {
    actor.own_or(id, Actor::owner, Capability::EraseAccounts)?;
    let erasure = tx.get(ERASURE, &id.0)?.ok_or(Error::NoErasure)?;
    if erasure.begun {
        return Err(Error::ErasureBegun);
    }
    tx.remove(ERASURE, &id.0)?;
    audit(tx, &line(&actor.audit_name(), "erasure.cancelled", id, ""), now)?;
    Ok(())
}

/// Locks an account whose time has come. One that has become the last administrator stays, and the wish goes.
pub(crate) fn begin_erasure(
    tx: &mut Write<'_>,
    actor: &Actor,
    id: AccountId,
    now: Timestamp,
) -> Result<StoredErasure, Error> {
    in_background(actor)?;
    let mut erasure = tx.get(ERASURE, &id.0)?.ok_or(Error::NoErasure)?;
    if erasure.due > now {
        return Err(Error::NoErasure);
    }
    if erasure.begun {
        return Ok(erasure);
    }
    let mut account = read::account(tx, id)?.ok_or(Error::UnknownAccount)?;
    may_go(tx, &account)?;
    account.disabled = true;
    save(tx, id, &mut account)?;
    end_sessions(tx, id, None)?;
    erasure.begun = true;
    tx.put(ERASURE, &id.0, &erasure)?;
    audit(tx, &line(&actor.audit_name(), "erasure.begun", id, ""), now)?;
    Ok(erasure)
}

/// Erases the next piece of one part of what is held about a person, whose erasure has begun.
pub(crate) fn erase_piece(
    tx: &mut Write<'_>,
    actor: &Actor,
    subject: &Subject,
    (erase, at): (Erase, &mut Position),
) -> Result<Erased, Error> {
    in_background(actor)?;
    let erasure = tx.get(ERASURE, &subject.account)?;
    if !erasure.is_some_and(|erasure| erasure.begun) {
        return Err(Error::NoErasure);
    }
    Ok(erase(tx, subject, at)?)
}

/// Notes that everything about an account is given out: to its owner, or to whoever may, both having lately shown who
/// they are.
pub(crate) fn note_export(
    tx: &mut Write<'_>,
    actor: &Actor,
    id: AccountId,
    now: Timestamp,
) -> Result<(), Error> {
    actor.own_or(id, Actor::confirmed, Capability::ExportAccounts)?;
    read::account(tx, id)?.ok_or(Error::UnknownAccount)?;
    audit(tx, &line(&actor.audit_name(), "account.exported", id, ""), now)?;
    Ok(())
}

/// Accounts whose time has come, and those that were begun.
pub(in crate::identity) fn due_erasures(
    rows: &impl Rows,
    now: Timestamp,
) -> Result<Vec<(AccountId, StoredErasure)>, StoreError> {
    let all = rows.scan(ERASURE, Span::all(), Direction::Forward);
    all.filter(|row| row.as_ref().map_or(true, |(_, erasure)| erasure.due <= now))
        .map(|row| row.map(|(id, erasure)| (AccountId(id), erasure)))
        .collect()
}

/// An administrator asks for an erasure; what carries it out is the program alone.
fn in_background(actor: &Actor) -> Result<(), Denied> {
    match actor {
        Actor::Service(_) => actor.may(Capability::EraseAccounts),
        _ => Err(Denied::Forbidden(
            "accounts are erased in the background, when the week is over",
        )),
    }
}

fn may_go(rows: &impl Rows, account: &StoredAccount) -> Result<(), Error> {
    if account.configured.is_some() {
        return Err(Error::Configured(account.call.clone()));
    }
    let governs = account.role == Role::Administrator && !account.disabled;
    if governs && read::administrators(rows)? == 1 {
        return Err(Error::LastAdministrator);
    }
    Ok(())
}
