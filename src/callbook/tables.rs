//! The domain's tables in the main store: what is known of each register, lists and their maps, events not yet told.
//!
//! The registers themselves lie in files of their own (`generation`); which of them is in use is said here, so one
//! commit puts a whole register in the place of another.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::fetch::State;
use crate::identity::licence::LicenceEvent;
use crate::store::{TableInfo, table};

table!(
    /// Registers, by name.
    pub(super) SOURCE: "callbook.source", SmolStr => StoredSource
);
table!(
    /// Column maps of lists, by the list's name.
    pub(super) LIST: "callbook.list", SmolStr => StoredList
);
table!(
    /// What a change of a register means for accounts, until they were told: by register, generation, delta.
    pub(super) PENDING: "callbook.pending", (SmolStr, u64, u64) => Pending
);

/// What is known of a register, and how it is kept. Field names are stored: retired: none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct StoredSource {
    /// Whether it is kept current; none: as the configuration says.
    pub(super) enabled: Option<bool>,
    /// Where it is fetched; none: as the configuration says.
    pub(super) url: Option<SmolStr>,
    /// The generation in use; 0 for none.
    pub(super) generation: u64,
    /// The last number given to a generation.
    pub(super) last: u64,
    /// What is known of the file it was made of.
    pub(super) state: State,
    /// The same of the daily files, by the name of their day.
    pub(super) days: BTreeMap<SmolStr, State>,
    /// When the generation came into use, or was changed by a daily file.
    pub(super) taken: Option<Timestamp>,
    /// When it was last looked for, or handed over.
    pub(super) attempt: Option<Timestamp>,
    /// When that last ended well.
    pub(super) success: Option<Timestamp>,
    /// What went wrong then; empty for nothing.
    pub(super) error: SmolStr,
    /// What helps.
    pub(super) advice: SmolStr,
    /// When it is looked for next.
    pub(super) next: Option<Timestamp>,
}

/// The column map of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StoredList {
    /// TOML, as it was written.
    pub(super) map: String,
    pub(super) changed: Timestamp,
}

/// Events not yet told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pending {
    pub(super) events: Vec<LicenceEvent>,
}

/// The domain's tables.
pub(crate) fn tables() -> Vec<TableInfo> {
    let mut all = vec![SOURCE.info(), LIST.info(), PENDING.info()];
    all.extend(super::wishes::tables());
    all
}
