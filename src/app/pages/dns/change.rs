//! The forms of a name's page: records, ready-made records, tokens, what administrators do with a name.

use axum::response::Response;

use super::name::{Asked, Shown, page};
use super::rows::path_of;
use super::{state_of, turned};
use crate::app::pages::fields::{Again, Fields};
use crate::app::pages::notice::Done;
use crate::app::pages::reader::Reader;
use crate::dns::api::applied::Outcome;
use crate::dns::api::records::{RecordChange, asking};
use crate::dns::api::templates::{self, TemplateBody};
use crate::dns::api::tokens::{self, NewTokenBody};
use crate::dns::api::view::{RecordBody, TtlBody};
use crate::dns::api::{shown, top};
use crate::dns::model::{TokenScope, Version};
use crate::dns::name::Name;
use crate::dns::rules::form;
use crate::web::{Path, Problem, Result};

/// Where the page has a place for what is wrong.
const PLACES: [&str; 12] = [
    "name",
    "type",
    "content",
    "ttl",
    "grid",
    "altitude_m",
    "node",
    "target",
    "port",
    "label",
    "lasts",
    "confirm",
];

/// What a form came to.
enum Outcomes {
    Done(Done),
    /// A new token, shown once, in the answer itself: its id and what it is.
    Made(String, String),
}

/// Does what one of the page's forms asks for.
pub(in crate::app::pages) async fn change(
    reader: Reader,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response> {
    let zone = top(&name)?;
    match carry_out(&reader, &zone, &fields).await {
        Ok(Outcomes::Done(Done::NameReleased)) => reader.go_on("/dns", Done::NameReleased),
        Ok(Outcomes::Done(done)) => reader.go_on(&path_of(&shown(&zone)), done),
        Ok(Outcomes::Made(id, token)) => {
            let asked = Asked {
                token: id,
                ..Asked::default()
            };
            let beside = Shown {
                token,
                ..Shown::default()
            };
            page(&reader, (&name, asked), Again::default(), beside).await
        }
        Err(problem) => {
            let again = Again::after(problem)?.having(&PLACES).keeping(&fields, &PLACES);
            let asked = Asked {
                edit: fields.text("id").to_owned(),
                ..Asked::default()
            };
            let beside = Shown {
                refused: fields.action().to_owned(),
                ..Shown::default()
            };
            page(&reader, (&name, asked), again, beside).await
        }
    }
}

async fn carry_out(reader: &Reader, zone: &Name, fields: &Fields) -> Result<Outcomes> {
    let (state, actor) = (state_of(reader), &reader.visitor.actor);
    let dns = &state.dns;
    let asking = asking(&state, actor, zone);
    let done = match fields.action() {
        "add" => {
            let made = asking.add(&record(fields), None).await?;
            told(made.outcome, Done::RecordAdded)
        }
        "edit" => {
            let body = RecordChange {
                name: Some(fields.text("name").to_owned()),
                content: Some(form::content(fields.text("type"), fields.text("content"))),
                ttl: Some(TtlBody::Text(fields.text("ttl").to_owned())),
                ..RecordChange::default()
            };
            let changed = asking.change(fields.text("id"), &body, None).await?;
            told(changed.outcome, Done::RecordChanged)
        }
        "delete" => told(asking.remove(fields.text("id"), None).await?, Done::RecordDeleted),
        "undo" => {
            let unknown = |_| Problem::not_found("there is no such change any more");
            let version = fields.text("version").parse().map_err(unknown)?;
            turned(dns.undo(actor, zone, Version(version)).await, Done::RecordsUndone)?
        }
        "loc" | "allstar" => {
            let body = template(fields)?;
            let filled = templates::filled(&state, actor, (zone, fields.action()), &body).await?;
            filled
                .outcome
                .map_or(Done::RecordsMade, |outcome| told(outcome, Done::RecordsMade))
        }
        "token" => {
            let made = tokens::make(&state, actor, zone, &token(fields)?).await?;
            return Ok(Outcomes::Made(made.id, made.token));
        }
        "revoke" => {
            dns.revoke_token(actor, fields.text("id").into()).await?;
            Done::TokenRevoked
        }
        _ => govern(reader, zone, fields).await?,
    };
    Ok(Outcomes::Done(done))
}

/// What administrators do with a member's name.
async fn govern(reader: &Reader, zone: &Name, fields: &Fields) -> Result<Done> {
    let (dns, actor) = (&reader.app.services.dns, &reader.visitor.actor);
    match fields.action() {
        "suspend" => turned(dns.suspend_name(actor, zone.clone()).await, Done::NameSuspended),
        "restore" => turned(dns.restore_name(actor, zone.clone()).await, Done::NameRestored),
        "delegates" => {
            dns.delegate(actor, zone.clone(), fields.ticked("allowed"))
                .await?;
            Ok(Done::Saved)
        }
        "release" if fields.text("confirm").eq_ignore_ascii_case(&shown(zone)) => {
            dns.release_name(actor, zone.clone()).await?;
            Ok(Done::NameReleased)
        }
        "release" => Err(Problem::invalid("confirm", reader.t.s("dns.confirm_wrong"))),
        _ => Err(fields.unknown()),
    }
}

/// What is told of a change that was made.
fn told(outcome: Outcome, done: Done) -> Done {
    if outcome.is_live() {
        done
    } else {
        Done::RecordsPending
    }
}

fn record(fields: &Fields) -> RecordBody {
    let ttl = fields.text("ttl");
    RecordBody {
        name: fields.text("name").to_owned(),
        kind: fields.text("type").to_owned(),
        content: form::content(fields.text("type"), fields.text("content")),
        ttl: (!ttl.is_empty()).then(|| TtlBody::Text(ttl.to_owned())),
    }
}

fn template(fields: &Fields) -> Result<TemplateBody> {
    let text = |name: &str| {
        Some(fields.text(name))
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let altitude = text("altitude_m").unwrap_or_else(|| "0".to_owned());
    let whole = |_| Problem::invalid("altitude_m", "a whole number of metres");
    let port = text("port").map(|port| port.parse().map_err(|_| Problem::invalid("port", "0 to 65535")));
    Ok(TemplateBody {
        name: fields.text("name").to_owned(),
        grid: text("grid"),
        altitude_m: altitude.parse().map_err(whole)?,
        node: text("node"),
        target: text("target"),
        port: port.transpose()?,
        echolink: fields.ticked("echolink"),
        apply: true,
        address: None,
    })
}

fn token(fields: &Fields) -> Result<NewTokenBody> {
    let lasts = fields.text("lasts");
    let lasts = match lasts {
        "" => None,
        text => Some(
            text.parse()
                .map_err(|_| Problem::invalid("lasts", "a number of seconds"))?,
        ),
    };
    Ok(NewTokenBody {
        name: fields.text("name").to_owned(),
        scope: if fields.text("scope") == "acme" {
            TokenScope::Acme
        } else {
            TokenScope::Dyndns
        },
        label: fields.text("label").to_owned(),
        lasts,
    })
}
