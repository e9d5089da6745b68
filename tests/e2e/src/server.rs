//! The program under test: started, asked, stopped, started again on the same port and data.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use crate::http::{self, Reply};

/// How long the program may take to be ready: the demo invents a whole station first.
const START: Duration = Duration::from_secs(90);
/// How long it may take to stop.
const STOP: Duration = Duration::from_secs(15);

/// The running program.
pub struct Server {
    child: Child,
    args: Vec<String>,
    /// Where it answers, for example `http://127.0.0.1:40123`.
    pub url: String,
    dir: tempfile::TempDir,
}

/// What a command of the program printed.
#[derive(Debug)]
pub struct Ran {
    /// Whether it ended with exit code 0.
    pub success: bool,
    /// Results.
    pub stdout: String,
    /// Words for people.
    pub stderr: String,
}

impl Server {
    /// Starts `shackbox serve` with the given extra arguments and waits until it is ready.
    pub async fn start(extra: &[&str]) -> Result<Self> {
        let dir = tempfile::tempdir()?;
        let url = format!("http://127.0.0.1:{}", free_port()?);
        let mut args = vec![
            "serve".to_owned(),
            "--listen".into(),
            url["http://".len()..].into(),
        ];
        args.extend(extra.iter().map(|&arg| arg.to_owned()));
        if !extra.contains(&"--demo") {
            args.push("--data-dir".into());
            args.push(dir.path().join("data").to_string_lossy().into_owned());
        }
        let child = spawn(&args, dir.path())?;
        let mut server = Self {
            child,
            args,
            url,
            dir,
        };
        server.until_ready().await?;
        Ok(server)
    }

    async fn until_ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + START;
        while !self.ready().await {
            if let Some(status) = self.child.try_wait()? {
                bail!("the program ended with {status}:\n{}", self.output()?);
            }
            if Instant::now() > deadline {
                bail!("not ready in time:\n{}", self.output()?);
            }
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    async fn ready(&self) -> bool {
        let reply = http::send(self.address(), "GET", "/readyz", &[], b"").await;
        reply.is_ok_and(|reply| reply.status == 200)
    }

    fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// Asks as another program on this machine would: no cookie, no browser.
    pub async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Reply> {
        http::send(self.address(), method, path, headers, body).await
    }

    /// Runs a command of the program on this server's data directory, feeding it `input`.
    pub async fn run(&self, args: &[&str], input: &str) -> Result<Ran> {
        let mut child = Command::new(binary()?)
            .args(args)
            .env("SHACKBOX_DATA_DIR", self.data_dir())
            .current_dir(self.dir.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes()).await?;
        }
        let output = child.wait_with_output().await?;
        Ok(Ran {
            success: output.status.success(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// What the program printed so far, over all its starts.
    pub fn output(&self) -> Result<String> {
        Ok(std::fs::read_to_string(log_file(self.dir.path()))?)
    }

    /// The one-time link that creates the first administrator, as printed.
    pub fn setup_link(&self) -> Result<String> {
        let output = self.output()?;
        let link = output
            .split_whitespace()
            .find(|word| word.starts_with("http://") && word.contains("/setup?"))
            .context("no setup link printed")?;
        Ok(link.to_owned())
    }

    /// Callsign and password of the demo's administrator, as printed.
    pub fn demo_login(&self) -> Result<(String, String)> {
        let output = self.output()?;
        let mut words = output.split_whitespace().skip_while(|word| *word != "N0CALL");
        let call = words.next().context("no demo login printed")?;
        let password = words.next().context("no demo password printed")?;
        Ok((call.to_owned(), password.to_owned()))
    }

    /// A directory of the test's own, removed at its end.
    pub fn scratch(&self) -> &Path {
        self.dir.path()
    }

    /// Where the program keeps its data.
    pub fn data_dir(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// Asks the program to stop and waits for its exit; `resume` starts it again.
    pub async fn halt(&mut self) -> Result<()> {
        if let Some(id) = self.child.id() {
            Command::new("kill")
                .arg("-TERM")
                .arg(id.to_string())
                .status()
                .await?;
        }
        let status = tokio::time::timeout(STOP, self.child.wait())
            .await
            .context("did not stop")??;
        if !status.success() {
            bail!("stopped with {status}:\n{}", self.output()?);
        }
        Ok(())
    }

    /// Starts the halted program again: same address, same data.
    pub async fn resume(&mut self) -> Result<()> {
        self.child = spawn(&self.args, self.dir.path())?;
        self.until_ready().await
    }

    /// Asks the program to stop and waits for its exit.
    pub async fn stop(mut self) -> Result<()> {
        self.halt().await
    }
}

fn spawn(args: &[String], dir: &Path) -> Result<Child> {
    let log = std::fs::File::options()
        .create(true)
        .append(true)
        .open(log_file(dir))?;
    Command::new(binary()?)
        .args(args)
        .current_dir(dir)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
        .context("starting the program")
}

fn log_file(dir: &Path) -> PathBuf {
    dir.join("log.txt")
}

pub(crate) fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// The program under test: `SHACKBOX_BIN`, else what was built beside this test.
pub(crate) fn binary() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("SHACKBOX_BIN") {
        return Ok(path.into());
    }
    let mut dir = std::env::current_exe()?;
    while dir.pop() {
        let candidate = dir.join("shackbox");
        if candidate.is_file() {
            return Ok(candidate);
        }
    }
    bail!("no built shackbox found: run `cargo build` first or set SHACKBOX_BIN")
}
