//! Award programmes whose activators are spotted: their own lists, polled, and what is new in them told.
//!
//! Polite and never giving up: one request at a time, a pause that doubles after a failure up to five minutes, or as
//! long as the service asks for. Only what changed since the last answer is taken in, so a list that stays the same
//! costs a comparison.

mod pota;
mod sota;
#[cfg(test)]
mod tests;
mod wwff;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::cluster::Cluster;
use super::event::Source;
use super::model::{Accepted, RawSpot, Sender};
use crate::env::{Env, OutboundError};
use crate::identity::{Actor, Service};

/// Pause after the first failure.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// Longest pause after failures.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);
/// Longest pause that a service may ask for.
const LONGEST_WISH: Duration = Duration::from_hours(1);
/// Most entries of a list.
const MOST: usize = 5_000;

/// A programme with a list of activators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Programme {
    Pota,
    Sota,
    Wwff,
}

/// An activator in the list.
#[derive(Debug, Clone, PartialEq)]
struct Activation {
    /// What makes it the same entry in the next answer.
    key: String,
    /// What makes it news: changes when anything of it does.
    news: String,
    spot: RawSpot,
}

/// Why a list could not be had.
#[derive(Debug, thiserror::Error)]
enum PollError {
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    #[error("the answer is no list of spots")]
    NoList,
}

/// What the last answers were.
#[derive(Debug, Default)]
struct Memory {
    /// News by key.
    known: HashMap<String, String>,
    /// The mark of the last answer, where the service has one.
    mark: Option<String>,
}

impl Programme {
    /// Its name as a source of the configuration.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Pota => "pota",
            Self::Sota => "sota",
            Self::Wwff => "wwff",
        }
    }

    const fn source(self) -> Source {
        match self {
            Self::Pota => Source::Pota,
            Self::Sota => Source::Sota,
            Self::Wwff => Source::Wwff,
        }
    }

    /// The list as it is now; `None` where the service says that it has not changed.
    async fn fetch(self, env: &Env, memory: &mut Memory) -> Result<Option<Vec<Activation>>, PollError> {
        match self {
            Self::Pota => pota::fetch(env).await.map(Some),
            Self::Sota => sota::fetch(env, &mut memory.mark).await,
            Self::Wwff => wwff::fetch(env).await.map(Some),
        }
    }
}

/// Polls a programme until the program stops.
pub(crate) async fn poll(
    cluster: Cluster,
    env: Env,
    (programme, every): (Programme, Duration),
    stop: CancellationToken,
) {
    let name = programme.name();
    let mut memory = Memory::default();
    let mut failures = 0_u32;
    loop {
        let Some(polled) = stop
            .run_until_cancelled(once(&cluster, &env, programme, &mut memory))
            .await
        else {
            return;
        };
        let pause = match polled {
            Ok(new) => {
                if failures > 0 {
                    tracing::info!("{name} answers again");
                }
                failures = 0;
                cluster.note_poll(name, Ok(new));
                every
            }
            Err(error) => {
                // One line for an outage, however long it is.
                if failures == 0 {
                    tracing::warn!(%error, "{name}: {error}");
                }
                cluster.note_poll(name, Err(error.to_string()));
                let pause = back_off(failures, &error);
                failures = failures.saturating_add(1);
                pause
            }
        };
        let pause = pause + env.entropy.jitter(pause / 10);
        if stop
            .run_until_cancelled(tokio::time::sleep(pause))
            .await
            .is_none()
        {
            return;
        }
    }
}

/// How long to wait after so many failures before this one.
fn back_off(failures: u32, error: &PollError) -> Duration {
    let pause = FIRST_PAUSE
        .saturating_mul(1 << failures.min(8))
        .min(LONGEST_PAUSE);
    match error {
        PollError::Outbound(OutboundError::Status {
            retry_after: Some(wish),
            ..
        }) => pause.max((*wish).min(LONGEST_WISH)),
        _ => pause,
    }
}

/// Asks once and takes in what is new; how many new spots that were.
async fn once(
    cluster: &Cluster,
    env: &Env,
    programme: Programme,
    memory: &mut Memory,
) -> Result<usize, PollError> {
    let Some(mut list) = programme.fetch(env, memory).await? else {
        return Ok(0);
    };
    list.truncate(MOST);
    let keys: HashSet<String> = list.iter().map(|one| one.key.clone()).collect();
    memory.known.retain(|key, _| keys.contains(key));
    let actor = Actor::Service(Service::DxFeed);
    let from = Sender {
        actor: &actor,
        source: programme.source(),
        origin: programme.name(),
    };
    let mut new = 0;
    for one in list {
        if memory.known.get(&one.key) == Some(&one.news) {
            continue;
        }
        memory.known.insert(one.key, one.news);
        // What is refused is old, or no call: the list is other people's typing.
        if let Ok(Accepted::New(_)) = cluster.accept(one.spot, &from) {
            new += 1;
        }
    }
    Ok(new)
}

/// The entries of an answer; those that do not read are left out.
fn entries<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<Vec<T>, PollError> {
    let list: Vec<serde_json::Value> = serde_json::from_slice(body).map_err(|_| PollError::NoList)?;
    Ok(list
        .into_iter()
        .filter_map(|entry| serde_json::from_value(entry).ok())
        .collect())
}

/// A time without zone, which is UTC.
fn utc(text: &str) -> Option<jiff::Timestamp> {
    let text = text.trim().trim_end_matches('Z');
    let time: jiff::civil::DateTime = text.parse().ok()?;
    jiff::tz::TimeZone::UTC.to_timestamp(time).ok()
}

/// The comment with the reference, which programs that read comments look for.
fn with_reference(reference: &str, comment: &str) -> smol_str::SmolStr {
    let comment = comment.trim();
    if comment.to_ascii_uppercase().contains(reference) {
        comment.into()
    } else {
        smol_str::format_smolstr!("{reference} {comment}")
            .trim_end()
            .into()
    }
}

/// A number or a text, as services write frequencies.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(untagged)]
enum Number {
    Text(String),
    Number(serde_json::Number),
}

impl Number {
    /// As decimal text, so that nothing is rounded.
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.trim().to_owned(),
            Self::Number(number) => number.to_string(),
        }
    }
}
