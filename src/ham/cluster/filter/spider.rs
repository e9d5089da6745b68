//! The grammar of `DXSpider`'s filters: `on hf and by_zone 14,15,16`, `not (call k or info {contest})`.
//!
//! Everything is lower-cased first; a keyword takes one value, or several joined by commas; terms are joined by
//! `and`, `or`, `not` and brackets. Entity numbers are ADIF's, for the original's own numbers are known to no
//! other program; prefixes mean the same in both. Announcements use the same grammar, `dest` and `by` in it.

use smol_str::SmolStr;

use super::{Expr, FilterError, LONGEST_FILTER, Pattern, Places, Reader, Side, Term, span};
use crate::ham::dxcc::Continent;
use crate::ham::spot::{ModeClass, SpotMode};

/// Reads an expression.
pub fn parse(text: &str, places: &dyn Places) -> Result<Expr, FilterError> {
    if text.len() > LONGEST_FILTER {
        return Err(FilterError::at("filter too long", text));
    }
    let text = text.to_lowercase();
    let words = words(&text)?;
    if words.is_empty() {
        return Err(FilterError::at("no filter", ""));
    }
    Reader::read(words, |words| {
        let keyword = words.next().copied().unwrap_or_default();
        if keyword == "all" {
            return Ok(Expr::All);
        }
        if keyword == "skimmer" || keyword == "rbn" {
            return Ok(Expr::Term(Term::Skimmer));
        }
        let value = words
            .next()
            .copied()
            .filter(|value| !matches!(*value, "and" | "or" | "not" | "(" | ")" | "!"));
        let value = value.ok_or_else(|| FilterError::at("no value for", keyword))?;
        term(keyword, value, places)
    })
}

/// Words, brackets, `!` and `{texts}`.
fn words(text: &str) -> Result<Vec<&str>, FilterError> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '(' | ')' | '!' => 1,
            '{' => rest.find('}').ok_or_else(|| FilterError::at("missing }", rest))? + 1,
            _ => {
                let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '!' | '{'));
                let word = &rest[..end.unwrap_or(rest.len())];
                let ill = |c: char| !(c.is_ascii_alphanumeric() || "_,.:/-*$&|<>=".contains(c));
                if word.is_empty() || word.contains(ill) {
                    return Err(FilterError::at("ill character", word));
                }
                word.len()
            }
        };
        let (word, after) = rest.split_at(length);
        words.push(word);
        rest = after.trim_start();
    }
    Ok(words)
}

fn term(keyword: &str, value: &str, places: &dyn Places) -> Result<Expr, FilterError> {
    let wrong = || FilterError::at("wrong value", value);
    let (side, name) = side_of(keyword);
    let list = || value.split(',').filter(|one| !one.is_empty());
    Ok(Expr::Term(match name {
        "freq" | "on" | "f" => {
            let spans = list()
                .map(span::spans)
                .collect::<Option<Vec<_>>>()
                .ok_or_else(wrong)?;
            Term::Within(spans.concat())
        }
        "call" | "spotter" => Term::Call(side, starts(value)),
        "info" | "i" => Term::Info(patterns(value).ok_or_else(wrong)?),
        "dxcc" | "ctry" | "country" => Term::Entity(side, entities(value, places).ok_or_else(wrong)?),
        "zone" | "cq" => Term::Cq(
            side,
            zones(value, places, |place| place.cq_zone).ok_or_else(wrong)?,
        ),
        "itu" => Term::Itu(
            side,
            zones(value, places, |place| place.itu_zone).ok_or_else(wrong)?,
        ),
        "state" => return Err(FilterError::at("no states are known here", keyword)),
        "cont" | "continent" => Term::Continent(
            side,
            list().map(continent).collect::<Option<_>>().ok_or_else(wrong)?,
        ),
        // Of an announcement: whom it is for.
        "dest" => Term::Call(Side::Spotted, starts(value)),
        "origin" | "node" => Term::Origin(starts(value)),
        "mode" => return modes(value).ok_or_else(wrong),
        _ => return Err(FilterError::at("unknown keyword", keyword)),
    }))
}

/// `by_zone` is the zone of the spotter; `call_zone` and `zone` are that of the spotted.
fn side_of(keyword: &str) -> (Side, &str) {
    if matches!(keyword, "by" | "spotter" | "user") {
        return (Side::Spotter, "call");
    }
    if let Some(name) = keyword
        .strip_prefix("by_")
        .or_else(|| keyword.strip_prefix("spotter_"))
    {
        return (Side::Spotter, name);
    }
    if let Some(name) = keyword
        .strip_prefix("by")
        .filter(|name| matches!(*name, "cq" | "zone" | "itu" | "dxcc" | "state"))
    {
        return (Side::Spotter, name);
    }
    (Side::Spotted, keyword.strip_prefix("call_").unwrap_or(keyword))
}

fn upper(text: &str) -> SmolStr {
    text.to_ascii_uppercase().into()
}

/// Starts of calls; a trailing `*` says the same.
pub(super) fn starts(value: &str) -> Vec<SmolStr> {
    value
        .split(',')
        .map(|one| one.trim_end_matches(['*', '$']))
        .filter(|one| !one.is_empty())
        .map(upper)
        .collect()
}

fn patterns(value: &str) -> Option<Vec<Pattern>> {
    match value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        Some(regex) => Pattern::regex(regex).map(|pattern| vec![pattern]),
        None => Some(
            value
                .split(',')
                .filter(|one| !one.is_empty())
                .map(Pattern::plain)
                .collect(),
        ),
    }
}

/// Numbers of entities, or prefixes.
pub(super) fn entities(value: &str, places: &dyn Places) -> Option<Vec<u16>> {
    let one = |text: &str| match text.parse() {
        Ok(number) => Some(number),
        Err(_) => places.place(text).map(|place| place.entity),
    };
    value.split(',').filter(|one| !one.is_empty()).map(one).collect()
}

/// Zones, ranges of them (`14-16`), or prefixes.
fn zones(value: &str, places: &dyn Places, pick: fn(&super::PrefixPlace) -> Option<u8>) -> Option<Vec<u8>> {
    let mut zones = Vec::new();
    for one in value.split(',').filter(|one| !one.is_empty()) {
        let range = one
            .split_once('-')
            .and_then(|(a, b)| Some((a.parse::<u8>().ok()?, b.parse::<u8>().ok()?)));
        match (range, one.parse()) {
            (Some((from, to)), _) => zones.extend(from..=to),
            (None, Ok(zone)) => zones.push(zone),
            (None, Err(_)) => zones.push(pick(&places.place(one)?)?),
        }
    }
    // However many ranges were typed, each spot is compared with 256 at most.
    zones.sort_unstable();
    zones.dedup();
    Some(zones)
}

pub(super) fn continent(text: &str) -> Option<Continent> {
    text.parse().ok()
}

/// Modes and classes: `cw`, `ft8`, `phone`, `digi`.
pub(super) fn modes(value: &str) -> Option<Expr> {
    let mut some = Vec::new();
    for one in value.split(',').filter(|one| !one.is_empty()) {
        some.push(Expr::Term(match one.to_ascii_lowercase().as_str() {
            "phone" | "ssb" | "voice" => Term::Class(vec![ModeClass::Phone]),
            "data" | "digi" | "digital" | "dig" => Term::Class(vec![ModeClass::Data]),
            "ft" | "ftx" => Term::Mode(vec![SpotMode::Ft8, SpotMode::Ft4, SpotMode::Ft2]),
            name => Term::Mode(vec![SpotMode::parse(name)?]),
        }));
    }
    (!some.is_empty()).then(|| Expr::any(some))
}
