//! AD1C's country files: `cty.csv` and the older `CTY.DAT`.
//!
//! Both list, per entity, prefixes and `=CALL`s with overrides `(cq)[itu]<lat/lon>{cont}~utc~` in any mix.
//! Longitudes are positive west. They describe the present only: deleted entities and dates are added from
//! the embedded table. `CTY.DAT` has no entity numbers, so its entities are found by primary prefix; an
//! entity newer than the embedded table is then an error.

use jiff::civil::Date;

use super::{
    Resolver, TableError, TableKind,
    builder::{Builder, Ruling, Verdict},
    embedded::{self, History},
    entity::{Entity, EntityId, Place, Span},
};
use crate::ham::geo::LatLon;

/// Reads `cty.csv`.
pub(super) fn from_csv(text: &str) -> Result<Resolver, TableError> {
    let mut file = File::new(TableKind::CtyCsv)?;
    for (n, line) in text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
    {
        let wrong = |what: &str| TableError::at(n + 1, format!("{what}: {:?}", shortened(line)));
        let fields: Vec<&str> = line.trim_end().splitn(10, ',').collect();
        let [prefix, name, id, cont, cq, itu, lat, lon, _utc, list] = fields[..] else {
            return Err(wrong("not ten fields"));
        };
        let id = id
            .trim()
            .parse()
            .map(EntityId)
            .map_err(|_| wrong("no entity number"))?;
        let head = Head {
            prefix,
            name,
            id,
            cont,
            cq,
            itu,
            lat,
            lon,
        };
        let place = file
            .start(&head)
            .ok_or_else(|| wrong("zone, continent or position missing"))?;
        for token in list.trim_end_matches([';', ' ']).split_ascii_whitespace() {
            file.token(token, place).ok_or_else(|| wrong(token))?;
        }
    }
    file.finish()
}

/// Reads `CTY.DAT`.
pub(super) fn from_dat(text: &str) -> Result<Resolver, TableError> {
    let mut file = File::new(TableKind::CtyDat)?;
    let mut place = None;
    for (n, line) in text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
    {
        let wrong = |what: &str| TableError::at(n + 1, format!("{what}: {:?}", shortened(line)));
        let Some(list) = place else {
            let fields: Vec<&str> = line.split(':').map(str::trim).collect();
            let [name, cq, itu, cont, lat, lon, _utc, prefix, ""] = fields[..] else {
                return Err(wrong("not an entity line"));
            };
            let id = file
                .number(prefix)
                .ok_or_else(|| wrong("entity not known here"))?;
            let head = Head {
                prefix,
                name,
                id,
                cont,
                cq,
                itu,
                lat,
                lon,
            };
            place = Some(
                file.start(&head)
                    .ok_or_else(|| wrong("zone, continent or position missing"))?,
            );
            continue;
        };
        let line = line.trim();
        for token in line
            .split([',', ';'])
            .map(str::trim)
            .filter(|token| !token.is_empty())
        {
            file.token(token, list).ok_or_else(|| wrong(token))?;
        }
        if line.ends_with(';') {
            place = None;
        }
    }
    file.finish()
}

/// The fields that start an entity, as text.
struct Head<'a> {
    prefix: &'a str,
    name: &'a str,
    id: EntityId,
    cont: &'a str,
    cq: &'a str,
    itu: &'a str,
    lat: &'a str,
    lon: &'a str,
}

struct File {
    kind: TableKind,
    builder: Builder,
    history: History,
    release: Option<Date>,
}

impl File {
    fn new(kind: TableKind) -> Result<Self, TableError> {
        Ok(Self {
            kind,
            builder: Builder::default(),
            history: embedded::history()?,
            release: None,
        })
    }

    /// The number of the entity (or part of one) with this primary prefix.
    fn number(&self, prefix: &str) -> Option<EntityId> {
        let prefix = prefix.trim_start_matches('*');
        self.history
            .numbers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(prefix))
            .map(|&(_, id)| id)
    }

    /// Begins an entity; one marked `*` is part of another and adds none.
    fn start(&mut self, head: &Head<'_>) -> Option<Place> {
        let prefix = head.prefix.trim_start_matches('*').to_ascii_uppercase();
        let entity = Entity {
            id: head.id,
            name: head.name.trim().into(),
            prefix: prefix.as_str().into(),
            continent: head.cont.trim().parse().ok()?,
            cq_zone: head.cq.trim().parse().ok()?,
            itu_zone: head.itu.trim().parse().ok(),
            position: position(head.lat, head.lon)?,
            deleted: false,
            valid_from: None,
            valid_until: None,
            listed_calls_only: None,
        };
        let place = entity.place();
        if embedded::is_slash_key(&prefix) {
            self.builder.prefix(&prefix, Span::ALWAYS, place);
        }
        if !head.prefix.starts_with('*') {
            self.builder.entities.push(entity);
        }
        Some(place)
    }

    /// A prefix or `=CALL` with its overrides.
    fn token(&mut self, token: &str, main: Place) -> Option<()> {
        let (key, whole) = token
            .strip_prefix('=')
            .map_or((token, false), |call| (call, true));
        let end = key
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '/')
            .unwrap_or(key.len());
        let (key, overrides) = key.split_at(end);
        if let Some(rest) = key.strip_prefix("VER").filter(|_| whole) {
            // VER20260915 is the release, VERSION a riddle for people who ask their logging program.
            self.release = Date::strptime("%Y%m%d", rest).ok().or(self.release);
            return Some(());
        }
        let place = overridden(main, overrides)?;
        if key.is_empty() {
            return None;
        }
        if whole {
            let ruling = Ruling {
                dated: false,
                verdict: Verdict::Place(place),
            };
            self.builder.call(key, Span::ALWAYS, ruling);
        } else {
            self.builder.prefix(key, Span::ALWAYS, place);
        }
        Some(())
    }

    fn finish(mut self) -> Result<Resolver, TableError> {
        // An entity deleted since this program was made is still in the embedded list only.
        let present = |id| self.builder.entities.iter().any(|entity| entity.id == id);
        self.history.deleted.retain(|entity| !present(entity.id));
        self.history.apply(&mut self.builder);
        self.builder.finish(self.kind, self.release)
    }
}

/// The place with overrides such as `(33)[37]`; `None` when they are not understood.
fn overridden(mut place: Place, mut overrides: &str) -> Option<Place> {
    while let Some(open) = overrides.chars().next() {
        let close = match open {
            '(' => ')',
            '[' => ']',
            '<' => '>',
            '{' => '}',
            '~' => '~',
            _ => return None,
        };
        let (value, rest) = overrides[1..].split_once(close)?;
        match open {
            '(' => place.cq_zone = value.parse().ok()?,
            '[' => place.itu_zone = Some(value.parse().ok()?),
            '<' => {
                let (lat, lon) = value.split_once('/')?;
                place.position = position(lat, lon)?;
            }
            '{' => place.continent = value.parse().ok()?,
            _ => {}
        }
        overrides = rest;
    }
    Some(place)
}

/// A position with the longitude positive west.
fn position(lat: &str, west: &str) -> Option<LatLon> {
    LatLon::new(lat.trim().parse().ok()?, -west.trim().parse::<f64>().ok()?).ok()
}

fn shortened(line: &str) -> String {
    line.chars().take(60).collect()
}
