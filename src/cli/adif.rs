//! `adif check`, `adif import`, `adif export`.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use super::output::{self, Failure, Outcome};
use super::place::{Json, Place, tell};
use super::progress::Meter;
use super::reach::{self, Content, config};
use crate::app::admin::{Command, ExportFormat, Reply};
use crate::env::Clock;
use crate::ham::adif::{self, Defect, Report};
use crate::ham::callsign::Callsign;

/// Findings printed for people; JSON has more.
const PRINTED: usize = 50;

/// `adif check`
pub(super) fn check(file: &Path, json: Json) -> Outcome<ExitCode> {
    let report = adif::check(open(file)?, Clock::system().now());
    tell(json.json, &report, || print_report(&report))?;
    Ok(if report.rejected == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn print_report(report: &Report) {
    for reject in report.rejects.iter().take(PRINTED) {
        output::result(format_args!(
            "line {}, record {}: rejected: {}",
            reject.line, reject.record, reject.reason
        ));
    }
    for defect in report.defects.iter().take(PRINTED) {
        output::result(format_args!("{}", place_of(defect)));
    }
    let told = report.rejects.len().min(PRINTED) + report.defects.len().min(PRINTED);
    let found = u64::from(report.rejected) + u64::from(report.warnings) + u64::from(report.errors);
    let more = found.saturating_sub(told as u64);
    if more > 0 {
        output::result(format_args!("… and {more} more"));
    }
    let program = report.programid.as_deref().unwrap_or("an unnamed program");
    output::result(format_args!(
        "{} records from {program}: {} accepted, {} rejected, {} warnings",
        report.records,
        report.accepted,
        report.rejected,
        u64::from(report.warnings) + u64::from(report.errors)
    ));
}

fn place_of(defect: &Defect) -> String {
    let record = defect
        .record
        .map(|record| format!(", record {record}"))
        .unwrap_or_default();
    let field = defect
        .field
        .as_ref()
        .map(|field| format!(", {field}"))
        .unwrap_or_default();
    format!("line {}{record}{field}: {}", defect.line, defect.text)
}

/// `adif import`
pub(super) fn import(place: &Place, file: &Path, callsign: Callsign, json: Json) -> Outcome {
    let config = config(place)?;
    let (input, total): (Box<dyn Read + Send>, u64) = (open(file)?, length(file));
    let name = file
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let meter = Arc::new(Meter::of(total));
    let command = Command::AdifImport {
        callsign: callsign.clone(),
        file: name,
    };
    let reply = reach::run(config, command, Content::from(input), Some(meter))?;
    let Reply::Import(result) = reply else {
        return Err(Failure::odd_reply());
    };
    tell(json.json, &result, || print_import(&result, &callsign))
}

fn print_import(result: &serde_json::Value, callsign: &Callsign) {
    for reject in result["rejects"].as_array().into_iter().flatten().take(PRINTED) {
        let reason = reject["reason"].as_str().unwrap_or_default();
        output::say(format_args!(
            "line {}, record {}: rejected: {reason}",
            reject["line"], reject["record"]
        ));
    }
    output::result(format_args!(
        "{callsign}: {} added, {} merged, {} duplicates, {} rejected",
        result["added"], result["merged"], result["duplicates"], result["rejected"]
    ));
}

/// `adif export`
pub(super) fn export(
    place: &Place,
    callsign: Callsign,
    output: &Path,
    format: Option<ExportFormat>,
) -> Outcome {
    let config = config(place)?;
    let by_name = output
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("adx"));
    let format = format.unwrap_or(if by_name {
        ExportFormat::Adx
    } else {
        ExportFormat::Adi
    });
    let command = Command::AdifExport {
        callsign: callsign.clone(),
        format,
    };
    if is_pipe(output) {
        let to = Content::to(Box::new(io::BufWriter::new(io::stdout())));
        reach::run(config, command, to, None)?;
        return Ok(());
    }
    let aside = Aside::create(output)?;
    let meter = Arc::new(Meter::of(0));
    let reply = reach::run(config, command, Content::to(aside.writer()?), Some(meter))?;
    let Reply::Exported { contacts } = reply else {
        return Err(Failure::odd_reply());
    };
    aside.keep(true)?;
    output::say(format_args!(
        "{contacts} contacts of {callsign} in {}",
        output.display()
    ));
    Ok(())
}

/// A file written aside and put in place when it is whole: half a log or backup never looks like one.
pub(super) struct Aside {
    file: Option<File>,
    part: PathBuf,
    target: PathBuf,
}

impl Aside {
    /// Begins `<target>.part`, readable by its owner alone.
    pub(super) fn create(target: &Path) -> Outcome<Self> {
        let mut name = target.as_os_str().to_owned();
        name.push(".part");
        let part = PathBuf::from(name);
        let mut options = File::options();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&part).map_err(|error| about(&part, &error))?;
        Ok(Self {
            file: Some(file),
            part,
            target: target.to_owned(),
        })
    }

    /// What to write to.
    pub(super) fn writer(&self) -> Outcome<Box<dyn Write + Send>> {
        let file = self.file.as_ref().map(File::try_clone).transpose()?;
        let file = file.ok_or_else(|| Failure::new("the file is closed"))?;
        Ok(Box::new(io::BufWriter::new(file)))
    }

    /// Puts the whole file in place; `replace` an older one or refuse.
    pub(super) fn keep(mut self, replace: bool) -> Outcome {
        if let Some(file) = self.file.take() {
            file.sync_all().map_err(|error| about(&self.part, &error))?;
        }
        let kept = if replace {
            std::fs::rename(&self.part, &self.target)
        } else {
            place_new(&self.part, &self.target)
        };
        kept.map_err(|error| about(&self.target, &error))
    }
}

/// Gives a whole file its name, which must be free.
fn place_new(part: &Path, target: &Path) -> io::Result<()> {
    match std::fs::hard_link(part, target) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => claim_and_rename(part, target),
        linked => linked,
    }
}

/// For disks without hard links, such as FAT: takes the name first, so that nobody else's file is replaced.
fn claim_and_rename(part: &Path, target: &Path) -> io::Result<()> {
    drop(File::create_new(target)?);
    std::fs::rename(part, target).inspect_err(|_| {
        // What was claimed is empty, and ours.
        drop(std::fs::remove_file(target));
    })
}

impl Drop for Aside {
    fn drop(&mut self) {
        // Gone already where it was renamed.
        drop(std::fs::remove_file(&self.part));
    }
}

fn is_pipe(file: &Path) -> bool {
    file.as_os_str() == "-"
}

fn open(file: &Path) -> Outcome<Box<dyn Read + Send>> {
    if is_pipe(file) {
        return Ok(Box::new(io::stdin()));
    }
    let opened = File::open(file).map_err(|error| about(file, &error))?;
    Ok(Box::new(opened))
}

fn length(file: &Path) -> u64 {
    if is_pipe(file) {
        0
    } else {
        std::fs::metadata(file).map_or(0, |metadata| metadata.len())
    }
}

/// What went wrong with which file.
pub(super) fn about(file: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("{}: {error}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_takes_a_free_name_only_with_links_and_without() {
        for place in [place_new, claim_and_rename] {
            let dir = tempfile::tempdir().unwrap();
            let (part, target) = (dir.path().join("a.part"), dir.path().join("a"));
            std::fs::write(&part, "whole").unwrap();
            place(&part, &target).unwrap();
            assert_eq!(std::fs::read_to_string(&target).unwrap(), "whole");
            // A link is the same file under another name.
            drop(std::fs::remove_file(&part));
            std::fs::write(&part, "another").unwrap();
            let refused = place(&part, &target).unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
            assert_eq!(std::fs::read_to_string(&target).unwrap(), "whole");
        }
    }
}
