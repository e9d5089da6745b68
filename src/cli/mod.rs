//! The command line: parse, run, exit code.
//!
//! Results go to stdout, words to stderr, both through `output` alone. Exit codes: 0 done, 1 failed, 2 wrong usage.
//! What a command does to data stands in `crate::app::admin`; here are only its arguments and its words. There are two
//! programs: `appliance` with every command, and `small`, which a radio amateur's computer runs beside the radio.

#[cfg(feature = "server")]
mod accounts;
#[cfg(feature = "server")]
mod adif;
#[cfg(feature = "server")]
mod appliance;
#[cfg(feature = "server")]
mod args;
#[cfg(feature = "server")]
mod callbook;
#[cfg(feature = "server")]
mod data;
#[cfg(feature = "server")]
mod dns;
#[cfg(feature = "server")]
mod licence;
#[cfg(feature = "server")]
mod lotw;
#[cfg_attr(
    not(feature = "server"),
    expect(dead_code, reason = "the relay alone uses a part of it")
)]
mod output;
#[cfg(feature = "server")]
mod password;
mod place;
#[cfg(feature = "server")]
mod progress;
#[cfg(feature = "server")]
mod reach;
#[cfg(feature = "relay")]
mod relay;
#[cfg(feature = "server")]
mod serve;
mod settings;
#[cfg(not(feature = "server"))]
mod small;

use std::process::ExitCode;

#[cfg(feature = "server")]
use appliance::run as dispatch;
#[cfg(not(feature = "server"))]
use small::run as dispatch;

/// Runs the program with this process's arguments.
pub fn run() -> ExitCode {
    crate::env::install_crypto();
    match dispatch() {
        Ok(code) => code,
        Err(failure) => {
            output::failure(&failure);
            ExitCode::FAILURE
        }
    }
}
