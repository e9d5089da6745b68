//! The host that asks browsers for a certificate, and how it and the main host lead to each other.
//!
//! It has a name or a port of its own, so that nobody is asked for a certificate elsewhere, and one page; nothing of the
//! main host is there, so that no page of it is ever reached by a connection that carries a certificate. Behind a
//! proxy that ends TLS it is told by its name, and the certificate is what the proxy forwards (`net::Forwarded`).

mod page;
mod shown;
mod views;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::header;
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse as _;
use rustls::ServerConfig;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use url::Url;

use super::routes;
use super::running::App;
use super::services::Services;
use super::tls::Tls;
use crate::identity::certificates::{Certificates, Loaded};
use crate::identity::lotw::LotwClientVerifier;
use crate::net::tls::{Asking, asking};
use crate::net::{AskingHost, Forwarded};
use crate::web::{Health, Hosts, Problem, Routes, asset_routes, inner_layers, outer_layers};

/// How often it is looked whether the folder of authorities has changed.
const LOOK_EVERY: Duration = Duration::from_mins(1);

/// The host, where the configuration has one.
pub(super) fn host(app: &App, tls: &Tls) -> Option<AskingHost> {
    let mtls = &app.services.config.web.mtls;
    // Behind a proxy that ends TLS no listener of ours has it.
    let listens = mtls.listen.is_some() || app.services.config.web.tls.listen.is_some();
    if !mtls.is_set() || !listens {
        return None;
    }
    let (certificates, shown) = (app.certificates.clone(), tls.keeper.shown());
    let made: Mutex<Option<(Arc<LotwClientVerifier>, Arc<ServerConfig>)>> = Mutex::default();
    let config = move || {
        let verifier = certificates.verifier();
        let mut made = made.lock().unwrap_or_else(PoisonError::into_inner);
        match &*made {
            Some((of, config)) if Arc::ptr_eq(of, &verifier) => Arc::clone(config),
            _ => {
                let config = asking(shown.clone(), verifier.clone());
                *made = Some((verifier, Arc::clone(&config)));
                config
            }
        }
    };
    Some(AskingHost {
        asking: Asking {
            config: Arc::new(config),
            // On a port of its own every connection is for it.
            server_name: mtls.server_name.clone().filter(|_| mtls.listen.is_none()),
        },
        router: router(app),
    })
}

/// What the host serves.
fn router(app: &App) -> Router {
    let hosts = match &app.services.config.web.mtls.server_name {
        Some(name) => Hosts::only(name),
        None => routes::hosts(app),
    };
    let table = Routes::new().merge(asset_routes()).merge(page::routes(app));
    let (router, _, declared) = table.finish();
    let edge = routes::edge(app, declared, hosts);
    page::with_error_pages(outer_layers(inner_layers(router, &edge), &edge), app)
}

/// The main host's routes, and beside them this host's for what a proxy forwards to its name.
pub(super) fn beside(main: Router, app: &App) -> Router {
    let mtls = &app.services.config.web.mtls;
    let (Some(name), Some(_)) = (mtls.server_name.clone(), mtls.forwarded) else {
        return main;
    };
    let own = router(app);
    main.layer(from_fn(move |request: Request, next: Next| {
        let (own, name) = (own.clone(), name.clone());
        async move {
            let Some(forwarded) = request.extensions().get::<Forwarded>() else {
                return next.run(request).await;
            };
            if forwarded.is_doubtful {
                let detail = "a header that tells of the client's certificate came twice or is no text";
                return Problem::bad_request("doubtful_certificate", detail).into_response();
            }
            let host = request
                .headers()
                .get(header::HOST)
                .and_then(|host| host.to_str().ok());
            if host.and_then(host_of).as_deref() != Some(name.as_str()) {
                return next.run(request).await;
            }
            match own.oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            }
        }
    }))
}

/// The address of this host for a browser that reached the main one by the name `host`; `None` where there is none or
/// nothing could be proven there.
pub(super) fn origin(app: &App, host: &str) -> Option<String> {
    let web = &app.services.config.web;
    if !web.mtls.is_set() || !app.certificates.can_prove() {
        return None;
    }
    if let Some(url) = &web.mtls.public_url {
        return Some(url.origin().ascii_serialization());
    }
    let addresses = app.addresses.get()?;
    let port = match (addresses.asking, &web.public_url) {
        (Some(own), _) => own.port(),
        // One port for both: what the main one is reached by.
        (None, Some(url)) => url.port_or_known_default()?,
        (None, None) => addresses.tls?.port(),
    };
    https(web.mtls.server_name.as_deref().unwrap_or(host), port)
}

/// The address of the main host for a browser that reached this one by the name `host`.
pub(super) fn main_origin(app: &App, host: &str) -> Option<String> {
    if let Some(url) = &app.services.config.web.public_url {
        return Some(url.origin().ascii_serialization());
    }
    https(&host_of(host)?, app.addresses.get()?.tls?.port())
}

fn https(name: &str, port: u16) -> Option<String> {
    let url = Url::parse(&format!("https://{name}:{port}")).ok()?;
    Some(url.origin().ascii_serialization())
}

/// The name in a `Host` header, in lower case.
fn host_of(header: &str) -> Option<String> {
    let url = Url::parse(&format!("https://{header}")).ok()?;
    Some(url.host_str()?.trim_end_matches('.').to_owned())
}

/// Says what is wrong with the folder of authorities.
pub(super) fn tell_at_start(services: &Services, certificates: &Certificates, health: &Health) {
    let mtls = &services.config.web.mtls;
    let loaded = certificates.loaded();
    tell(&loaded);
    if mtls.is_set() && !certificates.can_prove() {
        let folder = mtls.roots.display();
        let remark = format!(
            "nobody can sign in by certificate: {folder} holds no authority of Logbook of the World (shackbox lotw trust)"
        );
        tracing::warn!("{remark}");
        health.remark(remark);
    }
}

/// Looks whether the folder has changed.
pub(super) async fn look(certificates: &Certificates) {
    if let Some(loaded) = certificates.reload().await {
        let count = loaded.authorities;
        tracing::info!(count, "the folder of authorities was read again: {count} count");
        tell(&loaded);
    }
}

/// Looks from time to time.
pub(super) fn watch(certificates: Certificates, stop: CancellationToken) {
    tokio::spawn(async move {
        let mut tick = tokio::time::interval(LOOK_EVERY);
        while stop.run_until_cancelled(tick.tick()).await.is_some() {
            look(&certificates).await;
        }
    });
}

fn tell(loaded: &Loaded) {
    for fault in &loaded.faults {
        let (file, why) = (&fault.file, &fault.why);
        tracing::error!(file, why, "an authority's file is left out: {file}: {why}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_as_browsers_do() {
        assert_eq!(
            https("auth.example.org", 443).as_deref(),
            Some("https://auth.example.org")
        );
        assert_eq!(
            https("localhost", 8444).as_deref(),
            Some("https://localhost:8444")
        );
        assert_eq!(https("[::1]", 8444).as_deref(), Some("https://[::1]:8444"));
        assert_eq!(
            host_of("Auth.Example.org.:443").as_deref(),
            Some("auth.example.org")
        );
        assert_eq!(host_of("[::1]:8444").as_deref(), Some("[::1]"));
        assert_eq!(host_of("a b"), None);
    }
}
