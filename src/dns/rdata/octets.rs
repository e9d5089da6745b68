//! Wire form of one record's data, taken piece by piece.
//!
//! Every taking checks the length, so nothing here can run over the end. Names are uncompressed.

use super::super::name::Name;
use super::error::{RdataError, Rule};

/// What is left of the data.
#[derive(Debug, Clone)]
pub(super) struct Octets<'a> {
    wire: &'a [u8],
    at: usize,
}

impl<'a> Octets<'a> {
    pub(super) fn new(wire: &'a [u8]) -> Self {
        Self { wire, at: 0 }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn is_empty(&self) -> bool {
        self.at == self.wire.len()
    }

    /// All that is left.
    pub(super) fn rest(&mut self) -> &'a [u8] {
        let rest = &self.wire[self.at..];
        self.at = self.wire.len();
        rest
    }

    /// The next `count` octets.
    pub(super) fn take(&mut self, field: &'static str, count: usize) -> Result<&'a [u8], RdataError> {
        let taken = self.wire[self.at..].get(..count).ok_or_else(|| {
            let text = "the data end before the field does";
            RdataError::new(field, Rule::Missing, self.at, text)
        })?;
        self.at += count;
        Ok(taken)
    }

    /// The next `N` octets.
    pub(super) fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], RdataError> {
        let taken = self.take(field, N)?;
        Ok(taken.try_into().expect("as many octets were taken"))
    }

    pub(super) fn u8(&mut self, field: &'static str) -> Result<u8, RdataError> {
        Ok(self.array::<1>(field)?[0])
    }

    pub(super) fn u16(&mut self, field: &'static str) -> Result<u16, RdataError> {
        self.array(field).map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self, field: &'static str) -> Result<u32, RdataError> {
        self.array(field).map(u32::from_be_bytes)
    }

    /// A string after its length.
    pub(super) fn string(&mut self, field: &'static str) -> Result<&'a [u8], RdataError> {
        let length = self.u8(field)?;
        self.take(field, usize::from(length))
    }

    /// A name.
    pub(super) fn name(&mut self, field: &'static str) -> Result<Name, RdataError> {
        let (name, length) = Name::from_wire_prefix(&self.wire[self.at..])
            .map_err(|defect| RdataError::new(field, Rule::Name, self.at, defect.to_string()))?;
        self.at += length;
        Ok(name)
    }
}
