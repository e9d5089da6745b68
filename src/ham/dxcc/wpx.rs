//! The prefix that counts for WPX, from the shape of a call alone.
//!
//! Rules of CQ's WPX award: up to and including the last digit; a 0 behind the second letter of a call
//! without digit; `/n` replaces the digit; a location replaces the prefix and gets a 0 when it has no
//! digit of its own; `/MM`, `/AM`, `/P`, `/QRP` and the like do not count.

use smol_str::SmolStr;

use super::parts::{Parts, Text, letters_behind_digits};

/// The WPX prefix of a call; `None` when the text is not a call.
///
/// ```
/// use shackbox::ham::dxcc::wpx_prefix;
/// assert_eq!(wpx_prefix("N8BJQ/KH9").as_deref(), Some("KH9"));
/// assert_eq!(wpx_prefix("PA/N8BJQ").as_deref(), Some("PA0"));
/// ```
pub fn wpx_prefix(call: &str) -> Option<SmolStr> {
    let text = Text::normalised(call)?;
    let parts = Parts::of(text.as_bytes());
    let (mut prefix, digit) = match parts.bodies {
        [call, _] if parts.count == 1 => (of_call(call)?, parts.digit),
        [a, b] if parts.count == 2 => (of_location(location(a, b))?, None),
        _ => return None,
    };
    if let Some(digit) = digit {
        prefix.replace_last_digit(digit);
    }
    let prefix = std::str::from_utf8(prefix.as_bytes()).expect("a normalised call is ASCII");
    Some(prefix.into())
}

/// Up to the last digit; letters only get a 0 behind the second.
fn of_call(call: &[u8]) -> Option<Text> {
    let head = call.len() - letters_behind_digits(call);
    if call.len() < 3 || !call.iter().any(u8::is_ascii_alphabetic) {
        return None;
    }
    if head >= 2 {
        return Text::copied(&call[..head]);
    }
    // A call such as RAEM has no digit, one such as 3BAB only the leading one that belongs to the country.
    let mut prefix = Text::copied(&call[..2])?;
    prefix.push(b'0')?;
    Some(prefix)
}

/// A location up to its last digit; without one (a leading digit belongs to the country) it gets a 0.
fn of_location(location: &[u8]) -> Option<Text> {
    let head = location.len() - letters_behind_digits(location);
    if head >= 2 {
        return Text::copied(&location[..head]);
    }
    let mut prefix = Text::copied(location)?;
    prefix.push(b'0')?;
    Some(prefix)
}

/// Which of two parts is the location: the shorter; of equals the one with fewer letters at its end.
fn location<'a>(a: &'a [u8], b: &'a [u8]) -> &'a [u8] {
    let weight = |part: &[u8]| (part.len(), letters_behind_digits(part));
    if weight(b) < weight(a) { b } else { a }
}
