//! Known addresses are found where they are.

use smol_str::SmolStr;

use super::*;
use crate::callbook::model::{Address, Days, Holder, HolderKind, Status};

fn licence(call: &str, city: &str, region: &str, postcode: &str) -> Licence {
    Licence {
        call: Callsign::parse(call).unwrap(),
        number: 1,
        holder: Holder {
            kind: HolderKind::Person,
            name: SmolStr::default(),
            first: "PAT".into(),
            middle: SmolStr::default(),
            last: "DOE".into(),
            suffix: SmolStr::default(),
            licensee: SmolStr::default(),
            person: SmolStr::default(),
        },
        address: Address {
            city: city.into(),
            region: region.into(),
            postcode: postcode.into(),
            ..Address::default()
        },
        class: None,
        status: Status::Active,
        days: Days::default(),
        vanity: false,
        previous: None,
        trustee: None,
        place: None,
    }
}

/// How a licence is placed, and its locator.
fn found(authority: &Authority, licence: &Licence) -> Option<(PlaceSource, String)> {
    let place = locate(licence, authority)?;
    Some((place.source, grid(place).as_str().to_owned()))
}

#[test]
fn a_zip_code_gives_the_locator_of_its_area() {
    for (city, state, zip, locator) in [
        ("NEWINGTON", "CT", "06111", "FN31pq"),
        ("NEWINGTON", "CT", "061111494", "FN31pq"),
        ("NEW YORK", "NY", "10001", "FN30as"),
        ("SAN FRANCISCO", "CA", "94108", "CM87tt"),
        ("HONOLULU", "HI", "96813", "BL11bh"),
        ("ANCHORAGE", "AK", "99510", "BP51bd"),
        ("SAN JUAN", "PR", "00901", "FK68wl"),
        ("ST THOMAS", "VI", "00802", "FK78mi"),
        ("PAGO PAGO", "AS", "96799", "AH45oq"),
        ("SAIPAN", "MP", "96950", "QK25ve"),
    ] {
        let licence = licence("W1AW", city, state, zip);
        let expected = Some((PlaceSource::Zip, locator.to_owned()));
        assert_eq!(found(&Authority::FCC, &licence), expected, "{zip}");
    }
}

#[test]
fn a_canadian_postcode_gives_its_sortation_area() {
    let ottawa = licence("VE3ZZC", "Ottawa", "ON", "K1A0B1");
    assert_eq!(
        found(&Authority::ISED, &ottawa),
        Some((PlaceSource::Zip, "FN25dk".to_owned()))
    );
    let lower_case = licence("VE2ZZZ", "Trois-Rivières", "QC", "g8z1a1");
    assert_eq!(found(&Authority::ISED, &lower_case).unwrap().0, PlaceSource::Zip);
}

#[test]
fn what_the_register_says_comes_first_unless_it_is_zero() {
    let mut given = licence("W1AW", "NEWINGTON", "CT", "06111");
    let place = |lat, lon| {
        Some(Place {
            at: LatLon::new(lat, lon).unwrap(),
            source: PlaceSource::Register,
        })
    };
    given.place = place(48.0, 11.0);
    assert_eq!(found(&Authority::FCC, &given).unwrap().0, PlaceSource::Register);
    given.place = place(0.0, 0.0);
    assert_eq!(found(&Authority::FCC, &given).unwrap().0, PlaceSource::Zip);
}

#[test]
fn without_a_known_postcode_the_city_then_the_region_then_the_entity_answer() {
    let source = |city, region, zip| {
        let licence = licence("W1AW", city, region, zip);
        found(&Authority::FCC, &licence).map(|found| found.0)
    };
    assert_eq!(source("Anchorage", "AK", ""), Some(PlaceSource::City));
    assert_eq!(source("NO SUCH TOWN", "AK", "00000"), Some(PlaceSource::Region));
    assert_eq!(source("NO SUCH TOWN", "Wyoming", ""), Some(PlaceSource::Region));
    assert_eq!(source("", "", ""), Some(PlaceSource::Dxcc));
    let red_deer = licence("VE6ABC", "RED DEER", "AB", "");
    assert_eq!(found(&Authority::ISED, &red_deer).unwrap().0, PlaceSource::City);
    let accents = licence("VE2ABC", "Gránby", "Québec", "");
    assert_eq!(found(&Authority::ISED, &accents).unwrap().0, PlaceSource::City);
}

#[test]
fn a_postcode_outside_its_state_is_a_misprint() {
    // New York's ZIP with the state of Texas.
    let licence = licence("W5ABC", "NO SUCH TOWN", "TX", "10001");
    assert_eq!(found(&Authority::FCC, &licence).unwrap().0, PlaceSource::Region);
}

#[test]
fn post_offices_of_the_forces_have_no_place() {
    for (region, zip) in [
        ("AE", "09593"),
        ("AP", "96319"),
        ("AA", "34002"),
        ("", "09021"),
        ("ae", ""),
    ] {
        let licence = licence("KB1ABC", "APO", region, zip);
        assert_eq!(locate(&licence, &Authority::FCC), None, "{region} {zip}");
        assert_eq!(entity(&licence, &Authority::FCC), Some(EntityId(291)));
    }
}

#[test]
fn the_address_decides_the_entity_and_not_the_digit() {
    for (call, region, zip, expected) in [
        ("W7XYZ", "AK", "99501", 6),
        ("KL7ABC", "TX", "75001", 291),
        ("KL7ABC", "", "", 6),
        ("W6ABC", "HI", "96813", 110),
        ("KH6XYZ", "", "", 110),
        ("K4ABC", "PR", "00901", 202),
        ("W1ABC", "", "00901", 202),
        ("KP2ZZZ", "VI", "00802", 285),
        ("K2ABC", "GU", "96910", 103),
        ("W1ABC", "MP", "96950", 166),
        ("W1ABC", "AS", "96799", 9),
        ("KG4AB", "AE", "09593", 105),
        ("KG4ABC", "GA", "30301", 291),
        ("KG4A", "FL", "33101", 291),
        ("KG4ABC", "", "", 291),
        ("W1AW", "CT", "06111", 291),
    ] {
        let licence = licence(call, "", region, zip);
        assert_eq!(
            entity(&licence, &Authority::FCC),
            Some(EntityId(expected)),
            "{call} in {region} {zip}"
        );
    }
}

#[test]
fn elsewhere_the_call_decides_the_entity() {
    for (authority, call, expected) in [
        (Authority::ISED, "VE3ABC", 1),
        (Authority::ISED, "CY0ABC", 211),
        (Authority::TRAFICOM, "OH2AAV", 224),
        (Authority::TRAFICOM, "OH0AA", 5),
        (Authority::ACMA, "VK2RAA", 150),
        (Authority::JAPAN, "JA1BF", 339),
        (Authority::JAPAN, "JD1ABC", 192),
    ] {
        let licence = licence(call, "", "", "");
        assert_eq!(entity(&licence, &authority), Some(EntityId(expected)), "{call}");
    }
}

#[test]
fn lists_of_administrators_are_placed_by_the_country_of_the_call() {
    let list = Authority::parse("club").unwrap();
    let known = licence("W1AW", "NEWINGTON", "CT", "06111");
    assert_eq!(found(&list, &known).unwrap().0, PlaceSource::Zip);
    let german = licence("DL1ABC", "München", "BY", "80331");
    assert_eq!(found(&list, &german).unwrap().0, PlaceSource::Dxcc);
    let japanese = licence("JA1BF", "Yokohama Hodogaya", "Kanagawa", "");
    assert_eq!(
        found(&Authority::JAPAN, &japanese),
        Some((PlaceSource::Region, "PM95".to_owned()))
    );
}

#[test]
fn every_region_is_found_by_code_and_name_and_lies_within_its_reach() {
    for region in regions() {
        assert_eq!(region.country.region(&region.code.to_lowercase()), Some(region));
        assert_eq!(region.country.region(region.name), Some(region));
        assert!(region.reach_km >= 70.0 && region.reach_km < 2_500.0, "{region:?}");
    }
}

#[test]
fn tables_are_sorted_without_doubles_and_hold_no_zeros() {
    for zip in ["00601", "99929"] {
        assert!(table::us_zip(zip).is_some(), "{zip}");
    }
    let found = (0..=99_999)
        .filter_map(|zip| table::us_zip(&format!("{zip:05}")))
        .inspect(|at| assert!(!is_missing(*at)));
    assert_eq!(found.count(), 41_125);
    for odd in ["", "1", "abcde", "+1234", "ÄÖÜ", "0611\u{e9}", "K1", "ééé"] {
        assert_eq!(table::us_zip(odd), None, "{odd}");
        assert_eq!(table::ca_fsa(odd), None, "{odd}");
    }
}

#[test]
fn each_register_built_in_is_credited() {
    for authority in [
        Authority::FCC,
        Authority::ISED,
        Authority::TRAFICOM,
        Authority::ACMA,
        Authority::JAPAN,
    ] {
        assert!(credit::of(&authority).is_some(), "{authority}");
    }
    assert!(
        credit::of(&Authority::ACMA)
            .unwrap()
            .text
            .contains("Based on Australian Communications")
    );
    assert_eq!(credit::of(&Authority::parse("club").unwrap()), None);
}
