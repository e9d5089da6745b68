//! "Spot it": a contact that was just logged, told to the DX cluster where its operator asks for it.
//!
//! The cluster stands above the logbooks, so here is only the question and its answer; who answers is said by the
//! program that puts the parts together. Asked after the contact is stored: whatever is answered, it stays logged.

use std::net::IpAddr;
use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use super::event::Contact;
use crate::identity::Actor;

/// What became of the wish to spot a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ContactSpot)]
pub(crate) struct Spotted {
    pub(crate) outcome: SpotOutcome,
    /// The spot's number, where everybody is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seq: Option<u64>,
    /// Why it was not spotted, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

/// The same in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SpotOutcome {
    /// Everybody is told.
    Spotted,
    /// It was spotted just before: nobody is told again.
    Duplicate,
    /// It was not spotted.
    Refused,
}

/// Whoever spots contacts.
#[derive(Clone)]
pub(crate) struct SpotIt(Arc<Spotting>);

type Spotting = dyn Fn(&Actor, IpAddr, &Contact) -> Spotted + Send + Sync;

impl Spotted {
    /// It was not spotted, and why.
    pub(crate) fn refused(reason: impl Into<String>) -> Self {
        Self {
            outcome: SpotOutcome::Refused,
            seq: None,
            reason: Some(reason.into()),
        }
    }
}

impl SpotIt {
    /// Spots contacts by this.
    pub(crate) fn by(spot: impl Fn(&Actor, IpAddr, &Contact) -> Spotted + Send + Sync + 'static) -> Self {
        Self(Arc::new(spot))
    }

    /// Spots a contact as its operator, who is at this address.
    pub(crate) fn spot(&self, actor: &Actor, address: IpAddr, contact: &Contact) -> Spotted {
        (self.0)(actor, address, contact)
    }
}
