//! One client.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::answer::{self, Outcome};
use super::command::{self, Command, Line, Request};
use super::dump;
use crate::ham::freq::Hertz;
use crate::relay::rig::handle::{Listener, Rig};
use crate::relay::rig::lease::{HEARTBEAT, PttInput, PttLease};
use crate::relay::rig::mode::RigMode;
use crate::relay::rig::model::{Level, RigState, SplitWish, Tune};

/// Longest line; real ones have forty bytes at most.
const LONGEST: usize = 128;
/// Bytes of one endless line after which the client is given up.
const PATIENCE: usize = 64 * 1024;
/// How long a client may take to read its answer.
const WRITE: Duration = Duration::from_secs(2);
/// How often the lease of a client that is still there is renewed.
const SIGN_OF_LIFE: Duration = Duration::from_secs(2);

const UNREACHABLE: i32 = -6;

/// Whether the connection goes on.
type GoOn = bool;

struct Session {
    stream: TcpStream,
    rig: Rig,
    lease: Option<PttLease>,
    _listener: Listener,
}

/// Serves one client until it leaves; its lease ends with it.
pub(super) async fn run(stream: TcpStream, rig: Rig) {
    let _ = stream.set_nodelay(true);
    let listener = rig.listen(false);
    let mut session = Session {
        stream,
        rig,
        lease: None,
        _listener: listener,
    };
    session.serve().await;
}

impl Session {
    async fn serve(&mut self) {
        let mut buffer = Vec::with_capacity(256);
        let mut skipped = 0_usize;
        let mut alive = interval(SIGN_OF_LIFE);
        alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            while let Some(end) = buffer.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = buffer.drain(..=end).collect();
                let long = std::mem::take(&mut skipped) > 0 || line.len() > LONGEST;
                let go_on = if long {
                    self.write(b"RPRT -1\n").await
                } else {
                    self.line(&line[..end]).await
                };
                if !go_on {
                    return;
                }
            }
            if buffer.len() > LONGEST {
                skipped += buffer.len();
                buffer.clear();
            }
            if skipped > PATIENCE {
                return;
            }
            tokio::select! {
                read = self.stream.read_buf(&mut buffer) => if !matches!(read, Ok(1..)) {
                    return;
                },
                _ = alive.tick() => if self.lease.as_ref().is_some_and(|lease| !lease.renew()) {
                    self.lease = None;
                },
            }
        }
    }

    async fn write(&mut self, bytes: &[u8]) -> GoOn {
        matches!(timeout(WRITE, self.stream.write_all(bytes)).await, Ok(Ok(())))
    }

    async fn line(&mut self, line: &[u8]) -> GoOn {
        let request = match command::parse(line) {
            Line::Blank => return true,
            Line::Foreign => return false,
            Line::Request(request) => request,
        };
        let outcome = match request.command.clone() {
            Ok(Command::Quit) => {
                self.write(b"RPRT 0\n").await;
                return false;
            }
            Ok(Command::DumpState) => return self.dump(&request).await,
            Ok(command) => self.execute(command).await,
            Err(code) => Outcome::Failed(code),
        };
        let bytes = if request.name.is_empty() {
            b"RPRT -11\n".to_vec()
        } else {
            answer::write(&request, &outcome)
        };
        self.write(&bytes).await
    }

    async fn dump(&mut self, request: &Request) -> GoOn {
        let facts = self.rig.facts().borrow().clone();
        let mut text = dump::dump(&facts);
        if request.extended.is_some() {
            text = format!("dump_state:\n{text}RPRT 0\n");
        }
        self.write(text.as_bytes()).await
    }

    async fn execute(&mut self, command: Command) -> Outcome {
        match command {
            Command::SetFreq(hertz) => {
                self.tune(Tune {
                    frequency: Some(hertz),
                    ..keeping()
                })
                .await
            }
            Command::SetMode(mode, passband) => {
                self.tune(Tune {
                    mode: Some(mode),
                    passband,
                    ..keeping()
                })
                .await
            }
            Command::SetSplit(on) => {
                self.split(if on { SplitWish::On(None) } else { SplitWish::Off })
                    .await
            }
            Command::SetSplitFreq(hertz) => self.split(SplitWish::On(Some(hertz))).await,
            Command::SetSplitMode(mode) => self.split_mode(mode),
            Command::SetSplitFreqMode(hertz, mode) => match self.split_mode(mode) {
                Outcome::Done => self.split(SplitWish::On(Some(hertz))).await,
                other => other,
            },
            Command::SetPtt(input) => self.ptt(input).await,
            Command::GetLevel(level) => match self.rig.level(level).await {
                Ok(value) => Outcome::Values(vec![("", written(level, value))]),
                Err(error) => Outcome::Failed(error.to_rprt()),
            },
            Command::SetLevel(level, value) => match self.rig.set_level(level, value).await {
                Ok(_) => Outcome::Done,
                Err(error) => Outcome::Failed(error.to_rprt()),
            },
            other => self.tell(&other),
        }
    }

    /// Answers from what is known; the radio is being asked while a client is there.
    fn tell(&self, command: &Command) -> Outcome {
        let state = self.rig.state().borrow().clone();
        let watts = f64::from(self.rig.facts().borrow().watts.unwrap_or(100));
        match command {
            Command::ChkVfo => Outcome::Values(vec![("ChkVFO", "0".to_owned())]),
            Command::GetVfo => Outcome::Values(vec![("VFO", "VFOA".to_owned())]),
            Command::SetVfo | Command::SetLockMode => Outcome::Done,
            Command::GetLockMode => Outcome::ValuesAndCode(vec![("Locked", "0".to_owned())]),
            Command::ListVfos => Outcome::ValuesAndCode(vec![("", "VFOA VFOB currVFO ".to_owned())]),
            Command::ListModes => {
                let facts = self.rig.facts().borrow().clone();
                let all = if facts.modes.is_empty() {
                    RigMode::all().collect()
                } else {
                    facts.modes
                };
                let names: String = all.iter().map(|mode| format!("{mode} ")).collect();
                Outcome::ValuesAndCode(vec![("", names)])
            }
            Command::GetInfo => Outcome::Values(vec![("Info", state.model.to_string())]),
            Command::PowerToMilliwatts(power) => Outcome::Values(vec![(
                "Power mW",
                format!("{:.0}", power.clamp(0.0, 1.0) * watts * 1_000.0),
            )]),
            Command::MilliwattsToPower(power) => {
                let share = (power / (watts * 1_000.0)).clamp(0.0, 1.0);
                Outcome::Values(vec![("Power [0.0..1.0]", format!("{share:.6}"))])
            }
            Command::GetPowerstat => {
                Outcome::Values(vec![("Power Status", u8::from(state.connected).to_string())])
            }
            _ => of_radio(command, &state),
        }
    }

    async fn tune(&self, tune: Tune) -> Outcome {
        match self.rig.tune(tune).await {
            Ok(_) => Outcome::Done,
            Err(error) => {
                tracing::debug!(%error, "a client's wish was refused");
                Outcome::Failed(error.to_rprt())
            }
        }
    }

    async fn split(&self, split: SplitWish) -> Outcome {
        self.tune(Tune {
            split,
            ..Tune::default()
        })
        .await
    }

    /// The transmitter has the receiver's mode; another is not available.
    fn split_mode(&self, mode: RigMode) -> Outcome {
        if self.rig.state().borrow().mode == Some(mode) {
            Outcome::Done
        } else {
            Outcome::Failed(-11)
        }
    }

    async fn ptt(&mut self, input: Option<PttInput>) -> Outcome {
        let Some(input) = input else {
            let Some(lease) = self.lease.take() else {
                return Outcome::Done;
            };
            return match lease.release().await {
                Ok(()) => Outcome::Done,
                Err(error) => Outcome::Failed(error.to_rprt()),
            };
        };
        if self.lease.as_ref().is_some_and(PttLease::renew) {
            return Outcome::Done;
        }
        match self.rig.key(input, HEARTBEAT).await {
            Ok(lease) => {
                self.lease = Some(lease);
                Outcome::Done
            }
            Err(error) => Outcome::Failed(error.to_rprt()),
        }
    }
}

/// Programs at this port say everything they want: their tunes do not touch the split.
fn keeping() -> Tune {
    Tune {
        split: SplitWish::Keep,
        ..Tune::default()
    }
}

fn of_radio(command: &Command, state: &RigState) -> Outcome {
    let (Some(hertz), true) = (state.freq_hz, state.connected) else {
        return Outcome::Failed(UNREACHABLE);
    };
    let mode = state.mode.unwrap_or(RigMode::Usb);
    let passband = state
        .passband_hz
        .unwrap_or_else(|| mode.usual_passband())
        .to_string();
    let transmit = state.tx_frequency().map_or(hertz, Hertz::get).to_string();
    let mode = mode.name().to_owned();
    let vfo = if state.split { "VFOB" } else { "VFOA" };
    Outcome::Values(match command {
        Command::GetFreq => vec![("Frequency", hertz.to_string())],
        Command::GetMode => vec![("Mode", mode), ("Passband", passband)],
        Command::GetPtt => vec![("PTT", u8::from(state.ptt).to_string())],
        Command::GetSplit => vec![
            ("Split", u8::from(state.split).to_string()),
            ("TX VFO", vfo.to_owned()),
        ],
        Command::GetSplitFreq => vec![("TX Frequency", transmit)],
        Command::GetSplitMode => vec![("TX Mode", mode), ("TX Passband", passband)],
        Command::GetSplitFreqMode => {
            vec![
                ("TX Frequency", transmit),
                ("TX Mode", mode),
                ("TX Passband", passband),
            ]
        }
        _ => return Outcome::Failed(-11),
    })
}

fn written(level: Level, value: f64) -> String {
    match level {
        Level::Strength | Level::KeySpeed => format!("{value:.0}"),
        _ => format!("{value:.6}"),
    }
}
