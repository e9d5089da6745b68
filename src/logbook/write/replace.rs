//! Settling stored contacts anew after the table of entities has changed.
//!
//! Places worked out are not what a member wrote: settling them raises no revision, and entities that the log or a
//! person named stay.

use super::Changes;
use super::edit::MOST_AT_ONCE;
use crate::identity::{Actor, Capability};
use crate::logbook::error::Error;
use crate::logbook::event::LogbookId;
use crate::logbook::place::Table;
use crate::logbook::tables::{QSO, QsoKey};
use crate::store::{Direction, Rows, Span, Write};

/// What a step of the walk did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) looked_at: u64,
    pub(crate) changed: u64,
    /// The last contact looked at; `None` at the end.
    pub(crate) after: Option<QsoKey>,
}

/// Settles up to a thousand contacts behind `after`, within one logbook.
pub(crate) fn step(
    tx: &mut Write<'_>,
    actor: &Actor,
    after: Option<QsoKey>,
    table: &Table,
) -> Result<Step, Error> {
    actor.may(Capability::KeepLogbooks)?;
    let span = match &after {
        Some(key) => Span::all().after(key),
        None => Span::all(),
    };
    let mut step = Step::default();
    let mut changes: Option<(u32, Changes)> = None;
    let rows: Vec<_> = tx
        .scan(QSO, span, Direction::Forward)
        .take(MOST_AT_ONCE)
        .collect::<Result<_, _>>()?;
    let full = rows.len() == MOST_AT_ONCE;
    let mut stopped = false;
    for ((book, number), record) in rows {
        let (own, changes) = changes.get_or_insert_with(|| (book, Changes::new(LogbookId(book))));
        if *own != book {
            stopped = true;
            break;
        }
        step.looked_at += 1;
        step.after = Some((book, number));
        let mut settled = record.clone();
        table.settle(&mut settled);
        if settled.place != record.place {
            changes.store(tx, number, Some(&record), Some(&settled))?;
            step.changed += 1;
        }
    }
    if let Some((_, changes)) = changes {
        changes.finish(tx)?;
    }
    if !full && !stopped {
        step.after = None;
    }
    Ok(step)
}
