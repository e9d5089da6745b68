//! Looks after the station's certificate: where it comes from, when it is replaced, what is to be told of it.
//!
//! There is always one to show: while an authority has not given any yet, a self-signed one. A new one is shown from
//! the next handshake on; one that is not usable is never shown, the old one stays, and [`Report::problem`] says why.

use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::acme::{Acme, AcmeError, Attempts};
use super::certificate::{Certificate, Facts, Unusable};
use super::files::{Files, FilesError, Stamp};
use super::handshake::Reception;
use super::keep::Keep;
use super::own::{self, MakeError};
use super::server;
use super::shown::{Proofs, Shown};
use crate::config::{self, CertificateSource, Proof};
use crate::env::Outbound;
use crate::net::places::Places;

const OWN: &str = "self-signed.pem";
/// When an end is near enough to be told of.
const NEAR: SignedDuration = SignedDuration::from_hours(14 * 24);
/// Before this no certificate was ever asked for by this program: a clock that says so was never set.
const FIRST_LIGHT: Timestamp = Timestamp::constant(1_793_491_200, 0);

/// What the keeper is told of the station.
pub(crate) struct Station {
    /// Where the certificate comes from.
    pub(crate) source: CertificateSource,
    /// The names people reach it by.
    pub(crate) names: Vec<String>,
    /// Further names for a certificate made here.
    pub(crate) nicknames: Vec<String>,
    /// What its listeners are bound to.
    pub(crate) addresses: Vec<IpAddr>,
    /// Which proof is tried first where any will do.
    pub(crate) first_proof: Proof,
    /// Where keys and certificates of our own are kept.
    pub(crate) dir: PathBuf,
    /// To ask an authority.
    pub(crate) outbound: Outbound,
    /// Between two questions whether the authority is done.
    pub(crate) pause: Duration,
}

/// How handshakes are limited.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HandshakeLimits {
    /// Under way at once.
    pub(crate) most: usize,
    /// For the whole of one.
    pub(crate) patience: Duration,
}

/// The keeper. Clones are the same.
#[derive(Clone)]
pub(crate) struct Keeper(Arc<Inner>);

struct Inner {
    origin: Origin,
    keep: Keep,
    names: Vec<String>,
    shown: Arc<Shown>,
    proofs: Proofs,
    state: Mutex<State>,
    /// Held while a new one is made or got: one at a time.
    renewing: tokio::sync::Mutex<()>,
}

enum Origin {
    Files(Files),
    Own { names: Vec<String> },
    Acme(Box<Acme>),
}

#[derive(Default)]
struct State {
    /// How the files looked when they were read last.
    stamp: Option<Stamp>,
    /// Why what is in the files now is not shown, or why a new one could not be made.
    problem: Option<String>,
    attempts: Attempts,
}

/// Why there is no certificate to begin with.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeepError {
    /// The files.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// The data directory.
    #[error("{}: {error}; the data directory must belong to the user that runs Shackbox", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's words.
        error: io::Error,
    },
    /// One of our own.
    #[error(transparent)]
    Make(#[from] MakeError),
}

/// What a look at the certificate led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Look {
    /// All is as it was.
    Same,
    /// A new certificate is shown.
    Renewed,
    /// There should be a new one, but the old one stays, for this reason.
    Kept(String),
}

/// What is told of the certificate.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    /// What the certificate in use says.
    pub(crate) facts: Facts,
    /// `files`, `self_signed` or `acme`.
    pub(crate) source: &'static str,
    /// When a new one was asked for last.
    pub(crate) last_attempt: Option<Timestamp>,
    /// When one is asked for next, after a failure.
    pub(crate) next_attempt: Option<Timestamp>,
    /// What is wrong, in words.
    pub(crate) problem: Option<String>,
}

impl Keeper {
    /// Takes over: reads files, or what was kept, or makes a certificate.
    pub(crate) fn open(station: Station, now: Timestamp) -> Result<Self, KeepError> {
        let Station {
            source,
            names,
            mut nicknames,
            addresses,
            first_proof,
            dir,
            outbound,
            pause,
        } = station;
        let keep = Keep::at(dir);
        let proofs = Proofs::default();
        nicknames.extend(names.iter().cloned());
        let own_names = own::names(nicknames, &addresses);
        let mut state = State::default();
        let (origin, first, keep) = match source {
            CertificateSource::Files { cert, key } => {
                let files = Files { cert, key };
                state.stamp = Some(files.stamp());
                let first = files.read(now)?;
                (Origin::Files(files), first, keep)
            }
            CertificateSource::SelfSigned => {
                let first = kept_or_made(&keep, &own_names, now)?;
                (Origin::Own { names: own_names }, first, keep)
            }
            CertificateSource::Acme(settings) => {
                let kept_at = keep.inner("acme");
                let acme = Acme {
                    settings: *settings,
                    names: names.clone(),
                    first: first_proof,
                    keep: kept_at.clone(),
                    outbound,
                    proofs: proofs.clone(),
                    pause,
                };
                state.attempts = Attempts::read(&kept_at, &subject(&acme));
                let first = match acme.kept().map_err(|error| at(&kept_at, "", error))? {
                    Some(kept) => kept,
                    None => kept_or_made(&keep, &own_names, now)?,
                };
                (Origin::Acme(Box::new(acme)), first, kept_at)
            }
        };
        Ok(Self(Arc::new(Inner {
            origin,
            keep,
            names,
            shown: Shown::new(first),
            proofs,
            state: Mutex::new(state),
            renewing: tokio::sync::Mutex::default(),
        })))
    }

    /// The certificate in use, for a rustls configuration.
    pub(crate) fn shown(&self) -> Arc<Shown> {
        Arc::clone(&self.0.shown)
    }

    /// What proves names to an authority.
    pub(crate) fn proofs(&self) -> Proofs {
        self.0.proofs.clone()
    }

    /// Whether an authority is asked.
    pub(crate) fn asks_authority(&self) -> bool {
        matches!(self.0.origin, Origin::Acme(_))
    }

    /// How connections are met, with limits shared by all listeners that get a clone of it.
    pub(crate) fn reception(&self, limits: HandshakeLimits) -> Reception {
        Reception {
            shown: self.shown(),
            main: server::main(self.shown()),
            proving: server::proving(self.proofs()),
            under_way: Places::new(limits.most),
            patience: limits.patience,
        }
    }

    /// Reads the files again if they have changed, or could not be used the last time, or `anyway`.
    pub(crate) fn look_at_files(&self, anyway: bool, now: Timestamp) -> Look {
        let Origin::Files(files) = &self.0.origin else {
            return Look::Same;
        };
        let stamp = files.stamp();
        let mut state = self.state();
        let same = state.stamp.as_ref() == Some(&stamp);
        if same && state.problem.is_none() && !anyway {
            return Look::Same;
        }
        state.stamp = Some(stamp);
        match files.read(now) {
            Ok(fresh) => {
                state.problem = None;
                if fresh.key.cert == self.0.shown.key().cert {
                    return Look::Same;
                }
                self.0.shown.replace(fresh);
                Look::Renewed
            }
            Err(error) => {
                let told = error.to_string();
                if state.problem.as_ref() == Some(&told) && !anyway {
                    return Look::Same;
                }
                state.problem = Some(told.clone());
                Look::Kept(told)
            }
        }
    }

    /// Whether [`Keeper::renew`] would do anything now.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        let facts = self.0.shown.facts();
        match &self.0.origin {
            Origin::Files(_) => false,
            Origin::Own { names } => own_is_due(&facts, names, now),
            Origin::Acme(acme) => acme.wants(&facts, now) && self.state().attempts.may_try(now),
        }
    }

    /// Does not wait any longer after a failure, unless the authority wished it.
    pub(crate) fn hurry(&self) {
        self.state().attempts.hurry();
    }

    /// Makes or gets a new certificate if it is time.
    pub(crate) async fn renew(&self, now: Timestamp) -> Look {
        let _turn = self.0.renewing.lock().await;
        if !self.is_due(now) {
            return Look::Same;
        }
        match &self.0.origin {
            Origin::Files(_) => Look::Same,
            Origin::Own { names } => self.make(names, now),
            Origin::Acme(acme) => self.obtain(acme, now).await,
        }
    }

    fn make(&self, names: &[String], now: Timestamp) -> Look {
        let made = make(&self.0.keep, names, now);
        let mut state = self.state();
        match made {
            Ok(fresh) => {
                state.problem = None;
                self.0.shown.replace(fresh);
                Look::Renewed
            }
            Err(error) => {
                state.problem = Some(error.to_string());
                Look::Kept(error.to_string())
            }
        }
    }

    async fn obtain(&self, acme: &Acme, now: Timestamp) -> Look {
        let failures = self.state().attempts.failures;
        let got = if now < FIRST_LIGHT {
            Err(AcmeError::Clock(now))
        } else {
            acme.obtain(failures, now).await
        };
        let mut state = self.state();
        let look = match got {
            Ok(fresh) => {
                state.attempts.succeeded(now);
                self.0.shown.replace(fresh);
                Look::Renewed
            }
            Err(error) => {
                state.attempts.failed(&error, now);
                Look::Kept(error.to_string())
            }
        };
        // Not remembered means at most that it is tried again too soon after a restart.
        if let Err(error) = state.attempts.write(&self.0.keep) {
            tracing::warn!(%error, "attempts to get a certificate are not remembered: {error}");
        }
        look
    }

    /// What is to be told.
    pub(crate) fn report(&self, now: Timestamp) -> Report {
        let facts = self.0.shown.facts();
        let state = self.state();
        let missing = self.0.names.iter().filter(|name| !facts.is_for(name));
        let missing: Vec<String> = missing.cloned().collect();
        let own_words = || {
            if facts.is_over(now) {
                Some("the certificate has run out".to_owned())
            } else if facts.not_before > now {
                Some("the certificate is not valid yet; is this machine's clock right?".to_owned())
            } else if facts.not_after.duration_since(now) < NEAR {
                Some("the certificate runs out soon".to_owned())
            } else if self.asks_authority() && facts.self_signed {
                Some("no certificate has come from the authority yet; a self-signed one is shown".to_owned())
            } else if missing.is_empty() {
                None
            } else {
                Some(format!("the certificate is not for {}", missing.join(", ")))
            }
        };
        Report {
            problem: state
                .problem
                .clone()
                .or_else(|| state.attempts.error.clone())
                .or_else(own_words),
            source: match self.0.origin {
                Origin::Files(_) => "files",
                Origin::Own { .. } => "self_signed",
                Origin::Acme(_) => "acme",
            },
            last_attempt: state.attempts.last,
            next_attempt: state.attempts.next,
            facts,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether files can be used: what starting would say of them.
pub(crate) fn check(source: &CertificateSource, now: Timestamp) -> Result<(), KeepError> {
    match source {
        CertificateSource::Files { cert, key } => {
            let files = Files {
                cert: cert.clone(),
                key: key.clone(),
            };
            files.read(now)?;
            Ok(())
        }
        CertificateSource::SelfSigned | CertificateSource::Acme(_) => Ok(()),
    }
}

fn subject(acme: &Acme) -> String {
    let config::Acme { directory, .. } = &acme.settings;
    format!("{} {directory}", acme.names.join(" "))
}

fn kept_or_made(keep: &Keep, names: &[String], now: Timestamp) -> Result<Certificate, KeepError> {
    let kept = keep.get(OWN).map_err(|error| at(keep, OWN, error))?;
    let kept = kept.and_then(|pem| Certificate::from_pem(&pem, &pem).ok());
    match kept.filter(|kept| !own_is_due(&kept.facts, names, now)) {
        Some(kept) => Ok(kept),
        None => make(keep, names, now),
    }
}

/// Whether a certificate of our own should be made anew.
fn own_is_due(facts: &Facts, names: &[String], now: Timestamp) -> bool {
    facts.not_after.duration_since(now) < NEAR * 2 || !names.iter().all(|name| facts.names.contains(name))
}

fn make(keep: &Keep, names: &[String], now: Timestamp) -> Result<Certificate, KeepError> {
    let pem = own::self_signed(names, now)?;
    let made = Certificate::from_pem(pem.as_bytes(), pem.as_bytes());
    let made = made.map_err(|unusable: Unusable| MakeError::Unusable(unusable))?;
    keep.put(OWN, pem.as_bytes())
        .map_err(|error| at(keep, OWN, error))?;
    Ok(made)
}

fn at(keep: &Keep, name: &str, error: io::Error) -> KeepError {
    KeepError::Io {
        path: keep.path(name),
        error,
    }
}
