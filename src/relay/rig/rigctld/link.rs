//! Lines over a connection, with limits.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

/// Longest line sent.
const LONGEST_SENT: usize = 64;
/// Longest line read; lists of tones are long.
const LONGEST_READ: usize = 8 * 1024;

/// What breaks a connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LinkError {
    /// Nothing came in time.
    #[error("no answer in time")]
    TimedOut,
    /// The other side closed.
    #[error("the connection was closed")]
    Closed,
    /// The system's error.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// More than any answer has.
    #[error("the answer does not end")]
    TooMuch,
    /// Not what was asked for; the beginning of it.
    #[error("unexpected answer {0:?}")]
    Unexpected(String),
}

/// A connection that is read by lines.
#[derive(Debug)]
pub(crate) struct Link {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Link {
    /// Connects.
    pub(crate) async fn open(address: &str) -> Result<Self, LinkError> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(256),
        })
    }

    /// Sends one line. What came unasked before is an error: the answers would be out of step.
    pub(crate) async fn send(&mut self, line: &str, deadline: Instant) -> Result<(), LinkError> {
        if line.len() > LONGEST_SENT || line.bytes().any(|byte| byte.is_ascii_control()) {
            return Err(LinkError::Unexpected(
                "a line of our own that must not be sent".to_owned(),
            ));
        }
        if !self.buffer.is_empty() {
            return Err(LinkError::Unexpected(beginning(&self.buffer)));
        }
        let mut bytes = Vec::with_capacity(line.len() + 1);
        bytes.extend_from_slice(line.as_bytes());
        bytes.push(b'\n');
        let written = timeout_at(deadline, self.stream.write_all(&bytes)).await;
        Ok(written.map_err(|_| LinkError::TimedOut)??)
    }

    /// The next line without its end.
    pub(crate) async fn line(&mut self, deadline: Instant) -> Result<String, LinkError> {
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let rest = self.buffer.split_off(end + 1);
                let line = std::mem::replace(&mut self.buffer, rest);
                return Ok(String::from_utf8_lossy(&line).trim_end().to_owned());
            }
            if self.buffer.len() > LONGEST_READ {
                return Err(LinkError::TooMuch);
            }
            let read = timeout_at(deadline, self.stream.read_buf(&mut self.buffer)).await;
            if read.map_err(|_| LinkError::TimedOut)?? == 0 {
                return Err(LinkError::Closed);
            }
        }
    }

    /// Waits until the connection breaks; anything that comes unasked breaks it too. May be dropped at any time.
    pub(crate) async fn broken(&mut self) -> LinkError {
        if !self.buffer.is_empty() {
            return LinkError::Unexpected(beginning(&self.buffer));
        }
        match self.stream.read_buf(&mut self.buffer).await {
            Ok(0) => LinkError::Closed,
            Ok(_) => LinkError::Unexpected(beginning(&self.buffer)),
            Err(error) => LinkError::Io(error),
        }
    }
}

fn beginning(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned()
}
