//! Logbooks over HTTP. The errors of the domain become problems here, once.

mod adif;
mod books;
mod bulk;
mod contacts;
mod imports;
mod jobs;
mod list;
mod sums;
mod upload;

pub(crate) use contacts::from_json;
pub(crate) use imports::{TakenBack, number_of, take_back};
pub(crate) use upload::{UploadParams, take_in};

use axum::http::StatusCode;
use jiff::ToSpan as _;
use utoipa_axum::routes;

use super::Logbook;
use super::error::Error;
use super::spotting::SpotIt;
use super::write::edit::WayBack;
use crate::config::Limits;
use crate::jobs::Jobs;
use crate::web::{Access, Problem, Routes, Signer};

/// How long an edit or deletion can be taken back.
const UNDO_HOURS: i64 = 24;

/// What the handlers work with.
#[derive(Clone)]
pub(crate) struct LogbookState {
    pub(crate) logbook: Logbook,
    pub(crate) jobs: Jobs,
    pub(crate) signer: Signer,
    pub(crate) limits: Limits,
    /// Who spots a contact where that is asked for.
    pub(crate) spots: SpotIt,
}

/// All routes of this domain.
pub(crate) fn routes(state: LogbookState) -> Routes {
    let read = Access::Key("logbook.read");
    let write = Access::Key("logbook.write");
    Routes::new()
        .api(read, routes!(list::list))
        .api(write, routes!(contacts::log))
        .api(read, routes!(contacts::show))
        .api(write, routes!(contacts::change, contacts::delete))
        .api(write, routes!(bulk::bulk))
        .api(write, routes!(bulk::undo))
        .api(write.upload(), routes!(upload::upload))
        .api(read.stream(), routes!(adif::export))
        .api(read, routes!(imports::list))
        .api(read, routes!(imports::show))
        .api(read.stream(), routes!(imports::rejects))
        .api(write, routes!(imports::undo))
        .api(read, routes!(sums::stats))
        .api(read, routes!(sums::points))
        .api(read, routes!(sums::lookup))
        .api(read, routes!(books::list))
        .api(write, routes!(books::create))
        .api(write, routes!(books::change, books::remove))
        .api(read, routes!(books::members))
        .api(write, routes!(books::share, books::unshare))
        .api(read, routes!(jobs::list))
        .api(read, routes!(jobs::show))
        .api(write, routes!(jobs::cancel))
        .api(write, routes!(jobs::retry))
        .with_state(state)
}

impl LogbookState {
    /// A fresh way back for an edit or a deletion.
    fn way_back(&self) -> WayBack {
        let env = &self.logbook.env;
        let now = env.clock.now();
        let until = now.checked_add(UNDO_HOURS.hours()).unwrap_or(now);
        WayBack {
            token: env.entropy.token(16).into(),
            until,
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        let text = error.to_string();
        match error {
            Error::Store(error) => error.into(),
            Error::Denied(denied) => denied.into(),
            Error::NoLogbook(_)
            | Error::NoneNamed
            | Error::NoAccount(_)
            | Error::NoContact(_)
            | Error::NoImport(_) => Problem::not_found(text),
            Error::NotAllowed(_) => Problem::forbidden("forbidden", text),
            Error::Changed { .. } => Problem::precondition_failed(text),
            Error::Filter(error) => Problem::unprocessable("bad_filter", text.clone())
                .field("q", text)
                .with("word", error.word),
            Error::Invalid { field, message } => Problem::invalid(field, message),
            Error::CallTaken(_) => Problem::conflict("call_taken", text.clone()).field("call", text),
            Error::TooManyBooks(_) => Problem::conflict("too_many_logbooks", text),
            Error::UndoGone => Problem::new(StatusCode::GONE, "undo_gone", text),
            Error::ImportState(_) => Problem::conflict("import_state", text),
            Error::TooMany(_) => Problem::unprocessable("too_many", text),
        }
    }
}
