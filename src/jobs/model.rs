//! What a job is: its kind and manners, its id, how it may end.

use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::env::Env;
use crate::store::{Corrupt, Key, KeyBuf, StoreError};

/// Work that survives a restart: the value is stored, the handler is registered with `Jobs::register`.
///
/// A handler may be run again after a crash at any point, so it must be repeatable.
pub(crate) trait Job: Serialize + DeserializeOwned + Send + 'static {
    /// The kind's name; stored, so never changed.
    const KIND: &'static str;
    /// Jobs of one queue wait for each other; one queue for each service outside.
    const QUEUE: &'static str;
    /// Whether an equal job that still waits makes a second one needless.
    const UNIQUE: bool = false;
    /// Whether it may be called off: not where half of the work helps nobody.
    const CANCELLABLE: bool = true;
    /// Tries before the job has failed, the first one included.
    const MAX_TRIES: u32 = 5;
}

/// The id of a job: sorts by the time it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(crate) struct JobId(pub(super) Uuid);

impl Key for JobId {
    fn encode(&self, out: &mut KeyBuf) {
        self.0.encode(out);
    }
    fn decode_from(input: &mut &[u8]) -> Result<Self, Corrupt> {
        Uuid::decode_from(input).map(Self)
    }
}

impl std::fmt::Display for JobId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

/// Text that is no job's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a job id")]
pub(crate) struct NotAJobId;

impl FromStr for JobId {
    type Err = NotAJobId;

    fn from_str(text: &str) -> Result<Self, NotAJobId> {
        Uuid::try_parse(text).map(Self).map_err(|_| NotAJobId)
    }
}

impl From<JobId> for String {
    fn from(id: JobId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for JobId {
    type Error = NotAJobId;

    fn try_from(text: String) -> Result<Self, NotAJobId> {
        text.parse()
    }
}

/// For whom and when a job is to run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewJob {
    /// Its id.
    pub(crate) id: JobId,
    /// The account it works for; `None` for the program's own.
    pub(crate) owner: Option<u32>,
    /// When it is asked for.
    pub(crate) now: Timestamp,
    /// Not before this time.
    pub(crate) due: Timestamp,
}

impl NewJob {
    /// A job of `owner` with a fresh id, due at once.
    pub(crate) fn now(env: &Env, owner: Option<u32>) -> Self {
        let now = env.clock.now();
        Self {
            id: JobId(env.entropy.uuid7(now)),
            owner,
            now,
            due: now,
        }
    }

    /// The same, but due later.
    #[must_use]
    pub(crate) fn after(mut self, wait: Duration) -> Self {
        self.due = self.now.checked_add(wait).unwrap_or(Timestamp::MAX);
        self
    }
}

/// What a job that ended well has to say.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Done(pub(crate) Option<serde_json::Value>);

impl Done {
    /// Nothing but that it is done.
    pub(crate) fn quietly() -> Self {
        Self(None)
    }

    /// A result for callers to read.
    pub(crate) fn with(result: impl Into<serde_json::Value>) -> Self {
        Self(Some(result.into()))
    }
}

/// Why a try of a job did not end well.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum JobError {
    /// Another try may help: after this time, or after the usual back-off.
    #[error("{reason}")]
    Retry {
        /// How long to wait; `None`: longer each time.
        after: Option<Duration>,
        /// What went wrong.
        reason: String,
    },
    /// Another try cannot help.
    #[error("{0}")]
    Permanent(String),
    /// It was called off; from `JobCx::check`.
    #[error("cancelled")]
    Cancelled,
    /// The program is stopping, or the store takes no writes; the job goes on when it can, and this was no try.
    #[error("interrupted")]
    Interrupted,
}

impl JobError {
    /// Another try, after the usual back-off.
    pub(crate) fn retry(reason: impl std::fmt::Display) -> Self {
        Self::Retry {
            after: None,
            reason: reason.to_string(),
        }
    }
}

impl From<StoreError> for JobError {
    fn from(error: StoreError) -> Self {
        // How a try ended is stored once the store takes writes again: then the job may go on at once.
        if error.is_unavailable() {
            Self::Interrupted
        } else {
            Self::retry(error)
        }
    }
}

impl From<anyhow::Error> for JobError {
    fn from(error: anyhow::Error) -> Self {
        Self::retry(format_args!("{error:#}"))
    }
}

/// The longest a failed job waits.
const LONGEST_WAIT: Duration = Duration::from_hours(6);

/// How long to wait after the `tries`th failure: a minute, doubled each time, at most six hours.
pub(super) fn back_off(tries: u32) -> Duration {
    let factor = 2_u32.saturating_pow(tries.saturating_sub(1));
    Duration::from_mins(1).saturating_mul(factor).min(LONGEST_WAIT)
}
