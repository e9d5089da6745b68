//! From what was sent to a spot: rights, pace, validation, repetitions, and everything that is derived.
//!
//! In this order, so that nobody without the right costs more than the question, and a repetition costs no lookup.
//! Nothing here waits and nothing here is stored.

mod busted;
mod heard;
mod pace;
mod repeats;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use smol_str::{SmolStr, format_smolstr};

use self::busted::Busted;
use self::heard::{Asked, Heard};
use self::repeats::{Repeats, Said};
use super::event::{Place, Source, Spot};
use super::model::{RawSpot, Refused, Sender};
use crate::ham::callsign::Callsign;
use crate::ham::dxcc::DecidedBy;
use crate::ham::freq::Hertz;
use crate::ham::grid::Grid;
use crate::ham::spot::frequency::{self, HIGHEST, LOWEST};
use crate::ham::spot::{Clues, References, Spotter, clues, spotted};
use crate::identity::{Actor, Credential, Scope};
use crate::logbook::place::{self, Table};

pub(crate) use pace::{Pace, Rate};

/// Longest comment kept, in letters.
const MOST_COMMENT: usize = 120;
/// Seconds that a spot's time may be ahead of the clock.
const AHEAD: i64 = 900;

/// What the last spots told about the next.
#[derive(Debug)]
pub(super) struct Understanding {
    pace: Pace<Who>,
    repeats: Repeats,
    heard: Heard,
    busted: Busted,
}

/// Whom a spot is counted for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Who {
    Account(u32),
    /// A member's key: a feed of theirs.
    Key(u32),
    Feed(&'static str, SmolStr),
}

/// A spot that may be one, of which nothing is derived yet.
pub(super) struct Draft {
    call: Callsign,
    spotter: Spotter,
    freq: Hertz,
    time: Timestamp,
    comment: SmolStr,
}

/// What a validated spot is told from.
pub(super) struct Around<'a> {
    pub(super) table: &'a Table,
    pub(super) now: Timestamp,
    /// Seconds that spots are kept.
    pub(super) age: i64,
}

impl Understanding {
    pub(super) fn new() -> Self {
        Self {
            pace: Pace::new(),
            repeats: Repeats::new(),
            heard: Heard::default(),
            busted: Busted::default(),
        }
    }

    /// Counts a spot for its sender.
    pub(super) fn pace(&mut self, from: &Sender<'_>, now: Timestamp) -> Result<(), Refused> {
        let (who, rate) = match from.actor {
            Actor::Member(member) if speaks_for_others(from) => (Who::Key(member.account.0), Rate::FEED),
            Actor::Member(member) => (Who::Account(member.account.0), Rate::PERSON),
            Actor::Service(service) => (Who::Feed(service.name(), from.origin.into()), Rate::FEED),
            Actor::Guest => return Ok(()),
        };
        self.pace
            .take(who, rate, now.as_microsecond())
            .map_err(Refused::TooMany)
    }

    /// Whether the spot has been said before; if not, it has now.
    pub(super) fn is_repetition(&mut self, draft: &Draft, now: Timestamp) -> bool {
        let said = Said {
            call: draft.call.as_str(),
            spotter: draft.spotter.call.as_str(),
            freq: draft.freq,
            comment: &draft.comment,
            skimmer: draft.spotter.skimmer,
        };
        self.repeats.said(&said, seconds(now))
    }

    /// Adds what only earlier spots tell.
    pub(super) fn complete(&mut self, spot: &mut Spot, now: Timestamp) {
        let now = seconds(now);
        let asked = Asked {
            call: spot.call.as_str(),
            freq: spot.freq,
            stated: spot.mode,
            place: &spot.place,
        };
        (spot.mode, spot.mode_by) = self.heard.mode(&asked, now).unzip();
        (spot.heard_by, spot.busted_of) = self.busted.hear(&spot.call, spot.freq, &spot.spotter, now);
    }
}

/// Whether a sender is a feed, whose spots may bear other spotters' calls: our own, and programs that somebody gave a
/// key. Whoever types at a terminal or a page spots for himself.
fn speaks_for_others(from: &Sender<'_>) -> bool {
    let by_hand = matches!(from.source, Source::Telnet | Source::User | Source::Log);
    match from.actor {
        Actor::Member(member) => !by_hand && !matches!(member.credential, Credential::Session { .. }),
        Actor::Service(_) => true,
        Actor::Guest => false,
    }
}

/// Whether the sender may send spots at all.
pub(super) fn permit(from: &Sender<'_>) -> Result<(), Refused> {
    Ok(from.actor.require(Scope::DxWrite)?)
}

impl Draft {
    /// Checks everything that can be wrong with a spot.
    pub(super) fn check(raw: &RawSpot, from: &Sender<'_>, around: &Around<'_>) -> Result<Self, Refused> {
        let call = spotted(&raw.call).map_err(|_| Refused::Call(short(&raw.call)))?;
        if raw.freq.get() <= LOWEST || raw.freq.get() >= HIGHEST {
            return Err(Refused::Frequency);
        }
        Ok(Self {
            spotter: spotter(raw.spotter.as_ref(), from)?,
            time: time(raw.time, around)?,
            comment: comment(&raw.comment),
            freq: raw.freq,
            call,
        })
    }

    /// The spot with all that call, frequency and words tell.
    pub(super) fn spot(self, raw: RawSpot, from: &Sender<'_>, around: &Around<'_>) -> Result<Spot, Refused> {
        let Self {
            call,
            spotter,
            freq,
            time,
            comment,
        } = self;
        let said = clues(&comment);
        let grid = raw.grid.or(said.grid);
        let spotter_grid = raw.spotter_grid.or(said.spotter_grid);
        let (place, known) = locate(around.table, &call, time, grid.as_ref());
        if spotter.skimmer && !known {
            return Err(Refused::NoEntity);
        }
        let (spotter_place, _) = locate(around.table, &spotter.call, time, spotter_grid.as_ref());
        Ok(Spot {
            seq: 0,
            time,
            freq,
            band: frequency::band(freq),
            mode: raw.mode.or(said.report.mode),
            mode_by: None,
            self_spot: spotter.call.base() == call.base(),
            skimmer: spotter.skimmer,
            spotter: spotter_text(&spotter),
            place,
            spotter_place,
            grid,
            spotter_grid,
            source: from.source,
            origin: short(from.origin),
            snr: raw.snr.or(said.report.snr),
            wpm: raw.wpm.or(said.report.wpm).filter(|wpm| *wpm > 0),
            refs: refs(raw.refs, &said),
            lotw: None,
            busted_of: None,
            heard_by: 1,
            split: said.split,
            prop: said.propagation,
            comment,
            call,
        })
    }
}

/// Who is said to have heard it: whoever a feed says, else the sender.
fn spotter(named: Option<&Spotter>, from: &Sender<'_>) -> Result<Spotter, Refused> {
    let own = from.actor.member().ok().and_then(|member| member.call.call());
    match (named, own) {
        (Some(named), _) if speaks_for_others(from) => Ok(named.clone()),
        (Some(named), Some(own)) if named.call.base() == own.base() => Ok(Spotter {
            skimmer: false,
            ..named.clone()
        }),
        (Some(_), _) => Err(Refused::NotYours),
        (None, Some(own)) => Ok(Spotter::person(own.clone())),
        (None, None) => Err(Refused::NoSpotter),
    }
}

/// People by their call, machines with their number too: each hears for itself.
fn spotter_text(spotter: &Spotter) -> SmolStr {
    match spotter.ssid {
        ssid if spotter.skimmer && ssid > 0 => format_smolstr!("{}-{ssid}", spotter.call),
        _ => SmolStr::new(spotter.call.as_str()),
    }
}

fn time(said: Option<Timestamp>, around: &Around<'_>) -> Result<Timestamp, Refused> {
    let now = around.now.as_second();
    let at = said.map_or(now, Timestamp::as_second);
    if at > now + AHEAD || at < now - around.age {
        return Err(Refused::Time);
    }
    Timestamp::from_second(at.min(now)).map_err(|_| Refused::Time)
}

/// One line without control characters, of bounded length.
fn comment(text: &str) -> SmolStr {
    let plain = |letter: char| if letter.is_control() { ' ' } else { letter };
    let text: String = text.chars().take(MOST_COMMENT * 2).map(plain).collect();
    text.trim()
        .chars()
        .take(MOST_COMMENT)
        .collect::<String>()
        .trim_end()
        .into()
}

/// As much of a text as is worth repeating to whoever sent it.
fn short(text: &str) -> SmolStr {
    text.chars()
        .filter(|letter| !letter.is_control())
        .take(32)
        .collect()
}

/// Where a call is, and whether that is known: a ship is in no entity, and known to be.
pub(super) fn locate(table: &Table, call: &Callsign, at: Timestamp, grid: Option<&Grid>) -> (Place, bool) {
    let found = table.resolve(call.as_str(), at);
    let dxcc = found.entity.map(|entity| entity.0);
    let place = Place {
        dxcc,
        country: dxcc.map(place::country).unwrap_or_default(),
        continent: found.continent,
        cq_zone: found.cq_zone,
        itu_zone: found.itu_zone,
        position: grid.map(Grid::centre).or(found.position),
    };
    (place, found.decided_by != DecidedBy::Unresolved)
}

/// What fields of their own name, and what the comment does.
fn refs(named: References, said: &Clues) -> References {
    let found = &said.references;
    References {
        iota: named.iota.or_else(|| found.iota.clone()),
        sota: named.sota.or_else(|| found.sota.clone()),
        wwff: named.wwff.or_else(|| found.wwff.clone()),
        pota: named.pota.or_else(|| found.pota.clone()),
        wwbota: named.wwbota.or_else(|| found.wwbota.clone()),
    }
}

fn seconds(at: Timestamp) -> u32 {
    u32::try_from(at.as_second().max(0)).unwrap_or(u32::MAX)
}
