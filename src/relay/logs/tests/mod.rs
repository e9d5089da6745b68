//! Tests over several modules, with messages made by our own encoders.

mod deliver;
mod intake;
mod listen;
mod n1mm;
mod queue;
mod server;
mod sniff;
mod wsjtx;

use std::path::Path;

use jiff::Timestamp;

use super::contact::{Contact, Way};
use super::qdatastream::QDateTime;
use super::queue::{Limits, Opened, Queue};
use super::wsjtx::{Message, Packet, QsoLogged};

/// The present time of tests.
fn now() -> Timestamp {
    at("2026-11-21T09:30:00Z")
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Opens a queue.
fn opened(path: &Path) -> (Queue, Opened) {
    Queue::open(path, Limits::default()).unwrap()
}

#[expect(clippy::unnecessary_wraps, reason = "fields of messages are such texts")]
fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// A contact of WSJT-X: K1ABC on 20 m FT8, begun at 09:28:09.107.
fn logged() -> QsoLogged {
    QsoLogged {
        off: Some(QDateTime::utc(at("2026-11-21T09:29:00.5Z"))),
        dx_call: text("K1ABC"),
        dx_grid: text("FN42"),
        tx_hz: Some(14_075_500),
        mode: text("FT8"),
        rst_sent: text(""),
        rst_rcvd: text("+02"),
        tx_power: text("50W"),
        comments: text("Test Ω <eor> ünï"),
        name: text("José"),
        on: Some(QDateTime::utc(at("2026-11-21T09:28:09.107Z"))),
        operator: text("N0CALL"),
        my_call: text("N0CALL"),
        my_grid: text("EN34"),
        exchange_sent: text(""),
        exchange_rcvd: text(""),
        propagation: None,
    }
}

/// The same contact as ADIF, in Latin-1 with a question mark, as WSJT-X writes it.
fn logged_adif() -> Vec<u8> {
    let head = b"<call:5>K1ABC <gridsquare:4>FN42 <mode:3>FT8 <rst_sent:0> <rst_rcvd:3>+02 <qso_date:8>20261121 \
        <time_on:6>092809 <qso_date_off:8>20261121 <time_off:6>092900 <band:3>20m <freq:9>14.075500 \
        <station_callsign:6>N0CALL <my_gridsquare:4>EN34 <tx_pwr:3>50W <contest_id:14>ARRL-FIELD-DAY <SRX_STRING:2>1D \
        <comment:16>Test ? <eor> ";
    [&head[..], b"\xfcn\xef <name:4>Jos\xe9 <operator:6>N0CALL <eor>"].concat()
}

fn packet(message: Message) -> Vec<u8> {
    Packet::new(3, "WSJT-X", message).write()
}

/// A contact told as ADIF.
fn contact(call: &str, time: &str, band: &str, mode: &str) -> Contact {
    let fields = [
        ("CALL", call),
        ("QSO_DATE", "20261121"),
        ("TIME_ON", time),
        ("BAND", band),
        ("MODE", mode),
    ];
    Contact::of(fields, Way::Adif, now()).unwrap()
}
