//! The list of a radio's abilities: `dump_state`.

use std::collections::BTreeSet;

use crate::relay::rig::mode::RigMode;
use crate::relay::rig::model::RigFacts;
use crate::relay::rig::serial::models;

/// What is used of the list.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Dump {
    /// Hamlib's number of the model.
    pub(crate) model: u32,
    receive: Vec<(u64, u64)>,
    transmit: Vec<(u64, u64)>,
    modes: BTreeSet<RigMode>,
    /// Whether the daemon is a Hamlib that names its version, and not an imitation.
    pub(crate) is_hamlib: bool,
    /// Whether both VFOs are read in place.
    pub(crate) targetable_frequency: bool,
}

impl Dump {
    /// Reads the lines; what cannot be read is left out.
    pub(crate) fn parse(lines: &[String]) -> Self {
        let mut dump = Self {
            model: lines
                .get(1)
                .and_then(|line| line.trim().parse().ok())
                .unwrap_or(0),
            ..Self::default()
        };
        let mut ranges = lines.iter().skip(3);
        for list in [0, 1] {
            for line in ranges.by_ref().take(32) {
                let Some((from, to, modes)) = range(line) else {
                    break;
                };
                if (from, to) == (0, 0) {
                    break;
                }
                dump.modes.extend(RigMode::of_mask(modes));
                let ranges = if list == 0 {
                    &mut dump.receive
                } else {
                    &mut dump.transmit
                };
                ranges.push((from, to));
            }
        }
        for line in lines {
            match line.split_once('=') {
                Some(("rigctld_version", _)) => dump.is_hamlib = true,
                Some(("targetable_vfo", mask)) => {
                    dump.targetable_frequency = hex(mask).is_some_and(|m| m & 1 != 0);
                }
                _ => {}
            }
        }
        dump
    }

    /// The same for the rest of the program.
    pub(crate) fn facts(self) -> RigFacts {
        RigFacts {
            model: models::name_of_hamlib(self.model),
            receive: self.receive,
            transmit: self.transmit,
            modes: self.modes.into_iter().collect(),
            pushes: false,
            watts: None,
        }
    }
}

/// Begin, end, modes of a line `150000.000000 1500000000.000000 0x1ff -1 -1 0x77e00007 0xf`.
fn range(line: &str) -> Option<(u64, u64, u64)> {
    let mut words = line.split_ascii_whitespace();
    let mut hertz = || {
        let text = words.next()?;
        text.split('.').next()?.parse::<u64>().ok()
    };
    let (from, to) = (hertz()?, hertz()?);
    let modes = words.next().and_then(hex)?;
    (words.count() == 4).then_some((from, to, modes))
}

fn hex(text: &str) -> Option<u64> {
    let digits = text.trim();
    match digits.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => digits.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn ranges_and_modes_are_read() {
        let dump = Dump::parse(&lines(
            "1\n3073\n0\n30000.000000 74800000.000000 0xdff -1 -1 0x3 0x1\n0 0 0 0 0 0 0\n\
             1800000 1999999 0xdff 2000 100000 0x3 0x1\n0 0 0 0 0 0 0\n0xdff 1\n0 0\n\
             targetable_vfo=0x3\nrigctld_version=Hamlib 4.5.4\n",
        ));
        assert_eq!(dump.model, 3_073);
        assert_eq!(dump.receive, [(30_000, 74_800_000)]);
        assert_eq!(dump.transmit, [(1_800_000, 1_999_999)]);
        assert!(dump.modes.contains(&RigMode::PktUsb) && !dump.modes.contains(&RigMode::Ams));
        assert!(dump.is_hamlib && dump.targetable_frequency);
    }

    #[test]
    fn a_poor_list_is_enough() {
        assert_eq!(Dump::parse(&[]), Dump::default());
        let dump = Dump::parse(&lines(
            "0\n2\n2\n150000 1500000000 0x1ff -1 -1 0x16000003 0x3\n0 0 0 0 0 0 0\n0 0 0 0 0 0 0\n",
        ));
        assert_eq!(dump.receive.len(), 1);
        assert!(!dump.is_hamlib);
    }

    proptest! {
        #[test]
        fn any_list_is_read(text in "([0-9a-fx. =\\-]{0,30}\n){0,20}") {
            let _ = Dump::parse(&lines(&text));
        }
    }
}
