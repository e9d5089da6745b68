//! What people want of their own records: other words, what is open to whom, not to be listed.
//!
//! All of it stands in the main store, bound to the call and to who held it when it was wished: an import changes
//! nothing of it, and another holder ends it. Only who has proven the call may wish for it; whoever has no account
//! asks by a form, and an administrator decides.

pub(crate) mod model;
