//! The message catalogue against the sources: no text is asked for that nobody wrote, none is kept that nobody asks
//! for. Reads the sources as text, like `tidy`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Groups whose keys are put together while running, from names that the program has: they count as used.
const PUT_TOGETHER: [&str; 20] = [
    "audit.",
    "certificate_source.",
    "dns_scope.",
    "dns_what.",
    "error.",
    "import_state.",
    "job_kind.",
    "job_state.",
    "looked_in.",
    "method.",
    "part.",
    "right.",
    "role.",
    "scope.",
    "source.",
    "trust.",
    "way.",
    "way_off.",
    "way_proves.",
    "way_takes.",
];

#[test]
fn every_text_asked_for_is_in_the_catalogue() {
    let known = catalogue();
    let mut missing = Vec::new();
    for (file, text) in sources() {
        for key in asked(&text) {
            if !known.contains_key(&key) {
                missing.push(format!("{}: {key}", file.display()));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "not in the catalogue:\n{}",
        missing.join("\n")
    );
}

#[test]
fn every_text_in_the_catalogue_is_asked_for() {
    let mut said = BTreeSet::new();
    let mut starts = BTreeSet::new();
    for (_, text) in sources() {
        said.extend(quoted(&text));
        starts.extend(put_together_in_scripts(&text));
    }
    let dead: Vec<String> = catalogue()
        .into_keys()
        .filter(|key| {
            !said.contains(key) && !key.strip_suffix("_one").is_some_and(|many| said.contains(many))
        })
        .filter(|key| !PUT_TOGETHER.iter().any(|start| key.starts_with(start)))
        .filter(|key| !starts.iter().any(|start| key.starts_with(start.as_str())))
        .collect();
    assert!(dead.is_empty(), "nobody asks for:\n{}", dead.join("\n"));
}

/// English, by the dotted path.
fn catalogue() -> BTreeMap<String, String> {
    let text = fs::read_to_string(root().join("assets/i18n/en.toml")).unwrap();
    let mut entries = BTreeMap::new();
    let mut section = String::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            name.clone_into(&mut section);
        } else if let Some((name, text)) = line.split_once(" = ") {
            let before = entries.insert(format!("{section}.{}", name.trim()), text.to_owned());
            assert!(before.is_none(), "{section}.{name} stands twice");
        }
    }
    entries
}

/// The keys given to the functions that look texts up.
fn asked(text: &str) -> Vec<String> {
    let mut keys = Vec::new();
    for (call, quote) in [
        (".s(\"", '"'),
        (".f(\"", '"'),
        (" t('js.", '\''),
        ("(t('js.", '\''),
        ("!t('js.", '\''),
    ] {
        for (at, _) in text.match_indices(call) {
            let rest = &text[at + call.len()..];
            let start = if call.ends_with("'js.") { "js." } else { "" };
            let key = rest.split(quote).next().unwrap_or_default();
            keys.push(format!("{start}{key}"));
        }
    }
    keys.retain(|key| is_key(key));
    keys
}

/// Every quoted text that could be a key.
fn quoted(text: &str) -> Vec<String> {
    let words = text.split(['"', '\'', '`']);
    words.filter(|word| is_key(word)).map(str::to_owned).collect()
}

/// The starts of keys that scripts put together: `js.import.` of `js.import.${state}`.
fn put_together_in_scripts(text: &str) -> Vec<String> {
    let starts = text.split('`').filter_map(|word| word.split_once("${"));
    let keys = starts.map(|(start, _)| start.to_owned());
    keys.filter(|start| start.starts_with("js.") && start.ends_with(['.', '_']))
        .collect()
}

fn is_key(text: &str) -> bool {
    let plain =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "._".contains(letter);
    text.contains('.') && !text.starts_with('.') && !text.ends_with('.') && text.chars().all(plain)
}

/// What may ask for texts: Rust but for its tests, templates, scripts.
fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for (folder, end) in [("src", "rs"), ("assets/templates", "html"), ("assets/js", "js")] {
        walk(&root().join(folder), end, &mut found);
    }
    assert!(found.len() > 100, "the sources are not where they should be");
    found
}

fn walk(folder: &Path, end: &str, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let test = name == "tests.rs" || name == "tests" || name.contains(".test.");
        if path.is_dir() && !test {
            walk(&path, end, found);
        } else if path.extension().is_some_and(|kind| kind == end) && !test {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
