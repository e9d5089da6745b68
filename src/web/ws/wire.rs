//! The connection under a socket, and the protocol's rules for what comes in over it (RFC 6455), by `tungstenite`.
//!
//! A plain connection of our own listener is taken out of the HTTP server whole, so that rounds can write to it
//! without a task waking; one under TLS is written to by its socket's task. What is sent as messages does not go
//! through `tungstenite`: it is framed once for everybody.

use std::future::poll_fn;
use std::io::{self, Read, Write};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf};
use tungstenite::error::CapacityError;
use tungstenite::protocol::frame::CloseFrame;
use tungstenite::protocol::{Role, WebSocketConfig, WebSocketContext};
use tungstenite::{Error, Message};

use super::Closing;
use super::link::{Flushed, Link};

/// Bytes kept for reading: clients say little, and there are thousands.
const READ: usize = 128;

/// The reading side.
pub(super) enum Reader {
    /// Of the link's own connection.
    Direct(Arc<Link>),
    /// Of a connection with something between.
    Wrapped(ReadHalf<TokioIo<Upgraded>>),
}

/// The writing side.
pub(super) enum Writer {
    /// Of the link's own connection.
    Direct,
    /// Of a connection with something between.
    Wrapped(WriteHalf<TokioIo<Upgraded>>),
}

impl Reader {
    /// Reads some bytes; none at the end. Cancel safe.
    async fn read(&mut self, into: &mut BytesMut) -> io::Result<usize> {
        match self {
            Self::Direct(link) => {
                let stream = link.direct().ok_or(io::ErrorKind::NotConnected)?;
                loop {
                    // Only this task waits for it; a future of `readable` is larger.
                    poll_fn(|context| stream.poll_read_ready(context)).await?;
                    match stream.try_read_buf(into) {
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                        read => return read,
                    }
                }
            }
            Self::Wrapped(stream) => stream.read_buf(into).await,
        }
    }
}

impl Writer {
    /// Writes what waits on the link until nothing does. Cancel safe.
    pub(super) async fn flush(&mut self, link: &Link) -> io::Result<()> {
        match self {
            Self::Direct => {
                let stream = link.direct().ok_or(io::ErrorKind::NotConnected)?;
                while link.flush(stream)? == Flushed::Blocked {
                    poll_fn(|context| stream.poll_write_ready(context)).await?;
                }
                Ok(())
            }
            Self::Wrapped(stream) => {
                while let Some(bytes) = link.front() {
                    match stream.write(&bytes).await? {
                        0 => return Err(io::ErrorKind::WriteZero.into()),
                        written => link.written(written),
                    }
                }
                stream.flush().await
            }
        }
    }
}

/// What a client's bytes come to.
pub(super) enum Heard {
    /// A text message.
    Text(tungstenite::Utf8Bytes),
    /// A ping, a pong, or part of a message: a sign of life.
    Sign,
    /// The socket is to be closed.
    End(Closing),
}

/// The receiving side of the protocol.
pub(super) struct Protocol {
    context: WebSocketContext,
    /// What came and is not yet looked at.
    input: BytesMut,
    /// What the protocol asks to be answered.
    output: Vec<u8>,
}

impl Protocol {
    /// At the start of a connection, on which the client may have said something already; no message may be longer than
    /// `most` bytes.
    pub(super) fn new(already: Bytes, most: usize) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ)
            .max_message_size(Some(most))
            .max_frame_size(Some(most));
        Self {
            context: WebSocketContext::new(Role::Server, Some(config)),
            input: BytesMut::from(already),
            output: Vec::new(),
        }
    }

    /// Waits for the next thing the client says. Cancel safe.
    pub(super) async fn next(&mut self, reader: &mut Reader) -> Heard {
        loop {
            if let Some(heard) = self.look() {
                return heard;
            }
            self.input = BytesMut::new();
            match reader.read(&mut self.input).await {
                Ok(0) | Err(_) => return Heard::End(Closing::GONE),
                Ok(_) => {}
            }
        }
    }

    /// What the bytes at hand come to; `None` when more are needed.
    fn look(&mut self) -> Option<Heard> {
        let mut tube = Tube {
            input: &mut self.input,
            output: &mut self.output,
        };
        let message = self.context.read(&mut tube);
        Some(match message {
            Ok(Message::Text(text)) => Heard::Text(text),
            Ok(Message::Binary(_)) => Heard::End(Closing::BINARY),
            Ok(Message::Close(_)) => Heard::End(Closing::DONE),
            Ok(_) => {
                // A pong waits for its turn to be written.
                drop(self.context.flush(&mut tube));
                Heard::Sign
            }
            Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => return None,
            Err(Error::Capacity(CapacityError::MessageTooLong { .. })) => Heard::End(Closing::LONG),
            Err(_) => Heard::End(Closing::GONE),
        })
    }

    /// What is to be written in answer to what was heard.
    pub(super) fn answers(&mut self) -> Option<Bytes> {
        (!self.output.is_empty()).then(|| Bytes::from(std::mem::take(&mut self.output)))
    }

    /// Says goodbye, or answers the client's goodbye.
    pub(super) fn close(&mut self, closing: Closing) -> Option<Bytes> {
        let mut tube = Tube {
            input: &mut self.input,
            output: &mut self.output,
        };
        let frame = CloseFrame {
            code: closing.code,
            reason: tungstenite::Utf8Bytes::from_static(closing.reason),
        };
        // What cannot be said to a client that has closed already need not be.
        drop(self.context.close(&mut tube, Some(frame)));
        drop(self.context.flush(&mut tube));
        self.answers()
    }
}

/// The bytes at hand as a stream, for a protocol that reads and writes.
struct Tube<'a> {
    input: &'a mut BytesMut,
    output: &'a mut Vec<u8>,
}

impl Read for Tube<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.input.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let some = self.input.len().min(into.len());
        into[..some].copy_from_slice(&self.input.split_to(some));
        Ok(some)
    }
}

impl Write for Tube<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.output.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
