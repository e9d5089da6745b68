//! What a spot is good for follows what the log has.

use std::sync::Arc;

use super::*;
use crate::dx::testing::{World, raw};
use crate::event::Event;
use crate::logbook::event::{Contact, LogbookEvent, LogbookId, QsoId};
use crate::logbook::read::worked::worked;
use crate::logbook::testing::{Fixture, adif, incoming};

fn need(set: &WorkedSet, call: &str, hertz: u64, comment: &str) -> Option<Need> {
    let spot = World::new().new_spot(raw("K1ABC", call, hertz, comment));
    set.need(&spot)
}

async fn log(fixture: &Fixture, fields: &[(&str, &str)]) {
    let incoming = incoming(&adif(fields));
    let actor = crate::logbook::testing::actor("K6BP", 1);
    let logged = fixture.write(move |tx| {
        let scope = crate::identity::Scope::LogbookWrite;
        let opened = crate::logbook::rights::open(tx, &actor, scope, Some("K6BP"))?;
        crate::logbook::write::log::log(tx, &opened, incoming, crate::logbook::testing::now())
    });
    logged.await.unwrap();
}

fn qso<'f>(
    call: &'f str,
    band: &'f str,
    mode: &'f str,
    more: &[(&'f str, &'f str)],
) -> Vec<(&'f str, &'f str)> {
    let fields = [
        ("CALL", call),
        ("QSO_DATE", "20261120"),
        ("TIME_ON", "0932"),
        ("BAND", band),
        ("MODE", mode),
    ];
    fields.iter().chain(more).copied().collect()
}

#[tokio::test]
async fn the_strongest_need_of_a_spot_is_told() {
    let fixture = Fixture::new().await;
    log(&fixture, &qso("JA1XYZ", "20m", "CW", &[])).await;
    log(&fixture, &qso("JA1XYZ", "40m", "FT8", &[])).await;
    log(
        &fixture,
        &qso(
            "DL1ABC",
            "6m",
            "FT8",
            &[("GRIDSQUARE", "JO62"), ("POTA_REF", "DE-0001")],
        ),
    )
    .await;
    let set = WorkedSet::from(fixture.read(|r| Ok(worked(r, LogbookId(1))?)));

    assert_eq!(need(&set, "G3ABC", 14_025_000, "CW"), Some(Need::Entity));
    assert_eq!(need(&set, "JA2ABC", 21_025_000, "CW"), Some(Need::Band));
    assert_eq!(need(&set, "JA2ABC", 14_200_000, "SSB"), Some(Need::Mode));
    assert_eq!(need(&set, "JA2ABC", 14_074_000, "FT8"), Some(Need::Slot));
    assert_eq!(need(&set, "JA2ABC", 14_025_000, "CW"), None);
    assert_eq!(need(&set, "DL2ABC", 50_313_000, "FT8 JO62"), None);
    assert_eq!(
        need(&set, "DL2ABC", 50_313_000, "FT8 from JO63 -10 dB"),
        Some(Need::Grid)
    );
    assert_eq!(
        need(&set, "DL2ABC", 50_313_000, "FT8 POTA DE-0002"),
        Some(Need::Reference)
    );
    assert_eq!(need(&set, "DL2ABC", 50_313_000, "FT8 POTA DE-0001"), None);
    assert_eq!(
        need(&WorkedSet::default(), "JA2ABC", 14_025_000, "CW"),
        Some(Need::Entity)
    );
}

#[tokio::test]
async fn following_new_contacts_comes_to_the_same_as_reading_anew() {
    let fixture = Fixture::new().await;
    let mut followed = WorkedSet::default();
    for fields in [
        qso("JA1XYZ", "20m", "CW", &[("LOTW_QSL_RCVD", "Y")]),
        qso(
            "DL1ABC",
            "2m",
            "SSB",
            &[("GRIDSQUARE", "JO62AB"), ("SOTA_REF", "DM/BW-001")],
        ),
        qso("VK9XX", "10m", "RTTY", &[("IOTA", "OC-003")]),
    ] {
        log(&fixture, &fields).await;
        let ((book, number), record) = fixture.contacts().pop().unwrap();
        let contact = Contact {
            id: QsoId {
                book: LogbookId(book),
                number,
            },
            logbook: "K6BP".into(),
            record,
        };
        let event = Event::Logbook(LogbookEvent::QsoAdded {
            contact: Arc::new(contact),
        });
        let Some(Told::Added {
            slot,
            grid,
            references,
            ..
        }) = told(&event)
        else {
            panic!("an added contact is told");
        };
        if let Some(slot) = slot {
            followed.add(slot);
        }
        if let Some((band, grid)) = grid {
            followed.add_grid(band, grid);
        }
        for (programme, reference) in references {
            followed.add_reference(programme, reference);
        }
    }
    let read = WorkedSet::from(fixture.read(|r| Ok(worked(r, LogbookId(1))?)));
    assert_eq!(followed, read);
}

#[test]
fn every_band_and_class_has_its_own_bits() {
    let mut seen = HashSet::new();
    for band in Band::ALL {
        for class in ModeClass::ALL {
            let at = place(*band, class);
            assert!(at + 1 < BYTES * 8);
            assert!(seen.insert(at) && seen.insert(at + 1));
        }
    }
}
