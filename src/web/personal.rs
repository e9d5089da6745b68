//! What the web layers keep about people: answers to changes that a program may ask for again.

use jiff::Timestamp;

use super::idempotency::{ANSWERS, Answer, BY_END};
use crate::privacy::{Archive, Erased, ExportError, Holdings, PIECE, Part, Position, Subject};
use crate::store::{Direction, Rows, Span, StoreError, Write};

/// This module's part.
pub(crate) const PART: Part = Part {
    name: "web",
    tables: &["web.idempotency", "web.idempotency.by_end"],
    export,
    erase,
};

/// A kept answer, as its owner reads it.
#[derive(serde::Serialize)]
struct Line {
    path: String,
    key: String,
    status: u16,
    until: Timestamp,
    body: String,
}

fn export(held: Holdings<'_>, subject: &Subject, archive: &mut Archive<'_>) -> Result<(), ExportError> {
    let account = subject.account;
    let lines = held.store.read_now(|r| {
        let rows = r.scan(ANSWERS, Span::prefix(&(account,)), Direction::Forward);
        let line = |((_, path, key), answer): (_, Answer)| Line {
            path,
            key,
            status: answer.status,
            until: answer.until,
            body: String::from_utf8_lossy(&answer.body).into_owned(),
        };
        rows.map(|row| row.map(line))
            .collect::<Result<Vec<_>, StoreError>>()
    })?;
    Ok(archive.json("web/answers.json", &lines)?)
}

fn erase(tx: &mut Write<'_>, subject: &Subject, _: &mut Position) -> Result<Erased, StoreError> {
    let rows = tx.scan(ANSWERS, Span::prefix(&(subject.account,)), Direction::Forward);
    let rows = rows.take(PIECE).collect::<Result<Vec<_>, _>>()?;
    for ((account, path, key), answer) in &rows {
        tx.remove(BY_END, &(answer.until, *account, path.clone(), key.clone()))?;
        tx.remove(ANSWERS, &(*account, path.clone(), key.clone()))?;
    }
    Ok(Erased::of(rows.len(), PIECE))
}
