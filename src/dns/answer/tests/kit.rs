//! Zones from short texts, questions, and answers read again by a reader of its own.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;

use hickory_proto::op::Message;

use super::super::super::name::Name;
use super::super::super::rdata;
use super::super::super::rr::{Rdata, RecordType, RrSet, Ttl};
use super::super::super::zone::{Catalogue, Zone, Zones};
use super::super::{Asker, Cookies, Outcome, Responder, Told, Transport};

/// A moment, in seconds since 1970.
pub(super) const NOW: u32 = 1_790_000_000;

pub(super) fn name(text: &str) -> Name {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

pub(super) fn responder() -> Responder {
    Responder {
        cookies: Cookies::new(b"sixteen octets.."),
        version: Some("Shackbox".to_owned()),
        identity: Some("ns1".to_owned()),
        patience: 100,
        calls: None,
    }
}

/// The data of a record from their text.
pub(super) fn rdata(kind: RecordType, text: &str, origin: &Name) -> Rdata {
    rdata::read(kind, text, origin).unwrap_or_else(|error| panic!("{kind} {text}: {error}"))
}

/// A zone from lines `owner [ttl] type data`.
pub(super) fn zone<'t>(origin: &str, lines: impl IntoIterator<Item = &'t str>) -> Zone {
    let origin = name(origin);
    let mut sets: Vec<RrSet> = Vec::new();
    for line in lines {
        let (owner, rest) = line.split_once(' ').unwrap();
        let (first, after) = rest.split_once(' ').unwrap();
        let (ttl, kind, data) = match first.parse() {
            Ok(ttl) => {
                let (kind, data) = after.split_once(' ').unwrap();
                (Ttl::new(ttl).unwrap(), kind, data)
            }
            Err(_) => (Ttl::DEFAULT, first, after),
        };
        let owner = Name::parse(owner, &origin).unwrap();
        let kind: RecordType = kind.parse().unwrap();
        let datum = rdata(kind, data, &origin);
        match sets
            .iter_mut()
            .find(|set| *set.name() == owner && set.kind() == kind)
        {
            Some(set) => *set = set.clone().with(datum),
            None => sets.push(RrSet::single(owner, kind, ttl, datum)),
        }
    }
    Zone::build(origin, sets).unwrap()
}

/// The zone that most tests ask.
pub(super) fn club() -> Arc<Catalogue> {
    let text = include_str!("../../../../fixtures/dns/club.zone");
    let lines = text.lines().filter(|line| !line.starts_with([';', '$']));
    catalogue([zone("club.example.", lines)])
}

pub(super) fn catalogue(held: impl IntoIterator<Item = Zone>) -> Arc<Catalogue> {
    let zones = Zones::default();
    for zone in held {
        zones.publish(Arc::new(zone));
    }
    zones.snapshot()
}

pub(super) fn asker(transport: Transport) -> Asker {
    let peer: SocketAddr = "192.0.2.200:5353".parse().unwrap();
    Asker { peer, transport }
}

/// A packet that asks.
#[derive(Clone)]
pub(super) struct Ask {
    pub(super) flags: u16,
    pub(super) questions: u16,
    pub(super) name: Vec<u8>,
    pub(super) kind: RecordType,
    pub(super) class: u16,
    /// OPT records, whole.
    pub(super) opts: Vec<Vec<u8>>,
}

impl Ask {
    /// The letters of the name are kept.
    pub(super) fn new(owner: &str, kind: RecordType) -> Self {
        let mut wire = name(owner).wire().to_vec();
        let letters = owner.bytes().filter(|octet| *octet != b'.');
        let places = (0..wire.len()).filter(|at| {
            // Letters of labels, not their lengths.
            let mut head = 0;
            while head < *at {
                head += 1 + usize::from(name(owner).wire()[head]);
            }
            head != *at
        });
        for (at, letter) in places.collect::<Vec<_>>().into_iter().zip(letters) {
            wire[at] = letter;
        }
        Self {
            flags: 0,
            questions: 1,
            name: wire,
            kind,
            class: 1,
            opts: Vec::new(),
        }
    }

    pub(super) fn opt(mut self, payload: u16, version: u8, flags: u16, options: &[(u16, &[u8])]) -> Self {
        let mut data = Vec::new();
        for (code, value) in options {
            data.extend_from_slice(&code.to_be_bytes());
            data.extend_from_slice(&u16::try_from(value.len()).unwrap().to_be_bytes());
            data.extend_from_slice(value);
        }
        let mut opt = vec![0, 0, 41];
        opt.extend_from_slice(&payload.to_be_bytes());
        opt.extend_from_slice(&[0, version]);
        opt.extend_from_slice(&flags.to_be_bytes());
        opt.extend_from_slice(&u16::try_from(data.len()).unwrap().to_be_bytes());
        opt.extend_from_slice(&data);
        self.opts.push(opt);
        self
    }

    pub(super) fn packet(&self) -> Vec<u8> {
        let mut packet = vec![0x12, 0x34];
        let opts = u16::try_from(self.opts.len()).unwrap();
        for number in [self.flags, self.questions, 0, 0, opts] {
            packet.extend_from_slice(&number.to_be_bytes());
        }
        for _ in 0..self.questions {
            packet.extend_from_slice(&self.name);
            packet.extend_from_slice(&self.kind.0.to_be_bytes());
            packet.extend_from_slice(&self.class.to_be_bytes());
        }
        packet.extend(self.opts.concat());
        packet
    }

    pub(super) fn send(&self, catalogue: &Catalogue, transport: Transport) -> Option<(Answer, Told)> {
        let mut out = b"before".to_vec();
        let packet = self.packet();
        match responder().respond(catalogue, &packet, asker(transport), NOW, &mut out) {
            Outcome::Drop => None,
            Outcome::Reply(told) => Some((Answer::read(&out[6..]), told)),
        }
    }
}

/// An answer, read.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) flags: u16,
    pub(super) octets: usize,
    /// The question as it came back.
    pub(super) question: Vec<u8>,
    pub(super) sections: [Vec<Record>; 3],
    /// The fields of the OPT record: payload, extended rcode, version, flags.
    pub(super) opt: Option<(u16, u8, u8, u16)>,
    pub(super) options: Vec<(u16, Vec<u8>)>,
}

/// A record; the owner's letters as they were.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Record {
    pub(super) owner: String,
    pub(super) kind: RecordType,
    pub(super) class: u16,
    pub(super) ttl: u32,
    pub(super) data: Vec<u8>,
}

impl Answer {
    pub(super) fn read(packet: &[u8]) -> Self {
        Message::from_vec(packet).unwrap_or_else(|error| panic!("{error}: {packet:02x?}"));
        let number = |at: usize| u16::from_be_bytes([packet[at], packet[at + 1]]);
        let mut at = 12;
        let mut answer = Self {
            flags: number(2),
            octets: packet.len(),
            question: Vec::new(),
            sections: Default::default(),
            opt: None,
            options: Vec::new(),
        };
        for _ in 0..number(4) {
            let start = at;
            read_name(packet, &mut at);
            at += 4;
            answer.question.extend_from_slice(&packet[start..at]);
        }
        for (section, count) in [6, 8, 10].map(number).into_iter().enumerate() {
            for _ in 0..count {
                let owner = read_name(packet, &mut at);
                let (kind, class) = (RecordType(number(at)), number(at + 2));
                let ttl = u32::from_be_bytes(packet[at + 4..at + 8].try_into().unwrap());
                let end = at + 10 + usize::from(number(at + 8));
                at += 10;
                if kind == RecordType::OPT {
                    assert!(answer.opt.is_none(), "one OPT record");
                    let [extended, version, a, b] = ttl.to_be_bytes();
                    answer.opt = Some((class, extended, version, u16::from_be_bytes([a, b])));
                    while at < end {
                        let length = usize::from(number(at + 2));
                        answer
                            .options
                            .push((number(at), packet[at + 4..at + 4 + length].to_vec()));
                        at += 4 + length;
                    }
                } else {
                    let data = read_data(packet, kind, at, end);
                    answer.sections[section].push(Record {
                        owner,
                        kind,
                        class,
                        ttl,
                        data,
                    });
                }
                at = end;
            }
        }
        assert_eq!(at, packet.len(), "nothing after the last record");
        answer
    }

    /// The rcode, with its upper part.
    pub(super) fn rcode(&self) -> u16 {
        let upper = self.opt.map_or(0, |(_, extended, ..)| u16::from(extended));
        upper << 4 | self.flags & 15
    }

    pub(super) fn rcode_text(&self) -> String {
        match self.rcode() {
            0 => "NOERROR".to_owned(),
            1 => "FORMERR".to_owned(),
            3 => "NXDOMAIN".to_owned(),
            4 => "NOTIMP".to_owned(),
            5 => "REFUSED".to_owned(),
            6 => "YXDOMAIN".to_owned(),
            9 => "NOTAUTH".to_owned(),
            16 => "BADVERS".to_owned(),
            other => format!("RCODE{other}"),
        }
    }
}

/// A name with the letters it has; pointers must lead backwards.
fn read_name(packet: &[u8], at: &mut usize) -> String {
    let mut text = String::new();
    let (mut here, mut after) = (*at, None);
    loop {
        let length = usize::from(packet[here]);
        if length >= 0xc0 {
            let target = (length & 0x3f) << 8 | usize::from(packet[here + 1]);
            assert!(target < here, "a pointer forward");
            after.get_or_insert(here + 2);
            here = target;
            continue;
        }
        here += 1;
        if length == 0 {
            break;
        }
        for octet in &packet[here..here + length] {
            match octet {
                b'!'..=b'~' if !b".\\\"();@$".contains(octet) => text.push(char::from(*octet)),
                _ => write!(text, "\\{octet:03}").unwrap(),
            }
        }
        text.push('.');
        here += length;
    }
    *at = after.unwrap_or(here);
    if text.is_empty() { ".".to_owned() } else { text }
}

/// The data with names written out and lower-cased.
fn read_data(packet: &[u8], kind: RecordType, mut at: usize, end: usize) -> Vec<u8> {
    let (before, count) = match kind {
        RecordType::NS | RecordType::CNAME | RecordType::PTR => (0, 1),
        RecordType::MX => (2, 1),
        RecordType::SOA => (0, 2),
        _ => return packet[at..end].to_vec(),
    };
    let mut data = packet[at..at + before].to_vec();
    at += before;
    for _ in 0..count {
        data.extend_from_slice(name(&read_name(packet, &mut at)).wire());
    }
    data.extend_from_slice(&packet[at..end]);
    data
}
