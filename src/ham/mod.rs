//! What every radio amateur's program knows, and nothing about this one: callsigns, frequencies, bands,
//! modes, grids, entities, the sun's position, and the ADIF log format with the QSO it describes.
//!
//! Invariants: everything here is pure. No input or output of its own (readers take any `std::io::Read`),
//! no runtime, no clock (the present time is an argument), no error that is not about the value at hand.
//! Parsers of foreign data return a value with a list of defects and never stop at a bad record.

pub mod adif;
pub mod band;
pub mod callsign;
pub mod cluster;
pub mod dxcc;
pub mod freq;
pub mod geo;
pub mod grid;
pub mod mode;
pub mod morse;
pub mod qso;
pub mod spot;
pub mod sun;
