//! Expressions of AR-Cluster: `band=20 and not skimmer`, `(cont=EU or cty=K) and unique > 1`.
//!
//! A field, an operator, a value; a field alone is true or false. Values may be quoted, hold `*` at their end, and
//! be lists (`band=[20,40]`). What the original knows and we do not is refused by name, never taken for something
//! else. `unique` counts the stations that reported a call there within five minutes, as far as [`MOST_UNIQUE`];
//! `skimvalid` is its own rule: a machine's spot that two others agree with.

use super::{Expr, FilterError, LONGEST_FILTER, Pattern, Places, Reader, Side, Term, span, spider};

/// Reports are counted so far.
pub const MOST_UNIQUE: u8 = 12;

/// Reads an expression.
pub fn parse(text: &str, places: &dyn Places) -> Result<Expr, FilterError> {
    if text.len() > LONGEST_FILTER {
        return Err(FilterError::at("filter too long", text));
    }
    let words = words(text);
    if words.is_empty() {
        return Err(FilterError::at("no filter", ""));
    }
    Reader::read(words, |words| {
        let field = words.next().copied().unwrap_or_default();
        let name = field.to_ascii_lowercase();
        match name.as_str() {
            "skimmer" => return Ok(Expr::Term(Term::Skimmer)),
            "skimvalid" => {
                let agreed = [Term::Skimmer, Term::Unique(2)];
                return Ok(Expr::Every(agreed.map(Expr::Term).into()));
            }
            "skimbusted" => {
                let misheard = [Term::Skimmer, Term::Busted];
                return Ok(Expr::Every(misheard.map(Expr::Term).into()));
            }
            "skimqsy" | "skimdupe" | "skimunknown" => {
                return Err(FilterError::at("marks of machines are not kept here", field));
            }
            "all" | "true" => return Ok(Expr::All),
            _ => {}
        }
        let operator = words.next().copied().filter(|word| is_operator(word));
        let operator = operator.ok_or_else(|| FilterError::at("no operator after", field))?;
        let value = words
            .next()
            .copied()
            .ok_or_else(|| FilterError::at("no value for", field))?;
        compare(&name, operator, bare(value), places)
    })
}

fn is_operator(word: &str) -> bool {
    matches!(word, "=" | "==" | "<>" | "!=" | ">" | "<" | ">=" | "<=") || word.eq_ignore_ascii_case("like")
}

/// A value without the quotes or brackets around it.
fn bare(value: &str) -> &str {
    value.trim_matches(['"', '\'', '[', ']'])
}

/// Words, quoted texts, lists, brackets and operators, with or without blanks between.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '(' | ')' => 1,
            '=' | '<' | '>' | '!' => rest
                .find(|c: char| !matches!(c, '=' | '<' | '>' | '!'))
                .unwrap_or(rest.len()),
            '"' | '\'' => rest[1..].find(first).map_or(rest.len(), |end| end + 2),
            '[' => rest.find(']').map_or(rest.len(), |end| end + 1),
            _ => rest
                .find(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '=' | '<' | '>' | '!'))
                .unwrap_or(rest.len()),
        };
        let (word, after) = rest.split_at(length);
        words.push(word);
        rest = after.trim_start();
    }
    words
}

fn compare(field: &str, operator: &str, value: &str, places: &dyn Places) -> Result<Expr, FilterError> {
    let wrong = || FilterError::at("wrong value", value);
    let equal = match field {
        "unique" => return unique(operator, value),
        "freq" | "frequency" => return frequency(operator, value).ok_or_else(wrong),
        "band" => {
            let bands = value
                .split(',')
                .map(|one| span::bands(one.trim()))
                .collect::<Option<Vec<_>>>();
            let bands = bands.ok_or_else(wrong)?.concat();
            Expr::Term(Term::Within(
                bands
                    .into_iter()
                    .map(|band| (band.lower(), band.upper()))
                    .collect(),
            ))
        }
        "mode" => spider::modes(&value.replace(' ', "")).ok_or_else(wrong)?,
        "call" | "dx" => Expr::Term(Term::Call(Side::Spotted, spider::starts(value))),
        "spotter" => Expr::Term(Term::Call(Side::Spotter, spider::starts(value))),
        "comment" | "info" => Expr::Term(Term::Info(vec![Pattern::plain(value.trim_matches('*'))])),
        "node" | "origin" => Expr::Term(Term::Origin(spider::starts(value))),
        "state" | "spotterstate" => return Err(FilterError::at("no states are known here", field)),
        _ => place(field, value, places).ok_or_else(|| FilterError::at("unknown field or value", field))?,
    };
    Ok(match operator {
        "<>" | "!=" => Expr::Not(Box::new(equal)),
        ">" | "<" | ">=" | "<=" => return Err(FilterError::at("operator does not go with", field)),
        _ => equal,
    })
}

/// `cont`, `cty`, `cqzone`, `ituzone`, each also with `spotter` in front.
fn place(field: &str, value: &str, places: &dyn Places) -> Option<Expr> {
    let (side, name) = match field.strip_prefix("spotter") {
        Some(name) => (Side::Spotter, name),
        None => (Side::Spotted, field),
    };
    let list = value.split(',').map(str::trim);
    Some(Expr::Term(match name {
        "cont" | "continent" => Term::Continent(side, list.map(spider::continent).collect::<Option<_>>()?),
        "cty" | "country" | "dxcc" => Term::Entity(side, spider::entities(&value.replace(' ', ""), places)?),
        "cqzone" | "zone" | "cq" => {
            Term::Cq(side, list.map(|zone| zone.parse().ok()).collect::<Option<_>>()?)
        }
        "ituzone" | "itu" => Term::Itu(side, list.map(|zone| zone.parse().ok()).collect::<Option<_>>()?),
        _ => return None,
    }))
}

/// `unique > 1`.
fn unique(operator: &str, value: &str) -> Result<Expr, FilterError> {
    let number: u8 = value.parse().map_err(|_| FilterError::at("wrong value", value))?;
    if number > MOST_UNIQUE {
        return Err(FilterError::at("unique counts no further than 12", value));
    }
    let over = |number: u8| Expr::Term(Term::Unique(number));
    let at_least = |number: u8| number.checked_sub(1).map_or(Expr::All, over);
    let not = |expr| Expr::Not(Box::new(expr));
    Ok(match operator {
        ">" => over(number),
        ">=" => at_least(number),
        "<" => not(at_least(number)),
        "<=" => not(over(number)),
        "=" | "==" => Expr::Every(vec![at_least(number), not(over(number))]),
        "<>" | "!=" => Expr::Any(vec![not(at_least(number)), over(number)]),
        _ => return Err(FilterError::at("operator does not go with unique", operator)),
    })
}

/// Kilohertz above or below a value.
fn frequency(operator: &str, value: &str) -> Option<Expr> {
    use crate::ham::freq::Hertz;
    let at = crate::ham::spot::frequency::khz(value)?.get();
    let span = match operator {
        ">" => (at + 1, u64::MAX),
        ">=" => (at, u64::MAX),
        "<" => (0, at - 1),
        "<=" => (0, at),
        "=" | "==" => (at, at),
        _ => return None,
    };
    Some(Expr::Term(Term::Within(vec![(
        Hertz::new(span.0),
        Hertz::new(span.1),
    )])))
}
