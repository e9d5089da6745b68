//! What is shown to clients at the moment: the certificate in use, changed without a pause, and the proofs that a
//! certificate authority asks for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::certificate::{Certificate, Facts};

/// The certificate in use. Handshakes take it as it is at that moment.
#[derive(Debug)]
pub(crate) struct Shown(ArcSwap<Certificate>);

impl Shown {
    pub(super) fn new(certificate: Certificate) -> Arc<Self> {
        Arc::new(Self(ArcSwap::from_pointee(certificate)))
    }

    /// From now on this one is shown.
    pub(super) fn replace(&self, certificate: Certificate) {
        self.0.store(Arc::new(certificate));
    }

    /// What the certificate in use says.
    pub(crate) fn facts(&self) -> Facts {
        self.0.load().facts.clone()
    }

    /// The certificate in use with its key.
    pub(super) fn key(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.0.load().key)
    }

    /// Whether nobody vouches for the certificate in use.
    pub(super) fn is_self_signed(&self) -> bool {
        self.0.load().facts.self_signed
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.key())
    }
}

/// Proofs for a certificate authority, while it may ask for them. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Proofs(Arc<Mutex<Open>>);

#[derive(Debug, Default)]
struct Open {
    /// By token: what `/.well-known/acme-challenge/<token>` answers (RFC 8555 8.3).
    http: HashMap<String, String>,
    /// By name: what is shown to a client that speaks `acme-tls/1` (RFC 8737 3).
    tls: HashMap<String, Arc<CertifiedKey>>,
}

/// A proof that can be asked for until this is dropped.
#[derive(Debug)]
pub(super) struct Offered {
    proofs: Proofs,
    what: What,
}

#[derive(Debug)]
enum What {
    Http(String),
    Tls(String),
}

impl Proofs {
    /// What a path below `/.well-known/acme-challenge/` answers.
    pub(crate) fn by_token(&self, token: &str) -> Option<String> {
        self.with(|open| open.http.get(token).cloned())
    }

    pub(super) fn offer_http(&self, token: &str, answer: &str) -> Offered {
        self.with(|open| open.http.insert(token.to_owned(), answer.to_owned()));
        self.offered(What::Http(token.to_owned()))
    }

    pub(super) fn offer_tls(&self, name: &str, key: Arc<CertifiedKey>) -> Offered {
        let name = name.to_ascii_lowercase();
        self.with(|open| open.tls.insert(name.clone(), key));
        self.offered(What::Tls(name))
    }

    fn offered(&self, what: What) -> Offered {
        Offered {
            proofs: self.clone(),
            what,
        }
    }

    fn with<T>(&self, look: impl FnOnce(&mut Open) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Offered {
    fn drop(&mut self) {
        self.proofs.with(|open| match &self.what {
            What::Http(token) => drop(open.http.remove(token)),
            What::Tls(name) => drop(open.tls.remove(name)),
        });
    }
}

impl ResolvesServerCert for Proofs {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name()?.to_ascii_lowercase();
        self.with(|open| open.tls.get(&name).cloned())
    }

    fn only_raw_public_keys(&self) -> bool {
        false
    }
}
