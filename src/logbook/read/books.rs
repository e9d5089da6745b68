//! Logbooks as lists show them, and who shares them.

use crate::identity::Actor;
use crate::logbook::error::Error;
use crate::logbook::event::LogbookId;
use crate::logbook::read::stats;
use crate::logbook::rights;
use crate::logbook::tables::{MEMBER, Membership};
use crate::store::{Direction, Rows, Span, StoreError};

/// The actor's logbooks: call, title, right, number of contacts. Empty for who may read none.
pub(crate) fn lines(r: &impl Rows, actor: &Actor) -> Result<Vec<(String, String, String, u64)>, StoreError> {
    let opened = match rights::all(r, actor) {
        Ok(opened) => opened,
        Err(Error::Store(error)) => return Err(error),
        Err(_) => return Ok(Vec::new()),
    };
    let line = |opened: rights::Opened| {
        let count = stats::total(r, opened.id)?;
        Ok((
            opened.book.call.into(),
            opened.book.title,
            opened.right.as_str().to_owned(),
            count,
        ))
    };
    opened.into_iter().map(line).collect()
}

/// Accounts with their rights.
pub(crate) fn members(r: &impl Rows, book: LogbookId) -> Result<Vec<(u32, Membership)>, Error> {
    let mut members = Vec::new();
    for row in r.scan(MEMBER, Span::prefix(&(book.0,)), Direction::Forward) {
        let ((_, account), membership) = row?;
        members.push((account, membership));
    }
    Ok(members)
}
