//! Every family of radios on a wire: tune, mode, split, key, and all that goes wrong.

use std::time::Duration;

use tokio::time::timeout;

use super::fake::Kind;
use super::wire::{unowned, wired};
use crate::ham::freq::Hertz;
use crate::relay::rig::error::RigErrorKind;
use crate::relay::rig::handle::Rig;
use crate::relay::rig::lease::PttInput;
use crate::relay::rig::mode::RigMode;
use crate::relay::rig::model::{Level, RigState, Source, SplitWish, Tune};
use crate::relay::rig::serial::detect::identify;
use crate::relay::rig::serial::port::Opener;

const HEARTBEAT: Duration = Duration::from_secs(5);

fn to(hertz: u64, mode: RigMode) -> Tune {
    Tune::to(Hertz::new(hertz), Some(mode))
}

/// Waits for the state to be so.
pub(super) async fn until(rig: &Rig, so: impl Fn(&RigState) -> bool) -> RigState {
    let mut state = rig.state();
    let reached = timeout(Duration::from_secs(20), state.wait_for(|state| so(state))).await;
    match reached {
        Ok(state) => state.unwrap().clone(),
        Err(late) => panic!("{late}: {:?}", rig.state().borrow()),
    }
}

#[tokio::test(start_paused = true)]
async fn every_family_is_tuned_and_read_back() {
    for kind in Kind::ALL {
        let (wired, rig) = wired(kind);
        let state = rig
            .tune(to(7_030_000, RigMode::Cw))
            .await
            .unwrap_or_else(|error| panic!("{kind:?}: {error}"));
        assert_eq!(
            (state.freq_hz, state.mode),
            (Some(7_030_000), Some(RigMode::Cw)),
            "{kind:?}"
        );
        assert_eq!(state.source, Source::Set);
        wired.with(|radio| assert_eq!(radio.a, 7_030_000, "{kind:?}"));
        let state = rig.tune(to(3_700_000, RigMode::Lsb)).await.unwrap();
        assert_eq!(
            (state.freq_hz, state.mode),
            (Some(3_700_000), Some(RigMode::Lsb)),
            "{kind:?}"
        );
        let state = rig.tune(Tune::to(Hertz::new(3_710_000), None)).await.unwrap();
        assert_eq!(
            (state.freq_hz, state.mode),
            (Some(3_710_000), Some(RigMode::Lsb)),
            "{kind:?}"
        );
        rig.shutdown().await;
    }
}

#[tokio::test(start_paused = true)]
async fn data_modes_are_set_or_replaced_with_a_note() {
    for kind in Kind::ALL {
        let (_wired, rig) = wired(kind);
        let state = rig.tune(to(14_074_000, RigMode::PktUsb)).await.unwrap();
        match kind {
            Kind::Ts480 | Kind::Qdx | Kind::Ic706 => {
                assert_eq!(state.mode, Some(RigMode::Usb), "{kind:?}");
                assert!(state.note.unwrap().contains("PKTUSB"), "{kind:?}");
            }
            _ => assert_eq!(
                (state.mode, state.note),
                (Some(RigMode::PktUsb), None),
                "{kind:?}"
            ),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn split_is_set_and_ends_with_the_next_simplex_tune() {
    for kind in Kind::ALL {
        let (wired, rig) = wired(kind);
        let split = Tune {
            split: SplitWish::On(Some(Hertz::new(14_205_000))),
            ..to(14_200_000, RigMode::Usb)
        };
        let state = rig
            .tune(split)
            .await
            .unwrap_or_else(|error| panic!("{kind:?}: {error}"));
        assert_eq!(
            (state.split, state.tx_freq_hz),
            (true, Some(14_205_000)),
            "{kind:?}"
        );
        assert_eq!(state.freq_hz, Some(14_200_000), "{kind:?}");
        wired.with(|radio| assert_eq!((radio.b, radio.split), (14_205_000, true), "{kind:?}"));
        let state = rig.tune(to(14_220_000, RigMode::Usb)).await.unwrap();
        assert_eq!((state.split, state.tx_freq_hz), (false, None), "{kind:?}");
        wired.with(|radio| assert!(!radio.split, "{kind:?}"));
    }
}

#[tokio::test(start_paused = true)]
async fn every_family_keys_and_unkeys() {
    for kind in Kind::ALL {
        let (wired, rig) = wired(kind);
        let keyed = rig.key(PttInput::Any, HEARTBEAT).await;
        if kind == Kind::Ic706 {
            assert_eq!(keyed.unwrap_err().kind, RigErrorKind::Unsupported);
            continue;
        }
        let lease = keyed.unwrap_or_else(|error| panic!("{kind:?}: {error}"));
        wired.with(|radio| assert!(radio.ptt, "{kind:?}"));
        let refused = rig.tune(to(7_030_000, RigMode::Cw)).await.unwrap_err();
        assert_eq!(refused.kind, RigErrorKind::Transmitting);
        lease.release().await.unwrap();
        wired.with(|radio| assert!(!radio.ptt, "{kind:?}"));
        assert!(!rig.state().borrow().ptt);
    }
}

#[tokio::test(start_paused = true)]
async fn noise_echo_and_refusals_do_not_matter() {
    for kind in Kind::ALL {
        let (wired, rig) = wired(kind);
        // Five bytes have no framing: noise there cannot be told from an answer.
        let noisy = kind != Kind::Ft817;
        wired.with(|radio| radio.faults.garbage = noisy);
        rig.tune(to(7_030_000, RigMode::Cw))
            .await
            .unwrap_or_else(|error| panic!("noise, {kind:?}: {error}"));
        wired.with(|radio| radio.faults.garbage = false);
        if matches!(kind, Kind::Ic7300 | Kind::Ic706) {
            wired.with(|radio| radio.faults.echo = true);
            rig.tune(to(7_031_000, RigMode::Cw))
                .await
                .unwrap_or_else(|error| panic!("echo, {kind:?}: {error}"));
            wired.with(|radio| radio.faults.collisions = 2);
            rig.tune(to(7_032_000, RigMode::Cw))
                .await
                .unwrap_or_else(|error| panic!("collision, {kind:?}: {error}"));
            wired.with(|radio| radio.faults.collisions = 100);
            let error = rig.tune(to(7_033_000, RigMode::Cw)).await.unwrap_err();
            assert_eq!(error.kind, RigErrorKind::Garbled, "{kind:?}");
        } else if noisy {
            wired.with(|radio| radio.faults.refusals = 1);
            rig.tune(to(7_034_000, RigMode::Cw))
                .await
                .unwrap_or_else(|error| panic!("refusal, {kind:?}: {error}"));
            wired.with(|radio| radio.faults.refusals = 100);
            let error = rig.tune(to(7_035_000, RigMode::Cw)).await.unwrap_err();
            assert_eq!(error.kind, RigErrorKind::Refused, "{kind:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_radio_that_is_off_is_told_by_name_and_found_when_on() {
    for kind in Kind::ALL {
        let (wired, rig) = wired(kind);
        wired.with(|radio| radio.faults.off = true);
        let error = timeout(Duration::from_secs(6), rig.tune(to(7_030_000, RigMode::Cw)))
            .await
            .unwrap()
            .unwrap_err();
        assert_eq!(error.kind, RigErrorKind::TimedOut, "{kind:?}: {error}");
        assert!(error.device.contains("a wire") && !error.help.is_empty());
        assert!(!rig.state().borrow().connected);
        wired.with(|radio| radio.faults.off = false);
        for _ in 0..8 {
            wired.plug_in();
        }
        until(&rig, |state| state.connected).await;
        rig.tune(to(7_030_000, RigMode::Cw))
            .await
            .unwrap_or_else(|error| panic!("{kind:?}: {error}"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_cable_pulled_in_mid_frame_is_noticed_and_put_back() {
    for kind in Kind::ALL {
        let (wired, rig) = wired(kind);
        until(&rig, |state| state.connected).await;
        wired.with(|radio| radio.faults.unplug_after = Some(3));
        let error = rig.refresh().await.unwrap_err();
        assert_eq!(error.kind, RigErrorKind::Unreachable, "{kind:?}: {error}");
        let state = until(&rig, |state| !state.connected).await;
        assert_eq!(state.freq_hz, Some(14_074_000), "what was known stays");
        assert!(state.error.is_some());
        wired.plug_in();
        let state = until(&rig, |state| state.connected).await;
        assert_eq!(state.error, None);
        rig.tune(to(7_030_000, RigMode::Cw)).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_locked_dial_is_an_error_and_not_a_success() {
    for kind in Kind::ALL {
        let (wired, rig) = wired(kind);
        wired.with(|radio| radio.faults.locked = true);
        let error = rig.tune(Tune::to(Hertz::new(7_030_000), None)).await.unwrap_err();
        assert_eq!(error.kind, RigErrorKind::NotTaken, "{kind:?}: {error}");
        assert_eq!(rig.state().borrow().freq_hz, Some(14_074_000));
    }
}

#[tokio::test(start_paused = true)]
async fn a_turned_knob_is_told_without_asking() {
    for kind in [
        Kind::Ts480,
        Kind::Ts590,
        Kind::K3,
        Kind::Ft991,
        Kind::Ft950,
        Kind::Ic7300,
        Kind::Ic706,
    ] {
        let (wired, rig) = wired(kind);
        until(&rig, |state| state.connected).await;
        let asked = wired.with(|radio| radio.log.len());
        wired.turn_knob(14_100_000);
        let state = until(&rig, |state| state.freq_hz == Some(14_100_000)).await;
        assert_eq!(state.source, Source::Ai, "{kind:?}");
        wired.with(|radio| assert_eq!(radio.log.len(), asked, "{kind:?}"));
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_asks_when_nobody_looks() {
    let (wired, rig) = wired(Kind::Ft817);
    until(&rig, |state| state.connected).await;
    let count = || wired.with(|radio| radio.log.len());
    let before = count();
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_eq!(count(), before);
    let background = rig.listen(false);
    tokio::time::sleep(Duration::from_secs(10)).await;
    let slow = count() - before;
    assert!((15..=30).contains(&slow), "{slow}: two questions a second");
    let visible = rig.listen(true);
    tokio::time::sleep(Duration::from_secs(10)).await;
    let fast = count() - before - slow;
    assert!(fast > slow * 3, "{fast}");
    drop((background, visible));
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = count();
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_eq!(count(), before);
}

#[tokio::test(start_paused = true)]
async fn meters_are_read_in_their_units() {
    for (kind, nine) in [
        (Kind::Ts590, true),
        (Kind::Ft991, true),
        (Kind::Ic7300, true),
        (Kind::Ft817, true),
    ] {
        let (_wired, rig) = wired(kind);
        let strength = rig.level(Level::Strength).await.unwrap();
        assert_eq!(strength.abs() < 1.0, nine, "{kind:?}: {strength}");
    }
    let (_wired, rig) = wired(Kind::Ic7300);
    assert!((rig.level(Level::Swr).await.unwrap() - 1.5).abs() < 0.01);
    assert!((rig.level(Level::Power).await.unwrap() - 0.5).abs() < 0.01);
    let error = rig.set_level(Level::Power, 1.0).await.unwrap_err();
    assert_eq!(error.kind, RigErrorKind::Unsupported);
}

#[tokio::test(start_paused = true)]
async fn radios_are_told_apart_by_what_they_answer() {
    for kind in Kind::ALL {
        for echo in [false, true] {
            let (wired, _backend) = unowned(kind);
            wired.with(|radio| radio.faults.echo = echo && matches!(kind, Kind::Ic7300 | Kind::Ic706));
            let (ours, theirs) = tokio::io::duplex(4_096);
            super::wire::attach(&wired, theirs);
            let (plug, pairs) = tokio::sync::mpsc::unbounded_channel();
            plug.send(ours).unwrap();
            let mut port = Opener::Pairs(pairs).open().await.unwrap();
            let found = identify(&mut port, "a wire", 9_600).await.unwrap().unwrap();
            let wanted = match kind {
                // It answers as the radio it imitates.
                Kind::Qdx => 2_028,
                other => other.number(),
            };
            assert_eq!(found.model.number, wanted, "{kind:?}: {}", found.answered);
        }
    }
    let (wired, _backend) = unowned(Kind::Ts590);
    wired.with(|radio| radio.faults.off = true);
    let (ours, theirs) = tokio::io::duplex(4_096);
    super::wire::attach(&wired, theirs);
    let (plug, pairs) = tokio::sync::mpsc::unbounded_channel();
    plug.send(ours).unwrap();
    let mut port = Opener::Pairs(pairs).open().await.unwrap();
    assert_eq!(identify(&mut port, "a wire", 9_600).await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn a_transmission_seen_long_ago_does_not_hold_a_tune_back() {
    let (wired, rig) = wired(Kind::Ts590);
    until(&rig, |state| state.connected).await;
    wired.with(|radio| radio.ptt = true);
    rig.refresh().await.unwrap();
    let error = rig.tune(to(7_030_000, RigMode::Cw)).await.unwrap_err();
    assert_eq!(error.kind, RigErrorKind::Transmitting);
    // The operator lets go of his key, and nobody looks.
    wired.with(|radio| radio.ptt = false);
    rig.tune(to(7_030_000, RigMode::Cw)).await.unwrap();
}
