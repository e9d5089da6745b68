//! The Amateur Data Interchange Format: reading logs as they really are, writing them as specified.
//!
//! [`Reader`] takes ADI and ADX, in any encoding met in practice, as a stream with a bounded window, and gives
//! records of named texts with a list of defects; nothing a file holds makes it fail. [`to_qso`] makes a typed
//! contact of a record or says why it cannot be one. [`AdiWriter`] and [`AdxWriter`] write.
//!
//! Invariants: field names are in upper case; a value is never empty and has no control characters but line
//! breaks and tabs; of a repeated field one is left. The rules and their order come from measuring what logging
//! programs really write; they are told beside the code. Duplicates are not recognised here.

mod adi;
mod adx;
mod check;
mod convert;
mod defect;
mod field;
mod reader;
mod record;
mod tag;
mod value;
mod window;
mod write;

pub use check::{MOST_TOLD, Report, check};
pub use convert::{Reject, to_qso};
pub(crate) use defect::excerpt;
pub use defect::{Defect, Severity};
pub(crate) use field::FIELD_COUNT;
pub use field::{FieldId, FieldName, Kind};
pub use reader::{Checkpoint, Format, Reader};
pub use record::{Entry, Fault, Field, Header, Record, UserDef};
pub use window::Encoding;
pub use write::{ADIF_VERSION, AdiWriter, AdxWriter, LogHeader};

#[cfg(test)]
mod tests;
