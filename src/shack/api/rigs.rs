//! Radios: where they stand, and where they are to go.

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::ShackState;
use crate::identity::api::gate::Who;
use crate::shack::link::Link;
use crate::shack::model::{Meters, QueueSums, RigFacts, RigState, RotateWish, RotatorState, TuneWish, Tuned};
use crate::web::{Json, Path, ProblemBody, Result};

/// A radio whose relay is connected.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RigView {
    /// Its name at your account: `relay.name`.
    name: String,
    /// Since when its relay is connected.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// Version of the relay.
    version: String,
    state: RigState,
    facts: RigFacts,
    #[serde(skip_serializing_if = "Option::is_none")]
    meters: Option<Meters>,
    /// Contacts that the relay has not delivered yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<QueueSums>,
    /// None without a rotator.
    #[serde(skip_serializing_if = "Option::is_none")]
    rotator: Option<RotatorState>,
}

/// Your radios, by name.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RigList {
    items: Vec<RigView>,
}

impl RigView {
    fn of(link: &Link) -> Self {
        let latest = link.latest();
        Self {
            name: link.name.clone(),
            since: link.since,
            version: link.version.clone(),
            state: latest.state,
            facts: latest.facts,
            meters: latest.meters,
            queue: latest.queue,
            rotator: latest.rotator,
        }
    }
}

/// Your radios whose relays are connected, and where they stand.
#[utoipa::path(get, path = "/api/v1/rigs", tag = "shack", responses(
    (status = 200, body = RigList), (status = 403, body = ProblemBody)))]
pub(super) async fn list(State(state): State<ShackState>, Who(actor): Who) -> Result<Json<RigList>> {
    let items = state.shack.rigs_of(&actor)?;
    Ok(Json(RigList {
        items: items.iter().map(|link| RigView::of(link)).collect(),
    }))
}

/// Moves a radio, and answers with what was read back from it. Of several tunes the newest wins; whoever was overtaken
/// is answered with where the radio stands then.
#[utoipa::path(post, path = "/api/v1/rigs/{name}/tune", tag = "shack", params(("name" = String, Path)),
    request_body = TuneWish, responses(
    (status = 200, body = Tuned), (status = 403, body = ProblemBody),
    (status = 404, description = "`rig_away`: no relay is connected for it", body = ProblemBody),
    (status = 409, description = "it transmits", body = ProblemBody), (status = 422, body = ProblemBody),
    (status = 502, description = "the radio is not reached, or refused", body = ProblemBody),
    (status = 504, description = "no answer in time", body = ProblemBody)))]
pub(super) async fn tune(
    State(state): State<ShackState>,
    Who(actor): Who,
    Path(name): Path<String>,
    Json(wish): Json<TuneWish>,
) -> Result<Json<Tuned>> {
    Ok(Json(state.shack.tune(&actor, &name, wish).await?))
}

/// Turns the rotator beside a radio, or stops it. Answers when the turn has begun; channel `rig` tells of the rest.
#[utoipa::path(post, path = "/api/v1/rigs/{name}/rotate", tag = "shack", params(("name" = String, Path)),
    request_body = RotateWish, responses(
    (status = 202, description = "it turns"), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody),
    (status = 502, body = ProblemBody), (status = 504, body = ProblemBody)))]
pub(super) async fn rotate(
    State(state): State<ShackState>,
    Who(actor): Who,
    Path(name): Path<String>,
    Json(wish): Json<RotateWish>,
) -> Result<StatusCode> {
    state.shack.rotate(&actor, &name, &wish).await?;
    Ok(StatusCode::ACCEPTED)
}
