//! The administrator's pages of registers: what is kept, what was refused, lists of one's own.

use askama::Template;

use super::{Form, Frame, Grouped, When};

/// Rows refused for a reason.
#[derive(Debug, Clone)]
pub(crate) struct ReasonRow {
    /// Why.
    pub(crate) reason: String,
    /// How many.
    pub(crate) count: Grouped,
}

/// A register, or a list read by a column map.
#[expect(
    clippy::struct_excessive_bools,
    reason = "the template asks for them one by one"
)]
#[derive(Debug, Clone)]
pub(crate) struct RegisterRow {
    /// Its short name.
    pub(crate) authority: String,
    /// Its name for people.
    pub(crate) title: String,
    /// Who keeps it, and where.
    pub(crate) keeper: String,
    /// `good`, `warn`, `bad` or empty.
    pub(crate) tone: &'static str,
    /// The sign that says the same.
    pub(crate) glyph: &'static str,
    /// State in words.
    pub(crate) state: &'static str,
    /// Whether it is kept current.
    pub(crate) enabled: bool,
    /// Whether the configuration decides that, so that it is not decided here.
    pub(crate) locked: bool,
    /// Where it is fetched; empty for one that is only handed over.
    pub(crate) url: String,
    /// Whether the configuration decides that.
    pub(crate) url_locked: bool,
    /// When it is fetched next.
    pub(crate) next: Option<When>,
    /// The day of the register in use, ISO; empty without one.
    pub(crate) day: String,
    /// Whether there is one in use.
    pub(crate) in_use: bool,
    /// Calls in it.
    pub(crate) entries: Grouped,
    /// Of them valid.
    pub(crate) active: Grouped,
    /// Its size on the disk.
    pub(crate) size: String,
    /// Rows refused, by reason.
    pub(crate) rejects: Vec<ReasonRow>,
    /// Rows refused in all.
    pub(crate) rejected: Grouped,
    /// The last attempt.
    pub(crate) attempt: Option<When>,
    /// The last success.
    pub(crate) success: Option<When>,
    /// What went wrong last, else empty.
    pub(crate) error: String,
    /// What to do about it.
    pub(crate) advice: String,
    /// Whether something is at work on it.
    pub(crate) working: bool,
    /// The job that is, else empty.
    pub(crate) job: String,
    /// How far it is.
    pub(crate) done: u64,
    /// Out of how much; 0 while that is not known.
    pub(crate) total: u64,
    /// Whether it is a list of one's own.
    pub(crate) is_list: bool,
}

/// `/admin/callbook`. Plain POST with `do=keep|leave|url|fetch|remove`, `authority`, `url`, `confirm`.
#[derive(Debug, Template)]
#[template(path = "admin_callbook.html")]
pub(crate) struct AdminCallbookPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// `callbook`.
    pub(crate) part: &'static str,
    /// What was refused.
    pub(crate) form: Form,
    /// Of which register.
    pub(crate) refused: String,
    /// All registers.
    pub(crate) registers: Vec<RegisterRow>,
}

impl AdminCallbookPage {
    /// Whether what was refused is of no register on the page.
    fn is_of_none(&self) -> bool {
        !self
            .registers
            .iter()
            .any(|register| register.authority == self.refused)
    }

    /// What is wrong with a field of a register's forms.
    fn wrong(&self, authority: &str, field: &str) -> &str {
        if self.refused == authority {
            self.form.error(field)
        } else {
            ""
        }
    }

    /// What is wrong with a register's forms as a whole.
    fn fault(&self, authority: &str) -> &str {
        if self.refused == authority {
            &self.form.message
        } else {
            ""
        }
    }
}

/// A row of a register that could not be read.
#[derive(Debug, Clone)]
pub(crate) struct RefusedRow {
    /// The file it was in.
    pub(crate) file: String,
    /// Its line, from 1.
    pub(crate) line: Grouped,
    /// Why it was refused.
    pub(crate) reason: String,
    /// How it begins.
    pub(crate) text: String,
}

/// `/admin/callbook/{authority}/rejects`. Plain GET with `reason`.
#[derive(Debug, Template)]
#[template(path = "admin_callbook_rejects.html")]
pub(crate) struct AdminCallbookRejectsPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// `callbook`.
    pub(crate) part: &'static str,
    /// The register's short name.
    pub(crate) authority: String,
    /// Its name for people.
    pub(crate) title: String,
    /// The reason looked at, empty for all.
    pub(crate) reason: String,
    /// Reasons with their counts.
    pub(crate) reasons: Vec<ReasonRow>,
    /// The rows.
    pub(crate) rows: Vec<RefusedRow>,
    /// Whether there are more than are kept.
    pub(crate) more: bool,
}

/// What a row of a list would become.
#[derive(Debug, Clone)]
pub(crate) struct PreviewedRow {
    /// Its line, from 1.
    pub(crate) line: u64,
    /// The call, empty where the row is not used.
    pub(crate) call: String,
    /// Person or club.
    pub(crate) name: String,
    /// Class.
    pub(crate) class: String,
    /// Postcode, town, region.
    pub(crate) place: String,
    /// State.
    pub(crate) status: String,
    /// Why it is not used, or which values are left out.
    pub(crate) remarks: Vec<String>,
}

/// `/admin/callbook/list`. Plain multipart POST with `map`, `file` and `do=preview|save`.
#[derive(Debug, Template)]
#[template(path = "admin_callbook_list.html")]
pub(crate) struct AdminCallbookListPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// `callbook`.
    pub(crate) part: &'static str,
    /// What was refused.
    pub(crate) form: Form,
    /// The column map.
    pub(crate) map: String,
    /// What the first rows would become; none before a file was shown.
    pub(crate) preview: Option<Vec<PreviewedRow>>,
}
