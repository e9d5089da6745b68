//! Amateur bands by their ADIF names.
//!
//! Invariant: a [`Band`] is always one of the specification's bands; its order is that of the frequencies.
//! The limits are ADIF's, the widest of any country: national band plans and mode segments are not here.
//! Both limits belong to the band.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::ham::freq::Hertz;

struct Row {
    name: &'static str,
    lower: u64,
    upper: u64,
}

include!("../../assets/ham/bands.rs");

/// How many bands there are.
const COUNT: usize = ROWS.len();

/// One amateur band.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Band(u8);

const EVERY: [Band; COUNT] = {
    let mut all = [Band(0); COUNT];
    let mut index = 0_u8;
    while (index as usize) < COUNT {
        all[index as usize] = Band(index);
        index += 1;
    }
    all
};

/// The text names no band of ADIF.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a band")]
pub struct BandError(String);

impl Band {
    /// All bands from the lowest frequency up.
    pub const ALL: &'static [Self] = &EVERY;

    /// The band that holds a frequency.
    pub fn of(frequency: Hertz) -> Option<Self> {
        let hertz = frequency.get();
        let above = ROWS.partition_point(|row| row.lower <= hertz);
        let band = Self::ALL.get(above.checked_sub(1)?)?;
        (hertz <= band.row().upper).then_some(*band)
    }

    /// Reads a band name in any case: `20m`, `70CM`.
    pub fn parse(text: &str) -> Result<Self, BandError> {
        let name = text.trim();
        Self::ALL
            .iter()
            .find(|band| band.name().eq_ignore_ascii_case(name))
            .copied()
            .ok_or_else(|| BandError(text.to_owned()))
    }

    /// The ADIF name.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Lowest frequency in the band.
    pub fn lower(self) -> Hertz {
        Hertz::new(self.row().lower)
    }

    /// Highest frequency in the band.
    pub fn upper(self) -> Hertz {
        Hertz::new(self.row().upper)
    }

    /// Position among [`Band::ALL`], for bit sets in memory; not for storing, a new band would shift it.
    pub fn index(self) -> u8 {
        self.0
    }

    fn row(self) -> &'static Row {
        &ROWS[usize::from(self.0)]
    }
}

impl fmt::Display for Band {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for Band {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for Band {
    type Err = BandError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl Serialize for Band {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Band {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;
        impl de::Visitor<'_> for Name {
            type Value = Band;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a band name")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Band, E> {
                Band::parse(text).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequencies_find_their_band_with_both_limits_inside() {
        let band = |hertz| Band::of(Hertz::new(hertz)).map(Band::name);
        assert_eq!(band(14_074_000), Some("20m"));
        assert_eq!(band(14_350_000), Some("20m"));
        assert_eq!(band(14_350_001), None);
        assert_eq!(band(54_000_000), Some("6m"));
        assert_eq!(band(54_000_001), Some("5m"));
        assert_eq!(band(2_400_150_000), Some("13cm"));
        assert_eq!(band(13_370_000), None);
        assert_eq!(band(0), None);
        assert_eq!(band(u64::MAX), None);
    }

    #[test]
    fn bands_are_ordered_and_do_not_overlap() {
        for pair in Band::ALL.windows(2) {
            assert!(pair[0] < pair[1] && pair[0].upper() < pair[1].lower(), "{pair:?}");
        }
        for band in Band::ALL {
            assert_eq!(Band::of(band.lower()), Some(*band));
            assert_eq!(Band::of(band.upper()), Some(*band));
            assert_eq!(Band::ALL[usize::from(band.index())], *band);
        }
    }

    #[test]
    fn names_are_read_in_any_case() {
        assert_eq!(Band::parse(" 20M ").unwrap().name(), "20m");
        assert_eq!(Band::parse("1.25CM").unwrap().name(), "1.25cm");
        assert!(Band::parse("11m").is_err());
        assert_eq!(
            serde_json::to_string(&Band::parse("70cm").unwrap()).unwrap(),
            "\"70cm\""
        );
        assert_eq!(serde_json::from_str::<Band>("\"2M\"").unwrap().name(), "2m");
    }
}
