//! What administrators give members besides the name of their call: part of a zone, one name, proofs for certificates.

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{DnsState, shown, top, view};
use crate::dns::model::Reach;
use crate::dns::read::{self, GrantLine};
use crate::dns::rr::RecordType;
use crate::dns::write::NewGrant;
use crate::identity::api::gate::Who;
use crate::identity::{self, AccountId, Login};
use crate::web::{Json, Path, Problem, ProblemBody, Query, Result};

/// A right that a member was given.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DnsRight)]
pub(super) struct RightView {
    /// The member's callsign.
    #[schema(example = "K6BP")]
    member: String,
    /// The name it is for.
    #[schema(example = "net.club.example")]
    name: String,
    /// `subtree`: the name and all below it; `self`: the name alone; `acme`: proofs for certificates.
    #[schema(value_type = String, example = "subtree")]
    reach: Reach,
    /// The types it is for; absent: all that members may set.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    types: Vec<String>,
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// Who gave it.
    by: String,
}

/// Rights, in the order of names.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RightList {
    items: Vec<RightView>,
}

/// A right to be given.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RightBody {
    /// The member's callsign.
    member: String,
    /// Relative to the zone of the path; its top where it is left out.
    #[serde(default)]
    name: String,
    #[schema(value_type = String, example = "subtree")]
    reach: Reach,
    /// The types it is for; all that members may set, where none is named. Delegations (NS, DS) must be.
    #[serde(default)]
    types: Vec<String>,
}

/// Whose right at which name ends.
#[derive(Debug, Deserialize)]
pub(super) struct Named {
    /// Relative to the zone of the path; its top where it is left out.
    #[serde(default)]
    name: String,
}

impl RightView {
    fn of(line: GrantLine) -> Self {
        Self {
            member: line.member.into(),
            name: shown(&line.name),
            reach: line.grant.reach,
            types: line.grant.kinds.iter().map(ToString::to_string).collect(),
            since: line.grant.since,
            by: line.grant.by.into(),
        }
    }
}

/// Rights given at and below a name. Administrators only.
#[utoipa::path(get, path = "/api/v1/dns/zones/{zone}/rights", tag = "dns",
    params(("zone" = String, Path, description = "a zone, or a name in one")),
    responses((status = 200, body = RightList), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(super) async fn list(
    State(state): State<DnsState>,
    Who(actor): Who,
    Path(zone): Path<String>,
) -> Result<Json<RightList>> {
    let top = top(&zone)?;
    let found = state
        .dns
        .store
        .read(move |r| read::given(r, &actor, &top))
        .await?;
    let items = found.into_iter().map(RightView::of).collect();
    Ok(Json(RightList { items }))
}

/// Gives a member a right, or another one in place of the one they have there. Administrators only.
#[utoipa::path(post, path = "/api/v1/dns/zones/{zone}/rights", tag = "dns",
    params(("zone" = String, Path, description = "a zone, or a name in one")),
    request_body = RightBody, responses(
    (status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
    (status = 422, body = ProblemBody)))]
pub(super) async fn give(
    State(state): State<DnsState>,
    Who(actor): Who,
    Path(zone): Path<String>,
    Json(body): Json<RightBody>,
) -> Result<StatusCode> {
    let name = view::name_of(&body.name, &top(&zone)?, "")?;
    let account = account(&state, &body.member)
        .await?
        .ok_or_else(|| Problem::invalid("member", format!("there is no account {}", body.member)))?;
    let kinds = body
        .types
        .iter()
        .map(|kind| kind_of(kind))
        .collect::<Result<_>>()?;
    let new = NewGrant {
        account,
        name,
        reach: body.reach,
        kinds,
    };
    state.dns.give(&actor, new).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends a right that was given. Administrators only.
#[utoipa::path(delete, path = "/api/v1/dns/zones/{zone}/rights/{member}", tag = "dns",
    params(("zone" = String, Path, description = "a zone, or a name in one"),
        ("member" = String, Path, description = "the member's callsign"),
        ("name" = Option<String>, Query, description = "relative to the zone; its top where it is left out")),
    responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(super) async fn take_back(
    State(state): State<DnsState>,
    Who(actor): Who,
    Path((zone, member)): Path<(String, String)>,
    Query(named): Query<Named>,
) -> Result<StatusCode> {
    let name = view::name_of(&named.name, &top(&zone)?, "")?;
    let account = account(&state, &member)
        .await?
        .ok_or_else(|| Problem::not_found(format!("there is no account {member}")))?;
    state.dns.take_back(&actor, name, account).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn account(state: &DnsState, member: &str) -> Result<Option<AccountId>> {
    let Ok(login) = member.parse::<Login>() else {
        return Ok(None);
    };
    let found = state
        .dns
        .store
        .read(move |r| identity::read::account_named(r, &login));
    Ok(found.await?)
}

fn kind_of(text: &str) -> Result<RecordType> {
    text.parse()
        .map_err(|_| Problem::invalid("types", format!("{text} is no type of records")))
}
