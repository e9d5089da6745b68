//! All routes of the program with the layers around them: the one place where the domains' tables meet.

use axum::Router;
use axum::middleware::from_fn;

use super::running::App;
use super::services::StartError;
use super::{api, live, pages};
use crate::identity::{self, Gate, IdentityState, LogbookLine};
use crate::logbook;
use crate::web::{
    Document, Edge, EdgeParts, Hosts, Idempotency, Routes, asset_routes, inner_layers, outer_layers,
    system_routes,
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
        .merge(logbook::api::routes(app.logbook_state()))
        .merge(api::routes(app))
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
    let services = &app.services;
    let public = services.config.web.public_url.clone();
    let edge = Edge::new(EdgeParts {
        limits: services.config.limits.clone(),
        hosts: Hosts::new(public.as_ref(), &machine_name()),
        env: services.env.clone(),
        metrics: app.metrics.clone(),
        idempotency: Idempotency::new(services.store.clone(), services.env.clock.clone()),
        declared,
    });
    let door = Gate::new(services.identity.clone(), app.signer.clone(), public);
    let router = inner_layers(router, &edge);
    let router = router.layer(from_fn(move |request, next| door.clone().handle(request, next)));
    Ok(pages::with_error_pages(outer_layers(router, &edge), app))
}

/// This machine's own name, as its network knows it.
fn machine_name() -> String {
    #[cfg(unix)]
    {
        rustix::system::uname().nodename().to_string_lossy().into_owned()
    }
    #[cfg(not(unix))]
    {
        std::env::var("COMPUTERNAME").unwrap_or_default()
    }
}
