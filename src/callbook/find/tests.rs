//! Tests of searching: the language, the order of hits, pages, and that nothing is found that a walk would not find.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::date;
use proptest::prelude::*;
use smol_str::SmolStr;

use super::words::words;
use super::*;
use crate::callbook::generation::Registers;
use crate::callbook::generation::tests::{TODAY, call, entry, licence, register};
use crate::callbook::model::{
    Class, Day, HolderKind, Licence, Place, PlaceSource, Previous, Standing, Status,
};
use crate::ham::geo::LatLon;

fn person(of: &str, first: &str, last: &str, city: &str, region: &str) -> Licence {
    let mut person = licence(of, first, last);
    person.address.city = city.into();
    person.address.region = region.into();
    person
}

fn registers(dir: &std::path::Path, people: Vec<Licence>) -> Registers {
    let registers = Registers::default();
    let one = register(&dir.join("us"), Authority::FCC, people.into_iter().map(entry));
    registers.put(Arc::new(one));
    registers
}

fn asked<'a>(query: &'a Query, asker: &'a Asker) -> Request<'a> {
    Request {
        query,
        asker,
        allowed: Fields::ALL,
        today: TODAY,
        after: None,
        limit: 50,
    }
}

fn calls_of(hits: &[Hit]) -> Vec<String> {
    hits.iter()
        .map(|hit| hit.found.entry.licence.call.to_string())
        .collect()
}

fn find(registers: &Registers, text: &str) -> Vec<String> {
    let query = Query::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    calls_of(&registers.search(&asked(&query, &Asker::default())).unwrap().hits)
}

fn sample(dir: &std::path::Path) -> Registers {
    let mut bruce = person("K6BP", "BRUCE", "PERENS", "BERKELEY", "CA");
    bruce.address.postcode = "947071234".into();
    bruce.holder.person = "0001234567".into();
    bruce.class = Some(Class::Extra);
    bruce.place = Some(Place {
        at: LatLon::new(37.87, -122.27).unwrap(),
        source: PlaceSource::Zip,
    });
    bruce.previous = Some(Previous {
        call: call("KD6ABC"),
        class: None,
    });
    let mut gone = person("K6BPA", "Ann", "Smith", "Berkeley", "CA");
    gone.status = Status::Cancelled;
    let mut old = person("K6BPB", "Ann", "Smith", "Reno", "NV");
    old.days.expires = Some(Day(date(2020, 1, 1)));
    let mut club = person("W6BB", "", "", "BERKELEY", "CA");
    club.holder.kind = HolderKind::Club;
    club.holder.name = "UNIVERSITY OF CALIFORNIA RADIO CLUB".into();
    registers(
        dir,
        vec![
            bruce,
            gone,
            old,
            club,
            person("AA1AA", "John", "Smith", "Boston", "MA"),
            person("KD6ABC", "New", "Holder", "Fresno", "CA"),
            person("N1SM", "Smith", "Jones", "Boston", "MA"),
            person("N2SM", "Al", "Smithson", "Boston", "MA"),
            person("W1MUN", "José", "Muñoz", "San José", "CA"),
            person("W1MUE", "Karl", "Müller", "Ottawa", "ON"),
            person("W1OBR", "Pat", "O'Brien", "Troy", "NY"),
            person("W1OBX", "Pat", "OBRIEN", "Troy", "NY"),
            person("W2DEL", "Ana", "De La Cruz", "Dover", "DE"),
        ],
    )
}

#[test]
fn the_box_understands_calls_patterns_places_names_and_fields() {
    let dir = tempfile::tempdir().unwrap();
    let registers = sample(dir.path());
    for (text, found) in [
        ("K6BP", &["K6BP", "K6BPB", "K6BPA"][..]),
        ("k6bp-9", &["K6BP", "K6BPB", "K6BPA"]),
        ("DL/K6BP/P", &["K6BP", "K6BPB", "K6BPA"]),
        ("call:K6BP", &["K6BP"]),
        ("K6*", &["K6BP", "K6BPB", "K6BPA"]),
        ("*BP", &["K6BP"]),
        ("K?BP", &["K6BP"]),
        ("?6B*", &["K6BP", "W6BB", "K6BPB", "K6BPA"]),
        ("name:perens state:CA", &["K6BP"]),
        ("perens ca", &["K6BP"]),
        ("perens nv", &[]),
        ("zip:947", &["K6BP"]),
        ("94707", &["K6BP"]),
        ("94707-1234", &["K6BP"]),
        ("grid:CM87", &["K6BP"]),
        ("CM87", &["K6BP"]),
        ("CM87uu", &["K6BP"]),
        ("CM88", &[]),
        ("frn:1234567", &["K6BP"]),
        ("prev:KD6ABC", &["K6BP"]),
        ("KD6ABC", &["KD6ABC", "K6BP"]),
        ("class:extra state:CA perens", &["K6BP"]),
        ("class:g state:CA perens", &[]),
        ("berkeley status:cancelled", &["K6BPA"]),
        ("smith status:active", &["AA1AA", "N1SM", "N2SM"]),
        ("munoz", &["W1MUN"]),
        ("MUÑOZ", &["W1MUN"]),
        ("city:\"san jose\"", &["W1MUN"]),
        ("muller", &["W1MUE"]),
        ("mueller", &["W1MUE"]),
        ("müller", &["W1MUE"]),
        ("o'brien", &["W1OBR", "W1OBX"]),
        ("obrien", &["W1OBR", "W1OBX"]),
        ("o brien", &["W1OBR", "W1OBX"]),
        ("de la cruz", &["W2DEL"]),
        ("last:delacruz", &["W2DEL"]),
        ("radio club", &["W6BB"]),
        ("club:california", &["W6BB"]),
        ("club:* berkeley", &["W6BB"]),
        ("country:us perens", &["K6BP"]),
        ("country:canada perens", &[]),
        ("first:john smith", &["AA1AA"]),
        ("john smi", &["AA1AA"]),
        ("smith, john", &["AA1AA"]),
    ] {
        assert_eq!(find(&registers, text), found, "{text}");
    }
}

#[test]
fn last_names_go_before_other_words_before_beginnings_and_the_valid_before_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let registers = sample(dir.path());
    assert_eq!(
        find(&registers, "smith"),
        ["AA1AA", "K6BPB", "K6BPA", "N1SM", "N2SM"]
    );
    let query = Query::parse("status:active pat").unwrap();
    let near = |region: &str| Asker {
        country: Some("US".into()),
        region: Some(region.into()),
    };
    let query_smith = Query::parse("boston").unwrap();
    assert_eq!(
        calls_of(&registers.search(&asked(&query_smith, &near("ma"))).unwrap().hits),
        ["AA1AA", "N1SM", "N2SM"]
    );
    assert_eq!(
        calls_of(&registers.search(&asked(&query, &near("NY"))).unwrap().hits),
        ["W1OBR", "W1OBX"]
    );
    let everyone = Query::parse("w1*").unwrap();
    let from_california = registers.search(&asked(&everyone, &near("CA"))).unwrap();
    assert_eq!(
        calls_of(&from_california.hits),
        ["W1MUN", "W1MUE", "W1OBR", "W1OBX"]
    );
}

#[test]
fn a_misspelt_name_finds_the_nearest_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let registers = sample(dir.path());
    for (text, found, said) in [
        ("perenz ca", "K6BP", Some("perens")),
        ("pernes", "K6BP", Some("perens")),
        ("smthson", "N2SM", Some("smithson")),
        ("smitshohn", "N2SM", Some("smithson")),
        ("perens", "K6BP", None),
    ] {
        let query = Query::parse(text).unwrap();
        let page = registers.search(&asked(&query, &Asker::default())).unwrap();
        assert_eq!(
            calls_of(&page.hits).first().map(String::as_str),
            Some(found),
            "{text}"
        );
        assert_eq!(page.widened.as_deref(), said, "{text}");
    }
    assert!(find(&registers, "\"perenz\"").is_empty(), "quotes mean it");
    assert!(find(&registers, "prn ca").is_empty(), "too short to guess");
    assert_eq!(find(&registers, "~perenz"), ["K6BP"]);
}

#[test]
fn what_may_not_be_searched_by_is_refused_and_words_find_clubs_only() {
    let dir = tempfile::tempdir().unwrap();
    let registers = sample(dir.path());
    let guest = |text: &str| {
        let query = Query::parse(text).unwrap();
        registers.search(&Request {
            allowed: Fields::GUEST,
            ..asked(&query, &Asker::default())
        })
    };
    for text in [
        "name:perens",
        "city:berkeley",
        "94707",
        "grid:CM87uu",
        "frn:1234567",
        "last:smith",
    ] {
        assert!(matches!(guest(text), Err(FindError::Forbidden(_))), "{text}");
    }
    assert!(guest("perens").unwrap().hits.is_empty());
    assert!(guest("perenz").unwrap().hits.is_empty());
    assert_eq!(calls_of(&guest("berkeley").unwrap().hits), ["W6BB"]);
    assert_eq!(calls_of(&guest("call:K6BP").unwrap().hits), ["K6BP"]);
    let typed = |text: &str| {
        let hits = registers
            .typeahead(text, &Asker::default(), Fields::GUEST, TODAY, 10)
            .unwrap();
        calls_of(&hits)
    };
    assert!(typed("peren").is_empty());
    assert_eq!(typed("univ"), ["W6BB"]);
}

#[test]
fn typing_ahead_finds_calls_then_last_names_then_both_names() {
    let dir = tempfile::tempdir().unwrap();
    let registers = sample(dir.path());
    let typed = |text: &str| {
        let hits = registers
            .typeahead(text, &Asker::default(), Fields::MEMBER, TODAY, 10)
            .unwrap();
        calls_of(&hits)
    };
    assert_eq!(typed("k"), [""; 0]);
    assert_eq!(typed("k6b"), ["K6BP", "K6BPB", "K6BPA"]);
    assert_eq!(typed("smi"), ["AA1AA", "N2SM", "K6BPB", "K6BPA"]);
    assert_eq!(
        typed("jo smi"),
        ["AA1AA", "N1SM"],
        "first and last, then the other way round"
    );
    assert_eq!(typed("smi jo"), ["N1SM", "AA1AA"]);
    assert_eq!(typed("obri"), ["W1OBR", "W1OBX"]);
    assert_eq!(typed("** //"), [""; 0]);
}

#[test]
fn errors_name_the_place_and_what_would_help() {
    for (text, at, what) in [
        ("perens \"open", 7, "the quote has no end"),
        ("perens foo:x", 7, "there is no field foo:"),
        ("perens zip:", 7, "nothing stands behind zip:"),
        ("smith frn:x", 6, "\"x\" is no FRN"),
        ("smith grid:zz", 6, "\"zz\" is no locator"),
        ("call:hello", 0, "\"hello\" is no call"),
        ("a*b*c*1", 0, "a pattern has at most two *"),
        ("K?????????????????", 0, "a pattern has at most 15 characters"),
        ("status:dead x", 0, "\"dead\" is no status"),
        ("", 0, "nothing is searched for"),
        ("ca", 0, "this would find too much"),
        ("K*", 0, "this would find too much"),
        ("state:CA class:E", 0, "this would find too much"),
    ] {
        let error = Query::parse(text).expect_err(text);
        assert_eq!((error.at, error.what.as_str()), (at, what), "{text}");
        assert!(!error.help.is_empty());
    }
    assert!(Query::parse(&"a ".repeat(20)).is_err());
    assert!(Query::parse(&"a".repeat(300)).is_err());
}

#[test]
fn cursors_are_texts_of_their_own_query() {
    let dir = tempfile::tempdir().unwrap();
    let registers = sample(dir.path());
    let query = Query::parse("smith").unwrap();
    let asker = Asker::default();
    let request = Request {
        limit: 2,
        ..asked(&query, &asker)
    };
    let page = registers.search(&request).unwrap();
    let text = page.next.unwrap().as_text();
    let cursor = Cursor::parse(&text).unwrap();
    let next = registers
        .search(&Request {
            after: Some(&cursor),
            ..request
        })
        .unwrap();
    assert_eq!(calls_of(&next.hits), ["K6BPA", "N1SM"]);
    let other = Query::parse("boston").unwrap();
    let wrong = Request {
        query: &other,
        after: Some(&cursor),
        ..request
    };
    assert!(matches!(registers.search(&wrong), Err(FindError::Cursor)));
    for text in ["", "x", "!!!", "MQ", &"A".repeat(500)] {
        assert_eq!(Cursor::parse(text), None);
    }
}

/// Some thousand people with few names, so that everything happens.
fn crowd() -> Vec<Licence> {
    let (first, last) = (
        ["Ann", "Bob", "Zoë", "Anna"],
        ["Smith", "Smithson", "Müller", "O'Brien", "Lee", "Ann"],
    );
    let (cities, regions) = (["Boston", "Smithfield", "San José"], ["MA", "CA", "NY"]);
    let mut seed = 7_u64;
    let mut next = move |n: usize| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % n
    };
    let mut made = BTreeSet::new();
    let mut people = Vec::new();
    while people.len() < 2_500 {
        let letters: String = (0..3)
            .map(|_| char::from(b'A' + u8::try_from(next(26)).unwrap()))
            .collect();
        let of = format!("{}{}{letters}", ["K", "W", "KA"][next(3)], next(10));
        if !made.insert(of.clone()) {
            continue;
        }
        let mut one = person(
            &of,
            first[next(4)],
            last[next(6)],
            cities[next(3)],
            regions[next(3)],
        );
        one.status = [Status::Active, Status::Active, Status::Expired, Status::Cancelled][next(4)];
        one.class = Some([Class::General, Class::Extra][next(2)].clone());
        people.push(one);
    }
    people
}

/// What a walk over the people finds: every word is, or begins, a word of names or city.
fn walk(people: &[Licence], wanted: &[SmolStr], region: Option<&str>) -> BTreeSet<String> {
    let fits = |one: &&Licence| {
        let holder = &one.holder;
        let mut known = words(&format!("{} {}", holder.first, one.address.city), false);
        known.extend(words(&one.address.city, true));
        known.extend(words(&holder.last, true));
        wanted
            .iter()
            .all(|word| known.iter().any(|known| known.starts_with(word.as_str())))
            && region.is_none_or(|region| one.address.region.eq_ignore_ascii_case(region))
    };
    people
        .iter()
        .filter(fits)
        .map(|one| one.call.to_string())
        .collect()
}

#[test]
fn searching_agrees_with_a_walk_and_pages_neither_skip_nor_double() {
    let dir = tempfile::tempdir().unwrap();
    let people = crowd();
    let registers = registers(dir.path(), people.clone());
    let asker = Asker {
        country: Some("us".into()),
        region: Some("CA".into()),
    };
    for (text, wanted, region, size) in [
        ("smith", &["smith"][..], None, 50),
        ("smith ann", &["smith", "ann"], None, 7),
        ("ann", &["ann"], None, 13),
        ("muller state:ny", &["muller"], Some("NY"), 3),
        ("mueller", &["mueller"], None, 49),
        ("obrien boston", &["obrien", "boston"], None, 1),
        ("san jose bob", &["san", "jose", "bob"], None, 11),
        ("zoe lee state:ma", &["zoe", "lee"], Some("MA"), 5),
    ] {
        let wanted: Vec<SmolStr> = wanted.iter().map(SmolStr::new).collect();
        let query = Query::parse(text).unwrap();
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page = registers
                .search(&Request {
                    after: after.as_ref(),
                    limit: size,
                    ..asked(&query, &asker)
                })
                .unwrap();
            all.extend(page.hits);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let order = |hit: &Hit| {
            let licence = &hit.found.entry.licence;
            let standing = match licence.standing(TODAY) {
                Standing::Active => 0,
                Standing::Grace => 1,
                Standing::Expired => 2,
                Standing::Reserved => 3,
                Standing::Cancelled => 4,
            };
            (
                hit.how,
                standing,
                licence.address.region != "CA",
                licence.call.clone(),
            )
        };
        let keys: Vec<_> = all.iter().map(order).collect();
        assert!(keys.is_sorted(), "{text}");
        let calls: BTreeSet<_> = calls_of(&all).into_iter().collect();
        assert_eq!(calls.len(), all.len(), "{text}: each once");
        assert_eq!(calls, walk(&people, &wanted, region), "{text}");
    }
}

#[test]
fn the_same_call_in_two_registers_is_two_hits_on_whatever_pages() {
    let dir = tempfile::tempdir().unwrap();
    let registers = Registers::default();
    for (name, authority) in [
        ("a", Authority::FCC),
        ("b", Authority::ISED),
        ("c", Authority::JAPAN),
    ] {
        let people = ["K1A", "K1B", "K1C"].map(|of| entry(licence(of, "Ann", "Lee")));
        registers.put(Arc::new(register(&dir.path().join(name), authority, people)));
    }
    let (query, asker) = (Query::parse("lee").unwrap(), Asker::default());
    for limit in 1..10 {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let request = Request {
                after: after.as_ref(),
                limit,
                ..asked(&query, &asker)
            };
            let page = registers.search(&request).unwrap();
            all.extend(page.hits.iter().map(|hit| {
                (
                    hit.found.entry.licence.call.to_string(),
                    hit.found.authority.to_string(),
                )
            }));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(all.len(), 9, "pages of {limit}");
        assert!(all.is_sorted());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn any_text_is_a_query_or_an_error_with_its_place(text in r#"[\PC]{0,40}|([a-zA-Z0-9*?~:"/Øé' -]|call:|zip:|grid:|class:){0,24}"#) {
        match Query::parse(&text) {
            Ok(query) => {
                let plan = plan::Plan::of(&query, plan::Reading { allowed: Fields::ALL, widened: 2, home: Some("us") });
                prop_assert!(How::all().filter(|how| plan.step(*how).is_some()).count() <= 7);
            }
            Err(error) => prop_assert!(error.at <= text.chars().count() && !error.what.is_empty()),
        }
    }

    #[test]
    fn any_text_may_be_typed(text in r"\PC{0,24}") {
        let registers = Registers::default();
        prop_assert!(registers.typeahead(&text, &Asker::default(), Fields::ALL, TODAY, 10).unwrap().is_empty());
        prop_assert!(registers.lookup_text(&text).unwrap().is_none());
    }
}
