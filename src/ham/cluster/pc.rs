//! Frames between nodes of the `DXSpider` family: `PC61^14033.0^5B4AGN^21-Nov-2026^0937Z^text^K1ABC^NODE^IP^H29^~`.
//!
//! A leaf node needs few of them: spots in both directions, the three figures of the sun's kind, announcements and
//! talk, pings, and the opening of a link. The rest is [`Frame::Other`] by its number and has no effect. Hops are
//! read and never raised; what a leaf hears it does not pass on.

use std::net::IpAddr;

use jiff::civil::Date;
use smol_str::SmolStr;

use super::solar::{Wcy, Wwv};
use super::spot_line::SpotLine;
use super::time::{HourMinute, date, date_text};
use super::write::without_carets;
use crate::ham::spot::{self, Spotter, frequency};

/// Most fields of a frame that are looked at; routing frames of large nodes have hundreds.
const MOST_FIELDS: usize = 512;

/// A frame.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// `PC11`, `PC61`: a spot.
    Spot(Box<NodeSpot>),
    /// `PC18`: the peer says who it is; a link may be opened.
    Greeting,
    /// `PC20`: the peer has told its configuration.
    Opened,
    /// `PC22`: the link is up.
    Up,
    /// `PC23`, `PC27`.
    Wwv(Wwv),
    /// `PC73`.
    Wcy(Wcy),
    /// `PC39`: the peer leaves, and why.
    Closing(String),
    /// `PC51`: a ping, or its answer.
    Ping {
        /// Whom it is for.
        to: SmolStr,
        /// Who sent it.
        from: SmolStr,
        /// Whether it wants an answer.
        asks: bool,
    },
    /// `PC93`: words of somebody.
    Said {
        /// The node he is at.
        node: SmolStr,
        /// `*` for all, a group, or a call.
        to: SmolStr,
        /// Who.
        from: SmolStr,
        /// What.
        text: String,
    },
    /// `PC92`: what a node knows of the network; whose it is, is all a leaf needs.
    Routing {
        /// The node that tells it.
        node: SmolStr,
    },
    /// Any other number, without effect on a leaf.
    Other(u8),
}

/// A spot of another node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeSpot {
    /// The spot.
    pub spot: SpotLine,
    /// Where it entered the network.
    pub node: SmolStr,
    /// Who entered it, if the frame says so.
    pub address: Option<IpAddr>,
    /// How many more nodes it may pass.
    pub hops: u8,
}

/// Why a line is no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// It does not start with `PC` and a number.
    #[error("not a frame between nodes")]
    NotAFrame,
    /// Fields are missing, or hold what they cannot.
    #[error("a frame of type {0} with wrong fields")]
    Fields(u8),
}

impl Frame {
    /// Reads a line without its end.
    pub fn parse(line: &str) -> Result<Self, FrameError> {
        let line = line.trim_end();
        let number = line.strip_prefix("PC").and_then(|rest| rest.get(..2));
        let number: u8 = number
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|digits| digits.parse().ok())
            .ok_or(FrameError::NotAFrame)?;
        let fields: Vec<&str> = match line[4..].strip_prefix('^') {
            Some(rest) => rest.split('^').take(MOST_FIELDS).collect(),
            None if line.len() == 4 => Vec::new(),
            None => return Err(FrameError::NotAFrame),
        };
        Self::of(number, &fields).ok_or(FrameError::Fields(number))
    }

    fn of(number: u8, fields: &[&str]) -> Option<Self> {
        let text = |at: usize| fields.get(at).map(|field| without_escapes(field));
        Some(match number {
            11 => Self::Spot(Box::new(NodeSpot::of(fields, false)?)),
            61 => Self::Spot(Box::new(NodeSpot::of(fields, true)?)),
            18 => Self::Greeting,
            20 => Self::Opened,
            22 => Self::Up,
            23 | 27 => Self::Wwv(
                Wwv {
                    hour: fields.get(1)?.trim().parse().ok()?,
                    sfi: fields.get(2)?.trim().parse().ok()?,
                    a: fields.get(3)?.trim().parse().ok()?,
                    k: fields.get(4)?.trim().parse().ok()?,
                    forecast: text(5)?.into(),
                    logger: name(fields.get(6)?)?,
                }
                .checked()?,
            ),
            73 => Self::Wcy(wcy(fields)?),
            39 => Self::Closing(text(1).unwrap_or_default()),
            51 => Self::Ping {
                to: name(fields.first()?)?,
                from: name(fields.get(1)?)?,
                asks: fields.get(2)?.trim() == "1",
            },
            93 => Self::Said {
                node: name(fields.first()?)?,
                to: fields.get(2)?.trim().into(),
                from: name(fields.get(3)?)?,
                text: text(5)?,
            },
            92 => Self::Routing {
                node: name(fields.first()?)?,
            },
            other => Self::Other(other),
        })
    }
}

impl NodeSpot {
    fn of(fields: &[&str], with_address: bool) -> Option<Self> {
        let field = |at: usize| fields.get(at).map(|field| field.trim());
        let call = field(1)?;
        // Nodes refuse what is not in capitals, and what somebody calls a bust.
        if call.bytes().any(|b| b.is_ascii_lowercase()) || call.contains("BUST") {
            return None;
        }
        let text = without_escapes(field(4)?);
        let spotter = Spotter::parse(field(5)?).ok()?;
        let freq = frequency::khz(field(0)?)?;
        let mut spot = SpotLine::new(spotter, freq, spot::spotted(call).ok()?, text.trim());
        spot.date = date(field(2)?);
        spot.at = HourMinute::parse(field(3)?);
        let behind = if with_address { 8 } else { 7 };
        Some(Self {
            spot,
            node: name(field(6)?)?,
            address: if with_address {
                field(7)?.replace(',', ":").parse().ok()
            } else {
                None
            },
            hops: hops(fields.get(behind..)?)?,
        })
    }
}

fn wcy(fields: &[&str]) -> Option<Wcy> {
    let number = |at: usize| fields.get(at)?.trim().parse().ok();
    let small = |at: usize| fields.get(at)?.trim().parse().ok();
    let word = |at: usize| -> Option<SmolStr> { Some(fields.get(at)?.trim().chars().take(8).collect()) };
    Wcy {
        hour: small(1)?,
        sfi: number(2)?,
        a: number(3)?,
        k: small(4)?,
        exp_k: small(5)?,
        r: number(6)?,
        sa: word(7)?,
        gmf: word(8)?,
        aurora: word(9)?,
        logger: name(fields.get(10)?)?,
    }
    .checked()
}

/// The field `Hnn` among the last ones.
fn hops(fields: &[&str]) -> Option<u8> {
    fields
        .iter()
        .find_map(|field| field.strip_prefix('H')?.trim().parse().ok())
}

/// A call with or without identifier.
fn name(field: &str) -> Option<SmolStr> {
    let field = field.trim();
    Spotter::parse(field).ok().map(|_| field.into())
}

/// Carets of a text are sent as `%5E`.
fn without_escapes(field: &str) -> String {
    field
        .replace("%5E", "^")
        .replace("%5e", "^")
        .trim_end()
        .to_owned()
}

/// `PC61`: a spot of one of our users.
pub fn spot(spot: &SpotLine, date: Date, at: HourMinute, node: &str, address: IpAddr) -> String {
    let text = without_carets(&spot.comment);
    let text = if text.trim().is_empty() { " " } else { text.trim() };
    format!(
        "PC61^{}^{}^{}^{at}^{text}^{}^{node}^{}^H29^~",
        frequency::to_khz_text(spot.freq),
        spot.call,
        date_text(date).trim_start(),
        spot.spotter.call,
        address.to_string().replace(':', ","),
    )
}

/// The three frames that answer a greeting: our node, its keeping alive, and that this was all.
pub fn opening(node: &str, second: u32, version: &str) -> [String; 3] {
    [
        format!("PC92^{node}^{second}^A^^5{node}:{version}^H99^"),
        keeping_alive(node, second, version),
        "PC20^".to_owned(),
    ]
}

/// The hourly frame that says we are still there.
pub fn keeping_alive(node: &str, second: u32, version: &str) -> String {
    format!("PC92^{node}^{second}.01^K^5{node}:{version}:1^1^1^H99^")
}

/// The configuration in full: a node with nobody behind it. Who is signed in here is told to nobody.
pub fn configuration(node: &str, second: u32, version: &str) -> String {
    format!("PC92^{node}^{second}^C^5{node}:{version}^H99^")
}

/// A ping.
pub fn ping(from: &str, to: &str) -> String {
    format!("PC51^{to}^{from}^1^")
}

/// The answer to a ping.
pub fn pong(from: &str, to: &str) -> String {
    format!("PC51^{to}^{from}^0^")
}
