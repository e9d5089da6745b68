//! Zones, records, tokens and changes as rows of a page.

use jiff::Timestamp;

use crate::app::pages::reader::{Reader, quoted};
use crate::app::pages::say;
use crate::app::pages::views::{
    AnswerRow, HistoryRow, NameRow, RecordRow, Remark, Span, TokenLine, Turn, When, ZoneRow, utc_words,
    word_or_name,
};
use crate::dns::api::history::{LineView, SetView, TurnView};
use crate::dns::api::lookup::Answered;
use crate::dns::api::shown;
use crate::dns::api::tokens::TokenView;
use crate::dns::api::view::RecordView;
use crate::dns::api::zones::ZoneView;
use crate::dns::model::NameState;
use crate::dns::name::Name;
use crate::dns::read::NameLine;

/// Sets of a change that are listed; of a larger one the rest is counted.
const TURNS: usize = 6;

/// The address of a name's page.
pub(super) fn path_of(name: &str) -> String {
    format!("/dns/{}", quoted(name))
}

/// A moment.
pub(super) fn when(reader: &Reader, time: Timestamp) -> When {
    When {
        iso: say::iso(time),
        words: utc_words(time, reader.now),
    }
}

/// Seconds, with their words.
pub(super) fn span(seconds: u32) -> Span {
    Span {
        seconds,
        words: say::seconds(seconds),
    }
}

/// A zone, or a name as one.
pub(super) fn zone_row(reader: &Reader, view: ZoneView) -> ZoneRow {
    let own = reader.account.as_ref().and_then(|account| account.call.call());
    let label = own.map(crate::dns::rules::owner::label_of).unwrap_or_default();
    let age = reader.now.as_second() - view.changed.as_second();
    ZoneRow {
        own: view.kind == "name" && view.name.split('.').next() == Some(label.as_str()),
        kind: view.kind,
        zone: view.zone,
        serial: view.serial,
        changed: when(reader, view.changed),
        ago: say::ago(age),
        sets: view.sets,
        state: if view.pending && view.state == "live" {
            "pending"
        } else {
            view.state
        },
        reason: view.reason.unwrap_or_default().to_owned(),
        name: view.name,
    }
}

/// A member's name.
pub(super) fn name_row(reader: &Reader, line: &NameLine) -> NameRow {
    let (state, reason, since) = match &line.held.state {
        NameState::Live => ("live", "", line.held.created),
        NameState::Suspended { why, since } => ("suspended", why.words(), *since),
        NameState::Released { since } => ("released", "", *since),
    };
    NameRow {
        name: shown(&line.name),
        call: line.held.call.to_string(),
        account: line.held.account,
        state,
        reason: reason.to_owned(),
        since: when(reader, since),
        delegates: line.held.delegates,
        wanted: line.held.wanted_by.is_some(),
    }
}

/// A record; `edited` is the id of the one that is being changed.
pub(super) fn record_row(reader: &Reader, view: RecordView, top: &Name, edited: &str) -> RecordRow {
    let name = Name::parse(&view.name, top).map_or_else(|_| view.name.clone(), |name| shown(&name));
    let notes = view.notes.into_iter().map(|note| Remark {
        text: note.text,
        warning: note.warning,
    });
    RecordRow {
        edited: view.id == edited,
        whole: name,
        again: false,
        shown: view.shown.unwrap_or_default(),
        told: readable(&view.content),
        content: view.content,
        ttl: span(view.ttl),
        until: view.until.map(|until| when(reader, until)),
        notes: notes.collect(),
        kind: view.kind,
        name: view.name,
        id: view.id,
    }
}

/// A record of an answer.
pub(super) fn answer_row(record: Answered) -> AnswerRow {
    AnswerRow {
        name: record.name,
        kind: record.kind,
        ttl: span(record.ttl),
        content: readable(&record.content),
    }
}

/// A token; `chosen` is the id of the one whose lines are shown.
pub(super) fn token_line(reader: &Reader, view: TokenView, chosen: &str) -> TokenLine {
    TokenLine {
        chosen: view.id == chosen,
        scope_word: word_or_name(reader.t, "dns_scope", view.scope),
        scope: view.scope,
        name: view.name,
        label: view.label,
        lasts: view.lasts.map(say::seconds).unwrap_or_default(),
        made: when(reader, view.created),
        used: view.used.map(|used| when(reader, used)),
        id: view.id,
    }
}

/// A line of the history.
pub(super) fn history_row(reader: &Reader, view: LineView, may_edit: bool) -> HistoryRow {
    let more = view.changes.len().saturating_sub(TURNS);
    let whole = matches!(view.what, "suspended" | "restored");
    HistoryRow {
        version: view.version,
        at: when(reader, view.at),
        by: view.by,
        what: word_or_name(reader.t, "dns_what", view.what),
        undo: may_edit && !whole && !view.changes.is_empty(),
        turns: view.changes.into_iter().take(TURNS).map(turn).collect(),
        more,
    }
}

fn turn(view: TurnView) -> Turn {
    let records = |set: &Option<SetView>| set.as_ref().map(|set| set.records.clone()).unwrap_or_default();
    let (before, after) = (records(&view.before), records(&view.after));
    let without = |all: &[String], others: &[String]| {
        let rest = all.iter().filter(|one| !others.contains(one));
        rest.map(|one| readable(one)).collect::<Vec<_>>()
    };
    let ttl = match (&view.before, &view.after) {
        (Some(before), Some(after)) if before.ttl != after.ttl => {
            format!("{} → {}", say::seconds(before.ttl), say::seconds(after.ttl))
        }
        _ => String::new(),
    };
    Turn {
        gone: without(&before, &after),
        come: without(&after, &before),
        name: view.name,
        kind: view.kind,
        ttl,
    }
}

/// Content with letters where the canonical text has their octets as `\DDD`; as it was where they are no letters.
fn readable(content: &str) -> String {
    if !content.contains('\\') {
        return content.to_owned();
    }
    let bytes = content.as_bytes();
    let (mut octets, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(&byte) = bytes.get(at) {
        let code = (byte == b'\\').then(|| content.get(at + 1..at + 4)).flatten();
        match code
            .and_then(|code| code.parse::<u8>().ok())
            .filter(|code| *code >= 0x80)
        {
            Some(octet) => {
                octets.push(octet);
                at += 4;
            }
            None => {
                octets.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(octets).unwrap_or_else(|_| content.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_other_alphabets_are_read_as_such() {
        assert_eq!(readable("\"K\\195\\182ln\""), "\"Köln\"");
        assert_eq!(readable("\"a\\\"b\\009\""), "\"a\\\"b\\009\"");
        assert_eq!(readable("\"\\255\""), "\"\\255\"");
    }

    #[test]
    fn a_turn_says_what_went_and_what_came() {
        let set = |ttl, records: &[&str]| {
            Some(SetView {
                ttl,
                records: records.iter().map(ToString::to_string).collect(),
            })
        };
        let turn = turn(TurnView {
            name: "www".to_owned(),
            kind: "A".to_owned(),
            before: set(3600, &["192.0.2.1", "192.0.2.2"]),
            after: set(300, &["192.0.2.2", "192.0.2.3"]),
        });
        assert_eq!(
            (turn.gone, turn.come),
            (vec!["192.0.2.1".to_owned()], vec!["192.0.2.3".to_owned()])
        );
        assert_eq!(turn.ttl, "1\u{a0}h → 5\u{a0}min");
    }
}
