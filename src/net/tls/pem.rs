//! Reading a certificate chain and its key out of PEM text, and what the chain says.
//!
//! Whatever is wrong with the text is found here, before anything is shown to anybody.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{Error as TlsError, InconsistentKeys};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer as _;

use super::certificate::{Certificate, Facts, Unusable};

/// How both forms of a key behind a password call themselves (RFC 7468 11, RFC 1421).
const LOCKED: &str = "ENCRYPTED";

impl Certificate {
    /// Takes a chain, the host's own certificate first, and its key.
    pub(crate) fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, Unusable> {
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain).collect();
        let certificates = certificates.map_err(|error| Unusable::Unreadable(error.to_string()))?;
        let own = certificates.first().ok_or(Unusable::NoCertificate)?;
        let facts = Facts::of(own)?;
        let secret = PrivateKeyDer::from_pem_slice(key).map_err(|_| {
            let is_locked = key
                .windows(LOCKED.len())
                .any(|window| window == LOCKED.as_bytes());
            if is_locked {
                Unusable::LockedKey
            } else {
                Unusable::NoKey
            }
        })?;
        let signing = any_supported_type(&secret).map_err(|_| Unusable::KindOfKey)?;
        let certified = CertifiedKey::new(certificates, signing);
        match certified.keys_match() {
            Err(TlsError::InconsistentKeys(InconsistentKeys::KeyMismatch)) => Err(Unusable::OtherKey),
            Err(TlsError::InconsistentKeys(_)) | Ok(()) => Ok(Self {
                key: Arc::new(certified),
                facts,
            }),
            Err(error) => Err(Unusable::Unreadable(error.to_string())),
        }
    }
}

impl Facts {
    fn of(der: &CertificateDer<'_>) -> Result<Self, Unusable> {
        let unreadable = |error: &dyn fmt::Display| Unusable::Unreadable(error.to_string());
        let (_, certificate) = X509Certificate::from_der(der).map_err(|error| unreadable(&error))?;
        let time = |seconds: i64| Timestamp::from_second(seconds).map_err(|error| unreadable(&error));
        let validity = certificate.validity();
        Ok(Self {
            names: names(&certificate),
            issuer: readable(certificate.issuer()),
            not_before: time(validity.not_before.timestamp())?,
            not_after: time(validity.not_after.timestamp())?,
            self_signed: certificate.issuer() == certificate.subject(),
        })
    }
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else {
        return Vec::new();
    };
    let name = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => address(bytes),
        _ => None,
    };
    extension.value.general_names.iter().filter_map(name).collect()
}

fn address(bytes: &[u8]) -> Option<String> {
    if let Ok(v4) = <[u8; 4]>::try_from(bytes) {
        return Some(std::net::Ipv4Addr::from(v4).to_string());
    }
    let v6 = <[u8; 16]>::try_from(bytes).ok()?;
    Some(std::net::Ipv6Addr::from(v6).to_string())
}

/// Organisation and name, or whatever there is.
fn readable(name: &x509_parser::x509::X509Name<'_>) -> String {
    let organisation = name.iter_organization().next();
    let common = name.iter_common_name().next();
    let texts: Vec<&str> = [organisation, common]
        .into_iter()
        .flatten()
        .filter_map(|part| part.as_str().ok())
        .collect();
    if texts.is_empty() {
        name.to_string()
    } else {
        texts.join(", ")
    }
}
