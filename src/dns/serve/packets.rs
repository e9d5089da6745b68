//! UDP sockets: questions are read, answered and sent back as many at a time as there are.
//!
//! A socket for all addresses of a machine is told where each packet came to (`IP_PKTINFO`; RFC 3542), and answers from
//! there: what it sends would else leave from the address that the system prefers for the way back, and whoever asked
//! another one takes such an answer for somebody else's. A socket of one address needs none of this.
//!
//! Reading and sending many at once spares calls of the system, and the code that answers stays in the processor's cache.

use std::io;
use std::net::{SocketAddr, UdpSocket};

use socket2::{Domain, Protocol, Socket, Type};

pub(super) use desk::Desk;

use super::{LOOK, QUEUE};

/// The most octets of a question that are read.
const MOST: usize = 4096;

/// A socket that receives questions.
#[derive(Debug)]
pub(super) struct Packets {
    socket: UdpSocket,
    /// Whether it hears which address a packet came to.
    told: bool,
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
        let told = address.ip().is_unspecified() && desk::tell(&socket, address)?;
        socket.bind(&address.into())?;
        let socket = socket.into();
        Ok(Self { socket, told })
    }

    /// Room for its packets.
    pub(super) fn desk(&self) -> io::Result<Desk> {
        Desk::of(&self.socket, self.told)
    }

    /// Waits for packets, for a moment, and answers them; how many answers could not be sent. `answer` gets a packet,
    /// whose it is, and an empty place for the answer; and says whether there is one.
    pub(super) fn attend(
        &self,
        desk: &mut Desk,
        answer: impl FnMut(&[u8], SocketAddr, &mut Vec<u8>) -> bool,
    ) -> io::Result<usize> {
        desk.attend(&self.socket, answer)
    }
}

#[cfg(target_os = "linux")]
mod desk {
    use std::io::{self, IoSlice, IoSliceMut};
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
    use std::os::fd::AsRawFd as _;

    use nix::cmsg_space;
    use nix::libc::{in_addr, in_pktinfo, in6_addr, in6_pktinfo};
    use nix::sys::socket::sockopt::{Ipv4PacketInfo, Ipv6RecvPacketInfo};
    use nix::sys::socket::{
        ControlMessage, ControlMessageOwned, MsgFlags, MultiHeaders, RecvMsg, SockaddrStorage, recvmmsg,
        sendmmsg, setsockopt,
    };
    use socket2::Socket;

    use super::MOST;

    /// Packets that are read at once.
    const MANY: usize = 32;

    /// Has a socket hear which address a packet came to.
    pub(super) fn tell(socket: &Socket, address: SocketAddr) -> io::Result<bool> {
        match address {
            SocketAddr::V4(_) => setsockopt(socket, Ipv4PacketInfo, &true)?,
            SocketAddr::V6(_) => setsockopt(socket, Ipv6RecvPacketInfo, &true)?,
        }
        Ok(true)
    }

    /// Where packets lie while they are answered.
    pub(in super::super) struct Desk {
        questions: Vec<[u8; MOST]>,
        answers: Vec<Vec<u8>>,
        /// To whom, and from which address of ours.
        ways: Vec<(SockaddrStorage, Option<IpAddr>)>,
        read: MultiHeaders<SockaddrStorage>,
        sent: MultiHeaders<SockaddrStorage>,
    }

    impl Desk {
        pub(super) fn of(socket: &UdpSocket, told: bool) -> io::Result<Self> {
            let space = || {
                Ok::<_, io::Error>(match socket.local_addr()? {
                    _ if !told => None,
                    SocketAddr::V4(_) => Some(cmsg_space!(in_pktinfo)),
                    SocketAddr::V6(_) => Some(cmsg_space!(in6_pktinfo)),
                })
            };
            Ok(Self {
                questions: vec![[0; MOST]; MANY],
                answers: std::iter::repeat_with(|| Vec::with_capacity(MOST))
                    .take(MANY)
                    .collect(),
                ways: Vec::with_capacity(MANY),
                read: MultiHeaders::preallocate(MANY, space()?),
                sent: MultiHeaders::preallocate(MANY, space()?),
            })
        }

        pub(super) fn attend(
            &mut self,
            socket: &UdpSocket,
            mut answer: impl FnMut(&[u8], SocketAddr, &mut Vec<u8>) -> bool,
        ) -> io::Result<usize> {
            self.ways.clear();
            let mut places: Vec<_> = self
                .questions
                .iter_mut()
                .map(|place| [IoSliceMut::new(place)])
                .collect();
            // What is there, and if nothing is, one.
            let flags = MsgFlags::MSG_WAITFORONE;
            let read = recvmmsg(socket.as_raw_fd(), &mut self.read, places.iter_mut(), flags, None)?;
            for packet in read {
                let Some((way, peer)) = packet.address.and_then(|way| Some((way, of_system(&way)?))) else {
                    continue;
                };
                let out = &mut self.answers[self.ways.len()];
                out.clear();
                if answer(packet.iovs().next().unwrap_or_default(), peer, out) {
                    self.ways.push((way, came_to(&packet)));
                }
            }
            Ok(self.send(socket))
        }

        /// Sends all answers; how many could not be.
        fn send(&mut self, socket: &UdpSocket) -> usize {
            let answers: Vec<_> = self.answers.iter().map(|answer| [IoSlice::new(answer)]).collect();
            let peers: Vec<_> = self.ways.iter().map(|(peer, _)| Some(*peer)).collect();
            let (mut at, mut unsent) = (0, 0);
            while let Some((_, own)) = self.ways.get(at) {
                let same = self.ways[at..]
                    .iter()
                    .take_while(|(_, other)| other == own)
                    .count();
                let (v4, v6);
                let from = match own {
                    Some(IpAddr::V4(own)) => {
                        v4 = from_v4(*own);
                        &[ControlMessage::Ipv4PacketInfo(&v4)][..]
                    }
                    Some(IpAddr::V6(own)) => {
                        v6 = from_v6(*own);
                        &[ControlMessage::Ipv6PacketInfo(&v6)][..]
                    }
                    None => &[],
                };
                let (answers, peers) = (answers[at..at + same].iter(), &peers[at..at + same]);
                let sent = sendmmsg(
                    socket.as_raw_fd(),
                    &mut self.sent,
                    answers,
                    peers,
                    from,
                    MsgFlags::empty(),
                );
                at += match sent.map(Iterator::count) {
                    Ok(count) if count > 0 => count,
                    // The first one's fault.
                    _ => {
                        unsent += 1;
                        1
                    }
                };
            }
            unsent
        }
    }

    /// Which address of ours it came to, where that is told.
    fn came_to(packet: &RecvMsg<'_, '_, SockaddrStorage>) -> Option<IpAddr> {
        packet.cmsgs().ok()?.find_map(|message| match message {
            ControlMessageOwned::Ipv4PacketInfo(info) => {
                Some(Ipv4Addr::from(info.ipi_spec_dst.s_addr.to_ne_bytes()).into())
            }
            ControlMessageOwned::Ipv6PacketInfo(info) => Some(Ipv6Addr::from(info.ipi6_addr.s6_addr).into()),
            _ => None,
        })
    }

    // By which interface is the routes' business; that of a link-local address is in the peer's.
    fn from_v4(own: Ipv4Addr) -> in_pktinfo {
        in_pktinfo {
            ipi_ifindex: 0,
            ipi_spec_dst: in_addr {
                s_addr: u32::from_ne_bytes(own.octets()),
            },
            ipi_addr: in_addr { s_addr: 0 },
        }
    }

    fn from_v6(own: Ipv6Addr) -> in6_pktinfo {
        in6_pktinfo {
            ipi6_addr: in6_addr {
                s6_addr: own.octets(),
            },
            ipi6_ifindex: 0,
        }
    }

    fn of_system(address: &SockaddrStorage) -> Option<SocketAddr> {
        let v4 = address.as_sockaddr_in().map(|v4| SocketAddr::V4((*v4).into()));
        v4.or_else(|| address.as_sockaddr_in6().map(|v6| SocketAddr::V6((*v6).into())))
    }
}

/// One packet at a time, as every system can; an answer leaves from where the system likes.
#[cfg(not(target_os = "linux"))]
mod desk {
    use std::io;
    use std::net::{SocketAddr, UdpSocket};

    use socket2::Socket;

    use super::MOST;

    pub(super) fn tell(_socket: &Socket, _address: SocketAddr) -> io::Result<bool> {
        Ok(false)
    }

    pub(in super::super) struct Desk {
        question: [u8; MOST],
        answer: Vec<u8>,
    }

    impl Desk {
        pub(super) fn of(_socket: &UdpSocket, _told: bool) -> io::Result<Self> {
            Ok(Self {
                question: [0; MOST],
                answer: Vec::with_capacity(MOST),
            })
        }

        pub(super) fn attend(
            &mut self,
            socket: &UdpSocket,
            mut answer: impl FnMut(&[u8], SocketAddr, &mut Vec<u8>) -> bool,
        ) -> io::Result<usize> {
            let (length, peer) = socket.recv_from(&mut self.question)?;
            self.answer.clear();
            let answered = answer(&self.question[..length], peer, &mut self.answer);
            let unsent = answered && socket.send_to(&self.answer, peer).is_err();
            Ok(usize::from(unsent))
        }
    }
}
