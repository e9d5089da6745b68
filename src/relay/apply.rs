//! Putting settings in force while the relay runs.
//!
//! One thing is changed at a time. The old radio is let go, its transmitter off, before the new one is reached: both may
//! be the same device. Ports of programs, delivery, link and our rigctld server follow the settings by themselves.

use std::path::Path;
use std::sync::Arc;

use super::desk::Desk;
use super::rig::rotator::Rotator;
use super::rig::{BackendSettings, Rig, RigOptions};
use super::settings::{Settings, SettingsError, Way};

/// The name of the file in the data directory that exists while the transmitter is keyed.
const KEYED: &str = "relay-keyed";

/// Starts the radio that settings name; it is connected to from then on, again and again.
pub(crate) fn start_rig(backend: BackendSettings, settings: &Settings, data_dir: &Path) -> Rig {
    Rig::start(RigOptions {
        backend,
        limits: settings.limits(),
        keyed_marker: Some(data_dir.join(KEYED)),
    })
}

/// Puts settings in force. The caller sees to it that nobody else does at the same time. Nothing happens if no radio
/// can be reached by them.
pub(crate) async fn apply(desk: &Desk, fresh: Settings) -> Result<(), SettingsError> {
    let backend = fresh.backend()?;
    let old = desk.settings();
    let fresh = Arc::new(fresh);
    // First: our own server must have left the address at which the new radio may be.
    desk.settings.send_replace(Arc::clone(&fresh));
    if at_radio(&old) == at_radio(&fresh) {
        desk.rig().set_limits(fresh.limits());
    } else {
        desk.rig().shutdown().await;
        desk.rig.send_replace(start_rig(backend, &fresh, &desk.data_dir));
    }
    if old.rotctld != fresh.rotctld {
        desk.rotator
            .send_replace(fresh.rotctld.as_deref().map(Rotator::start));
    }
    Ok(())
}

/// Does something while the relay's hands are off the radio, which comes back afterwards.
pub(crate) async fn without_radio<T>(desk: &Desk, work: impl Future<Output = T>) -> T {
    desk.rig().shutdown().await;
    let done = work.await;
    let settings = desk.settings();
    if let Ok(backend) = settings.backend() {
        desk.rig
            .send_replace(start_rig(backend, &settings, &desk.data_dir));
    }
    done
}

/// What decides which radio it is and how it is spoken to.
fn at_radio(settings: &Settings) -> impl PartialEq + use<'_> {
    match settings.way {
        Way::Rigctld => (Way::Rigctld, Some(settings.rigctld.as_str()), None),
        Way::Serial => {
            let manner = (settings.baud, settings.civ_address, settings.handshake);
            (
                Way::Serial,
                settings.serial.as_deref(),
                Some((settings.model.as_deref(), manner)),
            )
        }
    }
}

/// Whether two names are those of one serial port.
pub(crate) fn is_same_port(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    let device = |path: &str| std::fs::canonicalize(path).ok();
    device(one).is_some_and(|path| device(other) == Some(path))
}

/// Whether the relay itself holds a serial port.
pub(crate) fn is_held(desk: &Desk, path: &str) -> bool {
    let settings = desk.settings();
    let held = settings.serial.as_deref().filter(|_| settings.way == Way::Serial);
    held.is_some_and(|held| is_same_port(held, path))
}
