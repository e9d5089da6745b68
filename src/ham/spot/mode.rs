//! Modes as spots tell them: fewer than logs know, each in one byte.
//!
//! A spot often says less than a contact: `Ssb` is voice whose side nobody named, `Data` some mode between
//! computers. [`SpotMode::mode`] gives the mode a log would note.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ham::mode::Mode;

/// A mode as a spot tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[repr(u8)]
#[expect(missing_docs, reason = "the modes' names speak for themselves")]
pub enum SpotMode {
    Cw,
    Usb,
    Lsb,
    /// Voice on one sideband, not said which.
    Ssb,
    Am,
    Fm,
    /// Any digital voice: D-STAR, C4FM, DMR, `FreeDV`.
    DigitalVoice,
    Rtty,
    /// Any phase shift keying: PSK31, PSK63, QPSK31.
    Psk,
    Ft8,
    Ft4,
    Ft2,
    Js8,
    Jt65,
    Jt9,
    Fst4,
    Msk144,
    Q65,
    Wspr,
    Sstv,
    /// Some other data mode, or one not named.
    Data,
}

/// The three classes in which needs and filters are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum ModeClass {
    /// Morse.
    Cw,
    /// Voice, digital voice included.
    Phone,
    /// Everything that needs a computer, pictures included.
    Data,
}

impl ModeClass {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Cw, Self::Phone, Self::Data];

    /// `cw`, `phone` or `data`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cw => "cw",
            Self::Phone => "phone",
            Self::Data => "data",
        }
    }
}

impl fmt::Display for ModeClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl SpotMode {
    /// Every one, in the order of their numbers.
    pub const ALL: [Self; 21] = [
        Self::Cw,
        Self::Usb,
        Self::Lsb,
        Self::Ssb,
        Self::Am,
        Self::Fm,
        Self::DigitalVoice,
        Self::Rtty,
        Self::Psk,
        Self::Ft8,
        Self::Ft4,
        Self::Ft2,
        Self::Js8,
        Self::Jt65,
        Self::Jt9,
        Self::Fst4,
        Self::Msk144,
        Self::Q65,
        Self::Wspr,
        Self::Sstv,
        Self::Data,
    ];

    /// What people call it, in capitals, as ADIF names it where it does.
    pub fn label(self) -> &'static str {
        match self {
            Self::Cw => "CW",
            Self::Usb => "USB",
            Self::Lsb => "LSB",
            Self::Ssb => "SSB",
            Self::Am => "AM",
            Self::Fm => "FM",
            Self::DigitalVoice => "DIGITALVOICE",
            Self::Rtty => "RTTY",
            Self::Psk => "PSK",
            Self::Ft8 => "FT8",
            Self::Ft4 => "FT4",
            Self::Ft2 => "FT2",
            Self::Js8 => "JS8",
            Self::Jt65 => "JT65",
            Self::Jt9 => "JT9",
            Self::Fst4 => "FST4",
            Self::Msk144 => "MSK144",
            Self::Q65 => "Q65",
            Self::Wspr => "WSPR",
            Self::Sstv => "SSTV",
            Self::Data => "DATA",
        }
    }

    /// Reads one word in any case: a mode, a submode such as `PSK63`, or what people write instead (`digi`).
    pub fn parse(word: &str) -> Option<Self> {
        let word = word.trim();
        // No name is longer; and most words of comments are no modes, so this is where most calls end.
        if word.len() < 2 || word.len() > 12 {
            return None;
        }
        let mut upper = [0_u8; 12];
        let upper = &mut upper[..word.len()];
        upper.copy_from_slice(word.as_bytes());
        upper.make_ascii_uppercase();
        Self::named(upper)
    }

    fn named(word: &[u8]) -> Option<Self> {
        Some(match word {
            b"CW" => Self::Cw,
            b"USB" => Self::Usb,
            b"LSB" => Self::Lsb,
            b"SSB" | b"PHONE" | b"VOICE" => Self::Ssb,
            b"AM" => Self::Am,
            b"FM" | b"NFM" | b"WFM" => Self::Fm,
            b"DIGITALVOICE" | b"DV" | b"DSTAR" | b"D-STAR" | b"C4FM" | b"YSF" | b"DMR" | b"FREEDV"
            | b"M17" | b"FUSION" => Self::DigitalVoice,
            b"RTTY" | b"RTTY45" | b"FSK" | b"AFSK" => Self::Rtty,
            b"FT8" | b"FT-8" | b"FT8FH" => Self::Ft8,
            b"FT4" | b"FT-4" => Self::Ft4,
            b"FT2" => Self::Ft2,
            b"JS8" | b"JS8CALL" | b"FT8CALL" => Self::Js8,
            b"JT9" | b"JT9A" | b"JT-9" => Self::Jt9,
            b"MSK144" | b"MSK" | b"FSK441" => Self::Msk144,
            b"Q65" => Self::Q65,
            b"WSPR" | b"FST4W" => Self::Wspr,
            b"SSTV" => Self::Sstv,
            b"DATA" | b"DIGI" | b"DIG" | b"DIGITAL" | b"OLIVIA" | b"HELL" | b"FELDHELL" | b"MFSK"
            | b"MFSK16" | b"MFSK32" | b"THOR" | b"DOMINO" | b"DOMINOEX" | b"CONTESTIA" | b"VARA"
            | b"VARAC" | b"PACTOR" | b"PKT" | b"PACKET" | b"AMTOR" | b"SITOR" | b"ROS" | b"MT63"
            | b"THROB" | b"OPERA" | b"FSQ" | b"ISCAT" | b"FREEDATA" | b"JT4" | b"JT6M" => Self::Data,
            b"FAX" | b"ATV" | b"DATV" => Self::Sstv,
            _ if word.starts_with(b"PSK") || word.starts_with(b"BPSK") || word.starts_with(b"QPSK") => {
                let speed = word.splitn(2, |b| *b == b'K').nth(1).unwrap_or_default();
                return speed.iter().all(u8::is_ascii_digit).then_some(Self::Psk);
            }
            _ if word.starts_with(b"JT65") || word.starts_with(b"JT-65") => Self::Jt65,
            _ if word.starts_with(b"Q65") => Self::Q65,
            _ if word.starts_with(b"FST4") => Self::Fst4,
            _ => return None,
        })
    }

    /// The class it counts in.
    pub fn class(self) -> ModeClass {
        match self {
            Self::Cw => ModeClass::Cw,
            Self::Usb | Self::Lsb | Self::Ssb | Self::Am | Self::Fm | Self::DigitalVoice => ModeClass::Phone,
            _ => ModeClass::Data,
        }
    }

    /// The mode a log would note.
    pub fn mode(self) -> Mode {
        Mode::named(self.label()).expect("labels are neither empty nor hold controls")
    }

    /// Its number, for keeping it in a byte.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// The mode of a number from [`SpotMode::number`].
    pub fn of_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

impl fmt::Display for SpotMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.label())
    }
}
