//! All routes of the program with the layers around them: the one place where the domains' tables meet.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;

use super::running::App;
use super::services::StartError;
use super::{api, asking, live, pages, personal};
use crate::callbook;
use crate::dx;
use crate::identity::{self, Gate, IdentityState, LogbookLine};
use crate::logbook;
use crate::shack;
use crate::web::{
    Declared, Document, Edge, EdgeParts, Hosts, Idempotency, Routes, asset_routes, inner_layers,
    outer_layers, system_routes,
};

/// Every route, with its declaration.
pub(crate) fn table(app: &App, document: &Document) -> Routes {
    let identity = IdentityState {
        identity: app.services.identity.clone(),
        signer: app.signer.clone(),
        logbooks: |read, actor| {
            let lines = logbook::read::books::lines(read, actor)?;
            let line = |(call, title, right, count)| LogbookLine {
                call,
                title,
                right,
                count,
            };
            Ok(lines.into_iter().map(line).collect())
        },
    };
    Routes::new()
        .merge(system_routes(
            app.health.clone(),
            app.metrics.clone(),
            document.clone(),
        ))
        .merge(asset_routes())
        .merge(identity::api::routes(identity))
        .merge(callbook::api::routes(app.callbook_state()))
        .merge(callbook::api::elsewhere::routes(app.elsewhere_state()))
        .merge(callbook::compat::routes(app.compat.clone()))
        .merge(logbook::api::routes(app.logbook_state()))
        .merge(dx::api::routes(app.dx_state()))
        .merge(dx::alerts::api::routes(app.alerts.clone()))
        .merge(dx::worked::routes(app.worked_state()))
        .merge(app.dns_routes())
        .merge(shack::api::routes(app.shack_state()))
        .merge(api::routes(app))
        .merge(personal::routes(app))
        .merge(live::routes(app))
        .merge(pages::routes(app))
}

/// The whole web server: routes, who is asking, layers.
pub(crate) fn router(app: &App) -> Result<Router, StartError> {
    let document = Document::default();
    let (router, api, declared) = table(app, &document).finish();
    document
        .publish(&api)
        .map_err(|problem| StartError::Document(problem.to_string()))?;
    let main = layered(app, router, declared, hosts(app));
    let natives = app.services.config.elsewhere.hosts.clone();
    // Before anything that goes by the path.
    Ok(callbook::compat::before(natives, asking::beside(main, app)))
}

/// The names the main host answers to.
pub(super) fn hosts(app: &App) -> Hosts {
    let config = &app.services.config;
    let natives = config.elsewhere.hosts.iter().map(|native| native.host.clone());
    Hosts::new(config.web.public_url.as_ref(), &machine_name()).and(natives)
}

/// Puts the layers around routes.
fn layered(app: &App, router: Router, declared: Arc<Declared>, hosts: Hosts) -> Router {
    let edge = edge(app, declared, hosts);
    let door = Gate::new(
        app.services.identity.clone(),
        app.signer.clone(),
        app.services.config.web.public_url.clone(),
    );
    let router = inner_layers(router, &edge);
    let router = router.layer(from_fn(move |request, next| door.clone().handle(request, next)));
    pages::with_error_pages(outer_layers(router, &edge), app)
}

/// What the layers of a host work with.
pub(super) fn edge(app: &App, declared: Arc<Declared>, hosts: Hosts) -> Arc<Edge> {
    let services = &app.services;
    Edge::new(EdgeParts {
        limits: services.config.limits.clone(),
        hosts,
        env: services.env.clone(),
        metrics: app.metrics.clone(),
        idempotency: Idempotency::new(services.store.clone(), services.env.clock.clone()),
        declared,
        hsts: services.config.web.tls.hsts,
    })
}

/// This machine's own name, as its network knows it.
pub(super) fn machine_name() -> String {
    #[cfg(unix)]
    {
        rustix::system::uname().nodename().to_string_lossy().into_owned()
    }
    #[cfg(not(unix))]
    {
        std::env::var("COMPUTERNAME").unwrap_or_default()
    }
}
