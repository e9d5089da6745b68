//! Every field for every viewer and every consent, and what must not follow from what is shown.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::*;
use crate::callbook::model::*;
use crate::ham::grid::Grid;

const STATION: (f64, f64) = (37.75, -122.25);

fn day(text: &str) -> Day {
    Day(text.parse().unwrap())
}

fn holder(kind: HolderKind) -> Holder {
    let club = kind == HolderKind::Club;
    let of_person = |text: &str| if club { "".into() } else { text.into() };
    Holder {
        kind,
        name: if club { "EXAMPLE ARC" } else { "EXAMPLE, ANNA B" }.into(),
        first: of_person("ANNA"),
        middle: of_person("B"),
        last: of_person("EXAMPLE"),
        suffix: of_person("JR"),
        licensee: "L00000001".into(),
        person: "0001234567".into(),
    }
}

/// A licence that has everything a licence can have.
fn entry(kind: HolderKind) -> Entry {
    let days = Days {
        granted: Some(day("2020-01-02")),
        effective: Some(day("2021-02-03")),
        expires: Some(day("2030-01-02")),
        cancelled: None,
        last_action: Some(day("2021-02-03")),
    };
    Entry {
        licence: Licence {
            call: "K6XYZ".parse().unwrap(),
            number: 4_711,
            holder: holder(kind),
            address: Address {
                attention: "CHARLES KEEPER".into(),
                street: "1 NOWHERE ST NW".into(),
                po_box: "99".into(),
                city: "BERKELEY".into(),
                region: "CA".into(),
                postcode: "947071234".into(),
            },
            class: (kind != HolderKind::Club).then_some(Class::Extra),
            status: Status::Active,
            days,
            vanity: true,
            previous: Some(Previous {
                call: "KN6ABC".parse().unwrap(),
                class: Some(Class::General),
            }),
            trustee: (kind == HolderKind::Club).then(|| Trustee {
                call: Some("K6TRU".parse().unwrap()),
                name: "DORA TRUSTEE".into(),
            }),
            place: Some(Place {
                at: LatLon::new(37.894, -122.278).unwrap(),
                source: PlaceSource::Zip,
            }),
        },
        former: vec![Former {
            number: 12,
            holder: Holder {
                first: "FRIDA".into(),
                last: "FORMER".into(),
                ..holder(HolderKind::Person)
            },
            city: "OAKLAND".into(),
            region: "CA".into(),
            class: Some(Class::Advanced),
            status: Status::Cancelled,
            days: Days::default(),
        }],
    }
}

fn own_words() -> Override {
    Override {
        name: "Annie".into(),
        qth: "Berkeley Hills".into(),
        grid: Some("CM87uv".parse().unwrap()),
        qsl: QslWays {
            via: "K6MGR".into(),
            lotw: Some(true),
            ..QslWays::default()
        },
        picture: "https://example.org/p.jpg".into(),
        web: "https://example.org/".into(),
        email: "anna@example.org".into(),
        bio: "On the air since 1999.".into(),
    }
}

static ENTITIES: LazyLock<Resolver> = LazyLock::new(Resolver::embedded);

fn show(entry: &Entry, wishes: &Wishes, viewer: Viewer) -> RecordView {
    let subject = Subject {
        authority: &Authority::FCC,
        entry,
        asked: None,
        entity: None,
        wishes,
    };
    let by = Onlooker {
        viewer,
        station: Some(LatLon::new(STATION.0, STATION.1).unwrap()),
        today: "2026-11-22".parse().unwrap(),
    };
    Mask::new(&[7; 32]).show(subject, by, &ENTITIES)
}

fn fields(record: &RecordView) -> BTreeSet<String> {
    let json = serde_json::to_value(record).unwrap();
    json.as_object().unwrap().keys().cloned().collect()
}

/// Field, and who sees it of a person: `everybody`, `listed` (unless opted out), `person` (members), `street`,
/// `position`, `email` (members where the holder opened it), `masked` (where the street is not shown), `own` (holder
/// and administrators), `office` (administrators).
const TABLE: [(&str, &str); 41] = [
    ("call", "everybody"),
    ("licensed", "everybody"),
    ("status", "everybody"),
    ("standing", "everybody"),
    ("class", "everybody"),
    ("authority", "everybody"),
    ("authority_name", "everybody"),
    ("country", "everybody"),
    ("dxcc", "everybody"),
    ("viewer", "everybody"),
    ("opted_out", "opted out"),
    ("kind", "listed"),
    ("state", "listed"),
    ("grid", "listed"),
    ("grid_source", "listed"),
    ("place", "listed"),
    ("path", "listed"),
    ("granted", "listed"),
    ("effective", "listed"),
    ("expires", "listed"),
    ("last_action", "listed"),
    ("history", "listed"),
    ("qsl", "listed"),
    ("web", "listed"),
    ("picture", "listed"),
    ("bio", "listed"),
    ("name", "person"),
    ("first_name", "person"),
    ("middle_name", "person"),
    ("last_name", "person"),
    ("suffix", "person"),
    ("city", "person"),
    ("zip", "person"),
    ("vanity", "person"),
    ("previous_call", "person"),
    ("previous_class", "person"),
    ("street", "street"),
    ("po_box", "street"),
    ("street_withheld", "masked"),
    ("email", "email"),
    ("attention", "office"),
];

fn all_consents() -> impl Iterator<Item = Consent> {
    (0..16).map(|bits| Consent {
        street: bits & 1 != 0,
        position: bits & 2 != 0,
        email: bits & 4 != 0,
        public: bits & 8 != 0,
    })
}

const VIEWERS: [Viewer; 4] = [
    Viewer::Guest,
    Viewer::Member,
    Viewer::Holder,
    Viewer::Administrator,
];

#[test]
fn every_field_is_seen_by_whom_the_table_says_under_every_consent() {
    let entry = entry(HolderKind::Person);
    for consent in all_consents() {
        for (viewer, opted_out) in VIEWERS
            .into_iter()
            .flat_map(|viewer| [(viewer, false), (viewer, true)])
        {
            let wishes = Wishes {
                own: own_words(),
                consent,
                opted_out,
            };
            let own = matches!(viewer, Viewer::Holder | Viewer::Administrator);
            let listed = own || !opted_out;
            let among = listed && (own || viewer == Viewer::Member || consent.public);
            let street = own || among && consent.street;
            let sees = |who: &str| match who {
                "everybody" => true,
                "opted out" => opted_out,
                "listed" => listed,
                "person" => among,
                "street" => street,
                "masked" => listed && !street,
                "email" => own || among && consent.email,
                "office" => viewer == Viewer::Administrator,
                other => panic!("{other}"),
            };
            let seen = fields(&show(&entry, &wishes, viewer));
            let mut expected: BTreeSet<String> = TABLE
                .iter()
                .filter(|(_, who)| sees(who))
                .map(|(field, _)| (*field).to_owned())
                .collect();
            if sees("office") {
                expected.extend(["frn".to_owned(), "licensee".to_owned()]);
            }
            assert_eq!(seen, expected, "{viewer:?} {consent:?} opted out: {opted_out}");
        }
    }
}

#[test]
fn the_place_is_as_exact_as_was_allowed_and_nothing_shown_tells_more() {
    let entry = entry(HolderKind::Person);
    for consent in all_consents() {
        for viewer in VIEWERS {
            let wishes = Wishes {
                consent,
                ..Wishes::default()
            };
            let own = matches!(viewer, Viewer::Holder | Viewer::Administrator);
            let among = own || viewer == Viewer::Member || consent.public;
            let exact = own || among && consent.position;
            let record = show(&entry, &wishes, viewer);
            let place = record.place.clone().unwrap();
            assert_eq!(place.exact, exact, "{viewer:?} {consent:?}");
            let text = serde_json::to_string(&record).unwrap();
            let square: Grid = "CM87".parse().unwrap();
            if exact {
                assert_eq!(record.grid.unwrap().as_str(), "CM87uv");
                assert!((place.lat - 37.894).abs() < 1e-9);
            } else {
                assert_eq!(record.grid, Some(square));
                assert!(!text.contains("CM87u") && !text.contains("37.89") && !text.contains("122.27"));
                assert!(square.contains_point(LatLon::new(place.lat, place.lon).unwrap()));
                // From the middle of the square, not from the place.
                let station = LatLon::new(STATION.0, STATION.1).unwrap();
                let far = crate::ham::geo::distance_km(station, square.centre());
                assert!((record.path.unwrap().distance_km - far).abs() <= 0.5);
            }
            assert_eq!(place.source_label, "from the postcode");
            let street = own || among && consent.street;
            assert_eq!(
                text.contains("1234"),
                street,
                "the whole postcode: {viewer:?} {consent:?}"
            );
            assert_eq!(text.contains("Nowhere"), street);
            assert_eq!(record.codes.number, if street { 4_711 } else { 0 });
            assert_eq!(text.contains("Frida"), among, "former holders");
        }
    }
}

#[test]
fn a_clubs_record_is_shown_in_full_but_for_its_contact() {
    let record = show(&entry(HolderKind::Club), &Wishes::default(), Viewer::Guest);
    assert_eq!(record.name, "Example ARC");
    assert_eq!(
        record.address_lines(),
        ["1 Nowhere St NW", "PO Box 99", "Berkeley, CA 94707-1234"]
    );
    assert_eq!(record.trustee.as_ref().unwrap().name, "Dora Trustee");
    assert!(record.place.as_ref().unwrap().exact);
    assert!(record.attention.is_empty() && record.frn.is_empty() && record.email.is_empty());
    let trust = show(&entry(HolderKind::Other), &Wishes::default(), Viewer::Guest);
    assert!(
        trust.name.is_empty() && trust.street_withheld,
        "a trust may be one person"
    );
}

#[test]
fn whoever_asked_not_to_be_listed_is_told_of_by_licence_and_class_alone() {
    let wishes = Wishes {
        own: own_words(),
        consent: Consent {
            street: true,
            position: true,
            email: true,
            public: true,
        },
        opted_out: true,
    };
    for kind in [HolderKind::Person, HolderKind::Club] {
        let record = show(&entry(kind), &wishes, Viewer::Member);
        assert!(record.licensed && record.opted_out);
        let text = serde_json::to_string(&record).unwrap();
        for private in [
            "CA", "Anna", "Annie", "Example", "CM87", "2030", "K6MGR", "Frida", "KN6ABC",
        ] {
            assert!(!text.contains(&format!("\"{private}")), "{private}: {text}");
        }
        assert!(record.address_lines().is_empty());
    }
}

#[test]
fn an_address_elsewhere_moves_the_entity_unless_the_holder_is_not_listed() {
    let (entry, mut wishes) = (entry(HolderKind::Person), Wishes::default());
    let mut shown = |opted_out| {
        wishes.opted_out = opted_out;
        let subject = Subject {
            authority: &Authority::FCC,
            entry: &entry,
            asked: None,
            entity: Some(EntityId(110)),
            wishes: &wishes,
        };
        let by = Onlooker {
            viewer: Viewer::Guest,
            station: None,
            today: "2026-11-22".parse().unwrap(),
        };
        let record = Mask::new(&[7; 32]).show(subject, by, &ENTITIES);
        record.dxcc.unwrap()
    };
    assert_eq!(shown(false).entity, 110, "Hawaii");
    assert_eq!(shown(true).entity, 291, "what the call says");
}

#[test]
fn the_holders_own_words_go_before_the_registers() {
    let wishes = Wishes {
        own: own_words(),
        ..Wishes::default()
    };
    let record = show(&entry(HolderKind::Person), &wishes, Viewer::Member);
    assert_eq!(
        (record.name.as_str(), record.city.as_str()),
        ("Annie", "Berkeley Hills")
    );
    assert_eq!(record.last_name, "Example");
    assert_eq!(record.grid_source, Some(PlaceSource::User));
    let qsl = record.qsl.unwrap();
    assert_eq!(
        (qsl.via.as_str(), qsl.lotw, qsl.bureau),
        ("K6MGR", Some(true), None)
    );
}

#[test]
fn pins_stay_in_their_square_differ_by_call_and_need_the_key() {
    let square: Grid = "JO22".parse().unwrap();
    let (one, other) = (Scatter::new(&[1; 32]), Scatter::new(&[2; 32]));
    let call = |text: &str| text.parse::<Callsign>().unwrap();
    let mut seen = BTreeSet::new();
    for suffix in 'A'..='Z' {
        let at = one.pin(&call(&format!("PA3{suffix}BC")), square);
        assert!(square.contains_point(at));
        seen.insert(format!("{at:?}"));
    }
    assert_eq!(seen.len(), 26, "pins do not stack");
    let own = call("PA3XYZ");
    assert_eq!(one.pin(&own, square), one.pin(&own, square));
    assert_ne!(one.pin(&own, square), other.pin(&own, square));
}

#[test]
fn dates_decide_by_the_register_and_a_day_past_the_end_is_grace() {
    let mut entry = entry(HolderKind::Person);
    entry.licence.days.expires = Some(day("2026-11-21"));
    let record = show(&entry, &Wishes::default(), Viewer::Guest);
    assert_eq!((record.status, record.licensed), ("expired", false));
    assert_eq!(record.standing, Standing::Grace);
}

#[test]
fn postcodes_are_cut_to_what_is_a_town() {
    for (postcode, area, whole) in [
        ("94707", "94707", "94707"),
        ("947071234", "94707", "94707-1234"),
        ("K1A0B1", "K1A", "K1A 0B1"),
        ("SW1A1AA", "", "SW1A1AA"),
        ("00100", "00100", "00100"),
        ("", "", ""),
    ] {
        assert_eq!(postcode_area(postcode), area);
        assert_eq!(whole_postcode(postcode), whole);
    }
}
