//! A spot, or a bulletin, as filters and lines of the telnet world see it.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use smol_str::SmolStr;

use super::settings::Settings;
use crate::dx::accept;
use crate::dx::event::{Place, Spot};
use crate::dx::node::Bulletin;
use crate::ham::cluster::HourMinute;
use crate::ham::cluster::command::{Skimmers, TailKind};
use crate::ham::cluster::filter::{Places, PrefixPlace, Side, SpotFacts, place_in};
use crate::ham::cluster::write::{self, Cc11Places, SpotText, Tail};
use crate::ham::dxcc::Continent;
use crate::ham::freq::Hertz;
use crate::ham::spot::{SpotMode, Spotter};
use crate::logbook::place::Table;

/// A spot that filters ask.
pub(super) struct Facts<'a>(pub(super) &'a Spot);

impl Facts<'_> {
    fn place(&self, side: Side) -> &Place {
        match side {
            Side::Spotted => &self.0.place,
            Side::Spotter => &self.0.spotter_place,
        }
    }
}

impl SpotFacts for Facts<'_> {
    fn frequency(&self) -> Hertz {
        self.0.freq
    }

    fn call(&self, side: Side) -> &str {
        match side {
            Side::Spotted => self.0.call.as_str(),
            Side::Spotter => &self.0.spotter,
        }
    }

    fn comment(&self) -> &str {
        &self.0.comment
    }

    fn mode(&self) -> Option<SpotMode> {
        self.0.mode
    }

    fn entity(&self, side: Side) -> Option<u16> {
        self.place(side).dxcc
    }

    fn cq_zone(&self, side: Side) -> Option<u8> {
        self.place(side).cq_zone
    }

    fn itu_zone(&self, side: Side) -> Option<u8> {
        self.place(side).itu_zone
    }

    fn continent(&self, side: Side) -> Option<Continent> {
        self.place(side).continent
    }

    fn origin(&self) -> &str {
        &self.0.origin
    }

    fn is_skimmer(&self) -> bool {
        self.0.skimmer
    }

    fn reports(&self) -> u8 {
        self.0.heard_by
    }

    fn is_busted(&self) -> bool {
        self.0.busted_of.is_some()
    }
}

/// A bulletin that filters ask: who says it is its spotter, whom it is for the spotted, its words the comment.
pub(super) struct Said<'a> {
    from: &'a str,
    to: &'a str,
    text: Cow<'a, str>,
    place: Place,
}

impl<'a> Said<'a> {
    pub(super) fn of(bulletin: &'a Bulletin, atlas: &Atlas, now: Timestamp) -> Self {
        let (from, to, text) = match bulletin {
            Bulletin::Announce(said) => (said.from.as_str(), said.to.as_str(), said.text.as_str().into()),
            Bulletin::Weather(said) => (said.from.as_str(), said.to.as_str(), said.text.as_str().into()),
            Bulletin::Wwv(figures) => (figures.logger.as_str(), "", bulletin.line().into()),
            Bulletin::Wcy(figures) => (figures.logger.as_str(), "", bulletin.line().into()),
        };
        let place = Spotter::parse(from)
            .ok()
            .map(|who| accept::locate(&atlas.0, &who.call, now, None).0);
        Self {
            from,
            to,
            text,
            place: place.unwrap_or_default(),
        }
    }

    fn place(&self, side: Side) -> Option<&Place> {
        (side == Side::Spotter).then_some(&self.place)
    }
}

impl SpotFacts for Said<'_> {
    fn frequency(&self) -> Hertz {
        Hertz::new(0)
    }

    fn call(&self, side: Side) -> &str {
        match side {
            Side::Spotted => self.to,
            Side::Spotter => self.from,
        }
    }

    fn comment(&self) -> &str {
        &self.text
    }

    fn mode(&self) -> Option<SpotMode> {
        None
    }

    fn entity(&self, side: Side) -> Option<u16> {
        self.place(side)?.dxcc
    }

    fn cq_zone(&self, side: Side) -> Option<u8> {
        self.place(side)?.cq_zone
    }

    fn itu_zone(&self, side: Side) -> Option<u8> {
        self.place(side)?.itu_zone
    }

    fn continent(&self, side: Side) -> Option<Continent> {
        self.place(side)?.continent
    }

    fn origin(&self) -> &'static str {
        ""
    }

    fn is_skimmer(&self) -> bool {
        false
    }

    fn reports(&self) -> u8 {
        1
    }

    fn is_busted(&self) -> bool {
        false
    }
}

/// The table of entities in use, for filters.
pub(super) struct Atlas(pub(super) Arc<Table>);

impl Places for Atlas {
    fn place(&self, prefix: &str) -> Option<PrefixPlace> {
        place_in(prefix, |call, at| self.0.resolve(call, at))
    }
}

/// Whether a machine's spot is of a kind that is wanted.
pub(super) fn wants_machine(wanted: Skimmers, spot: &Spot) -> bool {
    let is_beacon = ["BEACON", "NCDXF", "BCN"]
        .iter()
        .any(|word| spot.comment.contains(word));
    if is_beacon {
        return wanted.beacon;
    }
    match spot.mode {
        Some(SpotMode::Rtty) => wanted.rtty,
        Some(SpotMode::Psk) => wanted.psk,
        Some(SpotMode::Ft8 | SpotMode::Ft4 | SpotMode::Ft2) => wanted.ft,
        _ => wanted.cw,
    }
}

/// The spotter with the mark of a machine.
pub(super) fn spotter(spot: &Spot) -> Spotter {
    let parsed = Spotter::parse(&spot.spotter).unwrap_or_else(|_| Spotter::person(spot.call.clone()));
    Spotter {
        skimmer: spot.skimmer,
        ..parsed
    }
}

/// How a spot is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// As a live spot.
    Live,
    /// As in lists.
    Past,
}

/// The line of a spot, in the layout a user wants.
pub(super) fn line(spot: &Spot, settings: &Settings, node: &str, layout: Layout) -> String {
    let spotter = spotter(spot);
    let time = spot.time.to_zoned(TimeZone::UTC);
    let text = SpotText {
        spotter: &spotter,
        freq: spot.freq,
        call: spot.call.as_str(),
        comment: &spot.comment,
        date: time.date(),
        at: HourMinute::of(spot.time),
    };
    if settings.ve7cc {
        return write::cc11(&text, &places(spot, node));
    }
    let tail = match settings.tail {
        None => Tail::None,
        Some(TailKind::Grid) => Tail::Grid {
            spotter: spot.spotter_grid,
            spotted: spot.grid,
        },
        Some(TailKind::Cq) => Tail::Zone {
            spotter: spot.spotter_place.cq_zone,
            spotted: spot.place.cq_zone,
        },
        Some(TailKind::Itu) => Tail::Zone {
            spotter: spot.spotter_place.itu_zone,
            spotted: spot.place.itu_zone,
        },
        // No table here knows states.
        Some(TailKind::State) => Tail::None,
    };
    match layout {
        Layout::Live => write::live(&text, tail, settings.width),
        Layout::Past => write::past(&text, settings.width),
    }
}

fn places<'a>(spot: &'a Spot, node: &'a str) -> Cc11Places<'a> {
    let (heard, hearer) = (&spot.place, &spot.spotter_place);
    Cc11Places {
        entities: (heard.dxcc, hearer.dxcc),
        node,
        itu: (heard.itu_zone, hearer.itu_zone),
        cq: (heard.cq_zone, hearer.cq_zone),
        countries: (&heard.country, &hearer.country),
        grids: (spot.grid, spot.spotter_grid),
    }
}

/// A call without its identifier.
pub(super) fn base(call: &str) -> SmolStr {
    call.split_once('-').map_or(call, |(base, _)| base).into()
}
