//! The name server among the program's listeners: bound with the others, served from what `dns::live` keeps.

use std::net::SocketAddr;
use std::sync::Arc;

use super::running::App;
use super::serve::bind_if;
use super::services::{Services, StartError};
use crate::config::Config;
use crate::dns::answer::Calls;
use crate::dns::serve::{self, Needs, Running, Settings};
use crate::net::{self, Listener};
use crate::web::Part;

/// Where questions of names are answered, bound and not served yet.
pub(crate) struct NameDoors {
    plain: serve::Doors,
    tls: Option<Listener>,
}

/// The name server while it runs.
pub(crate) struct NamesServed {
    running: Running,
    part: Part,
}

impl NameDoors {
    /// Binds what the configuration asks for. A port that nobody asked for and another program has is done without:
    /// there may be another name server.
    pub(super) async fn bind(config: &Config) -> Result<Option<Self>, net::BindError> {
        let Some(address) = config.dns.listen else {
            return Ok(None);
        };
        let plain = match serve::Doors::bind("dns.listen", address, settings(config).workers) {
            Err(error @ net::BindError::Taken { .. }) if !config.dns.listen_wanted => {
                tracing::warn!(%error, "the name server is off: {error}");
                return Ok(None);
            }
            bound => bound?,
        };
        let tls = bind_if("dns.tls.listen", config.dns.tls_listen).await?;
        Ok(Some(Self { plain, tls }))
    }

    /// Where it answers by UDP and TCP.
    pub(super) fn address(&self) -> SocketAddr {
        self.plain.address()
    }

    /// Where it answers by TLS.
    pub(super) fn tls_address(&self) -> Option<SocketAddr> {
        self.tls.as_ref().map(Listener::address)
    }

    /// Begins to answer.
    pub(super) fn serve(self, app: &App) -> Result<NamesServed, StartError> {
        let services = &app.services;
        let part = app.health.part("names");
        let reception = app.tls.as_ref().map(|tls| tls.reception(&services.config));
        let zones = services.dns.live.zones();
        let needs = Needs {
            zones: zones.clone(),
            clock: services.env.clock.clone(),
            secret: services.env.entropy.bytes(),
        };
        let running = serve::start(
            self.plain,
            self.tls.zip(reception),
            &Settings {
                calls: calls(services),
                ..settings(&services.config)
            },
            needs,
        );
        let running = running.map_err(|error| StartError::Io {
            what: "the name server's threads".to_owned(),
            error,
        })?;
        app.metrics
            .register(|registry| serve::figures(registry, running.figures(), zones));
        part.up();
        Ok(NamesServed { running, part })
    }
}

impl NamesServed {
    /// Ends it; what was received is answered.
    pub(super) async fn stop(self) {
        self.running.stop().await;
        drop(self.part);
    }
}

/// Callsigns that can be asked for by name in the members' zone, where there is one.
fn calls(services: &Services) -> Option<Calls> {
    let zone = services.dns.settings.base.as_ref()?.zone.origin.clone();
    let callbook = services.callbook.clone();
    let tell = Arc::new(move |call: &str| callbook.tell(call));
    Some(Calls { zone, tell })
}

fn settings(config: &Config) -> Settings {
    let dns = &config.dns;
    let usual = Settings::default();
    Settings {
        workers: if dns.workers == 0 {
            usual.workers
        } else {
            dns.workers
        },
        rate: dns.rate,
        unlimited: dns.unlimited.clone(),
        version: dns
            .version
            .then(|| format!("Shackbox {}", env!("CARGO_PKG_VERSION"))),
        identity: dns.identity.clone(),
        ..usual
    }
}
