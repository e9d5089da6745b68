//! What people must decide: licences that were shown, calls that two people proved, sign-ups that wait, licences that
//! may be a listener's. One queue for administrators, one record per matter.
//!
//! Invariants: a matter is open once per account; a decision names who, when and why, is told to the account's owner,
//! and is never rewritten but by reopening, which the audit trail keeps; what a decision does to accounts happens in
//! its transaction or it is not taken. Opening is for the services that cannot decide themselves.

mod effect;
mod handle;
mod live;
mod model;
pub(super) mod personal;
pub(super) mod read;
mod tables;
mod write;

pub(crate) use live::{encode, encode_own};
pub(crate) use model::{Matter, Remark, Review, ReviewId, State, Verdict};
pub(crate) use read::open_count;
pub(super) use read::review;
pub(crate) use tables::check_reviews;
pub(super) use tables::tables;
pub(crate) use write::{contest, withdraw};
#[cfg(test)]
pub(crate) use write::{decide, open_review, reopen};
pub(super) use write::{insert, open_older, sign_up_settled};
