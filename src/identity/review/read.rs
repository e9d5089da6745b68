//! Questions about reviews, for any transaction. Who may ask is for the caller to check.

use crate::identity::model::AccountId;
use crate::store::{Direction, Rows, Span, StoreError};

use super::model::{Review, ReviewId};
use super::tables::{REVIEW, REVIEW_BY_ACCOUNT, REVIEW_OPEN};

/// The review with this number.
pub(crate) fn review(rows: &impl Rows, id: ReviewId) -> Result<Option<Review>, StoreError> {
    rows.get(REVIEW, &id.0)
}

/// Those that wait for somebody, oldest first.
pub(crate) fn open(rows: &impl Rows) -> Result<Vec<(ReviewId, Review)>, StoreError> {
    let mut found = Vec::new();
    for row in rows.scan(REVIEW_OPEN, Span::all(), Direction::Forward) {
        let (number, ()) = row?;
        found.extend(
            rows.get(REVIEW, &number)?
                .map(|review| (ReviewId(number), review)),
        );
    }
    Ok(found)
}

/// How many wait for somebody.
pub(crate) fn open_count(rows: &impl Rows) -> Result<u64, StoreError> {
    rows.len(REVIEW_OPEN)
}

/// The newest that wait no more, at most `limit`.
pub(crate) fn decided(rows: &impl Rows, limit: usize) -> Result<Vec<(ReviewId, Review)>, StoreError> {
    let newest_first = rows.scan(REVIEW, Span::all(), Direction::Backward);
    let ended = newest_first.filter(|row| row.as_ref().map_or(true, |(_, review)| !review.is_open()));
    let found = ended
        .take(limit)
        .map(|row| row.map(|(number, review)| (ReviewId(number), review)));
    found.collect()
}

/// All about an account, oldest first.
pub(crate) fn of_account(rows: &impl Rows, id: AccountId) -> Result<Vec<(ReviewId, Review)>, StoreError> {
    let mut found = Vec::new();
    for row in rows.scan(REVIEW_BY_ACCOUNT, Span::prefix(&(id.0,)), Direction::Forward) {
        let ((_, number), ()) = row?;
        found.extend(
            rows.get(REVIEW, &number)?
                .map(|review| (ReviewId(number), review)),
        );
    }
    Ok(found)
}
