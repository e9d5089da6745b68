//! Record types, times to live, record data and sets of records, as plain values.
//!
//! Data are kept in uncompressed wire form with the names inside them lower-cased, so equal data are equal octets and
//! their order is the canonical one (RFC 4034 6.3). Text of data, and whether data are right for their type, is the
//! business of `rdata`; nothing here looks inside them. A set is never empty, is sorted, and has no datum twice.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::name::Name;

/// The type of a record (RFC 1035 3.2.2 and IANA's list).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct RecordType(pub(crate) u16);

macro_rules! record_types {
    ($($(#[$known:meta])? $name:ident = $number:literal $text:literal),* $(,)?) => {
        impl RecordType {
            $(
                #[doc = concat!("Type ", $text, ", number ", $number, ".")]
                $(#[$known])?
                pub(crate) const $name: Self = Self($number);
            )*

            /// The types that have a name, by number.
            const NAMED: &[(u16, &str)] = &[$(($number, $text)),*];
        }
    };
}

record_types! {
    A = 1 "A", NS = 2 "NS", MD = 3 "MD", MF = 4 "MF", CNAME = 5 "CNAME", SOA = 6 "SOA", MB = 7 "MB", MG = 8 "MG",
    MR = 9 "MR", NULL = 10 "NULL", WKS = 11 "WKS", PTR = 12 "PTR", HINFO = 13 "HINFO", MINFO = 14 "MINFO",
    MX = 15 "MX", TXT = 16 "TXT", RP = 17 "RP", AFSDB = 18 "AFSDB", SIG = 24 "SIG", KEY = 25 "KEY",
    AAAA = 28 "AAAA", LOC = 29 "LOC", NXT = 30 "NXT", SRV = 33 "SRV", NAPTR = 35 "NAPTR", KX = 36 "KX",
    CERT = 37 "CERT", A6 = 38 "A6", DNAME = 39 "DNAME", OPT = 41 "OPT", APL = 42 "APL", DS = 43 "DS",
    SSHFP = 44 "SSHFP", RRSIG = 46 "RRSIG", NSEC = 47 "NSEC", DNSKEY = 48 "DNSKEY", DHCID = 49 "DHCID",
    NSEC3 = 50 "NSEC3", NSEC3PARAM = 51 "NSEC3PARAM", TLSA = 52 "TLSA", SMIMEA = 53 "SMIMEA",
    #[expect(dead_code, reason = "only its name is asked for")]
    HIP = 55 "HIP",
    CDS = 59 "CDS", CDNSKEY = 60 "CDNSKEY", OPENPGPKEY = 61 "OPENPGPKEY", CSYNC = 62 "CSYNC",
    ZONEMD = 63 "ZONEMD", SVCB = 64 "SVCB", HTTPS = 65 "HTTPS", SPF = 99 "SPF", EUI48 = 108 "EUI48",
    EUI64 = 109 "EUI64",
    #[expect(dead_code, reason = "only its name is asked for")]
    TKEY = 249 "TKEY",
    #[expect(dead_code, reason = "only its name is asked for")]
    TSIG = 250 "TSIG", IXFR = 251 "IXFR", AXFR = 252 "AXFR",
    #[expect(dead_code, reason = "only its name is asked for")]
    MAILB = 253 "MAILB",
    #[expect(dead_code, reason = "only its name is asked for")]
    MAILA = 254 "MAILA", ANY = 255 "ANY", URI = 256 "URI", CAA = 257 "CAA",
}

impl RecordType {
    /// Whether the type is one of questions and of the protocol, of which no zone can hold records.
    pub(crate) const fn is_meta(self) -> bool {
        matches!(self.0, 0 | 41 | 128..=255)
    }
}

impl fmt::Display for RecordType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Self::NAMED.binary_search_by_key(&self.0, |(number, _)| *number) {
            Ok(at) => f.pad(Self::NAMED[at].1),
            Err(_) => f.pad(&format!("TYPE{}", self.0)),
        }
    }
}

impl fmt::Debug for RecordType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that names no record type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a record type")]
pub(crate) struct UnknownType(pub(crate) String);

/// Reads `A`, `aaaa`, `TYPE65280` (RFC 3597); a known type may be given by number too.
impl FromStr for RecordType {
    type Err = UnknownType;

    fn from_str(text: &str) -> Result<Self, UnknownType> {
        if let Some((number, _)) = Self::NAMED
            .iter()
            .find(|(_, name)| name.eq_ignore_ascii_case(text))
        {
            return Ok(Self(*number));
        }
        let digits = text
            .get(..4)
            .filter(|head| head.eq_ignore_ascii_case("TYPE"))
            .and(text.get(4..));
        digits
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()))
            .and_then(|digits| digits.parse().ok())
            .map(Self)
            .ok_or_else(|| UnknownType(text.chars().take(40).collect()))
    }
}

/// How long others may keep a record, in seconds: 0 to 2^31 - 1 (RFC 2181 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub(crate) struct Ttl(u32);

impl Ttl {
    /// The longest there is.
    pub(crate) const MAX: Self = Self(0x7fff_ffff);

    /// What a record gets when nobody says how long.
    pub(crate) const DEFAULT: Self = Self(3600);

    /// So many seconds; `None` beyond [`Ttl::MAX`].
    pub(crate) const fn new(seconds: u32) -> Option<Self> {
        if seconds <= Self::MAX.0 {
            Some(Self(seconds))
        } else {
            None
        }
    }

    /// What a packet's field means: with the highest bit set it counts as 0 (RFC 2181 8).
    pub(crate) const fn from_wire(field: u32) -> Self {
        if field <= Self::MAX.0 {
            Self(field)
        } else {
            Self(0)
        }
    }

    /// The seconds.
    pub(crate) const fn seconds(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Ttl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Ttl {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = u32::deserialize(deserializer)?;
        Self::new(seconds).ok_or_else(|| serde::de::Error::custom("a time to live is at most 2147483647"))
    }
}

/// The data of one record: uncompressed wire form, names inside lower-cased, at most 65535 octets.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub(crate) struct Rdata(#[serde(with = "serde_bytes")] Box<[u8]>);

/// Data of more than 65535 octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the data of a record are longer than 65535 octets")]
pub(crate) struct RdataTooLong;

impl Rdata {
    /// Takes octets as they are. Whoever calls this has lower-cased the names inside (`rdata::check` does).
    pub(crate) fn new(wire: impl Into<Box<[u8]>>) -> Result<Self, RdataTooLong> {
        let wire = wire.into();
        if wire.len() > usize::from(u16::MAX) {
            Err(RdataTooLong)
        } else {
            Ok(Self(wire))
        }
    }

    /// The octets.
    pub(crate) fn wire(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Rdata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\\# {}", self.0.len())?;
        if !self.0.is_empty() {
            f.write_str(" ")?;
        }
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

impl<'de> Deserialize<'de> for Rdata {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire: Box<[u8]> = serde_bytes::deserialize(deserializer)?;
        Self::new(wire).map_err(serde::de::Error::custom)
    }
}

/// All records of one name and type: never empty, sorted, no datum twice, one time to live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct RrSet {
    name: Name,
    kind: RecordType,
    ttl: Ttl,
    data: Vec<Rdata>,
}

/// A set without records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a set of records is empty")]
pub(crate) struct EmptyRrSet;

impl RrSet {
    /// The set of these records, in any order, with repetitions left out.
    pub(crate) fn new(
        name: Name,
        kind: RecordType,
        ttl: Ttl,
        mut data: Vec<Rdata>,
    ) -> Result<Self, EmptyRrSet> {
        if data.is_empty() {
            return Err(EmptyRrSet);
        }
        data.sort_unstable();
        data.dedup();
        Ok(Self {
            name,
            kind,
            ttl,
            data,
        })
    }

    /// The set of one record.
    pub(crate) fn single(name: Name, kind: RecordType, ttl: Ttl, datum: Rdata) -> Self {
        Self {
            name,
            kind,
            ttl,
            data: vec![datum],
        }
    }

    /// The owner.
    pub(crate) fn name(&self) -> &Name {
        &self.name
    }

    /// The type.
    pub(crate) fn kind(&self) -> RecordType {
        self.kind
    }

    /// The time to live all of them have.
    pub(crate) fn ttl(&self) -> Ttl {
        self.ttl
    }

    /// The data in canonical order.
    pub(crate) fn data(&self) -> &[Rdata] {
        &self.data
    }

    /// The set with one record more; the same set when it has it.
    #[cfg(test)]
    pub(crate) fn with(mut self, datum: Rdata) -> Self {
        if let Err(at) = self.data.binary_search(&datum) {
            self.data.insert(at, datum);
        }
        self
    }
}

impl<'de> Deserialize<'de> for RrSet {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Stored {
            name: Name,
            kind: RecordType,
            ttl: Ttl,
            data: Vec<Rdata>,
        }
        let stored = Stored::deserialize(deserializer)?;
        Self::new(stored.name, stored.kind, stored.ttl, stored.data).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn datum(wire: &[u8]) -> Rdata {
        Rdata::new(wire).unwrap()
    }

    #[test]
    fn the_names_of_types_are_in_order_of_their_numbers() {
        assert!(RecordType::NAMED.is_sorted_by_key(|(number, _)| *number));
    }

    #[test]
    fn types_are_read_and_written() {
        for (text, kind) in [
            ("a", RecordType::A),
            ("TYPE28", RecordType::AAAA),
            ("type65280", RecordType(65280)),
        ] {
            assert_eq!(text.parse(), Ok(kind));
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        assert_eq!(RecordType(65280).to_string(), "TYPE65280");
        for bad in ["", "TYPE", "TYPE65536", "TYPE+1", "TYPE-1", "ALIAS", "AÄ"] {
            assert!(bad.parse::<RecordType>().is_err(), "{bad}");
        }
        assert!(RecordType::ANY.is_meta() && RecordType::OPT.is_meta() && !RecordType::CAA.is_meta());
    }

    #[test]
    fn a_time_to_live_has_31_bits() {
        assert_eq!(Ttl::new(0x7fff_ffff), Some(Ttl::MAX));
        assert_eq!(Ttl::new(0x8000_0000), None);
        assert_eq!(Ttl::from_wire(0x8000_0001).seconds(), 0);
        assert!(serde_json::from_str::<Ttl>("3000000000").is_err());
    }

    #[test]
    fn a_set_is_sorted_and_has_nothing_twice() {
        let data = vec![datum(b"\x02"), datum(b"\x01\x00"), datum(b"\x01"), datum(b"\x02")];
        let name: Name = "a.example.".parse().unwrap();
        let set = RrSet::new(name.clone(), RecordType::TXT, Ttl::DEFAULT, data).unwrap();
        assert_eq!(set.data(), [datum(b"\x01"), datum(b"\x01\x00"), datum(b"\x02")]);
        assert_eq!(
            RrSet::new(name, RecordType::TXT, Ttl::DEFAULT, Vec::new()),
            Err(EmptyRrSet)
        );
        let grown = set.clone().with(datum(b"\x01\x05")).with(datum(b"\x02"));
        assert_eq!(grown.data().len(), 4);
        let stored = serde_json::to_string(&set).unwrap();
        assert_eq!(serde_json::from_str::<RrSet>(&stored).unwrap(), set);
    }

    #[test]
    fn data_are_shown_in_the_form_for_unknown_types() {
        assert_eq!(format!("{:?}", datum(b"\x0a\xff")), "\\# 2 0aff");
        assert_eq!(Rdata::new(vec![0; 65536]), Err(RdataTooLong));
    }
}
