//! Reads a filter as typed: words, quotes, commas, the minus sign.
//!
//! Names of entities are looked up by the caller's function, since the entity table is not this module's.
//! Bands, modes, grids and times are checked here, so that a typing slip is an answer and not an empty list.

use jiff::civil::{Date, DateTime};
use smol_str::{SmolStr, StrExt};

use super::{Filter, Glob, Span, Term, Test};
use crate::ham::band::Band;
use crate::logbook::summary::Flags;

/// A word that is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{word}`: {reason}")]
pub(crate) struct FilterError {
    /// The word as typed.
    pub(crate) word: String,
    /// What is wrong with it, and what it may be.
    pub(crate) reason: String,
}

/// Reads a filter; `entities` answers the entity codes a name or fragment stands for.
pub(crate) fn parse(text: &str, entities: &dyn Fn(&str) -> Vec<u16>) -> Result<Filter, FilterError> {
    let mut filter = Filter::default();
    for word in words(text)? {
        let term = parse_word(&word, entities)?;
        match term {
            Term {
                negated: false,
                test: Test::Span(span),
            } => {
                filter.span.from = filter.span.from.max(span.from);
                filter.span.until = filter.span.until.min(span.until);
            }
            term => filter.terms.push(term),
        }
    }
    Ok(filter)
}

/// Splits at blanks outside double quotes; the quotes stay in the word.
fn words(text: &str) -> Result<Vec<String>, FilterError> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                word.push(c);
            }
            c if c.is_whitespace() && !quoted => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            c => word.push(c),
        }
    }
    if quoted {
        return Err(FilterError {
            word,
            reason: "the closing quotation mark is missing".to_owned(),
        });
    }
    if !word.is_empty() {
        words.push(word);
    }
    Ok(words)
}

fn parse_word(word: &str, entities: &dyn Fn(&str) -> Vec<u16>) -> Result<Term, FilterError> {
    let (negated, body) = match word.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, word),
    };
    let fail = |reason: String| FilterError {
        word: word.to_owned(),
        reason,
    };
    let test = match body.split_once(':') {
        Some((key, values)) => {
            let values = split_values(values);
            if values.is_empty() {
                return Err(fail(format!("nothing follows `{key}:`")));
            }
            keyed(&key.to_ascii_lowercase(), &values, entities).map_err(fail)?
        }
        None => {
            let bare = body.replace('"', "");
            if bare.is_empty() {
                return Err(fail("a word is missing here".to_owned()));
            }
            Test::Call(vec![Glob::prefix(&bare)])
        }
    };
    Ok(Term { negated, test })
}

/// Splits at commas outside quotes and drops the quotes.
fn split_values(values: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut quoted = false;
    for c in values.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => out.push(String::new()),
            c => out.last_mut().expect("starts with one value").push(c),
        }
    }
    out.retain(|value| !value.trim().is_empty());
    out
}

const KEYS: &str = "call, band, mode, entity, dxcc, grid, cont, confirmed, from, to, on, year, ref, op, station, contest, sat, import";

fn keyed(key: &str, values: &[String], entities: &dyn Fn(&str) -> Vec<u16>) -> Result<Test, String> {
    match key {
        "call" => Ok(Test::Call(globs(values))),
        "band" => each(values, band).map(Test::Band),
        "mode" => Ok(Test::Mode(
            values.iter().map(|value| value.to_uppercase_smolstr()).collect(),
        )),
        "entity" | "country" => entity_codes(values, entities).map(Test::Dxcc),
        "dxcc" => each(values, |v| {
            v.parse().map_err(|_| format!("`{v}` is not an entity number"))
        })
        .map(Test::Dxcc),
        "grid" => each(values, grid).map(Test::Grid),
        "cont" | "continent" => each(values, continent).map(Test::Continent),
        "confirmed" | "qsl" => {
            let media = each(values, medium)?;
            Ok(Test::Confirmed(
                media.into_iter().fold(Flags::default(), Flags::with),
            ))
        }
        "from" => one(values)
            .and_then(span_of)
            .map(|s| Test::Span(Span { until: i64::MAX, ..s })),
        "to" => one(values)
            .and_then(span_of)
            .map(|s| Test::Span(Span { from: i64::MIN, ..s })),
        "on" | "year" => one(values).and_then(span_of).map(Test::Span),
        "ref" => Ok(Test::Reference(globs(values))),
        "op" | "operator" => Ok(Test::Operator(globs(values))),
        "station" => Ok(Test::StationCall(globs(values))),
        "contest" => Ok(Test::Contest(globs(values))),
        "sat" => Ok(Test::Satellite(globs(values))),
        "import" => each(values, |v| {
            v.parse().map_err(|_| format!("`{v}` is not an import's number"))
        })
        .map(Test::Import),
        _ => Err(format!("`{key}:` is not known; try one of {KEYS}")),
    }
}

fn globs(values: &[String]) -> Vec<Glob> {
    values.iter().map(|value| Glob::new(value)).collect()
}

fn each<T>(values: &[String], parse: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    values.iter().map(|value| parse(value.trim())).collect()
}

fn one(values: &[String]) -> Result<&str, String> {
    match values {
        [value] => Ok(value.trim()),
        _ => Err("takes one time".to_owned()),
    }
}

fn band(value: &str) -> Result<SmolStr, String> {
    match value.parse::<Band>() {
        Ok(band) => Ok(SmolStr::new(band.name())),
        Err(_) => Err(format!("`{value}` is not an ADIF band such as 20m or 70cm")),
    }
}

fn entity_codes(values: &[String], entities: &dyn Fn(&str) -> Vec<u16>) -> Result<Vec<u16>, String> {
    let mut codes = Vec::new();
    for value in values {
        let found = entities(value.trim());
        if found.is_empty() {
            return Err(format!("no entity is called `{value}`"));
        }
        codes.extend(found);
    }
    Ok(codes)
}

fn grid(value: &str) -> Result<SmolStr, String> {
    let grid = value.trim_end_matches('*').to_ascii_uppercase();
    let fits = !grid.is_empty()
        && grid.len() <= 10
        && grid.bytes().enumerate().all(|(i, c)| {
            if i % 4 < 2 {
                c.is_ascii_uppercase()
            } else {
                c.is_ascii_digit()
            }
        });
    if fits {
        Ok(grid.into())
    } else {
        Err(format!("`{value}` is not the beginning of a grid such as PM95"))
    }
}

fn continent(value: &str) -> Result<SmolStr, String> {
    let continent = value.to_ascii_uppercase();
    match continent.as_str() {
        "NA" | "SA" | "EU" | "AF" | "OC" | "AS" | "AN" => Ok(continent.into()),
        _ => Err(format!("`{value}` is not one of NA, SA, EU, AF, OC, AS, AN")),
    }
}

fn medium(value: &str) -> Result<Flags, String> {
    match value.to_ascii_lowercase().as_str() {
        "any" | "yes" => Ok(Flags::CONFIRMED),
        name => Flags::medium(name)
            .ok_or_else(|| format!("`{value}` is not one of any, lotw, card, eqsl, qrz, dcl")),
    }
}

/// The span a year, month, day or instant stands for (UTC).
pub(crate) fn span_of(value: &str) -> Result<Span, String> {
    let bad = || format!("`{value}` is not a time such as 2020, 2020-03, 2020-03-21 or 2020-03-21T18:00Z");
    let (from, until) = match value.len() {
        4 => {
            let year: i16 = value.parse().map_err(|_| bad())?;
            (Date::new(year, 1, 1), Date::new(year.saturating_add(1), 1, 1))
        }
        7 => {
            let first: Date = format!("{value}-01").parse().map_err(|_| bad())?;
            (Ok(first), first.checked_add(jiff::Span::new().months(1)))
        }
        8 if value.bytes().all(|c| c.is_ascii_digit()) => {
            let day = Date::strptime("%Y%m%d", value).map_err(|_| bad())?;
            (Ok(day), day.tomorrow())
        }
        10 => {
            let day: Date = value.parse().map_err(|_| bad())?;
            (Ok(day), day.tomorrow())
        }
        _ => return instant(value).ok_or_else(bad),
    };
    let second = |date: Result<Date, jiff::Error>| {
        let zoned = date.and_then(|date| date.to_zoned(jiff::tz::TimeZone::UTC));
        zoned
            .map(|zoned| zoned.timestamp().as_second())
            .map_err(|_| bad())
    };
    Ok(Span {
        from: second(from)?,
        until: second(until)?,
    })
}

fn instant(value: &str) -> Option<Span> {
    let at = match value.parse::<jiff::Timestamp>() {
        Ok(at) => at.as_second(),
        // Without a zone: logs are kept in UTC.
        Err(_) => {
            let local: DateTime = value.trim_end_matches(['Z', 'z']).parse().ok()?;
            local
                .to_zoned(jiff::tz::TimeZone::UTC)
                .ok()?
                .timestamp()
                .as_second()
        }
    };
    Some(Span {
        from: at,
        until: at.saturating_add(1),
    })
}
