//! The computer's network interfaces, to join a multicast group on each.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use socket2::{InterfaceIndexOrAddress, Socket};

/// Joins the group wherever it is not joined yet; gives how many interfaces have it now. The error is that of
/// the last one, if none has it.
pub(super) fn join(socket: &Socket, group: IpAddr) -> io::Result<usize> {
    let (mut joined, mut last) = (0, None);
    let mut take = |result: io::Result<()>| match result {
        Ok(()) => joined += 1,
        // Joined before.
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => joined += 1,
        Err(error) => last = Some(error),
    };
    match group {
        IpAddr::V4(group) => {
            for address in addresses() {
                take(socket.join_multicast_v4_n(&group, &InterfaceIndexOrAddress::Address(address)));
            }
        }
        IpAddr::V6(group) => {
            for index in indexes() {
                take(socket.join_multicast_v6(&group, index));
            }
        }
    }
    match last {
        Some(error) if joined == 0 => Err(error),
        _ => Ok(joined),
    }
}

/// An address of each interface, the loopback first.
#[cfg(target_os = "linux")]
fn addresses() -> Vec<Ipv4Addr> {
    let mut addresses = vec![Ipv4Addr::LOCALHOST];
    let Ok(interfaces) = nix::ifaddrs::getifaddrs() else {
        return addresses;
    };
    for interface in interfaces {
        let address = interface
            .address
            .as_ref()
            .and_then(|address| Some(address.as_sockaddr_in()?.ip()));
        addresses.extend(address.filter(|address| !address.is_loopback()));
    }
    addresses
}

/// Numbers of the interfaces; 0 is the system's choice.
#[cfg(target_os = "linux")]
fn indexes() -> Vec<u32> {
    let mut indexes = vec![0];
    if let Ok(interfaces) = nix::ifaddrs::getifaddrs() {
        let index = |name: &str| nix::net::if_::if_nametoindex(name).ok();
        indexes.extend(interfaces.filter_map(|interface| index(&interface.interface_name)));
    }
    indexes.dedup();
    indexes
}

/// Without a list of them: the loopback, the system's choice, and the one that leads outside.
#[cfg(not(target_os = "linux"))]
fn addresses() -> Vec<Ipv4Addr> {
    let mut addresses = vec![Ipv4Addr::LOCALHOST, Ipv4Addr::UNSPECIFIED];
    let outside = || {
        let socket = std::net::UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
        // Nothing is sent by this; the system only chooses the way. The address is one of documentation.
        socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
        socket.local_addr().ok()
    };
    if let Some(std::net::SocketAddr::V4(address)) = outside() {
        addresses.push(*address.ip());
    }
    addresses
}

/// The system's choice, and the numbers that small computers have.
#[cfg(not(target_os = "linux"))]
fn indexes() -> Vec<u32> {
    (0..=16).collect()
}

/// Any address of the family.
pub(super) fn any_of(group: IpAddr) -> IpAddr {
    match group {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    }
}
