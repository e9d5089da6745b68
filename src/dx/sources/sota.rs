//! Summits on the Air: `api/spots/epoch`, which changes when the list does, and the list itself.
//!
//! The service has had several addresses with slightly different lists: one that has no epoch is asked for the list
//! each time.

use serde::Deserialize;

use super::{Activation, Number, PollError, entries, utc, with_reference};
use crate::dx::model::RawSpot;
use crate::env::{Env, OutboundError};
use crate::ham::freq::Hertz;
use crate::ham::spot::{References, SpotMode, Spotter};

const EPOCH: &str = "api/spots/epoch";
/// The list, by the newer and by the older interface.
const LISTS: [&str; 2] = ["api/spots/50/all/all", "api/spots/25/all"];

/// An entry of the list.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    id: Option<serde_json::Number>,
    activator_callsign: String,
    /// Megahertz.
    frequency: Number,
    #[serde(default)]
    mode: Option<String>,
    #[serde(default)]
    association_code: Option<String>,
    summit_code: String,
    #[serde(default)]
    comments: Option<String>,
    /// Who spotted.
    #[serde(default)]
    callsign: Option<String>,
    time_stamp: String,
}

pub(super) async fn fetch(
    env: &Env,
    mark: &mut Option<String>,
) -> Result<Option<Vec<Activation>>, PollError> {
    let epoch = match env.outbound.get("sota", EPOCH, &[]).await {
        Ok(reply) => Some(String::from_utf8_lossy(&reply.body).trim().to_owned()),
        Err(OutboundError::Status { status: 404, .. }) => None,
        Err(error) => return Err(error.into()),
    };
    if epoch.is_some() && *mark == epoch {
        return Ok(None);
    }
    let mut missing = None;
    for path in LISTS {
        match env.outbound.get("sota", path, &[]).await {
            Ok(reply) => {
                let list = read(&reply.body)?;
                *mark = epoch;
                return Ok(Some(list));
            }
            Err(error @ OutboundError::Status { status: 404, .. }) => missing = Some(error),
            Err(error) => return Err(error.into()),
        }
    }
    Err(missing.map_or(PollError::NoList, PollError::Outbound))
}

pub(super) fn read(body: &[u8]) -> Result<Vec<Activation>, PollError> {
    Ok(entries::<Entry>(body)?.iter().filter_map(activation).collect())
}

fn activation(entry: &Entry) -> Option<Activation> {
    let text = |text: &Option<String>| text.as_deref().unwrap_or_default().trim().to_owned();
    let summit = entry.summit_code.trim().to_ascii_uppercase();
    let association = text(&entry.association_code).to_ascii_uppercase();
    let reference = if summit.contains('/') || association.is_empty() {
        summit
    } else {
        format!("{association}/{summit}")
    };
    let frequency = entry.frequency.text();
    let comments = text(&entry.comments);
    let spotter = [text(&entry.callsign), entry.activator_callsign.clone()]
        .iter()
        .find_map(|text| Spotter::parse(text).ok())
        .map(|spotter| Spotter::person(spotter.call))?;
    let spot = RawSpot {
        spotter: Some(spotter),
        comment: with_reference(&reference, &comments),
        mode: entry.mode.as_deref().and_then(SpotMode::parse),
        time: utc(&entry.time_stamp),
        refs: References {
            sota: Some(reference.as_str().into()),
            ..References::default()
        },
        ..RawSpot::of(
            entry.activator_callsign.trim(),
            Hertz::from_mhz_text(&frequency).ok()?,
        )
    };
    let news = format!(
        "{frequency} {} {} {comments}",
        text(&entry.mode),
        entry.time_stamp
    );
    Some(Activation {
        key: match &entry.id {
            Some(id) => id.to_string(),
            None => format!("{} {reference}", entry.activator_callsign),
        },
        news,
        spot,
    })
}
