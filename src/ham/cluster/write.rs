//! Lines in the layouts of the `DXSpider` family, byte for byte where programs look at columns.
//!
//! All give text without the end of line. Layouts were compared with what the program itself sends; columns are
//! counted in characters, which are bytes when a line is sent in a single-byte character set.

use std::fmt::Write as _;

use jiff::civil::Date;

use super::solar::{Wcy, Wwv};
use super::time::{HourMinute, date_text};
use crate::ham::freq::Hertz;
use crate::ham::grid::Grid;
use crate::ham::spot::{Spotter, frequency};

/// What a spot line is written from.
#[derive(Debug, Clone, Copy)]
pub struct SpotText<'a> {
    /// Who heard it.
    pub spotter: &'a Spotter,
    /// Where.
    pub freq: Hertz,
    /// Who was heard.
    pub call: &'a str,
    /// What the spotter says.
    pub comment: &'a str,
    /// When.
    pub date: Date,
    /// When.
    pub at: HourMinute,
}

/// What stands behind the time of a live line, and over the end of the comment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tail<'a> {
    /// Nothing.
    #[default]
    None,
    /// The locators of both stations, as far as they are known.
    Grid {
        /// Of the spotter, behind the time.
        spotter: Option<Grid>,
        /// Of the spotted, at the end of the comment.
        spotted: Option<Grid>,
    },
    /// The zones of both stations.
    Zone {
        /// Of the spotter.
        spotter: Option<u8>,
        /// Of the spotted.
        spotted: Option<u8>,
    },
    /// The states of both stations.
    State {
        /// Of the spotter.
        spotter: &'a str,
        /// Of the spotted.
        spotted: &'a str,
    },
}

/// Narrowest and widest page a user can have.
pub const WIDTHS: std::ops::RangeInclusive<u16> = 80..=200;
/// Characters of a comment on a page of 80 columns.
const COMMENT: usize = 30;
/// Characters of the spotter with its colon.
const SPOTTER: usize = 9;
/// Characters of a frequency.
const FREQUENCY: usize = 8;
/// Where a comment starts.
const FRONT: usize = 39;

/// A live spot: `DX de G1AAA:     14025.0  3B8CW        cq up 1                        0929Z`.
pub fn live(spot: &SpotText<'_>, tail: Tail<'_>, width: u16) -> String {
    let room = COMMENT + usize::from(width.clamp(*WIDTHS.start(), *WIDTHS.end()) - WIDTHS.start());
    let mut line = String::with_capacity(100);
    let frequency = frequency::to_khz_text(spot.freq);
    // A wide frequency takes the room of the spotter's padding, then that behind the call, as long as there is some.
    let padded = SPOTTER.saturating_sub(frequency.len().saturating_sub(FREQUENCY));
    let _ = write!(
        line,
        "DX de {:<padded$} {frequency:>FREQUENCY$}  {:<12} ",
        format!("{}:", shown(spot.spotter)),
        spot.call,
    );
    while line.chars().count() > FRONT && line.ends_with("  ") {
        line.pop();
    }
    let start = line.chars().count();
    let (behind, end) = tail.texts();
    pad_comment(&mut line, spot.comment, room);
    if !end.is_empty() {
        overwrite_end(&mut line, start, &end);
    }
    let _ = write!(line, " {}", spot.at);
    if !behind.is_empty() {
        let _ = write!(line, " {behind}");
    }
    line
}

/// Writes a comment cut and padded to so many characters.
fn pad_comment(line: &mut String, comment: &str, room: usize) {
    let kept: String = comment.chars().take(room).collect();
    let _ = write!(line, "{kept:<room$}");
}

/// Puts a text over the last characters of what was written from `start` on.
fn overwrite_end(line: &mut String, start: usize, text: &str) {
    let keep = (line.chars().count() - text.chars().count()).max(start);
    let at = line.char_indices().nth(keep).map_or(line.len(), |(at, _)| at);
    line.truncate(at);
    line.push_str(text);
}

impl Tail<'_> {
    /// What stands behind the time, and at the end of the comment.
    fn texts(&self) -> (String, String) {
        let grid = |grid: &Option<Grid>| grid.map(|grid| grid.truncated(2).to_string()).unwrap_or_default();
        let zone = |zone: &Option<u8>| zone.map(|zone| format!("{zone:>2}")).unwrap_or_default();
        match self {
            Self::None => (String::new(), String::new()),
            Self::Grid { spotter, spotted } => (grid(spotter), grid(spotted)),
            Self::Zone { spotter, spotted } => (zone(spotter), zone(spotted)),
            Self::State { spotter, spotted } => ((*spotter).to_owned(), (*spotted).to_owned()),
        }
    }
}

/// As spot lines name a spotter: people without identifier, machines cut to six letters and `-#`.
fn shown(spotter: &Spotter) -> String {
    let call = spotter.call.as_str();
    if spotter.skimmer {
        format!("{}-#", &call[..call.len().min(6)])
    } else {
        call.to_owned()
    }
}

/// A line of `sh/dx`: `  14225.2 EA8DHK      21-Nov-2026 0958Z itu test                      <G7GRD>`.
pub fn past(spot: &SpotText<'_>, width: u16) -> String {
    let width = usize::from(width.clamp(*WIDTHS.start(), *WIDTHS.end())) - 3;
    let mut line = format!(
        "{:>9} {:<11} {} {} ",
        frequency::to_khz_text(spot.freq),
        spot.call,
        date_text(spot.date),
        spot.at
    );
    let spotter = format!("<{}>", shown(spot.spotter));
    let room = width.saturating_sub(line.chars().count() + spotter.len());
    pad_comment(&mut line, spot.comment, room);
    line.push_str(&spotter);
    line
}

/// What a `CC11` record tells beside the spot.
#[derive(Debug, Clone, Default)]
pub struct Cc11Places<'a> {
    /// Entity numbers of spotted and spotter.
    pub entities: (Option<u16>, Option<u16>),
    /// The node.
    pub node: &'a str,
    /// ITU zones.
    pub itu: (Option<u8>, Option<u8>),
    /// CQ zones.
    pub cq: (Option<u8>, Option<u8>),
    /// Names of the entities.
    pub countries: (&'a str, &'a str),
    /// Locators.
    pub grids: (Option<Grid>, Option<Grid>),
}

/// A `CC11` record of 20 fields.
pub fn cc11(spot: &SpotText<'_>, places: &Cc11Places<'_>) -> String {
    let number = |value: Option<u16>| value.map(|value| value.to_string()).unwrap_or_default();
    let zone = |value: Option<u8>| number(value.map(u16::from));
    let grid = |grid: Option<Grid>| grid.map(|grid| grid.truncated(2).to_string()).unwrap_or_default();
    [
        "CC11".to_owned(),
        frequency::to_khz_text(spot.freq),
        spot.call.to_owned(),
        date_text(spot.date),
        spot.at.to_string(),
        without_carets(spot.comment),
        // Machines keep their whole name here: there are no columns to fit.
        if spot.spotter.skimmer {
            spot.spotter.to_string()
        } else {
            spot.spotter.call.to_string()
        },
        number(places.entities.0),
        number(places.entities.1),
        places.node.to_owned(),
        zone(places.itu.0),
        zone(places.cq.0),
        zone(places.itu.1),
        zone(places.cq.1),
        String::new(),
        String::new(),
        without_carets(places.countries.0),
        without_carets(places.countries.1),
        grid(places.grids.0),
        grid(places.grids.1),
    ]
    .join("^")
}

/// A caret would end the field.
pub(super) fn without_carets(text: &str) -> String {
    text.replace('^', "~")
}

/// `WWV de AE5E <00>:   SFI=154, A=10, K=2, No Storms -> No Storms`.
pub fn wwv(report: &Wwv) -> String {
    let Wwv {
        logger,
        hour,
        sfi,
        a,
        k,
        forecast,
    } = report;
    format!("WWV de {logger} <{hour:02}>:   SFI={sfi}, A={a}, K={k}, {forecast}")
}

/// `WCY de DK0WCY <09> : K=2 expK=3 A=10 R=80 SFI=150 SA=qui GMF=qui Au=no`.
pub fn wcy(report: &Wcy) -> String {
    format!(
        "WCY de {} <{:02}> : K={} expK={} A={} R={} SFI={} SA={} GMF={} Au={}",
        report.logger,
        report.hour,
        report.k,
        report.exp_k,
        report.a,
        report.r,
        report.sfi,
        report.sa,
        report.gmf,
        report.aurora,
    )
}

/// `To ALL de G1AAA: text`.
pub fn announce(to: &str, from: &str, text: &str) -> String {
    format!("To {to} de {from}: {text}")
}

/// `WX de G1AAA: sunny`.
pub fn weather(from: &str, text: &str) -> String {
    format!("WX de {from}: {text}")
}

/// `K1BBB-3 de G1AAA: hi there`, recipient first.
pub fn talk(to: &str, from: &str, text: &str) -> String {
    format!("{to} de {from}: {text}")
}

/// `K1BBB-3 de N0CALL-2 21-Nov-2026 0929Z dxspider >`: programs look for the last word.
pub fn prompt(user: &str, node: &str, date: Date, at: HourMinute) -> String {
    format!("{user} de {node} {} {at} dxspider >", date_text(date))
}
