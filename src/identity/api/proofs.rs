//! What proves that a callsign is somebody's, and the questions of the knowledge gate.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use utoipa::ToSchema;

use crate::ham::callsign::Callsign;
use crate::identity::model::{AccountId, DisplayName};
use crate::identity::quiz::GateQuestion;
use crate::identity::verification::{Method, Verification};
use crate::identity::write::{Claim, Claimant, Proof};
use crate::web::{Json, Path, Problem, ProblemBody, Result};

use super::IdentityState;
use super::gate::Who;

/// Longest question and answer, in bytes.
const MOST_TEXT: usize = 300;

/// A proof of a call.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProofItem {
    number: u64,
    /// The call that was proven.
    call: String,
    /// `lotw_certificate`, `dns`, `administrator`, ...
    method: String,
    /// What it is worth: `low`, `medium` or `high`.
    trust: &'static str,
    /// What was shown: a digest or a public name.
    #[serde(skip_serializing_if = "String::is_empty")]
    evidence: String,
    #[schema(value_type = String, format = "date-time")]
    at: Timestamp,
    /// Who accepted it.
    by: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    note: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "date-time")]
    until: Option<Timestamp>,
    /// When it ended, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "date-time")]
    ended: Option<Timestamp>,
    /// Why it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// Who ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_by: Option<String>,
}

/// The proofs of an account.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProofList {
    items: Vec<ProofItem>,
}

/// An administrator's word for a call.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WordBody {
    /// `administrator`, or `document` where a licence was looked at.
    #[serde(default)]
    method: String,
    /// On what grounds.
    #[serde(default)]
    note: DisplayName,
}

/// A call that belongs to an account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClaimBody {
    call: String,
    /// On what grounds.
    #[serde(default)]
    note: DisplayName,
}

/// Who has the call now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ClaimedBody {
    account: AccountId,
    /// The account that held it without proof; it is a listener's now.
    #[serde(skip_serializing_if = "Option::is_none")]
    displaced: Option<AccountId>,
}

/// Why a proof ends.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct EndBody {
    why: DisplayName,
}

/// A set of questions.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct QuestionsBody {
    #[schema(value_type = Vec<Object>)]
    questions: Vec<GateQuestion>,
}

/// What proves that somebody's call is theirs.
#[utoipa::path(get, path = "/api/v1/users/{id}/verifications", tag = "users", params(("id" = u32, Path)),
    responses((status = 200, body = ProofList), (status = 404, body = ProblemBody)))]
pub(super) async fn list(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Path(id): Path<u32>,
) -> Result<Json<ProofList>> {
    actor.admin()?;
    let all = state.identity.verifications(&actor, AccountId(id)).await?;
    Ok(list_of(all))
}

/// Vouches that somebody's call is theirs.
#[utoipa::path(post, path = "/api/v1/users/{id}/verifications", tag = "users", params(("id" = u32, Path)),
    request_body = WordBody, responses((status = 201, body = ProofList), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(super) async fn vouch(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Path(id): Path<u32>,
    Json(word): Json<WordBody>,
) -> Result<impl IntoResponse> {
    let id = AccountId(id);
    let method = match word.method.as_str() {
        "" | "administrator" => Method::ADMINISTRATOR,
        "document" => Method::DOCUMENT,
        _ => return Err(Problem::invalid("method", "is `administrator` or `document`")),
    };
    let proof = Proof {
        method,
        ..Proof::word_of(word.note.as_str())
    };
    state.identity.add_verification(&actor, id, proof).await?;
    let all = state.identity.verifications(&actor, id).await?;
    Ok((StatusCode::CREATED, list_of(all)))
}

/// Ends a proof: it was a mistake, or the call has another licensee.
#[utoipa::path(post, path = "/api/v1/users/{id}/verifications/{number}/end", tag = "users",
    params(("id" = u32, Path), ("number" = u64, Path)), request_body = EndBody,
    responses((status = 204), (status = 404, body = ProblemBody)))]
pub(super) async fn end(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Path((id, number)): Path<(u32, u64)>,
    Json(body): Json<EndBody>,
) -> Result<StatusCode> {
    let why = body.why.as_str().to_owned();
    state
        .identity
        .end_verification(&actor, (AccountId(id), number), why)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives an account the call that its owner proved to an administrator. Whoever held it without proof loses it.
#[utoipa::path(post, path = "/api/v1/users/{id}/claim", tag = "users", params(("id" = u32, Path)),
    request_body = ClaimBody, responses((status = 200, body = ClaimedBody), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(super) async fn claim(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Path(id): Path<u32>,
    Json(body): Json<ClaimBody>,
) -> Result<Json<ClaimedBody>> {
    let call = Callsign::parse(&body.call);
    let claim = Claim {
        call: call.map_err(|error| Problem::invalid("call", error.to_string()))?,
        claimant: Claimant::Account(AccountId(id)),
        proof: Proof::word_of(body.note.as_str()),
    };
    let claimed = state.identity.claim_call(&actor, claim).await?;
    Ok(Json(ClaimedBody {
        account: claimed.account,
        displaced: claimed.displaced,
    }))
}

/// Fills a set of questions for the sign-up: each has `ask`, `right` and three `wrong` answers. An empty set is taken
/// away; while all sets together are fewer than twenty, the built-in questions are asked.
#[utoipa::path(put, path = "/api/v1/admin/questions/{set}", tag = "users",
    params(("set" = String, Path, description = "a name for where they come from")), request_body = QuestionsBody,
    responses((status = 204), (status = 422, body = ProblemBody)))]
pub(super) async fn questions(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Path(set): Path<SmolStr>,
    Json(body): Json<QuestionsBody>,
) -> Result<StatusCode> {
    let short = |text: &SmolStr| !text.trim().is_empty() && text.len() <= MOST_TEXT;
    let whole = |question: &GateQuestion| {
        let texts = [&question.ask, &question.right]
            .into_iter()
            .chain(&question.wrong);
        texts.into_iter().all(short) && !question.wrong.contains(&question.right)
    };
    if let Some(at) = body.questions.iter().position(|question| !whole(question)) {
        let field = format!("questions[{at}]");
        return Err(Problem::invalid(
            &field,
            "needs short texts, and wrong answers other than the right one",
        ));
    }
    state
        .identity
        .replace_gate_questions(&actor, set.into(), body.questions)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

fn list_of(all: Vec<(u64, Verification)>) -> Json<ProofList> {
    Json(ProofList {
        items: all.into_iter().map(ProofItem::from).collect(),
    })
}

impl From<(u64, Verification)> for ProofItem {
    fn from((number, proof): (u64, Verification)) -> Self {
        let (ended, why, ended_by) = match proof.ended {
            Some(ended) => (Some(ended.at), Some(ended.why.into()), Some(ended.by.into())),
            None => (None, None, None),
        };
        Self {
            number,
            call: proof.call.to_string(),
            method: proof.method.as_str().to_owned(),
            trust: proof.method.trust().as_str(),
            evidence: proof.evidence.into(),
            at: proof.at,
            by: proof.by.into(),
            note: proof.note.into(),
            until: proof.until,
            ended,
            why,
            ended_by,
        }
    }
}
