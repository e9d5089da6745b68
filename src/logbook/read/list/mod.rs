//! Lists of contacts: filtered, sorted, paged by cursor or by offset.
//!
//! Invariants: a page is a function of one read transaction; only the contacts of the page itself are read
//! whole, all else is decided on summaries. The usual list, newest first, finds any offset by the tallies of
//! days, so the millionth contact costs what the first does. A total is exact, or said not to be: counting
//! the matches of a rare filter in a large log stops at [`COUNT_BUDGET`].

mod ordered;
mod pager;
#[cfg(test)]
mod tests;
mod total;
mod walk;

use smol_str::SmolStr;

use crate::logbook::error::Error;
use crate::logbook::event::LogbookId;
use crate::logbook::filter::{Filter, Verdict};
use crate::logbook::stored::StoredQso;
use crate::logbook::summary::Summary;
use crate::logbook::tables::QSO;
use crate::store::{Rows, StoreError};
pub(crate) use walk::{Walked, numbers, span as time_keys};

/// Index rows looked at beyond the page only to count: about 10 ms.
const COUNT_BUDGET: u64 = 20_000;
/// Contacts of calls with one beginning that are sorted in memory; with more, the time index is walked.
const CALL_DRIVEN: usize = 5_000;

/// What a list is sorted by; contacts that are equal in it come newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortBy {
    Start,
    Call,
    Band,
    Mode,
    Freq,
    Country,
    Grid,
}

/// An order: what by, and whether from the large end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sort {
    pub(crate) by: SortBy,
    pub(crate) descending: bool,
}

impl Sort {
    /// Newest first.
    pub(crate) const NEWEST: Sort = Sort {
        by: SortBy::Start,
        descending: true,
    };
}

impl std::str::FromStr for Sort {
    type Err = Error;

    fn from_str(text: &str) -> Result<Sort, Error> {
        let (descending, name) = match text.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, text),
        };
        let by = match name {
            "start" => SortBy::Start,
            "call" => SortBy::Call,
            "band" => SortBy::Band,
            "mode" => SortBy::Mode,
            "freq" | "freq_hz" => SortBy::Freq,
            "country" => SortBy::Country,
            "grid" => SortBy::Grid,
            _ => {
                let known =
                    "start, call, band, mode, freq, country, grid, each with - in front for descending";
                return Err(Error::invalid("sort", format!("`{text}` is not one of {known}")));
            }
        };
        Ok(Sort { by, descending })
    }
}

/// Where a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Begin {
    /// That many contacts into the list.
    Offset(u64),
    /// Behind the last contact of the page before.
    After(Position),
}

/// The last contact of a page: all that the next page needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// Contacts up to and including this one.
    pub(crate) seen: u64,
    pub(crate) start: i64,
    pub(crate) number: u64,
    /// Empty unless the list is sorted by call.
    pub(crate) call: SmolStr,
}

/// A list asked for.
#[derive(Clone, Debug)]
pub(crate) struct ListQuery {
    pub(crate) book: LogbookId,
    pub(crate) filter: Filter,
    pub(crate) sort: Sort,
    pub(crate) begin: Begin,
    pub(crate) limit: usize,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) rows: Vec<(u64, StoredQso)>,
    /// Contacts in the whole list, or at least so many.
    pub(crate) total: u64,
    pub(crate) total_exact: bool,
    /// How many come before this page.
    pub(crate) offset: u64,
    pub(crate) next: Option<Position>,
}

/// A contact as the indexes know it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Hit {
    start: i64,
    number: u64,
    call: SmolStr,
}

/// What a walk found: the hits of the page, and what is known about the rest.
struct Found {
    hits: Vec<Hit>,
    offset: u64,
    /// Whether a contact follows the last hit.
    more: bool,
    total: Total,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Total {
    Exactly(u64),
    AtLeast(u64),
}

/// One page.
pub(crate) fn list(r: &impl Rows, query: &ListQuery) -> Result<Listed, StoreError> {
    let found = match query.sort.by {
        SortBy::Call => ordered::by_call(r, query)?,
        _ => match ordered::of_one_call(r, query)? {
            Some(found) => found,
            None if query.sort.by == SortBy::Start => walk::by_time(r, query)?,
            None => ordered::by_value(r, query)?,
        },
    };
    let seen = found.offset + found.hits.len() as u64;
    let next = found.hits.last().filter(|_| found.more).map(|hit| Position {
        seen,
        start: hit.start,
        number: hit.number,
        call: if query.sort.by == SortBy::Call {
            hit.call.clone()
        } else {
            SmolStr::default()
        },
    });
    let mut rows = Vec::with_capacity(found.hits.len());
    for hit in &found.hits {
        if let Some(record) = r.get(QSO, &query.book.qso(hit.number))? {
            rows.push((hit.number, record));
        }
    }
    let (total, total_exact) = match found.total {
        Total::Exactly(total) => (total, true),
        Total::AtLeast(total) => (total, false),
    };
    Ok(Listed {
        rows,
        total,
        total_exact,
        offset: found.offset,
        next,
    })
}

/// Whether the filter accepts a contact, reading the whole of it only if need be.
fn accepts(
    r: &impl Rows,
    query: &ListQuery,
    start: i64,
    number: u64,
    summary: &Summary,
) -> Result<bool, StoreError> {
    match query.filter.verdict(start, summary) {
        Verdict::Accepted => Ok(true),
        Verdict::Refused => Ok(false),
        Verdict::Unknown => {
            let record = r.get(QSO, &query.book.qso(number))?;
            Ok(record.is_some_and(|record| query.filter.accepts_record(&record)))
        }
    }
}
