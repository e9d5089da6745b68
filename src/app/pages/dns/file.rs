//! A name's records as a master file: fetched, looked through, taken. And the end of a zone.

use axum::body::Bytes;
use axum::response::Response;

use super::rows::path_of;
use super::state_of;
use crate::app::pages::fields::{Again, Fields};
use crate::app::pages::notice::Done;
use crate::app::pages::reader::{Reader, quoted};
use crate::app::pages::views::{DnsFilePage, Form, Found};
use crate::dns::api::files::{self, ImportParams, ImportView, Wish};
use crate::dns::api::{shown, top};
use crate::dns::grants;
use crate::dns::name::Name;
use crate::dns::read;
use crate::web::{Path, Problem, Result};

/// What came of a file.
#[derive(Default)]
struct Looked {
    text: String,
    replace: bool,
    found: Option<Found>,
    faults: Vec<(String, String)>,
}

/// `/dns/{name}/file`
pub(in crate::app::pages) async fn show(reader: Reader, Path(name): Path<String>) -> Result<Response> {
    page(&reader, &top(&name)?, Again::default(), Looked::default()).await
}

/// Looks through a file, takes it, or removes the zone.
pub(in crate::app::pages) async fn change(
    reader: Reader,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response> {
    let zone = top(&name)?;
    if fields.action() == "remove" {
        return remove(&reader, &zone, &fields).await;
    }
    let check = fields.action() == "check";
    let mut looked = Looked {
        text: fields.secret("text").to_owned(),
        replace: fields.ticked("replace"),
        ..Looked::default()
    };
    let wish = Wish {
        params: ImportParams {
            check,
            replace: looked.replace,
        },
        expected: None,
    };
    let body = Bytes::from(looked.text.clone());
    let (state, actor) = (state_of(&reader), &reader.visitor.actor);
    match files::taken(&state, actor, zone.clone(), (wish, body)).await {
        Ok(view) if check => {
            looked.found = Some(found(view));
            page(&reader, &zone, Again::default(), looked).await
        }
        Ok(view) => {
            let live = view.outcome.is_none_or(|outcome| outcome.is_live());
            let done = if live {
                Done::FileTaken
            } else {
                Done::RecordsPending
            };
            reader.go_on(&path_of(&shown(&zone)), done)
        }
        Err(problem) => {
            let lines = problem.body().errors.clone();
            looked.faults = lines.into_iter().map(|line| (line.field, line.message)).collect();
            let form = Form::refused(problem.body().detail.clone());
            let again = Again::after(problem)?;
            page(&reader, &zone, Again { form, ..again }, looked).await
        }
    }
}

async fn remove(reader: &Reader, zone: &Name, fields: &Fields) -> Result<Response> {
    if !fields.text("confirm").eq_ignore_ascii_case(&shown(zone)) {
        let wrong = Problem::invalid("confirm", reader.t.s("dns.confirm_wrong"));
        let again = Again::after(wrong)?.having(&["confirm"]);
        return page(reader, zone, again, Looked::default()).await;
    }
    let dns = &reader.app.services.dns;
    dns.remove_zone(&reader.visitor.actor, zone.clone()).await?;
    reader.go_on("/dns", Done::ZoneRemoved)
}

async fn page(reader: &Reader, zone: &Name, again: Again, looked: Looked) -> Result<Response> {
    let (actor, asked) = (reader.actor(), zone.clone());
    let gathered = reader.gather(move |r, _| Ok(read::zone(r, &actor, &asked)?));
    let (shelf, (opened, line)) = gathered.await?;
    let name = shown(zone);
    let whole = opened.is_whole();
    let page = DnsFilePage {
        frame: reader.frame("dns", &name, shelf),
        form: again.form,
        path: path_of(&name),
        export: format!("/api/v1/dns/zones/{}/export", quoted(&name)),
        whole,
        text: looked.text,
        replace: looked.replace,
        found: looked.found,
        faults: looked.faults,
        removable: whole && !line.is_base && grants::governs(&reader.visitor.actor),
        name,
    };
    reader.show(again.status, &page)
}

fn found(view: ImportView) -> Found {
    let notes = view.notes.into_iter().map(|note| (note.line, note.text));
    Found {
        records: view.records,
        sets: view.sets,
        skipped: view.skipped,
        notes: notes.collect(),
    }
}
