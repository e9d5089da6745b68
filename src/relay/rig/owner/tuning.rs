//! Moving the radio: the newest wish wins, and what is answered was read back.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::Owner;
use crate::ham::freq::Hertz;
use crate::relay::rig::backend::Backend;
use crate::relay::rig::error::{RigError, RigErrorKind};
use crate::relay::rig::mode::RigMode;
use crate::relay::rig::model::{Reading, RigState, Source, SplitWish, Tune};

/// A wish older than this is not carried out: a radio that moves a minute late surprises.
const EXPIRES: Duration = Duration::from_secs(3);
/// For how long the mode last read is believed.
const FRESH: Duration = Duration::from_millis(1_500);
/// How far off its wish a dial may stand: the coarsest tuning steps of short wave radios.
const STEP: u64 = 100;
/// The same after a change between Morse and others, where dials move by the pitch.
const PITCH: u64 = 1_000;

type Answer = oneshot::Sender<Result<RigState, RigError>>;

/// The wish that waits for its turn, and all who wait for it.
#[derive(Debug)]
pub(super) struct Pending {
    tune: Tune,
    since: Instant,
    waiters: Vec<Answer>,
}

impl Pending {
    pub(super) fn new(tune: Tune, since: Instant, answer: Answer) -> Self {
        Self {
            tune,
            since,
            waiters: vec![answer],
        }
    }

    /// A newer wish takes its place; those who wait are answered with its outcome.
    pub(super) fn overtake(&mut self, tune: Tune, since: Instant, answer: Answer) {
        self.tune = self.tune.followed_by(tune);
        self.since = since;
        self.waiters.push(answer);
    }

    pub(super) fn answer(self, result: &Result<RigState, RigError>) {
        for waiter in self.waiters {
            let _ = waiter.send(result.clone());
        }
    }
}

impl Owner {
    /// Carries out the wish that waits, if any.
    pub(super) async fn run_pending(&mut self) {
        let Some(pending) = self.pending.take() else {
            return;
        };
        let now = Instant::now();
        if now.duration_since(pending.since) > EXPIRES {
            let what = "the radio was busy for too long; it was not moved";
            let error = RigError::new(RigErrorKind::Expired, self.backend.device(), what);
            return pending.answer(&Err(error));
        }
        if pending.tune.frequency.is_some() {
            self.next_move = now + Backend::pace();
        }
        let result = self.tune(pending.tune).await;
        self.heed(result.as_ref().err()).await;
        pending.answer(&result.map(|()| self.out.state.borrow().clone()));
    }

    async fn tune(&mut self, tune: Tune) -> Result<(), RigError> {
        let leased = self.keyed.is_leased();
        if !leased && self.out.state.borrow().ptt {
            // Seen a while ago, perhaps: nobody asks when nobody looks.
            self.read_all(true).await?;
        }
        let device = self.backend.device();
        if leased || self.out.state.borrow().ptt {
            let what = "the radio is transmitting";
            return Err(RigError::new(RigErrorKind::Transmitting, device, what));
        }
        if let Some(frequency) = tune.frequency
            && !self.out.facts.borrow().covers(frequency)
        {
            let what = format!("the radio does not cover {frequency}");
            return Err(RigError::new(RigErrorKind::OutOfRange, device, what));
        }
        let mut reading = Reading::default();
        let result = self.carry_out(tune, &mut reading).await;
        self.silences = if result.is_ok() { 0 } else { self.silences };
        self.publish(reading, Source::Set);
        let note = result?;
        self.change(
            |state| {
                state.note = note;
                state.source
            },
            Source::Set,
        );
        Ok(())
    }

    /// The commands in their order: split off, mode, frequency, split on. Gives what is worth telling.
    async fn carry_out(&mut self, tune: Tune, reading: &mut Reading) -> Result<Option<String>, RigError> {
        let simplex = match tune.split {
            SplitWish::Off => true,
            SplitWish::OffIfOurs => self.split_is_ours && tune.frequency.is_some(),
            SplitWish::Keep | SplitWish::On(_) => false,
        };
        if simplex {
            reading.merge(self.backend.set_split(SplitWish::Off).await?);
            self.split_is_ours = false;
        }
        let mut note = None;
        let mut moved = false;
        if let Some(mode) = tune.mode
            && self.must_set_mode(mode, tune.passband)
        {
            moved = self
                .out
                .state
                .borrow()
                .mode
                .is_none_or(|old| old.is_cw() != mode.is_cw())
                || mode.is_cw();
            note = self.set_mode(mode, tune.passband, reading).await?;
        }
        if let Some(frequency) = tune.frequency {
            reading.merge(self.backend.set_frequency(frequency).await?);
            if moved && self.backend.mode_moves_dial() {
                if let Some(mode) = reading.mode {
                    reading.merge(self.backend.set_mode(mode, tune.passband).await?);
                }
                reading.merge(self.backend.set_frequency(frequency).await?);
            }
            self.compare(frequency, reading.frequency, if moved { PITCH } else { STEP })?;
        }
        if let SplitWish::On(transmit) = tune.split {
            reading.merge(self.backend.set_split(tune.split).await?);
            self.split_is_ours = true;
            if let Some(transmit) = transmit {
                self.compare(transmit, reading.tx_frequency.or(Some(transmit)), PITCH)?;
            }
        }
        Ok(note)
    }

    fn must_set_mode(&self, mode: RigMode, passband: Option<u32>) -> bool {
        let fresh = self.read_at.is_some_and(|at| at.elapsed() < FRESH);
        !fresh || passband.is_some() || self.out.state.borrow().mode != Some(mode)
    }

    /// Sets the mode, or the one in its place if the radio has no such mode.
    async fn set_mode(
        &mut self,
        mode: RigMode,
        width: Option<u32>,
        reading: &mut Reading,
    ) -> Result<Option<String>, RigError> {
        let refusal = match self.backend.set_mode(mode, width).await {
            Ok(back) => {
                reading.merge(back);
                if back.mode.is_none_or(|read| same_mode(read, mode)) {
                    return Ok(None);
                }
                let read = back.mode.map_or("another mode", RigMode::name);
                let what = format!("the radio is in {read}, not in {mode}");
                RigError::new(RigErrorKind::NotTaken, self.backend.device(), what)
            }
            Err(error) if error.is_unreachable() => return Err(error),
            Err(error) => error,
        };
        let Some(instead) = mode.instead() else {
            return Err(refusal);
        };
        let Ok(back) = self.backend.set_mode(instead, width).await else {
            return Err(refusal);
        };
        reading.merge(back);
        if back.mode.is_some_and(|read| !same_mode(read, instead)) {
            return Err(refusal);
        }
        Ok(Some(format!("the radio has no {mode}: {instead} is used")))
    }

    fn compare(&self, wish: Hertz, read: Option<Hertz>, tolerance: u64) -> Result<(), RigError> {
        let Some(read) = read else { return Ok(()) };
        if read.get().abs_diff(wish.get()) <= tolerance {
            return Ok(());
        }
        let what = format!("the radio stands on {read}, not on {wish}");
        Err(RigError::new(RigErrorKind::NotTaken, self.backend.device(), what))
    }
}

/// Whether a mode read back is the one wished: some radios tell narrow and wide apart only by the filter.
fn same_mode(read: RigMode, wish: RigMode) -> bool {
    read == wish
        || matches!(
            (read, wish),
            (RigMode::Fm, RigMode::Fmn)
                | (RigMode::Fmn, RigMode::Fm)
                | (RigMode::Am, RigMode::Amn)
                | (RigMode::Amn, RigMode::Am)
        )
}
