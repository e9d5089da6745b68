//! Tokens for programs that may change one thing alone: the address of a host, or proofs for certificates.
//!
//! Made and seen by people at a browser. The token itself is in the answer that makes it and nowhere else.

use axum::Extension;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use utoipa::ToSchema;

use super::{DnsState, shown, top, view};
use crate::dns::model::TokenScope;
use crate::dns::name::Name;
use crate::dns::read::{self, TokenLine};
use crate::dns::write::NewToken;
use crate::identity::Actor;
use crate::identity::api::gate::Who;
use crate::web::{Json, Path, Problem, ProblemBody, Result, Sensitive};

/// Longest label, in characters.
const LABEL: usize = 60;
/// Shortest and longest time that a record of a token may last: a minute, a year.
const LASTS: std::ops::RangeInclusive<u32> = 60..=31_536_000;

/// A token, without what it is worth.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DnsToken)]
pub(crate) struct TokenView {
    pub(crate) id: String,
    /// `dyndns`: the addresses of the name; `acme`: proofs for certificates of the name and of what is below it.
    #[schema(example = "dyndns")]
    pub(crate) scope: &'static str,
    /// What it is for.
    #[schema(example = "home.k6bp.club.example")]
    pub(crate) name: String,
    /// What it is for, in its owner's words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) label: String,
    /// Seconds after which a record that it set goes unless it is set again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lasts: Option<u32>,
    #[schema(value_type = String, format = DateTime)]
    pub(crate) created: Timestamp,
    /// When it changed something last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) used: Option<Timestamp>,
}

/// Tokens, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TokenList {
    items: Vec<TokenView>,
}

/// A token to be made.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewTokenBody {
    /// Relative to the zone of the path; its top where it is left out.
    #[serde(default)]
    pub(crate) name: String,
    #[schema(value_type = String, example = "dyndns")]
    pub(crate) scope: TokenScope,
    #[serde(default)]
    pub(crate) label: String,
    /// Seconds after which a record that it set goes unless it is set again: a heartbeat. Stays, where it is left out;
    /// proofs for certificates stay a day.
    pub(crate) lasts: Option<u32>,
}

/// A new token, shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewTokenView {
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) scope: &'static str,
    pub(crate) name: String,
}

impl TokenView {
    /// How a token is shown.
    pub(crate) fn of(line: TokenLine) -> Self {
        let TokenLine { id, token } = line;
        Self {
            id: id.into(),
            scope: token.scope.as_str(),
            name: shown(&token.name),
            label: token.label.into(),
            lasts: token.lasts,
            created: token.created,
            used: token.used,
        }
    }
}

/// The caller's tokens for a name and what is below it.
#[utoipa::path(get, path = "/api/v1/dns/zones/{zone}/tokens", tag = "dns",
    params(("zone" = String, Path, description = "a zone, or a name of the caller's")),
    responses((status = 200, body = TokenList), (status = 404, body = ProblemBody)))]
pub(super) async fn list(
    State(state): State<DnsState>,
    Who(actor): Who,
    Path(zone): Path<String>,
) -> Result<Json<TokenList>> {
    let top = top(&zone)?;
    let found = state.dns.store.read(move |r| {
        read::zone(r, &actor, &top)?;
        read::tokens(r, &actor, Some(&top))
    });
    let items = found.await?.into_iter().map(TokenView::of).collect();
    Ok(Json(TokenList { items }))
}

/// Makes a token. It is in this answer and never shown again.
#[utoipa::path(post, path = "/api/v1/dns/zones/{zone}/tokens", tag = "dns",
    params(("zone" = String, Path, description = "a zone, or a name of the caller's")),
    request_body = NewTokenBody, responses(
    (status = 201, body = NewTokenView), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
    (status = 422, body = ProblemBody)))]
pub(super) async fn create(
    State(state): State<DnsState>,
    Who(actor): Who,
    Path(zone): Path<String>,
    Json(body): Json<NewTokenBody>,
) -> Result<Response> {
    let view = make(&state, &actor, &top(&zone)?, &body).await?;
    let no_store = [(header::CACHE_CONTROL, "no-store")];
    Ok((StatusCode::CREATED, no_store, Extension(Sensitive), Json(view)).into_response())
}

/// Makes a token as it was asked for.
pub(crate) async fn make(
    state: &DnsState,
    actor: &Actor,
    top: &Name,
    body: &NewTokenBody,
) -> Result<NewTokenView> {
    let name = view::name_of(&body.name, top, "")?;
    let label = body.label.trim();
    if label.chars().count() > LABEL || label.contains(char::is_control) {
        return Err(Problem::invalid(
            "label",
            format!("at most {LABEL} characters in one line"),
        ));
    }
    if body.lasts.is_some_and(|lasts| !LASTS.contains(&lasts)) {
        return Err(Problem::invalid("lasts", "60 seconds to a year (31536000)"));
    }
    let new = NewToken {
        name: name.clone(),
        scope: body.scope,
        label: label.into(),
        lasts: body.lasts,
    };
    let token = state.dns.create_token(actor, new).await?;
    Ok(NewTokenView {
        id: token.id().into(),
        token: token.expose().to_owned(),
        scope: body.scope.as_str(),
        name: shown(&name),
    })
}

/// Ends a token.
#[utoipa::path(delete, path = "/api/v1/dns/tokens/{id}", tag = "dns",
    params(("id" = String, Path, description = "the token's id")), responses(
    (status = 204), (status = 404, body = ProblemBody)))]
pub(super) async fn revoke(
    State(state): State<DnsState>,
    Who(actor): Who,
    Path(id): Path<SmolStr>,
) -> Result<StatusCode> {
    state.dns.revoke_token(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
