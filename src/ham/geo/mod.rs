//! Positions on the Earth and great-circle geometry.
//!
//! The Earth is a sphere of 6371.0 km, as amateur-radio distance figures assume; the error against the
//! ellipsoid stays under 0.6 %. Angles in the interface are degrees, north and east positive.
//! A [`LatLon`] is always finite and in range, so nothing here can fail or give a NaN.
//! Not here: map projections (the front end draws) and grid locators (`ham::grid`).

use serde::{Deserialize, Serialize};

/// Radius of the spherical Earth in km.
pub const EARTH_RADIUS_KM: f64 = 6371.0;

/// Length of a whole great circle in km.
pub const CIRCUMFERENCE_KM: f64 = 2.0 * std::f64::consts::PI * EARTH_RADIUS_KM;

/// Why two numbers are not a position.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum Error {
    /// Latitude outside -90 to 90 degrees, or not a number.
    #[error("latitude {0} is not between -90 and 90 degrees")]
    Latitude(f64),
    /// Longitude outside -180 to 180 degrees, or not a number.
    #[error("longitude {0} is not between -180 and 180 degrees")]
    Longitude(f64),
}

/// A position in degrees: latitude -90 to 90 (north positive), longitude -180 to 180 (east positive).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct LatLon {
    lat: f64,
    lon: f64,
}

#[derive(Deserialize)]
struct Unchecked {
    lat: f64,
    lon: f64,
}

impl TryFrom<Unchecked> for LatLon {
    type Error = Error;

    fn try_from(raw: Unchecked) -> Result<Self, Error> {
        Self::new(raw.lat, raw.lon)
    }
}

impl LatLon {
    /// A position from degrees; fails when either is out of range or not finite.
    pub fn new(lat: f64, lon: f64) -> Result<Self, Error> {
        if !(-90.0..=90.0).contains(&lat) {
            return Err(Error::Latitude(lat));
        }
        if !(-180.0..=180.0).contains(&lon) {
            return Err(Error::Longitude(lon));
        }
        // Adding zero turns -0.0 into 0.0, so that equal positions print alike.
        Ok(Self {
            lat: lat + 0.0,
            lon: lon + 0.0,
        })
    }

    /// A position from computed degrees: latitude is clamped, longitude wrapped.
    pub(crate) fn wrapped(lat: f64, lon: f64) -> Self {
        let lon = if (-180.0..=180.0).contains(&lon) {
            lon
        } else {
            (lon + 180.0).rem_euclid(360.0) - 180.0
        };
        Self {
            lat: lat.clamp(-90.0, 90.0) + 0.0,
            lon: lon + 0.0,
        }
    }

    /// Latitude in degrees, north positive.
    pub fn lat(self) -> f64 {
        self.lat
    }

    /// Longitude in degrees, east positive.
    pub fn lon(self) -> f64 {
        self.lon
    }

    /// The point on the other side of the Earth.
    #[must_use]
    pub fn antipode(self) -> Self {
        Self::wrapped(-self.lat, self.lon + 180.0)
    }
}

/// Short-path distance in km (haversine formula).
pub fn distance_km(from: LatLon, to: LatLon) -> f64 {
    EARTH_RADIUS_KM * central_angle(from, to)
}

/// Long-path distance in km: the rest of the great circle.
pub fn long_path_km(from: LatLon, to: LatLon) -> f64 {
    CIRCUMFERENCE_KM - distance_km(from, to)
}

/// Initial bearing of the short path in degrees from north, 0 to below 360 (0 for identical points).
pub fn bearing(from: LatLon, to: LatLon) -> f64 {
    let (lat1, lat2) = (from.lat.to_radians(), to.lat.to_radians());
    let dlon = (to.lon - from.lon).to_radians();
    let y = dlon.sin() * lat2.cos();
    let x = lat1.cos() * lat2.sin() - lat1.sin() * lat2.cos() * dlon.cos();
    full_circle(y.atan2(x).to_degrees())
}

/// Initial bearing of the long path in degrees from north, 0 to below 360.
pub fn long_path_bearing(from: LatLon, to: LatLon) -> f64 {
    full_circle(bearing(from, to) + 180.0)
}

/// Where one arrives after `km` along the great circle that starts at `bearing` degrees.
pub fn destination(from: LatLon, bearing: f64, km: f64) -> LatLon {
    let (lat1, angle, course) = (from.lat.to_radians(), km / EARTH_RADIUS_KM, bearing.to_radians());
    let sin_lat2 = lat1.sin() * angle.cos() + lat1.cos() * angle.sin() * course.cos();
    let lat2 = sin_lat2.clamp(-1.0, 1.0).asin();
    let dlon = (course.sin() * angle.sin() * lat1.cos()).atan2(angle.cos() - lat1.sin() * sin_lat2);
    LatLon::wrapped(lat2.to_degrees(), from.lon + dlon.to_degrees())
}

/// `segments + 1` points along the short path, both ends included, equally spaced.
///
/// For antipodal points every great circle is a short path; the one over [`bearing`] is taken.
pub fn path(from: LatLon, to: LatLon, segments: u16) -> Vec<LatLon> {
    let segments = segments.max(1);
    let (km, course) = (distance_km(from, to), bearing(from, to));
    let step = km / f64::from(segments);
    let inner = (1..segments).map(|i| destination(from, course, step * f64::from(i)));
    std::iter::once(from)
        .chain(inner)
        .chain(std::iter::once(to))
        .collect()
}

/// Angle between two positions seen from the Earth's centre, in radians, 0 to pi.
pub(crate) fn central_angle(from: LatLon, to: LatLon) -> f64 {
    let (lat1, lat2) = (from.lat.to_radians(), to.lat.to_radians());
    let half_dlat = ((lat2 - lat1) / 2.0).sin();
    let half_dlon = ((to.lon - from.lon).to_radians() / 2.0).sin();
    let h = half_dlat.powi(2) + lat1.cos() * lat2.cos() * half_dlon.powi(2);
    2.0 * h.clamp(0.0, 1.0).sqrt().asin()
}

fn full_circle(degrees: f64) -> f64 {
    let wrapped = degrees.rem_euclid(360.0);
    // rem_euclid of a tiny negative number rounds up to 360 itself.
    if wrapped >= 360.0 { 0.0 } else { wrapped }
}

#[cfg(test)]
mod tests;
