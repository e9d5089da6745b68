//! Club Log's country file (`cty.xml`), fetched at run time with the operator's own key.
//!
//! Unlike AD1C's files it has dates: entities, prefixes, exceptions, invalid operations and zone exceptions
//! each with optional start and end. It has no ITU zones; those come from the embedded table when both agree
//! on the entity. Elements not known here are passed over.

use jiff::{Timestamp, civil::Date};
use quick_xml::{Reader, events::Event};
use smol_str::SmolStr;

use super::{
    Resolver, TableError, TableKind,
    builder::{Builder, Ruling, Verdict, title_case},
    embedded,
    entity::{Entity, EntityId, Place, Span},
};
use crate::ham::geo::LatLon;

/// Elements that stand for a row; inside one, `entity` and `prefix` are fields.
const RECORDS: [&str; 5] = ["entity", "exception", "prefix", "invalid", "zone_exception"];

/// Fields of the records, by their number in a [`Record`].
const FIELDS: [&str; 15] = [
    "adif",
    "name",
    "prefix",
    "deleted",
    "cqz",
    "cont",
    "long",
    "lat",
    "start",
    "end",
    "whitelist",
    "whitelist_start",
    "call",
    "entity",
    "zone",
];

/// Reads the XML text, not compressed.
pub(super) fn from_xml(xml: &[u8]) -> Result<Resolver, TableError> {
    let xml = std::str::from_utf8(xml)
        .map_err(|e| TableError::at(line_at(xml, e.valid_up_to()), "not UTF-8 text".to_owned()))?;
    let mut table = Table {
        builder: Builder::default(),
        known: embedded::resolver()?,
        release: None,
    };
    let mut reader = Reader::from_str(xml);
    let mut cursor = Cursor::default();
    loop {
        let event = reader.read_event();
        let at = || {
            line_at(
                xml.as_bytes(),
                usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX),
            )
        };
        match event.map_err(|e| TableError::at(at(), e.to_string()))? {
            Event::Eof => break,
            Event::Start(tag) if tag.name().as_ref() == "clublog" => {
                let date = tag.try_get_attribute("date").ok().flatten();
                table.release = date.and_then(|date| date.value.get(..10)?.parse().ok());
            }
            event => {
                if let Some(kind) = cursor.event(&event) {
                    let wrong = || TableError::at(at(), format!("{kind} not understood"));
                    table.record(kind, &cursor.record).ok_or_else(wrong)?;
                }
            }
        }
    }
    table.finish()
}

/// Where the reader stands: the open record and field.
#[derive(Default)]
struct Cursor {
    kind: Option<&'static str>,
    field: Option<usize>,
    record: Record,
}

impl Cursor {
    /// Takes an event in; gives the kind of a record that is now complete.
    fn event(&mut self, event: &Event<'_>) -> Option<&'static str> {
        match event {
            Event::Start(tag) => {
                let name = tag.name();
                if self.kind.is_some() {
                    self.field = FIELDS.iter().position(|&field| field == name.as_ref());
                } else if let Some(&kind) = RECORDS.iter().find(|&&kind| kind == name.as_ref()) {
                    self.kind = Some(kind);
                    self.record.clear();
                }
            }
            Event::Text(text) => self.text(text),
            Event::CData(text) => self.text(text),
            Event::GeneralRef(name) => {
                if let Ok(Some(c)) = name.resolve_char_ref() {
                    self.text(c.encode_utf8(&mut [0; 4]));
                } else if let Some(text) = quick_xml::escape::resolve_predefined_entity(name) {
                    self.text(text);
                }
            }
            Event::End(tag) => {
                let closed = self.field.take();
                if closed.is_none() && self.kind == Some(tag.name().as_ref()) {
                    return self.kind.take();
                }
            }
            _ => {}
        }
        None
    }

    fn text(&mut self, text: &str) {
        if let Some(field) = self.field {
            self.record.texts[field].push_str(text);
        }
    }
}

/// The fields of one record; absent ones are empty.
#[derive(Default)]
struct Record {
    texts: [String; FIELDS.len()],
}

impl Record {
    fn clear(&mut self) {
        self.texts.iter_mut().for_each(String::clear);
    }

    fn get(&self, field: &str) -> Option<&str> {
        let at = FIELDS.iter().position(|&name| name == field)?;
        Some(self.texts[at].trim()).filter(|text| !text.is_empty())
    }

    fn id(&self) -> Option<u16> {
        self.get("adif")?.parse().ok()
    }

    /// The period; `None` when a date is there but not understood.
    fn span(&self, from: &str, until: &str) -> Option<Span> {
        let second = |field: &str, open: i64| match self.get(field) {
            None => Some(open),
            Some(text) => text.parse().ok().map(Timestamp::as_second),
        };
        Some(Span {
            from: second(from, Span::ALWAYS.from)?,
            until: second(until, Span::ALWAYS.until)?,
        })
    }

    fn position(&self) -> Option<LatLon> {
        LatLon::new(self.get("lat")?.parse().ok()?, self.get("long")?.parse().ok()?).ok()
    }
}

struct Table {
    builder: Builder,
    known: Resolver,
    release: Option<Date>,
}

impl Table {
    /// Adds a record; `None` when something needed is missing or malformed.
    fn record(&mut self, kind: &str, record: &Record) -> Option<()> {
        match kind {
            "entity" => self.entity(record),
            "prefix" => {
                let place = self.place(EntityId(record.id()?), record)?;
                self.builder
                    .prefix(record.get("call")?, record.span("start", "end")?, place);
                Some(())
            }
            "exception" => self.exception(record),
            "invalid" => {
                self.builder
                    .invalid(record.get("call")?, record.span("start", "end")?);
                Some(())
            }
            _ => {
                let zone = record.get("zone")?.parse().ok()?;
                self.builder
                    .zone(record.get("call")?, record.span("start", "end")?, zone);
                Some(())
            }
        }
    }

    fn entity(&mut self, record: &Record) -> Option<()> {
        let id = EntityId(record.id()?);
        let known = self.known.entity(id);
        let span = record.span("start", "end")?;
        let listed = record.get("whitelist") == Some("true");
        let prefix = || record.get("prefix").map(SmolStr::from);
        self.builder.entities.push(Entity {
            id,
            // Club Log writes capitals; the embedded table's names read better.
            name: known.map_or_else(
                || title_case(record.get("name").unwrap_or("?")),
                |known| known.name.clone(),
            ),
            prefix: known.map(|known| known.prefix.clone()).or_else(prefix)?,
            continent: record.get("cont")?.parse().ok()?,
            cq_zone: record.get("cqz")?.parse().ok()?,
            itu_zone: known.and_then(|known| known.itu_zone),
            position: record.position()?,
            deleted: record.get("deleted") == Some("true"),
            valid_from: span.start(),
            valid_until: span.end(),
            listed_calls_only: if listed {
                Some(record.span("whitelist_start", "")?)
            } else {
                None
            },
        });
        Some(())
    }

    fn exception(&mut self, record: &Record) -> Option<()> {
        let verdict = match record.id()? {
            0 => match record.get("entity")? {
                "MARITIME MOBILE" => Verdict::Maritime,
                "AERONAUTICAL MOBILE" => Verdict::Aeronautical,
                "INVALID" => Verdict::Invalid,
                _ => Verdict::NoPlace,
            },
            id => Verdict::Place(self.place(EntityId(id), record)?),
        };
        let ruling = Ruling { dated: true, verdict };
        self.builder
            .call(record.get("call")?, record.span("start", "end")?, ruling);
        Some(())
    }

    /// The place of a row, completed from its entity.
    fn place(&self, id: EntityId, record: &Record) -> Option<Place> {
        let main = self.builder.entity(id)?.place();
        Some(Place {
            continent: record
                .get("cont")
                .and_then(|text| text.parse().ok())
                .unwrap_or(main.continent),
            cq_zone: record
                .get("cqz")
                .and_then(|text| text.parse().ok())
                .unwrap_or(main.cq_zone),
            position: record.position().unwrap_or(main.position),
            // Known per entity only; the embedded table may know better for the call at hand.
            itu_zone: None,
            ..main
        })
    }

    fn finish(self) -> Result<Resolver, TableError> {
        let mut resolver = self.builder.finish(TableKind::ClubLog, self.release)?;
        resolver.itu = Some(Box::new(self.known));
        Ok(resolver)
    }
}

fn line_at(text: &[u8], at: usize) -> usize {
    1 + memchr::memchr_iter(b'\n', &text[..at.min(text.len())]).count()
}
