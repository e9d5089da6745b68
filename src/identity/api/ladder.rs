//! Proving one's own call: what stands, what is under way, codes by mail, tokens in public places.
//!
//! What is asked here is asked in person. Whether a mail goes, and whether there is such a mailbox, no answer tells.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ham::callsign::Callsign;
use crate::identity::ladder::{At, Mailbox, Overview, Place, ProofToken, RECORD_LABEL, StoredToken, WayLine};
use crate::web::{Json, Problem, ProblemBody, Query, Result, Sensitive};

use super::IdentityState;
use super::gate::{Visitor, Who};
use super::proofs::ProofItem;

/// One's ladder.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LadderBody {
    /// The call that is proven or to be proven; absent where a listener has named none.
    #[serde(skip_serializing_if = "Option::is_none")]
    call: Option<String>,
    /// Whether the account's call is proven.
    verified: bool,
    /// The proofs, oldest first.
    items: Vec<ProofItem>,
    /// The code on its way to a mailbox.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<CodeBody>,
    /// The token given out, to be published.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<TokenBody>,
    /// Every way of proving a call, the strongest first.
    ways: Vec<WayBody>,
}

/// A way of proving a call.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WayBody {
    /// `winlink`, `arrl`, `register`: mailboxes; `qrz`, `qrz_page`, `hamqth`, `ampr`, `domain`: places of a token; and
    /// others that have a page of their own.
    id: &'static str,
    /// What its proofs are recorded as.
    method: String,
    /// `low`, `medium` or `high`.
    trust: &'static str,
    /// Whether it can be taken now.
    open: bool,
    /// Why not, as a word.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'static str>,
    /// The page where it is done, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<&'static str>,
}

/// A code on its way.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CodeBody {
    call: String,
    /// `winlink`, `arrl` or `register`.
    mailbox: &'static str,
    /// Where it goes, as far as you may know.
    to: String,
    #[schema(value_type = String, format = "date-time")]
    until: Timestamp,
    /// Wrong codes that are left.
    tries_left: u32,
}

/// A token.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TokenBody {
    call: String,
    /// The token for a biography.
    #[schema(value_type = String)]
    token: ProofToken,
    /// The text record that holds it.
    record: String,
    /// The label in front of the domain name where that record stands.
    label: &'static str,
    #[schema(value_type = String, format = "date-time")]
    until: Timestamp,
}

/// The call that is to be proven.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    call: String,
}

/// A code that is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AskCode {
    /// Left out: the account's own.
    #[serde(default)]
    call: String,
    /// `winlink`, `arrl` or `register`.
    mailbox: String,
}

/// A code that was asked for. Whether its mail arrives depends on the mailbox; you are told the same.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CodeAsked {
    to: String,
    #[schema(value_type = String, format = "date-time")]
    until: Timestamp,
}

/// A code that was read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ShownCode {
    /// Eight digits, blanks and dashes as you like.
    code: String,
}

/// A token that is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AskToken {
    /// Left out: the account's own.
    #[serde(default)]
    call: String,
    /// Whether a new one is wanted in the place of the present one.
    #[serde(default)]
    renew: bool,
}

/// Where the token was put.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckToken {
    /// `qrz`, `qrz_page`, `hamqth`, `ampr` or `domain`.
    place: String,
    /// With `domain`: the domain name that your callbook page names.
    #[serde(default)]
    domain: String,
}

/// A proof that was accepted.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProvenBody {
    call: String,
    verified: bool,
}

/// What proves that one's call is one's own, what is under way, and what can be done. `call` is what a listener says
/// is theirs.
#[utoipa::path(get, path = "/api/v1/account/verifications", tag = "account",
    params(("call" = Option<String>, Query, description = "the call to be proven")),
    responses((status = 200, body = LadderBody), (status = 422, body = ProblemBody)))]
pub(super) async fn own(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Query(wanted): Query<Wanted>,
) -> Result<impl IntoResponse> {
    let wanted = match wanted.call.trim() {
        "" => None,
        text => Some(read_call(text)?),
    };
    let ladder = state.identity.ladder(&actor, wanted).await?;
    Ok((Extension(Sensitive), Json(LadderBody::from(ladder))))
}

/// Has a code sent to a mailbox that belongs to the call. Three in a day, one in a minute.
#[utoipa::path(post, path = "/api/v1/account/verifications/code", tag = "account", request_body = AskCode, responses(
    (status = 202, body = CodeAsked), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody),
    (status = 429, body = ProblemBody)))]
pub(super) async fn ask_code(
    State(state): State<IdentityState>,
    visitor: Visitor,
    Json(body): Json<AskCode>,
) -> Result<impl IntoResponse> {
    let mailbox = Mailbox::named(&body.mailbox);
    let mailbox = mailbox.ok_or_else(|| Problem::invalid("mailbox", "is `winlink`, `arrl` or `register`"))?;
    let call = call_of(&visitor, &body.call)?;
    let asked = state
        .identity
        .ask_code(&visitor.actor, (&call, mailbox), &visitor.browser);
    let asked = asked.await?;
    let body = CodeAsked {
        to: asked.to.into(),
        until: asked.until,
    };
    Ok((StatusCode::ACCEPTED, Json(body)))
}

/// Shows the code that was sent. Five tries, in ten minutes.
#[utoipa::path(post, path = "/api/v1/account/verifications/code/check", tag = "account", request_body = ShownCode,
    responses((status = 200, body = ProvenBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(super) async fn try_code(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Json(body): Json<ShownCode>,
) -> Result<Json<ProvenBody>> {
    let (call, _) = state.identity.try_code(&actor, &body.code).await?;
    Ok(proven(&call))
}

/// The token to publish: the one there is, or a new one. It works for a day.
#[utoipa::path(post, path = "/api/v1/account/verifications/token", tag = "account", request_body = AskToken, responses(
    (status = 200, body = TokenBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(super) async fn token(
    State(state): State<IdentityState>,
    visitor: Visitor,
    Json(body): Json<AskToken>,
) -> Result<impl IntoResponse> {
    let call = call_of(&visitor, &body.call)?;
    let token = state
        .identity
        .proof_token(&visitor.actor, (&call, body.renew))
        .await?;
    Ok((Extension(Sensitive), Json(TokenBody::from(token))))
}

/// Looks for the token where it was put. A few seconds may pass.
#[utoipa::path(post, path = "/api/v1/account/verifications/token/check", tag = "account", request_body = CheckToken,
    responses((status = 200, body = ProvenBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody),
    (status = 429, body = ProblemBody), (status = 502, body = ProblemBody)))]
pub(super) async fn check_token(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Json(body): Json<CheckToken>,
) -> Result<Json<ProvenBody>> {
    let place = Place::named(&body.place, &body.domain)
        .ok_or_else(|| Problem::invalid("place", "is `qrz`, `qrz_page`, `hamqth`, `ampr` or `domain`"))?;
    let (call, _) = state.identity.check_token(&actor, place).await?;
    Ok(proven(&call))
}

/// The call that was named, or the account's own.
fn call_of(visitor: &Visitor, text: &str) -> Result<Callsign> {
    if !text.trim().is_empty() {
        return read_call(text);
    }
    let own = visitor.actor.member()?.call.call().cloned();
    own.ok_or_else(|| Problem::invalid("call", "which call is yours?"))
}

fn read_call(text: &str) -> Result<Callsign> {
    Callsign::parse(text).map_err(|error| Problem::invalid("call", error.to_string()))
}

fn proven(call: &Callsign) -> Json<ProvenBody> {
    Json(ProvenBody {
        call: call.to_string(),
        verified: true,
    })
}

impl From<Overview> for LadderBody {
    fn from(ladder: Overview) -> Self {
        let code = ladder.code.map(|code| CodeBody {
            tries_left: code.left(),
            call: code.call.to_string(),
            mailbox: code.mailbox.as_str(),
            to: code.to.into(),
            until: code.until,
        });
        Self {
            call: ladder.call.map(|call| call.to_string()),
            verified: ladder.verified.is_some(),
            items: ladder.proofs.into_iter().map(ProofItem::from).collect(),
            code,
            token: ladder.token.map(TokenBody::from),
            ways: ladder.ways.iter().map(WayBody::from).collect(),
        }
    }
}

impl From<StoredToken> for TokenBody {
    fn from(token: StoredToken) -> Self {
        Self {
            call: token.call.to_string(),
            record: token.token.record(),
            token: token.token,
            label: RECORD_LABEL,
            until: token.until,
        }
    }
}

impl From<&WayLine> for WayBody {
    fn from(line: &WayLine) -> Self {
        Self {
            id: line.way.id,
            method: line.way.method.as_str().to_owned(),
            trust: line.way.method.trust().as_str(),
            open: line.off.is_none(),
            why: line.off,
            page: match line.way.at {
                At::Page(page) => Some(page),
                At::Here | At::Office => None,
            },
        }
    }
}
