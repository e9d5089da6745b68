//! callook.info, which asks for no account, knows the United States, and is away for some minutes every day.

use serde_json::Value;

use super::model::{Found, Site, Trouble, call, text};
use crate::env::Outbound;

const SITE: Site = Site::Callook;

/// Looks a call up.
pub(super) async fn look_up(outbound: &Outbound, wanted: &str) -> Result<Found, Trouble> {
    let path = format!("{wanted}/json");
    let reply = outbound.get(SITE.outbound(), &path, &[]).await;
    let body = reply.map_err(|error| Trouble::of(SITE, &error))?.body;
    let answer: Value =
        serde_json::from_slice(&body).map_err(|_| Trouble::odd(SITE, "a reply that is no JSON"))?;
    let field = |pointer: &str| answer.pointer(pointer).and_then(Value::as_str);
    match field("/status") {
        Some("VALID") => {}
        Some("INVALID") => return Err(Trouble::NotFound),
        Some("UPDATING") => return Err(Trouble::odd(SITE, "it takes its register in; later")),
        _ => return Err(Trouble::odd(SITE, "a reply of something else")),
    }
    let line = text(field("/address/line2"));
    Ok(Found {
        call: call(SITE, field("/current/callsign"))?,
        name: text(field("/name")),
        grid: text(field("/location/gridsquare")),
        qth: text(Some(without_postcode(&line))),
        country: "United States".into(),
        class: text(field("/current/operClass")),
        ..Found::default()
    })
}

/// `CITY, ST` of `CITY, ST ZIP`.
fn without_postcode(line: &str) -> &str {
    match line.rsplit_once(' ') {
        Some((place, code)) if code.starts_with(|c: char| c.is_ascii_digit()) => place,
        _ => line,
    }
}
