//! What the logbooks hold about people, given out and erased.
//!
//! A contact is what two stations did on the air, in the other's log as much as in this one: it stays, with nobody as
//! its owner, unless the person wants the logbooks gone that are theirs alone. A logbook that stays is nobody's, under
//! a name that is no call, so that whoever gets the call begins a new one. A club's goes to the next in line.

use std::io::Write as _;

use smol_str::{SmolStr, format_smolstr};

use super::error::Error;
use super::event::{LogbookEvent, LogbookId};
use super::jobs::forget_import;
use super::read::books::members;
use super::tables::{
    BOOK, BOOK_BY_CALL, Book, IMPORT, Import, MEMBER, MEMBER_BY_ACCOUNT, MERGED, Membership, QSO, REJECT,
    Right, UNDO, UNDO_ROW, USERDEF,
};
use super::write::{Changes, edit};
use super::writer::{self, Form, WriteError};
use crate::event::Event;
use crate::logbook::KEEPER;
use crate::privacy::{Archive, Erased, ExportError, Holdings, PIECE, Part, Position, Subject};
use crate::store::{Direction, Rows, Span, StoreError, Write};

/// This domain's part.
pub(crate) const PART: Part = Part {
    name: "logbook",
    tables: &[
        "logbook.book",
        "logbook.book.by_call",
        "logbook.member",
        "logbook.member.by_account",
        "logbook.qso",
        "logbook.qso.by_time",
        "logbook.qso.by_call",
        "logbook.tally",
        "logbook.userdef",
        "logbook.import",
        "logbook.import.by_book",
        "logbook.import.by_job",
        "logbook.import.merged",
        "logbook.import.reject",
        "logbook.undo",
        "logbook.undo.row",
    ],
    export,
    erase,
};

#[derive(serde::Serialize)]
struct BookLine {
    call: SmolStr,
    title: String,
    club: bool,
    right: &'static str,
    since: jiff::Timestamp,
}

#[derive(serde::Serialize)]
struct ImportLine {
    number: u32,
    logbook: SmolStr,
    #[serde(flatten)]
    import: Import,
}

fn export(held: Holdings<'_>, subject: &Subject, archive: &mut Archive<'_>) -> Result<(), ExportError> {
    let account = subject.account;
    let (books, imports) = held
        .store
        .read_now(|r| Ok::<_, StoreError>((books_of(r, account)?, imports_of(r, account)?)))?;
    let line = |(_, book, held): &(LogbookId, Book, Membership)| BookLine {
        call: book.call.clone(),
        title: book.title.clone(),
        club: book.club,
        right: held.right.as_str(),
        since: held.since,
    };
    archive.json(
        "logbook/logbooks.json",
        &books.iter().map(line).collect::<Vec<_>>(),
    )?;
    let number = |(number, logbook, import)| ImportLine {
        number,
        logbook,
        import,
    };
    archive.json(
        "logbook/imports.json",
        &imports.into_iter().map(number).collect::<Vec<_>>(),
    )?;
    for (id, book, _) in books.iter().filter(|(_, _, held)| held.right == Right::Owner) {
        let name = format!("logbook/{}.adi", book.call.replace('/', "-"));
        archive.file(&name, |out| {
            let mut out = std::io::BufWriter::new(out);
            let written = writer::write_log(held.store, *id, Form::Adi, subject.now, &mut out);
            written.map_err(|error| match error {
                WriteError::Output(error) => ExportError::Io(error),
                WriteError::Logbook(error) => ExportError::Other(error.to_string()),
            })?;
            Ok::<_, ExportError>(out.flush()?)
        })?;
    }
    Ok(())
}

fn books_of(r: &impl Rows, account: u32) -> Result<Vec<(LogbookId, Book, Membership)>, StoreError> {
    let mut found = Vec::new();
    for row in r.scan(MEMBER_BY_ACCOUNT, Span::prefix(&(account,)), Direction::Forward) {
        let ((_, id), ()) = row?;
        if let (Some(book), Some(held)) = (r.get(BOOK, &id)?, r.get(MEMBER, &(id, account))?) {
            found.push((LogbookId(id), book, held));
        }
    }
    Ok(found)
}

fn imports_of(r: &impl Rows, account: u32) -> Result<Vec<(u32, SmolStr, Import)>, StoreError> {
    let mut found = Vec::new();
    for row in r.scan(IMPORT, Span::all(), Direction::Forward) {
        let (number, import) = row?;
        if import.account == Some(account) {
            let book = r.get(BOOK, &import.book)?;
            found.push((number, book.map(|book| book.call).unwrap_or_default(), import));
        }
    }
    Ok(found)
}

/// Logbooks first, then what was done in them, then the person's number on contacts anywhere.
fn erase(tx: &mut Write<'_>, subject: &Subject, at: &mut Position) -> Result<Erased, StoreError> {
    let erased = leave_books(tx, subject).map_err(refused)?;
    if erased == Erased::Some {
        return Ok(erased);
    }
    if forget_work(tx, subject)? == Erased::Some {
        return Ok(Erased::Some);
    }
    disown(tx, subject, at)
}

fn refused(error: Error) -> StoreError {
    match error {
        Error::Store(error) => error,
        other => StoreError::Refused(other.to_string().into()),
    }
}

/// Ends the next membership, having done with its logbook what is to be done.
fn leave_books(tx: &mut Write<'_>, subject: &Subject) -> Result<Erased, Error> {
    let account = subject.account;
    let Some(((_, id), ())) = tx.first(MEMBER_BY_ACCOUNT, Span::prefix(&(account,)))? else {
        return Ok(Erased::All);
    };
    let book = LogbookId(id);
    let others: Vec<_> = members(tx, book)?
        .into_iter()
        .filter(|(other, _)| *other != account)
        .collect();
    if others.is_empty() {
        if subject.logs && !clear(tx, book)? {
            return Ok(Erased::Some);
        }
        if !subject.logs {
            leave_to_nobody(tx, book)?;
        }
    } else if !others.iter().any(|(_, held)| held.right == Right::Owner) {
        let next = others
            .iter()
            .max_by_key(|(_, held)| (held.right, std::cmp::Reverse(held.since)));
        let (next, held) = next.expect("there are others");
        let owner = Membership {
            right: Right::Owner,
            ..held.clone()
        };
        tx.put(MEMBER, &(id, *next), &owner)?;
        tx.emit(Event::Logbook(LogbookEvent::SharingChanged {
            book,
            account: *next,
        }));
    }
    tx.remove(MEMBER, &(id, account))?;
    tx.remove(MEMBER_BY_ACCOUNT, &(account, id))?;
    tx.emit(Event::Logbook(LogbookEvent::SharingChanged { book, account }));
    Ok(Erased::Some)
}

/// Removes a logbook with all that is in it; tells whether that is done.
fn clear(tx: &mut Write<'_>, id: LogbookId) -> Result<bool, Error> {
    let Some(mut book) = tx.get(BOOK, &id.0)? else {
        return Ok(true);
    };
    if !book.closed {
        tx.remove(BOOK_BY_CALL, &book.call)?;
        book.closed = true;
        tx.put(BOOK, &id.0, &book)?;
    }
    if edit::clear(tx, &KEEPER, id, PIECE)? || forget_import(tx, id)? {
        return Ok(false);
    }
    tx.remove_span(USERDEF, Span::prefix(&(id.0,)), usize::MAX)?;
    tx.remove(BOOK, &id.0)?;
    Ok(true)
}

fn leave_to_nobody(tx: &mut Write<'_>, id: LogbookId) -> Result<(), Error> {
    let Some(mut book) = tx.get(BOOK, &id.0)?.filter(|book| !book.closed) else {
        return Ok(());
    };
    tx.remove(BOOK_BY_CALL, &book.call)?;
    book.call = format_smolstr!("LEFT-{}", id.0);
    book.title = String::new();
    tx.put(BOOK_BY_CALL, &book.call, &id.0)?;
    tx.put(BOOK, &id.0, &book)?;
    tx.emit(Event::Logbook(LogbookEvent::BooksChanged { book: id }));
    Ok(())
}

/// Forgets the person's imports and ways back: what files were called, and what was in them.
fn forget_work(tx: &mut Write<'_>, subject: &Subject) -> Result<Erased, StoreError> {
    let mut removed = 0;
    for (number, _, mut import) in imports_of(tx, subject.account)? {
        removed += tx.remove_span(REJECT, Span::prefix(&(number,)), PIECE)?;
        removed += tx.remove_span(MERGED, Span::prefix(&(number,)), PIECE)?;
        if removed >= PIECE {
            return Ok(Erased::Some);
        }
        import.account = None;
        import.file = String::new();
        import.remarks = Vec::new();
        import.other_calls.clear();
        import.forgotten = true;
        tx.put(IMPORT, &number, &import)?;
    }
    let undos: Vec<_> = tx
        .scan(UNDO, Span::all(), Direction::Forward)
        .collect::<Result<_, _>>()?;
    for (token, undo) in undos {
        if undo.account != Some(subject.account) {
            continue;
        }
        removed += tx.remove_span(UNDO_ROW, Span::prefix(&(token.clone(),)), PIECE)?;
        if removed >= PIECE {
            return Ok(Erased::Some);
        }
        tx.remove(UNDO, &token)?;
    }
    Ok(Erased::All)
}

/// Takes the person's number off the contacts that stay, in all logbooks: they were of more once, perhaps.
fn disown(tx: &mut Write<'_>, subject: &Subject, at: &mut Position) -> Result<Erased, StoreError> {
    let span = match at {
        Some(key) => Span::all().after(key),
        None => Span::all(),
    };
    let rows: Vec<_> = tx
        .scan(QSO, span, Direction::Forward)
        .take(PIECE)
        .collect::<Result<_, _>>()?;
    let mut changes: Option<(u32, Changes)> = None;
    for ((book, number), record) in &rows {
        if changes.as_ref().is_some_and(|(own, _)| own != book)
            && let Some((_, done)) = changes.take()
        {
            done.finish(tx)?;
        }
        *at = Some((*book, *number));
        if record.by != Some(subject.account) {
            continue;
        }
        let mut ownerless = record.clone();
        ownerless.by = None;
        let (_, changes) = changes.get_or_insert_with(|| (*book, Changes::new(LogbookId(*book))));
        changes.store(tx, *number, Some(record), Some(&ownerless))?;
    }
    if let Some((_, changes)) = changes {
        changes.finish(tx)?;
    }
    Ok(Erased::of(rows.len(), PIECE))
}
