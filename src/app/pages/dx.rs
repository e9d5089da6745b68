//! The DX cluster as a page that reads without script: the newest spots, a filter, a form to send one; and the wall.
//!
//! Which spots a filter wants and which spot is accepted is decided by `dx`; here is only how they stand on a page.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;

use super::fields::{Again, Fields};
use super::notice::Done;
use super::reader::Reader;
use super::say::{self, iso};
use super::views::{BandLine, DxPage, Pick, SpotRow, Station, WallPage};
use crate::dx::choice::{Choice, continent};
use crate::dx::event::{Source, Spot};
use crate::dx::model::{Accepted, RawSpot, Sender};
use crate::dx::{BandActivity, Query as Wanted};
use crate::ham::band::Band;
use crate::ham::callsign::Callsign;
use crate::ham::cluster::HourMinute;
use crate::ham::spot::{SpotMode, frequency};
use crate::web::{Problem, Query, Result};

/// Spots on the page.
const ROWS: usize = 50;
/// Spots on the wall.
const WALL_ROWS: usize = 12;
/// How far the strip of activity goes back.
const MINUTES: usize = 60;
/// Fields of the spot form.
const TYPED: [&str; 4] = ["call", "freq", "mode", "comment"];
/// Kinds of modes that the plain filter offers, as `Choice` names them.
const CLASSES: [&str; 3] = ["cw", "phone", "data"];

/// `/dx`
pub(super) async fn show(reader: Reader, Query(asked): Query<Vec<(String, String)>>) -> Result<Response> {
    page(&reader, &asked, None).await
}

/// Sends a spot and shows the list.
pub(super) async fn send(reader: Reader, fields: Fields) -> Result<Response> {
    match spot(&reader, &fields) {
        Ok(Accepted::New(_)) => reader.go_on("/dx", Done::Spotted),
        Ok(Accepted::Duplicate) => reader.go_on("/dx", Done::SpottedBefore),
        Err(problem) => {
            let again = Again::after(problem)?.moved("freq_hz", "freq");
            page(&reader, &[], Some(again.having(&TYPED).keeping(&fields, &TYPED))).await
        }
    }
}

/// `/wall`
pub(super) async fn wall(reader: Reader) -> Result<Response> {
    let cluster = &reader.app.services.cluster;
    let rows = newest(&reader, WALL_ROWS).await?;
    let station = station(&reader);
    let own = continent(&station.continent);
    let near = own.map_or_else(Vec::new, |own| cluster.activity(MINUTES, Some(own)));
    let near_of = |band| near.iter().find(|near| near.band == band).map(minutes);
    let lines = cluster.activity(MINUTES, None);
    let lines = lines.iter().map(|activity| BandLine {
        near: near_of(activity.band).unwrap_or_default(),
        ..line(activity)
    });
    let page = WallPage {
        frame: reader.frame_of("wall", "wall.title").await,
        rows,
        lines: lines.collect(),
        station,
    };
    reader.show(StatusCode::OK, &page)
}

async fn page(reader: &Reader, asked: &[(String, String)], again: Option<Again>) -> Result<Response> {
    let lists = asked
        .iter()
        .filter(|(name, entries)| Choice::knows(name) && !(name == "skimmer" && entries == "all"))
        .map(|(name, entries)| (name.as_str(), entries.as_str()));
    let (choice, filter_error) = match Choice::read(lists) {
        Ok(choice) => (choice, String::new()),
        Err(error) => (Choice::default(), error.to_string()),
    };
    let named = |name: &str| {
        let found = asked.iter().find(|(own, _)| own == name);
        found.map_or("", |(_, value)| value.as_str())
    };
    let cluster = &reader.app.services.cluster;
    let newest = Wanted {
        // Machines hear far more than anybody reads: they are shown when they are asked for.
        skimmer: named("skimmer").is_empty().then_some(false),
        ..Wanted::newest(ROWS)
    };
    let spots = found(reader, newest, choice).await?;
    let lines = cluster.activity(MINUTES, None);
    let again = again.unwrap_or_default();
    let page = DxPage {
        frame: reader.frame_of("dx", "dx.title").await,
        form: again.form,
        outage: outage(reader),
        station: station(reader),
        filter_error,
        calls: named("calls").to_owned(),
        bands: bands(named("bands")),
        modes: CLASSES
            .map(|class| pick(class, reader.t.s(class_word(class)), named("modes")))
            .into(),
        rows: spots.iter().map(row).collect(),
        lines: lines.iter().map(line).collect(),
    };
    reader.show(again.status, &page)
}

/// Spots of the history; on a thread of its own, as a rare call may be looked for in a million.
async fn found(reader: &Reader, query: Wanted, choice: Choice) -> Result<Vec<Spot>> {
    let cluster = reader.app.services.cluster.clone();
    let found = tokio::task::spawn_blocking(move || cluster.history(&query, |spot| choice.wants(spot)));
    found.await.map_err(Problem::internal)
}

/// The newest spots that people sent.
pub(super) async fn newest(reader: &Reader, limit: usize) -> Result<Vec<SpotRow>> {
    let query = Wanted {
        skimmer: Some(false),
        ..Wanted::newest(limit)
    };
    let spots = found(reader, query, Choice::default()).await?;
    Ok(spots.iter().map(row).collect())
}

/// The newest spots of a station, at home or on the move.
pub(super) async fn spots_of(reader: &Reader, call: &Callsign, limit: usize) -> Result<Vec<SpotRow>> {
    let query = Wanted {
        call: Some(call.as_str().into()),
        ..Wanted::newest(limit)
    };
    let spots = found(reader, query, Choice::default()).await?;
    Ok(spots.iter().map(row).collect())
}

/// Sends what the form says.
fn spot(reader: &Reader, fields: &Fields) -> Result<Accepted> {
    let t = reader.t;
    let freq = fields.text("freq").replace(',', ".");
    let freq = frequency::guess(&freq).map_err(|_| Problem::invalid("freq", t.s("dx.bad_freq")))?;
    let word = fields.text("mode");
    let mode = match word {
        "" => None,
        word => Some(SpotMode::parse(word).ok_or_else(|| Problem::invalid("mode", t.s("dx.bad_mode")))?),
    };
    let raw = RawSpot {
        comment: fields.text("comment").into(),
        mode,
        address: Some(reader.visitor.browser.address),
        ..RawSpot::of(fields.text("call").to_ascii_uppercase(), freq.frequency)
    };
    let actor = reader.actor();
    let sender = Sender {
        actor: &actor,
        source: Source::User,
        origin: "",
    };
    Ok(reader.app.services.cluster.accept(raw, &sender)?)
}

/// Which feeds have been down for a while, and since when the first; nothing while all are heard, or for guests.
fn outage(reader: &Reader) -> String {
    if reader.account.is_none() {
        return String::new();
    }
    let all = reader.app.services.node.upstreams().all();
    let down: Vec<_> = all
        .iter()
        .filter_map(|feed| Some((feed.outage(reader.now)?, feed.name.as_str())))
        .collect();
    let Some((since, _)) = down.iter().min() else {
        return String::new();
    };
    let names: Vec<&str> = down.iter().map(|(_, name)| *name).collect();
    let time = format!("{}", HourMinute::of(*since));
    reader
        .t
        .f("dx.outage", &[("feeds", &names.join(", ")), ("time", &time)])
}

/// Where the reader is: by grid, else where their call is from.
pub(super) fn station(reader: &Reader) -> Station {
    let Some(account) = &reader.account else {
        return Station::default();
    };
    let table = reader.app.logbook.countries.table();
    let found = table.resolve(account.call.as_str(), reader.now);
    let position = found
        .position
        .map(|at| format!("{:.3},{:.3}", at.lat(), at.lon()));
    Station {
        grid: reader.grid(),
        position: position.unwrap_or_default(),
        continent: found
            .continent
            .map(|continent| continent.as_str().to_owned())
            .unwrap_or_default(),
    }
}

/// The text that names a class of modes.
fn class_word(class: &str) -> &'static str {
    match class {
        "cw" => "dx.cw",
        "phone" => "dx.phone",
        _ => "dx.data",
    }
}

fn bands(chosen: &str) -> Vec<Pick> {
    let usual = Band::ALL.iter().map(|band| band.name());
    usual.map(|name| pick(name, &say::band(name), chosen)).collect()
}

fn pick(value: &str, name: &str, chosen: &str) -> Pick {
    Pick {
        value: value.to_owned(),
        name: name.to_owned(),
        chosen: chosen.split(',').any(|entry| entry.eq_ignore_ascii_case(value)),
    }
}

fn row(spot: &Spot) -> SpotRow {
    let band = spot.band.map(|band| band.name()).unwrap_or_default();
    let refs = &spot.refs;
    let refs = [&refs.pota, &refs.sota, &refs.wwff, &refs.iota, &refs.wwbota];
    SpotRow {
        time_iso: iso(spot.time),
        time: clock(spot.time),
        call: spot.call.to_string(),
        freq: say::kilohertz(spot.freq),
        band: band.to_owned(),
        band_name: say::band(band),
        mode: spot.mode_label().unwrap_or_default().to_owned(),
        country: spot.place.country.to_string(),
        spotter: spot.spotter_text().to_string(),
        comment: spot.comment.to_string(),
        refs: refs.into_iter().flatten().map(ToString::to_string).collect(),
    }
}

fn line(activity: &BandActivity) -> BandLine {
    BandLine {
        band: activity.band.name().to_owned(),
        band_name: say::band(activity.band.name()),
        count: activity.minutes.iter().sum(),
        minutes: minutes(activity),
        near: String::new(),
    }
}

/// Spots of each minute, parted by commas.
fn minutes(activity: &BandActivity) -> String {
    let minutes: Vec<String> = activity.minutes.iter().map(ToString::to_string).collect();
    minutes.join(",")
}

/// The time of day: spots are hours old at most.
fn clock(at: Timestamp) -> String {
    at.strftime("%H:%Mz").to_string()
}
