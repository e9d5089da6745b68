//! What is stored of telnet users. Spots never are.

use serde::{Deserialize, Serialize};

use crate::ham::cluster::filter::{Action, Kind};
use crate::store::{TableInfo, table};

table!(
    /// What a user has set, by account.
    pub(super) USER: "dx.telnet_user", u32 => StoredUser
);

/// All tables of the telnet cluster.
pub(crate) fn tables() -> Vec<TableInfo> {
    vec![USER.info()]
}

/// What a user has set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct StoredUser {
    pub(crate) name: String,
    pub(crate) qth: String,
    pub(crate) grid: String,
    pub(crate) home_node: String,
    /// `grid`, `cq`, `itu`, `state`, or empty.
    pub(crate) tail: String,
    /// Switches that stand otherwise than at first.
    pub(crate) changed: Vec<String>,
    /// `cw rtty psk ft bcn`, as far as wanted.
    pub(crate) skimmers: String,
    pub(crate) width: u16,
    pub(crate) page: u16,
    pub(crate) filters: Vec<StoredFilter>,
    /// Whether the expression is kept without being asked.
    pub(crate) resting: bool,
    /// Networks as they are written.
    pub(crate) allowed: Vec<String>,
}

/// A filter in the user's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredFilter {
    pub(crate) kind: Kind,
    pub(crate) form: Form,
    pub(crate) text: String,
}

/// The dialect of a filter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Form {
    Numbered { number: u8, action: Action },
    Expression,
    List { pass: bool, subject: String },
}
