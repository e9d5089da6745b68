//! What people want of their own records: other words, what is open to whom, not to be listed.
//!
//! Invariants:
//! - All of it stands in the main store, bound to the call and to who held it when it was wished: an import changes
//!   nothing of it, and another holder ends it.
//! - Words and consents hold as long as a proof of the call of the account that gave them stands; not to be listed
//!   holds without. What an administrator entered for somebody needs no account.
//! - Only who has proven the call may wish for it, in person; whoever has no account asks by a form, and an
//!   administrator decides. Both note who and when in the record itself.

pub(crate) mod error;
pub(crate) mod form;
pub(crate) mod model;
pub(crate) mod read;
pub(crate) mod removal;
mod tables;
#[cfg(test)]
mod tests;
pub(crate) mod write;

pub(super) use tables::{REMOVAL, WISH, WISH_BY_ACCOUNT, WishKey, drop_removal, turn};
pub(crate) use tables::{StoredRemoval, StoredWish, check_wishes, tables};
