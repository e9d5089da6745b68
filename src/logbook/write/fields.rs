//! Changes of single fields, as the JSON API names them.
//!
//! One table joins JSON names to ADIF names. A value that its field cannot take is refused here, where a person or
//! a program waits for the answer; a file's odd values are kept instead (`ham::qso`).

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use smol_str::SmolStr;

use crate::ham::adif::{Defect, Severity};
use crate::ham::band::Band;
use crate::ham::freq::Hertz;
use crate::logbook::error::Error;
use crate::logbook::place::MANUAL;
use crate::logbook::stored::StoredQso;

/// One field and what it is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FieldEdit {
    /// A field with a name of its own in JSON; `None` empties it.
    Named {
        json: SmolStr,
        adif: SmolStr,
        value: Option<String>,
    },
    /// Any ADIF field, kept as it is given.
    Adif {
        name: SmolStr,
        value: Option<String>,
    },
    Start(Timestamp),
    End(Option<Timestamp>),
    FreqHz(Option<u64>),
    FreqRxHz(Option<u64>),
    /// The entity, set by hand; `None` lets the table decide again.
    Entity(Option<u16>),
}

/// JSON names with the ADIF fields they stand for.
pub(crate) const NAMES: [(&str, &str); 41] = [
    ("call", "CALL"),
    ("band", "BAND"),
    ("band_rx", "BAND_RX"),
    ("mode", "MODE"),
    ("submode", "SUBMODE"),
    ("rst_sent", "RST_SENT"),
    ("rst_rcvd", "RST_RCVD"),
    ("grid", "GRIDSQUARE"),
    ("my_grid", "MY_GRIDSQUARE"),
    ("station_call", "STATION_CALLSIGN"),
    ("operator", "OPERATOR"),
    ("owner_call", "OWNER_CALLSIGN"),
    ("tx_power", "TX_PWR"),
    ("name", "NAME"),
    ("qth", "QTH"),
    ("comment", "COMMENT"),
    ("notes", "NOTES"),
    ("contest", "CONTEST_ID"),
    ("stx", "STX"),
    ("srx", "SRX"),
    ("stx_string", "STX_STRING"),
    ("srx_string", "SRX_STRING"),
    ("pota", "POTA_REF"),
    ("my_pota", "MY_POTA_REF"),
    ("sota", "SOTA_REF"),
    ("my_sota", "MY_SOTA_REF"),
    ("iota", "IOTA"),
    ("my_iota", "MY_IOTA"),
    ("wwff", "WWFF_REF"),
    ("my_wwff", "MY_WWFF_REF"),
    ("prop_mode", "PROP_MODE"),
    ("sat_name", "SAT_NAME"),
    ("sat_mode", "SAT_MODE"),
    ("country", "COUNTRY"),
    ("continent", "CONT"),
    ("cq_zone", "CQZ"),
    ("itu_zone", "ITUZ"),
    ("state", "STATE"),
    ("sfi", "SFI"),
    ("a_index", "A_INDEX"),
    ("k_index", "K_INDEX"),
];

/// JSON names that a contact has but that are worked out and cannot be set; a client may send them back.
const READ_ONLY: [&str; 13] = [
    "id",
    "logbook",
    "outcome",
    "confirmed",
    "qsl",
    "revision",
    "created",
    "updated",
    "decided_by",
    "logged_by",
    "import",
    "lat",
    "lon",
];

impl FieldEdit {
    /// Reads a JSON object of fields, in an order in which they can be applied one after the other.
    pub(crate) fn from_json(fields: &serde_json::Map<String, Value>) -> Result<Vec<FieldEdit>, Error> {
        let mut edits = Vec::new();
        for (name, value) in fields {
            match name.as_str() {
                "adif" => adif_object(value, &mut edits)?,
                read_only if READ_ONLY.contains(&read_only) => {}
                _ => edits.push(FieldEdit::of_json(name, value)?),
            }
        }
        // A submode is read together with its mode, an end with its start.
        edits.sort_by_key(|edit| match edit {
            FieldEdit::Start(_) => 0,
            FieldEdit::Named { adif, .. } if adif == "SUBMODE" => 2,
            FieldEdit::Adif { .. } => 3,
            _ => 1,
        });
        Ok(edits)
    }

    fn of_json(name: &str, value: &Value) -> Result<FieldEdit, Error> {
        match name {
            "start" => Ok(FieldEdit::Start(
                time(name, value)?.ok_or_else(|| Error::invalid(name, "is needed"))?,
            )),
            "end" => time(name, value).map(FieldEdit::End),
            "freq_hz" => number(name, value).map(FieldEdit::FreqHz),
            "freq_rx_hz" => number(name, value).map(FieldEdit::FreqRxHz),
            "dxcc" => {
                let code = number(name, value)?.map(u16::try_from).transpose();
                code.map(FieldEdit::Entity)
                    .map_err(|_| Error::invalid(name, "is not an entity number"))
            }
            "county" => Ok(FieldEdit::named(name, "CNTY", text(name, value)?)),
            _ => match NAMES.iter().find(|(json, _)| *json == name) {
                Some((json, adif)) => Ok(FieldEdit::named(json, adif, text(name, value)?)),
                None => Err(Error::invalid(
                    name,
                    "is not a field of a contact; ADIF fields go into `adif`",
                )),
            },
        }
    }

    fn named(json: &str, adif: &str, value: Option<String>) -> FieldEdit {
        FieldEdit::Named {
            json: json.into(),
            adif: adif.into(),
            value,
        }
    }

    /// The name a client knows the field by.
    pub(crate) fn name(&self) -> &str {
        match self {
            FieldEdit::Named { json, .. } => json,
            FieldEdit::Adif { name, .. } => name,
            FieldEdit::Start(_) => "start",
            FieldEdit::End(_) => "end",
            FieldEdit::FreqHz(_) => "freq_hz",
            FieldEdit::FreqRxHz(_) => "freq_rx_hz",
            FieldEdit::Entity(_) => "dxcc",
        }
    }

    /// Whether it would change what contact this is: not for many at once.
    pub(crate) fn is_identity(&self) -> bool {
        let needed = ["CALL", "QSO_DATE", "TIME_ON", "QSO_DATE_OFF", "TIME_OFF"];
        match self {
            FieldEdit::Start(_) | FieldEdit::End(_) => true,
            FieldEdit::Named { adif: name, .. } | FieldEdit::Adif { name, .. } => {
                needed.contains(&name.as_str())
            }
            _ => false,
        }
    }

    /// Whether it says where the contact counts.
    pub(crate) fn is_of_entity(&self) -> bool {
        match self {
            FieldEdit::Entity(_) => true,
            FieldEdit::Named { adif: name, .. } | FieldEdit::Adif { name, .. } => name == "DXCC",
            _ => false,
        }
    }

    /// Changes the field.
    pub(crate) fn apply(&self, record: &mut StoredQso) -> Result<(), Error> {
        match self {
            FieldEdit::Named { json, adif, value } => {
                set(record, json, adif, value.as_deref(), true)?;
                if adif == "BAND" {
                    drop_strange_frequency(record);
                }
                Ok(())
            }
            FieldEdit::Adif { name, value } => set(record, name, name, value.as_deref(), false),
            FieldEdit::Start(start) => start_at(record, *start),
            FieldEdit::End(None) => set(record, "end", "TIME_OFF", None, true),
            FieldEdit::End(Some(end)) => {
                let at = Offset::UTC.to_datetime(*end);
                set(record, "end", "TIME_OFF", None, true)?;
                set(
                    record,
                    "end",
                    "QSO_DATE_OFF",
                    Some(&at.strftime("%Y%m%d").to_string()),
                    true,
                )?;
                set(
                    record,
                    "end",
                    "TIME_OFF",
                    Some(&at.strftime("%H%M%S").to_string()),
                    true,
                )
            }
            FieldEdit::FreqHz(hertz) => {
                set(record, "freq_hz", "FREQ", megahertz(*hertz).as_deref(), true)?;
                if let Some(band) = hertz.and_then(|hertz| Band::of(Hertz::new(hertz))) {
                    record.qso.band = band;
                }
                Ok(())
            }
            FieldEdit::FreqRxHz(hertz) => set(
                record,
                "freq_rx_hz",
                "FREQ_RX",
                megahertz(*hertz).as_deref(),
                true,
            ),
            FieldEdit::Entity(code) => {
                record.qso.dxcc = *code;
                record.place.decided_by = if code.is_some() {
                    SmolStr::new_static(MANUAL)
                } else {
                    SmolStr::default()
                };
                Ok(())
            }
        }
    }
}

fn adif_object(value: &Value, edits: &mut Vec<FieldEdit>) -> Result<(), Error> {
    let Value::Object(fields) = value else {
        return Err(Error::invalid("adif", "is an object of field names and texts"));
    };
    for (name, value) in fields {
        let well_formed = !name.is_empty()
            && name.len() <= 64
            && name
                .chars()
                .all(|c| c.is_ascii_graphic() && !"<>:,{}".contains(c));
        if !well_formed {
            return Err(Error::invalid(format!("adif.{name}"), "is not a field name"));
        }
        let value = text(&format!("adif.{name}"), value)?;
        edits.push(FieldEdit::Adif {
            name: name.to_ascii_uppercase().into(),
            value,
        });
    }
    Ok(())
}

/// Sets an ADIF field; `strict` refuses what would be kept aside as text.
fn set(
    record: &mut StoredQso,
    field: &str,
    adif: &str,
    value: Option<&str>,
    strict: bool,
) -> Result<(), Error> {
    let mut defects = Vec::new();
    record.qso.set(adif, value.unwrap_or_default(), &mut defects);
    let refused = |defect: &&Defect| {
        defect.severity == Severity::Error || strict && ["unusable", "kept-as-text"].contains(&defect.code)
    };
    match defects.iter().find(refused) {
        Some(defect) => Err(Error::invalid(field, &defect.text)),
        None => Ok(()),
    }
}

/// Moves the contact; an end keeps its distance.
fn start_at(record: &mut StoredQso, start: Timestamp) -> Result<(), Error> {
    let whole = Timestamp::from_second(start.as_second()).map_err(|e| Error::invalid("start", e))?;
    let moved = whole.duration_since(record.qso.start);
    record.qso.start = whole;
    if let Some(end) = record.qso.end {
        record.qso.end = Some(end.checked_add(moved).map_err(|e| Error::invalid("start", e))?);
    }
    Ok(())
}

/// A frequency of another band than the one just set says nothing any more.
fn drop_strange_frequency(record: &mut StoredQso) {
    if record
        .qso
        .freq
        .and_then(Band::of)
        .is_some_and(|band| band != record.qso.band)
    {
        record.qso.freq = None;
    }
}

fn megahertz(hertz: Option<u64>) -> Option<String> {
    hertz.map(|hertz| Hertz::new(hertz).to_mhz_text())
}

fn time(name: &str, value: &Value) -> Result<Option<Timestamp>, Error> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => match text.parse() {
            Ok(at) => Ok(Some(at)),
            Err(_) => Err(Error::invalid(name, "is not a time such as 2026-11-21T09:32:02Z")),
        },
        _ => Err(Error::invalid(name, "is a time as text")),
    }
}

fn number(name: &str, value: &Value) -> Result<Option<u64>, Error> {
    match value {
        Value::Null => Ok(None),
        Value::Number(number) => match number.as_u64() {
            Some(number) => Ok(Some(number)),
            None => Err(Error::invalid(name, "is not a whole number")),
        },
        _ => Err(Error::invalid(name, "is a number")),
    }
}

/// Texts; numbers as their digits, lists joined by commas, both as ADIF writes them.
fn text(name: &str, value: &Value) -> Result<Option<String>, Error> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        Value::Number(number) => Ok(Some(number.to_string())),
        Value::Bool(yes) => Ok(Some(if *yes { "Y" } else { "N" }.to_owned())),
        Value::Array(items) => {
            let items: Result<Vec<_>, _> = items.iter().map(|item| text(name, item)).collect();
            Ok(Some(items?.into_iter().flatten().collect::<Vec<_>>().join(",")))
        }
        Value::Object(_) => Err(Error::invalid(name, "is a text")),
    }
}
