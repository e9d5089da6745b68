//! Names of frequencies in filters: bands, groups of bands, parts of bands, ranges in kilohertz.
//!
//! Groups as `DXSpider` has them: `hf` 160 to 10 m with 60, 30, 17 and 12 m, `contesthf`, `warc`, `vhf`, `uhf`.

use crate::ham::band::Band;
use crate::ham::freq::Hertz;
use crate::ham::spot::{ModeClass, frequency, plan};

const GROUPS: [(&str, &[&str]); 6] = [
    ("all", &[]),
    (
        "hf",
        &[
            "160m", "80m", "60m", "40m", "30m", "20m", "17m", "15m", "12m", "10m",
        ],
    ),
    ("contesthf", &["160m", "80m", "40m", "20m", "15m", "10m"]),
    ("warc", &["60m", "30m", "17m", "12m"]),
    ("vhf", &["6m", "4m", "2m", "1.25m"]),
    ("uhf", &["70cm", "23cm"]),
];

/// Parts that follow from no class of modes, in hertz.
const BEACONS: [(u64, u64); 9] = [
    (14_099_000, 14_101_000),
    (18_109_000, 18_111_000),
    (21_149_000, 21_151_000),
    (24_929_000, 24_931_000),
    (28_190_000, 28_300_000),
    (50_000_000, 50_080_000),
    (70_000_000, 70_030_000),
    (144_400_000, 144_490_000),
    (432_400_000, 432_500_000),
];
const PICTURES: [(u64, u64); 6] = [
    (3_730_000, 3_740_000),
    (7_160_000, 7_170_000),
    (14_225_000, 14_235_000),
    (21_335_000, 21_345_000),
    (28_675_000, 28_685_000),
    (144_500_000, 144_525_000),
];

/// The bands of a name: `20m`, `20`, `hf`, `220`.
pub(super) fn bands(name: &str) -> Option<Vec<Band>> {
    if let Some((_, bands)) = GROUPS.iter().find(|(group, _)| group.eq_ignore_ascii_case(name)) {
        return Some(if bands.is_empty() {
            Band::ALL.to_vec()
        } else {
            bands.iter().filter_map(|name| Band::parse(name).ok()).collect()
        });
    }
    band(name).map(|band| vec![band])
}

/// One band: by name, by metres without the `m`, or as people call it.
pub(super) fn band(name: &str) -> Option<Band> {
    let name = match name {
        "220" | "222" => "1.25m",
        "432" | "70" => "70cm",
        "1296" | "1.2g" => "23cm",
        other => other,
    };
    Band::parse(name)
        .or_else(|_| Band::parse(&format!("{name}m")))
        .ok()
}

/// Frequencies of a text: `14000/14070`, `14000-14070`, `20m`, `hf/cw`, `20m/ssb`.
pub(super) fn spans(text: &str) -> Option<Vec<(Hertz, Hertz)>> {
    if text.starts_with(|c: char| c.is_ascii_digit())
        && let Some((from, to)) = text.split_once(['/', '-'])
        && let (Some(from), Some(to)) = (kilohertz(from), kilohertz(to))
    {
        return (from <= to).then(|| vec![(from, to)]);
    }
    let (name, part) = text
        .split_once('/')
        .map_or((text, None), |(name, part)| (name, Some(part)));
    let bands = bands(name)?;
    let Some(part) = part else {
        return Some(
            bands
                .into_iter()
                .map(|band| (band.lower(), band.upper()))
                .collect(),
        );
    };
    let table = |table: &[(u64, u64)]| {
        let inside = table
            .iter()
            .map(|(from, to)| (Hertz::new(*from), Hertz::new(*to)));
        inside
            .filter(|(from, _)| bands.iter().any(|band| Band::of(*from) == Some(*band)))
            .collect()
    };
    let class = match part {
        "cw" => ModeClass::Cw,
        "data" | "rtty" | "digital" | "digi" | "psk" => ModeClass::Data,
        "ssb" | "phone" | "voice" => ModeClass::Phone,
        "beacon" | "beacons" => return Some(table(&BEACONS)),
        "sstv" | "image" => return Some(table(&PICTURES)),
        "band" => return spans(name),
        _ => return None,
    };
    Some(
        bands
            .into_iter()
            .flat_map(|band| plan::parts(band, class))
            .collect(),
    )
}

/// Kilohertz; but `14` and `14.1` are megahertz.
fn kilohertz(text: &str) -> Option<Hertz> {
    frequency::guess(text).ok().map(|guess| guess.frequency)
}
