//! One record's line: owner, time to live, class, type, data; what is left out comes from lines before.

use super::super::name::Name;
use super::super::rdata::{self, Form, Token, shown};
use super::super::rr::{RecordType, Ttl};
use super::Record;
use super::defect::Fault;

/// What lines before have said.
#[derive(Debug, Clone)]
pub(super) struct Context {
    /// The zone, outside of which nothing is taken.
    pub(super) zone: Name,
    /// What relative names are below.
    pub(super) origin: Name,
    /// The owner of the last record; none after an owner that could not be read.
    pub(super) owner: Option<Name>,
    /// What `$TTL` said.
    pub(super) default_ttl: Option<Ttl>,
    /// The last time to live of a record.
    pub(super) last_ttl: Option<Ttl>,
    /// What holds when nobody says anything.
    pub(super) fallback_ttl: Ttl,
}

/// A line's tokens, and whether it began with a blank.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'t, 'a> {
    pub(super) tokens: &'t [Token<'a>],
    pub(super) blank: bool,
    /// The place after the last token.
    pub(super) end: usize,
    /// Its number, from 1.
    pub(super) number: u32,
}

impl Context {
    /// Reads the line of a record.
    pub(super) fn record(&mut self, line: Line<'_, '_>) -> Result<Record, Fault> {
        let mut tokens = line.tokens;
        let begin = tokens.first().map_or(line.end, |token| token.at);
        if !line.blank {
            self.take_owner(&mut tokens)?;
        }
        let name = self.owner.clone().ok_or_else(|| {
            let text =
                "no owner stands here, and none could be read before; write one at the line's beginning";
            Fault::new("owner", "missing", begin, text)
        })?;
        if !name.is_at_or_below(&self.zone) {
            let text = format!("{name} is not in the zone {}", self.zone);
            return Err(Fault::new("owner", "zone", begin, text));
        }
        let ttl = take_ttl_and_class(&mut tokens)?;
        let kind = take_type(&mut tokens, line.end)?;
        let data = rdata::read_tokens(kind, tokens, line.end, &self.origin, Form::Master)?;
        let ttl = ttl.or(self.default_ttl).or(self.last_ttl).unwrap_or_else(|| {
            // RFC 1035: the last field of a SOA is what records without a time to live get.
            let last = data.wire().last_chunk::<4>().filter(|_| kind == RecordType::SOA);
            last.map_or(self.fallback_ttl, |minimum| {
                Ttl::from_wire(u32::from_be_bytes(*minimum))
            })
        });
        self.last_ttl = Some(ttl);
        Ok(Record {
            name,
            kind,
            ttl,
            data,
            line: line.number,
        })
    }

    /// Takes the owner off the line's beginning; it holds for the lines after, whatever is wrong with the rest.
    pub(super) fn take_owner(&mut self, tokens: &mut &[Token<'_>]) -> Result<(), Fault> {
        self.owner = None;
        if let Some((first, rest)) = tokens.split_first() {
            *tokens = rest;
            self.owner = Some(name("owner", first, &self.origin)?);
        }
        Ok(())
    }
}

/// The name a token means.
pub(super) fn name(field: &'static str, token: &Token<'_>, origin: &Name) -> Result<Name, Fault> {
    if token.quoted {
        let text = format!("write the name \"{}\" without quotes", shown(token.raw));
        return Err(Fault::new(field, "form", token.at, text));
    }
    rdata::any_name(token.raw, origin).map_err(|defect| {
        Fault::new(
            field,
            "name",
            token.at,
            format!("\"{}\": {defect}", shown(token.raw)),
        )
    })
}

/// A time to live as text.
pub(super) fn ttl(field: &'static str, text: &str, at: usize) -> Result<Ttl, Fault> {
    rdata::period(text).and_then(Ttl::new).ok_or_else(|| {
        let text = format!(
            "\"{}\" is not a time from 0 to 2147483647 seconds, such as 3600 or 1h30m",
            shown(text.as_bytes())
        );
        Fault::new(field, "number", at, text)
    })
}

/// A time to live and the class, either or both, in either order.
fn take_ttl_and_class(tokens: &mut &[Token<'_>]) -> Result<Option<Ttl>, Fault> {
    let (mut time, mut class) = (None, false);
    while let Some((first, rest)) = tokens.split_first() {
        let Some(word) = first.word() else { break };
        if !class && let Some(number) = class_of(word) {
            if number != 1 {
                let text = format!("\"{word}\" is not served; leave the class out or write IN");
                return Err(Fault::new("class", "value", first.at, text));
            }
            class = true;
        } else if time.is_none() && word.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+') {
            time = Some(ttl("ttl", word, first.at)?);
        } else {
            break;
        }
        *tokens = rest;
    }
    Ok(time)
}

/// The number of a class, if the word names one.
fn class_of(word: &str) -> Option<u16> {
    let known = [("IN", 1), ("CS", 2), ("CH", 3), ("HS", 4), ("NONE", 254)];
    if let Some((_, number)) = known.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)) {
        return Some(*number);
    }
    let digits = word
        .get(..5)
        .filter(|head| head.eq_ignore_ascii_case("CLASS"))
        .and(word.get(5..))?;
    digits
        .bytes()
        .all(|octet| octet.is_ascii_digit())
        .then(|| digits.parse().ok())
        .flatten()
}

fn take_type(tokens: &mut &[Token<'_>], end: usize) -> Result<RecordType, Fault> {
    let (first, rest) = tokens
        .split_first()
        .ok_or_else(|| Fault::new("type", "missing", end, "is missing; write such as A, MX or TXT"))?;
    *tokens = rest;
    first.word().and_then(|word| word.parse().ok()).ok_or_else(|| {
        let text = format!("\"{}\" is not a record type", shown(first.raw));
        Fault::new("type", "value", first.at, text)
    })
}
