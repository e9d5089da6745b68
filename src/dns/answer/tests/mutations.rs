//! Packets that nobody would send: mutations of good ones, and octets of any kind.

use proptest::prelude::*;

use super::super::super::rr::RecordType;
use super::super::{Outcome, Transport};
use super::kit::{Answer, Ask, NOW, asker, club, responder};

/// How many mutations a usual run tries; `DNS_MUTATIONS` in the environment asks for others.
const USUAL: u64 = 40_000;

/// A stream of numbers that is the same every time.
struct Numbers(u64);

impl Numbers {
    fn octet(&mut self) -> u8 {
        u8::try_from(self.next(256)).unwrap()
    }

    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % below as u64).unwrap()
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let asks = [
        Ask::new("shack.club.example.", RecordType::A),
        Ask::new("a.b.c.field.club.example.", RecordType::TXT).opt(1232, 0, 0x8000, &[(10, b"8 octets")]),
        Ask::new("x.y.near.club.example.", RecordType::ANY).opt(4096, 0, 0, &[(3, b""), (12, &[0; 20])]),
        Ask::new("box.branch.club.example.", RecordType::AAAA).opt(512, 0, 0, &[(10, &[1; 24]), (11, b"")]),
        Ask::new("ring1.club.example.", RecordType::MX),
        Ask::new("many.club.example.", RecordType::A).opt(600, 0, 0, &[]),
        Ask {
            class: 3,
            ..Ask::new("version.bind.", RecordType::TXT)
        },
    ];
    asks.iter().map(Ask::packet).collect()
}

fn mutate(packet: &mut Vec<u8>, numbers: &mut Numbers) {
    for _ in 0..=numbers.next(4) {
        let length = packet.len();
        if length == 0 {
            return;
        }
        let at = numbers.next(length);
        match numbers.next(7) {
            0 => packet[at] ^= 1 << numbers.next(8),
            1 => packet[at] = [0, 1, 63, 64, 0x7f, 0x80, 0xc0, 0xff][numbers.next(8)],
            2 => packet.truncate(at),
            3 => packet.insert(at, numbers.octet()),
            4 => {
                let end = at + numbers.next(length - at + 1);
                let copy = packet[at..end].to_vec();
                packet.splice(at..at, copy);
            }
            5 => {
                packet.remove(at);
            }
            // The counts decide what is read.
            _ => {
                let count = 4.min(length - 1) + numbers.next(8).min(length.saturating_sub(5));
                packet[count] = numbers.octet() % 4;
            }
        }
    }
}

#[test]
fn mutated_packets_get_whole_answers_or_none() {
    let count = std::env::var("DNS_MUTATIONS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(USUAL);
    let (catalogue, responder, seeds) = (club(), responder(), seeds());
    let transports = [Transport::Udp, Transport::Tcp, Transport::Tls];
    let mut numbers = Numbers(0x5eed_5eed_5eed);
    let mut out = Vec::new();
    let mut answered = 0_u64;
    for _ in 0..count {
        let mut packet = seeds[numbers.next(seeds.len())].clone();
        mutate(&mut packet, &mut numbers);
        let transport = transports[numbers.next(3)];
        out.clear();
        if responder.respond(&catalogue, &packet, asker(transport), NOW, &mut out) == Outcome::Drop {
            assert!(out.is_empty());
            continue;
        }
        answered += 1;
        assert!(out.len() <= 1232 || transport != Transport::Udp);
        assert_eq!(out[..2], packet[..2], "the identity is repeated");
        let answer = Answer::read(&out);
        assert!(answer.flags & 0x8000 != 0);
    }
    assert!(answered > count / 2, "{answered} of {count}");
}

proptest! {
    #[test]
    fn any_octets_get_a_whole_answer_or_none(packet in prop::collection::vec(any::<u8>(), 0..80)) {
        let mut out = Vec::new();
        if responder().respond(&club(), &packet, asker(Transport::Udp), NOW, &mut out) != Outcome::Drop {
            Answer::read(&out);
        }
    }
}
