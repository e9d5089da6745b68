//! `docs/security.md` says which tests hold each guard: every test it names is there.

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_test_that_the_list_of_threats_names_exists() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let list = fs::read_to_string(root.join("docs/security.md")).unwrap();
    let rows: Vec<&str> = list
        .lines()
        .filter(|line| line.starts_with("| "))
        .skip(1)
        .collect();
    assert!(rows.len() >= 15, "the table is not where it should be");
    let mut sources = String::new();
    read(&root.join("src"), &mut sources);
    read(&root.join("tests/it"), &mut sources);
    let mut missing = Vec::new();
    for row in rows {
        let tests = row.rsplit('|').nth(1).unwrap_or_default();
        let names: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "no test: {row}");
        missing.extend(
            names
                .into_iter()
                .filter(|name| !sources.contains(&format!("fn {name}("))),
        );
    }
    assert!(missing.is_empty(), "no such test:\n{}", missing.join("\n"));
}

fn read(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, into);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            into.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}
