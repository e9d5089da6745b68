//! The frame around every page: who is here, which logbook is in use, language and looks.
//!
//! The logbook in use is the one named by `?logbook=`, else by the cookie `logbook` that the page's script
//! keeps, else the first. Values here are shown as they are; escaping is askama's.

use super::Grouped;
use crate::web::Text;

/// What the base template shows on each page.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// The page's own name, first in the window's title.
    pub(crate) title: String,
    /// Texts in the reader's language.
    pub(crate) t: Text<'static>,
    /// Language code for `<html lang>`.
    pub(crate) lang: String,
    /// `auto`, `light`, `dark` or `contrast`.
    pub(crate) theme: &'static str,
    /// `dense` or `comfortable`.
    pub(crate) density: &'static str,
    /// `metric` or `imperial`.
    pub(crate) units: &'static str,
    /// Name of the club, or the product's where it has none.
    pub(crate) club_name: String,
    /// Who is signed in.
    pub(crate) account: Option<FrameAccount>,
    /// Whether the reader may send spots.
    pub(crate) may_spot: bool,
    /// The logbooks this account may use.
    pub(crate) logbooks: Vec<FrameLogbook>,
    /// The account's grid where the logbook in use is its own: the centre of its maps; else empty.
    pub(crate) home_grid: String,
    /// Matters that wait for an administrator, where the reader is one.
    pub(crate) reviews: u64,
    /// Requests for removal that wait for an administrator, where the reader is one.
    pub(crate) removals: u64,
    /// Whether the pages of names have something for the reader.
    pub(crate) names: bool,
    /// Token that forms and scripts send back with changes; empty for guests without a session.
    pub(crate) csrf: String,
    /// Number of the last message published before the page was made: live data resume from it.
    pub(crate) seq: u64,
    /// Where assets hang under, with the final slash.
    pub(crate) asset_base: String,
    /// Which section is marked: `dashboard`, `shack`, `dx`, `logbook`, `new`, `import`, `export`, `logbooks`, `callbook`, `dns`, `settings`, `verify`, `admin`, or empty.
    pub(crate) section: &'static str,
    /// This page's path without query, for the logbook switch.
    pub(crate) path: String,
    /// The program's version.
    pub(crate) version: &'static str,
    /// Why the store takes no changes at present, in words.
    pub(crate) degraded: Option<String>,
    /// The administrator who looks in as the account, where it is not its owner.
    pub(crate) behind: Option<String>,
    /// What the last plain form did.
    pub(crate) notice: Option<Notice>,
}

/// The account signed in, as the bar shows it.
#[derive(Debug, Clone)]
pub(crate) struct FrameAccount {
    /// Its callsign.
    pub(crate) call: String,
    /// The person's name, may be empty.
    pub(crate) name: String,
    /// `member` or `administrator`.
    pub(crate) role: &'static str,
    /// Whether the call is proven.
    pub(crate) verified: bool,
    /// Whether a passkey is asked for after the password.
    pub(crate) second_factor: bool,
}

/// A logbook in the switch of the bar.
#[derive(Debug, Clone)]
pub(crate) struct FrameLogbook {
    /// Its callsign.
    pub(crate) call: String,
    /// Its title, may be empty.
    pub(crate) title: String,
    /// `member`, `officer` or `owner`.
    pub(crate) right: &'static str,
    /// How many contacts it holds.
    pub(crate) count: Grouped,
    /// Whether it is the one in use.
    pub(crate) current: bool,
}

/// A line above the page that says what happened.
#[derive(Debug, Clone)]
pub(crate) struct Notice {
    /// `good`, `warn` or `bad`.
    pub(crate) kind: &'static str,
    /// The sentence.
    pub(crate) text: String,
}

impl Frame {
    /// Whether somebody is signed in.
    pub(crate) fn signed_in(&self) -> bool {
        self.account.is_some()
    }

    /// Whether an administrator is signed in.
    pub(crate) fn is_admin(&self) -> bool {
        self.account_role() == "administrator"
    }

    /// Whether the account's call is only claimed so far.
    pub(crate) fn only_claims(&self) -> bool {
        let account = self.account.as_ref();
        account.is_some_and(|account| !account.verified && account.role != "swl")
    }

    /// The account's callsign, empty for a guest.
    pub(crate) fn account_call(&self) -> &str {
        self.account.as_ref().map_or("", |account| &account.call)
    }

    /// Whether only a passkey confirms who sits there.
    pub(crate) fn wants_passkey(&self) -> bool {
        self.account.as_ref().is_some_and(|account| account.second_factor)
    }

    /// The account's name, empty for a guest.
    pub(crate) fn account_name(&self) -> &str {
        self.account.as_ref().map_or("", |account| &account.name)
    }

    /// The account's role, empty for a guest.
    pub(crate) fn account_role(&self) -> &str {
        self.account.as_ref().map_or("", |account| account.role)
    }

    /// Whether there is a logbook in use.
    pub(crate) fn has_logbook(&self) -> bool {
        self.current().is_some()
    }

    /// Callsign of the logbook in use, empty without one.
    pub(crate) fn logbook_call(&self) -> &str {
        self.current().map_or("", |book| &book.call)
    }

    /// Right in the logbook in use, empty without one.
    pub(crate) fn logbook_right(&self) -> &str {
        self.current().map_or("", |book| book.right)
    }

    /// Whether this account may add contacts to the logbook in use: whoever may use a logbook may log.
    pub(crate) fn may_write(&self) -> bool {
        self.has_logbook()
    }

    /// Whether this account may import into the logbook in use.
    pub(crate) fn may_import(&self) -> bool {
        matches!(self.logbook_right(), "officer" | "owner")
    }

    /// The texts for the scripts as a JSON object that is safe inside a `<script>` element.
    pub(crate) fn script_words(&self) -> String {
        let words: serde_json::Map<String, serde_json::Value> = self
            .t
            .below("js.")
            .map(|(key, text)| (key.to_owned(), text.into()))
            .collect();
        serde_json::Value::Object(words)
            .to_string()
            .replace('<', "\\u003c")
    }

    fn current(&self) -> Option<&FrameLogbook> {
        self.logbooks.iter().find(|book| book.current)
    }
}

impl Notice {
    /// Name of the icon that says the same as the colour.
    pub(crate) fn glyph(&self) -> &'static str {
        match self.kind {
            "good" => "check",
            "warn" => "warn",
            _ => "cross",
        }
    }
}
