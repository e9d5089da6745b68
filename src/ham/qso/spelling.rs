//! How a log wrote what is stored as a number, so that an export shows it the same way.
//!
//! Only harmless differences are here, which say nothing but who wrote the log: needless zeros behind a frequency
//! or before a zone, times without seconds. Whatever else was changed is kept as text.

use serde::{Deserialize, Serialize};

/// A small count for each number that can be spelled in several ways, packed into sixteen bits; never re-ordered,
/// because it is stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Spelling(u16);

/// What is spelled: place and number of its bits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spelled(u16, u16);

/// Least decimals of `FREQ`.
pub(super) const FREQ: Spelled = Spelled(0, 7);
/// Least decimals of `FREQ_RX`.
pub(super) const FREQ_RX: Spelled = Spelled(3, 7);
/// `TIME_ON` has no seconds.
pub(super) const START: Spelled = Spelled(6, 1);
/// `TIME_OFF` has no seconds.
pub(super) const END: Spelled = Spelled(7, 1);
/// Least digits of `CQZ`.
pub(super) const CQ_ZONE: Spelled = Spelled(8, 3);
/// Least digits of `ITUZ`.
pub(super) const ITU_ZONE: Spelled = Spelled(10, 3);
/// Least digits of `DXCC`.
pub(super) const DXCC: Spelled = Spelled(12, 3);

impl Spelling {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "the form serde's `skip_serializing_if` asks for"
    )]
    pub(super) fn is_plain(&self) -> bool {
        self.0 == 0
    }

    pub(super) fn get(self, what: Spelled) -> usize {
        usize::from(self.0 >> what.0 & what.1)
    }

    /// Notes a count; one too large for its bits is not noted.
    pub(super) fn note(&mut self, what: Spelled, count: usize) {
        let count = u16::try_from(count)
            .ok()
            .filter(|count| *count <= what.1)
            .unwrap_or_default();
        self.0 = self.0 & !(what.1 << what.0) | count << what.0;
    }

    /// Notes how many digits a number has that begins with needless zeros.
    pub(super) fn note_digits(&mut self, what: Spelled, text: &str) {
        let text = text.trim();
        let padded = text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
        self.note(what, if padded { text.len() } else { 0 });
    }
}
