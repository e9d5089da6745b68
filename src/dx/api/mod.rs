//! The DX cluster over HTTP: our own JSON, `push_spot` as Odoo's clients call it, the JSON of other spot caches.

pub(crate) mod compat;
pub(crate) mod compat_reader;
mod compat_v2;
pub(crate) mod compat_view;
mod flags;
mod odoo;
mod odoo_caller;
mod spots;
mod status;
#[cfg(test)]
mod tests;

use axum::http::StatusCode;
use utoipa_axum::routes;

use super::cluster::Cluster;
use super::model::Refused;
use super::node::Node;
use crate::identity::{Actor, Identity, Scope};
use crate::web::{Access, Class, Problem, Result, Routes, Signer};

/// What the handlers work with.
#[derive(Clone)]
pub(crate) struct DxState {
    pub(crate) cluster: Cluster,
    pub(crate) node: Node,
    pub(crate) identity: Identity,
    pub(crate) signer: Signer,
    /// A random key of this run, for digests that stay in memory.
    pub(crate) run_key: [u8; 32],
    /// Whether guests may read spots.
    pub(crate) public: bool,
}

/// All routes of this domain.
pub(crate) fn routes(state: DxState) -> Routes {
    // Whether guests may read is configured, and a feed is counted by spots, not by requests: handlers see to both.
    let read = Access::Public;
    let own = Routes::new()
        .api(read, routes!(spots::list))
        .api(Access::Public.class(Class::Free), routes!(spots::post))
        .api(read, routes!(status::show))
        .api(read, routes!(status::activity))
        .with_state(state.clone());
    own.merge(odoo::routes(&state)).merge(compat::routes(&state))
}

impl DxState {
    /// Refuses who may not read spots.
    fn may_read(&self, actor: &Actor) -> Result<()> {
        may_read(actor, self.public)
    }
}

/// Refuses who may not read spots; `public`: whether guests may.
fn may_read(actor: &Actor, public: bool) -> Result<()> {
    match actor {
        Actor::Guest if public => Ok(()),
        actor => Ok(actor.require(Scope::DxRead)?),
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let text = refused.to_string();
        match refused {
            Refused::Denied(crate::identity::Denied::SignIn) => Self::forbidden(
                "forbidden",
                "spots come from licensed operators: sign in, or send an API key",
            ),
            Refused::Denied(denied) => denied.into(),
            Refused::TooMany(wait) => Self::too_many(wait),
            Refused::NotYours => {
                Self::new(StatusCode::FORBIDDEN, "not_your_call", text.clone()).field("spotter", text)
            }
            other => Self::invalid(other.field().unwrap_or("call"), text),
        }
    }
}
