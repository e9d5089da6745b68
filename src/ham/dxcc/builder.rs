//! Collecting the rows of a table, whatever its format, into a [`Resolver`].

use std::collections::HashMap;

use smol_str::SmolStr;

use super::{
    Resolver, TableError, TableInfo, TableKind,
    entity::{Entity, EntityId, Place, Span},
    index::{Index, Key, Row},
};

/// What a whole call means in a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ruling {
    /// Whether the row names an operation by its dates rather than a call of today.
    pub(super) dated: bool,
    pub(super) verdict: Verdict,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Verdict {
    Place(Place),
    Invalid,
    Maritime,
    Aeronautical,
    /// A satellite, the internet or a repeater is not a place.
    NoPlace,
}

#[derive(Debug, Default)]
pub(super) struct Builder {
    pub(super) entities: Vec<Entity>,
    pub(super) calls: Vec<Row<Ruling>>,
    pub(super) prefixes: Vec<Row<Place>>,
    pub(super) slashes: Vec<Row<Place>>,
    /// Earlier uses of prefixes; they stand before `prefixes`, whose rows have no dates.
    pub(super) history: Vec<Row<Place>>,
    pub(super) invalid: Vec<Row<()>>,
    pub(super) zones: Vec<Row<u8>>,
}

impl Builder {
    pub(super) fn entity(&self, id: EntityId) -> Option<&Entity> {
        self.entities.iter().find(|entity| entity.id == id)
    }

    pub(super) fn call(&mut self, call: &str, span: Span, ruling: Ruling) {
        push(&mut self.calls, call, span, ruling);
    }

    /// A prefix; one with a slash is a slash key.
    pub(super) fn prefix(&mut self, prefix: &str, span: Span, place: Place) {
        let rows = if prefix.contains('/') {
            &mut self.slashes
        } else {
            &mut self.prefixes
        };
        push(rows, prefix, span, place);
    }

    pub(super) fn history(&mut self, prefix: &str, span: Span, place: Place) {
        push(&mut self.history, prefix, span, place);
    }

    pub(super) fn invalid(&mut self, call: &str, span: Span) {
        push(&mut self.invalid, call, span, ());
    }

    pub(super) fn zone(&mut self, call: &str, span: Span, zone: u8) {
        push(&mut self.zones, call, span, zone);
    }

    /// Adds prefixes with finer zones where the table has none of its own and agrees on the entity.
    pub(super) fn add_details(&mut self, details: &[(&str, Place)]) {
        let known: HashMap<Key, EntityId> = self
            .prefixes
            .iter()
            .map(|row| (row.key, row.item.entity))
            .collect();
        let entity_of = |key: Key| {
            (1..=key.len())
                .rev()
                .find_map(|len| known.get(&key.cut(len)).copied())
        };
        let wanted = |text: &str, place: &Place| {
            Key::new(text.as_bytes())
                .is_some_and(|key| !known.contains_key(&key) && entity_of(key) == Some(place.entity))
        };
        let new: Vec<_> = details.iter().filter(|(key, place)| wanted(key, place)).collect();
        for (key, place) in new {
            self.prefix(key, Span::ALWAYS, *place);
        }
    }

    /// The finished table; fails when it holds next to nothing, as a page of an error message would.
    pub(super) fn finish(
        mut self,
        kind: TableKind,
        release: Option<jiff::civil::Date>,
    ) -> Result<Resolver, TableError> {
        if self.entities.is_empty() || self.prefixes.is_empty() {
            return Err(TableError::whole("no entities or no prefixes"));
        }
        self.entities.sort_by_key(|entity| entity.id);
        self.limit_to_validity(kind);
        let prefixes = Index::new(self.prefixes);
        let calls = Index::new(self.calls);
        let info = TableInfo {
            kind,
            release,
            entities: self.entities.len(),
            prefixes: prefixes.len(),
            calls: calls.len(),
        };
        Ok(Resolver {
            info,
            entities: self.entities,
            calls,
            prefixes,
            slashes: Index::new(self.slashes),
            history: Index::new(self.history),
            invalid: Index::new(self.invalid),
            zones: Index::new(self.zones),
            itu: None,
        })
    }

    /// A prefix or call of today says nothing about the time before its entity began. Neither does one of
    /// AD1C's about the time after its end; Club Log's rows have their own ends.
    fn limit_to_validity(&mut self, kind: TableKind) {
        let entities = &self.entities;
        let limit = |id: EntityId, span: &mut Span| {
            if let Ok(at) = entities.binary_search_by_key(&id, |entity| entity.id) {
                let Span { from, until } = entities[at].span();
                let until = if kind == TableKind::ClubLog {
                    span.until
                } else {
                    until
                };
                *span = span.and(Span { from, until });
            }
        };
        for row in self
            .prefixes
            .iter_mut()
            .chain(&mut self.slashes)
            .chain(&mut self.history)
        {
            limit(row.item.entity, &mut row.span);
        }
        for row in self.calls.iter_mut().filter(|row| !row.item.dated) {
            if let Verdict::Place(place) = row.item.verdict {
                limit(place.entity, &mut row.span);
            }
        }
    }
}

/// Adds a row; a key longer than any call heard on the air is left out.
fn push<T>(rows: &mut Vec<Row<T>>, key: &str, span: Span, item: T) {
    if let Some(key) = Key::new(key.as_bytes()) {
        rows.push(Row { key, span, item });
    }
}

/// `MOUNT ATHOS` as `Mount Athos`; other than all-capital names stay.
pub(super) fn title_case(name: &str) -> SmolStr {
    if name.chars().any(|c| c.is_ascii_lowercase()) {
        return name.into();
    }
    let mut inside_word = false;
    name.chars()
        .map(|c| {
            let shown = if inside_word { c.to_ascii_lowercase() } else { c };
            inside_word = c.is_alphabetic() || c == '\'';
            shown
        })
        .collect()
}
