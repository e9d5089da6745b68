//! What happens to background jobs.

use smol_str::SmolStr;

/// A job changed its state; progress in between is announced on the bus only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JobEvent {
    /// The job's id, a UUID.
    pub(crate) id: SmolStr,
    /// What kind of job.
    pub(crate) kind: SmolStr,
    /// The account it works for; `None` for the program's own.
    pub(crate) owner: Option<u32>,
    /// `queued`, `running`, `done`, `failed` or `cancelled`.
    pub(crate) state: &'static str,
}
