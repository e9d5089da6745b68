//! ADX: finding records in XML, and the fields in them.
//!
//! Each `RECORD` element is cut out of the stream and parsed by itself, so that one which is not well-formed does
//! not take the rest of the log with it, and reading can go on at any record. Document types and entities are
//! refused: a log needs none, and they are how XML attacks work.

use memchr::{memchr, memmem};
use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use smol_str::SmolStr;

use super::adi::{Ending, MOST_FIELDS, Scanned, Seen};
use super::{Field, FieldName, UserDef, value};

/// What comes next in the document.
pub(super) enum Item {
    /// Bytes that mean nothing to us.
    Skip(usize),
    /// A header of so many bytes, which begins here.
    Header(usize),
    /// A record of so many bytes, which begins here; false if its end is missing.
    Record(usize, bool),
    /// A document type or an entity definition.
    Refused,
    /// More bytes are needed to tell.
    Need,
    /// The end.
    End,
}

/// Tells what the bytes begin with; `last` if no more come.
pub(super) fn next(bytes: &[u8], last: bool) -> Item {
    let Some(at) = memchr(b'<', bytes) else {
        return if last {
            Item::End
        } else {
            Item::Skip(bytes.len().max(1))
        };
    };
    if at > 0 {
        return Item::Skip(at);
    }
    // Long enough for the longest word looked for.
    if bytes.len() < 10 && !last {
        return Item::Need;
    }
    let end = if bytes.starts_with(b"<!--") {
        memmem::find(bytes, b"-->").map(|end| end + 3)
    } else if bytes.starts_with(b"<!") {
        return Item::Refused;
    } else if is_element(bytes, b"<RECORD") || is_element(bytes, b"<HEADER") {
        return element(bytes, last);
    } else {
        memchr(b'>', bytes).map(|end| end + 1)
    };
    match end {
        Some(end) => Item::Skip(end),
        None if last => Item::End,
        None => Item::Need,
    }
}

fn is_element(bytes: &[u8], start: &[u8]) -> bool {
    bytes.starts_with(start)
        && matches!(
            bytes.get(start.len()),
            Some(b'>' | b'/' | b' ' | b'\t' | b'\r' | b'\n')
        )
}

/// The whole element, which ends with its end tag, or before the next record if that is missing.
fn element(bytes: &[u8], last: bool) -> Item {
    let is_record = bytes.starts_with(b"<RECORD");
    let whole = |end: usize, closed: bool| {
        if is_record {
            Item::Record(end, closed)
        } else {
            Item::Header(end)
        }
    };
    let missing = if last {
        whole(bytes.len(), false)
    } else {
        Item::Need
    };
    let Some(open) = memchr(b'>', bytes) else {
        return missing;
    };
    if bytes[open - 1] == b'/' {
        return Item::Skip(open + 1);
    }
    let (close, next): (&[u8], &[u8]) = if is_record {
        (b"</RECORD", b"<RECORD")
    } else {
        (b"</HEADER", b"<RECORDS")
    };
    let mut at = open + 1;
    while let Some(found) = memchr(b'<', &bytes[at..]) {
        at += found;
        let rest = &bytes[at..];
        let skipped = if rest.starts_with(b"<![CDATA[") {
            memmem::find(rest, b"]]>")
        } else if rest.starts_with(b"<!--") {
            memmem::find(rest, b"-->")
        } else if rest.starts_with(close) && !rest.starts_with(b"</RECORDS") {
            return match memchr(b'>', rest) {
                Some(end) => whole(at + end + 1, true),
                None => missing,
            };
        } else if is_element(rest, next) || rest.starts_with(b"</RECORDS") {
            return whole(at, false);
        } else if rest.len() < 10 && !last {
            return Item::Need;
        } else {
            Some(1)
        };
        match skipped {
            Some(length) => at += length,
            None => return missing,
        }
    }
    missing
}

/// What was in an element.
pub(super) struct Element {
    pub(super) scanned: Scanned,
    pub(super) userdefs: Vec<UserDef>,
    /// Why the rest could not be read.
    pub(super) fault: Option<String>,
}

/// Reads the fields of a whole `RECORD` or `HEADER` element.
pub(super) fn fields(element: &[u8]) -> Element {
    let (decoded, was_not_utf8) = value::decode(element);
    let scanned = Scanned {
        fields: Vec::new(),
        defects: Vec::new(),
        begin: 0,
        end: element.len(),
        ending: Ending::Eor,
        not_utf8: was_not_utf8.then_some(0),
    };
    let mut parser = Parser {
        element: Element {
            scanned,
            userdefs: Vec::new(),
            fault: None,
        },
        seen: Seen::default(),
        open: None,
        depth: 0,
    };
    let mut reader = Reader::from_str(&decoded);
    loop {
        let at = usize::try_from(reader.buffer_position())
            .unwrap_or(usize::MAX)
            .min(element.len());
        match reader
            .read_event()
            .map_err(|e| e.to_string())
            .and_then(|event| parser.step(event, at))
        {
            Ok(true) => {}
            Ok(false) => return parser.element,
            Err(fault) => {
                parser.element.fault = Some(fault);
                return parser.element;
            }
        }
    }
}

struct Parser {
    element: Element,
    seen: Seen,
    open: Option<Open>,
    depth: u32,
}

/// A field element whose end has not come yet.
struct Open {
    name: Option<FieldName>,
    kind: Option<char>,
    definition: Option<SmolStr>,
    text: String,
    at: usize,
}

impl Parser {
    /// Takes one event; false at the end.
    fn step(&mut self, event: Event<'_>, at: usize) -> Result<bool, String> {
        match event {
            Event::Start(start) => {
                self.depth += 1;
                if self.depth == 2 {
                    self.open = Some(Open::new(&start, at)?);
                }
            }
            Event::End(_) => {
                self.depth -= 1;
                if self.depth == 1
                    && let Some(open) = self.open.take()
                {
                    self.close(open);
                }
            }
            Event::Text(text) => self.append(&text.xml10_content()),
            Event::CData(text) => self.append(&text.into_inner()),
            Event::GeneralRef(entity) => self.append(&resolve(&entity)?),
            Event::DocType(_) => return Err("document types are refused".to_owned()),
            Event::Eof if self.depth > 0 => return Err("an element is not closed".to_owned()),
            Event::Eof => return Ok(false),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
        Ok(true)
    }

    fn append(&mut self, text: &str) {
        if self.depth == 2
            && let Some(open) = &mut self.open
        {
            open.text.push_str(text);
        }
    }

    fn close(&mut self, open: Open) {
        let Some(name) = open.name else { return };
        let scanned = &mut self.element.scanned;
        let text = value::clean(&open.text);
        if text.had_controls {
            scanned.tell(
                open.at,
                super::Defect::warning("control", "control characters were dropped"),
                &name,
            );
        }
        if let Some(values) = open.definition {
            let def = UserDef::parse(&text.value, open.kind).map(|def| UserDef { values, ..def });
            self.element.userdefs.extend(def);
        } else if scanned.fields.len() < MOST_FIELDS {
            scanned.put(
                Field {
                    name,
                    value: text.value,
                    kind: open.kind,
                },
                open.at,
                &mut self.seen,
            );
        } else {
            scanned.ending = Ending::Full;
        }
    }
}

impl Open {
    fn new(start: &BytesStart<'_>, at: usize) -> Result<Self, String> {
        let attribute = |name: &str| -> Result<Option<SmolStr>, String> {
            let found = start.try_get_attribute(name).map_err(|e| e.to_string())?;
            let value = found
                .map(|a| a.normalized_value(XmlVersion::Implicit1_0))
                .transpose();
            value
                .map(|value| value.map(SmolStr::from))
                .map_err(|e| e.to_string())
        };
        let element = start.name();
        let tag = element.as_ref();
        let kind = attribute("TYPE")?
            .and_then(|kind| kind.chars().next())
            .filter(char::is_ascii_alphabetic);
        let mut definition = None;
        let name = match tag.to_ascii_uppercase().as_str() {
            "APP" => {
                let (program, field) = (attribute("PROGRAMID")?, attribute("FIELDNAME")?);
                program
                    .zip(field)
                    .map(|(program, field)| format!("APP_{program}_{field}"))
            }
            "USERDEF" => {
                let field = attribute("FIELDNAME")?;
                if field.is_none() {
                    definition = Some(attribute("ENUM")?.or(attribute("RANGE")?).unwrap_or_default());
                }
                Some(field.map_or_else(|| "USERDEF".to_owned(), String::from))
            }
            _ => Some(tag.to_owned()),
        };
        let name = name
            .filter(|name| value::is_name(name))
            .map(|name| FieldName::new(&name));
        Ok(Self {
            name,
            kind: kind.map(|k| k.to_ascii_uppercase()),
            definition,
            text: String::new(),
            at,
        })
    }
}

/// The character of a reference: XML's own five and numbers, nothing defined.
fn resolve(entity: &BytesRef<'_>) -> Result<String, String> {
    let name: &str = entity;
    if let Some(character) = entity.resolve_char_ref().map_err(|e| e.to_string())? {
        return Ok(character.to_string());
    }
    match name {
        "lt" => Ok("<".to_owned()),
        "gt" => Ok(">".to_owned()),
        "amp" => Ok("&".to_owned()),
        "apos" => Ok("'".to_owned()),
        "quot" => Ok("\"".to_owned()),
        _ => Err(format!("entity {name:?} is refused")),
    }
}
