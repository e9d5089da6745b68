//! Where who may transmit: the bands of the three regions, and the segments of licences with classes.
//!
//! Starts from the bands of ADIF, which are the widest of any country, and narrows them by region. What is not listed
//! for a region is not allowed there. Classes are those of the United States, 47 CFR 97.301 and 97.305; other
//! licences are `Full`: the region's bands.

use serde::{Deserialize, Serialize};

use crate::ham::band::Band;
use crate::ham::freq::Hertz;
use crate::ham::spot::plan::Region;
use crate::relay::rig::mode::RigMode;

/// A licence, as far as it limits frequencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LicenceClass {
    /// All of the region's bands.
    #[default]
    Full,
    /// Amateur Extra.
    UsExtra,
    /// Advanced.
    UsAdvanced,
    /// General.
    UsGeneral,
    /// Technician.
    UsTechnician,
}

/// What is transmitted, as far as segments tell it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Emission {
    /// Morse: allowed wherever anything is.
    Cw,
    /// Data and teletype.
    Data,
    /// Voice.
    Phone,
}

impl Emission {
    /// What a mode of a radio transmits.
    pub(crate) fn of(mode: RigMode) -> Self {
        match mode {
            RigMode::Cw | RigMode::Cwr => Self::Cw,
            RigMode::Rtty
            | RigMode::Rttyr
            | RigMode::PktLsb
            | RigMode::PktUsb
            | RigMode::PktFm
            | RigMode::PktAm
            | RigMode::PktFmn
            | RigMode::Psk
            | RigMode::Pskr => Self::Data,
            _ => Self::Phone,
        }
    }
}

/// A stretch in kHz with what may be sent there.
type Stretch = (u32, u32, &'static [Emission]);

const CW: &[Emission] = &[Emission::Cw];
const DATA: &[Emission] = &[Emission::Cw, Emission::Data];
const VOICE: &[Emission] = &[Emission::Cw, Emission::Phone];
const ALL: &[Emission] = &[Emission::Cw, Emission::Data, Emission::Phone];

/// Bands that differ from ADIF's by region, in hertz: one row per region, `None` where there is no such band.
fn region_band(band: Band, region: Region) -> Option<(u64, u64)> {
    let whole = (band.lower().get(), band.upper().get());
    let by = |one: Option<(u64, u64)>, two: Option<(u64, u64)>, three: Option<(u64, u64)>| match region {
        Region::One => one,
        Region::Two => two,
        Region::Three => three,
    };
    let khz = |from: u64, to: u64| Some((from * 1_000, to * 1_000));
    match band.name() {
        "560m" | "8m" | "5m" => None,
        "160m" => by(khz(1_810, 2_000), khz(1_800, 2_000), khz(1_800, 2_000)),
        "80m" => by(khz(3_500, 3_800), khz(3_500, 4_000), khz(3_500, 3_900)),
        "60m" => Some((5_351_500, 5_366_500)),
        "40m" => by(khz(7_000, 7_200), khz(7_000, 7_300), khz(7_000, 7_200)),
        "4m" => by(khz(70_000, 70_500), None, None),
        "2m" => by(
            khz(144_000, 146_000),
            khz(144_000, 148_000),
            khz(144_000, 148_000),
        ),
        "1.25m" => by(None, khz(222_000, 225_000), None),
        "70cm" => by(
            khz(430_000, 440_000),
            khz(420_000, 450_000),
            khz(430_000, 440_000),
        ),
        "33cm" => by(None, khz(902_000, 928_000), None),
        "9cm" => by(
            khz(3_400_000, 3_475_000),
            khz(3_300_000, 3_500_000),
            khz(3_300_000, 3_500_000),
        ),
        "6cm" => by(
            khz(5_650_000, 5_850_000),
            khz(5_650_000, 5_925_000),
            khz(5_650_000, 5_850_000),
        ),
        _ => Some(whole),
    }
}

/// The segments that all American licences of a kind share; by class in [`us_segments`].
const US_UPPER: &[Stretch] = &[
    (50_000, 50_100, CW),
    (50_100, 54_000, ALL),
    (144_000, 144_100, CW),
    (144_100, 148_000, ALL),
    (222_000, 225_000, ALL),
    (420_000, 450_000, ALL),
    (902_000, 928_000, ALL),
    (1_240_000, 1_300_000, ALL),
];
/// Short wave that General and above share: 160, 60, 30, 17, 12, 10 m. Channels of 60 m by their dials.
const US_SHARED: &[Stretch] = &[
    (135, 138, DATA),
    (472, 479, DATA),
    (1_800, 2_000, ALL),
    (5_351, 5_367, ALL),
    (10_100, 10_150, DATA),
    (18_068, 18_110, DATA),
    (18_110, 18_168, VOICE),
    (24_890, 24_930, DATA),
    (24_930, 24_990, VOICE),
    (28_000, 28_300, DATA),
    (28_300, 29_700, VOICE),
];
/// The channels of 60 m in hertz: what a dial in upper sideband occupies.
const US_CHANNELS: &[(u64, u64)] = &[
    (5_330_500, 5_333_500),
    (5_346_500, 5_349_500),
    (5_371_500, 5_374_500),
    (5_403_500, 5_406_500),
];

fn us_segments(class: LicenceClass) -> &'static [Stretch] {
    match class {
        LicenceClass::Full => &[],
        LicenceClass::UsExtra => &[
            (3_500, 3_600, DATA),
            (3_600, 4_000, VOICE),
            (7_000, 7_125, DATA),
            (7_125, 7_300, VOICE),
            (14_000, 14_150, DATA),
            (14_150, 14_350, VOICE),
            (21_000, 21_200, DATA),
            (21_200, 21_450, VOICE),
        ],
        LicenceClass::UsAdvanced => &[
            (3_525, 3_600, DATA),
            (3_700, 4_000, VOICE),
            (7_025, 7_125, DATA),
            (7_125, 7_300, VOICE),
            (14_025, 14_150, DATA),
            (14_175, 14_350, VOICE),
            (21_025, 21_200, DATA),
            (21_225, 21_450, VOICE),
        ],
        LicenceClass::UsGeneral => &[
            (3_525, 3_600, DATA),
            (3_800, 4_000, VOICE),
            (7_025, 7_125, DATA),
            (7_175, 7_300, VOICE),
            (14_025, 14_150, DATA),
            (14_225, 14_350, VOICE),
            (21_025, 21_200, DATA),
            (21_275, 21_450, VOICE),
        ],
        LicenceClass::UsTechnician => &[
            (3_525, 3_600, CW),
            (7_025, 7_125, CW),
            (21_025, 21_200, CW),
            (28_000, 28_300, DATA),
            (28_300, 28_500, VOICE),
        ],
    }
}

/// Whether all from one frequency to another, in hertz, may be used.
pub(super) fn allows(region: Region, class: LicenceClass, emission: Emission, span: (u64, u64)) -> bool {
    let inside = |from: u64, to: u64| from <= span.0 && span.1 <= to;
    if class == LicenceClass::Full {
        let band = Band::of(Hertz::new(span.0));
        return band
            .and_then(|band| region_band(band, region))
            .is_some_and(|(from, to)| inside(from, to));
    }
    let upper = span.0 >= 1_300_000_000;
    if upper {
        let band = Band::of(Hertz::new(span.0));
        let limits = band.and_then(|band| region_band(band, Region::Two));
        return limits.is_some_and(|(from, to)| inside(from, to));
    }
    let technician = class == LicenceClass::UsTechnician;
    if (5_300_000..5_410_000).contains(&span.0) {
        let channel = US_CHANNELS.iter().any(|(from, to)| inside(*from, *to));
        return !technician && (channel || inside(5_351_500, 5_366_500));
    }
    let shared: &[Stretch] = if technician { &[] } else { US_SHARED };
    let mut stretches = us_segments(class).iter().chain(shared).chain(US_UPPER);
    stretches.any(|(from, to, what)| {
        inside(u64::from(*from) * 1_000, u64::from(*to) * 1_000) && what.contains(&emission)
    })
}
