//! The supervisor that started the program, where there is one that wants to be told: systemd with `Type=notify`.
//!
//! Not being able to tell it is logged and never stops anything. Other systems have none: telling does nothing there.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// What the supervisor is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Ready,
    Stopping,
    Alive,
}

/// Everything that was asked for is running.
pub(crate) fn ready() {
    tell(Word::Ready);
}

/// The program ends, which may take a moment.
pub(crate) fn stopping() {
    tell(Word::Stopping);
}

/// Tells until `stop` that the program is alive, where the supervisor asks for that. Needs a runtime.
pub(crate) fn keep_telling(stop: CancellationToken) {
    let Some(interval) = interval() else {
        return;
    };
    tokio::spawn(async move {
        let mut tick = tokio::time::interval(interval / 2);
        while stop.run_until_cancelled(tick.tick()).await.is_some() {
            tell(Word::Alive);
        }
    });
}

#[cfg(target_os = "linux")]
fn tell(word: Word) {
    use sd_notify::NotifyState;

    let state = match word {
        Word::Ready => NotifyState::Ready,
        Word::Stopping => NotifyState::Stopping,
        Word::Alive => NotifyState::Watchdog,
    };
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "the supervisor could not be told: {error}");
    }
}

#[cfg(target_os = "linux")]
fn interval() -> Option<Duration> {
    sd_notify::watchdog_enabled()
}

#[cfg(not(target_os = "linux"))]
fn tell(_: Word) {}

#[cfg(not(target_os = "linux"))]
fn interval() -> Option<Duration> {
    None
}
