//! `/callbook/{call}/edit` and `/callbook/{call}/removal`: what holders want of their records, and what others ask for.
//!
//! Rights and rules are the domain's; what is done here is what the API does.

use axum::response::Response;

use super::fields::{Again, Fields};
use super::notice::Done;
use super::reader::{Reader, quoted};
use super::views::{CallbookEditPage, CallbookRemovalPage, Labelled, OwnWords, QslWayRow, SeenBy, sentence};
use crate::callbook::api::own::{self, OwnBody, QslBody};
use crate::callbook::api::removals::{self, RemovalBody};
use crate::callbook::view::{RecordView, Viewer};
use crate::callbook::wishes::model::{Consent, Wishes};
use crate::callbook::wishes::read::{Own, Right};
use crate::web::{Path, Problem, Result};

/// Fields of words.
const WORDS: [&str; 8] = ["name", "qth", "grid", "via", "picture", "web", "email", "bio"];
/// Fields of a request.
const ASKED: [&str; 2] = ["reason", "contact"];

/// `/callbook/{call}/edit`
pub(super) async fn edit(reader: Reader, Path(call): Path<String>) -> Result<Response> {
    edit_page(&reader, &call, Again::default(), None).await
}

/// Does what one of the page's forms asks for.
pub(super) async fn change(reader: Reader, Path(call): Path<String>, fields: Fields) -> Result<Response> {
    match carry_out(&reader, &call, &fields).await {
        Ok(done) => reader.go_on(&format!("{}/edit", path_of(&call)), done),
        Err(problem) => {
            let again = told(problem)?.moved("qsl.via", "via").having(&WORDS);
            let typed = (fields.action() == "save").then(|| read(&fields));
            edit_page(&reader, &call, again, typed).await
        }
    }
}

async fn carry_out(reader: &Reader, call: &str, fields: &Fields) -> Result<Done> {
    let (state, actor) = (reader.app.callbook_state(), &reader.visitor.actor);
    let (_, now) = own::own(&state, actor, call).await?;
    let stands = OwnBody::of(&now.wishes);
    let (body, expected, done) = match fields.action() {
        "save" => {
            let revision = fields.text("revision").parse();
            let revision =
                revision.map_err(|_| Problem::bad_request("no_revision", "load the page again"))?;
            let body = OwnBody {
                opted_out: stands.opted_out,
                ..read(fields)
            };
            (body, Some(revision), Done::Saved)
        }
        "hide" => (with_listing(stands, true), Some(now.revision), Done::Unlisted),
        "list" => (with_listing(stands, false), Some(now.revision), Done::Listed),
        "reset" => {
            own::clear(&state, actor, call, None).await?;
            return Ok(Done::WordsCleared);
        }
        _ => return Err(fields.unknown()),
    };
    own::change(&state, actor, call, body, expected).await?;
    Ok(done)
}

fn with_listing(body: OwnBody, opted_out: bool) -> OwnBody {
    OwnBody { opted_out, ..body }
}

fn read(fields: &Fields) -> OwnBody {
    let text = |name: &str| fields.text(name).to_owned();
    let way = |name: &str| match fields.text(name) {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    OwnBody {
        name: text("name"),
        qth: text("qth"),
        grid: text("grid"),
        qsl: QslBody {
            via: text("via"),
            bureau: way("bureau"),
            direct: way("direct"),
            lotw: way("lotw"),
            eqsl: way("eqsl"),
        },
        picture: text("picture"),
        web: text("web"),
        email: text("email"),
        bio: text("bio"),
        consent: Consent {
            street: fields.ticked("street"),
            position: fields.ticked("position"),
            email: fields.ticked("show_email"),
            public: fields.ticked("public"),
        },
        opted_out: false,
    }
}

async fn edit_page(reader: &Reader, call: &str, again: Again, typed: Option<OwnBody>) -> Result<Response> {
    let state = reader.app.callbook_state();
    let (found, own) = own::own(&state, &reader.visitor.actor, call).await?;
    let Own {
        right,
        wishes,
        revision,
        ..
    } = own;
    let record = |wishes: &Wishes, viewer| own::seen_by(&state, &found, wishes, viewer);
    let register = record(&Wishes::default(), Viewer::Holder);
    let seen = [
        ("own.guests_see", Viewer::Guest),
        ("own.members_see", Viewer::Member),
    ];
    let seen = seen.map(|(who, viewer)| SeenBy {
        who: reader.t.s(who),
        lines: lines(reader, &record(&wishes, viewer)),
    });
    let body = typed.unwrap_or_else(|| OwnBody::of(&wishes));
    let call = register.call.clone();
    let title = reader.t.f("own.title", &[("call", &call)]);
    let page = CallbookEditPage {
        form: again.form,
        path: path_of(&call),
        ways: ways(reader, &body.qsl),
        words: words(body),
        seen: seen.into(),
        register: OwnWords {
            name: register.name,
            qth: register.city,
            grid: register
                .grid
                .map_or_else(String::new, |grid| grid.as_str().to_owned()),
            ..OwnWords::default()
        },
        opted_out: wishes.opted_out,
        is_holder: matches!(right, Right::Holder(_)),
        has_words: Wishes {
            opted_out: false,
            ..wishes
        } != Wishes::default(),
        revision,
        frame: reader.frame("callbook", &title, reader.shelf().await),
        call,
    };
    reader.show(again.status, &page)
}

fn words(body: OwnBody) -> OwnWords {
    OwnWords {
        name: body.name,
        qth: body.qth,
        grid: body.grid,
        via: body.qsl.via,
        picture: body.picture,
        web: body.web,
        email: body.email,
        bio: body.bio,
        street: body.consent.street,
        position: body.consent.position,
        show_email: body.consent.email,
        public: body.consent.public,
    }
}

fn ways(reader: &Reader, qsl: &QslBody) -> Vec<QslWayRow> {
    let t = reader.t;
    let way = |field, key, chosen: Option<bool>| QslWayRow {
        field,
        label: t.s(key),
        chosen: match chosen {
            Some(true) => "yes",
            Some(false) => "no",
            None => "",
        },
    };
    vec![
        way("bureau", "own.bureau", qsl.bureau),
        way("direct", "own.direct", qsl.direct),
        way("lotw", "own.lotw", qsl.lotw),
        way("eqsl", "own.eqsl", qsl.eqsl),
    ]
}

/// What is in a record that its holder may want to keep to themselves.
fn lines(reader: &Reader, record: &RecordView) -> Vec<Labelled> {
    let mut lines = Vec::new();
    let mut add = |label: &str, value: String| {
        if !value.is_empty() {
            let label = reader.t.s(label).to_owned();
            lines.push(Labelled { label, value });
        }
    };
    let licensed = if record.licensed {
        "own.licensed"
    } else {
        "own.not_licensed"
    };
    add("own.licence", reader.t.s(licensed).to_owned());
    add("own.class", record.class.clone().unwrap_or_default());
    add("field.name", record.name.clone());
    add("own.address", record.address_lines().join(", "));
    add(
        "field.grid",
        record
            .grid
            .map_or_else(String::new, |grid| grid.as_str().to_owned()),
    );
    add("own.email", record.email.clone());
    add("own.web", record.web.clone());
    add("own.picture", record.picture.clone());
    let words = if record.bio.is_empty() {
        ""
    } else {
        reader.t.s("own.bio_seen")
    };
    add("own.bio", words.to_owned());
    lines
}

/// `/callbook/{call}/removal`
pub(super) async fn removal(reader: Reader, Path(call): Path<String>) -> Result<Response> {
    removal_page(&reader, &call, Again::default()).await
}

/// Asks that the call be not listed.
pub(super) async fn ask(reader: Reader, Path(call): Path<String>, fields: Fields) -> Result<Response> {
    let body = RemovalBody {
        reason: fields.text("reason").to_owned(),
        contact: fields.text("contact").to_owned(),
    };
    let state = reader.app.callbook_state();
    match removals::ask_removal(&state, &reader.visitor, &call, &body).await {
        Ok((_, call)) => reader.go_on(&path_of(&call), Done::RemovalAsked),
        Err(problem) => {
            let again = told(problem)?.having(&ASKED).keeping(&fields, &ASKED);
            removal_page(&reader, &call, again).await
        }
    }
}

async fn removal_page(reader: &Reader, call: &str, again: Again) -> Result<Response> {
    let state = reader.app.callbook_state();
    let about = removals::about(&state, &reader.visitor.actor, call).await?;
    let title = reader.t.f("removal.title", &[("call", &about.call)]);
    let page = CallbookRemovalPage {
        frame: reader.frame("callbook", &title, reader.shelf().await),
        form: again.form,
        path: path_of(&about.call),
        call: about.call,
        listed: about.listed,
        is_holder: about.holder,
    };
    reader.show(again.status, &page)
}

/// The page again with what was wrong, told in a sentence.
pub(super) fn told(problem: Problem) -> Result<Again> {
    let mut again = Again::after(problem)?;
    again.form.message = sentence(&again.form.message);
    Ok(again)
}

/// The page of a record.
pub(super) fn path_of(call: &str) -> String {
    format!("/callbook/{}", quoted(call))
}
