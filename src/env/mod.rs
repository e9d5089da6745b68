//! The injected outside: time, randomness, other people's servers, mail.
//!
//! Nothing else in the program asks the system's clock, draws random numbers, makes an HTTP request, sends mail or
//! asks a name server; so a test that builds its own `Env`, and names its own servers, decides them all. Everything here is cheap to clone and shared.

mod clock;
mod dice;
#[cfg(feature = "server")]
mod dns;
#[cfg(feature = "server")]
mod download;
mod entropy;
#[cfg(feature = "server")]
mod mailer;
mod outbound;
#[cfg(feature = "server")]
mod outbox;
#[cfg(feature = "relay")]
mod socket;
pub(crate) mod supervisor;
#[cfg(test)]
mod tests;

pub(crate) use clock::Clock;
pub(crate) use dice::Dice;
#[cfg(feature = "testkit")]
pub(crate) use dns::message as dns_message;
#[cfg(feature = "server")]
pub(crate) use dns::{DnsError, TextRecords, ask_texts};
#[cfg(feature = "server")]
pub(crate) use download::{Download, Incoming};
pub(crate) use entropy::Entropy;
#[cfg(feature = "server")]
pub(crate) use mailer::{Mail, MailError, Mailer, Posted, SmtpSecurity, SmtpSettings};
pub(crate) use outbound::{Outbound, OutboundError, Service};
#[cfg(feature = "relay")]
pub(crate) use socket::{Dial, DialError, OpenSocket};

/// The outside world, as the program sees it.
#[derive(Clone)]
pub(crate) struct Env {
    /// What time it is.
    pub(crate) clock: Clock,
    /// Randomness.
    pub(crate) entropy: Entropy,
    /// Requests to other people's servers.
    pub(crate) outbound: Outbound,
    /// Mail to members.
    #[cfg(feature = "server")]
    pub(crate) mailer: Mailer,
}

/// Makes ring the process' TLS provider; without one the first TLS connection would panic.
pub(crate) fn install_crypto() {
    // An error means that one is installed already, which is what we want.
    drop(rustls::crypto::ring::default_provider().install_default());
}
