//! The query language of the one box.
//!
//! Words that look like a call, a pattern of calls, a ZIP, a Canadian postcode or a locator mean that; two letters
//! that name a state may mean it; the rest are names and places. `field:` says it explicitly, quotes take words as
//! they are, `~` asks for similar ones. Nothing is too odd to be answered: an error says where and what would help.

use smol_str::SmolStr;

use super::super::model::Standing;
use super::meaning::{name, term};
use super::words::Spelling;
use super::{Field, Fields};
use crate::ham::callsign::Callsign;
use crate::search::Pattern;

/// Characters of a query that are read.
const LONGEST: usize = 200;
const MOST_TERMS: usize = 12;

/// A query that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Query {
    pub(super) terms: Vec<Term>,
}

/// What a query cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub(crate) struct QueryError {
    /// Characters before the place.
    pub(crate) at: usize,
    pub(crate) what: String,
    pub(crate) help: &'static str,
}

/// One requirement; all of a query's must be met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Term {
    /// A whole call, the call it is a portable form of, and what else the text may be.
    Call {
        exact: Callsign,
        base: Option<Callsign>,
        or: Option<Box<Term>>,
        /// `call:` means this call, not those that begin so.
        only: bool,
    },
    CallStart {
        start: SmolStr,
        or: Option<Box<Term>>,
    },
    CallPattern(Pattern),
    Previous(Callsign),
    /// A name or place; with a region that the word may mean as well.
    Name {
        scope: Scope,
        spellings: Vec<Spelling>,
        how: Exactness,
        region: Option<SmolStr>,
    },
    /// Any club.
    AnyClub,
    Region(SmolStr),
    Zip(SmolStr),
    Grid(SmolStr),
    Class(Vec<SmolStr>),
    Standing(Vec<Standing>),
    Country(SmolStr),
    Person(SmolStr),
}

/// Where a name is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Names and places.
    Anywhere,
    Name,
    First,
    Last,
    City,
    Club,
}

/// How exactly a name is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exactness {
    /// Also what begins so, and what is similar where nothing is found.
    Open,
    /// As it is.
    Quoted,
    /// Similar ones at once.
    Similar,
}

impl Query {
    /// Reads what stands in the box.
    pub(crate) fn parse(text: &str) -> Result<Query, QueryError> {
        if text.chars().count() > LONGEST {
            return Err(QueryError {
                at: LONGEST,
                what: format!("a query has at most {LONGEST} characters"),
                help: "leave words out",
            });
        }
        let tokens = tokens(text)?;
        let mut terms = Vec::new();
        let mut rest = tokens.as_slice();
        while let Some((token, behind)) = rest.split_first() {
            rest = behind;
            if let Some(next) = behind.first().filter(|next| is_two_part_postcode(token, next)) {
                terms.push(Term::Zip(
                    format!("{}{}", token.text, next.text).to_uppercase().into(),
                ));
                rest = &behind[1..];
            } else if let Some(next) = behind.first().filter(|next| is_split_name(token, next)) {
                let both = format!("{} {}", token.text, next.text);
                terms.extend(name(Scope::Anywhere, &both, Exactness::Open));
                rest = &behind[1..];
            } else {
                terms.extend(term(token)?);
            }
        }
        if terms.len() > MOST_TERMS {
            return Err(QueryError {
                at: 0,
                what: format!("a query has at most {MOST_TERMS} words"),
                help: "leave words out",
            });
        }
        enough(&terms)?;
        Ok(Query { terms })
    }

    /// The fields it names; free words name none: they are looked for where that is allowed.
    pub(crate) fn fields(&self) -> Fields {
        self.terms.iter().fold(Fields::NONE, |fields, term| {
            term.field().map_or(fields, |field| fields.with(field))
        })
    }

    /// The query of one term.
    pub(super) fn single(term: Term) -> Self {
        Self { terms: vec![term] }
    }
}

impl Term {
    fn field(&self) -> Option<Field> {
        Some(match self {
            Term::Call { .. } | Term::CallStart { .. } | Term::CallPattern(_) => Field::Call,
            Term::Previous(_) => Field::Previous,
            Term::Name { scope, .. } => match scope {
                Scope::Anywhere => return None,
                Scope::Name | Scope::First | Scope::Last => Field::Name,
                Scope::City => Field::City,
                Scope::Club => Field::Club,
            },
            Term::AnyClub => Field::Club,
            Term::Region(_) => Field::Region,
            Term::Zip(_) => Field::Zip,
            Term::Grid(grid) if grid.len() > 4 => Field::ExactGrid,
            Term::Grid(_) => Field::Grid,
            Term::Class(_) => Field::Class,
            Term::Standing(_) => Field::Status,
            Term::Country(_) => Field::Country,
            Term::Person(_) => Field::Person,
        })
    }

    /// Characters that narrow the search, and whether they do so alone.
    fn weight(&self) -> (usize, bool) {
        match self {
            Term::Call { .. } | Term::Previous(_) | Term::Person(_) => (9, true),
            Term::CallStart { start, .. } => (start.len() + 1, true),
            Term::CallPattern(pattern) => (pattern.literals() + 1, true),
            Term::Name { spellings, .. } => {
                let letters = |spelling: &Spelling| spelling.iter().map(|word| word.chars().count()).sum();
                (spellings.iter().map(letters).max().unwrap_or(0), true)
            }
            Term::Zip(code) => (code.len(), true),
            Term::Grid(grid) => (grid.len() - 1, true),
            Term::AnyClub => (1, true),
            Term::Region(region) => (region.len(), false),
            Term::Class(_) | Term::Standing(_) | Term::Country(_) => (0, false),
        }
    }
}

/// Refuses what would list half a register.
fn enough(terms: &[Term]) -> Result<(), QueryError> {
    let alone = terms.iter().any(|term| term.weight().1);
    let letters: usize = terms.iter().map(|term| term.weight().0).sum();
    if alone && letters >= 3 {
        return Ok(());
    }
    Err(QueryError {
        at: 0,
        what: if terms.is_empty() {
            "nothing is searched for".into()
        } else {
            "this would find too much".into()
        },
        help: "write a call, or at least three letters of a name, place or postcode",
    })
}

/// A piece of the text.
pub(super) struct Token {
    /// Characters before it.
    pub(super) at: usize,
    pub(super) field: Option<String>,
    pub(super) text: String,
    pub(super) quoted: bool,
}

/// Parts the text at blanks, outside of quotes.
fn tokens(text: &str) -> Result<Vec<Token>, QueryError> {
    let characters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        if characters[at].is_whitespace() || characters[at].is_control() {
            at += 1;
            continue;
        }
        let start = at;
        let letters = characters[at..]
            .iter()
            .take_while(|c| c.is_ascii_alphabetic())
            .count();
        let mut field = None;
        if letters > 0 && characters.get(at + letters) == Some(&':') {
            field = Some(
                characters[at..at + letters]
                    .iter()
                    .collect::<String>()
                    .to_ascii_lowercase(),
            );
            at += letters + 1;
        }
        let quoted = characters.get(at) == Some(&'"');
        let end = if quoted {
            at += 1;
            let length = characters[at..].iter().position(|c| *c == '"');
            at + length.ok_or_else(|| QueryError {
                at: at - 1,
                what: "the quote has no end".into(),
                help: "close it with another \"",
            })?
        } else {
            let length = characters[at..]
                .iter()
                .position(|c| c.is_whitespace() || c.is_control());
            length.map_or(characters.len(), |length| at + length)
        };
        found.push(Token {
            at: start,
            field,
            text: characters[at..end].iter().collect(),
            quoted,
        });
        at = end + usize::from(quoted);
    }
    Ok(found)
}

/// `K1A 0B1`: the two halves of a Canadian postcode.
fn is_two_part_postcode(token: &Token, next: &Token) -> bool {
    let plain = |token: &Token| token.field.is_none() && !token.quoted;
    let digits = |text: &str, letters: [bool; 3]| {
        text.len() == 3
            && text.bytes().zip(letters).all(|(b, letter)| {
                if letter {
                    b.is_ascii_alphabetic()
                } else {
                    b.is_ascii_digit()
                }
            })
    };
    plain(token)
        && plain(next)
        && digits(&token.text, [true, false, true])
        && digits(&next.text, [false, true, false])
}

/// `O Brien`, `Mc Carthy`: a name that others write in one.
fn is_split_name(token: &Token, next: &Token) -> bool {
    const STARTS: [&str; 6] = ["o", "d", "l", "mc", "mac", "fitz"];
    let plain =
        |token: &Token| token.field.is_none() && !token.quoted && token.text.chars().all(char::is_alphabetic);
    plain(token)
        && plain(next)
        && next.text.chars().count() > 2
        && STARTS.contains(&token.text.to_lowercase().as_str())
}
