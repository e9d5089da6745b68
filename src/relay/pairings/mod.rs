//! Who may use the relay from a page: origins that were paired, by a code or by a click on the relay's own page.
//!
//! ```text
//! page: begin(name) -> request   relay: shows the code   page: claim(request, code) -> token, once
//!                                own page: allow(request)   page: ask(request) -> token, once
//! ```
//!
//! Invariants: a token is kept as a digest alone and compared in constant time; one request at a time for an origin,
//! and few in all; a code is good for two minutes and five tries, and wrong tries of all origins together are counted,
//! so that a page that comes under many names cannot try them all.

mod file;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use crate::env::{Clock, Entropy};

/// The name of the file in the data directory.
pub(crate) const FILE: &str = "relay-pairings.json";
/// How long a request waits.
pub(crate) const PATIENCE: SignedDuration = SignedDuration::from_mins(2);
/// Tries of a code.
const TRIES: u32 = 5;
/// Requests that wait at once.
const WAITING: usize = 8;
/// Paired origins.
const PAIRED: usize = 100;
/// Wrong codes of all origins within [`COUNTED`]; more close the pairing by code for so long.
const WRONG: usize = 20;
const COUNTED: SignedDuration = SignedDuration::from_mins(10);
/// Longest name kept.
const NAME: usize = 60;

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scope {
    /// Looking and tuning.
    Rig,
    /// Keying the transmitter.
    Tx,
}

/// A request that waits for its code or for a click.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Waiting {
    /// Names it.
    pub(crate) request: String,
    /// The page's origin; empty for a program that is no page.
    pub(crate) origin: String,
    /// What the page calls itself.
    pub(crate) name: String,
    /// The code to be typed into the page.
    pub(crate) code: String,
    /// What it asks for.
    pub(crate) scopes: Vec<Scope>,
    /// Until when it waits.
    pub(crate) until: Timestamp,
}

/// Somebody who may use the relay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Paired {
    /// Names it.
    pub(crate) id: String,
    /// The page's origin; empty for a program that is no page.
    pub(crate) origin: String,
    /// What it called itself.
    pub(crate) name: String,
    /// What it may do.
    pub(crate) scopes: Vec<Scope>,
    /// Since when.
    pub(crate) since: Timestamp,
}

/// A token and what it is good for; shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Granted {
    /// The token.
    pub(crate) token: String,
    /// What it is good for.
    pub(crate) scopes: Vec<Scope>,
}

/// How a request stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nobody has decided.
    Waiting,
    /// Allowed; the token comes along the first time this is asked.
    Allowed(Option<Granted>),
    /// Refused.
    Refused,
}

/// Why a pairing does not go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PairError {
    /// No such request, or it is over, or it is another page's.
    #[error("there is no such request for pairing, or its two minutes are over; start again")]
    Unknown,
    /// Not that code.
    #[error("that is not the code the relay shows; {0} tries are left")]
    WrongCode(u32),
    /// Too often wrong.
    #[error("the code was wrong too often; start again and look at the relay's page for the new one")]
    TooOften,
    /// Too often wrong, from wherever.
    #[error("too many wrong codes of late: allow the page on the relay's own page, or wait ten minutes")]
    Closed,
    /// Too many wait.
    #[error("too many pages ask to be paired at once; look at the relay's page and try again in two minutes")]
    Crowded,
    /// Transmitting was asked for, but pages do not transmit here.
    #[error("this relay lets no page transmit; switch it on in its setup (relay.transmit)")]
    NoTransmit,
    /// Enough are paired.
    #[error("a hundred pages are paired; revoke one on the relay's page first")]
    Full,
    /// It could not be written down.
    #[error("the pairing could not be kept: {0}")]
    Disk(String),
}

/// Who may use the relay.
#[derive(Debug)]
pub(crate) struct Pairings {
    state: Mutex<State>,
    path: PathBuf,
    clock: Clock,
    entropy: Entropy,
}

#[derive(Debug, Default)]
struct State {
    asked: Vec<Asked>,
    kept: Vec<Kept>,
    wrong: Vec<Timestamp>,
}

/// A request and what became of it.
#[derive(Debug)]
struct Asked {
    shown: Waiting,
    tries: u32,
    standing: Standing,
}

/// A pairing with the digest of its token.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Kept {
    paired: Paired,
    digest: [u8; 32],
}

impl Pairings {
    /// Those kept in a file. Waits for the disk.
    pub(crate) fn open(path: PathBuf, clock: Clock, entropy: Entropy) -> std::io::Result<Self> {
        let state = State {
            kept: file::read(&path)?,
            ..State::default()
        };
        Ok(Self {
            state: Mutex::new(state),
            path,
            clock,
            entropy,
        })
    }

    /// Begins a pairing of a page; an older request of the same origin is over. `transmit`: whether it asks for that
    /// too, and `may_transmit`: whether that can be had.
    pub(crate) fn begin(
        &self,
        origin: &str,
        name: &str,
        transmit: bool,
        may_transmit: bool,
    ) -> Result<Waiting, PairError> {
        if transmit && !may_transmit {
            return Err(PairError::NoTransmit);
        }
        let now = self.clock.now();
        let mut state = self.state(now);
        state
            .asked
            .retain(|asked| asked.shown.origin != origin || asked.standing != Standing::Waiting);
        if state.asked.len() >= WAITING {
            return Err(PairError::Crowded);
        }
        let scopes = if transmit {
            vec![Scope::Rig, Scope::Tx]
        } else {
            vec![Scope::Rig]
        };
        let shown = Waiting {
            request: self.entropy.token(12),
            origin: origin.to_owned(),
            name: plain(name),
            code: self.code(),
            scopes,
            until: now + PATIENCE,
        };
        state.asked.push(Asked {
            shown: shown.clone(),
            tries: 0,
            standing: Standing::Waiting,
        });
        Ok(shown)
    }

    /// Ends a pairing by its code, typed into the page of that origin. Waits for the disk.
    pub(crate) fn claim(&self, request: &str, origin: &str, code: &str) -> Result<Granted, PairError> {
        let now = self.clock.now();
        let mut state = self.state(now);
        if state.wrong.len() >= WRONG {
            return Err(PairError::Closed);
        }
        let index = state.find(request, Some(origin))?;
        let asked = &mut state.asked[index];
        if asked.standing != Standing::Waiting {
            return Err(PairError::Unknown);
        }
        let typed: String = code.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        if !bool::from(typed.as_bytes().ct_eq(asked.shown.code.as_bytes())) {
            asked.tries += 1;
            let left = TRIES.saturating_sub(asked.tries);
            if left == 0 {
                state.asked.remove(index);
            }
            state.wrong.push(now);
            return Err(if left == 0 {
                PairError::TooOften
            } else {
                PairError::WrongCode(left)
            });
        }
        let shown = state.asked[index].shown.clone();
        let granted = self.keep(&mut state, &shown, now)?;
        state.asked.remove(index);
        Ok(granted)
    }

    /// How a request of a page stands; a token is given once.
    pub(crate) fn ask(&self, request: &str, origin: &str) -> Result<Standing, PairError> {
        let mut state = self.state(self.clock.now());
        let index = state.find(request, Some(origin))?;
        let standing = &mut state.asked[index].standing;
        let told = standing.clone();
        if let Standing::Allowed(granted) = standing {
            *granted = None;
        }
        Ok(told)
    }

    /// Requests that wait, the newest first: for the console and the relay's own page.
    pub(crate) fn waiting(&self) -> Vec<Waiting> {
        let state = self.state(self.clock.now());
        let waiting = state.asked.iter().rev();
        waiting
            .filter(|asked| asked.standing == Standing::Waiting)
            .map(|asked| asked.shown.clone())
            .collect()
    }

    /// Allows a request without its code. Waits for the disk.
    pub(crate) fn allow(&self, request: &str) -> Result<(), PairError> {
        let now = self.clock.now();
        let mut state = self.state(now);
        let index = state.find(request, None)?;
        if state.asked[index].standing != Standing::Waiting {
            return Err(PairError::Unknown);
        }
        let shown = state.asked[index].shown.clone();
        let granted = self.keep(&mut state, &shown, now)?;
        state.asked[index].standing = Standing::Allowed(Some(granted));
        Ok(())
    }

    /// Refuses a request.
    pub(crate) fn refuse(&self, request: &str) -> Result<(), PairError> {
        let mut state = self.state(self.clock.now());
        let index = state.find(request, None)?;
        let asked = &mut state.asked[index];
        if asked.standing != Standing::Waiting {
            return Err(PairError::Unknown);
        }
        asked.standing = Standing::Refused;
        Ok(())
    }

    /// Who may use the relay, the newest first.
    pub(crate) fn paired(&self) -> Vec<Paired> {
        let state = self.state(self.clock.now());
        state.kept.iter().rev().map(|kept| kept.paired.clone()).collect()
    }

    /// Ends a pairing. Waits for the disk.
    pub(crate) fn revoke(&self, id: &str) -> Result<(), PairError> {
        let mut state = self.state(self.clock.now());
        let mut kept = state.kept.clone();
        kept.retain(|kept| kept.paired.id != id);
        if kept.len() == state.kept.len() {
            return Err(PairError::Unknown);
        }
        self.store(&mut state, kept)
    }

    /// Whether pages of an origin are paired.
    pub(crate) fn knows(&self, origin: &str) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        !origin.is_empty() && state.kept.iter().any(|kept| kept.paired.origin == origin)
    }

    /// Whom a token belongs to, if it was given to that origin.
    pub(crate) fn holder(&self, token: &str, origin: &str) -> Option<Paired> {
        let digest = file::digest(token);
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // All are compared, however early one fits.
        let mut found = None;
        for kept in &state.kept {
            if bool::from(kept.digest.ct_eq(&digest)) && kept.paired.origin == origin {
                found = Some(kept.paired.clone());
            }
        }
        found
    }

    fn keep(&self, state: &mut State, shown: &Waiting, now: Timestamp) -> Result<Granted, PairError> {
        let token = self.entropy.token(32);
        let mut kept = state.kept.clone();
        // One token for an origin; a program without one is told apart by its name.
        kept.retain(|kept| {
            kept.paired.origin != shown.origin || shown.origin.is_empty() && kept.paired.name != shown.name
        });
        if kept.len() >= PAIRED {
            return Err(PairError::Full);
        }
        kept.push(Kept {
            paired: Paired {
                id: self.entropy.token(9),
                origin: shown.origin.clone(),
                name: shown.name.clone(),
                scopes: shown.scopes.clone(),
                since: now,
            },
            digest: file::digest(&token),
        });
        self.store(state, kept)?;
        Ok(Granted {
            token,
            scopes: shown.scopes.clone(),
        })
    }

    fn store(&self, state: &mut State, kept: Vec<Kept>) -> Result<(), PairError> {
        file::write(&self.path, &kept).map_err(|error| PairError::Disk(error.to_string()))?;
        state.kept = kept;
        Ok(())
    }

    /// The state without what is over.
    fn state(&self, now: Timestamp) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.asked.retain(|asked| now < asked.shown.until);
        state.wrong.retain(|at| now.duration_since(*at) < COUNTED);
        state
    }

    /// Six digits, all equally likely.
    fn code(&self) -> String {
        loop {
            let number = u32::from_be_bytes(self.entropy.bytes());
            // The rest of 2^32 divided by a million would make some codes likelier.
            if number < 4_294_000_000 {
                return format!("{:06}", number % 1_000_000);
            }
        }
    }
}

impl State {
    fn find(&self, request: &str, origin: Option<&str>) -> Result<usize, PairError> {
        let mut asked = self.asked.iter();
        asked
            .position(|asked| {
                asked.shown.request == request && origin.is_none_or(|origin| asked.shown.origin == origin)
            })
            .ok_or(PairError::Unknown)
    }
}

/// A name in one line.
fn plain(name: &str) -> String {
    let name: String = name.chars().filter(|c| !c.is_control()).take(NAME).collect();
    let name = name.trim();
    if name.is_empty() {
        "a page".to_owned()
    } else {
        name.to_owned()
    }
}
