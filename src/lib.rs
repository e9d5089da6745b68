//! Shackbox: an on-air platform for an amateur-radio club or a self-hosting ham, in one program.
//!
//! Layers, lowest first; a module may use those to its left only (checked by `tests/it/tidy.rs`):
//!
//! ```text
//! ham <- config <- env <- event <- bus <- store <- search <- privacy <- jobs, net <- web <- identity <- callbook <- logbook <- dx <- dns <- app <- cli
//! ```
//!
//! `ham` is pure: no input/output, no runtime, no clock. A domain (`identity`, `logbook`, `dx`, `dns`) is a vertical
//! slice that owns its records, rules, events and routes. See `ARCHITECTURE.md`.

pub mod ham;

mod app;
mod bus;
mod callbook;
mod cli;
mod config;
mod dns;
mod dx;
mod env;
mod event;
mod identity;
mod jobs;
mod logbook;
mod net;
mod privacy;
#[expect(
    dead_code,
    unused_imports,
    reason = "the parts of the relay arrive one after the other"
)]
mod relay;
mod search;
mod store;
mod web;

#[cfg(feature = "testkit")]
pub mod testkit;

pub use cli::run;
