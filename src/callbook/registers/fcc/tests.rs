use std::convert::Infallible;
use std::path::{Path, PathBuf};

use super::*;
use crate::callbook::model::{Day, Entry, HolderKind, Status};
use crate::callbook::registers::archive::Archive;
use crate::callbook::registers::{Progress, Reject};

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
