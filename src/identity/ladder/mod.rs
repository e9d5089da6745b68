//! The rungs of the verification ladder that lead outside: a code by mail, a token in a biography or in the domain name
//! system. What each is worth stands in [`Method`](super::verification::Method); what a proof does to the account, in
//! [`claim_call`](super::write::claim_call).
//!
//! Invariants: whoever asks is signed in, and what they get is bound to their account and to one call. Tries are
//! counted, in the store, before anything is compared or anybody is asked. What other people's servers say is text of
//! strangers: bounded, parsed without document types, never logged whole, shown escaped. Which register of licences
//! there is, this module does not know: it asks through [`LicenceRegister`].

mod ask;
mod biography;
mod callbook;
mod check;
pub(super) mod code;
mod domain;
mod hamqth;
mod overview;
mod page;
mod qrz;
mod refusal;
mod register;
pub(super) mod token;
mod ways;
mod xml;

#[cfg(feature = "testkit")]
pub(crate) use biography::holds;
pub(crate) use callbook::AGENT;
pub(crate) use check::Place;
pub(crate) use code::{Mailbox, StoredCode};
pub(crate) use domain::RECORD_LABEL;
pub(crate) use overview::{Overview, WayLine};
pub(crate) use qrz::{is_account as is_qrz_account_error, is_session_over as is_qrz_session_over};
pub(crate) use refusal::Refusal;
#[cfg(test)]
#[cfg(test)]
pub(crate) use register::no_register;
pub(crate) use register::{Licence, LicenceRegister};
pub(crate) use token::{ProofToken, StoredToken};
pub(crate) use ways::At;
pub(crate) use xml::Document as XmlDocument;

use std::sync::Arc;

use crate::config::Verify;
use crate::env::Outbound;

use callbook::Callbooks;

/// What the methods stand on.
#[derive(Clone)]
pub(crate) struct Means {
    /// Which of them are accepted here.
    pub(crate) policy: Verify,
    /// The way to the callbooks.
    pub(crate) outbound: Outbound,
    /// What is known of licences.
    pub(crate) register: LicenceRegister,
}

/// The methods as the accounts hold them.
pub(super) struct Ladder {
    pub(super) policy: Verify,
    pub(super) register: LicenceRegister,
    callbooks: Callbooks,
}

impl Ladder {
    /// The methods on these means.
    pub(super) fn new(means: Means) -> Self {
        let Means {
            policy,
            outbound,
            register,
        } = means;
        let callbooks = Callbooks::new(outbound, Arc::new(policy.clone()));
        Self {
            policy,
            register,
            callbooks,
        }
    }
}
