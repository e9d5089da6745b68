//! The page a station is worked from.

use askama::Template;

use super::{Form, Frame, QsoRow, SpotRow, Station};

/// `/shack`. Its plain form is the one of `/logbook/new`.
#[derive(Debug, Template)]
#[template(path = "shack.html")]
pub(crate) struct ShackPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// What stands in the entry form at first.
    pub(crate) form: Form,
    /// Where the reader is.
    pub(crate) station: Station,
    /// The newest spots.
    pub(crate) rows: Vec<SpotRow>,
    /// The last contacts.
    pub(crate) last: Vec<QsoRow>,
}

impl ShackPage {
    /// Whether the reader only listens: no radio, no call of their own on the air.
    pub(crate) fn listens(&self) -> bool {
        self.frame.account_role() == "swl"
    }

    /// Whether the reader's call has to be proven before a radio may be connected.
    pub(crate) fn unproven(&self) -> bool {
        self.frame.only_claims() && !self.frame.is_admin()
    }
}
