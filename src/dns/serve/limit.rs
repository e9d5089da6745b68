//! How many answers of one kind a network gets in a second (response rate limiting).
//!
//! By UDP anybody can ask in another's name, so that the answers hit that other. Equal answers (the same records, or
//! that something is missing from the same zone) to one network are counted; over the limit every second one goes
//! nowhere, and the others become an invitation to come by TCP, which no forger can take. Who has shown a valid cookie
//! is who he says, and has no limit.
//!
//! The counts are a fixed number of words, without locks: which one counts is decided by a keyed hash, and a newcomer
//! takes over the word of another. Then somebody is counted too low for a second, and never too high.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use ipnet::IpNet;

use super::super::answer::{Cookie, Told};

/// Words of counts.
const WORDS: usize = 1 << 16;
/// Bits of a word for the count.
const COUNT_BITS: u32 = 24;
/// Bits for the second.
const SECOND_BITS: u32 = 8;

/// The limit and the counts.
pub(super) struct Limit {
    rate: u32,
    unlimited: Vec<IpNet>,
    seed: RandomState,
    /// Of each the upper half says for whom, the rest the second and the count.
    words: Box<[AtomicU64]>,
}

/// What becomes of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is sent.
    Send,
    /// It is sent without records.
    Shorten,
    /// It is not sent.
    Drop,
}

impl Limit {
    /// So many equal answers a second; 0 for no limit.
    pub(super) fn new(rate: u32, unlimited: Vec<IpNet>) -> Self {
        let words = if rate == 0 { 0 } else { WORDS };
        Self {
            rate: rate.min((1 << COUNT_BITS) / 2),
            unlimited,
            seed: RandomState::new(),
            words: (0..words).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// Whether answers to this address are counted at all.
    pub(super) fn is_for(&self, address: IpAddr) -> bool {
        self.rate != 0
            && !address.is_loopback()
            && !self.unlimited.iter().any(|network| network.contains(&address))
    }

    /// Counts an answer.
    pub(super) fn judge(&self, address: IpAddr, told: Told, now: u32) -> Verdict {
        if told.cookie == Cookie::Valid || !self.is_for(address) {
            return Verdict::Send;
        }
        let hash = self
            .seed
            .hash_one((network(address), told.subject, told.class as u8));
        let word = &self.words[usize::try_from(hash).unwrap_or_default() % WORDS];
        let head = hash >> 32 << 32 | u64::from(now & ((1 << SECOND_BITS) - 1)) << COUNT_BITS;
        let mask = (1 << COUNT_BITS) - 1;
        let next = |held: u64| match held & !mask == head {
            true if held & mask == mask => held,
            true => held + 1,
            false => head | 1,
        };
        let held = word.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| Some(next(held)));
        let count = u32::try_from(next(held.unwrap_or_else(|held| held)) & mask).unwrap_or(u32::MAX);
        match count.checked_sub(self.rate) {
            None | Some(0) => Verdict::Send,
            Some(over) if over % 2 == 0 => Verdict::Shorten,
            Some(_) => Verdict::Drop,
        }
    }
}

/// Who is counted together: a /24, or a /56.
fn network(address: IpAddr) -> u64 {
    match address.to_canonical() {
        IpAddr::V4(address) => u64::from(address.to_bits() >> 8),
        // Bit 63 tells the two apart: no address begins with it in use by both.
        IpAddr::V6(address) => (address.to_bits() >> 72) as u64 | 1 << 63,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::answer::Class;
    use super::Verdict::{Drop, Send, Shorten};
    use super::*;

    fn told(subject: u64, cookie: Cookie) -> Told {
        Told {
            class: Class::Data,
            subject,
            cookie,
            truncated: false,
            question_end: 30,
        }
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_over_the_limit_is_dropped_and_shortened_in_turn() {
        let limit = Limit::new(3, Vec::new());
        let verdicts = |now| -> Vec<Verdict> {
            (0..6)
                .map(|_| limit.judge(address("192.0.2.1"), told(1, Cookie::Absent), now))
                .collect()
        };
        assert_eq!(verdicts(10), [Send, Send, Send, Drop, Shorten, Drop]);
        assert_eq!(
            verdicts(11),
            [Send, Send, Send, Drop, Shorten, Drop],
            "another second"
        );
    }

    #[test]
    fn networks_and_answers_are_counted_by_themselves() {
        let limit = Limit::new(1, vec!["198.51.100.0/24".parse().unwrap()]);
        let judge = |from: &str, subject, cookie| limit.judge(address(from), told(subject, cookie), 10);
        assert_eq!(judge("192.0.2.1", 1, Cookie::Absent), Verdict::Send);
        assert_eq!(
            judge("192.0.2.9", 1, Cookie::Fresh),
            Verdict::Drop,
            "the same /24"
        );
        assert_eq!(judge("192.0.2.9", 1, Cookie::Valid), Verdict::Send);
        assert_eq!(judge("192.0.2.9", 2, Cookie::Absent), Verdict::Send);
        assert_eq!(judge("192.0.3.9", 1, Cookie::Absent), Verdict::Send);
        assert_eq!(judge("2001:db8:0:100::1", 1, Cookie::Absent), Verdict::Send);
        assert_eq!(
            judge("2001:db8:0:1ff::1", 1, Cookie::Absent),
            Verdict::Drop,
            "the same /56"
        );
        for free in ["127.0.0.1", "::1", "198.51.100.7"] {
            assert!(
                (0..5).all(|_| judge(free, 1, Cookie::Absent) == Verdict::Send),
                "{free}"
            );
        }
        let off = Limit::new(0, Vec::new());
        assert!(
            (0..5).all(|_| off.judge(address("192.0.2.1"), told(1, Cookie::Absent), 10) == Verdict::Send)
        );
    }
}
