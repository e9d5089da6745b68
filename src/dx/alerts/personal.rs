//! What is held about people here: their rules and filters.

use super::tables::{ALERT, FILTERS};
use super::write::{filters, rules};
use crate::privacy::{Archive, Erased, ExportError, Holdings, PIECE, Part, Position, Subject};
use crate::store::{Span, StoreError, Write};

/// This domain's part.
pub(crate) const PART: Part = Part {
    name: "dx",
    tables: &["dx.alert", "dx.filters"],
    export,
    erase,
};

fn export(held: Holdings<'_>, subject: &Subject, archive: &mut Archive<'_>) -> Result<(), ExportError> {
    held.store.read_now(|r| {
        archive.json("dx/alerts.json", &rules(r, subject.account)?)?;
        Ok(archive.json("dx/filters.json", &filters(r, subject.account)?)?)
    })
}

fn erase(tx: &mut Write<'_>, subject: &Subject, _: &mut Position) -> Result<Erased, StoreError> {
    tx.remove(FILTERS, &subject.account)?;
    let gone = tx.remove_span(ALERT, Span::prefix(&(subject.account,)), PIECE)?;
    Ok(Erased::of(gone, PIECE))
}
