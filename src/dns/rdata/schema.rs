//! What the data of each type are made of: one table that reading, writing, checking and help go by.
//!
//! A field has a name (the one errors and help use) and a [`Shape`]: how it looks in text and on the wire. A type that
//! is not in the table is carried as octets and written in the form for unknown types (RFC 3597).

use super::super::rr::RecordType;

/// One field of a type's data.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    /// The name for people and programs.
    pub(crate) name: &'static str,
    /// How it looks.
    pub(crate) shape: Shape,
}

/// How a field looks in text and on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One octet, a decimal number.
    U8,
    /// Two octets, a decimal number.
    U16,
    /// Four octets, a decimal number.
    U32,
    /// Four octets, seconds; units such as `1h30m` are understood.
    Period,
    /// Four octets, a dotted quad.
    Ip4,
    /// Sixteen octets, an IPv6 address.
    Ip6,
    /// A name.
    Name,
    /// A mailbox written as a name.
    Mailbox,
    /// A string of at most 255 octets after its length.
    Text,
    /// One string or more, to the end.
    Texts,
    /// A quoted string without a length, to the end.
    Rest,
    /// Letters and digits after their length (CAA).
    Tag,
    /// Hexadecimal, to the end.
    Hex,
    /// Base64, to the end.
    Base64,
    /// Hexadecimal after its length; none is written `-` (NSEC3).
    Salt,
    /// Base32 with the extended alphabet after its length (NSEC3).
    Hash,
    /// A set of record types, to the end.
    Types,
    /// One record type.
    Type,
    /// A point in time.
    Time,
    /// An algorithm of DNSSEC: its number, or one of its names.
    Algorithm,
    /// A kind of certificate: its number, or one of its names.
    Certificate,
    /// Six octets, `00-00-5e-00-53-2a`.
    Eui48,
    /// Eight octets.
    Eui64,
    /// The whole of a LOC.
    Location,
    /// The parameters of SVCB and HTTPS, to the end.
    Params,
    /// Address prefixes, to the end (APL).
    Prefixes,
}

macro_rules! fields {
    ($($name:literal $shape:ident),*) => {
        Some(&[$(Field { name: $name, shape: Shape::$shape }),*])
    };
}

/// The fields of a type's data; `None` for types whose data are octets to us.
pub(crate) const fn fields(kind: RecordType) -> Option<&'static [Field]> {
    match kind {
        RecordType::A => fields!["address" Ip4],
        RecordType::AAAA => fields!["address" Ip6],
        RecordType::NS
        | RecordType::CNAME
        | RecordType::PTR
        | RecordType::DNAME
        | RecordType::MD
        | RecordType::MF
        | RecordType::MB
        | RecordType::MG
        | RecordType::MR => fields!["target" Name],
        RecordType::SOA => fields![
            "mname" Name, "rname" Mailbox, "serial" U32, "refresh" Period, "retry" Period, "expire" Period,
            "minimum" Period
        ],
        RecordType::MX => fields!["preference" U16, "target" Name],
        RecordType::KX | RecordType::AFSDB => fields!["preference" U16, "target" Name],
        RecordType::TXT | RecordType::SPF => fields!["text" Texts],
        RecordType::RP => fields!["mailbox" Mailbox, "text" Name],
        RecordType::MINFO => fields!["mailbox" Mailbox, "errors" Mailbox],
        RecordType::HINFO => fields!["hardware" Text, "system" Text],
        RecordType::LOC => fields!["location" Location],
        RecordType::SRV => fields!["priority" U16, "weight" U16, "port" U16, "target" Name],
        RecordType::NAPTR => fields![
            "order" U16, "preference" U16, "flags" Text, "service" Text, "regexp" Text, "replacement" Name
        ],
        RecordType::SSHFP => fields!["algorithm" U8, "type" U8, "fingerprint" Hex],
        RecordType::TLSA | RecordType::SMIMEA => {
            fields!["usage" U8, "selector" U8, "matching" U8, "data" Hex]
        }
        RecordType::DS | RecordType::CDS => {
            fields!["tag" U16, "algorithm" Algorithm, "digest type" U8, "digest" Hex]
        }
        RecordType::DNSKEY | RecordType::CDNSKEY | RecordType::KEY => {
            fields!["flags" U16, "protocol" U8, "algorithm" Algorithm, "key" Base64]
        }
        RecordType::RRSIG | RecordType::SIG => fields![
            "type covered" Type, "algorithm" Algorithm, "labels" U8, "original TTL" U32, "expiration" Time,
            "inception" Time, "key tag" U16, "signer" Name, "signature" Base64
        ],
        RecordType::NSEC => fields!["next" Name, "types" Types],
        RecordType::NSEC3 => fields![
            "algorithm" U8, "flags" U8, "iterations" U16, "salt" Salt, "next" Hash, "types" Types
        ],
        RecordType::NSEC3PARAM => fields!["algorithm" U8, "flags" U8, "iterations" U16, "salt" Salt],
        RecordType::CSYNC => fields!["serial" U32, "flags" U16, "types" Types],
        RecordType::CAA => fields!["flags" U8, "tag" Tag, "value" Rest],
        RecordType::SVCB | RecordType::HTTPS => {
            fields!["priority" U16, "target" Name, "parameters" Params]
        }
        RecordType::URI => fields!["priority" U16, "weight" U16, "target" Rest],
        RecordType::OPENPGPKEY => fields!["key" Base64],
        RecordType::CERT => {
            fields!["type" Certificate, "key tag" U16, "algorithm" Algorithm, "certificate" Base64]
        }
        RecordType::EUI48 => fields!["address" Eui48],
        RecordType::EUI64 => fields!["address" Eui64],
        RecordType::DHCID => fields!["identifier" Base64],
        RecordType::APL => fields!["prefixes" Prefixes],
        RecordType::ZONEMD => fields!["serial" U32, "scheme" U8, "hash" U8, "digest" Hex],
        _ => None,
    }
}

/// How a field is typed, for forms: `word`, `text` in quotes, or `words`. A LOC's parts are words of one field.
pub(crate) fn form_of(kind: RecordType, field: &str) -> &'static str {
    let found = fields(kind).and_then(|all| all.iter().find(|one| one.name == field));
    match found.map(|field| field.shape) {
        Some(Shape::Text | Shape::Texts | Shape::Rest) => "text",
        Some(Shape::Hex | Shape::Base64 | Shape::Types | Shape::Params | Shape::Prefixes) => "words",
        Some(_) => "word",
        None if matches!(field, "latitude" | "longitude") => "words",
        None => "word",
    }
}

/// The names of algorithms of DNSSEC that tools write (IANA's list).
pub(super) const ALGORITHMS: &[(u16, &str)] = &[
    (0, "DELETE"),
    (1, "RSAMD5"),
    (3, "DSA"),
    (5, "RSASHA1"),
    (6, "DSA-NSEC3-SHA1"),
    (7, "RSASHA1-NSEC3-SHA1"),
    (7, "NSEC3RSASHA1"),
    (8, "RSASHA256"),
    (10, "RSASHA512"),
    (12, "ECC-GOST"),
    (13, "ECDSAP256SHA256"),
    (14, "ECDSAP384SHA384"),
    (15, "ED25519"),
    (16, "ED448"),
    (252, "INDIRECT"),
    (253, "PRIVATEDNS"),
    (254, "PRIVATEOID"),
];

/// The names of kinds of certificates (RFC 4398 2.1).
pub(super) const CERTIFICATES: &[(u16, &str)] = &[
    (1, "PKIX"),
    (2, "SPKI"),
    (3, "PGP"),
    (4, "IPKIX"),
    (5, "ISPKI"),
    (6, "IPGP"),
    (7, "ACPKIX"),
    (8, "IACPKIX"),
    (253, "URI"),
    (254, "OID"),
];
