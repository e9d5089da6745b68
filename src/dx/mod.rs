//! The DX cluster: spots come in by every way, are understood, kept for some hours, and go out to every kind of client.
//!
//! Invariants:
//! - A spot never touches the store: no way in writes a row, and the history is memory (`event::Spot` is plain data
//!   that only the bus carries).
//! - A spot is numbered, put into the history and told to subscribers under one lock: all have the same order.
//! - Every way in goes through [`Cluster::accept`]: rights, limits and everything that is derived are decided there.
//!
//! Not here: what the words of a spot mean (`ham::spot`), the dialects of telnet (`ham::cluster`), live fan-out (`bus`).

mod accept;
mod activity;
pub(crate) mod alerts;
pub(crate) mod api;
pub(crate) mod choice;
mod cluster;
pub(crate) mod event;
mod feeds;
mod history;
pub(crate) mod json;
pub(crate) mod link;
pub(crate) mod logged;
pub(crate) mod lotw;
pub(crate) mod model;
pub(crate) mod node;
pub(crate) mod odoo;
mod own;
pub(crate) mod sources;
pub(crate) mod telnet;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod upstream;
pub(crate) mod worked;

pub(crate) use activity::BandActivity;
pub(crate) use cluster::{Cluster, Keeping, Parts};
pub(crate) use history::{Bands, Query};
