//! The administration socket: listening on it in the server, calling it from the command line.

use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream as BlockingStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::command::{Command, Failure, Progress, Reply};
use super::execute::{Exchange, Executor, Report, execute};
use super::wire::{self, Frame, Message, PIECE};
use crate::app::App;
use crate::app::StartError;

/// The socket's name in the data directory.
const SOCKET: &str = "admin.sock";
/// Commands carried out at once; more wait.
const MOST_AT_ONCE: usize = 4;
/// The pause after a call that could not be taken.
const PAUSE: Duration = Duration::from_millis(200);
/// Frames in line to a command line that reads slowly, and pieces from one that sends fast.
const LINE: usize = 8;

/// Listens beside a running server until it stops.
pub(crate) fn listen_beside(app: &App) -> Result<(), StartError> {
    let path = app.services.config.data_dir.join(SOCKET);
    let listener = bind(&path).map_err(|error| StartError::Io {
        what: path.display().to_string(),
        error,
    })?;
    let executor = Executor {
        services: app.services.clone(),
        health: Some(app.health.clone()),
    };
    tokio::spawn(listen(executor, listener, path, app.stop.clone()));
    Ok(())
}

/// The caller holds the data directory's lock, so a socket left there is nobody's.
fn bind(path: &Path) -> io::Result<UnixListener> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    // The directory is 0700 already; this guards one that somebody opened.
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

async fn listen(executor: Executor, listener: UnixListener, path: PathBuf, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(MOST_AT_ONCE));
    let tasks = TaskTracker::new();
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of files: the condition lasts, so a pause spares the processor and the log.
                tracing::warn!(%error, "a command line could not be answered: {error}");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let (executor, places) = (executor.clone(), Arc::clone(&places));
        tasks.spawn(async move {
            let _place = places.acquire_owned().await;
            if let Err(error) = answer(&executor, stream).await {
                tracing::debug!(%error, "a command line went away: {error}");
            }
        });
    }
    // Somebody who calls now finds nobody; a socket that cannot be removed is replaced at the next start.
    drop(std::fs::remove_file(path));
    tasks.close();
    tasks.wait().await;
}

/// Carries out the one command of a connection.
async fn answer(executor: &Executor, stream: UnixStream) -> io::Result<()> {
    let (mut from, to) = stream.into_split();
    let Some(frame) = wire::receive(&mut from).await? else {
        return Ok(());
    };
    let command: Command = frame.read()?;
    let (feed, pieces) = mpsc::channel(LINE);
    let (line, queued) = mpsc::channel(LINE);
    let feeding = tokio::spawn(feed_content(from, feed));
    let telling = tokio::spawn(tell(to, queued));
    let exchange = Exchange {
        input: Box::new(Incoming {
            pieces,
            piece: io::Cursor::default(),
        }),
        output: Box::new(Outgoing(line.clone())),
        report: reporter(line.clone()),
    };
    tracing::info!(command = command.name(), "command line: {}", command.name());
    let last = match execute(executor, command, exchange).await {
        Ok(reply) => Message::Done(reply),
        Err(failure) => Message::Failed(failure),
    };
    // The other side may be gone; then nobody waits for the reply.
    drop(line.send(Frame::json(&last)?).await);
    drop(line);
    feeding.abort();
    telling.await.unwrap_or(Ok(()))
}

/// Progress goes out while there is room; the reply never waits for it.
fn reporter(line: mpsc::Sender<Frame>) -> Report {
    Arc::new(move |progress: Progress| {
        if let Ok(frame) = Frame::json(&Message::Progress(progress)) {
            drop(line.try_send(frame));
        }
    })
}

/// Hands the command line's content on; one that goes away in the middle is an error, not an end.
async fn feed_content(mut from: OwnedReadHalf, feed: mpsc::Sender<io::Result<Vec<u8>>>) {
    loop {
        let piece = match wire::receive(&mut from).await {
            Ok(Some(Frame::Content(piece))) => Ok(piece),
            Ok(Some(Frame::Json(_))) => Err(io::Error::from(io::ErrorKind::InvalidData)),
            Ok(None) => Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the command line went away",
            )),
            Err(error) => Err(error),
        };
        let ends = piece.as_ref().map_or(true, Vec::is_empty);
        if feed.send(piece).await.is_err() || ends {
            return;
        }
    }
}

async fn tell(mut to: OwnedWriteHalf, mut queued: mpsc::Receiver<Frame>) -> io::Result<()> {
    while let Some(frame) = queued.recv().await {
        to.write_all(&frame.encode()?).await?;
    }
    Ok(())
}

/// Content from the command line, for code that blocks.
struct Incoming {
    pieces: mpsc::Receiver<io::Result<Vec<u8>>>,
    piece: io::Cursor<Vec<u8>>,
}

impl Read for Incoming {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.piece.read(into)?;
        if read > 0 || into.is_empty() {
            return Ok(read);
        }
        // An empty piece is the end; so is a channel that was closed behind it.
        let Some(piece) = self.pieces.blocking_recv() else {
            return Ok(0);
        };
        self.piece = io::Cursor::new(piece?);
        self.piece.read(into)
    }
}

/// Content to the command line, from code that blocks.
struct Outgoing(mpsc::Sender<Frame>);

impl Write for Outgoing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let piece = &bytes[..bytes.len().min(PIECE)];
        if piece.is_empty() {
            return Ok(0);
        }
        let gone = |_| io::Error::new(io::ErrorKind::BrokenPipe, "the command line went away");
        self.0
            .blocking_send(Frame::Content(piece.to_vec()))
            .map_err(gone)?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether a server was there.
pub(crate) enum Reached {
    Server(Result<Reply, Failure>),
    /// Nobody listens; the exchange is given back unused.
    Nobody(Exchange),
}

/// Sends a command to the server of a data directory, content from and to the exchange. Blocking.
pub(crate) fn call(data_dir: &Path, command: &Command, exchange: Exchange) -> io::Result<Reached> {
    let mut stream = match BlockingStream::connect(data_dir.join(SOCKET)) {
        Ok(stream) => stream,
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
            ) =>
        {
            return Ok(Reached::Nobody(exchange));
        }
        Err(error) => return Err(error),
    };
    let Exchange {
        input,
        mut output,
        report,
    } = exchange;
    stream.write_all(&Frame::json(command)?.encode()?)?;
    if command.takes_content() {
        let to = stream.try_clone()?;
        std::thread::spawn(move || send_content(input, to));
    }
    while let Some(frame) = wire::receive_blocking(&mut stream)? {
        match frame {
            Frame::Content(piece) => output.write_all(&piece)?,
            frame @ Frame::Json(_) => match frame.read()? {
                Message::Progress(progress) => report(progress),
                Message::Done(reply) => {
                    output.flush()?;
                    return Ok(Reached::Server(Ok(reply)));
                }
                Message::Failed(failure) => return Ok(Reached::Server(Err(failure))),
            },
        }
    }
    Ok(Reached::Server(Err(Failure::new(
        "the server went away before the command was done",
    ))))
}

/// Sends all content and its end. A server that refuses reads no further: its answer says why.
fn send_content(mut input: Box<dyn Read + Send>, mut to: BlockingStream) -> io::Result<()> {
    let mut piece = vec![0; PIECE];
    loop {
        match input.read(&mut piece) {
            Ok(length) => {
                to.write_all(&Frame::Content(piece[..length].to_vec()).encode()?)?;
                if length == 0 {
                    return Ok(());
                }
            }
            // Without an end the server knows that the content is not whole.
            Err(error) => {
                to.shutdown(std::net::Shutdown::Write)?;
                return Err(error);
            }
        }
    }
}
