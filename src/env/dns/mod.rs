//! Text records asked of name servers: the one question this program has for the domain name system as a client.
//!
//! A question goes to one named server, by UDP and again by TCP where the answer is cut off, and what comes back is
//! believed no further than that server is. Who must agree with whom, and which names may be asked, is for the caller.
//! Nothing is cached: a record that was just made is to be seen.

pub(crate) mod message;

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

use super::Entropy;

pub(crate) use message::TextRecords;
use message::{Answer, Malformed};

/// How long a server has for one try.
const PATIENCE: Duration = Duration::from_millis(2500);
/// Datagrams sent before a server counts as silent.
const TRIES: usize = 2;
/// The largest datagram we say we take (RFC 9715).
const MOST_DATAGRAM: usize = 1232;

/// Why a name server gave no answer to go by.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DnsError {
    #[error("the name server {0} does not answer")]
    Silent(SocketAddr),
    #[error("the name server {0} refuses (code {1})")]
    Refused(SocketAddr, u8),
    #[error("the name server {0} answers with something else")]
    Malformed(SocketAddr),
    #[error("this is no domain name")]
    Name,
}

/// Asks one server for the text records of a name.
pub(crate) async fn ask_texts(
    server: SocketAddr,
    name: &str,
    entropy: &Entropy,
) -> Result<TextRecords, DnsError> {
    for _ in 0..TRIES {
        let id = u16::from_be_bytes(entropy.bytes());
        let query = message::query(id, name).ok_or(DnsError::Name)?;
        let Ok(read) = timeout(PATIENCE, by_datagram(server, &query, id, name)).await else {
            continue;
        };
        let answer = match read.map_err(|_| DnsError::Silent(server))? {
            Answer::CutOff => timeout(PATIENCE, by_stream(server, &query, id, name))
                .await
                .map_err(|_| DnsError::Silent(server))?
                .map_err(|_| DnsError::Silent(server))?,
            whole => whole,
        };
        return match answer {
            Answer::Texts(texts) => Ok(texts),
            Answer::Refused(code) => Err(DnsError::Refused(server, code)),
            Answer::CutOff | Answer::Malformed => Err(DnsError::Malformed(server)),
        };
    }
    Err(DnsError::Silent(server))
}

/// One datagram there, and the first one back that answers it; others may be somebody's guesses.
async fn by_datagram(server: SocketAddr, query: &[u8], id: u16, name: &str) -> std::io::Result<Answer> {
    let any: SocketAddr = if server.is_ipv4() {
        (Ipv4Addr::UNSPECIFIED, 0).into()
    } else {
        (Ipv6Addr::UNSPECIFIED, 0).into()
    };
    let socket = UdpSocket::bind(any).await?;
    socket.connect(server).await?;
    socket.send(query).await?;
    let mut buffer = [0; MOST_DATAGRAM];
    loop {
        let length = socket.recv(&mut buffer).await?;
        match message::read(&buffer[..length], id, name) {
            Err(Malformed::NotOurs) => {}
            Err(Malformed::Broken) => return Ok(Answer::Malformed),
            Ok(answer) => return Ok(answer),
        }
    }
}

async fn by_stream(server: SocketAddr, query: &[u8], id: u16, name: &str) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(server).await?;
    let length = u16::try_from(query.len()).map_err(std::io::Error::other)?;
    stream
        .write_all(&[&length.to_be_bytes()[..], query].concat())
        .await?;
    let length = stream.read_u16().await?;
    let mut buffer = vec![0; usize::from(length)];
    stream.read_exact(&mut buffer).await?;
    Ok(message::read(&buffer, id, name).unwrap_or(Answer::Malformed))
}
