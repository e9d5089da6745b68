//! Pages of the logbook in use: dashboard, table, one contact, entry, export.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;

use super::reader::Reader;
use super::views::{
    ContactPage, DashboardPage, ExportPage, FieldGroup, Form, Frame, Grouped, Labelled, LogbookPage,
    NewContactPage, QsoRow, Todo, utc_words,
};
use crate::identity::Scope;
use crate::jobs::event::State;
use crate::logbook::error::Error;
use crate::logbook::event::QsoId;
use crate::logbook::filter;
use crate::logbook::read::list::{Begin, ListQuery, Listed, Sort, list};
use crate::logbook::read::{imports, stats};
use crate::logbook::rights::Opened;
use crate::logbook::tables::ImportState;
use crate::logbook::view::QsoView;
use crate::logbook::write::edit;
use crate::web::{Path, Problem, Query, Result, render};

/// Contacts on a page that is read without script.
const ROWS: usize = 50;
const LAST: usize = 10;
/// Imports looked at for records to mend.
const RECENT_IMPORTS: usize = 20;

/// Which contacts.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    offset: u64,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

/// `/`
pub(super) async fn dashboard(reader: Reader) -> Result<Response> {
    let frame = reader.frame("dashboard", reader.t.s("dashboard.title"));
    let Some(book) = reader.book().cloned() else {
        return render(&empty_dashboard(frame));
    };
    let todo = todo(&reader, &book).await?;
    let read = move |r: &crate::store::Read| {
        let sums = stats::stats(r, book.id)?;
        Ok::<_, Error>((sums, list(r, &newest(&book, LAST))?, book))
    };
    let (sums, listed, book) = reader
        .app
        .services
        .store
        .read(read)
        .await
        .map_err(Problem::from)?;
    render(&DashboardPage {
        qsos: Grouped(sums.qsos),
        entities: Grouped(sums.entities.len() as u64),
        entities_confirmed: Grouped(sums.entities_confirmed),
        grids: Grouped(sums.grids),
        last: rows(&book, &listed, reader.now),
        todo,
        frame,
    })
}

/// `/logbook`
pub(super) async fn logbook(reader: Reader, Query(asked): Query<Asked>) -> Result<Response> {
    let mut page = LogbookPage {
        frame: reader.frame("logbook", reader.t.s("logbook.title")),
        form: Form::default(),
        q: asked.q.clone(),
        total: Grouped(0),
        rows: Vec::new(),
        next_href: String::new(),
    };
    let Some(book) = reader.book().cloned() else {
        return render(&page);
    };
    let table = reader.app.logbook.countries.table();
    let filter = match filter::parse(&asked.q, &|name| table.entities(name)) {
        Ok(filter) => filter,
        Err(error) => {
            page.form = Form::default().with_error("q", &error.to_string());
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response());
        }
    };
    let sort = asked.sort.parse().unwrap_or(Sort::NEWEST);
    let query = ListQuery {
        filter,
        sort,
        begin: Begin::Offset(asked.offset),
        ..newest(&book, ROWS)
    };
    let listed = reader
        .app
        .services
        .store
        .read(move |r| Ok::<_, Error>(list(r, &query)?))
        .await;
    let listed = listed.map_err(Problem::from)?;
    page.total = Grouped(listed.total);
    page.rows = rows(&book, &listed, reader.now);
    if listed.next.is_some() {
        page.next_href = next_href(&asked);
    }
    render(&page)
}

/// `/logbook/new`
pub(super) async fn new(reader: Reader) -> Result<Response> {
    let frame = reader.frame("new", reader.t.s("new.title"));
    let last = match reader.book().cloned() {
        Some(book) => {
            let query = newest(&book, LAST);
            let listed = reader
                .app
                .services
                .store
                .read(move |r| Ok::<_, Error>(list(r, &query)?))
                .await;
            rows(&book, &listed.map_err(Problem::from)?, reader.now)
        }
        None => Vec::new(),
    };
    render(&NewContactPage {
        frame,
        form: Form::default(),
        last,
    })
}

/// `/logbook/{id}`
pub(super) async fn contact(reader: Reader, Path(id): Path<String>) -> Result<Response> {
    let id: QsoId = id
        .parse()
        .map_err(|_| Problem::not_found(format!("there is no contact {id}")))?;
    let actor = reader.actor();
    let read = move |r: &crate::store::Read| edit::find(r, &actor, Scope::LogbookRead, id);
    let (opened, record) = reader
        .app
        .services
        .store
        .read(read)
        .await
        .map_err(Problem::from)?;
    let view = QsoView::of(id, &opened.book.call, &record);
    let call = view.call.to_string();
    let mode = record.qso.mode.label();
    render(&ContactPage {
        frame: reader.frame("logbook", &call),
        id: id.to_string(),
        summary: format!(
            "{} · {} · {mode}",
            utc_words(view.start, reader.now),
            spaced(view.band)
        ),
        groups: groups(&reader, &view)?,
        call,
    })
}

/// `/export`
pub(super) async fn export(reader: Reader, Query(asked): Query<Asked>) -> Result<Response> {
    reader.book_in_use()?;
    let frame = reader.frame("export", reader.t.s("export.title"));
    render(&ExportPage {
        frame,
        from: asked.from,
        to: asked.to,
        q: asked.q,
    })
}

fn empty_dashboard(frame: Frame) -> DashboardPage {
    DashboardPage {
        frame,
        qsos: Grouped(0),
        entities: Grouped(0),
        entities_confirmed: Grouped(0),
        grids: Grouped(0),
        last: Vec::new(),
        todo: Vec::new(),
    }
}

/// What the owner should look at: records that imports refused, and what failed in the background.
async fn todo(reader: &Reader, book: &Opened) -> Result<Vec<Todo>> {
    let id = book.id;
    let recent = reader
        .app
        .services
        .store
        .read(move |r| Ok::<_, Error>(imports::of_book(r, id, RECENT_IMPORTS)?));
    let recent = recent.await.map_err(Problem::from)?;
    let mut items: Vec<Todo> = recent
        .into_iter()
        .filter(|(_, import)| import.counts.rejected > 0 && import.state != ImportState::Undone)
        .map(|(number, import)| Todo {
            href: format!("/import/{number}"),
            text: reader.t.f(
                "todo.rejected",
                &[
                    ("n", &Grouped(import.counts.rejected).to_string()),
                    ("file", &import.file),
                ],
            ),
        })
        .take(3)
        .collect();
    if reader.actor().admin().is_ok() {
        let jobs = reader.app.jobs.list(None, None, 50).await?;
        let failed = jobs.iter().filter(|job| job.state == State::Failed).count() as u64;
        if failed > 0 {
            let text = reader.t.f("todo.jobs", &[("n", &Grouped(failed).to_string())]);
            items.push(Todo {
                href: "/admin/jobs".to_owned(),
                text,
            });
        }
    }
    Ok(items)
}

fn newest(book: &Opened, limit: usize) -> ListQuery {
    ListQuery {
        book: book.id,
        filter: filter::Filter::default(),
        sort: Sort::NEWEST,
        begin: Begin::Offset(0),
        limit,
    }
}

fn next_href(asked: &Asked) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in [("q", &asked.q), ("sort", &asked.sort)] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    query.append_pair("offset", &(asked.offset + ROWS as u64).to_string());
    format!("/logbook?{}", query.finish())
}

fn rows(book: &Opened, listed: &Listed, now: Timestamp) -> Vec<QsoRow> {
    let row = |(number, record): &(u64, _)| {
        row(
            &QsoView::of(
                QsoId {
                    book: book.id,
                    number: *number,
                },
                &book.book.call,
                record,
            ),
            now,
        )
    };
    listed.rows.iter().map(row).collect()
}

fn row(view: &QsoView, now: Timestamp) -> QsoRow {
    let text = |name: &str| view.texts.get(name).map(ToString::to_string).unwrap_or_default();
    QsoRow {
        id: view.id.clone(),
        start_iso: view.start.to_string(),
        start: utc_words(view.start, now),
        call: view.call.to_string(),
        band: view.band.to_owned(),
        band_name: spaced(view.band),
        freq: view.freq_hz.map(kilohertz).unwrap_or_default(),
        mode: view.submode.as_ref().unwrap_or(&view.mode).to_string(),
        rst_sent: text("rst_sent"),
        rst_rcvd: text("rst_rcvd"),
        country: view.country.to_string(),
        grid: text("grid"),
        name: text("name"),
    }
}

/// Kilohertz with tenths, finer only where needed.
fn kilohertz(hertz: u64) -> String {
    let (whole, rest) = (hertz / 1_000, hertz % 1_000);
    match rest {
        _ if rest % 100 == 0 => format!("{whole}.{}", rest / 100),
        _ if rest % 10 == 0 => format!("{whole}.{:02}", rest / 10),
        _ => format!("{whole}.{rest:03}"),
    }
}

/// A band for the eye: `20 m`.
fn spaced(band: &str) -> String {
    match band.find(|c: char| c.is_ascii_alphabetic()) {
        Some(at) if at > 0 => format!("{}\u{a0}{}", &band[..at], &band[at..]),
        _ => band.to_owned(),
    }
}

/// All that is known of a contact, as the API names it: for reading without script.
fn groups(reader: &Reader, view: &QsoView) -> Result<Vec<FieldGroup>> {
    let value = serde_json::to_value(view).map_err(Problem::internal)?;
    let fields = |names: &dyn Fn(&str) -> bool, object: Option<&serde_json::Value>| -> Vec<Labelled> {
        let entries = object
            .and_then(serde_json::Value::as_object)
            .into_iter()
            .flatten();
        entries
            .filter(|(name, value)| names(name) && !value.is_object())
            .map(|(name, value)| Labelled {
                label: name.clone(),
                value: plain(value),
            })
            .collect()
    };
    let first = [
        "call", "start", "end", "band", "freq_hz", "mode", "submode", "rst_sent", "rst_rcvd", "name", "grid",
    ];
    let groups = [
        (
            "contact.g_contact",
            fields(&|name| first.contains(&name), Some(&value)),
        ),
        (
            "contact.g_more",
            fields(&|name| !first.contains(&name), Some(&value)),
        ),
        ("contact.g_adif", fields(&|_| true, value.get("adif"))),
    ];
    let group = |(title, fields)| FieldGroup {
        title: reader.t.s(title).to_owned(),
        fields,
    };
    Ok(groups
        .into_iter()
        .filter(|(_, fields)| !fields.is_empty())
        .map(group)
        .collect())
}

fn plain(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequencies_stand_in_kilohertz() {
        assert_eq!(
            [14_081_500, 7_074_050, 14_074_123, 14_000_000].map(kilohertz),
            ["14081.5", "7074.05", "14074.123", "14000.0"]
        );
    }

    #[test]
    fn bands_are_spaced_for_the_eye() {
        assert_eq!(
            ["20m", "70cm", "1.25m", "submm"].map(spaced),
            ["20\u{a0}m", "70\u{a0}cm", "1.25\u{a0}m", "submm"]
        );
    }
}
