//! Radios in memory at the end of a wire: a pair of pipes, or a pseudo terminal.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::sync::{Notify, mpsc};

use super::fake::{Kind, Radio};
use crate::ham::spot::plan::Region;
use crate::relay::rig::backend::Backend;
use crate::relay::rig::handle::Rig;
use crate::relay::rig::safety::TxLimits;
use crate::relay::rig::serial::port::Opener;
use crate::relay::rig::serial::{self, SerialSettings, models};

/// A radio and the wires to it.
#[derive(Debug)]
pub(super) struct Wired {
    pub(super) radio: Arc<Mutex<Radio>>,
    plugs: mpsc::UnboundedSender<DuplexStream>,
    knob: Arc<Notify>,
    news: Arc<Mutex<Vec<u8>>>,
}

impl Wired {
    /// A look at the radio, or a hand on it.
    pub(super) fn with<T>(&self, look: impl FnOnce(&mut Radio) -> T) -> T {
        look(&mut self.radio.lock().unwrap())
    }

    /// Puts the cable in (again).
    pub(super) fn plug_in(&self) {
        let (ours, theirs) = tokio::io::duplex(4_096);
        attach(self, theirs);
        self.plugs.send(ours).unwrap();
    }

    /// Turns the knob.
    pub(super) fn turn_knob(&self, hertz: u64) {
        let told = self.with(|radio| radio.turn_knob(hertz));
        self.news.lock().unwrap().extend(told);
        self.knob.notify_one();
    }
}

/// Lets a radio answer at the end of a given wire.
pub(super) fn attach(wired: &Wired, wire: DuplexStream) {
    tokio::spawn(drive(
        wire,
        Arc::clone(&wired.radio),
        Arc::clone(&wired.knob),
        Arc::clone(&wired.news),
    ));
}

async fn drive(
    mut wire: DuplexStream,
    radio: Arc<Mutex<Radio>>,
    knob: Arc<Notify>,
    news: Arc<Mutex<Vec<u8>>>,
) {
    let mut bytes = [0_u8; 256];
    loop {
        let (answer, unplug) = tokio::select! {
            read = wire.read(&mut bytes) => {
                let Ok(count @ 1..) = read else { return };
                let mut radio = radio.lock().unwrap();
                let mut answer = radio.feed(&bytes[..count]);
                let mut unplug = false;
                if !answer.is_empty() && let Some(after) = radio.faults.unplug_after.take() {
                    answer.truncate(after);
                    unplug = true;
                }
                (answer, unplug)
            }
            () = knob.notified() => (std::mem::take(&mut *news.lock().unwrap()), false),
        };
        if wire.write_all(&answer).await.is_err() || unplug {
            return;
        }
    }
}

/// A radio whose cable is in, and our hold on it.
pub(super) fn wired(kind: Kind) -> (Wired, Rig) {
    let (wired, backend) = unowned(kind);
    wired.plug_in();
    let limits = TxLimits::of_region(Region::Two);
    (wired, Rig::start_with(backend, limits, None))
}

/// A radio, and a backend that nobody has started; the cable is out.
pub(super) fn unowned(kind: Kind) -> (Wired, Backend) {
    let (plugs, pairs) = mpsc::unbounded_channel();
    let wired = Wired {
        radio: Arc::new(Mutex::new(Radio::new(kind))),
        plugs,
        knob: Arc::new(Notify::new()),
        news: Arc::new(Mutex::new(Vec::new())),
    };
    let model = models::of_number(kind.number()).unwrap();
    let settings = SerialSettings::new("a wire", model);
    let radio = serial::Radio::with_opener(Opener::Pairs(pairs), &settings);
    (wired, Backend::Serial(Box::new(radio)))
}

/// A radio at the other end of a pseudo terminal, until dropped.
#[cfg(unix)]
#[derive(Debug)]
pub(super) struct Terminal {
    pub(super) radio: Arc<Mutex<Radio>>,
    /// The name other programs open.
    pub(super) path: String,
    _stop: std::sync::mpsc::Sender<()>,
}

/// Starts a radio at a pseudo terminal.
#[cfg(unix)]
pub(super) fn terminal(kind: Kind) -> Terminal {
    use std::io::{Read as _, Write as _};
    use std::sync::mpsc::RecvTimeoutError;
    use std::time::Duration;

    use serialport::SerialPort as _;

    let (mut master, slave) = serialport::TTYPort::pair().unwrap();
    master.set_timeout(Duration::from_millis(20)).unwrap();
    let path = slave.name().unwrap();
    let radio = Arc::new(Mutex::new(Radio::new(kind)));
    let own = Arc::clone(&radio);
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    std::thread::spawn(move || {
        // Our own end stays open but unlocked, so that the master does not hang up between programs.
        let _slave = slave;
        let mut bytes = [0_u8; 256];
        loop {
            if stopped.recv_timeout(Duration::ZERO) == Err(RecvTimeoutError::Disconnected) {
                return;
            }
            if let Ok(count @ 1..) = master.read(&mut bytes) {
                let answer = own.lock().unwrap().feed(&bytes[..count]);
                if master.write_all(&answer).is_err() {
                    return;
                }
            }
        }
    });
    Terminal {
        radio,
        path,
        _stop: stop,
    }
}
