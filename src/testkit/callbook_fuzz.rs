//! The entry points of the fuzz targets of the callbook: any bytes as the three files of the FCC's, and as a query.

use std::convert::Infallible;

use crate::callbook::find::{Asker, Cursor, Fields, Query, Request};
use crate::callbook::generation::Registers;
use crate::callbook::model::Entry;
use crate::callbook::registers::archive::Archive;
use crate::callbook::registers::fcc::{Plan, Unit, UnitSink, read_delta, read_full};
use crate::callbook::registers::{Progress, Reject, Sink};
use crate::ham::callsign::Callsign;

/// What separates the files in the bytes.
const SEPARATOR: u8 = 0x1c;

/// Looks at the promises of readers.
#[derive(Default)]
struct Watched {
    units: Vec<Unit>,
    rejects: u64,
    last: Option<Callsign>,
    seen: usize,
}

impl Sink for Watched {
    type Error = Infallible;

    fn entry(&mut self, entry: Entry) -> Result<(), Infallible> {
        let call = entry.licence.call;
        assert!(self.last.as_ref().is_none_or(|last| *last < call), "calls ascend");
        self.last = Some(call);
        self.seen += 1 + entry.former.len();
        Ok(())
    }

    fn reject(&mut self, reject: Reject) {
        assert!(reject.line > 0 && reject.excerpt.chars().count() <= 120);
        self.rejects += 1;
    }

    fn progress(&mut self, _: Progress) -> Result<(), Infallible> {
        Ok(())
    }
}

impl UnitSink for Watched {
    fn unit(&mut self, unit: Unit) -> Result<(), Infallible> {
        assert!(
            self.units.last().is_none_or(|last| last.usi < unit.usi),
            "numbers ascend"
        );
        self.units.push(unit);
        Ok(())
    }
}

/// Reads bytes as a full file and as a daily one.
///
/// Panics if reading panics, if units or calls come out of order or get lost, if a row is neither used nor listed,
/// or if a day without anything held before it gives other units than a full file.
pub fn uls(bytes: &[u8]) {
    let mut files = bytes.splitn(4, |byte| *byte == SEPARATOR).map(<[u8]>::to_vec);
    let names = ["EN.dat", "AM.dat", "HD.dat", "counts"];
    let files: Vec<_> = names.map(|name| (name, files.next().unwrap_or_default())).into();
    let work_dir = std::env::temp_dir();
    let plan = Plan {
        work_dir: &work_dir,
        today: super::uls::TODAY,
        even_short: true,
    };
    let mut watched = Watched::default();
    let full = read_full(&mut Archive::held(files.clone()), &plan, &mut watched);
    let day = read_delta(&mut Archive::held(files), &plan, |_| Ok::<_, Infallible>(None));
    let (Ok(full), Ok(day)) = (full, day) else {
        assert!(watched.units.is_empty(), "an error comes before the first unit");
        return;
    };
    let too_many = full.notes.0.contains_key("calls had by too many");
    assert!(
        watched.seen == watched.units.len() || too_many,
        "every unit is somebody's"
    );
    assert_eq!(
        full.members.values().map(|file| file.rejected).sum::<u64>(),
        watched.rejects
    );
    assert!(day.units == watched.units);
}

/// Reads any text as a query, as what is being typed, and as a cursor.
///
/// Panics if reading panics, if an error lies outside of the text, or if a cursor is another one when written again.
pub fn query(text: &str) {
    match Query::parse(text) {
        Ok(query) => {
            let registers = Registers::default();
            let request = Request {
                query: &query,
                asker: &Asker::default(),
                allowed: Fields::ALL,
                today: super::uls::TODAY,
                after: None,
                limit: 10,
            };
            let page = registers.search(&request).expect("no register, no failure");
            assert!(page.hits.is_empty());
        }
        Err(error) => assert!(error.at <= text.chars().count() && !error.what.is_empty()),
    }
    if let Some(cursor) = Cursor::parse(text) {
        assert_eq!(Cursor::parse(&cursor.as_text()), Some(cursor));
    }
}
