//! Callsigns as they appear in logs, spots and licences.
//!
//! Invariant: a [`Callsign`] is never empty and holds only `A`-`Z`, `0`-`9` and `/`, in upper case, with a
//! letter and a digit somewhere and no empty part between slashes. This is the lax form that logs need;
//! whether a call may be signed for Logbook of the World is the stricter [`Callsign::is_signable`].
//! Which entity a call belongs to is not decided here, see `ham::dxcc`.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use smol_str::SmolStr;

/// Longest call taken, in characters: the longest in the large public logs has 16.
const LONGEST: usize = 32;

/// A valid callsign in upper case, portable parts included.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Callsign(SmolStr);

/// Why a text is no callsign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallsignError {
    /// Nothing but blanks.
    #[error("callsign is empty")]
    Empty,
    /// Fewer than three characters.
    #[error("callsign {0:?} is too short")]
    TooShort(String),
    /// More characters than any real call has.
    #[error("callsign of {0} characters is too long")]
    TooLong(usize),
    /// A blank, a hyphen, or anything else that is not a letter, digit or slash.
    #[error("callsign {call:?} has the character {character:?}")]
    Character {
        /// The text as given.
        call: String,
        /// The first offending character.
        character: char,
    },
    /// A slash at an end, or two together.
    #[error("callsign {0:?} has an empty part")]
    EmptyPart(String),
    /// Only letters or only digits.
    #[error("callsign {0:?} lacks a letter or a digit")]
    NoLetterOrDigit(String),
}

impl Callsign {
    /// Reads a call: blanks around it are dropped, letters become upper case, `Ø` becomes `0`.
    pub fn parse(text: &str) -> Result<Self, CallsignError> {
        let text = text.trim();
        let folded: SmolStr = if text.bytes().all(is_call_byte) {
            text.into()
        } else {
            text.chars().map(fold).collect()
        };
        check(&folded)?;
        Ok(Self(folded))
    }

    /// The call as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The parts between the slashes.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }

    /// The home call: without location prefix and without markers such as `/P` or `/4`.
    ///
    /// The longest part that looks like a whole call wins, of two alike the last, because the location is
    /// written in front (`VP2E/W1AW`). Without any such part it is the longest.
    pub fn base(&self) -> &str {
        if !self.0.contains('/') {
            return &self.0;
        }
        self.parts()
            .max_by_key(|part| (looks_whole(part), part.len()))
            .unwrap_or(&self.0)
    }

    /// Whether the call is one that `TrustedQSL` accepts for signing (not starting with `0`, `Q`, nor with
    /// `1` unless `1A`, `1M`, `1S`).
    pub fn is_signable(&self) -> bool {
        match self.0.as_bytes() {
            [b'0' | b'Q', ..] => false,
            [b'1', second, ..] => matches!(second, b'A' | b'M' | b'S'),
            _ => true,
        }
    }
}

fn is_call_byte(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'/'
}

fn fold(character: char) -> char {
    match character {
        'Ø' | 'ø' => '0',
        other => other.to_ascii_uppercase(),
    }
}

fn check(call: &str) -> Result<(), CallsignError> {
    if call.is_empty() {
        return Err(CallsignError::Empty);
    }
    if call.len() > LONGEST {
        return Err(CallsignError::TooLong(call.chars().count()));
    }
    if let Some(character) = call.chars().find(|c| !u8::try_from(*c).is_ok_and(is_call_byte)) {
        return Err(CallsignError::Character {
            call: call.to_owned(),
            character,
        });
    }
    if call.split('/').any(str::is_empty) {
        return Err(CallsignError::EmptyPart(call.to_owned()));
    }
    if call.len() < 3 {
        return Err(CallsignError::TooShort(call.to_owned()));
    }
    let has = |test: fn(&u8) -> bool| call.as_bytes().iter().any(test);
    if !has(u8::is_ascii_uppercase) || !has(u8::is_ascii_digit) {
        return Err(CallsignError::NoLetterOrDigit(call.to_owned()));
    }
    Ok(())
}

/// Prefix, digit and letters after it, such as `G3ABC`; neither `KH6` nor `QRP` nor `4`.
fn looks_whole(part: &str) -> bool {
    part.len() >= 3
        && part.ends_with(|c: char| c.is_ascii_uppercase())
        && part.bytes().any(|b| b.is_ascii_digit())
}

impl fmt::Display for Callsign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Callsign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for Callsign {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for Callsign {
    type Err = CallsignError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl Serialize for Callsign {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Callsign {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = Callsign;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a callsign")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Callsign, E> {
                Callsign::parse(text).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(text: &str) -> Callsign {
        Callsign::parse(text).unwrap()
    }

    #[test]
    fn parsing_trims_upper_cases_and_folds_the_slashed_zero() {
        assert_eq!(call(" w1aw ").as_str(), "W1AW");
        assert_eq!(call("w1Øaw").as_str(), "W10AW");
        assert_eq!(call("ea8/g3abc/p").as_str(), "EA8/G3ABC/P");
    }

    #[test]
    fn what_is_no_call_is_refused_with_its_reason() {
        assert_eq!(Callsign::parse("  "), Err(CallsignError::Empty));
        assert_eq!(
            Callsign::parse("A1"),
            Err(CallsignError::TooShort("A1".to_owned()))
        );
        assert_eq!(
            Callsign::parse("/W1AW"),
            Err(CallsignError::EmptyPart("/W1AW".to_owned()))
        );
        assert_eq!(
            Callsign::parse("W1AW//P"),
            Err(CallsignError::EmptyPart("W1AW//P".to_owned()))
        );
        assert_eq!(
            Callsign::parse("HELLO"),
            Err(CallsignError::NoLetterOrDigit("HELLO".to_owned()))
        );
        assert_eq!(
            Callsign::parse("12345"),
            Err(CallsignError::NoLetterOrDigit("12345".to_owned()))
        );
        assert!(matches!(
            Callsign::parse("W1 AW"),
            Err(CallsignError::Character { character: ' ', .. })
        ));
        assert!(matches!(
            Callsign::parse("W1AW-1"),
            Err(CallsignError::Character { character: '-', .. })
        ));
        assert_eq!(Callsign::parse(&"W1".repeat(20)), Err(CallsignError::TooLong(40)));
    }

    #[test]
    fn base_is_the_home_call() {
        for (full, base) in [
            ("W1AW", "W1AW"),
            ("EA8/G3ABC/P", "G3ABC"),
            ("W1AW/4", "W1AW"),
            ("VP2E/W1AW", "W1AW"),
            ("W1AW/KH6", "W1AW"),
            ("DL1ABC/MM", "DL1ABC"),
            ("LX/DL1ABC/QRP", "DL1ABC"),
            ("DE12345/P", "DE12345"),
        ] {
            assert_eq!(call(full).base(), base, "{full}");
        }
    }

    #[test]
    fn signable_calls_start_like_real_ones() {
        for (text, yes) in [
            ("1A0KM", true),
            ("1S1X", true),
            ("1B1AB", false),
            ("Q1ABC", false),
            ("0W1AW", false),
        ] {
            assert_eq!(call(text).is_signable(), yes, "{text}");
        }
    }

    #[test]
    fn serde_keeps_the_text_and_refuses_what_is_no_call() {
        assert_eq!(serde_json::to_string(&call("k1abc")).unwrap(), "\"K1ABC\"");
        assert_eq!(
            serde_json::from_str::<Callsign>("\"k1abc\"").unwrap(),
            call("K1ABC")
        );
        assert!(serde_json::from_str::<Callsign>("\"K1-ABC\"").is_err());
    }
}
