//! Where reviews are kept, and the one function that writes them with their indexes.

use crate::identity::model::AccountId;
use crate::store::{Direction, Read, Rows, Span, StoreError, TableInfo, Write, table};

use super::model::{Review, ReviewId};

table!(
    /// Reviews by number.
    pub(super) REVIEW: "identity.review", u64 => Review
);
table!(
    /// Those that wait for somebody.
    pub(super) REVIEW_OPEN: "identity.review.open", u64 => ()
);
table!(
    /// Account, review.
    pub(super) REVIEW_BY_ACCOUNT: "identity.review.by_account", (u32, u64) => ()
);

/// Everything kept here.
pub(in crate::identity) fn tables() -> Vec<TableInfo> {
    vec![REVIEW.info(), REVIEW_OPEN.info(), REVIEW_BY_ACCOUNT.info()]
}

/// Stores a review with its indexes; the account of one never changes.
pub(super) fn put(tx: &mut Write<'_>, ReviewId(number): ReviewId, review: &Review) -> Result<(), StoreError> {
    tx.put(REVIEW, &number, review)?;
    tx.put(REVIEW_BY_ACCOUNT, &(review.account.0, number), &())?;
    if review.is_open() {
        tx.put(REVIEW_OPEN, &number, &())
    } else {
        tx.remove(REVIEW_OPEN, &number).map(drop)
    }
}

/// Compares the indexes with the reviews.
pub(crate) fn check_reviews(read: &Read) -> Result<Vec<String>, StoreError> {
    let mut wrong = Vec::new();
    let mut open = 0;
    for row in read.scan(REVIEW, Span::all(), Direction::Forward) {
        let (number, review) = row?;
        let AccountId(account) = review.account;
        if !read.contains(REVIEW_BY_ACCOUNT, &(account, number))? {
            wrong.push(format!("review {number} is not found by its account {account}"));
        }
        if read.contains(REVIEW_OPEN, &number)? != review.is_open() {
            wrong.push(format!(
                "review {number} is {}, its place in the queue says otherwise",
                review.state.as_str()
            ));
        }
        open += u64::from(review.is_open());
    }
    let counted = [
        ("by account", read.len(REVIEW_BY_ACCOUNT)?, read.len(REVIEW)?),
        ("open", read.len(REVIEW_OPEN)?, open),
    ];
    for (name, entries, reviews) in counted {
        if entries != reviews {
            wrong.push(format!("{reviews} reviews have {entries} entries {name}"));
        }
    }
    Ok(wrong)
}
