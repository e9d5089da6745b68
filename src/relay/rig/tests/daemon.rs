//! The client of the daemon against daemons of our own, good and bad.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::fake::rigctld::{self, Manner, Running};
use super::radios::until;
use crate::ham::freq::Hertz;
use crate::ham::spot::plan::Region;
use crate::relay::rig::backend::BackendSettings;
use crate::relay::rig::error::RigErrorKind;
use crate::relay::rig::handle::{Rig, RigOptions};
use crate::relay::rig::mode::RigMode;
use crate::relay::rig::model::{Level, SplitWish, Tune};
use crate::relay::rig::safety::TxLimits;

pub(crate) fn rig_of(daemon: &Running) -> Rig {
    Rig::start(RigOptions {
        backend: BackendSettings::Rigctld(daemon.address.to_string()),
        limits: TxLimits::of_region(Region::Two),
        keyed_marker: None,
    })
}

fn hertz(hertz: u64) -> Tune {
    Tune::to(Hertz::new(hertz), None)
}

#[tokio::test]
async fn it_is_tuned_in_all_its_dialects() {
    for manner in [Manner::Good, Manner::Plain, Manner::Vfo] {
        let daemon = rigctld::start(manner).await;
        let rig = rig_of(&daemon);
        let tune = Tune::to(Hertz::new(14_074_000), Some(RigMode::Cw));
        let state = rig
            .tune(tune)
            .await
            .unwrap_or_else(|error| panic!("{manner:?}: {error}"));
        assert_eq!(
            (state.freq_hz, state.mode),
            (Some(14_074_000), Some(RigMode::Cw)),
            "{manner:?}"
        );
        daemon.with(|d| assert_eq!((d.hertz, d.mode.as_str()), (14_074_000, "CW")));
        if manner != Manner::Plain {
            let tune = Tune {
                split: SplitWish::On(Some(Hertz::new(14_080_000))),
                ..Tune::default()
            };
            let state = rig.tune(tune).await.unwrap();
            assert_eq!((state.split, state.tx_freq_hz), (true, Some(14_080_000)));
            assert!((rig.level(Level::Strength).await.unwrap() + 22.0).abs() < 0.1);
        }
    }
}

#[tokio::test]
async fn the_mode_goes_before_the_frequency_and_only_if_it_differs() {
    let daemon = rigctld::start(Manner::Good).await;
    let rig = rig_of(&daemon);
    until(&rig, |state| state.connected).await;
    daemon.with(|d| d.log.clear());
    rig.tune(Tune::to(Hertz::new(14_074_000), Some(RigMode::PktUsb)))
        .await
        .unwrap();
    rig.tune(Tune::to(Hertz::new(14_075_000), Some(RigMode::PktUsb)))
        .await
        .unwrap();
    let log: Vec<String> = daemon.with(|d| d.log.iter().map(|(_, line)| line.clone()).collect());
    assert_eq!(
        log,
        ["+M PKTUSB -1", "+m", "+F 14074000", "+f", "+F 14075000", "+f"]
    );
}

#[tokio::test]
async fn a_mode_it_does_not_know_is_replaced_and_told() {
    let daemon = rigctld::start(Manner::NoData).await;
    let rig = rig_of(&daemon);
    let state = rig
        .tune(Tune::to(Hertz::new(14_074_000), Some(RigMode::PktUsb)))
        .await
        .unwrap();
    assert_eq!(state.mode, Some(RigMode::Usb));
    assert!(state.note.unwrap().contains("PKTUSB"));
}

#[tokio::test]
async fn success_is_not_believed() {
    let daemon = rigctld::start(Manner::Locked).await;
    let rig = rig_of(&daemon);
    let error = rig.tune(hertz(14_074_000)).await.unwrap_err();
    assert_eq!(error.kind, RigErrorKind::NotTaken);
    assert_eq!(rig.state().borrow().freq_hz, Some(7_074_000));
    let error = rig.tune(hertz(14)).await.unwrap_err();
    assert_eq!(error.kind, RigErrorKind::OutOfRange);
    assert_eq!(daemon.moves(), [14_074_000]);
}

#[tokio::test]
async fn bad_daemons_cost_their_time_out_and_are_named() {
    for manner in [Manner::Silent, Manner::Nonsense, Manner::Half, Manner::Endless] {
        let daemon = rigctld::start(manner).await;
        let rig = rig_of(&daemon);
        let answer = timeout(Duration::from_millis(4_500), rig.tune(hertz(14_074_000))).await;
        let error = answer.unwrap_or_else(|_| panic!("{manner:?} hangs")).unwrap_err();
        assert!(error.is_unreachable(), "{manner:?}: {error}");
        assert!(error.device.contains(&daemon.address.to_string()) && !error.help.is_empty());
        // It mends its ways in the midst of a connection, and is found again.
        daemon.with(|d| d.manner = Manner::Good);
        until(&rig, |state| state.connected).await;
        rig.tune(hertz(14_074_000)).await.unwrap();
        daemon.with(|d| d.manner = manner);
        let answer = timeout(Duration::from_millis(4_500), rig.tune(hertz(14_075_000))).await;
        assert!(
            answer.unwrap_or_else(|_| panic!("{manner:?} hangs")).is_err(),
            "{manner:?}"
        );
        assert_eq!(
            rig.state().borrow().freq_hz,
            Some(14_074_000),
            "{manner:?}: what was known stays"
        );
    }
}

#[tokio::test]
async fn a_daemon_that_is_restarted_is_found_and_hears_nothing_twice() {
    let daemon = rigctld::start(Manner::Good).await;
    let address = daemon.address;
    let rig = rig_of(&daemon);
    rig.tune(hertz(14_074_000)).await.unwrap();
    drop(daemon);
    until(&rig, |state| !state.connected).await;
    let error = rig.tune(hertz(14_075_000)).await.unwrap_err();
    assert_eq!(error.kind, RigErrorKind::Unreachable);
    sleep(Duration::from_secs(2)).await;
    let daemon = rigctld::start_at(address, Manner::Good).await;
    until(&rig, |state| state.connected).await;
    assert_eq!(daemon.moves(), [] as [u64; 0], "nothing is sent twice");
    daemon.with(|d| {
        let first = d
            .log
            .iter()
            .map(|(_, line)| line.as_str())
            .find(|line| line.starts_with("+T") || *line == "+m");
        assert_eq!(first, Some("+T 0"), "the transmitter first");
    });
}

#[tokio::test]
async fn a_storm_of_tunes_moves_the_radio_fifty_times_and_ends_on_the_last() {
    let daemon = rigctld::start(Manner::Good).await;
    let rig = rig_of(&daemon);
    until(&rig, |state| state.connected).await;
    let began = Instant::now();
    let mut all = tokio::task::JoinSet::new();
    for client in 0..10_u64 {
        let rig = rig.clone();
        all.spawn(async move {
            for step in 0..100_u64 {
                let own = rig.clone();
                let wish = hertz(14_000_000 + step * 1_000 + client);
                tokio::spawn(async move { own.tune(wish).await.unwrap() });
                sleep(Duration::from_millis(10)).await;
            }
        });
    }
    while all.join_next().await.is_some() {}
    let state = rig.tune(hertz(14_321_000)).await.unwrap();
    assert_eq!(state.freq_hz, Some(14_321_000));
    let seconds = began.elapsed().as_secs_f64();
    let moves = daemon.moves();
    assert_eq!(moves.last(), Some(&14_321_000));
    assert!(
        moves.len() as f64 <= 50.0 * seconds.max(1.0),
        "{} in {seconds} s",
        moves.len()
    );
    assert!(moves.len() > 1, "{}", moves.len());
}

#[tokio::test]
async fn of_a_burst_the_newest_wins_and_all_are_answered_with_it() {
    let daemon = rigctld::start(Manner::Good).await;
    let rig = rig_of(&daemon);
    until(&rig, |state| state.connected).await;
    let tunes = (1..=100_u64).map(|step| rig.tune(hertz(14_000_000 + step * 1_000)));
    let states = futures_util::future::join_all(tunes).await;
    assert_eq!(daemon.with(|d| d.hertz), 14_100_000);
    assert!(daemon.moves().len() <= 5, "{:?}", daemon.moves());
    for state in &states[1..] {
        assert_eq!(state.as_ref().unwrap().freq_hz, Some(14_100_000));
    }
}
