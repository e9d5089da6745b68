//! What a certificate proves, and the checks that it must pass for it.
//!
//! [`Roots::examine`] is the only maker of a [`Claim`]: a certificate that a TLS connection or a proxy hands over says
//! nothing by itself. It is asked anew on every request, so that an authority removed or a certificate superseded
//! counts at once. Whether the online status is good, and which account the call belongs to, is not decided here.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use smol_str::SmolStr;

use crate::ham::callsign::Callsign;
use crate::identity::model::MailAddress;

use super::certificate::{Certificate, Use};
use super::name;
use super::refusal::Refusal;
use super::roots::Roots;

/// How far a user's certificate may lie in the future: clocks differ.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// How a certificate is named by another one that took its place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(crate) struct CertificateName {
    /// The issuer's name in one line, as TQSL writes it.
    pub(crate) issuer: String,
    /// The number in decimal.
    pub(crate) serial: String,
}

impl CertificateName {
    /// Whether `self`, taken from a newer certificate, means the one of this full name.
    ///
    /// The issuer's name there may lack attributes, and spell the mail address's label as OpenSSL does.
    pub(crate) fn means(&self, certificate: &Self) -> bool {
        let parts = |line: &str| -> Vec<String> {
            let parts = line.replace("/emailAddress=", "/Email=");
            parts
                .split('/')
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect()
        };
        let issuer = parts(&certificate.issuer);
        self.serial.trim_start_matches('0') == certificate.serial
            && parts(&self.issuer).iter().all(|part| issuer.contains(part))
    }
}

/// The call that a certificate was issued for, and what else it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claim {
    /// The call, `N0CALL/KH6` included.
    pub(crate) callsign: Callsign,
    /// Number of the DXCC entity.
    pub(crate) dxcc: Option<u16>,
    /// First day of contacts.
    pub(crate) first_qso: Option<Date>,
    /// Last day of contacts; none or one to come for a call that is held.
    pub(crate) last_qso: Option<Date>,
    /// Issuer and serial number, which name the certificate.
    pub(crate) certificate: CertificateName,
    /// SHA-256 of the certificate.
    pub(crate) fingerprint: [u8; 32],
    /// The holder's name, shortened and without control characters.
    pub(crate) common_name: Option<SmolStr>,
    /// The holder's address, where it is one.
    pub(crate) email: Option<MailAddress>,
    /// When the certificate expires.
    pub(crate) not_after: Timestamp,
    /// The certificate that this one took the place of: to be remembered as superseded.
    pub(crate) supersedes: Option<CertificateName>,
    /// DER of the issuing authority where it came along and was not known yet: to be kept, for those who come without.
    pub(crate) new_authority: Option<Vec<u8>>,
    /// Claims are made in this module alone.
    seal: Seal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seal;

/// What a decision depends on beside the certificate.
#[derive(Clone, Copy)]
pub(crate) struct Circumstances<'a> {
    /// The present time.
    pub(crate) now: Timestamp,
    /// When the program was made: a clock before that is wrong.
    pub(crate) built: Timestamp,
    /// Whether a certificate seen earlier took the place of this one (see [`CertificateName::means`]).
    pub(crate) superseded: &'a dyn Fn(&Claim) -> bool,
}

impl Roots {
    /// What these certificates, the holder's first, prove at this time.
    ///
    /// That the holder has the private key is proven elsewhere: by the handshake, a trusted proxy, or a signed log.
    pub(crate) fn examine<C: AsRef<[u8]>>(
        &self,
        certificates: &[C],
        at: &Circumstances<'_>,
    ) -> Result<Claim, Refusal> {
        if at.now < at.built {
            return Err(Refusal::ClockWrong { shows: at.now });
        }
        if self.is_empty() {
            return Err(Refusal::NoAuthorities);
        }
        let (holder, others) = certificates.split_first().ok_or(Refusal::NoCertificate)?;
        let certificate = Certificate::parse(holder.as_ref())?;
        check_kind(&certificate)?;
        let new_authority = self.issuer_of(&certificate, others)?;
        check_dates(&certificate, at.now)?;
        let mut claim = claim(&certificate)?;
        claim.new_authority = new_authority;
        if (at.superseded)(&claim) {
            return Err(Refusal::Superseded);
        }
        let today = at.now.to_zoned(TimeZone::UTC).date();
        match claim.last_qso {
            Some(last_qso) if last_qso < today => Err(Refusal::FormerCall {
                claim: Box::new(claim),
                last_qso,
            }),
            _ => Ok(claim),
        }
    }
}

/// The call of a certificate or of a name that a proxy forwards: exactly as ARRL writes it.
pub(super) fn callsign(text: &str) -> Result<Callsign, Refusal> {
    // No folding of case or look-alikes: what is not written as ARRL does was not written by ARRL.
    let call = Callsign::parse(text).ok();
    call.filter(|call| call.as_str() == text && call.is_signable())
        .ok_or_else(|| Refusal::MalformedCallsign(name::clean(text)))
}

fn check_kind(certificate: &Certificate<'_>) -> Result<(), Refusal> {
    certificate.check_version()?;
    if certificate.is_authority() {
        return Err(Refusal::Authority);
    }
    certificate.check_extensions()?;
    if !certificate.allows(Use::Sign) {
        return Err(Refusal::KeyUsage);
    }
    if !certificate.is_for_clients() {
        return Err(Refusal::ExtendedKeyUsage);
    }
    certificate.signature_hash()?;
    certificate.key()?;
    Ok(())
}

fn check_dates(certificate: &Certificate<'_>, now: Timestamp) -> Result<(), Refusal> {
    let validity = certificate.validity();
    if now.saturating_add(SKEW).expect("a duration of fixed length") < validity.not_before {
        return Err(Refusal::NotYetValid(validity.not_before));
    }
    if validity.not_after < now {
        return Err(Refusal::Expired(validity.not_after));
    }
    Ok(())
}

fn claim(certificate: &Certificate<'_>) -> Result<Claim, Refusal> {
    let subject = certificate.subject();
    let callsign = match name::texts(subject, name::CALLSIGN).as_slice() {
        [] => return Err(Refusal::NoCallsign),
        [text] => callsign(text.unwrap_or_default())?,
        several => return Err(Refusal::SeveralCallsigns(several.len())),
    };
    let first = |oid| name::texts(subject, oid).into_iter().flatten().next();
    let supersedes = certificate.supersedes().map(|(issuer, serial)| CertificateName {
        issuer: issuer.to_owned(),
        serial: serial.to_owned(),
    });
    Ok(Claim {
        callsign,
        dxcc: certificate.dxcc()?,
        first_qso: certificate.first_qso()?,
        last_qso: certificate.last_qso()?,
        certificate: CertificateName {
            issuer: name::one_line(certificate.issuer()),
            serial: certificate.serial(),
        },
        fingerprint: certificate.fingerprint(),
        common_name: first(name::COMMON_NAME).map(|text| name::clean(text).into()),
        email: first(name::EMAIL).and_then(|text| text.parse().ok()),
        not_after: certificate.validity().not_after,
        supersedes,
        new_authority: None,
        seal: Seal,
    })
}
