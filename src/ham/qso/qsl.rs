//! The state of confirmations, per service.
//!
//! Services and states are open sets: new services appear, so both are short texts and not enumerations.
//! Who may confirm what for which award is not decided here.

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeMap as _};
use smol_str::SmolStr;

/// State of one direction of a confirmation: one ADIF letter such as `Y`, `N`, `R`, `Q`, `I`, `M`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct QslStatus(u8);

impl QslStatus {
    /// Sent, uploaded or received.
    pub const YES: Self = Self(b'Y');
    /// Not, and not wanted.
    pub const NO: Self = Self(b'N');
    /// Asked for.
    pub const REQUESTED: Self = Self(b'R');
    /// Waiting to be sent.
    pub const QUEUED: Self = Self(b'Q');
    /// To be ignored.
    pub const IGNORE: Self = Self(b'I');
    /// Changed since it was uploaded.
    pub const MODIFIED: Self = Self(b'M');

    /// One letter in any case.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().as_bytes() {
            [letter] if letter.is_ascii_alphabetic() => Some(Self(letter.to_ascii_uppercase())),
            _ => None,
        }
    }

    /// The letter.
    pub fn letter(self) -> char {
        char::from(self.0)
    }
}

impl Serialize for QslStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_char(self.letter())
    }
}

impl<'de> Deserialize<'de> for QslStatus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = SmolStr::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("a QSL state is one letter"))
    }
}

/// What was sent to a service and what came from it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QslState {
    /// Whether it was sent or uploaded.
    #[serde(rename = "s", skip_serializing_if = "Option::is_none")]
    pub sent: Option<QslStatus>,
    /// When.
    #[serde(rename = "sd", with = "date", skip_serializing_if = "Option::is_none")]
    pub sent_date: Option<Date>,
    /// Whether a confirmation came.
    #[serde(rename = "r", skip_serializing_if = "Option::is_none")]
    pub rcvd: Option<QslStatus>,
    /// When.
    #[serde(rename = "rd", with = "date", skip_serializing_if = "Option::is_none")]
    pub rcvd_date: Option<Date>,
}

/// States by service, in the order of their first mention.
///
/// Services: `card`, `lotw`, `eqsl`, `dcl`, `clublog`, `hrdlog`, `qrz`, `hamqth`, `hamlogeu`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Qsl(Vec<(SmolStr, QslState)>);

impl Qsl {
    /// Whether nothing is known about any service.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The state with a service.
    pub fn get(&self, service: &str) -> Option<&QslState> {
        self.0
            .iter()
            .find(|(name, _)| name == service)
            .map(|(_, state)| state)
    }

    /// The state with a service, made if there is none.
    pub fn entry(&mut self, service: &str) -> &mut QslState {
        let at = self
            .0
            .iter()
            .position(|(name, _)| name == service)
            .unwrap_or_else(|| {
                self.0.push((service.into(), QslState::default()));
                self.0.len() - 1
            });
        &mut self.0[at].1
    }

    /// All services with their states.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &QslState)> {
        self.0.iter().map(|(name, state)| (name.as_str(), state))
    }

    /// The services that confirmed the contact.
    pub fn confirmed(&self) -> impl Iterator<Item = &str> {
        self.iter()
            .filter(|(_, state)| state.rcvd == Some(QslStatus::YES))
            .map(|(name, _)| name)
    }

    /// Forgets services about which nothing is left.
    pub(super) fn prune(&mut self) {
        self.0.retain(|(_, state)| *state != QslState::default());
    }
}

impl Serialize for Qsl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (service, state) in &self.0 {
            map.serialize_entry(service, state)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Qsl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Services;
        impl<'de> de::Visitor<'de> for Services {
            type Value = Qsl;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("QSL states by service")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Qsl, A::Error> {
                let mut qsl = Qsl::default();
                while let Some((service, state)) = map.next_entry::<SmolStr, QslState>()? {
                    *qsl.entry(&service) = state;
                }
                Ok(qsl)
            }
        }
        deserializer.deserialize_map(Services)
    }
}

/// Dates as the number `yyyymmdd`: five bytes in `MessagePack`.
mod date {
    use jiff::civil::Date;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer, de};

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        clippy::ref_option,
        reason = "the form serde's `with` asks for"
    )]
    pub(super) fn serialize<S: Serializer>(date: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
        let number =
            |d: &Date| i32::from(d.year()) * 10_000 + i32::from(d.month()) * 100 + i32::from(d.day());
        date.as_ref().map(number).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
        let Some(number) = Option::<i32>::deserialize(deserializer)? else {
            return Ok(None);
        };
        let year = i16::try_from(number / 10_000).map_err(de::Error::custom)?;
        let month = i8::try_from(number / 100 % 100).map_err(de::Error::custom)?;
        let day = i8::try_from(number % 100).map_err(de::Error::custom)?;
        Date::new(year, month, day).map(Some).map_err(de::Error::custom)
    }
}
