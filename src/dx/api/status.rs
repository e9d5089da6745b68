//! How the cluster does: what is kept, what each way in sent, how busy the bands are.

use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use utoipa::{IntoParams, ToSchema};

use super::DxState;
use crate::dx::choice::continent;
use crate::dx::feeds::{FeedLine, PollLine};
use crate::dx::upstream::UpstreamState;
use crate::identity::Actor;
use crate::identity::api::gate::Who;
use crate::web::{Json, Problem, ProblemBody, Query, Result};

/// What is kept, and where it came from.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StatusView {
    spots: SpotsView,
    /// Users of Logbook of the World that are known.
    lotw_users: usize,
    feeds: Vec<FeedView>,
    /// Nodes and feeds that the station listens to, and the node that it is linked with; none for guests.
    upstreams: Vec<UpstreamView>,
    /// Award programmes that are asked for activators.
    polls: Vec<PollView>,
}

/// The history.
#[derive(Debug, Serialize, ToSchema)]
struct SpotsView {
    people: usize,
    skimmers: usize,
    /// Memory of all.
    bytes: usize,
    /// Seconds that a spot is kept.
    age: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest_seq: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    newest_seq: Option<u64>,
}

/// A way in; its counts are since the start.
#[derive(Debug, Serialize, ToSchema)]
struct FeedView {
    source: &'static str,
    /// The feed's name; empty for members.
    #[schema(value_type = String)]
    origin: SmolStr,
    new: u64,
    duplicates: u64,
    refused: u64,
    #[schema(value_type = String, format = DateTime)]
    last: Timestamp,
}

/// A node or feed that the station connects to; its counts are since the start.
#[derive(Debug, Serialize, ToSchema)]
struct UpstreamView {
    name: String,
    #[schema(example = "spider")]
    kind: &'static str,
    /// `idle`, `connecting`, `entering`, `listening` or `waiting`.
    state: &'static str,
    /// Since when it is connected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// Since when it is down.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    down: Option<Timestamp>,
    /// When it is tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    retry: Option<Timestamp>,
    /// When the last spot came.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    last_spot: Option<Timestamp>,
    new: u64,
    duplicates: u64,
    refused: u64,
    /// Spots that a digest made one of, or found too little confirmed.
    digested: u64,
    /// Members' spots that it was sent.
    sent: u64,
    connections: u64,
    /// Why it is down.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl From<UpstreamState> for UpstreamView {
    fn from(state: UpstreamState) -> Self {
        Self {
            name: state.name,
            kind: state.kind,
            state: state.phase.as_str(),
            since: state.since,
            down: state.down,
            retry: state.retry,
            last_spot: state.last_spot,
            new: state.spots,
            duplicates: state.duplicates,
            refused: state.rejected,
            digested: state.digested,
            sent: state.sent,
            connections: state.connections,
            error: state.last_error,
        }
    }
}

/// A service that is asked time and again.
#[derive(Debug, Serialize, ToSchema)]
struct PollView {
    name: &'static str,
    /// When it answered last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    answered: Option<Timestamp>,
    /// Failures since.
    failures: u32,
    /// What went wrong last, while it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl From<PollLine> for PollView {
    fn from(line: PollLine) -> Self {
        Self {
            name: line.name,
            answered: line.answered,
            failures: line.failures,
            error: line.error,
        }
    }
}

impl From<FeedLine> for FeedView {
    fn from(line: FeedLine) -> Self {
        Self {
            source: line.source.as_str(),
            origin: line.origin,
            new: line.new,
            duplicates: line.duplicates,
            refused: line.refused,
            last: line.last,
        }
    }
}

/// What is kept, and what each way in sent since the start.
#[utoipa::path(get, path = "/api/v1/dx/status", tag = "dx", security(("session" = []), ("key" = ["dx.read"])), responses(
    (status = 200, body = StatusView), (status = 401, body = ProblemBody)))]
pub(super) async fn show(State(state): State<DxState>, Who(actor): Who) -> Result<Json<StatusView>> {
    state.may_read(&actor)?;
    let cluster = &state.cluster;
    // Names may be addresses, and errors are other nodes' words: not for guests.
    let upstreams = match actor {
        Actor::Guest => Vec::new(),
        _ => state.node.upstreams().all(),
    };
    let size = cluster.size();
    let (oldest_seq, newest_seq) = cluster.range().unzip();
    Ok(Json(StatusView {
        spots: SpotsView {
            people: size.people,
            skimmers: size.skimmers,
            bytes: size.bytes,
            age: cluster.keeping().age.as_secs(),
            oldest_seq,
            newest_seq,
        },
        lotw_users: cluster.lotw_users(),
        feeds: cluster.feeds().into_iter().map(FeedView::from).collect(),
        upstreams: upstreams.into_iter().map(UpstreamView::from).collect(),
        polls: cluster.polls().into_iter().map(PollView::from).collect(),
    }))
}

/// How far back.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct ActivityParams {
    /// Minutes, at most 240; 60 without.
    minutes: Option<usize>,
    /// Only what was heard on this continent: `EU`.
    de_cont: Option<String>,
}

/// Spots by band and minute.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ActivityView {
    minutes: usize,
    bands: Vec<BandView>,
}

/// A band's spots.
#[derive(Debug, Serialize, ToSchema)]
struct BandView {
    #[schema(example = "20m")]
    band: &'static str,
    /// By minute, oldest first; the last is the present one.
    counts: Vec<u32>,
}

/// How busy each band is, minute by minute; bands without a spot are left out.
#[utoipa::path(get, path = "/api/v1/dx/activity", tag = "dx", security(("session" = []), ("key" = ["dx.read"])), params(ActivityParams), responses(
    (status = 200, body = ActivityView), (status = 401, body = ProblemBody)))]
pub(super) async fn activity(
    State(state): State<DxState>,
    Who(actor): Who,
    Query(asked): Query<ActivityParams>,
) -> Result<Json<ActivityView>> {
    state.may_read(&actor)?;
    let minutes = asked.minutes.unwrap_or(60).clamp(1, 240);
    let heard_in = match asked.de_cont.as_deref().filter(|text| !text.is_empty()) {
        Some(text) => Some(continent(text).ok_or_else(|| Problem::invalid("de_cont", "is no continent"))?),
        None => None,
    };
    let bands = state.cluster.activity(minutes, heard_in).into_iter();
    let bands = bands.map(|one| BandView {
        band: one.band.name(),
        counts: one.minutes,
    });
    Ok(Json(ActivityView {
        minutes,
        bands: bands.collect(),
    }))
}
