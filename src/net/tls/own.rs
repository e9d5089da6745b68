//! Certificates made here: the self-signed one, and the one that proves a name by `tls-alpn-01`.

use std::net::IpAddr;
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rcgen::{
    CertificateParams, CustomExtension, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair,
    KeyUsagePurpose,
};
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::CertifiedKey;

use super::certificate::Unusable;

/// How long a self-signed certificate is valid: as long as browsers take of anybody.
const LIFE: SignedDuration = SignedDuration::from_hours(397 * 24);
/// How long before it was made: other machines' clocks are slow.
const BEFORE: SignedDuration = SignedDuration::from_hours(24);
/// How long a proof is: the authority asks within minutes, whatever its clock.
const PROOF_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A certificate could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MakeError {
    /// The names, or the crypto library.
    #[error("a certificate could not be made: {0}")]
    Library(#[from] rcgen::Error),
    /// What was made is not usable: the two libraries disagree.
    #[error("a certificate that was made here is not usable: {0:?}")]
    Unusable(Unusable),
}

/// PEM text of a certificate for these names and addresses, chain and key in one.
pub(super) fn self_signed(names: &[String], now: Timestamp) -> Result<String, MakeError> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "Shackbox, self-signed");
    live(&mut params, now, LIFE);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let certificate = params.self_signed(&key)?;
    Ok(format!("{}{}", key.serialize_pem(), certificate.pem()))
}

/// What is shown to the authority that checks `name` (RFC 8737 3).
pub(super) fn proof(name: &str, digest: &[u8], now: Timestamp) -> Result<Arc<CertifiedKey>, MakeError> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new([name.to_owned()])?;
    params.distinguished_name = DistinguishedName::new();
    live(&mut params, now, PROOF_LIFE);
    params.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
    let certificate = params.self_signed(&key)?;
    // Not by `Certificate::from_pem`: the library that compares key and certificate does not know the extension.
    let secret = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let signing = any_supported_type(&secret).map_err(|_| MakeError::Unusable(Unusable::KindOfKey))?;
    Ok(Arc::new(CertifiedKey::new(
        vec![certificate.der().clone()],
        signing,
    )))
}

/// A new key and the request to certify it for these names.
pub(super) fn request(names: &[String]) -> Result<(KeyPair, Vec<u8>), MakeError> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = DistinguishedName::new();
    let request = params.serialize_request(&key)?;
    Ok((key, request.der().to_vec()))
}

/// The names a self-signed certificate is for: what people type, and what is listened on.
pub(super) fn names(known: Vec<String>, addresses: &[IpAddr]) -> Vec<String> {
    let mut names = known;
    if addresses.iter().any(|ip| ip.is_unspecified() || ip.is_loopback()) {
        names.extend(["localhost", "127.0.0.1", "::1"].map(str::to_owned));
    }
    let own = addresses.iter().filter(|ip| !ip.is_unspecified());
    names.extend(own.map(ToString::to_string));
    names.sort();
    names.dedup();
    names
}

/// Sets when a certificate is valid, to the day.
fn live(params: &mut CertificateParams, now: Timestamp, life: SignedDuration) {
    let day = |time: Timestamp| {
        let date = TimeZone::UTC.to_datetime(time).date();
        let part = |number: i8| u8::try_from(number).expect("months and days are small and not negative");
        rcgen::date_time_ymd(i32::from(date.year()), part(date.month()), part(date.day()))
    };
    params.not_before = day(now.saturating_sub(BEFORE).unwrap_or(now));
    params.not_after = day(now.saturating_add(life).unwrap_or(now));
}
