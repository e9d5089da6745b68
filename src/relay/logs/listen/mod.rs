//! Where local programs are heard: UDP ports, multicast groups, TCP ports for ADIF.
//!
//! A port that cannot be had is told in words and costs no other. A unicast port is one program's; a group is
//! shared, with every interface and the loopback joined. Datagrams are read as they come and go on to
//! [`Ear`], so that a slow disk loses none.

mod ear;
mod error;
mod interfaces;
mod programs;
mod tcp;
mod udp;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) use ear::{Ear, Heard};
pub(crate) use error::ListenError;
pub(crate) use programs::{CommandError, Programs};
pub(crate) use tcp::AdifPort;
pub(crate) use udp::Port;

use super::forward::Forward;

/// A place to listen at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// Address and port; for a group the address is that of the group.
    pub(crate) address: SocketAddr,
}

impl Place {
    /// The group, if it is one.
    pub(crate) fn group(&self) -> Option<IpAddr> {
        Some(self.address.ip()).filter(IpAddr::is_multicast)
    }
}

/// Where to listen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    /// UDP, all languages on each: `127.0.0.1:2237`, `239.255.0.1:2237`, `127.0.0.1:12060`.
    pub(crate) udp: Vec<SocketAddr>,
    /// TCP, ADIF only.
    pub(crate) tcp: Vec<SocketAddr>,
    /// Who gets every datagram as it came.
    pub(crate) forward: Vec<SocketAddr>,
}

/// Ports that were bound and are not read yet.
#[derive(Debug)]
pub(crate) struct Ports {
    pub(crate) udp: Vec<Port>,
    pub(crate) tcp: Vec<AdifPort>,
    pub(crate) forward: Arc<Forward>,
    /// Those that could not be had.
    pub(crate) errors: Vec<ListenError>,
}

impl Ports {
    /// Binds what can be bound.
    pub(crate) async fn bind(places: &Places) -> Self {
        let mut errors = Vec::new();
        let mut udp = Vec::new();
        for address in &places.udp {
            match Port::bind(Place { address: *address }) {
                Ok(port) => udp.push(port),
                Err(error) => errors.push(error),
            }
        }
        let mut tcp = Vec::new();
        for address in &places.tcp {
            match AdifPort::bind(*address).await {
                Ok(port) => tcp.push(port),
                Err(error) => errors.push(error),
            }
        }
        let own: Vec<SocketAddr> = udp.iter().map(Port::address).collect();
        let (forward, refused) = Forward::open(&places.forward, &own).await;
        errors.extend(refused);
        Self {
            udp,
            tcp,
            forward: Arc::new(forward),
            errors,
        }
    }

    /// Listens until it is told to stop.
    pub(crate) fn listen(self, ear: &Ear, tasks: &TaskTracker, stop: &CancellationToken) {
        for port in self.udp {
            let forward = Arc::clone(&self.forward);
            tasks.spawn(port.listen(ear.clone(), forward, stop.clone()));
        }
        for port in self.tcp {
            tasks.spawn(port.listen(ear.clone(), stop.clone()));
        }
    }
}
