//! The one entry point of the ADIF fuzz targets.

use jiff::Timestamp;

use crate::ham::adif::{AdiWriter, AdxWriter, Reader, to_qso};
use crate::ham::qso::Qso;

/// Reads any bytes as a log, writes its contacts in both forms, and reads them again.
///
/// Panics if reading panics, if an interrupted reading goes on differently, or if a contact does not survive.
pub fn read_write_read(bytes: &[u8]) {
    let now = Timestamp::from_second(1_900_000_000).expect("a time in this century");
    let mut reader = Reader::new(bytes);
    let mut qsos = Vec::new();
    let mut halfway = None;
    let mut records = 0_usize;
    while let Some(entry) = reader.next() {
        let Some(record) = entry.record else { continue };
        records += 1;
        if records == 2 {
            halfway = Some(reader.checkpoint());
        }
        qsos.extend(to_qso(&record, now).map(|(qso, _)| qso));
    }
    if let Some(checkpoint) = halfway {
        let at = usize::try_from(checkpoint.offset).map_or(bytes.len(), |at| at.min(bytes.len()));
        let rest = Reader::resume_at(&bytes[at..], &checkpoint)
            .filter(|entry| entry.record.is_some())
            .count();
        assert_eq!(rest + 2, records, "records after resuming");
    }
    let (mut adi, mut adx) = (String::from("<EOH>"), String::from("<ADX><RECORDS>"));
    for qso in &qsos {
        AdiWriter.qso(qso, &mut adi);
        AdxWriter.qso(qso, &mut adx);
    }
    AdxWriter.end(&mut adx);
    for (text, has_types) in [(adi, true), (adx, false)] {
        let mut again: Vec<Qso> = Reader::new(text.as_bytes())
            .filter_map(|entry| to_qso(&entry.record?, now).ok())
            .map(|(qso, _)| qso)
            .collect();
        if !has_types {
            // ADX has no place for the type of a user's field but its definition.
            qsos.iter_mut().for_each(forget_types);
            again.iter_mut().for_each(forget_types);
        }
        assert_eq!(again, qsos, "contacts after writing");
    }
}

fn forget_types(qso: &mut Qso) {
    for extra in &mut qso.extra {
        extra.kind = None;
    }
}
