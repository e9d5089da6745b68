//! A flat XML document: a root with elements of text.
//!
//! Document types are refused, and with them all entities but XML's own. Some programs do not escape `&`:
//! what is not XML is tried once more with every lone ampersand taken for the sign itself.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};
use smol_str::SmolStr;

use crate::relay::logs::qdatastream::lenient;

/// Most elements of a message; real ones have fewer than seventy.
const MOST: usize = 600;
/// Elements in each other; score messages have some.
const DEEPEST: usize = 12;

/// The bytes are no document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is no well-formed XML")]
pub(crate) struct NotXml;

/// A document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Document {
    /// Name of the root element.
    pub(super) root: SmolStr,
    /// Name in lower case and text of the elements right below the root.
    elements: Vec<(String, String)>,
}

impl Document {
    /// Reads a document, with or without a byte order mark.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, NotXml> {
        let text = lenient(bytes);
        let text = text.trim_start_matches('\u{feff}').trim();
        Self::parse(text).or_else(|_| Self::parse(&escaped(text)))
    }

    fn parse(text: &str) -> Result<Self, NotXml> {
        let mut document = Self::default();
        let mut depth = 0_usize;
        let mut reader = Reader::from_str(text);
        loop {
            match reader.read_event().map_err(|_| NotXml)? {
                Event::Start(start) => {
                    depth += 1;
                    if depth > DEEPEST || document.elements.len() >= MOST {
                        return Err(NotXml);
                    }
                    let name = start.local_name();
                    document.open(name.as_ref(), depth)?;
                }
                Event::Empty(empty) if depth > 0 => {
                    if document.elements.len() >= MOST {
                        return Err(NotXml);
                    }
                    let name = empty.local_name();
                    document.open(name.as_ref(), depth + 1)?;
                }
                Event::End(_) => depth = depth.checked_sub(1).ok_or(NotXml)?,
                Event::Text(text) => document.append(&text.xml10_content(), depth),
                Event::CData(text) => document.append(&text.into_inner(), depth),
                Event::GeneralRef(entity) => document.append(&resolve(&entity)?, depth),
                Event::DocType(_) => return Err(NotXml),
                Event::Eof if depth == 0 && !document.root.is_empty() => return Ok(document),
                Event::Eof => return Err(NotXml),
                Event::Empty(empty) => document.root = empty.local_name().as_ref().into(),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
    }

    fn open(&mut self, name: &str, depth: usize) -> Result<(), NotXml> {
        match depth {
            1 if self.root.is_empty() => self.root = name.into(),
            1 => return Err(NotXml),
            2 => self.elements.push((name.to_ascii_lowercase(), String::new())),
            _ => {}
        }
        Ok(())
    }

    fn append(&mut self, text: &str, depth: usize) {
        if depth == 2
            && let Some((_, value)) = self.elements.last_mut()
        {
            value.push_str(text);
        }
    }

    /// The text of the first element of this name (in lower case) without blanks around it; none if nothing
    /// is left.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let found = self.elements.iter().find(|(own, _)| own == name);
        found.map(|(_, text)| text.trim()).filter(|text| !text.is_empty())
    }
}

fn resolve(entity: &BytesRef<'_>) -> Result<String, NotXml> {
    if let Some(letter) = entity.resolve_char_ref().map_err(|_| NotXml)? {
        return Ok(letter.to_string());
    }
    let name: &str = entity;
    quick_xml::escape::resolve_predefined_entity(name)
        .map(str::to_owned)
        .ok_or(NotXml)
}

/// The text with every ampersand escaped that begins none of XML's own references.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..=at]);
        rest = &rest[at + 1..];
        if !is_reference(rest) {
            out.push_str("amp;");
        }
    }
    out.push_str(rest);
    out
}

/// Whether a reference goes on like this behind its ampersand.
fn is_reference(rest: &str) -> bool {
    if ["amp;", "lt;", "gt;", "quot;", "apos;"]
        .iter()
        .any(|name| rest.starts_with(name))
    {
        return true;
    }
    let Some((number, _)) = rest.strip_prefix('#').and_then(|rest| rest.split_once(';')) else {
        return false;
    };
    let code = match number.strip_prefix('x') {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => number.parse(),
    };
    code.is_ok_and(|code| code != 0 && char::from_u32(code).is_some())
}
