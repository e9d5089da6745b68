//! What happens, told live: `/ws/firehose` for programs, `/websocket` for the pages.
//!
//! Both take part in the rounds of [`Sockets`]: here is in which words, and who may hear what ([`listeners`]). What a
//! subscriber may not see is left out, never blanked.

mod archive;
mod compat;
mod firehose;
mod listeners;
mod pages;

use std::ops::Deref;
use std::sync::Arc;

use axum::routing::get;

use super::running::App;
use crate::bus::Bus;
use crate::dx::Cluster;
use crate::identity::Identity;
use crate::shack::Shack;
use crate::store::Store;
use crate::web::{Access, Routes, Sockets};
use archive::Archive;
use listeners::Listeners;

/// What both kinds of socket work with; clones are the same, and small: each socket has one.
#[derive(Clone)]
pub(crate) struct Live(Arc<Parts>);

pub(crate) struct Parts {
    sockets: Sockets,
    bus: Bus,
    cluster: Cluster,
    store: Store,
    identity: Identity,
    shack: Shack,
    /// Whether guests may listen to what is for everyone.
    public: bool,
    /// Who listens, so that they can be told to stop.
    listeners: Listeners,
}

impl Deref for Live {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Live {
    /// Where missed messages are.
    fn archive(&self) -> Archive<'_> {
        Archive {
            bus: &self.bus,
            cluster: &self.cluster,
        }
    }
}

/// The routes of both sockets.
pub(crate) fn routes(app: &App) -> Routes {
    let services = &app.services;
    let live = Live(Arc::new(Parts {
        sockets: app.sockets.clone(),
        bus: services.bus.clone(),
        cluster: services.cluster.clone(),
        store: services.store.clone(),
        identity: services.identity.clone(),
        shack: services.shack.clone(),
        public: services.config.limits.firehose_public,
        listeners: Listeners::default(),
    }));
    listeners::watch(live.clone(), app.stop.clone());
    Routes::new()
        .page(Access::Public.stream(), "/ws/firehose", get(firehose::open))
        .page(Access::Public.stream(), "/websocket", get(pages::open))
        .merge(compat::routes())
        .with_state(live)
}
