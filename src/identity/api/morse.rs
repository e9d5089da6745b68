//! The Morse challenge: a call to key, and the judgement of how it was keyed.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ham::morse::{Key, MOST_MARKS, Refusal, pattern_of};
use crate::identity::morse::MorseJudged;
use crate::web::{Json, Problem, ProblemBody, Result};

use super::IdentityState;
use super::gate::{Visitor, Who};

/// A call to be keyed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChallengeBody {
    /// Goes back with the answer; works once.
    nonce: String,
    /// The account's own call.
    call: String,
    /// The same in dots and dashes.
    pattern: String,
    #[schema(value_type = String, format = "date-time")]
    until: Timestamp,
}

/// What the key was.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum KeyKind {
    #[default]
    Straight,
    /// Two paddles: the page made the elements.
    Paddles,
}

/// How the call was keyed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswerBody {
    nonce: String,
    #[serde(default)]
    key: KeyKind,
    /// When the key went down and up, in turns: tenths of a millisecond since any moment.
    #[schema(max_items = 400)]
    times: Vec<u32>,
}

/// A keying that was taken.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TakenBody {
    /// Words per minute, by the marks.
    wpm: f64,
    marks: usize,
}

/// Asks for one's own call to be keyed. A challenge before it can be answered no more.
#[utoipa::path(post, path = "/api/v1/account/morse", tag = "account", responses(
    (status = 201, body = ChallengeBody), (status = 409, body = ProblemBody)))]
pub(super) async fn ask(State(state): State<IdentityState>, Who(actor): Who) -> Result<impl IntoResponse> {
    let asked = state.identity.ask_morse(&actor).await?;
    let body = ChallengeBody {
        nonce: asked.nonce,
        pattern: pattern_of(asked.call.as_str()),
        call: asked.call.to_string(),
        until: asked.until,
    };
    Ok((StatusCode::CREATED, Json(body)))
}

/// Judges a keying. It is recorded among the account's proofs as `morse`, which is worth little: it proves no call.
#[utoipa::path(post, path = "/api/v1/account/morse/answer", tag = "account", request_body = AnswerBody, responses(
    (status = 200, body = TakenBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody),
    (status = 429, body = ProblemBody)))]
pub(super) async fn answer(
    State(state): State<IdentityState>,
    visitor: Visitor,
    Json(body): Json<AnswerBody>,
) -> Result<Json<TakenBody>> {
    if body.times.len() > 2 * MOST_MARKS {
        return Err(Problem::invalid("times", "is more than any call needs"));
    }
    let key = match body.key {
        KeyKind::Straight => Key::Straight,
        KeyKind::Paddles => Key::Paddles,
    };
    let keyed = (body.times, key);
    let judged = state
        .identity
        .answer_morse(&visitor.actor, &body.nonce, keyed, &visitor.browser)
        .await?;
    match judged {
        MorseJudged::Taken(sent) => Ok(Json(TakenBody {
            wpm: (sent.wpm * 10.0).round() / 10.0,
            marks: sent.marks,
        })),
        MorseJudged::Refused(refusal) => Err(refused(&refusal)),
    }
}

fn refused(refusal: &Refusal) -> Problem {
    let (why, heard) = match refusal {
        Refusal::Bad(_) => ("bad", None),
        Refusal::Count { heard, .. } => ("count", Some(heard)),
        Refusal::Order { heard } => ("order", Some(heard)),
        Refusal::Spacing { heard } => ("spacing", Some(heard)),
        Refusal::Speed(_) => ("speed", None),
        Refusal::Machine => ("machine", None),
        Refusal::Unspeakable => ("unspeakable", None),
    };
    let problem = Problem::invalid("times", refusal.to_string()).with("why", why);
    match heard {
        Some(heard) => problem.with("heard", heard.as_str()),
        None => problem,
    }
}
