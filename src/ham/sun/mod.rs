//! Where the sun stands, when it rises and sets.
//!
//! Low-precision solar theory (Meeus, Astronomical Algorithms, chapters 22, 25 and 28): 0.01 degrees
//! in position from 1900 to 2100, rise and set within about a minute outside the polar circles.
//! Universal time stands in for dynamical time; the minute between them moves the sun 0.001 degrees.
//! Grey line and terminator drawing are the front end's; the present time is always an argument.

use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};

use super::geo::{self, LatLon};

/// Altitude of the sun's centre at rise and set: half its width (16') and mean refraction (34').
const HORIZON: f64 = -0.833;

/// Seconds from the Unix epoch to 2000-01-01 12:00.
const J2000: f64 = 946_728_000.0;

/// The sun's daily course over a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Daylight {
    /// The sun rises and sets.
    Normal {
        /// Upper limb appears.
        sunrise: Timestamp,
        /// Upper limb disappears.
        sunset: Timestamp,
    },
    /// The sun does not set.
    PolarDay,
    /// The sun does not rise.
    PolarNight,
}

/// Declination in degrees and equation of time (apparent minus mean solar time) in minutes.
#[derive(Debug, Clone, Copy)]
struct Sun {
    declination: f64,
    equation: f64,
}

impl Sun {
    fn at(t: Timestamp) -> Self {
        let centuries = (seconds(t) - J2000) / (86_400.0 * 36_525.0);
        let mean_longitude =
            (280.466_46 + centuries * (36_000.769_83 + centuries * 0.000_303_2)).to_radians();
        let anomaly = (357.529_11 + centuries * (35_999.050_29 - centuries * 0.000_153_7)).to_radians();
        let eccentricity = 0.016_708_634 - centuries * (0.000_042_037 + centuries * 0.000_000_126_7);
        let centre = anomaly.sin() * (1.914_602 - centuries * (0.004_817 + centuries * 0.000_014))
            + (2.0 * anomaly).sin() * (0.019_993 - centuries * 0.000_101)
            + (3.0 * anomaly).sin() * 0.000_289;
        let node = (125.04 - 1934.136 * centuries).to_radians();
        let longitude = mean_longitude + (centre - 0.005_69 - 0.004_78 * node.sin()).to_radians();
        let obliquity = (23.439_291 - centuries * 0.013_004_2 + 0.002_56 * node.cos()).to_radians();

        let tilt = (obliquity / 2.0).tan().powi(2);
        let equation = tilt * (2.0 * mean_longitude).sin() - 2.0 * eccentricity * anomaly.sin()
            + 4.0 * eccentricity * tilt * anomaly.sin() * (2.0 * mean_longitude).cos()
            - 0.5 * tilt * tilt * (4.0 * mean_longitude).sin()
            - 1.25 * eccentricity * eccentricity * (2.0 * anomaly).sin();
        Self {
            declination: (obliquity.sin() * longitude.sin()).asin().to_degrees(),
            // One degree of hour angle is four minutes.
            equation: equation.to_degrees() * 4.0,
        }
    }

    /// Hour angle in degrees at which the sun stands at [`HORIZON`]; `Err` tells which polar state.
    fn half_day(self, lat: f64) -> Result<f64, Daylight> {
        let (phi, dec) = (lat.to_radians(), self.declination.to_radians());
        let cos_h = (HORIZON.to_radians().sin() - phi.sin() * dec.sin()) / (phi.cos() * dec.cos());
        match cos_h {
            h if h < -1.0 => Err(Daylight::PolarDay),
            h if h > 1.0 => Err(Daylight::PolarNight),
            h => Ok(h.acos().to_degrees()),
        }
    }
}

/// The place that has the sun in the zenith.
pub fn subsolar_point(t: Timestamp) -> LatLon {
    let sun = Sun::at(t);
    let minutes = seconds(t).rem_euclid(86_400.0) / 60.0;
    LatLon::wrapped(sun.declination, (720.0 - minutes - sun.equation) / 4.0)
}

/// Geometric elevation of the sun's centre in degrees (no refraction), negative below the horizon.
pub fn elevation(t: Timestamp, place: LatLon) -> f64 {
    90.0 - geo::central_angle(subsolar_point(t), place).to_degrees()
}

/// Sunrise and sunset around the local noon of `date` at `place`.
///
/// The date is the one at the place, by its mean solar time: far from Greenwich one of the two
/// instants may lie on the neighbouring UTC date.
pub fn daylight(date: civil::Date, place: LatLon) -> Daylight {
    let noon_utc = TimeZone::UTC
        .to_timestamp(date.at(12, 0, 0, 0))
        .unwrap_or(Timestamp::UNIX_EPOCH);
    let mean_noon = shifted(noon_utc, -place.lon() * 4.0);
    match (
        event(mean_noon, place.lat(), -1.0),
        event(mean_noon, place.lat(), 1.0),
    ) {
        (Ok(sunrise), Ok(sunset)) => Daylight::Normal { sunrise, sunset },
        (Err(polar), _) | (_, Err(polar)) => polar,
    }
}

/// Rise (`side` -1) or set (+1), refined with the sun's position at the event itself.
fn event(mean_noon: Timestamp, lat: f64, side: f64) -> Result<Timestamp, Daylight> {
    let mut t = mean_noon;
    for _ in 0..4 {
        let sun = Sun::at(t);
        t = shifted(mean_noon, 4.0 * side * sun.half_day(lat)? - sun.equation);
    }
    Ok(t)
}

fn seconds(t: Timestamp) -> f64 {
    t.as_duration().as_secs_f64()
}

/// `t` moved by minutes; at the ends of representable time it stays.
#[expect(clippy::cast_possible_truncation, reason = "at most a day")]
fn shifted(t: Timestamp, minutes: f64) -> Timestamp {
    t.checked_add(SignedDuration::from_secs((minutes * 60.0).round() as i64))
        .unwrap_or(t)
}

#[cfg(test)]
mod tests;
