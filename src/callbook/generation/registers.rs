//! The live generations of all registers: which of them answers for a call.
//!
//! The exact stored form goes before the base call (some authorities register `/R`); within each, the register of
//! the country the call's prefix belongs to is asked first. Not here: searching (`find`).

use std::sync::Arc;

use arc_swap::ArcSwap;
use icu_normalizer::ComposingNormalizerBorrowed;

use super::super::model::{Authority, Entry};
use super::{Generation, GenerationError};
use crate::ham::callsign::Callsign;

/// What a register says of a call that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found {
    pub(crate) authority: Authority,
    pub(crate) entry: Entry,
    /// What was asked for, where the entry is that of its base call.
    pub(crate) xref: Option<Callsign>,
}

/// The live generations: one for each register.
#[derive(Debug, Default)]
pub(crate) struct Registers {
    live: ArcSwap<Vec<Arc<Generation>>>,
}

impl Registers {
    /// Makes a generation the live one of its register; returns the one before, which goes on for its readers.
    pub(crate) fn put(&self, generation: Arc<Generation>) -> Option<Arc<Generation>> {
        let before = self.live.rcu(|live| {
            let mut next: Vec<_> = others(live, generation.authority()).collect();
            next.push(Arc::clone(&generation));
            next.sort_by(|a, b| a.authority().cmp(b.authority()));
            next
        });
        of(&before, generation.authority())
    }

    /// Takes a register away; returns its generation.
    pub(crate) fn remove(&self, authority: &Authority) -> Option<Arc<Generation>> {
        let before = self.live.rcu(|live| others(live, authority).collect::<Vec<_>>());
        of(&before, authority)
    }

    /// The live generation of a register.
    pub(crate) fn get(&self, authority: &Authority) -> Option<Arc<Generation>> {
        of(&self.live.load(), authority)
    }

    /// All live generations, by the names of their registers.
    pub(crate) fn all(&self) -> Arc<Vec<Arc<Generation>>> {
        self.live.load_full()
    }

    /// What is known of a call: in the exact form, or of its base call. Microseconds.
    pub(crate) fn lookup(&self, call: &Callsign) -> Result<Option<Found>, GenerationError> {
        let live = self.live.load();
        if let Some(found) = exact(&live, call)? {
            return Ok(Some(found));
        }
        let base = Callsign::parse(base(call)).ok().filter(|base| base != call);
        let Some(base) = base else { return Ok(None) };
        Ok(exact(&live, &base)?.map(|found| Found {
            xref: Some(call.clone()),
            ..found
        }))
    }

    /// The same for what somebody typed: in any case and width, with blanks, with an APRS station number (`-9`).
    /// `None` also for what is no call.
    pub(crate) fn lookup_text(&self, text: &str) -> Result<Option<Found>, GenerationError> {
        match typed_call(text) {
            Some(call) => self.lookup(&call),
            None => Ok(None),
        }
    }
}

fn others(live: &[Arc<Generation>], authority: &Authority) -> impl Iterator<Item = Arc<Generation>> {
    live.iter()
        .filter(move |one| one.authority() != authority)
        .cloned()
}

fn of(live: &[Arc<Generation>], authority: &Authority) -> Option<Arc<Generation>> {
    live.iter().find(|one| one.authority() == authority).cloned()
}

fn exact(live: &[Arc<Generation>], call: &Callsign) -> Result<Option<Found>, GenerationError> {
    let first = home(call.as_str());
    let is_first = |one: &&Arc<Generation>| first.as_ref() == Some(one.authority());
    for one in live
        .iter()
        .filter(is_first)
        .chain(live.iter().filter(|one| !is_first(one)))
    {
        if let Some(entry) = one.get(call)? {
            return Ok(Some(Found {
                authority: one.authority().clone(),
                entry,
                xref: None,
            }));
        }
    }
    Ok(None)
}

/// A call as somebody writes it.
pub(crate) fn typed_call(text: &str) -> Option<Callsign> {
    let text = ComposingNormalizerBorrowed::new_nfkc().normalize(text);
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !is_invisible(*c))
        .collect();
    let without_station = match plain.rsplit_once('-') {
        Some((call, station)) if station.len() <= 2 && !station.is_empty() => {
            station.bytes().all(|b| b.is_ascii_alphanumeric()).then_some(call)
        }
        _ => None,
    };
    Callsign::parse(without_station.unwrap_or(&plain)).ok()
}

fn is_invisible(c: char) -> bool {
    c.is_control() || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// What is written behind calls and is none itself.
const MARKERS: [&str; 10] = ["P", "M", "MM", "AM", "A", "QRP", "LH", "B", "R", "T"];

/// The call of a portable form: markers go; of the rest the longest part that looks like a whole call, of two alike
/// the first.
pub(crate) fn base(call: &Callsign) -> &str {
    let is_whole = |part: &str| {
        part.len() >= 3
            && part.ends_with(|c: char| c.is_ascii_uppercase())
            && part.bytes().any(|b| b.is_ascii_digit())
    };
    let mut best: Option<&str> = None;
    for part in call
        .parts()
        .filter(|part| !MARKERS.contains(part) && is_whole(part))
    {
        if best.is_none_or(|best| part.len() > best.len()) {
            best = Some(part);
        }
    }
    best.unwrap_or_else(|| call.base())
}

/// The register of the country a call's prefix is allotted to, of those that have one here (ITU Radio Regulations,
/// appendix 42).
fn home(call: &str) -> Option<Authority> {
    let mut letters = call.chars();
    let (first, second) = (letters.next()?, letters.next()?);
    match (first, second) {
        ('K' | 'N' | 'W', _) | ('A', 'A'..='L') => Some(Authority::FCC),
        ('V', 'A'..='G' | 'O' | 'X' | 'Y') | ('C', 'F'..='K' | 'Y' | 'Z') | ('X', 'J'..='O') => {
            Some(Authority::ISED)
        }
        ('O', 'F'..='J') => Some(Authority::TRAFICOM),
        ('V', 'H'..='N' | 'Z') | ('A', 'X') => Some(Authority::ACMA),
        ('J', 'A'..='S') | ('7' | '8', 'J'..='N') => Some(Authority::JAPAN),
        _ => None,
    }
}

/// The country of a register, in two small letters of ISO 3166; `None` for a list that is not one country's.
pub(crate) fn country(authority: &Authority) -> Option<&'static str> {
    [
        (Authority::FCC, "us"),
        (Authority::ISED, "ca"),
        (Authority::TRAFICOM, "fi"),
        (Authority::ACMA, "au"),
        (Authority::JAPAN, "jp"),
    ]
    .into_iter()
    .find_map(|(known, country)| (known == *authority).then_some(country))
}
