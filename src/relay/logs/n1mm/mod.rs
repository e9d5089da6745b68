//! What N1MM Logger+ and those who write like it (`Not1MM`, `DXLog`, TR4W) broadcast as XML.
//!
//! The root element decides. Values may be a single blank, booleans are `True` or `1`, frequencies of
//! contacts and radios are in tens of hertz, those of spots in kilohertz. Names are compared without regard
//! to case.

mod contact;
mod xml;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use smol_str::{SmolStr, format_smolstr};

use super::contact::Contact;
use crate::ham::freq::Hertz;
use xml::Document;
pub(crate) use xml::NotXml;

/// A message.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Message {
    /// A contact was logged.
    Add(Logged),
    /// A contact was changed; where it is not known it is a new one.
    Replace(Logged),
    /// A contact was deleted.
    Delete(Keys),
    /// State of a radio.
    Radio(Radio),
    /// A spot of the program's own list.
    Spot(Spot),
    /// Another message (score, looked-up call, and so on), by its root element.
    Other(SmolStr),
}

/// A contact and what names it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Logged {
    /// The contact, or what it lacks.
    pub(crate) contact: Result<Contact, String>,
    /// What names it now.
    pub(crate) keys: Keys,
    /// What named it before the change, where that was another.
    pub(crate) former: Option<Keys>,
    /// Whether the sender logged it itself; in a network every station repeats the others' contacts.
    pub(crate) is_original: bool,
}

/// The names of a contact, the best first: its number, and station, time and call for programs without one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Keys(pub(crate) Vec<SmolStr>);

/// State of a radio.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Radio {
    /// The computer's name.
    pub(crate) station: SmolStr,
    /// 1 or 2.
    pub(crate) number: Option<u8>,
    /// Receive frequency.
    pub(crate) freq: Option<Hertz>,
    /// Transmit frequency.
    pub(crate) tx_freq: Option<Hertz>,
    /// As the program names it.
    pub(crate) mode: SmolStr,
    /// Operator.
    pub(crate) operator: SmolStr,
    /// Whether it transmits on another frequency than it receives.
    pub(crate) split: bool,
    /// Whether it transmits now.
    pub(crate) transmitting: bool,
    /// Name of the radio.
    pub(crate) name: SmolStr,
}

/// A spot of the program's own list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Spot {
    /// `add` or `delete`, in lower case.
    pub(crate) action: SmolStr,
    /// The station heard.
    pub(crate) call: SmolStr,
    /// Where.
    pub(crate) freq: Option<Hertz>,
    /// Who heard it.
    pub(crate) spotter: SmolStr,
    /// What was said.
    pub(crate) comment: SmolStr,
    /// Mode, where told.
    pub(crate) mode: SmolStr,
    /// When, UTC.
    pub(crate) time: Option<Timestamp>,
}

impl Message {
    /// Reads a message; `now` bounds the date of contacts.
    pub(crate) fn read(bytes: &[u8], now: Timestamp) -> Result<Self, NotXml> {
        let document = Document::read(bytes)?;
        let root = document.root.to_ascii_lowercase();
        Ok(match root.as_str() {
            "contactinfo" => Self::Add(contact::logged(&document, now)),
            "contactreplace" => Self::Replace(contact::logged(&document, now)),
            "contactdelete" => Self::Delete(keys(&document, "timestamp", "call")),
            "radioinfo" => Self::Radio(radio(&document)),
            "spot" => Self::Spot(spot(&document)),
            _ => Self::Other(document.root.clone()),
        })
    }
}

/// The names of the contact whose time and call are in these elements.
fn keys(document: &Document, time: &str, call: &str) -> Keys {
    let mut keys = Vec::with_capacity(2);
    if let Some(id) = document.text("id") {
        keys.push(format_smolstr!("id:{}", id.to_ascii_lowercase()));
    }
    if let (Some(time), Some(call)) = (document.text(time).and_then(moment), document.text(call)) {
        let station = document
            .text("stationname")
            .or_else(|| document.text("netbiosname"));
        let (station, call) = (station.unwrap_or_default(), call.to_ascii_uppercase());
        keys.push(format_smolstr!("at:{station}|{time}|{call}"));
    }
    Keys(keys)
}

fn radio(document: &Document) -> Radio {
    let text = |name: &str| SmolStr::new(document.text(name).unwrap_or_default());
    Radio {
        station: text("stationname"),
        number: document.text("radionr").and_then(|number| number.parse().ok()),
        freq: document.text("freq").and_then(tens_of_hertz),
        tx_freq: document.text("txfreq").and_then(tens_of_hertz),
        mode: text("mode"),
        operator: text("opcall"),
        split: document.text("issplit").is_some_and(truth),
        transmitting: document.text("istransmitting").is_some_and(truth),
        name: text("radioname"),
    }
}

fn spot(document: &Document) -> Spot {
    let text = |name: &str| SmolStr::new(document.text(name).unwrap_or_default());
    Spot {
        action: text("action").to_ascii_lowercase().into(),
        call: text("dxcall"),
        freq: document.text("frequency").and_then(kilohertz),
        spotter: text("spottercall"),
        comment: text("comment"),
        mode: text("mode"),
        time: document.text("timestamp").and_then(moment),
    }
}

/// `True`, `true`, `1`.
fn truth(text: &str) -> bool {
    text == "1" || text.eq_ignore_ascii_case("true")
}

/// A time in UTC, `2018-03-03 10:19:10`; a `T` between and fractions of a second are taken, too.
fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim().trim_end_matches('Z').replacen(' ', "T", 1);
    let at: DateTime = text.parse().ok()?;
    let at = Offset::UTC.to_timestamp(at).ok()?;
    Timestamp::from_second(at.as_second()).ok()
}

/// A frequency in tens of hertz; none for 0, which is a radio that is not there.
fn tens_of_hertz(text: &str) -> Option<Hertz> {
    let tens: u64 = text.split(['.', ',']).next()?.parse().ok()?;
    tens.checked_mul(10).filter(|hertz| *hertz > 0).map(Hertz::new)
}

/// A frequency in decimal kilohertz.
fn kilohertz(text: &str) -> Option<Hertz> {
    // The same digits as megahertz are a thousand times as much.
    let hertz = Hertz::from_mhz_text(text).ok()?.get();
    let rounded = hertz / 1000 + u64::from(hertz % 1000 >= 500);
    (rounded > 0).then_some(Hertz::new(rounded))
}
