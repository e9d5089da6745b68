//! What one domain's events mean to another, in the transaction that caused them: the one list of who hooks onto
//! whom. The domains named first in an event do not know those that react.

use crate::store::Reactor;

/// Called in this order for each event.
pub(super) const REACTORS: &[Reactor] = &[];
