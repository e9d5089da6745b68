//! Turning the rotator by HTTP.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::answer::Refused;
use super::status;
use crate::relay::desk::Desk;
use crate::relay::wish::Fault;
use crate::web;

/// What the rotator is to do: turn, stop or park.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Turn {
    /// Degrees clockwise from north.
    azimuth: Option<f64>,
    /// Degrees above the horizon.
    elevation: Option<f64>,
    /// Stay where it is.
    #[serde(default)]
    stop: bool,
    /// Turn to the resting position.
    #[serde(default)]
    park: bool,
}

/// `POST /api/rotator`: answers when the turn has begun.
pub(super) async fn turn(
    State(desk): State<Arc<Desk>>,
    web::Json(turn): web::Json<Turn>,
) -> Result<Json<Value>, Refused> {
    carry_out(&desk, &turn).await?;
    Ok(Json(status::rotator(&desk)))
}

/// Does it.
pub(super) async fn carry_out(desk: &Desk, turn: &Turn) -> Result<(), Fault> {
    let rotator = desk.rotator.borrow().clone();
    let rotator = rotator.ok_or_else(|| {
        let words = "no rotator is set up: name its rotctld in the relay's setup (relay.rotctld)";
        Fault::new(StatusCode::NOT_FOUND, "no_rotator", words)
    })?;
    let done = match (turn.azimuth, turn.stop, turn.park) {
        (Some(azimuth), false, false) => rotator.turn(azimuth, turn.elevation).await,
        (None, true, false) => rotator.stop().await,
        (None, false, true) => rotator.park().await,
        _ => {
            let words = "give one of azimuth, stop and park";
            return Err(Fault {
                field: Some("azimuth".to_owned()),
                ..Fault::new(StatusCode::BAD_REQUEST, "invalid", words)
            });
        }
    };
    done.map_err(|error| Fault::from(&error))
}
