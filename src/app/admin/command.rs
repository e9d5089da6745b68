//! The commands and their replies, as they travel.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ham::callsign::Callsign;
use crate::identity::licence::LicenceEvent;
use crate::identity::{AccountId, DisplayName, Login, MailAddress, PasswordHash, Role, ScopeSet};

/// Something to be done.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "command", content = "args", rename_all = "kebab-case")]
pub(crate) enum Command {
    /// How are you?
    Health,
    UserAdd(NewUser),
    UserList,
    UserPasswd {
        call: Login,
        password: HashText,
    },
    UserDisable {
        call: Login,
        disabled: bool,
    },
    ApikeyCreate {
        call: Login,
        scopes: ScopeSet,
        name: DisplayName,
    },
    /// The file follows as content.
    AdifImport {
        callsign: Callsign,
        file: String,
    },
    /// The file comes back as content.
    AdifExport {
        callsign: Callsign,
        format: ExportFormat,
    },
    /// The backup comes back as content.
    Backup {
        with_keys: bool,
    },
    Check,
    /// What a register says of licences.
    LicenceApply {
        events: Vec<LicenceEvent>,
    },
    /// Compare the name server's records with its answers.
    DnsCheck,
    /// The zone comes back as content.
    DnsExport {
        zone: String,
    },
    /// The zone follows as content.
    DnsImport {
        zone: String,
    },
    /// The files follow as content, one behind the other.
    CallbookImport {
        authority: String,
        map: Option<String>,
        force: bool,
        /// Names and lengths.
        files: Vec<(String, u64)>,
    },
    CallbookLookup {
        call: String,
    },
    CallbookSearch {
        query: String,
        limit: usize,
    },
    CallbookSources,
}

impl Command {
    /// The command's name, for the log.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Health => "health",
            Self::UserAdd(_) => "user add",
            Self::UserList => "user list",
            Self::UserPasswd { .. } => "user passwd",
            Self::UserDisable { .. } => "user disable",
            Self::ApikeyCreate { .. } => "apikey create",
            Self::AdifImport { .. } => "adif import",
            Self::AdifExport { .. } => "adif export",
            Self::Backup { .. } => "backup",
            Self::Check => "check",
            Self::LicenceApply { .. } => "licence apply",
            Self::DnsCheck => "dns check",
            Self::DnsExport { .. } => "dns export",
            Self::DnsImport { .. } => "dns import",
            Self::CallbookImport { .. } => "callbook import",
            Self::CallbookLookup { .. } => "callbook lookup",
            Self::CallbookSearch { .. } => "callbook search",
            Self::CallbookSources => "callbook sources",
        }
    }

    /// Whether content follows the command.
    pub(crate) fn takes_content(&self) -> bool {
        matches!(
            self,
            Self::AdifImport { .. } | Self::DnsImport { .. } | Self::CallbookImport { .. }
        )
    }
}

/// An account to be made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct NewUser {
    pub(crate) call: Callsign,
    pub(crate) name: DisplayName,
    pub(crate) email: Option<MailAddress>,
    pub(crate) admin: bool,
    pub(crate) verified: bool,
    pub(crate) password: Option<HashText>,
}

/// A password's hash: the password itself stays with the command line.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct HashText(pub(crate) PasswordHash);

impl TryFrom<String> for HashText {
    type Error = crate::identity::BadHash;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }
}

impl From<HashText> for String {
    fn from(hash: HashText) -> Self {
        hash.0.to_string()
    }
}

/// ADIF's two formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ExportFormat {
    /// Tags such as `<CALL:5>K1ABC`
    Adi,
    /// XML
    Adx,
}

/// What came of a command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "reply", content = "value", rename_all = "kebab-case")]
pub(crate) enum Reply {
    Done,
    Health {
        ready: bool,
        version: String,
        parts: BTreeMap<String, Option<String>>,
        #[serde(default)]
        remarks: Vec<String>,
    },
    Account(AccountLine),
    Accounts(Vec<AccountLine>),
    Key {
        id: String,
        key: String,
    },
    /// The result of an import, as `GET /api/v1/jobs/{id}` gives it.
    Import(serde_json::Value),
    /// Contacts written.
    Exported {
        contacts: u64,
    },
    /// What the backup holds.
    Backup(serde_json::Value),
    /// What the check found.
    Checked(serde_json::Value),
    /// What came of licence events.
    Licences(serde_json::Value),
    /// A zone that was written or read.
    Zone(serde_json::Value),
    /// What the callbook has, or what came of an import.
    Callbook(serde_json::Value),
}

/// An account as it is listed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct AccountLine {
    pub(crate) id: AccountId,
    pub(crate) call: Login,
    pub(crate) name: DisplayName,
    pub(crate) role: Role,
    pub(crate) email: Option<MailAddress>,
    pub(crate) verified: bool,
    pub(crate) disabled: bool,
    pub(crate) has_password: bool,
    pub(crate) created: Timestamp,
}

/// How far a command is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Progress {
    pub(crate) done: u64,
    /// 0 while it is not known.
    pub(crate) total: u64,
    /// What is counted: `records`, `bytes`.
    pub(crate) unit: String,
}

/// Why a command was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failure {
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl Failure {
    /// A failure in one clear line.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
        }
    }

    /// What helps.
    #[must_use]
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }
}

impl<E: std::fmt::Display> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(format!("{error:#}"))
    }
}
