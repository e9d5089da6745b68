//! Giving out a log as ADI or ADX, streamed page by page: no read transaction outlives a page.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;
use utoipa::IntoParams;

use super::LogbookState;
use crate::identity::Scope;
use crate::identity::api::gate::Who;
use crate::logbook::error::Error;
use crate::logbook::filter::{self, Span as TimeSpan, span_of};
use crate::logbook::read::export::{self, After, Walk};
use crate::logbook::{Logbook, rights, writer};
use crate::store::Read;
use crate::web::{Cursor, Problem, ProblemBody, Query, Result};

/// What is asked for.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct ExportParams {
    /// Call of the logbook; without it the account's own.
    #[serde(alias = "callsign")]
    logbook: Option<String>,
    /// Filter, as for lists of contacts; without it all.
    #[serde(default)]
    q: String,
    /// `adi` or `adx`.
    #[serde(default)]
    format: writer::Form,
    /// First day or time, such as `2026-01-01`.
    from: Option<String>,
    /// Last day or time.
    to: Option<String>,
    /// Contacts at most; without it all.
    limit: Option<u64>,
    /// From the `Link` header of the part before.
    cursor: Option<String>,
}

/// The log in the order of time. With `limit`, the `Link` header leads to the next part.
#[utoipa::path(get, path = "/api/v1/logbook/adif", tag = "logbook", params(ExportParams), responses(
    (status = 200, body = String, content_type = "application/octet-stream",
        headers(("Link" = String, description = "the next part, where there is one"))),
    (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(super) async fn export(
    State(state): State<LogbookState>,
    Who(actor): Who,
    Query(params): Query<ExportParams>,
) -> Result<Response> {
    let times = times(params.from.as_deref(), params.to.as_deref())?;
    let table = state.logbook.countries.table();
    let mut filter = filter::parse(&params.q, &|name| table.entities(name)).map_err(Error::from)?;
    filter.span = TimeSpan {
        from: filter.span.from.max(times.from),
        until: filter.span.until.min(times.until),
    };
    let shape = format!("adif {:?} {:?} {:?}", params.logbook, params.q, times);
    let after = params
        .cursor
        .as_deref()
        .map(|text| position(&state, &shape, text))
        .transpose()?;
    if params.limit == Some(0) {
        return Err(Problem::invalid("limit", "at least 1"));
    }
    let (named, left) = (params.logbook.clone(), params.limit);
    let read = move |r: &Read| {
        let opened = rights::open(r, &actor, Scope::LogbookRead, named.as_deref())?;
        let mut walk = Walk {
            book: opened.id,
            filter,
            after,
            until: None,
            left,
        };
        Ok::<_, Error>((
            export::bound(r, &mut walk)?,
            writer::userdefs(r, opened.id)?,
            walk,
            opened,
        ))
    };
    let (next, userdefs, walk, opened) = state.logbook.store.read(read).await.map_err(Problem::from)?;
    let pages = writer::Pages::new(params.format, userdefs, state.logbook.env.clock.now());
    let body = Body::from_stream(stream::try_unfold(
        (state.logbook.clone(), pages, walk),
        next_page,
    ));
    let name = opened.book.call.replace('/', "-");
    let mut response = (params.format.headers(&name), body).into_response();
    if let Some(next) = next {
        let cursor = Cursor(bytes(next)).seal(&state.signer, &shape);
        let link = link(&params, &cursor);
        response.headers_mut().insert(
            header::LINK,
            HeaderValue::from_str(&link).map_err(Problem::internal)?,
        );
    }
    Ok(response)
}

type Stretch = (Logbook, writer::Pages, Walk);

/// The next piece of the text, and where to go on.
async fn next_page((logbook, mut pages, mut walk): Stretch) -> std::io::Result<Option<(Bytes, Stretch)>> {
    if pages.is_finished() {
        return Ok(None);
    }
    let read = move |r: &Read| {
        let records = export::page(r, &mut walk)?;
        Ok::<_, Error>((pages.next(&records), pages, walk))
    };
    // The connection is cut: half a log must not look whole.
    let (text, pages, walk) = logbook.store.read(read).await.map_err(std::io::Error::other)?;
    Ok(Some((Bytes::from(text), (logbook, pages, walk))))
}

/// The link to the part behind the cursor.
fn link(params: &ExportParams, cursor: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let given = [
        ("logbook", params.logbook.clone()),
        ("q", Some(params.q.clone()).filter(|q| !q.is_empty())),
        ("from", params.from.clone()),
        ("to", params.to.clone()),
        ("limit", params.limit.map(|limit| limit.to_string())),
        (
            "format",
            (params.format != writer::Form::default()).then(|| params.format.as_str().to_owned()),
        ),
    ];
    for (name, value) in given {
        if let Some(value) = value {
            query.append_pair(name, &value);
        }
    }
    query.append_pair("cursor", cursor);
    format!("</api/v1/logbook/adif?{}>; rel=\"next\"", query.finish())
}

/// The span that two texts bound, both inclusive as people mean it.
pub(super) fn times(from: Option<&str>, to: Option<&str>) -> Result<TimeSpan> {
    let read = |name: &'static str, text: Option<&str>| {
        let text = text.map(str::trim).filter(|text| !text.is_empty());
        text.map(|text| span_of(text).map_err(|why| Problem::invalid(name, why)))
            .transpose()
    };
    let (from, to) = (read("from", from)?, read("to", to)?);
    Ok(TimeSpan {
        from: from.map_or(i64::MIN, |span| span.from),
        until: to.map_or(i64::MAX, |span| span.until),
    })
}

fn bytes((start, number): After) -> Vec<u8> {
    [start.to_be_bytes(), number.to_be_bytes()].concat()
}

fn position(state: &LogbookState, shape: &str, text: &str) -> Result<After> {
    let cursor = Cursor::open(&state.signer, shape, text)?;
    let read = || {
        let (start, number) = cursor.0.split_first_chunk()?;
        Some((
            i64::from_be_bytes(*start),
            u64::from_be_bytes(number.try_into().ok()?),
        ))
    };
    read().ok_or_else(|| Problem::bad_request("bad_cursor", "the cursor is of an older version; start again"))
}
