//! Totals that need no counting: those the tallies know.

use smol_str::{SmolStr, format_smolstr};

use crate::logbook::event::LogbookId;
use crate::logbook::filter::{Filter, Span as TimeSpan, Term, Test};
use crate::logbook::tables::TALLY;
use crate::logbook::tally::{Kind, day_of};
use crate::store::{Direction, Rows, Span, StoreError};

const DAY: i64 = 86_400;

/// The number of contacts a filter accepts, if the tallies know it.
pub(super) fn known(r: &impl Rows, book: LogbookId, filter: &Filter) -> Result<Option<u64>, StoreError> {
    let unlimited = filter.span == TimeSpan::default();
    match filter.terms.as_slice() {
        [] if unlimited => sum(r, book, Kind::Total, &[SmolStr::default()]).map(Some),
        [] => days(r, book, filter.span),
        [Term { negated, test }] if unlimited => {
            let Some(matching) = of_test(r, book, test)? else {
                return Ok(None);
            };
            if !negated {
                return Ok(Some(matching));
            }
            let all = sum(r, book, Kind::Total, &[SmolStr::default()])?;
            Ok(Some(all.saturating_sub(matching)))
        }
        _ => Ok(None),
    }
}

fn of_test(r: &impl Rows, book: LogbookId, test: &Test) -> Result<Option<u64>, StoreError> {
    let counted = match test {
        Test::Band(bands) => sum(r, book, Kind::Band, bands)?,
        Test::Continent(continents) => sum(r, book, Kind::Continent, continents)?,
        Test::Dxcc(codes) => {
            let codes: Vec<_> = codes.iter().map(|code| format_smolstr!("{code}")).collect();
            sum(r, book, Kind::Entity, &codes)?
        }
        _ => return Ok(None),
    };
    Ok(Some(counted))
}

fn sum(r: &impl Rows, book: LogbookId, kind: Kind, values: &[SmolStr]) -> Result<u64, StoreError> {
    let mut values = values.to_vec();
    values.sort_unstable();
    values.dedup();
    let mut sum = 0;
    for value in values {
        sum += r.get(TALLY, &(book.0, kind as u8, value))?.unwrap_or(0);
    }
    Ok(sum)
}

/// Whole days only: a span that cuts a day is not known.
fn days(r: &impl Rows, book: LogbookId, span: TimeSpan) -> Result<Option<u64>, StoreError> {
    let cuts = |at: i64| at != i64::MIN && at != i64::MAX && at.rem_euclid(DAY) != 0;
    if cuts(span.from) || cuts(span.until) {
        return Ok(None);
    }
    let mut keys = Span::prefix(&(book.0, Kind::Day as u8));
    if span.from != i64::MIN {
        keys = keys.at_least(&(book.0, Kind::Day as u8, day_of(span.from)));
    }
    if span.until != i64::MAX {
        keys = keys.before(&(book.0, Kind::Day as u8, day_of(span.until)));
    }
    let mut sum = 0;
    for row in r.scan(TALLY, keys, Direction::Forward) {
        sum += row?.1;
    }
    Ok(Some(sum))
}
