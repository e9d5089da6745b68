//! What a change came to, as it is answered: the serial with it, and whether queries are answered so already.

use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::dns::error::Error;
use crate::dns::model::Applied;

/// What a change came to.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = DnsOutcome)]
pub(crate) struct Outcome {
    /// The zone's serial with the change in it.
    pub(crate) serial: u32,
    /// The state by which the change is taken back, as in the history.
    pub(crate) version: u64,
    /// Whether anything was to be changed.
    pub(crate) changed: bool,
    /// `live`: queries are answered so. `pending`: stored, and answered in a moment.
    pub(crate) state: &'static str,
}

impl Outcome {
    /// The outcome of a command; an error where nothing was stored.
    pub(super) fn of(done: Result<Applied, Error>) -> Result<Self, Error> {
        match done {
            Ok(applied) => Ok(Self {
                serial: applied.version.serial(),
                version: applied.version.0,
                changed: applied.changed,
                state: "live",
            }),
            Err(Error::Pending(version)) => Ok(Self {
                serial: version.serial(),
                version: version.0,
                changed: true,
                state: "pending",
            }),
            Err(error) => Err(error),
        }
    }

    /// Whether queries are answered so already.
    pub(crate) fn is_live(self) -> bool {
        self.state == "live"
    }

    /// 202 while queries are not answered so, else `done`.
    pub(super) fn status(&self, done: StatusCode) -> StatusCode {
        if self.is_live() {
            done
        } else {
            StatusCode::ACCEPTED
        }
    }
}
