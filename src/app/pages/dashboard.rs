//! The first page: what the logbook in use adds up to, its last contacts, what is left to do.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;

use super::lists;
use super::reader::Reader;
use super::views::{DashboardPage, Grouped, QsoRow, Todo};
use crate::jobs;
use crate::logbook::read::imports;
use crate::logbook::read::stats::{Stats, stats};
use crate::logbook::rights::Opened;
use crate::logbook::tables::ImportState;
use crate::store::Read;
use crate::web::{Result, Text};

/// Contacts shown.
const LAST: usize = 10;
/// Imports looked through for rejected records.
const RECENT_IMPORTS: usize = 20;
/// Imports with rejected records that are named.
const NAMED_IMPORTS: usize = 3;

/// What is read.
#[derive(Default)]
struct Figures {
    sums: Stats,
    last: Vec<QsoRow>,
    todo: Vec<Todo>,
}

/// `/`
pub(super) async fn show(reader: Reader) -> Result<Response> {
    let (now, t) = (reader.now, reader.t);
    let administers = reader.visitor.actor.admin().is_ok();
    let gathered = reader.gather(move |r, shelf| {
        let mut figures = match shelf.current() {
            Some(opened) => figures(r, opened, now, t)?,
            None => Figures::default(),
        };
        if administers {
            figures.todo.extend(failed_jobs(r, t)?);
        }
        Ok(figures)
    });
    let (shelf, figures) = gathered.await?;
    let page = DashboardPage {
        frame: reader.frame("dashboard", t.s("dashboard.title"), shelf),
        qsos: Grouped(figures.sums.qsos),
        entities: Grouped(figures.sums.entities.len() as u64),
        entities_confirmed: Grouped(figures.sums.entities_confirmed),
        grids: Grouped(figures.sums.grids),
        last: figures.last,
        todo: figures.todo,
    };
    reader.show(StatusCode::OK, &page)
}

fn figures(r: &Read, opened: &Opened, now: Timestamp, t: Text<'static>) -> Result<Figures> {
    let recent = imports::of_book(r, opened.id, RECENT_IMPORTS)?.into_iter();
    let mend = recent.filter(|(_, import)| import.counts.rejected > 0 && import.state != ImportState::Undone);
    let todo = mend.take(NAMED_IMPORTS).map(|(number, import)| {
        let count = Grouped(import.counts.rejected).to_string();
        Todo {
            href: format!("/import/{number}"),
            text: t.f("todo.rejected", &[("n", &count), ("file", &import.file)]),
        }
    });
    Ok(Figures {
        todo: todo.collect(),
        sums: stats(r, opened.id)?,
        last: lists::last(r, opened, LAST, now)?,
    })
}

fn failed_jobs(r: &Read, t: Text<'static>) -> Result<Option<Todo>> {
    let failed = jobs::read::counts(r)?.failed;
    Ok((failed > 0).then(|| Todo {
        href: "/admin/jobs".to_owned(),
        text: t.f("todo.jobs", &[("n", &Grouped(failed).to_string())]),
    }))
}
