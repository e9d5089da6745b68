//! Radios, presence and following over HTTP, and the socket that relays connect to.

mod following;
mod presence;
mod relay;
mod rigs;

use axum::http::StatusCode;
use axum::routing::get;
use utoipa_axum::routes;

use super::error::Error;
use super::model::RelayFault;
use super::service::Shack;
use crate::web::{Access, Class, Problem, Routes, Sockets};

/// What the handlers work with.
#[derive(Clone)]
pub(crate) struct ShackState {
    pub(crate) shack: Shack,
    pub(crate) sockets: Sockets,
}

/// The routes.
pub(crate) fn routes(state: ShackState) -> Routes {
    let (rig, own) = (Access::Key("rig"), Access::Session);
    Routes::new()
        .api(rig, routes!(rigs::list))
        // Turning a knob is many tunes: they are paced towards the relay, not counted.
        .api(rig.class(Class::Free).most(4 << 10), routes!(rigs::tune))
        .api(rig, routes!(rigs::rotate))
        .api(Access::Key("dx.read"), routes!(presence::list))
        .api(Access::Key("dx.write"), routes!(presence::put, presence::remove))
        .api(own, routes!(following::list))
        .api(own, routes!(following::add, following::remove))
        .page(rig.stream(), "/ws/relay", get(relay::open))
        .with_state(state)
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error {
            Error::Denied(denied) => denied.into(),
            Error::Wish(fault) => Self::invalid(fault.field, fault.words),
            Error::Away(_) => Self::new(StatusCode::NOT_FOUND, "rig_away", text),
            Error::Silent(_) => Self::new(StatusCode::GATEWAY_TIMEOUT, "relay_timed_out", text),
            Error::Relay(fault) => by_relay(fault),
            Error::Call(_) => Self::invalid("call", text),
            Error::NotFollowed(_) => Self::not_found(text),
            Error::Many(_) => Self::conflict("too_many", text),
            Error::Store(error) => error.into(),
        }
    }
}

/// Codes of relays that go on as they are; others are told as `relay_fault`.
const CODES: [&str; 18] = [
    "radio_unreachable",
    "port_in_use",
    "radio_garbled",
    "radio_refused",
    "radio_unable",
    "radio_timed_out",
    "expired",
    "out_of_range",
    "transmitting",
    "ptt_busy",
    "tx_limits",
    "stopping",
    "invalid",
    "no_rotator",
    "rotator_unreachable",
    "rotator_refused",
    "too_many",
    "relay_fault",
];

/// A relay's failure, as far as it can be believed.
fn by_relay(fault: RelayFault) -> Problem {
    let code = CODES.into_iter().find(|code| *code == fault.code);
    let status = match fault.status {
        // These would be said of this server's own callers.
        400 => StatusCode::UNPROCESSABLE_ENTITY,
        403 => StatusCode::FORBIDDEN,
        409 => StatusCode::CONFLICT,
        422 => StatusCode::UNPROCESSABLE_ENTITY,
        503 => StatusCode::SERVICE_UNAVAILABLE,
        504 => StatusCode::GATEWAY_TIMEOUT,
        _ => StatusCode::BAD_GATEWAY,
    };
    let detail: String = fault.detail.chars().take(500).collect();
    let mut problem = Problem::new(status, code.unwrap_or("relay_fault"), detail.clone());
    if let Some(field) = fault.field {
        problem = problem.field(field, detail);
    }
    if let Some(rprt) = fault.rprt {
        problem = problem.with("rprt", rprt);
    }
    problem
}
