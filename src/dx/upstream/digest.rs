//! One spot of many: what a feed of skimmers says of a signal, gathered, confirmed and told once.
//!
//! A call on a frequency waits for ten seconds; two skimmers must have heard it, nine are enough at once; with one it
//! waits up to five minutes for a second and is dropped without. Told, it rests for three minutes. The frequency is
//! voted on: a skimmer's vote weighs more the more often it agreed with the others on that band. The strength told is
//! the weakest, so that nobody hopes too much. Pure: the time, in milliseconds, is an argument; memory is bounded.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use smol_str::{SmolStr, format_smolstr};

use crate::ham::band::Band;
use crate::ham::callsign::Callsign;
use crate::ham::cluster::SpotLine;
use crate::ham::freq::Hertz;
use crate::ham::spot::{Spotter, frequency};

/// How long reports of a signal are gathered, in milliseconds as all times here.
const DWELL: i64 = 10_000;
/// How long a signal that one skimmer heard waits for a second.
const LIMBO: i64 = 5 * 60_000;
/// How long a signal that was told rests.
const REST: i64 = 3 * 60_000;
/// How long a signal that was told is remembered after it was heard last.
const REMEMBERED: i64 = 60 * 60_000;
/// Skimmers that must have heard a signal.
const CONFIRMED: usize = 2;
/// Skimmers that are enough at once.
const PLENTY: usize = 9;
/// Hertz within which reports are of one signal.
const NEAR: u64 = 500;
/// Hertz of one step of frequency, in which is voted.
const STEP: u64 = 100;
/// Limits of a skimmer's standing.
const STANDING: i8 = 5;
/// Voters from which on it counts who agreed.
const JURY: usize = 3;
/// Most signals remembered.
const MOST: usize = 50_000;
/// Most signals of one call: nobody is on more frequencies in an hour.
const MOST_OF_CALL: usize = 20;
/// Most standings remembered: a few hundred skimmers on a dozen bands.
const MOST_STANDINGS: usize = 20_000;

/// See the module's description.
#[derive(Debug, Default)]
pub(super) struct Digest {
    signals: HashMap<u64, Signal>,
    by_call: HashMap<Callsign, Vec<u64>>,
    /// When each signal is looked at, earliest first; entries that a signal has outlived are passed over.
    due: BinaryHeap<Reverse<(i64, u64)>>,
    standings: HashMap<(Spotter, Option<Band>), i8>,
    next: u64,
}

#[derive(Debug)]
struct Signal {
    call: Callsign,
    freq: u64,
    phase: Phase,
    /// When it is looked at.
    until: i64,
    heard: i64,
    told: Option<i64>,
    /// One for each skimmer, the latest.
    reports: Vec<SpotLine>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Gathering,
    Limbo,
    Resting,
}

impl Digest {
    /// Takes a skimmer's report; the spot to be told, if that was the one missing.
    pub(super) fn hear(&mut self, report: SpotLine, now: i64) -> Option<SpotLine> {
        let number = self.signal_of(&report, now);
        let signal = self.signals.get_mut(&number)?;
        signal.heard = now;
        if signal.phase == Phase::Resting {
            if signal.told.is_some_and(|told| now - told < REST) {
                return None;
            }
            signal.phase = Phase::Gathering;
            signal.until = now + DWELL;
            self.due.push(Reverse((signal.until, number)));
        }
        signal.add(report);
        let enough = match signal.phase {
            Phase::Gathering => PLENTY,
            _ => CONFIRMED,
        };
        if signal.reports.len() >= enough {
            return self.tell(number, now);
        }
        None
    }

    /// What is to be told by now.
    pub(super) fn due(&mut self, now: i64) -> Vec<SpotLine> {
        let mut told = Vec::new();
        while let Some(Reverse((at, number))) = self.due.peek().copied() {
            if at > now {
                break;
            }
            self.due.pop();
            let Some(signal) = self.signals.get_mut(&number).filter(|signal| signal.until == at) else {
                continue;
            };
            match signal.phase {
                Phase::Gathering if signal.reports.len() >= CONFIRMED => told.extend(self.tell(number, now)),
                Phase::Gathering => {
                    signal.phase = Phase::Limbo;
                    signal.until = at + LIMBO - DWELL;
                    self.due.push(Reverse((signal.until, number)));
                }
                Phase::Resting if signal.heard + REMEMBERED > now => {
                    signal.until = signal.heard + REMEMBERED;
                    self.due.push(Reverse((signal.until, number)));
                }
                Phase::Limbo | Phase::Resting => self.forget(number),
            }
        }
        told
    }

    /// The number of the signal a report is of; a new one if there is none.
    fn signal_of(&mut self, report: &SpotLine, now: i64) -> u64 {
        let freq = report.freq.get();
        let known = self.by_call.get(&report.call).into_iter().flatten().copied();
        let near = known
            .filter_map(|number| Some((self.signals.get(&number)?.freq.abs_diff(freq), number)))
            .filter(|(distance, _)| *distance <= NEAR)
            .min();
        if let Some((_, number)) = near {
            return number;
        }
        if self.signals.len() >= MOST {
            // A flood that no band gives: better told twice than memory without bound.
            self.signals.clear();
            self.by_call.clear();
            self.due.clear();
        }
        let own = self
            .by_call
            .get(&report.call)
            .filter(|own| own.len() >= MOST_OF_CALL);
        if let Some(oldest) = own.and_then(|own| own.first().copied()) {
            self.forget(oldest);
        }
        let number = self.next;
        self.next += 1;
        let signal = Signal {
            call: report.call.clone(),
            freq,
            phase: Phase::Gathering,
            until: now + DWELL,
            heard: now,
            told: None,
            reports: Vec::new(),
        };
        self.due.push(Reverse((signal.until, number)));
        self.signals.insert(number, signal);
        self.by_call.entry(report.call.clone()).or_default().push(number);
        number
    }

    fn tell(&mut self, number: u64, now: i64) -> Option<SpotLine> {
        let signal = self.signals.get_mut(&number)?;
        let again = signal.told.is_some();
        signal.phase = Phase::Resting;
        signal.told = Some(now);
        signal.until = now + REMEMBERED;
        let reports = std::mem::take(&mut signal.reports);
        let band = frequency::band(Hertz::new(signal.freq));
        let (voted, agreed) = self.vote(&reports, band);
        if let Some(signal) = self.signals.get_mut(&number) {
            signal.freq = voted;
        }
        self.due.push(Reverse((now + REMEMBERED, number)));
        let quality = reports.len().min(PLENTY);
        let weakest = reports
            .into_iter()
            .min_by_key(|report| report.snr.unwrap_or(i8::MAX))?;
        let marks = match (agreed, again) {
            (true, false) => "",
            (false, false) => "*",
            (true, true) => "+",
            (false, true) => "*+",
        };
        Some(SpotLine {
            freq: Hertz::new(voted),
            comment: format_smolstr!("{} Q:{quality}{marks}", spaced(&weakest.comment)),
            ..weakest
        })
    }

    /// The frequency that most weight is given to, and whether all agree; the voters' standing changes with it.
    fn vote(&mut self, reports: &[SpotLine], band: Option<Band>) -> (u64, bool) {
        let step = |report: &SpotLine| (report.freq.get() + STEP / 2) / STEP * STEP;
        let mut votes: Vec<(u64, i32)> = Vec::new();
        for report in reports {
            let standing = self.standings.get(&(report.spotter.clone(), band)).copied();
            let weight = i32::from(standing.unwrap_or(0)) + i32::from(STANDING) + 1;
            match votes.iter_mut().find(|(freq, _)| *freq == step(report)) {
                Some((_, sum)) => *sum += weight,
                None => votes.push((step(report), weight)),
            }
        }
        let voted = votes.iter().max_by_key(|(freq, sum)| (*sum, Reverse(*freq)));
        let voted = voted.map_or(0, |(freq, _)| *freq);
        if reports.len() >= JURY {
            if self.standings.len() >= MOST_STANDINGS {
                self.standings.clear();
            }
            for report in reports {
                let standing = self.standings.entry((report.spotter.clone(), band)).or_default();
                let change = if step(report).abs_diff(voted) <= STEP {
                    1
                } else {
                    -1
                };
                *standing = (*standing + change).clamp(-STANDING, STANDING);
            }
        }
        (voted, votes.len() <= 1)
    }

    fn forget(&mut self, number: u64) {
        let Some(signal) = self.signals.remove(&number) else {
            return;
        };
        if let Some(numbers) = self.by_call.get_mut(&signal.call) {
            numbers.retain(|own| *own != number);
            if numbers.is_empty() {
                self.by_call.remove(&signal.call);
            }
        }
    }
}

impl Signal {
    fn add(&mut self, report: SpotLine) {
        match self
            .reports
            .iter_mut()
            .find(|other| other.spotter == report.spotter)
        {
            Some(before) => *before = report,
            None => self.reports.push(report),
        }
    }
}

/// A comment with single spaces.
fn spaced(comment: &str) -> SmolStr {
    comment.split_whitespace().collect::<Vec<_>>().join(" ").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ham::cluster::Line;

    fn report(line: &str) -> SpotLine {
        match Line::parse(line.as_bytes()) {
            Line::Spot(spot) => *spot,
            other => panic!("{line}: {other:?}"),
        }
    }

    fn heard(spotter: &str, khz: &str, call: &str, snr: i8) -> SpotLine {
        report(&format!(
            "DX de {spotter}-#: {khz} {call} CW {snr} dB 18 WPM CQ 2259Z"
        ))
    }

    fn told(spot: &SpotLine) -> (String, u64, String) {
        (spot.call.to_string(), spot.freq.get(), spot.comment.to_string())
    }

    #[test]
    fn two_skimmers_make_a_spot_after_ten_seconds_and_one_makes_none() {
        let mut digest = Digest::default();
        assert!(digest.hear(heard("K1AA", "7018.2", "RW1M", 23), 0).is_none());
        assert!(
            digest.hear(heard("K1AA", "7018.2", "RW1M", 20), 1_000).is_none(),
            "the same one"
        );
        assert!(digest.hear(heard("K2AA", "7018.4", "RW1M", 9), 2_000).is_none());
        assert!(digest.hear(heard("K2AA", "7018.4", "W1AW", 9), 2_000).is_none());
        assert!(digest.due(9_999).is_empty());
        let spots = digest.due(12_000);
        assert_eq!(spots.len(), 1);
        assert_eq!(
            told(&spots[0]),
            ("RW1M".into(), 7_018_200, "CW 9 dB 18 WPM CQ Q:2*".into())
        );
        assert!(digest.due(311_000).is_empty());
        assert_eq!(digest.signals.len(), 1, "who was heard by one is forgotten");
    }

    #[test]
    fn a_second_skimmer_minutes_later_is_enough() {
        let mut digest = Digest::default();
        digest.hear(heard("K1AA", "7018.2", "RW1M", 23), 0);
        digest.due(60_000);
        let spot = digest.hear(heard("K2AA", "7018.2", "RW1M", 12), 240_000).unwrap();
        assert_eq!(told(&spot).2, "CW 12 dB 18 WPM CQ Q:2");
    }

    #[test]
    fn nine_are_enough_at_once_then_it_rests_and_is_told_again() {
        let mut digest = Digest::default();
        let nine = |digest: &mut Digest, now: i64| -> Vec<SpotLine> {
            (0..9_i8)
                .filter_map(|n| digest.hear(heard(&format!("K{n}AA"), "7018.3", "RW1M", 10 + n), now))
                .collect()
        };
        let spots = nine(&mut digest, 0);
        assert_eq!(spots.len(), 1);
        assert_eq!(told(&spots[0]).2, "CW 10 dB 18 WPM CQ Q:9");
        assert!(nine(&mut digest, 100_000).is_empty());
        assert_eq!(nine(&mut digest, 181_000)[0].comment, "CW 10 dB 18 WPM CQ Q:9+");
        assert!(digest.due(181_000 + REMEMBERED).is_empty());
        assert!(digest.signals.is_empty() && digest.by_call.is_empty());
    }

    #[test]
    fn who_was_often_right_outweighs_two_who_were_not() {
        let mut digest = Digest::default();
        for round in 0..5_u32 {
            let call = format!("W{round}AW");
            let at = i64::from(round) * 1_000;
            for good in ["K1AA", "K2AA", "K3AA"] {
                digest.hear(heard(good, "7020.0", &call, 9), at);
            }
            for bad in ["K8AA", "K9AA"] {
                digest.hear(heard(bad, "7020.4", &call, 9), at);
            }
        }
        digest.due(60_000);
        digest.hear(heard("K8AA", "7030.4", "DL1AAA", 9), 70_000);
        digest.hear(heard("K9AA", "7030.4", "DL1AAA", 9), 70_000);
        digest.hear(heard("K1AA", "7030.0", "DL1AAA", 9), 70_000);
        assert_eq!(digest.due(80_000)[0].freq.get(), 7_030_000);
    }

    #[test]
    fn floods_are_bounded() {
        let mut digest = Digest::default();
        for n in 0..60_000_u32 {
            let letter = |n: u32| char::from(b'A' + u8::try_from(n % 26).unwrap());
            let call = format!(
                "K{}{}{}{}",
                n % 10,
                letter(n / 10),
                letter(n / 260),
                letter(n / 6_760)
            );
            digest.hear(heard("K1AA", "7020.0", &call, 9), i64::from(n));
        }
        assert!(digest.signals.len() <= MOST && digest.due.len() <= 2 * MOST);
        for n in 0..1_000_i32 {
            let khz = format!("{}.0", 14_000 + n);
            digest.hear(heard("K1AA", &khz, "W1AW", 9), 60_000);
        }
        let of_call = digest.by_call.values().map(Vec::len).max();
        assert_eq!(of_call, Some(MOST_OF_CALL));
    }

    #[test]
    fn a_real_minute_of_the_skimmers_becomes_five_spots() {
        let Ok(lines) = std::fs::read_to_string("../shared/data/dxcluster/rbn_raw_20200705.txt") else {
            return;
        };
        let mut digest = Digest::default();
        let mut spots: Vec<SpotLine> = lines
            .lines()
            .filter_map(|line| digest.hear(report(line), 0))
            .collect();
        spots.extend(digest.due(DWELL));
        let mut calls: Vec<&str> = spots.iter().map(|spot| spot.call.as_str()).collect();
        calls.sort_unstable();
        assert_eq!(calls, ["CS3B", "K7GT", "N5JCB", "RA1AFT", "RW1M"]);
        let rw1m = spots.iter().find(|spot| spot.call.as_str() == "RW1M").unwrap();
        assert_eq!((rw1m.freq.get(), rw1m.snr), (7_018_300, Some(10)));
    }
}
