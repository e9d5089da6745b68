//! Jobs are run, tried again, called off, survive restarts, and tell how far they are.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::event::{JobEvent, State};
use super::*;
use crate::bus::{Bus, BusConfig, Delivery};
use crate::env::{Clock, Entropy, Env, Mailer, Outbound};
use crate::store::{Registry, Store, StoreConfig, StoreError};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Greet {
    whom: String,
}

impl Job for Greet {
    const KIND: &'static str = "test.greet";
    const QUEUE: &'static str = "test";
    const UNIQUE: bool = true;
    const MAX_TRIES: u32 = 3;
}

#[derive(Debug, Serialize, Deserialize)]
struct Other;

impl Job for Other {
    const KIND: &'static str = "test.other";
    const QUEUE: &'static str = "other";
}

struct Shack {
    dir: Arc<tempfile::TempDir>,
    store: Store,
    env: Env,
    bus: Bus,
}

impl Shack {
    fn new() -> Self {
        let clock = Clock::fake("2026-06-01T12:00:00Z".parse().unwrap());
        Self::open(Arc::new(tempfile::tempdir().unwrap()), clock)
    }

    fn open(dir: Arc<tempfile::TempDir>, clock: Clock) -> Self {
        let env = Env {
            entropy: Entropy::seeded(1),
            outbound: Outbound::new([]),
            mailer: Mailer::off(clock.clone()),
            clock: clock.clone(),
        };
        let bus = Bus::new(
            BusConfig {
                encoders: vec![encode],
                ..BusConfig::default()
            },
            clock,
        );
        let publisher = bus.clone();
        let registry = Registry {
            tables: tables(),
            index_checks: vec![("jobs", check)],
            ..Registry::default()
        };
        let on_commit = Box::new(move |events: Vec<_>| publisher.publish(&events));
        let config = StoreConfig {
            registry,
            on_commit,
            ..StoreConfig::new(dir.path())
        };
        Self {
            store: Store::open(config).unwrap(),
            dir,
            env,
            bus,
        }
    }

    async fn restarted(self) -> Self {
        self.store.close().await;
        Self::open(Arc::clone(&self.dir), self.env.clock.clone())
    }

    fn builder(&self) -> JobsBuilder {
        JobsBuilder::new(self.store.clone(), self.env.clone(), self.bus.clone())
    }

    async fn ask(&self, job: impl Job + Clone + Sync) -> JobId {
        self.ask_as(job, NewJob::now(&self.env, None)).await
    }

    async fn ask_as(&self, job: impl Job, new: NewJob) -> JobId {
        self.store.write(move |tx| enqueue(tx, &job, new)).await.unwrap()
    }

    async fn job(&self, id: JobId) -> JobEvent {
        self.store.read(move |r| read::get(r, id)).await.unwrap().unwrap()
    }

    async fn check(&self) {
        assert_eq!(self.store.read(check).await.unwrap(), Vec::<String>::new());
    }
}

fn greet(whom: &str) -> Greet {
    Greet { whom: whom.into() }
}

#[tokio::test]
async fn a_job_runs_once_and_its_result_can_be_read() {
    let shack = Shack::new();
    let handler = |job: Greet, _| async move { Ok(Done::with(json!({ "greeted": job.whom }))) };
    let jobs = shack.builder().register(handler).start().await.unwrap();
    let id = shack.ask(greet("K1ABC")).await;
    jobs.settle().await.unwrap();
    let job = jobs.get(id).await.unwrap().unwrap();
    assert_eq!((job.state, job.tries), (State::Done, 1));
    assert_eq!(job.result, Some(json!({ "greeted": "K1ABC" })));
    assert_eq!(
        shack.store.read(read::counts).await.unwrap(),
        read::Counts {
            done: 1,
            ..read::Counts::default()
        }
    );
    shack.check().await;
    jobs.stop().await;
}

#[tokio::test]
async fn a_failed_try_waits_longer_each_time_until_the_tries_are_used_up() {
    let shack = Shack::new();
    let handler = |_: Greet, _| async { Err(JobError::retry("no answer")) };
    let jobs = shack.builder().register(handler).start().await.unwrap();
    let id = shack.ask(greet("K1ABC")).await;
    for (tries, at_least, at_most) in [(1, 60, 75), (2, 120, 150)] {
        jobs.settle().await.unwrap();
        let job = shack.job(id).await;
        let wait = job.due.unwrap().duration_since(shack.env.clock.now()).as_secs();
        assert_eq!(
            (job.state, job.tries, job.error.as_deref()),
            (State::Queued, tries, Some("no answer"))
        );
        assert!((at_least..=at_most).contains(&wait), "{wait}");
        shack.env.clock.advance(Duration::from_secs(160));
        jobs.wake().await.unwrap();
    }
    jobs.settle().await.unwrap();
    assert_eq!(shack.job(id).await.state, State::Failed);
    shack.check().await;
    assert!(jobs.retry(id).await.unwrap());
    jobs.settle().await.unwrap();
    assert_eq!(shack.job(id).await.tries, 1);
    jobs.stop().await;
}

#[test]
fn the_back_off_doubles_up_to_six_hours() {
    let minutes: Vec<_> = [1, 2, 3, 9, 10, 4_000]
        .map(|tries| model::back_off(tries).as_secs() / 60)
        .into();
    assert_eq!(minutes, [1, 2, 4, 256, 360, 360]);
}

#[tokio::test]
async fn a_panic_is_a_failed_try_and_others_go_on() {
    let shack = Shack::new();
    let handler = |job: Greet, _| async move {
        assert!(job.whom != "N0BAD", "bad call");
        Ok(Done::quietly())
    };
    let jobs = shack.builder().register(handler).start().await.unwrap();
    let bad = shack.ask(greet("N0BAD")).await;
    let good = shack.ask(greet("K1ABC")).await;
    jobs.settle().await.unwrap();
    let job = shack.job(bad).await;
    assert_eq!((job.state, job.tries), (State::Queued, 1));
    assert!(job.error.unwrap().contains("bad call"));
    assert_eq!(shack.job(good).await.state, State::Done);
    jobs.stop().await;
}

#[tokio::test]
async fn a_permanent_failure_is_not_tried_again() {
    let shack = Shack::new();
    let handler = |_: Greet, _| async { Err(JobError::Permanent("no such call".into())) };
    let jobs = shack.builder().register(handler).start().await.unwrap();
    let id = shack.ask(greet("K1ABC")).await;
    jobs.settle().await.unwrap();
    let job = shack.job(id).await;
    assert_eq!(
        (job.state, job.error.as_deref()),
        (State::Failed, Some("no such call"))
    );
    jobs.stop().await;
}

#[tokio::test]
async fn an_equal_waiting_job_makes_a_second_one_needless() {
    let shack = Shack::new();
    let first = shack.ask(greet("K1ABC")).await;
    assert_eq!(shack.ask(greet("K1ABC")).await, first);
    assert_ne!(shack.ask(greet("K2DEF")).await, first);
    let jobs = shack
        .builder()
        .register(|_: Greet, _| async { Ok(Done::quietly()) })
        .start()
        .await
        .unwrap();
    jobs.settle().await.unwrap();
    assert_ne!(shack.ask(greet("K1ABC")).await, first, "the first one has ended");
    jobs.stop().await;
}

#[tokio::test]
async fn jobs_of_a_queue_wait_for_each_other() {
    let shack = Shack::new();
    let (now, most) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let seen = Arc::clone(&most);
    let handler = move |_: Greet, _| {
        let (now, most) = (Arc::clone(&now), Arc::clone(&most));
        async move {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            now.fetch_sub(1, Ordering::SeqCst);
            Ok(Done::quietly())
        }
    };
    let jobs = shack.builder().register(handler).start().await.unwrap();
    for n in 0..5 {
        shack.ask(greet(&n.to_string())).await;
    }
    jobs.settle().await.unwrap();
    assert_eq!(seen.load(Ordering::SeqCst), 1);
    assert_eq!(shack.store.read(read::counts).await.unwrap().done, 5);
    jobs.stop().await;
}

#[tokio::test]
async fn a_waiting_job_is_called_off_at_once() {
    let shack = Shack::new();
    let jobs = shack
        .builder()
        .register(|_: Greet, _| async { Ok(Done::quietly()) })
        .start()
        .await
        .unwrap();
    let id = shack
        .ask_as(
            greet("K1ABC"),
            NewJob::now(&shack.env, None).after(Duration::from_mins(1)),
        )
        .await;
    assert_eq!(jobs.cancel(id).await.unwrap(), CancelOutcome::Cancelled);
    assert_eq!(jobs.cancel(id).await.unwrap(), CancelOutcome::Ended);
    shack.env.clock.advance(Duration::from_mins(2));
    jobs.wake().await.unwrap();
    jobs.settle().await.unwrap();
    assert_eq!(shack.job(id).await.state, State::Cancelled);
    assert_eq!(
        jobs.cancel(NewJob::now(&shack.env, None).id).await.unwrap(),
        CancelOutcome::Unknown
    );
    shack.check().await;
    jobs.stop().await;
}

async fn until_interrupted(_: Greet, cx: JobCx) -> Result<Done, JobError> {
    cx.progress(1, None);
    cx.interrupted().await;
    cx.check()?;
    Ok(Done::quietly())
}

async fn running(jobs: &Jobs, id: JobId) -> JobEvent {
    for _ in 0..5_000 {
        let job = jobs.get(id).await.unwrap().unwrap();
        if job.state == State::Running && job.done > 0 {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("the job did not start");
}

#[tokio::test]
async fn a_running_job_is_asked_to_stop() {
    let shack = Shack::new();
    let jobs = shack.builder().register(until_interrupted).start().await.unwrap();
    let id = shack.ask(greet("K1ABC")).await;
    running(&jobs, id).await;
    assert_eq!(jobs.cancel(id).await.unwrap(), CancelOutcome::Asked);
    jobs.settle().await.unwrap();
    assert_eq!(shack.job(id).await.state, State::Cancelled);
    jobs.stop().await;
}

#[tokio::test]
async fn a_job_interrupted_by_the_end_of_the_program_goes_on_at_the_next_start() {
    let shack = Shack::new();
    let jobs = shack.builder().register(until_interrupted).start().await.unwrap();
    let id = shack.ask(greet("K1ABC")).await;
    running(&jobs, id).await;
    jobs.stop().await;
    let job = shack.job(id).await;
    assert_eq!(
        (job.state, job.tries),
        (State::Queued, 0),
        "an interruption is no try"
    );

    let shack = shack.restarted().await;
    let jobs = shack
        .builder()
        .register(|_: Greet, _| async { Ok(Done::quietly()) })
        .start()
        .await
        .unwrap();
    jobs.settle().await.unwrap();
    assert_eq!(shack.job(id).await.state, State::Done);
    shack.check().await;
    jobs.stop().await;
}

/// The program ends while the job runs.
async fn crash(shack: &Shack, id: JobId, advanced: bool) {
    let now = shack.env.clock.now();
    let ran = shack.store.write(move |tx| {
        let claimed = write::claim(tx, "test", now)?;
        if advanced {
            advance(tx, id, 1_000)?;
        }
        Ok::<_, StoreError>(claimed)
    });
    assert_eq!(ran.await.unwrap().unwrap().0, id);
    let recovered = shack.store.write(move |tx| write::recover(tx, now));
    assert_eq!(recovered.await.unwrap(), 1);
}

#[tokio::test]
async fn a_job_cut_off_by_a_crash_is_queued_again_but_not_for_ever() {
    let shack = Shack::new();
    let id = shack.ask(greet("K1ABC")).await;
    for _ in 1..20 {
        crash(&shack, id, false).await;
        let job = shack.job(id).await;
        assert_eq!((job.state, job.tries), (State::Queued, 0), "that was no try");
    }
    crash(&shack, id, false).await;
    assert_eq!(shack.job(id).await.state, State::Failed);
    shack.check().await;
}

#[tokio::test]
async fn a_job_that_gets_further_each_time_may_be_cut_off_without_end() {
    let shack = Shack::new();
    let id = shack.ask(greet("K1ABC")).await;
    for _ in 0..50 {
        crash(&shack, id, true).await;
    }
    let job = shack.job(id).await;
    assert_eq!((job.state, job.done), (State::Queued, 1_000));
    shack.check().await;
}

#[tokio::test]
async fn an_unknown_kind_fails_and_says_so() {
    #[derive(Clone, Serialize, Deserialize)]
    struct Odd;
    impl Job for Odd {
        const KIND: &'static str = "test.odd";
        const QUEUE: &'static str = "test";
    }
    let shack = Shack::new();
    let jobs = shack
        .builder()
        .register(|_: Greet, _| async { Ok(Done::quietly()) })
        .start()
        .await
        .unwrap();
    let id = shack.ask(Odd).await;
    jobs.settle().await.unwrap();
    let job = shack.job(id).await;
    assert_eq!(job.state, State::Failed);
    assert!(job.error.unwrap().contains("test.odd"));
    jobs.stop().await;
}

#[tokio::test(start_paused = true)]
async fn progress_is_told_at_most_four_times_a_second_and_at_the_end() {
    let shack = Shack::new();
    let mut subscription = shack.bus.subscribe(["jobs"], None);
    let handler = |_: Other, cx: JobCx| async move {
        for done in 0..=1_000 {
            cx.progress(done, Some(1_000));
            if done % 100 == 0 {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        Ok(Done::quietly())
    };
    let jobs = shack.builder().register(handler).start().await.unwrap();
    let id = shack.ask_as(Other, NewJob::now(&shack.env, Some(7))).await;
    // What is told ends with the word that the job is done: the store knows it before the bus does.
    let mut told: Vec<(String, u64)> = Vec::new();
    let mut done = false;
    while !done {
        for delivery in subscription.next().await {
            let Delivery::Message(message) = delivery else {
                panic!("a gap")
            };
            let payload: serde_json::Value = serde_json::from_slice(&message.payload).unwrap();
            assert_eq!(payload["id"], id.to_string());
            done = payload["state"] == "done";
            told.push((message.kind.to_string(), payload["done"].as_u64().unwrap()));
        }
    }
    let progress: Vec<_> = told
        .iter()
        .filter(|(kind, _)| kind == "progress")
        .map(|(_, done)| *done)
        .collect();
    assert!((4..=7).contains(&progress.len()), "{progress:?}");
    assert_eq!(progress.last(), Some(&1_000));
    assert_eq!(told.last().unwrap(), &("state".to_owned(), 1_000));
    jobs.stop().await;
}

#[tokio::test]
async fn a_schedule_runs_in_its_rhythm_and_once_after_a_long_stop() {
    let shack = Shack::new();
    let ran = Arc::new(Mutex::new(Vec::new()));
    let hours = Rhythm::Every(Duration::from_hours(1));
    let build = |shack: &Shack| {
        let (ran, clock) = (Arc::clone(&ran), shack.env.clock.clone());
        let handler = move |_: Other, _| {
            ran.lock().unwrap().push(clock.now());
            async { Ok(Done::quietly()) }
        };
        shack
            .builder()
            .register(handler)
            .schedule(Schedule::new("test.hourly", hours, 0, || Other))
    };
    let jobs = build(&shack).start().await.unwrap();
    jobs.wake().await.unwrap();
    jobs.settle().await.unwrap();
    for _ in 0..3 {
        shack.env.clock.advance(Duration::from_mins(59));
        jobs.wake().await.unwrap();
        jobs.settle().await.unwrap();
    }
    assert_eq!(ran.lock().unwrap().len(), 2, "at once, and after 118 minutes");
    jobs.stop().await;

    let shack = shack.restarted().await;
    shack.env.clock.advance(Duration::from_hours(48));
    let jobs = build(&shack).start().await.unwrap();
    for _ in 0..3 {
        jobs.wake().await.unwrap();
        jobs.settle().await.unwrap();
    }
    assert_eq!(ran.lock().unwrap().len(), 3);
    jobs.stop().await;
}

#[test]
fn a_daily_schedule_is_moved_by_a_stable_spread() {
    let daily = Rhythm::Daily {
        at: jiff::civil::time(23, 30, 0, 0),
        spread: Duration::from_hours(2),
    };
    let schedule = |salt| Schedule::new("test.daily", daily, salt, || Other);
    let last: Timestamp = "2026-06-01T12:00:00Z".parse().unwrap();
    let next = schedule(1).next_after(last);
    assert_eq!(next, schedule(1).next_after(last));
    assert_ne!(next, schedule(2).next_after(last));
    assert!(
        next >= "2026-06-01T23:30:00Z".parse().unwrap() && next <= "2026-06-02T01:30:00Z".parse().unwrap()
    );
    let after = schedule(1).next_after(next);
    assert_eq!(after.duration_since(next).as_hours(), 24);
}

#[tokio::test]
async fn ended_jobs_are_kept_a_week() {
    let shack = Shack::new();
    let jobs = shack
        .builder()
        .register(|_: Greet, _| async { Ok(Done::quietly()) })
        .start()
        .await
        .unwrap();
    let id = shack.ask(greet("K1ABC")).await;
    jobs.settle().await.unwrap();
    shack.env.clock.advance(Duration::from_hours(6 * 24));
    jobs.wake().await.unwrap();
    assert!(jobs.get(id).await.unwrap().is_some());
    shack.env.clock.advance(Duration::from_hours(2 * 24));
    jobs.wake().await.unwrap();
    assert!(jobs.get(id).await.unwrap().is_none());
    shack.check().await;
    jobs.stop().await;
}

#[tokio::test]
async fn jobs_are_listed_newest_first_and_by_account() {
    let shack = Shack::new();
    let mut ids = Vec::new();
    for n in 0..6_u32 {
        shack.env.clock.advance(Duration::from_millis(10));
        ids.push(
            shack
                .ask_as(greet(&n.to_string()), NewJob::now(&shack.env, Some(n % 2)))
                .await,
        );
    }
    let list = |owner, after, limit| {
        let store = shack.store.clone();
        async move {
            let jobs = store.read(move |r| read::list(r, owner, after, limit)).await;
            let ids: Result<Vec<JobId>, StoreError> =
                jobs.map(|jobs| jobs.iter().map(|j| j.id.parse().unwrap()).collect());
            ids.unwrap()
        }
    };
    assert_eq!(list(None, None, 2).await, [ids[5], ids[4]]);
    assert_eq!(list(None, Some(ids[4]), 2).await, [ids[3], ids[2]]);
    assert_eq!(list(Some(1), None, 9).await, [ids[5], ids[3], ids[1]]);
    assert_eq!(list(Some(0), Some(ids[2]), 9).await, [ids[0]]);
    let payload = shack
        .store
        .read(move |r| read::payload::<Greet>(r, ids[3]))
        .await
        .unwrap();
    assert_eq!(payload, Some(greet("3")));
}

#[tokio::test]
async fn a_queue_that_nobody_looks_after_any_more_is_told() {
    let shack = Shack::new();
    let jobs = shack.builder().start().await.unwrap();
    jobs.inner.keep_up("letters", async { panic!("a postman fell") });
    assert_eq!(jobs.fallen().await, "letters");
    jobs.stop().await;
}
