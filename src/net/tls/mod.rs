//! TLS: the station's certificate, where it comes from, and how clients are met.
//!
//! A [`Keeper`] looks after the certificate (files, self-signed, or ACME) and changes it without a pause. A
//! [`Reception`] takes an accepted connection through its handshake, within limits, and tells the main host from the
//! one that asks for a client certificate ([`Asking`]). Requests carry a [`TlsInfo`].
//!
//! Deliberately not here: what a client certificate is worth, and when renewal is tried: jobs are above this layer.

mod acme;
mod certificate;
mod files;
mod handshake;
mod info;
mod keep;
mod keeper;
mod own;
mod pem;
mod server;
mod shown;

#[cfg(test)]
mod tests;

pub(crate) use acme::SERVICE as ACME_SERVICE;
pub(super) use handshake::Unmet;
pub(crate) use handshake::{Asking, Reception};
#[cfg(test)]
pub(crate) use info::PeerCertificate;
pub(crate) use info::TlsInfo;
pub(crate) use keeper::{HandshakeLimits, KeepError, Keeper, Look, Station, check};
pub(crate) use server::asking;
pub(crate) use shown::Proofs;
