//! One X.509 certificate, read from DER: the parts that the checks ask for, under names that a ham's file has.
//!
//! Reading judges nothing but the form. What a certificate must be to count as somebody's is in `examine`; what it must
//! be to sign others is in `roots`.

use jiff::Timestamp;
use jiff::civil::Date;
use rsa::sha2::{Digest as _, Sha256};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{ParsedExtension, X509Extension};
use x509_parser::prelude::FromDer as _;
use x509_parser::time::ASN1Time;
use x509_parser::x509::{AlgorithmIdentifier, X509Version};

use super::der;
use super::key::{BadKey, Hash, RsaKey};
use super::name;
use super::refusal::Refusal;

/// Largest certificate read, in bytes; LoTW's have about one thousand.
pub(crate) const LARGEST: usize = 8 * 1024;

/// ARRL's arc, 1.3.6.1.4.1.12348.1; the last byte of an extension's identifier follows.
const ARRL: &[u8] = &[0x2B, 0x06, 0x01, 0x04, 0x01, 0xE0, 0x3C, 0x01];
const FIRST_QSO: u8 = 2;
const LAST_QSO: u8 = 3;
const DXCC: u8 = 4;
const SUPERSEDES: u8 = 5;

const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 0x13];
const KEY_USAGE: &[u8] = &[0x55, 0x1D, 0x0F];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1D, 0x25];

/// 1.2.840.113549.1.1, the arc of RSA signatures; the last byte says which hash.
const PKCS1: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01];
const WITH_SHA1: u8 = 5;
const WITH_SHA256: u8 = 11;
const WITH_SHA384: u8 = 12;
const WITH_SHA512: u8 = 13;

/// From when until when something holds, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Validity {
    /// The first second.
    pub(crate) not_before: Timestamp,
    /// The last second.
    pub(crate) not_after: Timestamp,
}

/// What a key may be used for, as far as the certificate says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Signing a handshake.
    Sign,
    /// Signing certificates.
    SignCertificates,
}

/// A certificate in form.
#[derive(Debug)]
pub(crate) struct Certificate<'a> {
    der: &'a [u8],
    x509: X509Certificate<'a>,
    validity: Validity,
}

impl<'a> Certificate<'a> {
    /// Reads one certificate that `der` consists of.
    pub(crate) fn parse(der: &'a [u8]) -> Result<Self, Refusal> {
        if der.len() > LARGEST {
            return Err(Refusal::TooLarge);
        }
        let shell = der::first(der).filter(|shell| shell.tag == der::SEQUENCE);
        let shell = shell.ok_or(Refusal::NotACertificate)?;
        if !shell.rest.is_empty() {
            return Err(Refusal::TrailingBytes);
        }
        // The parser passes over bytes behind the signature, which would give one certificate many fingerprints.
        if der::all(shell.content).is_none_or(|parts| parts.len() != 3) {
            return Err(Refusal::NotACertificate);
        }
        let (_, x509) = X509Certificate::from_der(der).map_err(|_| Refusal::NotACertificate)?;
        let named = name::attributes(x509.subject().as_raw()).is_some();
        let (Some(not_before), Some(not_after)) = (
            time(&x509.validity().not_before),
            time(&x509.validity().not_after),
        ) else {
            return Err(Refusal::NotACertificate);
        };
        let same_algorithm = x509.signature_algorithm == x509.tbs_certificate.signature;
        if !named || !same_algorithm {
            return Err(Refusal::NotACertificate);
        }
        let validity = Validity {
            not_before,
            not_after,
        };
        Ok(Self { der, x509, validity })
    }

    /// The bytes it was read from.
    pub(crate) fn der(&self) -> &'a [u8] {
        self.der
    }

    /// SHA-256 of the whole certificate.
    pub(crate) fn fingerprint(&self) -> [u8; 32] {
        Sha256::digest(self.der).into()
    }

    /// When it holds.
    pub(crate) fn validity(&self) -> Validity {
        self.validity
    }

    /// Its number among those of its issuer, in decimal.
    pub(crate) fn serial(&self) -> String {
        self.x509.tbs_certificate.serial.to_string()
    }

    /// Whose it is, as a DER name.
    pub(super) fn subject(&self) -> &[u8] {
        self.x509.subject().as_raw()
    }

    /// Who signed it, as a DER name.
    pub(super) fn issuer(&self) -> &[u8] {
        self.x509.issuer().as_raw()
    }

    /// Its public key.
    pub(crate) fn key(&self) -> Result<RsaKey, BadKey> {
        RsaKey::of(self.x509.public_key())
    }

    /// Refuses versions that have no extensions.
    pub(super) fn check_version(&self) -> Result<(), Refusal> {
        if self.x509.version() == X509Version::V3 {
            Ok(())
        } else {
            Err(Refusal::NotVersion3)
        }
    }

    /// Refuses an unknown critical extension, one that occurs twice, and one of those judged here that is garbled.
    pub(super) fn check_extensions(&self) -> Result<(), Refusal> {
        let extensions = self.x509.extensions();
        for (at, extension) in extensions.iter().enumerate() {
            let oid = extension.oid.as_bytes();
            let known = [BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE].contains(&oid);
            if extensions[..at]
                .iter()
                .any(|earlier| earlier.oid == extension.oid)
            {
                return Err(Refusal::RepeatedExtension(name::dotted(oid)));
            }
            if known && !is_understood(extension) {
                return Err(Refusal::NotACertificate);
            }
            if extension.critical && !known {
                return Err(Refusal::CriticalExtension(name::dotted(oid)));
            }
        }
        Ok(())
    }

    /// Whether it says that it may sign others.
    pub(super) fn is_authority(&self) -> bool {
        let constraints = self
            .extension(BASIC_CONSTRAINTS)
            .map(X509Extension::parsed_extension);
        matches!(constraints, Some(ParsedExtension::BasicConstraints(constraints)) if constraints.ca)
    }

    /// Whether its key may be used so; true where it does not say.
    pub(super) fn allows(&self, purpose: Use) -> bool {
        match self.extension(KEY_USAGE).map(X509Extension::parsed_extension) {
            None => true,
            Some(ParsedExtension::KeyUsage(usage)) => match purpose {
                Use::Sign => usage.digital_signature(),
                Use::SignCertificates => usage.key_cert_sign(),
            },
            Some(_) => false,
        }
    }

    /// Whether it may be shown by a client; true where it does not say.
    pub(super) fn is_for_clients(&self) -> bool {
        match self
            .extension(EXTENDED_KEY_USAGE)
            .map(X509Extension::parsed_extension)
        {
            None => true,
            Some(ParsedExtension::ExtendedKeyUsage(usage)) => usage.client_auth || usage.any,
            Some(_) => false,
        }
    }

    /// The hash of its signature, which must be RSA with SHA-256, SHA-384 or SHA-512.
    pub(super) fn signature_hash(&self) -> Result<Hash, Refusal> {
        let AlgorithmIdentifier { algorithm, .. } = &self.x509.signature_algorithm;
        let oid = algorithm.as_bytes();
        match oid.strip_prefix(PKCS1) {
            Some([WITH_SHA256]) => Ok(Hash::Sha256),
            Some([WITH_SHA384]) => Ok(Hash::Sha384),
            Some([WITH_SHA512]) => Ok(Hash::Sha512),
            Some([WITH_SHA1]) => Err(Refusal::Sha1),
            _ => Err(Refusal::SignatureAlgorithm(name::dotted(oid))),
        }
    }

    /// Whether this key signed it.
    pub(super) fn is_signed_by(&self, key: &RsaKey) -> bool {
        let signature = &self.x509.signature_value;
        let Ok(hash) = self.signature_hash() else {
            return false;
        };
        signature.unused_bits == 0 && key.signed(hash, self.x509.tbs_certificate.as_ref(), &signature.data)
    }

    /// Date of the first contact that may be signed with it.
    pub(super) fn first_qso(&self) -> Result<Option<Date>, Refusal> {
        self.date(FIRST_QSO)
    }

    /// Date of the last contact that may be signed with it; none where the call is still held.
    pub(super) fn last_qso(&self) -> Result<Option<Date>, Refusal> {
        self.date(LAST_QSO)
    }

    /// Number of the DXCC entity it was issued for.
    pub(super) fn dxcc(&self) -> Result<Option<u16>, Refusal> {
        let number = |text: &str| text.parse().ok();
        self.arrl(DXCC)
            .map(|text| text.and_then(number).ok_or(Refusal::Extension))
            .transpose()
    }

    /// The certificate that this one took the place of: issuer in one line, and serial number.
    pub(super) fn supersedes(&self) -> Option<(&str, &str)> {
        let (issuer, serial) = self.arrl(SUPERSEDES)??.rsplit_once(';')?;
        let fits =
            !serial.is_empty() && serial.len() <= 50 && serial.bytes().all(|digit| digit.is_ascii_digit());
        fits.then_some((issuer, serial))
    }

    fn date(&self, number: u8) -> Result<Option<Date>, Refusal> {
        let date = |text: &str| text.parse().ok().filter(|_| text.len() == "2018-04-01".len());
        self.arrl(number)
            .map(|text| text.and_then(date).ok_or(Refusal::Extension))
            .transpose()
    }

    /// The text of an extension of ARRL's: plain ASCII in the octet string, not a DER string. `Some(None)` where it
    /// is something else.
    fn arrl(&self, number: u8) -> Option<Option<&str>> {
        let of_number = |e: &&X509Extension<'_>| e.oid.as_bytes().strip_prefix(ARRL) == Some(&[number]);
        let extension = self.x509.extensions().iter().find(of_number)?;
        let text = std::str::from_utf8(extension.value);
        Some(text.ok().filter(|text| text.is_ascii()))
    }

    fn extension(&self, oid: &[u8]) -> Option<&X509Extension<'a>> {
        self.x509
            .extensions()
            .iter()
            .find(|extension| extension.oid.as_bytes() == oid)
    }
}

fn is_understood(extension: &X509Extension<'_>) -> bool {
    matches!(
        extension.parsed_extension(),
        ParsedExtension::BasicConstraints(_)
            | ParsedExtension::KeyUsage(_)
            | ParsedExtension::ExtendedKeyUsage(_)
    )
}

fn time(at: &ASN1Time) -> Option<Timestamp> {
    Timestamp::from_second(at.timestamp()).ok()
}
