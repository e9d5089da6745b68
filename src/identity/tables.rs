//! What is stored of accounts, sessions, keys and the audit trail.
//!
//! Secrets are here only as hashes. Every struct reads records of older versions by its defaults; field names once
//! used are never used for something else.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::ham::callsign::Callsign;
use crate::ham::grid::Grid;
use crate::store::{Direction, Read, Rows, Span, StoreError, TableInfo, table};

use super::model::{AccountId, DisplayName, MailAddress, Preferences, Role, ScopeSet};
use super::token::SecretDigest;

table!(
    /// Accounts by number.
    pub(super) ACCOUNT: "identity.account", u32 => StoredAccount
);
table!(
    /// The account that has a call.
    pub(super) ACCOUNT_BY_CALL: "identity.account.by_call", SmolStr => u32
);
table!(
    /// Browser sessions by the digest of their token.
    pub(super) SESSION: "identity.session", SecretDigest => StoredSession
);
table!(
    /// API keys by id.
    pub(super) API_KEY: "identity.api_key", SmolStr => StoredKey
);
table!(
    /// Who changed what, oldest first.
    pub(super) AUDIT: "identity.audit", (Timestamp, u64) => AuditLine
);

/// An account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StoredAccount {
    pub(crate) call: Callsign,
    #[serde(default)]
    pub(crate) name: DisplayName,
    #[serde(default)]
    pub(crate) role: Role,
    #[serde(default)]
    pub(crate) grid: Option<Grid>,
    #[serde(default)]
    pub(crate) email: Option<MailAddress>,
    /// A PHC or passlib string; without one nobody signs in by password.
    #[serde(default)]
    pub(crate) password: Option<SmolStr>,
    /// The configured hash string's digest, where the password is the configuration's.
    #[serde(default)]
    pub(crate) configured: Option<SmolStr>,
    #[serde(default)]
    pub(crate) disabled: bool,
    /// Since when somebody vouches that the call is this person's.
    #[serde(default)]
    pub(crate) verified: Option<Timestamp>,
    #[serde(default)]
    pub(crate) preferences: Preferences,
    pub(crate) created: Timestamp,
    /// Counts the changes: the `ETag` of the account.
    #[serde(default)]
    pub(crate) revision: u32,
}

/// A browser session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredSession {
    pub(crate) account: AccountId,
    pub(crate) created: Timestamp,
    /// Written at most hourly; the present value is in memory.
    pub(crate) last_seen: Timestamp,
    /// When the password was last shown.
    pub(crate) confirmed: Timestamp,
    #[serde(default)]
    pub(crate) remember: bool,
    /// An administrator was idle for too long: administration needs the password again.
    #[serde(default)]
    pub(crate) lapsed: bool,
    #[serde(default)]
    pub(crate) network: SmolStr,
    #[serde(default)]
    pub(crate) agent: SmolStr,
}

/// An API key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredKey {
    pub(crate) account: AccountId,
    #[serde(default)]
    pub(crate) name: DisplayName,
    #[serde(with = "serde_bytes")]
    pub(crate) digest: SecretDigest,
    #[serde(default)]
    pub(crate) scopes: ScopeSet,
    pub(crate) created: Timestamp,
    #[serde(default)]
    pub(crate) expires: Option<Timestamp>,
    /// Written at most hourly; the present value is in memory.
    #[serde(default)]
    pub(crate) last_used: Option<Timestamp>,
}

/// One line of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AuditLine {
    /// The actor's name then.
    pub(crate) who: SmolStr,
    /// A stable word such as `account.added`.
    pub(crate) action: SmolStr,
    /// The account it was done to.
    #[serde(default)]
    pub(crate) account: Option<AccountId>,
    /// What else is worth knowing; never a secret.
    #[serde(default)]
    pub(crate) detail: SmolStr,
}

/// Everything this domain stores.
pub(crate) fn tables() -> Vec<TableInfo> {
    vec![
        ACCOUNT.info(),
        ACCOUNT_BY_CALL.info(),
        SESSION.info(),
        API_KEY.info(),
        AUDIT.info(),
    ]
}

/// Compares the index of calls with the accounts.
pub(crate) fn check_calls(read: &Read) -> Result<Vec<String>, StoreError> {
    let mut wrong = Vec::new();
    for row in read.scan(ACCOUNT, Span::all(), Direction::Forward) {
        let (id, account) = row?;
        if read.get(ACCOUNT_BY_CALL, &SmolStr::new(account.call.as_str()))? != Some(id) {
            wrong.push(format!("account {id} is not found by its call {}", account.call));
        }
    }
    let (accounts, calls) = (read.len(ACCOUNT)?, read.len(ACCOUNT_BY_CALL)?);
    if accounts != calls {
        wrong.push(format!("{accounts} accounts have {calls} calls"));
    }
    Ok(wrong)
}
