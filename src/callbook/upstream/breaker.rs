//! Leaves a service alone that does not work: after some failures in a row nobody is asked for a while.
//!
//! Then one question is let through, to see; if it fails too, the while doubles.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// Failures in a row that open it.
const FAILURES: u32 = 5;
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(60);
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(15);
/// How long others wait for the one that looks.
const LOOK: SignedDuration = SignedDuration::from_secs(10);

/// The breaker of one service.
#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// Until when nobody is asked; the pause that it comes from.
    open: Option<(Timestamp, SignedDuration)>,
}

/// Leave to ask once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Leave {
    /// It is the one that looks whether the service works again.
    looking: bool,
}

impl Breaker {
    /// Leave to ask; or until when nobody does.
    pub(super) fn ask(&self, now: Timestamp) -> Result<Leave, Timestamp> {
        let mut state = self.state();
        match state.open {
            None => Ok(Leave { looking: false }),
            Some((until, _)) if now < until => Err(until),
            Some((_, pause)) => {
                state.open = Some((after(now, LOOK), pause));
                Ok(Leave { looking: true })
            }
        }
    }

    /// It worked.
    pub(super) fn worked(&self) {
        *self.state() = State::default();
    }

    /// It did not.
    pub(super) fn failed(&self, leave: Leave, now: Timestamp) {
        let mut state = self.state();
        match state.open {
            Some((_, pause)) if leave.looking => {
                let pause = pause.checked_mul(2).unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE);
                state.open = Some((after(now, pause), pause));
            }
            // Asked before it opened.
            Some(_) => {}
            None => {
                state.failures += 1;
                if state.failures >= FAILURES {
                    state.open = Some((after(now, FIRST_PAUSE), FIRST_PAUSE));
                }
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn after(now: Timestamp, span: SignedDuration) -> Timestamp {
    now.saturating_add(span).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_failures_open_it_and_the_pause_doubles_to_a_quarter_of_an_hour() {
        let breaker = Breaker::default();
        let mut now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        for _ in 0..4 {
            breaker.failed(breaker.ask(now).unwrap(), now);
        }
        breaker.worked();
        for _ in 0..5 {
            breaker.failed(breaker.ask(now).unwrap(), now);
        }
        for seconds in [60, 120, 240, 480, 900, 900] {
            let until = breaker.ask(now).unwrap_err();
            assert_eq!(until.duration_since(now).as_secs(), seconds);
            now = until;
            let looking = breaker.ask(now).unwrap();
            assert!(looking.looking && breaker.ask(now).is_err(), "one looks");
            breaker.failed(Leave { looking: false }, now);
            breaker.failed(looking, now);
        }
        now = breaker.ask(now).unwrap_err();
        breaker.ask(now).unwrap();
        // Whoever looked is gone: somebody else looks.
        now = breaker.ask(now).unwrap_err();
        breaker.ask(now).unwrap();
        breaker.worked();
        assert_eq!(breaker.ask(now), Ok(Leave { looking: false }));
    }
}
