//! The logbook as a table that reads without script: fifty contacts at a time, with a filter.

use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;

use super::fields::Again;
use super::reader::{Reader, quoted};
use super::say;
use super::views::{Grouped, LogbookPage, QsoRow};
use crate::logbook::error::Error;
use crate::logbook::filter::{self, Filter};
use crate::logbook::read::list::{Begin, ListQuery, Listed, Sort, list};
use crate::logbook::rights::Opened;
use crate::store::Read;
use crate::web::{Query, Result};

/// Contacts on a page.
const ROWS: usize = 50;

/// Which contacts.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    offset: u64,
}

/// What is read.
#[derive(Default)]
struct Found {
    rows: Vec<QsoRow>,
    total: u64,
    next_href: String,
}

/// `/logbook`
pub(super) async fn show(reader: Reader, Query(asked): Query<Asked>) -> Result<Response> {
    let table = reader.app.logbook.countries.table();
    let (filter, again) = match filter::parse(&asked.q, &|name| table.entities(name)) {
        Ok(filter) => (Some(filter), Again::default()),
        Err(error) => (None, Again::after(Error::from(error).into())?),
    };
    let (now, q) = (reader.now, asked.q.clone());
    let gathered = reader.gather(move |r, shelf| match (filter, shelf.current()) {
        (Some(filter), Some(opened)) => found(r, opened, filter, &asked, now),
        _ => Ok(Found::default()),
    });
    let (shelf, found) = gathered.await?;
    let page = LogbookPage {
        frame: reader.frame("logbook", reader.t.s("logbook.title"), shelf),
        form: again.form,
        q,
        total: Grouped(found.total),
        rows: found.rows,
        next_href: found.next_href,
    };
    reader.show(again.status, &page)
}

/// The last contacts of a logbook, newest first.
pub(super) fn last(r: &Read, opened: &Opened, count: usize, now: Timestamp) -> Result<Vec<QsoRow>> {
    let query = ListQuery {
        book: opened.id,
        filter: Filter::default(),
        sort: Sort::NEWEST,
        begin: Begin::Offset(0),
        limit: count,
    };
    Ok(rows(opened, &list(r, &query)?, now))
}

fn found(r: &Read, opened: &Opened, filter: Filter, asked: &Asked, now: Timestamp) -> Result<Found> {
    let query = ListQuery {
        book: opened.id,
        filter,
        sort: asked.sort.parse().unwrap_or(Sort::NEWEST),
        begin: Begin::Offset(asked.offset),
        limit: ROWS,
    };
    let listed = list(r, &query)?;
    Ok(Found {
        rows: rows(opened, &listed, now),
        total: listed.total,
        next_href: match &listed.next {
            Some(_) => next_href(&opened.book.call, asked),
            None => String::new(),
        },
    })
}

/// The next page of this very logbook, whatever another window chooses meanwhile.
fn next_href(call: &str, asked: &Asked) -> String {
    let mut href = format!("/logbook?logbook={}", quoted(call));
    for (name, value) in [("q", &asked.q), ("sort", &asked.sort)] {
        if !value.is_empty() {
            href.push_str(&format!("&{name}={}", quoted(value)));
        }
    }
    href + &format!("&offset={}", asked.offset.saturating_add(ROWS as u64))
}

fn rows(opened: &Opened, listed: &Listed, now: Timestamp) -> Vec<QsoRow> {
    let row = |(number, record): &(u64, _)| say::row(opened.id, *number, record, now);
    listed.rows.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_keeps_logbook_filter_and_order() {
        let asked = Asked {
            q: "band:20m call:K*".to_owned(),
            sort: "call".to_owned(),
            offset: 50,
        };
        let href = "/logbook?logbook=K6BP%2FP&q=band%3A20m+call%3AK*&sort=call&offset=100";
        assert_eq!(next_href("K6BP/P", &asked), href);
        assert_eq!(
            next_href("K6BP", &Asked::default()),
            "/logbook?logbook=K6BP&offset=50"
        );
    }
}
