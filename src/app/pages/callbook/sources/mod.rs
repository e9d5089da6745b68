//! The administrator's page of registers: what is kept, when it came, what was refused, and the forms that change it.

mod files;
pub(in crate::app::pages) mod list;
mod rows;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use self::rows::{reasons, refused, register};
use super::callbook;
use crate::app::pages::fields::{Again, Fields};
use crate::app::pages::notice::Done;
use crate::app::pages::reader::Reader;
use crate::app::pages::views::{AdminCallbookPage, AdminCallbookRejectsPage};
use crate::callbook::write::SourceChange;
use crate::web::{Path, Problem, Query, Result};

/// Where the page is.
const PAGE: &str = "/admin/callbook";
/// Rows shown of those that were refused.
const REFUSED: usize = 500;
/// Fields that each register's forms have a place for.
const PLACES: [&str; 3] = ["url", "confirm", "file"];

/// `/admin/callbook`
pub(in crate::app::pages) async fn show(reader: Reader) -> Result<Response> {
    page(&reader, Again::default(), "").await
}

/// Keeps a register current or leaves it, fetches it, gives it another address, removes it.
pub(in crate::app::pages) async fn change(reader: Reader, fields: Fields) -> Result<Response> {
    let named = fields.text("authority");
    match carry_out(&reader, named, &fields).await {
        Ok(done) => reader.go_on(&format!("{PAGE}#{named}"), done),
        Err(problem) => {
            let again = Again::after(problem)?.having(&PLACES);
            page(&reader, again.keeping(&fields, &["url"]), named).await
        }
    }
}

/// Takes a file in that an administrator has.
pub(in crate::app::pages) async fn hand_over(
    reader: Reader,
    Path(named): Path<String>,
    request: Request,
) -> Result<Response> {
    match files::hand_over(&reader, &named, request).await {
        Ok(()) => reader.go_on(&format!("{PAGE}#{named}"), Done::RegisterHanded),
        Err(problem) => page(&reader, Again::after(problem)?.having(&PLACES), &named).await,
    }
}

async fn carry_out(reader: &Reader, named: &str, fields: &Fields) -> Result<Done> {
    let (book, actor) = (callbook(reader), &reader.visitor.actor);
    let of = book.authority(named)?;
    let change = |enabled: Option<bool>, url: Option<String>| SourceChange { enabled, url };
    match fields.action() {
        "keep" => {
            book.set_source(actor, &of, change(Some(true), None)).await?;
            Ok(Done::RegisterKept)
        }
        "leave" => {
            book.set_source(actor, &of, change(Some(false), None)).await?;
            Ok(Done::RegisterLeft)
        }
        "url" => {
            let url = fields.text("url").to_owned();
            book.set_source(actor, &of, change(None, Some(url))).await?;
            Ok(Done::Saved)
        }
        "fetch" => {
            book.fetch_now(actor, &of, false).await?;
            Ok(Done::RegisterFetched)
        }
        "remove" => {
            if fields.text("confirm") != named {
                return Err(Problem::invalid(
                    "confirm",
                    reader.t.s("callbook_admin.confirm_wrong"),
                ));
            }
            book.remove(actor, &of).await?;
            Ok(Done::RegisterRemoved)
        }
        _ => Err(fields.unknown()),
    }
}

async fn page(reader: &Reader, again: Again, refused: &str) -> Result<Response> {
    let sources = callbook(reader).sources(&reader.visitor.actor).await?;
    let registers = sources.into_iter().map(|source| register(reader, source));
    let page = AdminCallbookPage {
        frame: reader.frame_of("admin", "callbook_admin.title").await,
        part: "callbook",
        form: again.form,
        refused: refused.to_owned(),
        registers: registers.collect(),
    };
    reader.show(again.status, &page)
}

/// Which of the refused rows.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::app::pages) struct Asked {
    reason: String,
}

/// `/admin/callbook/{authority}/rejects`
pub(in crate::app::pages) async fn rejects(
    reader: Reader,
    Path(named): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let (book, actor) = (callbook(&reader), &reader.visitor.actor);
    let of = book.authority(&named)?;
    let found = book.rejects(actor, &of).await?;
    let sources = book.sources(actor).await?;
    let source = sources.into_iter().find(|source| source.authority == of);
    let source = source.ok_or_else(|| Problem::not_found(format!("there is no register {of}")))?;
    let wanted = found
        .into_iter()
        .filter(|row| asked.reason.is_empty() || row.reason == asked.reason);
    let rows: Vec<_> = wanted.take(REFUSED).map(refused).collect();
    let counted = source.rejects.iter();
    let counted = counted.filter(|(reason, _)| asked.reason.is_empty() || **reason == asked.reason);
    let all: u64 = counted.map(|(_, count)| count).sum();
    let page = AdminCallbookRejectsPage {
        frame: reader.frame_of("admin", "callbook_admin.rejects").await,
        part: "callbook",
        more: all > rows.len() as u64,
        authority: named,
        title: source.title,
        reasons: reasons(&source.rejects),
        reason: asked.reason,
        rows,
    };
    reader.show(StatusCode::OK, &page)
}
