//! Invents contacts that look like a life on the air: sessions by night and at weekends, bands that follow the
//! sun, modes that follow fashion, contests, parks, confirmations. The same seed gives the same log.
//!
//! Contacts are made as ADIF, so that the demo goes the way every imported log goes.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::world::{REGIONS, Region};
use crate::env::Dice;
use crate::ham::geo::LatLon;
use crate::ham::grid::Grid;

fn chance(dice: &mut Dice, percent: u64) -> bool {
    dice.below(100) < percent
}

/// A number from -1 to 1, more often near 0.
fn around_zero(dice: &mut Dice) -> f64 {
    let unit = |n: u64| (n >> 11) as f64 / (1_u64 << 53) as f64;
    unit(dice.roll()) + unit(dice.roll()) - 1.0
}

/// Who is on the air, and where.
pub(super) struct Operator<'a> {
    pub(super) call: &'a str,
    pub(super) grid: &'a str,
    pub(super) home: LatLon,
}

struct Choice {
    band: &'static str,
    /// Where its modes are, in kilohertz: first of CW with the width, FT8, FT4, first of SSB with the width.
    cw: (u64, u64),
    ft8: u64,
    ft4: u64,
    ssb: (u64, u64),
    /// Relative weight by night and by day at the station.
    night: u32,
    day: u32,
}

type Plan = ((u64, u64), u64, u64, (u64, u64));

const fn choice(band: &'static str, plan: Plan, night: u32, day: u32) -> Choice {
    let (cw, ft8, ft4, ssb) = plan;
    Choice {
        band,
        cw,
        ft8,
        ft4,
        ssb,
        night,
        day,
    }
}

const BANDS: &[Choice] = &[
    choice("160m", ((1810, 20), 1840, 1842, (1845, 90)), 6, 0),
    choice("80m", ((3505, 50), 3573, 3575, (3650, 130)), 20, 3),
    choice("60m", ((5352, 4), 5357, 5357, (5360, 5)), 3, 1),
    choice("40m", ((7003, 35), 7074, 7047, (7130, 65)), 34, 14),
    choice("30m", ((10_103, 25), 10_136, 10_140, (10_103, 25)), 14, 8),
    choice("20m", ((14_003, 60), 14_074, 14_080, (14_150, 190)), 22, 40),
    choice("17m", ((18_070, 20), 18_100, 18_104, (18_115, 45)), 5, 18),
    choice("15m", ((21_003, 60), 21_074, 21_140, (21_200, 220)), 3, 26),
    choice("12m", ((24_892, 20), 24_915, 24_919, (24_935, 50)), 1, 12),
    choice("10m", ((28_003, 60), 28_074, 28_180, (28_400, 220)), 1, 20),
    choice("6m", ((50_085, 20), 50_313, 50_318, (50_110, 60)), 1, 6),
    choice("2m", ((144_025, 40), 144_174, 144_170, (144_200, 100)), 1, 2),
];

impl Choice {
    /// Where on the band one meets this mode, in hertz.
    fn hertz(&self, dice: &mut Dice, mode: &str) -> u64 {
        let among = |dice: &mut Dice, (first, width): (u64, u64)| {
            first * 1000 + dice.below(width) * 1000 + dice.below(10) * 100
        };
        // Digital modes share one dial setting; stations sit within its pass band.
        let within = |dice: &mut Dice, dial: u64| dial * 1000 + 300 + dice.below(24) * 100;
        match mode {
            "SSB" => among(dice, self.ssb),
            "FT8" => within(dice, self.ft8),
            "MFSK" => within(dice, self.ft4),
            "JT65" => within(dice, self.ft8 + 2),
            "PSK" => within(dice, self.ft8 - 4),
            "RTTY" => among(dice, (self.ft8 + 8, 10)),
            _ => among(dice, self.cw),
        }
    }
}

fn weighted<'a, T>(dice: &mut Dice, from: &'a [T], weight: impl Fn(&T) -> u32) -> &'a T {
    let total: u64 = from.iter().map(|item| u64::from(weight(item))).sum();
    let mut at = dice.below(total);
    for item in from {
        let share = u64::from(weight(item));
        if at < share {
            return item;
        }
        at -= share;
    }
    from.last()
        .expect("nothing to choose from is a mistake in the tables")
}

/// Start times of `count` contacts between two instants, oldest first: evenings, weekends, and busy years.
pub(super) fn times(dice: &mut Dice, count: usize, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
    let span = u64::try_from(to.as_second() - from.as_second())
        .unwrap_or(1)
        .max(1);
    let mut times = Vec::with_capacity(count);
    while times.len() < count {
        // The square root leans towards recent years, as most logs do.
        let unit = (dice.below(1 << 20) as f64 / f64::from(1 << 20)).sqrt();
        #[expect(clippy::cast_possible_truncation, reason = "a share of a span of years")]
        let start = from.as_second() + (unit * span as f64) as i64;
        let contest = chance(dice, 3);
        let contacts = if contest {
            60 + dice.below(140)
        } else {
            1 + dice.below(14)
        };
        let mut at = start;
        for _ in 0..contacts.min((count - times.len()) as u64) {
            if let Ok(time) = Timestamp::from_second(at)
                && time < to
            {
                times.push(time);
            }
            let gap = if contest {
                20 + dice.below(140)
            } else {
                60 + dice.below(900)
            };
            at += i64::try_from(gap).unwrap_or(60);
        }
    }
    times.sort_unstable();
    times
}

fn mode(dice: &mut Dice, year: i16, band: &str) -> (&'static str, Option<&'static str>) {
    let digital_now = year > 2017 || (year == 2017 && chance(dice, 40));
    let roll = dice.below(100);
    match roll {
        0..=27 => ("CW", None),
        28..=51 if band != "30m" => (
            "SSB",
            Some(if matches!(band, "160m" | "80m" | "40m") {
                "LSB"
            } else {
                "USB"
            }),
        ),
        52..=86 if digital_now => ("FT8", None),
        87..=91 if year >= 2019 => ("MFSK", Some("FT4")),
        92..=94 => ("PSK", Some("PSK31")),
        95..=97 if band != "60m" => ("RTTY", None),
        _ if digital_now => ("FT8", None),
        _ if year > 2008 => ("JT65", None),
        _ => ("CW", None),
    }
}

fn callsign(dice: &mut Dice, region: &Region) -> String {
    let mut call = dice.pick(region.prefixes).to_owned();
    if region.digit && !call.ends_with(|c: char| c.is_ascii_digit()) {
        call.push(char::from(b'0' + u8::try_from(1 + dice.below(9)).unwrap_or(1)));
    } else if region.digit {
        call.push(char::from(b'0' + u8::try_from(dice.below(10)).unwrap_or(1)));
    }
    for _ in 0..=1 + dice.below(2) {
        call.push(char::from(b'A' + u8::try_from(dice.below(26)).unwrap_or(0)));
    }
    call
}

fn field(out: &mut String, name: &str, value: &str) {
    // Writing to a String cannot fail.
    let _ = write!(out, "<{name}:{}>{value} ", value.len());
}

fn report(dice: &mut Dice, mode: &str) -> String {
    match mode {
        "CW" | "RTTY" | "PSK" => {
            ["599", "599", "579", "559", "589"][usize::try_from(dice.below(5)).unwrap_or(0)].to_owned()
        }
        "SSB" => ["59", "59", "57", "55", "58"][usize::try_from(dice.below(5)).unwrap_or(0)].to_owned(),
        _ => {
            let decibel = i64::try_from(dice.below(30)).unwrap_or(0) - 22;
            format!("{decibel:+03}")
        }
    }
}

fn confirmations(dice: &mut Dice, out: &mut String, day: &str) {
    if chance(dice, 58) {
        field(out, "LOTW_QSL_SENT", "Y");
        field(out, "LOTW_QSL_RCVD", "Y");
        field(out, "LOTW_QSLRDATE", day);
    } else if chance(dice, 60) {
        field(out, "LOTW_QSL_SENT", "Y");
    }
    if chance(dice, 17) {
        field(out, "EQSL_QSL_RCVD", "Y");
    }
    if chance(dice, 6) {
        field(out, "QSL_RCVD", "Y");
        field(out, "QSL_RCVD_VIA", "B");
    }
}

const COMMENTS: &[&str] = &[
    "Good signal into the wire",
    "QRP, nice ears",
    "Long path",
    "First on this band",
    "Slow QSB",
    "Old friend",
    "New vertical works",
    "Heavy QRM",
    "Answered my CQ",
    "Pile-up, second call",
    "Chatted about towers",
    "5 W from a hilltop",
];

/// One contact at `at` as an ADIF record.
pub(super) fn contact(dice: &mut Dice, who: &Operator<'_>, at: Timestamp) -> String {
    let time = at.to_zoned(TimeZone::UTC);
    let region = weighted(dice, REGIONS, |r| r.weight);
    let sun_hour = (f64::from(time.hour()) + who.home.lon() / 15.0).rem_euclid(24.0);
    let day = (7.0..19.0).contains(&sun_hour);
    let choice = weighted(dice, BANDS, |c| if day { c.day } else { c.night });
    let (mode, submode) = mode(dice, time.year(), choice.band);
    let hertz = choice.hertz(dice, mode);
    let date = time.strftime("%Y%m%d").to_string();

    let mut out = String::with_capacity(420);
    field(&mut out, "CALL", &callsign(dice, region));
    field(&mut out, "QSO_DATE", &date);
    field(&mut out, "TIME_ON", &time.strftime("%H%M%S").to_string());
    field(&mut out, "BAND", choice.band);
    field(
        &mut out,
        "FREQ",
        &format!("{}.{:06}", hertz / 1_000_000, hertz % 1_000_000),
    );
    field(&mut out, "MODE", mode);
    if let Some(submode) = submode {
        field(&mut out, "SUBMODE", submode);
    }
    field(&mut out, "RST_SENT", &report(dice, mode));
    field(&mut out, "RST_RCVD", &report(dice, mode));
    field(&mut out, "STATION_CALLSIGN", who.call);
    field(&mut out, "MY_GRIDSQUARE", who.grid);
    field(&mut out, "TX_PWR", if chance(dice, 20) { "5" } else { "100" });
    if chance(dice, 82) {
        let lat = region.lat + around_zero(dice) * region.spread.0;
        let lon = region.lon + around_zero(dice) * region.spread.1;
        if let Ok(place) = LatLon::new(lat, lon) {
            let grid = Grid::from_latlon(place, 3);
            field(
                &mut out,
                "GRIDSQUARE",
                if mode == "FT8" {
                    &grid.as_str()[..4]
                } else {
                    grid.as_str()
                },
            );
        }
    }
    if chance(dice, 55) {
        field(&mut out, "NAME", dice.pick(region.names));
    }
    if chance(dice, 7) && time.year() > 2017 {
        field(
            &mut out,
            "POTA_REF",
            &format!("{}-{:04}", region.park, 1 + dice.below(4200)),
        );
    }
    if chance(dice, 4) {
        field(&mut out, "COMMENT", dice.pick(COMMENTS));
    }
    confirmations(dice, &mut out, &date);
    out.push_str("<EOR>\n");
    out
}
