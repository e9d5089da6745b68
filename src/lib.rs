//! Shackbox: an on-air platform for an amateur-radio club or a self-hosting ham, in one program.
//!
//! Layers, lowest first; a module may use those to its left only (checked by `tests/it/tidy.rs`):
//!
//! ```text
//! ham <- config <- env <- logging, event <- bus <- store <- search <- privacy <- jobs, net <- web <- identity <- callbook <- logbook <- dx <- dns <- shack <- app <- cli
//! ```
//!
//! `ham` is pure: no input/output, no runtime, no clock. A domain (`identity`, `logbook`, `dx`, `dns`, `shack`) is a vertical
//! slice that owns its records, rules, events and routes. See `ARCHITECTURE.md`.

pub mod ham;

#[cfg(feature = "server")]
mod app;
#[cfg(feature = "server")]
mod bus;
#[cfg(feature = "server")]
mod callbook;
mod cli;
#[cfg_attr(
    not(feature = "server"),
    expect(dead_code, unused_imports, reason = "the relay alone uses a part of it")
)]
mod config;
#[cfg(feature = "server")]
mod dns;
#[cfg(feature = "server")]
mod dx;
#[cfg_attr(
    not(feature = "server"),
    expect(dead_code, unused_imports, reason = "the relay alone uses a part of it")
)]
mod env;
#[cfg(feature = "server")]
mod event;
#[cfg(feature = "server")]
mod identity;
#[cfg(feature = "server")]
mod jobs;
#[cfg(feature = "server")]
mod logbook;
#[cfg_attr(
    not(feature = "server"),
    expect(dead_code, reason = "the relay alone uses a part of it")
)]
mod logging;
#[cfg_attr(
    not(feature = "server"),
    expect(dead_code, unused_imports, reason = "the relay alone uses a part of it")
)]
mod net;
#[cfg(feature = "server")]
mod privacy;
#[cfg(feature = "relay")]
mod relay;
#[cfg(feature = "server")]
mod search;
#[cfg(feature = "server")]
mod shack;
#[cfg(feature = "server")]
mod store;
#[cfg_attr(
    not(feature = "server"),
    expect(dead_code, unused_imports, reason = "the relay alone uses a part of it")
)]
mod web;

#[cfg(feature = "testkit")]
pub mod testkit;

pub use cli::run;
