//! `HamDB`, which asks for no account and says `NOT_FOUND` in every field of a miss.

use serde_json::Value;

use super::model::{Found, Site, Trouble, call, joined, text};
use crate::env::Outbound;

const SITE: Site = Site::Hamdb;
const NOT_FOUND: &str = "NOT_FOUND";

/// Looks a call up.
pub(super) async fn look_up(outbound: &Outbound, wanted: &str) -> Result<Found, Trouble> {
    let path = format!("v1/{wanted}/json/shackbox");
    let reply = outbound.get(SITE.outbound(), &path, &[]).await;
    let body = reply.map_err(|error| Trouble::of(SITE, &error))?.body;
    let answer: Value =
        serde_json::from_slice(&body).map_err(|_| Trouble::odd(SITE, "a reply that is no JSON"))?;
    let entry = answer.pointer("/hamdb/callsign");
    let entry = entry.ok_or_else(|| Trouble::odd(SITE, "a reply of something else"))?;
    let field = |name: &str| entry.get(name).and_then(Value::as_str);
    if field("call") == Some(NOT_FOUND) {
        return Err(Trouble::NotFound);
    }
    Ok(Found {
        call: call(SITE, field("call"))?,
        name: joined(
            &[field("fname"), field("mi"), field("name"), field("suffix")],
            " ",
        ),
        grid: text(field("grid")),
        qth: joined(&[field("addr2"), field("state")], ", "),
        country: text(field("country")),
        class: text(field("class")),
        ..Found::default()
    })
}
