//! Certificates of ARRL's Logbook of the World: what they prove, shown in a browser, forwarded by a proxy, or by a log
//! signed with TQSL.
//!
//! Pure: no storage, no files, no network; the present time is an argument. [`Roots::examine`] is the only way from a
//! certificate to a callsign. Which account gets the call, and ARRL's online status, are decided elsewhere.

mod certificate;
mod claim;
pub(crate) mod der;
pub(crate) mod forwarded;
mod gabbi;
mod key;
mod name;
mod refusal;
mod roots;
mod tq8;
mod verifier;

#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use certificate::Validity;
pub(crate) use claim::{CertificateName, Circumstances, Claim};
#[cfg(test)]
pub(crate) use key::BadKey;
pub(crate) use refusal::Refusal;
pub(crate) use roots::{AuthorityLine, BadAuthority, Roots};
pub(crate) use tq8::{BadLog, Challenge, SignedLog};
pub(crate) use verifier::LotwClientVerifier;
