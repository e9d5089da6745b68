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

use super::certificates;
use super::ladder::{StoredCode, StoredToken};
use super::login::Login;
use super::model::{AccountId, DisplayName, MailAddress, Preferences, Privacy, Role, ScopeSet};
use super::quiz::GateQuestion;
use super::ticket::Ticket;
use super::token::SecretDigest;
use super::verification::Verification;
use super::write::{MailCount, MorseChallenge, StoredErasure, TryCount};

table!(
    /// Accounts by number.
    pub(super) ACCOUNT: "identity.account", u32 => StoredAccount
);
table!(
    /// The account that has a call.
    pub(super) ACCOUNT_BY_CALL: "identity.account.by_call", SmolStr => u32
);
table!(
    /// Proofs of callsigns by number.
    pub(super) VERIFICATION: "identity.verification", u64 => Verification
);
table!(
    /// Account, proof.
    pub(super) VERIFICATION_BY_ACCOUNT: "identity.verification.by_account", (u32, u64) => ()
);
table!(
    /// Links that work once, by the digest of their token.
    pub(super) TICKET: "identity.ticket", SecretDigest => Ticket
);
table!(
    /// Codes on their way to a call's mailbox, by account.
    pub(super) MAIL_CODE: "identity.mail_code", u32 => StoredCode
);
table!(
    /// Tokens to be published by a call's holder, by account.
    pub(super) PROOF_TOKEN: "identity.proof_token", u32 => StoredToken
);
table!(
    /// When mails and looks at other people's servers were asked for, by address, call, network or account.
    pub(super) MAIL_COUNT: "identity.mail_count", SmolStr => MailCount
);
table!(
    /// When something was tried, by what and whom.
    pub(super) TRY_COUNT: "identity.try_count", SmolStr => TryCount
);
table!(
    /// Morse challenges by account.
    pub(super) MORSE: "identity.morse", u32 => MorseChallenge
);
table!(
    /// Questions of the knowledge gate, by the set they come from and their place in it.
    pub(super) GATE_QUESTION: "identity.gate_question", (SmolStr, u32) => GateQuestion
);
table!(
    /// Browser sessions by the digest of their token.
    pub(super) SESSION: "identity.session", SecretDigest => StoredSession
);
table!(
    /// Sealed signing secrets by account.
    pub(super) SIGNING: "identity.signing_secret", u32 => StoredSecret
);
table!(
    /// Passkeys by the id their device knows them by.
    pub(super) PASSKEY: "identity.passkey", SmolStr => StoredPasskey
);
table!(
    /// API keys by id.
    pub(super) API_KEY: "identity.api_key", SmolStr => StoredKey
);
table!(
    /// Accounts that are to be erased, by number.
    pub(super) ERASURE: "identity.erasure", u32 => StoredErasure
);
table!(
    /// Who changed what, oldest first.
    pub(super) AUDIT: "identity.audit", (Timestamp, u64) => AuditLine
);

/// An account.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is stored by its own name, and older records lack some"
)]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StoredAccount {
    /// The callsign, or a listener's name.
    pub(crate) call: Login,
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
    /// A passkey is asked for after the password.
    #[serde(default)]
    pub(crate) second_factor: bool,
    /// The password is too short to be the only factor.
    #[serde(default)]
    pub(crate) short_password: bool,
    #[serde(default)]
    pub(crate) disabled: bool,
    /// Since when the call is proven to be this person's: drawn from the table of proofs.
    #[serde(default)]
    pub(crate) verified: Option<Timestamp>,
    /// Until when, if that ends by itself: drawn from there too.
    #[serde(default)]
    pub(crate) verified_until: Option<Timestamp>,
    /// What a listener told at sign-up.
    #[serde(default)]
    pub(crate) person: Option<Person>,
    /// Signed up, and not yet let in by an administrator.
    #[serde(default)]
    pub(crate) waiting: bool,
    /// Calls the account had before, oldest first.
    #[serde(default)]
    pub(crate) previous: Vec<Callsign>,
    /// What others see.
    #[serde(default)]
    pub(crate) privacy: Privacy,
    #[serde(default)]
    pub(crate) preferences: Preferences,
    pub(crate) created: Timestamp,
    /// Counts the changes: the `ETag` of the account.
    #[serde(default)]
    pub(crate) revision: u32,
}

/// What a listener tells of themselves, so that a licence can be found later; for its owner and administrators only.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub(crate) struct Person {
    pub(crate) first_name: DisplayName,
    pub(crate) last_name: DisplayName,
    #[schema(value_type = String)]
    pub(crate) postal_code: SmolStr,
    /// Number in the register of a licence applied for, such as an FRN; empty for none.
    #[schema(value_type = String)]
    pub(crate) register_id: SmolStr,
}

/// A browser session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredSession {
    pub(crate) account: AccountId,
    pub(crate) created: Timestamp,
    /// Written at most hourly; the present value is in memory.
    pub(crate) last_seen: Timestamp,
    /// When the owner last proved to be it, by password, passkey or certificate.
    pub(crate) confirmed: Timestamp,
    /// By which of them.
    #[serde(default)]
    pub(crate) proven: SmolStr,
    #[serde(default)]
    pub(crate) remember: bool,
    /// An administrator was idle for too long: administration needs the password again.
    #[serde(default)]
    pub(crate) lapsed: bool,
    #[serde(default)]
    pub(crate) network: SmolStr,
    #[serde(default)]
    pub(crate) agent: SmolStr,
    /// The administrator who looks in, where it is not the owner's.
    #[serde(default)]
    pub(crate) behind: Option<Behind>,
}

/// An administrator who looks in as a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Behind {
    pub(crate) account: AccountId,
    pub(crate) call: Login,
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

/// A secret shared with programs that sign their requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredSecret {
    /// Under the installation's key file.
    #[serde(with = "serde_bytes")]
    pub(crate) sealed: Vec<u8>,
    pub(crate) created: Timestamp,
    /// Written at most hourly; the present value is in memory.
    #[serde(default)]
    pub(crate) last_used: Option<Timestamp>,
}

/// A passkey: the public half of a key pair that a device keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredPasskey {
    pub(crate) account: AccountId,
    #[serde(default)]
    pub(crate) name: DisplayName,
    /// The credential in JSON, in the form of the library that checks it.
    pub(crate) credential: String,
    pub(crate) created: Timestamp,
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
    let mut tables = vec![
        ACCOUNT.info(),
        ACCOUNT_BY_CALL.info(),
        VERIFICATION.info(),
        TICKET.info(),
        MAIL_CODE.info(),
        PROOF_TOKEN.info(),
        MAIL_COUNT.info(),
        TRY_COUNT.info(),
        MORSE.info(),
        GATE_QUESTION.info(),
        VERIFICATION_BY_ACCOUNT.info(),
        SESSION.info(),
        SIGNING.info(),
        PASSKEY.info(),
        API_KEY.info(),
        AUDIT.info(),
        ERASURE.info(),
    ];
    tables.extend(certificates::tables());
    tables.extend(super::review::tables());
    tables.extend(super::documents::tables());
    tables
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

/// Compares the index of proofs with the proofs, and what accounts say of them.
pub(crate) fn check_verifications(read: &Read) -> Result<Vec<String>, StoreError> {
    let mut wrong = Vec::new();
    for row in read.scan(VERIFICATION, Span::all(), Direction::Forward) {
        let (number, proof) = row?;
        if !read.contains(VERIFICATION_BY_ACCOUNT, &(proof.account.0, number))? {
            wrong.push(format!(
                "proof {number} is not found by its account {}",
                proof.account
            ));
        }
    }
    let (proofs, found) = (read.len(VERIFICATION)?, read.len(VERIFICATION_BY_ACCOUNT)?);
    if proofs != found {
        wrong.push(format!("{proofs} proofs have {found} entries by account"));
    }
    for row in read.scan(ACCOUNT, Span::all(), Direction::Forward) {
        let (id, account) = row?;
        let proofs = super::read::verifications(read, AccountId(id))?;
        let stands = proofs
            .iter()
            .any(|(_, proof)| Some(&proof.call) == account.call.call() && proof.stands());
        if account.verified.is_some() && !stands {
            wrong.push(format!("account {id} counts as verified without a proof"));
        }
    }
    Ok(wrong)
}
