//! Registers at the command line, and what an import that is cut off anywhere leaves behind.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use shackbox::testkit::uls::Uls;

use super::{Box_, text, wait_until};

/// Licences of the two registers; so many calls tell which one is in use.
const SIZES: [u32; 2] = [3_000, 3_300];
/// What lies in the callbook's folder when an import is cut off: it has taken the files in, sorts them, writes words and
/// records, has given the records their name, has come to its end.
const CUTS: [&str; 6] = [
    "EN.dat",
    "rows",
    "index",
    "records",
    "records.redb",
    "never there",
];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/callbook")
        .join(name)
}

fn json(box_: &Box_, args: &[&str]) -> Value {
    let out = box_.run(args);
    assert!(out.status.success(), "{args:?}: {}", text(&out.stderr));
    serde_json::from_slice(&out.stdout).unwrap()
}

#[test]
fn registers_are_imported_looked_up_and_searched_with_the_server_stopped_and_running() {
    let box_ = Box_::with_admin();
    let ised = fixture("ised/amateur_delim.txt");
    let out = box_.run(&["callbook", "import", "ised", ised.to_str().unwrap()]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    assert!(
        text(&out.stdout).starts_with("ised: 6 calls"),
        "{}",
        text(&out.stdout)
    );
    assert!(text(&out.stderr).contains("not used"), "rejects are told");
    let (map, list) = (fixture("columns/club.toml"), fixture("columns/club.csv"));
    let import = [
        "callbook",
        "import",
        "csv",
        list.to_str().unwrap(),
        "--map",
        map.to_str().unwrap(),
        "--json",
    ];
    assert_eq!(json(&box_, &import)["authority"], "example-club");
    let fcc = fixture("fcc");
    let mut files: Vec<String> = ["EN.dat", "AM.dat", "HD.dat", "counts"]
        .map(|name| fcc.join(name).to_str().unwrap().to_owned())
        .into();
    let mut import = vec!["callbook".to_owned(), "import".into(), "fcc".into()];
    import.append(&mut files);
    let import: Vec<&str> = import.iter().map(String::as_str).collect();
    let out = box_.run(&import);
    assert!(out.status.success(), "{}", text(&out.stderr));

    let look = |call: &str| json(&box_, &["callbook", "lookup", call, "--json"]);
    assert_eq!(look("ve2zzz")["name"], "François Bélanger");
    assert_eq!(look("K9TSA")["street"], "10 Kelp Rd");
    let server = box_.serve();
    assert_eq!(look("W4/DL1ZZA")["asked"], "W4/DL1ZZA");
    let found = json(&box_, &["callbook", "search", "name:bélanger", "--json"]);
    assert_eq!(found["items"][0]["call"], "VE2ZZZ");
    let found = box_.run(&["callbook", "search", "name:sands", "state:ME"]);
    assert!(text(&found.stdout).contains("K9TSA"), "{}", text(&found.stdout));
    let sources = box_.run(&["callbook", "sources"]);
    assert!(text(&sources.stdout).contains("example-club"));
    let missing = box_.run(&["callbook", "lookup", "W9NOT"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(text(&missing.stderr).contains("no register here has W9NOT"));
    let wrong = box_.run(&[
        "callbook",
        "import",
        "ised",
        fixture("columns/club.csv").to_str().unwrap(),
    ]);
    assert_eq!(wrong.status.code(), Some(1));
    assert_eq!(look("VE2ZZZ")["status"], "active", "the register in use stays");
    drop(server);
}

#[test]
fn an_import_cut_off_anywhere_leaves_the_old_register_or_the_new_one_whole() {
    let box_ = Box_::empty();
    let archives: Vec<PathBuf> = SIZES
        .iter()
        .map(|licences| {
            let folder = box_.dir.path().join(format!("uls-{licences}"));
            std::fs::create_dir(&folder).unwrap();
            Uls::new(*licences, 7).write(&folder).unwrap();
            folder
        })
        .collect();
    let import = |at: usize| {
        let mut command = box_.command(&["callbook", "import", "fcc", "--force"]);
        for name in ["EN.dat", "AM.dat", "HD.dat", "counts"] {
            command.arg(archives[at].join(name));
        }
        command
    };
    assert!(import(0).stdin(Stdio::null()).output().unwrap().status.success());
    let sizes: Vec<u64> = {
        let one = count(&box_);
        assert!(import(1).output().unwrap().status.success());
        vec![one, count(&box_)]
    };
    assert_ne!(sizes[0], sizes[1]);
    let mut seen = std::collections::BTreeSet::new();
    for (number, cut) in CUTS.into_iter().enumerate() {
        let mut child = import(number % 2)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let before = files(&box_);
        wait_until(cut, || {
            let new = files(&box_)
                .into_iter()
                .any(|file| !before.contains(&file) && file.contains(cut));
            new || child.try_wait().unwrap().is_some()
        });
        // On Unix: SIGKILL.
        drop(child.kill());
        child.wait().unwrap();
        let now = count(&box_);
        assert!(sizes.contains(&now), "{now} calls are neither of {sizes:?}");
        seen.insert(now);
        let source = source(&box_);
        assert_eq!(source["running"], Value::Null);
        agrees(&box_);
    }
    let left = std::fs::read_dir(box_.data().join("callbook")).unwrap().flatten();
    let generations = left.filter(|entry| entry.file_name().to_string_lossy().starts_with("fcc-"));
    assert_eq!(generations.count(), 1, "what was cut off is removed");
    assert!(!seen.is_empty());
}

/// Everything in the callbook's folder.
fn files(box_: &Box_) -> Vec<String> {
    let (mut found, mut folders) = (Vec::new(), vec![box_.data().join("callbook")]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            found.push(entry.path().display().to_string());
            if entry.path().is_dir() {
                folders.push(entry.path());
            }
        }
    }
    found
}

fn source(box_: &Box_) -> Value {
    let sources = json(box_, &["callbook", "sources", "--json"]);
    let items = sources["items"].as_array().unwrap();
    items
        .iter()
        .find(|item| item["authority"] == "fcc")
        .unwrap()
        .clone()
}

fn count(box_: &Box_) -> u64 {
    source(box_)["entries"].as_u64().unwrap()
}

/// What a search finds is what a lookup has.
fn agrees(box_: &Box_) {
    let found = json(box_, &["callbook", "search", "K1*", "--limit", "3", "--json"]);
    let items = found["items"].as_array().unwrap();
    assert!(!items.is_empty());
    for item in items {
        let call = item["call"].as_str().unwrap();
        let looked = json(box_, &["callbook", "lookup", call, "--json"]);
        assert_eq!(
            (&looked["name"], &looked["state"]),
            (&item["name"], &item["state"]),
            "{call}"
        );
    }
}
