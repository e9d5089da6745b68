//! `shackbox serve`: start in order, serve, stop in order.
//!
//! All listeners are bound before any is announced; the supervisor hears READY when requests are answered. On
//! SIGTERM or SIGINT the program stops being ready, finishes what it has begun, and is gone within ten seconds.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::nameserver::{NameDoors, NamesServed};
use super::routes;
use super::running::App;
use super::services::{Services, StartError};
use super::tls::Tls;
use super::{demo, files};
use crate::config::{Config, Sources};
use crate::dns;
use crate::dx::node::Node;
use crate::dx::telnet;
use crate::env::supervisor;
use crate::logging::Log;
use crate::net::{self, Door, Listener, Server};
use crate::web::{Onward, Part};

/// How long open requests may take to finish when the program stops.
const DRAIN: Duration = Duration::from_secs(5);
/// How long all of stopping may take; what is not done by then is cut off. The rest of ten seconds is the runtime's.
const GONE: Duration = Duration::from_secs(9);

/// How to serve.
pub(crate) struct Options {
    /// Where the configuration came from, to read it again on SIGHUP.
    pub(crate) sources: Sources,
    /// Fill the data directory with an invented station, and keep it busy.
    pub(crate) demo: bool,
}

/// Serves until told to stop. `say` gets lines for the person who started it.
pub(crate) async fn serve(
    mut config: Config,
    options: Options,
    log: Log,
    say: impl Fn(&str),
) -> Result<(), StartError> {
    files::fit(&mut config);
    let doors = Doors::bind(&config).await?;
    let addresses = doors.addresses();
    let services = Services::open(config).await?;
    let demo = if options.demo {
        Some(demo::fill(&services, &say).await?)
    } else {
        None
    };
    let app = App::start(services, log).await?;
    // Before anybody can take the program for ready: a signal that is not waited for would end it.
    let signals = Signals::take();
    let listening = listen(&app, doors)?;
    #[cfg(unix)]
    super::admin::listen_beside(&app)?;
    announce(&app, &addresses, demo.as_ref(), &say);
    if demo.is_some() {
        demo::keep_busy(&app);
    }
    supervisor::ready();
    supervisor::keep_telling(app.stop.clone());

    wait_for_end(&app, &options.sources, signals).await;

    supervisor::stopping();
    tracing::info!("stopping");
    if timeout(GONE, app.stop_beside(listening.stop())).await.is_err() {
        tracing::warn!("not everything has ended in time; what was acknowledged is stored");
    }
    Ok(())
}

/// Everything the web listens on, bound and not served yet.
pub(crate) struct Doors {
    plain: Listener,
    tls: Option<Listener>,
    /// The host that asks for a client certificate, where it has a port of its own.
    asking: Option<Listener>,
    /// Where logging programs reach the cluster.
    telnet: Option<Listener>,
    /// Where questions of names are answered.
    names: Option<NameDoors>,
}

/// What is listened on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Addresses {
    /// `web.listen`
    pub(crate) plain: SocketAddr,
    /// `web.tls.listen`
    pub(crate) tls: Option<SocketAddr>,
    /// `web.mtls.listen`
    pub(crate) asking: Option<SocketAddr>,
    /// `cluster.listen`
    pub(crate) telnet: Option<SocketAddr>,
    /// `dns.listen`
    pub(crate) names: Option<SocketAddr>,
    /// `dns.tls.listen`
    pub(crate) names_tls: Option<SocketAddr>,
}

impl Doors {
    /// Binds what the configuration asks for; all of it, or nothing.
    pub(crate) async fn bind(config: &Config) -> Result<Self, net::BindError> {
        Ok(Self {
            plain: net::bind("web.listen", config.web.listen).await?,
            tls: bind_if("web.tls.listen", config.web.tls.listen).await?,
            asking: bind_if("web.mtls.listen", config.web.mtls.listen).await?,
            telnet: telnet(config).await?,
            names: NameDoors::bind(config).await?,
        })
    }

    /// Where they are.
    pub(crate) fn addresses(&self) -> Addresses {
        Addresses {
            plain: self.plain.address(),
            tls: self.tls.as_ref().map(Listener::address),
            asking: self.asking.as_ref().map(Listener::address),
            telnet: self.telnet.as_ref().map(Listener::address),
            names: self.names.as_ref().map(NameDoors::address),
            names_tls: self.names.as_ref().and_then(NameDoors::tls_address),
        }
    }
}

pub(super) async fn bind_if(
    key: &'static str,
    address: Option<SocketAddr>,
) -> Result<Option<Listener>, net::BindError> {
    match address {
        Some(address) => net::bind(key, address).await.map(Some),
        None => Ok(None),
    }
}

/// The cluster's port. One that nobody asked for and another program has is done without: it may be a cluster node.
async fn telnet(config: &Config) -> Result<Option<Listener>, net::BindError> {
    match bind_if("cluster.listen", config.cluster.listen).await {
        Err(error @ net::BindError::Taken { .. }) if !config.cluster.listen_wanted => {
            tracing::warn!(%error, "the telnet cluster is off: {error}");
            Ok(None)
        }
        bound => bound,
    }
}

/// Listeners being served.
pub(crate) struct Listening {
    stop: CancellationToken,
    names: Option<NamesServed>,
    tasks: Vec<tokio::task::JoinHandle<net::Served>>,
}

impl Listening {
    /// Stops accepting and lets open requests finish.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        if let Some(names) = self.names {
            names.stop().await;
        }
        for task in self.tasks {
            match task.await {
                Ok(served) if served.cut > 0 => {
                    tracing::warn!(
                        cut = served.cut,
                        "{} connections did not finish in time",
                        served.cut
                    );
                }
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "the web server ended unexpectedly: {error}"),
            }
        }
    }

    fn serve_cluster(&mut self, listener: Listener, node: Node, part: Part) {
        let stopping = self.stop.clone();
        self.tasks.push(tokio::spawn(async move {
            part.up();
            telnet::serve(listener.into_socket(), node, stopping).await;
            net::Served { cut: 0 }
        }));
    }

    fn serve(&mut self, server: Server, listener: Listener, part: Part) {
        let stopping = self.stop.clone();
        self.tasks.push(tokio::spawn(async move {
            part.up();
            server.run(listener, stopping, DRAIN).await
        }));
    }
}

/// Serves the program's routes on its listeners.
pub(crate) fn listen(app: &App, doors: Doors) -> Result<Listening, StartError> {
    // Before any request: pages lead from one listener to another.
    app.addresses.get_or_init(|| doors.addresses());
    let router = routes::router(app)?;
    let plain = server(app, router.clone(), Door::Plain);
    let mut listening = Listening {
        stop: CancellationToken::new(),
        names: None,
        tasks: Vec::new(),
    };
    let mut entrance = router;
    if let Some(tls) = &app.tls {
        entrance = onward(app, tls, &doors).before(entrance);
        let asking = super::asking::host(app, tls);
        let reception = tls.reception(&app.services.config);
        let (shared, own) = match doors.asking {
            Some(listener) => (None, asking.zip(Some(listener))),
            None => (asking, None),
        };
        if let Some(listener) = doors.tls {
            let door = Door::Tls {
                reception: reception.clone(),
                asking: shared,
                announced: app.services.config.web.tls.proxy_protocol,
            };
            let server = Server {
                door,
                ..plain.clone()
            };
            listening.serve(server, listener, app.health.part("https"));
        }
        if let Some((asking, listener)) = own {
            let door = Door::Tls {
                reception,
                asking: Some(asking),
                announced: app.services.config.web.tls.proxy_protocol,
            };
            let server = Server {
                door,
                ..plain.clone()
            };
            listening.serve(server, listener, app.health.part("certificates"));
        }
        tls.listeners_open(app.stop.clone());
    }
    let server = Server {
        router: entrance,
        ..plain
    };
    listening.serve(server, doors.plain, app.health.part("web"));
    if let Some(listener) = doors.telnet {
        listening.serve_cluster(listener, app.services.node.clone(), app.health.part("cluster"));
    }
    if let Some(doors) = doors.names {
        listening.names = Some(doors.serve(app)?);
    }
    Ok(listening)
}

fn server(app: &App, router: Router, door: Door) -> Server {
    let config = &app.services.config;
    let health = app.health.clone();
    Server {
        router,
        places: net::Places::new(config.limits.connections),
        header_timeout: config.limits.header_timeout,
        trusted: config.web.trusted_proxies.clone().into(),
        forwarded: net::ForwardedHeaders(config.web.mtls.forwarded),
        strangers: net::Strangers::told_to(move |address| {
            let remark = format!(
                "{address} forwards for others, but is not in web.trusted_proxies: everybody behind it counts as one"
            );
            tracing::warn!(peer.ip = %address, "{remark}");
            health.remark(remark);
        }),
        door,
    }
}

/// What the plain listener does beside HTTPS.
fn onward(app: &App, tls: &Tls, doors: &Doors) -> Onward {
    let web = &app.services.config.web;
    let address = doors.tls.as_ref().map(Listener::address);
    Onward {
        redirect: web.tls.redirect && address.is_some(),
        public: web.public_url.clone(),
        port: address.map_or(443, |address| address.port()),
        hosts: routes::hosts(app),
        proofs: tls.keeper.proofs(),
        plain: if app.services.config.dns.dyndns.plain {
            &dns::api::dyndns::UPDATES
        } else {
            &[]
        },
    }
}

/// What listens where, and how to get in the first time.
fn announce(app: &App, addresses: &Addresses, demo: Option<&demo::Demo>, say: &impl Fn(&str)) {
    let config = &app.services.config;
    let line = |what: &str, place: &dyn fmt::Display, key: &str| {
        say(&format!("  {what:<12} {:<28} {key}", place.to_string()));
    };
    say(&format!("Shackbox {}", env!("CARGO_PKG_VERSION")));
    say("");
    let plain = format!("http://{}", addresses.plain);
    match addresses.tls {
        Some(address) => {
            line("pages, API", &format!("https://{address}"), "web.tls.listen");
            let goes_on = config.web.tls.redirect;
            line(
                if goes_on { "to HTTPS" } else { "pages, API" },
                &plain,
                "web.listen",
            );
        }
        None => line("pages, API", &plain, "web.listen"),
    }
    if let Some(address) = addresses.asking {
        line("certificates", &format!("https://{address}"), "web.mtls.listen");
    }
    if let Some(address) = addresses.telnet {
        line("telnet", &address, "cluster.listen");
    }
    if let Some(address) = addresses.names {
        line("names", &address, "dns.listen");
    }
    if let Some(address) = addresses.names_tls {
        line("names by TLS", &address, "dns.tls.listen");
    }
    line("data", &config.data_dir.display(), "--data-dir");
    if let Some(file) = &config.file {
        line("settings", &file.display(), "--config");
    }
    say("");
    let origin = match (&config.web.public_url, addresses.tls) {
        (Some(url), _) => url.as_str().trim_end_matches('/').to_owned(),
        (None, Some(address)) => format!("https://{}", reachable(address)),
        (None, None) => format!("http://{}", reachable(addresses.plain)),
    };
    if let Some(demo) = demo {
        for line in demo.logins() {
            say(&line);
        }
        say("");
        say(&format!(
            "Open {origin}/login — everything here is invented and gone when the program ends."
        ));
    } else if let Some(token) = app.services.identity.first_run_token() {
        say("Open this link to create the administrator. It works once, and for 30 minutes:");
        say("");
        say(&format!("  {origin}/setup?token={token}"));
    } else {
        say(&format!("Open {origin}"));
    }
    say("");
    let address = addresses.plain;
    tracing::info!(%address, "serving on {address}");
}

/// An address a browser on this machine can open.
fn reachable(address: SocketAddr) -> SocketAddr {
    if !address.ip().is_unspecified() {
        return address;
    }
    let local: std::net::IpAddr = if address.is_ipv4() {
        std::net::Ipv4Addr::LOCALHOST.into()
    } else {
        std::net::Ipv6Addr::LOCALHOST.into()
    };
    SocketAddr::new(local, address.port())
}

/// The signals that are waited for.
#[cfg(unix)]
struct Signals {
    term: Signal,
    int: Signal,
    hup: Signal,
}

#[cfg(unix)]
impl Signals {
    /// From now on they do nothing by themselves; `None` where the system's own treatment of them stays.
    fn take() -> Option<Self> {
        Some(Self {
            term: signal(SignalKind::terminate()).ok()?,
            int: signal(SignalKind::interrupt()).ok()?,
            hup: signal(SignalKind::hangup()).ok()?,
        })
    }
}

/// Waits for SIGTERM or SIGINT; SIGHUP reads the configuration again.
#[cfg(unix)]
async fn wait_for_end(app: &App, sources: &Sources, signals: Option<Signals>) {
    let Some(Signals {
        mut term,
        mut int,
        mut hup,
    }) = signals
    else {
        // Without handlers the system's own treatment of the signals ends the program.
        return std::future::pending().await;
    };
    loop {
        tokio::select! {
            _ = term.recv() => return,
            _ = int.recv() => return,
            () = app.stop.cancelled() => return,
            _ = hup.recv() => reload(app, sources).await,
        }
    }
}

/// Other systems have one signal, which is waited for at the end.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn take() -> Option<Self> {
        Some(Self)
    }
}

#[cfg(not(unix))]
async fn wait_for_end(app: &App, _sources: &Sources, _: Option<Signals>) {
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = app.stop.cancelled() => {}
    }
}

/// Takes over what can change while running; says what cannot. A mistake leaves everything as it was.
#[cfg(unix)]
async fn reload(app: &App, sources: &Sources) {
    if let Some(tls) = &app.tls {
        tls.reload().await;
    }
    super::asking::look(&app.certificates).await;
    let fresh = match Config::load(sources) {
        Ok(fresh) => fresh,
        Err(error) => {
            tracing::error!(%error, "the configuration was not read again: {error}");
            return;
        }
    };
    if let Err(error) = app.log.set_level(&fresh.log.level) {
        tracing::error!(%error, "{error}");
    }
    let old = app.services.config.shown();
    let changed: Vec<&str> = fresh
        .shown()
        .iter()
        .zip(&old)
        .filter(|(new, old)| new.value != old.value && new.key != "log.level")
        .map(|(new, _)| new.key)
        .collect();
    if changed.is_empty() {
        tracing::info!("configuration read again: log level {}", fresh.log.level);
    } else {
        tracing::warn!(keys = ?changed, "configuration read again; a restart is needed for {}", changed.join(", "));
    }
}
