//! What a holder wants of a record of the callbook, and requests that a call be not listed.

use askama::Template;

use super::{Form, Frame, Labelled};

/// What is typed, or stands there.
#[expect(clippy::struct_excessive_bools, reason = "each is a box of its own")]
#[derive(Debug, Clone, Default)]
pub(crate) struct OwnWords {
    /// Name to use.
    pub(crate) name: String,
    /// Place of the station.
    pub(crate) qth: String,
    /// Locator.
    pub(crate) grid: String,
    /// Way of QSL cards.
    pub(crate) via: String,
    /// Address of a picture.
    pub(crate) picture: String,
    /// Address of a page.
    pub(crate) web: String,
    /// Mail address.
    pub(crate) email: String,
    /// Text about oneself.
    pub(crate) bio: String,
    /// Members see street and postcode.
    pub(crate) street: bool,
    /// Members see the exact position.
    pub(crate) position: bool,
    /// Members see the mail address.
    pub(crate) show_email: bool,
    /// Guests see what members see.
    pub(crate) public: bool,
}

/// A way of confirming contacts.
#[derive(Debug, Clone)]
pub(crate) struct QslWayRow {
    /// Its field: `bureau`, `direct`, `lotw`, `eqsl`.
    pub(crate) field: &'static str,
    /// Its name.
    pub(crate) label: &'static str,
    /// `yes`, `no`, or empty for nothing said.
    pub(crate) chosen: &'static str,
}

/// What somebody sees of the record at present.
#[derive(Debug, Clone)]
pub(crate) struct SeenBy {
    /// Who.
    pub(crate) who: &'static str,
    /// What.
    pub(crate) lines: Vec<Labelled>,
}

/// `/callbook/{call}/edit`. Plain POST with `do=save|reset|hide|list`; `save` with the fields and `revision`.
#[derive(Debug, Template)]
#[template(path = "callbook_edit.html")]
pub(crate) struct CallbookEditPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// What was wrong.
    pub(crate) form: Form,
    /// The call.
    pub(crate) call: String,
    /// The page of the record.
    pub(crate) path: String,
    /// What stands in the fields.
    pub(crate) words: OwnWords,
    /// How contacts are confirmed.
    pub(crate) ways: Vec<QslWayRow>,
    /// Name and place as the register has them.
    pub(crate) register: OwnWords,
    /// What others see.
    pub(crate) seen: Vec<SeenBy>,
    /// Whether the call is not listed.
    pub(crate) opted_out: bool,
    /// Whether the reader has proven the call, and does not only administer.
    pub(crate) is_holder: bool,
    /// Whether anything was changed that can go back.
    pub(crate) has_words: bool,
    /// What the form was made from.
    pub(crate) revision: u64,
}

/// `/callbook/{call}/removal`. Plain POST with `reason, contact`.
#[derive(Debug, Template)]
#[template(path = "callbook_removal.html")]
pub(crate) struct CallbookRemovalPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// What was typed, and what was wrong.
    pub(crate) form: Form,
    /// The call.
    pub(crate) call: String,
    /// The page of the record.
    pub(crate) path: String,
    /// Whether it is listed.
    pub(crate) listed: bool,
    /// Whether the reader has proven the call.
    pub(crate) is_holder: bool,
}

/// A request that waits.
#[derive(Debug, Clone)]
pub(crate) struct RemovalRow {
    /// Its number.
    pub(crate) id: u64,
    /// The call it is about.
    pub(crate) call: String,
    /// The page of its record.
    pub(crate) path: String,
    /// Asked, RFC 3339.
    pub(crate) asked_iso: String,
    /// Asked, in words.
    pub(crate) asked: String,
    /// Why.
    pub(crate) reason: String,
    /// Where the asker can be reached, may be empty.
    pub(crate) contact: String,
    /// The account that asked.
    pub(crate) account: Option<u32>,
    /// Whether the call has another holder by now.
    pub(crate) outdated: bool,
    /// An answer typed before.
    pub(crate) answer: String,
    /// What was wrong with it.
    pub(crate) error: String,
}

/// A request that was decided.
#[derive(Debug, Clone)]
pub(crate) struct SettledRow {
    /// The call it was about.
    pub(crate) call: String,
    /// The page of its record.
    pub(crate) path: String,
    /// Decided, RFC 3339.
    pub(crate) at_iso: String,
    /// Decided, in words.
    pub(crate) at: String,
    /// Whether the call is not listed by it.
    pub(crate) confirmed: bool,
    /// Who decided.
    pub(crate) by: String,
    /// Why.
    pub(crate) reason: String,
}

/// `/admin/removals`. Plain POST with `do=confirm|refuse, id, reason`.
#[derive(Debug, Template)]
#[template(path = "admin_removals.html")]
pub(crate) struct AdminRemovalsPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// `removals`.
    pub(crate) part: &'static str,
    /// What was wrong with the form that was sent.
    pub(crate) form: Form,
    /// Oldest first.
    pub(crate) open: Vec<RemovalRow>,
    /// Where the next ones are, empty at the end.
    pub(crate) more: String,
    /// Newest first.
    pub(crate) decided: Vec<SettledRow>,
}
