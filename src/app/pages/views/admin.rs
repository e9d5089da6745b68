//! Pages of the administrator. `tone` is `good`, `warn`, `bad` or empty and always stands with a word.

use askama::Template;

use super::{Form, Frame, Labelled};

/// An account.
#[derive(Debug, Clone)]
pub(crate) struct UserRow {
    /// Its number.
    pub(crate) id: u32,
    /// Its callsign.
    pub(crate) call: String,
    /// The person's name.
    pub(crate) name: String,
    /// Role in words.
    pub(crate) role_word: String,
    /// Last used, RFC 3339.
    pub(crate) seen_iso: String,
    /// Last used, in words; empty for never.
    pub(crate) seen: String,
    /// `active`, `disabled`, or `waiting` for an administrator to let them in.
    pub(crate) standing: &'static str,
    /// Whether the call is proven.
    pub(crate) verified: bool,
    /// Whether an administrator may look in as them.
    pub(crate) may_look_in: bool,
    /// Whether it is the reader's own.
    pub(crate) me: bool,
}

/// A link that sets a password and was not used yet.
#[derive(Debug, Clone)]
pub(crate) struct LinkRow {
    /// Names it, without being of use to anybody.
    pub(crate) id: String,
    /// Whose password it sets.
    pub(crate) call: String,
    /// Who made it.
    pub(crate) by: String,
    /// Whether it went out by mail.
    pub(crate) mailed: bool,
    /// Until when it works.
    pub(crate) until: When,
}

/// `/admin/users`. Plain POST with `do=create|enable|disable|recovery|revoke_link` and `id` or `call, name, password, role`.
#[derive(Debug, Template)]
#[template(path = "admin_users.html")]
pub(crate) struct AdminUsersPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// `users`.
    pub(crate) part: &'static str,
    /// What was typed before.
    pub(crate) form: Form,
    /// All accounts.
    pub(crate) users: Vec<UserRow>,
    /// The link just made for somebody who lost the password, shown this once; else empty.
    pub(crate) link: String,
    /// Links that were not used yet.
    pub(crate) links: Vec<LinkRow>,
}

/// A job.
#[derive(Debug, Clone)]
pub(crate) struct JobRow {
    /// Its identifier.
    pub(crate) id: String,
    /// Created, RFC 3339.
    pub(crate) at_iso: String,
    /// Created, in words.
    pub(crate) at: String,
    /// What it does.
    pub(crate) kind: String,
    /// Callsign of the account it works for, may be empty.
    pub(crate) owner: String,
    /// Colour of the state.
    pub(crate) tone: &'static str,
    /// State in words.
    pub(crate) state_word: String,
    /// Done of total, may be empty.
    pub(crate) progress: String,
    /// How often it was tried.
    pub(crate) tries: u32,
    /// Last error or result in one line.
    pub(crate) note: String,
    /// Whether it can be cancelled.
    pub(crate) can_cancel: bool,
    /// Whether it can be tried again.
    pub(crate) can_retry: bool,
}

/// `/admin/jobs`. Plain POST with `do=cancel|retry, id`.
#[derive(Debug, Template)]
#[template(path = "admin_jobs.html")]
pub(crate) struct AdminJobsPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// `jobs`.
    pub(crate) part: &'static str,
    /// Jobs, newest first.
    pub(crate) jobs: Vec<JobRow>,
}

/// A part of the program and how it does.
#[derive(Debug, Clone)]
pub(crate) struct PartRow {
    /// Its name.
    pub(crate) name: String,
    /// Colour of the state.
    pub(crate) tone: &'static str,
    /// State in words.
    pub(crate) state_word: String,
    /// Address, reason or the like.
    pub(crate) note: String,
}

/// A moment.
#[derive(Debug, Clone)]
pub(crate) struct When {
    /// RFC 3339.
    pub(crate) iso: String,
    /// In words.
    pub(crate) words: String,
}

/// A source of data outside.
#[derive(Debug, Clone)]
pub(crate) struct SourceRow {
    /// Its name.
    pub(crate) name: String,
    /// Its address.
    pub(crate) url: String,
    /// Colour of the state.
    pub(crate) tone: &'static str,
    /// State in words.
    pub(crate) state_word: String,
    /// Last asked.
    pub(crate) attempt: Option<When>,
    /// Last answered well.
    pub(crate) success: Option<When>,
    /// Asked next.
    pub(crate) next: Option<When>,
    /// Last error, may be empty.
    pub(crate) note: String,
}

/// The certificate of HTTPS.
#[derive(Debug, Clone)]
pub(crate) struct CertificateRow {
    /// Colour of the state.
    pub(crate) tone: &'static str,
    /// State in words.
    pub(crate) state_word: String,
    /// Names, issuer, origin.
    pub(crate) facts: Vec<Labelled>,
    /// Until when it is valid.
    pub(crate) until: When,
    /// A new one was asked for last.
    pub(crate) attempt: Option<When>,
    /// One is asked for next.
    pub(crate) next: Option<When>,
    /// What is wrong, may be empty.
    pub(crate) note: String,
}

/// `/admin/health`
#[derive(Debug, Template)]
#[template(path = "admin_health.html")]
pub(crate) struct AdminHealthPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// `health`.
    pub(crate) part: &'static str,
    /// How long it runs, in words.
    pub(crate) uptime: String,
    /// Its parts.
    pub(crate) parts: Vec<PartRow>,
    /// Sizes and counts.
    pub(crate) figures: Vec<Labelled>,
    /// Services asked.
    pub(crate) sources: Vec<SourceRow>,
    /// Nodes and feeds of the cluster.
    pub(crate) feeds: Vec<SourceRow>,
    /// The certificate of HTTPS, where it is on.
    pub(crate) certificate: Option<CertificateRow>,
}

/// A line of the log.
#[derive(Debug, Clone)]
pub(crate) struct LogLine {
    /// When, RFC 3339.
    pub(crate) at_iso: String,
    /// When, in words with seconds.
    pub(crate) at: String,
    /// `ERROR`, `WARN`, `INFO`, `DEBUG` or `TRACE`.
    pub(crate) level: String,
    /// Colour of the level.
    pub(crate) tone: &'static str,
    /// Module that spoke.
    pub(crate) target: String,
    /// What it said.
    pub(crate) text: String,
}

/// `/admin/log`
#[derive(Debug, Template)]
#[template(path = "admin_log.html")]
pub(crate) struct AdminLogPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// `log`.
    pub(crate) part: &'static str,
    /// Newest first.
    pub(crate) lines: Vec<LogLine>,
}

/// A mail sent, or kept because mail is off.
#[derive(Debug, Clone)]
pub(crate) struct MailRow {
    /// Its number.
    pub(crate) id: u64,
    /// `kept` where there is no mail server, `sent`, `waits` for another try, or `failed`.
    pub(crate) state: &'static str,
    /// When, RFC 3339.
    pub(crate) at_iso: String,
    /// When, in words.
    pub(crate) at: String,
    /// To whom.
    pub(crate) to: String,
    /// Subject.
    pub(crate) subject: String,
    /// Text.
    pub(crate) text: String,
    /// Why it could not be sent, may be empty.
    pub(crate) note: String,
}

/// `/admin/outbox`. Plain POST with `do=try, to` or `do=retry|forget, id`.
#[derive(Debug, Template)]
#[template(path = "admin_outbox.html")]
pub(crate) struct AdminOutboxPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// `outbox`.
    pub(crate) part: &'static str,
    /// The form for a trial mail.
    pub(crate) form: Form,
    /// Whether no mail server is set.
    pub(crate) mail_off: bool,
    /// Newest first.
    pub(crate) mails: Vec<MailRow>,
}

/// A backup file.
#[derive(Debug, Clone)]
pub(crate) struct BackupRow {
    /// When, RFC 3339.
    pub(crate) at_iso: String,
    /// When, in words.
    pub(crate) at: String,
    /// Its path.
    pub(crate) file: String,
    /// Its size in words.
    pub(crate) size: String,
}

/// `/admin/backups`. Plain POST with `do=backup`.
#[derive(Debug, Template)]
#[template(path = "admin_backups.html")]
pub(crate) struct AdminBackupsPage {
    /// The frame.
    pub(crate) frame: Frame,
    /// `backups`.
    pub(crate) part: &'static str,
    /// When backups are made and how many are kept, in words.
    pub(crate) policy: String,
    /// Newest first.
    pub(crate) backups: Vec<BackupRow>,
}
