//! How fast a tune is: from the wish to the bytes at a daemon without delay, and to the answer.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::daemon::rig_of;
use super::fake::rigctld::{self, Manner};
use super::radios::until;
use crate::ham::freq::Hertz;
use crate::relay::rig::model::Tune;

fn at(sorted: &[f64], share: f64) -> f64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
    let index = ((sorted.len() - 1) as f64 * share).round() as usize;
    sorted[index]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn a_tune_reaches_the_daemon_at_once() {
    let daemon = rigctld::start(Manner::Good).await;
    let rig = rig_of(&daemon);
    until(&rig, |state| state.connected).await;
    for looking in [false, true] {
        let _listener = looking.then(|| rig.listen(true));
        let (mut there, mut back) = (Vec::new(), Vec::new());
        for step in 0..1_000_u64 {
            sleep(Duration::from_millis(25)).await;
            daemon.with(|d| d.log.clear());
            let hertz = 14_000_000 + step * 100;
            let asked = Instant::now();
            rig.tune(Tune::to(Hertz::new(hertz), None)).await.unwrap();
            back.push(asked.elapsed().as_secs_f64() * 1e3);
            let line = format!("+F {hertz}");
            let heard = daemon.with(|d| d.log.iter().find(|row| row.1 == line).unwrap().0);
            there.push(heard.duration_since(asked).as_secs_f64() * 1e3);
        }
        there.sort_by(f64::total_cmp);
        back.sort_by(f64::total_cmp);
        let row = |name: &str, all: &[f64]| {
            format!(
                "{name}: p50 {:.3} p90 {:.3} p99 {:.3} max {:.3} ms",
                at(all, 0.5),
                at(all, 0.9),
                at(all, 0.99),
                at(all, 1.0)
            )
        };
        #[expect(clippy::print_stdout, reason = "what is measured is to be seen")]
        {
            println!(
                "polled {looking}: {}; {}",
                row("to the daemon", &there),
                row("to the answer", &back)
            );
        }
        // Code that is not optimised, on a machine that builds meanwhile, may take twice as long.
        let slack = if cfg!(debug_assertions) { 2.0 } else { 1.0 };
        assert!(at(&there, 0.5) <= 0.3 * slack && at(&there, 0.9) <= 2.0 * slack);
        assert!(at(&back, 0.9) <= 5.0 * slack);
    }
}
