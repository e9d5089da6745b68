use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::super::listen::{CommandError, Ear, ListenError, Places, Ports};
use super::super::queue::SharedQueue;
use super::super::sniff::Decoded;
use super::super::wsjtx::Heartbeat;
use super::*;
use crate::env::Clock;

const PATIENCE: Duration = Duration::from_secs(10);

struct Station {
    ear: Ear,
    queue: SharedQueue,
    udp: Vec<SocketAddr>,
    tcp: Vec<SocketAddr>,
    stop: CancellationToken,
    tasks: TaskTracker,
    _folder: tempfile::TempDir,
}

impl Station {
    async fn at(places: Places) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (queue, _) = opened(&folder.path().join("queue"));
        let queue = SharedQueue::new(queue);
        let (ear, hearing) = Ear::new(Clock::fake(now()), queue.clone());
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let ports = Ports::bind(&places).await;
        assert_eq!(ports.errors, []);
        let udp = ports.udp.iter().map(|port| port.address()).collect();
        let tcp = ports.tcp.iter().map(|port| port.address()).collect();
        ports.listen(&ear, &tasks, &stop);
        tasks.spawn(hearing.run(stop.clone()));
        Self {
            ear,
            queue,
            udp,
            tcp,
            stop,
            tasks,
            _folder: folder,
        }
    }

    /// Waits until so many contacts are in the queue.
    async fn contacts(&self, count: usize) -> Vec<String> {
        let all = async {
            loop {
                let rows = self.queue.rows(1_000_000, false).await.unwrap();
                if rows.len() >= count {
                    return rows.into_iter().map(|row| row.call.to_string()).collect();
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(PATIENCE, all).await.expect("the contacts arrive")
    }

    async fn end(self) {
        self.stop.cancel();
        self.tasks.close();
        timeout(PATIENCE, self.tasks.wait()).await.expect("all tasks end");
    }
}

fn udp(address: &str) -> Places {
    Places {
        udp: vec![address.parse().unwrap()],
        ..Places::default()
    }
}

async fn sender() -> UdpSocket {
    UdpSocket::bind("127.0.0.1:0").await.unwrap()
}

fn heartbeat() -> Vec<u8> {
    let body = Heartbeat {
        max_schema: Some(3),
        version: text("2.6.1"),
        revision: text(""),
    };
    Packet::new(2, "WSJT-X", Message::Heartbeat(body)).write()
}

#[tokio::test]
async fn datagrams_of_all_languages_come_in_by_one_port() {
    let station = Station::at(udp("127.0.0.1:0")).await;
    let sender = sender().await;
    let n1mm = "<contactinfo><timestamp>2026-11-21 09:20:00</timestamp><band>7</band><mode>CW</mode><call>K2ABC</call>\
                </contactinfo>";
    let js8 = r#"{"type":"LOG.QSO","value":"<call:5>K3ABC <mode:3>JS8 <qso_date:8>20261121 <time_on:6>092000 <band:3>40m <eor>"}"#;
    for bytes in [
        &packet(Message::QsoLogged(Box::new(logged())))[..],
        n1mm.as_bytes(),
        js8.as_bytes(),
        b"noise",
        b"<a>",
    ] {
        sender.send_to(bytes, station.udp[0]).await.unwrap();
    }
    sender.send_to(&logged_adif(), station.udp[0]).await.unwrap();
    assert_eq!(station.contacts(3).await, ["K3ABC", "K2ABC", "K1ABC"]);
    let counted = async {
        while station.ear.counts().joined < 1 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, counted).await.unwrap();
    let counts = station.ear.counts();
    assert_eq!(
        (counts.messages, counts.contacts, counts.unknown, counts.damaged),
        (6, 3, 1, 1)
    );
    let senders = station.ear.senders();
    let languages: Vec<_> = senders.iter().map(|sender| sender.language).collect();
    assert_eq!(languages, ["ADIF", "JS8Call", "N1MM"]);
    assert_eq!(senders[0].address, sender.local_addr().unwrap());
    station.end().await;
}

#[tokio::test]
async fn heartbeats_are_answered_to_their_port_and_commands_find_it() {
    let station = Station::at(udp("127.0.0.1:0")).await;
    let mut messages = station.ear.messages();
    let program = sender().await;
    let halt = || Message::HaltTx {
        auto_only: Some(false),
    };
    let programs = station.ear.programs();
    assert!(matches!(
        programs.command("WSJT-X", halt(), now()).await,
        Err(CommandError::NotHeard(_))
    ));
    // The second comes too soon to be answered.
    program.send_to(&heartbeat(), station.udp[0]).await.unwrap();
    program.send_to(&heartbeat(), station.udp[0]).await.unwrap();
    let mut buffer = [0; 2048];
    let (length, from) = timeout(PATIENCE, program.recv_from(&mut buffer))
        .await
        .unwrap()
        .unwrap();
    let answer = Packet::read(&buffer[..length]).unwrap();
    assert_eq!(
        (from, answer.schema, answer.id.as_deref()),
        (station.udp[0], 3, Some("WSJT-X"))
    );
    assert!(matches!(answer.message, Message::Heartbeat(body) if body.max_schema == Some(3)));
    for _ in 0..2 {
        let heard = timeout(PATIENCE, messages.recv()).await.unwrap().unwrap();
        assert_eq!(heard.from, program.local_addr().unwrap());
        assert!(matches!(*heard.decoded, Decoded::Wsjtx(_)));
    }
    programs.command("WSJT-X", halt(), now()).await.unwrap();
    let (length, _) = timeout(PATIENCE, program.recv_from(&mut buffer))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(Packet::read(&buffer[..length]).unwrap().message, halt());
    assert_eq!(programs.heard(now()).len(), 1);
    program
        .send_to(&packet(Message::Close), station.udp[0])
        .await
        .unwrap();
    timeout(PATIENCE, messages.recv()).await.unwrap().unwrap();
    assert!(programs.heard(now()).is_empty());
    station.end().await;
}

#[tokio::test]
async fn a_group_is_shared_and_heard_on_the_loopback() {
    let first = Station::at(udp("239.255.42.99:0")).await;
    let shared = Station::at(Places {
        udp: first.udp.clone(),
        ..Places::default()
    })
    .await;
    let sender = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    socket2::SockRef::from(&sender)
        .set_multicast_if_v4(&std::net::Ipv4Addr::LOCALHOST)
        .unwrap();
    sender
        .send_to(&packet(Message::QsoLogged(Box::new(logged()))), first.udp[0])
        .unwrap();
    assert_eq!(first.contacts(1).await, ["K1ABC"]);
    assert_eq!(shared.contacts(1).await, ["K1ABC"]);
    first.end().await;
    shared.end().await;
}

#[tokio::test]
async fn a_port_of_another_program_is_told_with_its_usual_holder() {
    let taken = std::net::UdpSocket::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let holder = std::net::UdpSocket::bind(taken).unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let places = Places {
        udp: vec![
            taken,
            "192.0.2.1:2237".parse().unwrap(),
            "127.0.0.1:0".parse().unwrap(),
        ],
        tcp: vec![listener.local_addr().unwrap()],
        forward: vec![],
    };
    let ports = Ports::bind(&places).await;
    assert_eq!((ports.udp.len(), ports.tcp.len(), ports.errors.len()), (1, 0, 3));
    assert!(matches!(ports.errors[0], ListenError::Taken { kind: "UDP", .. }));
    assert!(matches!(ports.errors[1], ListenError::NotOurs(_)));
    assert!(matches!(ports.errors[2], ListenError::Taken { kind: "TCP", .. }));
    drop(holder);
    let wsjtx = ListenError::Taken {
        kind: "UDP",
        address: "127.0.0.1:2237".parse().unwrap(),
    };
    let text = wsjtx.to_string();
    assert!(
        text.contains("GridTracker") && text.contains("239.255.0.1"),
        "{text}"
    );
}

#[tokio::test]
async fn datagrams_are_passed_on_as_they_came_but_not_in_circles() {
    let other = sender().await;
    let station = Station::at(Places {
        forward: vec![other.local_addr().unwrap()],
        ..udp("127.0.0.1:0")
    })
    .await;
    sender()
        .await
        .send_to(b"whatever \xff", station.udp[0])
        .await
        .unwrap();
    let mut buffer = [0; 64];
    let length = timeout(PATIENCE, other.recv(&mut buffer)).await.unwrap().unwrap();
    assert_eq!(&buffer[..length], b"whatever \xff");
    station.end().await;

    let port = sender().await.local_addr().unwrap();
    let ports = Ports::bind(&Places {
        udp: vec![port],
        forward: vec![port],
        ..Places::default()
    })
    .await;
    assert_eq!(ports.errors, [ListenError::Circle(port)]);
}

#[tokio::test]
async fn adif_comes_by_tcp_in_pieces_and_pages_are_turned_away() {
    let station = Station::at(Places {
        tcp: vec!["127.0.0.1:0".parse().unwrap()],
        ..Places::default()
    })
    .await;
    let record = |call: &str| {
        format!(
            "<CALL:5>{call}<QSO_DATE:8>20261121<TIME_ON:6>092000<BAND:3>20m<MODE:2>CW<COMMENT:7>a <eor><EOR>\r\n"
        )
    };
    let (first, second) = (record("K1ABC"), record("K2ABC"));
    let mut stream = TcpStream::connect(station.tcp[0]).await.unwrap();
    stream.write_all(first.as_bytes()).await.unwrap();
    stream.write_all(&second.as_bytes()[..40]).await.unwrap();
    assert_eq!(station.contacts(1).await, ["K1ABC"]);
    stream.write_all(&second.as_bytes()[40..]).await.unwrap();
    assert_eq!(station.contacts(2).await, ["K2ABC", "K1ABC"]);
    // The last one may lack its end.
    stream
        .write_all(record("K3ABC").trim_end().trim_end_matches("<EOR>").as_bytes())
        .await
        .unwrap();
    drop(stream);
    assert_eq!(station.contacts(3).await.len(), 3);

    let mut page = TcpStream::connect(station.tcp[0]).await.unwrap();
    let request = format!("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n{}", record("K9ABC"));
    page.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    timeout(
        PATIENCE,
        tokio::io::AsyncReadExt::read_to_end(&mut page, &mut answer),
    )
    .await
    .unwrap()
    .ok();
    assert!(answer.is_empty());
    assert_eq!(station.contacts(3).await.len(), 3);
    station.end().await;
}

#[tokio::test]
async fn a_thousand_datagrams_at_once_are_all_kept() {
    let station = Station::at(udp("127.0.0.1:0")).await;
    let sender = sender().await;
    for number in 0..1_000 {
        let text = format!(
            "<contactinfo><timestamp>2026-11-20 {:02}:{:02}:{:02}</timestamp><band>7</band><mode>CW</mode>\
             <call>K{}AB{}</call><ID>{number:032x}</ID></contactinfo>",
            number / 60 % 24,
            number % 60,
            number % 60,
            number % 10,
            char::from(b'A' + u8::try_from(number % 26).unwrap()),
        );
        sender.send_to(text.as_bytes(), station.udp[0]).await.unwrap();
    }
    assert_eq!(station.contacts(1_000).await.len(), 1_000);
    station.end().await;
}
