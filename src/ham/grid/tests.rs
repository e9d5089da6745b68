use proptest::prelude::*;

use super::*;

fn grid(text: &str) -> Grid {
    text.parse().unwrap()
}

#[test]
fn canonical_case_whatever_was_typed() {
    assert_eq!(grid("jn47PN").as_str(), "JN47pn");
    assert_eq!(grid(" fn31PR21XX ").as_str(), "FN31pr21xx");
    assert_eq!(grid("io").to_string(), "IO");
    assert_eq!(serde_json::to_string(&grid("IO91WM")).unwrap(), r#""IO91wm""#);
    assert_eq!(
        serde_json::from_str::<Grid>(r#""io91wm""#).unwrap(),
        grid("IO91wm")
    );
}

#[test]
fn refuses_what_is_not_a_locator() {
    for bad in [
        "",
        "J",
        "JN4",
        "JN47P",
        "JN47PN111",
        "JN47PN11AA111",
        "JN47pn11aa11bb",
    ] {
        assert_eq!(bad.parse::<Grid>(), Err(Error::Length), "{bad}");
    }
    for (bad, at) in [
        ("SN47", 0),
        ("JS47", 1),
        ("JNA7", 2),
        ("JN4/", 3),
        ("JN47YA", 4),
        ("JN47a\u{e9}a", 5),
    ] {
        assert_eq!(
            bad.parse::<Grid>().err(),
            Some(if bad.len() % 2 == 1 {
                Error::Length
            } else {
                Error::Character(at)
            }),
            "{bad}"
        );
    }
}

#[test]
fn known_positions_have_their_published_locators() {
    // W1AW Newington FN31pr, Munich JN58td (Wikipedia, Maidenhead Locator System), Greenwich on the JO00/IO91 border.
    for (lat, lon, locator) in [
        (41.714_775, -72.727_260, "FN31pr"),
        (48.146_66, 11.608_33, "JN58td"),
        (-34.91, -56.211_66, "GF15vc"),
        (-41.283_33, 174.745, "RE78ir"),
        (38.92, -77.065, "FM18lw"),
    ] {
        let at = LatLon::new(lat, lon).unwrap();
        assert_eq!(Grid::from_latlon(at, 3), grid(locator));
        assert!(grid(locator).contains_point(at));
    }
}

#[test]
fn edges_of_the_world_belong_to_the_last_cells() {
    let at = |lat, lon| Grid::from_latlon(LatLon::new(lat, lon).unwrap(), 3).to_string();
    assert_eq!(at(90.0, 180.0), "RR99xx");
    assert_eq!(at(-90.0, -180.0), "AA00aa");
    assert_eq!(at(0.0, 0.0), "JJ00aa");
}

#[test]
fn centre_and_corners_of_a_square() {
    let (sw, ne) = grid("JN47").corners();
    assert_eq!((sw.lat(), sw.lon(), ne.lat(), ne.lon()), (47.0, 8.0, 48.0, 10.0));
    assert_eq!(grid("JN47").centre(), LatLon::new(47.5, 9.0).unwrap());
    assert_eq!(grid("RR").corners().1, LatLon::new(90.0, 180.0).unwrap());
}

#[test]
fn areas_nest() {
    let fine = grid("JN47pn32");
    assert_eq!(fine.field(), grid("JN"));
    assert_eq!(fine.square4(), Some(grid("JN47")));
    assert_eq!(grid("JN").square4(), None);
    assert_eq!(fine.truncated(3), grid("JN47pn"));
    assert_eq!(grid("JN47").truncated(5), grid("JN47"));
    assert!(grid("JN47").contains(&fine) && !fine.contains(&grid("JN47")) && !grid("JN48").contains(&fine));
}

#[test]
fn placeholder_is_recognised() {
    assert!(grid("JJ00AA").is_placeholder());
    assert!(!grid("JJ00").is_placeholder() && !grid("JJ00ab").is_placeholder());
}

proptest! {
    #[test]
    fn centre_lies_in_its_own_grid(lat in -90.0..=90.0, lon in -180.0..=180.0, pairs in 1_u8..=6) {
        let g = Grid::from_latlon(LatLon::new(lat, lon).unwrap(), pairs);
        prop_assert_eq!(g.to_string().parse::<Grid>().unwrap(), g);
        prop_assert_eq!(Grid::from_latlon(g.centre(), pairs), g);
    }

    #[test]
    fn any_text_is_read_without_panic(text in ".{0,14}") {
        let _ = text.parse::<Grid>();
    }
}
