//! A whole relay on a free port and a data directory of its own, for benches: what they measure is what runs.

use std::net::SocketAddr;
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::FakeRadio;
use crate::config::{Config, Sources};
use crate::relay;

/// How long starting may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running relay; gone with this.
pub struct ScratchRelay {
    address: SocketAddr,
    task: JoinHandle<()>,
    _dir: TempDir,
}

impl ScratchRelay {
    /// Starts one that has the radio and nothing else: no server, no programs, no rigctld server of its own.
    pub async fn start(radio: &FakeRadio) -> Self {
        let dir = TempDir::new().expect("a directory");
        let flags = [
            ("relay.listen", "127.0.0.1:0".to_owned()),
            ("relay.rigctld", radio.address().to_string()),
            ("relay.serve", "off".to_owned()),
            ("relay.programs", "127.0.0.1:0".to_owned()),
        ];
        let sources = Sources {
            data_dir: Some(dir.path().to_owned()),
            flags: flags.map(|(key, value)| (key.to_owned(), value)).into(),
            ..Sources::default()
        };
        let config = Config::load(&sources).expect("a configuration");
        let (said, mut lines) = mpsc::unbounded_channel();
        let task = tokio::spawn(async move {
            let say = move |line: &str| drop(said.send(line.to_owned()));
            if let Err(error) = relay::run(&config, say).await {
                panic!("the relay does not run: {error}");
            }
        });
        let served = async {
            loop {
                let line = lines.recv().await.expect("it says where it serves");
                let address = line
                    .rsplit_once("http://")
                    .map(|(_, rest)| rest.trim_end_matches('/'));
                if let Some(Ok(address)) = address.map(str::parse) {
                    return address;
                }
            }
        };
        let address = timeout(PATIENCE, served).await.expect("it serves soon");
        Self {
            address,
            task,
            _dir: dir,
        }
    }

    /// Where its page and its API are.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for ScratchRelay {
    fn drop(&mut self) {
        self.task.abort();
    }
}
