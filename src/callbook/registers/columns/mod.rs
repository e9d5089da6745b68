//! Any list of callsigns, read after a column map.
//!
//! A row gives an entry when its call can be read and its status is one that the map knows; other values that cannot
//! be read are left out and counted, not the row. [`preview`] shows what a map makes of the first rows, with every
//! defect by line and column, before anything is replaced. Rows of the same call: the valid and latest one speaks,
//! other holders become former ones. E-mail addresses and telephone numbers have no place to go, by intention.

pub(crate) mod map;
mod row;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::BufRead;

use smol_str::SmolStr;

pub(crate) use map::{Column, ColumnMap, Field};

use super::Sink;
use super::rows::{Gather, Next, ReadError, Record, Records, Tally, entry_of, reject, report};
use crate::callbook::model::Licence;
use crate::ham::callsign::Callsign;
use row::{Cells, Remark};

/// What rejects name as their file.
const FILE: &str = "list";

/// Where each field of a map stands in the list at hand.
#[derive(Debug, Clone)]
struct Places {
    fields: Vec<Field>,
    columns: Vec<usize>,
}

/// A row as a map understands it.
#[derive(Debug, Clone)]
pub(crate) struct Previewed {
    /// Its first line, from 1.
    pub(crate) line: u64,
    /// The licence, or why the row is not used.
    pub(crate) licence: Result<Licence, SmolStr>,
    /// Values that are left out: `column "Expiry" (5): no date of the form DD.MM.YYYY`.
    pub(crate) left_out: Vec<String>,
}

/// Reads a list.
pub(crate) fn read<S: Sink>(
    map: &ColumnMap,
    reader: impl BufRead,
    sink: &mut S,
) -> Result<Tally, ReadError<S::Error>> {
    let mut records = Records::new(reader, map.dialect);
    let mut record = records.record();
    let places = begin(map, &mut records, &mut record)?;
    let mut gather = Gather::default();
    let mut rejects = 0;
    while let Some(read) = next(map, &places, &mut records, &mut record)? {
        match read {
            Ok((call, cells)) => gather.push(call, record.line(), cells)?,
            Err(reason) => {
                sink.reject(reject(FILE, &record, &reason));
                rejects += 1;
            }
        }
        report(sink, &records, &record)?;
    }
    let mut left_out = 0;
    let mut tally = gather.hand_on(sink, |call, rows| {
        let licence = |row: &super::rows::Given<'_>| {
            let cells = places.fields.iter().copied().zip(row.fields()).collect();
            let (licence, remarks) = row::licence(map, call.clone(), &Cells(cells));
            left_out += remarks.len() as u64;
            licence
        };
        let licences = rows.iter().map(licence).collect();
        Ok(entry_of(licences).expect("a call is gathered with its rows"))
    })?;
    tally.rows += rejects;
    tally.rejects += rejects;
    tally.values_left_out = left_out;
    Ok(tally)
}

/// What a map makes of the first `limit` rows of a list.
pub(crate) fn preview(
    map: &ColumnMap,
    reader: impl BufRead,
    limit: usize,
) -> Result<Vec<Previewed>, ReadError<std::convert::Infallible>> {
    let mut records = Records::new(reader, map.dialect);
    let mut record = records.record();
    let places = begin(map, &mut records, &mut record)?;
    let mut rows = Vec::new();
    while rows.len() < limit
        && let Some(read) = next(map, &places, &mut records, &mut record)?
    {
        let (licence, remarks) = match read {
            Ok((call, cells)) => {
                let cells: BTreeMap<_, _> = places
                    .fields
                    .iter()
                    .copied()
                    .zip(cells.iter().map(SmolStr::as_str))
                    .collect();
                let (licence, remarks) = row::licence(map, call, &Cells(cells));
                (Ok(licence), remarks)
            }
            Err(reason) => (Err(reason), Vec::new()),
        };
        rows.push(Previewed {
            line: record.line(),
            licence,
            left_out: remarks.iter().map(|remark| places.tell(map, remark)).collect(),
        });
    }
    Ok(rows)
}

/// Skips what the map says, reads the headings, and finds every column.
fn begin<R: BufRead, E>(
    map: &ColumnMap,
    records: &mut Records<R>,
    record: &mut Record,
) -> Result<Places, ReadError<E>> {
    let told = |record: &Record, what: String| ReadError::Layout {
        file: FILE,
        line: record.line().max(1),
        what,
    };
    records.skip_lines(map.skip)?;
    let mut heads: Vec<String> = Vec::new();
    if map.header {
        match records.next(record)? {
            Next::Row => heads = (0..record.len()).map(|n| record.text(n).to_lowercase()).collect(),
            Next::Damaged(reason) => {
                return Err(told(record, format!("the headings cannot be read: {reason}")));
            }
            Next::End => return Err(told(record, "there are no headings".to_owned())),
        }
        if record.is_utf16() {
            return Err(told(record, "the list is in UTF-16; save it in UTF-8".to_owned()));
        }
    }
    let mut places = Places {
        fields: Vec::new(),
        columns: Vec::new(),
    };
    for (field, column) in &map.columns {
        let at = match column {
            Column::Number(number) => number - 1,
            Column::Heading(heading) => {
                let wanted = heading.trim().to_lowercase();
                heads.iter().position(|head| *head == wanted).ok_or_else(|| {
                    let what = format!("columns.{}: there is no heading {heading:?}", field.as_str());
                    told(record, what)
                })?
            }
        };
        places.fields.push(*field);
        places.columns.push(at);
    }
    Ok(places)
}

type Row = Result<(Callsign, Vec<SmolStr>), SmolStr>;

/// The next row: its call and cells, or why it is not used.
fn next<R: BufRead>(
    map: &ColumnMap,
    places: &Places,
    records: &mut Records<R>,
    record: &mut Record,
) -> std::io::Result<Option<Row>> {
    Ok(match records.next(record)? {
        Next::End => None,
        Next::Damaged(reason) => Some(Err(reason.into())),
        Next::Row => Some(row(map, places, record)),
    })
}

fn row(map: &ColumnMap, places: &Places, record: &Record) -> Row {
    let cells: Vec<SmolStr> = places.columns.iter().map(|column| record.text(*column)).collect();
    let cell = |wanted: Field| {
        let at = places.fields.iter().position(|field| *field == wanted);
        at.map_or("", |at| cells[at].as_str())
    };
    let call =
        Callsign::parse(cell(Field::Call)).map_err(|_| places.name(map, Field::Call) + ": no callsign")?;
    if row::status(map, cell(Field::Status)).is_none() {
        return Err((places.name(map, Field::Status) + ": a status that the map does not know").into());
    }
    Ok((call, cells))
}

impl Places {
    /// A column's heading and number.
    fn name(&self, map: &ColumnMap, field: Field) -> String {
        let at = self.fields.iter().position(|own| *own == field);
        let number = at.map_or(0, |at| self.columns[at] + 1);
        match map.columns.get(&field) {
            Some(Column::Heading(heading)) => format!("column {heading:?} ({number})"),
            _ => format!("column {number}"),
        }
    }

    fn tell(&self, map: &ColumnMap, remark: &Remark) -> String {
        format!("{}: {}", self.name(map, remark.field), remark.what)
    }
}
