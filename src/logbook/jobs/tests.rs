//! What the jobs of the logbook spare, take up again, forget and bring to an end.

use std::time::Duration;

use super::countries::SettleJob;
use super::{ClearJob, ImportJob, UndoImportJob, call_off, settle_if_other};
use crate::identity::Actor;
use crate::jobs::event::{JobEvent, State};
use crate::jobs::{self, CancelOutcome, JobId, Jobs, NewJob};
use crate::logbook::IMPORTER;
use crate::logbook::error::Error;
use crate::logbook::place::Table;
use crate::logbook::tables::{
    BOOK, IMPORT, IMPORT_BY_JOB, Import, ImportState, MERGED, QSO, REJECT, Reject, SETTLED,
};
use crate::logbook::testing::{Fixture, actor, adif, contact, now};
use crate::logbook::write::import::{Batch, MOST_REJECTS, Options};
use crate::logbook::write::merge::Incoming;
use crate::logbook::write::{books, import, log, undo};
use crate::store::{Rows, Span};

const DAY: Duration = Duration::from_hours(24);

fn k6bp() -> Actor {
    actor("K6BP", 1)
}

/// The text of a log with these calls, each at a minute of its own.
fn log_of(calls: &[&str]) -> String {
    let record = |(minute, call): (usize, &&str)| {
        let time = format!("10{minute:02}");
        let fields = [
            ("CALL", *call),
            ("QSO_DATE", "20261120"),
            ("TIME_ON", time.as_str()),
            ("BAND", "20m"),
            ("MODE", "CW"),
        ];
        adif(&fields) + "<EOR>\n"
    };
    calls.iter().enumerate().map(record).collect()
}

/// Puts a file into the spool and asks for its import, after a wait.
async fn upload(fixture: &Fixture, name: &'static str, text: &str, wait: Duration) -> (u32, JobId) {
    let spool = fixture.logbook.spool_dir();
    std::fs::create_dir_all(&spool).unwrap();
    std::fs::write(spool.join(name), text).unwrap();
    let new = NewJob::now(&fixture.logbook.env, Some(1)).after(wait);
    let options = Options {
        bytes: text.len() as u64,
        ..Options::default()
    };
    let begin = move |tx: &mut crate::store::Write<'_>| {
        let (number, _) = import::begin(tx, &k6bp(), None, options, new.now)?;
        let job = ImportJob {
            import: number,
            spool: name.into(),
        };
        let id = jobs::enqueue(tx, &job, new)?;
        let mut row = import::load(tx, number)?;
        row.job = id.to_string().into();
        tx.put(IMPORT, &number, &row)?;
        tx.put(IMPORT_BY_JOB, &row.job, &number)?;
        Ok((number, id))
    };
    fixture.write(begin).await.unwrap()
}

/// Lets the schedule of the sweep come round, after so many days.
async fn sweep_after(fixture: &Fixture, jobs: &Jobs, days: u32) {
    fixture.logbook.env.clock.advance(DAY * days);
    jobs.wake().await.unwrap();
    jobs.settle().await.unwrap();
}

fn row(fixture: &Fixture, number: u32) -> Import {
    fixture.read(|r| import::load(r, number))
}

async fn job(jobs: &Jobs, id: JobId) -> JobEvent {
    jobs.get(id).await.unwrap().unwrap()
}

/// An import that a batch has gone through.
async fn imported(fixture: &Fixture, contacts: Vec<Incoming>, rejects: Vec<Reject>) -> u32 {
    let store = move |tx: &mut crate::store::Write<'_>| {
        let (number, _) = import::begin(tx, &k6bp(), None, Options::default(), now())?;
        let batch = Batch {
            import: number,
            from: None,
            to: crate::ham::adif::Reader::new(&b""[..]).checkpoint(),
            contacts,
            rejects,
            warnings: 0,
            remarks: Vec::new(),
            userdefs: Vec::new(),
            now: now(),
        };
        import::batch(tx, &IMPORTER, batch)?;
        import::end(tx, &IMPORTER, number, ImportState::Done, now())?;
        Ok(number)
    };
    fixture.write(store).await.unwrap()
}

#[tokio::test]
async fn a_file_that_a_job_still_waits_for_is_never_swept_away() {
    let fixture = Fixture::new().await;
    let jobs = fixture.jobs().await;
    jobs.wake().await.unwrap();
    jobs.settle().await.unwrap();
    let (number, id) = upload(&fixture, "wanted", &log_of(&["JA1XYZ"]), DAY * 10).await;
    std::fs::write(fixture.logbook.spool("left-over"), "x").unwrap();
    sweep_after(&fixture, &jobs, 4).await;
    assert!(fixture.logbook.spool("wanted").exists());
    assert!(!fixture.logbook.spool("left-over").exists());
    assert_eq!(row(&fixture, number).state, ImportState::Waiting);

    sweep_after(&fixture, &jobs, 7).await;
    assert_eq!(job(&jobs, id).await.state, State::Done);
    assert_eq!(row(&fixture, number).counts.added, 1);
    jobs.stop().await;
}

#[tokio::test]
async fn an_import_without_a_job_is_left_over_only_when_nobody_works_on_it() {
    let fixture = Fixture::new().await;
    let jobs = fixture.jobs().await;
    jobs.wake().await.unwrap();
    jobs.settle().await.unwrap();
    let begin = fixture.write(|tx| Ok(import::begin(tx, &k6bp(), None, Options::default(), now())?.0));
    let number = begin.await.unwrap();
    let working = fixture.logbook.live.enter(number);
    let live = fixture.logbook.live.clone();
    let refused = fixture.write(move |tx| undo::begin_import(tx, &k6bp(), number, &live));
    assert!(matches!(refused.await, Err(Error::ImportState(_))));
    sweep_after(&fixture, &jobs, 1).await;
    assert_eq!(row(&fixture, number).state, ImportState::Waiting);
    drop(working);
    sweep_after(&fixture, &jobs, 1).await;
    assert_eq!(row(&fixture, number).state, ImportState::Stopped);
    jobs.stop().await;
}

#[tokio::test]
async fn a_cancelled_import_goes_on_when_it_is_tried_again_as_long_as_its_file_is_there() {
    let fixture = Fixture::new().await;
    let jobs = fixture.jobs().await;
    jobs.wake().await.unwrap();
    jobs.settle().await.unwrap();
    let (number, id) = upload(&fixture, "kept", &log_of(&["JA1XYZ", "K1ABC"]), DAY).await;
    let outcome = call_off(&fixture.logbook, &jobs, id).await.unwrap();
    assert_eq!(outcome, CancelOutcome::Cancelled);
    assert_eq!(row(&fixture, number).state, ImportState::Stopped);
    assert!(jobs.retry(id).await.unwrap());
    jobs.settle().await.unwrap();
    assert_eq!(job(&jobs, id).await.state, State::Done);
    let import = row(&fixture, number);
    assert_eq!((import.state, import.counts.added), (ImportState::Done, 2));

    let (_, id) = upload(&fixture, "lost", &log_of(&["G3ABC"]), DAY).await;
    call_off(&fixture.logbook, &jobs, id).await.unwrap();
    std::fs::remove_file(fixture.logbook.spool("lost")).unwrap();
    assert!(jobs.retry(id).await.unwrap());
    jobs.settle().await.unwrap();
    let failed = job(&jobs, id).await;
    assert_eq!(failed.state, State::Failed);
    assert!(failed.error.unwrap().contains("send the file again"));
    jobs.stop().await;
}

#[tokio::test]
async fn the_end_of_a_job_does_not_undo_an_undo() {
    let fixture = Fixture::new().await;
    let number = imported(&fixture, vec![contact("JA1XYZ", "0932")], Vec::new()).await;
    let live = fixture.logbook.live.clone();
    let begin = fixture.write(move |tx| undo::begin_import(tx, &k6bp(), number, &live));
    begin.await.unwrap();
    for state in [ImportState::Done, ImportState::Stopped] {
        let end = fixture.write(move |tx| import::end(tx, &IMPORTER, number, state, now()));
        assert_eq!(end.await.unwrap().state, ImportState::Undoing);
    }
    let end = fixture.write(move |tx| import::end(tx, &IMPORTER, number, ImportState::Undone, now()));
    assert_eq!(end.await.unwrap().state, ImportState::Undone);
}

#[tokio::test]
async fn undoing_and_removing_are_not_called_off() {
    let fixture = Fixture::new().await;
    let number = imported(&fixture, vec![contact("JA1XYZ", "0932")], Vec::new()).await;
    fixture.book("K1ABC", 2, false).await;
    let closed = fixture.write(|tx| books::close(tx, &actor("K1ABC", 2), "K1ABC"));
    let closed = closed.await.unwrap();
    let live = fixture.logbook.live.clone();
    let begin = fixture.write(move |tx| undo::begin_import(tx, &k6bp(), number, &live));
    let import = begin.await.unwrap();

    let jobs = fixture.jobs().await;
    let new = || NewJob::now(&fixture.logbook.env, None).after(DAY);
    let (undoing, clearing) = (new(), new());
    let ask = fixture.write(move |tx| {
        let undoing = jobs::enqueue(tx, &UndoImportJob::of(number, &import), undoing)?;
        Ok([undoing, jobs::enqueue(tx, &ClearJob { book: closed }, clearing)?])
    });
    for id in ask.await.unwrap() {
        let outcome = call_off(&fixture.logbook, &jobs, id).await.unwrap();
        assert_eq!(outcome, CancelOutcome::Refused);
    }
    jobs.stop().await;
}

#[tokio::test]
async fn undoing_and_removing_that_nothing_works_on_is_taken_up_again() {
    let fixture = Fixture::new().await;
    let number = imported(&fixture, vec![contact("JA1XYZ", "0932")], Vec::new()).await;
    fixture.book("K1ABC", 2, false).await;
    let close = fixture.write(|tx| books::close(tx, &actor("K1ABC", 2), "K1ABC"));
    let closed = close.await.unwrap();
    let live = fixture.logbook.live.clone();
    let begin = fixture.write(move |tx| undo::begin_import(tx, &k6bp(), number, &live));
    begin.await.unwrap();
    // Their jobs were never asked for; the first sweep does.
    let jobs = fixture.jobs().await;
    jobs.wake().await.unwrap();
    jobs.settle().await.unwrap();
    assert_eq!(row(&fixture, number).state, ImportState::Undone);
    assert_eq!(fixture.contacts().len(), 0);
    assert!(fixture.read(|r| Ok(r.get(BOOK, &closed.0)?)).is_none());
    jobs.stop().await;
}

#[tokio::test]
async fn rejected_records_are_kept_up_to_a_number_and_for_a_time() {
    let fixture = Fixture::new().await;
    let reject = |record| Reject {
        record,
        line: record,
        reason: "CALL is missing".to_owned(),
        text: "<EOR>".to_owned(),
    };
    let all = u64::from(MOST_REJECTS) + 5;
    let number = imported(&fixture, Vec::new(), (1..=all).map(reject).collect()).await;
    let kept = || fixture.read(|r| Ok(r.len(REJECT)?));
    let import = row(&fixture, number);
    assert_eq!((import.counts.rejected, kept()), (all, u64::from(MOST_REJECTS)));
    assert!(import.remarks[0].text.contains("counted, but not kept"));

    let jobs = fixture.jobs().await;
    sweep_after(&fixture, &jobs, 89).await;
    assert_eq!(kept(), u64::from(MOST_REJECTS));
    sweep_after(&fixture, &jobs, 2).await;
    assert_eq!(kept(), 0);
    jobs.stop().await;
}

#[tokio::test]
async fn an_import_whose_merges_are_forgotten_is_not_taken_back() {
    let fixture = Fixture::new().await;
    imported(&fixture, vec![contact("JA1XYZ", "0932")], Vec::new()).await;
    let mut fuller = contact("JA1XYZ", "0932");
    fuller.qso.set("NAME", "Taro", &mut Vec::new());
    let number = imported(&fixture, vec![fuller], Vec::new()).await;
    let jobs = fixture.jobs().await;
    sweep_after(&fixture, &jobs, 364).await;
    assert_eq!(fixture.read(|r| Ok(r.len(MERGED)?)), 1);
    sweep_after(&fixture, &jobs, 2).await;
    assert_eq!(fixture.read(|r| Ok(r.len(MERGED)?)), 0);
    let live = fixture.logbook.live.clone();
    let refused = fixture.write(move |tx| undo::begin_import(tx, &k6bp(), number, &live));
    let error = refused.await.unwrap_err().to_string();
    assert!(error.contains("no longer"), "{error}");
    jobs.stop().await;
}

#[tokio::test]
async fn contacts_are_settled_whenever_another_table_is_in_use_than_last_time() {
    let fixture = Fixture::new().await;
    let wrong = {
        let mut incoming = contact("JA1XYZ", "0932");
        incoming.place.dxcc = Some(291);
        log::blank(incoming.qso, now())
    };
    let store = fixture.write(move |tx| {
        let mut changes = crate::logbook::write::Changes::new(crate::logbook::event::LogbookId(1));
        changes.store(tx, 1, None, Some(&wrong))?;
        let number = changes.number(tx)?;
        assert_eq!(number, 1);
        changes.finish(tx)?;
        Ok(tx.put(SETTLED, &(), &"an older table".to_owned())?)
    });
    store.await.unwrap();
    let jobs = fixture.jobs().await;
    settle_if_other(&fixture.logbook).await.unwrap();
    jobs.wake().await.unwrap();
    jobs.settle().await.unwrap();
    let record = fixture.read(|r| Ok(r.first(QSO, Span::all())?)).unwrap().1;
    assert_eq!(record.dxcc(), Some(339));
    settle_if_other(&fixture.logbook).await.unwrap();
    let open = fixture.read(|r| Ok(jobs::read::is_open(r, &SettleJob {})?));
    assert!(!open, "settled by this table already");
    fixture.check();
    jobs.stop().await;
}

#[test]
fn a_kept_table_older_than_the_built_in_one_is_passed_over() {
    let of = |release: &str| {
        let text = format!(
            "Fed. Rep. of Germany:     14:  28:  EU:   51.00:   -10.00:    -1.0:  DL:\n    DA,DL,=VER{release};\n"
        );
        Table::read(text.as_bytes()).unwrap()
    };
    let newer = of("29991231");
    assert_eq!(
        Table::choose(Some(of("20000101"))).mark(),
        Table::embedded().mark()
    );
    assert_eq!(Table::choose(Some(of("29991231"))).mark(), newer.mark());
    assert_eq!(Table::choose(None).mark(), Table::embedded().mark());
}
