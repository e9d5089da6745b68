//! What is stored of telnet users. Spots never are.

use super::settings::StoredUser;
use crate::store::{TableInfo, table};

table!(
    /// What a user has set, by account.
    pub(super) USER: "dx.telnet_user", u32 => StoredUser
);

/// All tables of the telnet cluster.
pub(crate) fn tables() -> Vec<TableInfo> {
    vec![USER.info()]
}
