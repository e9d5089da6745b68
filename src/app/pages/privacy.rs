//! What a member decides about what is known of them: who sees it, a copy of all of it, and its end.

use axum::response::Response;

use super::fields::{Again, Fields};
use super::notice::Done;
use super::reader::Reader;
use super::say::iso;
use super::views::{ErasureView, LookInRow, PrivacyPage, utc_words, word_or_name};
use crate::app::personal;
use crate::identity::write::AccountChange;
use crate::identity::{GridPrecision, LookIn};
use crate::web::{Problem, Result};

/// Lines of who looked in.
const SHOWN: usize = 50;
const PATH: &str = "/settings/privacy";

/// `/settings/privacy`
pub(super) async fn show(reader: Reader) -> Result<Response> {
    page(&reader, Again::default()).await
}

/// Does what one of the page's forms asks for.
pub(super) async fn change(reader: Reader, fields: Fields) -> Result<Response> {
    match carry_out(&reader, &fields).await {
        Ok(done) => reader.go_on(PATH, done),
        Err(problem) => {
            let again = Again::after(problem)?.having(&["register_id", "confirm"]);
            page(&reader, again.keeping(&fields, &["register_id"])).await
        }
    }
}

/// `/settings/export`: everything that is held about the reader, as a file.
pub(super) async fn export(reader: Reader) -> Result<Response> {
    personal::archive(&reader.app, &reader.visitor.actor).await
}

async fn carry_out(reader: &Reader, fields: &Fields) -> Result<Done> {
    let identity = &reader.app.services.identity;
    let actor = &reader.visitor.actor;
    let member = actor.in_person()?;
    match fields.action() {
        "privacy" => {
            let precision = match fields.text("grid_precision") {
                "exact" => GridPrecision::Exact,
                "square" => GridPrecision::Square,
                "none" => GridPrecision::None,
                _ => return Err(Problem::invalid("grid_precision", "is exact, square or none")),
            };
            let change = AccountChange {
                directory: Some(fields.ticked("directory")),
                grid_precision: Some(precision),
                register_id: Some(fields.text("register_id").into()),
                ..AccountChange::default()
            };
            identity.change_account(actor, member.account, change).await?;
            Ok(Done::Saved)
        }
        "erase" => {
            if !fields.text("confirm").eq_ignore_ascii_case(member.call.as_str()) {
                return Err(Problem::invalid("confirm", "type the name of your account"));
            }
            identity
                .ask_erasure(actor, member.account, fields.ticked("logs"))
                .await?;
            Ok(Done::ErasureAsked)
        }
        "keep" => {
            identity.cancel_erasure(actor, member.account).await?;
            Ok(Done::ErasureCancelled)
        }
        _ => Err(fields.unknown()),
    }
}

async fn page(reader: &Reader, again: Again) -> Result<Response> {
    let identity = &reader.app.services.identity;
    let actor = &reader.visitor.actor;
    let id = actor.in_person()?.account;
    let account = identity.account(id)?;
    let erasure = identity.erasure(actor, id).await?;
    let looked_in = identity.looked_in(actor, SHOWN).await?;
    let register_id = account
        .person
        .as_ref()
        .map(|person| person.register_id.to_string());
    let page = PrivacyPage {
        frame: reader.frame_of("settings", "privacy.title").await,
        directory: account.privacy.directory,
        grid: reader.grid(),
        grid_precision: match account.privacy.grid_precision {
            GridPrecision::Exact => "exact",
            GridPrecision::Square => "square",
            GridPrecision::None => "none",
        },
        register_id: register_id.unwrap_or_default(),
        previous: account.previous.iter().map(ToString::to_string).collect(),
        erasure: erasure.map(|erasure| ErasureView {
            due_iso: iso(erasure.due),
            due: utc_words(erasure.due, reader.now),
            logs: erasure.logs,
            begun: erasure.begun,
        }),
        looked_in: looked_in.into_iter().map(|line| look_in(reader, line)).collect(),
        form: again.form,
    };
    reader.show(again.status, &page)
}

fn look_in(reader: &Reader, line: LookIn) -> LookInRow {
    LookInRow {
        at_iso: iso(line.at),
        at: utc_words(line.at, reader.now),
        who: line.who.into(),
        what: word_or_name(reader.t, "looked_in", line.action.trim_start_matches("acting.")),
        detail: if line.action == "acting.act" {
            line.detail.into()
        } else {
            String::new()
        },
    }
}
