//! Every way a certificate can be refused, in words that a ham understands.
//!
//! The sentence (`Display`) says what is wrong, [`Refusal::help`] what to do about it, [`Refusal::code`] names the case
//! for logs, tests and addresses. Foreign text in a sentence is shortened and without control characters, but not
//! escaped for HTML: that is the page's work.

use jiff::Timestamp;
use jiff::civil::Date;
use smol_str::SmolStr;

use super::claim::Claim;
use super::key::BadKey;

/// Why a certificate proves nothing here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// Decided before anything else: on a wrong clock every date is wrong.
    #[error("The clock of this Shackbox is wrong: it shows {}, which is before the program was made", day(*.shows))]
    ClockWrong { shows: Timestamp },
    /// The administrator has put no certificate of LoTW into the directory.
    #[error("This Shackbox has no certificates of Logbook of the World to compare with")]
    NoAuthorities,
    #[error("Your browser sent no certificate")]
    NoCertificate,
    #[error("The certificate is larger than any of Logbook of the World")]
    TooLarge,
    #[error("What was sent cannot be read as a certificate")]
    NotACertificate,
    #[error("There is more in the file than one certificate")]
    TrailingBytes,
    #[error("This is a certificate of an old kind (not version 3), which Logbook of the World never issued")]
    NotVersion3,
    #[error("This is the certificate of an authority, not of an operator")]
    Authority,
    #[error("The certificate has a condition ({0}) that is unknown here and must not be passed over")]
    CriticalExtension(String),
    #[error("The certificate says one thing twice ({0})")]
    RepeatedExtension(String),
    #[error("The certificate may not be used for signing")]
    KeyUsage,
    #[error("The certificate may not be used for signing in")]
    ExtendedKeyUsage,
    #[error("The certificate is signed with SHA-1, which can be forged")]
    Sha1,
    #[error("The certificate is signed in a way that Logbook of the World does not use ({0})")]
    SignatureAlgorithm(String),
    #[error("The certificate cannot be used: {0}")]
    Key(#[from] BadKey),
    #[error("This is not a certificate of Logbook of the World: it was issued by {issuer:?}")]
    ForeignIssuer { issuer: String },
    #[error(
        "The certificate says that {issuer:?} issued it, but none of the authorities known here by that name did"
    )]
    UnknownAuthority { issuer: String },
    #[error("The certificate is dated {}, before its authority existed ({})", day(*.issued), day(*.began))]
    IssuedBeforeAuthority { issued: Timestamp, began: Timestamp },
    #[error("The certificate is dated {}, after its authority had ended ({})", day(*.issued), day(*.ended))]
    IssuedAfterAuthority { issued: Timestamp, ended: Timestamp },
    #[error("The certificate is valid only from {}", day(*.0))]
    NotYetValid(Timestamp),
    #[error("The certificate expired on {}", day(*.0))]
    Expired(Timestamp),
    #[error("There is no callsign in the certificate")]
    NoCallsign,
    #[error("There are {0} callsigns in the certificate; one is expected")]
    SeveralCallsigns(usize),
    #[error(
        "The callsign in the certificate, {0:?}, is not one that Logbook of the World issues certificates for"
    )]
    MalformedCallsign(String),
    #[error("The certificate's dates or its country cannot be read")]
    Extension,
    #[error("A newer certificate has taken the place of this one")]
    Superseded,
    #[error("Logbook of the World says of this certificate: {said}")]
    Revoked { said: SmolStr },
    /// It still proves who held the call, so the claim is in it.
    #[error("The certificate is for a call you used to hold: {}, until {}", .claim.callsign, .last_qso)]
    FormerCall { claim: Box<Claim>, last_qso: Date },
}

impl Refusal {
    /// The case in one word, the same for ever.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::ClockWrong { .. } => "clock-wrong",
            Self::NoAuthorities => "no-authorities",
            Self::NoCertificate => "no-certificate",
            Self::TooLarge => "too-large",
            Self::NotACertificate => "not-a-certificate",
            Self::TrailingBytes => "trailing-bytes",
            Self::NotVersion3 => "not-version-3",
            Self::Authority => "authority",
            Self::CriticalExtension(_) => "critical-extension",
            Self::RepeatedExtension(_) => "repeated-extension",
            Self::KeyUsage => "key-usage",
            Self::ExtendedKeyUsage => "extended-key-usage",
            Self::Sha1 => "sha-1",
            Self::SignatureAlgorithm(_) => "signature-algorithm",
            Self::Key(BadKey::NotRsa) => "key-not-rsa",
            Self::Key(BadKey::TooShort(_)) => "key-too-short",
            Self::Key(BadKey::TooLong(_)) => "key-too-long",
            Self::Key(BadKey::Exponent) => "key-exponent",
            Self::ForeignIssuer { .. } => "foreign-issuer",
            Self::UnknownAuthority { .. } => "unknown-authority",
            Self::IssuedBeforeAuthority { .. } => "issued-before-authority",
            Self::IssuedAfterAuthority { .. } => "issued-after-authority",
            Self::NotYetValid(_) => "not-yet-valid",
            Self::Expired(_) => "expired",
            Self::NoCallsign => "no-callsign",
            Self::SeveralCallsigns(_) => "several-callsigns",
            Self::MalformedCallsign(_) => "malformed-callsign",
            Self::Extension => "extension",
            Self::Superseded => "superseded",
            Self::Revoked { .. } => "revoked",
            Self::FormerCall { .. } => "former-call",
        }
    }

    /// What to do about it.
    pub(crate) fn help(&self) -> &'static str {
        match self {
            Self::ClockWrong { .. } => {
                "Tell the administrator: a Raspberry Pi without a battery clock needs a network time server \
                 before it can judge dates. Then try again."
            }
            Self::NoAuthorities => {
                "Tell the administrator: the directory set as web.mtls.roots must hold the root certificate of \
                 Logbook of the World. Meanwhile you can verify your call in another way."
            }
            Self::NoCertificate => {
                "Import your callsign certificate into the browser (in TQSL: Callsign Certificate, Save Callsign \
                 Certificate File; then open the .p12 file in the browser's certificate settings), restart the \
                 browser, and try again. Or sign a challenge with TQSL instead."
            }
            Self::NotYetValid(_) => "Check the date; if it is right, wait until that day.",
            Self::Expired(_) | Self::Superseded | Self::Revoked { .. } => {
                "Load your current certificate into TQSL (renew it there if you have none), save it as a .p12 \
                 file, import that into the browser, and choose it. You can remove the old one from the browser."
            }
            Self::FormerCall { .. } => {
                "Choose the certificate of the call you hold now. The contacts you made with the old call stay \
                 yours: add it to your previous calls in Settings."
            }
            Self::UnknownAuthority { .. } => {
                "If this certificate came from TQSL, tell the administrator: the authority that issued it can be \
                 added to the directory set as web.mtls.roots; it is in your .p12 file. Otherwise it is forged."
            }
            Self::SeveralCallsigns(_)
            | Self::MalformedCallsign(_)
            | Self::Extension
            | Self::IssuedBeforeAuthority { .. }
            | Self::IssuedAfterAuthority { .. } => {
                "Logbook of the World does not issue such certificates. If this one came from TQSL, tell the \
                 administrator, and verify your call in another way meanwhile."
            }
            _ => {
                "You probably chose another certificate. Close the browser, so that it asks again, and choose the \
                 one that TQSL made for your call; its issuer is “Logbook of the World Production CA”."
            }
        }
    }
}

/// A date as hams write it, UTC.
fn day(at: Timestamp) -> String {
    at.strftime("%F").to_string()
}
