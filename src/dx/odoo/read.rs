//! XML-RPC calls, read from bytes: the forms that Python's client sends, and those that others do.
//!
//! An error never repeats what was sent: bodies hold passwords.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use jiff::civil::DateTime;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

use super::value::{DEEPEST, MOST, Value};

/// A call as it came.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Method {
    pub(crate) name: String,
    pub(crate) params: Vec<Value>,
}

/// The body is no call; says what is wrong and nothing of what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an XML-RPC call: {0}")]
pub(crate) struct NotACall(&'static str);

/// Reads a call.
pub(crate) fn method_call(body: &[u8]) -> Result<Method, NotACall> {
    // Python sends control characters as they are, and some send Latin-1 in spite of the head.
    let text = String::from_utf8_lossy(body);
    let mut reader = Reader::from_str(&text);
    reader.config_mut().expand_empty_elements = true;
    let mut parser = Parser { reader, values: 0 };
    parser.open("methodCall")?;
    parser.open("methodName")?;
    let name = parser.text_to_end()?.trim().to_owned();
    let mut params = Vec::new();
    if let Token::Open(tag) = parser.next()? {
        if tag != "params" {
            return Err(NotACall("expected params"));
        }
        while let Token::Open(tag) = parser.next()? {
            if tag != "param" {
                return Err(NotACall("expected param"));
            }
            parser.open("value")?;
            params.push(parser.value(0)?);
            parser.close()?;
        }
        parser.close()?;
    }
    Ok(Method { name, params })
}

enum Token {
    Open(String),
    Close,
}

struct Parser<'t> {
    reader: Reader<&'t [u8]>,
    values: usize,
}

impl<'t> Parser<'t> {
    fn event(&mut self) -> Result<Event<'t>, NotACall> {
        match self.reader.read_event() {
            Ok(Event::DocType(_)) => Err(NotACall("document types are not taken")),
            Ok(Event::Eof) => Err(NotACall("it ends too early")),
            Ok(event) => Ok(event),
            Err(_) => Err(NotACall("it is not well-formed")),
        }
    }

    /// The next tag; blanks, comments and declarations between are passed over. An empty element is opened, and closed
    /// by its own next token.
    fn next(&mut self) -> Result<Token, NotACall> {
        loop {
            match self.event()? {
                Event::Start(tag) => return Ok(Token::Open(tag.local_name().as_ref().to_owned())),
                Event::End(_) => return Ok(Token::Close),
                Event::Text(text) if text.xml10_content().trim().is_empty() => {}
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
                _ => return Err(NotACall("text where none belongs")),
            }
        }
    }

    fn open(&mut self, wanted: &'static str) -> Result<(), NotACall> {
        match self.next()? {
            Token::Open(tag) if tag == wanted => Ok(()),
            _ => Err(NotACall("an element is missing")),
        }
    }

    fn close(&mut self) -> Result<(), NotACall> {
        match self.next()? {
            Token::Close => Ok(()),
            Token::Open(_) => Err(NotACall("an element too many")),
        }
    }

    /// Text up to the end of the element that is open.
    fn text_to_end(&mut self) -> Result<String, NotACall> {
        let mut text = String::new();
        loop {
            match self.event()? {
                Event::Text(part) => text.push_str(&part.xml10_content()),
                Event::CData(part) => text.push_str(&part.into_inner()),
                Event::GeneralRef(entity) => text.push_str(&resolve(&entity)?),
                Event::End(_) => return Ok(text),
                Event::Comment(_) | Event::PI(_) => {}
                _ => return Err(NotACall("an element inside a text")),
            }
        }
    }

    /// What stands in a `value` that is open, up to its end.
    fn value(&mut self, depth: usize) -> Result<Value, NotACall> {
        self.values += 1;
        if depth >= DEEPEST {
            return Err(NotACall("values too deep in one another"));
        }
        if self.values > MOST {
            return Err(NotACall("too many values"));
        }
        let mut text = String::new();
        loop {
            let tag = match self.event()? {
                Event::Text(part) => {
                    text.push_str(&part.xml10_content());
                    continue;
                }
                Event::CData(part) => {
                    text.push_str(&part.into_inner());
                    continue;
                }
                Event::GeneralRef(entity) => {
                    text.push_str(&resolve(&entity)?);
                    continue;
                }
                Event::Comment(_) | Event::PI(_) => continue,
                // Without a type it is a text.
                Event::End(_) => return Ok(Value::Text(text)),
                Event::Start(tag) => tag.local_name().as_ref().to_owned(),
                _ => return Err(NotACall("an unknown piece of XML")),
            };
            if !text.trim().is_empty() {
                return Err(NotACall("text beside a typed value"));
            }
            let value = self.typed(&tag, depth)?;
            self.close()?;
            return Ok(value);
        }
    }

    /// A typed value whose tag is open, up to the tag's end.
    fn typed(&mut self, tag: &str, depth: usize) -> Result<Value, NotACall> {
        match tag {
            "array" => return self.array(depth),
            "struct" => return self.entries(depth),
            _ => {}
        }
        let text = self.text_to_end()?;
        let word = text.trim();
        match tag {
            "string" => Ok(Value::Text(text)),
            "int" | "i1" | "i2" | "i4" | "i8" => {
                let number = word.strip_prefix('+').unwrap_or(word).parse();
                number.map(Value::Int).map_err(|_| NotACall("a number is none"))
            }
            "double" | "float" => {
                let number = word.parse().map_err(|_| NotACall("a number is none"))?;
                Ok(Value::Double(number))
            }
            "boolean" => match word {
                "1" | "true" => Ok(Value::Bool(true)),
                "0" | "false" => Ok(Value::Bool(false)),
                _ => Err(NotACall("a boolean is none")),
            },
            "nil" => Ok(Value::Nil),
            "dateTime.iso8601" | "dateTime" => time(word).map(Value::Time).ok_or(NotACall("a time is none")),
            "base64" => {
                let plain: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
                let bytes = BASE64_STANDARD.decode(plain);
                bytes.map(Value::Bytes).map_err(|_| NotACall("base64 is none"))
            }
            _ => Err(NotACall("a value of an unknown type")),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, NotACall> {
        let mut values = Vec::new();
        match self.next()? {
            Token::Close => return Ok(Value::Array(values)),
            Token::Open(tag) if tag == "data" => {}
            Token::Open(_) => return Err(NotACall("an array without data")),
        }
        while let Token::Open(tag) = self.next()? {
            if tag != "value" {
                return Err(NotACall("an array of something else than values"));
            }
            values.push(self.value(depth + 1)?);
        }
        self.close()?;
        Ok(Value::Array(values))
    }

    fn entries(&mut self, depth: usize) -> Result<Value, NotACall> {
        let mut entries = Vec::new();
        while let Token::Open(tag) = self.next()? {
            if tag != "member" {
                return Err(NotACall("a struct of something else than members"));
            }
            self.open("name")?;
            let name = self.text_to_end()?;
            self.open("value")?;
            entries.push((name, self.value(depth + 1)?));
            self.close()?;
        }
        Ok(Value::Struct(entries))
    }
}

/// `20261121T08:48:00`, with or without hyphens.
fn time(word: &str) -> Option<DateTime> {
    let word = word.trim_end_matches('Z');
    let forms = [
        "%Y%m%dT%H:%M:%S",
        "%Y-%m-%dT%H:%M:%S",
        "%Y%m%dT%H%M%S",
        "%Y-%m-%d %H:%M:%S",
    ];
    forms.iter().find_map(|form| DateTime::strptime(form, word).ok())
}

fn resolve(entity: &BytesRef<'_>) -> Result<String, NotACall> {
    let unknown = NotACall("an entity that XML does not know");
    if let Some(letter) = entity.resolve_char_ref().map_err(|_| unknown)? {
        return Ok(letter.to_string());
    }
    let name: &str = entity;
    quick_xml::escape::resolve_predefined_entity(name)
        .map(str::to_owned)
        .ok_or(unknown)
}
