//! The relay's link to its Shackbox server.

mod status;

pub(crate) use status::{LinkState, LinkStatus};
