//! UDP sockets that answer from the address that was asked.
//!
//! What a socket for all addresses of a machine sends leaves from the address that the system prefers for the way back;
//! whoever asked another one of them takes such an answer for somebody else's. So that socket is told where each packet
//! came to (`IP_PKTINFO`; RFC 3542), and sends from there. A socket of one address needs none of this, and pays nothing.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};

use socket2::{Domain, Protocol, Socket, Type};

use super::{LOOK, QUEUE};

/// A socket that receives questions.
#[derive(Debug)]
pub(super) struct Packets {
    socket: UdpSocket,
    /// Whether it hears which address a packet came to.
    told: bool,
}

/// Where a packet came from, and to, as far as that is needed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    pub(super) peer: SocketAddr,
    own: Option<IpAddr>,
}

impl Packets {
    /// Binds one; where the system can, others may be bound to the same address.
    pub(super) fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
        #[cfg(unix)]
        socket.set_reuse_port(true)?;
        // The system may allow less.
        drop(socket.set_recv_buffer_size(QUEUE));
        socket.set_read_timeout(Some(LOOK))?;
        let told = address.ip().is_unspecified() && told::ask(&socket, address)?;
        socket.bind(&address.into())?;
        let socket = socket.into();
        Ok(Self { socket, told })
    }

    /// Waits for a packet, for a moment.
    pub(super) fn receive(&self, packet: &mut [u8]) -> io::Result<(usize, Way)> {
        if self.told {
            return told::receive(&self.socket, packet);
        }
        let (length, peer) = self.socket.recv_from(packet)?;
        Ok((length, Way { peer, own: None }))
    }

    /// Sends an answer back.
    pub(super) fn send(&self, answer: &[u8], way: Way) -> io::Result<()> {
        match way.own {
            Some(own) => told::send(&self.socket, answer, way.peer, own),
            None => self.socket.send_to(answer, way.peer).map(drop),
        }
    }
}

/// Sockets that hear which address a packet came to.
#[cfg(target_os = "linux")]
mod told {
    use std::io::{self, IoSlice, IoSliceMut};
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
    use std::os::fd::AsRawFd as _;

    use nix::libc::{in_addr, in_pktinfo, in6_addr, in6_pktinfo};
    use nix::sys::socket::sockopt::{Ipv4PacketInfo, Ipv6RecvPacketInfo};
    use nix::sys::socket::{
        ControlMessage, ControlMessageOwned, MsgFlags, SockaddrLike as _, SockaddrStorage, recvmsg, sendmsg,
        setsockopt,
    };
    use socket2::Socket;

    use super::Way;

    /// Octets of a message about an address, with its header and what aligns it; the larger of both families.
    const SPACE: usize = 64;

    pub(super) fn ask(socket: &Socket, address: SocketAddr) -> io::Result<bool> {
        match address {
            SocketAddr::V4(_) => setsockopt(socket, Ipv4PacketInfo, &true)?,
            SocketAddr::V6(_) => setsockopt(socket, Ipv6RecvPacketInfo, &true)?,
        }
        Ok(true)
    }

    pub(super) fn receive(socket: &UdpSocket, packet: &mut [u8]) -> io::Result<(usize, Way)> {
        let mut space = [0; SPACE];
        let mut into = [IoSliceMut::new(packet)];
        let flags = MsgFlags::empty();
        let got = recvmsg::<SockaddrStorage>(socket.as_raw_fd(), &mut into, Some(&mut space), flags)?;
        let peer = got.address.as_ref().and_then(of_system);
        let peer = peer.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
        let own = got.cmsgs()?.find_map(|message| match message {
            ControlMessageOwned::Ipv4PacketInfo(info) => {
                Some(Ipv4Addr::from(info.ipi_spec_dst.s_addr.to_ne_bytes()).into())
            }
            ControlMessageOwned::Ipv6PacketInfo(info) => Some(Ipv6Addr::from(info.ipi6_addr.s6_addr).into()),
            _ => None,
        });
        Ok((got.bytes, Way { peer, own }))
    }

    pub(super) fn send(socket: &UdpSocket, answer: &[u8], peer: SocketAddr, own: IpAddr) -> io::Result<()> {
        // By which interface is the routes' business; that of a link-local address is in the peer's.
        let (v4, v6);
        let from = match own {
            IpAddr::V4(own) => {
                v4 = in_pktinfo {
                    ipi_ifindex: 0,
                    ipi_spec_dst: in_addr {
                        s_addr: u32::from_ne_bytes(own.octets()),
                    },
                    ipi_addr: in_addr { s_addr: 0 },
                };
                ControlMessage::Ipv4PacketInfo(&v4)
            }
            IpAddr::V6(own) => {
                v6 = in6_pktinfo {
                    ipi6_addr: in6_addr {
                        s6_addr: own.octets(),
                    },
                    ipi6_ifindex: 0,
                };
                ControlMessage::Ipv6PacketInfo(&v6)
            }
        };
        let peer = SockaddrStorage::from(peer);
        let flags = MsgFlags::empty();
        sendmsg(
            socket.as_raw_fd(),
            &[IoSlice::new(answer)],
            &[from],
            flags,
            Some(&peer),
        )?;
        Ok(())
    }

    fn of_system(address: &SockaddrStorage) -> Option<SocketAddr> {
        address.family()?;
        let v4 = address.as_sockaddr_in().map(|v4| SocketAddr::V4((*v4).into()));
        v4.or_else(|| address.as_sockaddr_in6().map(|v6| SocketAddr::V6((*v6).into())))
    }
}

/// Elsewhere an answer leaves from where the system likes; bind one address where that matters.
#[cfg(not(target_os = "linux"))]
mod told {
    use std::io;
    use std::net::{IpAddr, SocketAddr, UdpSocket};

    use socket2::Socket;

    use super::Way;

    pub(super) fn ask(_socket: &Socket, _address: SocketAddr) -> io::Result<bool> {
        Ok(false)
    }

    pub(super) fn receive(socket: &UdpSocket, packet: &mut [u8]) -> io::Result<(usize, Way)> {
        let (length, peer) = socket.recv_from(packet)?;
        Ok((length, Way { peer, own: None }))
    }

    pub(super) fn send(socket: &UdpSocket, answer: &[u8], peer: SocketAddr, _own: IpAddr) -> io::Result<()> {
        socket.send_to(answer, peer).map(drop)
    }
}
