//! The table built into the program, `assets/ham/dxcc.tbl`.
//!
//! `assets/ham/make_dxcc_table.py` writes it and describes its lines. Its deleted entities and dates also
//! serve country files fetched later, which describe only the present ([`History`]), as do the zones of call
//! areas that AD1C's CSV leaves to the reading program.

use std::str::SplitAsciiWhitespace;

use jiff::civil::Date;
use smol_str::SmolStr;

use super::{
    Resolver, TableError, TableKind,
    builder::{Builder, Ruling, Verdict},
    entity::{Entity, EntityId, Place, Span},
    index::Key,
};
use crate::ham::geo::LatLon;

const TABLE: &str = include_str!("../../../assets/ham/dxcc.tbl");

/// What the embedded table knows beyond the country file it was made from.
#[derive(Default)]
pub(super) struct History {
    pub(super) deleted: Vec<Entity>,
    first_days: Vec<(EntityId, Span)>,
    lines: Vec<Past>,
    /// Prefixes with zones that AD1C's CSV leaves to the reading program.
    details: Vec<(&'static str, Place)>,
    /// Primary prefix (upper case) and number of every entity and part, for files without numbers.
    pub(super) numbers: Vec<(SmolStr, EntityId)>,
}

struct Past {
    kind: u8,
    key: &'static str,
    id: u16,
    span: Span,
}

impl History {
    /// Adds validity, deleted entities, earlier prefixes and dated operations to a table of the present.
    pub(super) fn apply(&self, to: &mut Builder) {
        to.add_details(&self.details);
        to.entities.extend(self.deleted.iter().cloned());
        for &(id, span) in &self.first_days {
            if let Some(entity) = to.entities.iter_mut().find(|entity| entity.id == id) {
                entity.valid_from = span.start();
            }
        }
        // What has dates stands above what the country file says about the call at all times.
        let dated = |key: &Key| {
            self.lines
                .iter()
                .any(|past| past.kind == b'c' && Key::new(past.key.as_bytes()) == Some(*key))
        };
        to.calls.retain(|row| !dated(&row.key));
        for past in &self.lines {
            let place = to.entity(EntityId(past.id)).map(Entity::place);
            match (past.kind, place) {
                (b'h', Some(place)) => to.history(past.key, past.span, place),
                (b's', Some(place)) => to.prefix(past.key, past.span, place),
                (b'c', place) => {
                    let verdict = place.map_or(Verdict::Invalid, Verdict::Place);
                    to.call(past.key, past.span, Ruling { dated: true, verdict });
                }
                _ => {}
            }
        }
    }
}

/// Parses the embedded table.
pub(super) fn resolver() -> Result<Resolver, TableError> {
    let (mut builder, history, release) = parse(TABLE)?;
    history.apply(&mut builder);
    builder.finish(TableKind::Embedded, release)
}

/// The dates of the embedded table.
pub(super) fn history() -> Result<History, TableError> {
    parse(TABLE).map(|(_, history, _)| history)
}

fn parse(text: &'static str) -> Result<(Builder, History, Option<Date>), TableError> {
    let mut reader = Reader {
        builder: Builder::default(),
        history: History::default(),
        release: None,
        main: None,
        place: None,
    };
    for (n, line) in text.lines().enumerate() {
        let mut words = line.split_ascii_whitespace();
        let Some(kind) = words.next() else { continue };
        reader
            .line(kind, &mut words)
            .ok_or_else(|| TableError::at(n + 1, format!("not understood: {line:?}")))?;
    }
    Ok((reader.builder, reader.history, reader.release))
}

struct Reader {
    builder: Builder,
    history: History,
    release: Option<Date>,
    /// The entity or part the following lines belong to.
    main: Option<Place>,
    /// The same with the overrides of the last `z` line.
    place: Option<Place>,
}

type Words<'a> = SplitAsciiWhitespace<'a>;

impl Reader {
    fn line(&mut self, kind: &str, words: &mut Words<'static>) -> Option<()> {
        match kind {
            "#" => {}
            "table" => self.release = Some(words.next()?.parse().ok()?),
            "d" => {
                let (mut entity, _) = entity(words, true)?;
                entity.deleted = true;
                self.history.deleted.push(entity);
            }
            "e" | "w" => self.start(kind == "e", words)?,
            "z" => self.place = Some(overridden(self.main?, words)?),
            "p" => {
                let place = self.place?;
                words.for_each(|prefix| self.builder.prefix(prefix, Span::ALWAYS, place));
            }
            "y" => {
                let place = self.place?;
                self.history.details.extend(words.map(|prefix| (prefix, place)));
            }
            "x" => {
                let ruling = Ruling {
                    dated: false,
                    verdict: Verdict::Place(self.place?),
                };
                words.for_each(|call| self.builder.call(call, Span::ALWAYS, ruling));
            }
            "v" => {
                let id = EntityId(words.next()?.parse().ok()?);
                self.history.first_days.push((id, Span::days(date(words)?, None)));
            }
            "h" | "s" | "c" => {
                let (key, id) = (words.next()?, words.next()?.parse().ok()?);
                let span = Span::days(date(words)?, date(words)?);
                self.history.lines.push(Past {
                    kind: kind.as_bytes()[0],
                    key,
                    id,
                    span,
                });
            }
            _ => return None,
        }
        Some(())
    }

    fn start(&mut self, whole: bool, words: &mut Words<'static>) -> Option<()> {
        let (entity, prefix) = entity(words, false)?;
        let place = entity.place();
        if is_slash_key(prefix) {
            self.builder.prefix(prefix, Span::ALWAYS, place);
        }
        self.history.numbers.push((prefix.into(), entity.id));
        (self.main, self.place) = (Some(place), Some(place));
        if whole {
            self.builder.entities.push(entity);
        }
        Some(())
    }
}

/// Whether a primary prefix such as `3D2/R` stands for "calls of 3D2 with /R".
pub(super) fn is_slash_key(prefix: &str) -> bool {
    matches!(prefix.split_once('/'), Some((left, right)) if left.len() > 1 && right.len() == 1)
}

fn entity(words: &mut Words<'static>, dated: bool) -> Option<(Entity, &'static str)> {
    let id = EntityId(words.next()?.parse().ok()?);
    let prefix = words.next()?;
    let continent = words.next()?.parse().ok()?;
    let (cq_zone, itu_zone) = (words.next()?.parse().ok()?, number(words)?);
    let position = LatLon::new(words.next()?.parse().ok()?, words.next()?.parse().ok()?).ok()?;
    let span = if dated {
        Span::days(date(words)?, date(words)?)
    } else {
        Span::ALWAYS
    };
    let name = words.collect::<Vec<_>>().join(" ").into();
    let entity = Entity {
        id,
        name,
        prefix: prefix.into(),
        continent,
        cq_zone,
        itu_zone,
        position,
        deleted: false,
        valid_from: span.start(),
        valid_until: span.end(),
        listed_calls_only: None,
    };
    Some((entity, prefix))
}

fn overridden(main: Place, words: &mut Words<'_>) -> Option<Place> {
    let (cq, itu) = (number(words)?, number(words)?);
    let (lat, lon, continent) = (words.next()?, words.next()?, words.next()?);
    let position = match lat {
        "-" => main.position,
        _ => LatLon::new(lat.parse().ok()?, lon.parse().ok()?).ok()?,
    };
    let continent = if continent == "-" {
        main.continent
    } else {
        continent.parse().ok()?
    };
    Some(Place {
        cq_zone: cq.unwrap_or(main.cq_zone),
        itu_zone: itu.or(main.itu_zone),
        position,
        continent,
        ..main
    })
}

/// A number, or nothing for `-`; the outer `None` is an error.
#[expect(clippy::option_option, reason = "absent and wrong are two things")]
fn number(words: &mut Words<'_>) -> Option<Option<u8>> {
    match words.next()? {
        "-" => Some(None),
        word => word.parse().ok().map(Some),
    }
}

/// A date, or nothing for `-`; the outer `None` is an error.
#[expect(clippy::option_option, reason = "absent and wrong are two things")]
fn date(words: &mut Words<'_>) -> Option<Option<Date>> {
    match words.next()? {
        "-" => Some(None),
        word => word.parse().ok().map(Some),
    }
}
