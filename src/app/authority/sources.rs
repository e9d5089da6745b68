//! Commands and doors as the sources have them.
//!
//! A *command* takes the writer and an actor, or a logbook that an actor opened: it must ask, so it has a row. One that
//! takes no actor and is open to other domains is listed as a step, with why nobody is asked; what only its own domain
//! can call is part of what calls it. A *door* has a closure of its own for the writer: it must call a command that has
//! a row, or is listed too. So neither a new command nor a way around the commands gets in unseen.

use std::fs;
use std::path::{Path, PathBuf};

/// Where commands are.
const DOMAINS: [&str; 7] = [
    "src/identity",
    "src/callbook",
    "src/logbook",
    "src/dx",
    "src/dns",
    "src/shack",
    "src/app",
];
/// What is no domain's own: tests, and reactors, which answer to a command's event.
const NOT_HERE: [&str; 5] = [
    "/tests",
    "/testing.rs",
    "src/app/authority",
    "src/app/demo",
    "src/app/reactors.rs",
];

/// What the sources have.
#[derive(Debug, Default)]
pub(super) struct Sources {
    /// Functions that change something and ask an actor: `identity::set_password`.
    pub(super) commands: Vec<String>,
    /// Functions open to other domains that change something and ask nobody.
    pub(super) steps: Vec<String>,
    /// Functions that run something in the writer themselves: `Identity::set_standing`.
    pub(super) doors: Vec<Door>,
}

/// A function with a closure for the writer.
#[derive(Debug)]
pub(super) struct Door {
    pub(super) name: String,
    /// The functions that it hands the writer to, by their own names.
    pub(super) calls: Vec<String>,
}

/// A function as it is written.
struct Function<'t> {
    /// `pub(crate) `, or nothing.
    visibility: &'t str,
    /// The type whose method it is.
    of: Option<&'t str>,
    name: &'t str,
    parameters: &'t str,
    body: &'t str,
}

/// Reads all sources.
pub(super) fn read() -> Sources {
    let mut found = Sources::default();
    for domain in DOMAINS {
        for (path, text) in files(Path::new(env!("CARGO_MANIFEST_DIR")), domain) {
            if NOT_HERE.iter().any(|part| path.contains(part)) {
                continue;
            }
            let own = domain.trim_start_matches("src/");
            let module = path.trim_end_matches(".rs").trim_end_matches("/mod");
            let module = module.rsplit('/').next().unwrap_or(own);
            let text = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or(&text);
            for function in functions(text) {
                take(&mut found, (own, module), &function);
            }
        }
    }
    found.commands.sort();
    found.steps.sort();
    found
}

fn take(found: &mut Sources, (domain, module): (&str, &str), function: &Function<'_>) {
    let Function {
        visibility,
        of,
        name,
        parameters,
        body,
    } = function;
    // Names of commands tell in the accounts; elsewhere two modules may have the same.
    let full = match (of, domain) {
        (Some(of), _) => format!("{of}::{name}"),
        (None, "identity") => format!("identity::{name}"),
        (None, _) => format!("{domain}::{module}::{name}"),
    };
    if parameters.contains("tx: &mut Write") {
        let asks = parameters.contains(": &Actor") || parameters.contains(": &Opened");
        match (asks, *visibility) {
            (true, "") => {}
            (true, _) => found.commands.push(full),
            (false, "pub(crate) ") => found.steps.push(full),
            (false, _) => {}
        }
    } else if body.contains("|tx") {
        found.doors.push(Door {
            name: full,
            calls: calls(body),
        });
    }
}

/// Names of the functions that are handed the writer.
fn calls(body: &str) -> Vec<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let opened = body.match_indices('(');
    let with_writer = opened.filter(|(at, _)| body[at + 1..].trim_start().starts_with("tx,"));
    with_writer
        .map(|(at, _)| {
            let before = &body[..at];
            before[before.trim_end_matches(is_name).len()..].to_owned()
        })
        .collect()
}

/// Every function of a file.
fn functions(text: &str) -> Vec<Function<'_>> {
    let mut found = Vec::new();
    let (mut of, mut at) = (None, 0);
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        if let Some(head) = line.strip_prefix("impl ") {
            // `impl Identity {`, `impl From<A> for B {`, never with parameters of its own here.
            of = head.split(['{', '<']).next().map(str::trim);
        } else if line.starts_with('}') {
            of = None;
        }
        let code = line.trim_start();
        let indent = &line[..line.len() - code.len()];
        let visibility = match code
            .split_once("pub(")
            .and_then(|(before, rest)| before.is_empty().then(|| rest.split_once(") "))?)
        {
            Some((inside, _)) => &code[..inside.len() + "pub() ".len()],
            None => "",
        };
        let rest = code[visibility.len()..].trim_start_matches("async ");
        let Some(rest) = rest.strip_prefix("fn ") else {
            continue;
        };
        let name = rest.split(['(', '<']).next().unwrap_or_default();
        let whole = &text[start..];
        let end = whole.find(&format!("\n{indent}}}")).unwrap_or(whole.len());
        let whole = &whole[..end];
        let parameters = parameters(&whole[whole.find(name).unwrap_or(0) + name.len()..]);
        found.push(Function {
            visibility,
            of: of.filter(|_| !indent.is_empty()),
            name,
            parameters,
            body: whole,
        });
    }
    found
}

/// What stands in the first brackets, those of generic parameters apart.
fn parameters(text: &str) -> &str {
    let mut depth = 0_u32;
    let mut generic = 0_u32;
    let mut begin = None;
    for (at, letter) in text.char_indices() {
        match letter {
            '<' if begin.is_none() => generic += 1,
            '>' if begin.is_none() => generic = generic.saturating_sub(1),
            '(' if generic == 0 => {
                depth += 1;
                begin.get_or_insert(at + 1);
            }
            ')' if generic == 0 => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return &text[begin.unwrap_or(0)..at];
                }
            }
            _ => {}
        }
    }
    text
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

#[test]
fn functions_are_read_with_what_they_take_and_call() {
    let text = "\
impl Identity {
    pub(crate) async fn ask(&self, actor: &Actor) -> Result<(), Error> {
        self.change(move |tx, now| write::ask(
            tx,
            &actor,
        ))
    }
}

pub(in crate::identity) fn ask<R: Fn(u8)>(
    tx: &mut Write<'_>,
    actor: &Actor,
) {
}
";
    let mut found = Sources::default();
    for function in functions(text) {
        take(&mut found, ("identity", "ask"), &function);
    }
    assert_eq!(found.commands, ["identity::ask"]);
    assert_eq!(found.doors[0].name, "Identity::ask");
    assert_eq!(found.doors[0].calls, ["ask"]);
}
