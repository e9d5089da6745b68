//! `lotw roots`, `lotw trust`: which authorities of Logbook of the World count. Works on files alone, so that it does not
//! matter whether the server runs; a running one reads the folder within a minute.

use std::path::Path;

use serde::Serialize;

use super::output::{self, Failure, Outcome};
use super::place::{Json, Place, sources, tell};
use crate::config::Config;
use crate::identity::certificates::{FileFault, Found, KNOWN, authorities_in, authorities_of, install};
use crate::identity::lotw::AuthorityLine;

const EXTRACT: &str = "openssl pkcs12 -in FILE.p12 -nokeys -legacy -out chain.pem";

/// An authority, for programs.
#[derive(Serialize)]
struct Line {
    sha256: String,
    name: String,
    not_before: String,
    not_after: String,
    key_bits: usize,
    root: bool,
    known_as: Option<&'static str>,
}

/// `lotw roots`
pub(super) fn roots(place: &Place, file: Option<&Path>, json: Json) -> Outcome {
    let (lines, told) = match file {
        Some(file) => {
            let found = read(file)?;
            let lines = found.authorities.into_iter().map(|(line, _)| line).collect();
            (lines, found.others)
        }
        None => {
            let folder = Config::load(&sources(place, Vec::new()))?.web.mtls.roots;
            let (lines, faults) = authorities_of(&folder);
            let told = faults
                .into_iter()
                .map(|FileFault { file, why }| format!("{file}: {why}"));
            (lines, told.collect())
        }
    };
    for told in &told {
        output::say(format_args!("not counted: {told}"));
    }
    let lines: Vec<Line> = lines.iter().map(shown).collect();
    tell(json.json, &lines, || table(&lines))?;
    if lines.is_empty() && !json.json {
        output::hint("shackbox lotw trust FILE lets the authorities in a file count");
    }
    Ok(())
}

/// `lotw trust`
pub(super) fn trust(place: &Place, file: &Path) -> Outcome {
    let folder = Config::load(&sources(place, Vec::new()))?.web.mtls.roots;
    let found = read(file)?;
    if found.authorities.is_empty() {
        let failure = Failure::new(format!("{} holds no authority", file.display()));
        return Err(failure.hint(format!("take the whole chain out of a .p12 file: {EXTRACT}")));
    }
    for (line, der) in &found.authorities {
        let path = install(&folder, line, der)?;
        let known = known_as(line).unwrap_or("not known when this program was made: compare its SHA-256");
        output::result(format_args!("{}", line.fingerprint));
        output::say(format_args!("  {} ({known})", line.subject));
        output::say(format_args!("  counts from now on: {}", path.display()));
    }
    output::hint("a file that is removed from there counts no more");
    Ok(())
}

fn read(file: &Path) -> Outcome<Found> {
    let bytes = std::fs::read(file).map_err(|error| Failure::new(format!("{}: {error}", file.display())))?;
    authorities_in(&bytes).map_err(|bad| {
        Failure::new(format!("{}: {bad}", file.display()))
            .hint(format!("it must be PEM or DER; of a .p12 file: {EXTRACT}"))
    })
}

fn shown(line: &AuthorityLine) -> Line {
    Line {
        sha256: line.fingerprint.clone(),
        name: line.subject.clone(),
        not_before: line.validity.not_before.strftime("%F").to_string(),
        not_after: line.validity.not_after.strftime("%F").to_string(),
        key_bits: line.key_bits,
        root: line.is_root,
        known_as: known_as(line),
    }
}

fn known_as(line: &AuthorityLine) -> Option<&'static str> {
    let known = KNOWN
        .iter()
        .find(|(fingerprint, _)| *fingerprint == line.fingerprint);
    known.map(|(_, name)| *name)
}

fn table(lines: &[Line]) {
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|line| {
            let kind = if line.root { "root" } else { "issues" };
            let known = line.known_as.map(|name| format!("LoTW's {name}"));
            vec![
                line.sha256.clone(),
                format!("{} to {}", line.not_before, line.not_after),
                format!("{kind}, {} bits", line.key_bits),
                known.unwrap_or_else(|| line.name.clone()),
            ]
        })
        .collect();
    output::table(&["SHA-256", "VALID", "KIND", "WHO"], &rows);
}
