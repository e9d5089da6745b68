//! Past and running imports, and what they refused.

use crate::identity::{Actor, Scope};
use crate::logbook::error::Error;
use crate::logbook::event::LogbookId;
use crate::logbook::rights::{self, Opened};
use crate::logbook::tables::{IMPORT, IMPORT_BY_BOOK, IMPORT_BY_JOB, Import, REJECT, Reject};
use crate::store::{Direction, Rows, Span, StoreError};

/// Rejects told in a job's result; all of them can be fetched as ADIF.
pub(crate) const REJECTS_TOLD: usize = 100;

/// The import with that number, if the actor may know of it.
pub(crate) fn visible(
    r: &impl Rows,
    actor: &Actor,
    scope: Scope,
    number: u32,
) -> Result<(Opened, Import), Error> {
    let unknown = || Error::NoImport(number.to_string());
    let import = r.get(IMPORT, &number)?.ok_or_else(unknown)?;
    let opened = rights::open_id(r, actor, scope, LogbookId(import.book))?.ok_or_else(unknown)?;
    Ok((opened, import))
}

/// The number of the import that a job runs.
pub(crate) fn of_job(r: &impl Rows, job: &str) -> Result<u32, Error> {
    r.get(IMPORT_BY_JOB, &job.into())?
        .ok_or_else(|| Error::NoImport(job.to_owned()))
}

/// The imports of a logbook, newest first.
pub(crate) fn of_book(
    r: &impl Rows,
    book: LogbookId,
    limit: usize,
) -> Result<Vec<(u32, Import)>, StoreError> {
    let mut imports = Vec::new();
    for row in r
        .scan(IMPORT_BY_BOOK, Span::prefix(&(book.0,)), Direction::Backward)
        .take(limit)
    {
        let ((_, number), ()) = row?;
        imports.extend(r.get(IMPORT, &number)?.map(|import| (number, import)));
    }
    Ok(imports)
}

/// Rejected records behind the `after`th, in the order of the file.
pub(crate) fn rejects(
    r: &impl Rows,
    number: u32,
    after: u32,
    limit: usize,
) -> Result<Vec<(u32, Reject)>, StoreError> {
    r.scan(
        REJECT,
        Span::prefix(&(number,)).after(&(number, after)),
        Direction::Forward,
    )
    .take(limit)
    .map(|row| row.map(|((_, n), reject)| (n, reject)))
    .collect()
}
