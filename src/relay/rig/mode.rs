//! Modes of a radio by the names Hamlib uses.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::ham::freq::Hertz;
use crate::ham::mode::{Mode, ModeGroup};

/// A mode a radio can be set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum RigMode {
    /// Amplitude modulation.
    Am,
    /// Morse, upper side.
    Cw,
    /// Upper sideband voice.
    Usb,
    /// Lower sideband voice.
    Lsb,
    /// Teletype by the radio's own shift keying.
    Rtty,
    /// Frequency modulation.
    Fm,
    /// Broadcast frequency modulation.
    Wfm,
    /// Morse, lower side.
    Cwr,
    /// Teletype, reversed.
    Rttyr,
    /// Synchronous amplitude modulation.
    Ams,
    /// Data by lower sideband.
    PktLsb,
    /// Data by upper sideband.
    PktUsb,
    /// Data by frequency modulation.
    PktFm,
    /// Amplitude modulation received by its upper sideband.
    EcssUsb,
    /// Amplitude modulation received by its lower sideband.
    EcssLsb,
    /// Facsimile.
    Fax,
    /// Synchronous amplitude modulation, both sidebands.
    Sam,
    /// Synchronous amplitude modulation, lower sideband.
    Sal,
    /// Synchronous amplitude modulation, upper sideband.
    Sah,
    /// Double sideband.
    Dsb,
    /// Narrow frequency modulation.
    Fmn,
    /// Data by amplitude modulation.
    PktAm,
    /// D-STAR.
    DStar,
    /// Narrow amplitude modulation.
    Amn,
    /// Phase shift keying by the radio itself.
    Psk,
    /// The same, reversed.
    Pskr,
    /// System Fusion.
    C4fm,
    /// Data by narrow frequency modulation.
    PktFmn,
}

/// Mode, the name we write, Hamlib's bit in `dump_state`.
const NAMES: &[(RigMode, &str, u32)] = &[
    (RigMode::Am, "AM", 0),
    (RigMode::Cw, "CW", 1),
    (RigMode::Usb, "USB", 2),
    (RigMode::Lsb, "LSB", 3),
    (RigMode::Rtty, "RTTY", 4),
    (RigMode::Fm, "FM", 5),
    (RigMode::Wfm, "WFM", 6),
    (RigMode::Cwr, "CWR", 7),
    (RigMode::Rttyr, "RTTYR", 8),
    (RigMode::Ams, "AMS", 9),
    (RigMode::PktLsb, "PKTLSB", 10),
    (RigMode::PktUsb, "PKTUSB", 11),
    (RigMode::PktFm, "PKTFM", 12),
    (RigMode::EcssUsb, "ECSSUSB", 13),
    (RigMode::EcssLsb, "ECSSLSB", 14),
    (RigMode::Fax, "FAX", 15),
    (RigMode::Sam, "SAM", 16),
    (RigMode::Sal, "SAL", 17),
    (RigMode::Sah, "SAH", 18),
    (RigMode::Dsb, "DSB", 19),
    (RigMode::Fmn, "FMN", 21),
    (RigMode::PktAm, "PKTAM", 22),
    (RigMode::DStar, "D-STAR", 25),
    (RigMode::Amn, "AMN", 27),
    (RigMode::Psk, "PSK", 28),
    (RigMode::Pskr, "PSKR", 29),
    (RigMode::C4fm, "C4FM", 31),
    (RigMode::PktFmn, "PKTFMN", 32),
];

/// Names that other versions of Hamlib give to the same modes.
const OTHER_NAMES: &[(&str, RigMode)] = &[
    ("FM-D", RigMode::PktFm),
    ("AM-D", RigMode::PktAm),
    ("USB-D", RigMode::PktUsb),
    ("LSB-D", RigMode::PktLsb),
    ("DSTAR", RigMode::DStar),
    ("CWN", RigMode::Cw),
];

impl RigMode {
    /// All modes.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|row| row.0)
    }

    /// Hamlib's name.
    pub(crate) fn name(self) -> &'static str {
        NAMES.iter().find(|row| row.0 == self).map_or("USB", |row| row.1)
    }

    /// Reads one of Hamlib's names; case matters there, and here.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let known = NAMES.iter().find(|row| row.1 == name).map(|row| row.0);
        known.or_else(|| OTHER_NAMES.iter().find(|row| row.0 == name).map(|row| row.1))
    }

    /// Reads what a page or a person gives: any case, the names of Hamlib, `DATA-U` and the like.
    pub(crate) fn parse_loosely(text: &str) -> Option<Self> {
        let name = text.trim().to_ascii_uppercase();
        Self::parse(&name).or(match name.as_str() {
            "DATA-U" | "DATA" | "DIGU" => Some(Self::PktUsb),
            "DATA-L" | "DIGL" => Some(Self::PktLsb),
            "CW-R" | "CW-L" => Some(Self::Cwr),
            "CW-U" => Some(Self::Cw),
            "RTTY-R" => Some(Self::Rttyr),
            _ => None,
        })
    }

    /// Hamlib's bit of the mode.
    pub(crate) fn bit(self) -> u64 {
        NAMES.iter().find(|row| row.0 == self).map_or(0, |row| 1 << row.2)
    }

    /// The modes of a mask of Hamlib.
    pub(crate) fn of_mask(mask: u64) -> Vec<Self> {
        Self::all().filter(|mode| mode.bit() & mask != 0).collect()
    }

    /// What to use when a radio has no such mode.
    pub(crate) fn instead(self) -> Option<Self> {
        match self {
            Self::PktUsb | Self::Rttyr | Self::Psk | Self::EcssUsb => Some(Self::Usb),
            Self::PktLsb | Self::Rtty | Self::Pskr | Self::EcssLsb => Some(Self::Lsb),
            Self::PktFm | Self::PktFmn | Self::Fmn | Self::C4fm => Some(Self::Fm),
            Self::PktAm | Self::Amn | Self::Ams | Self::Sam => Some(Self::Am),
            Self::Cwr => Some(Self::Cw),
            _ => None,
        }
    }

    /// Whether it is Morse, where the dial may stand a tone's pitch off.
    pub(crate) fn is_cw(self) -> bool {
        matches!(self, Self::Cw | Self::Cwr)
    }

    /// The filter usual for the mode, in hertz: what is told where the radio does not tell its own.
    pub(crate) fn usual_passband(self) -> u32 {
        match self {
            Self::Cw | Self::Cwr | Self::Rtty | Self::Rttyr | Self::Psk | Self::Pskr => 500,
            Self::Usb | Self::Lsb | Self::EcssUsb | Self::EcssLsb | Self::Fax => 2_400,
            Self::PktUsb | Self::PktLsb => 3_000,
            Self::Am | Self::Ams | Self::Sam | Self::Sal | Self::Sah | Self::PktAm | Self::Dsb => 6_000,
            Self::Amn => 4_500,
            Self::Fmn | Self::PktFmn | Self::DStar | Self::C4fm => 9_000,
            Self::Fm | Self::PktFm => 12_000,
            Self::Wfm => 230_000,
        }
    }

    /// The mode of the radio for a mode of operation at a frequency: data by upper sideband, voice by the sideband of
    /// custom, `AM` and `FM` as they are.
    pub(crate) fn for_operation(mode: &Mode, frequency: Hertz) -> Self {
        let sideband = if usual_sideband_is_lower(frequency) {
            Self::Lsb
        } else {
            Self::Usb
        };
        match mode.label() {
            "USB" => Self::Usb,
            "LSB" => Self::Lsb,
            "AM" => Self::Am,
            "FM" => Self::Fm,
            "DSTAR" => Self::DStar,
            "C4FM" => Self::C4fm,
            "RTTY" => Self::Rtty,
            _ => match mode.group() {
                ModeGroup::Cw => Self::Cw,
                ModeGroup::Phone if frequency.get() >= 29_500_000 && mode.label() != "SSB" => Self::Fm,
                ModeGroup::Phone | ModeGroup::Image => sideband,
                ModeGroup::Data => Self::PktUsb,
            },
        }
    }
}

/// Whether voice uses the lower sideband by custom: below 10 MHz, but not on 60 m.
pub(crate) fn usual_sideband_is_lower(frequency: Hertz) -> bool {
    let hertz = frequency.get();
    hertz < 10_000_000 && !(5_250_000..=5_450_000).contains(&hertz)
}

impl fmt::Display for RigMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for RigMode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mode_is_found_by_its_name_and_bit() {
        for mode in RigMode::all() {
            assert_eq!(RigMode::parse(mode.name()), Some(mode));
            assert_eq!(RigMode::of_mask(mode.bit()), [mode]);
        }
        assert_eq!(RigMode::parse("usb"), None);
        assert_eq!(RigMode::parse("USB 2400"), None);
        assert_eq!(RigMode::parse("FM-D"), Some(RigMode::PktFm));
        assert_eq!(RigMode::parse_loosely(" data-u "), Some(RigMode::PktUsb));
        assert_eq!(RigMode::parse_loosely("USB\nT 1"), None);
        assert_eq!(RigMode::of_mask(0x1ff).len(), 9);
    }

    #[test]
    fn sidebands_follow_the_custom_and_data_are_upper() {
        let rig_mode =
            |name: &str, hertz| RigMode::for_operation(&Mode::named(name).unwrap(), Hertz::new(hertz));
        assert_eq!(rig_mode("SSB", 7_150_000), RigMode::Lsb);
        assert_eq!(rig_mode("SSB", 5_357_000), RigMode::Usb);
        assert_eq!(rig_mode("SSB", 10_120_000), RigMode::Usb);
        assert_eq!(rig_mode("FT8", 3_573_000), RigMode::PktUsb);
        assert_eq!(rig_mode("PSK31", 7_040_000), RigMode::PktUsb);
        assert_eq!(rig_mode("RTTY", 14_080_000), RigMode::Rtty);
        assert_eq!(rig_mode("CW", 7_010_000), RigMode::Cw);
        assert_eq!(rig_mode("FM", 145_500_000), RigMode::Fm);
    }
}
