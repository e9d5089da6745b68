//! Records as they are sent and as they come: relative names, canonical text, remarks.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dns::model::record_id;
use crate::dns::name::Name;
use crate::dns::rdata::{self, RdataError};
use crate::dns::read::SetLine;
use crate::dns::rr::{Rdata, RecordType, Ttl};
use crate::dns::rules::notes::Note;
use crate::dns::rules::{self, notes, owner};
use crate::dns::tables::StoredSet;
use crate::web::Problem;

/// A record.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = DnsRecord)]
pub(crate) struct RecordView {
    /// The same record has the same id; another content is another record.
    #[schema(example = "a3bvkw2hq4zzq5yt")]
    pub(crate) id: String,
    /// Relative to the zone of the path; `@` is its top.
    #[schema(example = "www")]
    pub(crate) name: String,
    #[serde(rename = "type")]
    #[schema(example = "A")]
    pub(crate) kind: String,
    /// Canonical text, with absolute names.
    #[schema(example = "192.0.2.7")]
    pub(crate) content: String,
    #[schema(example = 300)]
    pub(crate) ttl: u32,
    /// When it goes by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) until: Option<Timestamp>,
    /// The name with letters of other alphabets, where it has any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) shown: Option<String>,
    /// What is allowed and perhaps not meant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<NoteView>,
}

/// A remark about a record.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct NoteView {
    pub(crate) code: &'static str,
    pub(crate) text: String,
    /// Whether it is something to be looked at; otherwise it is a badge.
    pub(crate) warning: bool,
}

/// A record to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(crate) struct RecordBody {
    /// Relative to the zone of the path unless it ends in a dot; `@`, the top, where it is left out.
    #[serde(default)]
    #[schema(example = "www")]
    pub(crate) name: String,
    #[serde(rename = "type")]
    #[schema(example = "A")]
    pub(crate) kind: String,
    /// As in a master file; text of TXT records in double quotes.
    #[schema(example = "192.0.2.7")]
    pub(crate) content: String,
    /// Seconds; all records of a name and type have the same. That of the others, or 3600, where it is left out.
    pub(crate) ttl: Option<TtlBody>,
}

/// Seconds: a number, or the same as text.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum TtlBody {
    Number(i64),
    Text(String),
}

impl From<Note> for NoteView {
    fn from(note: Note) -> Self {
        Self {
            code: note.code,
            text: note.text,
            warning: note.warning,
        }
    }
}

/// A record, understood.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) name: Name,
    pub(super) kind: RecordType,
    pub(super) datum: Rdata,
}

impl Record {
    /// Its id.
    pub(super) fn id(&self) -> String {
        record_id(&self.name, self.kind, &self.datum)
    }

    /// How it is shown below `top`.
    pub(super) fn view(&self, top: &Name, ttl: Ttl, until: Option<Timestamp>) -> RecordView {
        let notes = notes::of_record(self.kind, &self.datum, top);
        RecordView {
            id: self.id(),
            name: relative(&self.name, top),
            kind: self.kind.to_string(),
            content: rdata::write(self.kind, &self.datum),
            ttl: ttl.seconds(),
            until,
            shown: owner::shown(&self.name),
            notes: notes.into_iter().map(NoteView::from).collect(),
        }
    }
}

impl RecordView {
    /// With what there is to say of the way it was typed.
    pub(super) fn typed(mut self, record: &Record, text: &str, top: &Name) -> Self {
        let note = notes::of_text(record.kind, &record.datum, text, top);
        self.notes.extend(note.map(NoteView::from));
        self
    }
}

/// A name as it is shown below `top`.
pub(crate) fn relative(name: &Name, top: &Name) -> String {
    name.relative_to(top).unwrap_or_else(|| name.to_string())
}

/// The records of a stored set.
pub(crate) fn records_of(line: &SetLine, top: &Name) -> Vec<RecordView> {
    let records = line.set.records.iter().map(|record| {
        let own = Record {
            name: line.name.clone(),
            kind: line.kind,
            datum: record.datum.clone(),
        };
        own.view(top, line.set.ttl, record.until)
    });
    records.collect()
}

/// The data of a set as texts.
pub(crate) fn contents(kind: RecordType, set: &StoredSet) -> Vec<String> {
    let data = set.records.iter();
    data.map(|record| rdata::write(kind, &record.datum)).collect()
}

/// An owner as it was written, below `top`; `at` is where it stands in the body.
pub(crate) fn name_of(text: &str, top: &Name, at: &str) -> Result<Name, Problem> {
    owner::from_input(text, top).map_err(|text| invalid(at, "name", "name", &text))
}

/// A type as it was written.
pub(crate) fn kind_of(text: &str, at: &str) -> Result<RecordType, Problem> {
    text.trim().parse().map_err(|_| {
        let why = rules::about_unknown_type(text.trim());
        let text = format!("{} {why}", rdata::shown(text.as_bytes()));
        invalid(at, "type", "unknown-type", &text)
    })
}

/// Data as they were written.
pub(super) fn datum_of(kind: RecordType, text: &str, top: &Name, at: &str) -> Result<Rdata, Problem> {
    rdata::read(kind, text, top).map_err(|error| {
        let RdataError { field, rule, .. } = &error;
        let (column, field) = (error.at + 1, *field);
        invalid(at, "content", rule.as_str(), &error.to_string())
            .with("column", column)
            .with("data_field", field)
    })
}

/// A time to live as it was written.
pub(super) fn ttl_of(body: &TtlBody, at: &str) -> Result<Ttl, Problem> {
    let number = match body {
        TtlBody::Number(number) => Some(*number),
        TtlBody::Text(text) => text.trim().parse().ok(),
    };
    let ttl = number
        .and_then(|number| u32::try_from(number).ok())
        .and_then(Ttl::new);
    ttl.ok_or_else(|| invalid(at, "ttl", "number", "a time to live is 0 to 2147483647 seconds"))
}

/// 422 about one field of a record that stands at `at` in the body.
pub(super) fn invalid(at: &str, field: &str, rule: &str, text: &str) -> Problem {
    let place = if at.is_empty() {
        field.to_owned()
    } else {
        format!("{at}.{field}")
    };
    Problem::unprocessable("invalid", format!("{place}: {text}")).rule(place, rule, text)
}
