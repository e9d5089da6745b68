//! The name server's tables: keys, stored records, versions.
//!
//! Owners of records are keys in canonical order, so a zone is one stretch of a table with its apex first, and a
//! member's subtree one stretch of that. A zone's serial and the counts of its sets stand in its own row and change
//! with every change of its records, in the same transaction. Rows of sets and their index of ends are written by
//! `write::store` alone. Secrets are here only as digests.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::model::{NameState, Reach, TokenScope, Version, ZoneId};
use super::name::Name;
use super::rr::{Rdata, RecordType, RrSet, Ttl};
use crate::store::{Corrupt, Key, KeyBuf, PrefixOf, Span, TableInfo, table};

/// A name as part of a key: canonical order, ended so that more can follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Owner(pub(crate) Name);

/// Zone, owner, type.
pub(crate) type SetKey = (u32, Owner, u16);

/// All keys of a table whose owner is a name of a zone or below it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Below<'a>(pub(crate) ZoneId, pub(crate) &'a Name);

table!(pub(crate) ZONE: "dns.zone", u32 => StoredZone);
table!(pub(crate) ZONE_BY_ORIGIN: "dns.zone.by_origin", Owner => u32);
table!(
    /// The zone whose names are the members', with what the configuration said of it last.
    pub(crate) BASE: "dns.base", () => Base
);
table!(pub(crate) RRSET: "dns.rrset", SetKey => StoredSet);
table!(
    /// Sets with records that go by themselves, by the first time one does.
    pub(crate) ENDING: "dns.rrset.ending", (Timestamp, u32, Owner, u16) => ()
);
table!(
    /// Members' names.
    pub(crate) NAME: "dns.name", (u32, Owner) => StoredName
);
table!(
    /// Account, zone, name.
    pub(crate) NAME_BY_ACCOUNT: "dns.name.by_account", (u32, u32, Owner) => ()
);
table!(
    /// What administrators gave to members besides: zone, name, account.
    pub(crate) GRANT: "dns.grant", (u32, Owner, u32) => StoredGrant
);
table!(
    /// Account, zone, name.
    pub(crate) GRANT_BY_ACCOUNT: "dns.grant.by_account", (u32, u32, Owner) => ()
);
table!(
    /// Tokens by their public id.
    pub(crate) TOKEN: "dns.token", SmolStr => StoredToken
);
table!(
    /// Account, token.
    pub(crate) TOKEN_BY_ACCOUNT: "dns.token.by_account", (u32, SmolStr) => ()
);
table!(
    /// What was changed, by zone and the state it led to.
    pub(crate) JOURNAL: "dns.journal", (u32, u64) => Entry
);
table!(
    /// Changes of what is at or below a member's name: zone, name, state.
    pub(crate) JOURNAL_BY_NAME: "dns.journal.by_name", (u32, Owner, u64) => ()
);
table!(
    /// Accounts whose names are to be looked at again.
    pub(crate) UNSETTLED: "dns.unsettled", u32 => ()
);
table!(
    /// Accounts whose licence has run out.
    pub(crate) LAPSED: "dns.lapsed", u32 => ()
);

table!(
    /// The mark of the last restore from a backup after which serials were raised.
    pub(crate) RESTORED: "dns.restored", () => SmolStr
);

/// Every table of this domain.
pub(crate) fn tables() -> Vec<TableInfo> {
    vec![
        ZONE.info(),
        ZONE_BY_ORIGIN.info(),
        BASE.info(),
        RRSET.info(),
        ENDING.info(),
        NAME.info(),
        NAME_BY_ACCOUNT.info(),
        GRANT.info(),
        GRANT_BY_ACCOUNT.info(),
        TOKEN.info(),
        TOKEN_BY_ACCOUNT.info(),
        JOURNAL.info(),
        JOURNAL_BY_NAME.info(),
        UNSETTLED.info(),
        LAPSED.info(),
        RESTORED.info(),
    ]
}

/// A zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredZone {
    pub(crate) origin: Name,
    pub(crate) version: Version,
    /// Sets of records in it, those of suspended names too.
    #[serde(default)]
    pub(crate) sets: u64,
    pub(crate) created: Timestamp,
    /// When its records were changed last.
    pub(crate) changed: Timestamp,
    /// Who made it.
    #[serde(default)]
    pub(crate) by: SmolStr,
}

/// The members' zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Base {
    pub(crate) zone: ZoneId,
    /// What `@` and `www` of a new name point to.
    #[serde(default)]
    pub(crate) web: Vec<std::net::IpAddr>,
}

/// The records of one name and type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredSet {
    pub(crate) ttl: Ttl,
    /// In canonical order, none twice, never empty.
    pub(crate) records: Vec<StoredRecord>,
}

/// One record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredRecord {
    pub(crate) datum: Rdata,
    /// When it goes by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<Timestamp>,
}

/// A member's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredName {
    /// Whose it is; none once the account is erased.
    pub(crate) account: Option<u32>,
    /// The call it was given for.
    pub(crate) call: SmolStr,
    pub(crate) state: NameState,
    pub(crate) created: Timestamp,
    /// Whether its holder may delegate it: set NS and DS records.
    #[serde(default)]
    pub(crate) delegates: bool,
    /// Another account that has the call now and waits for the name.
    #[serde(default)]
    pub(crate) wanted_by: Option<u32>,
}

/// A right that an administrator gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredGrant {
    pub(crate) reach: Reach,
    /// The types it is for; all that members may set, where none is named.
    #[serde(default)]
    pub(crate) kinds: Vec<RecordType>,
    pub(crate) since: Timestamp,
    pub(crate) by: SmolStr,
}

/// A token for one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredToken {
    pub(crate) account: u32,
    pub(crate) zone: ZoneId,
    pub(crate) name: Name,
    pub(crate) scope: TokenScope,
    /// SHA-256 of the whole token.
    pub(crate) digest: [u8; 32],
    /// What it is for, in its owner's words.
    #[serde(default)]
    pub(crate) label: SmolStr,
    /// Seconds after which a record set by it goes unless it is set again; stays, where none is said.
    #[serde(default)]
    pub(crate) lasts: Option<u32>,
    pub(crate) created: Timestamp,
    /// When it changed something last.
    #[serde(default)]
    pub(crate) used: Option<Timestamp>,
}

/// What one change did to a zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// The state before.
    pub(crate) before: Version,
    pub(crate) at: Timestamp,
    /// Who, in words.
    pub(crate) by: SmolStr,
    /// The account that did it; none for parts of the program.
    #[serde(default)]
    pub(crate) account: Option<u32>,
    pub(crate) what: What,
    /// The sets that differ, without the SOA's serial. Empty where there are too many: [`What::Imported`].
    pub(crate) turned: Vec<Turned>,
}

/// What kind of change it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum What {
    /// Records were edited.
    Edited,
    /// Another change was taken back.
    Undone(Version),
    /// The whole zone came from a file.
    Imported,
    /// A name's records went out of the answers, or came back.
    Suspended(Name),
    Restored(Name),
    /// A name got its first records.
    Provisioned(Name),
    /// Records went that were to go by themselves.
    Ended,
    /// Settings of the zone.
    Configured,
    /// Also a kind of another version.
    #[serde(other)]
    Other,
}

/// A set before and after a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Turned {
    pub(crate) name: Name,
    pub(crate) kind: RecordType,
    #[serde(default)]
    pub(crate) before: Option<StoredSet>,
    #[serde(default)]
    pub(crate) after: Option<StoredSet>,
}

impl StoredSet {
    /// The set as it is answered.
    pub(crate) fn to_rrset(&self, name: Name, kind: RecordType) -> Option<RrSet> {
        let data = self.records.iter().map(|record| record.datum.clone()).collect();
        RrSet::new(name, kind, self.ttl, data).ok()
    }

    /// The stored form of a set.
    pub(crate) fn of(set: &RrSet, until: Option<Timestamp>) -> Self {
        let record = |datum: &Rdata| StoredRecord {
            datum: datum.clone(),
            until,
        };
        Self {
            ttl: set.ttl(),
            records: set.data().iter().map(record).collect(),
        }
    }

    /// Whether both are answered alike, whenever their records go.
    pub(crate) fn is_answered_as(&self, other: &Self) -> bool {
        let data = |set: &Self| {
            set.records
                .iter()
                .map(|record| record.datum.clone())
                .collect::<Vec<_>>()
        };
        self.ttl == other.ttl && data(self) == data(other)
    }

    /// The first time that a record of it goes.
    pub(crate) fn ends(&self) -> Option<Timestamp> {
        self.records.iter().filter_map(|record| record.until).min()
    }
}

impl StoredName {
    /// Whether it is answered for.
    pub(crate) fn is_live(&self) -> bool {
        self.state == NameState::Live
    }
}

/// All sets of a zone.
pub(crate) fn all_of(zone: ZoneId) -> Span<SetKey> {
    Span::prefix(&(zone.0,))
}

/// All sets of a zone at a name.
pub(crate) fn at(zone: ZoneId, name: &Name) -> Span<SetKey> {
    Span::prefix(&(zone.0, Owner(name.clone())))
}

/// All sets of a zone at a name or below it.
pub(crate) fn below(zone: ZoneId, name: &Name) -> Span<SetKey> {
    Span::prefix(&Below(zone, name))
}

/// The key of one set.
pub(crate) fn set_key(zone: ZoneId, name: &Name, kind: RecordType) -> SetKey {
    (zone.0, Owner(name.clone()), kind.0)
}

impl Key for Owner {
    fn encode(&self, out: &mut KeyBuf) {
        out.push(&self.0.to_key());
        // No label is empty: this ends the name, and sorts before what is below it.
        out.push(&[0]);
    }

    fn decode_from(input: &mut &[u8]) -> Result<Self, Corrupt> {
        let mut at = 0;
        loop {
            let length = memchr::memchr(0, &input[at..]).ok_or(Corrupt)?;
            if length == 0 {
                break;
            }
            at += length + 1;
        }
        let name = Name::from_key(&input[..at]).map_err(|_| Corrupt)?;
        *input = &input[at + 1..];
        Ok(Self(name))
    }
}

impl<K: Key + OwnerSecond> PrefixOf<K> for Below<'_> {
    fn encode_prefix(&self, out: &mut KeyBuf) {
        out.push(&self.0.0.to_be_bytes());
        out.push(&self.1.to_key());
    }
}

/// Keys that begin with a zone and an owner.
pub(crate) trait OwnerSecond {}
impl OwnerSecond for SetKey {}
impl OwnerSecond for (u32, Owner) {}
impl OwnerSecond for (u32, Owner, u32) {}
impl OwnerSecond for (u32, Owner, u64) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(value: &impl Key) -> Vec<u8> {
        let mut buf = KeyBuf::new();
        value.encode(&mut buf);
        buf.bytes().unwrap().to_vec()
    }

    #[test]
    fn owners_sort_canonically_with_the_apex_first_and_read_back() {
        let names = [
            "club.example.",
            "a.club.example.",
            "z.a.club.example.",
            "b.club.example.",
            "\\000.c.club.example.",
        ];
        let keys: Vec<_> = names
            .iter()
            .map(|name| (1_u32, Owner(name.parse().unwrap()), 5_u16))
            .collect();
        assert!(keys.iter().map(key).collect::<Vec<_>>().is_sorted());
        for own in keys {
            assert_eq!(SetKey::decode(&key(&own)).unwrap(), own);
        }
        assert!(SetKey::decode(b"\0\0\0\x01club").is_err());
        let root = (3_u32, Owner(Name::root()), 6_u16);
        assert_eq!(SetKey::decode(&key(&root)).unwrap(), root);
    }

    #[test]
    fn a_subtree_has_what_is_below_by_labels_alone() {
        let top: Name = "k6bp.club.example.".parse().unwrap();
        let mut prefix = KeyBuf::new();
        PrefixOf::<SetKey>::encode_prefix(&Below(ZoneId(1), &top), &mut prefix);
        let prefix = prefix.bytes().unwrap();
        for (name, inside) in [
            ("k6bp.club.example.", true),
            ("www.k6bp.club.example.", true),
            ("*.k6bp.club.example.", true),
            ("evilk6bp.club.example.", false),
            ("k6bpx.club.example.", false),
            ("club.example.", false),
        ] {
            let own = key(&(1_u32, Owner(name.parse().unwrap()), 1_u16));
            assert_eq!(own.starts_with(prefix), inside, "{name}");
        }
    }
}
