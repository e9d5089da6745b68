//! What a handler can know of the TLS connection a request came by: [`TlsInfo`] and, where one was shown,
//! [`PeerCertificate`] are extensions of the request.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;

/// The connection.
#[derive(Debug, Clone)]
pub(crate) struct TlsInfo {
    /// The name the client said it wants, in lower case; clients that go by address say none.
    pub(crate) server_name: Option<Arc<str>>,
    /// Whether it reached the host that asks for a client certificate.
    pub(crate) asked: bool,
    /// What certificate it showed. It proved to hold the key; what the certificate is worth is another question.
    pub(crate) peer: Option<PeerCertificate>,
    /// Whether nobody vouches for the certificate that we showed.
    pub(crate) self_signed: bool,
}

/// The certificates a client showed, its own first; never none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PeerCertificate(Arc<[CertificateDer<'static>]>);

impl PeerCertificate {
    pub(super) fn new(chain: &[CertificateDer<'static>]) -> Option<Self> {
        (!chain.is_empty()).then(|| Self(chain.iter().cloned().collect()))
    }

    /// Its own certificate, DER.
    pub(crate) fn own(&self) -> &[u8] {
        &self.0[0]
    }

    /// What else it sent, DER: usually the certificates that lead to a root.
    pub(crate) fn others(&self) -> impl Iterator<Item = &[u8]> {
        self.0[1..].iter().map(|der| &**der)
    }
}
