//! States, provinces and prefectures, and whose postal system an address belongs to.
//!
//! The rows are made by `assets/callbook/make_places.py`. A region is found by its code or its name in any case.

use super::super::model::{Address, Authority};
use super::entity_of_call;
use crate::ham::callsign::Callsign;
use crate::ham::dxcc::EntityId;
use crate::ham::geo::LatLon;

/// A country whose regions are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Country {
    /// The United States with their territories.
    US,
    /// Canada.
    CA,
    /// Australia.
    AU,
    /// Japan.
    JP,
}

/// A part of a country.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Region {
    pub(crate) country: Country,
    /// As addresses have it: two letters in the US and Canada, the name in Japan.
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    lat: f64,
    lon: f64,
    /// How far from its centre its postcodes lie; what is farther is elsewhere.
    pub(super) reach_km: f64,
    pub(crate) entity: EntityId,
}

include!("../../../assets/callbook/regions.rs");

/// Other spellings seen in registers.
const SPELLINGS: [(Country, &str, &str); 8] = [
    (Country::CA, "PQ", "QC"),
    (Country::CA, "NF", "NL"),
    (Country::CA, "LB", "NL"),
    (Country::CA, "NWT", "NT"),
    (Country::CA, "PEI", "PE"),
    (Country::CA, "QUÉBEC", "QC"),
    (Country::JP, "GUMMA", "Gunma"),
    (Country::US, "CM", "MP"),
];

/// All rows.
#[cfg(test)]
pub(super) fn all() -> &'static [Region] {
    &REGIONS
}

impl Region {
    /// Its centre.
    pub(crate) fn at(&self) -> LatLon {
        LatLon::wrapped(self.lat, self.lon)
    }
}

impl Country {
    /// Whose addresses a register holds: its own country's, or that of the call.
    pub(crate) fn of(authority: &Authority, call: &Callsign) -> Option<Self> {
        if *authority == Authority::FCC {
            Some(Self::US)
        } else if *authority == Authority::ISED {
            Some(Self::CA)
        } else if *authority == Authority::ACMA {
            Some(Self::AU)
        } else if *authority == Authority::JAPAN {
            Some(Self::JP)
        } else if *authority == Authority::TRAFICOM {
            None
        } else {
            Self::of_entity(entity_of_call(call)?)
        }
    }

    /// Two letters of ISO 3166.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::US => "US",
            Self::CA => "CA",
            Self::AU => "AU",
            Self::JP => "JP",
        }
    }

    /// The region with this code or name, in any case.
    pub(crate) fn region(self, text: &str) -> Option<&'static Region> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let own = || REGIONS.iter().filter(move |region| region.country == self);
        let spelt = |(country, other, code): &(Self, &str, &'static str)| {
            (*country == self && other.to_lowercase() == text.to_lowercase()).then_some(*code)
        };
        own()
            .find(|region| region.code.eq_ignore_ascii_case(text))
            .or_else(|| own().find(|region| region.name.eq_ignore_ascii_case(text)))
            .or_else(|| {
                let code = SPELLINGS.iter().find_map(spelt)?;
                own().find(|region| region.code == code)
            })
    }

    fn of_entity(entity: EntityId) -> Option<Self> {
        match entity.0 {
            1 => Some(Self::CA),
            150 => Some(Self::AU),
            339 | 192 => Some(Self::JP),
            291 => Some(Self::US),
            other => REGIONS
                .iter()
                .any(|region| region.country == Self::US && region.entity.0 == other)
                .then_some(Self::US),
        }
    }
}

/// Whether an address is one of the forces' post offices, which say nothing of where they deliver.
pub(super) fn is_military(address: &Address) -> bool {
    let of_forces = |text: &str| {
        ["AA", "AE", "AP"]
            .iter()
            .any(|code| text.eq_ignore_ascii_case(code))
    };
    if Country::US.region(&address.region).is_some() {
        return false;
    }
    of_forces(&address.region)
        || address
            .postcode
            .get(..3)
            .and_then(|area| area.parse::<u16>().ok())
            .is_some_and(|area| matches!(area, 90..=98 | 340 | 962..=966))
}

/// The part outside the lower 48 states that a ZIP code belongs to, where the code tells it.
pub(super) fn of_zip(zip: &str) -> Option<&'static str> {
    let zip = zip.get(..5)?;
    match &zip[..3] {
        "006" | "007" | "009" => Some("PR"),
        "008" => Some("VI"),
        _ if zip == "96799" => Some("AS"),
        "967" | "968" => Some("HI"),
        "969" => match &zip[3..4] {
            "1" | "2" | "3" => Some("GU"),
            "5" => Some("MP"),
            _ => None,
        },
        "995" | "996" | "997" | "998" | "999" => Some("AK"),
        _ => None,
    }
}
