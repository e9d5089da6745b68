//! Walks along the time index: the usual list, forwards or backwards.

use super::pager::Pager;
use super::{Begin, Found, Hit, ListQuery, accepts, total};
use crate::logbook::event::LogbookId;
use crate::logbook::filter::{Filter, Span as TimeSpan, Verdict};
use crate::logbook::tables::{QSO, QSO_BY_TIME, TALLY, TimeKey};
use crate::logbook::tally::{Kind, day_start};
use crate::store::{Direction, Rows, Span, StoreError};

/// A page of the list sorted by start.
pub(super) fn by_time(r: &impl Rows, query: &ListQuery) -> Result<Found, StoreError> {
    let direction = if query.sort.descending {
        Direction::Backward
    } else {
        Direction::Forward
    };
    let known = total::known(r, query.book, &query.filter)?;
    let (keys, offset, skip) = begin(r, query, direction)?;
    let mut pager = Pager::new(query.limit, offset, skip, known);
    for row in r.scan(QSO_BY_TIME, keys, direction) {
        let ((_, start, number), summary) = row?;
        if pager.is_enough() {
            break;
        }
        if accepts(r, query, start, number, &summary)? {
            pager.take(Hit {
                start,
                number,
                call: summary.call,
            });
        }
    }
    Ok(pager.finish())
}

/// Numbers of contacts, and behind which of them the walk goes on; `None` at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Walked {
    pub(crate) numbers: Vec<u64>,
    pub(crate) after: Option<(i64, u64)>,
}

/// The numbers of up to `limit` contacts that a filter accepts behind `after`, oldest first.
pub(crate) fn numbers(
    r: &impl Rows,
    book: LogbookId,
    filter: &Filter,
    after: Option<(i64, u64)>,
    limit: usize,
) -> Result<Walked, StoreError> {
    let mut keys = span(book, filter.span);
    if let Some((start, number)) = after {
        keys = keys.after(&(book.0, start, number));
    }
    let mut walked = Walked {
        numbers: Vec::new(),
        after: None,
    };
    for row in r.scan(QSO_BY_TIME, keys, Direction::Forward) {
        let ((_, start, number), summary) = row?;
        let accepted = match filter.verdict(start, &summary) {
            Verdict::Accepted => true,
            Verdict::Refused => false,
            Verdict::Unknown => {
                let record = r.get(QSO, &book.qso(number))?;
                record.is_some_and(|record| filter.accepts_record(&record))
            }
        };
        if accepted {
            walked.numbers.push(number);
            if walked.numbers.len() == limit {
                walked.after = Some((start, number));
                break;
            }
        }
    }
    Ok(walked)
}

/// The keys of a logbook's time index inside a span of starts.
pub(crate) fn span(book: LogbookId, times: TimeSpan) -> Span<TimeKey> {
    let mut keys = Span::prefix(&(book.0,));
    if times.from != i64::MIN {
        keys = keys.at_least(&(book.0, times.from));
    }
    if times.until != i64::MAX {
        keys = keys.before(&(book.0, times.until));
    }
    keys
}

/// Where to start walking, how many contacts come before, how many matches are still to be skipped.
fn begin(
    r: &impl Rows,
    query: &ListQuery,
    direction: Direction,
) -> Result<(Span<TimeKey>, u64, u64), StoreError> {
    let keys = span(query.book, query.filter.span);
    match &query.begin {
        Begin::After(position) => {
            let key = (query.book.0, position.start, position.number);
            let keys = match direction {
                Direction::Forward => keys.after(&key),
                Direction::Backward => keys.before(&key),
            };
            Ok((keys, position.seen, 0))
        }
        Begin::Offset(offset) if query.filter.is_empty() && *offset > 0 => {
            let (keys, skip) = skip_days(r, query, keys, *offset, direction)?;
            Ok((keys, *offset, skip))
        }
        Begin::Offset(offset) => Ok((keys, *offset, *offset)),
    }
}

/// Skips whole days by their tallies; what is left to skip lies within one day.
fn skip_days(
    r: &impl Rows,
    query: &ListQuery,
    keys: Span<TimeKey>,
    offset: u64,
    direction: Direction,
) -> Result<(Span<TimeKey>, u64), StoreError> {
    let book = query.book.0;
    let mut left = offset;
    for row in r.scan(TALLY, Span::prefix(&(book, Kind::Day as u8)), direction) {
        let ((_, _, day), count) = row?;
        if count > left {
            let Some(start) = day_start(&day) else { continue };
            let keys = match direction {
                Direction::Forward => keys.at_least(&(book, start)),
                Direction::Backward => keys.before(&(book, start + 86_400)),
            };
            return Ok((keys, left));
        }
        left -= count;
    }
    Ok((keys.before(&(book,)), left))
}
