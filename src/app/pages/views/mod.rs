//! What each template needs, as plain values.
//!
//! Times and numbers arrive as the text that stands on the page (`21 Nov 09:32z`), beside the machine's
//! form for `<time datetime>`. Nothing here reads the store, knows a request or decides a right: a
//! `can_undo` or `may_share` has been decided by whoever fills it.

mod admin;
mod book;
mod callbook;
mod callbook_admin;
mod callbook_own;
mod dns;
mod dx;
mod entrance;
mod frame;
mod member;
mod personal;
mod proof;
mod proving;
mod review;
mod shack;
mod verify;
mod words;

pub(crate) use admin::*;
pub(crate) use book::*;
pub(crate) use callbook::*;
pub(crate) use callbook_admin::*;
pub(crate) use callbook_own::*;
pub(crate) use dns::*;
pub(crate) use dx::*;
pub(crate) use entrance::*;
pub(crate) use frame::*;
pub(crate) use member::*;
pub(crate) use personal::*;
pub(crate) use proof::*;
pub(crate) use proving::*;
pub(crate) use review::*;
pub(crate) use shack::*;
pub(crate) use verify::*;
pub(crate) use words::*;
