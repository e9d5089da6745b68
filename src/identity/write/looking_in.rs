//! Sessions of administrators who look in as a member.

use jiff::Timestamp;

use super::{NewSession, audit, line, put_session};
use crate::identity::actor::{Actor, Denied};
use crate::identity::authority::Capability;
use crate::identity::error::Error;
use crate::identity::model::Role;
use crate::identity::read;
use crate::identity::tables::Behind;
use crate::store::Write;

/// Starts a session as a member, marked with who is behind it. Nobody looks in as an administrator: that would be a
/// way to another's rights.
pub(crate) fn look_in(
    tx: &mut Write<'_>,
    actor: &Actor,
    new: NewSession,
    now: Timestamp,
) -> Result<(), Error> {
    actor.may(Capability::ActAsMember)?;
    let member = actor.owner()?;
    let account = read::account(tx, new.account)?.ok_or(Error::UnknownAccount)?;
    if account.role == Role::Administrator || account.disabled {
        return Err(
            Denied::Forbidden("one looks in as members who may sign in, not as administrators").into(),
        );
    }
    let behind = Behind {
        account: member.account,
        call: member.call.clone(),
    };
    let (account, network) = (new.account, new.network.clone());
    let marked = NewSession {
        behind: Some(behind),
        ..new
    };
    put_session(tx, &marked, now)?;
    audit(
        tx,
        &line(&actor.audit_name(), "acting.started", account, &network),
        now,
    )?;
    Ok(())
}

/// Notes what somebody who looks in does.
pub(crate) fn note_act(tx: &mut Write<'_>, actor: &Actor, act: &str, now: Timestamp) -> Result<(), Error> {
    let member = actor.in_person()?;
    if member.behind.is_none() {
        return Err(Denied::Forbidden("the owner's own acts are not noted here").into());
    }
    audit(
        tx,
        &line(&actor.audit_name(), "acting.act", member.account, act),
        now,
    )?;
    Ok(())
}
