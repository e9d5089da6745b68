//! Commands as the sources have them: functions that others may call and that take the writer first, and methods of
//! the accounts' handle that change something.

use std::fs;
use std::path::{Path, PathBuf};

/// Where commands are.
const DOMAINS: [&str; 3] = ["src/identity", "src/logbook", "src/app"];
/// What is no domain's own: tests, and reactors, which answer to a command's event.
const NOT_HERE: [&str; 4] = [
    "/tests",
    "/testing.rs",
    "src/app/authority",
    "src/app/reactors.rs",
];

/// Every command, as `identity::set_password`; methods as `Identity::change_password`.
pub(super) fn commands() -> Vec<String> {
    let mut found = Vec::new();
    for domain in DOMAINS {
        for (path, text) in files(Path::new(env!("CARGO_MANIFEST_DIR")), domain) {
            if NOT_HERE.iter().any(|part| path.contains(part)) {
                continue;
            }
            let own = domain.trim_start_matches("src/");
            let module = path
                .trim_start_matches("src/")
                .trim_end_matches(".rs")
                .trim_end_matches("/mod");
            // Two commands of one domain may have the same short name.
            let last = module.rsplit('/').next().unwrap_or(own);
            for name in writers(&text) {
                found.push(if own == "identity" {
                    format!("identity::{name}")
                } else {
                    format!("{own}::{last}::{name}")
                });
            }
            for name in methods(&text) {
                found.push(format!("Identity::{name}"));
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// `pub(crate) fn name(tx: &mut Write…`, on one line or more.
fn writers(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, start) in text.match_indices("pub(crate) fn ") {
        let rest = &text[at + start.len()..];
        let Some((name, parameters)) = rest.split_once('(') else {
            continue;
        };
        if parameters.trim_start().starts_with("tx: &mut Write") {
            found.push(name.split('<').next().unwrap_or(name).to_owned());
        }
    }
    found
}

/// Methods whose bodies change the accounts through the handle.
fn methods(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for block in text.split("\nimpl Identity {").skip(1) {
        let block = block.split("\n}\n").next().unwrap_or(block);
        for method in block.split("\n    pub(crate) async fn ").skip(1) {
            let name = method.split(['(', '<']).next().unwrap_or_default();
            let body = method.split("\n    }\n").next().unwrap_or(method);
            let changes = body.contains(".change(") && !body.contains("async fn change");
            if changes {
                found.push(name.to_owned());
            }
        }
    }
    found
}

fn files(root: &Path, below: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut pending: Vec<PathBuf> = vec![root.join(below)];
    while let Some(dir) = pending.pop() {
        for entry in fs::read_dir(&dir).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}
