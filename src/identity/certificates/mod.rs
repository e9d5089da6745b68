//! Signing in, and proving a call, with a certificate of Logbook of the World: what the pure part (`lotw`) cannot know.
//!
//! [`Certificates`] holds the authorities in force and what newer certificates have superseded, lets a browser hop from
//! the host that examined its certificate to the main one ([`Errand`], single-use tokens), gives the holder a session
//! or the member a proof, and asks Logbook of the World whether a certificate still stands. Invariants: a chain is
//! examined anew at each step, so what is removed counts at once; a token works once, for half a minute, in the browser
//! that began; nothing waits for the network inside a transaction. Pages are not here.

mod authorities;
mod challenge;
mod entering;
mod hop;
mod log;
mod standing;
mod superseded;
mod tables;
#[cfg(test)]
mod tests;
mod watch;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use jiff::Timestamp;

use crate::env::{Env, Outbound};
use crate::ham::callsign::Callsign;
use crate::identity::actor::Actor;
use crate::identity::authority::Service;
use crate::identity::error::Error;
use crate::identity::lotw::{Circumstances, Claim, LotwClientVerifier, Refusal, Roots};
use crate::identity::memory::Touched;
use crate::identity::service::Identity;
use crate::identity::token;
use crate::store::{Direction, Rows as _, Span};

pub(crate) use authorities::{FileFault, Found, KNOWN, authorities_in, authorities_of, install};
#[cfg(test)]
pub(crate) use challenge::{give_challenge, use_challenge};
pub(crate) use entering::{EnterError, Entered, Holder};
pub(crate) use hop::{Chain, ERRAND_LIFE, Errand, Hop, QUESTION_LIFE, TOKEN_LIFE};
pub(crate) use log::LogError;
pub(super) use tables::{challenge_of, forget_challenge, tables};
pub(crate) use watch::register;

use authorities::Stamp;
use superseded::Superseded;
use tables::{AUTHORITY, StoredAuthority};

/// The name of the outside service.
pub(crate) const SERVICE: &str = "lotw";
/// Authorities learned from users' chains that are kept: there is a new one every four years.
const MOST_LEARNED: usize = 32;
/// When the program was made: a clock that shows an earlier day is wrong (a computer without a battery clock).
const MADE: &str = "2026-11-01T00:00:00Z";

/// This part of the program, where it gives calls to who proved them.
pub(super) const ACTOR: Actor = Actor::Service(Service::Verifier);

/// The service. Clones share everything.
#[derive(Clone)]
pub(crate) struct Certificates {
    inner: Arc<Inner>,
}

struct Inner {
    identity: Identity,
    outbound: Outbound,
    folder: PathBuf,
    made: Timestamp,
    known: RwLock<Arc<Known>>,
    /// What newer certificates took the place of, by number.
    superseded: RwLock<HashMap<smol_str::SmolStr, Vec<Superseded>>>,
    /// DER of learned authorities: kept over a reload, counted only while a pinned root vouches for them.
    learned: Mutex<Vec<Vec<u8>>>,
    hop: Hop,
}

/// The authorities in force.
struct Known {
    roots: Roots,
    verifier: Arc<LotwClientVerifier>,
    /// What the folder looked like, to see whether it changed.
    stamp: Stamp,
    faults: Vec<FileFault>,
}

/// What is wrong with the folder of authorities, or that nothing is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Loaded {
    /// Authorities that count.
    pub(crate) authorities: usize,
    /// Files that could not be used.
    pub(crate) faults: Vec<FileFault>,
}

impl Certificates {
    /// Reads the folder, and what earlier runs have learned.
    pub(crate) async fn open(identity: Identity, env: &Env, folder: PathBuf) -> Result<Self, Error> {
        let (learned, superseded) = identity
            .inner
            .store
            .read(|rows| {
                let rows_of = rows.scan(AUTHORITY, Span::all(), Direction::Forward);
                let learned = rows_of
                    .map(|row| row.map(|(_, authority)| authority.der))
                    .collect::<Result<Vec<_>, _>>()?;
                Ok::<_, crate::store::StoreError>((learned, superseded::load(rows)?))
            })
            .await?;
        let known = look(&folder, learned.clone()).await;
        let inner = Inner {
            identity,
            outbound: env.outbound.clone(),
            folder,
            made: MADE.parse().expect("a time"),
            known: RwLock::new(Arc::new(known)),
            superseded: RwLock::new(superseded),
            learned: Mutex::new(learned),
            hop: Hop::new(env.entropy.clone()),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Reads the folder again if it has changed; `None` where it has not.
    pub(crate) async fn reload(&self) -> Option<Loaded> {
        let folder = self.inner.folder.clone();
        let stamp = tokio::task::spawn_blocking(move || authorities::stamp(&folder)).await;
        if stamp.is_ok_and(|stamp| stamp == self.known().stamp) {
            return None;
        }
        let known = look(&self.inner.folder, self.learned()).await;
        *self.inner.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(known);
        Some(self.loaded())
    }

    /// What is in force.
    pub(crate) fn loaded(&self) -> Loaded {
        let known = self.known();
        Loaded {
            authorities: known.roots.lines().len(),
            faults: known.faults.clone(),
        }
    }

    /// Whether anything can be proven.
    pub(crate) fn can_prove(&self) -> bool {
        !self.known().roots.is_empty()
    }

    /// What asks browsers for a certificate: another one whenever the authorities change.
    pub(crate) fn verifier(&self) -> Arc<LotwClientVerifier> {
        Arc::clone(&self.known().verifier)
    }

    /// The single-use tokens between the two hosts.
    pub(crate) fn hop(&self) -> &Hop {
        &self.inner.hop
    }

    /// What a certificate, or the name that a proxy vouches for, proves now.
    pub(crate) fn examine(&self, chain: &Chain) -> Result<Holder, Refusal> {
        match chain {
            Chain::Certificates(certificates) => self.claim(certificates).map(Holder::of_claim),
            Chain::Name(call) => {
                self.check_clock()?;
                Ok(Holder::of_name(call.clone()))
            }
        }
    }

    fn claim(&self, certificates: &[Vec<u8>]) -> Result<Claim, Refusal> {
        self.known().roots.examine(
            certificates,
            &self.circumstances(&|claim| self.is_superseded(claim)),
        )
    }

    fn circumstances<'a>(&self, superseded: &'a dyn Fn(&Claim) -> bool) -> Circumstances<'a> {
        Circumstances {
            now: self.inner.identity.inner.clock.now(),
            built: self.inner.made,
            superseded,
        }
    }

    fn check_clock(&self) -> Result<(), Refusal> {
        let shows = self.inner.identity.inner.clock.now();
        if shows < self.inner.made {
            return Err(Refusal::ClockWrong { shows });
        }
        Ok(())
    }

    /// Keeps what a good certificate told beside its call: an issuing authority that was not known, and which
    /// certificate it took the place of.
    async fn keep(&self, holder: &Holder) -> Result<(), Error> {
        let Some(claim) = &holder.claim else {
            return Ok(());
        };
        if let Some(der) = claim.new_authority.clone() {
            self.learn(der).await?;
        }
        self.supersede(claim).await
    }

    async fn learn(&self, der: Vec<u8>) -> Result<(), Error> {
        let mut learned = self.learned();
        if learned.len() >= MOST_LEARNED || learned.contains(&der) {
            return Ok(());
        }
        let kept = der.clone();
        self.inner
            .identity
            .change(move |tx, now| {
                let authority = StoredAuthority {
                    der: kept,
                    since: now,
                };
                tx.put(AUTHORITY, &token::digest_of(&authority.der), &authority)?;
                Ok(((), Touched::default()))
            })
            .await?;
        learned.push(der);
        let known = look(&self.inner.folder, learned.clone()).await;
        *lock(&self.inner.learned) = learned;
        *self.inner.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(known);
        Ok(())
    }

    fn learned(&self) -> Vec<Vec<u8>> {
        lock(&self.inner.learned).clone()
    }

    fn known(&self) -> Arc<Known> {
        Arc::clone(&self.inner.known.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The call that an account has for the call in a certificate: `K6BP/KH6` is K6BP's.
fn home_call(call: &Callsign) -> Callsign {
    Callsign::parse(call.base()).unwrap_or_else(|_| call.clone())
}

async fn look(folder: &std::path::Path, learned: Vec<Vec<u8>>) -> Known {
    let folder = folder.to_owned();
    let read = tokio::task::spawn_blocking(move || authorities::read(&folder)).await;
    let (mut roots, stamp, faults) = read.unwrap_or_default();
    for der in &learned {
        roots.learn(der);
    }
    Known {
        verifier: Arc::new(LotwClientVerifier::new(&roots)),
        roots,
        stamp,
        faults,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
