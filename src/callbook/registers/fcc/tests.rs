use std::convert::Infallible;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use smol_str::SmolStr;

use super::pack::Pack;
use super::*;
use crate::callbook::model::{Day, Entry, HolderKind, Status};
use crate::callbook::registers::archive::Archive;
use crate::callbook::registers::{Progress, Reject};
use crate::testkit::uls::Uls;

const TODAY: Date = Date::constant(2026, 11, 15);

/// Keeps all it is handed, and looks at the order.
#[derive(Default, Debug, PartialEq)]
struct Kept {
    units: Vec<Unit>,
    entries: Vec<Entry>,
    rejects: Vec<Reject>,
}

impl Sink for Kept {
    type Error = Infallible;

    fn entry(&mut self, entry: Entry) -> Result<(), Infallible> {
        let last = self.entries.last().map(|last| &last.licence.call);
        assert!(last.is_none_or(|last| *last < entry.licence.call), "calls ascend");
        self.entries.push(entry);
        Ok(())
    }

    fn reject(&mut self, reject: Reject) {
        self.rejects.push(reject);
    }

    fn progress(&mut self, progress: Progress) -> Result<(), Infallible> {
        assert!(progress.of.is_none_or(|of| progress.done <= of), "{progress:?}");
        Ok(())
    }
}

impl UnitSink for Kept {
    fn unit(&mut self, unit: Unit) -> Result<(), Infallible> {
        assert!(self.entries.is_empty(), "units come before entries");
        assert!(
            self.units.last().is_none_or(|last| last.usi < unit.usi),
            "numbers ascend"
        );
        self.units.push(unit);
        Ok(())
    }
}

impl Kept {
    fn entry_of(&self, call: &str) -> &Entry {
        let found = self
            .entries
            .iter()
            .find(|entry| entry.licence.call.as_str() == call);
        found.unwrap_or_else(|| panic!("{call} is not there"))
    }

    fn rejects(&self) -> Vec<(&str, u64, &str)> {
        let rejects = self.rejects.iter();
        rejects
            .map(|r| (r.file.as_str(), r.line, r.reason.as_str()))
            .collect()
    }
}

fn plan(work_dir: &Path) -> Plan<'_> {
    Plan {
        work_dir,
        today: TODAY,
        even_short: false,
    }
}

fn read_folder(folder: &Path) -> (Kept, Summary) {
    let work = tempfile::tempdir().unwrap();
    let mut kept = Kept::default();
    let mut archive = Archive::open(folder, &MEMBERS).unwrap();
    let summary = read_full(&mut archive, &plan(work.path()), &mut kept).unwrap();
    assert_eq!(
        std::fs::read_dir(work.path()).unwrap().count(),
        0,
        "no run is left"
    );
    (kept, summary)
}

/// Real files, where they are beside the repository.
fn shared(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/data/callbook")
        .join(folder);
    path.is_dir().then_some(path)
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/callbook/fcc")
}

/// A licence in one line: standing, class, name, address, what it was before.
fn told(entry: &Entry) -> String {
    let licence = &entry.licence;
    let holder = &licence.holder;
    let address = &licence.address;
    let mut told = format!(
        "{:?}; {:?}; {}|{}|{}|{}|{}; {}, {}, {}, {}",
        licence.standing(TODAY),
        licence.class,
        holder.name,
        holder.first,
        holder.middle,
        holder.last,
        holder.suffix,
        address.street,
        address.city,
        address.region,
        address.postcode
    );
    if !address.po_box.is_empty() {
        told += &format!("; box {}", address.po_box);
    }
    if !holder.person.is_empty() {
        told += &format!("; FRN {}", holder.person);
    }
    if licence.vanity {
        told += "; vanity";
    }
    if let Some(previous) = &licence.previous {
        told += &format!("; was {} {:?}", previous.call, previous.class);
    }
    if let Some(trustee) = &licence.trustee {
        told += &format!("; trustee {:?} {}", trustee.call, trustee.name);
    }
    told
}

/// What the damaged samples come to.
const DAMAGED: [(&str, &str); 17] = [
    (
        "N0AAA",
        "Active; Some(Extra); |Row|A|Plain|; 1 Test St, Testville, CT, 061110001; FRN 0099000001; was KD0ZZZ Some(General)",
    ),
    (
        "N0AAB",
        "Active; Some(General); |Pipe|P|Cooper|; 2 Test St, Testville, WV, 25301; FRN 0099000002",
    ),
    (
        "N0AAC",
        "Active; Some(Advanced); |Case|J|Zipextra|; 3 Test St, Testville, FL, 32003; FRN 0099000003; vanity",
    ),
    (
        "N0AAD",
        "Active; Some(Technician); |Pipe||Addr|; 1111 Hwy 75 | PO Box 428, Macy, NE, 680390000; FRN 0099000004",
    ),
    (
        "N0AAE",
        "Active; Some(Novice); Newline, In Address|Newline||Address|; 5 Test St Apt 4, Testville, OH, 43215; FRN 0099000005",
    ),
    (
        "N0AAF",
        "Active; Some(TechnicianPlus); Quote, Jack|JOHN \"JACK\"||Quote|; 6 \"Rear\" Test St, Testville, TX, 75001; FRN 0099000006",
    ),
    (
        "N0AAG",
        "Active; Some(Technician); |José||Muñoz|; 7 Calle Niño, Mayagüez, PR, 00680; FRN 0099000007",
    ),
    (
        "N0AAH",
        "Active; Some(Technician); |José||Muñoz|; 8 Calle Niño, Mayagüez, PR, 00680; FRN 0099000008",
    ),
    (
        "N0AAI",
        "Active; None; POBOX ONLY CLUB||||; , TEMPE, AZ, 852854616; box 24616; FRN 0099000009; trustee Some(N0AAA) TRUSTEE NAME",
    ),
    (
        "N0AAJ",
        "Active; Some(Extra); |Apo||Military|; PSC 41 Box 100, APO, AE, 09464; FRN 0099000010",
    ),
    ("N0AAK", "Active; None; ||||; , , , "),
    (
        "N0AAL",
        "Active; Some(General); |New||Holder|; 13 Test St, Testville, RI, 02901; FRN 0099000013; vanity; was KG4FEQ Some(Technician)",
    ),
    (
        "N0AAM",
        "Expired; Some(Technician); |Case||Lower|; 14 Test St, Testville, CA, 90001; FRN 0099000014",
    ),
    ("N0AAN", "Active; None; ||||; , , , "),
    (
        "N0AAO",
        "Active; None; NullByte, Control|Control||Null|; 16 Test St, Testville, NV, 89101; FRN 0099000016",
    ),
    (
        "N0AAP",
        "Cancelled; Some(Extra); |Mary||O'Brien-Mac Donald|Jr; 17 Test St, Testville, NY, 10001; FRN 0099000017",
    ),
    (
        "N0AAQ",
        "Active; Some(Extra); |X||<script>alert(1)</script>|; 19 Test St, Testville, NY, 10001; FRN 0099000019",
    ),
];

#[test]
fn the_damaged_samples_give_what_is_expected_of_them() {
    let Some(folder) = shared("uls_quirks") else {
        return;
    };
    let (kept, summary) = read_folder(&folder);
    let told: Vec<_> = kept
        .entries
        .iter()
        .map(|entry| (entry.licence.call.as_str(), told(entry)))
        .collect();
    for (told, expected) in told.iter().zip(DAMAGED) {
        assert_eq!((told.0, told.1.as_str()), expected);
    }
    assert_eq!(told.len(), DAMAGED.len());
    let reissued = kept.entry_of("N0AAL");
    assert_eq!(reissued.former.len(), 1);
    assert_eq!(reissued.former[0].holder.first, "Old");
    assert_eq!(reissued.former[0].status, Status::Cancelled);
    assert_eq!(kept.entry_of("N0AAI").licence.holder.kind, HolderKind::Club);
    assert_eq!(kept.entry_of("N0AAN").licence.days.expires, None);
    assert_eq!(kept.entry_of("N0AAO").licence.days.granted, None);
    assert_eq!(kept.entry_of("N0AAP").licence.status, Status::Terminated);
    assert_eq!(
        kept.entry_of("N0AAM").licence.days.expires,
        Some(Day(Date::constant(2020, 1, 2)))
    );
    assert_eq!(
        kept.rejects(),
        [
            ("EN.dat", 16, "too few columns"),
            ("EN.dat", 19, "no call sign"),
            ("AM.dat", 17, "too few columns"),
            ("HD.dat", 18, "no call sign"),
        ]
    );
    let notes: Vec<_> = summary.notes.0.into_iter().collect();
    assert_eq!(
        notes,
        [
            ("columns put back in place", 3),
            ("impossible day", 4),
            ("line break inside a field", 1),
            ("unknown operator class", 1),
        ]
    );
}

/// What the samples of our own come to.
const MENDED: [(&str, &str); 21] = [
    (
        "K9TSA",
        "Active; Some(Extra); |Ada|M|Sands|; 10 Kelp Rd, Harbor, ME, 041010007; FRN 0077000701; was KD9ZZY Some(General)",
    ),
    (
        "K9TSB",
        "Active; Some(General); |Tess|Q|Ward|; 11 Kelp Rd, Harbor, ME, 04101; FRN 0077000702",
    ),
    (
        "K9TSC",
        "Active; Some(Advanced); |Ida||Voss|; , Harbor, ME, 04101; box 5150; FRN 0077000703; vanity",
    ),
    (
        "K9TSD",
        "Active; Some(Technician); |Otto||Pike|; 12 Kelp Rd | Slip 4, Harbor, ME, 04101; FRN 0077000704",
    ),
    (
        "K9TSE",
        "Active; Some(Novice); |Kay|B|Lund|; 13 Kelp Rd Floor 2, Harbor, ME, 04101; FRN 0077000705",
    ),
    (
        "K9TSF",
        "Active; Some(TechnicianPlus); Roe, Max|MAX \"MOE\"||Roe|; 14 \"Upper\" Kelp Rd, Harbor, ME, 04101; FRN 0077000706",
    ),
    (
        "K9TSG",
        "Active; Some(Technician); |Zoë||Peña|; 15 Quai d’Été, Cataño, PR, 00962; FRN 0077000707",
    ),
    (
        "K9TSH",
        "Active; Some(Technician); |Zoë||Peña|; 15 Quai d’Été, Cataño, PR, 00962; FRN 0077000708",
    ),
    (
        "K9TSI",
        "Active; None; HARBOR | WIRELESS CLUB||||; , HARBOR, ME, 04101; box 77; FRN 0077000709; trustee Some(K9TSA) ADA SANDS",
    ),
    (
        "K9TSJ",
        "Active; Some(Extra); |Lou||Reed|; Unit 1 Box 2, FPO, AP, 96601; FRN 0077000710",
    ),
    ("K9TSK", "Active; None; ||||; , , , "),
    (
        "K9TSL",
        "Active; Some(Extra); |Ivy||Now|; 16 Kelp Rd, Harbor, ME, 04101; FRN 0077000712",
    ),
    (
        "K9TSM",
        "Grace; Some(General); |Flo||Grace|; 17 Kelp Rd, Harbor, ME, 04101; FRN 0077000713",
    ),
    (
        "K9TSN",
        "Expired; Some(Technician); |Di||Small|; 19 Kelp Rd, Harbor, ME, 04101; FRN 0077000714",
    ),
    ("K9TSO", "Active; Some(Extra); ||||; , , , "),
    (
        "K9TSP",
        "Active; None; |Cora||Bell|; 20 Kelp Rd, Harbor, ME, 04101; FRN 0077000716",
    ),
    (
        "K9TSQ",
        "Cancelled; Some(Extra); |Jo||O'Dea-Van Tol|Jr; 21 Kelp Rd, Harbor, ME, 04101; FRN 0077000717",
    ),
    (
        "K9TSR",
        "Active; Some(Extra); |X||<b>Bold</b>|; 23 Kelp Rd, Harbor, ME, 04101; FRN 0077000719",
    ),
    (
        "K9TSS",
        "Active; Some(General); |Cert||Moved|; 24 Kelp Rd, Harbor, ME, 04101; FRN 0077000720",
    ),
    (
        "K9TST",
        "Active; Some(Advanced); |Row||Oldest|; 25 Kelp Rd, Harbor, ME, 04101; FRN 0077000721",
    ),
    (
        "K9TSU",
        "Active; Some(Extra); |Liv||Abroad|; Storgata 3 | Oslo, Oslo, , ; FRN 0077000722",
    ),
];

#[test]
fn every_kind_of_damage_is_mended_or_listed() {
    let (kept, summary) = read_folder(&fixtures());
    let told: Vec<_> = kept
        .entries
        .iter()
        .map(|entry| (entry.licence.call.as_str(), told(entry)))
        .collect();
    for (told, expected) in told.iter().zip(MENDED) {
        assert_eq!((told.0, told.1.as_str()), expected);
    }
    assert_eq!(told.len(), MENDED.len());
    assert_eq!(
        kept.rejects(),
        [
            ("EN.dat", 19, "too few columns"),
            ("EN.dat", 22, "no call sign"),
            ("EN.dat", 27, "no unique system identifier"),
            ("EN.dat", 28, "not a call sign"),
            ("AM.dat", 25, "too few columns"),
            ("HD.dat", 21, "no call sign"),
        ]
    );
    assert_eq!(kept.rejects[0].excerpt, "EN|715|||K9TSO|L|L00000715|Cut, Sh");
    let notes: Vec<_> = summary.notes.0.into_iter().collect();
    assert_eq!(
        notes,
        [
            ("columns put back in place", 5),
            ("impossible day", 3),
            ("line break inside a field", 2),
            ("unknown operator class", 1),
        ]
    );
    let lines = &summary.stamp.expect("counts is there").lines;
    for (file, member) in &summary.members {
        assert_eq!(Some(&member.lines), lines.get(file), "{file}");
    }
}

#[test]
fn a_call_given_again_has_its_present_holder_and_the_others_as_history() {
    let (kept, _) = read_folder(&fixtures());
    let former = |call: &str| -> Vec<(u64, String)> {
        let former = kept.entry_of(call).former.iter();
        former
            .map(|former| (former.number, former.holder.last.to_string()))
            .collect()
    };
    assert_eq!(
        former("K9TSL"),
        [(812, "Gone".to_owned()), (912, "Lapsed".to_owned())]
    );
    assert_eq!(former("K9TSM"), [(813, "Later".to_owned())]);
    assert_eq!(former("K9TSA"), []);
    let certified = &kept.entry_of("K9TSS").licence.days;
    assert_eq!(certified.effective, Some(Day(Date::constant(2024, 6, 1))));
    assert_eq!(certified.last_action, Some(Day(Date::constant(2024, 6, 1))));
}

/// A register of chance in the form its files have.
fn made(register: &Uls) -> Vec<(&'static str, Vec<u8>)> {
    let folder = tempfile::tempdir().unwrap();
    register.write(folder.path()).unwrap();
    files_of(folder.path())
}

fn files_of(folder: &Path) -> Vec<(&'static str, Vec<u8>)> {
    let files = MEMBERS.into_iter();
    files
        .map(|name| (name, std::fs::read(folder.join(name)).unwrap()))
        .collect()
}

fn read_held(room: usize, files: Vec<(&'static str, Vec<u8>)>) -> (Kept, Summary) {
    let work = tempfile::tempdir().unwrap();
    let mut kept = Kept::default();
    let mut plan = plan(work.path());
    plan.even_short = true;
    let summary = full::read_within(room, &mut Archive::held(files), &plan, &mut kept).unwrap();
    assert_eq!(
        std::fs::read_dir(work.path()).unwrap().count(),
        0,
        "no run is left"
    );
    (kept, summary)
}

const ROOM: usize = 1 << 20;

#[test]
fn a_register_of_chance_is_read_as_it_was_made() {
    let register = Uls {
        damaged: false,
        ..Uls::new(3000, 5)
    };
    let (kept, summary) = read_held(ROOM, made(&register));
    assert_eq!((kept.units.len(), kept.rejects.len()), (3000, 0));
    assert!(summary.notes.0.is_empty(), "{:?}", summary.notes);
    for (number, unit) in kept.units.iter().enumerate() {
        let made = register.licence(u32::try_from(number).unwrap());
        let (en, hd) = (unit.en.as_ref().unwrap(), unit.hd.as_ref().unwrap());
        assert_eq!((unit.usi, unit.call.as_str()), (made.usi, made.call.as_str()));
        assert_eq!(
            (&*en.first, &*en.last, &*en.zip),
            (&*made.first, &*made.last, &*made.zip)
        );
        assert_eq!(
            (en.street.as_str(), en.frn.as_str()),
            (made.street.as_str(), made.frn.as_str())
        );
        assert_eq!(hd.days.expires, Some(Day(made.expires)));
        assert_eq!(
            unit.am.as_ref().unwrap().previous_call,
            made.previous.map_or(String::new(), |p| p.0)
        );
    }
    let former: usize = kept.entries.iter().map(|entry| entry.former.len()).sum();
    assert_eq!((kept.entries.len() + former, former), (3000, 333));
}

#[test]
fn little_memory_gives_what_much_gives_and_leaves_nothing() {
    let files = made(&Uls::new(2000, 6));
    let (kept, _) = read_held(ROOM << 6, files.clone());
    let (within, _) = read_held(5000, files);
    assert!(kept == within);
}

#[test]
fn a_call_that_thousands_have_had_keeps_the_one_who_has_it() {
    let all: String = (1..=2000)
        .map(|usi| format!("HD|{usi}|||K1ABC|C|HA|01/01/2020|01/01/2030|\r\n"))
        .collect();
    let hd = all.replace("HD|7|||K1ABC|C", "HD|7|||K1ABC|A").into_bytes();
    let files = vec![("EN.dat", vec![]), ("AM.dat", vec![]), ("HD.dat", hd)];
    let (kept, summary) = read_held(ROOM, files);
    assert_eq!((kept.units.len(), kept.entries.len()), (2000, 1));
    assert_eq!(kept.entries[0].licence.number, 7);
    assert!(kept.entries[0].former.len() < 256);
    assert!(summary.notes.0["calls had by too many"] > 10);
}

#[test]
fn a_file_cut_short_is_told_before_anything_is_handed_on() {
    let mut files = made(&Uls::new(300, 7));
    let header = &mut files[3].1;
    header.truncate(header.len() - 400);
    let work = tempfile::tempdir().unwrap();
    let mut kept = Kept::default();
    let read = read_full(&mut Archive::held(files), &plan(work.path()), &mut kept);
    assert!(
        matches!(
            read,
            Err(Error::Short {
                file: "HD.dat",
                told: 300,
                ..
            })
        ),
        "{read:?}"
    );
    assert!(kept.units.is_empty() && kept.entries.is_empty());
    let read = read_full(
        &mut Archive::held(vec![("EN.dat", vec![])]),
        &plan(work.path()),
        &mut kept,
    );
    assert!(matches!(read, Err(Error::Empty)), "{read:?}");
    let one = b"EN|1|||K1ABC|L|".to_vec();
    let one = [&one[..], &b"|".repeat(23)].concat();
    let read = read_full(
        &mut Archive::held(vec![("EN.dat", one)]),
        &plan(work.path()),
        &mut kept,
    );
    assert!(matches!(read, Err(Error::Missing("AM.dat"))), "{read:?}");
}

#[test]
fn whoever_takes_nothing_more_ends_the_reading_and_no_run_is_left() {
    struct Full(usize);
    impl Sink for Full {
        type Error = String;
        fn entry(&mut self, _: Entry) -> Result<(), String> {
            Ok(())
        }
        fn reject(&mut self, _: Reject) {}
        fn progress(&mut self, _: Progress) -> Result<(), String> {
            Ok(())
        }
    }
    impl UnitSink for Full {
        fn unit(&mut self, _: Unit) -> Result<(), String> {
            self.0 += 1;
            if self.0 > 500 {
                Err("full".to_owned())
            } else {
                Ok(())
            }
        }
    }
    let work = tempfile::tempdir().unwrap();
    let mut archive = Archive::held(made(&Uls::new(1000, 8)));
    let read = full::read_within(10_000, &mut archive, &plan(work.path()), &mut Full(0));
    assert!(matches!(read, Err(Error::Sink(full)) if full == "full"));
    assert_eq!(std::fs::read_dir(work.path()).unwrap().count(), 0);
}

#[test]
fn a_day_of_changes_gives_what_a_full_file_after_it_would() {
    let register = Uls {
        damaged: false,
        ..Uls::new(2000, 9)
    };
    let (before, _) = read_held(ROOM, made(&register));
    let day = tempfile::tempdir().unwrap();
    let changes = register.write_delta(200, 1, day.path()).unwrap();
    assert_eq!((changes.renewed, changes.moved, changes.new), (120, 50, 14));
    assert_eq!((changes.cancelled, changes.vanity), (10, 6));

    let held = |usi| Ok::<_, Infallible>(before.units.iter().find(|unit| unit.usi == usi).cloned());
    let work = tempfile::tempdir().unwrap();
    let mut archive = Archive::open(day.path(), &MEMBERS).unwrap();
    let delta = read_delta(&mut archive, &plan(work.path()), held).unwrap();
    assert_eq!((delta.units.len(), delta.rejects.len()), (206, 0));
    assert_eq!(delta.calls.len(), 206);

    let moved = delta
        .units
        .iter()
        .find(|unit| unit.en.as_ref().is_some_and(|en| en.street == "61 Moved St"));
    let moved = moved.expect("the first that moved");
    let old = held(moved.usi).unwrap().unwrap();
    assert_eq!(
        (&moved.am, &moved.hd),
        (&old.am, &old.hd),
        "an address alone changes nothing else"
    );
    assert_ne!(moved.en, old.en);

    // The rows of the day put behind the full file's: a later row replaces an earlier one.
    let mut files = made(&register);
    for (name, rows) in files_of(day.path()) {
        let file = files.iter_mut().find(|(file, _)| *file == name).unwrap();
        file.1.extend_from_slice(&rows);
    }
    let (after, summary) = read_held(ROOM, files);
    assert!(summary.notes.0["rows replaced by a later one"] > 300);
    let mut units = before.units.clone();
    units.retain(|unit| delta.units.iter().all(|changed| changed.usi != unit.usi));
    units.extend(delta.units);
    units.sort_by_key(|unit| unit.usi);
    assert!(units == after.units);
    for call in delta.calls {
        let of_call = units.iter().filter(|unit| unit.call == call).cloned().collect();
        assert_eq!(
            choose(&call, of_call, TODAY).as_ref(),
            Some(after.entry_of(call.as_str()))
        );
    }
}

fn rows_of(file: &[u8]) -> Vec<Vec<u8>> {
    file.split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_order_of_rows_does_not_matter(seed in any::<u64>()) {
        let register = Uls { damaged: false, ..Uls::new(200, 10) };
        let files = made(&register);
        let mut shuffled = files.clone();
        for (at, (_, file)) in shuffled.iter_mut().enumerate().skip(1) {
            let mut rows = rows_of(file);
            rows.sort_by_cached_key(|row| {
                let mix = row.iter().fold(seed ^ at as u64, |mix, byte| (mix ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
                mix ^ (mix >> 29)
            });
            *file = rows.concat();
        }
        prop_assert!(read_held(ROOM, files).0 == read_held(3000, shuffled).0);
    }

    /// Any damage to one row, its number apart, leaves all others as they are.
    #[test]
    fn a_damaged_row_takes_no_other_with_it(
        member in 1_usize..4,
        row in 0_usize..100,
        hits in prop::collection::vec(any::<(prop::sample::Index, u8)>(), 1..6),
    ) {
        let files = made(&Uls { damaged: false, ..Uls::new(100, 11) });
        let (whole, _) = read_held(ROOM, files.clone());
        let mut damaged = files;
        let mut rows = rows_of(&damaged[member].1);
        let usi: u32 = std::str::from_utf8(&rows[row][3..9]).unwrap().parse().unwrap();
        let places: Vec<usize> = (0..rows[row].len() - 1).filter(|at| !(3..9).contains(at)).collect();
        for (place, byte) in hits {
            let at = *place.get(&places);
            // A number made longer would be another unit's.
            if at != 9 || !byte.is_ascii_digit() {
                rows[row][at] = byte;
            }
        }
        damaged[member].1 = rows.concat();
        let (after, _) = read_held(ROOM, damaged);
        let others = |kept: &Kept| -> Vec<Unit> { kept.units.iter().filter(|unit| unit.usi != usi).cloned().collect() };
        prop_assert_eq!(others(&after), others(&whole));
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(
        en in prop::collection::vec(prop::sample::select(&b"EN|1234567890AZ az,\r\n\0\xc3\xa9\xff"[..]), 0..600),
        am in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        let en = [b"EN|1|||K1ABC|L|", &en[..]].concat();
        let hd = b"HD|1|||K1ABC|A|HA|01/01/2020|01/01/2030|".to_vec();
        let (kept, _) = read_held(100, vec![("EN.dat", en), ("AM.dat", am), ("HD.dat", hd)]);
        let unit = kept.units.iter().find(|unit| unit.usi == 1).unwrap();
        prop_assert!(unit.hd.is_some());
    }

    #[test]
    fn units_come_back_from_their_stored_form(en in any::<[String; 3]>(), usi in 1..u32::MAX, cut in 0_usize..200) {
        let [name, street, last] = en.map(SmolStr::from);
        let en = EntityRow { name, street, last, applicant: b'I', ..EntityRow::default() };
        let (kept, _) = read_held(ROOM, made(&Uls::new(9, 12)));
        let unit = Unit { usi, en: Some(en), ..kept.units[3].clone() };
        let json = serde_json::to_value(&unit);
        prop_assert!(json.is_ok());
        let mut bytes = Vec::new();
        unit.pack(&mut bytes);
        prop_assert_eq!(Unit::unpack(&mut &bytes[..]), Ok(unit));
        let cut = cut.min(bytes.len() - 1);
        prop_assert!(Unit::unpack(&mut &bytes[..cut]).is_err());
    }
}

#[test]
fn real_rows_of_old_and_new_layouts_are_read() {
    let Some(folder) = shared("uls_real") else { return };
    let (kept, summary) = read_folder(&folder);
    let told: Vec<_> = kept
        .entries
        .iter()
        .map(|entry| (entry.licence.call.as_str(), told(entry)))
        .collect();
    let expected = [
        (
            "AA0A",
            "Active; None; |John||Rosebrook|; 3916 N. Potsdam Ave. #4555, Sioux Falls, SD, 57104; FRN 0028942159",
        ),
        ("AA0AI", "Active; None; ||||; , , , "),
        (
            "K7UGA",
            "Active; None; CENTRAL ARIZONA DX ASSN||||; , TEMPE, AZ, 852854616; box 24616; FRN 0003948072; trustee None MICHAEL C FULCHER",
        ),
        ("KA5GQI", "Active; Some(Technician); ||||; , , , "),
        (
            "KC0YLK",
            "Expired; Some(Extra); |Adam|G|Fast|; 1501 George Williams Way Apt. F9, Lawrence, KS, 66047; FRN 0008178568",
        ),
        (
            "W1AW",
            "Active; None; ARRL HQ OPERATORS CLUB||||; 225 MAIN ST, NEWINGTON, CT, 06111; FRN 0004511143; trustee None David A Minster",
        ),
    ];
    for (told, expected) in told.iter().zip(expected) {
        assert_eq!((told.0, told.1.as_str()), expected);
    }
    assert_eq!(told.len(), expected.len());
    assert_eq!(kept.entry_of("AA0A").former[0].holder.last, "MC CARTHY");
    assert_eq!(
        kept.entry_of("KC0YLK").licence.days.last_action,
        Some(Day(Date::constant(2010, 9, 2)))
    );
    assert_eq!(kept.rejects(), []);
    assert_eq!(summary.units, 7);
}
