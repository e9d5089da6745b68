//! Contacts as points of a map: the newest with a known position.

use crate::ham::geo::LatLon;
use crate::logbook::event::LogbookId;
use crate::logbook::filter::Span as TimeSpan;
use crate::logbook::place::Table;
use crate::logbook::read::list;
use crate::logbook::stored::StoredQso;
use crate::logbook::tables::{QSO, QSO_BY_TIME};
use crate::store::{Direction, Rows, StoreError};

/// A contact and where the other station was.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    pub(crate) number: u64,
    pub(crate) record: StoredQso,
    pub(crate) at: LatLon,
    /// From a grid; else it is the middle of an entity.
    pub(crate) precise: bool,
}

/// The newest points of a span of time.
pub(crate) fn points(
    r: &impl Rows,
    book: LogbookId,
    times: TimeSpan,
    limit: usize,
    table: &Table,
) -> Result<Vec<Point>, StoreError> {
    let mut points = Vec::new();
    for row in r.scan(QSO_BY_TIME, list::time_keys(book, times), Direction::Backward) {
        if points.len() == limit {
            break;
        }
        let ((_, _, number), _) = row?;
        let Some(record) = r.get(QSO, &book.qso(number))? else {
            continue;
        };
        if let Some((at, precise)) = position(&record, table) {
            points.push(Point {
                number,
                record,
                at,
                precise,
            });
        }
    }
    Ok(points)
}

/// Where the other station was: the middle of its grid, else of its entity.
pub(crate) fn position(record: &StoredQso, table: &Table) -> Option<(LatLon, bool)> {
    let grid = record.qso.grid.as_ref().filter(|grid| !grid.is_placeholder());
    match grid {
        Some(grid) => Some((grid.centre(), true)),
        None => table.position(record).map(|at| (at, false)),
    }
}
