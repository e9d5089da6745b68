//! `$GENERATE 1-254 host-$ A 44.0.0.$`: one line for many records, at most [`MOST`] at a time.
//!
//! `$` is the running number, `${offset,width,base}` the number plus an offset, filled with zeros, in base `d`, `o`,
//! `x`, `X`, or as nibbles `n`, `N`; `\$` and `$$` are the sign itself. The template is a piece of the text and is
//! filled in one number at a time, so a directive costs one line of memory however far it runs.

use super::defect::Fault;
use crate::dns::rdata::Token;

/// The most records of one directive.
pub(super) const MOST: u64 = 4096;

/// The longest template, in octets.
const LONGEST: usize = 4096;

/// The widest field of zeros.
const WIDEST: usize = 255;

/// A directive on its way.
#[derive(Debug, Clone)]
pub(super) struct Generator<'a> {
    template: &'a [u8],
    next: u64,
    last: u64,
    step: u64,
    /// The place of the template, for defects.
    pub(super) at: usize,
    /// The line of the directive.
    pub(super) line: u32,
}

impl<'a> Generator<'a> {
    /// Reads the tokens after `$GENERATE`; `text` is the whole text, `end` the place after the last token.
    pub(super) fn new(text: &'a [u8], tokens: &[Token<'a>], end: usize, line: u32) -> Result<Self, Fault> {
        const FIELD: &str = "$GENERATE";
        let [range, first, _, ..] = tokens else {
            let advice = "write a range, an owner, a type and data, such as 1-10 host-$ A 192.0.2.$";
            return Err(Fault::new(FIELD, "missing", end, advice));
        };
        let (next, last, step) = range.word().and_then(limits).ok_or_else(|| {
            let advice = "the range is two numbers such as 1-254 or 0-100/2, the second not less";
            Fault::new(FIELD, "value", range.at, advice)
        })?;
        let count = (last - next) / step + 1;
        if count > MOST {
            let advice = format!("the range makes {count} records, and {MOST} are the most; split it");
            return Err(Fault::new(FIELD, "length", range.at, advice));
        }
        let template = &text[first.at..end];
        if template.len() > LONGEST {
            let advice = format!("the line has more than {LONGEST} octets");
            return Err(Fault::new(FIELD, "length", first.at, advice));
        }
        Ok(Self {
            template,
            next,
            last,
            step,
            at: first.at,
            line,
        })
    }

    /// The next line; `None` after the last.
    pub(super) fn line(&mut self) -> Option<Result<Vec<u8>, Fault>> {
        if self.next > self.last {
            return None;
        }
        let number = self.next;
        self.next += self.step;
        Some(fill(self.template, number).ok_or_else(|| {
            // One defect for the directive, not one for each number.
            self.next = self.last + 1;
            let advice = format!("for {number}: write ${{offset,width,base}} with base d, o, x, X, n or N");
            Fault::new("$GENERATE", "value", self.at, advice)
        }))
    }

    /// Ends the directive.
    pub(super) fn stop(&mut self) {
        self.next = self.last + 1;
    }
}

/// `first-last` or `first-last/step`.
fn limits(text: &str) -> Option<(u64, u64, u64)> {
    let number = |text: &str| {
        let digits = !text.is_empty() && text.len() <= 9 && text.bytes().all(|octet| octet.is_ascii_digit());
        digits.then(|| text.parse::<u64>().ok()).flatten()
    };
    let (range, step) = text.split_once('/').unwrap_or((text, "1"));
    let (first, last) = range.split_once('-')?;
    let (first, last, step) = (number(first)?, number(last)?, number(step)?);
    (first <= last && step > 0).then_some((first, last, step))
}

fn fill(template: &[u8], number: u64) -> Option<Vec<u8>> {
    let mut line = Vec::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some((&octet, after)) = rest.split_first() {
        rest = after;
        match (octet, after) {
            (b'\\' | b'$', [b'$', after @ ..]) => {
                line.push(b'$');
                rest = after;
            }
            (b'\\', [next, after @ ..]) => {
                line.extend([b'\\', *next]);
                rest = after;
            }
            (b'$', [b'{', after @ ..]) => {
                let close = memchr::memchr(b'}', after)?;
                push_field(std::str::from_utf8(&after[..close]).ok()?, number, &mut line)?;
                rest = &after[close + 1..];
            }
            (b'$', _) => line.extend_from_slice(number.to_string().as_bytes()),
            _ => line.push(octet),
        }
    }
    Some(line)
}

/// `offset[,width[,base]]` of the number.
fn push_field(field: &str, number: u64, line: &mut Vec<u8>) -> Option<()> {
    let mut parts = field.split(',');
    let offset: i64 = parts.next()?.trim().parse().ok()?;
    let width: usize = parts.next().map_or(Some(0), |width| width.trim().parse().ok())?;
    let base = parts.next().unwrap_or("d").trim();
    let value = i64::try_from(number)
        .ok()?
        .checked_add(offset)
        .filter(|value| *value >= 0)?;
    if width > WIDEST || parts.next().is_some() {
        return None;
    }
    let text = match base {
        "d" => format!("{value:0width$}"),
        "o" => format!("{value:0width$o}"),
        "x" => format!("{value:0width$x}"),
        "X" => format!("{value:0width$X}"),
        "n" => nibbles(&format!("{value:x}"), width),
        "N" => nibbles(&format!("{value:X}"), width),
        _ => return None,
    };
    line.extend_from_slice(text.as_bytes());
    Some(())
}

/// Hexadecimal digits, the lowest first, with dots between, so that they fill the width with their dots.
fn nibbles(digits: &str, width: usize) -> String {
    let count = digits.len().max(width.div_ceil(2));
    let filled = digits.chars().rev().chain(std::iter::repeat('0')).take(count);
    let digits: Vec<String> = filled.map(String::from).collect();
    digits.join(".")
}
