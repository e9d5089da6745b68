//! The name server's engine by itself: for benches, and the fuzz target on questions.

use std::fmt;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;

use crate::dns::answer::{Asker, Cookies, Outcome, Responder, Transport};
use crate::dns::master;
use crate::dns::name::Name;
use crate::dns::rr::{Rdata, RecordType, RrSet, Ttl};
use crate::dns::zone::{Zone, Zones};

/// The zone that benches ask.
pub const ORIGIN: &str = "club.example.";

/// A zone of so many callsign names as a master file: A on all, AAAA on every 2nd, TXT on every 3rd, MX on every 4th,
/// and a few names for what is rarer.
pub fn zone_text(names: usize) -> String {
    let mut text = format!(
        "$ORIGIN {ORIGIN}\n$TTL 3600\n@ 7200 IN SOA ns1 hostmaster 2026110701 7200 1800 1209600 300\n\
         @ IN NS ns1\nns1 IN A 192.0.2.53\n*.any IN A 192.0.2.99\ncut IN NS ns.cut\nns.cut IN A 192.0.2.54\n"
    );
    for number in 0..names {
        let call = call(number);
        let written = writeln!(
            text,
            "{call} IN A 10.{}.{}.{}",
            number >> 16,
            number >> 8 & 255,
            number & 255
        )
        .and_then(|()| other_sets(&mut text, &call, number));
        written.expect("memory takes every write");
    }
    text
}

fn other_sets(text: &mut String, call: &str, number: usize) -> fmt::Result {
    if number.is_multiple_of(2) {
        let (high, low) = (number >> 16, number & 0xffff);
        writeln!(text, "{call} IN AAAA 2001:db8::{high:x}:{low:x}")?;
    }
    if number.is_multiple_of(3) {
        writeln!(text, "{call} IN TXT \"station {number}\"")?;
    }
    if number.is_multiple_of(4) {
        writeln!(text, "{call} IN MX 10 ns1")?;
    }
    Ok(())
}

/// The name with this number: a callsign that looks like one, no two the same.
pub fn call(number: usize) -> String {
    let letter = |number: usize| char::from(b'a' + u8::try_from(number % 26).unwrap_or(0));
    let mixed = number.wrapping_mul(7919) % 4_569_760;
    let (digit, rest) = (mixed % 10, mixed / 10);
    format!(
        "{}{}{digit}{}{}{}",
        letter(number / 456_976),
        letter(rest / 17_576),
        letter(rest),
        letter(rest / 26),
        letter(rest / 676),
    )
}

/// A zone without a server around it.
pub struct ScratchZone {
    sets: Vec<RrSet>,
    zones: Zones,
    responder: Responder,
    zone: Zone,
    changes: u32,
}

impl ScratchZone {
    /// Reads a master file.
    ///
    /// # Panics
    ///
    /// If it is no zone.
    pub fn of(text: &str) -> Self {
        let origin: Name = ORIGIN.parse().expect("a name");
        let contents = master::contents(text.as_bytes(), &master::Options::of(origin.clone()));
        assert!(contents.is_whole(), "{:?}", contents.defects.first());
        let zone = Zone::build(origin, contents.sets.iter().cloned()).expect("a zone");
        let zones = Zones::default();
        zones.publish(Arc::new(zone.clone()));
        let responder = Responder {
            cookies: Cookies::new(&[7; 16]),
            version: None,
            identity: None,
            patience: 100,
            calls: None,
        };
        Self {
            sets: contents.sets,
            zones,
            responder,
            zone,
            changes: 0,
        }
    }

    /// How many records there are, and about how many octets of memory one takes.
    pub fn size(&self) -> (usize, usize) {
        (self.zone.records(), self.zone.memory() / self.zone.records())
    }

    /// Builds the zone once more from its sets.
    ///
    /// # Panics
    ///
    /// Never: it was built before.
    pub fn rebuild(&self) -> usize {
        let zone = Zone::build(self.zone.origin().clone(), self.sets.iter().cloned());
        zone.expect("it was a zone").len()
    }

    /// Changes one address and publishes the zone.
    ///
    /// # Panics
    ///
    /// Never: the change is right.
    pub fn change(&mut self, number: usize) {
        self.changes += 1;
        let name: Name = format!("{}.{ORIGIN}", call(number)).parse().expect("a name");
        let data = Rdata::new(self.changes.to_be_bytes()).expect("short");
        let set = RrSet::single(name, RecordType::A, Ttl::DEFAULT, data);
        self.zone = self.zone.changed(&[set], &[]).expect("it stays a zone");
        self.zones.publish(Arc::new(self.zone.clone()));
    }

    /// Answers a packet; how many octets.
    pub fn answer(&self, packet: &[u8], out: &mut Vec<u8>) -> usize {
        let asker = Asker {
            peer: SocketAddr::from(([192, 0, 2, 200], 5353)),
            transport: Transport::Udp,
        };
        out.clear();
        match self
            .responder
            .respond(&self.zones.load(), packet, asker, 1_790_000_000, out)
        {
            Outcome::Drop => 0,
            Outcome::Reply(_) => out.len(),
        }
    }
}

/// The packet that asks for records of this type (by number).
///
/// # Panics
///
/// If it is no name.
pub fn question(name: &str, kind: u16) -> Vec<u8> {
    let name: Name = name.parse().expect("a name");
    let mut packet = vec![1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    packet.extend_from_slice(name.wire());
    packet.extend_from_slice(&kind.to_be_bytes());
    packet.extend_from_slice(&[0, 1]);
    packet
}

/// Any bytes as a question, by themselves and behind a header that promises a question and an OPT record: the answer
/// is none, or one that a packet by UDP can hold.
pub fn any_question(bytes: &[u8]) {
    thread_local! {
        static ZONE: ScratchZone = ScratchZone::of(&zone_text(4));
    }
    ZONE.with(|zone| {
        let mut out = Vec::new();
        assert!(zone.answer(bytes, &mut out) <= 1232);
        let promised = [&[1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1][..], bytes].concat();
        assert!(zone.answer(&promised, &mut out) <= 1232);
        if !out.is_empty() {
            hickory_proto::op::Message::from_vec(&out).expect("a whole answer");
        }
    });
}
