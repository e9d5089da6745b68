//! What a log is worth, without storing it.

use std::io::Read;

use jiff::Timestamp;
use serde::Serialize;

use super::{Defect, Encoding, Format, Reader, Reject, Severity, to_qso};

/// Most defects and most rejects told; the rest is only counted.
pub const MOST_TOLD: usize = 1000;

/// The result of reading a whole log.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// ADI or ADX.
    pub format: Format,
    /// Encoding found.
    pub encoding: Encoding,
    /// Version of ADIF the log says it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adif_ver: Option<String>,
    /// The program that wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub programid: Option<String>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub programversion: Option<String>,
    /// Names of user-defined fields.
    pub userdefs: Vec<String>,
    /// Records found.
    pub records: u32,
    /// Records that are contacts.
    pub accepted: u32,
    /// Records that are not.
    pub rejected: u32,
    /// Warnings found.
    pub warnings: u32,
    /// Errors found, apart from rejected records.
    pub errors: u32,
    /// The first defects.
    pub defects: Vec<Defect>,
    /// The first rejected records.
    pub rejects: Vec<Reject>,
}

impl Report {
    /// Whether everything in the log could be used.
    pub fn is_clean(&self) -> bool {
        self.rejected == 0 && self.errors == 0
    }

    fn tell(&mut self, defects: Vec<Defect>) {
        for defect in defects {
            let count = match defect.severity {
                Severity::Warning => &mut self.warnings,
                Severity::Error => &mut self.errors,
            };
            *count = count.saturating_add(1);
            if self.defects.len() < MOST_TOLD {
                self.defects.push(defect);
            }
        }
    }
}

/// Reads a log to its end and tells what is in it; `now` bounds the dates.
pub fn check(input: impl Read, now: Timestamp) -> Report {
    let mut reader = Reader::new(input);
    let mut report = Report {
        format: reader.format(),
        encoding: reader.encoding(),
        adif_ver: None,
        programid: None,
        programversion: None,
        userdefs: Vec::new(),
        records: 0,
        accepted: 0,
        rejected: 0,
        warnings: 0,
        errors: 0,
        defects: Vec::new(),
        rejects: Vec::new(),
    };
    for entry in &mut reader {
        report.tell(entry.defects);
        let Some(record) = entry.record else { continue };
        report.records = report.records.saturating_add(1);
        match to_qso(&record, now) {
            Ok((_, defects)) => {
                report.accepted += 1;
                report.tell(defects);
            }
            Err(reject) => {
                report.rejected += 1;
                if report.rejects.len() < MOST_TOLD {
                    report.rejects.push(reject);
                }
            }
        }
    }
    report.encoding = reader.encoding();
    let header = reader.header();
    let text = |name| header.get(name).map(str::to_owned);
    report.adif_ver = text("ADIF_VER");
    report.programid = text("PROGRAMID");
    report.programversion = text("PROGRAMVERSION");
    report.userdefs = header.userdefs.iter().map(|def| def.name.to_string()).collect();
    report
}
