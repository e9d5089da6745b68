//! Relay mode: what runs on a radio amateur's computer and joins its radio and its programs to the appliance.
//!
//! ```text
//! run (start, stop) -> desk (what all share) <- http (pages, sockets), keep (parts that follow the settings),
//!                                               apply (radio and rotator of new settings)
//!                      desk -> rig (radio, rotator), logs (programs' contacts), link (the server), pairings, settings
//! ```

mod apply;
mod desk;
mod http;
mod keep;
pub(crate) mod link;
pub(crate) mod logs;
mod pairings;
pub(crate) mod rig;
mod run;
mod settings;
pub(crate) mod wish;

use rig::serial::list::PortInfo;
use rig::serial::models::{MODELS, Model};

pub(crate) use run::{RunError, run};

/// Radios that can be at a serial port.
pub(crate) fn models() -> &'static [Model] {
    MODELS
}

/// Serial ports of this computer. Takes a few milliseconds of the system's time.
pub(crate) fn ports() -> Vec<PortInfo> {
    rig::serial::list::ports()
}
