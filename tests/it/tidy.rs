//! House rules that a compiler does not check: layers, sizes, names, forbidden dependencies, assets.
//! Reads the sources as text, so it runs offline in milliseconds.

#![expect(
    clippy::case_sensitive_file_extension_comparisons,
    reason = "the names are our own files'"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const MAX_LINES: usize = 500;
const MAX_BYTES: usize = 20 * 1024;

/// What each top-level module may use, itself apart. The order of `src/lib.rs`'s layer map.
const LAYERS: &[(&str, &[&str])] = &[
    ("ham", &[]),
    ("config", &["ham"]),
    ("env", &["ham", "config"]),
    ("logging", &["env"]),
    ("event", &["ham"]),
    ("bus", &["ham", "config", "env", "event"]),
    ("store", &["ham", "config", "env", "event", "bus"]),
    ("search", &["ham"]),
    ("privacy", &["ham", "config", "env", "event", "bus", "store"]),
    (
        "jobs",
        &["ham", "config", "env", "event", "bus", "store", "privacy"],
    ),
    ("net", &["ham", "config", "env"]),
    (
        "web",
        &[
            "ham", "config", "env", "event", "bus", "store", "privacy", "jobs", "net",
        ],
    ),
    ("relay", &["ham", "config", "env", "net", "web"]),
    (
        "identity",
        &[
            "ham", "config", "env", "event", "bus", "store", "privacy", "jobs", "net", "web",
        ],
    ),
    (
        "callbook",
        &[
            "ham", "config", "env", "event", "bus", "store", "search", "privacy", "jobs", "net", "web",
            "identity",
        ],
    ),
    (
        "logbook",
        &[
            "ham", "config", "env", "event", "bus", "store", "privacy", "jobs", "net", "web", "identity",
            "callbook",
        ],
    ),
    (
        "dx",
        &[
            "ham", "config", "env", "event", "bus", "store", "privacy", "jobs", "net", "web", "identity",
            "callbook", "logbook",
        ],
    ),
    (
        "dns",
        &[
            "ham", "config", "env", "event", "bus", "store", "privacy", "jobs", "net", "web", "identity",
            "callbook", "logbook", "dx",
        ],
    ),
    (
        "shack",
        &[
            "ham", "config", "env", "event", "bus", "store", "privacy", "jobs", "net", "web", "identity",
        ],
    ),
];

/// Crates that may be named only below the given places.
const CRATE_HOMES: &[(&str, &[&str])] = &[
    ("redb", &["src/store/"]),
    ("tantivy", &["src/search/"]),
    ("rmp_serde", &["src/store/"]),
    ("reqwest", &["src/env/"]),
    ("lettre", &["src/env/"]),
    ("hickory_proto", &["src/dns/"]),
    (
        "axum",
        &[
            "src/web/",
            "src/app/",
            "src/net/",
            "src/relay/",
            "/api.rs",
            "/api/",
            "/pages.rs",
            "/pages/",
            "/compat/",
        ],
    ),
];

const NO_CRATES_IN_HAM: &[&str] = &["tokio", "redb", "axum", "reqwest", "tracing"];

/// Banned crates in the lock file that are an option of another one; `cargo tree -i NAME` shows that it is off.
const LOCKED_ONLY: &[(&str, &str)] = &[("chrono", "serde_with")];
const BANNED_CRATES: &[&str] = &[
    "openssl-sys",
    "native-tls",
    "aws-lc-sys",
    "aws-lc-rs",
    "libudev-sys",
    "zstd-sys",
    "chrono",
    "dashmap",
    "mimalloc",
    "figment",
    "tower_governor",
    "governor",
    "printpdf",
];

/// Crates that others may bring, but that we do not name ourselves.
const NOT_OURS: &[&str] = &["async-compression", "parking_lot", "openssl", "regex"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(dir: &str, extension: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut pending: Vec<PathBuf> = vec![root().join(dir)];
    while let Some(dir) = pending.pop() {
        let Ok(entries) = fs::read_dir(&dir) else { continue };
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() {
                if path
                    .file_name()
                    .is_none_or(|n| n != "node_modules" && n != "target")
                {
                    pending.push(path);
                }
            } else if path.extension().is_some_and(|e| e == extension) {
                let name = path
                    .strip_prefix(root())
                    .unwrap()
                    .to_string_lossy()
                    .replace('\\', "/");
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no .{extension} files below {dir}");
    found
}

fn is_test(name: &str) -> bool {
    name.ends_with("tests.rs") || name.contains("/tests/") || name.ends_with(".test.js")
}

/// Source without the `#[cfg(test)] mod` that may close a file, and without comments.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(i, line)| (i + 1, line))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn fail(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn modules_use_only_the_layers_below_them() {
    let allowed: BTreeMap<&str, &[&str]> = LAYERS.iter().copied().collect();
    let mut problems = Vec::new();
    for (name, text) in files_below("src", "rs") {
        let module = name.trim_start_matches("src/").split(['/', '.']).next().unwrap();
        let Some(below) = allowed.get(module) else {
            continue;
        };
        // Domains' plain event data may be named by `event`, which gathers them (architecture map, layer rule).
        let events_only = name == "src/event.rs";
        for (line_no, line) in code_lines(&text) {
            for (at, _) in line.match_indices("crate::") {
                let path: String = line[at + 7..]
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_' || *c == ':')
                    .collect();
                let target = path.split("::").next().unwrap_or_default();
                let known = allowed.contains_key(target) || matches!(target, "app" | "cli" | "testkit");
                let event_of_domain = events_only && path.contains("::event");
                if known
                    && target != module
                    && !below.contains(&target)
                    && !event_of_domain
                    && !is_test(&name)
                {
                    problems.push(format!(
                        "{name}:{line_no}: `{module}` must not use `crate::{path}`"
                    ));
                }
            }
        }
    }
    fail(&problems);
}

#[test]
fn event_files_of_domains_stay_plain_data() {
    let mut problems = Vec::new();
    for (name, text) in files_below("src", "rs") {
        if !name.ends_with("/event.rs") || name == "src/event.rs" {
            continue;
        }
        for (line_no, line) in code_lines(&text) {
            if let Some(at) = line.find("crate::") {
                let target = &line[at + 7..];
                if !target.starts_with("ham") {
                    problems.push(format!(
                        "{name}:{line_no}: an event is plain data of `ham` and std: {}",
                        line.trim()
                    ));
                }
            }
        }
    }
    fail(&problems);
}

#[test]
fn crates_are_named_only_in_their_homes() {
    let mut problems = Vec::new();
    for (name, text) in files_below("src", "rs") {
        for (line_no, line) in code_lines(&text) {
            for (krate, homes) in CRATE_HOMES {
                let named = line.contains(&format!("{krate}::")) || line.contains(&format!("use {krate};"));
                let qualified_elsewhere =
                    line.contains(&format!("_{krate}::")) || line.contains(&format!("crate::{krate}"));
                let at_home = homes.iter().any(|home| name.contains(home));
                if named
                    && !qualified_elsewhere
                    && !at_home
                    && !is_test(&name)
                    && !name.starts_with("src/testkit")
                {
                    problems.push(format!("{name}:{line_no}: `{krate}` belongs in {homes:?}"));
                }
            }
            if name.starts_with("src/ham/") {
                for krate in NO_CRATES_IN_HAM {
                    if line.contains(&format!("{krate}::")) {
                        problems.push(format!("{name}:{line_no}: `ham` is pure: no {krate}"));
                    }
                }
            }
        }
    }
    fail(&problems);
}

#[test]
fn files_are_small_and_named_for_their_subject() {
    let mut problems = Vec::new();
    for (name, text) in files_below("src", "rs")
        .into_iter()
        .chain(files_below("assets/js", "js"))
        .chain(files_below("assets/relay", "js"))
    {
        if is_test(&name) {
            continue;
        }
        let lines = text.lines().count();
        if lines > MAX_LINES || text.len() > MAX_BYTES {
            problems.push(format!(
                "{name}: {lines} lines, {} bytes: split it by subject",
                text.len()
            ));
        }
        let stem = name.rsplit('/').next().unwrap().split('.').next().unwrap();
        if ["util", "utils", "helper", "helpers", "common", "misc", "manager"].contains(&stem) {
            problems.push(format!("{name}: a name that says nothing"));
        }
        if name.ends_with(".rs") && !text.starts_with("//!") {
            problems.push(format!("{name}: starts without saying what it is for"));
        }
    }
    fail(&problems);
}

#[test]
fn what_only_one_system_has_is_marked_so() {
    let mut problems = Vec::new();
    for (name, text) in files_below("src", "rs") {
        let (folder, file) = name.rsplit_once('/').unwrap();
        let module = format!("#[cfg(unix)]\nmod {};", file.trim_end_matches(".rs"));
        let parent = fs::read_to_string(root().join(folder).join("mod.rs")).unwrap_or_default();
        if is_test(&name) || parent.contains(&module) {
            continue;
        }
        let lines: Vec<&str> = text.lines().collect();
        for (i, line) in lines.iter().enumerate() {
            if line.contains("::os::unix") || line.contains("tokio::signal::unix") {
                // At most the head of the function it stands in is between.
                let marked = lines[i.saturating_sub(4)..i]
                    .iter()
                    .any(|line| line.trim() == "#[cfg(unix)]");
                if !marked {
                    problems.push(format!("{name}:{}: not every system has this", i + 1));
                }
            }
        }
    }
    fail(&problems);
}

#[test]
fn sources_hold_no_leftovers() {
    let needles = [
        "todo!(",
        "unimplemented!(",
        "TODO",
        "FIXME",
        "XXX",
        "coming soon",
        "#[allow(",
        "#![allow(",
        "dbg!(",
    ];
    let mut problems = Vec::new();
    for (name, text) in files_below("src", "rs")
        .into_iter()
        .chain(files_below("assets/js", "js"))
        .chain(files_below("assets/relay", "js"))
    {
        for (i, line) in text.lines().enumerate() {
            for needle in needles {
                if line.contains(needle) {
                    problems.push(format!("{name}:{}: {needle}", i + 1));
                }
            }
        }
    }
    fail(&problems);
}

#[test]
fn assets_load_nothing_from_elsewhere_and_hold_nothing_inline() {
    let mut problems = Vec::new();
    let mut all = files_below("assets/templates", "html");
    all.extend(files_below("assets/js", "js"));
    all.extend(files_below("assets/css", "css"));
    for kind in ["html", "js", "css"] {
        all.extend(files_below("assets/relay", kind));
    }
    for (name, text) in all {
        for (i, line) in text.lines().enumerate() {
            let foreign = [
                "src=\"http",
                "href=\"http",
                "url(http",
                "from \"http",
                "from 'http",
                "import(\"http",
            ];
            if foreign.iter().any(|f| line.contains(f)) && !line.contains("rel=\"noopener") {
                problems.push(format!(
                    "{name}:{}: loads from another host: {}",
                    i + 1,
                    line.trim()
                ));
            }
            if name.ends_with(".js") && (line.contains("innerHTML") || line.contains("eval(")) {
                problems.push(format!(
                    "{name}:{}: builds markup from text: {}",
                    i + 1,
                    line.trim()
                ));
            }
            if name.ends_with(".html") && (line.contains(" style=\"") || line.contains(" onclick=")) {
                problems.push(format!(
                    "{name}:{}: inline style or script: {}",
                    i + 1,
                    line.trim()
                ));
            }
        }
    }
    fail(&problems);
}

#[test]
fn banned_crates_are_not_in_the_tree() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let names: BTreeSet<&str> = lock
        .lines()
        .filter_map(|l| l.strip_prefix("name = \""))
        .map(|l| l.trim_end_matches('"'))
        .collect();
    let found: Vec<String> = BANNED_CRATES
        .iter()
        .filter(|b| names.contains(**b) && !only_an_option(&lock, b))
        .map(|b| format!("Cargo.lock: {b}"))
        .collect();
    fail(&found);
    let manifest: toml::Table =
        toml::from_str(&fs::read_to_string(root().join("Cargo.toml")).unwrap()).unwrap();
    let named = manifest["dependencies"].as_table().unwrap();
    let found: Vec<String> = NOT_OURS
        .iter()
        .filter(|b| named.contains_key(**b))
        .map(|b| format!("Cargo.toml: {b}"))
        .collect();
    fail(&found);
}

/// Whether a crate is locked for the sake of an option that nobody switches on.
fn only_an_option(lock: &str, name: &str) -> bool {
    let lock: toml::Table = toml::from_str(lock).unwrap();
    let mut users = lock["package"].as_array().unwrap().iter().filter_map(|package| {
        let uses = package.get("dependencies")?.as_array()?.iter();
        let uses = uses.filter_map(|used| used.as_str()?.split(' ').next());
        uses.into_iter()
            .any(|used| used == name)
            .then(|| package["name"].as_str())
            .flatten()
    });
    users.all(|user| LOCKED_ONLY.contains(&(name, user)))
}

/// The names of the tables that a file declares with `table!`.
/// Tables of files beside the main one: what can be had again, in no backup and no list of the store's.
const TABLES_ASIDE: &[&str] = &["src/callbook/generation/tables.rs", "src/store/aside.rs"];

fn declared_tables(text: &str) -> Vec<&str> {
    let code = text.split("table!(").skip(1);
    let declarations = code.filter_map(|rest| {
        let line = rest
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty() && !line.starts_with("//") && !line.starts_with("#["))?;
        let name = line.split(':').next()?.rsplit([' ', ')']).next()?;
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c == '_');
        is_name.then_some(name)
    });
    declarations.collect()
}

#[test]
fn every_table_is_in_the_schema_list() {
    let mut problems = Vec::new();
    let mut seen = 0;
    for (name, text) in files_below("src", "rs") {
        let aside = TABLES_ASIDE.contains(&name.as_str());
        if is_test(&name) || name.starts_with("src/testkit/") || name == "src/store/table.rs" || aside {
            continue;
        }
        for table in declared_tables(&text) {
            seen += 1;
            if !text.contains(&format!("{table}.info()")) {
                problems.push(format!("{name}: {table} is not in the list of its tables"));
            }
        }
    }
    assert!(seen > 20, "tables are found: {seen}");
    fail(&problems);
}

#[test]
fn message_keys_used_in_templates_exist_in_the_catalogue() {
    let catalogue: toml::Table =
        toml::from_str(&fs::read_to_string(root().join("assets/i18n/en.toml")).unwrap()).unwrap();
    let mut problems = Vec::new();
    for (name, text) in files_below("assets/templates", "html") {
        for piece in text.split("t.s(\"").skip(1) {
            let key = piece.split('"').next().unwrap_or_default();
            let mut at: Option<&toml::Value> = None;
            for part in key.split('.') {
                at = match at {
                    None => catalogue.get(part),
                    Some(value) => value.get(part),
                };
                if at.is_none() {
                    problems.push(format!("{name}: no message {key:?}"));
                    break;
                }
            }
        }
    }
    fail(&problems);
}
