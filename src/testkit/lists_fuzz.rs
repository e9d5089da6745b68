//! Entry point of the fuzz target on lists of callsigns: any bytes, no panic.

use std::convert::Infallible;

use crate::callbook::model::Entry;
use crate::callbook::registers::columns::{self, ColumnMap};
use crate::callbook::registers::{Progress, Reject, Sink, acma, ised, japan, traficom};
use crate::ham::callsign::Callsign;

/// Takes everything and insists on the order of calls.
#[derive(Default)]
struct InOrder {
    last: Option<Callsign>,
    rejects: u64,
}

impl Sink for InOrder {
    type Error = Infallible;

    fn entry(&mut self, entry: Entry) -> Result<(), Infallible> {
        let call = entry.licence.call;
        assert!(
            self.last.as_ref().is_none_or(|last| *last < call),
            "calls come in order"
        );
        self.last = Some(call);
        Ok(())
    }

    fn reject(&mut self, reject: Reject) {
        assert!(reject.excerpt.chars().count() <= 120 && reject.line > 0);
        self.rejects += 1;
    }

    fn progress(&mut self, _: Progress) -> Result<(), Infallible> {
        Ok(())
    }
}

/// Reads any bytes as each of the small registers, and as a map with its list.
///
/// Panics if reading panics, if calls are not handed on in order once each, or if the counts do not add up.
pub fn callbook_csv(bytes: &[u8]) {
    let map = "authority = \"list\"\nfile = { separator = \";\", dates = \"DD.MM.YYYY\", header = false }\n\
        columns = { call = 1, status = 2, expires = 3, grid = 4, lat = 5, lon = 6, postcode = 7, number = 8 }";
    let map = ColumnMap::parse(map).expect("the map is well made");
    check(|sink| columns::read(&map, bytes, sink).ok());
    if let Ok(rows) = columns::preview(&map, bytes, 20) {
        assert!(rows.len() <= 20);
    }
    check(|sink| ised::read(bytes, sink).ok());
    check(|sink| traficom::read(bytes, sink).ok());
    check(|sink| japan::read(bytes, sink).ok());
    // With headings in front, so that rows are reached.
    let japan = [
        b"Call,Prefecture,City/Gun,Licensed,License class,Licensee\n",
        bytes,
    ]
    .concat();
    check(|sink| japan::read(japan.as_slice(), sink).ok());
    let licences = [
        b"LICENCE_NO,SV_ID,DATE_OF_EXPIRY,STATUS_TEXT\n1,6,,Granted\n",
        bytes,
    ]
    .concat();
    let devices = [b"LICENCE_NO,CALL_SIGN\n", bytes].concat();
    check(|sink| {
        let members = acma::Members {
            licences: licences.as_slice(),
            devices: devices.as_slice(),
            clients: Some(bytes),
            sites: None::<&[u8]>,
        };
        acma::read(members, sink).ok()
    });
    // The first part as a map, the rest as its list.
    if let Some(at) = bytes.iter().position(|byte| *byte == 0)
        && let Ok(text) = std::str::from_utf8(&bytes[..at])
        && let Ok(map) = ColumnMap::parse(text)
    {
        check(|sink| columns::read(&map, &bytes[at + 1..], sink).ok());
    }
}

fn check(read: impl FnOnce(&mut InOrder) -> Option<crate::callbook::registers::rows::Tally>) {
    let mut sink = InOrder::default();
    if let Some(tally) = read(&mut sink) {
        assert_eq!(tally.rejects, sink.rejects);
        assert!(tally.rows >= tally.rejects);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_read_as_lists(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            super::callbook_csv(&bytes);
        }

        #[test]
        fn what_looks_like_a_list_is_read(text in "([A-Z0-9*/]{0,7}[;,\t\"]{1,3}[ -~ä0]{0,9}\r?\n){0,12}") {
            super::callbook_csv(text.as_bytes());
        }
    }
}
