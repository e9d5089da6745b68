//! Where wishes and requests for removal are kept, and the functions that write them with their indexes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::model::{Consent, Override};
use crate::ham::callsign::Callsign;
use crate::store::{Direction, Span};
use crate::store::{Read, Rows, StoreError, TableInfo, Write, table};

/// Call, who held it when it was wished (`model::holder_of`; empty where the register tells nobody apart).
pub(in crate::callbook) type WishKey = (SmolStr, SmolStr);

table!(
    /// Wishes by call and holder: of each call at most one that holds.
    pub(in crate::callbook) WISH: "callbook.wish", WishKey => StoredWish
);
table!(
    /// Account, call, holder.
    pub(in crate::callbook) WISH_BY_ACCOUNT: "callbook.wish.by_account", (u32, SmolStr, SmolStr) => ()
);
table!(
    /// Requests for removal by number.
    pub(in crate::callbook) REMOVAL: "callbook.removal", u64 => StoredRemoval
);
table!(
    /// Those that wait, by where they came from and call: one of each.
    pub(super) REMOVAL_OPEN: "callbook.removal.open", (SmolStr, SmolStr) => u64
);

/// Everything kept here.
pub(crate) fn tables() -> Vec<TableInfo> {
    vec![
        WISH.info(),
        WISH_BY_ACCOUNT.info(),
        REMOVAL.info(),
        REMOVAL_OPEN.info(),
    ]
}

/// What was wished for a call by who holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredWish {
    /// Whose words and consents these are; none where an administrator entered them for somebody without an account.
    #[serde(default)]
    pub(crate) account: Option<u32>,
    #[serde(default)]
    pub(crate) own: Override,
    #[serde(default)]
    pub(crate) consent: Consent,
    #[serde(default)]
    pub(crate) opted_out: Option<OptOut>,
    /// Grows with every change of any wish: no two states of a call have the same.
    pub(crate) revision: u64,
    pub(crate) changed: Timestamp,
}

/// That a call's holder is not to be listed, and who said so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OptOut {
    pub(crate) at: Timestamp,
    /// The administrator who entered it; empty: the holder.
    #[serde(default)]
    pub(crate) by: SmolStr,
    /// The request that led to it.
    #[serde(default)]
    pub(crate) request: Option<u64>,
}

/// Somebody's request that a call be not listed any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredRemoval {
    pub(crate) call: Callsign,
    /// Who held the call then.
    pub(crate) holder: SmolStr,
    pub(crate) reason: SmolStr,
    /// Where the asker can be reached; may be empty.
    #[serde(default)]
    pub(crate) contact: SmolStr,
    /// The account that asked, where somebody was signed in.
    #[serde(default)]
    pub(crate) account: Option<u32>,
    /// The network it came from; forgotten with the decision.
    #[serde(default)]
    pub(crate) from: SmolStr,
    pub(crate) asked: Timestamp,
    #[serde(default)]
    pub(crate) decision: Option<Decision>,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Decision {
    /// Whether the call is not listed any more.
    pub(crate) confirmed: bool,
    pub(crate) by: SmolStr,
    #[serde(default)]
    pub(crate) reason: SmolStr,
    pub(crate) at: Timestamp,
}

impl StoredWish {
    /// Whether it says nothing any more.
    pub(super) fn is_empty(&self) -> bool {
        self.own == Override::default() && self.consent == Consent::default() && self.opted_out.is_none()
    }
}

impl StoredRemoval {
    /// Whether nobody has decided it.
    pub(crate) fn is_open(&self) -> bool {
        self.decision.is_none()
    }
}

/// Puts a wish in the place of another one, with its index; either may be nothing.
pub(in crate::callbook) fn turn(
    tx: &mut Write<'_>,
    old: Option<(&WishKey, &StoredWish)>,
    new: Option<(&WishKey, &StoredWish)>,
) -> Result<(), StoreError> {
    if let Some((key, wish)) = old {
        tx.remove(WISH, key)?;
        if let Some(account) = wish.account {
            tx.remove(WISH_BY_ACCOUNT, &by_account(account, key))?;
        }
    }
    if let Some((key, wish)) = new {
        tx.put(WISH, key, wish)?;
        if let Some(account) = wish.account {
            tx.put(WISH_BY_ACCOUNT, &by_account(account, key), &())?;
        }
    }
    Ok(())
}

/// Stores a request with its index: whether it waits.
pub(super) fn put_removal(tx: &mut Write<'_>, id: u64, removal: &StoredRemoval) -> Result<(), StoreError> {
    if let Some(before) = tx.get(REMOVAL, &id)? {
        close(tx, &before)?;
    }
    tx.put(REMOVAL, &id, removal)?;
    if removal.is_open() {
        tx.put(REMOVAL_OPEN, &open_key(removal), &id)?;
    }
    Ok(())
}

/// Removes a request with its index.
pub(in crate::callbook) fn drop_removal(
    tx: &mut Write<'_>,
    id: u64,
    removal: &StoredRemoval,
) -> Result<(), StoreError> {
    close(tx, removal)?;
    tx.remove(REMOVAL, &id).map(drop)
}

fn close(tx: &mut Write<'_>, removal: &StoredRemoval) -> Result<(), StoreError> {
    if removal.is_open() {
        tx.remove(REMOVAL_OPEN, &open_key(removal))?;
    }
    Ok(())
}

/// Where an open request stands among those that wait.
pub(super) fn open_key(removal: &StoredRemoval) -> (SmolStr, SmolStr) {
    (removal.from.clone(), SmolStr::new(removal.call.as_str()))
}

fn by_account(account: u32, (call, holder): &WishKey) -> (u32, SmolStr, SmolStr) {
    (account, call.clone(), holder.clone())
}

/// Compares the indexes with the records.
pub(crate) fn check_wishes(read: &Read) -> Result<Vec<String>, StoreError> {
    let mut wrong = Vec::new();
    let mut owned = 0;
    for row in read.scan(WISH, Span::all(), Direction::Forward) {
        let (key, wish) = row?;
        let Some(account) = wish.account else { continue };
        owned += 1;
        if !read.contains(WISH_BY_ACCOUNT, &by_account(account, &key))? {
            wrong.push(format!("wish for {} is not in the index by account", key.0));
        }
    }
    let mut open = 0;
    for row in read.scan(REMOVAL, Span::all(), Direction::Forward) {
        let (id, removal) = row?;
        if removal.is_open() {
            open += 1;
            if read.get(REMOVAL_OPEN, &open_key(&removal))? != Some(id) {
                wrong.push(format!("request {id} is not among those that wait"));
            }
        }
    }
    if read.len(WISH_BY_ACCOUNT)? != owned {
        wrong.push("the index of wishes by account has rows too many".to_owned());
    }
    if read.len(REMOVAL_OPEN)? != open {
        wrong.push("the list of requests that wait has rows too many".to_owned());
    }
    wrong.truncate(100);
    Ok(wrong)
}
