//! Sessions of browsers: started with their limits, confirmed, ended, swept away.

use jiff::{SignedDuration, Timestamp};
use smol_str::SmolStr;

use super::{audit, line};
use crate::event::Event;
use crate::identity::actor::{Actor, Denied};
use crate::identity::error::Error;
use crate::identity::event::IdentityEvent;
use crate::identity::model::AccountId;
use crate::identity::read;
use crate::identity::service::own_digest;
use crate::identity::sign_in::Proven;
use crate::identity::tables::{AUDIT, Behind, SESSION, StoredSession};
use crate::identity::token::SecretDigest;
use crate::store::{Direction, Rows, Span, StoreError, Write};

/// Sessions of one account; the one idle longest makes room.
const MAX_SESSIONS: usize = 50;

/// A browser that has shown the password.
#[derive(Debug, Clone)]
pub(crate) struct NewSession {
    pub(crate) digest: SecretDigest,
    pub(crate) account: AccountId,
    pub(crate) remember: bool,
    /// What was shown for it.
    pub(crate) proven: SmolStr,
    pub(crate) network: SmolStr,
    pub(crate) agent: SmolStr,
    /// The administrator who looks in, where it is not the owner.
    pub(crate) behind: Option<Behind>,
}

/// Starts a session; a password or a link starts none where a passkey is wanted as well.
pub(in crate::identity) fn start_session(
    tx: &mut Write<'_>,
    new: &NewSession,
    now: Timestamp,
) -> Result<(), Error> {
    let account = read::account(tx, new.account)?.filter(|account| !account.disabled);
    let account = account.ok_or(Error::WrongPassword)?;
    let alone = [Proven::Password, Proven::Link].map(Proven::as_str);
    if account.second_factor && alone.contains(&new.proven.as_str()) {
        return Err(Error::PasskeyWanted);
    }
    put_session(tx, new, now)?;
    audit(
        tx,
        &line(
            account.call.as_str(),
            "session.started",
            new.account,
            &new.network,
        ),
        now,
    )?;
    Ok(())
}

/// Stores a session, making room where an account has too many.
pub(super) fn put_session(tx: &mut Write<'_>, new: &NewSession, now: Timestamp) -> Result<(), StoreError> {
    let mut sessions = sessions_of(tx, new.account)?;
    sessions.sort_by_key(|(_, session)| std::cmp::Reverse(session.last_seen));
    for (digest, _) in sessions.iter().skip(MAX_SESSIONS - 1) {
        tx.remove(SESSION, digest)?;
    }
    let session = StoredSession {
        account: new.account,
        created: now,
        last_seen: now,
        confirmed: now,
        remember: new.remember,
        proven: new.proven.clone(),
        lapsed: false,
        network: new.network.clone(),
        agent: new.agent.clone(),
        behind: new.behind.clone(),
    };
    tx.put(SESSION, &new.digest, &session)
}

/// Notes that the session's owner has proven anew to be it, and by what.
pub(in crate::identity) fn confirm_session(
    tx: &mut Write<'_>,
    digest: &SecretDigest,
    proven: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let mut session = tx.get(SESSION, digest)?.ok_or(Error::UnknownSession)?;
    session.confirmed = now;
    session.proven = proven.into();
    session.last_seen = now;
    session.lapsed = false;
    tx.put(SESSION, digest, &session)?;
    Ok(())
}

/// Ends one session of the actor's account.
pub(crate) fn end_session(
    tx: &mut Write<'_>,
    actor: &Actor,
    digest: &SecretDigest,
    now: Timestamp,
) -> Result<(), Error> {
    let member = actor.in_person()?;
    // Who looks in ends their own looking in, and nobody else's session.
    if member.behind.is_some() && own_digest(member) != Some(*digest) {
        return Err(Denied::LookingIn.into());
    }
    let session = tx
        .get(SESSION, digest)?
        .filter(|session| session.account == member.account);
    session.ok_or(Error::UnknownSession)?;
    tx.remove(SESSION, digest)?;
    let act = if member.behind.is_some() {
        "acting.ended"
    } else {
        "session.ended"
    };
    audit(tx, &line(&actor.audit_name(), act, member.account, ""), now)?;
    tx.emit(Event::Identity(IdentityEvent::SessionsEnded {
        account: member.account,
    }));
    Ok(())
}

/// When a session was last seen, as memory knows it; ended ones stay ended.
pub(in crate::identity) fn note_session(
    tx: &mut Write<'_>,
    digest: &SecretDigest,
    seen: Timestamp,
    lapsed: bool,
) -> Result<(), StoreError> {
    if let Some(session) = tx.get(SESSION, digest)? {
        tx.put(
            SESSION,
            digest,
            &StoredSession {
                last_seen: seen,
                lapsed,
                ..session
            },
        )?;
    }
    Ok(())
}

/// Removes sessions that are over and audit lines older than two years.
pub(in crate::identity) fn sweep(
    tx: &mut Write<'_>,
    over: &[SecretDigest],
    now: Timestamp,
) -> Result<(), StoreError> {
    for digest in over {
        tx.remove(SESSION, digest)?;
    }
    let old = now
        .checked_sub(SignedDuration::from_hours(2 * 366 * 24))
        .unwrap_or(Timestamp::MIN);
    tx.remove_span(AUDIT, Span::all().before(&(old,)), 500)?;
    Ok(())
}

/// Ends an account's sessions but the one kept.
pub(super) fn end_sessions(
    tx: &mut Write<'_>,
    id: AccountId,
    kept: Option<SecretDigest>,
) -> Result<(), StoreError> {
    for (digest, _) in sessions_of(tx, id)? {
        if kept != Some(digest) {
            tx.remove(SESSION, &digest)?;
        }
    }
    tx.emit(Event::Identity(IdentityEvent::SessionsEnded { account: id }));
    Ok(())
}

/// An account's sessions. Walks all: sessions are few, and only sign-ins and password changes ask.
fn sessions_of(rows: &impl Rows, id: AccountId) -> Result<Vec<(SecretDigest, StoredSession)>, StoreError> {
    let all = rows.scan(SESSION, Span::all(), Direction::Forward);
    all.filter(|row| row.as_ref().map_or(true, |(_, session)| session.account == id))
        .collect()
}
