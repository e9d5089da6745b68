//! Pages about a member's own things: logbooks and who shares them, settings.

use askama::Template;

use super::{Form, Frame, Grouped};

/// A logbook one may use.
#[derive(Debug, Clone)]
pub(crate) struct BookRow {
    /// Its callsign.
    pub(crate) call: String,
    /// Its title.
    pub(crate) title: String,
    /// Whether a club owns it.
    pub(crate) club: bool,
    /// `member`, `officer` or `owner`.
    pub(crate) right: &'static str,
    /// The same in words.
    pub(crate) right_word: String,
    /// Contacts in it.
    pub(crate) count: Grouped,
}

/// `/logbooks`. Plain POST with `do=create, call, title, club`.
#[derive(Debug, Template)]
#[template(path = "logbooks.html")]
pub(crate) struct LogbooksPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// What was typed before.
    pub(crate) form: Form,
    /// The logbooks.
    pub(crate) books: Vec<BookRow>,
}

/// A member with access to a logbook.
#[derive(Debug, Clone)]
pub(crate) struct BookMember {
    /// The account's callsign.
    pub(crate) call: String,
    /// The person's name.
    pub(crate) name: String,
    /// The right in words.
    pub(crate) right_word: String,
    /// Whether it is the reader.
    pub(crate) me: bool,
}

/// `/logbooks/{call}`. Plain POST with `do=rename|share|remove|delete` and `title`, `call`, `right`, `confirm`.
#[derive(Debug, Template)]
#[template(path = "logbook_members.html")]
pub(crate) struct LogbookMembersPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// What was typed before.
    pub(crate) form: Form,
    /// The logbook.
    pub(crate) book: BookRow,
    /// Whether the reader may share, rename and delete it.
    pub(crate) may_share: bool,
    /// Who may use it.
    pub(crate) members: Vec<BookMember>,
}

/// A session in the list.
#[derive(Debug, Clone)]
pub(crate) struct SessionRow {
    /// Its public identifier.
    pub(crate) id: String,
    /// Browser and system in words.
    pub(crate) device: String,
    /// Network address.
    pub(crate) address: String,
    /// Last used, RFC 3339.
    pub(crate) seen_iso: String,
    /// Last used, in words.
    pub(crate) seen: String,
    /// The administrator who looks in, else empty.
    pub(crate) behind: String,
    /// Whether it is this very one.
    pub(crate) current: bool,
}

/// An API key in the list.
#[derive(Debug, Clone)]
pub(crate) struct KeyRow {
    /// Its public identifier.
    pub(crate) id: String,
    /// What it is for.
    pub(crate) name: String,
    /// Scope names, separated by blanks.
    pub(crate) scopes: String,
    /// Made, RFC 3339.
    pub(crate) made_iso: String,
    /// Made, in words.
    pub(crate) made: String,
    /// Last used, RFC 3339.
    pub(crate) seen_iso: String,
    /// Last used, in words; empty for never.
    pub(crate) seen: String,
}

/// A passkey in the list.
#[derive(Debug, Clone)]
pub(crate) struct PasskeyRow {
    /// Its id.
    pub(crate) id: String,
    /// What its owner calls it.
    pub(crate) name: String,
    /// Made, RFC 3339.
    pub(crate) made_iso: String,
    /// Made, in words.
    pub(crate) made: String,
    /// Last used, RFC 3339.
    pub(crate) seen_iso: String,
    /// Last used, in words; empty for never.
    pub(crate) seen: String,
}

/// The signing secret.
#[derive(Debug, Clone)]
pub(crate) struct SecretRow {
    /// Made, RFC 3339.
    pub(crate) made_iso: String,
    /// Made, in words.
    pub(crate) made: String,
    /// Last used, RFC 3339.
    pub(crate) seen_iso: String,
    /// Last used, in words; empty for never.
    pub(crate) seen: String,
}

/// A scope to choose for a key.
#[derive(Debug, Clone)]
pub(crate) struct ScopeChoice {
    /// Its name: `logbook.read`.
    pub(crate) name: &'static str,
    /// What it allows.
    pub(crate) words: String,
    /// Whether it is ticked to begin with.
    pub(crate) usual: bool,
}

/// `/settings`. Plain POST with `do=account|appearance|password|email|end_session|create_key|revoke_key|
/// rename_passkey|revoke_passkey|second_factor|make_secret|revoke_secret`.
#[expect(
    clippy::struct_excessive_bools,
    reason = "what the template asks for one by one"
)]
#[derive(Debug, Template)]
#[template(path = "settings.html")]
pub(crate) struct SettingsPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// What was typed before.
    pub(crate) form: Form,
    /// Own grid.
    pub(crate) grid: String,
    /// Where one is signed in.
    pub(crate) sessions: Vec<SessionRow>,
    /// One's keys.
    pub(crate) keys: Vec<KeyRow>,
    /// Scopes a new key may have.
    pub(crate) scopes: Vec<ScopeChoice>,
    /// The account's mail address, empty for none.
    pub(crate) email: String,
    /// Whether a new password needs no present one.
    pub(crate) password_free: bool,
    /// Whether a passkey is asked for after the password.
    pub(crate) second_factor: bool,
    /// Whether the password is too short to be asked for alone.
    pub(crate) short_password: bool,
    /// One's passkeys.
    pub(crate) passkeys: Vec<PasskeyRow>,
    /// Whether passkeys work under this page's host name.
    pub(crate) passkeys_here: bool,
    /// Where they do, empty for nowhere.
    pub(crate) passkey_origin: String,
    /// One's signing secret, if there is one.
    pub(crate) secret: Option<SecretRow>,
    /// The secret just made by a plain form, shown this once; else empty.
    pub(crate) new_secret: String,
    /// The key just made by a plain form, shown this once; else empty.
    pub(crate) new_key: String,
}
