//! What a query asks of an index, in steps: the best way to be found first, each step without what came before.

use smol_str::{SmolStr, ToSmolStr as _};

use super::super::generation::documents::{
    CITY, CLASS, CLUB, ENTITY, FIRST, GRID, LAST, PERSON, POSTCODE, PREVIOUS, REGION,
};
use super::super::model::Standing;
use super::parse::{Exactness, Scope, Term};
use super::words::Spelling;
use super::{Field, Fields, How, Query, country};
use crate::search::{self, Key, Query as Ask};

/// Letters from which on a word may differ by one, and by two.
const ONE_OFF: usize = 4;
const TWO_OFF: usize = 7;

/// How the terms of a query are taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) allowed: Fields,
    /// How many letters words may differ by.
    pub(super) widened: u8,
    /// The country of the register; `None` for a list that is not one country's.
    pub(super) home: Option<&'a str>,
}

/// The steps of a search in one register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    steps: Vec<(How, Ask)>,
    /// Only licences worth this; empty: any.
    pub(super) standings: Vec<Standing>,
}

const WAYS: [How; 7] = [
    How::Call,
    How::Previous,
    How::CallStart,
    How::LastName,
    How::Words,
    How::NameStart,
    How::Similar,
];

impl How {
    /// Its place in the order of steps.
    pub(super) fn step(self) -> u8 {
        self as u8
    }

    /// All of them, in order.
    pub(super) fn all() -> impl Iterator<Item = How> {
        WAYS.into_iter()
    }
}

impl Plan {
    pub(super) fn of(query: &Query, reading: Reading<'_>) -> Self {
        let mut standings = Vec::new();
        let mut terms = Vec::new();
        for term in &query.terms {
            match term {
                Term::Standing(some) => standings.extend(some),
                term => terms.push(reading.ways(term)),
            }
        }
        Self {
            steps: steps(&terms),
            standings,
        }
    }

    /// What is asked in a step; `None`: nothing can be found that way.
    pub(super) fn step(&self, how: How) -> Option<&Ask> {
        self.steps.iter().find(|(way, _)| *way == how).map(|(_, ask)| ask)
    }
}

/// The ways in which a term can be met.
type Ways = Vec<(How, Ask)>;

fn steps(terms: &[Ways]) -> Vec<(How, Ask)> {
    let mut steps: Vec<(How, Ask)> = Vec::new();
    for how in WAYS {
        let Some(ask) = step(terms, how) else { continue };
        let before: Vec<_> = steps.iter().map(|(_, ask)| ask.clone()).collect();
        // What an earlier step finds is known by its own query, not by what that leaves out.
        let before: Vec<_> = before.into_iter().map(whole).collect();
        let ask = if before.is_empty() {
            ask
        } else {
            Ask::Without(Box::new(ask), Box::new(Ask::any(before)))
        };
        steps.push((how, ask));
    }
    steps
}

/// A step's query without its exceptions.
fn whole(ask: Ask) -> Ask {
    match ask {
        Ask::Without(ask, _) => *ask,
        ask => ask,
    }
}

/// Everything that meets all terms, one of them in this way; for whole words and worse, all of them so or better.
/// Beside a last name the others must be whole words, since beginnings of words are many.
fn step(terms: &[Ways], how: How) -> Option<Ask> {
    let met = |ways: &Ways, worst: How| -> Option<Ask> {
        let asks: Vec<_> = ways
            .iter()
            .filter(|(way, _)| *way <= worst)
            .map(|(_, ask)| ask.clone())
            .collect();
        (!asks.is_empty()).then(|| Ask::any(asks))
    };
    if !terms.iter().flatten().any(|(way, _)| *way == how) {
        return None;
    }
    if how >= How::Words {
        let all: Option<Vec<_>> = terms.iter().map(|ways| met(ways, how)).collect();
        return all.map(Ask::all);
    }
    let others_by = if how == How::LastName {
        How::Words
    } else {
        How::Similar
    };
    let chosen = terms.iter().enumerate().filter_map(|(at, ways)| {
        let this = ways
            .iter()
            .filter(|(way, _)| *way == how)
            .map(|(_, ask)| ask.clone());
        let this: Vec<_> = this.collect();
        if this.is_empty() {
            return None;
        }
        let others = terms.iter().enumerate().filter(|(other, _)| *other != at);
        let others: Option<Vec<_>> = others.map(|(_, ways)| met(ways, others_by)).collect();
        let mut all = vec![Ask::any(this)];
        all.extend(others?);
        Some(Ask::all(all))
    });
    let chosen: Vec<_> = chosen.collect();
    (!chosen.is_empty()).then(|| Ask::any(chosen))
}

impl Reading<'_> {
    fn ways(self, term: &Term) -> Ways {
        let words = |field, words: &[SmolStr]| {
            Ask::any(words.iter().map(|word| Ask::Word(field, word.clone())).collect())
        };
        match term {
            Term::Call {
                exact,
                base,
                or,
                only,
            } => {
                let calls: Vec<SmolStr> = std::iter::once(exact)
                    .chain(base)
                    .map(|call| call.as_str().into())
                    .collect();
                let keys = calls.iter().filter_map(|call| Key::new(call)).map(Ask::Key);
                let mut ways = vec![(How::Call, Ask::any(keys.collect()))];
                if !only {
                    ways.push((How::Previous, words(PREVIOUS, &calls)));
                    ways.extend(
                        calls
                            .last()
                            .map(|call| (How::CallStart, Ask::KeyStart(call.clone()))),
                    );
                }
                ways.extend(or.iter().flat_map(|term| self.ways_if_allowed(term)));
                ways
            }
            Term::CallStart { start, or } => {
                let mut ways = vec![(How::CallStart, Ask::KeyStart(start.clone()))];
                ways.extend(or.iter().flat_map(|term| self.ways_if_allowed(term)));
                ways
            }
            Term::CallPattern(pattern) => vec![(How::CallStart, Ask::KeyPattern(pattern.clone()))],
            Term::Previous(call) => vec![(How::Words, Ask::Word(PREVIOUS, call.as_str().into()))],
            Term::Name {
                scope,
                spellings,
                how,
                region,
            } => {
                let mut ways = self.names(*scope, spellings, *how);
                ways.extend(
                    region
                        .iter()
                        .map(|region| (How::Words, Ask::Word(REGION, region.clone()))),
                );
                ways
            }
            Term::AnyClub => vec![(How::Words, Ask::Start(CLUB, SmolStr::default()))],
            Term::Region(region) => vec![(How::Words, Ask::Word(REGION, region.clone()))],
            Term::Zip(code) => vec![(How::Words, Ask::Start(POSTCODE, code.clone()))],
            Term::Grid(grid) => vec![(How::Words, Ask::Start(GRID, grid.clone()))],
            Term::Class(wanted) => {
                let all = wanted.iter().map(|word| Ask::Word(CLASS, word.clone()));
                vec![(How::Words, Ask::all(all.collect()))]
            }
            Term::Country(wanted) => vec![(How::Words, self.country(wanted))],
            Term::Person(number) => vec![(How::Words, Ask::Word(PERSON, number.clone()))],
            Term::Standing(_) => Vec::new(),
        }
    }

    /// Another meaning of a term, where the asker may search by it.
    fn ways_if_allowed(self, term: &Term) -> Ways {
        if Query::single(term.clone())
            .fields()
            .without(self.allowed)
            .is_empty()
        {
            self.ways(term)
        } else {
            Vec::new()
        }
    }

    fn country(self, wanted: &str) -> Ask {
        if self.home.is_some_and(|home| country::is(home, wanted)) {
            return Ask::Everything;
        }
        let entities = country::entities(wanted);
        Ask::any(
            entities
                .iter()
                .map(|id| Ask::Word(ENTITY, id.0.to_smolstr()))
                .collect(),
        )
    }

    /// The fields a name may be found in, of those the asker may search by.
    fn fields(self, scope: Scope) -> Vec<search::Field> {
        let some: &[(Field, search::Field)] = match scope {
            Scope::Anywhere => &[
                (Field::Name, LAST),
                (Field::Name, FIRST),
                (Field::City, CITY),
                (Field::Club, CLUB),
            ],
            Scope::Name => &[(Field::Name, LAST), (Field::Name, FIRST), (Field::Name, CLUB)],
            Scope::First => &[(Field::Name, FIRST)],
            Scope::Last => &[(Field::Name, LAST)],
            Scope::City => &[(Field::City, CITY)],
            Scope::Club => &[(Field::Club, CLUB)],
        };
        let allowed = some.iter().filter(|(field, _)| self.allowed.contains(*field));
        allowed.map(|(_, field)| *field).collect()
    }

    fn names(self, scope: Scope, spellings: &[Spelling], how: Exactness) -> Ways {
        let fields = self.fields(scope);
        let anywhere =
            |ask: &dyn Fn(search::Field) -> Ask| Ask::any(fields.iter().map(|field| ask(*field)).collect());
        let each = |ask: &dyn Fn(&Spelling) -> Option<Ask>| -> Option<Ask> {
            let asks: Vec<_> = spellings.iter().filter_map(ask).collect();
            (!asks.is_empty() && !fields.is_empty()).then(|| Ask::any(asks))
        };
        let word = |word: &SmolStr| anywhere(&|field| Ask::Word(field, word.clone()));
        let whole = each(&|spelling| Some(Ask::all(spelling.iter().map(word).collect())));
        let last = each(&|spelling| {
            let all = spelling.iter().map(|word| Ask::Word(LAST, word.clone()));
            fields.contains(&LAST).then(|| Ask::all(all.collect()))
        });
        let start = each(&|spelling| {
            let (end, before) = spelling.split_last()?;
            let begins = anywhere(&|field| Ask::Start(field, end.clone()));
            let all = before.iter().map(word).chain([begins]);
            (how == Exactness::Open && end.chars().count() > 1).then(|| Ask::all(all.collect()))
        });
        let similar = each(&|spelling| {
            let [word] = spelling.as_slice() else { return None };
            let distance = self.distance(word, how)?;
            Some(anywhere(&|field| Ask::Like {
                field,
                word: word.clone(),
                distance,
            }))
        });
        [
            (How::LastName, last),
            (How::Words, whole),
            (How::NameStart, start),
            (How::Similar, similar),
        ]
        .into_iter()
        .filter_map(|(how, ask)| Some((how, ask?)))
        .collect()
    }

    /// By how many letters a word may differ.
    fn distance(self, word: &str, how: Exactness) -> Option<u8> {
        let letters = word.chars().count();
        match (how, self.widened) {
            (Exactness::Quoted, _) | (Exactness::Open, 0) => None,
            (Exactness::Similar, _) => Some(if letters < TWO_OFF { 1 } else { 2 }),
            (Exactness::Open, 1) => (letters >= ONE_OFF).then_some(1),
            (Exactness::Open, _) if letters >= TWO_OFF => Some(2),
            (Exactness::Open, _) => (letters >= ONE_OFF).then_some(1),
        }
    }
}

/// Whether taking words less exactly can find more.
pub(super) fn can_widen(query: &Query, widened: u8) -> bool {
    let least = if widened < 2 { ONE_OFF } else { TWO_OFF };
    query.terms.iter().any(|term| match term {
        Term::Name { spellings, how, .. } => {
            *how == Exactness::Open
                && spellings
                    .iter()
                    .any(|spelling| matches!(spelling.as_slice(), [word] if word.chars().count() >= least))
        }
        _ => false,
    })
}
