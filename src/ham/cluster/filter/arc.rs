//! Expressions of AR-Cluster: `band=20 and not skimmer`, `(cont=EU or cty=K) and unique > 1`.
//!
//! A field, an operator, a value; a field alone is true or false. Values may be quoted, and hold `*` at their
//! end. What the original knows and we do not is refused by name, never taken for something else.

use super::{Expr, FilterError, LONGEST_FILTER, Pattern, Places, Reader, Side, Term, span, spider};

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
        if matches!(name.as_str(), "skimmer" | "skimvalid") {
            return Ok(Expr::Term(Term::Skimmer));
        }
        if matches!(name.as_str(), "all" | "true") {
            return Ok(Expr::All);
        }
        let operator = words.next().copied().filter(|word| is_operator(word));
        let operator = operator.ok_or_else(|| FilterError::at("no operator after", field))?;
        let value = words
            .next()
            .copied()
            .ok_or_else(|| FilterError::at("no value for", field))?;
        compare(&name, operator, value.trim_matches(['"', '\'']), places)
    })
}

fn is_operator(word: &str) -> bool {
    matches!(word, "=" | "==" | "<>" | "!=" | ">" | "<" | ">=" | "<=") || word.eq_ignore_ascii_case("like")
}

/// Words, quoted texts, brackets and operators, with or without blanks between.
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
        "unique" => return unique(operator, value).ok_or_else(wrong),
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
        "mode" => spider::modes(value).ok_or_else(wrong)?,
        "call" | "dx" => Expr::Term(Term::Call(Side::Spotted, spider::starts(value))),
        "spotter" => Expr::Term(Term::Call(Side::Spotter, spider::starts(value))),
        "comment" | "info" => Expr::Term(Term::Info(vec![Pattern::plain(value.trim_matches('*'))])),
        "node" | "origin" => Expr::Term(Term::Origin(spider::starts(value))),
        _ => place(field, value, places).ok_or_else(|| FilterError::at("unknown field or value", field))?,
    };
    Ok(match operator {
        "<>" | "!=" => Expr::Not(Box::new(equal)),
        ">" | "<" | ">=" | "<=" => return Err(FilterError::at("operator does not go with", field)),
        _ => equal,
    })
}

/// `cont`, `cty`, `cqzone`, `ituzone`, `state`, each also with `spotter` in front.
fn place(field: &str, value: &str, places: &dyn Places) -> Option<Expr> {
    let (side, name) = match field.strip_prefix("spotter") {
        Some(name) => (Side::Spotter, name),
        None => (Side::Spotted, field),
    };
    let list = value.split(',').map(str::trim);
    Some(Expr::Term(match name {
        "cont" | "continent" => Term::Continent(side, list.map(spider::continent).collect::<Option<_>>()?),
        "cty" | "country" | "dxcc" => Term::Entity(side, spider::entities(value, places)?),
        "cqzone" | "zone" | "cq" => {
            Term::Cq(side, list.map(|zone| zone.parse().ok()).collect::<Option<_>>()?)
        }
        "ituzone" | "itu" => Term::Itu(side, list.map(|zone| zone.parse().ok()).collect::<Option<_>>()?),
        "state" => {
            let states: Vec<_> = list.map(|state| state.to_ascii_uppercase().into()).collect();
            Term::State(side, states)
        }
        _ => return None,
    }))
}

/// `unique > 1`.
fn unique(operator: &str, value: &str) -> Option<Expr> {
    let number: u32 = value.parse().ok()?;
    let over = |number: u32| Expr::Term(Term::Unique(number));
    Some(match operator {
        ">" => over(number),
        ">=" => over(number.checked_sub(1)?),
        "<" => Expr::Not(Box::new(over(number.checked_sub(1)?))),
        "<=" => Expr::Not(Box::new(over(number))),
        "=" | "==" => Expr::Every(vec![
            over(number.checked_sub(1)?),
            Expr::Not(Box::new(over(number))),
        ]),
        _ => return None,
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
