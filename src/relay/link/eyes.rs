//! What the link looks at: the radio now, its rotator, and how they stand; told not more often than it does any good.

use std::future::pending;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::relay::rig::rotator::{Rotator, RotatorState};
use crate::relay::rig::{Listener, Meters, Rig, RigFacts, RigState};

/// Time between two states at least: twenty a second.
const STATE_PAUSE: Duration = Duration::from_millis(50);
/// Time between two readings of the meters, or two positions, at least.
const METER_PAUSE: Duration = Duration::from_millis(100);

/// What is looked at: the radio now, the rotator now, and how they stand.
pub(super) struct Eyes {
    pub(super) rigs: watch::Receiver<Rig>,
    pub(super) rig: Rig,
    pub(super) state: watch::Receiver<RigState>,
    pub(super) facts: watch::Receiver<RigFacts>,
    pub(super) meters: watch::Receiver<Meters>,
    /// Keeps the radio being asked.
    listener: Listener,
    is_visible: bool,
    pub(super) rotators: watch::Receiver<Option<Rotator>>,
    pub(super) rotator: Option<watch::Receiver<RotatorState>>,
    pub(super) states: Paced,
    pub(super) readings: Paced,
    pub(super) positions: Paced,
}

/// Something that is told not more often than every so often, the latest of it.
pub(super) struct Paced {
    pub(super) is_due: bool,
    next: Instant,
    pause: Duration,
}

impl Eyes {
    /// Looks, in the background until somebody is known to look on the other end.
    pub(super) fn new(
        mut rigs: watch::Receiver<Rig>,
        mut rotators: watch::Receiver<Option<Rotator>>,
    ) -> Self {
        let rig = rigs.borrow_and_update().clone();
        let rotator = rotators.borrow_and_update().as_ref().map(Rotator::state);
        Self {
            state: rig.state(),
            facts: rig.facts(),
            meters: rig.meters(),
            listener: rig.listen(false),
            is_visible: false,
            rig,
            rigs,
            rotators,
            rotator,
            states: Paced::new(STATE_PAUSE),
            readings: Paced::new(METER_PAUSE),
            positions: Paced::new(METER_PAUSE),
        }
    }

    /// Another radio is in the place of the one before.
    pub(super) fn look_at_rig(&mut self) {
        self.rig = self.rigs.borrow_and_update().clone();
        self.state = self.rig.state();
        self.facts = self.rig.facts();
        self.facts.mark_changed();
        self.meters = self.rig.meters();
        self.listener = self.rig.listen(self.is_visible);
        self.states.is_due = true;
    }

    /// Another rotator, or none, is in the place of the one before.
    pub(super) fn look_at_rotator(&mut self) {
        let rotator = self.rotators.borrow_and_update().as_ref().map(Rotator::state);
        self.positions.is_due = rotator.is_some();
        self.rotator = rotator;
    }

    /// The radio is asked more often while somebody looks at it.
    pub(super) fn show(&mut self, visible: bool) {
        if visible != self.is_visible {
            self.is_visible = visible;
            self.listener = self.rig.listen(visible);
        }
    }
}

impl Paced {
    fn new(pause: Duration) -> Self {
        Self {
            is_due: false,
            next: Instant::now(),
            pause,
        }
    }

    /// It was told now.
    pub(super) fn told(&mut self) {
        self.is_due = false;
        self.next = Instant::now() + self.pause;
    }
}

/// Waits for a change; one whose source is gone changes no more. Cancel safe.
pub(super) async fn changed<T>(source: &mut watch::Receiver<T>) {
    if source.changed().await.is_err() {
        pending::<()>().await;
    }
}

/// Waits until there is a change and its time has come. Cancel safe: what has changed stays due.
pub(super) async fn changed_or_due<T>(source: &mut watch::Receiver<T>, paced: &mut Paced) {
    if !paced.is_due {
        changed(source).await;
        paced.is_due = true;
    }
    sleep_until(paced.next).await;
}

/// The same for a rotator, where there is one.
pub(super) async fn moved(source: Option<&mut watch::Receiver<RotatorState>>, paced: &mut Paced) {
    match source {
        Some(source) => changed_or_due(source, paced).await,
        None => pending().await,
    }
}
