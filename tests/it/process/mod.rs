//! The real binary, as an operating system sees it: exit codes, one data directory per process, clean stop,
//! and data that survives `kill -9`.

mod commands;
mod disk;
mod edge;
mod faults;
mod registers;
mod secrets;
mod storms;
mod zones;

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

pub(crate) const ADMIN: &str = "K6BP";
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// A data directory and the commands that act on it.
pub(crate) struct Box_ {
    pub(crate) dir: tempfile::TempDir,
}

impl Box_ {
    /// An empty directory.
    pub(crate) fn empty() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
        }
    }

    /// A data directory with an administrator.
    pub(crate) fn with_admin() -> Self {
        let made = Self::empty();
        let out = made.run_with_input(&["user", "add", ADMIN, "--admin", "--password-stdin"], PASSWORD);
        assert!(out.status.success(), "{}", text(&out.stderr));
        made
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_shackbox"));
        command
            .args(args)
            .env_clear()
            .env("SHACKBOX_DATA_DIR", self.data())
            .env("PATH", "/usr/bin:/bin");
        command.current_dir(self.dir.path());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).stdin(Stdio::null()).output().unwrap()
    }

    pub(crate) fn run_with_input(&self, args: &[&str], input: &str) -> Output {
        let mut child = self
            .command(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    /// An API key of the administrator with full scope.
    pub(crate) fn key(&self) -> String {
        let out = self.run(&["apikey", "create", ADMIN, "--scope", "full", "--name", "test"]);
        assert!(out.status.success(), "{}", text(&out.stderr));
        let key = text(&out.stdout).trim().to_owned();
        assert!(
            key.starts_with("sbx_") && !key.contains('\n'),
            "the key stands alone on stdout: {key:?}"
        );
        key
    }

    /// Starts the server and waits until it is ready.
    pub(crate) fn serve(&self) -> Serving {
        self.serve_with(&[])
    }

    /// The same with more to say on the command line.
    pub(crate) fn serve_with(&self, more: &[&str]) -> Serving {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let log = self.dir.path().join("serve.log");
        let out = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log)
            .unwrap();
        let child = self
            .command(&["serve", "--listen", &format!("127.0.0.1:{port}")])
            .args(more)
            .stdin(Stdio::null())
            .stdout(out.try_clone().unwrap())
            .stderr(out)
            .spawn()
            .unwrap();
        let mut serving = Serving { child, port, log };
        wait_until("ready", || {
            if let Some(status) = serving.child.try_wait().unwrap() {
                panic!("ended with {status}: {}", serving.output());
            }
            serving
                .get_raw("/readyz")
                .is_some_and(|reply| reply.starts_with("HTTP/1.1 200"))
        });
        serving
    }
}

/// A running server.
pub(crate) struct Serving {
    child: Child,
    pub(crate) port: u16,
    log: PathBuf,
}

impl Serving {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(crate) fn output(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Sends a request as it is written, and reads the answer to its end.
    pub(crate) fn send(&self, request: &str) -> String {
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        reply
    }

    fn get_raw(&self, path: &str) -> Option<String> {
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
        let host = format!("127.0.0.1:{}", self.port);
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        )
        .ok()?;
        let mut reply = String::new();
        stream.read_to_string(&mut reply).ok()?;
        Some(reply)
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The end that gives no chance to clean up.
    pub(crate) fn kill_hard(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, then the exit code.
    pub(crate) fn stop(self) -> Option<i32> {
        self.stop_within(Duration::from_mins(1))
    }

    /// SIGTERM, then the exit code, which must be there within this time.
    pub(crate) fn stop_within(mut self, patience: Duration) -> Option<i32> {
        self.signal("TERM");
        let mut code = None;
        wait_within(patience, "stopped", || match self.child.try_wait().unwrap() {
            Some(status) => {
                code = status.code();
                true
            }
            None => false,
        });
        code
    }

    pub(crate) fn signal(&self, name: &str) {
        let kill = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(self.child.id().to_string())
            .status();
        assert!(kill.unwrap().success());
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Already stopped is fine: the test has its answer then.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for a condition; a minute is a failure.
pub(crate) fn wait_until(what: &str, done: impl FnMut() -> bool) {
    wait_within(Duration::from_mins(1), what, done);
}

#[expect(
    clippy::disallowed_methods,
    reason = "a process test lives in the machine's time"
)]
fn wait_within(patience: Duration, what: &str, mut done: impl FnMut() -> bool) {
    let deadline = std::time::Instant::now() + patience;
    while !done() {
        assert!(std::time::Instant::now() < deadline, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// An HTTP client of the machine's own, with the crypto provider it insists on.
pub(crate) fn http() -> reqwest::Client {
    // Installed already by another test is fine: there is one provider only.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap()
}

/// An HTTPS client that finds `host` at this address, takes whatever certificate is shown, and follows no redirect.
pub(crate) fn https(host: &str, address: std::net::SocketAddr) -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .timeout(Duration::from_secs(20))
        .redirect(reqwest::redirect::Policy::none())
        .tls_danger_accept_invalid_certs(true)
        .resolve(host, address)
        .build()
        .unwrap()
}

pub(crate) fn write(path: &Path, content: &str) {
    std::fs::write(path, content).unwrap();
}

/// Says that a test cannot be run here.
fn skipped(why: &str) {
    say(&format!("skipped: {why}"));
}

/// Tells something to whoever reads the tests' output.
fn say(what: &str) {
    use std::io::Write as _;
    drop(writeln!(std::io::stderr(), "{what}"));
}
