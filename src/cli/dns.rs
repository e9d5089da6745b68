//! `dns check`, `dns export`, `dns import`: zones as master files, with the server running or stopped.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::process::ExitCode;

use super::adif::Aside;
use super::output::{self, Failure, Outcome};
use super::place::{Json, Place, tell};
use super::reach::{self, Content, config};
use crate::app::admin::{Command, Reply};

/// `dns check`
pub(super) fn check(place: &Place, json: Json) -> Outcome<ExitCode> {
    let Reply::Checked(report) = reach::ask(place, Command::DnsCheck)? else {
        return Err(Failure::odd_reply());
    };
    tell(json.json, &report, || print_report(&report))?;
    let is_sound = report["findings"].as_array().is_some_and(Vec::is_empty);
    Ok(if is_sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn print_report(report: &serde_json::Value) {
    for finding in report["findings"].as_array().into_iter().flatten() {
        output::result(finding.as_str().unwrap_or_default());
    }
    let (zones, sets, asked) = (&report["zones"], &report["sets"], &report["asked"]);
    output::result(format_args!(
        "{zones} zones, {sets} sets of records, {asked} questions asked"
    ));
    if report["answered"] == false {
        output::hint("the server does not run: records were looked at, and no answers");
    }
}

/// `dns export`
pub(super) fn export(place: &Place, zone: &str, output: &Path) -> Outcome {
    let config = config(place)?;
    let command = Command::DnsExport {
        zone: zone.to_owned(),
    };
    if output.as_os_str() == "-" {
        let to = Content::to(Box::new(io::BufWriter::new(io::stdout())));
        return reach::run(config, command, to, None).map(drop);
    }
    let aside = Aside::create(output)?;
    let reply = reach::run(config, command, Content::to(aside.writer()?), None)?;
    let Reply::Zone(summary) = reply else {
        return Err(Failure::odd_reply());
    };
    aside.keep(true)?;
    output::say(format_args!(
        "{} records of {zone} in {}, serial {}",
        summary["records"],
        output.display(),
        summary["serial"]
    ));
    Ok(())
}

/// `dns import`
pub(super) fn import(place: &Place, zone: &str, file: &Path, json: Json) -> Outcome {
    let config = config(place)?;
    let input: Box<dyn Read + Send> = if file.as_os_str() == "-" {
        Box::new(io::stdin())
    } else {
        let opened = File::open(file);
        Box::new(opened.map_err(|error| Failure::new(format!("{}: {error}", file.display())))?)
    };
    let command = Command::DnsImport {
        zone: zone.to_owned(),
    };
    let reply = reach::run(config, command, Content::from(input), None)?;
    let Reply::Zone(summary) = reply else {
        return Err(Failure::odd_reply());
    };
    tell(json.json, &summary, || {
        for note in summary["notes"].as_array().into_iter().flatten() {
            output::say(note.as_str().unwrap_or_default());
        }
        output::result(format_args!(
            "{zone}: {} records, serial {}",
            summary["records"], summary["serial"]
        ));
    })
}
