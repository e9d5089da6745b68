//! All events of all domains, as plain data: what the store hands to reactors and to the bus.
//!
//! Below the store in the layers, so a domain's `event.rs` imports only `ham` and the standard library. An
//! event says what has happened, in the past tense; it carries what its readers need, not a whole record.

use std::sync::Arc;

/// What the bus carries of the DX cluster: no event of the store, since nothing of it is stored.
pub(crate) use crate::dx::event::Spot;

/// Something that happened, known after its commit.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    /// In a logbook.
    Logbook(crate::logbook::event::LogbookEvent),
    /// Among accounts, sessions and keys.
    Identity(crate::identity::event::IdentityEvent),
    /// Among zones and names.
    Dns(crate::dns::event::DnsEvent),
    /// To a background job.
    Jobs(Arc<crate::jobs::event::JobEvent>),
}
