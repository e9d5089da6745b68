//! What is allowed and perhaps not meant: remarks that a page shows beside a record. Nothing here refuses anything.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::super::name::Name;
use super::super::rdata;
use super::super::rr::{Rdata, RecordType};

/// A remark about a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Note {
    /// Which remark, for programs: `private-address`, `amprnet`, `relative-target` and so on.
    pub(crate) code: &'static str,
    /// The remark as a sentence.
    pub(crate) text: String,
    /// Whether it is something to be looked at; otherwise it is a badge.
    pub(crate) warning: bool,
}

/// What kind of address it is, as far as that matters to somebody who publishes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AddressKind {
    /// Reachable from anywhere.
    Public,
    /// The amateurs' own network, 44.0.0.0/9 and 44.128.0.0/10.
    Amprnet,
    /// Of a local network: RFC 1918, `fc00::/7`, `fec0::/10`.
    Private,
    /// Of a provider's inner network, 100.64.0.0/10.
    Shared,
    /// Of one cable or radio cell: 169.254.0.0/16, `fe80::/10`.
    LinkLocal,
    /// The machine itself.
    Loopback,
    /// Many machines: 224.0.0.0/4, `ff00::/8`.
    Multicast,
    /// None that a machine can have: 0.0.0.0/8, 240.0.0.0/4, ::.
    Unusable,
    /// Of examples in books: 192.0.2.0/24 and its like, `2001:db8::/32`.
    Documentation,
}

impl AddressKind {
    /// What kind an address is.
    pub(crate) fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::of_v4(address),
            IpAddr::V6(address) => match address.to_ipv4_mapped() {
                Some(inner) => Self::of_v4(inner),
                None => Self::of_v6(address),
            },
        }
    }

    fn of_v4(address: Ipv4Addr) -> Self {
        match address.octets() {
            [44, second, ..] if second < 192 => Self::Amprnet,
            [0 | 240..=255, ..] => Self::Unusable,
            [127, ..] => Self::Loopback,
            [100, 64..=127, ..] => Self::Shared,
            _ if address.is_private() => Self::Private,
            _ if address.is_link_local() => Self::LinkLocal,
            _ if address.is_multicast() => Self::Multicast,
            _ if address.is_documentation() => Self::Documentation,
            _ => Self::Public,
        }
    }

    fn of_v6(address: Ipv6Addr) -> Self {
        match address.segments() {
            _ if address.is_loopback() => Self::Loopback,
            _ if address.is_unspecified() => Self::Unusable,
            [0xfe80..=0xfebf, ..] => Self::LinkLocal,
            [0xfc00..=0xfdff | 0xfec0..=0xfeff, ..] => Self::Private,
            [0xff00..=0xffff, ..] => Self::Multicast,
            [0x2001, 0x0db8, ..] => Self::Documentation,
            _ => Self::Public,
        }
    }

    /// Whether others can reach a machine by such an address; a dynamic name should have no other.
    pub(crate) const fn is_reachable(self) -> bool {
        matches!(self, Self::Public | Self::Amprnet | Self::Documentation)
    }

    const fn remark(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Public => None,
            Self::Amprnet => Some(("amprnet", "of the amateurs' own network (AMPRNet)")),
            Self::Private => Some((
                "private-address",
                "of a local network: nobody outside of it gets there",
            )),
            Self::Shared => Some((
                "shared-address",
                "of a provider's inner network: nobody outside of it gets there",
            )),
            Self::LinkLocal => Some(("link-local-address", "good on one cable only")),
            Self::Loopback => Some(("loopback-address", "each asker's own machine")),
            Self::Multicast => Some(("multicast-address", "of a group, not of a machine")),
            Self::Unusable => Some(("unusable-address", "one that no machine can have")),
            Self::Documentation => Some(("example-address", "for examples in books")),
        }
    }
}

/// The address in data of type A or AAAA.
pub(crate) fn address_of(kind: RecordType, data: &Rdata) -> Option<IpAddr> {
    match kind {
        RecordType::A => Some(IpAddr::from(<[u8; 4]>::try_from(data.wire()).ok()?)),
        RecordType::AAAA => Some(IpAddr::from(<[u8; 16]>::try_from(data.wire()).ok()?)),
        _ => None,
    }
}

/// The remarks on a record; `origin` is what relative names were read below.
pub(crate) fn of_record(kind: RecordType, data: &Rdata, origin: &Name) -> Vec<Note> {
    let mut notes = Vec::new();
    if let Some(address) = address_of(kind, data) {
        let known = AddressKind::of(address);
        notes.extend(known.remark().map(|(code, text)| Note {
            code,
            text: format!("{address} is {text}"),
            warning: known != AddressKind::Amprnet,
        }));
    }
    for target in rdata::names(kind, data) {
        notes.extend(doubled(&target, origin));
    }
    if kind == RecordType::TXT {
        let text = data.wire().get(1..).unwrap_or_default();
        if text.starts_with(b"v=spf1") && text.windows(4).any(|end| end == b"+all") {
            notes.push(Note {
                code: "spf-open",
                text: "+all lets everybody send mail in this name; -all or ~all is usual".to_owned(),
                warning: true,
            });
        }
    }
    notes
}

/// A target whose zone stands in it twice: the final dot was forgotten.
fn doubled(target: &Name, origin: &Name) -> Option<Note> {
    let own = origin.label_count();
    let before = target
        .label_count()
        .checked_sub(own)
        .filter(|_| target.is_below(origin))?;
    let parent_labels: Vec<&[u8]> = target.labels().take(before).collect();
    let whole: Vec<&[u8]> = origin.labels().collect();
    // The last two labels of the zone are enough: `mail.club.example` typed at `k6bp.club.example.`.
    let tail = whole.get(own.checked_sub(2)?..)?;
    parent_labels.ends_with(tail).then(|| Note {
        code: "doubled-zone",
        text: format!("{target} has the zone's name in it twice; a whole name ends in a dot"),
        warning: true,
    })
}

/// The remark on names as they were typed: one with dots in it and none at its end is below the zone.
pub(crate) fn of_text(kind: RecordType, data: &Rdata, text: &str, origin: &Name) -> Option<Note> {
    let target = rdata::names(kind, data).find(|name| name.is_below(origin))?;
    let relative = target.relative_to(origin)?;
    let typed = text
        .split_ascii_whitespace()
        .find(|word| word.eq_ignore_ascii_case(&relative) && word.contains('.'))?;
    Some(Note {
        code: "relative-target",
        text: format!("{typed} means {target} here; write {typed}. with a dot at its end for {typed} itself"),
        warning: true,
    })
}
