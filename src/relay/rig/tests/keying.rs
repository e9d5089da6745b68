//! The transmitter never stays on: whatever happens to who keyed it.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::fake::Kind;
use super::fake::rigctld::{self, Manner, Running};
use super::radios::until;
use super::wire::{Wired, wired};
use crate::ham::freq::Hertz;
use crate::ham::spot::plan::Region;
use crate::relay::rig::backend::BackendSettings;
use crate::relay::rig::error::RigErrorKind;
use crate::relay::rig::handle::{Rig, RigOptions};
use crate::relay::rig::lease::PttInput;
use crate::relay::rig::model::Tune;
use crate::relay::rig::safety::{LimitRule, TxLimits};

const LATEST: Duration = Duration::from_millis(250);

fn options(daemon: &Running) -> RigOptions {
    RigOptions {
        backend: BackendSettings::Rigctld(daemon.address.to_string()),
        limits: TxLimits::of_region(Region::Two),
        keyed_marker: None,
    }
}

async fn is_off_within(wired: &Wired, patience: Duration) -> bool {
    let end = Instant::now() + patience;
    while Instant::now() <= end {
        if !wired.with(|radio| radio.ptt) {
            return true;
        }
        sleep(Duration::from_millis(5)).await;
    }
    false
}

#[tokio::test(start_paused = true)]
async fn a_dropped_lease_unkeys_at_once() {
    for kind in [Kind::Ts590, Kind::Ic7300, Kind::Ft991, Kind::Ft817] {
        let (wired, rig) = wired(kind);
        let _looking = rig.listen(true);
        let lease = rig.key(PttInput::Any, Duration::from_secs(10)).await.unwrap();
        sleep(Duration::from_secs(2)).await;
        assert!(wired.with(|radio| radio.ptt) && !lease.is_over());
        drop(lease);
        assert!(is_off_within(&wired, LATEST).await, "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn silence_of_the_holder_unkeys_and_a_sign_of_life_does_not() {
    let (wired, rig) = wired(Kind::Ts590);
    let lease = rig.key(PttInput::Any, Duration::from_secs(2)).await.unwrap();
    for _ in 0..5 {
        sleep(Duration::from_millis(1_500)).await;
        assert!(lease.renew() && wired.with(|radio| radio.ptt));
    }
    sleep(Duration::from_millis(1_950)).await;
    assert!(wired.with(|radio| radio.ptt));
    sleep(Duration::from_millis(50)).await;
    assert!(is_off_within(&wired, LATEST).await);
    assert!(lease.is_over() && !lease.renew());
    until(&rig, |state| !state.ptt).await;
}

#[tokio::test(start_paused = true)]
async fn nobody_transmits_for_longer_than_three_minutes() {
    let (wired, rig) = wired(Kind::Ic7300);
    let lease = rig.key(PttInput::Any, Duration::from_secs(10)).await.unwrap();
    let began = Instant::now();
    while lease.renew() {
        sleep(Duration::from_secs(1)).await;
    }
    let took = began.elapsed();
    assert!(
        (Duration::from_secs(179)..Duration::from_secs(182)).contains(&took),
        "{took:?}"
    );
    assert!(!wired.with(|radio| radio.ptt));
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_relay_unkeys() {
    let (wired, rig) = wired(Kind::Ft991);
    let lease = rig.key(PttInput::Data, Duration::from_secs(10)).await.unwrap();
    assert!(timeout(LATEST, rig.shutdown()).await.is_ok());
    assert!(!wired.with(|radio| radio.ptt));
    drop(lease);
    assert_eq!(rig.refresh().await.unwrap_err().kind, RigErrorKind::Stopped);
}

#[tokio::test(start_paused = true)]
async fn only_one_transmits_at_a_time() {
    let (wired, rig) = wired(Kind::K3);
    let first = rig.key(PttInput::Any, Duration::from_secs(10)).await.unwrap();
    let error = rig.key(PttInput::Any, Duration::from_secs(10)).await.unwrap_err();
    assert_eq!(error.kind, RigErrorKind::PttBusy);
    assert!(wired.with(|radio| radio.ptt));
    first.release().await.unwrap();
    let second = rig.key(PttInput::Any, Duration::from_secs(10)).await.unwrap();
    assert!(wired.with(|radio| radio.ptt));
    drop(second);
}

#[tokio::test(start_paused = true)]
async fn the_limits_are_judged_where_the_radio_stands_now() {
    let (wired, rig) = wired(Kind::Ts480);
    until(&rig, |state| state.connected).await;
    // The knob was turned, and nobody was told.
    wired.with(|radio| radio.a = 14_348_500);
    let error = rig.key(PttInput::Any, Duration::from_secs(10)).await.unwrap_err();
    assert_eq!(error.kind, RigErrorKind::NotAllowed);
    assert!(error.what.contains("14.3515 MHz"), "{}", error.what);
    assert!(!wired.with(|radio| radio.ptt || radio.log.iter().any(|line| line.starts_with("TX"))));
    rig.set_limits(TxLimits {
        rule: LimitRule::Warn,
        ..TxLimits::of_region(Region::Two)
    });
    let lease = rig.key(PttInput::Any, Duration::from_secs(10)).await.unwrap();
    assert!(rig.state().borrow().note.is_some());
    lease.release().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_radio_that_came_back_is_unkeyed_first() {
    let (wired, rig) = wired(Kind::Ts590);
    let lease = rig.key(PttInput::Any, Duration::from_secs(10)).await.unwrap();
    wired.with(|radio| radio.faults.unplug_after = Some(0));
    let _ = rig.level(crate::relay::rig::Level::Strength).await;
    until(&rig, |state| !state.connected).await;
    assert!(lease.is_over() && wired.with(|radio| radio.ptt));
    wired.with(|radio| radio.log.clear());
    wired.plug_in();
    until(&rig, |state| state.connected).await;
    assert!(!wired.with(|radio| radio.ptt));
    wired.with(|radio| {
        let place = |wanted: &str| radio.log.iter().position(|line| line == wanted);
        assert!(
            place("RX") < place("FA") || place("FA").is_none(),
            "{:?}",
            radio.log
        );
    });
}

#[tokio::test]
async fn a_relay_that_was_killed_unkeys_when_it_comes_back() {
    let daemon = rigctld::start(Manner::Good).await;
    let dir = tempfile::tempdir().unwrap();
    let marker = dir.path().join("keyed");
    let options = RigOptions {
        keyed_marker: Some(marker.clone()),
        ..options(&daemon)
    };
    let rig = Rig::start(options.clone());
    rig.tune(Tune::to(Hertz::new(14_074_000), None)).await.unwrap();
    let lease = rig.key(PttInput::Any, Duration::from_secs(10)).await.unwrap();
    assert!(marker.exists() && daemon.with(|d| d.ptt));
    // Killed: nothing of it ever runs again.
    std::mem::forget(lease);
    std::mem::forget(rig);
    daemon.with(|d| d.log.clear());
    let rig = Rig::start(options);
    until(&rig, |state| state.connected).await;
    assert!(!daemon.with(|d| d.ptt) && !marker.exists());
    daemon.with(|d| {
        let commands: Vec<_> = d.log.iter().map(|(_, line)| line.as_str()).collect();
        let unkeyed = commands.iter().position(|line| *line == "+T 0").unwrap();
        assert!(
            commands.iter().position(|line| *line == "+m").unwrap() > unkeyed,
            "{commands:?}"
        );
    });
}

#[tokio::test]
async fn unkeying_does_not_wait_for_a_daemon_that_hangs_in_a_poll() {
    let daemon = rigctld::start(Manner::Good).await;
    let rig = Rig::start(options(&daemon));
    rig.tune(Tune::to(Hertz::new(14_074_000), None)).await.unwrap();
    let looking = rig.listen(true);
    let lease = rig.key(PttInput::Any, Duration::from_secs(10)).await.unwrap();
    daemon.with(|d| d.manner = Manner::Silent);
    sleep(Duration::from_millis(600)).await;
    // It hangs in the midst of a poll now; what it hears next it does.
    daemon.with(|d| d.manner = Manner::Good);
    let dropped = Instant::now();
    drop(lease);
    while daemon.with(|d| d.ptt) {
        assert!(
            dropped.elapsed() < Duration::from_secs(20),
            "still on after {:?}",
            dropped.elapsed()
        );
        sleep(Duration::from_millis(2)).await;
    }
    drop(looking);
}
