//! The long answer `IF;`, in which everything stands at its place.

use crate::relay::rig::serial::ascii::hertz;

/// What `IF;` tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Info {
    /// The frequency shown.
    pub(crate) hertz: u64,
    /// Whether it transmits.
    pub(crate) transmits: bool,
    /// The mode's character.
    pub(crate) mode: char,
    /// 0 VFO A, 1 VFO B, 2 memory.
    pub(crate) vfo: char,
    /// Whether it is in split.
    pub(crate) split: bool,
}

impl Info {
    /// Reads what stands between `IF` and the semicolon: 35 characters, else it is none of ours.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 35 {
            return None;
        }
        let at = |index: usize| char::from(bytes[index - 2]);
        let hertz = hertz(text.get(..11)?).ok()?;
        let flag = |index| match at(index) {
            '0' => Some(false),
            '1' => Some(true),
            _ => None,
        };
        Some(Self {
            hertz,
            transmits: flag(28)?,
            mode: at(29),
            vfo: at(30),
            split: flag(32)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_long_answer_is_read_by_its_places() {
        //           freq       step  rit   rx mem t m v s p
        let text = [
            "00014074000",
            "     ",
            "+0000",
            "0",
            "0",
            "000",
            "1",
            "3",
            "0",
            "0",
            "1",
            "0000",
        ]
        .concat();
        let info = Info::parse(&text).unwrap();
        assert_eq!((info.hertz, info.transmits, info.mode), (14_074_000, true, '3'));
        assert!(info.split && info.vfo == '0');
    }

    #[test]
    fn answers_of_other_lengths_are_not_trusted() {
        assert_eq!(Info::parse("000140740000001000+0000000000030000000"), None);
        // 41 and 21 characters came from radios and programs that imitate the family.
        assert_eq!(Info::parse("000140740000001000+00000000000300000"), None);
        assert_eq!(Info::parse("000140740000000000"), None);
        assert_eq!(Info::parse(""), None);
        // Blanks in place of the memory's digits, as one maker has it.
        let info = Info::parse("00007230000     -000000 0001000001 ").unwrap();
        assert_eq!((info.hertz, info.mode, info.split), (7_230_000, '1', false));
    }

    proptest! {
        #[test]
        fn any_answer_is_judged(text in "\\PC{0,60}") {
            let _ = Info::parse(&text);
        }
    }
}
