//! The interface of `HamDB`: `/v1/{call}/{json|xml|csv}/{app}`, for everybody.
//!
//! All values are texts; a miss has `NOT_FOUND` in every one of them, and is an answer like any other.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::fields::{american, class_letter, family_name, is_person, position, status_letter, street_line};
use super::xml::{Xml, clean};
use super::{CompatState, open_answer};
use crate::callbook::view::record::RecordView;
use crate::identity::api::gate::Visitor;
use crate::web::{Path, Problem, Result};

/// What stands in every field of a call that is not there.
const NOT_FOUND: &str = "NOT_FOUND";
/// The fields, in the order in which CSV has them.
const FIELDS: [&str; 16] = [
    "call", "class", "expires", "grid", "lat", "lon", "status", "fname", "mi", "name", "suffix", "addr1",
    "addr2", "state", "zip", "country",
];

/// A form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Xml,
    Csv,
}

/// `/v1/{call}/{format}/{app}`.
pub(super) async fn named(
    state: State<CompatState>,
    visitor: Visitor,
    Path((call, format, _)): Path<(String, String, String)>,
) -> Result<Response> {
    unnamed(state, visitor, Path((call, format))).await
}

/// `/v1/{call}/{format}`, of a program that does not say its name.
pub(super) async fn unnamed(
    State(state): State<CompatState>,
    visitor: Visitor,
    Path((call, format)): Path<(String, String)>,
) -> Result<Response> {
    let form = match format.to_ascii_lowercase().as_str() {
        "json" => Form::Json,
        "xml" => Form::Xml,
        "csv" => Form::Csv,
        _ => return Err(Problem::not_found("the formats are json, xml and csv")),
    };
    let (actor, record) = state.open_lookup(&visitor, &call).await?;
    let (kind, body) = write(form, record.as_ref());
    Ok(open_answer(&actor, kind, body))
}

/// The path without a version leads to the one with it.
pub(super) async fn unversioned(Path((call, format, app)): Path<(String, String, String)>) -> Response {
    let part = |text: &str| -> String { form_urlencoded::byte_serialize(text.as_bytes()).collect() };
    // Relative, so that it is right under both paths this is served at.
    let target = format!("../../v1/{}/{}/{}", part(&call), part(&format), part(&app));
    (axum::http::StatusCode::FOUND, [(header::LOCATION, target)]).into_response()
}

fn write(form: Form, record: Option<&RecordView>) -> (&'static str, String) {
    let values = values(record);
    let status = if record.is_some() { "OK" } else { NOT_FOUND };
    match form {
        Form::Json => ("application/json", as_json(&values, status)),
        Form::Xml => ("text/xml; charset=utf-8", as_xml(&values, status)),
        Form::Csv => ("text/csv; charset=utf-8", as_csv(&values)),
    }
}

fn values(record: Option<&RecordView>) -> [String; 16] {
    let Some(record) = record else {
        return std::array::from_fn(|_| NOT_FOUND.to_owned());
    };
    let person = is_person(record);
    let place = position(record);
    let (lat, lon, grid) = place.map_or_else(Default::default, |place| (place.lat, place.lon, place.grid));
    let initial = record.middle_name.chars().next();
    let values = [
        record.call.clone(),
        class_letter(record.codes.class.as_ref()),
        american(record.days.expires),
        grid,
        lat,
        lon,
        status_letter(record.standing).to_owned(),
        if person {
            record.first_name.clone()
        } else {
            String::new()
        },
        initial.map(String::from).unwrap_or_default(),
        family_name(record).to_owned(),
        record.suffix.clone(),
        street_line(record),
        record.city.clone(),
        record.state.clone(),
        record.zip.clone(),
        record.country.clone(),
    ];
    values.map(|value| clean(&value))
}

fn as_json(values: &[String; 16], status: &str) -> String {
    let fields = FIELDS.iter().zip(values);
    let callsign: Map<String, Value> = fields
        .map(|(name, value)| ((*name).to_owned(), value.as_str().into()))
        .collect();
    let answer = json!({
        "hamdb": {"version": "1", "callsign": callsign, "messages": {"status": status}},
    });
    answer.to_string()
}

fn as_xml(values: &[String; 16], status: &str) -> String {
    let mut xml = Xml::new("hamdb", &[("version", "1.0")]);
    xml.group("callsign", |xml| {
        for (name, value) in FIELDS.iter().zip(values) {
            xml.value(name, value);
        }
    });
    xml.group("messages", |xml| xml.value("status", status));
    xml.finish()
}

/// One line without quotes, so no value may have a comma.
fn as_csv(values: &[String; 16]) -> String {
    let plain = values.each_ref().map(|value| {
        let words: Vec<&str> = value.split([',', ' ']).filter(|word| !word.is_empty()).collect();
        words.join(" ").replace('"', "")
    });
    format!("{}\n", plain.join(","))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::callbook::compat::testing;

    fn shown(form: Form, record: Option<&RecordView>) -> String {
        write(form, record).1
    }

    #[test]
    fn a_person_as_members_and_guests_get_it() {
        let record = testing::person();
        insta::assert_snapshot!(shown(Form::Json, Some(&record)));
        insta::assert_snapshot!(shown(Form::Xml, Some(&record)));
        insta::assert_snapshot!(shown(Form::Csv, Some(&record)));
        insta::assert_snapshot!("guest", shown(Form::Json, Some(&testing::masked())));
    }

    #[test]
    fn a_club_an_opted_out_call_and_a_miss() {
        insta::assert_snapshot!("club", shown(Form::Csv, Some(&testing::club())));
        insta::assert_snapshot!("opted_out", shown(Form::Json, Some(&testing::opted_out())));
        insta::assert_snapshot!("miss_json", shown(Form::Json, None));
        insta::assert_snapshot!("miss_csv", shown(Form::Csv, None));
    }

    proptest! {
        #[test]
        fn no_value_breaks_a_form(text in testing::hostile()) {
            let record = testing::filled_with(&text);
            let json: Value = serde_json::from_str(&shown(Form::Json, Some(&record))).unwrap();
            prop_assert_eq!(json["hamdb"]["callsign"].as_object().unwrap().len(), 16);
            testing::well_formed(&shown(Form::Xml, Some(&record)));
            let csv = shown(Form::Csv, Some(&record));
            prop_assert_eq!(csv.trim_end_matches('\n').split(',').count(), 16);
            prop_assert_eq!(csv.chars().filter(|letter| letter.is_control()).count(), 1);
        }
    }
}
