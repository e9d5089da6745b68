//! A spot as the spot caches of the Wavelog world write it: frequencies in kilohertz, modes as `cw`, `phone`, `digi`.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::flags::flag;
use crate::dx::Cluster;
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

/// The spot's object; the cluster knows which spotters use Logbook of the World.
pub(crate) fn view(cluster: &Cluster, spot: &Spot) -> Value {
    let contest = contest(&spot.comment);
    let refs = &spot.refs;
    let text = |reference: &Option<smol_str::SmolStr>| reference.clone().unwrap_or_default();
    let mut spotted = place(&spot.place, spot.lotw);
    let spotter = place(&spot.spotter_place, cluster.lotw_days(&spot.spotter));
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
        "dxcc_spotter": spotter,
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

/// A station's place; `lotw`: days since it sent a log to Logbook of the World.
fn place(place: &Place, lotw: Option<u16>) -> Value {
    let degrees = |degrees: f64| format!("{degrees:.2}");
    json!({
        "cont": place.continent.map_or("", |continent| continent.as_str()),
        "entity": place.country,
        "flag": flag(place.dxcc),
        "dxcc_id": place.dxcc.unwrap_or(0).to_string(),
        "lotw_user": lotw.map_or(Value::Bool(false), Value::from),
        "lat": place.position.map(|at| degrees(at.lat())),
        "lng": place.position.map(|at| degrees(at.lon())),
        "cqz": place.cq_zone.map(|zone| zone.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dx::testing::{World, raw};

    #[test]
    fn both_ends_are_looked_up_among_the_users_of_logbook_of_the_world() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("tables")).unwrap();
        let mut list = "W3LPL,2026-11-19,12:00:00\nJA1XYZ,2026-11-20,12:00:00\n".to_owned();
        for number in 0..10 {
            list.push_str(&format!("K{number}AB,2026-11-01,12:00:00\n"));
        }
        std::fs::write(dir.path().join("tables/lotw-user-activity.csv"), list).unwrap();
        let world = World::at("2026-11-21T12:00:00Z", dir.path());
        let shown = |spotter: &str, call: &str| {
            let spot = world.new_spot(raw(spotter, call, 14_025_000, "CW"));
            let view = view(&world.cluster, &spot);
            [&view["dxcc_spotter"], &view["dxcc_spotted"]].map(|end| end["lotw_user"].clone())
        };
        assert_eq!(shown("W3LPL-#", "JA1XYZ"), [json!(2), json!(1)]);
        assert_eq!(shown("W3LPL", "DL1ABC"), [json!(2), json!(false)]);
        assert_eq!(shown("W1AW", "JA1XYZ"), [json!(false), json!(1)]);
    }
}
