//! What is usual where: dials of the digital modes, and segments of the bands.
//!
//! Sources: WSJT-X's list of default frequencies for the digital modes (USB dial; signals lie up to 3 kHz
//! above), the three regions' band plans for the segments. Plans are customs, and contests break them: this is
//! the last evidence of a mode, never the first.

use super::mode::{ModeClass, SpotMode};
use crate::ham::band::Band;
use crate::ham::dxcc::Continent;
use crate::ham::freq::Hertz;

/// A region of the International Telecommunication Union.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Region {
    /// Europe, Africa, the Middle East, northern Asia.
    One,
    /// The Americas, Hawaii.
    Two,
    /// The rest of Asia, Oceania.
    Three,
}

impl Region {
    /// The region of a place known by continent and CQ zone; borders follow zones, near enough for customs.
    pub fn of(continent: Continent, cq_zone: u8) -> Self {
        match continent {
            Continent::Eu | Continent::Af => Self::One,
            Continent::Na | Continent::Sa => Self::Two,
            Continent::As if matches!(cq_zone, 16..=21 | 23) => Self::One,
            Continent::Oc if cq_zone == 31 => Self::Two,
            Continent::As | Continent::Oc | Continent::An => Self::Three,
        }
    }
}

/// Dials in hertz, by mode. Within a mode in order of frequency.
const FT8: &[u64] = &[
    1_840_000,
    1_908_000,
    3_573_000,
    5_357_000,
    7_074_000,
    10_136_000,
    14_074_000,
    18_100_000,
    21_074_000,
    24_915_000,
    28_074_000,
    40_680_000,
    50_313_000,
    50_323_000,
    70_100_000,
    70_154_000,
    144_174_000,
    222_065_000,
    432_174_000,
    432_065_000,
    1_296_174_000,
];
/// Where expeditions call by FT8, in the midst of what others do there.
const EXPEDITIONS: &[u64] = &[
    1_845_000, 3_567_000, 7_056_000, 10_131_000, 14_090_000, 18_095_000, 21_091_000, 24_911_000, 28_091_000,
];
const FT4: &[u64] = &[
    3_568_000,
    3_575_000,
    7_047_500,
    10_140_000,
    14_080_000,
    18_104_000,
    21_140_000,
    24_919_000,
    28_180_000,
    50_318_000,
    144_170_000,
];
const FT2: &[u64] = &[14_084_000, 18_108_000];
const WSPR: &[u64] = &[
    136_000,
    474_200,
    1_836_600,
    3_568_600,
    5_287_200,
    5_364_700,
    7_038_600,
    10_138_700,
    14_095_600,
    18_104_600,
    21_094_600,
    24_924_600,
    28_124_600,
    50_293_000,
    70_091_000,
    144_489_000,
    432_300_000,
];
const JT65: &[u64] = &[1_838_000, 3_570_000];
const JT9: &[u64] = &[1_839_000];
const JS8: &[u64] = &[
    7_078_000, 14_078_000, 21_078_000, 28_078_000, 10_130_000, 18_104_000, 3_578_000,
];
const MSK144: &[u64] = &[50_260_000, 50_380_000, 70_230_000, 144_150_000, 144_360_000];
const Q65: &[u64] = &[50_270_000, 144_116_000, 432_065_000, 1_296_065_000];

/// How far below a dial a signal is still its: dials are off, spots are rounded.
const BELOW: u64 = 100;
/// How far above: the width of a receiver.
const ABOVE: u64 = 3_050;
/// A beacon of WSPR is within 200 Hz around 1500 Hz above its dial; spots give the dial or that.
const WSPR_ABOVE: u64 = 1_700;

/// Windows that do not follow from a dial alone.
const OTHER: &[(u64, u64, SpotMode)] = &[
    (3_580_000, 3_583_000, SpotMode::Psk),
    (7_040_000, 7_043_000, SpotMode::Psk),
    (7_070_000, 7_073_800, SpotMode::Psk),
    (10_142_000, 10_145_000, SpotMode::Psk),
    (14_070_000, 14_073_500, SpotMode::Psk),
    // The Northern California DX Foundation's beacons.
    (14_099_700, 14_100_300, SpotMode::Cw),
    (18_109_700, 18_110_300, SpotMode::Cw),
    (21_149_700, 21_150_300, SpotMode::Cw),
    (24_929_700, 24_930_300, SpotMode::Cw),
    (28_199_700, 28_200_300, SpotMode::Cw),
];

/// Whether a frequency belongs to one of these dials.
fn near(hertz: u64, dials: &[u64], above: u64) -> bool {
    dials
        .iter()
        .any(|dial| (dial - BELOW..=dial + above).contains(&hertz))
}

/// The mode by which expeditions call at a frequency that is otherwise used for other things: weaker evidence than
/// what is heard there.
pub fn of_expeditions(frequency: Hertz) -> Option<SpotMode> {
    near(frequency.get(), EXPEDITIONS, ABOVE).then_some(SpotMode::Ft8)
}

/// The mode whose watering hole holds the frequency; FT8 comes before FT4 before all else.
pub fn in_window(frequency: Hertz) -> Option<SpotMode> {
    let hertz = frequency.get();
    let beacon = OTHER
        .iter()
        .find(|(lower, upper, mode)| *mode == SpotMode::Cw && (*lower..=*upper).contains(&hertz));
    if let Some((_, _, mode)) = beacon {
        return Some(*mode);
    }
    // Exactly on its dial, give or take a rounding, even where another window overlaps.
    if WSPR.iter().any(|dial| hertz.abs_diff(*dial) <= 200) {
        return Some(SpotMode::Wspr);
    }
    let windows: [(&[u64], u64, SpotMode); 8] = [
        (FT8, ABOVE, SpotMode::Ft8),
        (FT4, ABOVE, SpotMode::Ft4),
        (MSK144, ABOVE, SpotMode::Msk144),
        (Q65, ABOVE, SpotMode::Q65),
        (JT65, ABOVE, SpotMode::Jt65),
        (JT9, ABOVE, SpotMode::Jt9),
        (JS8, ABOVE, SpotMode::Js8),
        (FT2, ABOVE, SpotMode::Ft2),
    ];
    windows
        .into_iter()
        .find(|(dials, above, _)| near(hertz, dials, *above))
        .map(|(_, _, mode)| mode)
        .or_else(|| near(hertz, WSPR, WSPR_ABOVE).then_some(SpotMode::Wspr))
        .or_else(|| {
            OTHER
                .iter()
                .find(|(lower, upper, _)| (*lower..=*upper).contains(&hertz))
                .map(|(_, _, mode)| *mode)
        })
}

/// One band's segments: Morse up to the first limit, data up to the second, voice above. In hertz, by region.
struct Segments {
    lower: u64,
    upper: u64,
    /// Where Morse ends and data ends in regions 1, 2 and 3.
    ends: [(u64, u64); 3],
    /// Beacons in Morse between data and voice.
    beacons: Option<(u64, u64)>,
}

const SEGMENTS: &[Segments] = &[
    same(1_800_000, 2_000_000, 1_838_000, 1_843_000),
    Segments {
        lower: 3_500_000,
        upper: 4_000_000,
        ends: [
            (3_570_000, 3_620_000),
            (3_570_000, 3_600_000),
            (3_570_000, 3_600_000),
        ],
        beacons: None,
    },
    same(5_060_000, 5_450_000, 5_060_000, 5_060_000),
    Segments {
        lower: 7_000_000,
        upper: 7_300_000,
        ends: [
            (7_040_000, 7_050_000),
            (7_040_000, 7_125_000),
            (7_040_000, 7_050_000),
        ],
        beacons: None,
    },
    same(10_100_000, 10_150_000, 10_130_000, 10_150_001),
    same(14_000_000, 14_350_000, 14_070_000, 14_112_000),
    same(18_068_000, 18_168_000, 18_095_000, 18_109_500),
    Segments {
        lower: 21_000_000,
        upper: 21_450_000,
        ends: [
            (21_070_000, 21_149_000),
            (21_070_000, 21_150_000),
            (21_070_000, 21_150_000),
        ],
        beacons: None,
    },
    same(24_890_000, 24_990_000, 24_915_000, 24_930_000),
    Segments {
        lower: 28_000_000,
        upper: 29_700_000,
        ends: [(28_070_000, 28_190_000); 3],
        beacons: Some((28_190_000, 28_300_000)),
    },
    same(50_000_000, 54_000_000, 50_100_000, 50_100_000),
    same(70_000_000, 71_000_000, 70_050_000, 70_050_000),
    same(144_000_000, 148_000_000, 144_150_000, 144_150_000),
    same(432_000_000, 433_000_000, 432_100_000, 432_100_000),
    same(1_296_000_000, 1_297_000_000, 1_296_150_000, 1_296_150_000),
];

const fn same(lower: u64, upper: u64, morse: u64, data: u64) -> Segments {
    Segments {
        lower,
        upper,
        ends: [(morse, data); 3],
        beacons: None,
    }
}

/// What is usual at a frequency in a region, if the plan says anything.
pub fn segment(frequency: Hertz, region: Region) -> Option<ModeClass> {
    let hertz = frequency.get();
    let segments = SEGMENTS
        .iter()
        .find(|one| (one.lower..=one.upper).contains(&hertz))?;
    if (50_310_000..50_330_000).contains(&hertz) {
        return Some(ModeClass::Data);
    }
    if segments
        .beacons
        .is_some_and(|(from, to)| (from..to).contains(&hertz))
    {
        return Some(ModeClass::Cw);
    }
    let (morse, data) = segments.ends[region as usize];
    Some(if hertz < morse {
        ModeClass::Cw
    } else if hertz < data {
        ModeClass::Data
    } else {
        ModeClass::Phone
    })
}

/// The sideband of voice by custom: lower below 10 MHz, but for 60 m.
pub fn sideband(frequency: Hertz) -> SpotMode {
    let hertz = frequency.get();
    if hertz < 10_000_000 && !(5_000_000..6_000_000).contains(&hertz) {
        SpotMode::Lsb
    } else {
        SpotMode::Usb
    }
}

/// The parts of a band where a class is usual, in any region, for data the watering holes too: from and to, both inside.
pub fn parts(band: Band, class: ModeClass) -> Vec<(Hertz, Hertz)> {
    let (lower, upper) = (band.lower().get(), band.upper().get());
    let Some(segments) = SEGMENTS.iter().find(|one| (lower..=upper).contains(&one.lower)) else {
        return Vec::new();
    };
    let widest = |pick: fn(&(u64, u64)) -> u64, most: bool| {
        let all = segments.ends.iter().map(pick);
        if most { all.max() } else { all.min() }.unwrap_or(lower)
    };
    let (from, to) = match class {
        ModeClass::Cw => (lower, widest(|end| end.0, true)),
        ModeClass::Data => (widest(|end| end.0, false), widest(|end| end.1, true)),
        ModeClass::Phone => (widest(|end| end.1, false), upper),
    };
    let segment = (from < to).then(|| (from, to.min(upper)));
    // On the higher bands data are a few dials amidst voice.
    let dials = [FT8, FT4, MSK144, Q65].into_iter().flatten().copied();
    let outside = dials.filter(|dial| {
        class == ModeClass::Data && (lower..=upper).contains(dial) && !(from..to).contains(dial)
    });
    let windows = outside.map(|dial| (dial - BELOW, (dial + ABOVE).min(upper)));
    let parts = segment.into_iter().chain(windows);
    parts
        .map(|(from, to)| (Hertz::new(from), Hertz::new(to)))
        .collect()
}
