//! Zones as text: the reader of master files (RFC 1035 5, RFC 2308 4, RFC 3597), and the writer.
//!
//! [`Reader`] gives records and defects one after the other and never stops at a defect: each has its line, its column
//! and its field, so that a zone can be mended in one go. Names, data and times are read leniently, as the protocol
//! allows them; whether a member may have them is the business of `rules`. `$INCLUDE` is refused, `$GENERATE` bounded,
//! and what is held while reading does not grow with the text, however it is made. [`contents`] gathers a whole zone
//! into sets; [`write()`] gives text that every server reads, and that reads back as what it was.

pub(crate) mod defect;
mod entry;
mod generate;
pub(crate) mod reader;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::Write as _;

use super::name::Name;
use super::rdata;
use super::rr::{Rdata, RecordType, RrSet, Ttl};
use defect::{Defect, Severity};
use reader::{Item, Reader};

/// The most defects that are kept; the others are counted.
const MOST_DEFECTS: usize = 1000;

/// One record of a master file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    /// The owner.
    pub(crate) name: Name,
    /// The type.
    pub(crate) kind: RecordType,
    /// The time to live, given or taken from elsewhere in the file.
    pub(crate) ttl: Ttl,
    /// The data.
    pub(crate) data: Rdata,
    /// The line it begins in, from 1.
    pub(crate) line: u32,
}

/// What a text is read as.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// The zone: relative names are below it until `$ORIGIN` says otherwise, others are refused.
    pub(crate) origin: Name,
    /// The time to live of records where the file says none at all.
    pub(crate) ttl: Ttl,
    /// Reading ends with a defect after so many records.
    pub(crate) most_records: usize,
}

impl Options {
    /// A zone of at most two million records, which live an hour unless they say otherwise.
    pub(crate) fn of(origin: Name) -> Self {
        Self {
            origin,
            ttl: Ttl::DEFAULT,
            most_records: 2_000_000,
        }
    }
}

/// What a text holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Contents {
    /// The sets, in canonical order of their owners, then by type.
    pub(crate) sets: Vec<RrSet>,
    /// How many records the text has, repetitions included.
    pub(crate) records: usize,
    /// What is wrong, in the order of the text.
    pub(crate) defects: Vec<Defect>,
    /// How many defects more there are than `defects` holds.
    pub(crate) more_defects: usize,
}

impl Contents {
    /// Whether every line was understood; notes are no hindrance.
    pub(crate) fn is_whole(&self) -> bool {
        self.more_defects == 0 && !self.defects.iter().any(Defect::is_error)
    }

    fn push(&mut self, defect: Defect) {
        if self.defects.len() < MOST_DEFECTS {
            self.defects.push(defect);
        } else {
            self.more_defects += 1;
        }
    }
}

/// Reads a whole zone. Records of one name and type get the time to live of the first, with a note where they differ.
pub(crate) fn contents(text: &[u8], options: &Options) -> Contents {
    let mut contents = Contents::default();
    let mut sets: HashMap<(Name, RecordType), (Ttl, Vec<Rdata>)> = HashMap::new();
    for item in Reader::new(text, options) {
        match item {
            Item::Defect(defect) => contents.push(defect),
            Item::Record(record) => {
                contents.records += 1;
                let Record {
                    name,
                    kind,
                    ttl,
                    data,
                    line,
                } = record;
                match sets.entry((name, kind)) {
                    Entry::Vacant(entry) => {
                        entry.insert((ttl, vec![data]));
                    }
                    Entry::Occupied(mut entry) => {
                        if entry.get().0 != ttl {
                            contents.push(other_ttl(entry.key(), line, (ttl, entry.get().0)));
                        }
                        entry.get_mut().1.push(data);
                    }
                }
            }
        }
    }
    let sets = sets.into_iter();
    contents.sets = sets
        .filter_map(|((name, kind), (ttl, data))| RrSet::new(name, kind, ttl, data).ok())
        .collect();
    contents
        .sets
        .sort_by_cached_key(|set| (set.name().to_key(), set.kind()));
    contents
}

fn other_ttl((name, kind): &(Name, RecordType), line: u32, (given, first): (Ttl, Ttl)) -> Defect {
    Defect {
        severity: Severity::Note,
        line,
        column: 1,
        field: "ttl",
        rule: "order",
        text: format!(
            "{given} is not the {first} of the first {kind} record of {name}; one name and type has one, so {first} is taken"
        ),
    }
}

/// The zone's text: its SOA first, then the sets as they come.
pub(crate) fn write<'a>(origin: &Name, sets: impl IntoIterator<Item = &'a RrSet> + Clone) -> String {
    let mut text = String::new();
    let is_head = |set: &RrSet| set.kind() == RecordType::SOA && set.name() == origin;
    for set in sets.clone().into_iter().filter(|set| is_head(set)) {
        push_set(set, &mut text);
    }
    for set in sets.into_iter().filter(|set| !is_head(set)) {
        push_set(set, &mut text);
    }
    text
}

/// Appends a set: `name TAB ttl TAB IN TAB type TAB data`, one line for each record.
pub(crate) fn push_set(set: &RrSet, text: &mut String) {
    for data in set.data() {
        let (name, ttl, kind) = (set.name(), set.ttl(), set.kind());
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name}\t{ttl}\tIN\t{kind}\t{}", rdata::write(kind, data));
    }
}
