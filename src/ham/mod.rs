//! Amateur-radio knowledge without input or output: calls, bands, grids, entities, log formats.
//!
//! Everything here is a pure function of its arguments: no clock, no files, no network, no runtime.
//! What the outside world sends is parsed into types that cannot hold a wrong value.

pub mod geo;
pub mod grid;
pub mod sun;
