//! Lists in another order than by time, and lists of few calls.
//!
//! By call there is an index. For the other orders every matching summary is looked at and only the page and
//! what comes before it is kept, so memory is bounded by the offset, not by the log.

use std::cmp::Ordering;

use smol_str::SmolStr;

use super::pager::Pager;
use super::{Begin, CALL_DRIVEN, Found, Hit, ListQuery, SortBy, Total, accepts, total, walk};
use crate::ham::band::Band;
use crate::logbook::place::country;
use crate::logbook::summary::Summary;
use crate::logbook::tables::{CallKey, QSO_BY_CALL, QSO_BY_TIME};
use crate::store::{Direction, Rows, Span, StoreError, TextStart};

/// What a contact is sorted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum SortKey {
    Number(u64),
    Text(SmolStr),
}

/// A page of the list sorted by call, along the call index.
pub(super) fn by_call(r: &impl Rows, query: &ListQuery) -> Result<Found, StoreError> {
    let direction = if query.sort.descending {
        Direction::Backward
    } else {
        Direction::Forward
    };
    let known = total::known(r, query.book, &query.filter)?;
    let (keys, offset, skip) = begin_by_call(query, direction);
    let unfiltered = query.filter.is_empty();
    let mut pager = Pager::new(query.limit, offset, skip, known);
    for row in r.scan(QSO_BY_CALL, keys, direction) {
        let ((book, call, start, number), ()) = row?;
        if pager.is_enough() {
            break;
        }
        if !unfiltered {
            let Some(summary) = r.get(QSO_BY_TIME, &(book, start, number))? else {
                continue;
            };
            if !accepts(r, query, start, number, &summary)? {
                continue;
            }
        }
        pager.take(Hit { start, number, call });
    }
    Ok(pager.finish())
}

/// The contacts with one beginning of a call, sorted in memory; `None` if the filter names none, or too many.
pub(super) fn of_one_call(r: &impl Rows, query: &ListQuery) -> Result<Option<Found>, StoreError> {
    let Some(prefix) = query.filter.call_prefix() else {
        return Ok(None);
    };
    let mut matching = Vec::new();
    let keys = Span::prefix(&((query.book.0,), TextStart(prefix)));
    for (looked_at, row) in r.scan(QSO_BY_CALL, keys, Direction::Forward).enumerate() {
        let ((book, call, start, number), ()) = row?;
        if looked_at >= CALL_DRIVEN {
            return Ok(None);
        }
        let Some(summary) = r.get(QSO_BY_TIME, &(book, start, number))? else {
            continue;
        };
        if accepts(r, query, start, number, &summary)? {
            matching.push((
                sort_key(query.sort.by, start, &summary),
                Hit { start, number, call },
            ));
        }
    }
    let descending = query.sort.descending;
    matching.sort_unstable_by(|a, b| order(descending, a, b));
    let total = matching.len() as u64;
    Ok(Some(page_of(query, matching, total)))
}

/// A page of the list in an order that has no index.
pub(super) fn by_value(r: &impl Rows, query: &ListQuery) -> Result<Found, StoreError> {
    let keep = usize::try_from(seen(query))
        .unwrap_or(usize::MAX)
        .saturating_add(query.limit)
        .saturating_add(1);
    let descending = query.sort.descending;
    let mut kept: Vec<(SortKey, Hit)> = Vec::new();
    let mut total = 0;
    for row in r.scan(
        QSO_BY_TIME,
        walk::span(query.book, query.filter.span),
        Direction::Backward,
    ) {
        let ((_, start, number), summary) = row?;
        if !accepts(r, query, start, number, &summary)? {
            continue;
        }
        total += 1;
        let key = sort_key(query.sort.by, start, &summary);
        kept.push((
            key,
            Hit {
                start,
                number,
                call: SmolStr::default(),
            },
        ));
        if kept.len() >= keep.saturating_mul(2).saturating_add(4_096) {
            kept.select_nth_unstable_by(keep - 1, |a, b| order(descending, a, b));
            kept.truncate(keep);
        }
    }
    kept.sort_unstable_by(|a, b| order(descending, a, b));
    Ok(page_of(query, kept, total))
}

fn page_of(query: &ListQuery, sorted: Vec<(SortKey, Hit)>, total: u64) -> Found {
    let offset = seen(query).min(total);
    let skip = usize::try_from(offset).unwrap_or(usize::MAX);
    let hits: Vec<Hit> = sorted
        .into_iter()
        .skip(skip)
        .take(query.limit)
        .map(|(_, hit)| hit)
        .collect();
    let more = offset + (hits.len() as u64) < total;
    Found {
        hits,
        offset,
        more,
        total: Total::Exactly(total),
    }
}

/// Contacts before the page: these lists go on by counting.
fn seen(query: &ListQuery) -> u64 {
    match &query.begin {
        Begin::Offset(offset) => *offset,
        Begin::After(position) => position.seen,
    }
}

fn begin_by_call(query: &ListQuery, direction: Direction) -> (Span<CallKey>, u64, u64) {
    let book = query.book.0;
    let keys = match query.filter.call_prefix() {
        Some(prefix) => Span::prefix(&((book,), TextStart(prefix))),
        None => Span::prefix(&(book,)),
    };
    match &query.begin {
        Begin::Offset(offset) => (keys, *offset, *offset),
        Begin::After(position) => {
            let key = (book, position.call.clone(), position.start, position.number);
            let keys = match direction {
                Direction::Forward => keys.after(&key),
                Direction::Backward => keys.before(&key),
            };
            (keys, position.seen, 0)
        }
    }
}

fn sort_key(by: SortBy, start: i64, summary: &Summary) -> SortKey {
    match by {
        SortBy::Start => SortKey::Number(start.cast_unsigned() ^ (1 << 63)),
        SortBy::Call => SortKey::Text(summary.call.clone()),
        SortBy::Band => SortKey::Number(Band::parse(&summary.band).map_or(0, |band| band.lower().get())),
        SortBy::Mode => SortKey::Text(summary.mode_label().clone()),
        SortBy::Freq if summary.freq_hz == 0 => {
            SortKey::Number(Band::parse(&summary.band).map_or(0, |band| band.lower().get()))
        }
        SortBy::Freq => SortKey::Number(summary.freq_hz),
        SortBy::Country => SortKey::Text(country(summary.dxcc)),
        SortBy::Grid => SortKey::Text(summary.grid.clone()),
    }
}

/// Equal keys: newest first, whatever the direction.
fn order(descending: bool, a: &(SortKey, Hit), b: &(SortKey, Hit)) -> Ordering {
    let by_key = if descending { b.0.cmp(&a.0) } else { a.0.cmp(&b.0) };
    by_key.then_with(|| (b.1.start, b.1.number).cmp(&(a.1.start, a.1.number)))
}
