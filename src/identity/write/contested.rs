//! Calls that an administrator gives to one of two people who proved them, and doors that are shut again.

use jiff::Timestamp;

use super::verification::{Claim, Claimant, Claimed, claim_call, end_all, settle};
use super::{audit, end_sessions, line, save};
use crate::identity::actor::Actor;
use crate::identity::authority::Capability;
use crate::identity::error::Error;
use crate::identity::model::{AccountId, Role};
use crate::identity::read;
use crate::store::Write;

/// Gives a call to whoever claims it, whoever proved it before: proofs in the way end. Never takes a call from an
/// administrator, who could not undo it.
pub(crate) fn settle_claim(
    tx: &mut Write<'_>,
    actor: &Actor,
    claim: &Claim,
    why: &str,
    now: Timestamp,
) -> Result<Claimed, Error> {
    actor.may(Capability::SettleReviews)?;
    let claimant = match claim.claimant {
        Claimant::Account(id) => Some(id),
        Claimant::Newcomer => None,
    };
    let holder = read::account_of(tx, &claim.call)?.filter(|holder| Some(*holder) != claimant);
    for id in claimant.into_iter().chain(holder) {
        let mut account = read::account(tx, id)?.ok_or(Error::UnknownAccount)?;
        let other_call = account.call.call() != Some(&claim.call);
        let in_the_way = account.verified.is_some() && (Some(id) == holder || other_call);
        if !in_the_way {
            continue;
        }
        if Some(id) == holder && account.role == Role::Administrator {
            return Err(Error::HeldByVerified(claim.call.clone()));
        }
        end_all(tx, &actor.audit_name(), id, why, now)?;
        settle(tx, id, &mut account, now)?;
    }
    claim_call(tx, actor, claim, now)
}

/// Marks an account as waiting to be let in, which shuts it; or as waiting no more, which leaves it shut.
pub(crate) fn set_waiting(
    tx: &mut Write<'_>,
    actor: &Actor,
    id: AccountId,
    waiting: bool,
    now: Timestamp,
) -> Result<(), Error> {
    actor.may(Capability::SettleReviews)?;
    let mut account = read::account(tx, id)?.ok_or(Error::UnknownAccount)?;
    if account.role == Role::Administrator {
        // It was promoted since: shutting it out is for the list of accounts, which counts administrators.
        return Err(Error::CannotReopen);
    }
    (account.disabled, account.waiting) = (true, waiting);
    save(tx, id, &mut account)?;
    end_sessions(tx, id, None)?;
    let detail = if waiting { "waiting" } else { "not let in" };
    audit(
        tx,
        &line(&actor.audit_name(), "account.standing", id, detail),
        now,
    )?;
    Ok(())
}
