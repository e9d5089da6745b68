//! A full file: all units in ascending number, then all entries in ascending call, in bounded memory.
//!
//! Two sorts: rows by unit, then units by call. Nothing is handed on before all three files are read to their ends
//! and found as long as `counts` says, so a file that was cut short ends the import before it has begun.

use std::collections::BTreeMap;
use std::io;

use jiff::civil::Date;
use smol_str::SmolStr;

use super::choose::{choose, keep_best};
use super::intake::{Intake, Joined};
use super::pack::{Pack, Unreadable};
use super::rows::{Kind, Notes};
use super::stamp::Stamp;
use super::unit::Unit;
use super::{COUNTS, Error, MemberSummary, Plan, Summary, UnitSink};
use crate::callbook::registers::archive::Archive;
use crate::callbook::registers::sort::Sort;
use crate::callbook::registers::{Progress, Sink, Stage};
use crate::ham::callsign::Callsign;

/// Bytes each of the two sorts holds; they are never full together.
pub(super) const SORT: usize = 32 << 20;
/// Units or entries between two looks at whether to go on.
const EVERY: u64 = 4096;
/// Units of one call that are held at once; real calls have had ten holders at most.
const MOST_OF_A_CALL: usize = 256;
/// Bytes of `counts` that are read.
const COUNTS_BYTES: u64 = 64 * 1024;

/// Reads a whole register. The runs of the sorts lie in the plan's folder and are removed, also on an error.
pub(crate) fn read_full<S: UnitSink>(
    archive: &mut Archive,
    plan: &Plan<'_>,
    sink: &mut S,
) -> Result<Summary, Error<S::Error>> {
    read_within(SORT, archive, plan, sink)
}

/// The same with so many bytes for each of the two sorts.
pub(super) fn read_within<S: UnitSink>(
    room: usize,
    archive: &mut Archive,
    plan: &Plan<'_>,
    sink: &mut S,
) -> Result<Summary, Error<S::Error>> {
    let mut summary = Summary::default();
    let joined = take_all(room, archive, plan, sink, &mut summary)?;
    for kind in Kind::ALL {
        if !summary.members.contains_key(kind.file()) {
            return Err(Error::Missing(kind.file()));
        }
    }
    let by_call = Sort::new(plan.work_dir, "calls", room);
    let by_call = hand_units(joined, by_call, sink, &mut summary)?;
    hand_entries(by_call, plan.today, sink, &mut summary)?;
    Ok(summary)
}

/// Reads what is there of the three files into rows joined by unit.
pub(super) fn take_all<S: Sink>(
    room: usize,
    archive: &mut Archive,
    plan: &Plan<'_>,
    sink: &mut S,
    summary: &mut Summary,
) -> Result<Joined, Error<S::Error>> {
    summary.stamp = stamp(archive)?;
    let of = Kind::ALL
        .into_iter()
        .filter_map(|kind| archive.size(kind.file()))
        .sum();
    let mut intake = Intake {
        sink,
        sort: Sort::new(plan.work_dir, "rows", room),
        notes: Notes::default(),
        done: 0,
        of,
    };
    for kind in Kind::ALL {
        if let Some(member) = archive.member(kind.file())? {
            let taken = intake.take(kind, member.reader)?;
            check_length(kind, &taken, summary.stamp.as_ref(), plan)?;
            summary.members.insert(SmolStr::new_static(kind.file()), taken);
        }
    }
    if summary.members.values().all(|member| member.rows == 0) {
        return Err(Error::Empty);
    }
    summary.notes = intake.notes;
    Joined::new(intake.sort).map_err(Error::Work)
}

fn stamp<E>(archive: &mut Archive) -> Result<Option<Stamp>, Error<E>> {
    let Some(member) = archive.member(COUNTS)? else {
        return Ok(None);
    };
    let mut text = Vec::new();
    std::io::Read::read_to_end(&mut std::io::Read::take(member.reader, COUNTS_BYTES), &mut text)
        .map_err(|source| Error::Read { file: COUNTS, source })?;
    Ok(Some(Stamp::parse(&String::from_utf8_lossy(&text))))
}

fn check_length<E>(
    kind: Kind,
    taken: &MemberSummary,
    stamp: Option<&Stamp>,
    plan: &Plan<'_>,
) -> Result<(), Error<E>> {
    match stamp.and_then(|stamp| stamp.lines.get(kind.file())) {
        Some(&told) if taken.lines < told && !plan.even_short => Err(Error::Short {
            file: kind.file(),
            read: taken.lines,
            told,
        }),
        _ => Ok(()),
    }
}

fn hand_units<S: UnitSink>(
    mut joined: Joined,
    mut by_call: Sort,
    sink: &mut S,
    summary: &mut Summary,
) -> Result<Sort, Error<S::Error>> {
    let mut string = Vec::new();
    let about = summary.members.values().map(|member| member.rows).max();
    while let Some(bytes) = joined.next().map_err(Error::Work)? {
        let unit = Unit::unpack(&mut &bytes[..]).map_err(broken)?;
        if summary.units.is_multiple_of(EVERY) {
            report(
                sink,
                Stage::Joining,
                summary.units,
                about.max(Some(summary.units)),
            )?;
        }
        summary.units += 1;
        string.clear();
        // A call has no byte 0, so calls and then numbers order the strings.
        string.extend_from_slice(unit.call.as_str().as_bytes());
        string.push(0);
        string.extend_from_slice(&unit.usi.to_be_bytes());
        string.extend_from_slice(bytes);
        by_call.push(&string).map_err(Error::Work)?;
        sink.unit(unit).map_err(Error::Sink)?;
    }
    if joined.doubled > 0 {
        summary
            .notes
            .0
            .insert("rows replaced by a later one", joined.doubled);
    }
    Ok(by_call)
}

fn hand_entries<S: UnitSink>(
    by_call: Sort,
    today: Date,
    sink: &mut S,
    summary: &mut Summary,
) -> Result<(), Error<S::Error>> {
    let mut sorted = by_call.finish().map_err(Error::Work)?;
    let mut units: Vec<Unit> = Vec::new();
    let (total, mut done) = (summary.units, 0);
    loop {
        let string = sorted.next().map_err(Error::Work)?;
        let unit = string.map(unit_of).transpose().map_err(broken)?;
        let same = matches!((&unit, units.first()), (Some(a), Some(b)) if a.call == b.call);
        if !same && let Some(call) = units.first().map(|unit| unit.call.clone()) {
            done += units.len() as u64;
            hand_entry(&call, std::mem::take(&mut units), today, sink)?;
            summary.calls += 1;
            if summary.calls.is_multiple_of(EVERY) || unit.is_none() {
                report(sink, Stage::Writing, done, Some(total))?;
            }
        }
        match unit {
            Some(unit) => {
                if units.len() == MOST_OF_A_CALL {
                    summary.notes.count("calls had by too many");
                    keep_best(&mut units, MOST_OF_A_CALL / 2, today);
                }
                units.push(unit);
            }
            None => return Ok(()),
        }
    }
}

fn hand_entry<S: UnitSink>(
    call: &Callsign,
    units: Vec<Unit>,
    today: Date,
    sink: &mut S,
) -> Result<(), Error<S::Error>> {
    match choose(call, units, today) {
        Some(entry) => sink.entry(entry).map_err(Error::Sink),
        None => Ok(()),
    }
}

fn unit_of(string: &[u8]) -> Result<Unit, Unreadable> {
    let end = memchr::memchr(0, string).ok_or(Unreadable)?;
    Unit::unpack(&mut string.get(end + 5..).ok_or(Unreadable)?)
}

/// What was written to the disk is not what is read.
pub(super) fn broken<E>(unreadable: Unreadable) -> Error<E> {
    Error::Work(io::Error::new(io::ErrorKind::InvalidData, unreadable))
}

fn report<S: Sink>(sink: &mut S, stage: Stage, done: u64, of: Option<u64>) -> Result<(), Error<S::Error>> {
    sink.progress(Progress { stage, done, of }).map_err(Error::Sink)
}

/// What became of the three files, by name.
pub(super) type Members = BTreeMap<SmolStr, MemberSummary>;
