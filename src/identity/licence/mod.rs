//! What the register says of licences, and what follows for accounts.
//!
//! The domain that reads registers calls [`Identity::licence_events`](super::Identity::licence_events) with typed
//! events; until there is one, and where a register is not read, an administrator feeds them. Rules: a licensee's id
//! that a listener entered makes them a member, name and postal code alone ask an administrator, for families share
//! both, and a similar name does nothing. A call that goes to somebody else takes nothing with it: no account, no log,
//! no proof. Everything that follows from an event is in one transaction with it.

mod apply;
mod concern;
mod feed;
mod notice;

pub(crate) use apply::apply;
pub(crate) use feed::{Effect, Outcome};
pub(super) use notice::register_id;
pub(crate) use notice::{LicenceEvent, Licensee};
