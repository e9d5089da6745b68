//! The values that changes of records are made of: serials, change sets, states of members' names, scopes.
//!
//! Plain values without rules: whether a change may be made is decided by `grants` and `rules`, and what it does to a
//! zone by `write`. Words that are stored or sent are fixed here, once.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::name::Name;
use super::rr::{Rdata, RecordType, RrSet, Ttl};

/// A zone's number; never given to another zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct ZoneId(pub(crate) u32);

/// A state of a zone: its serial, and above it how often the serial has gone round, so that later is always greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Version(pub(crate) u64);

impl Version {
    /// The first state of a zone that is made now, or that comes with a serial of its own.
    pub(crate) fn first(serial: Option<u32>, now: Timestamp) -> Self {
        Self(u64::from(serial.unwrap_or_else(|| of_day(now))))
    }

    /// What stands in the SOA record.
    pub(crate) const fn serial(self) -> u32 {
        (self.0 & 0xffff_ffff) as u32
    }

    /// The state after the next change: the day's first serial where that is later, else one more (RFC 1982).
    pub(crate) fn next(self, now: Timestamp) -> Self {
        let day = of_day(now);
        if is_later(day, self.serial()) {
            self.at(day)
        } else {
            self.plus(1)
        }
    }

    /// The state after a change that brings a serial of its own: that one where it is later, else the next.
    pub(crate) fn next_or(self, serial: u32, now: Timestamp) -> Self {
        if is_later(serial, self.serial()) {
            self.at(serial)
        } else {
            self.next(now)
        }
    }

    /// So many changes later; at most 2^31 - 1.
    pub(crate) fn plus(self, changes: u32) -> Self {
        let next = self.0 + u64::from(changes.min(i32::MAX.cast_unsigned()));
        // Many programs take a serial of 0 for none.
        Self(if Self(next).serial() == 0 { next + 1 } else { next })
    }

    /// The next state that has this serial.
    fn at(self, serial: u32) -> Self {
        self.plus(serial.wrapping_sub(self.serial()))
    }
}

/// Whether serial `a` is later than `b` (RFC 1982 3.2).
pub(crate) fn is_later(a: u32, b: u32) -> bool {
    a != b && a.wrapping_sub(b) < 1 << 31
}

/// The day's first serial, `2026112201` for the 22nd of November 2026.
fn of_day(now: Timestamp) -> u32 {
    let date = TimeZone::UTC.to_datetime(now).date();
    let part = |part: i8| u32::from(part.unsigned_abs());
    let year = u32::from(date.year().unsigned_abs());
    ((year * 100 + part(date.month())) * 100 + part(date.day())) * 100 + 1
}

/// One change of a zone's records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// These are all records of that name and type from now on.
    Put {
        set: RrSet,
        /// When they go by themselves.
        until: Option<Timestamp>,
    },
    /// There are none of that name and type.
    Remove { name: Name, kind: RecordType },
    /// One record more; the set takes its time to live. There already: only when it goes is set anew.
    Add {
        name: Name,
        kind: RecordType,
        ttl: Ttl,
        datum: Rdata,
        until: Option<Timestamp>,
    },
    /// One record less; none of that kind is no error.
    Take {
        name: Name,
        kind: RecordType,
        datum: Rdata,
    },
}

impl Change {
    /// The set it is about.
    pub(crate) fn target(&self) -> (&Name, RecordType) {
        match self {
            Self::Put { set, .. } => (set.name(), set.kind()),
            Self::Remove { name, kind } | Self::Add { name, kind, .. } | Self::Take { name, kind, .. } => {
                (name, *kind)
            }
        }
    }

    /// Replaces a set by one that stays.
    pub(crate) fn put(set: RrSet) -> Self {
        Self::Put { set, until: None }
    }
}

/// Changes that are made together or not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ChangeSet {
    /// In this order.
    pub(crate) changes: Vec<Change>,
    /// What the records must still be like: a mark of [`super::read::mark`]. Any, where it is left out.
    pub(crate) expected: Option<SmolStr>,
}

impl From<Vec<Change>> for ChangeSet {
    fn from(changes: Vec<Change>) -> Self {
        Self {
            changes,
            expected: None,
        }
    }
}

/// A rule that a change would break.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Fault {
    /// Which of the changes, from 0; none where no change was listed: when one is taken back, or a zone comes whole.
    pub(crate) index: Option<usize>,
    /// The set it is about.
    pub(crate) of: Option<(Name, RecordType)>,
    /// What of the record is wrong: `name`, `type`, `ttl`, `content`.
    pub(crate) field: &'static str,
    /// The rule's short name.
    pub(crate) rule: SmolStr,
    /// What is wrong, as a sentence.
    pub(crate) text: String,
}

/// How much is allowed: `dns.limits.*` of the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quotas {
    /// Sets of a member's name and all below it.
    pub(crate) sets_per_name: u64,
    /// Sets of one of the administrators' zones.
    pub(crate) sets_per_zone: u64,
    /// Records of one set.
    pub(crate) records_per_set: usize,
    /// Sets of one change.
    pub(crate) sets_per_change: usize,
    /// Zones and names that one member may have a hand in.
    pub(crate) zones_per_member: usize,
    /// Tokens of one member.
    pub(crate) tokens_per_member: usize,
}

impl Quotas {
    /// What holds where nothing else is configured.
    pub(crate) const DEFAULT: Self = Self {
        sets_per_name: 500,
        sets_per_zone: 20_000,
        records_per_set: 100,
        sets_per_change: 100,
        zones_per_member: 10,
        tokens_per_member: 50,
    };
}

/// What a command works by, besides its actor: the present time and how much is allowed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms<'a> {
    pub(crate) now: Timestamp,
    pub(crate) quotas: &'a Quotas,
}

/// What a committed change came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Applied {
    pub(crate) zone: ZoneId,
    /// The state with the change in it.
    pub(crate) version: Version,
    /// Whether anything was to be changed; if not, the zone is as it was.
    pub(crate) changed: bool,
}

/// Whether a member's name is answered for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub(crate) enum NameState {
    Live,
    /// Its records are kept and not answered.
    Suspended {
        why: Why,
        since: Timestamp,
    },
    /// Nobody's: its records are gone.
    Released {
        since: Timestamp,
    },
}

/// Why a name is suspended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Why {
    /// The account has another call, or none.
    CallChanged,
    /// No proof of the call stands.
    NotProven,
    /// The account is locked.
    AccountLocked,
    /// The account is erased.
    AccountErased,
    /// The licence has run out.
    LicenceLapsed,
    /// An administrator did it.
    Administrator,
    /// Also a reason of another version.
    #[serde(other)]
    Other,
}

impl Why {
    /// The reason as it is sent.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::CallChanged => "call_changed",
            Self::NotProven => "not_proven",
            Self::AccountLocked => "account_locked",
            Self::AccountErased => "account_erased",
            Self::LicenceLapsed => "licence_lapsed",
            Self::Administrator => "administrator",
            Self::Other => "other",
        }
    }

    /// The reason in words.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::CallChanged => "the account has another call",
            Self::NotProven => "no proof of the call stands",
            Self::AccountLocked => "the account is locked",
            Self::AccountErased => "the account is erased",
            Self::LicenceLapsed => "the licence has run out",
            Self::Administrator => "an administrator suspended it",
            Self::Other => "suspended",
        }
    }
}

/// How far a grant reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Reach {
    /// The name and everything below it.
    Subtree,
    /// The name alone.
    #[serde(rename = "self")]
    Own,
    /// TXT at `_acme-challenge` of the name and of what is below it.
    Acme,
}

/// What a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TokenScope {
    /// Set the addresses of one name.
    Dyndns,
    /// Publish proofs for certificates of a name and of what is below it.
    Acme,
}

impl TokenScope {
    /// The scope as it is written.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Dyndns => "dyndns",
            Self::Acme => "acme",
        }
    }
}

impl std::fmt::Display for ZoneId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The public id of a record, which names it in addresses: the same record has the same id.
pub(crate) fn record_id(name: &Name, kind: RecordType, datum: &Rdata) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut hasher = blake3::Hasher::new();
    hasher.update(name.wire());
    hasher.update(&kind.0.to_be_bytes());
    hasher.update(datum.wire());
    let digest = hasher.finalize();
    // Ten octets are sixteen digits of five bits.
    let bits = digest.as_bytes()[..10]
        .iter()
        .fold(0_u128, |bits, octet| bits << 8 | u128::from(*octet));
    (0..16)
        .rev()
        .map(|digit| char::from(ALPHABET[usize::try_from(bits >> (digit * 5) & 31).unwrap_or(0)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_serial_is_the_days_first_and_then_counts_on() {
        let now = at("2026-11-22T09:00:00Z");
        let first = Version::first(None, now);
        assert_eq!(first.serial(), 2_026_112_201);
        assert_eq!(first.next(now).serial(), 2_026_112_202);
        assert_eq!(first.next(at("2026-11-23T00:00:00Z")).serial(), 2_026_112_301);
        // More changes than a day has numbers for go on all the same, and never back.
        let many = first.plus(5_000);
        assert_eq!(many.next(at("2026-11-23T00:00:00Z")).serial(), 2_026_117_202);
    }

    #[test]
    fn a_serial_goes_round_and_later_states_stay_greater() {
        let now = at("2026-11-22T09:00:00Z");
        let high = Version::first(Some(u32::MAX), now);
        let next = high.next(now);
        assert!(next > high, "{next:?}");
        assert!(is_later(next.serial(), high.serial()));
        assert_eq!(high.plus(1).serial(), 1, "0 is left out");
        let brought = Version::first(Some(7), now).next_or(3_000_000_000, now);
        assert!(
            is_later(brought.serial(), 7),
            "a serial more than 2^31 ahead is behind: {brought:?}"
        );
        assert_eq!(Version::first(Some(7), now).next_or(99, now).serial(), 99);
        assert_eq!(Version::first(None, now).next_or(99, now).serial(), 2_026_112_202);
    }

    #[test]
    fn serials_compare_round_the_circle() {
        assert!(is_later(1, 0) && !is_later(0, 1) && !is_later(5, 5));
        assert!(is_later(0, u32::MAX) && !is_later(u32::MAX, 0));
    }

    #[test]
    fn an_id_is_the_records_own() {
        let name: Name = "www.k6bp.club.example.".parse().unwrap();
        let datum = |octet| Rdata::new(vec![192, 0, 2, octet]).unwrap();
        let id = record_id(&name, RecordType::A, &datum(1));
        assert_eq!(id.len(), 16);
        assert_eq!(id, record_id(&name, RecordType::A, &datum(1)));
        assert_ne!(id, record_id(&name, RecordType::A, &datum(2)));
        assert_ne!(id, record_id(&name, RecordType(99), &datum(1)));
    }
}
