//! What the relay tells of itself and of the radio.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::relay::desk::Desk;
use crate::relay::link::LinkState;
use crate::relay::rig::{Meters, RigFacts, RigState};
use crate::relay::settings::Way;

/// `GET /status`.
pub(super) async fn status(State(desk): State<Arc<Desk>>) -> Json<Value> {
    let state = desk.glance().await;
    let settings = desk.settings();
    let link = desk.link.borrow().clone();
    let backend = match settings.way {
        Way::Rigctld => "rigctld",
        Way::Serial => "serial",
    };
    let mut rig = json!(state);
    rig["backend"] = json!(backend);
    rig["device"] = json!(desk.rig().device());
    let mut linked = json!(link);
    linked["connected"] = json!(link.state == LinkState::Connected);
    Json(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "name": settings.name,
        "rig": rig,
        "rotator": rotator(&desk),
        "queue": *desk.queue.sums().borrow(),
        "link": linked,
        "sharing": *desk.sharing.borrow(),
        "transmit": settings.transmit,
    }))
}

/// `GET /api/rig`.
pub(super) async fn rig(State(desk): State<Arc<Desk>>) -> Json<Value> {
    let state = desk.glance().await;
    let rig = desk.rig();
    let (facts, meters): (RigFacts, Meters) = (rig.facts().borrow().clone(), *rig.meters().borrow());
    Json(json!({
        "rig": desk.settings().name,
        "state": state,
        "facts": facts,
        "meters": meters,
        "rotator": rotator(&desk),
    }))
}

/// Where the rotator points, if there is one.
pub(super) fn rotator(desk: &Desk) -> Value {
    let rotator = desk.rotator.borrow();
    rotator
        .as_ref()
        .map_or(Value::Null, |rotator| json!(*rotator.state().borrow()))
}

/// The state as it is pushed.
#[derive(Serialize)]
pub(super) struct Pushed<'a> {
    v: u8,
    #[serde(rename = "type")]
    kind: &'static str,
    rig: &'a str,
    #[serde(flatten)]
    state: &'a RigState,
    time: Timestamp,
}

impl<'a> Pushed<'a> {
    /// A state of the radio of that name, now.
    pub(super) fn new(rig: &'a str, state: &'a RigState, time: Timestamp) -> Self {
        Self {
            v: 1,
            kind: "state",
            rig,
            state,
            time,
        }
    }
}
