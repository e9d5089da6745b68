//! Who follows whom, by both ends; `write` alone changes them, together.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::store::{Direction, IndexCheck, Read, Rows as _, Span, StoreError, TableInfo, table};

table!(
    /// Account, call that it follows.
    pub(super) FOLLOWING: "shack.following", (u32, SmolStr) => StoredFollow
);
table!(
    /// Call, account that follows it.
    pub(super) FOLLOWER: "shack.following.by_call", (SmolStr, u32) => ()
);

/// Somebody who is followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StoredFollow {
    pub(super) since: Timestamp,
}

/// Everything kept here.
pub(crate) fn tables() -> Vec<TableInfo> {
    vec![FOLLOWING.info(), FOLLOWER.info()]
}

/// Both ends agree.
pub(crate) const CHECKS: [(&str, IndexCheck); 1] = [("shack following", both_ends)];

fn both_ends(r: &Read) -> Result<Vec<String>, StoreError> {
    let mut wrong = Vec::new();
    let mut rows = 0_usize;
    for row in r.scan(FOLLOWING, Span::all(), Direction::Forward) {
        let ((account, call), _) = row?;
        rows += 1;
        if !r.contains(FOLLOWER, &(call.clone(), account))? {
            wrong.push(format!(
                "account {account} follows {call}, which is not listed by the call"
            ));
        }
    }
    let listed = r.scan(FOLLOWER, Span::all(), Direction::Forward).count();
    if listed != rows {
        wrong.push(format!(
            "{listed} followers are listed by calls, {rows} by accounts"
        ));
    }
    Ok(wrong)
}
