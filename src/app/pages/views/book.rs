//! Pages of a logbook: dashboard, table, one contact, entry, import, export.

use askama::Template;

use super::{Form, Frame, Grouped};

/// A contact in a list.
#[derive(Debug, Clone, Default)]
pub(crate) struct QsoRow {
    /// Identifier as the API gives it.
    pub(crate) id: String,
    /// Start, RFC 3339.
    pub(crate) start_iso: String,
    /// Start in words.
    pub(crate) start: String,
    /// The other station.
    pub(crate) call: String,
    /// ADIF band name, for its colour.
    pub(crate) band: String,
    /// Band for the eye: `20 m`.
    pub(crate) band_name: String,
    /// Kilohertz with one or two decimals, empty if not known.
    pub(crate) freq: String,
    /// Submode if there is one, else mode.
    pub(crate) mode: String,
    /// Report sent.
    pub(crate) rst_sent: String,
    /// Report received.
    pub(crate) rst_rcvd: String,
    /// DXCC entity.
    pub(crate) country: String,
    /// Grid locator.
    pub(crate) grid: String,
    /// Operator's name.
    pub(crate) name: String,
}

/// Something the owner should look at.
#[derive(Debug, Clone)]
pub(crate) struct Todo {
    /// Where it is looked at.
    pub(crate) href: String,
    /// What it is.
    pub(crate) text: String,
}

/// `/`
#[derive(Debug, Template)]
#[template(path = "dashboard.html")]
pub(crate) struct DashboardPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// Contacts in the logbook in use.
    pub(crate) qsos: Grouped,
    /// Entities worked.
    pub(crate) entities: Grouped,
    /// Entities confirmed.
    pub(crate) entities_confirmed: Grouped,
    /// Four-character grids worked.
    pub(crate) grids: Grouped,
    /// The last ten.
    pub(crate) last: Vec<QsoRow>,
    /// What is left to do.
    pub(crate) todo: Vec<Todo>,
}

/// `/logbook`
#[derive(Debug, Template)]
#[template(path = "logbook.html")]
pub(crate) struct LogbookPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// The filter's error stands at field `q`.
    pub(crate) form: Form,
    /// The filter.
    pub(crate) q: String,
    /// Contacts that match.
    pub(crate) total: Grouped,
    /// The first fifty, for reading without script.
    pub(crate) rows: Vec<QsoRow>,
    /// Link to the next fifty, empty at the end.
    pub(crate) next_href: String,
}

/// A group of fields of a contact.
#[derive(Debug, Clone)]
pub(crate) struct FieldGroup {
    /// Its heading.
    pub(crate) title: String,
    /// Its fields.
    pub(crate) fields: Vec<Labelled>,
}

/// A label with its value.
#[derive(Debug, Clone)]
pub(crate) struct Labelled {
    /// What it is.
    pub(crate) label: String,
    /// What it says.
    pub(crate) value: String,
}

/// `/logbook/{id}`. Plain POST with `do=edit` and the fields, or `do=delete, confirm`; both with `revision`.
#[derive(Debug, Template)]
#[template(path = "contact.html")]
pub(crate) struct ContactPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// Identifier as the API gives it.
    pub(crate) id: String,
    /// The other station.
    pub(crate) call: String,
    /// One line: time, band, mode.
    pub(crate) summary: String,
    /// All fields.
    pub(crate) groups: Vec<FieldGroup>,
    /// Whether the reader may change it.
    pub(crate) may_edit: bool,
    /// The revision shown; a change of another one is refused.
    pub(crate) revision: u32,
    /// The form for changing it without script.
    pub(crate) form: Form,
}

/// `/logbook/new`. Plain POST to the same path with the fields' names and `logbook`.
#[derive(Debug, Template)]
#[template(path = "new.html")]
pub(crate) struct NewContactPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// What was typed before, or what can be filled in.
    pub(crate) form: Form,
    /// The last ten.
    pub(crate) last: Vec<QsoRow>,
}

/// An import and its outcome.
#[derive(Debug, Clone, Default)]
pub(crate) struct ImportRow {
    /// Its job.
    pub(crate) job: String,
    /// When, RFC 3339.
    pub(crate) at_iso: String,
    /// When, in words.
    pub(crate) at: String,
    /// File name, or what it came from.
    pub(crate) file: String,
    /// New contacts.
    pub(crate) added: Grouped,
    /// Contacts that gained fields.
    pub(crate) merged: Grouped,
    /// Contacts that were here.
    pub(crate) duplicates: Grouped,
    /// Records left out.
    pub(crate) rejected: Grouped,
    /// `queued`, `running`, `done`, `failed`, `cancelled` or `undone`.
    pub(crate) state: String,
    /// The same in words.
    pub(crate) state_word: String,
    /// Records done.
    pub(crate) done: u64,
    /// Records in all.
    pub(crate) total: u64,
    /// Whether this account may undo it now.
    pub(crate) can_undo: bool,
}

/// A record an import left out.
#[derive(Debug, Clone)]
pub(crate) struct RejectRow {
    /// Its number in the file, from 1.
    pub(crate) record: u64,
    /// Its line in the file, from 1.
    pub(crate) line: u64,
    /// Why.
    pub(crate) reason: String,
}

/// What was odd about an imported file, or put right in it.
#[derive(Debug, Clone)]
pub(crate) struct RemarkRow {
    /// The record's number in the file, from 1; empty for the file as a whole.
    pub(crate) record: String,
    /// The line in the file, from 1.
    pub(crate) line: u32,
    /// The field's name, or empty.
    pub(crate) field: String,
    /// What it was.
    pub(crate) text: String,
}

/// `/import`. Plain POST, multipart, with `?logbook=`: `file`.
#[derive(Debug, Template)]
#[template(path = "import.html")]
pub(crate) struct ImportPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// Largest file taken, in words: `50 MiB`.
    pub(crate) max_size: String,
    /// Past imports, newest first.
    pub(crate) imports: Vec<ImportRow>,
}

/// `/import/{job}`. Plain POST with `do=undo`.
#[derive(Debug, Template)]
#[template(path = "import_report.html")]
pub(crate) struct ImportReportPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// The import.
    pub(crate) i: ImportRow,
    /// The first rejected records.
    pub(crate) rejects: Vec<RejectRow>,
    /// Whether there are more than shown.
    pub(crate) more_rejects: bool,
    /// The first remarks.
    pub(crate) remarks: Vec<RemarkRow>,
}

/// `/export`; its form is a GET of the API.
#[derive(Debug, Template)]
#[template(path = "export.html")]
pub(crate) struct ExportPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// First day, ISO, may be empty.
    pub(crate) from: String,
    /// Last day, ISO, may be empty.
    pub(crate) to: String,
    /// The filter.
    pub(crate) q: String,
}
