//! What proves that a callsign is a person's, and how much each proof is worth.
//!
//! One record per proof, and the records are the only truth: whether an account counts as verified is derived from
//! them whenever one changes. A record is never rewritten but to note its end; what ended stays readable.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use crate::ham::callsign::Callsign;

use super::model::AccountId;
use super::token::SecretDigest;

/// A way of proving a call. Stored as text, so that a record of a way this version does not know still reads.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Method(SmolStr);

impl Method {
    /// A Logbook of the World certificate shown in the TLS handshake.
    pub(crate) const CERTIFICATE: Self = Self::of("lotw_certificate");
    /// A log signed with such a certificate.
    pub(crate) const SIGNED_LOG: Self = Self::of("lotw_signed_log");
    /// A TXT record at a name given to the call.
    pub(crate) const DNS: Self = Self::of("dns");
    /// The same at the name that the amateur packet radio network gives to the call.
    pub(crate) const AMPR: Self = Self::of("dns_ampr");
    /// A code sent to a mailbox that belongs to the call.
    pub(crate) const MAILBOX: Self = Self::of("mailbox");
    /// A code by letter to the licence's address.
    pub(crate) const LETTER: Self = Self::of("letter");
    /// A token in the call's biography at QRZ.
    pub(crate) const QRZ: Self = Self::of("qrz");
    /// The same at `HamQTH`.
    pub(crate) const HAMQTH: Self = Self::of("hamqth");
    /// The call keyed by hand.
    pub(crate) const MORSE: Self = Self::of("morse");
    /// A licence that an administrator looked at.
    pub(crate) const DOCUMENT: Self = Self::of("document");
    /// The register says that the call of a proven licensee changed.
    pub(crate) const REGISTER: Self = Self::of("register");
    /// An administrator's word.
    pub(crate) const ADMINISTRATOR: Self = Self::of("administrator");

    const WORTH: [(Self, Trust); 12] = [
        (Self::CERTIFICATE, Trust::High),
        (Self::SIGNED_LOG, Trust::High),
        (Self::LETTER, Trust::High),
        (Self::AMPR, Trust::High),
        (Self::DNS, Trust::Medium),
        (Self::MAILBOX, Trust::Medium),
        (Self::QRZ, Trust::Medium),
        (Self::HAMQTH, Trust::Medium),
        (Self::REGISTER, Trust::Medium),
        (Self::DOCUMENT, Trust::Medium),
        (Self::ADMINISTRATOR, Trust::Medium),
        (Self::MORSE, Trust::Low),
    ];

    const fn of(name: &'static str) -> Self {
        Self(SmolStr::new_static(name))
    }

    /// The stored name.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// How much it is worth; a method of another version is worth nothing here.
    pub(crate) fn trust(&self) -> Trust {
        let known = Self::WORTH.into_iter().find(|(method, _)| method == self);
        known.map_or(Trust::Low, |(_, trust)| trust)
    }
}

/// How much a proof is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Trust {
    /// Says something about the person, nothing about the call.
    Low,
    /// Enough to hold the call.
    Medium,
    /// Somebody checked the licence or its address.
    High,
}

/// What is recorded of a certificate: its number at the authority and its digest.
pub(crate) fn certificate_evidence(serial: &str, fingerprint: &SecretDigest) -> SmolStr {
    let hex: String = fingerprint.iter().map(|byte| format!("{byte:02x}")).collect();
    format_smolstr!("serial {serial} SHA-256 {hex}")
}

/// The number of the certificate that evidence is about; none where it is about something else.
pub(crate) fn certificate_serial(evidence: &str) -> Option<&str> {
    evidence.strip_prefix("serial ")?.split(' ').next()
}

/// A proof of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Verification {
    /// The base call that was proven.
    pub(crate) call: Callsign,
    pub(crate) account: AccountId,
    pub(crate) method: Method,
    /// What was shown, as a digest or a public name: certificate serial and SHA-256, TXT name. Never a secret.
    #[serde(default)]
    pub(crate) evidence: SmolStr,
    /// The licensee's id in the register at that time: when the call's changes, the proof is over.
    #[serde(default)]
    pub(crate) licensee: Option<SmolStr>,
    pub(crate) at: Timestamp,
    /// Who accepted it.
    pub(crate) by: SmolStr,
    /// What that person or service wrote beside it.
    #[serde(default)]
    pub(crate) note: SmolStr,
    /// From then on it counts no more.
    #[serde(default)]
    pub(crate) until: Option<Timestamp>,
    #[serde(default)]
    pub(crate) ended: Option<Ended>,
}

/// How a proof came to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ended {
    pub(crate) at: Timestamp,
    pub(crate) by: SmolStr,
    /// Why, as a short sentence.
    pub(crate) why: SmolStr,
}

impl Trust {
    /// The word for it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl Verification {
    /// Whether it lets its account hold the call at `now`.
    pub(crate) fn holds(&self, now: Timestamp) -> bool {
        self.stands() && self.until.is_none_or(|until| now < until)
    }

    /// Whether it says only that somebody keyed the call by hand.
    pub(crate) fn is_keying(&self) -> bool {
        self.method == Method::MORSE
    }

    /// Whether it is worth enough and was not ended; its time may be over.
    pub(crate) fn stands(&self) -> bool {
        self.ended.is_none() && self.method.trust() >= Trust::Medium
    }
}
