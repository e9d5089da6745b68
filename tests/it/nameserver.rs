//! A name server that knows a few text records, on one port by UDP and TCP.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, UdpSocket};

/// A running server.
#[derive(Clone)]
pub(crate) struct NameServer {
    pub(crate) address: SocketAddr,
    world: Arc<Mutex<World>>,
}

#[derive(Default)]
struct World {
    texts: HashMap<String, Vec<String>>,
    aliases: HashMap<String, String>,
    asked: Vec<String>,
    cuts_off: bool,
    authentic: bool,
}

impl NameServer {
    /// Starts one.
    pub(crate) async fn start() -> Self {
        // The port that UDP gets may be somebody else's by TCP.
        loop {
            let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
            let address = udp.local_addr().unwrap();
            let Ok(tcp) = TcpListener::bind(address).await else {
                continue;
            };
            let server = Self {
                address,
                world: Arc::default(),
            };
            tokio::spawn(server.clone().by_datagrams(udp));
            tokio::spawn(server.clone().by_streams(tcp));
            return server;
        }
    }

    /// Puts a text record there.
    pub(crate) fn put(&self, name: &str, text: &str) {
        let mut world = self.world.lock().unwrap();
        world
            .texts
            .entry(name.to_owned())
            .or_default()
            .push(text.to_owned());
    }

    /// Makes a name an alias.
    pub(crate) fn alias(&self, name: &str, target: &str) {
        let mut world = self.world.lock().unwrap();
        world.aliases.insert(name.to_owned(), target.to_owned());
    }

    /// Datagrams hold no answer from now on.
    pub(crate) fn cut_off(&self) {
        self.world.lock().unwrap().cuts_off = true;
    }

    /// Says of its answers that it checked their signatures.
    pub(crate) fn vouch(&self) {
        self.world.lock().unwrap().authentic = true;
    }

    /// The names that were asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.world.lock().unwrap().asked)
    }

    async fn by_datagrams(self, socket: UdpSocket) {
        let mut buffer = [0; 1500];
        loop {
            let (length, peer) = socket.recv_from(&mut buffer).await.unwrap();
            let answer = self.answer(&buffer[..length], true);
            socket.send_to(&answer, peer).await.unwrap();
        }
    }

    async fn by_streams(self, listener: TcpListener) {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let length = stream.read_u16().await.unwrap();
            let mut query = vec![0; usize::from(length)];
            stream.read_exact(&mut query).await.unwrap();
            let answer = self.answer(&query, false);
            stream
                .write_u16(u16::try_from(answer.len()).unwrap())
                .await
                .unwrap();
            stream.write_all(&answer).await.unwrap();
        }
    }

    fn answer(&self, query: &[u8], datagram: bool) -> Vec<u8> {
        let mut labels = Vec::new();
        let mut at = 12;
        while query[at] != 0 {
            let end = at + 1 + usize::from(query[at]);
            labels.push(std::str::from_utf8(&query[at + 1..end]).unwrap().to_owned());
            at = end;
        }
        let name = labels.join(".");
        let mut world = self.world.lock().unwrap();
        world.asked.push(name.clone());
        let target = world.aliases.get(&name).cloned();
        let texts = world.texts.get(target.as_ref().unwrap_or(&name)).cloned();
        let cut_off = world.cuts_off && datagram;
        let known = target.is_some() || texts.is_some();
        let mut records = Vec::new();
        if let Some(target) = &target {
            records.push((wire(&name), 5_u16, wire(target)));
        }
        let owner = wire(target.as_ref().unwrap_or(&name));
        for text in texts.unwrap_or_default() {
            let mut data = vec![u8::try_from(text.len()).unwrap()];
            data.extend(text.as_bytes());
            records.push((owner.clone(), 16, data));
        }
        if cut_off {
            records.clear();
        }
        let mut answer = query[..2].to_vec();
        answer.push(0x81 | if cut_off { 2 } else { 0 });
        answer.push(0x80 | if world.authentic { 0x20 } else { 0 } | if known { 0 } else { 3 });
        answer.extend([0, 1]);
        answer.extend(u16::try_from(records.len()).unwrap().to_be_bytes());
        answer.extend([0; 4]);
        answer.extend(&query[12..at + 5]);
        for (owner, kind, data) in records {
            answer.extend(owner);
            answer.extend(kind.to_be_bytes());
            answer.extend([0, 1, 0, 0, 0, 60]);
            answer.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
            answer.extend(data);
        }
        answer
    }
}

fn wire(name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in name.split('.') {
        bytes.push(u8::try_from(label.len()).unwrap());
        bytes.extend(label.as_bytes());
    }
    bytes.push(0);
    bytes
}
