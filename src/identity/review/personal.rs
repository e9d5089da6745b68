//! What reviews hold about people: their own go, and what they decided about others is nobody's.
//!
//! A call that somebody else claims stays in that person's matter.

use super::model::Remark;
use super::read;
use super::tables::{REVIEW, REVIEW_BY_ACCOUNT, REVIEW_OPEN};
use crate::identity::model::AccountId;
use crate::privacy::Subject;
use crate::store::{Direction, Rows, Span, StoreError, Write};

/// Removes the reviews about a person, and their name from those about others.
pub(in crate::identity) fn erase(tx: &mut Write<'_>, subject: &Subject) -> Result<(), StoreError> {
    for (id, _) in read::of_account(tx, AccountId(subject.account))? {
        tx.remove(REVIEW, &id.0)?;
        tx.remove(REVIEW_OPEN, &id.0)?;
        tx.remove(REVIEW_BY_ACCOUNT, &(subject.account, id.0))?;
    }
    let mut changed = Vec::new();
    for row in tx.scan(REVIEW, Span::all(), Direction::Forward) {
        let (number, mut review) = row?;
        let before = review.clone();
        review.by = subject.without_names(&review.by).into();
        review.note = nameless(subject, &review.note);
        if let Some(decision) = &mut review.decision {
            decision.by = subject.without_names(&decision.by).into();
            decision.reason = nameless(subject, &decision.reason);
        }
        if review != before {
            changed.push((number, review));
        }
    }
    for (number, review) in changed {
        tx.put(REVIEW, &number, &review)?;
    }
    Ok(())
}

fn nameless(subject: &Subject, remark: &Remark) -> Remark {
    // One that names would have made too long goes.
    let text = subject.without_names(remark.as_str());
    text.parse().unwrap_or_default()
}
