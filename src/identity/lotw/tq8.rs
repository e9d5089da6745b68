//! A log of one contact, signed with TQSL: proves a call without a certificate in the browser.
//!
//! The member logs a contact with a call we made up, signs, and uploads the `.tq8` file. Its signature is RSA with
//! SHA-1, acceptable only here, because the signed text is short and holds our random call. The certificate passes the
//! same checks as in the browser. That a challenge is used once and dies after an hour is the caller's work.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::certificate::Certificate;
use super::claim::{Circumstances, Claim};
use super::gabbi::{self, Record};
use super::key::Hash;
use super::refusal::Refusal;
use super::roots::Roots;

/// What every challenge begins with: TQSL takes the whole for a call, but nobody holds one that long.
const PREFIX: &str = "SB7";
const RANDOM: usize = 6;
/// Crockford's base32: nobody mistypes an O for a 0.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Signed fields of the station, in their order (LoTW's signature specification 2.0).
const STATION: [&str; 16] = [
    "AU_STATE",
    "CA_PROVINCE",
    "CA_US_PARK",
    "CN_PROVINCE",
    "CQZ",
    "DX_US_PARK",
    "FI_KUNTA",
    "GRIDSQUARE",
    "IOTA",
    "ITUZ",
    "JA_CITY_GUN_KU",
    "JA_PREFECTURE",
    "RU_OBLAST",
    "US_COUNTY",
    "US_PARK",
    "US_STATE",
];
/// Those of them that are signed as whole numbers, without zeros in front.
const NUMBERS: [&str; 2] = ["CQZ", "ITUZ"];
/// Signed fields of the contact, in their order, and whether they must be there.
const CONTACT: [(&str, bool); 10] = [
    ("BAND", true),
    ("BAND_RX", false),
    ("CALL", true),
    ("FREQ", false),
    ("FREQ_RX", false),
    ("MODE", true),
    ("PROP_MODE", false),
    ("QSO_DATE", true),
    ("QSO_TIME", true),
    ("SAT_NAME", false),
];
const SIGNATURE: &str = "SIGN_LOTW_V2.0";

/// Why an uploaded file proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadLog {
    #[error("The file is larger than a log of one contact can be")]
    TooLarge,
    #[error("This is not a .tq8 file: it is not packed with gzip")]
    NotPacked,
    #[error("This is not a signed log: there is no text in it")]
    NotText,
    #[error("This is not a signed log: its fields cannot be read")]
    Tag,
    #[error("The log has the field {0} twice")]
    Repeated(String),
    #[error("The log must hold exactly one {0}; there are {1}")]
    Count(&'static str, usize),
    #[error("The log lacks the field {0}")]
    Missing(&'static str),
    #[error("The field {0} of the log cannot be read")]
    Field(&'static str),
    #[error("The parts of the log do not belong together")]
    Unconnected,
    #[error("The contact in the log is with {found}; it should be with {expected}")]
    WrongCall { expected: String, found: String },
    #[error("What was signed is not what the log says")]
    Altered,
    #[error(transparent)]
    Certificate(#[from] Refusal),
    #[error("The signature is not that of the certificate in the log")]
    Signature,
}

impl BadLog {
    /// What to do about it.
    pub(crate) fn help(&self) -> &'static str {
        match self {
            Self::Certificate(refusal) => refusal.help(),
            Self::WrongCall { .. } => {
                "Log the contact with exactly the call shown here, sign again, and upload the new file. A challenge \
                 is good for one hour."
            }
            Self::Count("contact", _) => "Sign a log with only the one contact shown here.",
            _ => {
                "In TQSL choose “Sign a log”, save the .tq8 file, and upload that file as it is. Do not upload it \
                 to Logbook of the World."
            }
        }
    }
}

/// A call that nobody has, to be logged and signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Challenge(String);

impl Challenge {
    /// The challenge made of these random bytes.
    pub(crate) fn from_random(random: [u8; RANDOM]) -> Self {
        let letters = random.map(|byte| char::from(ALPHABET[usize::from(byte & 31)]));
        Self(PREFIX.chars().chain(letters).collect())
    }

    /// A stored challenge.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let random = text.strip_prefix(PREFIX)?;
        let fits = random.len() == RANDOM && random.bytes().all(|letter| ALPHABET.contains(&letter));
        fits.then(|| Self(text.to_owned()))
    }

    /// The call as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A log of one contact whose parts fit together; nothing of it is proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignedLog {
    certificate: Vec<u8>,
    call: String,
    signed: String,
    signature: Vec<u8>,
}

impl SignedLog {
    /// Reads an uploaded file.
    pub(crate) fn read(file: &[u8]) -> Result<Self, BadLog> {
        Self::of_text(&gabbi::unpack(file)?)
    }

    /// Reads the text of an unpacked file.
    pub(super) fn of_text(text: &str) -> Result<Self, BadLog> {
        let records = gabbi::records(text)?;
        let contact = only(&records, "tCONTACT", "contact")?;
        let station = only(&records, "tSTATION", "station")?;
        let certificate = only(&records, "tCERT", "certificate")?;
        let connected =
            |a: &Record, b: &Record, name| a.value(name).is_some() && a.value(name) == b.value(name);
        if !connected(contact, station, "STATION_UID") || !connected(station, certificate, "CERT_UID") {
            return Err(BadLog::Unconnected);
        }
        let signed = signed_text(station, contact)?;
        let said = contact.value("SIGNDATA").ok_or(BadLog::Missing("SIGNDATA"))?;
        if said != signed {
            return Err(BadLog::Altered);
        }
        Ok(Self {
            certificate: base64(certificate, "CERTIFICATE")?,
            call: contact.value("CALL").unwrap_or_default().to_uppercase(),
            signed,
            signature: base64(contact, SIGNATURE)?,
        })
    }

    /// Whose log it is, provided that it answers this challenge.
    pub(crate) fn prove(
        &self,
        challenge: &Challenge,
        roots: &Roots,
        at: &Circumstances<'_>,
    ) -> Result<Claim, BadLog> {
        if self.call != challenge.as_str() {
            return Err(BadLog::WrongCall {
                expected: challenge.as_str().to_owned(),
                found: super::name::clean(&self.call),
            });
        }
        self.holder(roots, at)
    }

    /// Whose log it is, whatever the contact in it.
    pub(super) fn holder(&self, roots: &Roots, at: &Circumstances<'_>) -> Result<Claim, BadLog> {
        let claim = roots.examine(&[&self.certificate], at)?;
        let key = Certificate::parse(&self.certificate)?
            .key()
            .map_err(Refusal::Key)?;
        if !key.signed(Hash::Sha1, self.signed.as_bytes(), &self.signature) {
            return Err(BadLog::Signature);
        }
        Ok(claim)
    }
}

/// The values as TQSL signs them: in order, in upper case, nothing between them, empty ones left out.
fn signed_text(station: &Record, contact: &Record) -> Result<String, BadLog> {
    let mut text = String::new();
    for name in STATION {
        let Some(value) = station.value(name) else {
            continue;
        };
        if NUMBERS.contains(&name) {
            let number: u16 = value.parse().map_err(|_| BadLog::Field(name))?;
            text.push_str(&number.to_string());
        } else {
            text.push_str(&value.to_uppercase());
        }
    }
    for (name, is_required) in CONTACT {
        match contact.value(name) {
            Some(value) => text.push_str(&value.to_uppercase()),
            None if is_required => return Err(BadLog::Missing(name)),
            None => {}
        }
    }
    Ok(text)
}

/// The one record of this type.
fn only<'a>(records: &'a [Record], record_type: &str, what: &'static str) -> Result<&'a Record, BadLog> {
    let is_of_type = |record: &&Record| {
        let found = record.value("REC_TYPE");
        found.is_some_and(|found| found.eq_ignore_ascii_case(record_type))
    };
    let of_type: Vec<&Record> = records.iter().filter(is_of_type).collect();
    match of_type.as_slice() {
        [record] => Ok(record),
        others => Err(BadLog::Count(what, others.len())),
    }
}

fn base64(record: &Record, name: &'static str) -> Result<Vec<u8>, BadLog> {
    let text = record.value(name).ok_or(BadLog::Missing(name))?;
    let text: String = text.split_ascii_whitespace().collect();
    BASE64_STANDARD.decode(text).map_err(|_| BadLog::Field(name))
}
