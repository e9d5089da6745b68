//! Requests that a call be not listed: asked for by anybody, decided by administrators.

use std::net::IpAddr;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::CallbookState;
use super::own::found;
use crate::callbook::model::Licence;
use crate::callbook::wishes::StoredRemoval;
use crate::callbook::wishes::error::Error;
use crate::callbook::wishes::form::Asking;
use crate::callbook::wishes::model::{holder_of, is_same_holder};
use crate::callbook::wishes::read;
use crate::callbook::wishes::removal::{self, Verdict};
use crate::identity::Actor;
use crate::identity::api::gate::{Visitor, Who};
use crate::store::StoreError;
use crate::web::{Cursor, Json, Network, Path, Problem, ProblemBody, Query, Result};

/// Requests of a page.
const PAGE: usize = 100;

/// A request that a call be not listed any more.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CallbookRemovalRequest)]
pub(crate) struct RemovalBody {
    /// Why, and whether the call is the asker's.
    #[schema(max_length = 500)]
    pub(crate) reason: String,
    /// Where the asker can be reached.
    #[serde(default)]
    #[schema(max_length = 254)]
    pub(crate) contact: String,
}

/// What a request would be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct About {
    /// As its register has it.
    pub(crate) call: String,
    pub(crate) listed: bool,
    /// Whether the asker has proven it, and needs no request.
    pub(crate) holder: bool,
}

/// That a request waits.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallbookRemovalAsked)]
pub(super) struct Asked {
    id: u64,
    /// The call it is about.
    call: String,
    /// `open`.
    state: &'static str,
}

/// A request, as administrators see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallbookRemoval)]
pub(crate) struct RemovalView {
    pub(crate) id: u64,
    pub(crate) call: String,
    /// `open`, `confirmed` or `refused`.
    pub(crate) state: &'static str,
    pub(crate) reason: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) contact: String,
    /// The account that asked, where somebody was signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<u32>,
    #[schema(value_type = String, format = DateTime)]
    pub(crate) asked: Timestamp,
    /// Whether the call has another holder than when it was asked, or is in no register: it cannot be confirmed.
    pub(crate) outdated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) decision: Option<DecisionView>,
}

/// What became of a request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallbookRemovalDecision)]
pub(crate) struct DecisionView {
    pub(crate) by: String,
    #[schema(value_type = String, format = DateTime)]
    pub(crate) at: Timestamp,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) reason: String,
}

/// Requests.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallbookRemovals)]
pub(super) struct RemovalList {
    items: Vec<RemovalView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Which requests.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct RemovalQuery {
    /// `open` (oldest first, also where left out) or `decided` (newest first).
    #[serde(default)]
    state: Option<String>,
    #[serde(default)]
    cursor: Option<String>,
}

/// A decision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CallbookRemovalVerdict)]
pub(super) struct VerdictBody {
    decision: DecisionWord,
    /// A refusal needs one.
    #[serde(default)]
    #[schema(max_length = 500)]
    reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = CallbookRemovalWord)]
enum DecisionWord {
    Confirm,
    Refuse,
}

/// Asks that a call be not listed any more: for whoever has no account here. An administrator decides; the holder of a
/// proven call does it at once by `PUT /api/v1/callbook/{call}/own`.
#[utoipa::path(post, path = "/api/v1/callbook/{call}/removal", tag = "callbook", params(("call" = String, Path)),
    request_body = RemovalBody, responses((status = 202, body = Asked), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody), (status = 422, body = ProblemBody), (status = 429, body = ProblemBody),
    (status = 503, body = ProblemBody)))]
pub(super) async fn ask(
    State(state): State<CallbookState>,
    visitor: Visitor,
    Path(call): Path<String>,
    Json(body): Json<RemovalBody>,
) -> Result<Response> {
    let (id, call) = ask_removal(&state, &visitor, &call, &body).await?;
    let asked = Asked {
        id,
        call,
        state: "open",
    };
    Ok((StatusCode::ACCEPTED, Json(asked)).into_response())
}

/// Requests that wait, or were decided.
#[utoipa::path(get, path = "/api/v1/callbook/removals", tag = "callbook", params(RemovalQuery),
    responses((status = 200, body = RemovalList), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(super) async fn list(
    State(state): State<CallbookState>,
    Who(actor): Who,
    Query(query): Query<RemovalQuery>,
) -> Result<Json<RemovalList>> {
    let open = match query.state.as_deref().unwrap_or("open") {
        "open" => true,
        "decided" => false,
        _ => return Err(Problem::invalid("state", "is `open` or `decided`")),
    };
    let filter = format!("callbook removals {open}");
    let after = match &query.cursor {
        Some(text) => {
            let Cursor(bytes) = Cursor::open(&state.signer, &filter, text)?;
            let bytes = bytes.try_into().map(u64::from_be_bytes);
            Some(bytes.map_err(|_| Problem::bad_request("bad_cursor", "start again without a cursor"))?)
        }
        None => None,
    };
    let mut items = removals(&state, &actor, open, (after, PAGE + 1)).await?;
    let more = items.len() > PAGE;
    items.truncate(PAGE);
    let last = items.last().filter(|_| more).map(|last| last.id);
    Ok(Json(RemovalList {
        next: last.map(|id| Cursor(id.to_be_bytes().to_vec()).seal(&state.signer, &filter)),
        items,
    }))
}

/// Decides a request: `confirm` takes the call off the lists until it has another holder, `refuse` needs a reason.
#[utoipa::path(post, path = "/api/v1/callbook/removals/{id}", tag = "callbook", params(("id" = u64, Path)),
    request_body = VerdictBody, responses((status = 200, body = RemovalView), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(super) async fn decide(
    State(state): State<CallbookState>,
    Who(actor): Who,
    Path(id): Path<u64>,
    Json(body): Json<VerdictBody>,
) -> Result<Json<RemovalView>> {
    let verdict = Verdict {
        confirm: body.decision == DecisionWord::Confirm,
        reason: body.reason,
    };
    Ok(Json(settle(&state, &actor, id, verdict).await?))
}

/// Asks for a removal; the request's number and the call it is about.
pub(crate) async fn ask_removal(
    state: &CallbookState,
    visitor: &Visitor,
    call: &str,
    body: &RemovalBody,
) -> Result<(u64, String)> {
    let (actor, licence, book) = (
        visitor.actor.clone(),
        found(state, call)?.entry.licence,
        &state.callbook,
    );
    let asking = Asking::read(&body.reason, &body.contact).map_err(Error::Form)?;
    let (from, now) = (place(visitor.browser.address), book.now());
    let call = licence.call.to_string();
    let asked = book
        .store()
        .write(move |tx| removal::ask(tx, &actor, &licence, &asking, (&from, now)));
    Ok((asked.await?, call))
}

/// The call that a request would be about, and whether it is listed; whether the actor has proven it besides.
pub(crate) async fn about(state: &CallbookState, actor: &Actor, call: &str) -> Result<About> {
    let (licence, book) = (found(state, call)?.entry.licence, &state.callbook);
    let (actor, now, call) = (actor.clone(), book.now(), licence.call.to_string());
    let read = book.store().read(move |r| {
        let listed = !read::of(r, &licence)?.opted_out;
        Ok::<_, StoreError>((listed, read::is_holder(r, &actor, &licence.call, now)?))
    });
    let (listed, holder) = read.await?;
    Ok(About { call, listed, holder })
}

/// Requests behind the one with number `after`, at most `limit`.
pub(crate) async fn removals(
    state: &CallbookState,
    actor: &Actor,
    open: bool,
    (after, limit): (Option<u64>, usize),
) -> Result<Vec<RemovalView>> {
    let actor = actor.clone();
    let read = state
        .callbook
        .store()
        .read(move |r| read::removals(r, &actor, open, (after, limit)));
    let found = read.await?.into_iter();
    found.map(|(id, removal)| view(state, id, removal)).collect()
}

/// Decides a request.
pub(crate) async fn settle(
    state: &CallbookState,
    actor: &Actor,
    id: u64,
    verdict: Verdict,
) -> Result<RemovalView> {
    let (book, asker) = (&state.callbook, actor.clone());
    let waiting = book.store().read(move |r| read::removal(r, &asker, id)).await?;
    let present = book
        .found(waiting.call.as_str())?
        .map(|found| found.entry.licence);
    let (actor, now) = (actor.clone(), book.now());
    let decided = book
        .store()
        .write(move |tx| removal::decide(tx, &actor, id, &verdict, (present.as_ref(), now)));
    view(state, id, decided.await?)
}

fn view(state: &CallbookState, id: u64, removal: StoredRemoval) -> Result<RemovalView> {
    let present = state.callbook.found(removal.call.as_str())?;
    let is_same = |licence: &Licence| {
        licence.call == removal.call && is_same_holder(&removal.holder, &holder_of(licence))
    };
    let outdated = !present.is_some_and(|found| is_same(&found.entry.licence));
    let decision = removal.decision;
    Ok(RemovalView {
        id,
        call: removal.call.to_string(),
        state: match &decision {
            None => "open",
            Some(decision) if decision.confirmed => "confirmed",
            Some(_) => "refused",
        },
        reason: removal.reason.into(),
        contact: removal.contact.into(),
        account: removal.account,
        asked: removal.asked,
        outdated,
        decision: decision.map(|decision| DecisionView {
            by: decision.by.into(),
            at: decision.at,
            reason: decision.reason.into(),
        }),
    })
}

/// What requests from an address are counted by: a digest of its network.
fn place(address: IpAddr) -> String {
    let network = format!("{:?}", Network::of(address));
    blake3::hash(network.as_bytes()).to_hex()[..24].to_owned()
}
