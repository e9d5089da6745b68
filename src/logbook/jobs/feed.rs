//! From a file to batches: reads, makes contacts, works out their places. Runs on a thread of its own.

use std::io::Read;
use std::sync::Arc;

use jiff::Timestamp;

use crate::ham::adif::{Checkpoint, Reader, to_qso};
use crate::logbook::place::Table;
use crate::logbook::tables::{Reject, Remark};
use crate::logbook::write::import::{Batch, MOST_REMARKS};
use crate::logbook::write::merge::Incoming;

/// Records of one batch: what one transaction takes.
const RECORDS: usize = 1_000;
/// Text of a rejected record kept at most, in bytes.
const MOST_TEXT: usize = 16 << 10;

/// What a file is read for.
pub(crate) struct Plan {
    pub(crate) import: u32,
    /// Where an earlier try got to; the input stands there.
    pub(crate) from: Option<Checkpoint>,
    pub(crate) table: Arc<Table>,
    pub(crate) now: Timestamp,
}

/// Hands the file's records to `take`, batch by batch, until it returns false. An error is one of the input.
pub(crate) fn read(input: impl Read, plan: Plan, mut take: impl FnMut(Batch) -> bool) -> std::io::Result<()> {
    let Plan {
        import,
        mut from,
        table,
        now,
    } = plan;
    let mut reader = match &from {
        Some(checkpoint) => Reader::resume_at(input, checkpoint),
        None => Reader::new(input),
    };
    let mut told = 0;
    loop {
        let mut gathered = Gathered::default();
        let mut entries = 0;
        for entry in reader.by_ref().take(RECORDS) {
            entries += 1;
            gathered.entry(entry, &table, now);
        }
        if let Some(error) = reader.error() {
            return Err(std::io::Error::new(error.kind(), error.to_string()));
        }
        let to = reader.checkpoint();
        gathered.remarks.truncate(MOST_REMARKS - told);
        told += gathered.remarks.len();
        let batch = Batch {
            import,
            from: from.replace(to.clone()),
            to,
            contacts: gathered.contacts,
            rejects: gathered.rejects,
            warnings: gathered.warnings,
            remarks: gathered.remarks,
            userdefs: reader.header().userdefs.clone(),
            now,
        };
        if entries > 0 && !take(batch) || entries < RECORDS {
            return Ok(());
        }
    }
}

#[derive(Default)]
struct Gathered {
    contacts: Vec<Incoming>,
    rejects: Vec<Reject>,
    warnings: u64,
    remarks: Vec<Remark>,
}

impl Gathered {
    fn entry(&mut self, entry: crate::ham::adif::Entry, table: &Table, now: Timestamp) {
        let mut defects = entry.defects;
        match entry.record.map(|record| to_qso(&record, now)) {
            Some(Ok((qso, found))) => {
                defects.extend(found);
                let place = table.place(&qso);
                self.contacts.push(Incoming { qso, place });
            }
            Some(Err(reject)) => {
                let end = reject.text.floor_char_boundary(MOST_TEXT);
                self.rejects.push(Reject {
                    record: u64::from(reject.record),
                    line: u64::from(reject.line),
                    reason: reject.reason,
                    text: reject.text[..end].to_owned(),
                });
            }
            None => {}
        }
        self.warnings += u64::from(!defects.is_empty());
        let room = MOST_REMARKS.saturating_sub(self.remarks.len());
        self.remarks
            .extend(defects.into_iter().take(room).map(|defect| Remark {
                record: defect.record,
                line: defect.line,
                field: defect.field,
                text: defect.text,
            }));
    }
}
