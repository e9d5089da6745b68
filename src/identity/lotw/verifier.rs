//! The TLS side: asks browsers for a certificate of LoTW, takes whatever they show, and proves that they hold its key.
//!
//! What a certificate is worth is decided later, where a page can say what is wrong with it (`claim`): an error here
//! reaches the user as a broken connection. Therefore a peer's certificate means nothing until it was examined, and
//! sessions are never resumed (`net::tls::asking`), for they would carry an old one. The library's own verifier is of no use: it takes no
//! RSA keys of 1024 bits and no authority that has expired since.

use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};

use super::certificate::{Certificate, LARGEST};
use super::key::{Hash, PssHash};
use super::roots::Roots;

/// What a key of 1024 bits can sign; PSS with SHA-512 does not fit it.
const SCHEMES: [SignatureScheme; 5] = [
    SignatureScheme::RSA_PSS_SHA256,
    SignatureScheme::RSA_PSS_SHA384,
    SignatureScheme::RSA_PKCS1_SHA256,
    SignatureScheme::RSA_PKCS1_SHA384,
    SignatureScheme::RSA_PKCS1_SHA512,
];

/// Takes any certificate of a key that can be checked.
///
/// Its hints are those of the authorities it was made for: when they change, make a new one.
#[derive(Debug)]
pub(crate) struct LotwClientVerifier {
    hints: Vec<DistinguishedName>,
}

impl LotwClientVerifier {
    /// A verifier that names these authorities to browsers.
    pub(crate) fn new(roots: &Roots) -> Self {
        Self {
            hints: roots.hint_subjects(),
        }
    }
}

impl ClientCertVerifier for LotwClientVerifier {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.hints
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let size: usize = intermediates.iter().map(|other| other.len()).sum();
        if end_entity.len() + size > LARGEST {
            return Err(CertificateError::ApplicationVerificationFailure.into());
        }
        parse(end_entity)?;
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match dss.scheme {
            SignatureScheme::RSA_PSS_SHA256 | SignatureScheme::RSA_PSS_SHA384 => verify(message, cert, dss),
            // RFC 8446 4.2.3: PKCS#1 v1.5 signs certificates only.
            _ => Err(CertificateError::BadSignature.into()),
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        SCHEMES.to_vec()
    }
}

fn parse<'a>(der: &'a CertificateDer<'_>) -> Result<Certificate<'a>, Error> {
    Certificate::parse(der).map_err(|_| CertificateError::BadEncoding.into())
}

fn verify(
    message: &[u8],
    cert: &CertificateDer<'_>,
    dss: &DigitallySignedStruct,
) -> Result<HandshakeSignatureValid, Error> {
    let key = parse(cert)?.key().map_err(|_| CertificateError::BadSignature)?;
    let signature = dss.signature();
    let is_valid = match dss.scheme {
        SignatureScheme::RSA_PSS_SHA256 => key.signed_pss(PssHash::Sha256, message, signature),
        SignatureScheme::RSA_PSS_SHA384 => key.signed_pss(PssHash::Sha384, message, signature),
        SignatureScheme::RSA_PKCS1_SHA256 => key.signed(Hash::Sha256, message, signature),
        SignatureScheme::RSA_PKCS1_SHA384 => key.signed(Hash::Sha384, message, signature),
        SignatureScheme::RSA_PKCS1_SHA512 => key.signed(Hash::Sha512, message, signature),
        _ => false,
    };
    if is_valid {
        Ok(HandshakeSignatureValid::assertion())
    } else {
        Err(CertificateError::BadSignature.into())
    }
}
