//! The import page, the report of one import, and taking it back, all of it also without script.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;

use super::fields::Fields;
use super::notice::Done;
use super::reader::{Reader, see_other};
use super::say::iso;
use super::views::{
    Grouped, ImportPage, ImportReportPage, ImportRow, RejectRow, RemarkRow, size_words, utc_words,
    word_or_name,
};
use crate::identity::Scope;
use crate::logbook::api::{TakenBack, UploadParams, number_of, take_back, take_in};
use crate::logbook::read::imports;
use crate::logbook::rights::Opened;
use crate::logbook::tables::{Import, ImportState, Reject, Remark, Right};
use crate::web::{Path, Query, Result};

/// Imports listed.
const LISTED: usize = 100;
/// Rejected records on the page; the download holds all.
const REJECTS: usize = 200;

/// `/import`
pub(super) async fn list(reader: Reader) -> Result<Response> {
    let asking = reader.clone();
    let gathered = reader.gather(move |r, shelf| {
        let Some(opened) = shelf.current() else {
            return Ok(Vec::new());
        };
        let found = imports::of_book(r, opened.id, LISTED)?.into_iter();
        let rows = found.map(|(number, import)| row(&asking, opened, number, import));
        Ok(rows.collect())
    });
    let (shelf, imports) = gathered.await?;
    let page = ImportPage {
        frame: reader.frame("import", reader.t.s("import.title"), shelf),
        max_size: size_words(reader.app.services.config.limits.upload_bytes),
        imports,
    };
    reader.show(StatusCode::OK, &page)
}

/// Takes in a file, raw or from the page's form, and leads to its report.
pub(super) async fn upload(
    reader: Reader,
    Query(params): Query<UploadParams>,
    request: Request,
) -> Result<Response> {
    let state = reader.app.logbook_state();
    let job = take_in(&state, reader.actor(), params, request).await?;
    see_other(&format!("/import/{job}"))
}

/// `/import/{job}`: by the job, or by the import's number.
pub(super) async fn report(reader: Reader, Path(job): Path<String>) -> Result<Response> {
    let actor = reader.actor();
    let gathered = reader.gather(move |r, _| {
        let number = number_of(r, &job)?;
        let (opened, import) = imports::visible(r, &actor, Scope::LogbookRead, number)?;
        let rejects = imports::rejects(r, number, 0, REJECTS + 1)?;
        Ok((number, opened, import, rejects))
    });
    let (shelf, (number, opened, import, mut rejects)) = gathered.await?;
    let remarks = import.remarks.iter().cloned().map(remarked).collect();
    let mut i = row(&reader, &opened, number, import);
    if let Ok(id) = i.job.parse()
        && let Some(job) = reader.app.jobs.get(id).await?
    {
        (i.done, i.total) = (job.done, job.total.unwrap_or(0));
    }
    let more_rejects = rejects.len() > REJECTS;
    rejects.truncate(REJECTS);
    let page = ImportReportPage {
        frame: reader.frame("import", reader.t.s("report.title"), shelf),
        i,
        rejects: rejects.into_iter().map(|(_, reject)| rejected(reject)).collect(),
        more_rejects,
        remarks,
    };
    reader.show(StatusCode::OK, &page)
}

/// Takes an import back.
pub(super) async fn undo(reader: Reader, Path(job): Path<String>, fields: Fields) -> Result<Response> {
    if fields.action() != "undo" {
        return Err(fields.unknown());
    }
    let state = reader.app.logbook_state();
    let done = match take_back(&state, reader.actor(), job.clone()).await? {
        TakenBack::Now(_) => Done::ImportTakenBack,
        TakenBack::Later(_) => Done::ImportBeingTakenBack,
    };
    reader.go_on(&format!("/import/{job}"), done)
}

fn rejected(reject: Reject) -> RejectRow {
    RejectRow {
        record: reject.record,
        line: reject.line,
        reason: reject.reason,
    }
}

fn remarked(remark: Remark) -> RemarkRow {
    RemarkRow {
        record: remark.record.map(|record| record.to_string()).unwrap_or_default(),
        line: remark.line,
        field: remark.field.unwrap_or_default().to_string(),
        text: remark.text,
    }
}

fn row(reader: &Reader, opened: &Opened, number: u32, import: Import) -> ImportRow {
    let state = word_of(import.state);
    let ended = matches!(import.state, ImportState::Done | ImportState::Stopped);
    let own = import.account.is_some() && import.account == opened.account;
    ImportRow {
        // One made at the command line has no job, only a number.
        job: if import.job.is_empty() {
            number.to_string()
        } else {
            import.job.to_string()
        },
        at_iso: iso(import.created),
        at: utc_words(import.created, reader.now),
        file: if import.file.is_empty() {
            reader.t.s("js.import.nameless").to_owned()
        } else {
            import.file
        },
        added: Grouped(import.counts.added),
        merged: Grouped(import.counts.merged),
        duplicates: Grouped(import.counts.duplicates),
        rejected: Grouped(import.counts.rejected),
        state: state.to_owned(),
        state_word: word_or_name(reader.t, "import_state", state),
        done: 0,
        total: 0,
        can_undo: ended && (own || opened.right >= Right::Officer),
    }
}

fn word_of(state: ImportState) -> &'static str {
    match state {
        ImportState::Waiting => "waiting",
        ImportState::Running => "running",
        ImportState::Done => "done",
        ImportState::Stopped => "stopped",
        ImportState::Undoing => "undoing",
        ImportState::Undone => "undone",
    }
}
