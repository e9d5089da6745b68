//! A value as remote procedure calls carry it, whatever the notation.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::ham::freq::Hertz;
use crate::ham::spot::frequency::{self, Guess, SpotFrequencyError};

/// Values in one another.
pub(super) const DEEPEST: usize = 32;
/// Values in one call.
pub(super) const MOST: usize = 50_000;

/// A value of a call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Nil,
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(String),
    /// Without a zone: Odoo's are UTC.
    Time(DateTime),
    Bytes(Vec<u8>),
    Array(Vec<Value>),
    Struct(Vec<(String, Value)>),
}

impl Value {
    /// The entry of a struct.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Struct(entries) => entries
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// The value as text, where it is one, or a number.
    pub(crate) fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Int(number) => Some(number.to_string()),
            Self::Double(number) => Some(number.to_string()),
            Self::Bytes(bytes) => String::from_utf8(bytes.clone()).ok(),
            _ => None,
        }
    }

    /// The value as a whole number, where it is one.
    pub(crate) fn whole(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            Self::Double(number) => whole(*number),
            Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// Whether it says nothing: nil, Odoo's `False` for "no value", or an empty text.
    pub(crate) fn is_nothing(&self) -> bool {
        match self {
            Self::Nil | Self::Bool(false) => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// The value as a frequency of unknown unit; text never goes through a binary number.
    pub(crate) fn frequency(&self) -> Result<Hertz, SpotFrequencyError> {
        let guess: Guess = match self {
            Self::Int(number) => {
                let number = u64::try_from(*number).map_err(|_| SpotFrequencyError::OutOfRange)?;
                frequency::guess_whole(number)?
            }
            Self::Double(number) => frequency::guess_number(*number)?,
            Self::Text(text) => frequency::guess(text.trim())?,
            _ => return Err(SpotFrequencyError::NotANumber),
        };
        Ok(guess.frequency)
    }

    /// The value as a time: seconds or milliseconds since 1970, ISO 8601, or Odoo's `YYYY-MM-DD HH:MM:SS` in UTC.
    pub(crate) fn time(&self) -> Option<Timestamp> {
        match self {
            Self::Time(time) => TimeZone::UTC.to_timestamp(*time).ok(),
            Self::Int(number) => epoch(*number as f64),
            Self::Double(number) => epoch(*number),
            Self::Text(text) => {
                let text = text.trim();
                let zoned = || text.parse::<Timestamp>().ok();
                let plain = || TimeZone::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok();
                zoned().or_else(plain).or_else(|| epoch(text.parse().ok()?))
            }
            _ => None,
        }
    }

    /// The value that JSON holds.
    pub(crate) fn of_json(json: &serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match json {
            Json::Null => Self::Nil,
            Json::Bool(flag) => Self::Bool(*flag),
            Json::Number(number) => match number.as_i64() {
                Some(whole) => Self::Int(whole),
                None => Self::Double(number.as_f64().unwrap_or(f64::NAN)),
            },
            Json::String(text) => Self::Text(text.clone()),
            Json::Array(entries) => Self::Array(entries.iter().map(Self::of_json).collect()),
            Json::Object(entries) => {
                let entry = |(key, value): (&String, &Json)| (key.clone(), Self::of_json(value));
                Self::Struct(entries.iter().map(entry).collect())
            }
        }
    }

    /// The value as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match self {
            Self::Nil => Json::Null,
            Self::Bool(flag) => (*flag).into(),
            Self::Int(number) => (*number).into(),
            Self::Double(number) => (*number).into(),
            Self::Text(text) => text.as_str().into(),
            Self::Time(time) => time.strftime("%Y-%m-%d %H:%M:%S").to_string().into(),
            Self::Bytes(bytes) => BASE64_STANDARD.encode(bytes).into(),
            Self::Array(entries) => entries.iter().map(Self::json).collect(),
            Self::Struct(entries) => {
                let entry = |(key, value): &(String, Self)| (key.clone(), value.json());
                Json::Object(entries.iter().map(entry).collect())
            }
        }
    }
}

/// Above this, seconds since 1970 are milliseconds: the year 5138.
const MILLISECONDS: f64 = 1e11;

fn epoch(number: f64) -> Option<Timestamp> {
    let seconds = if number.abs() >= MILLISECONDS {
        number / 1_000.0
    } else {
        number
    };
    Timestamp::from_second(whole(seconds.trunc())?).ok()
}

/// A number without fraction, within what binary numbers hold exactly.
fn whole(number: f64) -> Option<i64> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked to be whole and small enough"
    )]
    (number.is_finite() && number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
}
