//! The contacts of a logbook in the order of time, a page per read transaction.

use crate::logbook::event::LogbookId;
use crate::logbook::filter::{Filter, Verdict};
use crate::logbook::read::list;
use crate::logbook::stored::StoredQso;
use crate::logbook::summary::Summary;
use crate::logbook::tables::{QSO, QSO_BY_TIME};
use crate::store::{Direction, Rows, StoreError};

/// Contacts read in one transaction.
pub(crate) const PAGE: usize = 1_000;

/// Behind which contact a page begins: start in seconds, number.
pub(crate) type After = (i64, u64);

/// A stretch of a log being read.
#[derive(Clone, Debug)]
pub(crate) struct Walk {
    pub(crate) book: LogbookId,
    /// Which contacts.
    pub(crate) filter: Filter,
    pub(crate) after: Option<After>,
    /// The last contact of this part, where another follows: what is logged meanwhile falls to one of the two.
    pub(crate) until: Option<After>,
    /// Contacts still to be read.
    pub(crate) left: Option<u64>,
}

/// The next page; the walk stands behind it afterwards. Empty at the end.
pub(crate) fn page(r: &impl Rows, walk: &mut Walk) -> Result<Vec<StoredQso>, StoreError> {
    let limit = walk
        .left
        .map_or(PAGE, |left| PAGE.min(usize::try_from(left).unwrap_or(PAGE)));
    let mut records = Vec::with_capacity(limit);
    for row in r.scan(QSO_BY_TIME, keys(walk), Direction::Forward) {
        if records.len() >= limit {
            break;
        }
        let ((_, start, number), summary) = row?;
        if let Some(record) = wanted(r, walk, (start, number), &summary)? {
            walk.after = Some((start, number));
            records.push(record);
        }
    }
    if let Some(left) = &mut walk.left {
        *left = left.saturating_sub(records.len() as u64);
    }
    Ok(records)
}

/// Bounds the walk by the last contact it reaches, if there are more than it takes, and returns that contact: the next
/// part begins behind it.
pub(crate) fn bound(r: &impl Rows, walk: &mut Walk) -> Result<Option<After>, StoreError> {
    let last = next(r, walk)?;
    if last.is_some() {
        // By its key, not by a count: one that is logged before it does not push it out.
        walk.until = last;
        walk.left = None;
    }
    Ok(last)
}

fn next(r: &impl Rows, walk: &Walk) -> Result<Option<After>, StoreError> {
    let Some(left) = walk.left else { return Ok(None) };
    let (mut last, mut passed) = (None, 0);
    for row in r.scan(QSO_BY_TIME, keys(walk), Direction::Forward) {
        let ((_, start, number), summary) = row?;
        let counts = match walk.filter.verdict(start, &summary) {
            Verdict::Accepted => true,
            Verdict::Refused => false,
            Verdict::Unknown => wanted(r, walk, (start, number), &summary)?.is_some(),
        };
        if !counts {
            continue;
        }
        if passed >= left {
            return Ok(last);
        }
        passed += 1;
        last = Some((start, number));
    }
    Ok(None)
}

fn keys(walk: &Walk) -> crate::store::Span<crate::logbook::tables::TimeKey> {
    let keys = list::time_keys(walk.book, walk.filter.span);
    let keys = match walk.after {
        Some((start, number)) => keys.after(&(walk.book.0, start, number)),
        None => keys,
    };
    match walk.until {
        Some((start, number)) => keys.at_most(&(walk.book.0, start, number)),
        None => keys,
    }
}

/// The contact, if the filter accepts it.
fn wanted(
    r: &impl Rows,
    walk: &Walk,
    (start, number): After,
    summary: &Summary,
) -> Result<Option<StoredQso>, StoreError> {
    let verdict = walk.filter.verdict(start, summary);
    if verdict == Verdict::Refused {
        return Ok(None);
    }
    let record = r.get(QSO, &walk.book.qso(number))?;
    Ok(record.filter(|record| verdict == Verdict::Accepted || walk.filter.accepts_record(record)))
}
