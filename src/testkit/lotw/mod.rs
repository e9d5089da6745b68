//! Certificates like those of Logbook of the World, made on the spot: for tests, benches and fuzzing.
//!
//! A made-up league with a root, two production authorities of one name (one ended) and a forger's of the same name.
//! Keys come from a fixed sequence of numbers, so every run has the same ones; they guard nothing.

pub mod fuzz;
mod keys;
pub mod tls;

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::identity::lotw::der::{self, IA5_STRING, OID, PRINTABLE_STRING, SEQUENCE, SET, UTF8_STRING};
use crate::identity::lotw::{Circumstances, Claim, Refusal, Roots};

pub use keys::{Digest, Key};

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const UTC_TIME: u8 = 0x17;
const TRUE: [u8; 3] = [0x01, 0x01, 0xFF];
const NULL: [u8; 2] = [0x05, 0x00];

const CALLSIGN: &[u8] = &[0x2B, 0x06, 0x01, 0x04, 0x01, 0xE0, 0x3C, 0x01, 0x01];
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const COUNTRY: &[u8] = &[0x55, 0x04, 0x06];
const ORGANISATION: &[u8] = &[0x55, 0x04, 0x0A];
const EMAIL: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x01];
const PKCS1: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01];
const RSA_ENCRYPTION: u8 = 1;

/// The time in all tests of certificates.
pub const NOW: &str = "2026-11-21T12:00:00Z";
/// When the program was made, for them.
pub const BUILT: &str = "2026-11-01T00:00:00Z";

/// An extension of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// Content of its object identifier.
    pub oid: Vec<u8>,
    /// Whether it must not be passed over.
    pub critical: bool,
    /// Content of its octet string.
    pub value: Vec<u8>,
}

impl Extension {
    /// One of ARRL's, with plain text in it.
    pub fn arrl(number: u8, text: &str) -> Self {
        let mut oid = CALLSIGN.to_vec();
        oid.pop();
        oid.push(number);
        Self::plain(&oid, text.as_bytes())
    }

    /// basicConstraints.
    pub fn basic_constraints(is_authority: bool) -> Self {
        let inside: &[u8] = if is_authority { &TRUE } else { &[] };
        Self::plain(&[0x55, 0x1D, 0x13], &der::element(SEQUENCE, inside))
    }

    /// keyUsage with these bits in its first byte, highest first.
    pub fn key_usage(bits: u8) -> Self {
        Self::plain(&[0x55, 0x1D, 0x0F], &[BIT_STRING, 2, 0, bits])
    }

    /// extendedKeyUsage with one purpose, the last byte of 1.3.6.1.5.5.7.3.
    pub fn extended_key_usage(purpose: u8) -> Self {
        let oid = der::element(OID, &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, purpose]);
        Self::plain(&[0x55, 0x1D, 0x25], &der::element(SEQUENCE, &oid))
    }

    /// Any other, not critical.
    pub fn plain(oid: &[u8], value: &[u8]) -> Self {
        Self {
            oid: oid.to_vec(),
            critical: false,
            value: value.to_vec(),
        }
    }

    fn der(&self) -> Vec<u8> {
        let mut inside = der::element(OID, &self.oid);
        if self.critical {
            inside.extend(TRUE);
        }
        inside.extend(der::element(OCTET_STRING, &self.value));
        der::element(SEQUENCE, &inside)
    }
}

/// A certificate to be signed; change what a test is about.
#[derive(Debug, Clone)]
pub struct Template {
    /// 2 for version 3; none leaves it out, which is version 1.
    pub version: Option<u8>,
    /// Its number.
    pub serial: u32,
    /// DER name of the issuer.
    pub issuer: Vec<u8>,
    /// DER name of the holder.
    pub subject: Vec<u8>,
    /// First day, from midnight.
    pub not_before: String,
    /// Last day, until midnight at its beginning.
    pub not_after: String,
    /// DER of the subject's public key.
    pub key: Vec<u8>,
    /// In their order.
    pub extensions: Vec<Extension>,
    /// What it is signed with.
    pub digest: Digest,
}

impl Template {
    /// An operator's certificate as LoTW issues them, valid at [`NOW`].
    pub fn user(call: &str) -> Self {
        Self {
            version: Some(2),
            serial: 730_425,
            issuer: production_name(),
            subject: user_name(call),
            not_before: "2026-01-01".to_owned(),
            not_after: "2029-01-01".to_owned(),
            key: Key::User.public(),
            extensions: vec![
                Extension::basic_constraints(false),
                Extension::key_usage(0xE0),
                Extension::arrl(2, "2018-04-01"),
                Extension::arrl(4, "291"),
            ],
            digest: Digest::Sha256,
        }
    }

    /// An authority's certificate.
    pub fn authority(subject: Vec<u8>, key: Key) -> Self {
        Self {
            serial: 10,
            issuer: root_name(),
            subject,
            not_before: "2025-06-29".to_owned(),
            not_after: "2029-06-29".to_owned(),
            key: key.public(),
            extensions: vec![Extension::basic_constraints(true)],
            ..Self::user("N0CALL")
        }
    }

    /// The part that is signed.
    pub fn to_be_signed(&self) -> Vec<u8> {
        let mut inside = Vec::new();
        if let Some(version) = self.version {
            inside.extend(der::element(0xA0, &[INTEGER, 1, version]));
        }
        inside.extend(der::element(INTEGER, &unsigned(&self.serial.to_be_bytes())));
        inside.extend(algorithm(self.digest.number()));
        inside.extend(&self.issuer);
        let times =
            [&self.not_before, &self.not_after].map(|day| der::element(UTC_TIME, utc(day).as_bytes()));
        inside.extend(der::element(SEQUENCE, &times.concat()));
        inside.extend(&self.subject);
        inside.extend(&self.key);
        if !self.extensions.is_empty() {
            let extensions: Vec<u8> = self.extensions.iter().flat_map(Extension::der).collect();
            inside.extend(der::element(0xA3, &der::element(SEQUENCE, &extensions)));
        }
        der::element(SEQUENCE, &inside)
    }

    /// The certificate, signed by this key.
    pub fn signed_by(&self, key: Key) -> Vec<u8> {
        sign(&self.to_be_signed(), self.digest, key)
    }
}

/// A certificate around any bytes to be signed.
pub fn sign(to_be_signed: &[u8], digest: Digest, key: Key) -> Vec<u8> {
    let mut inside = to_be_signed.to_vec();
    inside.extend(algorithm(digest.number()));
    let mut bits = vec![0];
    bits.extend(key.sign(digest, to_be_signed));
    inside.extend(der::element(BIT_STRING, &bits));
    der::element(SEQUENCE, &inside)
}

/// The league's root, valid 2023 to 2033.
pub fn root() -> Vec<u8> {
    static ROOT: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let template = Template {
            not_before: "2023-06-28".to_owned(),
            not_after: "2033-06-25".to_owned(),
            digest: Digest::Sha512,
            ..Template::authority(root_name(), Key::Root)
        };
        template.signed_by(Key::Root)
    });
    ROOT.clone()
}

/// The production authority of today.
pub fn production() -> Vec<u8> {
    static PRODUCTION: LazyLock<Vec<u8>> =
        LazyLock::new(|| Template::authority(production_name(), Key::Production).signed_by(Key::Root));
    PRODUCTION.clone()
}

/// The one before it, ended on 2025-06-19, with the same name.
pub fn old_production() -> Vec<u8> {
    Template {
        not_before: "2024-06-19".to_owned(),
        not_after: "2025-06-19".to_owned(),
        ..Template::authority(production_name(), Key::OldProduction)
    }
    .signed_by(Key::Root)
}

/// A forger's authority of the same name, which a forger's root of the same name signed.
pub fn forged_production() -> Vec<u8> {
    Template::authority(production_name(), Key::Forger).signed_by(Key::Forger)
}

/// PEM text of a certificate.
pub fn pem(certificate: &[u8]) -> String {
    use base64::prelude::{BASE64_STANDARD, Engine as _};
    let mut text = "-----BEGIN CERTIFICATE-----\n".to_owned();
    let body = BASE64_STANDARD.encode(certificate);
    for line in body.as_bytes().chunks(64) {
        text.extend(line.iter().map(|byte| char::from(*byte)));
        text.push('\n');
    }
    text + "-----END CERTIFICATE-----\n"
}

/// DER name of attributes: type, string tag, text.
pub fn name(attributes: &[(&[u8], u8, &str)]) -> Vec<u8> {
    let sets = attributes.iter().map(|(oid, tag, text)| {
        let mut inside = der::element(OID, oid);
        inside.extend(der::element(*tag, text.as_bytes()));
        der::element(SET, &der::element(SEQUENCE, &inside))
    });
    der::element(SEQUENCE, &sets.collect::<Vec<_>>().concat())
}

/// The name of an operator with this call.
pub fn user_name(call: &str) -> Vec<u8> {
    name(&[
        (CALLSIGN, UTF8_STRING, call),
        (COMMON_NAME, UTF8_STRING, "Test Operator"),
        (EMAIL, IA5_STRING, "user@example.org"),
    ])
}

/// The root's name.
pub fn root_name() -> Vec<u8> {
    authority_name("Testing Logbook Root CA")
}

/// The name of all production authorities.
pub fn production_name() -> Vec<u8> {
    authority_name("Testing Logbook Production CA")
}

fn authority_name(common_name: &str) -> Vec<u8> {
    name(&[
        (COUNTRY, PRINTABLE_STRING, "US"),
        (ORGANISATION, PRINTABLE_STRING, "Testing Radio League"),
        (COMMON_NAME, PRINTABLE_STRING, common_name),
        (EMAIL, IA5_STRING, "lotw@example.org"),
    ])
}

/// What the checks say of these certificates with the given authorities pinned, at [`NOW`], nothing superseded.
pub(crate) fn examine(pinned: &[Vec<u8>], certificates: &[Vec<u8>]) -> Result<Claim, Refusal> {
    examine_at(pinned, certificates, NOW)
}

/// The same at another time.
pub(crate) fn examine_at(pinned: &[Vec<u8>], certificates: &[Vec<u8>], now: &str) -> Result<Claim, Refusal> {
    let circumstances = Circumstances {
        now: now.parse().expect("a time"),
        built: BUILT.parse().expect("a time"),
        superseded: &|_| false,
    };
    roots(pinned).examine(certificates, &circumstances)
}

/// These authorities as the pinned set.
pub(crate) fn roots(pinned: &[Vec<u8>]) -> Roots {
    let mut roots = Roots::default();
    for certificate in pinned {
        roots.pin(&pem(certificate)).expect("an authority's certificate");
    }
    roots
}

/// Checks one certificate of a chain with the root pinned; whether it proves its call. For benches.
pub struct Examiner {
    roots: Roots,
    now: Timestamp,
}

impl Default for Examiner {
    fn default() -> Self {
        Self {
            roots: roots(&[root(), production()]),
            now: NOW.parse().expect("a time"),
        }
    }
}

impl Examiner {
    /// Whether these certificates prove a call.
    pub fn accepts(&self, certificates: &[Vec<u8>]) -> bool {
        let circumstances = Circumstances {
            now: self.now,
            built: self.now,
            superseded: &|_| false,
        };
        self.roots.examine(certificates, &circumstances).is_ok()
    }
}

fn algorithm(number: u8) -> Vec<u8> {
    let mut oid = PKCS1.to_vec();
    oid.push(number);
    let mut inside = der::element(OID, &oid);
    inside.extend(NULL);
    der::element(SEQUENCE, &inside)
}

/// DER of an RSA public key of any numbers, sound or not.
pub fn rsa_public_key(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let numbers = [modulus, exponent].map(|number| der::element(INTEGER, &unsigned(number)));
    let mut bits = vec![0];
    bits.extend(der::element(SEQUENCE, &numbers.concat()));
    let mut inside = algorithm(RSA_ENCRYPTION);
    inside.extend(der::element(BIT_STRING, &bits));
    der::element(SEQUENCE, &inside)
}

/// DER of a public key on the curve P-256.
pub fn curve_public_key() -> Vec<u8> {
    let ec_public_key = der::element(OID, &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01]);
    let p256 = der::element(OID, &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07]);
    let mut inside = der::element(SEQUENCE, &[ec_public_key, p256].concat());
    let mut point = vec![0, 4];
    point.extend([7; 64]);
    inside.extend(der::element(BIT_STRING, &point));
    der::element(SEQUENCE, &inside)
}

/// Content of a positive INTEGER in its shortest form.
fn unsigned(number: &[u8]) -> Vec<u8> {
    let first = number.iter().position(|byte| *byte != 0).unwrap_or(number.len());
    let mut content = number[first..].to_vec();
    if content.first().is_none_or(|byte| byte & 0x80 != 0) {
        content.insert(0, 0);
    }
    content
}

fn utc(day: &str) -> String {
    let day: jiff::civil::Date = day.parse().expect("a day");
    let midnight = day.to_zoned(TimeZone::UTC).expect("a day of this century");
    midnight.strftime("%y%m%d%H%M%SZ").to_string()
}
