//! A relay's outbound link with a radio in memory behind it: what the appliance has to do with, in one process.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Secret;
use crate::env::{Clock, Entropy, Outbound};
use crate::ham::spot::plan::Region;
use crate::relay::link::{self, LinkParts, LinkState, LinkStatus};
use crate::relay::logs::queue::Sums;
use crate::relay::rig::rotator::Rotator;
use crate::relay::rig::safety::TxLimits;
use crate::relay::rig::{BackendSettings, Rig, RigOptions};

/// How long anything is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
const DUMP: &str = "1\n1\n0\n150000.000000 1500000000.000000 0x1ff -1 -1 0x3 0x1\n0 0 0 0 0 0 0\n\
    150000.000000 1500000000.000000 0x1ff 5 100 0x3 0x1\n0 0 0 0 0 0 0\n0 0\n0 0\n\
    targetable_vfo=0x3\nrigctld_version=Hamlib 4.5.4\ndone\n";

/// A radio in memory behind a daemon without delay.
pub struct FakeRadio {
    address: SocketAddr,
    knobs: Arc<Knobs>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Knobs {
    front: Mutex<Front>,
    /// Told when it was moved by a command.
    moved: Notify,
}

struct Front {
    hertz: u64,
    mode: String,
    ptt: bool,
    moves: Vec<u64>,
}

impl Default for Front {
    fn default() -> Self {
        Self {
            hertz: 7_074_000,
            mode: "USB".to_owned(),
            ptt: false,
            moves: Vec::new(),
        }
    }
}

impl FakeRadio {
    /// Switches one on, on 7.074 MHz in USB.
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let knobs = Arc::new(Knobs::default());
        let inside = Arc::clone(&knobs);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(client(stream, Arc::clone(&inside)));
            }
        });
        Self { address, knobs, task }
    }

    /// Where its daemon listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The frequencies that it was sent to, in order.
    pub fn moves(&self) -> Vec<u64> {
        self.knobs.with(|front| front.moves.clone())
    }

    /// Its mode, by Hamlib's name.
    pub fn mode(&self) -> String {
        self.knobs.with(|front| front.mode.clone())
    }

    /// Somebody turns its knob.
    pub fn turn_knob(&self, hertz: u64) {
        self.knobs.with(|front| front.hertz = hertz);
    }

    /// Its operator transmits, or stops.
    pub fn transmit(&self, on: bool) {
        self.knobs.with(|front| front.ptt = on);
    }

    /// Whether it transmits.
    pub fn is_transmitting(&self) -> bool {
        self.knobs.with(|front| front.ptt)
    }

    /// Waits until a command has moved it so many times since it was switched on.
    pub async fn moved(&self, times: usize) {
        let moved = async {
            loop {
                let next = self.knobs.moved.notified();
                if self.moves().len() >= times {
                    return;
                }
                next.await;
            }
        };
        timeout(PATIENCE, moved).await.expect("the radio is moved");
    }
}

impl Drop for FakeRadio {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Knobs {
    fn with<T>(&self, look: impl FnOnce(&mut Front) -> T) -> T {
        look(&mut self.front.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn client(stream: TcpStream, knobs: Arc<Knobs>) {
    stream.set_nodelay(true).expect("a socket has this");
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let (answer, moved) = knobs.with(|front| answer(front, &line));
        if moved {
            knobs.moved.notify_waiters();
        }
        if write.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// The daemon's answer to a line, and whether the line moved the radio.
fn answer(front: &mut Front, line: &str) -> (String, bool) {
    let text = match line.split_once(' ').unwrap_or((line, "")) {
        (r"\chk_vfo", _) => "0\n".to_owned(),
        (r"\dump_state", _) => DUMP.to_owned(),
        ("+f", _) => format!("get_freq:\nFrequency: {}\nRPRT 0\n", front.hertz),
        ("+m", _) => format!("get_mode:\nMode: {}\nPassband: 2400\nRPRT 0\n", front.mode),
        ("+t", _) => format!("get_ptt:\nPTT: {}\nRPRT 0\n", u8::from(front.ptt)),
        ("+s", _) => "get_split_vfo:\nSplit: 0\nTX VFO: VFOB\nRPRT 0\n".to_owned(),
        ("+i", _) => format!("get_split_freq:\nTX Frequency: {}\nRPRT 0\n", front.hertz),
        (r"+\get_powerstat", _) => "get_powerstat:\nPower Status: 1\nRPRT 0\n".to_owned(),
        ("+l", level) => format!("get_level: {level}\n-22\nRPRT 0\n"),
        ("+F", hertz) => {
            front.hertz = hertz.parse().unwrap_or(0);
            front.moves.push(front.hertz);
            return (format!("set_freq: {hertz}\nRPRT 0\n"), true);
        }
        ("+M", mode) => {
            mode.split(' ').next().unwrap_or("").clone_into(&mut front.mode);
            format!("set_mode: {mode}\nRPRT 0\n")
        }
        ("+T", on) => {
            front.ptt = on != "0";
            format!("set_ptt: {on}\nRPRT 0\n")
        }
        (command, rest) => format!("{}: {rest}\nRPRT 0\n", command.trim_start_matches('+')),
    };
    (text, false)
}

/// A relay's link.
pub struct TestRelay {
    status: watch::Receiver<LinkStatus>,
    sums: watch::Sender<Sums>,
    rig: Rig,
    _rigs: watch::Sender<Rig>,
    _rotators: watch::Sender<Option<Rotator>>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl TestRelay {
    /// Links a radio to a server, by its address `http://127.0.0.1:8073` and a key; nothing is waited for.
    pub fn start(server: &str, key: &str, name: &str, radio: &FakeRadio) -> Self {
        let rig = Rig::start(RigOptions {
            backend: BackendSettings::Rigctld(radio.address().to_string()),
            limits: TxLimits::of_region(Region::Two),
            keyed_marker: None,
        });
        let (rigs, rig_now) = watch::channel(rig.clone());
        let (rotators, rotator_now) = watch::channel(None);
        let (sums, sums_now) = watch::channel(Sums::default());
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let parts = LinkParts {
            server: server.parse().expect("an address"),
            key: Secret::new(key),
            name: name.to_owned(),
            rig: rig_now,
            rotator: rotator_now,
            sums: sums_now,
            outbound: Outbound::new([]),
            clock: Clock::system(),
            entropy: Entropy::seeded(7),
        };
        let status = link::start(parts, &tasks, stop.clone());
        tasks.close();
        Self {
            status,
            sums,
            rig,
            _rigs: rigs,
            _rotators: rotators,
            tasks,
            stop,
        }
    }

    /// Waits until it is linked and its radio is reached; the account's call.
    pub async fn linked(&mut self) -> String {
        let connected = self
            .status
            .wait_for(|status| status.state == LinkState::Connected);
        let account = timeout(PATIENCE, connected).await.expect("it is linked");
        let account = account.expect("the link is kept").account.clone();
        let mut state = self.rig.state();
        let reached = timeout(PATIENCE, state.wait_for(|state| state.connected)).await;
        drop(reached.expect("the radio is reached").expect("the radio is kept"));
        account.unwrap_or_default()
    }

    /// Waits until the server has refused it; its words.
    pub async fn refused(&mut self) -> String {
        let refused = self.status.wait_for(|status| status.state == LinkState::Refused);
        let status = timeout(PATIENCE, refused).await.expect("it is refused");
        let error = status.expect("the link is kept").error.clone();
        error.unwrap_or_default()
    }

    /// Waits until the relay has read this frequency from its radio.
    pub async fn stands_at(&self, hertz: u64) {
        let mut state = self.rig.state();
        let read = timeout(PATIENCE, state.wait_for(|state| state.freq_hz == Some(hertz))).await;
        drop(read.expect("the radio is read").expect("the radio is kept"));
    }

    /// Tells how many contacts wait, and how many were refused.
    pub fn queue(&self, pending: usize, failed: usize) {
        self.sums.send_replace(Sums { pending, failed });
    }

    /// Ends it.
    pub async fn stop(self) {
        self.stop.cancel();
        self.rig.shutdown().await;
        self.tasks.wait().await;
    }
}

impl Drop for TestRelay {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
