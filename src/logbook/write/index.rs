//! The one place that writes QSOs with everything derived from them: time index, call index, tallies.
//!
//! Invariant: whoever changes a QSO goes through [`Changes::store`] with its old and new state and ends with
//! [`Changes::finish`] in the same transaction; so the indexes never disagree with the QSOs. The time index is
//! written at once: files are in the order of time. Rows of the call index and tallies are gathered and written in
//! key order at the end, which keeps a batch's pages together; until then [`Changes::added`] knows of them.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use smol_str::{SmolStr, StrExt as _};

use super::ahead::{self, Ahead, numbers};
use crate::ham::adif::{FieldId, UserDef};
use crate::logbook::event::LogbookId;
use crate::logbook::stored::StoredQso;
use crate::logbook::tables::{NEXT, QSO, QSO_BY_CALL, QSO_BY_TIME, QsoKey, TALLY, USERDEF};
use crate::logbook::tally::{Counted, Tallies};
use crate::store::{Direction, Migration, Rows, STEP_ROWS, Span, Step, StoreError, Write};

/// What one transaction does to the QSOs of one logbook.
pub(crate) struct Changes {
    book: LogbookId,
    tallies: Tallies,
    /// Call index rows to write (`true`) or remove.
    calls: Vec<(SmolStr, i64, u64, bool)>,
    /// Starts and numbers of what is not in the call index yet, by call.
    added: HashMap<SmolStr, Vec<(i64, u64)>>,
    next: Option<u64>,
    /// Fields that no list and no program's prefix defines, with their kinds: the logbook defines them.
    strange: BTreeMap<SmolStr, Option<char>>,
}

impl Changes {
    /// Nothing changed yet.
    pub(crate) fn new(book: LogbookId) -> Changes {
        Changes {
            book,
            tallies: Tallies::default(),
            calls: Vec::new(),
            added: HashMap::new(),
            next: None,
            strange: BTreeMap::new(),
        }
    }

    /// The logbook.
    pub(crate) fn book(&self) -> LogbookId {
        self.book
    }

    /// Numbers that this transaction has put under a call, with starts in a range of seconds since 1970. Some may
    /// have been moved or removed again.
    pub(crate) fn added(&self, call: &str, starts: Range<i64>) -> impl Iterator<Item = u64> {
        let added = self.added.get(call).into_iter().flatten();
        added
            .filter(move |(start, _)| starts.contains(start))
            .map(|(_, number)| *number)
    }

    /// The number for a new QSO; numbers of a logbook ascend and are never used again.
    pub(crate) fn number(&mut self, tx: &Write<'_>) -> Result<u64, StoreError> {
        let number = match self.next {
            Some(next) => next,
            None => tx.get(NEXT, &self.book.0)?.unwrap_or(1),
        };
        self.next = Some(number + 1);
        Ok(number)
    }

    /// Brings the QSO `number` and its time index from `old` to `new`; `None` is "not there".
    pub(crate) fn store(
        &mut self,
        tx: &mut Write<'_>,
        number: u64,
        old: Option<&StoredQso>,
        new: Option<&StoredQso>,
    ) -> Result<(), StoreError> {
        match new {
            Some(record) => tx.put(QSO, &self.book.qso(number), record)?,
            None => {
                tx.remove(QSO, &self.book.qso(number))?;
            }
        }
        let extras = new.into_iter().flat_map(|record| &record.qso.extra);
        for extra in extras.filter(|extra| is_strange(&extra.name)) {
            self.strange
                .entry(extra.name.to_ascii_uppercase_smolstr())
                .or_insert(extra.kind);
        }
        let (old, new) = (old.map(Counted::of), new.map(Counted::of));
        if old == new {
            return Ok(());
        }
        if let Some(counted) = &old {
            let Counted { start, summary, .. } = counted;
            if new.as_ref().is_none_or(|moved| moved.start != *start) {
                tx.remove(QSO_BY_TIME, &(self.book.0, *start, number))?;
            }
            self.tallies.count(counted, -1);
            self.calls.push((summary.call.clone(), *start, number, false));
        }
        if let Some(counted) = &new {
            let Counted { start, summary, .. } = counted;
            tx.put(QSO_BY_TIME, &(self.book.0, *start, number), summary)?;
            self.tallies.count(counted, 1);
            self.calls.push((summary.call.clone(), *start, number, true));
            let added = self.added.entry(summary.call.clone()).or_default();
            added.push((*start, number));
        }
        Ok(())
    }

    /// Takes out the QSOs of a range of numbers that were read ahead and are still the same. Returns how many, and
    /// the numbers of the others. Like [`Changes::store`] with nothing new, without decoding them in this transaction.
    pub(crate) fn take_out(
        &mut self,
        tx: &mut Write<'_>,
        range: ahead::Range,
        ahead: &Ahead,
    ) -> Result<(usize, Vec<u64>), StoreError> {
        let book = self.book;
        let (mut taken, mut others) = (Vec::new(), Vec::new());
        tx.remove_picked(QSO, numbers(book.0, range), |&(_, number), stored| {
            match ahead.find(number, stored) {
                Some(known) => {
                    taken.push(known);
                    true
                }
                None => {
                    others.push(number);
                    false
                }
            }
        })?;
        for known in &taken {
            let Counted { start, summary, .. } = &known.counted;
            tx.remove(QSO_BY_TIME, &(book.0, *start, known.number))?;
            self.calls
                .push((summary.call.clone(), *start, known.number, false));
        }
        ahead.leave(&taken, &mut self.tallies);
        Ok((taken.len(), others))
    }

    /// Writes what was gathered.
    pub(crate) fn finish(mut self, tx: &mut Write<'_>) -> Result<(), StoreError> {
        if let Some(next) = self.next {
            tx.put(NEXT, &self.book.0, &next)?;
        }
        // Of a removal and a rewriting of the same key the later counts: the sort is stable.
        self.calls.sort_by(|a, b| (&a.0, a.1, a.2).cmp(&(&b.0, b.1, b.2)));
        for (call, start, number, present) in self.calls {
            let key = (self.book.0, call, start, number);
            if present {
                tx.put(QSO_BY_CALL, &key, &())?;
            } else {
                tx.remove(QSO_BY_CALL, &key)?;
            }
        }
        for (name, kind) in self.strange {
            let key = (self.book.0, name.clone());
            if !tx.contains(USERDEF, &key)? {
                let values = SmolStr::default();
                tx.put(USERDEF, &key, &UserDef { name, kind, values })?;
            }
        }
        write_tallies(tx, self.book.0, self.tallies)
    }
}

/// Adds changes of a logbook's tallies to those that are stored.
fn write_tallies(tx: &mut Write<'_>, book: u32, tallies: Tallies) -> Result<(), StoreError> {
    for ((kind, value), by) in tallies.into_rows() {
        let key = (book, kind as u8, value);
        let count = tx.get(TALLY, &key)?.unwrap_or(0).saturating_add_signed(by);
        if count == 0 {
            tx.remove(TALLY, &key)?;
        } else {
            tx.put(TALLY, &key, &count)?;
        }
    }
    Ok(())
}

/// Schema 2: what of entities, grids and references has been worked is counted, too.
pub(crate) const COUNT_WORKED: Migration = Migration {
    to: 2,
    name: "what has been worked is counted by band and mode",
    step: count_worked,
};

/// Counts the next contacts behind the cursor, which is the key of the last one.
fn count_worked(tx: &mut Write<'_>, cursor: &[u8]) -> Result<Step, StoreError> {
    let span = match cursor_key(cursor) {
        Some((book, number)) => Span::all().at_least(&(book, number.saturating_add(1))),
        None => Span::all(),
    };
    let mut last = None;
    let (mut tallies, mut rows) = (BTreeMap::<u32, Tallies>::new(), 0);
    for row in tx.scan(QSO, span, Direction::Forward).take(STEP_ROWS) {
        let ((book, number), record) = row?;
        let counted = Counted::of(&record);
        tallies.entry(book).or_default().count_worked(&counted, 1);
        last = Some((book, number));
        rows += 1;
    }
    for (book, tallies) in tallies {
        write_tallies(tx, book, tallies)?;
    }
    Ok(last.map_or(Step::Done, |(book, number)| Step::More {
        cursor: [book.to_be_bytes().as_slice(), &number.to_be_bytes()].concat(),
        rows,
    }))
}

fn cursor_key(cursor: &[u8]) -> Option<QsoKey> {
    let (book, number) = cursor.split_first_chunk()?;
    Some((
        u32::from_be_bytes(*book),
        u64::from_be_bytes(number.try_into().ok()?),
    ))
}

/// Whether an export has to define the field: ADX takes user-defined ones only by their definition in the header.
fn is_strange(name: &str) -> bool {
    !name.starts_with("APP_") && FieldId::find(name.as_bytes()).is_none()
}
