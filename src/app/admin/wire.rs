//! Frames on the administration socket: a length, a kind, and JSON or content.
//!
//! One connection carries one command. Either side may send content (a file) in pieces, ended by an empty piece; the
//! server adds progress, and ends with a reply or a failure.

use std::io;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::command::{Failure, Progress, Reply};

/// Largest frame taken; a peer that announces more is none of ours.
const MAX_FRAME: usize = 1 << 20;
/// Content is cut into pieces of this size.
pub(super) const PIECE: usize = 64 << 10;

const JSON: u8 = b'J';
const CONTENT: u8 = b'C';

/// What travels.
#[derive(Debug)]
pub(super) enum Frame {
    Json(Vec<u8>),
    /// A piece of content; empty at the end.
    Content(Vec<u8>),
}

/// What the server says in JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Message {
    Progress(Progress),
    Done(Reply),
    Failed(Failure),
}

impl Frame {
    /// A command or message.
    pub(super) fn json(value: &impl Serialize) -> io::Result<Self> {
        Ok(Self::Json(serde_json::to_vec(value)?))
    }

    /// The command or message in a frame that must hold one.
    pub(super) fn read<T: DeserializeOwned>(&self) -> io::Result<T> {
        match self {
            Self::Json(text) => Ok(serde_json::from_slice(text)?),
            Self::Content(_) => Err(broken("content where a message was expected")),
        }
    }

    /// The frame's bytes.
    pub(super) fn encode(&self) -> io::Result<Vec<u8>> {
        let (kind, payload) = match self {
            Self::Json(text) => (JSON, text),
            Self::Content(piece) => (CONTENT, piece),
        };
        let length = u32::try_from(payload.len() + 1)
            .ok()
            .filter(|length| *length as usize <= MAX_FRAME);
        let length = length.ok_or_else(|| broken("a frame is too large"))?;
        let mut bytes = Vec::with_capacity(payload.len() + 5);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.push(kind);
        bytes.extend_from_slice(payload);
        Ok(bytes)
    }

    fn decode(mut body: Vec<u8>) -> io::Result<Self> {
        let kind = body.first().copied();
        match kind {
            Some(JSON) => Ok(Self::Json(body.split_off(1))),
            Some(CONTENT) => Ok(Self::Content(body.split_off(1))),
            _ => Err(broken("a frame of unknown kind")),
        }
    }
}

/// The next frame; `None` when the other side has ended.
pub(super) async fn receive(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Frame>> {
    let mut head = [0; 4];
    if !started(from.read_exact(&mut head).await.map(drop))? {
        return Ok(None);
    }
    let mut body = vec![0; checked(head)?];
    from.read_exact(&mut body).await?;
    Frame::decode(body).map(Some)
}

/// The same for a side that has nothing else to do meanwhile.
pub(super) fn receive_blocking(from: &mut impl io::Read) -> io::Result<Option<Frame>> {
    let mut head = [0; 4];
    if !started(from.read_exact(&mut head))? {
        return Ok(None);
    }
    let mut body = vec![0; checked(head)?];
    from.read_exact(&mut body)?;
    Frame::decode(body).map(Some)
}

fn started(read: io::Result<()>) -> io::Result<bool> {
    match read {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

fn checked(head: [u8; 4]) -> io::Result<usize> {
    let length = u32::from_be_bytes(head) as usize;
    if length == 0 || length > MAX_FRAME {
        Err(broken("a frame of impossible length"))
    } else {
        Ok(length)
    }
}

fn broken(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
