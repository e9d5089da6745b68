//! One contact: all its fields, and without script a form for those one mistypes.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::contact_fields::groups;
use super::fields::{Again, Fields};
use super::frame::Shelf;
use super::notice::Done;
use super::reader::Reader;
use super::say;
use super::typed::{Tuned, read_frequency, read_start};
use super::views::{ContactPage, Form, utc_words};
use crate::ham::freq::Hertz;
use crate::ham::mode::Mode;
use crate::identity::Scope;
use crate::logbook::event::QsoId;
use crate::logbook::view::QsoView;
use crate::logbook::write::edit::{self, FieldEdit, Target, WayBack};
use crate::store::{Read, Write};
use crate::web::{Path, Problem, Result, Text};

/// How long a deletion can be taken back through the API.
const WAY_BACK: SignedDuration = SignedDuration::from_hours(24);
/// Fields of the form that are stored as they are typed.
const PLAIN: [&str; 6] = ["rst_sent", "rst_rcvd", "name", "qth", "grid", "comment"];
/// Fields of the form that are read.
const READ: [&str; 5] = ["call", "date", "time", "freq", "mode"];
/// Where the page has a place for what is wrong.
const PLACES: [&str; 8] = [
    "call", "start", "freq", "mode", "rst_sent", "rst_rcvd", "grid", "confirm",
];

/// A contact as it is read.
struct Found {
    view: QsoView,
    /// Whether the reader may change it.
    may_edit: bool,
}

/// `/logbook/{id}`
pub(super) async fn show(reader: Reader, Path(id): Path<String>) -> Result<Response> {
    page(&reader, parse(&id)?, None).await
}

/// Changes or deletes the contact.
pub(super) async fn change(reader: Reader, Path(id): Path<String>, fields: Fields) -> Result<Response> {
    let id = parse(&id)?;
    let done = match fields.action() {
        "edit" => store(&reader, id, &fields).await,
        "delete" => delete(&reader, id, &fields).await,
        _ => Err(fields.unknown()),
    };
    match done {
        Ok(Done::Deleted) => reader.go_on("/logbook", Done::Deleted),
        Ok(done) => reader.go_on(&format!("/logbook/{id}"), done),
        Err(problem) => {
            // What somebody else changed meanwhile is to be seen before it is changed again.
            let stale = problem.status() == StatusCode::PRECONDITION_FAILED;
            let mut again = Again::after(problem)?
                .moved("band", "freq")
                .moved("freq_hz", "freq");
            again = again.having(&PLACES);
            if !stale {
                again = again.keeping(&fields, &PLAIN).keeping(&fields, &READ);
            }
            page(&reader, id, Some(again)).await
        }
    }
}

async fn page(reader: &Reader, id: QsoId, again: Option<Again>) -> Result<Response> {
    let (shelf, found) = read(reader, id).await?;
    let view = &found.view;
    let mode = view.submode.as_ref().unwrap_or(&view.mode);
    let band = say::band(view.band);
    let fresh = form_of(view);
    let again = again.unwrap_or_default();
    let form = again.form.filled_up(&fresh);
    let page = ContactPage {
        frame: reader.frame("logbook", &view.call, shelf),
        summary: format!("{} · {band} · {mode}", utc_words(view.start, reader.now)),
        id: view.id.clone(),
        call: view.call.to_string(),
        groups: groups(view, reader.t)?,
        may_edit: found.may_edit,
        revision: view.revision,
        form,
    };
    reader.show(again.status, &page)
}

/// The contact, with the logbook it is in as the one in use.
async fn read(reader: &Reader, id: QsoId) -> Result<(Shelf, Found)> {
    let mut here = reader.clone();
    let read = move |r: &Read| {
        let (opened, record) = edit::find(r, &here.visitor.actor, Scope::LogbookRead, id)?;
        here.named = Some(opened.book.call.to_string());
        let found = Found {
            view: QsoView::of(id, &opened.book.call, &record),
            may_edit: opened.may_edit(&record).is_ok(),
        };
        Ok::<_, Problem>((Shelf::of(r, &here)?, found))
    };
    reader.app.services.store.read(read).await
}

async fn store(reader: &Reader, id: QsoId, fields: &Fields) -> Result<Done> {
    let (_, found) = read(reader, id).await?;
    let edits = FieldEdit::from_json(&changed(fields, &found.view, reader.now, reader.t)?)?;
    let target = target(id, fields)?;
    let (actor, now) = (reader.actor(), reader.now);
    let table = reader.app.logbook.countries.table();
    let write =
        move |tx: &mut Write<'_>| edit::edit(tx, &actor, target, &edits, &table, now).map_err(Problem::from);
    reader.app.services.store.write(write).await?;
    Ok(Done::Changed)
}

async fn delete(reader: &Reader, id: QsoId, fields: &Fields) -> Result<Done> {
    if !fields.ticked("confirm") {
        return Err(Problem::invalid("confirm", reader.t.s("contact.confirm_missing")));
    }
    let target = target(id, fields)?;
    let actor = reader.actor();
    let back = WayBack {
        token: reader.app.services.env.entropy.token(16).into(),
        until: reader.now.saturating_add(WAY_BACK).unwrap_or(reader.now),
    };
    let write = move |tx: &mut Write<'_>| edit::delete(tx, &actor, target, &back).map_err(Problem::from);
    reader.app.services.store.write(write).await?;
    Ok(Done::Deleted)
}

fn parse(id: &str) -> Result<QsoId> {
    id.parse()
        .map_err(|_| Problem::not_found(format!("there is no contact {id}")))
}

/// The contact at the revision that the page showed.
fn target(id: QsoId, fields: &Fields) -> Result<Target> {
    let revision = fields.text("revision").parse().map_err(|_| fields.unknown())?;
    Ok(Target {
        id,
        revision: Some(revision),
    })
}

/// The form as it stands on the page before anything is typed.
fn form_of(view: &QsoView) -> Form {
    let time = if view.start.as_second() % 60 == 0 {
        "%H%M"
    } else {
        "%H%M%S"
    };
    let freq = view.freq_hz.map(|hertz| say::kilohertz(Hertz::new(hertz)));
    let form = Form::default()
        .with_value("call", &view.call)
        .with_value("date", &view.start.strftime("%Y-%m-%d").to_string())
        .with_value("time", &view.start.strftime(time).to_string())
        .with_value("freq", freq.as_deref().unwrap_or(view.band))
        .with_value("mode", view.submode.as_ref().unwrap_or(&view.mode));
    let text = |name: &str| view.texts.get(name).map_or("", |text| text.as_str());
    let plain = PLAIN.iter();
    plain.fold(form, |form, name| form.with_value(name, text(name)))
}

/// What was typed otherwise than it stood there, as the API would be sent it: what the form shows shortened, such as
/// the frequency, is not stored shortened.
fn changed(fields: &Fields, view: &QsoView, now: Timestamp, t: Text<'static>) -> Result<Map<String, Value>> {
    let shown = form_of(view);
    let differs = |name: &str| fields.text(name) != shown.value(name);
    let mut edits = Map::new();
    let mut put = |name: &str, value: Value| drop(edits.insert(name.to_owned(), value));
    for name in PLAIN.into_iter().filter(|name| differs(name)) {
        let text = fields.text(name);
        put(name, if text.is_empty() { Value::Null } else { text.into() });
    }
    if differs("call") {
        put("call", fields.text("call").to_uppercase().into());
    }
    if differs("date") || differs("time") {
        let start = read_start(fields.text("date"), fields.text("time"), now);
        let start = start.ok_or_else(|| Problem::invalid("start", t.s("js.entry.bad_time")))?;
        put("start", start.to_string().into());
    }
    if differs("freq") {
        match read_frequency(fields.text("freq")) {
            Some(Tuned::Frequency(hertz)) => put("freq_hz", hertz.get().into()),
            Some(Tuned::Band(band)) => {
                put("freq_hz", Value::Null);
                put("band", band.name().into());
            }
            None => return Err(Problem::invalid("freq", t.s("js.entry.bad_freq"))),
        }
    }
    if differs("mode") {
        let mode =
            Mode::named(fields.text("mode")).map_err(|error| Problem::invalid("mode", error.to_string()))?;
        put("mode", mode.main().into());
        put("submode", mode.submode().map_or(Value::Null, Value::from));
    }
    Ok(edits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view() -> QsoView {
        QsoView {
            call: "JA1XYZ".into(),
            start: "2026-11-21T09:32:07Z".parse().unwrap(),
            freq_hz: Some(14_081_512),
            band: "20m",
            mode: "MFSK".into(),
            submode: Some("FT4".into()),
            texts: [("name", "Aki".into())].into(),
            ..QsoView::default()
        }
    }

    fn edits(typed: &str) -> Result<Value> {
        let fields = Fields::parse(typed.as_bytes());
        let now = "2026-11-22T00:00:00Z".parse().unwrap();
        changed(&fields, &view(), now, Text::english()).map(Value::Object)
    }

    const AS_SHOWN: &str = "call=JA1XYZ&date=2026-11-21&time=093207&freq=14081.512&mode=FT4&name=Aki";

    #[test]
    fn a_form_sent_as_it_stood_changes_nothing() {
        assert_eq!(edits(AS_SHOWN).unwrap(), serde_json::json!({}));
    }

    #[test]
    fn only_what_was_typed_is_changed() {
        let typed = AS_SHOWN
            .replace("FT4", "ssb")
            .replace("14081.512", "40m")
            .replace("Aki", "");
        let wanted = serde_json::json!({
            "name": null, "freq_hz": null, "band": "40m", "mode": "SSB", "submode": null,
        });
        assert_eq!(edits(&typed).unwrap(), wanted);
        let later = AS_SHOWN.replace("093207", "0945");
        assert_eq!(
            edits(&later).unwrap(),
            serde_json::json!({"start": "2026-11-21T09:45:00Z"})
        );
    }

    #[test]
    fn what_cannot_be_read_is_said_at_its_field() {
        let refused = edits(&AS_SHOWN.replace("14081.512", "quick")).unwrap_err();
        assert_eq!(refused.body().errors[0].field, "freq");
    }
}
