//! The demo's cluster: an hour of spots at the start, then one every few seconds, from people, skimmers and parks.
//!
//! Stations are those that the demo's contacts are made of, so spots and log are of one world.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::contacts::{self, Operator};
use crate::dx::Cluster;
use crate::dx::event::Source;
use crate::dx::model::{RawSpot, Sender};
use crate::env::Dice;
use crate::ham::adif;
use crate::ham::qso::Qso;
use crate::ham::spot::{SpotMode, Spotter};
use crate::identity::{Actor, Service};

/// Spots of the hour before the start.
const BEFORE: i64 = 400;
/// Between two spots, in milliseconds.
const PAUSE: (u64, u64) = (700, 4_000);
/// Words of people.
const REMARKS: [&str; 8] = ["", "tnx qso", "loud", "up 2", "cq", "nice signal", "qsb", "73"];

/// Tells what was heard before the start.
pub(super) fn fill(cluster: &Cluster, dice: &mut Dice, who: &Operator<'_>) {
    let now = cluster.now();
    for number in 0..BEFORE {
        let ago = SignedDuration::from_secs((BEFORE - number) * 9);
        tell(cluster, dice, who, now.saturating_sub(ago).unwrap_or(now));
    }
}

/// Tells a spot now and then until the program stops.
pub(super) async fn go_on(cluster: &Cluster, dice: &mut Dice, who: &Operator<'_>, stop: &CancellationToken) {
    loop {
        let pause = Duration::from_millis(PAUSE.0 + dice.below(PAUSE.1 - PAUSE.0));
        let waited = stop.run_until_cancelled(tokio::time::sleep(pause)).await;
        if waited.is_none() {
            return;
        }
        tell(cluster, dice, who, cluster.now());
    }
}

fn tell(cluster: &Cluster, dice: &mut Dice, who: &Operator<'_>, at: Timestamp) {
    let (Some(heard), Some(by)) = (station(dice, who, at), station(dice, who, at)) else {
        return;
    };
    let Some(raw) = spot(dice, &heard, &by, at) else {
        return;
    };
    let actor = Actor::Service(Service::Demo);
    let from = Sender {
        actor: &actor,
        source: Source::Demo,
        origin: "demo",
    };
    // One that was said before, or that nobody could have heard, is no loss.
    drop(cluster.accept(raw, &from));
}

/// A station on the air, as a contact with it would be logged.
fn station(dice: &mut Dice, who: &Operator<'_>, at: Timestamp) -> Option<Qso> {
    let record = contacts::contact(dice, who, at);
    let read = adif::Reader::new(record.as_bytes()).next()?.record?;
    adif::to_qso(&read, at).ok().map(|(qso, _)| qso)
}

fn spot(dice: &mut Dice, heard: &Qso, by: &Qso, at: Timestamp) -> Option<RawSpot> {
    let mode = SpotMode::parse(heard.mode.label());
    let spotter = Spotter::person(by.call.clone());
    let by_machine = matches!(
        mode,
        Some(SpotMode::Cw | SpotMode::Rtty | SpotMode::Ft8 | SpotMode::Ft4)
    ) && dice.below(2) == 0;
    let mut raw = RawSpot {
        time: Some(at),
        grid: heard.grid,
        ..RawSpot::of(heard.call.as_str(), heard.freq?)
    };
    if by_machine {
        let (snr, speed) = (3 + dice.below(35), 16 + dice.below(20));
        raw.comment = format!("{:<4} {snr:>2} dB  {speed} WPM  CQ", heard.mode.label()).into();
        raw.spotter = Some(Spotter {
            skimmer: true,
            ..spotter
        });
        return Some(raw);
    }
    let remark = REMARKS[usize::try_from(dice.below(REMARKS.len() as u64)).unwrap_or(0)];
    let park = if dice.below(8) == 0 {
        format!("US-{:04} ", 1 + dice.below(9_999))
    } else {
        String::new()
    };
    // Half of all people do not say the mode.
    let word = if dice.below(2) == 0 {
        heard.mode.label()
    } else {
        ""
    };
    raw.comment = format!("{park}{word} {remark}").trim().into();
    raw.spotter = Some(spotter);
    Some(raw)
}
