//! What a text may become, while it is typed: calls, last names, and first with last names that begin so.
//!
//! Only beginnings are looked for, so it answers within a millisecond or two, whatever is typed.

use jiff::civil::Date;

use super::super::generation::Registers;
use super::super::generation::documents::{CLUB, FIRST, LAST, Standings};
use super::search::{Source, sources};
use super::words::fold;
use super::{Asker, Field, Fields, FindError, Hit, How};
use crate::search::{Place, Query as Ask};

/// Letters before anything is looked for.
const LEAST: usize = 2;
const MOST_ROWS: usize = 10;
/// Letters of a call, without portable parts.
const LONGEST_CALL: usize = 12;

impl Registers {
    /// At most ten hits for a text that is being typed, calls first. Blocking: a millisecond or two.
    pub(crate) fn typeahead(
        &self,
        text: &str,
        asker: &Asker,
        allowed: Fields,
        today: Date,
        limit: usize,
    ) -> Result<Vec<Hit>, FindError> {
        let text = text.trim();
        if !(LEAST..=60).contains(&text.chars().count()) {
            return Ok(Vec::new());
        }
        let live = self.all();
        let (sources, _) = sources(&live, asker)?;
        let limit = limit.clamp(1, MOST_ROWS);
        let standings = Standings::on(today);
        let mut hits: Vec<Hit> = Vec::new();
        for (how, ask) in asks(text, allowed) {
            let wanted = limit - hits.len();
            for hit in first(&sources, &ask, how, standings, wanted)? {
                let is_known = |known: &Hit| {
                    known.found.authority == hit.found.authority
                        && known.found.entry.licence.call == hit.found.entry.licence.call
                };
                if !hits.iter().any(is_known) {
                    hits.push(hit);
                }
            }
            if hits.len() >= limit {
                break;
            }
        }
        hits.truncate(limit);
        Ok(hits)
    }
}

/// What is looked for, best first.
fn asks(text: &str, allowed: Fields) -> Vec<(How, Ask)> {
    let mut asks = Vec::new();
    if let Some(start) = call_start(text).filter(|_| allowed.contains(Field::Call)) {
        asks.push((How::CallStart, Ask::KeyStart(start.into())));
    }
    let typed: Vec<&str> = text.split_whitespace().collect();
    let begins = |field, word: &str| {
        Ask::any(
            fold(word)
                .into_iter()
                .map(|word| Ask::Start(field, word))
                .collect(),
        )
    };
    let is_word = |word: &&str| word.chars().any(char::is_alphanumeric);
    match typed.as_slice() {
        [word] if is_word(word) => {
            if allowed.contains(Field::Name) {
                asks.push((How::LastName, begins(LAST, word)));
            }
            if allowed.contains(Field::Club) {
                asks.push((How::NameStart, begins(CLUB, word)));
            }
        }
        [a, b, ..] if is_word(a) && is_word(b) => {
            if allowed.contains(Field::Name) {
                asks.push((How::NameStart, Ask::All(vec![begins(FIRST, a), begins(LAST, b)])));
                asks.push((How::NameStart, Ask::All(vec![begins(LAST, a), begins(FIRST, b)])));
            }
            if allowed.contains(Field::Club) {
                asks.push((How::NameStart, Ask::All(vec![begins(CLUB, a), begins(CLUB, b)])));
            }
        }
        _ => {}
    }
    asks
}

/// The beginning of a call: no call has four letters before its digit.
fn call_start(text: &str) -> Option<String> {
    let upper = text.to_uppercase().replace('Ø', "0");
    let plain = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'/';
    let letters = upper.bytes().take_while(u8::is_ascii_uppercase).count();
    (upper.len() <= LONGEST_CALL && upper.bytes().all(plain) && letters < 4).then_some(upper)
}

/// The first hits over all registers.
fn first(
    sources: &[Source<'_>],
    ask: &Ask,
    how: How,
    standings: Standings,
    limit: usize,
) -> Result<Vec<Hit>, FindError> {
    let mut places: Vec<(Place, usize)> = Vec::new();
    for (at, source) in sources.iter().enumerate() {
        let found = source.search(ask, standings, &[], None, limit)?;
        places.extend(found.into_iter().map(|place| (place, at)));
    }
    places.sort_unstable();
    places.truncate(limit);
    let mut hits = Vec::with_capacity(places.len());
    for (place, at) in places {
        hits.extend(sources[at].hit(place, how)?);
    }
    Ok(hits)
}
