//! Logging one contact by a plain form.
//!
//! What a contact must have is decided by the logbook, not here; what is wrong is said at the field it is about.

use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::fields::{Again, Fields};
use super::lists;
use super::notice::Done;
use super::reader::{Reader, quoted};
use super::typed::{Tuned, read_frequency, read_start};
use super::views::{Form, NewContactPage, QsoRow};
use crate::identity::Scope;
use crate::logbook::api::from_json;
use crate::logbook::event::Outcome;
use crate::logbook::rights;
use crate::logbook::spotting::SpotOutcome;
use crate::logbook::write::log;
use crate::store::Write;
use crate::web::{Problem, Query, Result, Text};

/// Contacts shown beside the form.
const LAST: usize = 10;
/// Fields that are kept as they are typed.
const PLAIN: [&str; 13] = [
    "call",
    "rst_sent",
    "rst_rcvd",
    "mode",
    "name",
    "qth",
    "grid",
    "contest",
    "stx_string",
    "srx_string",
    "pota",
    "sota",
    "comment",
];
/// Those of them that are written in capitals.
const CAPITALS: [&str; 4] = ["call", "mode", "pota", "sota"];
/// Fields that are read.
const READ: [&str; 4] = ["freq", "date", "time", "tx_power"];
/// Where the page has a place for what is wrong.
const PLACES: [&str; 7] = ["call", "rst_sent", "rst_rcvd", "freq", "mode", "start", "grid"];

/// Whom the page that leads here, of a spot for instance, wants logged.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    call: String,
    freq: String,
    mode: String,
}

/// `/logbook/new`
pub(super) async fn show(reader: Reader, Query(asked): Query<Asked>) -> Result<Response> {
    page(&reader, &asked, None).await
}

/// Stores the contact and shows the form for the next one.
pub(super) async fn store(reader: Reader, fields: Fields) -> Result<Response> {
    match log_contact(&reader, &fields).await {
        Ok((call, done)) => reader.go_on(&format!("/logbook/new?logbook={}", quoted(&call)), done),
        Err(problem) => {
            let again = Again::after(problem)?
                .moved("band", "freq")
                .moved("freq_hz", "freq");
            let again = again.having(&PLACES).keeping(&fields, &PLAIN);
            page(&reader, &Asked::default(), Some(again.keeping(&fields, &READ))).await
        }
    }
}

async fn page(reader: &Reader, asked: &Asked, again: Option<Again>) -> Result<Response> {
    let now = reader.now;
    let gathered = reader.gather(move |r, shelf| match shelf.current() {
        Some(opened) => lists::last(r, opened, LAST, now),
        None => Ok(Vec::new()),
    });
    let (shelf, last) = gathered.await?;
    let again = again.unwrap_or_else(|| Again {
        form: prefilled(asked, last.first(), now),
        ..Again::default()
    });
    let page = NewContactPage {
        frame: reader.frame("new", reader.t.s("new.title"), shelf),
        form: again.form,
        last,
    };
    reader.show(again.status, &page)
}

/// What is asked for, else frequency and mode of the last contact; and the present time.
pub(super) fn prefilled(asked: &Asked, last: Option<&QsoRow>, now: Timestamp) -> Form {
    let form = Form::default()
        .with_value("date", &now.strftime("%Y-%m-%d").to_string())
        .with_value("time", &now.strftime("%H%M").to_string());
    if !asked.call.is_empty() || !asked.freq.is_empty() {
        return form
            .with_value("call", &asked.call.to_uppercase())
            .with_value("freq", &asked.freq)
            .with_value("mode", &asked.mode.to_uppercase());
    }
    let Some(last) = last else { return form };
    let freq = if last.freq.is_empty() {
        &last.band
    } else {
        &last.freq
    };
    form.with_value("freq", freq).with_value("mode", &last.mode)
}

/// Stores what the form says; answers the logbook's call and what is to be said.
async fn log_contact(reader: &Reader, fields: &Fields) -> Result<(String, Done)> {
    let now = reader.now;
    let contact = contact(fields, now, reader.t)?;
    let (_, incoming) = from_json(&contact, &reader.app.logbook.countries.table(), now)?;
    let (actor, book) = (reader.actor(), fields.text("logbook").to_owned());
    let write = move |tx: &mut Write<'_>| {
        let opened = rights::open(tx, &actor, Scope::LogbookWrite, Some(&book))?;
        Ok::<_, Problem>(log::log(tx, &opened, incoming, now)?)
    };
    let (contact, outcome) = reader.app.services.store.write(write).await?;
    let spotted = || {
        let spots = reader.app.spot_it();
        spots
            .spot(&reader.actor(), reader.visitor.browser.address, &contact)
            .outcome
    };
    let done = match (outcome, fields.ticked("spot").then(spotted)) {
        (_, Some(SpotOutcome::Refused)) => Done::LoggedNotSpotted,
        (_, Some(SpotOutcome::Spotted | SpotOutcome::Duplicate)) => Done::LoggedSpotted,
        (Outcome::Added, None) => Done::Logged,
        (Outcome::Merged, None) => Done::Merged,
        (Outcome::Duplicate, None) => Done::Duplicate,
    };
    Ok((contact.logbook.to_string(), done))
}

/// The form as the API would be sent it.
fn contact(fields: &Fields, now: Timestamp, t: Text<'static>) -> Result<Map<String, Value>> {
    let mut contact = Map::new();
    let mut put = |name: &str, value: Value| drop(contact.insert(name.to_owned(), value));
    for name in PLAIN {
        let text = fields.text(name);
        if CAPITALS.contains(&name) && !text.is_empty() {
            put(name, text.to_uppercase().into());
        } else if !text.is_empty() {
            put(name, text.into());
        }
    }
    let power = fields.text("tx_power").trim_end_matches(['W', 'w']).trim();
    if !power.is_empty() {
        put("tx_power", power.replace(',', ".").into());
    }
    match read_frequency(fields.text("freq")) {
        Some(Tuned::Band(band)) => put("band", band.name().into()),
        Some(Tuned::Frequency(hertz)) => put("freq_hz", hertz.get().into()),
        None => return Err(Problem::invalid("freq", t.s("js.entry.bad_freq"))),
    }
    let start = read_start(fields.text("date"), fields.text("time"), now);
    let start = start.ok_or_else(|| Problem::invalid("start", t.s("js.entry.bad_time")))?;
    put("start", start.to_string().into());
    Ok(contact)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(text: &str) -> Result<Map<String, Value>> {
        let now = "2026-11-21T12:00:00Z".parse().unwrap();
        contact(&Fields::parse(text.as_bytes()), now, Text::english())
    }

    #[test]
    fn a_form_becomes_what_the_api_is_sent() {
        let contact =
            sent("call=ja1xyz&freq=14074&mode=ft8&date=&time=0932&tx_power=5,5+W&name=Aki&grid=").unwrap();
        let wanted = serde_json::json!({
            "call": "JA1XYZ", "mode": "FT8", "name": "Aki", "tx_power": "5.5", "freq_hz": 14_074_000,
            "start": "2026-11-21T09:32:00Z",
        });
        assert_eq!(Value::Object(contact), wanted);
        assert_eq!(sent("freq=20m&time=0932").unwrap()["band"], "20m");
    }

    #[test]
    fn what_cannot_be_read_is_said_at_its_field() {
        let field = |text| sent(text).unwrap_err().body().errors[0].field.clone();
        assert_eq!(field("call=K6BP&freq=quick&time=0932"), "freq");
        assert_eq!(field("call=K6BP&freq=7050&time=noon"), "start");
    }
}
