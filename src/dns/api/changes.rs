//! Whole change sets: made together or not at all, and judged on what they lead to.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::applied::Outcome;
use super::view::{self, TtlBody};
use super::{DnsState, expected, top};
use crate::dns::model::{Change, ChangeSet};
use crate::dns::name::Name;
use crate::dns::rdata;
use crate::dns::rr::{RrSet, Ttl};
use crate::identity::api::gate::Who;
use crate::web::{Json, Path, Problem, ProblemBody, Result};

/// Changes that are made together or not at all, in this order.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ChangesBody {
    changes: Vec<ChangeBody>,
}

/// What becomes of the records of a name and type.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ChangeBody {
    action: Action,
    /// Relative to the zone of the path; `@`, the top, where it is left out.
    #[serde(default)]
    name: String,
    #[serde(rename = "type")]
    kind: String,
    /// Of `put` and `add`; 3600 where it is left out.
    ttl: Option<TtlBody>,
    /// All records of the name and type, of `put`; those to add or take away otherwise.
    #[serde(default)]
    records: Vec<String>,
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = DnsAction)]
pub(crate) enum Action {
    /// These are all records of the name and type.
    Put,
    /// There are none of the name and type.
    Remove,
    /// These come to those that are there.
    Add,
    /// These go.
    Take,
}

/// A change as it is shown.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangeView {
    action: Action,
    name: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl: Option<u32>,
    records: Vec<String>,
}

/// Makes changes together or not at all. Errors name the change: `changes[2].content`.
#[utoipa::path(post, path = "/api/v1/dns/zones/{zone}/changes", tag = "dns",
    params(("zone" = String, Path, description = "a zone, or a name of the caller's")),
    request_body = ChangesBody, responses(
    (status = 200, body = Outcome), (status = 202, body = Outcome), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody), (status = 412, body = ProblemBody), (status = 422, body = ProblemBody),
    (status = 429, body = ProblemBody)))]
pub(super) async fn make(
    State(state): State<DnsState>,
    Who(actor): Who,
    Path(zone): Path<String>,
    headers: HeaderMap,
    Json(body): Json<ChangesBody>,
) -> Result<Response> {
    let top = top(&zone)?;
    let mut changes = Vec::new();
    // A body's change may be several of the domain's: which is which, for errors.
    let mut places = Vec::new();
    for (place, change) in body.changes.iter().enumerate() {
        for one in change.read(&top, place)? {
            changes.push(one);
            places.push(place);
        }
    }
    let set = ChangeSet {
        changes,
        expected: expected(&headers)?,
    };
    let done = Outcome::of(state.dns.apply(&actor, &top, set).await);
    let outcome = done.map_err(|error| placed(error, &places))?;
    Ok((outcome.status(StatusCode::OK), Json(outcome)).into_response())
}

/// An error that speaks of the places in the body.
fn placed(error: crate::dns::error::Error, places: &[usize]) -> Problem {
    let crate::dns::error::Error::Rules(mut faults) = error else {
        return error.into();
    };
    for fault in &mut faults {
        fault.index = fault.index.and_then(|index| places.get(index).copied());
    }
    faults.dedup();
    crate::dns::error::Error::Rules(faults).into()
}

impl ChangeBody {
    /// The domain's changes; `place` is where this stands in the body.
    fn read(&self, top: &Name, place: usize) -> Result<Vec<Change>> {
        let at = format!("changes[{place}]");
        let (name, kind) = (
            view::name_of(&self.name, top, &at)?,
            view::kind_of(&self.kind, &at)?,
        );
        let ttl = self.ttl.as_ref().map(|ttl| view::ttl_of(ttl, &at)).transpose()?;
        let ttl = ttl.unwrap_or(Ttl::DEFAULT);
        let data = self
            .records
            .iter()
            .map(|text| view::datum_of(kind, text, top, &at));
        let data: Vec<_> = data.collect::<Result<_>>()?;
        let needed = || {
            let text = "says which records; to have none is the action remove";
            view::invalid(&at, "records", "missing", text)
        };
        if data.is_empty() != (self.action == Action::Remove) {
            return Err(needed());
        }
        let each = data.into_iter();
        Ok(match self.action {
            Action::Put => {
                let set = RrSet::new(name, kind, ttl, each.collect()).map_err(|_| needed())?;
                vec![Change::put(set)]
            }
            Action::Remove => vec![Change::Remove { name, kind }],
            Action::Add => each
                .map(|datum| Change::Add {
                    name: name.clone(),
                    kind,
                    ttl,
                    datum,
                    until: None,
                })
                .collect(),
            Action::Take => each
                .map(|datum| Change::Take {
                    name: name.clone(),
                    kind,
                    datum,
                })
                .collect(),
        })
    }
}

impl ChangeView {
    /// How a change is shown below `top`.
    pub(super) fn of(change: &Change, top: &Name) -> Self {
        let (name, kind) = change.target();
        let (action, ttl, data) = match change {
            Change::Put { set, .. } => (Action::Put, Some(set.ttl()), set.data()),
            Change::Remove { .. } => (Action::Remove, None, Default::default()),
            Change::Add { ttl, datum, .. } => (Action::Add, Some(*ttl), std::slice::from_ref(datum)),
            Change::Take { datum, .. } => (Action::Take, None, std::slice::from_ref(datum)),
        };
        Self {
            action,
            name: view::relative(name, top),
            kind: kind.to_string(),
            ttl: ttl.map(Ttl::seconds),
            records: data.iter().map(|datum| rdata::write(kind, datum)).collect(),
        }
    }
}
