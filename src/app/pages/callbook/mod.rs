//! The callbook: one box, what it finds, and one page for each call.
//!
//! Everything shown has gone through the domain's mask; nothing here asks what a reader may see. Pages are for people:
//! robots are told to leave them alone.

pub(super) mod accounts;
pub(super) mod credits;
pub(super) mod map;
pub(super) mod record;
mod rows;
pub(super) mod sources;

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use self::rows::{card, credit};
use super::fields::Again;
use super::reader::{Reader, quoted};
use super::views::{CallbookPage, Example, sentence};
use crate::callbook::{Ask, Callbook, Results};
use crate::ham::callsign::Callsign;
use crate::web::{Problem, Query, Result, Text};

/// Cards of a page.
const CARDS: usize = 20;

/// What is searched for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    cursor: String,
    focus: String,
}

/// The callbook that the program holds.
fn callbook(reader: &Reader) -> &Callbook {
    &reader.app.services.callbook
}

/// `/callbook`
pub(super) async fn show(reader: Reader, Query(asked): Query<Asked>) -> Result<Response> {
    let q = asked.q.trim().to_owned();
    let (found, status, error) = match search(&reader, &q, &asked.cursor).await {
        Ok(found) => (found, StatusCode::OK, String::new()),
        Err(problem) => {
            let again = Again::after(problem)?.having(&["q"]);
            let said = [again.form.error("q"), again.form.message.as_str()];
            let said = said.into_iter().find(|said| !said.is_empty());
            (nothing(), again.status, sentence(said.unwrap_or_default()))
        }
    };
    let t = reader.t;
    let credits = callbook(&reader).credits()?.into_iter();
    let credits: Vec<_> = credits
        .filter(|credit| credit.taken.is_some())
        .map(credit)
        .collect();
    let missing: Vec<_> = found.missing.iter().map(ToString::to_string).collect();
    let page = CallbookPage {
        frame: reader.frame_of("callbook", "callbook.title").await,
        focus: !asked.focus.is_empty() || (q.is_empty() && reader.account.is_some()),
        more: found.next.as_ref().map_or_else(String::new, |next| {
            format!("/callbook?q={}&cursor={}", quoted(&q), quoted(next))
        }),
        widened: found
            .widened
            .as_ref()
            .map(|words| t.f("callbook.widened", &[("words", words), ("q", &q)]))
            .unwrap_or_default(),
        missing: if missing.is_empty() {
            String::new()
        } else {
            t.f("callbook.missing", &[("registers", &missing.join(", "))])
        },
        call: if found.items.is_empty() {
            Callsign::parse(&q)
                .map(|call| call.to_string())
                .unwrap_or_default()
        } else {
            String::new()
        },
        cards: found.items.into_iter().map(|hit| card(&reader, hit)).collect(),
        later: !asked.cursor.is_empty(),
        none: callbook(&reader).registers().all().is_empty(),
        examples: examples(t),
        credits,
        error,
        q,
    };
    reader.show(status, &page)
}

async fn search(reader: &Reader, q: &str, cursor: &str) -> Result<Results> {
    if q.is_empty() {
        return Ok(nothing());
    }
    let ask = Ask {
        q: q.to_owned(),
        cursor: Some(cursor.to_owned()).filter(|cursor| !cursor.is_empty()),
        limit: CARDS,
    };
    let found = callbook(reader).search(&reader.visitor.actor, ask).await;
    found.map_err(Problem::from)
}

fn nothing() -> Results {
    Results {
        items: Vec::new(),
        next: None,
        widened: None,
        missing: Vec::new(),
    }
}

/// What one may type, by what it finds.
fn examples(t: Text<'static>) -> Vec<Example> {
    [
        ("K6BP", t.s("callbook.by_call")),
        ("K6* *BP K?BP", t.s("callbook.by_pattern")),
        ("DL/K6BP/P", t.s("callbook.by_portable")),
        ("prev:WB6XYZ", t.s("callbook.by_previous")),
        ("name:perens bruce", t.s("callbook.by_name")),
        ("club:radio", t.s("callbook.by_club")),
        ("city:berkeley state:CA", t.s("callbook.by_city")),
        ("zip:94704", t.s("callbook.by_zip")),
        ("grid:CM87", t.s("callbook.by_grid")),
        ("class:extra status:active", t.s("callbook.by_class")),
        ("smith~", t.s("callbook.by_similar")),
    ]
    .into_iter()
    .map(|(typed, finds)| Example { typed, finds })
    .collect()
}
