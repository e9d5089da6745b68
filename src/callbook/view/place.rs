//! Where a licence is, as exactly as somebody may know it.
//!
//! Whoever may not know exactly gets the locator cut to four characters, and everything else is computed from that
//! square: a bearing or a distance from the true place would give it away to whoever asks from three stations. The pin
//! of a map stands at a place of its own in the square, always the same one for a call, so that pins do not stack;
//! nobody can compute it without the installation's key, and it says nothing of the true one.

use serde::Serialize;
use utoipa::ToSchema;

use super::super::model::{Place, PlaceSource};
use super::super::place as placed;
use super::words;
use crate::ham::callsign::Callsign;
use crate::ham::geo::{self, LatLon};
use crate::ham::grid::Grid;

/// Where a licence is, as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct PlaceView {
    /// Maidenhead locator: 4 characters, or more for whom the holder allows.
    #[schema(value_type = String)]
    pub(crate) grid: Grid,
    #[schema(value_type = String)]
    pub(crate) source: PlaceSource,
    /// The source in words, such as "from the postcode".
    #[schema(value_type = String)]
    pub(crate) source_label: &'static str,
    /// Degrees; of a pin in the square where `exact` is not set.
    pub(crate) lat: f64,
    pub(crate) lon: f64,
    /// Whether the coordinates are those that are known. How good these are, the source says.
    pub(crate) exact: bool,
}

/// The way from the viewer's station.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub(crate) struct PathView {
    /// Degrees from north, short path.
    pub(crate) bearing: f64,
    pub(crate) distance_km: f64,
}

/// What pins are scattered by.
#[derive(Clone)]
pub(crate) struct Scatter([u8; 32]);

impl Scatter {
    /// Draws the key from the installation's.
    pub(crate) fn new(installation: &[u8; 32]) -> Self {
        Self(blake3::derive_key("shackbox 2026-11 callbook pins", installation))
    }

    /// A call's own place in a square.
    pub(crate) fn pin(&self, call: &Callsign, square: Grid) -> LatLon {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(call.as_str().as_bytes());
        hasher.update(&[0]);
        hasher.update(square.as_str().as_bytes());
        let digest = hasher.finalize();
        let fraction = |at: usize| {
            let bytes = &digest.as_bytes()[at..at + 4];
            let number = u32::from_be_bytes(bytes.try_into().expect("four of thirty-two bytes"));
            // Not at the border, where rounding would put it into the next square.
            0.05 + 0.9 * f64::from(number) / f64::from(u32::MAX)
        };
        let (south_west, north_east) = square.corners();
        let between = |low: f64, high: f64, part: f64| low + (high - low) * part;
        let lat = between(south_west.lat(), north_east.lat(), fraction(0));
        let lon = between(south_west.lon(), north_east.lon(), fraction(4));
        LatLon::new(lat, lon).unwrap_or_else(|_| square.centre())
    }
}

impl std::fmt::Debug for Scatter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Scatter(..)")
    }
}

/// What is known of a place: the holder's own locator goes before the register's.
pub(super) fn known(own: Option<Grid>, register: Option<Place>) -> Option<(Grid, Place)> {
    let own = own.map(|grid| {
        let at = grid.centre();
        let source = PlaceSource::User;
        (grid, Place { at, source })
    });
    own.or_else(|| register.map(|place| (placed::grid(place), place)))
}

/// The place as it is shown.
pub(super) fn shown(
    scatter: &Scatter,
    call: &Callsign,
    (grid, place): (Grid, Place),
    exact: bool,
) -> PlaceView {
    let square = grid.truncated(2);
    let at = if exact {
        place.at
    } else {
        scatter.pin(call, square)
    };
    PlaceView {
        grid: if exact { grid } else { square },
        source: place.source,
        source_label: words::source(place.source),
        lat: rounded(at.lat(), 1e5),
        lon: rounded(at.lon(), 1e5),
        exact,
    }
}

/// The way to a place as it is shown.
pub(super) fn path(from: LatLon, (grid, place): (Grid, Place), exact: bool) -> PathView {
    let to = if exact {
        place.at
    } else {
        grid.truncated(2).centre()
    };
    PathView {
        bearing: rounded(geo::bearing(from, to), 10.0),
        distance_km: rounded(geo::distance_km(from, to), 1.0),
    }
}

fn rounded(value: f64, parts: f64) -> f64 {
    (value * parts).round() / parts
}
