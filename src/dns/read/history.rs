//! What was changed, newest first: for a zone from its journal, for a member's name from the index of names.

use crate::dns::error::Error;
use crate::dns::grants::Opened;
use crate::dns::model::Version;
use crate::dns::tables::{Entry, JOURNAL, JOURNAL_BY_NAME, Owner};
use crate::store::{Direction, Rows, Span};

/// Entries looked at for a name that is no member's: the rest of a zone's journal is others'.
const LOOKED_AT: usize = 5_000;

/// A change in the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// The state it led to, by which it is taken back.
    pub(crate) version: Version,
    /// What it did, as far as the reader may see it.
    pub(crate) entry: Entry,
}

/// Changes of what is opened, newest first, before `before`, at most `limit`.
pub(crate) fn history(
    r: &impl Rows,
    opened: &Opened,
    before: Option<Version>,
    limit: usize,
) -> Result<Vec<Line>, Error> {
    if opened.is_whole() {
        return in_journal(r, opened, before, limit);
    }
    match &opened.holding {
        Some((name, _)) => {
            let name = Owner(name.clone());
            let mut span = Span::prefix(&(opened.zone.0, name.clone()));
            if let Some(before) = before {
                span = span.before(&(opened.zone.0, name, before.0));
            }
            let mut lines = Vec::new();
            for row in r.scan(JOURNAL_BY_NAME, span, Direction::Backward) {
                let ((_, _, version), ()) = row?;
                if let Some(entry) = r.get(JOURNAL, &(opened.zone.0, version))? {
                    lines.extend(seen(opened, Version(version), entry));
                }
                if lines.len() >= limit {
                    break;
                }
            }
            Ok(lines)
        }
        None => in_journal(r, opened, before, limit),
    }
}

fn in_journal(
    r: &impl Rows,
    opened: &Opened,
    before: Option<Version>,
    limit: usize,
) -> Result<Vec<Line>, Error> {
    let mut span = Span::prefix(&(opened.zone.0,));
    if let Some(before) = before {
        span = span.before(&(opened.zone.0, before.0));
    }
    let mut lines = Vec::new();
    for row in r.scan(JOURNAL, span, Direction::Backward).take(LOOKED_AT) {
        let ((_, version), entry) = row?;
        lines.extend(seen(opened, Version(version), entry));
        if lines.len() >= limit {
            break;
        }
    }
    Ok(lines)
}

/// The part of a change that is about what is opened.
fn seen(opened: &Opened, version: Version, mut entry: Entry) -> Option<Line> {
    if !opened.is_whole() {
        entry
            .turned
            .retain(|turned| turned.name.is_at_or_below(&opened.top));
        if entry.turned.is_empty() {
            return None;
        }
    }
    Some(Line { version, entry })
}
