use proptest::prelude::*;

use super::*;

fn at(lat: f64, lon: f64) -> LatLon {
    LatLon::new(lat, lon).unwrap()
}

fn close(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance
}

#[test]
fn refuses_what_is_not_on_the_earth() {
    assert_eq!(LatLon::new(90.01, 0.0), Err(Error::Latitude(90.01)));
    assert_eq!(LatLon::new(0.0, -180.5), Err(Error::Longitude(-180.5)));
    assert!(LatLon::new(f64::NAN, 0.0).is_err());
    assert!(LatLon::new(0.0, f64::INFINITY).is_err());
    assert!(serde_json::from_str::<LatLon>(r#"{"lat":91,"lon":0}"#).is_err());
}

#[test]
fn quarter_circles_have_the_expected_length() {
    let quarter = CIRCUMFERENCE_KM / 4.0;
    assert!(close(distance_km(at(0.0, 0.0), at(0.0, 90.0)), quarter, 1e-9));
    assert!(close(distance_km(at(0.0, 0.0), at(90.0, 0.0)), quarter, 1e-9));
    assert!(close(CIRCUMFERENCE_KM, 40_030.17, 0.01));
}

#[test]
fn textbook_distance_lands_end_to_john_o_groats() {
    // 50 03 59 N 5 42 53 W to 58 38 38 N 3 04 12 W: 968.9 km, initial bearing 9 07 11 (movable-type.co.uk).
    let (a, b) = (at(50.066_389, -5.714_722), at(58.643_889, -3.07));
    assert!(close(distance_km(a, b), 968.9, 0.1));
    assert!(close(bearing(a, b), 9.119_7, 0.001));
    assert!(close(long_path_km(a, b), 40_030.17 - 968.9, 0.2));
    assert!(close(long_path_bearing(a, b), 189.119_7, 0.001));
}

#[test]
fn textbook_destination_is_reached() {
    // From 53 19 14 N 1 43 47 W, 124.8 km at 96 01 18: 53 11 18 N 0 08 00 E (movable-type.co.uk).
    let end = destination(at(53.320_556, -1.729_722), 96.021_667, 124.8);
    assert!(close(end.lat(), 53.188_333, 0.001));
    assert!(close(end.lon(), 0.133_333, 0.001));
}

#[test]
fn identical_and_antipodal_points_give_numbers() {
    let here = at(47.123_456_789, 8.987_654_321);
    assert!(close(distance_km(here, here), 0.0, 1e-9));
    assert!(close(bearing(here, here), 0.0, 1e-9));
    let there = here.antipode();
    assert!(close(distance_km(here, there), CIRCUMFERENCE_KM / 2.0, 1e-3));
    assert!(
        path(here, there, 8)
            .iter()
            .all(|p| p.lat().is_finite() && p.lon().is_finite())
    );
}

#[test]
fn path_crosses_the_date_line_evenly() {
    let (a, b) = (at(35.0, 140.0), at(37.0, -122.0));
    let points = path(a, b, 10);
    assert_eq!(points.len(), 11);
    assert_eq!((points[0], points[10]), (a, b));
    let step = distance_km(a, b) / 10.0;
    for pair in points.windows(2) {
        assert!(close(distance_km(pair[0], pair[1]), step, 1e-6));
    }
}

prop_compose! {
    fn position()(lat in -90.0..=90.0, lon in -180.0..=180.0) -> LatLon { at(lat, lon) }
}

proptest! {
    #[test]
    fn distance_is_symmetric_and_bounded(a in position(), b in position()) {
        let km = distance_km(a, b);
        prop_assert!((0.0..=CIRCUMFERENCE_KM / 2.0 + 1e-6).contains(&km));
        prop_assert!(close(km, distance_km(b, a), 1e-6));
        prop_assert!((0.0..360.0).contains(&bearing(a, b)));
    }

    #[test]
    fn destination_undoes_distance_and_bearing(a in position(), b in position()) {
        prop_assume!(distance_km(a, b) < 19_900.0);
        let end = destination(a, bearing(a, b), distance_km(a, b));
        prop_assert!(distance_km(end, b) < 0.01);
    }
}
