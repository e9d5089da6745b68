//! The DX cluster: spots come in by every way, are understood, kept for some hours, and go out to every kind of client.
//!
//! Invariants:
//! - A spot never touches the store: no way in writes a row, and the history is memory (`event::Spot` is plain data
//!   that only the bus carries).
//! - A spot is numbered, put into the history and told to subscribers under one lock: all have the same order.

pub(crate) mod choice;
#[expect(dead_code, reason = "the ways in and out follow")]
pub(crate) mod event;
