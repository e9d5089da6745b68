//! What a logbook has, for pages that mark spots by it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::WorkedSet;
use crate::bus::Bus;
use crate::ham::band::Band;
use crate::ham::spot::ModeClass;
use crate::identity::Scope;
use crate::identity::api::gate::Who;
use crate::logbook::error::Error;
use crate::logbook::read::worked;
use crate::logbook::rights;
use crate::store::{Read, Store};
use crate::web::{Access, Json, Problem, ProblemBody, Query, Result, Routes};

/// What the handler works with.
#[derive(Clone)]
pub(crate) struct WorkedState {
    pub(crate) store: Store,
    pub(crate) bus: Bus,
}

/// The route.
pub(crate) fn routes(state: WorkedState) -> Routes {
    Routes::new()
        .api(Access::Key("logbook.read"), routes!(show))
        .with_state(state)
}

/// Which logbook.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct OfLogbook {
    /// Call of the logbook; without it the account's own.
    logbook: Option<String>,
}

/// What a logbook has.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WorkedView {
    /// Call of the logbook.
    logbook: String,
    /// Changes after this number are told on the channel `worked`.
    seq: u64,
    /// The order of the bands in the bit fields.
    bands: Vec<&'static str>,
    /// The order of the classes in the bit fields.
    classes: Vec<&'static str>,
    /// By entity number, the bit field in hexadecimal digits: for band `b` and class `c`, bit `(b*3+c)*2`, the lowest of
    /// a byte first, says worked, the next one confirmed.
    entities: BTreeMap<u16, String>,
    /// By band, all four-character grids in one text; from 6 m up.
    grids: BTreeMap<&'static str, String>,
    /// By programme, the references worked.
    refs: BTreeMap<String, Vec<String>>,
}

/// What a logbook has of entities, grids and references.
#[utoipa::path(get, path = "/api/v1/dx/worked", tag = "dx", params(OfLogbook), responses(
    (status = 200, body = WorkedView), (status = 404, body = ProblemBody)))]
pub(super) async fn show(
    State(state): State<WorkedState>,
    Who(actor): Who,
    Query(params): Query<OfLogbook>,
) -> Result<Json<WorkedView>> {
    // Before reading: what comes meanwhile is told twice rather than never.
    let seq = state.bus.seq();
    let read = move |r: &Read| {
        let opened = rights::open(r, &actor, Scope::LogbookRead, params.logbook.as_deref())?;
        Ok::<_, Error>((opened.book.call, worked::worked(r, opened.id)?))
    };
    let (logbook, worked) = state.store.read(read).await.map_err(Problem::from)?;
    Ok(Json(WorkedView::new(
        logbook.into(),
        seq,
        WorkedSet::from(worked),
    )))
}

impl WorkedView {
    fn new(logbook: String, seq: u64, set: WorkedSet) -> Self {
        let mut grids: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (band, grid) in set.grids {
            grids.entry(band.name()).or_default().push(grid);
        }
        let mut refs: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (programme, reference) in set.references {
            refs.entry(programme.into()).or_default().push(reference.into());
        }
        for own in refs.values_mut() {
            own.sort_unstable();
        }
        let grids = grids.into_iter().map(|(band, mut own)| {
            own.sort_unstable();
            (band, own.concat())
        });
        Self {
            logbook,
            seq,
            bands: Band::ALL.iter().map(|band| band.name()).collect(),
            classes: ModeClass::ALL.iter().map(|class| class.as_str()).collect(),
            entities: set
                .entities
                .iter()
                .map(|(dxcc, bits)| (*dxcc, hex(bits)))
                .collect(),
            grids: grids.collect(),
            refs,
        }
    }
}

fn hex(bits: &[u8]) -> String {
    bits.iter()
        .fold(String::with_capacity(bits.len() * 2), |mut text, byte| {
            // Writing to a text cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}
