//! What is written to sockets: texts as whole WebSocket frames, encoded once and shared by all who get them.

use bytes::{Buf as _, Bytes, BytesMut};
use tokio::time::Instant;
use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::{Data, OpCode};

/// An empty ping (RFC 6455 5.5.2): final, opcode 9, no mask, no length.
const PING: &[u8] = &[0x89, 0];

/// Text messages put together as they go over the wire.
#[derive(Default)]
pub(crate) struct Frames {
    bytes: BytesMut,
}

impl Frames {
    /// Adds one text message.
    pub(crate) fn text(&mut self, text: &str) {
        let header = FrameHeader {
            is_final: true,
            opcode: OpCode::Data(Data::Text),
            ..FrameHeader::default()
        };
        self.put(header, text.as_bytes());
    }

    fn put(&mut self, header: FrameHeader, payload: &[u8]) {
        let length = payload.len() as u64;
        self.bytes.reserve(header.len(length) + payload.len());
        let mut head = [0; 16];
        let mut rest = head.as_mut_slice();
        header
            .format(length, &mut rest)
            .expect("a header without mask has ten bytes at most");
        let used = 16 - rest.len();
        self.bytes.extend_from_slice(&head[..used]);
        self.bytes.extend_from_slice(payload);
    }

    /// Bytes so far.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// All of it as one piece that tells of these numbers; `None` when nothing was said.
    pub(super) fn chunk(self, numbers: Option<(u64, u64)>) -> Option<Chunk> {
        (!self.bytes.is_empty()).then(|| Chunk::new(self.bytes.freeze(), numbers))
    }
}

/// Whole frames that are written, or lost, together.
#[derive(Clone)]
pub(super) struct Chunk {
    /// What of it is still to be written.
    bytes: Bytes,
    /// The first and last message it tells of.
    pub(super) numbers: Option<(u64, u64)>,
    /// Since when it waits.
    pub(super) since: Instant,
    /// Whether some of it is written: then the rest must follow.
    begun: bool,
}

impl Chunk {
    pub(super) fn new(bytes: Bytes, numbers: Option<(u64, u64)>) -> Self {
        Self {
            bytes,
            numbers,
            since: Instant::now(),
            begun: false,
        }
    }

    /// A chunk of one text.
    pub(super) fn text(text: &str, numbers: Option<(u64, u64)>) -> Self {
        let mut frames = Frames::default();
        frames.text(text);
        Self::new(frames.bytes.freeze(), numbers)
    }

    /// Asks the client whether it is still there.
    pub(super) fn ping() -> Self {
        Self::new(Bytes::from_static(PING), None)
    }

    pub(super) fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn is_begun(&self) -> bool {
        self.begun
    }

    /// From now on it is written to its end.
    pub(super) fn begin(&mut self) {
        self.begun = true;
    }

    /// So many bytes of it are written; whether that is all.
    pub(super) fn advance(&mut self, written: usize) -> bool {
        self.bytes.advance(written);
        self.begun = true;
        self.bytes.is_empty()
    }
}
