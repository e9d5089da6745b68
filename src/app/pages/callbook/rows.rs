//! What a record of the callbook is on a page: cards, chips, ways.
//!
//! Everything here comes out of a [`RecordView`], which holds only what the reader may see.

use jiff::civil::Date;

use crate::app::pages::reader::{Reader, quoted};
use crate::app::pages::views::{CreditRow, Grouped, LicenceCard, StandingChip};
use crate::callbook::HitView;
use crate::callbook::credits::CreditView;
use crate::callbook::find::How;
use crate::callbook::model::{HolderKind, PlaceSource, Standing, Status};
use crate::callbook::view::RecordView;
use crate::callbook::view::place::PathView;
use crate::identity::Units;
use crate::web::Text;

/// Kilometres of a statute mile.
const KM_PER_MILE: f64 = 1.609_344;

/// The address of a call's page.
pub(super) fn path_of(call: &str) -> String {
    format!("/callbook/{}", quoted(call))
}

/// What was found, as a card.
pub(super) fn card(reader: &Reader, hit: HitView) -> LicenceCard {
    let HitView { how, record } = hit;
    let t = reader.t;
    let how = match how {
        How::Previous => record
            .previous_call
            .as_ref()
            .map(|before| t.f("callbook.was", &[("call", before)])),
        How::Similar => Some(t.s("callbook.similar").to_owned()),
        _ => None,
    };
    LicenceCard {
        href: path_of(&record.call),
        club: is_club(&record),
        place: place(&record),
        grid: record.grid.as_ref().map(ToString::to_string).unwrap_or_default(),
        source: record.grid_source.map_or("", |of| source(t, of)),
        standing: chip(t, &record),
        until: until(t, &record),
        way: record.path.map(|path| way(reader, path)).unwrap_or_default(),
        how: how.unwrap_or_default(),
        class: record.class.unwrap_or_default(),
        name: record.name,
        call: record.call,
    }
}

/// Whether no single person holds the licence.
pub(super) fn is_club(record: &RecordView) -> bool {
    record.kind.is_some_and(|kind| kind != HolderKind::Person)
}

/// What a licence is worth.
pub(super) fn chip(t: Text<'static>, record: &RecordView) -> StandingChip {
    let (tone, glyph, word) = match record.standing {
        Standing::Active => ("good", "✓", t.s("callbook.active")),
        Standing::Grace => ("warn", "△", t.s("callbook.grace")),
        Standing::Expired => ("bad", "✕", t.s("callbook.expired")),
        Standing::Cancelled => ("bad", "✕", t.s("callbook.cancelled")),
        Standing::Reserved => ("", "–", t.s("callbook.reserved")),
    };
    StandingChip { tone, glyph, word }
}

/// How an earlier licence ended, or what else its register says of it.
pub(super) fn ended(t: Text<'static>, status: Status) -> &'static str {
    match status {
        Status::Active => t.s("callbook.was_active"),
        Status::Expired => t.s("callbook.expired"),
        Status::Cancelled => t.s("callbook.cancelled"),
        Status::Terminated => t.s("callbook.terminated"),
        Status::Kept => t.s("callbook.kept"),
        Status::Reserved => t.s("callbook.reserved"),
        Status::Other => t.s("callbook.pending"),
    }
}

/// How a position is known.
pub(super) fn source(t: Text<'static>, of: PlaceSource) -> &'static str {
    match of {
        PlaceSource::User => t.s("callbook.from_user"),
        PlaceSource::Register => t.s("callbook.from_register"),
        PlaceSource::Zip => t.s("callbook.from_zip"),
        PlaceSource::City => t.s("callbook.from_city"),
        PlaceSource::Region => t.s("callbook.from_region"),
        PlaceSource::Dxcc => t.s("callbook.from_dxcc"),
    }
}

/// Town, region, country: what of it the reader may see.
fn place(record: &RecordView) -> String {
    let parts = [&record.city, &record.state, &record.country];
    let parts = parts.map(String::as_str).into_iter();
    parts
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

/// The last day of a licence that still runs.
fn until(t: Text<'static>, record: &RecordView) -> String {
    let last = record.days.expires.map(day).unwrap_or_default();
    match record.standing {
        _ if last.is_empty() => last,
        Standing::Active => t.f("callbook.until", &[("day", &last)]),
        Standing::Grace | Standing::Expired => t.f("callbook.since", &[("day", &last)]),
        Standing::Cancelled | Standing::Reserved => String::new(),
    }
}

/// A day as tables show it.
pub(super) fn day(of: Date) -> String {
    of.to_string()
}

/// Distance and bearing in the reader's units: `8,270 km, 308°`.
pub(super) fn way(reader: &Reader, path: PathView) -> String {
    let account = reader.account.as_ref();
    let imperial = account.is_some_and(|account| account.preferences.units == Units::Imperial);
    way_words(path, imperial)
}

fn way_words(path: PathView, imperial: bool) -> String {
    let (far, unit) = if imperial {
        (path.distance_km / KM_PER_MILE, "mi")
    } else {
        (path.distance_km, "km")
    };
    format!(
        "{}\u{a0}{unit}, {:03}°",
        Grouped(whole(far)),
        whole(path.bearing) % 360
    )
}

/// A length or an angle in whole units.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rounded, of the earth's size at most, and not below zero"
)]
fn whole(value: f64) -> u64 {
    value.round().max(0.0) as u64
}

/// A source's words.
pub(super) fn credit(view: CreditView) -> CreditRow {
    CreditRow {
        owner: view.owner,
        text: view.text,
        link: view.link,
        terms: view.terms,
        day: view.taken.map(day).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_is_told_in_the_readers_units() {
        let path = PathView {
            bearing: 7.6,
            distance_km: 8_270.4,
        };
        assert_eq!(way_words(path, false), "8,270\u{a0}km, 008°");
        assert_eq!(way_words(path, true), "5,139\u{a0}mi, 008°");
        let north = PathView {
            bearing: 359.7,
            distance_km: 0.0,
        };
        assert_eq!(way_words(north, false), "0\u{a0}km, 000°");
    }

    #[test]
    fn a_portable_call_has_an_address() {
        assert_eq!(path_of("DL/W1AW/P"), "/callbook/DL%2FW1AW%2FP");
    }
}
