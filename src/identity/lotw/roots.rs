//! The authorities whose certificates count: those the administrator pinned, and those a pinned root signed.
//!
//! Invariants: a learned authority is kept only while a pinned root vouches for it; authorities are matched by the bytes
//! of their names and by their keys, since all production authorities of LoTW share one name. The clock is not asked:
//! a user's certificate outlives its authority, so an authority's dates count at the moment of issue only.
//! Files are read by the caller.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rustls::DistinguishedName;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::certificate::{Certificate, Use, Validity};
use super::key::RsaKey;
use super::name;
use super::refusal::Refusal;

/// How many certificates beside the holder's are looked at: an authority, its root, and two spare.
const MAX_OTHERS: usize = 4;

/// One authority.
#[derive(Debug, Clone)]
struct Authority {
    der: Vec<u8>,
    subject: Vec<u8>,
    key: RsaKey,
    validity: Validity,
    fingerprint: [u8; 32],
    /// Signed by itself: it may vouch for other authorities.
    is_root: bool,
}

/// An authority as the administrator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AuthorityLine {
    /// SHA-256 in the usual form, `0F:B9:…`.
    pub(crate) fingerprint: String,
    /// Its name in one line.
    pub(crate) subject: String,
    /// First and last moment.
    pub(crate) validity: Validity,
    /// Length of its key in bits.
    pub(crate) key_bits: usize,
    /// Whether it vouches for other authorities.
    pub(crate) is_root: bool,
    /// Whether the administrator pinned it; else a user's browser brought it and a pinned root had signed it.
    pub(crate) is_pinned: bool,
}

/// Why a file of the pinned set is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadAuthority {
    #[error("there is no PEM certificate in it")]
    NoPem,
    #[error("its PEM text is damaged")]
    BadPem,
    #[error("{0}")]
    Certificate(Refusal),
    #[error("{0} is not an authority's certificate; pin the one that issued it")]
    NotAuthority(String),
}

/// The pinned set, and what was learned on its strength.
#[derive(Debug, Clone, Default)]
pub(crate) struct Roots {
    pinned: Vec<Authority>,
    learned: Vec<Authority>,
}

impl Roots {
    /// Adds the certificates of one PEM text to the pinned set; a text with none, or with a user's, is refused whole.
    pub(crate) fn pin(&mut self, pem: &str) -> Result<(), BadAuthority> {
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
        let certificates = certificates.map_err(|_| BadAuthority::BadPem)?;
        if certificates.is_empty() {
            return Err(BadAuthority::NoPem);
        }
        let authorities: Result<Vec<_>, _> = certificates.iter().map(|der| Authority::parse(der)).collect();
        for authority in authorities? {
            if self
                .pinned
                .iter()
                .all(|known| known.fingerprint != authority.fingerprint)
            {
                self.pinned.push(authority);
            }
        }
        Ok(())
    }

    /// Takes in an authority that came with a user's certificate earlier; whether it counts now.
    ///
    /// Not so when the root that signed it is no longer pinned.
    pub(crate) fn learn(&mut self, der: &[u8]) -> bool {
        let Ok(authority) = Authority::parse(der) else {
            return false;
        };
        let vouched_for = Certificate::parse(der).is_ok_and(|certificate| self.vouch_for(&certificate));
        let mut known = self.pinned.iter().chain(&self.learned);
        if vouched_for && known.all(|known| known.fingerprint != authority.fingerprint) {
            self.learned.push(authority);
        }
        vouched_for
    }

    /// Whether nothing is pinned, so that nothing can be proven.
    pub(crate) fn is_empty(&self) -> bool {
        self.pinned.is_empty()
    }

    /// The set, for the administrator.
    pub(crate) fn lines(&self) -> Vec<AuthorityLine> {
        let pinned = self.pinned.iter().map(|authority| authority.line(true));
        pinned
            .chain(self.learned.iter().map(|authority| authority.line(false)))
            .collect()
    }

    /// What a server names to browsers, so that they offer LoTW's certificates alone.
    pub(crate) fn hint_subjects(&self) -> Vec<DistinguishedName> {
        let authorities = self.pinned.iter().chain(&self.learned);
        let subjects: BTreeSet<&[u8]> = authorities
            .map(|authority| authority.subject.as_slice())
            .collect();
        let mut hints: Vec<DistinguishedName> = Vec::new();
        for hint in subjects.into_iter().flat_map(name::encodings) {
            if hints.iter().all(|known| known.as_ref() != hint.as_ref()) {
                hints.push(hint);
            }
        }
        hints
    }

    /// Proves that an authority issued this certificate, one of those known or one among `others`.
    ///
    /// The authority's DER comes back where it was not known and should be kept.
    pub(super) fn issuer_of<C: AsRef<[u8]>>(
        &self,
        certificate: &Certificate<'_>,
        others: &[C],
    ) -> Result<Option<Vec<u8>>, Refusal> {
        let of_name = |authority: &&Authority| authority.subject == certificate.issuer();
        let known = self.pinned.iter().chain(&self.learned).filter(of_name);
        let sent = others
            .iter()
            .take(MAX_OTHERS)
            .filter_map(|other| self.vouched(other.as_ref()));
        let sent: Vec<Authority> = sent.filter(|authority| of_name(&authority)).collect();
        let candidates = known
            .map(|authority| (authority, false))
            .chain(sent.iter().map(|sent| (sent, true)));
        let mut wrong_date = None;
        for (authority, is_new) in candidates {
            if !certificate.is_signed_by(&authority.key) {
                continue;
            }
            // One key may stand in several certificates of an authority: any that was valid at the issue will do.
            match authority.check_issue(certificate.validity().not_before) {
                Ok(()) => return Ok(is_new.then(|| authority.der.clone())),
                Err(refusal) => wrong_date = Some(refusal),
            }
        }
        Err(wrong_date.unwrap_or_else(|| self.not_issued_here(certificate.issuer())))
    }

    /// What is wrong with an issuer that is not known: it may be a forger, or an authority that is not pinned yet.
    fn not_issued_here(&self, name: &[u8]) -> Refusal {
        let issuer = name::short(name);
        let mut known = self.pinned.iter().chain(&self.learned);
        if known.any(|authority| name::same_house(&authority.subject, name)) {
            Refusal::UnknownAuthority { issuer }
        } else {
            Refusal::ForeignIssuer { issuer }
        }
    }

    /// An authority that a client sent, where a pinned root signed it.
    fn vouched(&self, der: &[u8]) -> Option<Authority> {
        let certificate = Certificate::parse(der).ok()?;
        self.vouch_for(&certificate)
            .then(|| Authority::of(&certificate).ok())
            .flatten()
    }

    /// Whether a pinned root signed this certificate before the root ended.
    ///
    /// The root's beginning is not asked for: a root is renewed over the same key and name.
    fn vouch_for(&self, certificate: &Certificate<'_>) -> bool {
        let roots = self
            .pinned
            .iter()
            .filter(|root| root.is_root && root.subject == certificate.issuer());
        let mut roots = roots.filter(|root| certificate.validity().not_before <= root.validity.not_after);
        roots.any(|root| certificate.is_signed_by(&root.key))
    }
}

impl Authority {
    fn parse(der: &[u8]) -> Result<Self, BadAuthority> {
        Self::of(&Certificate::parse(der).map_err(BadAuthority::Certificate)?)
    }

    fn of(certificate: &Certificate<'_>) -> Result<Self, BadAuthority> {
        let refuse = BadAuthority::Certificate;
        certificate.check_version().map_err(refuse)?;
        certificate.check_extensions().map_err(refuse)?;
        certificate.signature_hash().map_err(refuse)?;
        if !certificate.is_authority() || !certificate.allows(Use::SignCertificates) {
            return Err(BadAuthority::NotAuthority(name::one_line(certificate.subject())));
        }
        let key = certificate.key().map_err(|bad| refuse(Refusal::Key(bad)))?;
        let is_root = certificate.subject() == certificate.issuer() && certificate.is_signed_by(&key);
        Ok(Self {
            der: certificate.der().to_vec(),
            subject: certificate.subject().to_vec(),
            key,
            validity: certificate.validity(),
            fingerprint: certificate.fingerprint(),
            is_root,
        })
    }

    fn check_issue(&self, issued: Timestamp) -> Result<(), Refusal> {
        let Validity {
            not_before,
            not_after,
        } = self.validity;
        if issued < not_before {
            return Err(Refusal::IssuedBeforeAuthority {
                issued,
                began: not_before,
            });
        }
        if not_after < issued {
            return Err(Refusal::IssuedAfterAuthority {
                issued,
                ended: not_after,
            });
        }
        Ok(())
    }

    fn line(&self, is_pinned: bool) -> AuthorityLine {
        let bytes: Vec<String> = self
            .fingerprint
            .iter()
            .map(|byte| format!("{byte:02X}"))
            .collect();
        AuthorityLine {
            fingerprint: bytes.join(":"),
            subject: name::one_line(&self.subject),
            validity: self.validity,
            key_bits: self.key.bits(),
            is_root: self.is_root,
            is_pinned,
        }
    }
}
