//! Tests of generations: what was built is found, deltas and crashes leave old or new and never a mix, and the index
//! says what the records say.

use std::path::Path;

use super::*;
use crate::callbook::model::{Address, Class, Day, Days, Former, Holder, HolderKind, Status};
use crate::callbook::registers::fcc::{AmateurRow, EntityRow, HeaderRow, UnitSink as _};
use crate::callbook::registers::{Progress, Sink as _};
use crate::search::Order;
use crate::search::Query;
use jiff::civil::{Date, date};

pub(crate) const TODAY: Date = date(2026, 11, 22);

pub(crate) fn call(text: &str) -> Callsign {
    Callsign::parse(text).unwrap()
}

pub(crate) fn licence(of: &str, first: &str, last: &str) -> Licence {
    Licence {
        call: call(of),
        number: 0,
        holder: Holder {
            kind: HolderKind::Person,
            name: SmolStr::default(),
            first: first.into(),
            middle: SmolStr::default(),
            last: last.into(),
            suffix: SmolStr::default(),
            licensee: SmolStr::default(),
            person: SmolStr::default(),
        },
        address: Address::default(),
        class: Some(Class::General),
        status: Status::Active,
        days: Days {
            expires: Some(Day(date(2030, 1, 1))),
            ..Days::default()
        },
        vanity: false,
        previous: None,
        trustee: None,
        place: None,
    }
}

pub(crate) fn setup(authority: Authority) -> Setup {
    Setup {
        authority,
        locate: |licence, _| licence.place,
        entity: |_, _| Some(EntityId(291)),
    }
}

pub(crate) fn watch() -> Box<dyn FnMut(Progress) -> bool + Send> {
    Box::new(|_| true)
}

/// A register of entries, made and opened.
pub(crate) fn register(
    dir: &Path,
    authority: Authority,
    entries: impl IntoIterator<Item = Entry>,
) -> Generation {
    let mut entries: Vec<_> = entries.into_iter().collect();
    entries.sort_by(|a, b| a.licence.call.cmp(&b.licence.call));
    let mut builder = Builder::create(dir, setup(authority.clone()), TODAY, watch()).unwrap();
    for entry in entries {
        builder.entry(entry).unwrap();
    }
    builder.finish().unwrap();
    Generation::open(dir, setup(authority)).unwrap()
}

pub(crate) fn entry(licence: Licence) -> Entry {
    Entry {
        licence,
        former: Vec::new(),
    }
}

fn unit(usi: u32, of: &str, last: &str, status: Status) -> Unit {
    Unit {
        usi,
        call: call(of),
        en: Some(EntityRow {
            licensee: format!("L{usi:08}").into(),
            last: last.into(),
            first: "ANN".into(),
            frn: format!("{:010}", usi % 7).into(),
            applicant: b'I',
            ..EntityRow::default()
        }),
        am: Some(AmateurRow::default()),
        hd: Some(HeaderRow {
            status,
            vanity: false,
            days: Days {
                granted: Some(Day(date(2000, 1, 1))),
                expires: Some(Day(date(2030, 1, 1))),
                ..Days::default()
            },
        }),
    }
}

fn fcc(dir: &Path, units: &[Unit]) -> Built {
    let mut builder = Builder::create(dir, setup(Authority::FCC), TODAY, watch()).unwrap();
    let mut units = units.to_vec();
    units.sort_by_key(|unit| unit.usi);
    for unit in &units {
        builder.unit(unit.clone()).unwrap();
    }
    for of in calls(&units) {
        let own = units.iter().filter(|unit| unit.call == of).cloned().collect();
        builder.entry(choose(&of, own, TODAY).unwrap()).unwrap();
    }
    builder.finish().unwrap()
}

fn calls(units: &[Unit]) -> std::collections::BTreeSet<Callsign> {
    units.iter().map(|unit| unit.call.clone()).collect()
}

fn open_fcc(dir: &Path) -> Generation {
    Generation::open(dir, setup(Authority::FCC)).unwrap()
}

/// Calls whose last name the index knows.
fn named(generation: &Generation, last: &str) -> Vec<String> {
    let order = Order {
        rank: &|_| Some(0),
        best: 0,
    };
    let query = Query::Word(documents::LAST, last.into());
    let places = generation
        .index()
        .unwrap()
        .search(&query, order, None, 100)
        .unwrap();
    places.iter().map(|place| place.key.as_str().to_owned()).collect()
}

#[test]
fn an_entry_comes_back_as_it_was_given_with_its_history() {
    let dir = tempfile::tempdir().unwrap();
    let mut first = licence("VE3ABC", "Zoë", "O'Brien");
    first.class = Some(Class::Canada("ADE".into()));
    first.holder.kind = HolderKind::Club;
    first.holder.name = "Radio Club".into();
    first.status = Status::Kept;
    first.vanity = true;
    first.address.city = "Ottawa".into();
    let former = Former {
        number: 12,
        holder: licence("K1A", "Old", "Man").holder,
        city: "Paris".into(),
        region: "ON".into(),
        class: None,
        status: Status::Cancelled,
        days: Days::default(),
    };
    let whole = Entry {
        licence: first,
        former: vec![former],
    };
    let generation = register(
        &dir.path().join("g"),
        Authority::ISED,
        [whole.clone(), entry(licence("VE3ABD", "A", "B"))],
    );
    assert_eq!(generation.get(&call("VE3ABC")).unwrap(), Some(whole.clone()));
    assert_eq!(generation.get(&call("VE3AB")).ok().flatten(), None);
    assert_eq!(generation.range("VE3", None, 9).unwrap().len(), 2);
    assert_eq!(
        generation.range("VE3", Some(&call("VE3ABC")), 9).unwrap().len(),
        1
    );
    let meta = generation.meta();
    assert_eq!((meta.entries, meta.active, meta.delta), (2, 1, 0));
    assert!(!generation.needs_mending());
    assert!(generation.bytes() > 1_000);
}

#[test]
fn rejects_are_counted_and_listed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("g");
    let mut builder = Builder::create(&path, setup(Authority::ISED), TODAY, watch()).unwrap();
    let reject = |line| Reject {
        file: "amateur_delim.txt".into(),
        line,
        reason: "no call".into(),
        excerpt: ";;;".into(),
    };
    builder.reject(reject(3));
    builder.entry(entry(licence("VE3ABC", "A", "B"))).unwrap();
    builder
        .entry(entry(licence("VE3ABCDEFGHIJKLMNOPQ", "A", "B")))
        .unwrap();
    builder.reject(reject(9));
    assert!(matches!(
        builder.entry(entry(licence("VE3ABB", "A", "B"))),
        Err(BuildError::Order(_))
    ));
    let built = builder.finish().unwrap();
    assert_eq!(built.rejects["no call"], 2);
    assert_eq!(built.rejects["call longer than any"], 1);
    let generation = Generation::open(&path, setup(Authority::ISED)).unwrap();
    assert_eq!(generation.rejects().unwrap(), built.listed);
    assert_eq!(generation.meta().rejects, built.rejects);
}

#[test]
fn a_build_that_is_cancelled_or_cut_off_is_no_generation_and_can_be_done_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("g");
    let mut builder = Builder::create(&path, setup(Authority::ISED), TODAY, Box::new(|_| false)).unwrap();
    builder.entry(entry(licence("VE3ABC", "A", "B"))).unwrap();
    assert!(matches!(builder.finish(), Err(BuildError::Cancelled)));
    assert!(!Generation::is_whole(&path));
    let mut builder = Builder::create(&path, setup(Authority::ISED), TODAY, watch()).unwrap();
    builder.entry(entry(licence("VE3ABC", "A", "B"))).unwrap();
    drop(builder);
    assert!(!Generation::is_whole(&path));
    assert!(Generation::open(&path, setup(Authority::ISED)).is_err());
    let generation = register(&path, Authority::ISED, [entry(licence("VE3ABC", "A", "B"))]);
    assert_eq!(generation.meta().entries, 1);
}

#[test]
fn units_are_chosen_from_when_read_and_people_are_found_by_their_number() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("g");
    let built = fcc(
        &path,
        &[
            unit(1, "K1ABC", "OLD", Status::Cancelled),
            unit(2, "W1XYZ", "LEE", Status::Active),
            unit(9, "K1ABC", "NEW", Status::Active),
        ],
    );
    assert_eq!((built.entries, built.active), (2, 2));
    let generation = open_fcc(&path);
    let found = generation.get(&call("K1ABC")).unwrap().unwrap();
    assert_eq!(
        (found.licence.holder.last.as_str(), found.licence.number),
        ("NEW", 9)
    );
    assert_eq!(found.former.len(), 1);
    assert_eq!(generation.unit(1).unwrap().unwrap().call, call("K1ABC"));
}

#[test]
fn a_delta_moves_calls_between_holders_in_records_and_index_alike() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("g");
    fcc(
        &path,
        &[
            unit(1, "K1ABC", "LEE", Status::Active),
            unit(2, "W1XYZ", "MAY", Status::Active),
        ],
    );
    let generation = open_fcc(&path);
    let units = vec![
        unit(1, "K1ABC", "LEE", Status::Cancelled),
        unit(2, "W1XYZ", "MAY", Status::Active),
        unit(3, "K9ZZ", "LEE", Status::Active),
        unit(4, "K1ABC", "POE", Status::Active),
    ];
    let changes = generation.apply(units, TODAY, &mut |_, _| Ok(())).unwrap();
    let told: Vec<_> = changes.iter().map(|change| change.call.as_str()).collect();
    assert_eq!(told, ["K1ABC", "K9ZZ"], "what stays the same is no change");
    assert_eq!(changes[1].before, None);
    assert_eq!(generation.get(&call("K1ABC")).unwrap(), changes[0].after);
    assert_eq!(named(&generation, "lee"), ["K9ZZ"]);
    assert_eq!(named(&generation, "poe"), ["K1ABC"]);
    assert_eq!((generation.meta().entries, generation.meta().delta), (3, 1));
    // A number that gets another call leaves the one it had.
    generation
        .apply(
            vec![unit(3, "K9ZY", "LEE", Status::Active)],
            TODAY,
            &mut |_, _| Ok(()),
        )
        .unwrap();
    assert_eq!(generation.get(&call("K9ZZ")).unwrap(), None);
    assert_eq!(named(&generation, "lee"), ["K9ZY"]);
    assert_eq!((generation.meta().entries, generation.meta().active), (3, 3));
    drop(generation);
    let generation = open_fcc(&path);
    assert!(!generation.needs_mending());
    assert_eq!(generation.meta().delta, 2);
}

/// Copies a generation as a crash would leave it: what is on disk at this moment.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let path = file.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, target).unwrap();
        }
    }
}

#[test]
fn an_index_behind_its_records_is_caught_up_and_a_broken_one_built_anew() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("g");
    let units: Vec<_> = (1..400)
        .map(|n| unit(n, &format!("K1{}", letters(n)), "LEE", Status::Active))
        .collect();
    fcc(&path, &units);
    let before = dir.path().join("before");
    copy(&path.join("index"), &before);
    let generation = open_fcc(&path);
    let between = dir.path().join("between");
    for n in 1..4 {
        if n == 3 {
            copy(&path.join("index"), &between);
        }
        let changed = vec![
            unit(n, &format!("K1{}", letters(n)), "MAY", Status::Active),
            unit(1_000 + n, &format!("W{n}X"), "MAY", Status::Active),
        ];
        generation.apply(changed, TODAY, &mut |_, _| Ok(())).unwrap();
    }
    let expected = named(&generation, "may");
    assert_eq!(expected.len(), 6);
    drop(generation);
    let put_index = |index: &Path| {
        std::fs::remove_dir_all(path.join("index")).unwrap();
        copy(index, &path.join("index"));
    };
    // Killed between the records' commit and the index': the list of changes says what is missing. An index that is
    // older than the list is built anew.
    for (index, known) in [(&between, 4), (&before, 0)] {
        put_index(index);
        let generation = open_fcc(&path);
        assert!(generation.needs_mending());
        assert_eq!(
            generation.get(&call("W3X")).unwrap().unwrap().licence.holder.last,
            "MAY"
        );
        assert_eq!(named(&generation, "may").len(), known);
        generation.mend().unwrap();
        assert!(!generation.needs_mending());
        assert_eq!(named(&generation, "may"), expected);
    }
    // Files lost or cut short.
    for damage in ["meta.json", "term", "fast"] {
        let file = std::fs::read_dir(path.join("index"))
            .unwrap()
            .map(|file| file.unwrap().path())
            .find(|path| path.to_str().unwrap().ends_with(damage))
            .unwrap();
        let bytes = std::fs::read(&file).unwrap();
        std::fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
        let generation = open_fcc(&path);
        assert!(generation.needs_mending(), "{damage}");
        assert!(matches!(generation.index(), Err(GenerationError::Mending(_))));
        assert!(
            generation.get(&call("W1X")).unwrap().is_some(),
            "records are read meanwhile"
        );
        generation.mend().unwrap();
        assert_eq!(named(&generation, "may"), expected);
        assert_eq!(named(&generation, "lee").len(), 100);
    }
}

fn letters(mut n: u32) -> String {
    let mut text = String::new();
    while n > 0 {
        text.push(char::from(b'A' + u8::try_from(n % 26).unwrap()));
        n /= 26;
    }
    text
}

#[test]
fn differences_tell_what_came_went_and_changed() {
    let dir = tempfile::tempdir().unwrap();
    let make = |name: &str, people: &[(&str, &str)]| {
        let entries = people.iter().map(|(of, last)| entry(licence(of, "A", last)));
        register(&dir.path().join(name), Authority::ISED, entries)
    };
    let old = make("old", &[("VE1A", "Lee"), ("VE1B", "May"), ("VE1D", "Poe")]);
    let new = make("new", &[("VE1A", "Lee"), ("VE1C", "Ray"), ("VE1D", "Ros")]);
    let mut told = Vec::new();
    differences(&old, &new, &mut |change| {
        told.push((
            change.call.to_string(),
            change.before.is_some(),
            change.after.is_some(),
        ));
        true
    })
    .unwrap();
    let expected = [("VE1B", true, false), ("VE1C", false, true), ("VE1D", true, true)];
    assert_eq!(
        told,
        expected.map(|(call, before, after)| (call.to_owned(), before, after))
    );
}

#[test]
fn registers_answer_exactly_then_by_the_base_call_and_the_right_country_first() {
    let dir = tempfile::tempdir().unwrap();
    let us = register(
        &dir.path().join("us"),
        Authority::FCC,
        [
            entry(licence("K6BP", "Bruce", "Us")),
            entry(licence("VE3ABC", "Odd", "One")),
        ],
    );
    let ca = register(
        &dir.path().join("ca"),
        Authority::ISED,
        [
            entry(licence("VE3ABC", "Ann", "Ca")),
            entry(licence("VE3ABC/R", "Repeater", "Ca")),
        ],
    );
    let registers = Registers::default();
    assert!(registers.put(Arc::new(us)).is_none());
    assert!(registers.put(Arc::new(ca)).is_none());
    let asked = |text: &str| {
        registers.lookup_text(text).unwrap().map(|found| {
            (
                found.authority.to_string(),
                found.entry.licence.holder.first.to_string(),
                found.xref.map(|x| x.to_string()),
            )
        })
    };
    let answer = |authority: &str, first: &str, xref: Option<&str>| {
        Some((authority.to_owned(), first.to_owned(), xref.map(str::to_owned)))
    };
    assert_eq!(asked("k6bp"), answer("fcc", "Bruce", None));
    assert_eq!(asked(" K 6 B P "), answer("fcc", "Bruce", None));
    assert_eq!(asked("DL/K6BP/P"), answer("fcc", "Bruce", Some("DL/K6BP/P")));
    assert_eq!(asked("K6BP-9"), answer("fcc", "Bruce", None));
    assert_eq!(
        asked("VE3ABC"),
        answer("ised", "Ann", None),
        "the call's own country first"
    );
    assert_eq!(
        asked("VE3ABC/R"),
        answer("ised", "Repeater", None),
        "the exact form first"
    );
    assert_eq!(asked("VE3ABC/P"), answer("ised", "Ann", Some("VE3ABC/P")));
    assert_eq!(asked("K6BPX"), None);
    assert_eq!(asked("nonsense"), None);
    for (portable, home) in [
        ("VE3/W1AW", "W1AW"),
        ("W1AW/KH6", "W1AW"),
        ("MM0ABC/MM", "MM0ABC"),
        ("OE/DL1ABC/P", "DL1ABC"),
        ("W1AW/7", "W1AW"),
    ] {
        assert_eq!(super::registers::base(&call(portable)), home);
    }
}

#[test]
fn a_replaced_generation_serves_its_readers_and_then_goes() {
    let dir = tempfile::tempdir().unwrap();
    let (old, new) = (dir.path().join("1"), dir.path().join("2"));
    let registers = Registers::default();
    registers.put(Arc::new(register(
        &old,
        Authority::ISED,
        [entry(licence("VE1A", "Old", "One"))],
    )));
    let reader = registers.get(&Authority::ISED).unwrap();
    let before = registers.put(Arc::new(register(
        &new,
        Authority::ISED,
        [entry(licence("VE1A", "New", "One"))],
    )));
    before.unwrap().retire();
    assert_eq!(
        registers
            .lookup(&call("VE1A"))
            .unwrap()
            .unwrap()
            .entry
            .licence
            .holder
            .first,
        "New"
    );
    assert_eq!(
        reader.get(&call("VE1A")).unwrap().unwrap().licence.holder.first,
        "Old"
    );
    assert!(old.exists());
    drop(reader);
    assert!(!old.exists());
    assert!(registers.remove(&Authority::ISED).is_some());
    assert!(new.exists(), "only what is retired goes");
}
