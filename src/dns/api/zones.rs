//! The zones a caller may open: members' names and what was granted; for administrators all there are.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::applied::Outcome;
use super::{DnsState, absolute, etag, shown, top};
use crate::dns::Dns;
use crate::dns::error::Error;
use crate::dns::model::NameState;
use crate::dns::read::{self, ZoneLine};
use crate::identity::Actor;
use crate::identity::api::gate::Who;
use crate::web::{Json, Path, Problem, ProblemBody, Result};

/// A zone, or a member's name that is shown as one.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DnsZone)]
pub(crate) struct ZoneView {
    /// What stands for it in addresses.
    #[schema(example = "k6bp.club.example")]
    pub(crate) name: String,
    /// `name`: a member's; `members`: the zone all of those are in; `zone`: another, or a part of one that was granted.
    pub(crate) kind: &'static str,
    /// The zone whose serial and name servers these are.
    #[schema(example = "club.example")]
    pub(crate) zone: String,
    pub(crate) serial: u32,
    #[schema(value_type = String, format = DateTime)]
    pub(crate) changed: Timestamp,
    /// Sets of records at and below the name.
    pub(crate) sets: u64,
    /// `live`, `suspended` or `released` of a member's name, else `live`.
    pub(crate) state: &'static str,
    /// Why a name is suspended, for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) why: Option<&'static str>,
    /// The same in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) since: Option<Timestamp>,
    /// Whether what is stored is not yet answered.
    pub(crate) pending: bool,
    /// Where its records are.
    pub(crate) records: String,
}

/// Zones.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ZoneList {
    items: Vec<ZoneView>,
}

/// A zone to be made.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewZoneBody {
    #[schema(example = "44.in-addr.arpa")]
    name: String,
}

/// What is to change of a member's name; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ZoneChange {
    /// `live` or `suspended`.
    state: Option<WantedState>,
    /// Whether its holder may delegate it: set NS and DS records.
    delegates: Option<bool>,
}

/// What a name is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum WantedState {
    Live,
    Suspended,
}

impl ZoneView {
    /// How a zone is shown.
    pub(crate) fn of(line: &ZoneLine, dns: &Dns) -> Self {
        let name = shown(&line.top);
        let (state, why, since) = match &line.state {
            None | Some(NameState::Live) => ("live", None, None),
            Some(NameState::Suspended { why, since }) => ("suspended", Some(*why), Some(*since)),
            Some(NameState::Released { since }) => ("released", None, Some(*since)),
        };
        Self {
            kind: match line {
                line if line.is_base => "members",
                line if line.state.is_some() => "name",
                _ => "zone",
            },
            zone: shown(&line.origin),
            serial: line.version.serial(),
            changed: line.changed,
            sets: line.sets,
            state,
            why: why.map(|why| why.as_str()),
            reason: why.map(|why| why.words()),
            since,
            pending: dns.live.version(line.zone).is_none_or(|live| live < line.version),
            records: format!("/api/v1/dns/zones/{name}/records"),
            name,
        }
    }
}

/// The zones the caller may open: own names, what was granted; all zones for administrators.
#[utoipa::path(get, path = "/api/v1/dns/zones", tag = "dns", responses((status = 200, body = ZoneList)))]
pub(super) async fn list(State(state): State<DnsState>, Who(actor): Who) -> Result<Json<ZoneList>> {
    let lines = state.dns.store.read(move |r| read::zones(r, &actor)).await?;
    let items = lines.iter().map(|line| ZoneView::of(line, &state.dns)).collect();
    Ok(Json(ZoneList { items }))
}

/// Makes a zone with the configured name servers. Administrators only.
#[utoipa::path(post, path = "/api/v1/dns/zones", tag = "dns", request_body = NewZoneBody, responses(
    (status = 201, body = ZoneView), (status = 202, body = ZoneView), (status = 403, body = ProblemBody),
    (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(super) async fn create(
    State(state): State<DnsState>,
    Who(actor): Who,
    Json(body): Json<NewZoneBody>,
) -> Result<Response> {
    let origin = absolute(&body.name).map_err(|text| Problem::invalid("name", text))?;
    if origin.is_root() {
        return Err(Problem::invalid("name", "the root is not ours"));
    }
    let made = Outcome::of(state.dns.create_zone(&actor, origin.clone()).await)?;
    let place = format!("/api/v1/dns/zones/{}", shown(&origin));
    let (_, view) = opened(&state.dns, &actor, &origin).await?;
    let place = [(header::LOCATION, place)];
    Ok((made.status(StatusCode::CREATED), place, Json(view)).into_response())
}

/// One zone, with an `ETag` of its records.
#[utoipa::path(get, path = "/api/v1/dns/zones/{zone}", tag = "dns",
    params(("zone" = String, Path, description = "a zone, or a name of the caller's")),
    responses((status = 200, body = ZoneView), (status = 404, body = ProblemBody)))]
pub(super) async fn show(
    State(state): State<DnsState>,
    Who(actor): Who,
    Path(zone): Path<String>,
) -> Result<Response> {
    let (mark, view) = opened(&state.dns, &actor, &top(&zone)?).await?;
    Ok(([(header::ETAG, etag(&mark))], Json(view)).into_response())
}

/// Suspends a member's name, has it answered for again, or lets its holder delegate it. Administrators only.
#[utoipa::path(patch, path = "/api/v1/dns/zones/{zone}", tag = "dns",
    params(("zone" = String, Path, description = "a member's name")), request_body = ZoneChange, responses(
    (status = 200, body = ZoneView), (status = 202, body = ZoneView), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(super) async fn change(
    State(state): State<DnsState>,
    Who(actor): Who,
    Path(zone): Path<String>,
    Json(body): Json<ZoneChange>,
) -> Result<Response> {
    let (dns, name) = (&state.dns, top(&zone)?);
    if let Some(delegates) = body.delegates {
        dns.delegate(&actor, name.clone(), delegates).await?;
    }
    let turned = match body.state {
        Some(WantedState::Suspended) => Some(dns.suspend_name(&actor, name.clone()).await),
        Some(WantedState::Live) => Some(dns.restore_name(&actor, name.clone()).await),
        None => None,
    };
    let status = match turned {
        Some(done) => Outcome::of(done)?.status(StatusCode::OK),
        None => StatusCode::OK,
    };
    let (mark, view) = opened(dns, &actor, &name).await?;
    Ok((status, [(header::ETAG, etag(&mark))], Json(view)).into_response())
}

/// Removes a zone with all its records, or lets a suspended name of a member's go for good. Administrators only.
#[utoipa::path(delete, path = "/api/v1/dns/zones/{zone}", tag = "dns",
    params(("zone" = String, Path, description = "a zone, or a member's name")), responses(
    (status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody)))]
pub(super) async fn remove(
    State(state): State<DnsState>,
    Who(actor): Who,
    Path(zone): Path<String>,
) -> Result<StatusCode> {
    let name = top(&zone)?;
    let (asker, wanted) = (actor.clone(), name.clone());
    let (_, line) = state
        .dns
        .store
        .read(move |r| read::zone(r, &asker, &wanted))
        .await?;
    if line.state.is_some() {
        state.dns.release_name(&actor, name).await?;
    } else {
        state.dns.remove_zone(&actor, name).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// A zone as it is now, and the mark of its records.
async fn opened(
    dns: &Dns,
    actor: &Actor,
    top: &crate::dns::name::Name,
) -> std::result::Result<(smol_str::SmolStr, ZoneView), Error> {
    let (actor, top) = (actor.clone(), top.clone());
    let found = dns.store.read(move |r| {
        let (opened, line) = read::zone(r, &actor, &top)?;
        Ok::<_, Error>((read::mark(r, &opened)?, line))
    });
    let (mark, line) = found.await?;
    Ok((mark, ZoneView::of(&line, dns)))
}
