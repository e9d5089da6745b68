//! Commands: logging, merging, editing, undoing, sharing; and that the indexes always agree.

use jiff::ToSpan as _;
use proptest::prelude::*;
use smol_str::SmolStr;

use super::ahead::Ahead;
use super::edit::{self, Action, FieldEdit, Target, WayBack};
use super::import::{Batch, Options};
use super::merge::Incoming;
use super::{books, import, log, undo};
use crate::ham::mode::ModeGroup;
use crate::identity::{Actor, Scope};
use crate::logbook::IMPORTER;
use crate::logbook::error::Error;
use crate::logbook::event::{LogbookId, Outcome, QsoId};
use crate::logbook::read::worked;
use crate::logbook::rights::{self, Opened};
use crate::logbook::service::LiveImports;
use crate::logbook::tables::{ImportState, OnDuplicate, Right, TALLY};
use crate::logbook::tally::Kind;
use crate::logbook::testing::{Fixture, actor, adif, contact, incoming, now, person, table};
use crate::store::{Direction, Rows as _, Span, Step};

const BOOK: LogbookId = LogbookId(1);

fn k6bp() -> Actor {
    actor("K6BP", 1)
}

async fn log_it(fixture: &Fixture, who: Actor, incoming: Incoming) -> (QsoId, Outcome) {
    let logged = fixture
        .write(move |tx| {
            let opened = rights::open(tx, &who, Scope::LogbookWrite, Some("K6BP"))?;
            log::log(tx, &opened, incoming, now())
        })
        .await;
    let (contact, outcome) = logged.unwrap();
    (contact.id, outcome)
}

fn back(token: &str) -> WayBack {
    WayBack {
        token: token.into(),
        until: now() + 24.hours(),
    }
}

async fn undo_token(fixture: &Fixture, token: &'static str) -> Result<undo::Step, Error> {
    fixture
        .write(move |tx| {
            let (opened, _) = undo::look_up(tx, &k6bp(), token, now())?;
            undo::edits(tx, &opened, token, now())
        })
        .await
}

#[tokio::test]
async fn a_logbook_that_was_opened_to_be_read_is_not_written_to() {
    let fixture = Fixture::new().await;
    let (id, _) = log_it(&fixture, k6bp(), contact("JA1XYZ", "0932")).await;
    for named in [Some("K6BP"), None] {
        let tried = fixture.write(move |tx| {
            let opened = rights::open(tx, &k6bp(), Scope::LogbookRead, named)?;
            let logged = log::log(tx, &opened, contact("JA1ABC", "0933"), now()).map(drop);
            let (action, table) = (Action::Delete, table());
            let changed = edit::bulk(tx, &opened, &[id.number], &action, &table, &back("a"), now()).map(drop);
            Ok([logged, changed, undo::edits(tx, &opened, "a", now()).map(drop)])
        });
        for refused in tried.await.unwrap() {
            assert!(matches!(refused, Err(Error::NotAllowed(_))), "{refused:?}");
        }
    }
    assert_eq!(fixture.contacts().len(), 1);
}

#[tokio::test]
async fn a_contact_sent_twice_is_stored_once_and_merged() {
    let fixture = Fixture::new().await;
    let (id, outcome) = log_it(&fixture, k6bp(), contact("JA1XYZ", "0932")).await;
    assert_eq!((id.number, outcome), (1, Outcome::Added));
    assert_eq!(
        log_it(&fixture, k6bp(), contact("JA1XYZ", "0932")).await,
        (id, Outcome::Duplicate)
    );

    let mut more = contact("JA1XYZ", "093245");
    more.qso.set("NAME", "Taro", &mut Vec::new());
    more.qso.set("RST_SENT", "599", &mut Vec::new());
    assert_eq!(
        log_it(&fixture, k6bp(), more.clone()).await,
        (id, Outcome::Merged)
    );
    assert_eq!(log_it(&fixture, k6bp(), more).await, (id, Outcome::Duplicate));

    let mut other = contact("JA1XYZ", "0932");
    other.qso.set("NAME", "Jiro", &mut Vec::new());
    assert_eq!(log_it(&fixture, k6bp(), other).await, (id, Outcome::Duplicate));
    let stored = fixture.contacts();
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].1.qso.name.as_deref(), Some("Taro"));
    fixture.check();
}

#[tokio::test]
async fn what_differs_in_the_key_is_another_contact() {
    let fixture = Fixture::new().await;
    let base = [
        ("CALL", "JA1XYZ"),
        ("QSO_DATE", "20261120"),
        ("TIME_ON", "0932"),
        ("BAND", "2m"),
        ("MODE", "FM"),
    ];
    log_it(&fixture, k6bp(), incoming(&adif(&base))).await;
    for (name, value) in [
        ("CALL", "JA1XYZ/P"),
        ("TIME_ON", "0933"),
        ("BAND", "70cm"),
        ("MODE", "SSB"),
        ("STATION_CALLSIGN", "W6BP"),
    ] {
        let mut fields: Vec<_> = base.iter().copied().filter(|(own, _)| *own != name).collect();
        fields.push((name, value));
        let (_, outcome) = log_it(&fixture, k6bp(), incoming(&adif(&fields))).await;
        assert_eq!(outcome, Outcome::Added, "{name} {value}");
    }
    let mut satellite = base.to_vec();
    satellite.extend([("PROP_MODE", "SAT"), ("SAT_NAME", "AO-91")]);
    assert_eq!(
        log_it(&fixture, k6bp(), incoming(&adif(&satellite))).await.1,
        Outcome::Added
    );
    let mut own_call = base.to_vec();
    own_call.push(("STATION_CALLSIGN", "K6BP"));
    assert_eq!(
        log_it(&fixture, k6bp(), incoming(&adif(&own_call))).await.1,
        Outcome::Merged
    );
    fixture.check();
}

#[tokio::test]
async fn an_edit_raises_the_revision_and_honours_if_match() {
    let fixture = Fixture::new().await;
    let (id, _) = log_it(&fixture, k6bp(), contact("JA1XYZ", "0932")).await;
    let json =
        serde_json::json!({"call": "K1ABC", "freq_hz": 7_030_000, "name": "Ann", "adif": {"APP_X_Y": "z"}});
    let edits = FieldEdit::from_json(json.as_object().unwrap()).unwrap();
    let target = Target {
        id,
        revision: Some(1),
    };
    let again = edits.clone();
    let edited = fixture
        .write(move |tx| edit::edit(tx, &k6bp(), target, &edits, &table(), now()))
        .await
        .unwrap();
    let record = &edited.record;
    assert_eq!(
        (record.revision, record.qso.band.name(), record.dxcc()),
        (2, "40m", Some(291))
    );
    assert_eq!(record.qso.extra("APP_X_Y"), Some("z"));

    let refused = fixture
        .write(move |tx| edit::edit(tx, &k6bp(), target, &again, &table(), now()))
        .await;
    assert!(matches!(refused, Err(Error::Changed { current: 2 })));
    fixture.check();
}

#[test]
fn a_value_that_does_not_fit_names_its_field() {
    let apply = |json: serde_json::Value| {
        let incoming = contact("JA1XYZ", "0932");
        let mut record = log::new_record(incoming, None, now());
        FieldEdit::from_json(json.as_object().unwrap())
            .and_then(|edits| edits.iter().try_for_each(|e| e.apply(&mut record)))
    };
    for (json, field) in [
        (serde_json::json!({"grid": "nowhere"}), "grid"),
        (serde_json::json!({"call": "???"}), "call"),
        (serde_json::json!({"call": null}), "call"),
        (serde_json::json!({"band": "21m"}), "band"),
        (serde_json::json!({"start": "yesterday"}), "start"),
        (serde_json::json!({"cq_zone": 77}), "cq_zone"),
        (serde_json::json!({"colour": "red"}), "colour"),
        (serde_json::json!({"adif": {"A B": "x"}}), "adif.A B"),
    ] {
        match apply(json) {
            Err(Error::Invalid { field: named, .. }) => assert_eq!(named, field),
            other => panic!("{field}: {other:?}"),
        }
    }
    apply(serde_json::json!({"grid": null, "dxcc": 339, "end": "2026-11-20T09:40:00Z", "id": "1-1"}))
        .unwrap();
}

#[tokio::test]
async fn a_choice_by_hand_stays_until_the_call_changes() {
    let fixture = Fixture::new().await;
    let (id, _) = log_it(&fixture, k6bp(), contact("JA1XYZ", "0932")).await;
    let set = move |json: serde_json::Value| {
        let edits = FieldEdit::from_json(json.as_object().unwrap()).unwrap();
        let target = Target { id, revision: None };
        fixture_edit(target, edits)
    };
    let by = |place: &crate::logbook::stored::Place| (place.dxcc, place.decided_by.clone());
    let edited = fixture
        .write(set(serde_json::json!({"dxcc": 291})))
        .await
        .unwrap();
    assert_eq!(by(&edited.record.place), (Some(291), SmolStr::new("manual")));
    let edited = fixture
        .write(set(serde_json::json!({"name": "Ann"})))
        .await
        .unwrap();
    assert_eq!(by(&edited.record.place), (Some(291), SmolStr::new("manual")));
    let edited = fixture
        .write(set(serde_json::json!({"start": "2026-11-20T09:40:00Z"})))
        .await
        .unwrap();
    assert_eq!(by(&edited.record.place), (Some(291), SmolStr::new("manual")));
    let edited = fixture
        .write(set(serde_json::json!({"call": "G3ABC"})))
        .await
        .unwrap();
    assert_eq!(by(&edited.record.place), (Some(223), SmolStr::new("embedded")));
    assert_eq!(edited.record.qso.dxcc, None);
    let edited = fixture
        .write(set(serde_json::json!({"call": "K1ABC", "dxcc": 6})))
        .await
        .unwrap();
    assert_eq!(by(&edited.record.place), (Some(6), SmolStr::new("manual")));
    let edited = fixture
        .write(set(serde_json::json!({"dxcc": null})))
        .await
        .unwrap();
    assert_eq!(by(&edited.record.place), (Some(291), SmolStr::new("embedded")));
    fixture.check();
}

type Edited = std::sync::Arc<crate::logbook::event::Contact>;

fn fixture_edit(
    target: Target,
    edits: Vec<FieldEdit>,
) -> impl FnOnce(&mut crate::store::Write<'_>) -> Result<Edited, Error> + Send + 'static {
    move |tx| edit::edit(tx, &k6bp(), target, &edits, &table(), now())
}

#[tokio::test]
async fn deletions_and_bulk_changes_can_be_taken_back_once() {
    let fixture = Fixture::new().await;
    for (call, time) in [("JA1XYZ", "0932"), ("K1ABC", "0933"), ("G3ABC", "0934")] {
        log_it(&fixture, k6bp(), contact(call, time)).await;
    }
    let before = fixture.contacts();
    let gone = Target {
        id: QsoId {
            book: BOOK,
            number: 1,
        },
        revision: None,
    };
    fixture
        .write(move |tx| edit::delete(tx, &k6bp(), gone, &back("a")))
        .await
        .unwrap();
    let action = Action::Set(vec![FieldEdit::Adif {
        name: "COMMENT".into(),
        value: Some("field day".into()),
    }]);
    let changed = fixture
        .write(move |tx| {
            let opened = rights::open(tx, &k6bp(), Scope::LogbookWrite, None)?;
            edit::bulk(tx, &opened, &[1, 2, 3], &action, &table(), &back("b"), now())
        })
        .await;
    assert_eq!(changed.unwrap(), 2);
    fixture.check();

    assert_eq!(undo_token(&fixture, "a").await.unwrap().restored, 1);
    assert_eq!(undo_token(&fixture, "b").await.unwrap().restored, 2);
    assert!(matches!(undo_token(&fixture, "a").await, Err(Error::UndoGone)));
    let after = fixture.contacts();
    let content = |rows: &[((u32, u64), crate::logbook::stored::StoredQso)]| {
        rows.iter()
            .map(|(key, record)| (*key, record.qso.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(content(&before), content(&after));
    fixture.check();
}

#[tokio::test]
async fn an_undo_leaves_later_changes_alone() {
    let fixture = Fixture::new().await;
    let (id, _) = log_it(&fixture, k6bp(), contact("JA1XYZ", "0932")).await;
    let set = |text: &str| {
        vec![FieldEdit::Adif {
            name: "COMMENT".into(),
            value: Some(text.to_owned()),
        }]
    };
    let action = Action::Set(set("first"));
    fixture
        .write(move |tx| {
            let opened = rights::open(tx, &k6bp(), Scope::LogbookWrite, None)?;
            edit::bulk(tx, &opened, &[1], &action, &table(), &back("a"), now())
        })
        .await
        .unwrap();
    fixture
        .write(fixture_edit(Target { id, revision: None }, set("second")))
        .await
        .unwrap();
    let step = undo_token(&fixture, "a").await.unwrap();
    assert_eq!((step.restored, step.kept), (0, 1));
    assert_eq!(fixture.contacts()[0].1.qso.comment.as_deref(), Some("second"));
}

#[tokio::test]
async fn members_of_a_club_change_their_own_contacts_and_officers_all() {
    let fixture = Fixture::new().await;
    fixture.book("W6CLB", 1, true).await;
    let share = |call: &'static str, account, right| {
        move |tx: &mut crate::store::Write<'_>| {
            books::share(tx, &k6bp(), "W6CLB", &person(call, account), right, now())
        }
    };
    fixture.write(share("K1ABC", 2, Right::Member)).await.unwrap();
    fixture.write(share("K2ABC", 3, Right::Officer)).await.unwrap();
    let club_log = |who: Actor, incoming: Incoming| {
        move |tx: &mut crate::store::Write<'_>| {
            let opened = rights::open(tx, &who, Scope::LogbookWrite, Some("w6clb"))?;
            log::log(tx, &opened, incoming, now()).map(|(contact, outcome)| (contact.id, outcome))
        }
    };
    let (own, _) = fixture
        .write(club_log(actor("K1ABC", 2), contact("JA1XYZ", "0932")))
        .await
        .unwrap();
    let (others, _) = fixture
        .write(club_log(k6bp(), contact("JA2XYZ", "0932")))
        .await
        .unwrap();
    let delete = |who: Actor, id| {
        move |tx: &mut crate::store::Write<'_>| {
            edit::delete(tx, &who, Target { id, revision: None }, &back("t"))
        }
    };
    let refused = fixture.write(delete(actor("K1ABC", 2), others)).await;
    assert!(matches!(refused, Err(Error::NotAllowed(_))));
    let mut more = contact("JA2XYZ", "0932");
    more.qso.set("NAME", "Taro", &mut Vec::new());
    let (_, outcome) = fixture.write(club_log(actor("K1ABC", 2), more)).await.unwrap();
    assert_eq!(
        outcome,
        Outcome::Duplicate,
        "a member does not change others' contacts by logging them again"
    );
    fixture.write(delete(actor("K1ABC", 2), own)).await.unwrap();
    fixture.write(delete(actor("K2ABC", 3), others)).await.unwrap();

    let unseen = fixture.write(delete(actor("K9XYZ", 9), others)).await;
    assert!(matches!(unseen, Err(Error::NoContact(_))), "{unseen:?}");
    let last = fixture
        .write(|tx| books::unshare(tx, &k6bp(), "W6CLB", crate::identity::AccountId(1)))
        .await;
    assert!(matches!(last, Err(Error::NotAllowed(_))), "the last owner stays");
    fixture.check();
}

/// Stores the records as one import in batches of `size`.
async fn import_all(fixture: &Fixture, records: Vec<Incoming>, options: Options, size: usize) -> u32 {
    let (number, _): (u32, Opened) = fixture
        .write(move |tx| import::begin(tx, &k6bp(), None, options, now()))
        .await
        .unwrap();
    let mut from = None;
    for chunk in records.chunks(size) {
        let to = crate::ham::adif::Reader::new(&b""[..]).checkpoint();
        let batch = Batch {
            import: number,
            from: from.replace(to.clone()),
            to,
            contacts: chunk.to_vec(),
            rejects: Vec::new(),
            warnings: 0,
            remarks: Vec::new(),
            userdefs: Vec::new(),
            now: now(),
        };
        fixture
            .write(move |tx| import::batch(tx, &IMPORTER, batch))
            .await
            .unwrap();
    }
    fixture
        .write(move |tx| import::end(tx, &IMPORTER, number, ImportState::Done, now()))
        .await
        .unwrap();
    number
}

async fn undo_import(fixture: &Fixture, number: u32, step: usize) -> undo::Step {
    fixture
        .write(move |tx| undo::begin_import(tx, &k6bp(), number, &LiveImports::default()))
        .await
        .unwrap();
    let mut sum = undo::Step::default();
    while !sum.finished {
        let step = fixture
            .write(move |tx| {
                undo::import_step(
                    tx,
                    &IMPORTER,
                    number,
                    (step, &Ahead::default()),
                    (&table(), now()),
                )
            })
            .await
            .unwrap();
        sum.removed += step.removed;
        sum.restored += step.restored;
        sum.kept += step.kept;
        sum.finished = step.finished;
    }
    fixture
        .write(move |tx| import::end(tx, &IMPORTER, number, ImportState::Undone, now()))
        .await
        .unwrap();
    sum
}

/// Sets one ADIF field of a contact.
async fn set_field(fixture: &Fixture, number: u64, name: &str, value: &str) {
    let edits = vec![FieldEdit::Adif {
        name: name.into(),
        value: Some(value.to_owned()),
    }];
    let id = QsoId { book: BOOK, number };
    let edit = fixture_edit(Target { id, revision: None }, edits);
    fixture.write(edit).await.unwrap();
}

#[tokio::test]
async fn undoing_an_import_keeps_what_was_changed_since() {
    let fixture = Fixture::new().await;
    let mut fuller = contact("JA1XYZ", "0932");
    fuller.qso.set("NAME", "Taro", &mut Vec::new());
    // The file itself fills the first: that is no later change.
    let file = vec![contact("JA1XYZ", "0932"), fuller, contact("K1ABC", "0933")];
    let number = import_all(&fixture, file, Options::default(), 2).await;
    set_field(&fixture, 2, "COMMENT", "worked on").await;
    let step = undo_import(&fixture, number, 10).await;
    assert_eq!((step.removed, step.kept), (1, 1));
    let left = fixture.contacts();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].1.qso.comment.as_deref(), Some("worked on"));
    fixture.check();
}

#[tokio::test]
async fn what_changed_after_it_was_read_ahead_is_looked_at_again() {
    let fixture = Fixture::new().await;
    let file = ["0931", "0932", "0933", "0934"].map(|time| contact("JA1XYZ", time));
    let number = import_all(&fixture, file.to_vec(), Options::default(), 9).await;
    let ahead = fixture.read(|r| Ok(undo::read_ahead(r, (BOOK.0, number), &[(1, 3)])?));
    set_field(&fixture, 2, "COMMENT", "worked on").await;
    fixture
        .write(move |tx| {
            undo::begin_import(tx, &k6bp(), number, &LiveImports::default())?;
            undo::import_step(tx, &IMPORTER, number, (9, &ahead), (&table(), now()))
        })
        .await
        .map(|step| assert_eq!((step.removed, step.kept, step.finished), (3, 1, true)))
        .unwrap();
    let left = fixture.contacts();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].1.qso.comment.as_deref(), Some("worked on"));
    fixture.check();
}

#[test]
fn ranges_are_taken_from_their_end_up_to_a_limit() {
    let mut ranges = vec![(1, 10), (20, 25), (40, 40)];
    assert_eq!(undo::next_ranges(&mut ranges, 4), [(40, 40), (23, 25)]);
    assert_eq!(undo::next_ranges(&mut ranges, 100), [(20, 22), (1, 10)]);
    assert_eq!(undo::next_ranges(&mut ranges, 100), []);
}

#[tokio::test]
async fn what_another_import_filled_and_gave_back_is_as_imported_again() {
    let fixture = Fixture::new().await;
    let first = import_all(&fixture, vec![contact("JA1XYZ", "0932")], Options::default(), 9).await;
    let mut fuller = contact("JA1XYZ", "0932");
    fuller.qso.set("NAME", "Taro", &mut Vec::new());
    let second = import_all(&fixture, vec![fuller], Options::default(), 9).await;
    assert_eq!(undo_import(&fixture, second, 9).await.restored, 1);
    let step = undo_import(&fixture, first, 9).await;
    assert_eq!((step.removed, step.kept), (1, 0));
}

#[tokio::test]
async fn taking_back_a_filled_entity_settles_the_place_anew() {
    let fixture = Fixture::new().await;
    import_all(&fixture, vec![contact("JA1XYZ", "0932")], Options::default(), 9).await;
    let fields = [
        ("CALL", "JA1XYZ"),
        ("QSO_DATE", "20261120"),
        ("TIME_ON", "0932"),
        ("BAND", "20m"),
        ("MODE", "CW"),
        ("DXCC", "291"),
    ];
    let number = import_all(&fixture, vec![incoming(&adif(&fields))], Options::default(), 9).await;
    assert_eq!(fixture.contacts()[0].1.dxcc(), Some(291));
    set_field(&fixture, 1, "COMMENT", "changed since").await;
    assert_eq!(undo_import(&fixture, number, 9).await.restored, 1);
    let record = &fixture.contacts()[0].1;
    assert_eq!((record.qso.dxcc, record.dxcc()), (None, Some(339)));
    assert_eq!(record.qso.comment.as_deref(), Some("changed since"));
    fixture.check();
}

#[tokio::test]
async fn an_import_is_taken_back_by_who_made_it_or_by_an_officer() {
    let fixture = Fixture::new().await;
    fixture.book("W6CLB", 1, true).await;
    let club = fixture.write(|tx| Ok(rights::open(tx, &k6bp(), Scope::LogbookRead, Some("W6CLB"))?.id));
    let club = club.await.unwrap();
    for (call, account, right) in [("K1ABC", 2, Right::Member), ("K2ABC", 3, Right::Officer)] {
        let person = person(call, account);
        let share =
            move |tx: &mut crate::store::Write<'_>| books::share(tx, &k6bp(), "W6CLB", &person, right, now());
        fixture.write(share).await.unwrap();
    }
    let import_of = |who: Actor| {
        fixture.write(move |tx| {
            let (number, opened) = import::begin(tx, &who, Some("W6CLB"), Options::default(), now())?;
            assert_eq!(opened.id, club);
            import::end(tx, &IMPORTER, number, ImportState::Done, now()).map(|_| number)
        })
    };
    let undo = |who: Actor, number| {
        fixture.write(move |tx| undo::begin_import(tx, &who, number, &LiveImports::default()).map(drop))
    };
    let (member, officer) = (actor("K1ABC", 2), actor("K2ABC", 3));
    let others = import_of(k6bp()).await.unwrap();
    let refused = undo(member.clone(), others).await;
    assert!(matches!(refused, Err(Error::NotAllowed(_))), "{refused:?}");
    undo(officer, others).await.unwrap();
    let own = import_of(member.clone()).await.unwrap();
    undo(member, own).await.unwrap();
}

#[tokio::test]
async fn a_deleted_contact_that_was_logged_again_is_not_doubled() {
    let fixture = Fixture::new().await;
    let keep = Options {
        on_duplicate: OnDuplicate::KeepAll,
        ..Options::default()
    };
    // Doubled on purpose: both come back.
    let doubled = vec![contact("K1ABC", "0940"), contact("K1ABC", "0940")];
    import_all(&fixture, doubled, keep, 9).await;
    log_it(&fixture, k6bp(), contact("JA1XYZ", "0932")).await;
    fixture
        .write(move |tx| {
            let opened = rights::open(tx, &k6bp(), Scope::LogbookWrite, None)?;
            edit::bulk(
                tx,
                &opened,
                &[1, 2, 3],
                &Action::Delete,
                &table(),
                &back("a"),
                now(),
            )
        })
        .await
        .unwrap();
    let (again, _) = log_it(&fixture, k6bp(), contact("JA1XYZ", "0932")).await;
    let step = undo_token(&fixture, "a").await.unwrap();
    assert_eq!((step.restored, step.kept), (2, 1));
    let numbers: Vec<_> = fixture.contacts().iter().map(|(key, _)| key.1).collect();
    assert_eq!(numbers, [1, 2, again.number]);
    fixture.check();
}

#[tokio::test]
async fn a_field_that_nobody_defines_is_defined_by_the_logbook() {
    let fixture = Fixture::new().await;
    let mut strange = contact("JA1XYZ", "0932");
    strange.qso.set("SWEATER", "M", &mut Vec::new());
    strange.qso.set("APP_X_Y", "z", &mut Vec::new());
    log_it(&fixture, k6bp(), strange).await;
    let defined = fixture.read(|r| Ok(crate::logbook::writer::userdefs(r, BOOK)?));
    let names: Vec<_> = defined.iter().map(|def| def.name.as_str()).collect();
    assert_eq!(names, ["SWEATER"]);
}

#[tokio::test]
async fn a_start_or_an_entity_that_cannot_be_is_refused_in_an_edit() {
    let fixture = Fixture::new().await;
    let (id, _) = log_it(&fixture, k6bp(), contact("JA1XYZ", "0932")).await;
    for json in [
        serde_json::json!({"start": "1929-12-31T23:59:59Z"}),
        serde_json::json!({"start": "2026-11-22T12:00:01Z"}),
        serde_json::json!({"dxcc": 998}),
        serde_json::json!({"adif": {"QSO_DATE": "19291231"}}),
    ] {
        let edits = FieldEdit::from_json(json.as_object().unwrap()).unwrap();
        let edited = fixture
            .write(fixture_edit(Target { id, revision: None }, edits))
            .await;
        assert!(matches!(edited, Err(Error::Invalid { .. })), "{json}");
    }
}

#[tokio::test]
async fn an_import_ends_when_its_owner_is_no_longer_a_member() {
    let fixture = Fixture::new().await;
    fixture.book("W6CLB", 1, true).await;
    let share =
        fixture.write(|tx| books::share(tx, &k6bp(), "W6CLB", &person("K1ABC", 2), Right::Member, now()));
    share.await.unwrap();
    let begin = fixture.write(|tx| {
        let (number, _) = import::begin(tx, &actor("K1ABC", 2), Some("W6CLB"), Options::default(), now())?;
        books::unshare(tx, &k6bp(), "W6CLB", crate::identity::AccountId(2))?;
        Ok(number)
    });
    let batch = Batch {
        import: begin.await.unwrap(),
        from: None,
        to: crate::ham::adif::Reader::new(&b""[..]).checkpoint(),
        contacts: vec![contact("JA1XYZ", "0932")],
        rejects: Vec::new(),
        warnings: 0,
        remarks: Vec::new(),
        userdefs: Vec::new(),
        now: now(),
    };
    let refused = fixture.write(move |tx| import::batch(tx, &IMPORTER, batch)).await;
    assert!(matches!(refused, Err(Error::ImportState(_))), "{refused:?}");
}

#[tokio::test]
async fn the_operator_is_the_station_call_where_none_is_named() {
    let fixture = Fixture::new().await;
    let fields = [
        ("CALL", "JA1XYZ"),
        ("QSO_DATE", "20261120"),
        ("TIME_ON", "0932"),
        ("BAND", "20m"),
        ("MODE", "CW"),
    ];
    let with = |more: (&'static str, &'static str)| {
        let mut fields = fields.to_vec();
        fields.push(more);
        incoming(&adif(&fields))
    };
    let (id, _) = log_it(&fixture, k6bp(), with(("OPERATOR", "W6BP"))).await;
    let (other, outcome) = log_it(&fixture, k6bp(), incoming(&adif(&fields))).await;
    assert_eq!(outcome, Outcome::Added, "made under the logbook's own call");
    assert_ne!(id, other);
    let (same, outcome) = log_it(&fixture, k6bp(), with(("STATION_CALLSIGN", "W6BP"))).await;
    assert_eq!((same, outcome), (id, Outcome::Merged));
    fixture.check();
}

#[tokio::test]
async fn a_batch_that_does_not_follow_the_stored_position_is_refused() {
    let fixture = Fixture::new().await;
    let (number, _) = fixture
        .write(|tx| import::begin(tx, &k6bp(), None, Options::default(), now()))
        .await
        .unwrap();
    let to = crate::ham::adif::Reader::new(&b""[..]).checkpoint();
    let batch = Batch {
        import: number,
        from: Some(to.clone()),
        to,
        contacts: vec![contact("JA1XYZ", "0932")],
        rejects: Vec::new(),
        warnings: 0,
        remarks: Vec::new(),
        userdefs: Vec::new(),
        now: now(),
    };
    let refused = fixture.write(move |tx| import::batch(tx, &IMPORTER, batch)).await;
    assert!(matches!(refused, Err(Error::ImportState(_))));
    assert_eq!(fixture.contacts().len(), 0);
}

#[tokio::test]
async fn duplicates_are_found_skipped_or_kept_as_asked() {
    let fixture = Fixture::new().await;
    let mut more = contact("JA1XYZ", "0932");
    more.qso.set("NAME", "Taro", &mut Vec::new());
    let counts = |number| fixture.read(|r| Ok(import::load(r, number)?.counts));
    import_all(&fixture, vec![contact("JA1XYZ", "0932")], Options::default(), 10).await;
    let skip = Options {
        on_duplicate: OnDuplicate::Skip,
        ..Options::default()
    };
    let number = import_all(&fixture, vec![more.clone()], skip, 10).await;
    assert_eq!((counts(number).duplicates, counts(number).merged), (1, 0));
    let window = Options {
        window: 5,
        ..Options::default()
    };
    let number = import_all(
        &fixture,
        vec![contact("JA1XYZ", "0936"), contact("JA1XYZ", "0938")],
        window,
        10,
    )
    .await;
    assert_eq!((counts(number).duplicates, counts(number).added), (1, 1));
    let keep = Options {
        on_duplicate: OnDuplicate::KeepAll,
        ..Options::default()
    };
    let number = import_all(&fixture, vec![more], keep, 10).await;
    assert_eq!(counts(number).added, 1);
    fixture.check();
}

/// A record out of few calls, minutes and bands, so that duplicates are frequent.
fn any_record() -> impl Strategy<Value = Incoming> {
    let names = vec![
        None,
        Some(("NAME", "Ann")),
        Some(("RST_SENT", "599")),
        Some(("APP_X_Y", "1")),
        Some(("DXCC", "291")),
    ];
    let ends = vec![
        None,
        Some(("TIME_OFF", "1005")),
        Some(("GRIDSQUARE", "PM95")),
        Some(("LOTW_QSL_RCVD", "Y")),
    ];
    (
        0..4_usize,
        0..4_u32,
        0..2_usize,
        prop::sample::select(names),
        prop::sample::select(ends),
    )
        .prop_map(|(call, minute, band, one, two)| {
            let call = ["JA1XYZ", "K1ABC", "G3ABC", "3Y0J"][call];
            let time = format!("10{minute:02}");
            let mut fields = vec![
                ("CALL", call),
                ("QSO_DATE", "20261120"),
                ("TIME_ON", time.as_str()),
                ("BAND", ["20m", "40m"][band]),
                ("MODE", "CW"),
            ];
            fields.extend(one);
            fields.extend(two);
            incoming(&adif(&fields))
        })
}

fn records() -> impl Strategy<Value = Vec<Incoming>> {
    prop::collection::vec(any_record(), 1..25)
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn importing_the_same_again_changes_nothing(records in records(), size in 1..10_usize) {
        run(async {
            let fixture = Fixture::new().await;
            import_all(&fixture, records.clone(), Options::default(), size).await;
            let before = fixture.contacts();
            let number = import_all(&fixture, records, Options::default(), 25).await;
            let counts = fixture.read(|r| Ok(import::load(r, number)?.counts));
            assert_eq!((counts.added, counts.merged), (0, 0));
            assert_eq!(fixture.contacts(), before);
            fixture.check();
        });
    }

    #[test]
    fn undoing_an_import_restores_exactly(first in records(), second in records(), step in 1..9_usize) {
        run(async {
            let fixture = Fixture::new().await;
            import_all(&fixture, first, Options::default(), 7).await;
            let before = fixture.contacts();
            let number = import_all(&fixture, second, Options::default(), 7).await;
            undo_import(&fixture, number, step).await;
            let content = |rows: Vec<((u32, u64), crate::logbook::stored::StoredQso)>| {
                rows.into_iter().map(|(key, record)| (key, record.qso, record.place)).collect::<Vec<_>>()
            };
            assert_eq!(content(fixture.contacts()), content(before));
            fixture.check();
        });
    }

    #[test]
    fn indexes_agree_after_any_commands(steps in prop::collection::vec((0..4_u8, any_record(), 1..12_u64), 1..30)) {
        run(async {
            let fixture = Fixture::new().await;
            for (at, (what, record, number)) in steps.into_iter().enumerate() {
                let id = QsoId { book: BOOK, number };
                let target = Target { id, revision: None };
                let token = back(&format!("t{at}"));
                match what {
                    0 | 1 => drop(log_it(&fixture, k6bp(), record).await),
                    2 => {
                        let edits = vec![
                            FieldEdit::Start(record.qso.start + 90.seconds()),
                            FieldEdit::Adif { name: "CALL".into(), value: Some(record.qso.call.to_string()) },
                        ];
                        drop(fixture.write(fixture_edit(target, edits)).await);
                    }
                    _ => {
                        let deleted = fixture.write(move |tx| edit::delete(tx, &k6bp(), target, &token)).await;
                        if deleted.is_ok() && at % 2 == 0 {
                            let token = format!("t{at}");
                            let taken_back = fixture.write(move |tx| {
                                let (opened, _) = undo::look_up(tx, &k6bp(), &token, now())?;
                                undo::edits(tx, &opened, &token, now())
                            });
                            assert_eq!(taken_back.await.unwrap().restored, 1);
                        }
                    }
                }
            }
            fixture.check();
        });
    }
}

#[tokio::test]
async fn an_account_owns_so_many_logbooks_and_no_more() {
    let fixture = Fixture::new().await;
    let make = async |number: usize| {
        let letters: String = [number / 26, number % 26]
            .map(|n| char::from(b'A' + u8::try_from(n).unwrap()))
            .iter()
            .collect();
        let new = books::NewBook {
            call: format!("W6{letters}").parse().unwrap(),
            title: String::new(),
            club: false,
        };
        fixture
            .write(move |tx| books::create(tx, &k6bp(), new, now()))
            .await
    };
    for number in 1..books::MOST_BOOKS {
        make(number).await.unwrap();
    }
    let refused = make(books::MOST_BOOKS).await;
    assert!(matches!(refused, Err(Error::TooManyBooks(books::MOST_BOOKS))));
}

#[tokio::test]
async fn what_has_been_worked_is_counted_for_the_logs_of_earlier_programs_too() {
    let fixture = Fixture::new().await;
    let park = [
        ("CALL", "JA1XYZ"),
        ("QSO_DATE", "20261120"),
        ("TIME_ON", "0932"),
        ("BAND", "6m"),
        ("MODE", "FT8"),
        ("GRIDSQUARE", "PM95"),
        ("POTA_REF", "JP-0001"),
        ("LOTW_QSL_RCVD", "Y"),
    ];
    log_it(&fixture, k6bp(), incoming(&adif(&park))).await;
    log_it(&fixture, k6bp(), contact("DL1ABC", "0933")).await;
    let worked = |fixture: &Fixture| fixture.read(|r| Ok(worked::worked(r, BOOK)?));
    let kept = worked(&fixture);
    let slots: Vec<_> = kept
        .slots
        .iter()
        .map(|slot| (slot.dxcc, slot.band.name(), slot.group, slot.confirmed))
        .collect();
    let (japan, germany) = ((339, "6m", ModeGroup::Data), (230, "20m", ModeGroup::Cw));
    assert_eq!(
        slots,
        [
            (germany.0, germany.1, germany.2, false),
            (japan.0, japan.1, japan.2, false),
            (japan.0, japan.1, japan.2, true),
        ]
    );
    assert_eq!(kept.grids.len(), 1);
    assert_eq!(kept.references, [("pota".into(), "JP-0001".into())]);

    // As schema 1 left it.
    let empty = fixture
        .write(|tx| {
            for kind in [Kind::Slot, Kind::SlotConfirmed, Kind::BandGrid, Kind::Reference] {
                let rows = tx.scan(TALLY, Span::prefix(&(BOOK.0, kind as u8)), Direction::Forward);
                let keys: Vec<_> = rows
                    .map(|row| row.map(|(key, _)| key))
                    .collect::<Result<_, _>>()?;
                for key in keys {
                    tx.remove(TALLY, &key)?;
                }
            }
            Ok(())
        })
        .await;
    empty.unwrap();
    assert_eq!(worked(&fixture), worked::Worked::default());
    let mut cursor = Vec::new();
    loop {
        let at = cursor.clone();
        let step = fixture
            .write(move |tx| Ok((super::COUNT_WORKED.step)(tx, &at)?))
            .await;
        match step.unwrap() {
            Step::More { cursor: next, .. } => cursor = next,
            Step::Done => break,
        }
    }
    assert_eq!(worked(&fixture), kept);
    fixture.check();
}
