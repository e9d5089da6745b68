use super::*;

fn t(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn place(lat: f64, lon: f64) -> LatLon {
    LatLon::new(lat, lon).unwrap()
}

fn assert_close(actual: f64, expected: f64, tolerance: f64) {
    assert!(
        (actual - expected).abs() <= tolerance,
        "{actual} is not {expected} within {tolerance}"
    );
}

fn assert_minutes(actual: Timestamp, expected: &str, tolerance: f64) {
    assert_close(seconds(actual) / 60.0, seconds(t(expected)) / 60.0, tolerance);
}

#[test]
fn agrees_with_the_worked_examples_of_meeus() {
    // Examples 25.a and 28.a: 1992 October 13.0, declination -7.785 07 degrees, equation of time +13 m 42.6 s.
    let sun = Sun::at(t("1992-10-13T00:00:00Z"));
    assert_close(sun.declination, -7.785_07, 0.003);
    assert_close(sun.equation, 13.71, 0.02);
}

#[test]
fn seasons_begin_at_their_published_instants() {
    // 2024: equinoxes 20 March 03:06 and 22 September 12:44, solstices 20 June 20:51 and 21 December 09:20 UTC.
    assert_close(subsolar_point(t("2024-03-20T03:06:00Z")).lat(), 0.0, 0.01);
    assert_close(subsolar_point(t("2024-06-20T20:51:00Z")).lat(), 23.44, 0.01);
    assert_close(subsolar_point(t("2024-09-22T12:44:00Z")).lat(), 0.0, 0.01);
    assert_close(subsolar_point(t("2024-12-21T09:20:00Z")).lat(), -23.44, 0.01);
}

#[test]
fn subsolar_longitude_follows_the_clock() {
    // Equation of time +16 m 26 s on 3 November, -14 m 14 s on 11 February.
    assert_close(subsolar_point(t("2024-11-03T12:00:00Z")).lon(), -4.11, 0.03);
    assert_close(subsolar_point(t("2024-02-11T12:00:00Z")).lon(), 3.56, 0.03);
    assert_close(subsolar_point(t("2024-11-03T00:00:00Z")).lon(), 175.89, 0.03);
}

#[test]
fn elevation_is_ninety_below_the_sun_and_minus_ninety_opposite() {
    let now = t("2025-05-01T17:30:00Z");
    let sun = subsolar_point(now);
    assert_close(elevation(now, sun), 90.0, 1e-6);
    assert_close(elevation(now, sun.antipode()), -90.0, 1e-3);
    assert_close(
        elevation(t("2024-06-20T20:51:00Z"), place(90.0, 0.0)),
        23.44,
        0.01,
    );
}

#[test]
fn rise_and_set_as_published() {
    // London, 20 June 2024: 03:43 and 20:21 UTC; New York, 21 December 2024: 12:17 and 21:32 UTC.
    for (date, at, rise, set) in [
        (
            civil::date(2024, 6, 20),
            place(51.507, -0.128),
            "2024-06-20T03:43:00Z",
            "2024-06-20T20:21:00Z",
        ),
        (
            civil::date(2024, 12, 21),
            place(40.713, -74.006),
            "2024-12-21T12:17:00Z",
            "2024-12-21T21:32:00Z",
        ),
    ] {
        let Daylight::Normal { sunrise, sunset } = daylight(date, at) else {
            panic!("no sunrise on {date}")
        };
        assert_minutes(sunrise, rise, 1.5);
        assert_minutes(sunset, set, 1.5);
    }
}

#[test]
fn sunrise_in_the_far_east_lies_on_the_day_before_in_utc() {
    let Daylight::Normal { sunrise, sunset } = daylight(civil::date(2024, 3, 20), place(-36.85, 174.76))
    else {
        panic!("Auckland has a sunrise");
    };
    // Auckland, 20 March 2024: 07:25 and 19:34 NZDT (UTC+13).
    assert_minutes(sunrise, "2024-03-19T18:25:00Z", 2.0);
    assert_minutes(sunset, "2024-03-20T06:34:00Z", 2.0);
}

#[test]
fn polar_day_and_night_in_tromso() {
    let tromso = place(69.65, 18.96);
    assert_eq!(daylight(civil::date(2024, 6, 21), tromso), Daylight::PolarDay);
    assert_eq!(daylight(civil::date(2024, 12, 21), tromso), Daylight::PolarNight);
    assert!(matches!(
        daylight(civil::date(2024, 3, 21), tromso),
        Daylight::Normal { .. }
    ));
    assert_eq!(
        daylight(civil::date(2024, 6, 21), place(90.0, 0.0)),
        Daylight::PolarDay
    );
    assert_eq!(
        daylight(civil::date(2024, 6, 21), place(-90.0, 0.0)),
        Daylight::PolarNight
    );
}

#[test]
fn rise_and_set_are_at_the_horizon_everywhere() {
    for lat in -60..=60 {
        for lon in [-179.0, -75.0, 0.0, 12.5, 120.0, 180.0] {
            let at = place(f64::from(lat), lon);
            let Daylight::Normal { sunrise, sunset } = daylight(civil::date(2026, 4, 9), at) else {
                panic!("{at:?}")
            };
            assert_close(elevation(sunrise, at), HORIZON, 0.02);
            assert_close(elevation(sunset, at), HORIZON, 0.02);
            assert!(sunrise < sunset);
        }
    }
}
