//! WSJT-X's messages, in and out: what JTDX, MSHV and others send as well.
//!
//! Schemas 2 and 3 are read alike. Unknown types and bytes behind the last field are let pass, missing fields
//! at the end too; see `qdatastream` for what counts as damage. Commands ([`Reply`], [`Message::HaltTx`],
//! [`FreeText`], [`Configure`]) key the transmitter or steer it: whoever sends them checks the right to
//! transmit before.

mod body;
mod contact;

pub(crate) use body::{
    Configure, Decode, FreeText, Heartbeat, Highlight, QsoLogged, Reply, Status, WsprDecode,
};
pub(crate) use contact::fields_of;

use super::qdatastream::{Field as _, Malformed, Reader, Text, Writer};
use body::Body;

/// What every message begins with.
pub(crate) const MAGIC: [u8; 4] = [0xAD, 0xBC, 0xCB, 0xDA];
/// The newest schema in use.
pub(crate) const SCHEMA: u32 = 3;

/// A message with its sender's name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Packet {
    /// 2 or 3.
    pub(crate) schema: u32,
    /// Name of the instance, `WSJT-X` or `WSJT-X - second`; commands are for the instance named.
    pub(crate) id: Text,
    /// What it says.
    pub(crate) message: Message,
}

/// What is said. Fields that a sender left out are `None`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Message {
    /// I am here; every 15 s, both ways.
    Heartbeat(Heartbeat),
    /// State of the program.
    Status(Box<Status>),
    /// A message heard.
    Decode(Decode),
    /// Windows are to be emptied, or were.
    Clear {
        /// 0 band activity, 1 own frequency, 2 both; only in commands.
        window: Option<u8>,
    },
    /// Command: answer a station, as by a double click on its decode.
    Reply(Reply),
    /// The operator logged a contact.
    QsoLogged(Box<QsoLogged>),
    /// The program ends, or is to end.
    Close,
    /// Command: send all decodes again.
    Replay,
    /// Command: stop transmitting.
    HaltTx {
        /// Only after the present transmission.
        auto_only: Option<bool>,
    },
    /// Command: text to be sent.
    FreeText(FreeText),
    /// A WSPR message heard.
    WsprDecode(WsprDecode),
    /// Command: where the station is.
    Location {
        /// Locator, or `GRID:` and a locator.
        grid: Text,
    },
    /// The contact just logged, as ADIF with a header.
    LoggedAdif {
        /// In Latin-1, with `?` for what does not fit, unlike all other texts.
        adif: Option<Vec<u8>>,
    },
    /// Command: colour a callsign.
    Highlight(Highlight),
    /// Command: change to a named configuration.
    SwitchConfiguration {
        /// Its name.
        name: Text,
    },
    /// Command: change settings.
    Configure(Box<Configure>),
    /// A newer type, not read.
    Other(u32),
}

impl Packet {
    /// A message to, or as if from, the instance `id`.
    pub(crate) fn new(schema: u32, id: &str, message: Message) -> Self {
        Self {
            schema,
            id: Some(id.to_owned()),
            message,
        }
    }

    /// Reads a datagram.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes.strip_prefix(&MAGIC).ok_or(Malformed::Magic)?);
        let schema = reader.u32()?;
        if !matches!(schema, 2 | 3) {
            return Err(Malformed::Schema(schema));
        }
        let kind = reader.u32()?;
        let id: Text = reader.field()?;
        let message = Message::read(kind, &mut reader)?.tidied(id.as_deref());
        Ok(Self { schema, id, message })
    }

    /// Writes a datagram.
    pub(crate) fn write(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.u32(u32::from_be_bytes(MAGIC));
        writer.u32(self.schema);
        writer.u32(self.message.kind());
        self.id.write(&mut writer);
        self.message.write(&mut writer);
        writer.into_bytes()
    }
}

impl Message {
    /// Its number.
    fn kind(&self) -> u32 {
        match self {
            Self::Heartbeat(_) => 0,
            Self::Status(_) => 1,
            Self::Decode(_) => 2,
            Self::Clear { .. } => 3,
            Self::Reply(_) => 4,
            Self::QsoLogged(_) => 5,
            Self::Close => 6,
            Self::Replay => 7,
            Self::HaltTx { .. } => 8,
            Self::FreeText(_) => 9,
            Self::WsprDecode(_) => 10,
            Self::Location { .. } => 11,
            Self::LoggedAdif { .. } => 12,
            Self::Highlight(_) => 13,
            Self::SwitchConfiguration { .. } => 14,
            Self::Configure(_) => 15,
            Self::Other(kind) => *kind,
        }
    }

    /// Whether it makes the program transmit, or steers what it transmits: only with the right to transmit.
    pub(crate) fn keys_the_transmitter(&self) -> bool {
        matches!(
            self,
            Self::Reply(_) | Self::HaltTx { .. } | Self::FreeText(_) | Self::Configure(_)
        )
    }

    fn read(kind: u32, reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(match kind {
            0 => Self::Heartbeat(Heartbeat::read(reader)?),
            1 => Self::Status(Box::new(Status::read(reader)?)),
            2 => Self::Decode(Decode::read(reader)?),
            3 => Self::Clear {
                window: reader.field()?,
            },
            4 => Self::Reply(Reply::read(reader)?),
            5 => Self::QsoLogged(Box::new(QsoLogged::read(reader)?)),
            6 => Self::Close,
            7 => Self::Replay,
            8 => Self::HaltTx {
                auto_only: reader.field()?,
            },
            9 => Self::FreeText(FreeText::read(reader)?),
            10 => Self::WsprDecode(WsprDecode::read(reader)?),
            11 => Self::Location {
                grid: reader.field()?,
            },
            12 if reader.left() == 0 => Self::LoggedAdif { adif: None },
            12 => Self::LoggedAdif {
                adif: reader.bytes()?.map(<[u8]>::to_vec),
            },
            13 => Self::Highlight(Highlight::read(reader)?),
            14 => Self::SwitchConfiguration {
                name: reader.field()?,
            },
            15 => Self::Configure(Box::new(Configure::read(reader)?)),
            other => Self::Other(other),
        })
    }

    fn write(&self, writer: &mut Writer) {
        match self {
            Self::Heartbeat(body) => body.write(writer),
            Self::Status(body) => body.write(writer),
            Self::Decode(body) => body.write(writer),
            Self::Reply(body) => body.write(writer),
            Self::QsoLogged(body) => body.write(writer),
            Self::FreeText(body) => body.write(writer),
            Self::WsprDecode(body) => body.write(writer),
            Self::Highlight(body) => body.write(writer),
            Self::Configure(body) => body.write(writer),
            Self::Clear { window } => _ = window.write(writer),
            Self::HaltTx { auto_only } => _ = auto_only.write(writer),
            Self::Location { grid } => _ = grid.write(writer),
            Self::SwitchConfiguration { name } => _ = name.write(writer),
            Self::LoggedAdif { adif } => writer.bytes(adif.as_deref()),
            Self::Close | Self::Replay | Self::Other(_) => {}
        }
    }

    /// JTDX has another field where WSJT-X tells the special operation.
    fn tidied(mut self, id: Option<&str>) -> Self {
        if let Self::Status(status) = &mut self
            && id.is_some_and(|id| id.starts_with("JTDX"))
        {
            status.special_operation = None;
        }
        self
    }
}
