//! `/admin/removals`: requests that calls be not listed, for an administrator to decide.

use axum::response::Response;
use serde::Deserialize;

use super::callbook_own::{path_of, told};
use super::fields::{Again, Fields};
use super::notice::Done;
use super::reader::Reader;
use super::say::iso;
use super::views::{AdminRemovalsPage, RemovalRow, SettledRow, utc_words};
use crate::callbook::api::removals::{self, RemovalView};
use crate::callbook::wishes::removal::Verdict;
use crate::web::{Problem, Query, Result};

/// Requests of a page.
const OPEN: usize = 50;
/// Decided requests listed.
const DECIDED: usize = 30;

/// From where on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Paged {
    after: Option<u64>,
}

/// `/admin/removals`
pub(super) async fn show(reader: Reader, Query(from): Query<Paged>) -> Result<Response> {
    page(&reader, Again::default(), (from, None)).await
}

/// Decides a request.
pub(super) async fn change(reader: Reader, fields: Fields) -> Result<Response> {
    let unknown = |_| Problem::not_found("there is no such request");
    let id: u64 = fields.text("id").parse().map_err(unknown)?;
    match carry_out(&reader, &fields, id).await {
        Ok(done) => reader.go_on("/admin/removals", done),
        Err(problem) => {
            let again = told(problem)?.having(&["reason"]).keeping(&fields, &["reason"]);
            page(&reader, again, (Paged::default(), Some(id))).await
        }
    }
}

async fn carry_out(reader: &Reader, fields: &Fields, id: u64) -> Result<Done> {
    let (confirm, done) = match fields.action() {
        "confirm" => (true, Done::RemovalConfirmed),
        "refuse" => (false, Done::RemovalRefused),
        _ => return Err(fields.unknown()),
    };
    let verdict = Verdict {
        confirm,
        reason: fields.text("reason").to_owned(),
    };
    let state = reader.app.callbook_state();
    removals::settle(&state, &reader.visitor.actor, id, verdict).await?;
    Ok(done)
}

async fn page(reader: &Reader, again: Again, (from, typed): (Paged, Option<u64>)) -> Result<Response> {
    let (state, actor) = (reader.app.callbook_state(), &reader.visitor.actor);
    let mut open = removals::removals(&state, actor, true, (from.after, OPEN + 1)).await?;
    let more = open.len() > OPEN;
    open.truncate(OPEN);
    let last = open.last().filter(|_| more);
    let more = last.map_or_else(String::new, |last| format!("/admin/removals?after={}", last.id));
    let decided = removals::removals(&state, actor, false, (None, DECIDED)).await?;
    let open = open.into_iter().map(|view| {
        let is_typed = typed == Some(view.id);
        let kept = |text: &str| if is_typed { text.to_owned() } else { String::new() };
        RemovalRow {
            answer: kept(again.form.value("reason")),
            error: kept(again.form.error("reason")),
            ..waiting(reader, view)
        }
    });
    let page = AdminRemovalsPage {
        open: open.collect(),
        more,
        decided: decided
            .into_iter()
            .filter_map(|view| settled(reader, view))
            .collect(),
        form: again.form,
        part: "removals",
        frame: reader.frame_of("admin", "removals.title").await,
    };
    reader.show(again.status, &page)
}

fn waiting(reader: &Reader, view: RemovalView) -> RemovalRow {
    RemovalRow {
        id: view.id,
        path: path_of(&view.call),
        call: view.call,
        asked_iso: iso(view.asked),
        asked: utc_words(view.asked, reader.now),
        reason: view.reason,
        contact: view.contact,
        account: view.account,
        outdated: view.outdated,
        answer: String::new(),
        error: String::new(),
    }
}

fn settled(reader: &Reader, view: RemovalView) -> Option<SettledRow> {
    let decision = view.decision?;
    Some(SettledRow {
        path: path_of(&view.call),
        call: view.call,
        at_iso: iso(decision.at),
        at: utc_words(decision.at, reader.now),
        confirmed: view.state == "confirmed",
        by: decision.by,
        reason: decision.reason,
    })
}
