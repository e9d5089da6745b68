//! Questions over the loopback interface.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use super::super::answer::{Class, Transport};
use super::super::name::Name;
use super::super::rr::{Rdata, RecordType, RrSet, Ttl};
use super::super::zone::Zone;
use super::figures::Event;
use super::*;

/// Longer than anything here takes.
const LONG: Duration = Duration::from_secs(20);

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn zones() -> Zones {
    let mut soa = [name("ns.example.").wire(), name("root.example.").wire()].concat();
    soa.extend([1_u32, 2, 3, 4, 5].iter().flat_map(|number| number.to_be_bytes()));
    let single = |owner: &str, kind, data: &[u8]| {
        RrSet::single(name(owner), kind, Ttl::DEFAULT, Rdata::new(data).unwrap())
    };
    let text = [&[250][..], &[b'x'; 250]].concat();
    let many = (0..40_u8).map(|i| Rdata::new([&text[..250], &[i]].concat()).unwrap());
    let many = RrSet::new(
        name("many.example."),
        RecordType::TXT,
        Ttl::DEFAULT,
        many.collect(),
    )
    .unwrap();
    let sets = [
        single("example.", RecordType::SOA, &soa),
        single("a.example.", RecordType::A, &[192, 0, 2, 1]),
        many,
    ];
    let zones = Zones::default();
    zones.publish(Arc::new(Zone::build(name("example."), sets).unwrap()));
    zones
}

fn settings() -> Settings {
    Settings {
        workers: 2,
        ..Settings::default()
    }
}

fn start_with(settings: &Settings) -> (Running, SocketAddr) {
    start_at(settings, (Ipv4Addr::LOCALHOST, 0).into()).unwrap()
}

fn start_at(settings: &Settings, address: SocketAddr) -> Option<(Running, SocketAddr)> {
    let doors = Doors::bind("dns.listen", address, settings.workers).ok()?;
    let address = doors.address();
    let needs = Needs {
        zones: zones(),
        clock: Clock::system(),
        secret: [7; 16],
    };
    Some((super::start(doors, None, settings, needs).unwrap(), address))
}

fn question(owner: &str, kind: RecordType) -> Vec<u8> {
    let mut packet = vec![0xab, 0xcd, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    packet.extend_from_slice(name(owner).wire());
    packet.extend_from_slice(&kind.0.to_be_bytes());
    packet.extend_from_slice(&[0, 1]);
    packet
}

fn framed(packet: &[u8]) -> Vec<u8> {
    [&u16::try_from(packet.len()).unwrap().to_be_bytes()[..], packet].concat()
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    stream.set_write_timeout(Some(LONG)).unwrap();
    stream
}

fn read_answer(stream: &mut TcpStream) -> Vec<u8> {
    let mut length = [0; 2];
    stream.read_exact(&mut length).unwrap();
    let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut answer).unwrap();
    answer
}

fn ask_by_udp(address: SocketAddr, packet: &[u8]) -> Vec<u8> {
    let own = if address.is_ipv4() {
        "127.0.0.1:0"
    } else {
        "[::1]:0"
    };
    let socket = UdpSocket::bind(own).unwrap();
    socket.set_read_timeout(Some(LONG)).unwrap();
    socket.send_to(packet, address).unwrap();
    let mut answer = [0; 2000];
    let (length, from) = socket.recv_from(&mut answer).unwrap();
    assert_eq!(from, address);
    answer[..length].to_vec()
}

#[tokio::test]
async fn packets_and_streams_get_the_same_answer() {
    let (running, address) = start_with(&settings());
    let packet = question("a.example.", RecordType::A);
    let answers: Vec<_> = (0..8).map(|_| ask_by_udp(address, &packet)).collect();
    let mut stream = connect(address);
    stream.write_all(&framed(&packet)).unwrap();
    let answer = read_answer(&mut stream);
    assert!(answers.iter().all(|by_udp| *by_udp == answer));
    assert_eq!(
        (&answer[..2], answer[answer.len() - 4..].to_vec()),
        (&[0xab, 0xcd][..], vec![192, 0, 2, 1])
    );
    let big = question("many.example.", RecordType::TXT);
    assert_eq!(ask_by_udp(address, &big)[2] & 2, 2, "cut short");
    stream.write_all(&framed(&big)).unwrap();
    assert!(read_answer(&mut stream).len() > 10_000);
    let figures = running.figures();
    assert_eq!(figures.answers(Transport::Udp, Class::Data), 9);
    assert_eq!(figures.answers(Transport::Tcp, Class::Data), 2);
    assert_eq!(
        (figures.events(Event::Truncated), figures.events(Event::Opened)),
        (1, 1)
    );
    running.stop().await;
    UdpSocket::bind(address).expect("the port is free again");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn answers_leave_from_the_address_that_was_asked() {
    use std::net::{IpAddr, Ipv6Addr};

    let all: [(IpAddr, &[&str]); 2] = [
        (Ipv4Addr::UNSPECIFIED.into(), &["127.0.0.1", "127.0.0.77"]),
        (Ipv6Addr::UNSPECIFIED.into(), &["127.0.0.1", "127.0.0.77", "::1"]),
    ];
    for (everywhere, asked) in all {
        // Not every machine has IPv6.
        let Some((running, address)) = start_at(&settings(), (everywhere, 0).into()) else {
            continue;
        };
        for asked in asked {
            let asked = SocketAddr::new(asked.parse().unwrap(), address.port());
            let answer = ask_by_udp(asked, &question("a.example.", RecordType::A));
            assert_eq!(answer[7], 1, "{asked}");
        }
        running.stop().await;
    }
}

#[tokio::test]
async fn many_questions_at_once_and_questions_in_parts_are_answered() {
    let (running, address) = start_with(&settings());
    let mut stream = connect(address);
    let one = framed(&question("a.example.", RecordType::A));
    stream.write_all(&one.repeat(50)).unwrap();
    for _ in 0..50 {
        assert_eq!(read_answer(&mut stream)[7], 1);
    }
    stream.set_nodelay(true).unwrap();
    for octet in &one {
        stream.write_all(&[*octet]).unwrap();
    }
    assert_eq!(read_answer(&mut stream)[7], 1);
    running.stop().await;
    assert_eq!(stream.read(&mut [0; 8]).unwrap_or(0), 0, "stopping ends streams");
}

#[tokio::test]
async fn one_client_has_so_many_streams() {
    let (running, address) = start_with(&Settings {
        streams_of_one: 2,
        ..settings()
    });
    let mut held: Vec<_> = (0..2).map(|_| connect(address)).collect();
    for stream in &mut held {
        stream
            .write_all(&framed(&question("a.example.", RecordType::A)))
            .unwrap();
        read_answer(stream);
    }
    let mut third = connect(address);
    assert_eq!(third.read(&mut [0; 8]).unwrap_or(0), 0);
    assert_eq!(running.figures().events(Event::Crowded), 1);
    running.stop().await;
}

#[tokio::test]
async fn who_is_silent_or_does_not_read_or_sends_too_much_is_let_go() {
    let (running, address) = start_with(&Settings {
        patience: Duration::from_millis(50),
        ..settings()
    });
    let mut silent = connect(address);
    silent.write_all(&[0]).unwrap();
    assert_eq!(silent.read(&mut [0; 8]).unwrap_or(0), 0, "half of a length");
    let mut deaf = connect(address);
    let questions = framed(&question("many.example.", RecordType::TXT)).repeat(100);
    // More answers than the system keeps for somebody who does not read.
    while deaf.write_all(&questions).is_ok() {}
    let mut loud = connect(address);
    loud.write_all(&[0xff, 0xff]).unwrap();
    assert_eq!(loud.read(&mut [0; 8]).unwrap_or(0), 0);
    running.stop().await;
}

#[test]
fn a_port_is_not_shared_with_another_server() {
    let doors = Doors::bind("dns.listen", (Ipv4Addr::LOCALHOST, 0).into(), 2).unwrap();
    let again = Doors::bind("dns.listen", doors.address(), 2);
    assert!(again.is_err());
}
