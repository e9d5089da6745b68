//! World Wide Flora and Fauna: `static/spots.json`, an array of the newest spots.

use jiff::Timestamp;
use serde::Deserialize;

use super::{Activation, Number, PollError, entries, utc, with_reference};
use crate::dx::model::RawSpot;
use crate::env::Env;
use crate::ham::spot::{References, SpotMode, Spotter, frequency};

const PATH: &str = "static/spots.json";

/// An entry of the list.
#[derive(Debug, Clone, Deserialize)]
struct Entry {
    id: Option<serde_json::Number>,
    activator: String,
    /// Kilohertz.
    frequency_khz: Number,
    #[serde(default)]
    mode: Option<String>,
    reference: String,
    #[serde(default)]
    remarks: Option<String>,
    #[serde(default)]
    spotter: Option<String>,
    /// Seconds since 1970.
    #[serde(default)]
    spot_time: Option<i64>,
    /// `2026-11-21 11:58:30`, where there are no seconds.
    #[serde(default)]
    spot_time_formatted: Option<String>,
}

pub(super) async fn fetch(env: &Env) -> Result<Vec<Activation>, PollError> {
    let reply = env.outbound.get("wwff", PATH, &[]).await?;
    Ok(entries::<Entry>(&reply.body)?
        .iter()
        .filter_map(activation)
        .collect())
}

fn activation(entry: &Entry) -> Option<Activation> {
    let reference = entry.reference.trim().to_ascii_uppercase();
    let remarks = entry.remarks.as_deref().unwrap_or_default();
    let mode = entry.mode.as_deref().unwrap_or_default();
    let frequency = entry.frequency_khz.text();
    let seconds = entry.spot_time.and_then(|at| Timestamp::from_second(at).ok());
    let time = seconds.or_else(|| utc(entry.spot_time_formatted.as_deref()?))?;
    // Whoever spotted, the programme tells it: not a flood of machines, so not among them.
    let spotter = [
        entry.spotter.as_deref().unwrap_or_default(),
        entry.activator.as_str(),
    ]
    .into_iter()
    .find_map(|text| Spotter::parse(text.trim()).ok())
    .map(|spotter| Spotter::person(spotter.call))?;
    let spot = RawSpot {
        spotter: Some(spotter),
        comment: with_reference(&reference, remarks),
        mode: SpotMode::parse(mode.trim()),
        time: Some(time),
        refs: References {
            wwff: Some(reference.as_str().into()),
            ..References::default()
        },
        ..RawSpot::of(entry.activator.trim(), frequency::khz(&frequency)?)
    };
    Some(Activation {
        key: match &entry.id {
            Some(id) => id.to_string(),
            None => format!("{} {reference}", entry.activator),
        },
        news: format!("{frequency} {mode} {time} {remarks}"),
        spot,
    })
}
