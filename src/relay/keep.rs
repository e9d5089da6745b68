//! What follows the settings while the relay runs: ports of programs, what goes to the server, our rigctld server.
//!
//! Each keeper is one task that starts its part by the settings in force and anew when they change. A part that cannot
//! be had is told on the desk and tried again; it costs no other.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use super::desk::{Desk, Hearing, Sharing};
use super::link::{self, LinkParts, LinkStatus};
use super::logs::appliance::Appliance;
use super::logs::deliver::Delivery;
use super::logs::listen::{AdifPort, Places, Port, Ports};
use super::rig::server;
use super::settings::{Settings, Way};
use crate::config::{RelayServe, Secret};
use crate::env::{Outbound, Service};

/// The server, as requests to it are named.
pub(crate) const SERVICE: &str = "the Shackbox server";
/// How long a port that could not be had is left alone.
const AGAIN: Duration = Duration::from_secs(15);
/// Most bytes of an answer to a contact.
const ANSWER: usize = 1 << 20;
const NO_KEY: &str = "relay.key is missing: make a key with the scopes rig and logbook.write on the server, and enter it in the setup";
const BAD_KEY: &str =
    "relay.key holds characters that no key has; copy it again from where the server showed it";

/// Waits until what matters of the settings is another than `now`.
async fn other<T: PartialEq>(
    settings: &mut watch::Receiver<Arc<Settings>>,
    now: &T,
    of: impl Fn(&Settings) -> T,
) {
    // The desk has the other end for as long as the relay runs.
    if settings.wait_for(|settings| of(settings) != *now).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Keeps the ports of programs listened on.
pub(super) async fn hear(desk: Arc<Desk>) {
    let mut settings = desk.settings.subscribe();
    let of = |settings: &Settings| {
        (
            settings.programs.clone(),
            settings.programs_tcp.clone(),
            settings.forward.clone(),
        )
    };
    while !desk.stop.is_cancelled() {
        let now = of(&settings.borrow_and_update());
        let stop = desk.stop.child_token();
        let tasks = TaskTracker::new();
        let hearing = async {
            let (udp, tcp, forward) = now.clone();
            listen_on(&desk, Places { udp, tcp, forward }, &tasks, &stop).await;
        };
        tokio::select! {
            () = hearing => {}
            () = other(&mut settings, &now, of) => {}
            () = desk.stop.cancelled() => {}
        }
        stop.cancel();
        tasks.close();
        tasks.wait().await;
    }
}

/// Listens on all places, and time and again tries those that could not be had.
async fn listen_on(desk: &Desk, mut places: Places, tasks: &TaskTracker, stop: &CancellationToken) {
    desk.hearing.send_replace(Hearing::default());
    loop {
        let mut ports = Ports::bind(&places).await;
        let errors = std::mem::take(&mut ports.errors);
        let udp: Vec<SocketAddr> = ports.udp.iter().map(Port::address).collect();
        let tcp: Vec<SocketAddr> = ports.tcp.iter().map(AdifPort::address).collect();
        ports.listen(&desk.ear, tasks, stop);
        let is_done = errors.is_empty();
        desk.hearing.send_modify(|hearing| {
            for error in errors.iter().filter(|error| !hearing.errors.contains(error)) {
                tracing::warn!(%error, "{error}");
            }
            hearing.udp.extend(&udp);
            hearing.tcp.extend(&tcp);
            hearing.errors = errors;
        });
        if is_done {
            return std::future::pending().await;
        }
        places.udp.retain(|address| !udp.contains(address));
        places.tcp.retain(|address| !tcp.contains(address));
        sleep(AGAIN).await;
    }
}

/// What decides about everything that goes to the server.
#[derive(Clone, PartialEq)]
struct Server {
    url: Option<Url>,
    key: Option<Secret>,
    logbook: Option<String>,
    name: String,
}

impl Server {
    fn of(settings: &Settings) -> Self {
        Self {
            url: settings.server.clone(),
            key: settings.key.clone(),
            logbook: settings.logbook.clone(),
            name: settings.name.clone(),
        }
    }
}

/// Keeps contacts going to the server, and the link to it.
pub(super) async fn deliver(desk: Arc<Desk>) {
    let mut settings = desk.settings.subscribe();
    while !desk.stop.is_cancelled() {
        let now = Server::of(&settings.borrow_and_update());
        let stop = desk.stop.child_token();
        let tasks = TaskTracker::new();
        match begin(&desk, &now, &tasks, &stop) {
            Ok(status) => drop(tasks.spawn(pass_on(status, desk.link.clone(), stop.clone()))),
            Err(words) => {
                let status = LinkStatus {
                    error: words.map(str::to_owned),
                    ..LinkStatus::default()
                };
                desk.link.send_replace(status);
            }
        }
        tokio::select! {
            () = other(&mut settings, &now, Server::of) => {}
            () = desk.stop.cancelled() => {}
        }
        stop.cancel();
        tasks.close();
        tasks.wait().await;
    }
}

/// Begins to deliver and to link; an error says what is missing, if anything was named at all.
fn begin(
    desk: &Desk,
    server: &Server,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> Result<watch::Receiver<LinkStatus>, Option<&'static str>> {
    let url = server.url.as_ref().ok_or(None)?;
    let key = server.key.as_ref().ok_or(Some(NO_KEY))?;
    let service = Service {
        pause: Duration::ZERO,
        most_bytes: ANSWER,
        homebound: true,
        ..Service::at(url.clone())
    };
    let outbound = Outbound::new([(SERVICE.to_owned(), service)]);
    let appliance = Appliance::new(outbound.clone(), SERVICE, url.clone(), key.reveal());
    let appliance = appliance.map_err(|_| Some(BAD_KEY))?;
    let (clock, entropy) = (desk.clock.clone(), desk.entropy.clone());
    let queue = desk.queue.clone();
    let delivery = Delivery::new(
        queue,
        appliance,
        clock.clone(),
        entropy.clone(),
        server.logbook.clone(),
    );
    tasks.spawn(delivery.run(stop.clone()));
    let parts = LinkParts {
        server: url.clone(),
        key: key.clone(),
        name: server.name.clone(),
        rig: desk.rig.subscribe(),
        rotator: desk.rotator.subscribe(),
        sums: desk.queue.sums(),
        outbound,
        clock,
        entropy,
    };
    Ok(link::start(parts, tasks, stop.clone()))
}

/// Tells on the desk how the link stands.
async fn pass_on(
    mut status: watch::Receiver<LinkStatus>,
    told: watch::Sender<LinkStatus>,
    stop: CancellationToken,
) {
    loop {
        let now = status.borrow_and_update().clone();
        told.send_replace(now);
        if !matches!(stop.run_until_cancelled(status.changed()).await, Some(Ok(()))) {
            return;
        }
    }
}

/// Keeps the radio shared with programs that speak rigctld's protocol.
pub(super) async fn share(desk: Arc<Desk>) {
    let mut rigs = desk.rig.subscribe();
    let mut settings = desk.settings.subscribe();
    let of = |settings: &Settings| (settings.serve, settings.way, settings.rigctld.clone());
    while !desk.stop.is_cancelled() {
        let rig = rigs.borrow_and_update().clone();
        let now = of(&settings.borrow_and_update());
        let (stop, stopped) = watch::channel(false);
        let sharing = async {
            loop {
                match bind(&now).await {
                    Ok(None) => {
                        desk.sharing.send_replace(Sharing::default());
                        return std::future::pending().await;
                    }
                    Ok(Some(listener)) => {
                        let address = listener.local_addr().ok();
                        desk.sharing.send_replace(Sharing { address, error: None });
                        return server::serve(listener, rig, stopped).await;
                    }
                    Err(error) => {
                        let sharing = Sharing {
                            address: None,
                            error: Some(error),
                        };
                        let news = desk.sharing.send_if_modified(|old| {
                            let news = *old != sharing;
                            old.clone_from(&sharing);
                            news
                        });
                        if let (true, Some(error)) = (news, &sharing.error) {
                            tracing::warn!("{error}");
                        }
                        sleep(AGAIN).await;
                    }
                }
            }
        };
        tokio::pin!(sharing);
        tokio::select! {
            () = &mut sharing => {}
            changed = rigs.changed() => drop(changed),
            () = other(&mut settings, &now, of) => {}
            () = desk.stop.cancelled() => {}
        }
        // Clients' transmissions end here, whatever else they do.
        drop(stop);
    }
}

/// The listener for programs, if there is to be one; an error in words.
async fn bind(
    (serve, way, rigctld): &(RelayServe, Way, String),
) -> Result<Option<tokio::net::TcpListener>, String> {
    let bound = match (serve, way) {
        (RelayServe::Off, _) => return Ok(None),
        (RelayServe::Auto, Way::Serial) => server::bind().await,
        (RelayServe::Auto, Way::Rigctld) => {
            listener(SocketAddr::from(([127, 0, 0, 1], server::PORTS[1])), rigctld).await
        }
        (RelayServe::At(address), Way::Serial) => tokio::net::TcpListener::bind(address).await,
        (RelayServe::At(address), Way::Rigctld) => listener(*address, rigctld).await,
    };
    bound.map(Some).map_err(|error| {
        let place = match serve {
            RelayServe::At(address) => address.to_string(),
            _ => format!("127.0.0.1:{}", server::PORTS[1]),
        };
        format!(
            "other programs cannot share the radio at {place}: {error}. Choose another address in the relay's setup \
             (relay.serve), or switch it off there"
        )
    })
}

/// A listener that is not where the radio itself is asked for: the relay would talk to itself.
async fn listener(address: SocketAddr, rigctld: &str) -> std::io::Result<tokio::net::TcpListener> {
    let port = rigctld.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
    let is_near =
        rigctld.starts_with("127.") || rigctld.starts_with("localhost") || rigctld.starts_with("[::1]");
    if is_near && port == Some(address.port()) {
        return Err(std::io::Error::other(
            "the radio's own rigctld is expected there (relay.rigctld)",
        ));
    }
    tokio::net::TcpListener::bind(address).await
}
