//! A daemon in memory, without delay, over real TCP.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

/// How it misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Manner {
    /// Not at all.
    #[default]
    Good,
    /// It takes commands and never answers.
    Silent,
    /// It answers nonsense.
    Nonsense,
    /// It answers half a line and closes.
    Half,
    /// It floods without a line's end.
    Endless,
    /// It says yes and does nothing.
    Locked,
    /// It does not know the extended form, like programs that imitate the daemon.
    Plain,
    /// It wants a VFO in every command.
    Vfo,
    /// It does not know data modes.
    NoData,
}

/// What it knows.
#[derive(Debug)]
pub(crate) struct Daemon {
    pub(crate) hertz: u64,
    pub(crate) transmit: u64,
    pub(crate) mode: String,
    pub(crate) split: bool,
    pub(crate) ptt: bool,
    pub(crate) manner: Manner,
    /// Commands with the time they came.
    pub(crate) log: Vec<(Instant, String)>,
}

/// A running daemon; ends with its task set.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) daemon: Arc<Mutex<Daemon>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Running {
    /// The frequencies it was told, in order.
    pub(crate) fn moves(&self) -> Vec<u64> {
        let daemon = self.daemon.lock().unwrap();
        let told = daemon.log.iter().filter_map(|(_, line)| line.strip_prefix("+F "));
        told.map(|text| text.parse().unwrap()).collect()
    }

    /// Its settings.
    pub(crate) fn with<T>(&self, look: impl FnOnce(&mut Daemon) -> T) -> T {
        look(&mut self.daemon.lock().unwrap())
    }
}

/// Starts one at an address; port 0 for any.
pub(crate) async fn start_at(address: SocketAddr, manner: Manner) -> Running {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(address).unwrap();
    let listener = socket.listen(16).unwrap();
    let address = listener.local_addr().unwrap();
    let daemon = Arc::new(Mutex::new(Daemon {
        hertz: 7_074_000,
        transmit: 7_074_000,
        mode: "USB".to_owned(),
        split: false,
        ptt: false,
        manner,
        log: Vec::new(),
    }));
    let task = tokio::spawn(accept(listener, Arc::clone(&daemon)));
    Running {
        address,
        daemon,
        task,
    }
}

/// Starts one anywhere.
pub(crate) async fn start(manner: Manner) -> Running {
    start_at(SocketAddr::from(([127, 0, 0, 1], 0)), manner).await
}

async fn accept(listener: TcpListener, daemon: Arc<Mutex<Daemon>>) {
    let mut clients = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        clients.spawn(client(stream, Arc::clone(&daemon)));
    }
}

async fn client(stream: TcpStream, daemon: Arc<Mutex<Daemon>>) {
    stream.set_nodelay(true).unwrap();
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let (answer, close) = {
            let mut daemon = daemon.lock().unwrap();
            daemon.log.push((Instant::now(), line.clone()));
            answer(&mut daemon, &line)
        };
        if write.write_all(answer.as_bytes()).await.is_err() || close {
            return;
        }
    }
}

const DUMP: &str = "1\n1\n0\n150000.000000 1500000000.000000 0x1ff -1 -1 0x3 0x1\n0 0 0 0 0 0 0\n\
    150000.000000 1500000000.000000 0x1ff 5 100 0x3 0x1\n0 0 0 0 0 0 0\n0 0\n0 0\n\
    targetable_vfo=0x3\nrigctld_version=Hamlib 4.5.4\ndone\n";

fn answer(daemon: &mut Daemon, line: &str) -> (String, bool) {
    match daemon.manner {
        Manner::Silent => return (String::new(), false),
        Manner::Nonsense => return ("\u{1}%%%\nabc\n".to_owned(), false),
        Manner::Half => return ("get_fr".to_owned(), true),
        Manner::Endless => return ("x".repeat(100_000), false),
        _ => {}
    }
    let plain = daemon.manner == Manner::Plain;
    let Some(command) = line.strip_prefix('+') else {
        return match line {
            r"\chk_vfo" if plain => ("RPRT 1\n".to_owned(), false),
            r"\chk_vfo" => (format!("{}\n", u8::from(daemon.manner == Manner::Vfo)), false),
            r"\dump_state" => (DUMP.to_owned(), false),
            _ if plain => (bare(daemon, line), false),
            _ => (String::new(), false),
        };
    };
    if plain {
        return ("RPRT 1\n".to_owned(), false);
    }
    let command = if daemon.manner == Manner::Vfo && !command.starts_with('\\') {
        match command.split_once(" currVFO") {
            Some((letter, rest)) => format!("{letter}{rest}"),
            None => return ("get_freq:\nRPRT -1\n".to_owned(), false),
        }
    } else {
        command.to_owned()
    };
    let body = match command.split_once(' ') {
        None => match command.as_str() {
            "f" => format!("get_freq:\nFrequency: {}\nRPRT 0\n", daemon.hertz),
            "m" => format!("get_mode:\nMode: {}\nPassband: 2400\nRPRT 0\n", daemon.mode),
            "t" => format!("get_ptt:\nPTT: {}\nRPRT 0\n", u8::from(daemon.ptt)),
            "s" => format!(
                "get_split_vfo:\nSplit: {}\nTX VFO: VFOB\nRPRT 0\n",
                u8::from(daemon.split)
            ),
            "i" => format!("get_split_freq:\nTX Frequency: {}\nRPRT 0\n", daemon.transmit),
            r"\get_powerstat" => "get_powerstat:\nPower Status: 1\nRPRT 0\n".to_owned(),
            _ => String::new(),
        },
        Some((letter, rest)) => set(daemon, letter, rest),
    };
    (body, false)
}

fn set(daemon: &mut Daemon, letter: &str, rest: &str) -> String {
    let locked = daemon.manner == Manner::Locked;
    match letter {
        "F" => {
            if !locked {
                daemon.hertz = rest.parse().unwrap();
            }
            format!("set_freq: {rest}\nRPRT 0\n")
        }
        "M" => {
            let mode = rest.split(' ').next().unwrap();
            if daemon.manner == Manner::NoData && mode.starts_with("PKT") {
                return format!("set_mode: {rest}\nRPRT -1\n");
            }
            mode.clone_into(&mut daemon.mode);
            format!("set_mode: {rest}\nRPRT 0\n")
        }
        "T" => {
            daemon.ptt = rest != "0";
            format!("set_ptt: {rest}\nRPRT 0\n")
        }
        "S" => {
            daemon.split = rest.starts_with('1');
            format!("set_split_vfo: {rest}\nRPRT 0\n")
        }
        "I" => {
            daemon.transmit = rest.parse().unwrap();
            format!("set_split_freq: {rest}\nRPRT 0\n")
        }
        "l" => format!("get_level: {rest}\n-22\nRPRT 0\n"),
        _ => String::new(),
    }
}

fn bare(daemon: &mut Daemon, line: &str) -> String {
    match line.split_once(' ') {
        None => match line {
            "f" => format!("{}\n", daemon.hertz),
            "m" => format!("{}\n2400\n", daemon.mode),
            "t" => format!("{}\n", u8::from(daemon.ptt)),
            _ => "RPRT 1\n".to_owned(),
        },
        Some((letter, rest)) => {
            set(daemon, letter, rest);
            "RPRT 0\n".to_owned()
        }
    }
}
