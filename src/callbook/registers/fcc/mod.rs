//! The register of the FCC (United States): the ULS public access files of the amateur service.
//!
//! Three files matter: `EN` (who), `AM` (class, previous call, trustee), `HD` (status and days); they are joined on
//! the unique system identifier, never on the call, because calls are given again. Every unit goes to a [`UnitSink`]
//! in ascending number, then every call's [`Entry`](crate::callbook::model::Entry) in ascending order. Memory is
//! bounded: rows are sorted outside of it. Facts about the files: FCC, "Public Access Database Definitions" of ULS.

mod choose;
mod pack;
mod unit;

pub(crate) use choose::choose;
pub(crate) use unit::{AmateurRow, EntityRow, HeaderRow, Unit};

use super::Sink;

/// A sink that keeps the units too, so that daily files can be applied to them.
pub(crate) trait UnitSink: Sink {
    /// Everything of one unique system identifier; they come in ascending order, each once, all before the first entry.
    fn unit(&mut self, unit: Unit) -> Result<(), Self::Error>;
}
