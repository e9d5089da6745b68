//! What administrators decide: the queue, one matter, a decision, and its way back.

use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::identity::model::AccountId;
use crate::identity::review::{self, Matter, Remark, Review, ReviewId, Verdict};
use crate::web::{Json, Path, Problem, ProblemBody, Query, Result};

use super::IdentityState;
use super::gate::Who;

/// A matter for people to decide.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReviewItem {
    id: ReviewId,
    /// `document`, `contested_call`, `sign_up`, `licence_match`; `unknown` where a newer version made it.
    kind: String,
    /// The account it is about.
    account: AccountId,
    /// The name of that account.
    #[serde(skip_serializing_if = "String::is_empty")]
    login: String,
    /// The call it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    call: Option<String>,
    /// Of a document: its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<u64>,
    /// Of a contested call: the account that proved it before.
    #[serde(skip_serializing_if = "Option::is_none")]
    holder: Option<AccountId>,
    /// Of a contested call: how it was proven now.
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    /// Of a contested call what was shown; of a licence match name and postal code in the register.
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<String>,
    #[schema(value_type = String, format = "date-time")]
    opened: Timestamp,
    /// Who opened it.
    by: String,
    /// What the owner wrote.
    #[serde(skip_serializing_if = "Remark::is_empty")]
    note: Remark,
    state: review::State,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<DecisionItem>,
    /// Whether the decision can be taken back.
    can_reopen: bool,
}

/// How it went.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DecisionItem {
    #[schema(value_type = String, format = "date-time")]
    at: Timestamp,
    by: String,
    #[serde(skip_serializing_if = "Remark::is_empty")]
    reason: Remark,
}

/// Matters for people to decide.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReviewList {
    items: Vec<ReviewItem>,
}

/// Which matters.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct ReviewQuery {
    /// `open` (oldest first, also where left out) or `decided` (the last hundred, newest first).
    #[serde(default)]
    state: Option<String>,
}

/// A decision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VerdictBody {
    accept: bool,
    /// For the owner to read; a refusal needs one.
    #[serde(default)]
    reason: Remark,
}

/// What waits for a decision, or was decided.
#[utoipa::path(get, path = "/api/v1/reviews", tag = "reviews", params(ReviewQuery), responses(
    (status = 200, body = ReviewList), (status = 422, body = ProblemBody)))]
pub(super) async fn list(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Query(query): Query<ReviewQuery>,
) -> Result<Json<ReviewList>> {
    let found = match query.state.as_deref().unwrap_or("open") {
        "open" => state.identity.open_reviews(&actor).await?,
        "decided" => state.identity.decided_reviews(&actor).await?,
        _ => return Err(Problem::invalid("state", "is `open` or `decided`")),
    };
    let items = found.into_iter().map(|(id, review)| item(&state, id, review));
    Ok(Json(ReviewList {
        items: items.collect(),
    }))
}

/// One matter.
#[utoipa::path(get, path = "/api/v1/reviews/{id}", tag = "reviews", params(("id" = u64, Path)), responses(
    (status = 200, body = ReviewItem), (status = 404, body = ProblemBody)))]
pub(super) async fn one(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Path(id): Path<u64>,
) -> Result<Json<ReviewItem>> {
    let id = ReviewId(id);
    let review = state.identity.review(&actor, id).await?;
    Ok(Json(item(&state, id, review)))
}

/// Decides a matter. What follows from it, such as the proof of a call, is done with it.
#[utoipa::path(post, path = "/api/v1/reviews/{id}/decision", tag = "reviews", params(("id" = u64, Path)),
    request_body = VerdictBody, responses((status = 200, body = ReviewItem), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(super) async fn decide(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Path(id): Path<u64>,
    Json(body): Json<VerdictBody>,
) -> Result<Json<ReviewItem>> {
    let (id, verdict) = (
        ReviewId(id),
        Verdict {
            accept: body.accept,
            reason: body.reason,
        },
    );
    let review = state.identity.decide_review(&actor, id, verdict).await?;
    Ok(Json(item(&state, id, review)))
}

/// Takes a decision back: the matter waits again, and what followed is undone.
#[utoipa::path(delete, path = "/api/v1/reviews/{id}/decision", tag = "reviews", params(("id" = u64, Path)),
    responses((status = 200, body = ReviewItem), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody)))]
pub(super) async fn reopen(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Path(id): Path<u64>,
) -> Result<Json<ReviewItem>> {
    let id = ReviewId(id);
    let review = state.identity.reopen_review(&actor, id).await?;
    Ok(Json(item(&state, id, review)))
}

/// Takes an open matter off the queue, undecided.
#[utoipa::path(post, path = "/api/v1/reviews/{id}/withdraw", tag = "reviews", params(("id" = u64, Path)),
    responses((status = 200, body = ReviewItem), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody)))]
pub(super) async fn withdraw(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Path(id): Path<u64>,
) -> Result<Json<ReviewItem>> {
    let id = ReviewId(id);
    let review = state.identity.withdraw_review(&actor, id).await?;
    Ok(Json(item(&state, id, review)))
}

fn item(state: &IdentityState, id: ReviewId, review: Review) -> ReviewItem {
    let account = state.identity.account(review.account).ok();
    let (document, holder, method, evidence) = match &review.matter {
        Matter::Document { document, .. } => (Some(*document), None, None, None),
        Matter::ContestedCall { holder, proof, .. } => {
            let method = proof.method.as_str().to_owned();
            (None, *holder, Some(method), Some(proof.evidence.to_string()))
        }
        Matter::LicenceMatch {
            name, postal_code, ..
        } => (None, None, None, Some(format!("{name}, {postal_code}"))),
        Matter::SignUp {} | Matter::Unknown => (None, None, None, None),
    };
    ReviewItem {
        id,
        kind: review.matter.kind().to_owned(),
        account: review.account,
        login: account
            .map(|account| account.call.to_string())
            .unwrap_or_default(),
        call: review.matter.call().map(ToString::to_string),
        document,
        holder,
        method,
        evidence,
        opened: review.opened,
        can_reopen: review.can_reopen(),
        by: review.by.into(),
        note: review.note,
        state: review.state,
        decision: review.decision.map(|decision| DecisionItem {
            at: decision.at,
            by: decision.by.into(),
            reason: decision.reason,
        }),
    }
}
