//! Writing logs: ADI and ADX, to the letter of the specification.
//!
//! Lengths are bytes, lines end with CR LF, text is UTF-8. A writer appends to a text and knows no file, so that an
//! export is streamed in pieces; a header comes first, then contacts, then the end.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::Offset;

use super::{FieldId, UserDef};
use crate::ham::qso::{AdifField, Qso};

/// The version of the specification that is written.
pub const ADIF_VERSION: &str = "3.1.7";
const PROGRAM: &str = "Shackbox";
const FITS: &str = "a String takes all that is written to it";

/// What the header of an export says.
#[derive(Debug, Clone)]
pub struct LogHeader<'a> {
    /// When the export was made.
    pub created: Timestamp,
    /// Version of this program.
    pub version: &'a str,
    /// User-defined fields in use.
    pub userdefs: &'a [UserDef],
}

impl LogHeader<'_> {
    fn fields(&self) -> [(&'static str, String); 4] {
        let at = Offset::UTC.to_datetime(self.created);
        let created = format!(
            "{:04}{:02}{:02} {:02}{:02}{:02}",
            at.year(),
            at.month(),
            at.day(),
            at.hour(),
            at.minute(),
            at.second()
        );
        [
            ("ADIF_VER", ADIF_VERSION.to_owned()),
            ("CREATED_TIMESTAMP", created),
            ("PROGRAMID", PROGRAM.to_owned()),
            ("PROGRAMVERSION", self.version.to_owned()),
        ]
    }
}

/// Writes ADI.
#[derive(Debug, Clone, Copy, Default)]
pub struct AdiWriter;

impl AdiWriter {
    /// The header.
    pub fn header(self, header: &LogHeader<'_>, out: &mut String) {
        out.push_str("Log exported by Shackbox\r\n");
        for (name, value) in header.fields() {
            adi_field(name, &value, None, out);
            out.push_str("\r\n");
        }
        for (number, def) in header.userdefs.iter().enumerate() {
            let comma = if def.values.is_empty() { "" } else { "," };
            let value = format!("{}{comma}{}", def.name, def.values);
            adi_field(&format!("USERDEF{}", number + 1), &value, def.kind, out);
            out.push_str("\r\n");
        }
        out.push_str("<EOH>\r\n");
    }

    /// One contact.
    pub fn qso(self, qso: &Qso, out: &mut String) {
        self.fields(qso.adif_fields(), out);
    }

    /// One record of any fields.
    pub fn fields<'a>(self, fields: impl Iterator<Item = AdifField<'a>>, out: &mut String) {
        for field in fields {
            adi_field(&field.name, &field.value, field.kind, out);
            out.push(' ');
        }
        out.push_str("<EOR>\r\n");
    }

    /// The end of the log: nothing in ADI.
    pub fn end(self, _out: &mut String) {}
}

fn adi_field(name: &str, value: &str, kind: Option<char>, out: &mut String) {
    match kind {
        Some(kind) => write!(out, "<{name}:{}:{kind}>{value}", value.len()).expect(FITS),
        None => write!(out, "<{name}:{}>{value}", value.len()).expect(FITS),
    }
}

/// Writes ADX.
#[derive(Debug, Clone, Copy, Default)]
pub struct AdxWriter;

impl AdxWriter {
    /// The header, and the begin of the records.
    pub fn header(self, header: &LogHeader<'_>, out: &mut String) {
        out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<ADX>\r\n<HEADER>\r\n");
        for (name, value) in header.fields() {
            write!(out, "<{name}>{}</{name}>\r\n", Escaped(&value)).expect(FITS);
        }
        for (number, def) in header.userdefs.iter().enumerate() {
            write!(
                out,
                "<USERDEF FIELDID=\"{}\" TYPE=\"{}\"",
                number + 1,
                def.kind.unwrap_or('S')
            )
            .expect(FITS);
            if !def.values.is_empty() {
                // A range is two numbers with a colon, everything else is a list.
                let which = if def.values.contains(':') { "RANGE" } else { "ENUM" };
                write!(out, " {which}=\"{}\"", Escaped(&def.values)).expect(FITS);
            }
            write!(out, ">{}</USERDEF>\r\n", Escaped(&def.name)).expect(FITS);
        }
        out.push_str("</HEADER>\r\n<RECORDS>\r\n");
    }

    /// One contact.
    pub fn qso(self, qso: &Qso, out: &mut String) {
        self.fields(qso.adif_fields(), out);
    }

    /// One record of any fields.
    pub fn fields<'a>(self, fields: impl Iterator<Item = AdifField<'a>>, out: &mut String) {
        out.push_str("<RECORD>");
        for field in fields {
            adx_field(&field, out);
        }
        out.push_str("</RECORD>\r\n");
    }

    /// The end of the log.
    pub fn end(self, out: &mut String) {
        out.push_str("</RECORDS>\r\n</ADX>\r\n");
    }
}

fn adx_field(field: &AdifField<'_>, out: &mut String) {
    let (name, value) = (&*field.name, Escaped(&field.value));
    if FieldId::find(name.as_bytes()).is_some() {
        write!(out, "<{name}>{value}</{name}>").expect(FITS);
        return;
    }
    let app = name.strip_prefix("APP_").and_then(|rest| rest.split_once('_'));
    match app.filter(|(program, field)| !program.is_empty() && !field.is_empty()) {
        Some((program, app_field)) => {
            write!(
                out,
                "<APP PROGRAMID=\"{}\" FIELDNAME=\"{}\"",
                Escaped(program),
                Escaped(app_field)
            )
            .expect(FITS);
            if let Some(kind) = field.kind {
                write!(out, " TYPE=\"{kind}\"").expect(FITS);
            }
            write!(out, ">{value}</APP>").expect(FITS);
        }
        None => write!(out, "<USERDEF FIELDNAME=\"{}\">{value}</USERDEF>", Escaped(name)).expect(FITS),
    }
}

/// A text as XML may hold it: markup and carriage returns as references, other control characters left out.
struct Escaped<'a>(&'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                // A reader would turn a bare one into a line feed (XML 1.0, 2.11).
                '\r' => f.write_str("&#13;")?,
                '\n' | '\t' => f.write_char(character)?,
                '\u{FFFE}' | '\u{FFFF}' => {}
                other if other.is_control() => {}
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}
