//! What the callbook keeps of a licence, whichever register it comes from.
//!
//! Texts are the register's own, cleaned of control characters only; names are put into title case where they are
//! shown, never here. A licence has one [`Licence`] per call; who held the call before is [`Former`].
//! Not here: what whom is shown (`view`), how a row of a register is read (`registers`).

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;

use crate::ham::callsign::Callsign;
use crate::ham::geo::LatLon;

/// Years after its end in which a licence of the FCC can still be renewed by its holder (47 CFR 97.21(b)).
const GRACE_YEARS: i16 = 2;

/// Who keeps a register: `fcc`, `ised`, `traficom`, `acma`, `japan`, or the name of a list read by a column map.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Authority(SmolStr);

/// A text that names no register.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no name of a register: 2 to 24 small letters, digits and hyphens, beginning with a letter")]
pub(crate) struct AuthorityError(String);

impl Authority {
    /// Federal Communications Commission, United States.
    pub(crate) const FCC: Self = Self(SmolStr::new_static("fcc"));
    /// Innovation, Science and Economic Development, Canada.
    pub(crate) const ISED: Self = Self(SmolStr::new_static("ised"));
    /// Traficom, Finland.
    pub(crate) const TRAFICOM: Self = Self(SmolStr::new_static("traficom"));
    /// Australian Communications and Media Authority.
    pub(crate) const ACMA: Self = Self(SmolStr::new_static("acma"));
    /// Ministry of Internal Affairs and Communications, Japan.
    pub(crate) const JAPAN: Self = Self(SmolStr::new_static("japan"));

    /// Reads a name; it also names files, so it is kept plain.
    pub(crate) fn parse(text: &str) -> Result<Self, AuthorityError> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let fits = (2..=24).contains(&text.len())
            && text.bytes().all(plain)
            && text.as_bytes()[0].is_ascii_lowercase();
        if fits {
            Ok(Self(text.into()))
        } else {
            Err(AuthorityError(text.chars().take(40).collect()))
        }
    }

    /// The name as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A calendar day as registers give it; stored as days since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Day(pub(crate) Date);

const EPOCH: Date = Date::constant(1970, 1, 1);

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let days = EPOCH.until(self.0).map_err(serde::ser::Error::custom)?.get_days();
        serializer.serialize_i32(days)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let days = i32::deserialize(deserializer)?;
        let span = jiff::Span::new()
            .try_days(days)
            .map_err(serde::de::Error::custom)?;
        EPOCH.checked_add(span).map(Day).map_err(serde::de::Error::custom)
    }
}

/// What kind of holder a licence has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HolderKind {
    Person,
    Club,
    Military,
    Races,
    Recreation,
    /// A company, a trust, a school, or what else a register knows.
    Other,
}

/// Who holds a licence, in the register's spelling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Holder {
    pub(crate) kind: HolderKind,
    /// A club's name, or a person's as the register writes it in one field; empty: the parts below say it.
    pub(crate) name: SmolStr,
    pub(crate) first: SmolStr,
    pub(crate) middle: SmolStr,
    pub(crate) last: SmolStr,
    pub(crate) suffix: SmolStr,
    /// The register's number of this holder for this licence (FCC: licensee id); empty for none.
    /// It changes when a call gets another holder.
    pub(crate) licensee: SmolStr,
    /// The number by which a register knows a person or club through all calls (FCC: FRN); empty for none.
    pub(crate) person: SmolStr,
}

/// A postal address in the register's spelling; empty texts for what is not given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Address {
    /// `ATTN:` line; of a club its trustee or contact.
    pub(crate) attention: SmolStr,
    pub(crate) street: SmolStr,
    /// Number of a post-office box.
    pub(crate) po_box: SmolStr,
    pub(crate) city: SmolStr,
    /// State, province or region: two letters in the US and Canada.
    pub(crate) region: SmolStr,
    /// Postcode without blanks and hyphens.
    pub(crate) postcode: SmolStr,
}

/// What a licence allows, as its register names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Class {
    Novice,
    Technician,
    TechnicianPlus,
    General,
    Advanced,
    Extra,
    /// Canada: the qualifications held, of `ABCDE` (A Basic, B and C Morse, D Advanced, E Basic with Honours).
    Canada(SmolStr),
    /// Another register's own word.
    Other(SmolStr),
}

/// What a register says of a licence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Active,
    /// Run out; whether it can be renewed follows from its end.
    Expired,
    Cancelled,
    Terminated,
    /// Not valid now, kept for its last holder (Traficom `KARENSSI`).
    Kept,
    /// Set aside for somebody, not yet valid.
    Reserved,
    /// Anything else: pending legal decisions and such.
    Other,
}

/// The days of a licence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Days {
    pub(crate) granted: Option<Day>,
    pub(crate) effective: Option<Day>,
    /// The last day it is valid.
    pub(crate) expires: Option<Day>,
    pub(crate) cancelled: Option<Day>,
    pub(crate) last_action: Option<Day>,
}

/// The call held before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Previous {
    pub(crate) call: Callsign,
    pub(crate) class: Option<Class>,
}

/// Who answers for a club's licence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Trustee {
    pub(crate) call: Option<Callsign>,
    pub(crate) name: SmolStr,
}

/// How a position is known; the first is the most trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PlaceSource {
    /// The holder's own word.
    User,
    /// The register gives coordinates or a locator.
    Register,
    /// Centre of the postcode's area.
    Zip,
    City,
    /// Centre of the state or province.
    Region,
    /// Centre of the DXCC entity.
    Dxcc,
}

/// Where a licence is, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) at: LatLon,
    pub(crate) source: PlaceSource,
}

/// One licence: the present state of a call in a register.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Licence {
    pub(crate) call: Callsign,
    /// The register's number of this licence (FCC: unique system identifier); 0 where it has none.
    pub(crate) number: u64,
    pub(crate) holder: Holder,
    pub(crate) address: Address,
    pub(crate) class: Option<Class>,
    pub(crate) status: Status,
    pub(crate) days: Days,
    /// Chosen by its holder, not assigned in turn.
    pub(crate) vanity: bool,
    pub(crate) previous: Option<Previous>,
    pub(crate) trustee: Option<Trustee>,
    pub(crate) place: Option<Place>,
}

/// Who held a call before, or the same holder's earlier licence of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Former {
    pub(crate) number: u64,
    pub(crate) holder: Holder,
    /// City and region; no street is kept of former holders.
    pub(crate) city: SmolStr,
    pub(crate) region: SmolStr,
    pub(crate) class: Option<Class>,
    pub(crate) status: Status,
    pub(crate) days: Days,
}

/// Everything a register says of one call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) licence: Licence,
    /// Latest first.
    pub(crate) former: Vec<Former>,
}

/// What a licence is worth on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
    Active,
    /// Run out, and its holder may still renew it.
    Grace,
    Expired,
    Cancelled,
    /// Nobody's yet.
    Reserved,
}

impl Licence {
    /// What the licence is worth on `today`, a day of the register's own calendar: it is valid through its last day.
    pub(crate) fn standing(&self, today: Date) -> Standing {
        Standing::of(self.status, self.days.expires, today)
    }
}

impl Standing {
    /// What a licence with this status and last day is worth on `today`.
    pub(crate) fn of(status: Status, expires: Option<Day>, today: Date) -> Self {
        let past = expires.is_some_and(|last| last.0 < today);
        match status {
            Status::Active | Status::Other if !past => Standing::Active,
            Status::Active | Status::Other | Status::Expired => match expires {
                Some(last) if in_grace(last.0, today) => Standing::Grace,
                _ => Standing::Expired,
            },
            Status::Cancelled | Status::Terminated => Standing::Cancelled,
            Status::Kept => Standing::Grace,
            Status::Reserved => Standing::Reserved,
        }
    }
}

/// Whether a licence of the FCC that ended on `last` can still be renewed by its holder on `today`.
pub(crate) fn in_grace(last: Date, today: Date) -> bool {
    let end = last.checked_add(jiff::Span::new().years(GRACE_YEARS));
    end.is_ok_and(|end| today <= end)
}
