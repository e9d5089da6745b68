//! What happens to background jobs.

use serde::Serialize;
use smol_str::SmolStr;

/// The state of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    /// Waits for its turn or its time.
    #[default]
    Queued,
    /// Is being worked on.
    Running,
    /// Ended well.
    Done,
    /// Ended badly, and is not tried again.
    Failed,
    /// Was called off.
    Cancelled,
}

/// A job as callers of the interface see it; an event of it says that its state has changed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub(crate) struct JobEvent {
    /// The job's id, a UUID.
    pub(crate) id: SmolStr,
    /// What kind of job.
    pub(crate) kind: SmolStr,
    /// The account it works for; `None` for the program's own.
    #[serde(skip)]
    pub(crate) owner: Option<u32>,
    /// Its state.
    pub(crate) state: State,
    /// How much is done, in the job's own unit.
    pub(crate) done: u64,
    /// How much there is to do, once known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) total: Option<u64>,
    /// What a job that is done has to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) result: Option<serde_json::Value>,
    /// Why the last try failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// How often it was tried.
    pub(crate) tries: u32,
    /// When it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) created: Option<jiff::Timestamp>,
    /// When the last try started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) started: Option<jiff::Timestamp>,
    /// When it ended for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) finished: Option<jiff::Timestamp>,
    /// When it runs next, if it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) due: Option<jiff::Timestamp>,
}
