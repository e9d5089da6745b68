//! Opening, deciding, reopening and withdrawing, each with its line in the audit trail.

use jiff::Timestamp;
use smol_str::format_smolstr;

use crate::event::Event;
use crate::identity::actor::Actor;
use crate::identity::authority::Capability;
use crate::identity::error::Error;
use crate::identity::event::IdentityEvent;
use crate::identity::model::AccountId;
use crate::identity::read::{account, account_of, accounts};
use crate::identity::write::{Claim, Claimant, audit, line};
use crate::store::{StoreError, Write};

use super::effect;
use super::model::{Decision, Matter, Remark, Review, ReviewId, State, Verdict};
use super::read;
use super::tables::put;

/// Matters that may wait at once; more is an attack or nobody looks.
const MOST_OPEN: u64 = 5_000;

/// Puts a matter before the administrators; one that asks the same already stays as it is. For the services that
/// cannot decide it.
pub(crate) fn open_review(
    tx: &mut Write<'_>,
    actor: &Actor,
    account: AccountId,
    matter: Matter,
    now: Timestamp,
) -> Result<ReviewId, Error> {
    actor.may(Capability::OpenReviews)?;
    insert(tx, &actor.audit_name(), (account, Remark::default()), matter, now)
}

/// Puts a claim before the administrators that rules cannot settle: somebody else proved the call, or the claimant
/// has proven another.
pub(crate) fn contest(tx: &mut Write<'_>, actor: &Actor, claim: &Claim, now: Timestamp) -> Result<(), Error> {
    let Claimant::Account(id) = claim.claimant else {
        return Ok(());
    };
    let holder = account_of(tx, &claim.call)?.filter(|holder| *holder != id);
    let matter = Matter::ContestedCall {
        call: claim.call.clone(),
        holder,
        proof: claim.proof.clone(),
    };
    open_review(tx, actor, id, matter, now).map(drop)
}

/// Puts a matter before the administrators, whoever asks: the caller has checked that they may.
pub(in crate::identity) fn insert(
    tx: &mut Write<'_>,
    who: &str,
    (id, note): (AccountId, Remark),
    matter: Matter,
    now: Timestamp,
) -> Result<ReviewId, Error> {
    account(tx, id)?.ok_or(Error::UnknownAccount)?;
    let same = |(_, review): &&(ReviewId, Review)| review.is_open() && review.matter.asks_as(&matter);
    if let Some((known, _)) = read::of_account(tx, id)?.iter().find(same) {
        return Ok(*known);
    }
    if read::open_count(tx)? >= MOST_OPEN {
        return Err(Error::Busy);
    }
    let number = ReviewId(tx.next_id("identity.review")?);
    let review = Review {
        matter,
        account: id,
        opened: now,
        by: who.into(),
        note,
        state: State::Open,
        decision: None,
    };
    store(tx, number, &review)?;
    audit(tx, &line(who, "review.opened", id, &told(number, &review)), now)?;
    Ok(number)
}

/// Decides a matter, and does what follows from it; the accounts that changed are in the answer.
pub(crate) fn decide(
    tx: &mut Write<'_>,
    actor: &Actor,
    id: ReviewId,
    verdict: &Verdict,
    now: Timestamp,
) -> Result<(Review, Vec<AccountId>), Error> {
    actor.may(Capability::SettleReviews)?;
    let mut review = read::review(tx, id)?.ok_or(Error::UnknownReview)?;
    if !review.is_open() || review.matter == Matter::Unknown {
        return Err(Error::ReviewDecided);
    }
    if !verdict.accept && verdict.reason.is_empty() {
        return Err(Error::NoReason);
    }
    let who = actor.audit_name();
    review.state = if verdict.accept {
        State::Accepted
    } else {
        State::Refused
    };
    review.decision = Some(Decision {
        at: now,
        by: who.as_str().into(),
        reason: verdict.reason.clone(),
        proof: None,
    });
    // First the review, then what follows: enabling an account elsewhere looks for its open review.
    store(tx, id, &review)?;
    let followed = if verdict.accept {
        effect::accepted(tx, actor, &review, now)?
    } else {
        effect::refused(tx, actor, &review, now)?
    };
    if let (Some(decision), Some(proof)) = (&mut review.decision, followed.proof) {
        decision.proof = Some(proof);
        put(tx, id, &review)?;
    }
    let action = if verdict.accept {
        "review.accepted"
    } else {
        "review.refused"
    };
    audit(tx, &line(&who, action, review.account, &told(id, &review)), now)?;
    Ok((review, followed.accounts))
}

/// Takes a decision back, with what followed from it, and puts the matter before the administrators again.
pub(crate) fn reopen(
    tx: &mut Write<'_>,
    actor: &Actor,
    id: ReviewId,
    now: Timestamp,
) -> Result<(Review, Vec<AccountId>), Error> {
    actor.may(Capability::SettleReviews)?;
    let mut review = read::review(tx, id)?.ok_or(Error::UnknownReview)?;
    if !review.can_reopen() {
        return Err(Error::CannotReopen);
    }
    let changed = effect::taken_back(tx, actor, &review, now)?;
    (review.state, review.decision) = (State::Open, None);
    store(tx, id, &review)?;
    let who = actor.audit_name();
    audit(
        tx,
        &line(&who, "review.reopened", review.account, &told(id, &review)),
        now,
    )?;
    Ok((review, changed))
}

/// Takes an open matter off the queue: its owner may, and an administrator.
pub(crate) fn withdraw(
    tx: &mut Write<'_>,
    actor: &Actor,
    id: ReviewId,
    now: Timestamp,
) -> Result<Review, Error> {
    let review = read::review(tx, id)?;
    let own = |review: &Review| actor.account() == Some(review.account);
    let may = match &review {
        Some(review) if own(review) => actor.owner().map(drop),
        _ => actor.may(Capability::SettleReviews),
    };
    // Whoever may not hears the same of a review of somebody else as of one that does not exist.
    may?;
    let mut review = review.ok_or(Error::UnknownReview)?;
    if !review.is_open() || review.matter == Matter::Unknown {
        return Err(Error::ReviewDecided);
    }
    close(tx, (id, &mut review), State::Withdrawn, &actor.audit_name(), now)?;
    Ok(review)
}

/// Notes that a sign-up was settled elsewhere: somebody enabled or promoted the account by hand.
pub(in crate::identity) fn sign_up_settled(
    tx: &mut Write<'_>,
    who: &str,
    id: AccountId,
    now: Timestamp,
) -> Result<(), Error> {
    for (number, mut review) in read::of_account(tx, id)? {
        if review.is_open() && review.matter == (Matter::SignUp {}) {
            close(tx, (number, &mut review), State::Accepted, who, now)?;
        }
    }
    Ok(())
}

/// Puts sign-ups before the administrators that waited before there was a queue.
pub(in crate::identity) fn open_older(tx: &mut Write<'_>, now: Timestamp) -> Result<(), StoreError> {
    for (id, account) in accounts(tx)? {
        if !account.waiting {
            continue;
        }
        let opened = insert(tx, "upgrade", (id, Remark::default()), Matter::SignUp {}, now);
        if let Err(Error::Store(error)) = opened {
            return Err(error);
        }
    }
    Ok(())
}

fn close(
    tx: &mut Write<'_>,
    (id, review): (ReviewId, &mut Review),
    state: State,
    who: &str,
    now: Timestamp,
) -> Result<(), Error> {
    review.state = state;
    review.decision = Some(Decision {
        at: now,
        by: who.into(),
        reason: Remark::default(),
        proof: None,
    });
    store(tx, id, review)?;
    let action = format!("review.{}", state.as_str());
    audit(tx, &line(who, &action, review.account, &told(id, review)), now)?;
    Ok(())
}

fn store(tx: &mut Write<'_>, id: ReviewId, review: &Review) -> Result<(), StoreError> {
    put(tx, id, review)?;
    tx.emit(Event::Identity(IdentityEvent::ReviewChanged {
        review: id.0,
        kind: review.matter.kind(),
        account: review.account,
        state: review.state.as_str(),
    }));
    Ok(())
}

/// The review as the audit trail names it: nothing that a person wrote.
fn told(id: ReviewId, review: &Review) -> String {
    let call = review
        .matter
        .call()
        .map(|call| format_smolstr!(", {call}"))
        .unwrap_or_default();
    format!("review {id}: {}{call}", review.matter.kind())
}
