//! Rows held until all are there, then handed on in the order of their calls.
//!
//! A row is kept as its texts in one long string: about 40 bytes more than they need themselves.

use std::ops::Range;
use std::str::Split;

use smol_str::SmolStr;

use super::super::{Progress, Reject, Sink, Stage};
use super::ReadError;
use crate::callbook::model::{Address, Days, Entry, Former, Holder, HolderKind, Licence, Status};
use crate::ham::callsign::Callsign;

/// The most rows of a register that is sorted in memory.
pub(crate) const MOST_ROWS: usize = 2_000_000;
/// The most bytes of their texts.
const MOST_TEXT: usize = 128 << 20;
/// Between two fields; texts are free of control characters.
const BETWEEN: char = '\u{1f}';
/// Calls handed on between two reports.
const REPORT_EVERY: usize = 10_000;

/// What was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Tally {
    /// Rows of the file, headings and blank lines apart.
    pub(crate) rows: u64,
    /// Calls handed on.
    pub(crate) entries: u64,
    /// Rows not used.
    pub(crate) rejects: u64,
    /// Single values that could not be read and were left out, such as impossible dates.
    pub(crate) values_left_out: u64,
}

/// Rows gathered.
#[derive(Debug, Default)]
pub(crate) struct Gather {
    text: String,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    call: Callsign,
    line: u32,
    at: u32,
    len: u32,
}

/// A row that was gathered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given<'g> {
    text: &'g str,
}

impl<'g> Given<'g> {
    /// Its texts, as they were given.
    pub(crate) fn fields(&self) -> Split<'g, char> {
        self.text.split(BETWEEN)
    }

    /// Its first `N` texts, empty ones for those not given.
    pub(crate) fn array<const N: usize>(&self) -> [&'g str; N] {
        let mut fields = self.fields();
        std::array::from_fn(|_| fields.next().unwrap_or_default())
    }
}

impl Gather {
    /// Keeps a row.
    pub(crate) fn push<E>(
        &mut self,
        call: Callsign,
        line: u64,
        fields: impl IntoIterator<Item: AsRef<str>>,
    ) -> Result<(), ReadError<E>> {
        let at = self.text.len();
        for (n, field) in fields.into_iter().enumerate() {
            if n > 0 {
                self.text.push(BETWEEN);
            }
            self.text.push_str(field.as_ref());
        }
        if self.rows.len() >= MOST_ROWS || self.text.len() > MOST_TEXT {
            return Err(ReadError::TooLarge);
        }
        let short = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.rows.push(Row {
            call,
            line: u32::try_from(line).unwrap_or(u32::MAX),
            at: short(at),
            len: short(self.text.len() - at),
        });
        Ok(())
    }

    /// Hands the rows on by ascending call. `make` gets all rows of a call in the file's order and makes its entry,
    /// or says why there is none.
    pub(crate) fn hand_on<S: Sink>(
        mut self,
        sink: &mut S,
        mut make: impl FnMut(&Callsign, &[Given<'_>]) -> Result<Entry, Reject>,
    ) -> Result<Tally, ReadError<S::Error>> {
        self.rows
            .sort_unstable_by(|a, b| (&a.call, a.line).cmp(&(&b.call, b.line)));
        let mut tally = Tally::default();
        let mut given = Vec::new();
        let of = Some(self.rows.len() as u64);
        for rows in self.rows.chunk_by(|a, b| a.call == b.call) {
            let text = |row: &Row| {
                let at: Range<usize> = row.at as usize..(row.at + row.len) as usize;
                &self.text[at]
            };
            given.clear();
            given.extend(rows.iter().map(|row| Given { text: text(row) }));
            tally.rows += rows.len() as u64;
            match make(&rows[0].call, &given) {
                Ok(entry) => {
                    sink.entry(entry).map_err(ReadError::Sink)?;
                    tally.entries += 1;
                }
                Err(reject) => {
                    sink.reject(reject);
                    tally.rejects += 1;
                }
            }
            if tally.entries.is_multiple_of(REPORT_EVERY as u64) {
                let done = tally.rows;
                let stage = Stage::Writing;
                sink.progress(Progress { stage, done, of })
                    .map_err(ReadError::Sink)?;
            }
        }
        Ok(tally)
    }
}

/// One entry of several licences of a call: an active one first, then the latest granted, then the last row.
/// Those of other holders become former ones.
pub(crate) fn entry_of(mut licences: Vec<Licence>) -> Option<Entry> {
    let rank = |licence: &Licence| {
        let begins = licence.days.granted.max(licence.days.effective);
        (licence.status == Status::Active, begins.max(licence.days.expires))
    };
    let best = (0..licences.len()).max_by_key(|&at| (rank(&licences[at]), at))?;
    let licence = licences.remove(best);
    licences.retain(|other| other.holder != licence.holder);
    licences.sort_by_key(|other| std::cmp::Reverse(rank(other)));
    licences.dedup_by(|a, b| a.holder == b.holder);
    Some(Entry {
        former: licences.into_iter().map(former).collect(),
        licence,
    })
}

fn former(licence: Licence) -> Former {
    Former {
        number: licence.number,
        holder: licence.holder,
        city: licence.address.city,
        region: licence.address.region,
        class: licence.class,
        status: licence.status,
        days: licence.days,
    }
}

/// A valid licence of which only the call is known.
pub(crate) fn of_call(call: Callsign) -> Licence {
    Licence {
        call,
        number: 0,
        holder: nobody(),
        address: Address::default(),
        class: None,
        status: Status::Active,
        days: Days::default(),
        vanity: false,
        previous: None,
        trustee: None,
        place: None,
    }
}

/// A person without a name.
pub(crate) fn nobody() -> Holder {
    Holder {
        kind: HolderKind::Person,
        name: SmolStr::default(),
        first: SmolStr::default(),
        middle: SmolStr::default(),
        last: SmolStr::default(),
        suffix: SmolStr::default(),
        licensee: SmolStr::default(),
        person: SmolStr::default(),
    }
}

/// A postcode without blanks and hyphens, in capitals.
pub(crate) fn postcode(text: &str) -> SmolStr {
    text.chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .flat_map(char::to_uppercase)
        .collect()
}
