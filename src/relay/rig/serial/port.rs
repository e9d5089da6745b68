//! Bytes to and from a radio.
//!
//! The port of the system is read and written by two threads with short time-outs, so that nothing of it ever blocks
//! the runtime: a radio that holds CTS low costs a thread its time-out, not the program.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use super::fault::Fault;

/// How long the threads wait in one call of the system. Windows reads and writes one after the other.
const SLICE: Duration = Duration::from_millis(if cfg!(windows) { 10 } else { 50 });
/// How long writing may take.
const WRITE: Duration = Duration::from_millis(600);
/// Bytes kept that nobody has asked for.
const KEPT: usize = 4 * 1024;

/// How a port is set.
#[derive(Debug, Clone)]
pub(crate) struct PortSettings {
    /// Its name.
    pub(crate) path: String,
    /// Bits a second.
    pub(crate) baud: u32,
    /// One or two.
    pub(crate) stop_bits: u8,
    /// Flow control by RTS and CTS.
    pub(crate) handshake: bool,
}

/// Where ports come from.
#[derive(Debug)]
pub(crate) enum Opener {
    /// The system.
    Device(PortSettings),
    /// A test: every opening takes the next one.
    #[cfg(any(test, feature = "testkit"))]
    Pairs(mpsc::UnboundedReceiver<tokio::io::DuplexStream>),
}

impl Opener {
    /// Opens the port, with DTR and RTS low: they may key a transmitter.
    pub(crate) async fn open(&mut self) -> Result<Port, Fault> {
        match self {
            Self::Device(settings) => Port::open(settings.clone()).await,
            #[cfg(any(test, feature = "testkit"))]
            Self::Pairs(pairs) => match pairs.try_recv() {
                Ok(pair) => Ok(Port::of(Way::Pair(pair))),
                Err(_) => Err(Fault::NoPort),
            },
        }
    }
}

/// An open port.
#[derive(Debug)]
pub(crate) struct Port {
    way: Way,
    /// What was read and not yet taken.
    pub(crate) buffer: Vec<u8>,
    busy: bool,
}

#[derive(Debug)]
enum Way {
    Device(Threads),
    #[cfg(any(test, feature = "testkit"))]
    Pair(tokio::io::DuplexStream),
}

/// The two threads of a port of the system.
#[derive(Debug)]
struct Threads {
    incoming: mpsc::Receiver<std::io::Result<Vec<u8>>>,
    outgoing: std::sync::mpsc::Sender<Outgoing>,
    stop: Arc<AtomicBool>,
}

type Outgoing = (Vec<u8>, oneshot::Sender<std::io::Result<()>>);

impl Drop for Threads {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
    }
}

impl Port {
    fn of(way: Way) -> Self {
        Self {
            way,
            buffer: Vec::with_capacity(256),
            busy: false,
        }
    }

    async fn open(settings: PortSettings) -> Result<Self, Fault> {
        let opened = tokio::task::spawn_blocking(move || start_threads(&settings)).await;
        let threads = opened.map_err(|error| Fault::Io(error.to_string()))??;
        Ok(Self::of(Way::Device(threads)))
    }

    /// Closes it and waits until the system has it back.
    pub(crate) async fn close(self) {
        match self.way {
            Way::Device(mut threads) => {
                threads.stop.store(true, Ordering::Release);
                let (unused, _) = std::sync::mpsc::channel();
                threads.outgoing = unused;
                while threads.incoming.recv().await.is_some() {}
            }
            #[cfg(any(test, feature = "testkit"))]
            Way::Pair(_) => {}
        }
    }

    /// A command begins. What is left of one that was given up is thrown away.
    pub(crate) fn begin(&mut self) {
        if std::mem::replace(&mut self.busy, true) {
            self.flush();
        }
    }

    /// A command has ended.
    pub(crate) fn end(&mut self) {
        self.busy = false;
    }

    /// Throws away what has come so far.
    pub(crate) fn flush(&mut self) {
        self.buffer.clear();
        while let Some(Ok(())) = self.more().now_or_never() {
            self.buffer.clear();
        }
    }

    /// Writes all bytes.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let deadline = Instant::now() + WRITE * 2;
        match &mut self.way {
            Way::Device(threads) => {
                let (done, answer) = oneshot::channel();
                threads
                    .outgoing
                    .send((bytes.to_vec(), done))
                    .map_err(|_| Fault::Closed)?;
                let answer = timeout_at(deadline, answer).await.map_err(|_| Fault::TimedOut)?;
                answer.map_err(|_| Fault::Closed)?.map_err(of_io)
            }
            #[cfg(any(test, feature = "testkit"))]
            Way::Pair(pair) => {
                use tokio::io::AsyncWriteExt as _;
                let written = timeout_at(deadline, pair.write_all(bytes)).await;
                written.map_err(|_| Fault::TimedOut)?.map_err(of_io)
            }
        }
    }

    /// Reads some more bytes into the buffer. May be dropped at any time.
    pub(crate) async fn more(&mut self) -> Result<(), Fault> {
        if self.buffer.len() > KEPT {
            self.buffer.clear();
        }
        match &mut self.way {
            Way::Device(threads) => {
                let bytes = threads
                    .incoming
                    .recv()
                    .await
                    .ok_or(Fault::Closed)?
                    .map_err(of_io)?;
                self.buffer.extend_from_slice(&bytes);
                Ok(())
            }
            #[cfg(any(test, feature = "testkit"))]
            Way::Pair(pair) => {
                use tokio::io::AsyncReadExt as _;
                match pair.read_buf(&mut self.buffer).await {
                    Ok(0) => Err(Fault::Closed),
                    Ok(_) => Ok(()),
                    Err(error) => Err(of_io(error)),
                }
            }
        }
    }

    /// The same, until a time.
    pub(crate) async fn more_by(&mut self, deadline: Instant) -> Result<(), Fault> {
        timeout_at(deadline, self.more())
            .await
            .map_err(|_| Fault::TimedOut)?
    }
}

fn of_io(error: std::io::Error) -> Fault {
    match error.kind() {
        std::io::ErrorKind::TimedOut => Fault::TimedOut,
        std::io::ErrorKind::BrokenPipe | std::io::ErrorKind::UnexpectedEof => Fault::Closed,
        _ => Fault::Io(error.to_string()),
    }
}

fn start_threads(settings: &PortSettings) -> Result<Threads, Fault> {
    let stop_bits = if settings.stop_bits == 2 {
        serialport::StopBits::Two
    } else {
        serialport::StopBits::One
    };
    let flow = if settings.handshake {
        serialport::FlowControl::Hardware
    } else {
        serialport::FlowControl::None
    };
    let builder = serialport::new(&settings.path, settings.baud)
        .timeout(SLICE)
        .stop_bits(stop_bits)
        .flow_control(flow)
        .dtr_on_open(false);
    let mut reader = builder.open().map_err(|error| of_opening(&error))?;
    if !settings.handshake {
        // A pseudo terminal has no such line.
        let _ = reader.write_request_to_send(false);
    }
    let mut writer = reader.try_clone().map_err(|error| of_opening(&error))?;
    let stop = Arc::new(AtomicBool::new(false));
    let (read, incoming) = mpsc::channel(64);
    let (outgoing, to_write) = std::sync::mpsc::channel::<Outgoing>();
    let spawn = |name: &str, work: Box<dyn FnOnce() + Send>| {
        let thread = std::thread::Builder::new().name(name.to_owned());
        thread
            .spawn(work)
            .map(|_| ())
            .map_err(|error| Fault::Io(error.to_string()))
    };
    let stopped = Arc::clone(&stop);
    // The writer holds a sender too: the channel closes when both threads have let go of the port.
    let writing = read.clone();
    spawn(
        "radio out",
        Box::new(move || {
            while let Ok((bytes, done)) = to_write.recv() {
                let _ = done.send(write_all(writer.as_mut(), &bytes, &stopped));
            }
            drop(writer);
            drop(writing);
        }),
    )?;
    let stopped = Arc::clone(&stop);
    spawn(
        "radio in",
        Box::new(move || read_all(reader.as_mut(), &read, &stopped)),
    )?;
    Ok(Threads {
        incoming,
        outgoing,
        stop,
    })
}

fn read_all(
    port: &mut dyn serialport::SerialPort,
    read: &mpsc::Sender<std::io::Result<Vec<u8>>>,
    stop: &AtomicBool,
) {
    let mut bytes = [0_u8; 512];
    while !stop.load(Ordering::Acquire) {
        let news = match port.read(&mut bytes) {
            // A port that is gone reads nothing for ever.
            Ok(0) => Err(std::io::ErrorKind::BrokenPipe.into()),
            Ok(count) => Ok(bytes[..count].to_vec()),
            Err(error)
                if matches!(
                    error.kind(),
                    std::io::ErrorKind::TimedOut | std::io::ErrorKind::Interrupted
                ) =>
            {
                continue;
            }
            Err(error) => Err(error),
        };
        let ended = news.is_err();
        if read.blocking_send(news).is_err() || ended {
            return;
        }
    }
}

fn write_all(port: &mut dyn serialport::SerialPort, bytes: &[u8], stop: &AtomicBool) -> std::io::Result<()> {
    let deadline = Instant::now() + WRITE;
    let mut rest = bytes;
    while !rest.is_empty() {
        match port.write(rest) {
            Ok(0) => return Err(std::io::ErrorKind::BrokenPipe.into()),
            Ok(count) => rest = &rest[count..],
            Err(error) if error.kind() == std::io::ErrorKind::TimedOut => {
                if Instant::now() > deadline || stop.load(Ordering::Acquire) {
                    return Err(error);
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn of_opening(error: &serialport::Error) -> Fault {
    let text = error.to_string();
    let busy = ["exclusive lock", "busy", "in use", "Access is denied"];
    match error.kind() {
        _ if busy.iter().any(|word| text.contains(word)) => Fault::InUse,
        serialport::ErrorKind::Io(std::io::ErrorKind::PermissionDenied) => Fault::Denied,
        serialport::ErrorKind::NoDevice | serialport::ErrorKind::Io(std::io::ErrorKind::NotFound) => {
            Fault::NoPort
        }
        _ if text.contains("Permission denied") => Fault::Denied,
        _ => Fault::Io(text),
    }
}
