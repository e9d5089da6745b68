//! The interface of callook.info: `/{call}/{json|xml|text}`, for everybody.
//!
//! `VALID` is a licence that may be used today; everything else is `INVALID` and nothing more. The site's `UPDATING`
//! never comes: registers here are swapped, not emptied.

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::fields::{american, class_word, position, street_line};
use super::xml::{Xml, clean};
use super::{CompatState, open_answer};
use crate::callbook::model::{Authority, HolderKind};
use crate::callbook::view::record::RecordView;
use crate::identity::api::gate::Visitor;
use crate::web::{Path, Problem, Result};

/// `/{call}/{format}`.
pub(super) async fn answer(
    State(state): State<CompatState>,
    visitor: Visitor,
    Path((call, format)): Path<(String, String)>,
) -> Result<Response> {
    let write = match format.to_ascii_lowercase().as_str() {
        "json" => as_json,
        "xml" => as_xml,
        "text" => as_text,
        _ => return Err(Problem::not_found("the formats are json, xml and text")),
    };
    let (actor, record) = state.open_lookup(&visitor, &call).await?;
    let (kind, body) = write(&document(record.as_ref()));
    Ok(open_answer(&actor, kind, body))
}

/// The answer, whatever it is written in.
fn document(record: Option<&RecordView>) -> Value {
    let Some(record) = record.filter(|record| record.licensed) else {
        return json!({"status": "INVALID"});
    };
    let place = position(record);
    // Clients read numbers here: nothing known is nothing, not an empty text.
    let of_place = |text: Option<String>| text.map_or(Value::Null, Value::String);
    let (lat, lon, grid) = place.map_or((None, None, None), |place| {
        (Some(place.lat), Some(place.lon), Some(place.grid))
    });
    let attention = clean(&record.attention);
    let trustee = record.trustee.as_ref();
    json!({
        "status": "VALID",
        "type": kind(record.kind),
        "current": {
            "callsign": clean(&record.call),
            "operClass": class_word(record.codes.class.as_ref()),
        },
        "previous": {
            "callsign": record.previous_call.as_deref().map(clean).unwrap_or_default(),
            "operClass": class_word(record.codes.previous_class.as_ref()),
        },
        "trustee": {
            "callsign": trustee.and_then(|trustee| trustee.call.as_deref()).map(clean).unwrap_or_default(),
            "name": trustee.map(|trustee| clean(&trustee.name)).unwrap_or_default(),
        },
        "name": clean(&record.name),
        "address": {
            "line1": clean(&street_line(record)),
            "line2": city_line(record),
            "attn": if attention.is_empty() { attention } else { format!("ATTN: {attention}") },
        },
        "location": {
            "latitude": of_place(lat),
            "longitude": of_place(lon),
            "gridsquare": of_place(grid),
        },
        "otherInfo": {
            "grantDate": american(record.days.granted),
            "expiryDate": american(record.days.expires),
            "lastActionDate": american(record.days.last_action),
            "frn": clean(&record.frn),
            "ulsUrl": register_page(record),
        },
    })
}

/// `CITY, ST ZIP`. Clients take it apart from its end, so it is nothing where a part of it is not shown.
fn city_line(record: &RecordView) -> String {
    let [city, state, zip] = [&record.city, &record.state, &record.zip].map(|part| clean(part));
    if city.is_empty() || state.is_empty() || zip.is_empty() {
        return String::new();
    }
    format!("{city}, {state} {zip}")
}

fn kind(kind: Option<HolderKind>) -> &'static str {
    match kind {
        Some(HolderKind::Club | HolderKind::Other) => "CLUB",
        Some(HolderKind::Military) => "MILITARY",
        Some(HolderKind::Races) => "RACES",
        Some(HolderKind::Recreation) => "RECREATION",
        // Whose kind is not shown is a person: clubs have nothing to hide.
        Some(HolderKind::Person) | None => "PERSON",
    }
}

/// The record's page at the FCC.
fn register_page(record: &RecordView) -> String {
    let number = record.codes.number;
    if number == 0 || record.authority != Authority::FCC.as_str() {
        return String::new();
    }
    format!("https://wireless2.fcc.gov/UlsApp/UlsSearch/license.jsp?licKey={number}")
}

fn as_json(document: &Value) -> (&'static str, String) {
    ("application/json", document.to_string())
}

fn as_xml(document: &Value) -> (&'static str, String) {
    let mut xml = Xml::new("callook", &[]);
    for (name, value) in entries(document) {
        match value {
            Value::Object(_) => xml.group(name, |xml| {
                for (name, value) in entries(value) {
                    xml.value(name, value.as_str().unwrap_or_default());
                }
            }),
            value => xml.value(name, value.as_str().unwrap_or_default()),
        }
    }
    ("text/xml; charset=utf-8", xml.finish())
}

/// A line for each value: `current.callsign: W1AW`.
fn as_text(document: &Value) -> (&'static str, String) {
    let mut out = String::new();
    for (name, value) in entries(document) {
        match value {
            Value::Object(_) => {
                for (inner, value) in entries(value) {
                    out.push_str(&format!(
                        "{name}.{inner}: {}\n",
                        value.as_str().unwrap_or_default()
                    ));
                }
            }
            value => out.push_str(&format!("{name}: {}\n", value.as_str().unwrap_or_default())),
        }
    }
    ("text/plain; charset=utf-8", out)
}

fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let members = value.as_object().into_iter().flatten();
    members.map(|(name, value)| (name.as_str(), value))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::callbook::compat::testing;

    fn json(record: Option<&RecordView>) -> String {
        serde_json::to_string_pretty(&document(record)).unwrap()
    }

    #[test]
    fn a_person_in_every_form_and_as_guests_get_it() {
        let record = testing::person();
        insta::assert_snapshot!("person_json", json(Some(&record)));
        insta::assert_snapshot!("person_xml", as_xml(&document(Some(&record))).1);
        insta::assert_snapshot!("person_text", as_text(&document(Some(&record))).1);
        insta::assert_snapshot!("guest", json(Some(&testing::masked())));
    }

    #[test]
    fn a_club_an_opted_out_call_and_a_miss() {
        insta::assert_snapshot!("club", json(Some(&testing::club())));
        insta::assert_snapshot!("opted_out", json(Some(&testing::opted_out())));
        assert_eq!(as_json(&document(None)).1, r#"{"status":"INVALID"}"#);
        let over = RecordView {
            licensed: false,
            ..testing::person()
        };
        assert_eq!(document(Some(&over)), json!({"status": "INVALID"}));
    }

    proptest! {
        #[test]
        fn no_value_breaks_a_form(text in testing::hostile()) {
            let document = document(Some(&testing::filled_with(&text)));
            let read: Value = serde_json::from_str(&as_json(&document).1).unwrap();
            prop_assert_eq!(&read, &document);
            testing::well_formed(&as_xml(&document).1);
            let text = as_text(&document).1;
            prop_assert_eq!(text.lines().count(), 20);
            prop_assert!(text.lines().all(|line| line.contains(": ")));
        }
    }
}
