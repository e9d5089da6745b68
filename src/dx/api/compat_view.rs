//! A spot as the spot caches of the Wavelog world write it: frequencies in kilohertz, modes as `cw`, `phone`, `digi`.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::flags::flag;
use crate::dx::event::{Place, Source, Spot};
use crate::ham::spot::ModeClass;

/// Words of comments that name a contest.
const CONTESTS: [&str; 12] = [
    "CQ WW",
    "CQWW",
    "CQ WPX",
    "CQWPX",
    "ARRL DX",
    "IARU",
    "SWEEPSTAKES",
    "NAQP",
    "FIELD DAY",
    "CONTEST",
    "JARTS",
    "WAE",
];

/// `cw`, `phone`, `digi`; empty where the mode is not known.
pub(super) fn class(spot: &Spot) -> &'static str {
    match spot.class() {
        Some(ModeClass::Cw) => "cw",
        Some(ModeClass::Phone) => "phone",
        Some(ModeClass::Data) => "digi",
        None => "",
    }
}

/// The source under the names used there.
pub(super) fn source(spot: &Spot) -> &'static str {
    match spot.source {
        _ if spot.skimmer => "rbn",
        Source::Pota => "pota",
        Source::Sota => "sota",
        Source::Wwff => "wwff",
        _ => "cluster",
    }
}

/// The frequency in kilohertz, exact to a hertz.
pub(super) fn khz(spot: &Spot) -> f64 {
    spot.freq.get() as f64 / 1_000.0
}

/// A time with milliseconds and `Z`.
pub(super) fn when(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// The contest that the comment names.
fn contest(comment: &str) -> Option<&'static str> {
    let comment = comment.to_ascii_uppercase();
    CONTESTS.into_iter().find(|word| comment.contains(word))
}

/// Whether the comment names a contest.
pub(super) fn is_contest(spot: &Spot) -> bool {
    contest(&spot.comment).is_some()
}

/// The spot's object.
pub(crate) fn view(spot: &Spot) -> Value {
    let contest = contest(&spot.comment);
    let refs = &spot.refs;
    let text = |reference: &Option<smol_str::SmolStr>| reference.clone().unwrap_or_default();
    let mut spotted = place(&spot.place);
    spotted["lotw_user"] = spot.lotw.map_or(Value::Bool(false), Value::from);
    let mode_of = |has: bool| if has { spot.mode_label().unwrap_or("") } else { "" };
    let more = json!({
        "sota_ref": text(&refs.sota),
        "pota_ref": text(&refs.pota),
        "iota_ref": text(&refs.iota),
        "wwff_ref": text(&refs.wwff),
        "pota_mode": mode_of(refs.pota.is_some()),
        "sota_mode": mode_of(refs.sota.is_some()),
        "isContest": contest.is_some(),
        "contestName": contest.unwrap_or(""),
    });
    if let (Value::Object(spotted), Value::Object(more)) = (&mut spotted, more) {
        spotted.extend(more);
    }
    json!({
        "spotter": spot.spotter_text(),
        "spotted": spot.call.as_str(),
        "frequency": khz(spot),
        "message": spot.comment,
        "when": when(spot.time),
        "source": source(spot),
        "band": spot.band.map_or("", |band| band.name()),
        "mode": class(spot),
        "submode": spot.mode_label().unwrap_or(""),
        "snr": spot.snr,
        "wpm": spot.wpm,
        "dxcc_spotter": place(&spot.spotter_place),
        "dxcc_spotted": spotted,
        // What older clients read.
        "add": {
            "decont": spot.spotter_place.continent.map_or("", |continent| continent.as_str()),
            "dxcont": spot.place.continent.map_or("", |continent| continent.as_str()),
            "cqz": spot.place.cq_zone,
            "entity": spot.place.country,
        },
    })
}

fn place(place: &Place) -> Value {
    let degrees = |degrees: f64| format!("{degrees:.2}");
    json!({
        "cont": place.continent.map_or("", |continent| continent.as_str()),
        "entity": place.country,
        "flag": flag(place.dxcc),
        "dxcc_id": place.dxcc.unwrap_or(0).to_string(),
        "lotw_user": false,
        "lat": place.position.map(|at| degrees(at.lat())),
        "lng": place.position.map(|at| degrees(at.lon())),
        "cqz": place.cq_zone.map(|zone| zone.to_string()),
    })
}
