//! Lists in another order than by time, and lists of few calls.
//!
//! By call there is an index. For the other orders every matching summary is looked at and only the page and
//! what comes before it is kept, so memory is bounded by the offset, not by the log.

use std::cmp::Ordering;

use smol_str::SmolStr;

use super::pager::Pager;
use super::{Begin, CALL_DRIVEN, Found, Hit, ListQuery, Position, SortBy, Total, accepts, total, walk};
use crate::ham::band::Band;
use crate::logbook::filter::Filter;
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
    let known = total::known(r, query.book, &query.filter)?;
    let (offset, skip) = match &query.begin {
        Begin::Offset(offset) => (*offset, *offset),
        Begin::After(position) => (position.seen, 0),
    };
    let mut pager = Pager::new(query.limit, offset, skip, known);
    if query.sort.descending {
        call_backward(r, query, &mut pager)?;
    } else {
        call_forward(r, query, &mut pager)?;
    }
    Ok(pager.finish())
}

/// From the last call to the first; the index has the contacts of one in the order of time.
fn call_backward(r: &impl Rows, query: &ListQuery, pager: &mut Pager) -> Result<(), StoreError> {
    let keys = match &query.begin {
        Begin::Offset(_) => calls(query),
        Begin::After(position) => calls(query).before(&key_of(query, position)),
    };
    for row in r.scan(QSO_BY_CALL, keys, Direction::Backward) {
        if offer(r, query, pager, row?.0)? {
            break;
        }
    }
    Ok(())
}

/// From the first call to the last; the contacts of one are turned round, so that they too come newest first.
fn call_forward(r: &impl Rows, query: &ListQuery, pager: &mut Pager) -> Result<(), StoreError> {
    let mut keys = calls(query);
    if let Begin::After(position) = &query.begin {
        let own = (query.book.0, position.call.clone());
        let rest = Span::prefix(&own).before(&key_of(query, position));
        for row in r.scan(QSO_BY_CALL, rest, Direction::Backward) {
            if offer(r, query, pager, row?.0)? {
                return Ok(());
            }
        }
        keys = keys.after(&(query.book.0, position.call.clone(), i64::MAX, u64::MAX));
    }
    let mut rows = r.scan(QSO_BY_CALL, keys, Direction::Forward);
    let mut of_one: Vec<CallKey> = Vec::new();
    loop {
        let key = rows.next().transpose()?.map(|(key, ())| key);
        let goes_on = of_one.is_empty() || key.as_ref().is_some_and(|key| key.1 == of_one[0].1);
        if !goes_on {
            for key in of_one.drain(..).rev() {
                if offer(r, query, pager, key)? {
                    return Ok(());
                }
            }
        }
        match key {
            Some(key) => of_one.push(key),
            None => return Ok(()),
        }
    }
}

/// Hands the contact to the page if the filter accepts it; tells whether the page needs no more.
fn offer(
    r: &impl Rows,
    query: &ListQuery,
    pager: &mut Pager,
    (book, call, start, number): CallKey,
) -> Result<bool, StoreError> {
    if pager.is_enough() {
        return Ok(true);
    }
    if !query.filter.is_empty() {
        let summary = r.get(QSO_BY_TIME, &(book, start, number))?;
        let accepted = match summary {
            Some(summary) => accepts(r, query, start, number, &summary)?,
            None => false,
        };
        if !accepted {
            return Ok(false);
        }
    }
    pager.take(Hit { start, number, call });
    Ok(false)
}

fn calls(query: &ListQuery) -> Span<CallKey> {
    match query.filter.call_prefix() {
        Some(prefix) => Span::prefix(&((query.book.0,), TextStart(prefix))),
        None => Span::prefix(&(query.book.0,)),
    }
}

fn key_of(query: &ListQuery, position: &Position) -> CallKey {
    (
        query.book.0,
        position.call.clone(),
        position.start,
        position.number,
    )
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
    // An offset is the client's word: no more is kept for it than there is.
    let all = total::known(r, query.book, &Filter::default())?.unwrap_or(u64::MAX);
    let keep = usize::try_from(seen(query).min(all))
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
