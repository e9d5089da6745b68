//! Logs as text, piece by piece: for streams, files and pipes alike.

use std::io::Write;

use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use super::error::Error;
use super::event::LogbookId;
use super::filter::Filter;
use super::read::export::{self, Walk};
use super::stored::StoredQso;
use super::tables::USERDEF;
use crate::ham::adif::{AdiWriter, AdxWriter, LogHeader, UserDef};
use crate::store::{Direction, Rows, Span, Store, StoreError};

/// The two forms of ADIF.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Form {
    #[default]
    Adi,
    Adx,
}

impl Form {
    /// The word the API uses, and the file's ending.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Form::Adi => "adi",
            Form::Adx => "adx",
        }
    }

    /// Content type, and the name under which a browser keeps the file.
    pub(crate) fn headers(self, name: &str) -> [(&'static str, String); 2] {
        let kind = match self {
            Form::Adi => "text/plain; charset=utf-8",
            Form::Adx => "application/xml; charset=utf-8",
        };
        let safe: String = name
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
            .collect();
        let disposition = format!("attachment; filename=\"{safe}.{}\"", self.as_str());
        [
            ("content-type", kind.to_owned()),
            ("content-disposition", disposition),
        ]
    }
}

/// The pieces of one export: header, pages of contacts, end.
#[derive(Clone, Debug)]
pub(crate) struct Pages {
    form: Form,
    userdefs: Vec<UserDef>,
    now: Timestamp,
    begun: bool,
    finished: bool,
}

impl Pages {
    /// An export that has not begun.
    pub(crate) fn new(form: Form, userdefs: Vec<UserDef>, now: Timestamp) -> Pages {
        Pages {
            form,
            userdefs,
            now,
            begun: false,
            finished: false,
        }
    }

    /// Whether the end has been written.
    pub(crate) fn is_finished(&self) -> bool {
        self.finished
    }

    /// The next piece; without contacts the last one.
    pub(crate) fn next(&mut self, records: &[StoredQso]) -> String {
        let mut text = String::with_capacity(256 + records.len() * 400);
        if !self.begun {
            self.begun = true;
            let version = env!("CARGO_PKG_VERSION");
            let header = LogHeader {
                created: self.now,
                version,
                userdefs: &self.userdefs,
            };
            match self.form {
                Form::Adi => AdiWriter.header(&header, &mut text),
                Form::Adx => AdxWriter.header(&header, &mut text),
            }
        }
        for record in records {
            match self.form {
                Form::Adi => AdiWriter.qso(&record.qso, &mut text),
                Form::Adx => AdxWriter.qso(&record.qso, &mut text),
            }
        }
        if records.is_empty() {
            self.finished = true;
            match self.form {
                Form::Adi => AdiWriter.end(&mut text),
                Form::Adx => AdxWriter.end(&mut text),
            }
        }
        text
    }
}

/// The user-defined fields of a logbook.
pub(crate) fn userdefs(r: &impl Rows, book: LogbookId) -> Result<Vec<UserDef>, StoreError> {
    let rows = r.scan(USERDEF, Span::prefix(&(book.0,)), Direction::Forward);
    rows.map(|row| row.map(|(_, def)| def)).collect()
}

/// Why a log could not be written to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteError {
    #[error(transparent)]
    Logbook(#[from] Error),
    #[error("the log could not be written: {0}")]
    Output(#[from] std::io::Error),
}

/// Writes a whole logbook; blocking. Returns how many contacts it holds.
pub(crate) fn write_log(
    store: &Store,
    book: LogbookId,
    form: Form,
    now: Timestamp,
    out: &mut impl Write,
) -> Result<u64, WriteError> {
    let userdefs = store.read_now(|r| Ok::<_, Error>(userdefs(r, book)?))?;
    let mut pages = Pages::new(form, userdefs, now);
    let mut walk = Walk {
        book,
        filter: Filter::default(),
        after: None,
        until: None,
        left: None,
    };
    let mut written = 0;
    while !pages.is_finished() {
        let records = store.read_now(|r| Ok::<_, Error>(export::page(r, &mut walk)?))?;
        out.write_all(pages.next(&records).as_bytes())?;
        written += records.len() as u64;
    }
    out.flush()?;
    Ok(written)
}
