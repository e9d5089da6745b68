//! The relay's HTTP interface, for this computer alone.
//!
//! ```text
//! serve (places, sizes, times) -> frame (Host, Origin, preflights, headers, bodies) -> gate by kind -> handlers
//! ```
//!
//! Invariants: a request that was not sent to the relay by its own name, or by a page that is not allowed, reaches no
//! handler but those of pairing; what moves or keys anything needs a header that no image, form or link can carry;
//! errors leave as problem documents; a burst of tunes is never refused.

mod answer;
mod frame;
mod gate;
mod pair;
mod ptt;
mod qsy;
mod rotator;
mod serve;
mod setup;
mod socket;
mod status;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use super::desk::Desk;
pub(crate) use gate::Kind;
pub(crate) use ptt::Leases;
pub(crate) use serve::{listen, serve};

/// All routes of a relay.
pub(crate) fn router(desk: &Arc<Desk>) -> Router {
    let acts = Router::new()
        .route("/qsy", get(qsy::by_text))
        .route("/api/qsy", post(qsy::by_json))
        .route("/api/rotator", post(rotator::turn))
        .route("/api/ptt", post(ptt::key));
    let reads = Router::new()
        .route("/status", get(status::status))
        .route("/api/rig", get(status::rig));
    let pairing = Router::new()
        .route("/api/pair", post(pair::pair))
        .route("/api/pair/{request}", get(pair::standing));
    let shown = gated(desk, Kind::Page, setup::shown());
    let own = gated(desk, Kind::Own, setup::own());
    let sockets = Router::new().route("/ws", get(socket::start));
    let all = Router::new()
        .merge(gated(desk, Kind::Act, acts))
        .merge(gated(desk, Kind::Read, reads))
        .merge(gated(desk, Kind::Pair, pairing))
        .merge(gated(desk, Kind::Socket, sockets))
        .merge(shown)
        .merge(own);
    frame::around(all.with_state(Arc::clone(desk)), desk)
}

/// Routes behind the gate of a kind.
pub(crate) fn gated(desk: &Arc<Desk>, kind: Kind, routes: Router<Arc<Desk>>) -> Router<Arc<Desk>> {
    routes.route_layer(from_fn_with_state((Arc::clone(desk), kind), gate::guard))
}
