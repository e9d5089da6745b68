//! Kinds of machines' spots: `set/skimmer cw ft`.
//!
//! The names are `DXSpider`'s; `unset/skimmer` wants none, `set/skimmer` alone all. Spots of beacons are a kind of
//! their own, whatever their mode.

/// Which spots of machines are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names speak for themselves")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a set of five, each asked for by name"
)]
pub struct Skimmers {
    pub cw: bool,
    pub rtty: bool,
    pub psk: bool,
    pub ft: bool,
    pub beacon: bool,
}

impl Skimmers {
    /// Every kind.
    pub const ALL: Self = Self {
        cw: true,
        rtty: true,
        psk: true,
        ft: true,
        beacon: true,
    };

    /// None.
    pub const NONE: Self = Self {
        cw: false,
        rtty: false,
        psk: false,
        ft: false,
        beacon: false,
    };

    /// Reads kinds: `cw ft`, `none`, `all`; nothing at all means all.
    pub fn parse(words: &str) -> Option<Self> {
        let mut found = Self::NONE;
        let mut any = false;
        for word in words.split([' ', ',', '/']).filter(|word| !word.is_empty()) {
            any = true;
            match word.to_ascii_lowercase().as_str() {
                "none" | "off" | "no" => found = Self::NONE,
                "all" | "on" => found = Self::ALL,
                "cw" => found.cw = true,
                "rtty" => found.rtty = true,
                "psk" => found.psk = true,
                "ft" | "ft8" | "ft4" | "ftx" => found.ft = true,
                "bcn" | "beacon" | "dxf" | "ncdxf" => found.beacon = true,
                _ => return None,
            }
        }
        Some(if any { found } else { Self::ALL })
    }

    /// What the original says: `CW FT`, `NONE`, `ALL MODES`.
    pub fn text(self) -> String {
        match self {
            Self::ALL => return "ALL MODES".to_owned(),
            Self::NONE => return "NONE".to_owned(),
            _ => {}
        }
        let all = [
            (self.cw, "CW"),
            (self.rtty, "RTTY"),
            (self.psk, "PSK"),
            (self.ft, "FT"),
            (self.beacon, "BCN"),
        ];
        let names: Vec<_> = all
            .into_iter()
            .filter(|(on, _)| *on)
            .map(|(_, name)| name)
            .collect();
        names.join(" ")
    }
}
