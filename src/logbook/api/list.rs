//! Lists of contacts.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use utoipa::{IntoParams, ToSchema};

use super::LogbookState;
use crate::identity::Scope;
use crate::identity::api::gate::Who;
use crate::logbook::error::Error;
use crate::logbook::event::QsoId;
use crate::logbook::read::list::{Begin, ListQuery, Position, Sort, list as list_page};
use crate::logbook::view::QsoView;
use crate::logbook::{filter, rights};
use crate::web::{Cursor, Json, Problem, ProblemBody, Query, Result};

/// Contacts on a page unless the request says otherwise.
const USUAL: usize = 100;
/// Contacts on a page at most.
const MOST: usize = 1_000;

/// What is asked for.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct ListParams {
    /// Call of the logbook; without it the account's own.
    logbook: Option<String>,
    /// Filter: `K1 band:20m,40m mode:CW entity:Japan grid:PM95 from:2020-01 confirmed:lotw`; a bare word is the
    /// beginning of a call, `-` negates, quotes hold blanks together.
    #[serde(default)]
    q: String,
    /// `start`, `call`, `band`, `mode`, `freq`, `country`, `grid`; `-` in front for descending.
    sort: Option<String>,
    limit: Option<usize>,
    /// From `next` of the page before.
    cursor: Option<String>,
    /// Contacts to pass over.
    offset: Option<u64>,
}

/// A page of contacts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QsoPage {
    items: Vec<QsoView>,
    /// Give this as `cursor` to get the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// Contacts in the whole list; at least so many, where it is not exact.
    total: u64,
    total_exact: bool,
    /// Contacts before this page.
    offset: u64,
}

/// Contacts, newest first unless sorted otherwise.
#[utoipa::path(get, path = "/api/v1/logbook/qsos", tag = "logbook", params(ListParams), responses(
    (status = 200, body = QsoPage), (status = 404, body = ProblemBody),
    (status = 422, body = ProblemBody, description = "the filter has a word that is not understood")))]
pub(super) async fn list(
    State(state): State<LogbookState>,
    Who(actor): Who,
    Query(params): Query<ListParams>,
) -> Result<Json<QsoPage>> {
    let table = state.logbook.countries.table();
    let filter = filter::parse(&params.q, &|name| table.entities(name)).map_err(Error::from)?;
    let sort: Sort = params.sort.as_deref().map_or(Ok(Sort::NEWEST), str::parse)?;
    let limit = params.limit.unwrap_or(USUAL).clamp(1, MOST);
    // Everything that shapes the list; a cursor belongs to it.
    let shape = format!("{:?} {:?} {:?}", params.logbook, params.q, params.sort);
    let begin = match &params.cursor {
        Some(text) => Begin::After(position(&Cursor::open(&state.signer, &shape, text)?)?),
        None => Begin::Offset(params.offset.unwrap_or(0)),
    };
    let named = params.logbook;
    let read = move |r: &crate::store::Read| {
        let opened = rights::open(r, &actor, Scope::LogbookRead, named.as_deref())?;
        let query = ListQuery {
            book: opened.id,
            filter,
            sort,
            begin,
            limit,
        };
        Ok::<_, Error>((list_page(r, &query)?, opened))
    };
    let (listed, opened) = state.logbook.store.read(read).await?;
    let view = |(number, record)| {
        let id = QsoId {
            book: opened.id,
            number,
        };
        QsoView::of(id, &opened.book.call, &record)
    };
    Ok(Json(QsoPage {
        items: listed.rows.into_iter().map(view).collect(),
        next: listed
            .next
            .map(|next| Cursor(bytes(&next)).seal(&state.signer, &shape)),
        total: listed.total,
        total_exact: listed.total_exact,
        offset: listed.offset,
    }))
}

fn bytes(position: &Position) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(24 + position.call.len());
    bytes.extend_from_slice(&position.seen.to_be_bytes());
    bytes.extend_from_slice(&position.start.to_be_bytes());
    bytes.extend_from_slice(&position.number.to_be_bytes());
    bytes.extend_from_slice(position.call.as_bytes());
    bytes
}

/// Reads what `bytes` wrote; the cursor's tag has vouched for it.
fn position(cursor: &Cursor) -> Result<Position> {
    let read = || {
        let (seen, rest) = cursor.0.split_first_chunk()?;
        let (start, rest) = rest.split_first_chunk()?;
        let (number, call) = rest.split_first_chunk()?;
        Some(Position {
            seen: u64::from_be_bytes(*seen),
            start: i64::from_be_bytes(*start),
            number: u64::from_be_bytes(*number),
            call: SmolStr::new(std::str::from_utf8(call).ok()?),
        })
    };
    read().ok_or_else(|| Problem::bad_request("bad_cursor", "the cursor is of an older version; start again"))
}
