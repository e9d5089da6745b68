//! A radio and the relay beside it: Hamlib's own daemon with its dummy radio, and `shackbox relay`.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

use crate::http::{self, Reply};
use crate::server::{binary, free_port};
use crate::{GLANCE, PATIENCE};

/// Where a relay listens, as the environment has it.
const LISTEN: &str = "SHACKBOX_RELAY__LISTEN";
/// How long Hamlib's daemon may take to answer.
const ANSWER: Duration = Duration::from_secs(5);

/// Hamlib's daemon with the radio that is none.
pub struct Dummy {
    _child: Child,
    /// Where it listens.
    pub address: String,
}

impl Dummy {
    /// Starts `rigctld -m 1` on a free port; `None` where Hamlib is not installed.
    pub async fn start() -> Result<Option<Self>> {
        let port = free_port()?;
        let started = Command::new("rigctld")
            .args(["-m", "1", "-T", "127.0.0.1", "-t", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        let child = match started {
            Ok(child) => child,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).context("starting rigctld"),
        };
        let dummy = Self {
            _child: child,
            address: format!("127.0.0.1:{port}"),
        };
        let deadline = Instant::now() + PATIENCE;
        while dummy.hertz().await.is_err() {
            if Instant::now() > deadline {
                bail!("rigctld does not answer");
            }
            sleep(GLANCE).await;
        }
        Ok(Some(dummy))
    }

    /// Says a command on a connection of its own and gives the first line of the answer.
    pub async fn say(&self, command: &str) -> Result<String> {
        let talk = async {
            let mut stream = BufReader::new(TcpStream::connect(&self.address).await?);
            stream.write_all(format!("{command}\n").as_bytes()).await?;
            let mut line = String::new();
            stream.read_line(&mut line).await?;
            Ok(line.trim().to_owned())
        };
        timeout(ANSWER, talk).await.context("rigctld is silent")?
    }

    /// Where the radio stands, hertz.
    pub async fn hertz(&self) -> Result<u64> {
        Ok(self.say("f").await?.parse()?)
    }

    /// Waits until the radio stands there.
    pub async fn arrives(&self, hertz: u64) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let now = self.hertz().await?;
            if now == hertz {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!("the radio stands on {now} Hz, not on {hertz}");
            }
            sleep(GLANCE).await;
        }
    }
}

/// `shackbox relay`, with a data directory of its own.
pub struct Relay {
    child: Child,
    /// Where it answers, for example `http://127.0.0.1:40123`.
    pub url: String,
    dir: tempfile::TempDir,
}

impl Relay {
    /// Starts it beside a radio, with further settings as the environment has them, and waits until it serves. On a
    /// port of its own unless they say where it listens.
    pub async fn start(radio: &Dummy, further: &[(&str, &str)]) -> Result<Self> {
        let named = ("SHACKBOX_RELAY__RIGCTLD", radio.address.as_str());
        let further: Vec<_> = std::iter::once(named).chain(further.iter().copied()).collect();
        let mut relay = Self::launch(&further)?;
        relay.until(|status| status["rig"]["connected"] == true).await?;
        Ok(relay)
    }

    /// Starts it without a word on the radio, as on the first day, and waits until it serves.
    pub async fn start_alone() -> Result<Self> {
        let mut relay = Self::launch(&[])?;
        relay.until(|status| status["rig"].is_object()).await?;
        Ok(relay)
    }

    fn launch(further: &[(&str, &str)]) -> Result<Self> {
        let dir = tempfile::tempdir()?;
        let listen = further.iter().find(|(name, _)| *name == LISTEN);
        let address = match listen {
            Some((_, address)) => (*address).to_owned(),
            None => format!("127.0.0.1:{}", free_port()?),
        };
        let log = std::fs::File::create(dir.path().join("log.txt"))?;
        let child = Command::new(binary()?)
            .arg("relay")
            .arg("--data-dir")
            .arg(dir.path().join("data"))
            .env(LISTEN, &address)
            .env("SHACKBOX_RELAY__SERVE", "off")
            .env("SHACKBOX_RELAY__PROGRAMS", "")
            .envs(further.iter().copied())
            .current_dir(dir.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .context("starting the relay")?;
        Ok(Self {
            child,
            url: format!("http://{address}"),
            dir,
        })
    }

    async fn until(&mut self, is_ready: impl Fn(&serde_json::Value) -> bool) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let status = self.ask("GET", "/status", &[], b"").await;
            if let Ok(status) = status
                && is_ready(&status.json()?)
            {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("the relay ended with {status}:\n{}", self.output()?);
            }
            if Instant::now() > deadline {
                bail!("the relay is not ready, or has no radio:\n{}", self.output()?);
            }
            sleep(GLANCE).await;
        }
    }

    /// Asks as another program on this machine would.
    pub async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Reply> {
        http::send(self.address(), method, path, headers, body).await
    }

    /// Its host and port.
    pub fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// Waits until it has printed these words; gives all that it printed.
    pub async fn prints(&self, words: &str) -> Result<String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let output = self.output()?;
            if output.contains(words) {
                return Ok(output);
            }
            if Instant::now() > deadline {
                bail!("the relay never printed {words:?}:\n{output}");
            }
            sleep(GLANCE).await;
        }
    }

    /// What it printed.
    pub fn output(&self) -> Result<String> {
        Ok(std::fs::read_to_string(self.dir.path().join("log.txt"))?)
    }

    /// Where it keeps its files.
    pub fn data_dir(&self) -> std::path::PathBuf {
        Path::new(self.dir.path()).join("data")
    }
}
