//! What the appliance sends is what the relay reads, and the other way round: the forms of both ends, side by side.

use serde_json::{Value, json};

use super::model::{RigFacts, RigState, TuneWish, Tuned};
use super::wire::{Said, Told};
use crate::ham::freq::Hertz;
use crate::relay::rig::{self, RigError, RigErrorKind, RigMode};
use crate::relay::wish;

fn through<T: serde::Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap()
}

#[test]
fn a_state_comes_over_the_link_as_it_was() {
    let state = rig::RigState {
        seq: 7,
        connected: true,
        model: "IC-7300".into(),
        freq_hz: Some(14_195_000),
        mode: Some(RigMode::Usb),
        passband_hz: Some(2_400),
        split: true,
        tx_freq_hz: Some(14_200_000),
        ptt: true,
        note: Some("the radio has no data mode".to_owned()),
        error: Some(RigError::new(
            RigErrorKind::TimedOut,
            "rigctld at x",
            "nothing came",
        )),
        ..rig::RigState::default()
    };
    let told = through(&state);
    let read: RigState = serde_json::from_value(told.clone()).unwrap();
    assert_eq!(through(&read), told);
    let facts = rig::RigFacts {
        receive: vec![(30_000, 60_000_000)],
        modes: vec![RigMode::Usb, RigMode::PktUsb],
        watts: Some(100),
        ..rig::RigFacts::default()
    };
    let told = through(&facts);
    let read: RigFacts = serde_json::from_value(told.clone()).unwrap();
    assert_eq!(through(&read), told);
}

#[test]
fn answers_come_over_the_link_as_they_were() {
    let tuned = wish::Tuned {
        freq_hz: Some(14_074_000),
        mode: Some(RigMode::PktUsb),
        passband_hz: Some(3_000),
        split: false,
        tx_freq_hz: None,
        note: None,
    };
    let read: Tuned = serde_json::from_value(through(&tuned)).unwrap();
    assert_eq!(through(&read), through(&tuned));
    let error = RigError::from_rprt("rigctld at x", "setting the frequency", -9);
    let mut fault = through(&wish::Fault::from(&error));
    fault["type"] = "fault".into();
    fault["id"] = 3.into();
    let Ok(Said::Fault(failed)) = serde_json::from_value(fault) else {
        panic!("a fault");
    };
    assert_eq!(
        (failed.id, failed.fault.rprt, failed.fault.status),
        (3, Some(-9), 502)
    );
}

#[test]
fn a_wish_leads_to_the_same_on_both_ends_also_overlaid() {
    let wishes = [
        r#"{"freq_hz":14195000,"mode":"USB"}"#,
        r#"{"freq_hz":14195000,"split":true,"tx_freq_hz":14200000}"#,
        r#"{"split":true}"#,
        r#"{"split":false}"#,
        r#"{"mode":"CW","passband_hz":500}"#,
        r#"{"freq_hz":7030000}"#,
    ];
    let here = |text: &str| serde_json::from_str::<TuneWish>(text).unwrap();
    let tune = |wish: &TuneWish| {
        let wish: wish::TuneWish = serde_json::from_value(through(wish)).unwrap();
        wish.tune(Some(14_000_000)).unwrap()
    };
    for older in wishes {
        for newer in wishes {
            let overlaid = here(older).followed_by(here(newer));
            assert_eq!(overlaid.check(), Ok(()));
            let both = tune(&here(older)).followed_by(tune(&here(newer)));
            assert_eq!(tune(&overlaid), both, "{older} then {newer}");
        }
    }
    assert_eq!(tune(&here(wishes[5])).frequency, Some(Hertz::new(7_030_000)));
}

#[test]
fn orders_are_written_as_the_relay_reads_them() {
    let wish = TuneWish {
        freq_hz: Some(14_074_000),
        ..TuneWish::default()
    };
    let text = Told::Tune {
        id: 1,
        sent_ms: 2,
        wish: &wish,
    }
    .text();
    let said: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        said,
        json!({"type": "tune", "id": 1, "sent_ms": 2, "freq_hz": 14_074_000})
    );
}
