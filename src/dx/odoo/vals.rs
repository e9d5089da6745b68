//! The struct that `push_spot` takes, under the names that programs give its entries.
//!
//! What is not known is passed over; what is missing or wrong is told with the name of its entry.

use crate::dx::model::RawSpot;
use crate::ham::freq::Hertz;
use crate::ham::spot::frequency::SpotFrequencyError;
use crate::ham::spot::{References, SpotMode, Spotter};

use super::value::Value;

const CALL: &[&str] = &["callsign", "call", "dx_call", "dx_callsign", "spotted", "dx"];
const SPOTTER: &[&str] = &["spotter", "de", "de_call", "spotter_call", "spotter_callsign"];
const FREQUENCY: &[&str] = &["frequency", "freq", "freq_khz", "freq_mhz", "qrg"];
const COMMENT: &[&str] = &["comment", "message", "info", "text"];
const TIME: &[&str] = &["time", "when", "timestamp", "spot_time"];
const GRID: &[&str] = &["grid", "dx_grid", "locator"];
/// Most spots of one call.
const MOST: usize = 5_000;

/// What is wrong with the values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadVals {
    #[error("push_spot takes a struct with callsign and frequency, or a list of such")]
    NotAStruct,
    #[error("missing: {0}")]
    Missing(&'static str),
    #[error("{field}: {reason}")]
    Wrong {
        field: &'static str,
        reason: &'static str,
    },
    #[error("more than {MOST} spots in one call")]
    TooMany,
}

/// The spots of a call's argument: one struct, or a list of them. Whether it was a list.
pub(crate) fn spots(argument: &Value) -> Result<(Vec<RawSpot>, bool), BadVals> {
    match argument {
        Value::Array(list) if list.len() > MOST => Err(BadVals::TooMany),
        Value::Array(list) => Ok((list.iter().map(spot).collect::<Result<_, _>>()?, true)),
        one => Ok((vec![spot(one)?], false)),
    }
}

fn spot(vals: &Value) -> Result<RawSpot, BadVals> {
    if !matches!(vals, Value::Struct(_)) {
        return Err(BadVals::NotAStruct);
    }
    let text = |names| find(vals, names).and_then(Value::text).unwrap_or_default();
    let call = find(vals, CALL)
        .and_then(Value::text)
        .ok_or(BadVals::Missing("callsign"))?;
    let wrong = |field, reason| BadVals::Wrong { field, reason };
    let freq = frequency(vals)?;
    let mut spot = RawSpot::of(call.trim(), freq);
    spot.spotter = match find(vals, SPOTTER).and_then(Value::text) {
        Some(text) => Some(Spotter::parse(&text).map_err(|_| wrong("spotter", "no callsign"))?),
        None => None,
    };
    if vals.get("skimmer") == Some(&Value::Bool(true))
        && let Some(spotter) = &mut spot.spotter
    {
        spotter.skimmer = true;
    }
    spot.comment = text(COMMENT).into();
    spot.mode = find(vals, &["mode"])
        .and_then(Value::text)
        .and_then(|word| SpotMode::parse(&word));
    spot.time = match find(vals, TIME) {
        Some(value) => Some(value.time().ok_or(wrong("time", "no time"))?),
        None => None,
    };
    // A grid that is none says nothing, and is no reason to lose a spot.
    spot.grid = text(GRID).parse().ok();
    spot.spotter_grid = text(&["spotter_grid", "de_grid"]).parse().ok();
    spot.snr = number(vals, &["snr", "db"]).and_then(|snr| i8::try_from(snr).ok());
    spot.wpm = number(vals, &["wpm", "speed"]).and_then(|wpm| u8::try_from(wpm).ok());
    spot.refs = refs(vals);
    Ok(spot)
}

/// The frequency, whose unit a name may tell.
fn frequency(vals: &Value) -> Result<Hertz, BadVals> {
    if let Some(hertz) = find(vals, &["freq_hz", "frequency_hz"]).and_then(Value::whole) {
        let hertz = u64::try_from(hertz).map_err(|_| BadVals::Wrong {
            field: "frequency",
            reason: "out of range",
        })?;
        return Ok(Hertz::new(hertz));
    }
    let value = find(vals, FREQUENCY).ok_or(BadVals::Missing("frequency"))?;
    value.frequency().map_err(|error| BadVals::Wrong {
        field: "frequency",
        reason: match error {
            SpotFrequencyError::NotANumber => "no number",
            SpotFrequencyError::OutOfRange => "out of range",
        },
    })
}

fn refs(vals: &Value) -> References {
    let named = |names: &[&str]| {
        let text = find(vals, names)?.text()?;
        let text = text.trim().to_ascii_uppercase();
        let fits = text.len() <= 20
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-/".contains(&b));
        fits.then(|| text.into())
    };
    References {
        iota: named(&["iota", "iota_ref"]),
        sota: named(&["sota", "sota_ref"]),
        wwff: named(&["wwff", "wwff_ref"]),
        pota: named(&["pota", "pota_ref"]),
        wwbota: named(&["wwbota", "wwbota_ref"]),
    }
}

fn number(vals: &Value, names: &[&str]) -> Option<i64> {
    match find(vals, names)? {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a fraction of a decibel is not missed"
        )]
        Value::Double(number) if number.abs() < 1e6 => Some(number.round() as i64),
        other => other.whole(),
    }
}

/// The first entry of these names that says something.
fn find<'v>(vals: &'v Value, names: &[&str]) -> Option<&'v Value> {
    let mut found = names.iter().filter_map(|name| vals.get(name));
    found.find(|value| !value.is_nothing())
}
