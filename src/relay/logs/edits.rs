//! A change of a contact as the appliance's API takes it.

use jiff::tz::Offset;
use serde_json::{Map, Value, json};

use super::contact::Contact;
use crate::ham::freq::Hertz;

/// JSON names of the appliance's API for ADIF fields; all others go under `adif`.
const NAMES: [(&str, &str); 19] = [
    ("CALL", "call"),
    ("BAND", "band"),
    ("MODE", "mode"),
    ("SUBMODE", "submode"),
    ("RST_SENT", "rst_sent"),
    ("RST_RCVD", "rst_rcvd"),
    ("GRIDSQUARE", "grid"),
    ("MY_GRIDSQUARE", "my_grid"),
    ("STATION_CALLSIGN", "station_call"),
    ("OPERATOR", "operator"),
    ("NAME", "name"),
    ("QTH", "qth"),
    ("COMMENT", "comment"),
    ("NOTES", "notes"),
    ("CONTEST_ID", "contest"),
    ("STX", "stx"),
    ("SRX", "srx"),
    ("STX_STRING", "stx_string"),
    ("SRX_STRING", "srx_string"),
];

/// Fields that are told together, as times.
const TIMES: [&str; 4] = ["QSO_DATE", "TIME_ON", "QSO_DATE_OFF", "TIME_OFF"];

/// What must change for `old` to become `new`; `null` empties a field.
pub(crate) fn between(old: &Contact, new: &Contact) -> Map<String, Value> {
    let (mut edits, mut adif) = (Map::new(), Map::new());
    if old.head().start != new.head().start {
        edits.insert("start".to_owned(), json!(new.head().start));
    }
    let off = |contact: &Contact| {
        let text = |name: &str| contact.get(name).map(str::to_owned);
        (text("QSO_DATE_OFF"), text("TIME_OFF"))
    };
    if off(old) != off(new) {
        edits.insert("end".to_owned(), end(new));
    }
    let names = new
        .fields()
        .iter()
        .chain(old.fields())
        .map(|told| told.name.as_str());
    for name in names.filter(|name| !TIMES.contains(name)) {
        let (was, is) = (old.get(name), new.get(name));
        if was == is {
            continue;
        }
        let hertz = is
            .and_then(|text| Hertz::from_mhz_text(text).ok())
            .map(Hertz::get);
        match (name, NAMES.iter().find(|(adif, _)| *adif == name)) {
            ("FREQ", _) => drop(edits.insert("freq_hz".to_owned(), json!(hertz))),
            ("FREQ_RX", _) => drop(edits.insert("freq_rx_hz".to_owned(), json!(hertz))),
            (_, Some((_, json))) => drop(edits.insert((*json).to_owned(), json!(is))),
            (_, None) => drop(adif.insert(name.to_owned(), json!(is))),
        }
    }
    // A mode is read together with its submode, a band together with its frequency.
    for (one, other, adif_name) in [("mode", "submode", "SUBMODE"), ("freq_hz", "band", "BAND")] {
        if edits.contains_key(one) && !edits.contains_key(other) {
            edits.insert(other.to_owned(), json!(new.get(adif_name)));
        }
    }
    if !adif.is_empty() {
        edits.insert("adif".to_owned(), Value::Object(adif));
    }
    edits
}

fn end(contact: &Contact) -> Value {
    use crate::ham::qso::{clock, date, instant};
    let time = contact.get("TIME_OFF").and_then(clock);
    let day = contact.get("QSO_DATE_OFF").and_then(date);
    let day = day.unwrap_or_else(|| Offset::UTC.to_datetime(contact.head().start).date());
    time.and_then(|clock| instant(day, clock.time))
        .map_or(Value::Null, |end| json!(end))
}
