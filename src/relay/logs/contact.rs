//! A contact as local programs tell it: ADIF fields, each with the way it came.
//!
//! Invariants: call, begin, band and mode are valid and in [`Contact::head`]; the fields are those that `ham`
//! writes of the contact (a mode split from its submode, a band found by its frequency), each name once.
//! Every contact here is one that the appliance's rules take, because they are the same rules.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use smol_str::SmolStr;

use crate::ham::adif::{AdiWriter, Field, FieldName, Record, to_qso};
use crate::ham::band::Band;
use crate::ham::callsign::Callsign;
use crate::ham::mode::Mode;
use crate::ham::qso::{AdifField, Qso};

/// Which way a field came, the most trusted last: where two ways tell different texts, the later one is
/// right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Way {
    /// ADIF by itself: of any program, or of WSJT-X's second server.
    Adif,
    /// ADIF within WSJT-X's own message, type 12: Latin-1 with question marks.
    WsjtxAdif,
    /// ADIF within the JSON of `JS8Call`.
    Js8,
    /// XML of N1MM and of those who write like it.
    N1mm,
    /// WSJT-X's own message, type 5: texts as they were typed.
    Wsjtx,
}

/// One field as told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Told {
    /// ADIF name in upper case.
    #[serde(rename = "n")]
    pub(crate) name: SmolStr,
    /// Text, not blank.
    #[serde(rename = "v")]
    pub(crate) value: SmolStr,
    /// Where it is from.
    #[serde(rename = "w")]
    pub(crate) way: Way,
}

/// What makes a contact this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    /// Call used on the air, where the program said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) station: Option<Callsign>,
    /// The other station.
    pub(crate) call: Callsign,
    /// Begin, whole seconds UTC.
    pub(crate) start: Timestamp,
    /// Band.
    pub(crate) band: Band,
    /// Mode and submode.
    pub(crate) mode: Mode,
}

/// A contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Contact {
    head: Head,
    fields: Vec<Told>,
}

/// The fields of the [`Head`]: what a contact is, and not what is said about it.
const IDENTITY: [&str; 6] = ["CALL", "QSO_DATE", "TIME_ON", "BAND", "MODE", "SUBMODE"];

impl Contact {
    /// A contact of fields that came one way; the error says what it lacks. `now` bounds its date.
    pub(crate) fn of<N: AsRef<str>, V: AsRef<str>>(
        fields: impl IntoIterator<Item = (N, V)>,
        way: Way,
        now: Timestamp,
    ) -> Result<Self, String> {
        let told = |(name, value): (N, V)| Told {
            name: name.as_ref().to_ascii_uppercase().into(),
            value: value.as_ref().into(),
            way,
        };
        Self::read(fields.into_iter().map(told).collect(), now)
    }

    /// A contact of one ADIF record.
    pub(crate) fn of_record(record: &Record, way: Way, now: Timestamp) -> Result<Self, String> {
        let (qso, _) = to_qso(record, now).map_err(|reject| reject.reason)?;
        Ok(Self::of_qso(&qso, |_| way))
    }

    fn read(told: Vec<Told>, now: Timestamp) -> Result<Self, String> {
        let field = |told: &Told| {
            let odd = |c: &char| !c.is_control() || matches!(c, '\r' | '\n' | '\t');
            Field {
                name: FieldName::new(&told.name),
                value: told.value.chars().filter(odd).collect(),
                kind: None,
            }
        };
        let fields = told.iter().map(field).filter(|f| !f.value.trim().is_empty());
        let record = Record {
            fields: fields.collect(),
            number: 1,
            line: 1,
            offset: 0,
            fault: None,
            raw: Box::default(),
        };
        let (qso, _) = to_qso(&record, now).map_err(|reject| reject.reason)?;
        Ok(Self::of_qso(&qso, |name| way_of(&told, name)))
    }

    fn of_qso(qso: &Qso, way: impl Fn(&str) -> Way) -> Self {
        let told = |field: AdifField<'_>| Told {
            way: way(&field.name),
            name: field.name.as_ref().into(),
            value: field.value.as_ref().into(),
        };
        Self {
            head: Head {
                station: qso.station_call.clone(),
                call: qso.call.clone(),
                start: qso.start,
                band: qso.band,
                mode: qso.mode.clone(),
            },
            fields: qso.adif_fields().map(told).collect(),
        }
    }

    /// What makes it this one.
    pub(crate) fn head(&self) -> &Head {
        &self.head
    }

    /// All its fields in the order of a log.
    pub(crate) fn fields(&self) -> &[Told] {
        &self.fields
    }

    /// The text of a field, by its name in upper case.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let told = self.fields.iter().find(|told| told.name == name);
        told.map(|told| told.value.as_str())
    }

    /// Whether anything of it came this way.
    pub(crate) fn came(&self, way: Way) -> bool {
        self.fields.iter().any(|told| told.way == way)
    }

    /// Whether both say the same, whichever way it came.
    pub(crate) fn says_the_same(&self, other: &Self) -> bool {
        fn said(contact: &Contact) -> impl Iterator<Item = (&SmolStr, &SmolStr)> {
            contact.fields.iter().map(|told| (&told.name, &told.value))
        }
        self.head == other.head && said(self).eq(said(other))
    }

    /// One ADIF record: of all forms the one that keeps everything.
    pub(crate) fn to_adif(&self) -> String {
        let field = |told: &'_ Told| AdifField {
            name: told.name.to_string().into(),
            value: told.value.to_string().into(),
            kind: None,
        };
        let mut text = String::with_capacity(32 * self.fields.len());
        AdiWriter.fields(self.fields.iter().map(field), &mut text);
        text
    }

    /// The other telling of the same contact joined to this one: what is lacking is filled in, and texts of a
    /// more trusted way replace others. What contact it is stays.
    pub(crate) fn joined(&self, other: &Self, now: Timestamp) -> Self {
        let mut fields = self.fields.clone();
        for told in &other.fields {
            let stays = IDENTITY.contains(&told.name.as_str());
            match fields.iter_mut().find(|own| own.name == told.name) {
                None => fields.push(told.clone()),
                Some(own) if !stays && told.way >= own.way => own.clone_from(told),
                Some(_) => {}
            }
        }
        // Both were contacts by themselves: that they are none together does not happen, and loses nothing.
        Self::read(fields, now).unwrap_or_else(|_| self.clone())
    }

    /// The contact after the program that told it changed it: its own fields are those of `edited` only, and
    /// those that came other ways stay where `edited` says nothing.
    pub(crate) fn replaced(&self, edited: &Self, now: Timestamp) -> Self {
        let Some(way) = edited.fields.first().map(|told| told.way) else {
            return self.clone();
        };
        let mut fields = edited.fields.clone();
        for told in &self.fields {
            // A mode without submode must not get the old one's.
            let known = IDENTITY.contains(&told.name.as_str());
            let own = told.way == way || known;
            if !own && !fields.iter().any(|new| new.name == told.name) {
                fields.push(told.clone());
            }
        }
        Self::read(fields, now).unwrap_or_else(|_| edited.clone())
    }

    /// The key under which the appliance takes it once: of station, call, begin, band and mode. `generation`
    /// counts how often it was deleted there and logged again, which is another contact to the appliance.
    pub(crate) fn idempotency_key(&self, generation: u32) -> String {
        let Head {
            station,
            call,
            start,
            band,
            mode,
        } = &self.head;
        let station = station.as_ref().map_or("", Callsign::as_str);
        let submode = mode.submode().unwrap_or_default();
        let mut text = format!("{station}\n{call}\n{start}\n{band}\n{}\n{submode}", mode.main());
        if generation > 0 {
            text.push_str(&format!("\n{generation}"));
        }
        let digest = Sha256::digest(text.as_bytes());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The way of a field, or of the field it was made of.
fn way_of(told: &[Told], name: &str) -> Way {
    let find = |name: &str| told.iter().find(|told| told.name == name).map(|told| told.way);
    let source = match name {
        "BAND" => "FREQ",
        "SUBMODE" => "MODE",
        "MODE" => "SUBMODE",
        "QSO_DATE_OFF" => "TIME_OFF",
        other => other.strip_prefix(crate::ham::qso::RAW_PREFIX).unwrap_or(other),
    };
    find(name).or_else(|| find(source)).unwrap_or(Way::Adif)
}
