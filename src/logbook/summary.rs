//! What lists, filters and the duplicate rule need of a QSO, packed: the value of the time index.
//!
//! Invariants: a summary is a pure function of the stored QSO ([`Summary::of`]), so the index can be
//! recomputed and compared at any time. The bytes are: flags u16, entity u16, frequency u64 (little endian),
//! then six texts of at most 255 bytes, each with its length in front. Texts are names as ADIF spells them, never
//! positions in a table that a new edition would shift.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use smol_str::SmolStr;

use super::stored::StoredQso;
use crate::ham::freq::Hertz;
use crate::ham::mode::{Mode, ModeGroup};

/// The packed facts of one QSO.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) call: SmolStr,
    pub(crate) band: SmolStr,
    /// Main mode.
    pub(crate) mode: SmolStr,
    /// Submode, empty when there is none.
    pub(crate) submode: SmolStr,
    /// Two letters, empty when not known.
    pub(crate) continent: SmolStr,
    /// The first four characters of the grid, upper case, or empty.
    pub(crate) grid: SmolStr,
    /// ADIF entity code, 0 when not resolved.
    pub(crate) dxcc: u16,
    /// Hertz, 0 when only the band is known.
    pub(crate) freq_hz: u64,
    pub(crate) flags: Flags,
}

/// A set of facts about a QSO.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags(u16);

impl Flags {
    /// Confirmed in Logbook of the World.
    pub(crate) const LOTW: Flags = Flags(1);
    /// Confirmed by card.
    pub(crate) const CARD: Flags = Flags(1 << 1);
    /// Confirmed by eQSL.
    pub(crate) const EQSL: Flags = Flags(1 << 2);
    /// Confirmed by QRZ.
    pub(crate) const QRZ: Flags = Flags(1 << 3);
    /// Confirmed in the DARC Contest Logbook.
    pub(crate) const DCL: Flags = Flags(1 << 4);
    /// Matched by Club Log.
    pub(crate) const CLUBLOG: Flags = Flags(1 << 5);
    /// Any confirmation.
    pub(crate) const CONFIRMED: Flags = Flags(0x3f);
    /// What the DXCC rules count: a card or Logbook of the World.
    pub(crate) const DXCC_CREDIBLE: Flags = Flags(0x3);
    /// Names a park, summit, island or other reference.
    pub(crate) const REFERENCE: Flags = Flags(1 << 8);
    /// Names a contest.
    pub(crate) const CONTEST: Flags = Flags(1 << 9);
    /// Names a satellite.
    pub(crate) const SATELLITE: Flags = Flags(1 << 10);

    /// The media by the names the API uses.
    pub(crate) const MEDIA: [(&'static str, Flags); 6] = [
        ("lotw", Flags::LOTW),
        ("card", Flags::CARD),
        ("eqsl", Flags::EQSL),
        ("qrz", Flags::QRZ),
        ("dcl", Flags::DCL),
        ("clublog", Flags::CLUBLOG),
    ];

    /// The medium of that name.
    pub(crate) fn medium(name: &str) -> Option<Flags> {
        Flags::MEDIA
            .iter()
            .find(|(own, _)| *own == name)
            .map(|(_, flag)| *flag)
    }

    /// Both sets together.
    pub(crate) fn with(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }

    /// The set with `flag` if `given`.
    pub(crate) fn with_if(self, flag: Flags, given: bool) -> Flags {
        if given { self.with(flag) } else { self }
    }

    /// Whether all of `other` is in the set.
    pub(crate) fn has(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether anything of `other` is in the set.
    pub(crate) fn has_any(self, other: Flags) -> bool {
        self.0 & other.0 != 0
    }
}

impl Summary {
    /// The facts of a stored QSO.
    pub(crate) fn of(record: &StoredQso) -> Summary {
        let qso = &record.qso;
        Summary {
            call: clip(qso.call.as_str()),
            band: SmolStr::new_static(qso.band.name()),
            mode: clip(qso.mode.main()),
            submode: clip(qso.mode.submode().unwrap_or_default()),
            continent: record.continent().unwrap_or_default(),
            grid: record.grid4(),
            dxcc: record.dxcc().unwrap_or(0),
            freq_hz: qso.freq.map_or(0, Hertz::get),
            flags: record.flags(),
        }
    }

    /// `CW`, `PHONE`, `DATA` or `IMAGE`.
    pub(crate) fn mode_group(&self) -> &'static str {
        let submode = Some(self.submode.as_str()).filter(|text| !text.is_empty());
        match Mode::parse(&self.mode, submode).map(|(mode, _)| mode.group()) {
            Ok(ModeGroup::Cw) => "CW",
            Ok(ModeGroup::Phone) => "PHONE",
            Ok(ModeGroup::Image) => "IMAGE",
            _ => "DATA",
        }
    }

    /// What people call the mode.
    pub(crate) fn mode_label(&self) -> &SmolStr {
        if self.submode.is_empty() {
            &self.mode
        } else {
            &self.submode
        }
    }

    fn pack(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(48);
        bytes.extend_from_slice(&self.flags.0.to_le_bytes());
        bytes.extend_from_slice(&self.dxcc.to_le_bytes());
        bytes.extend_from_slice(&self.freq_hz.to_le_bytes());
        for text in [
            &self.call,
            &self.band,
            &self.mode,
            &self.submode,
            &self.continent,
            &self.grid,
        ] {
            let length = u8::try_from(text.len()).expect("texts are clipped when a summary is made");
            bytes.push(length);
            bytes.extend_from_slice(text.as_bytes());
        }
        bytes
    }

    fn unpack(bytes: &[u8]) -> Option<Summary> {
        let (flags, rest) = bytes.split_first_chunk()?;
        let (dxcc, rest) = rest.split_first_chunk()?;
        let (freq_hz, mut rest) = rest.split_first_chunk()?;
        let mut text = || {
            let (length, tail) = rest.split_first()?;
            let (text, tail) = tail.split_at_checked(usize::from(*length))?;
            rest = tail;
            std::str::from_utf8(text).ok().map(SmolStr::new)
        };
        let summary = Summary {
            call: text()?,
            band: text()?,
            mode: text()?,
            submode: text()?,
            continent: text()?,
            grid: text()?,
            dxcc: u16::from_le_bytes(*dxcc),
            freq_hz: u64::from_le_bytes(*freq_hz),
            flags: Flags(u16::from_le_bytes(*flags)),
        };
        rest.is_empty().then_some(summary)
    }
}

/// At most 255 bytes, ending at a character.
fn clip(text: &str) -> SmolStr {
    SmolStr::new(&text[..text.floor_char_boundary(255)])
}

impl Serialize for Summary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.pack())
    }
}

impl<'de> Deserialize<'de> for Summary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Packed;
        impl de::Visitor<'_> for Packed {
            type Value = Summary;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a packed QSO summary")
            }

            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Summary, E> {
                Summary::unpack(bytes).ok_or_else(|| E::custom("a QSO summary is cut short or too long"))
            }
        }
        deserializer.deserialize_bytes(Packed)
    }
}
