//! Orders, and pages that follow one another.

use super::{Begin, ListQuery, Sort, list};
use crate::logbook::event::LogbookId;
use crate::logbook::filter::{Filter, Span};
use crate::logbook::read::export::{self, Walk};
use crate::logbook::testing::{Fixture, contact};
use crate::logbook::write::{Changes, log};

const BOOK: LogbookId = LogbookId(1);

/// Stores contacts of these calls and times, in this order.
async fn store(fixture: &Fixture, contacts: &'static [(&'static str, &'static str)]) {
    let store = fixture.write(move |tx| {
        let mut changes = Changes::new(BOOK);
        for (call, time) in contacts {
            let number = changes.number(tx)?;
            let record = log::blank(contact(call, time).qso, crate::logbook::testing::now());
            changes.store(tx, number, None, Some(&record))?;
        }
        Ok(changes.finish(tx)?)
    });
    store.await.unwrap();
}

/// The numbers of the whole list, read page by page.
fn paged(fixture: &Fixture, sort: &str, limit: usize) -> Vec<u64> {
    let mut query = ListQuery {
        book: BOOK,
        filter: Filter::default(),
        sort: sort.parse().unwrap(),
        begin: Begin::Offset(0),
        limit,
    };
    let mut numbers = Vec::new();
    loop {
        let listed = fixture.read(|r| Ok(list(r, &query)?));
        numbers.extend(listed.rows.iter().map(|(number, _)| *number));
        match listed.next {
            Some(position) => query.begin = Begin::After(position),
            None => return numbers,
        }
    }
}

#[tokio::test]
async fn contacts_with_one_call_come_newest_first_in_either_order() {
    let fixture = Fixture::new().await;
    let contacts = &[
        ("K1ABC", "0900"),
        ("G3ABC", "0901"),
        ("K1ABC", "0902"),
        ("G3ABC", "0903"),
        ("K1ABC", "0904"),
    ];
    store(&fixture, contacts).await;
    for limit in 1..=6 {
        assert_eq!(paged(&fixture, "call", limit), [4, 2, 5, 3, 1], "{limit} a page");
        assert_eq!(paged(&fixture, "-call", limit), [5, 3, 1, 4, 2], "{limit} a page");
        assert_eq!(paged(&fixture, "mode", limit), [5, 4, 3, 2, 1], "{limit} a page");
    }
}

#[tokio::test]
async fn an_offset_behind_the_end_finds_an_empty_page() {
    let fixture = Fixture::new().await;
    store(&fixture, &[("K1ABC", "0900")]).await;
    for sort in ["start", "call", "freq"] {
        let query = ListQuery {
            book: BOOK,
            filter: Filter::default(),
            sort: sort.parse::<Sort>().unwrap(),
            begin: Begin::Offset(u64::MAX / 2),
            limit: 10,
        };
        let listed = fixture.read(|r| Ok(list(r, &query)?));
        assert_eq!((listed.rows.len(), listed.total), (0, 1), "{sort}");
    }
}

#[tokio::test]
async fn a_contact_logged_during_an_export_in_parts_is_not_lost() {
    let fixture = Fixture::new().await;
    store(
        &fixture,
        &[("K1ABC", "0900"), ("K2ABC", "0902"), ("K3ABC", "0904")],
    )
    .await;
    let part = |after| Walk {
        book: BOOK,
        filter: Filter {
            span: Span::default(),
            ..Filter::default()
        },
        after,
        until: None,
        left: Some(2),
    };
    let mut first = part(None);
    let next = fixture.read(|r| Ok(export::bound(r, &mut first)?));
    // Between the answer's head and its body.
    store(&fixture, &[("K4ABC", "0901")]).await;
    let mut calls = Vec::new();
    let mut second = part(next);
    for walk in [&mut first, &mut second] {
        loop {
            let page = fixture.read(|r| Ok(export::page(r, walk)?));
            calls.extend(page.iter().map(|record| record.qso.call.to_string()));
            if page.is_empty() {
                break;
            }
        }
    }
    assert_eq!(calls, ["K1ABC", "K4ABC", "K2ABC", "K3ABC"]);
}
