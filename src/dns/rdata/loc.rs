//! Places (LOC, RFC 1876), in whole numbers throughout: thousandths of a second of arc, and centimetres.
//!
//! Floating point would turn `122 16 0.000 W` into `122 15 60.000 W`. Sizes keep one digit and a power of ten of
//! centimetres; a strict reader refuses what would be stored as something else, the reader of master files cuts as the
//! standard's code does. [`location_of_grid`] gives the middle of a Maidenhead square, with the square's size as precision.

use super::codec;
use super::error::{RdataError, Rule, shown};
use super::octets::Octets;
use super::source::{Form, Source};

/// The equator and the prime meridian on the wire.
const MIDDLE: u32 = 1 << 31;

/// Thousandths of a second of arc in a degree.
const DEGREE: u32 = 3_600_000;

/// Parts of a thousandth of a second in which squares are reckoned: half of the smallest is a whole number of them.
const FINE: u64 = 8;

/// What is added to an altitude in centimetres.
const BELOW: i64 = 10_000_000;

/// Size, horizontal and vertical precision that hold when they are not given: 1 m, 10 km, 10 m.
const DEFAULTS: [u8; 3] = [0x12, 0x16, 0x13];

/// The data of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    /// Size, horizontal and vertical precision: a digit, and its power of ten of centimetres.
    precision: [u8; 3],
    latitude: u32,
    longitude: u32,
    /// Centimetres above 100 km below the ellipsoid.
    altitude: u32,
}

impl Place {
    fn wire(self) -> [u8; 16] {
        let mut wire = [0; 16];
        wire[1..4].copy_from_slice(&self.precision);
        wire[4..8].copy_from_slice(&self.latitude.to_be_bytes());
        wire[8..12].copy_from_slice(&self.longitude.to_be_bytes());
        wire[12..].copy_from_slice(&self.altitude.to_be_bytes());
        wire
    }

    fn text(self) -> String {
        let mut text = String::new();
        for (angle, [plus, minus]) in [(self.latitude, ["N", "S"]), (self.longitude, ["E", "W"])] {
            let letter = if angle >= MIDDLE { plus } else { minus };
            let angle = angle.abs_diff(MIDDLE);
            let (degrees, minutes) = (angle / DEGREE, angle / 60_000 % 60);
            let (seconds, thousandths) = (angle / 1000 % 60, angle % 1000);
            text.push_str(&format!(
                "{degrees} {minutes} {seconds}.{thousandths:03} {letter} "
            ));
        }
        let altitude = i64::from(self.altitude) - BELOW;
        text.push_str(if altitude < 0 { "-" } else { "" });
        text.push_str(&in_metres(altitude.unsigned_abs()));
        for packed in self.precision {
            text.push(' ');
            text.push_str(&in_metres(unpacked(packed)));
        }
        text
    }
}

/// Reads `d [m [s]] N|S d [m [s]] E|W alt[m] [size[m] [hp[m] [vp[m]]]]`.
pub(super) fn read(_: &'static str, from: &mut Source<'_, '_>) -> Result<[u8; 16], RdataError> {
    let latitude = angle("latitude", from, (90, "N", "S"))?;
    let longitude = angle("longitude", from, (180, "E", "W"))?;
    let altitude = altitude(from)?;
    let mut precision = DEFAULTS;
    let names = ["size", "horizontal precision", "vertical precision"];
    for (place, name) in precision.iter_mut().zip(names) {
        if from.peek().is_some() {
            *place = size(name, from)?;
        }
    }
    let place = Place {
        precision,
        latitude,
        longitude,
        altitude,
    };
    Ok(place.wire())
}

/// Degrees, perhaps minutes and seconds, and a letter.
fn angle(
    field: &'static str,
    from: &mut Source<'_, '_>,
    (most, plus, minus): (u32, &str, &str),
) -> Result<u32, RdataError> {
    let begin = from.at();
    let wrong = || {
        let text = format!(
            "is not degrees 0 to {most}, minutes and seconds 0 to 59.999, then {plus} or {minus}; write such as \
             37 52 30.000 {plus}"
        );
        RdataError::new(field, Rule::Value, begin, text)
    };
    let mut sum = 0_u64;
    for unit in 0..4 {
        let (text, _) = from.word(field)?;
        if text.eq_ignore_ascii_case(plus) || text.eq_ignore_ascii_case(minus) {
            if unit == 0 || sum > u64::from(most * DEGREE) {
                return Err(wrong());
            }
            let sum = u32::try_from(sum).map_err(|_| wrong())?;
            return Ok(if text.eq_ignore_ascii_case(plus) {
                MIDDLE + sum
            } else {
                MIDDLE - sum
            });
        }
        let (value, limit, scale) = match unit {
            0 => (
                codec::number(text).map(u64::from),
                u64::from(most) + 1,
                u64::from(DEGREE),
            ),
            1 => (codec::number(text).map(u64::from), 60, 60_000),
            2 => (decimal(text, 3), 60_000, 1),
            _ => return Err(wrong()),
        };
        sum += value.filter(|value| *value < limit).ok_or_else(wrong)? * scale;
    }
    Err(wrong())
}

/// A number with at most `places` decimals, in units of its last place.
fn decimal(text: &str, places: usize) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if whole.is_empty() || whole.len() > 12 || part.len() > places || text.ends_with('.') {
        return None;
    }
    let digits = format!("{whole}{part:0<places$}");
    digits
        .bytes()
        .all(|octet| octet.is_ascii_digit())
        .then(|| digits.parse().ok())
        .flatten()
}

/// Metres with an `m` or without, in centimetres.
fn metres(text: &str) -> Option<u64> {
    decimal(text.strip_suffix(['m', 'M']).unwrap_or(text), 2)
}

fn altitude(from: &mut Source<'_, '_>) -> Result<u32, RdataError> {
    let (text, at) = from.word("altitude")?;
    let value = match text.strip_prefix('-') {
        Some(text) => metres(text)
            .and_then(|value| i64::try_from(value).ok())
            .map(|value| -value),
        None => metres(text).and_then(|value| i64::try_from(value).ok()),
    };
    value
        .and_then(|value| u32::try_from(value + BELOW).ok())
        .ok_or_else(|| {
            let text = format!(
                "\"{}\" is not metres from -100000.00 to 42849672.95, such as 52m",
                shown(text.as_bytes())
            );
            RdataError::new("altitude", Rule::Value, at, text)
        })
}

fn size(field: &'static str, from: &mut Source<'_, '_>) -> Result<u8, RdataError> {
    let (text, at) = from.word(field)?;
    let centimetres = metres(text)
        .filter(|value| *value <= 9_000_000_000)
        .ok_or_else(|| {
            let text = format!(
                "\"{}\" is not metres from 0 to 90000000, such as 10m",
                shown(text.as_bytes())
            );
            RdataError::new(field, Rule::Value, at, text)
        })?;
    let (mut digit, mut power) = (centimetres, 0_u8);
    while digit > 9 {
        digit /= 10;
        power += 1;
    }
    let packed = u8::try_from(digit << 4).unwrap_or(0x90) | power;
    if from.form == Form::Strict && unpacked(packed) != centimetres {
        let next = (digit + 1) * 10_u64.pow(u32::from(power));
        let text = format!(
            "\"{}\" cannot be stored, only one digit followed by zeros can: write {} or {}",
            shown(text.as_bytes()),
            in_metres(unpacked(packed)),
            in_metres(next.min(9_000_000_000))
        );
        return Err(RdataError::new(field, Rule::Value, at, text));
    }
    Ok(packed)
}

/// The centimetres of a digit and a power of ten.
fn unpacked(packed: u8) -> u64 {
    u64::from(packed >> 4) * 10_u64.pow(u32::from(packed & 15))
}

fn in_metres(centimetres: u64) -> String {
    format!("{}.{:02}m", centimetres / 100, centimetres % 100)
}

/// Reads the wire form: version 0, angles on the Earth, digits and powers of ten up to 9.
fn place(field: &'static str, from: &mut Octets<'_>) -> Result<Place, RdataError> {
    let at = from.at();
    let wrong = |text| RdataError::new(field, Rule::Value, at, text);
    if from.u8(field)? != 0 {
        return Err(wrong("has a version other than 0"));
    }
    let precision: [u8; 3] = from.array(field)?;
    let place = Place {
        precision,
        latitude: from.u32(field)?,
        longitude: from.u32(field)?,
        altitude: from.u32(field)?,
    };
    if precision
        .iter()
        .any(|packed| *packed != 0 && (!(0x10..=0x9f).contains(packed) || packed & 15 > 9))
    {
        return Err(wrong("a size is not a digit and a power of ten"));
    }
    if place.latitude.abs_diff(MIDDLE) > 90 * DEGREE || place.longitude.abs_diff(MIDDLE) > 180 * DEGREE {
        return Err(wrong("is not on the Earth"));
    }
    Ok(place)
}

/// Whether the next octets are a place.
pub(super) fn check(field: &'static str, from: &mut Octets<'_>) -> Result<[u8; 16], RdataError> {
    place(field, from).map(Place::wire)
}

/// Appends `37 52 30.000 N 122 16 0.000 W 52.00m 1.00m 10000.00m 10.00m`.
pub(super) fn write(field: &'static str, from: &mut Octets<'_>, text: &mut String) -> Result<(), RdataError> {
    text.push_str(&place(field, from)?.text());
    Ok(())
}

/// The place of the middle of a Maidenhead locator, at an altitude in metres, as text. The horizontal precision is the
/// next size up that holds the whole square.
pub(crate) fn location_of_grid(grid: &crate::ham::grid::Grid, altitude: i32) -> String {
    let mut cell = [360, 180].map(|degrees| degrees * u64::from(DEGREE) * FINE);
    let mut corner = [0_u64; 2];
    for (pair, symbols) in grid.as_str().as_bytes().chunks_exact(2).enumerate() {
        let (cells, first) = match pair {
            0 => (18, b'A'),
            _ if pair % 2 == 1 => (10, b'0'),
            _ => (24, b'A'),
        };
        for axis in 0..2 {
            cell[axis] /= cells;
            corner[axis] += u64::from(symbols[axis].to_ascii_uppercase() - first) * cell[axis];
        }
    }
    let middle = |axis: usize, half: u32| {
        let from_edge = (corner[axis] + cell[axis] / 2) / FINE;
        MIDDLE - half * DEGREE + u32::try_from(from_edge).unwrap_or(half * DEGREE)
    };
    let place = Place {
        precision: [DEFAULTS[0], round_up(diagonal(cell)), DEFAULTS[2]],
        latitude: middle(1, 90),
        longitude: middle(0, 180),
        altitude: u32::try_from(i64::from(altitude) * 100 + BELOW).unwrap_or_default(),
    };
    place.text()
}

/// The centimetres of a cell's diagonal at the equator, where it is longest: a second of arc has 30.92 m there.
fn diagonal([x, y]: [u64; 2]) -> u64 {
    ((x * x + y * y).isqrt() * 3092).div_ceil(1000 * FINE)
}

/// The smallest digit and power of ten that is not less.
fn round_up(centimetres: u64) -> u8 {
    let (mut digit, mut power) = (centimetres, 0_u8);
    while digit > 9 {
        digit = digit.div_ceil(10);
        power += 1;
    }
    if power > 9 {
        0x99
    } else {
        u8::try_from(digit << 4).unwrap_or(0x90) | power
    }
}
