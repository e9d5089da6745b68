//! From a call and a time to the place of operation.
//!
//! In order: invalid operation, whole call, mobile at sea or in the air, slash key, digit replacement,
//! location part, longest prefix. Nothing here allocates; a result borrows its texts from the table.
//! A call that nothing fits is unresolved: there is no default entity.

use jiff::Timestamp;
use serde::Serialize;

use super::{
    Resolver,
    builder::Verdict,
    entity::{Continent, EntityId, Place},
    index::Key,
    parts::{Mobile, Parts, Text, letters_behind_digits},
};
use crate::ham::geo::LatLon;

/// What decided about a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DecidedBy {
    /// The table lists the whole call.
    Exact,
    /// The longest fitting prefix of the call or its location part.
    Prefix,
    /// The table lists the operation with its dates.
    Exception,
    /// Maritime or aeronautical mobile: in no entity.
    Mobile,
    /// The table says that this operation counts for nothing.
    Invalid,
    /// Nothing in the table fits.
    Unresolved,
}

impl DecidedBy {
    /// The word used in the JSON interface.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Prefix => "prefix",
            Self::Exception => "exception",
            Self::Mobile => "mobile",
            Self::Invalid => "invalid",
            Self::Unresolved => "unresolved",
        }
    }
}

/// Where a station was.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Resolution<'r> {
    /// The entity; `None` for mobiles, invalid operations and unresolved calls.
    pub entity: Option<EntityId>,
    /// English name of the entity, empty without one.
    pub name: &'r str,
    /// Continent of the place.
    pub continent: Option<Continent>,
    /// CQ zone, 1 to 40.
    pub cq_zone: Option<u8>,
    /// ITU zone, 1 to 90.
    pub itu_zone: Option<u8>,
    /// Rough position: of the call area or the entity.
    pub position: Option<LatLon>,
    /// What decided.
    pub decided_by: DecidedBy,
    /// False when the table wants every call of this entity listed and this one is not: show the entity,
    /// but count it only after a person has confirmed it.
    pub verified: bool,
    /// A remark for people, in English.
    pub note: Option<&'static str>,
}

impl Resolution<'_> {
    /// The value of ADIF's `DXCC` field: the entity, 0 for "known to be in none", `None` for "not known".
    pub fn dxcc(&self) -> Option<u16> {
        match self.decided_by {
            DecidedBy::Mobile | DecidedBy::Invalid => Some(0),
            _ => self.entity.map(|id| id.0),
        }
    }

    fn without_entity(decided_by: DecidedBy, note: &'static str) -> Self {
        Self {
            entity: None,
            name: "",
            continent: None,
            cq_zone: None,
            itu_zone: None,
            position: None,
            decided_by,
            verified: decided_by != DecidedBy::Unresolved,
            note: Some(note),
        }
    }
}

const NOT_A_CALL: &str = "not a callsign";
const NO_PREFIX: &str = "no prefix of the table fits at that time";
const INVALID: &str = "listed as an invalid operation at that time";
const MARITIME: &str = "maritime mobile";
const AERONAUTICAL: &str = "aeronautical mobile";
const NO_PLACE: &str = "satellite, internet or repeater";
const UNLISTED: &str = "not among the listed operations of this entity";

impl Resolver {
    /// Decides where `call` was at a time. Any text is allowed; what is not a call is unresolved.
    pub fn resolve(&self, call: &str, at: Timestamp) -> Resolution<'_> {
        let Some(text) = Text::normalised(call) else {
            return Resolution::without_entity(DecidedBy::Unresolved, NOT_A_CALL);
        };
        let t = at.as_second();
        let mut found = self.decide(text.as_bytes(), t);
        if found.entity.is_none() {
            return found;
        }
        if let Some(&zone) = Key::new(text.as_bytes()).and_then(|key| self.zones.at(key, t)) {
            found.cq_zone = Some(zone);
        }
        if let Some(companion) = &self.itu {
            let other = companion.decide(text.as_bytes(), t);
            found.itu_zone = other.itu_zone.filter(|_| other.entity == found.entity);
        }
        found
    }

    fn decide(&self, text: &[u8], t: i64) -> Resolution<'_> {
        if let Some(key) = Key::new(text) {
            if self.invalid.at(key, t).is_some() {
                return Resolution::without_entity(DecidedBy::Invalid, INVALID);
            }
            if let Some(found) = self.whole_call(key, t) {
                return found;
            }
        }
        let parts = Parts::of(text);
        match parts.mobile {
            Some(Mobile::Maritime) => Resolution::without_entity(DecidedBy::Mobile, MARITIME),
            Some(Mobile::Aeronautical) => Resolution::without_entity(DecidedBy::Mobile, AERONAUTICAL),
            None => self.by_parts(&parts, t),
        }
    }

    /// The call without markers, as a listed call or by its prefix.
    fn by_parts(&self, parts: &Parts<'_>, t: i64) -> Resolution<'_> {
        let location = self.location(parts, t);
        let main = location.unwrap_or(parts.bodies[0]);
        if let Some(place) = parts.letter.and_then(|letter| self.slash_key(main, letter, t)) {
            return self.placed(place, DecidedBy::Prefix, t);
        }
        if let Some(found) = listed_form(parts, location).and_then(|key| self.whole_call(key, t)) {
            return found;
        }
        let Some(mut main) = Text::copied(main) else {
            return Resolution::without_entity(DecidedBy::Unresolved, NOT_A_CALL);
        };
        if let Some(digit) = parts.digit
            && !main.replace_last_digit(digit)
            && location.is_some()
        {
            // EA/G3ABC/8 is in the eighth district of Spain.
            let _ = main.push(digit);
        }
        let is_call = |part: &[u8]| {
            part.len() > 1 && part.iter().any(u8::is_ascii_digit) && part.iter().any(u8::is_ascii_alphabetic)
        };
        if location.is_none() && !is_call(main.as_bytes()) {
            return Resolution::without_entity(DecidedBy::Unresolved, NOT_A_CALL);
        }
        let prefix = if location.is_none() {
            not_guantanamo(main.as_bytes())
        } else {
            None
        };
        match self.longest_prefix(prefix.unwrap_or(main.as_bytes()), t) {
            Some((_, place)) => self.placed(place, DecidedBy::Prefix, t),
            None => Resolution::without_entity(DecidedBy::Unresolved, NO_PREFIX),
        }
    }

    /// What the table says about a whole call.
    fn whole_call(&self, key: Key, t: i64) -> Option<Resolution<'_>> {
        let ruling = self.calls.at(key, t)?;
        Some(match &ruling.verdict {
            Verdict::Place(place) if ruling.dated => self.placed(place, DecidedBy::Exception, t),
            Verdict::Place(place) => self.placed(place, DecidedBy::Exact, t),
            Verdict::Invalid => Resolution::without_entity(DecidedBy::Invalid, INVALID),
            Verdict::Maritime => Resolution::without_entity(DecidedBy::Mobile, MARITIME),
            Verdict::Aeronautical => Resolution::without_entity(DecidedBy::Mobile, AERONAUTICAL),
            Verdict::NoPlace => Resolution::without_entity(DecidedBy::Invalid, NO_PLACE),
        })
    }

    fn placed(&self, place: &Place, decided_by: DecidedBy, t: i64) -> Resolution<'_> {
        let entity = self.entity(place.entity);
        let listed_only = entity
            .and_then(|entity| entity.listed_calls_only)
            .is_some_and(|span| span.covers(t));
        let verified = decided_by == DecidedBy::Exception || !listed_only;
        Resolution {
            entity: Some(place.entity),
            name: entity.map_or("", |entity| &entity.name),
            continent: Some(place.continent),
            cq_zone: Some(place.cq_zone),
            itu_zone: place.itu_zone,
            position: Some(place.position),
            decided_by,
            verified,
            note: (!verified).then_some(UNLISTED),
        }
    }

    /// The part that names the place of operation, if two parts are left.
    fn location<'a>(&self, parts: &Parts<'a>, t: i64) -> Option<&'a [u8]> {
        if parts.count < 2 {
            return None;
        }
        let [front, tail] = parts.bodies;
        // A tail of letters is a location only if it is a prefix as it stands; otherwise it is some remark.
        let remark = tail.iter().all(u8::is_ascii_alphabetic) && !self.is_prefix(tail, t);
        match (self.fits(front, t), self.fits(tail, t)) {
            _ if remark => None,
            (Some(x), Some(y)) => Some(if y > x { tail } else { front }),
            (Some(_), None) => Some(front),
            (None, Some(_)) => Some(tail),
            (None, None) => Some(if tail.len() < front.len() { tail } else { front }),
        }
    }

    /// Whether a part reads as a location: a prefix as it stands, or a prefix ending in a digit. Gives the
    /// length of the prefix.
    fn fits(&self, part: &[u8], t: i64) -> Option<usize> {
        if self.is_prefix(part, t) {
            return Some(part.len());
        }
        let open_ended = letters_behind_digits(part) == 0;
        self.longest_prefix(part, t)
            .map(|(len, _)| len)
            .filter(|_| open_ended)
    }

    fn is_prefix(&self, part: &[u8], t: i64) -> bool {
        Key::new(part)
            .is_some_and(|key| self.history.at(key, t).is_some() || self.prefixes.at(key, t).is_some())
    }

    /// Earlier uses of prefixes first: today's longer prefixes say nothing about then.
    fn longest_prefix(&self, text: &[u8], t: i64) -> Option<(usize, &Place)> {
        self.history
            .longest_prefix(text, t)
            .or_else(|| self.prefixes.longest_prefix(text, t))
    }

    /// `3D2AG/R` through the key `3D2/R`, unless a longer prefix puts the call elsewhere already: the A of
    /// `SV9XYZ/A` does not move it from Crete to Mount Athos.
    fn slash_key(&self, main: &[u8], letter: u8, t: i64) -> Option<&Place> {
        let tail = [b'/', letter];
        let (left, place) = (2..=main.len().min(4)).rev().find_map(|len| {
            let key = Key::joined(&main[..len], &tail)?;
            Some((&main[..len], self.slashes.at(key, t)?))
        })?;
        let home = |text| self.longest_prefix(text, t).map(|(_, place)| place.entity);
        (home(main) == home(left)).then_some(place)
    }
}

/// The form under which tables list a call that has markers: `9M2/PG5M` of `9M2/PG5M/P`, `PG5M` of `PG5M/P`.
fn listed_form(parts: &Parts<'_>, location: Option<&[u8]>) -> Option<Key> {
    match (parts.count, location, parts.digit) {
        (_, _, Some(_)) => None,
        (_, None, None) => Key::new(parts.bodies[0]),
        (_, Some(_), None) => {
            let mut text = Text::copied(parts.bodies[0])?;
            text.push(b'/')?;
            parts.bodies[1].iter().try_for_each(|&byte| text.push(byte))?;
            Key::new(text.as_bytes())
        }
    }
}

/// KG4 is Guantanamo Bay with exactly two letters behind it; any other KG4 call is an ordinary American one,
/// whose prefix is then K4.
fn not_guantanamo(call: &[u8]) -> Option<&'static [u8]> {
    let suffix = call.strip_prefix(b"KG4")?;
    (!matches!(suffix.len(), 0 | 2)).then_some(b"K4")
}
