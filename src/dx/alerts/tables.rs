//! Where rules and filters are kept.

use super::model::{Rule, SavedFilter};
use crate::store::{TableInfo, table};

table!(
    /// Account, number of the rule.
    pub(super) ALERT: "dx.alert", (u32, u32) => Rule
);
table!(
    /// By account.
    pub(super) FILTERS: "dx.filters", u32 => Vec<SavedFilter>
);

/// Everything kept here.
pub(crate) fn tables() -> Vec<TableInfo> {
    vec![ALERT.info(), FILTERS.info()]
}
