//! Zones by the command line, with a server and without; and `kill -9` while records change: what was acknowledged is
//! there, and serials only rise.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use shackbox::testkit::ScratchZones;

use super::{Box_, text, wait_until, write};

/// Rounds: each is a start, changes, and a kill.
const ROUNDS: u32 = 20;
/// Names that are changed.
const NAMES: u32 = 50;
/// Where the process that is killed finds its data.
const DIR: &str = "SHACKBOX_TEST_ZONES_DIR";
/// Where its values begin.
const FROM: &str = "SHACKBOX_TEST_ZONES_FROM";

/// Not a test: the process that is killed. Changes records as fast as it can, and tells each that was acknowledged.
#[test]
#[ignore = "started by the test below"]
#[expect(clippy::print_stdout, reason = "how it tells the test")]
fn changes_records_until_it_is_killed() {
    let Ok(dir) = std::env::var(DIR) else { return };
    let from: u32 = std::env::var(FROM).unwrap().parse().unwrap();
    let (zones, _) = ScratchZones::open(dir.as_ref());
    for value in from.. {
        let serial = zones.change(value % NAMES, value);
        println!("\nacknowledged {value} {serial}");
    }
}

fn begin(dir: &std::path::Path, from: u32) -> Child {
    let own = std::env::current_exe().unwrap();
    Command::new(own)
        .args([
            "--exact",
            "process::zones::changes_records_until_it_is_killed",
            "--ignored",
            "--nocapture",
        ])
        .env(DIR, dir)
        .env(FROM, from.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn no_acknowledged_change_is_lost_and_no_serial_falls_when_the_program_is_killed() {
    let dir = tempfile::tempdir().unwrap();
    let (zones, _) = ScratchZones::open(dir.path());
    zones.fill(NAMES);
    let mut serial = zones.serial().unwrap();
    zones.close();
    // Above the values that the zone begins with: a change to what is there already has no serial of its own.
    let (mut next, mut total) = (NAMES + 1, 0);
    for round in 0..ROUNDS {
        let mut child = begin(dir.path(), next);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // Between one and some dozens of changes, so that the kill comes at another point each time.
        let wanted = 1 + round * 7 % 40;
        let mut acknowledged = Vec::new();
        while let Some(Ok(line)) = lines.next() {
            let words: Vec<&str> = line.split(' ').collect();
            let ["acknowledged", value, serial] = words[..] else {
                continue;
            };
            acknowledged.push((value.parse::<u32>().unwrap(), serial.parse::<u32>().unwrap()));
            if acknowledged.len() == wanted as usize {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(
            !acknowledged.is_empty(),
            "round {round}: the process did something"
        );
        let (zones, _) = ScratchZones::open(dir.path());
        for (_, told) in &acknowledged {
            assert!(
                ScratchZones::is_later(*told, serial),
                "round {round}: serial {told} after {serial}"
            );
            serial = *told;
        }
        let now = zones.serial().unwrap();
        assert!(
            now == serial || ScratchZones::is_later(now, serial),
            "round {round}: {now} after {serial}"
        );
        serial = now;
        let last = acknowledged.last().unwrap().0;
        for name in 0..NAMES {
            // The last value told of each name, or the one after it, which was stored and not told any more.
            let Some((value, _)) = acknowledged.iter().rev().find(|(value, _)| value % NAMES == name) else {
                continue;
            };
            let there = zones.answered(name).unwrap();
            let is_newer = there == last + 1 && there % NAMES == name;
            assert!(
                there == *value || is_newer,
                "round {round}: name {name} has {there}, {value} was told"
            );
        }
        assert_eq!(zones.findings(), Vec::<String>::new(), "round {round}");
        total += acknowledged.len();
        next = last + 2;
        zones.close();
    }
    assert!(total > 100, "{total} changes were told");
}

const ZONE: &str = "$TTL 300\n@ SOA ns.example.net. hostmaster.example.net. 7 7200 3600 1209600 300\n  NS ns.example.net.\n\
                    www A 192.0.2.1\n    TXT \"two\" \"strings\"\n";

fn station() -> Box_ {
    let shack = Box_::with_admin();
    configure(&shack);
    shack
}

fn configure(shack: &Box_) {
    let settings = "[dns]\nlisten = \"off\"\nbase_domain = \"club.example\"\nweb_address = \"192.0.2.80\"\n";
    write(&shack.data().join("shackbox.toml"), settings);
}

fn exported(shack: &Box_, zone: &str) -> String {
    let out = shack.run(&["dns", "export", zone]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    text(&out.stdout)
}

#[test]
fn zones_come_from_files_and_go_to_files_with_a_server_and_without() {
    let shack = station();
    let file = shack.dir.path().join("zone");
    write(&file, ZONE);
    let file = file.to_str().unwrap();
    for served in [false, true] {
        let serving = served.then(|| shack.serve());
        let out = shack.run(&["dns", "import", "other.example", file]);
        assert!(out.status.success(), "{}", text(&out.stderr));
        assert!(text(&out.stdout).contains("4 records"), "{}", text(&out.stdout));
        let master = exported(&shack, "other.example.");
        assert!(
            master.contains("www.other.example.\t300\tIN\tA\t192.0.2.1\n"),
            "{master}"
        );
        let again = shack.run_with_input(&["dns", "import", "other.example", "-"], &master);
        assert!(again.status.success(), "{}", text(&again.stderr));
        let check = shack.run(&["dns", "check", "--json"]);
        assert_eq!(check.status.code(), Some(0), "{}", text(&check.stdout));
        let report: serde_json::Value = serde_json::from_slice(&check.stdout).unwrap();
        assert_eq!(
            (&report["answered"], &report["findings"]),
            (&served.into(), &serde_json::json!([]))
        );
        let absent = shack.run(&["dns", "export", "no.such.zone"]);
        assert_eq!(absent.status.code(), Some(1));
        if let Some(serving) = serving {
            assert_eq!(serving.stop(), Some(0));
        }
    }
    let out = shack.run(&["check"]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stdout));
}

/// The serial in an exported zone.
fn serial(master: &str) -> u32 {
    let soa = master.lines().find(|line| line.contains("\tSOA\t")).unwrap();
    let data = soa.rsplit('\t').next().unwrap();
    data.split(' ').nth(2).unwrap().parse().unwrap()
}

#[test]
fn a_restored_zone_has_a_later_serial_than_it_ever_had() {
    let shack = station();
    let import = |values: std::ops::Range<u32>| {
        for value in values {
            let zone = ZONE.replace("192.0.2.1\n", &format!("192.0.2.{value}\n"));
            let out = shack.run_with_input(&["dns", "import", "other.example", "-"], &zone);
            assert!(out.status.success(), "{}", text(&out.stderr));
        }
    };
    import(1..2);
    let backup = shack.dir.path().join("box.backup");
    let out = shack.run(&["backup", backup.to_str().unwrap()]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    let then = serial(&exported(&shack, "other.example"));
    import(2..6);
    let last = serial(&exported(&shack, "other.example"));
    assert!(ScratchZones::is_later(last, then), "{last} after {then}");

    let other = Box_::empty();
    let out = other.run(&["restore", backup.to_str().unwrap()]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    configure(&other);
    let serving = other.serve();
    let restored = exported(&other, "other.example");
    assert!(restored.contains("192.0.2.1\n"), "{restored}");
    let now = serial(&restored);
    assert!(
        ScratchZones::is_later(now, last),
        "{now} after {last}: others take the restored zone for the newer one"
    );
    assert_eq!(serving.stop(), Some(0));
    // Once: a second start raises nothing.
    let serving = other.serve();
    assert_eq!(serial(&exported(&other, "other.example")), now);
    assert_eq!(serving.stop(), Some(0));
}

#[test]
fn what_is_wrong_in_a_zone_file_is_told_by_line_column_and_field_and_nothing_is_changed() {
    let shack = station();
    let imported = shack.run_with_input(&["dns", "import", "other.example", "-"], ZONE);
    assert!(imported.status.success(), "{}", text(&imported.stderr));
    let before = exported(&shack, "other.example");
    let broken = format!("{ZONE}bad A 192.0.2.300\nmx MX ten mail\n");
    let out = shack.run_with_input(&["dns", "import", "other.example", "-"], &broken);
    assert_eq!(out.status.code(), Some(1));
    let said = text(&out.stderr);
    assert!(said.contains("line 6, column 7"), "{said}");
    assert!(said.contains("line 7, column"), "{said}");
    let no_zone = shack.run_with_input(&["dns", "import", "other.example", "-"], "www A 192.0.2.1\n");
    assert_eq!(no_zone.status.code(), Some(1));
    assert!(text(&no_zone.stderr).contains("SOA"), "{}", text(&no_zone.stderr));
    assert_eq!(exported(&shack, "other.example"), before);
}

#[test]
fn a_name_comes_with_a_proven_call_and_goes_while_the_account_is_locked() {
    let shack = station();
    let has = |name: &str| exported(&shack, "club.example").contains(&format!("\n{name}.club.example.\t"));
    let add = |call| {
        let out = shack.run_with_input(
            &["user", "add", call, "--verified", "--password-stdin"],
            super::PASSWORD,
        );
        assert!(out.status.success(), "{}", text(&out.stderr));
    };
    add("W1AW");
    let serving = shack.serve();
    assert!(
        has("w1aw") && has("www.w1aw"),
        "noted while stopped, given at the start"
    );
    add("K1ABC");
    wait_until("the name is there", || has("k1abc"));
    assert!(shack.run(&["user", "disable", "W1AW"]).status.success());
    wait_until("the name is gone", || !has("w1aw") && !has("www.w1aw"));
    assert!(shack.run(&["user", "disable", "W1AW", "--undo"]).status.success());
    wait_until("the name is back", || has("w1aw") && has("www.w1aw"));
    assert_eq!(serving.stop(), Some(0));
}
