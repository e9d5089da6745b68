//! Alerts: rules of members by which they are told of spots, and the filters they keep.
//!
//! Rules are records; what they match is not: an alert is told live, and by mail where the rule says so. The matcher
//! ([`matching`]) is a reader of the bus like any other, holds all rules ready in memory, and tells the same station on
//! the same band and in the same class once in half an hour.

pub(crate) mod api;
mod matching;
pub(crate) mod model;
pub(crate) mod personal;
mod tables;
#[cfg(test)]
mod tests;
pub(crate) mod write;

pub(crate) use matching::{Alerts, Watching};
pub(crate) use tables::tables;
