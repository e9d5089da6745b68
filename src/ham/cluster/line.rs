//! One line of a cluster node: what it means.
//!
//! Order matters: an announcement may quote a spot and is none, a prompt may stand before a spot in the same
//! line, a talk line looks like a prompt. Words of login are only looked for in lines that are nothing else;
//! whether they mean anything is for the caller, who knows whether he is logging in.

use smol_str::SmolStr;

use super::solar::{Wcy, Wwv};
use super::spot_line::{Cc11, SpotLine};
use super::text::decode;
use super::time::HourMinute;
use crate::ham::spot::Spotter;

/// What a line means.
#[derive(Debug, Clone, PartialEq)]
pub enum Line {
    /// A live spot.
    Spot(Box<SpotLine>),
    /// A spot of `sh/dx`, with its date.
    Past(Box<SpotLine>),
    /// A spot as a `CC11` record.
    Cc11(Box<Cc11>),
    /// Somebody to all, or to a group.
    Announce(Announce),
    /// Somebody to one call, or to a group.
    Talk(Talk),
    /// The weather somewhere.
    Weather(Talk),
    /// Figures of WWV.
    Wwv(Wwv),
    /// Figures of WCY.
    Wcy(Wcy),
    /// The node waits for a command.
    Prompt,
    /// The node asks for a call.
    LoginPrompt,
    /// The node asks for a password.
    PasswordPrompt,
    /// The node refuses what we are or did; its words.
    Refused(String),
    /// Our call has logged in somewhere else.
    Replaced,
    /// Somebody came or went.
    Notice(String),
    /// Anything else that is not blank.
    Other(String),
    /// Nothing but blanks.
    Empty,
}

/// `To ALL de G1AAA: text`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announce {
    /// `ALL`, `LOCAL`, `SYSOP` or the name of a group.
    pub to: SmolStr,
    /// Who says it.
    pub from: SmolStr,
    /// What.
    pub text: String,
}

/// `K1BBB-3 de G1AAA: hi there`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Talk {
    /// To whom; for the weather empty.
    pub to: SmolStr,
    /// Who says it.
    pub from: SmolStr,
    /// What.
    pub text: String,
}

impl Line {
    /// Reads a line without its end; any bytes are some line.
    pub fn parse(bytes: &[u8]) -> Self {
        let text = decode(bytes);
        let mut text = text.trim();
        loop {
            if let Some(line) = Self::marked(text) {
                return line;
            }
            match after_prompt(text) {
                Some("") => return Self::Prompt,
                Some(rest) => text = rest,
                None => break,
            }
        }
        Self::between_people(text).unwrap_or_else(|| Self::of_session(text))
    }

    /// The spot in the line, of whatever layout.
    pub fn spot(&self) -> Option<&SpotLine> {
        match self {
            Self::Spot(spot) | Self::Past(spot) => Some(spot),
            Self::Cc11(record) => Some(&record.spot),
            _ => None,
        }
    }

    /// A line that is known by how it begins.
    fn marked(text: &str) -> Option<Self> {
        if let Some(rest) = tagged(text, "DX de ") {
            return Some(SpotLine::live(rest).map_or_else(|| other(text), |spot| Self::Spot(Box::new(spot))));
        }
        let Some(first) = text.bytes().next() else {
            return Some(Self::Empty);
        };
        if first.is_ascii_digit()
            && let Some(spot) = SpotLine::past(text)
        {
            return Some(Self::Past(Box::new(spot)));
        }
        if let Some(rest) = tagged(text, "CC11^") {
            return Some(
                Cc11::parse(rest).map_or_else(|| other(text), |record| Self::Cc11(Box::new(record))),
            );
        }
        if let Some(rest) = tagged(text, "WWV de ") {
            return Some(Wwv::parse(rest).map_or_else(|| other(text), Self::Wwv));
        }
        if let Some(rest) = tagged(text, "WCY de ") {
            return Some(Wcy::parse(rest).map_or_else(|| other(text), Self::Wcy));
        }
        if let Some(rest) = tagged(text, "To ") {
            return announce(rest).map(Self::Announce);
        }
        if let Some(rest) = tagged(text, "WX de ") {
            let (from, text) = rest.split_once(':')?;
            return Some(Self::Weather(Talk {
                to: SmolStr::default(),
                from: caller(from)?,
                text: text.trim().to_owned(),
            }));
        }
        None
    }

    fn between_people(text: &str) -> Option<Self> {
        let (to, rest) = text.split_once(" de ")?;
        let (from, said) = rest.split_once(':')?;
        (is_name(to) && !from.is_empty()).then_some(())?;
        Some(Self::Talk(Talk {
            to: to.into(),
            from: caller(from)?,
            text: said.trim().to_owned(),
        }))
    }

    fn of_session(text: &str) -> Self {
        let lower = text.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
        if lower.starts_with("login:")
            || has(&["enter your call", "please enter your callsign"])
            || lower == "login"
        {
            Self::LoginPrompt
        } else if lower.starts_with("password:") || lower == "password" || has(&["enter your password"]) {
            Self::PasswordPrompt
        } else if has(&["this instance is disconnected"]) {
            Self::Replaced
        } else if has(&[
            "is an invalid callsign",
            "not allowed",
            "invalid password",
            "access denied",
        ]) || lower.starts_with("sorry")
        {
            Self::Refused(text.to_owned())
        } else if lower.starts_with("user ") && has(&["has logged in", "has logged out"]) {
            Self::Notice(text.to_owned())
        } else {
            other(text)
        }
    }
}

fn other(text: &str) -> Line {
    Line::Other(text.trim().to_owned())
}

/// What follows a tag in any case.
fn tagged<'a>(text: &'a str, tag: &str) -> Option<&'a str> {
    let head = text.as_bytes().get(..tag.len())?;
    if head.eq_ignore_ascii_case(tag.as_bytes()) {
        text.get(tag.len()..)
    } else {
        None
    }
}

/// What stands behind `K1BBB-3 de N0CALL-2 21-Nov-2026 0929Z dxspider >`: nothing, or the next line.
fn after_prompt(text: &str) -> Option<&str> {
    let end = text.find('>')?;
    is_prompt_start(text).then(|| text[end + 1..].trim_start())
}

/// `ALL de G1AAA: text`, `ALL de G1AAA <1234Z>: text`.
fn announce(rest: &str) -> Option<Announce> {
    let (to, rest) = rest.split_once(" de ")?;
    let (from, text) = rest.split_once(':')?;
    let from = match from.split_once('<') {
        Some((call, time)) if HourMinute::parse(time.trim_end_matches('>')).is_some() => call,
        Some(_) => return None,
        None => from,
    };
    is_name(to.trim()).then_some(())?;
    Some(Announce {
        to: to.trim().into(),
        from: caller(from)?,
        text: text.trim().to_owned(),
    })
}

/// A call, or the name of a group: one short word.
fn is_name(text: &str) -> bool {
    (1..=20).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'/' | b'_'))
}

fn caller(text: &str) -> Option<SmolStr> {
    let text = text.trim();
    Spotter::parse(text).ok()?;
    Some(text.into())
}

/// Two calls, a date and a time or less, then words up to a `>`: `G1AAA de N0CALL-2 21-Nov-2026 0929Z dxspider >`.
fn is_prompt_start(text: &str) -> bool {
    let Some((head, _)) = text.split_once('>') else {
        return false;
    };
    let mut words = head.split_ascii_whitespace();
    let (Some(user), Some(de), Some(node)) = (words.next(), words.next(), words.next()) else {
        return false;
    };
    is_name(user) && de.eq_ignore_ascii_case("de") && is_name(node) && !head.contains(':')
}
