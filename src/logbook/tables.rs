//! The logbook's tables: keys, stored records, versions.
//!
//! Keys begin with the logbook, so that a logbook is one stretch of every table and its deletion, export and
//! listing are range walks. QSO numbers ascend within a logbook: imports append. Indexes and tallies are
//! written by `write::index` alone.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::event::LogbookId;
use super::stored::StoredQso;
use super::summary::Summary;
use crate::ham::adif::{Checkpoint, UserDef};
use crate::store::{TableInfo, table};

/// Logbook, QSO number.
pub(crate) type QsoKey = (u32, u64);
/// Logbook, start in seconds since 1970, QSO number.
pub(crate) type TimeKey = (u32, i64, u64);
/// Logbook, call, start in seconds since 1970, QSO number.
pub(crate) type CallKey = (u32, SmolStr, i64, u64);

table!(pub(crate) BOOK: "logbook.book", u32 => Book);
table!(pub(crate) BOOK_BY_CALL: "logbook.book.by_call", SmolStr => u32);
table!(pub(crate) MEMBER: "logbook.member", (u32, u32) => Membership);
table!(pub(crate) MEMBER_BY_ACCOUNT: "logbook.member.by_account", (u32, u32) => ());
table!(pub(crate) NEXT: "logbook.next", u32 => u64);

table!(pub(crate) QSO: "logbook.qso", QsoKey => StoredQso);
table!(pub(crate) QSO_BY_TIME: "logbook.qso.by_time", TimeKey => Summary);
table!(pub(crate) QSO_BY_CALL: "logbook.qso.by_call", CallKey => ());
table!(pub(crate) TALLY: "logbook.tally", (u32, u8, SmolStr) => u64);

table!(
    /// User-defined fields that imports brought, by name in upper case.
    pub(crate) USERDEF: "logbook.userdef", (u32, SmolStr) => UserDef
);

table!(pub(crate) IMPORT: "logbook.import", u32 => Import);
table!(pub(crate) IMPORT_BY_BOOK: "logbook.import.by_book", (u32, u32) => ());
table!(pub(crate) IMPORT_BY_JOB: "logbook.import.by_job", SmolStr => u32);
table!(pub(crate) MERGED: "logbook.import.merged", (u32, u64) => Filled);
table!(pub(crate) REJECT: "logbook.import.reject", (u32, u32) => Reject);

table!(
    /// The mark of the table of entities by which all places were worked out last.
    pub(crate) SETTLED: "logbook.settled", () => String
);

table!(pub(crate) UNDO: "logbook.undo", SmolStr => Undo);
table!(pub(crate) UNDO_ROW: "logbook.undo.row", (SmolStr, u64) => UndoRow);

/// A station log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Book {
    /// The station's call; one logbook per call.
    pub(crate) call: SmolStr,
    pub(crate) title: String,
    /// Several operators keep it together.
    #[serde(default)]
    pub(crate) club: bool,
    pub(crate) created: Timestamp,
    /// Set while the contacts are being removed; such a logbook is no longer shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) closed: bool,
}

/// What somebody may do in a logbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Right {
    /// Reads all, logs, changes the contacts that he logged himself.
    Member,
    /// Changes and imports everything.
    Officer,
    /// Shares, renames and removes the logbook as well.
    Owner,
}

impl Right {
    /// The word the API uses.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Right::Member => "member",
            Right::Officer => "officer",
            Right::Owner => "owner",
        }
    }
}

/// One account's right in one logbook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Membership {
    pub(crate) right: Right,
    /// The account's call, to show.
    pub(crate) call: SmolStr,
    pub(crate) since: Timestamp,
}

/// How an import treats a QSO that is already there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OnDuplicate {
    /// Fills what the known QSO lacks.
    #[default]
    Merge,
    /// Leaves the known QSO alone.
    Skip,
    /// Stores it again.
    KeepAll,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ImportState {
    Waiting,
    Running,
    Done,
    /// Given up or cancelled; what was stored till then can be undone.
    Stopped,
    Undoing,
    Undone,
}

/// One import of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Import {
    pub(crate) book: u32,
    /// The job that reads it; empty for one made at the command line.
    pub(crate) job: SmolStr,
    /// Who asked for it.
    pub(crate) account: Option<u32>,
    /// Whether that account may change every contact of the logbook.
    #[serde(default)]
    pub(crate) all: bool,
    /// The file's name as sent.
    pub(crate) file: String,
    pub(crate) bytes: u64,
    pub(crate) created: Timestamp,
    pub(crate) ended: Option<Timestamp>,
    pub(crate) state: ImportState,
    pub(crate) on_duplicate: OnDuplicate,
    /// Minutes by which two records of one QSO may differ.
    pub(crate) window: u8,
    /// Where reading goes on after a stop.
    #[serde(default)]
    pub(crate) position: Option<Checkpoint>,
    #[serde(default)]
    pub(crate) counts: Counts,
    /// Ranges of the numbers of added QSOs, first and last; ascending.
    #[serde(default)]
    pub(crate) ranges: Vec<(u64, u64)>,
    /// What was odd about the file, the first of it.
    #[serde(default)]
    pub(crate) remarks: Vec<Remark>,
    /// QSOs made under other station calls than the logbook's.
    #[serde(default)]
    pub(crate) other_calls: std::collections::BTreeMap<SmolStr, u64>,
    /// What it merged into contacts is not kept any more, so that it cannot be taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) forgotten: bool,
}

/// Something odd in a file that was put right or kept aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Remark {
    pub(crate) record: Option<u32>,
    pub(crate) line: u32,
    pub(crate) field: Option<SmolStr>,
    pub(crate) text: String,
}

/// What an import came to so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Counts {
    pub(crate) added: u64,
    pub(crate) merged: u64,
    pub(crate) duplicates: u64,
    pub(crate) rejected: u64,
    /// Records stored, but with something put right.
    pub(crate) warnings: u64,
}

/// What an import merged into a contact that was there before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Filled {
    /// The contact before the import's first merge into it.
    pub(crate) before: StoredQso,
    /// The fields filled, with their values.
    pub(crate) fields: Vec<(SmolStr, SmolStr)>,
    /// The revision the last merge left: if it still stands, undo gives back `before` as it was.
    pub(crate) left: u32,
}

/// A record that could not be stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reject {
    pub(crate) record: u64,
    pub(crate) line: u64,
    pub(crate) reason: String,
    /// The record as it stood in the file.
    pub(crate) text: String,
}

/// An edit or a deletion that can be taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Undo {
    pub(crate) book: u32,
    pub(crate) account: Option<u32>,
    pub(crate) until: Timestamp,
    pub(crate) rows: u64,
    /// The number of the first contact that was logged since.
    #[serde(default)]
    pub(crate) since: u64,
}

/// One QSO before an edit or a deletion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct UndoRow {
    pub(crate) before: StoredQso,
    /// The revision the command left; `None` after a deletion. A QSO changed since is left alone.
    pub(crate) left: Option<u32>,
}

impl LogbookId {
    /// The key of a QSO in this logbook.
    pub(crate) fn qso(self, number: u64) -> QsoKey {
        (self.0, number)
    }
}

/// Every table of this domain, for the store's registry.
pub(crate) fn tables() -> Vec<TableInfo> {
    vec![
        BOOK.info(),
        BOOK_BY_CALL.info(),
        MEMBER.info(),
        MEMBER_BY_ACCOUNT.info(),
        NEXT.info(),
        QSO.info(),
        QSO_BY_TIME.info(),
        QSO_BY_CALL.info(),
        TALLY.info(),
        USERDEF.info(),
        IMPORT.info(),
        IMPORT_BY_BOOK.info(),
        IMPORT_BY_JOB.info(),
        MERGED.info(),
        REJECT.info(),
        SETTLED.info(),
        UNDO.info(),
        UNDO_ROW.info(),
    ]
}
