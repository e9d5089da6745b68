//! Questions about accounts, for any transaction.

use jiff::Timestamp;
use smol_str::SmolStr;

use crate::ham::callsign::Callsign;
use crate::store::{Direction, Rows, Span, StoreError};

use super::model::{AccountId, Role};
use super::tables::{ACCOUNT, ACCOUNT_BY_CALL, API_KEY, AUDIT, AuditLine, StoredAccount, StoredKey};
use super::token::KeyId;

/// The account with this number.
pub(crate) fn account(rows: &impl Rows, id: AccountId) -> Result<Option<StoredAccount>, StoreError> {
    rows.get(ACCOUNT, &id.0)
}

/// The number of the account that has this call.
pub(crate) fn account_of(rows: &impl Rows, call: &Callsign) -> Result<Option<AccountId>, StoreError> {
    Ok(rows
        .get(ACCOUNT_BY_CALL, &SmolStr::new(call.as_str()))?
        .map(AccountId))
}

/// All accounts, by number.
pub(crate) fn accounts(rows: &impl Rows) -> Result<Vec<(AccountId, StoredAccount)>, StoreError> {
    let scan = rows.scan(ACCOUNT, Span::all(), Direction::Forward);
    scan.map(|row| row.map(|(id, account)| (AccountId(id), account)))
        .collect()
}

/// Whether somebody administers this installation.
pub(crate) fn has_administrator(rows: &impl Rows) -> Result<bool, StoreError> {
    Ok(administrators(rows)? > 0)
}

/// The number of administrators who may sign in.
pub(super) fn administrators(rows: &impl Rows) -> Result<usize, StoreError> {
    let mut count = 0;
    for row in rows.scan(ACCOUNT, Span::all(), Direction::Forward) {
        let (_, account) = row?;
        count += usize::from(account.role == Role::Administrator && !account.disabled);
    }
    Ok(count)
}

/// The API key with this id.
pub(super) fn key(rows: &impl Rows, id: KeyId) -> Result<Option<StoredKey>, StoreError> {
    rows.get(API_KEY, &SmolStr::new(id.as_str()))
}

/// The newest lines of the audit trail.
pub(crate) fn audit(rows: &impl Rows, limit: usize) -> Result<Vec<(Timestamp, AuditLine)>, StoreError> {
    let newest_first = rows.scan(AUDIT, Span::all(), Direction::Backward);
    newest_first
        .take(limit)
        .map(|row| row.map(|((time, _), line)| (time, line)))
        .collect()
}
