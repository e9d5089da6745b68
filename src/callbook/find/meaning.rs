//! What the words of a query mean: by their shape, or by the field they stand in.
//!
//! Not here: how the text is parted into words, and which of them are taken together (`parse`).

use smol_str::{SmolStr, StrExt as _};

use super::super::generation::{base, typed_call};
use super::super::model::Standing;
use super::QueryError;
use super::parse::{Exactness, Scope, Term, Token};
use super::words::{spellings, words};
use crate::ham::callsign::Callsign;
use crate::search::Pattern;

/// Longest pattern of a call, in characters.
const LONGEST_PATTERN: usize = 15;

/// What a token means; `None` for marks without a letter.
pub(super) fn term(token: &Token) -> Result<Option<Term>, QueryError> {
    let text = token.text.trim();
    if let Some(field) = &token.field {
        return in_field(token, field, text).map(Some);
    }
    if token.quoted {
        return Ok(name(Scope::Anywhere, text, Exactness::Quoted));
    }
    if let Some(similar) = text.strip_prefix('~').or_else(|| text.strip_suffix('~')) {
        return Ok(name(Scope::Anywhere, similar, Exactness::Similar));
    }
    if text.contains(['*', '?']) && !is_name_start(text) {
        return pattern(token, text).map(Some);
    }
    Ok(shaped(text).or_else(|| name_or_region(text.trim_end_matches('*'))))
}

/// `smith*`: no call begins with so many letters, and names are found by their beginning anyway.
fn is_name_start(text: &str) -> bool {
    let letters = text.trim_end_matches('*');
    letters.chars().count() >= 3 && letters.chars().all(char::is_alphabetic)
}

/// What a text is by its shape.
fn shaped(text: &str) -> Option<Term> {
    let upper = text.to_uppercase().replace('Ø', "0");
    let bytes = upper.as_bytes();
    if bytes.iter().all(|b| b.is_ascii_digit() || *b == b'-') && (3..=10).contains(&bytes.len()) {
        return zip(&upper).map(Term::Zip);
    }
    let grid = grid(&upper).map(Term::Grid);
    if let Some(exact) = typed_call(text).filter(is_call) {
        let home = Callsign::parse(base(&exact)).ok().filter(|home| *home != exact);
        let or = grid.or_else(|| is_postcode_start(&upper).then(|| Term::Zip(upper.into())));
        return Some(Term::Call {
            exact,
            base: home,
            or: or.map(Box::new),
            only: false,
        });
    }
    if is_call_start(bytes) || grid.is_some() {
        let or = grid.map(Box::new);
        return Some(Term::CallStart {
            start: upper.into(),
            or,
        });
    }
    let is_postcode =
        bytes.len() == 6 && bytes[3].is_ascii_digit() && upper.get(..3).is_some_and(is_postcode_start);
    is_postcode.then(|| Term::Zip(upper.into()))
}

/// A digit before letters, and no more before it than prefixes have.
fn is_call(call: &Callsign) -> bool {
    let home = base(call).as_bytes();
    let digit = home.iter().rposition(u8::is_ascii_digit);
    home.len() <= 12
        && home.last().is_some_and(u8::is_ascii_uppercase)
        && digit.is_some_and(|at| (1..=6).contains(&at))
}

/// `K6`, `DL1`, `3D2`: a prefix and its digit.
fn is_call_start(bytes: &[u8]) -> bool {
    (2..=4).contains(&bytes.len())
        && bytes.iter().all(u8::is_ascii_alphanumeric)
        && bytes.iter().any(u8::is_ascii_uppercase)
        && bytes.last().is_some_and(u8::is_ascii_digit)
}

/// `K1A`, whose first letter is one that Canada uses.
fn is_postcode_start(text: &str) -> bool {
    matches!(text.as_bytes(), [a, b, c] if b"ABCEGHJKLMNPRSTVXY".contains(a) && b.is_ascii_digit() && c.is_ascii_uppercase())
}

/// The digits of a ZIP, at most five: what follows names a street.
fn zip(text: &str) -> Option<SmolStr> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let whole = matches!(digits.len(), 3..=5 | 9);
    whole.then(|| digits[..digits.len().min(5)].into())
}

/// A locator of 4, 6 or 8 characters; places are known to 6.
fn grid(text: &str) -> Option<SmolStr> {
    let shape = |at: usize, b: u8| match at {
        0 | 1 => (b'A'..=b'R').contains(&b),
        4 | 5 => (b'A'..=b'X').contains(&b),
        _ => b.is_ascii_digit(),
    };
    let fits = matches!(text.len(), 4 | 6 | 8) && text.bytes().enumerate().all(|(at, b)| shape(at, b));
    fits.then(|| text[..text.len().min(6)].into())
}

fn pattern(token: &Token, text: &str) -> Result<Term, QueryError> {
    let wrong = |what: &str| QueryError {
        at: token.at,
        what: what.into(),
        help: "write a call with ? for one character and * for any, like K6* or *BP",
    };
    let text = text.to_uppercase().replace('Ø', "0");
    if text.chars().count() > LONGEST_PATTERN {
        return Err(wrong("a pattern has at most 15 characters"));
    }
    if text.matches('*').count() > 2 {
        return Err(wrong("a pattern has at most two *"));
    }
    let pattern = Pattern::new(&text).ok_or_else(|| wrong("wildcards stand in calls only"))?;
    match text.strip_suffix('*') {
        Some(start) if !start.is_empty() && !start.contains(['*', '?']) => Ok(Term::CallStart {
            start: start.into(),
            or: None,
        }),
        _ => Ok(Term::CallPattern(pattern)),
    }
}

/// A name or place, by the ways it may be written; `None` without a letter.
pub(super) fn name(scope: Scope, text: &str, how: Exactness) -> Option<Term> {
    let spellings = if how == Exactness::Quoted {
        vec![words(text, false)]
    } else {
        spellings(text)
    };
    let empty = spellings.iter().all(Vec::is_empty);
    (!empty).then_some(Term::Name {
        scope,
        spellings,
        how,
        region: None,
    })
}

/// States and provinces, one beside the other.
const REGIONS: &str = "ALAKAZARCACOCTDEFLGAHIIDILINIAKSKYLAMEMDMAMIMNMSMOMTNENVNHNJNMNYNCNDOHOKORPARISCSDTNTXUTVTVAWAWVWIWYDCPRVIGUASMPAAAEAPABBCMBNBNLNSNTNUONPEQCSKYT";

fn is_region(text: &str) -> bool {
    let upper = text.to_ascii_uppercase();
    let codes = REGIONS.as_bytes().chunks_exact(2);
    upper.len() == 2 && codes.into_iter().any(|code| code == upper.as_bytes())
}

fn name_or_region(text: &str) -> Option<Term> {
    let mut term = name(Scope::Anywhere, text, Exactness::Open)?;
    if let Term::Name { region, .. } = &mut term
        && is_region(text)
    {
        *region = Some(text.to_lowercase_smolstr());
    }
    Some(term)
}

const FIELDS: &str = "call:, name:, first:, last:, city:, state:, zip:, grid:, country:, class:, status:, club:, frn: or prev:";

fn in_field(token: &Token, field: &str, text: &str) -> Result<Term, QueryError> {
    let wrong = |what: String, help: &'static str| QueryError {
        at: token.at,
        what,
        help,
    };
    if text.is_empty() {
        return Err(wrong(
            format!("nothing stands behind {field}:"),
            "write a word behind it, or leave it out",
        ));
    }
    let how = if token.quoted {
        Exactness::Quoted
    } else if text.starts_with('~') || text.ends_with('~') {
        Exactness::Similar
    } else {
        Exactness::Open
    };
    let bare = text.trim_matches('~').trim_end_matches('*');
    let no_word = || wrong(format!("{text:?} has no letter"), "write letters or digits");
    let in_scope = |scope| name(scope, bare, how).ok_or_else(no_word);
    match field {
        "call" if text.contains(['*', '?']) => pattern(token, text),
        "call" => whole_call(text, &wrong).map(|exact| Term::Call {
            base: Callsign::parse(base(&exact)).ok().filter(|home| *home != exact),
            exact,
            or: None,
            only: true,
        }),
        "prev" | "previous" => whole_call(text, &wrong).map(Term::Previous),
        "name" => in_scope(Scope::Name),
        "first" => in_scope(Scope::First),
        "last" => in_scope(Scope::Last),
        "city" => in_scope(Scope::City),
        "club" if bare.is_empty() => Ok(Term::AnyClub),
        "club" => in_scope(Scope::Club),
        "state" | "region" => Ok(Term::Region(text.trim().to_lowercase().into())),
        "zip" | "postcode" => {
            let code: String = bare.chars().filter(|c| c.is_alphanumeric()).collect();
            (!code.is_empty())
                .then(|| Term::Zip(us_or_other(&code.to_uppercase())))
                .ok_or_else(no_word)
        }
        "grid" | "loc" => grid_start(bare).map(Term::Grid).ok_or_else(|| {
            wrong(
                format!("{text:?} is no locator"),
                "write two, four or six characters, like CM87",
            )
        }),
        "country" => Ok(Term::Country(text.to_lowercase().into())),
        "class" => Ok(Term::Class(class(text))),
        "status" => standing(text).map(Term::Standing).ok_or_else(|| {
            wrong(
                format!("{text:?} is no status"),
                "write active, expired, grace, cancelled or reserved",
            )
        }),
        "frn" if (1..=10).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) => {
            Ok(Term::Person(format!("{text:0>10}").into()))
        }
        "frn" => Err(wrong(format!("{text:?} is no FRN"), "an FRN has ten digits")),
        _ => Err(wrong(format!("there is no field {field}:"), FIELDS)),
    }
}

fn whole_call(
    text: &str,
    wrong: &dyn Fn(String, &'static str) -> QueryError,
) -> Result<Callsign, QueryError> {
    typed_call(text).ok_or_else(|| wrong(format!("{text:?} is no call"), "write a call like K6BP"))
}

/// A ZIP without what follows its five digits; any other postcode as it is.
fn us_or_other(code: &str) -> SmolStr {
    if code.len() == 9 && code.bytes().all(|b| b.is_ascii_digit()) {
        code[..5].into()
    } else {
        code.into()
    }
}

/// A locator whose end completes the beginning of any other.
const EXAMPLE: &str = "AA00AA00";

/// The beginning of a locator.
fn grid_start(text: &str) -> Option<SmolStr> {
    let upper = text.to_ascii_uppercase();
    let whole = format!("{upper}{}", EXAMPLE.get(upper.len()..)?);
    let fits = matches!(upper.len(), 2 | 4 | 6 | 8) && grid(&whole).is_some();
    fits.then(|| upper[..upper.len().min(6)].into())
}

/// The indexed words of a class, by its name or letter.
fn class(text: &str) -> Vec<SmolStr> {
    let word = match text.to_ascii_lowercase().as_str() {
        "e" | "amateur extra" => "extra",
        "a" => "advanced",
        "g" => "general",
        "t" | "tech" => "technician",
        "p" | "technician plus" | "tech plus" | "technicianplus" => "plus",
        "n" => "novice",
        "honors" | "honour" | "honor" => "honours",
        _ => return words(text, false),
    };
    vec![SmolStr::new_static(word)]
}

fn standing(text: &str) -> Option<Vec<Standing>> {
    Some(match text.to_ascii_lowercase().as_str() {
        "active" | "valid" => vec![Standing::Active],
        "expired" => vec![Standing::Grace, Standing::Expired],
        "grace" => vec![Standing::Grace],
        "cancelled" | "canceled" => vec![Standing::Cancelled],
        "reserved" => vec![Standing::Reserved],
        _ => return None,
    })
}
