//! Records as the mask makes them, and what stands in the way of every format.

use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::Event;

use crate::callbook::model::{Class, HolderKind, PlaceSource, Standing, Status};
use crate::callbook::view::Viewer;
use crate::callbook::view::place::PlaceView;
use crate::callbook::view::record::{Codes, DaysView, EntityView, QslView, RecordView, TrusteeView};

fn place(exact: bool) -> PlaceView {
    PlaceView {
        grid: if exact { "CM87uv" } else { "CM87" }.parse().unwrap(),
        source: PlaceSource::Zip,
        source_label: "from the postcode",
        lat: 37.894,
        lon: -122.278,
        exact,
    }
}

/// A call of which only that it is licensed is shown.
pub(super) fn opted_out() -> RecordView {
    let nothing = String::new;
    RecordView {
        viewer: Viewer::Guest,
        call: "K6XYZ".to_owned(),
        licensed: true,
        status: "active",
        standing: Standing::Active,
        class: Some("Amateur Extra".to_owned()),
        authority: "fcc".to_owned(),
        authority_name: "Federal Communications Commission".to_owned(),
        country: "United States".to_owned(),
        dxcc: Some(EntityView {
            entity: 291,
            name: "United States".to_owned(),
            continent: Some("NA"),
            cq_zone: Some(3),
            itu_zone: Some(6),
        }),
        opted_out: true,
        codes: Codes {
            class: Some(Class::Extra),
            status: Some(Status::Active),
            ..Codes::default()
        },
        asked: None,
        kind: None,
        name: nothing(),
        first_name: nothing(),
        middle_name: nothing(),
        last_name: nothing(),
        suffix: nothing(),
        attention: nothing(),
        street: nothing(),
        po_box: nothing(),
        city: nothing(),
        state: nothing(),
        zip: nothing(),
        street_withheld: false,
        grid: None,
        grid_source: None,
        place: None,
        path: None,
        days: DaysView::default(),
        vanity: false,
        previous_call: None,
        previous_class: None,
        trustee: None,
        frn: nothing(),
        licensee: nothing(),
        email: nothing(),
        web: nothing(),
        picture: nothing(),
        bio: nothing(),
        qsl: None,
        history: Vec::new(),
    }
}

/// A person as a guest sees them.
pub(super) fn masked() -> RecordView {
    let place = place(false);
    RecordView {
        opted_out: false,
        kind: Some(HolderKind::Person),
        state: "CA".to_owned(),
        street_withheld: true,
        grid: Some(place.grid),
        grid_source: Some(place.source),
        place: Some(place),
        days: DaysView {
            granted: Some("2020-01-02".parse().unwrap()),
            effective: Some("2021-02-03".parse().unwrap()),
            expires: Some("2030-01-02".parse().unwrap()),
            cancelled: None,
            last_action: Some("2021-02-03".parse().unwrap()),
        },
        ..opted_out()
    }
}

/// A person as they see themselves.
pub(super) fn person() -> RecordView {
    let place = place(true);
    RecordView {
        viewer: Viewer::Holder,
        name: "Annie".to_owned(),
        first_name: "Anna".to_owned(),
        middle_name: "B".to_owned(),
        last_name: "Example".to_owned(),
        suffix: "Jr".to_owned(),
        attention: "Charles Keeper".to_owned(),
        street: "1 Nowhere St, Apt <2>".to_owned(),
        po_box: "99".to_owned(),
        city: "Berkeley".to_owned(),
        zip: "94707-1234".to_owned(),
        street_withheld: false,
        grid: Some(place.grid),
        place: Some(place),
        vanity: true,
        previous_call: Some("KN6ABC".to_owned()),
        previous_class: Some("General".to_owned()),
        frn: "0001234567".to_owned(),
        email: "anna@example.org".to_owned(),
        web: "https://example.org/?a=1&b=2".to_owned(),
        picture: "https://example.org/p.jpg".to_owned(),
        bio: "On the air since 1999.\n<b>73</b>".to_owned(),
        qsl: Some(QslView {
            via: "K6MGR".to_owned(),
            bureau: None,
            direct: Some(false),
            lotw: Some(true),
            eqsl: None,
        }),
        codes: Codes {
            class: Some(Class::Extra),
            previous_class: Some(Class::General),
            status: Some(Status::Active),
            number: 4_711,
        },
        ..masked()
    }
}

/// A club as everybody sees it.
pub(super) fn club() -> RecordView {
    RecordView {
        kind: Some(HolderKind::Club),
        class: None,
        name: "Example ARC, Inc.".to_owned(),
        street: "1 Nowhere St".to_owned(),
        street_withheld: false,
        city: "Berkeley".to_owned(),
        zip: "94707".to_owned(),
        trustee: Some(TrusteeView {
            call: Some("K6TRU".to_owned()),
            name: "Dora Trustee".to_owned(),
        }),
        codes: Codes {
            status: Some(Status::Active),
            number: 12,
            ..Codes::default()
        },
        ..masked()
    }
}

/// A record with this text wherever a text can be.
pub(super) fn filled_with(text: &str) -> RecordView {
    let text = || text.to_owned();
    let person = person();
    RecordView {
        call: text(),
        asked: Some(text()),
        class: Some(text()),
        country: text(),
        dxcc: person.dxcc.map(|dxcc| EntityView { name: text(), ..dxcc }),
        name: text(),
        first_name: text(),
        middle_name: text(),
        last_name: text(),
        suffix: text(),
        attention: text(),
        street: text(),
        po_box: text(),
        city: text(),
        state: text(),
        zip: text(),
        previous_call: Some(text()),
        previous_class: Some(text()),
        trustee: Some(TrusteeView {
            call: Some(text()),
            name: text(),
        }),
        frn: text(),
        licensee: text(),
        email: text(),
        web: text(),
        picture: text(),
        bio: text(),
        qsl: person.qsl.map(|qsl| QslView { via: text(), ..qsl }),
        codes: Codes {
            class: Some(Class::Other(text().into())),
            ..person.codes
        },
        ..self::person()
    }
}

/// Texts that mean something to one format or the other.
pub(super) fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<char>().prop_map(String::from),
        "[<>&\"',;:\\\\/=\\]\\[%#{}|]{1,4}",
        "[\\x00-\\x1f\\x7f-\\x9f]{1,3}",
        Just("]]>".to_owned()),
        Just("</call><call>".to_owned()),
        Just("<!DOCTYPE a>".to_owned()),
        Just("<script>".to_owned()),
        Just("&amp;".to_owned()),
        Just("\r\n".to_owned()),
        Just("\u{2028}\u{85}\u{fffe}\u{feff}\u{202e}".to_owned()),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// Reads a document to its end, as strictly as XML 1.0 wants it.
pub(super) fn well_formed(text: &str) {
    let allowed =
        |letter: char| matches!(letter, '\n' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    assert!(text.chars().all(allowed), "{text:?}");
    let mut reader = Reader::from_str(text);
    let mut depth = 0_usize;
    loop {
        match reader.read_event().unwrap() {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            Event::Eof => break,
            Event::GeneralRef(name) => {
                assert!(["amp", "lt", "gt", "quot", "#39"].contains(&&*name), "{text}");
            }
            Event::Text(_) | Event::Empty(_) | Event::Decl(_) => {}
            other => panic!("{other:?} in {text}"),
        }
    }
    assert_eq!(depth, 0);
    assert!(depth <= 3);
}
