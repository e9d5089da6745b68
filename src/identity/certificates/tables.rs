//! What is stored beside the proofs: authorities that were learned, certificates that were superseded, challenges.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::superseded::Superseded;
use crate::identity::model::AccountId;
use crate::identity::token::SecretDigest;
use crate::store::{Rows, StoreError, TableInfo, Write, table};

table!(
    /// Authorities that came with users' certificates and that a pinned root had signed, by their SHA-256.
    pub(super) AUTHORITY: "identity.lotw.authority", SecretDigest => StoredAuthority
);
table!(
    /// Certificates that have been superseded, by their number in decimal.
    pub(super) SUPERSEDED: "identity.lotw.superseded", SmolStr => StoredSuperseded
);
table!(
    /// Challenges for signed logs, by account.
    pub(super) LOG_CHALLENGE: "identity.lotw.challenge", u32 => StoredChallenge
);

/// An authority learned from a user's chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredAuthority {
    #[serde(with = "serde_bytes")]
    pub(super) der: Vec<u8>,
    pub(super) since: Timestamp,
}

/// All superseded certificates of one number.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct StoredSuperseded {
    #[serde(default)]
    pub(super) certificates: Vec<Superseded>,
}

/// A challenge that was given out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredChallenge {
    pub(super) call: SmolStr,
    pub(super) until: Timestamp,
}

/// The challenge that an account was given.
pub(in crate::identity) fn challenge_of(
    rows: &impl Rows,
    id: AccountId,
) -> Result<Option<StoredChallenge>, StoreError> {
    rows.get(LOG_CHALLENGE, &id.0)
}

/// Forgets the challenge that an account was given.
pub(in crate::identity) fn forget_challenge(tx: &mut Write<'_>, id: AccountId) -> Result<(), StoreError> {
    tx.remove(LOG_CHALLENGE, &id.0).map(drop)
}

/// Everything this part stores.
pub(in crate::identity) fn tables() -> Vec<TableInfo> {
    vec![AUTHORITY.info(), SUPERSEDED.info(), LOG_CHALLENGE.info()]
}
