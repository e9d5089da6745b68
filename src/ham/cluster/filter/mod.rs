//! Which spots a user wants, in three dialects and one form.
//!
//! [`Expr`] is the form; [`spider`] reads the rules of `DXSpider` (`accept/spots on hf and by_zone 14,15`),
//! [`arc`] the expressions of AR-Cluster (`band=20 and not skimmer`), [`cc`] the lists of CC Cluster
//! (`dxbm/pass hf,6-cw`). [`Rules`] holds what a user has set, in his words, and decides.
//! Prefixes and names of places are settled when a filter is read, through [`Places`]; deciding about a spot
//! then only compares numbers and short texts. A spot tells about itself through [`SpotFacts`].

pub mod arc;
pub mod cc;
mod pattern;
mod rules;
mod span;
pub mod spider;

use jiff::Timestamp;
use smol_str::SmolStr;

use crate::ham::dxcc::{Continent, Resolution, Resolver};
use crate::ham::freq::Hertz;
use crate::ham::spot::{ModeClass, SpotMode};

pub use pattern::Pattern;
pub use rules::{Action, Kind, Rules, SLOTS};

/// Longest text of one filter, in bytes.
pub const LONGEST_FILTER: usize = 400;
/// Most terms of one filter.
const MOST_TERMS: usize = 60;
/// Deepest nesting of one filter.
const DEEPEST: usize = 16;

/// The station a term is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The one that was heard.
    Spotted,
    /// The one that heard it.
    Spotter,
}

/// What a filter says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expr {
    /// Every spot.
    All,
    /// One of them.
    Any(Vec<Expr>),
    /// Every one of them.
    Every(Vec<Expr>),
    /// Not that.
    Not(Box<Expr>),
    /// One condition.
    Term(Term),
}

/// One condition; lists mean any of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// Frequencies from and to, both inside.
    Within(Vec<(Hertz, Hertz)>),
    /// Starts of the call.
    Call(Side, Vec<SmolStr>),
    /// Numbers of entities.
    Entity(Side, Vec<u16>),
    /// CQ zones.
    Cq(Side, Vec<u8>),
    /// ITU zones.
    Itu(Side, Vec<u8>),
    /// Continents.
    Continent(Side, Vec<Continent>),
    /// Found in the comment.
    Info(Vec<Pattern>),
    /// Starts of the name of where the spot came from.
    Origin(Vec<SmolStr>),
    /// Heard by a machine.
    Skimmer,
    /// Reported by more than so many different stations lately.
    Unique(u8),
    /// Probably misheard.
    Busted,
    /// Modes.
    Mode(Vec<SpotMode>),
    /// Classes of modes.
    Class(Vec<ModeClass>),
}

/// What a spot tells a filter; what is unknown is in no list.
pub trait SpotFacts {
    /// Where it was heard.
    fn frequency(&self) -> Hertz;
    /// The call of a side, in capitals.
    fn call(&self, side: Side) -> &str;
    /// The comment.
    fn comment(&self) -> &str;
    /// Its mode.
    fn mode(&self) -> Option<SpotMode>;
    /// The number of the entity.
    fn entity(&self, side: Side) -> Option<u16>;
    /// The CQ zone.
    fn cq_zone(&self, side: Side) -> Option<u8>;
    /// The ITU zone.
    fn itu_zone(&self, side: Side) -> Option<u8>;
    /// The continent.
    fn continent(&self, side: Side) -> Option<Continent>;
    /// Where it came from, in capitals.
    fn origin(&self) -> &str;
    /// Whether a machine heard it.
    fn is_skimmer(&self) -> bool;
    /// How many different stations have reported it lately, this one included.
    fn reports(&self) -> u8;
    /// Whether the call is probably another one, misheard.
    fn is_busted(&self) -> bool;
}

/// Where prefixes are.
pub trait Places {
    /// The place of a prefix or call: number of its entity, CQ zone, ITU zone.
    fn place(&self, prefix: &str) -> Option<PrefixPlace>;
}

/// See [`Places::place`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as everywhere")]
pub struct PrefixPlace {
    pub entity: u16,
    pub cq_zone: Option<u8>,
    pub itu_zone: Option<u8>,
}

impl Places for Resolver {
    fn place(&self, prefix: &str) -> Option<PrefixPlace> {
        place_in(prefix, |call, at| self.resolve(call, at))
    }
}

/// The place of a prefix or call by a table of entities.
pub fn place_in<'t>(
    prefix: &str,
    resolve: impl Fn(&str, Timestamp) -> Resolution<'t>,
) -> Option<PrefixPlace> {
    // Filters are about stations on the air now, so any day of these years does.
    let at = Timestamp::from_second(1_767_225_600).ok()?;
    let found = |call: &str| {
        let found = resolve(call, at);
        Some(PrefixPlace {
            entity: found.dxcc().filter(|number| *number > 0)?,
            cq_zone: found.cq_zone,
            itu_zone: found.itu_zone,
        })
    };
    // A bare prefix is no call yet: any number and letters make it one.
    let prefix = prefix.to_ascii_uppercase();
    let has_digit = prefix.bytes().skip(1).any(|b| b.is_ascii_digit());
    found(&prefix).or_else(|| {
        found(&if has_digit {
            format!("{prefix}AA")
        } else {
            format!("{prefix}1AA")
        })
    })
}

/// Why a filter cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} at '{near}'")]
pub struct FilterError {
    what: &'static str,
    near: String,
}

impl FilterError {
    fn at(what: &'static str, near: &str) -> Self {
        Self {
            what,
            near: near.chars().take(20).collect(),
        }
    }
}

/// Whether a word names a band, a group of bands, or a part of them.
pub fn is_band(word: &str) -> bool {
    !word.bytes().all(|b| b.is_ascii_digit()) && span::spans(word).is_some()
}

impl Expr {
    /// Whether a spot is meant.
    pub fn matches(&self, spot: &impl SpotFacts) -> bool {
        match self {
            Self::All => true,
            Self::Any(some) => some.iter().any(|one| one.matches(spot)),
            Self::Every(all) => all.iter().all(|one| one.matches(spot)),
            Self::Not(inner) => !inner.matches(spot),
            Self::Term(term) => term.matches(spot),
        }
    }

    /// Either of several; the one itself if there is only one.
    fn any(mut some: Vec<Self>) -> Self {
        match some.len() {
            1 => some.remove(0),
            _ => Self::Any(some),
        }
    }

    fn every(mut all: Vec<Self>) -> Self {
        match all.len() {
            1 => all.remove(0),
            _ => Self::Every(all),
        }
    }
}

impl Term {
    fn matches(&self, spot: &impl SpotFacts) -> bool {
        match self {
            Self::Within(spans) => {
                let at = spot.frequency();
                spans.iter().any(|(from, to)| (*from..=*to).contains(&at))
            }
            Self::Call(side, starts) => starts
                .iter()
                .any(|start| spot.call(*side).starts_with(start.as_str())),
            Self::Entity(side, numbers) => spot.entity(*side).is_some_and(|number| numbers.contains(&number)),
            Self::Cq(side, zones) => spot.cq_zone(*side).is_some_and(|zone| zones.contains(&zone)),
            Self::Itu(side, zones) => spot.itu_zone(*side).is_some_and(|zone| zones.contains(&zone)),
            Self::Continent(side, all) => spot.continent(*side).is_some_and(|one| all.contains(&one)),
            Self::Info(patterns) => patterns.iter().any(|pattern| pattern.is_in(spot.comment())),
            Self::Origin(starts) => starts
                .iter()
                .any(|start| spot.origin().starts_with(start.as_str())),
            Self::Skimmer => spot.is_skimmer(),
            Self::Unique(over) => spot.reports() > *over,
            Self::Busted => spot.is_busted(),
            Self::Mode(modes) => spot.mode().is_some_and(|mode| modes.contains(&mode)),
            Self::Class(classes) => spot.mode().is_some_and(|mode| classes.contains(&mode.class())),
        }
    }
}

/// Reads `not`, `and`, `or` and brackets around terms; the terms are a dialect's.
struct Reader<'a, T> {
    words: Vec<&'a str>,
    next: usize,
    terms: usize,
    term: T,
}

impl<'a, T> Reader<'a, T>
where
    T: FnMut(&mut std::iter::Peekable<std::slice::Iter<'_, &'a str>>) -> Result<Expr, FilterError>,
{
    /// Reads the words of an expression to their end.
    fn read(words: Vec<&'a str>, term: T) -> Result<Expr, FilterError> {
        let mut reader = Self {
            words,
            next: 0,
            terms: 0,
            term,
        };
        let expr = reader.either(0)?;
        match reader.peek() {
            None => Ok(expr),
            Some(word) => Err(FilterError::at("unexpected", word)),
        }
    }

    fn peek(&self) -> Option<&'a str> {
        self.words.get(self.next).copied()
    }

    fn skip(&mut self, words: &[&str]) -> bool {
        let found = self
            .peek()
            .is_some_and(|word| words.iter().any(|one| one.eq_ignore_ascii_case(word)));
        self.next += usize::from(found);
        found
    }

    fn either(&mut self, depth: usize) -> Result<Expr, FilterError> {
        let mut some = vec![self.both(depth)?];
        while self.skip(&["or", "||"]) {
            some.push(self.both(depth)?);
        }
        Ok(Expr::any(some))
    }

    fn both(&mut self, depth: usize) -> Result<Expr, FilterError> {
        let mut all = vec![self.one(depth)?];
        loop {
            let joined = self.skip(&["and", "&&"]);
            // Terms side by side are joined by `and`.
            let more = self
                .peek()
                .is_some_and(|word| word != ")" && !word.eq_ignore_ascii_case("or") && word != "||");
            if !joined && !more {
                return Ok(Expr::every(all));
            }
            all.push(self.one(depth)?);
        }
    }

    fn one(&mut self, depth: usize) -> Result<Expr, FilterError> {
        if depth >= DEEPEST {
            return Err(FilterError::at(
                "nested too deeply",
                self.peek().unwrap_or_default(),
            ));
        }
        if self.skip(&["not", "!"]) {
            return Ok(Expr::Not(Box::new(self.one(depth + 1)?)));
        }
        if self.skip(&["("]) {
            let inner = self.either(depth + 1)?;
            return if self.skip(&[")"]) {
                Ok(inner)
            } else {
                Err(FilterError::at("missing )", self.peek().unwrap_or_default()))
            };
        }
        self.terms += 1;
        if self.terms > MOST_TERMS {
            return Err(FilterError::at("too many terms", self.peek().unwrap_or_default()));
        }
        let mut words = self.words[self.next.min(self.words.len())..].iter().peekable();
        let before = words.len();
        let expr = (self.term)(&mut words)?;
        self.next += before - words.len();
        Ok(expr)
    }
}

#[cfg(test)]
mod tests;
