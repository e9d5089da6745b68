//! The replies of callbooks: small XML documents, read into a list of texts by the elements around them.
//!
//! Document types are refused, and with them every entity but the five of XML itself and numbers: a reply needs
//! none, and they are how XML attacks work. Depth, count and length are bounded.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

/// Elements in each other.
const DEEPEST: usize = 8;
/// Elements in a reply; real ones have fewer than a hundred.
const MOST: usize = 1000;
/// Bytes of a reply; a biography is the longest.
const LONGEST: usize = 2 << 20;

/// The reply is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotRead;

/// A reply.
#[derive(Debug, Default)]
pub(crate) struct Document {
    /// Parent's name, own name, text of each element that has a parent.
    elements: Vec<(String, String, String)>,
}

impl Document {
    /// Reads a reply.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, NotRead> {
        let text = String::from_utf8_lossy(bytes.get(..LONGEST).unwrap_or(bytes));
        let mut document = Self::default();
        let mut open: Vec<(String, String)> = Vec::new();
        let mut reader = Reader::from_str(&text);
        loop {
            match reader.read_event().map_err(|_| NotRead)? {
                Event::Start(start) => {
                    if open.len() == DEEPEST || document.elements.len() == MOST {
                        return Err(NotRead);
                    }
                    let name = start.local_name().as_ref().to_owned();
                    open.push((name, String::new()));
                }
                Event::End(_) => {
                    let (name, text) = open.pop().ok_or(NotRead)?;
                    if let Some((parent, _)) = open.last() {
                        document.elements.push((parent.clone(), name, text));
                    }
                }
                Event::Text(text) => append(&mut open, &text.xml10_content()),
                Event::CData(text) => append(&mut open, &text.into_inner()),
                Event::GeneralRef(entity) => append(&mut open, &resolve(&entity)?),
                Event::DocType(_) => return Err(NotRead),
                Event::Eof if open.is_empty() => return Ok(document),
                Event::Eof => return Err(NotRead),
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
    }

    /// Whether anything stands in an element of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.elements.iter().any(|(around, _, _)| around == name)
    }

    /// The text of the first element of this name in one of that name, without blanks around it; nothing for an empty
    /// one.
    pub(crate) fn text(&self, parent: &str, name: &str) -> Option<&str> {
        let mut found = self.elements.iter();
        let found = found.find(|(around, own, _)| around == parent && own == name);
        found
            .map(|(_, _, text)| text.trim())
            .filter(|text| !text.is_empty())
    }
}

fn append(open: &mut [(String, String)], text: &str) {
    if let Some((_, own)) = open.last_mut() {
        own.push_str(text);
    }
}

fn resolve(entity: &BytesRef<'_>) -> Result<String, NotRead> {
    if let Some(letter) = entity.resolve_char_ref().map_err(|_| NotRead)? {
        return Ok(letter.to_string());
    }
    let name: &str = entity;
    quick_xml::escape::resolve_predefined_entity(name)
        .map(str::to_owned)
        .ok_or(NotRead)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_by_the_element_around_them() {
        let reply = br#"<?xml version="1.0" encoding="utf-8" ?>
            <QRZDatabase version="1.34" xmlns="http://xmldata.qrz.com">
            <Callsign><call>K1ABC</call><name>O&apos;Brien &amp; son &#65;</name><bio/><empty> </empty></Callsign>
            <Session><Key>0123</Key><note><![CDATA[<b>1 & 2</b>]]></note></Session></QRZDatabase>"#;
        let document = Document::read(reply).unwrap();
        assert_eq!(document.text("Callsign", "call"), Some("K1ABC"));
        assert_eq!(document.text("Callsign", "name"), Some("O'Brien & son A"));
        assert_eq!(document.text("Session", "note"), Some("<b>1 & 2</b>"));
        assert_eq!(document.text("Session", "call"), None);
        assert_eq!(document.text("Callsign", "empty"), None);
    }

    #[test]
    fn bombs_and_broken_documents_are_refused() {
        let bomb = b"<!DOCTYPE lolz [<!ENTITY lol \"lol\">]><a><b>&lol;</b></a>";
        assert!(Document::read(bomb).is_err());
        for broken in [
            // Each of the two guards by itself: no document type, and no entity but XML's own.
            &b"<!DOCTYPE a SYSTEM \"http://192.0.2.1/a.dtd\"><a><b>text</b></a>"[..],
            b"<a><b>&outside;</b></a>",
            b"<a><b></a>",
            b"<a>",
            b"</a>",
            &b"<a>".repeat(DEEPEST + 1),
            &[b"<a>".to_vec(), b"<b></b>".repeat(MOST + 1), b"</a>".to_vec()].concat(),
        ] {
            assert!(Document::read(broken).is_err());
        }
    }
}
