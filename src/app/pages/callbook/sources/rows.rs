//! Registers and refused rows as they stand on the administrator's pages.

use std::collections::BTreeMap;

use jiff::Timestamp;
use smol_str::SmolStr;

use crate::app::pages::reader::Reader;
use crate::app::pages::say::iso;
use crate::app::pages::views::{
    Grouped, PreviewedRow, ReasonRow, RefusedRow, RegisterRow, When, sentence, size_words, utc_words,
};
use crate::callbook::lists::PreviewRow;
use crate::callbook::registers::Reject;
use crate::callbook::sources::SourceView;
use crate::callbook::view::words;

/// A register with its state in words.
pub(super) fn register(reader: &Reader, source: SourceView) -> RegisterRow {
    let working = source.running.is_some();
    let failed = !source.error.is_empty();
    let (tone, glyph, state) = state(reader, (source.enabled, source.in_use), working, failed);
    let when = |at: Option<Timestamp>| at.map(|at| when(reader, at));
    let parts = [source.keeper.as_str(), source.country.as_str()];
    let parts = parts
        .into_iter()
        .filter(|part| !part.is_empty() && *part != source.title);
    let running = source.running.as_ref();
    RegisterRow {
        tone,
        glyph,
        state,
        keeper: parts.collect::<Vec<_>>().join(", "),
        title: source.title,
        enabled: source.enabled,
        locked: source.locked.contains(&"enabled"),
        url: source.url,
        url_locked: source.locked.contains(&"url"),
        next: when(source.next_run),
        day: source
            .made
            .or(source.taken)
            .map(|at| words::today(&source.authority, at).to_string())
            .unwrap_or_default(),
        in_use: source.in_use,
        entries: Grouped(source.entries),
        active: Grouped(source.active),
        size: size_words(source.bytes),
        rejected: Grouped(source.rejects.values().sum()),
        rejects: reasons(&source.rejects),
        attempt: when(source.last_attempt),
        success: when(source.last_success),
        advice: sentence(&source.advice),
        error: sentence(&source.error),
        working,
        job: running
            .and_then(|running| running.job.clone())
            .unwrap_or_default(),
        done: running.map_or(0, |running| running.done),
        total: running.and_then(|running| running.total).unwrap_or(0),
        is_list: source.is_list,
        authority: source.authority.to_string(),
    }
}

/// Colour, sign and words of a register's state, the most pressing first.
fn state(
    reader: &Reader,
    (enabled, in_use): (bool, bool),
    working: bool,
    failed: bool,
) -> (&'static str, &'static str, &'static str) {
    let t = reader.t;
    match (working, failed, in_use, enabled) {
        (true, ..) => ("", "…", t.s("callbook_admin.working")),
        (_, true, true, _) => ("warn", "△", t.s("callbook_admin.behind")),
        (_, true, false, _) => ("bad", "✕", t.s("callbook_admin.failed")),
        (_, _, true, true) => ("good", "✓", t.s("callbook_admin.current")),
        (_, _, true, false) => ("", "–", t.s("callbook_admin.left")),
        (_, _, false, true) => ("", "…", t.s("callbook_admin.waits")),
        (_, _, false, false) => ("", "–", t.s("callbook_admin.unused")),
    }
}

/// Reasons, the most frequent first.
pub(super) fn reasons(counted: &BTreeMap<SmolStr, u64>) -> Vec<ReasonRow> {
    let mut counted: Vec<_> = counted.iter().collect();
    counted.sort_by(|(_, a), (_, b)| b.cmp(a));
    let row = |(reason, count): (&SmolStr, &u64)| ReasonRow {
        reason: reason.to_string(),
        count: Grouped(*count),
    };
    counted.into_iter().map(row).collect()
}

/// A row that could not be used.
pub(super) fn refused(row: Reject) -> RefusedRow {
    RefusedRow {
        file: row.file.into(),
        line: Grouped(row.line),
        reason: row.reason.into(),
        text: row.excerpt.into(),
    }
}

/// What a row of a list would become.
pub(super) fn previewed(row: PreviewRow) -> PreviewedRow {
    PreviewedRow {
        line: row.line,
        call: row.call,
        name: row.name,
        class: row.class,
        place: row.place,
        status: row.status,
        remarks: row.remarks,
    }
}

fn when(reader: &Reader, at: Timestamp) -> When {
    When {
        iso: iso(at),
        words: utc_words(at, reader.now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_reason_comes_first() {
        let counted = [("no call".into(), 3), ("too short".into(), 20)].into();
        let rows = reasons(&counted);
        let said: Vec<_> = rows.iter().map(|row| row.reason.as_str()).collect();
        assert_eq!(said, ["too short", "no call"]);
    }
}
