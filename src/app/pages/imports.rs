//! The import page, the report of one import, and taking it back without script.

use axum::response::Response;

use super::fields::{Fields, back};
use super::reader::{Reader, is_officer};
use super::views::{
    Grouped, ImportPage, ImportReportPage, ImportRow, RejectRow, RemarkRow, size_words, utc_words,
    word_or_name,
};
use crate::identity::Scope;
use crate::jobs::{self, NewJob};
use crate::logbook::error::Error;
use crate::logbook::jobs::UndoImportJob;
use crate::logbook::read::imports;
use crate::logbook::rights::Opened;
use crate::logbook::tables::{Import, ImportState, Remark};
use crate::logbook::write::undo::begin_import;
use crate::store::{Read, Rows, Write};
use crate::web::{Path, Problem, Result, render};

/// Imports listed.
const LISTED: usize = 100;
/// Rejected records on the page; the download holds all.
const REJECTS: usize = 200;

/// `/import`
pub(super) async fn list(reader: Reader) -> Result<Response> {
    let imports = match reader.book().cloned() {
        Some(book) => {
            let id = book.id;
            let found = reader
                .app
                .services
                .store
                .read(move |r| Ok::<_, Error>(imports::of_book(r, id, LISTED)?))
                .await;
            found
                .map_err(Problem::from)?
                .into_iter()
                .map(|(number, import)| row(&reader, &book, number, import))
                .collect()
        }
        None => Vec::new(),
    };
    render(&ImportPage {
        frame: reader.frame("import", reader.t.s("import.title")),
        max_size: size_words(reader.app.services.config.limits.upload_bytes),
        imports,
    })
}

/// `/import/{job}`: by the job, or by the import's number.
pub(super) async fn report(reader: Reader, Path(job): Path<String>) -> Result<Response> {
    let actor = reader.actor();
    let read = move |r: &Read| {
        let number = number_of(r, &job)?;
        let (opened, import) = imports::visible(r, &actor, Scope::LogbookRead, number)?;
        let rejects = imports::rejects(r, number, 0, REJECTS + 1)?;
        Ok::<_, Error>((number, opened, import, rejects))
    };
    let (number, opened, import, rejects) = reader
        .app
        .services
        .store
        .read(read)
        .await
        .map_err(Problem::from)?;
    let remark = |remark: Remark| RemarkRow {
        record: remark.record.map(|record| record.to_string()).unwrap_or_default(),
        line: remark.line,
        field: remark.field.unwrap_or_default().to_string(),
        text: remark.text,
    };
    let remarks = import.remarks.iter().cloned().map(remark).collect();
    let mut i = row(&reader, &opened, number, import);
    if let Ok(id) = i.job.parse()
        && let Some(job) = reader.app.jobs.get(id).await?
    {
        (i.done, i.total) = (job.done, job.total.unwrap_or(0));
    }
    let more_rejects = rejects.len() > REJECTS;
    let reject = |(_, reject): (u32, crate::logbook::tables::Reject)| RejectRow {
        record: reject.record,
        line: reject.line,
        reason: reject.reason,
    };
    render(&ImportReportPage {
        frame: reader.frame("import", reader.t.s("report.title")),
        i,
        rejects: rejects.into_iter().take(REJECTS).map(reject).collect(),
        more_rejects,
        remarks,
    })
}

/// Takes an import back, in the background.
pub(super) async fn undo(reader: Reader, Path(job): Path<String>, _: Fields) -> Result<Response> {
    let actor = reader.actor();
    let new = NewJob::now(&reader.app.services.env, actor.account().map(|account| account.0));
    let path = format!("/import/{job}");
    let write = move |tx: &mut Write<'_>| {
        let number = number_of(tx, &job)?;
        let import = begin_import(tx, &actor, number)?;
        let total = import.counts.added + import.counts.merged;
        jobs::enqueue(
            tx,
            &UndoImportJob {
                import: number,
                total,
            },
            new,
        )?;
        Ok::<_, Error>(())
    };
    reader
        .app
        .services
        .store
        .write(write)
        .await
        .map_err(Problem::from)?;
    Ok(back(&path, "undone"))
}

fn number_of(r: &impl Rows, text: &str) -> std::result::Result<u32, Error> {
    match text.parse() {
        Ok(number) => Ok(number),
        Err(_) => imports::of_job(r, text),
    }
}

fn row(reader: &Reader, opened: &Opened, number: u32, import: Import) -> ImportRow {
    let state = match import.state {
        ImportState::Waiting => "waiting",
        ImportState::Running => "running",
        ImportState::Done => "done",
        ImportState::Stopped => "stopped",
        ImportState::Undoing => "undoing",
        ImportState::Undone => "undone",
    };
    let ended = matches!(import.state, ImportState::Done | ImportState::Stopped);
    let own = import.account.is_some() && import.account == opened.account;
    ImportRow {
        // One made at the command line has no job, only a number.
        job: if import.job.is_empty() {
            number.to_string()
        } else {
            import.job.to_string()
        },
        at_iso: import.created.to_string(),
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
        can_undo: ended && (own || is_officer(opened)),
    }
}
