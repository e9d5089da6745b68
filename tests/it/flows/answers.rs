//! Questions of names to the whole program: by UDP, TCP and TLS, with what is told of it.

use std::net::SocketAddr;

use shackbox::testkit::{TestApp, names};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};

use crate::kit::send;
use crate::tls::Client;

const BASE: [(&str, &str); 4] = [
    ("dns.base_domain", "club.example"),
    ("dns.tls.listen", "127.0.0.1:0"),
    ("web.tls.listen", "127.0.0.1:0"),
    ("web.tls.self_signed", "true"),
];
const SOA: u16 = 6;

async fn by_udp(address: SocketAddr, packet: &[u8]) -> Vec<u8> {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.send_to(packet, address).await.unwrap();
    let mut answer = vec![0; 1232];
    let (length, _) = socket.recv_from(&mut answer).await.unwrap();
    answer.truncate(length);
    answer
}

async fn by_stream(mut stream: impl AsyncRead + AsyncWrite + Unpin, packet: &[u8]) -> Vec<u8> {
    let length = u16::try_from(packet.len()).unwrap();
    stream.write_u16(length).await.unwrap();
    stream.write_all(packet).await.unwrap();
    let length = stream.read_u16().await.unwrap();
    let mut answer = vec![0; usize::from(length)];
    stream.read_exact(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn the_base_zone_is_answered_by_every_way() {
    let mut app = TestApp::with(&BASE).await;
    let question = names::question("Club.Example.", SOA);
    let answer = by_udp(app.names_address(), &question).await;
    assert_eq!(
        (&answer[2..4], answer[7]),
        (&[0x85, 0][..], 1),
        "NOERROR, by who is responsible"
    );
    let stream = TcpStream::connect(app.names_address()).await.unwrap();
    assert_eq!(by_stream(stream, &question).await, answer);
    let dot = Client {
        alpn: vec!["dot"],
        ..Client::default()
    };
    let stream = dot.connect(app.names_tls_address(), "localhost").await.unwrap();
    assert_eq!(by_stream(stream, &question).await, answer);
    let missing = by_udp(app.names_address(), &names::question("nobody.club.example.", 1)).await;
    assert_eq!(missing[3] & 15, 3);
    let foreign = by_udp(app.names_address(), &names::question("example.org.", 1)).await;
    assert_eq!(foreign[3] & 15, 5);

    let http = crate::process::http();
    let ready = send(http.get(app.url("/readyz"))).await.expect(200);
    assert!(ready.json()["parts"]["names"].is_null(), "{}", ready.json());
    let figures = send(http.get(app.url("/metrics"))).await.expect(200);
    for line in [
        "shackbox_dns_answers_total{way=\"udp\",kind=\"data\"} 1",
        "shackbox_dns_answers_total{way=\"udp\",kind=\"nxdomain\"} 1",
        "shackbox_dns_answers_total{way=\"tls\",kind=\"data\"} 1",
    ] {
        assert!(figures.text.contains(line), "{line} in\n{}", figures.text);
    }

    let address = app.names_address();
    app.stop().await;
    UdpSocket::bind(address)
        .await
        .expect("the port is free once the program has stopped");
}
