//! Pages about what is known of people: the audit trail, privacy, the members' directory.

use askama::Template;

use super::{Form, Frame};

/// A line of the audit trail.
#[derive(Debug, Clone)]
pub(crate) struct AuditRow {
    /// When, RFC 3339.
    pub(crate) at_iso: String,
    /// When, in words.
    pub(crate) at: String,
    /// Who did it.
    pub(crate) who: String,
    /// What, as a sentence without its subject.
    pub(crate) sentence: String,
    /// The act's own word, for the filter.
    pub(crate) action: String,
    /// The number of the account it was done to, may be empty.
    pub(crate) account_id: String,
    /// What else is worth knowing.
    pub(crate) detail: String,
}

/// `/admin/audit`. Plain GET with `who, account, action, from, to, cursor`.
#[derive(Debug, Template)]
#[template(path = "admin_audit.html")]
pub(crate) struct AdminAuditPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// `audit`.
    pub(crate) part: &'static str,
    /// What was asked for.
    pub(crate) form: Form,
    /// Newest first.
    pub(crate) lines: Vec<AuditRow>,
    /// Where all of them are as a table.
    pub(crate) csv: String,
    /// The query of the next page, empty at the end.
    pub(crate) next: String,
}

/// An administrator who looked in.
#[derive(Debug, Clone)]
pub(crate) struct LookInRow {
    /// When, RFC 3339.
    pub(crate) at_iso: String,
    /// When, in words.
    pub(crate) at: String,
    /// Who.
    pub(crate) who: String,
    /// What, in words.
    pub(crate) what: String,
    /// The act itself, may be empty.
    pub(crate) detail: String,
}

/// A wish to be erased.
#[derive(Debug, Clone)]
pub(crate) struct ErasureView {
    /// When it begins, RFC 3339.
    pub(crate) due_iso: String,
    /// When it begins, in words.
    pub(crate) due: String,
    /// Whether own logbooks go too.
    pub(crate) logs: bool,
    /// Whether it cannot be taken back any more.
    pub(crate) begun: bool,
}

/// `/settings/privacy`. Plain POST with `do=privacy|erase|keep`.
#[derive(Debug, Template)]
#[template(path = "settings_privacy.html")]
pub(crate) struct PrivacyPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// Whether the directory has the reader.
    pub(crate) directory: bool,
    /// The reader's grid, may be empty.
    pub(crate) grid: String,
    /// `exact`, `square` or `none`.
    pub(crate) grid_precision: &'static str,
    /// Number in the register of licences, may be empty.
    pub(crate) register_id: String,
    /// Calls before.
    pub(crate) previous: Vec<String>,
    /// The wish to be erased, if there is one.
    pub(crate) erasure: Option<ErasureView>,
    /// Who looked in, newest first.
    pub(crate) looked_in: Vec<LookInRow>,
    /// What was typed before.
    pub(crate) form: Form,
}

/// A member as others see them.
#[derive(Debug, Clone)]
pub(crate) struct MemberRow {
    /// The call.
    pub(crate) call: String,
    /// The call's page in the callbook, empty for a listener.
    pub(crate) record: String,
    /// The name, empty where it is not shown.
    pub(crate) name: String,
    /// The locator, as exactly as the member wants.
    pub(crate) grid: String,
    /// Latitude and longitude of the pin.
    pub(crate) place: String,
    /// Whether the call is proven.
    pub(crate) verified: bool,
    /// Calls before.
    pub(crate) previous: Vec<String>,
    /// Member since, RFC 3339.
    pub(crate) since_iso: String,
    /// Member since, in words.
    pub(crate) since: String,
}

/// `/directory`
#[derive(Debug, Template)]
#[template(path = "directory.html")]
pub(crate) struct DirectoryPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// By call.
    pub(crate) members: Vec<MemberRow>,
}

/// `/directory/{call}`
#[derive(Debug, Template)]
#[template(path = "directory_member.html")]
pub(crate) struct MemberPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// The member.
    pub(crate) member: MemberRow,
}
