//! The entry points of the fuzz targets of the relay: any bytes as what a local program sends.

use jiff::Timestamp;

use crate::relay::logs::contact::{Contact, Way};
use crate::relay::logs::intake::{Arrival, arrivals};
use crate::relay::logs::sniff::decode;
use crate::relay::logs::wsjtx::{MAGIC, Packet};

/// The present time of the targets.
const NOW: i64 = 1_900_000_000;

fn now() -> Timestamp {
    Timestamp::from_second(NOW).expect("a time in this century")
}

/// Reads any bytes as a datagram of any language.
///
/// Panics if reading panics, or if a contact that was read is none when its ADIF is read again.
pub fn datagram(bytes: &[u8]) {
    let Ok(decoded) = decode(bytes, now()) else { return };
    for arrival in arrivals(decoded, now()) {
        let contact = match arrival {
            Arrival::Told(contact) => contact,
            Arrival::Add(logged) | Arrival::Replace(logged) => match logged.contact {
                Ok(contact) => contact,
                Err(_) => continue,
            },
            Arrival::Delete(_) | Arrival::Rejected(_) => continue,
        };
        let fields = contact
            .fields()
            .iter()
            .map(|told| (told.name.as_str(), told.value.as_str()));
        let again = Contact::of(fields, Way::Adif, now()).expect("a contact stays one");
        assert_eq!(again.idempotency_key(0), contact.idempotency_key(0));
        assert!(contact.to_adif().ends_with("<EOR>\r\n"));
    }
}

/// Reads any bytes as a message of WSJT-X, the magic number before them.
///
/// Panics if reading panics, or if what was read and written again is not read as the same.
pub fn wsjtx(bytes: &[u8]) {
    let Ok(packet) = Packet::read(&[&MAGIC[..], bytes].concat()) else {
        return;
    };
    let written = packet.write();
    let again = Packet::read(&written).expect("what we write we read");
    // Not the values: NaN is no equal of itself.
    assert_eq!(again.write(), written);
}
