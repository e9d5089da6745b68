//! A certificate chain with its key, ready to be shown to clients, and what it says of itself.
//!
//! Whatever is wrong with PEM text is found here, before anything is shown to anybody: a [`Certificate`] has a key of a
//! kind that is used, and the key belongs to it. Whether it is valid now is asked of it, because that changes.

use std::sync::Arc;

use jiff::Timestamp;
use rustls::sign::CertifiedKey;

/// A certificate that can be used.
#[derive(Debug)]
pub(crate) struct Certificate {
    pub(super) key: Arc<CertifiedKey>,
    /// What it says.
    pub(crate) facts: Facts,
}

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Facts {
    /// The names and addresses it is for.
    pub(crate) names: Vec<String>,
    /// Who made it.
    pub(crate) issuer: String,
    /// From when it is valid.
    pub(crate) not_before: Timestamp,
    /// Until when.
    pub(crate) not_after: Timestamp,
    /// Whether nobody but itself vouches for it.
    pub(crate) self_signed: bool,
}

/// Why PEM text is no usable certificate with key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// There is no certificate.
    NoCertificate,
    /// There is something that claims to be one.
    Unreadable(String),
    /// There is no key.
    NoKey,
    /// There is one behind a password.
    LockedKey,
    /// A key that is not used for TLS.
    KindOfKey,
    /// The key of another certificate.
    OtherKey,
}

impl Facts {
    /// Whether it names this host, itself or by a wildcard for the last label (RFC 9525 6.3).
    pub(crate) fn is_for(&self, host: &str) -> bool {
        let parent = host.split_once('.').map(|(_, parent)| parent);
        self.names.iter().any(|name| {
            name.eq_ignore_ascii_case(host)
                || name
                    .strip_prefix("*.")
                    .zip(parent)
                    .is_some_and(|(zone, parent)| zone.eq_ignore_ascii_case(parent))
        })
    }

    /// Whether it has run out.
    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        now > self.not_after
    }

    /// Whether little enough of its life is left to think of the next one: a third.
    pub(crate) fn is_ageing(&self, now: Timestamp) -> bool {
        let life = self.not_after.as_second() - self.not_before.as_second();
        self.not_after.as_second() - now.as_second() < life / 3
    }
}
