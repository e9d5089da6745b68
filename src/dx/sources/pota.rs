//! Parks on the Air: `spot/activator`, an array of the activators of the last half hour.

use serde::Deserialize;

use super::{Activation, Number, PollError, entries, utc, with_reference};
use crate::dx::model::RawSpot;
use crate::env::Env;
use crate::ham::spot::{References, SpotMode, Spotter, frequency};

const PATH: &str = "spot/activator";

/// An entry of the list.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    spot_id: Option<serde_json::Number>,
    activator: String,
    /// Kilohertz.
    frequency: Number,
    #[serde(default)]
    mode: Option<String>,
    reference: String,
    spot_time: String,
    #[serde(default)]
    spotter: Option<String>,
    #[serde(default)]
    comments: Option<String>,
    /// Anything but nothing: taken back.
    #[serde(default)]
    invalid: Option<serde_json::Value>,
    #[serde(default)]
    grid6: Option<String>,
    #[serde(default)]
    grid4: Option<String>,
}

pub(super) async fn fetch(env: &Env) -> Result<Vec<Activation>, PollError> {
    let reply = env.outbound.get("pota", PATH, &[]).await?;
    read(&reply.body)
}

pub(super) fn read(body: &[u8]) -> Result<Vec<Activation>, PollError> {
    Ok(entries::<Entry>(body)?.iter().filter_map(activation).collect())
}

fn activation(entry: &Entry) -> Option<Activation> {
    let taken_back = entry
        .invalid
        .as_ref()
        .is_some_and(|value| !matches!(value, serde_json::Value::Null | serde_json::Value::Bool(false)));
    if taken_back {
        return None;
    }
    let reference = entry.reference.trim().to_ascii_uppercase();
    let comments = entry.comments.as_deref().unwrap_or_default();
    let text = |text: &Option<String>| text.as_deref().unwrap_or_default().trim().to_owned();
    let frequency = entry.frequency.text();
    // Whoever spotted, the programme tells it: not a flood of machines, so not among them.
    let spotter = [text(&entry.spotter), entry.activator.clone()]
        .iter()
        .find_map(|text| Spotter::parse(text).ok())
        .map(|spotter| Spotter::person(spotter.call))?;
    let spot = RawSpot {
        spotter: Some(spotter),
        comment: with_reference(&reference, comments),
        mode: entry.mode.as_deref().and_then(SpotMode::parse),
        time: utc(&entry.spot_time),
        grid: [&entry.grid6, &entry.grid4]
            .iter()
            .find_map(|grid| text(grid).parse().ok()),
        refs: References {
            pota: Some(reference.as_str().into()),
            ..References::default()
        },
        ..RawSpot::of(entry.activator.trim(), frequency::khz(&frequency)?)
    };
    let news = format!("{frequency} {} {} {comments}", text(&entry.mode), entry.spot_time);
    Some(Activation {
        key: match &entry.spot_id {
            Some(id) => id.to_string(),
            None => format!("{} {reference}", entry.activator),
        },
        news,
        spot,
    })
}
