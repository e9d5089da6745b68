//! Pages where members prove something by themselves: `/verify/morse` and `/verify/document`.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;

use super::fields::Again;
use super::notice::Done;
use super::reader::Reader;
use super::say::iso;
use super::views::{DocumentPage, DocumentRow, MorsePage, size_words, utc_words};
use crate::ham::morse::pattern;
use crate::identity::api::documents::receive;
use crate::identity::documents::{DocumentLine, MOST_BYTES};
use crate::identity::review::State;
use crate::web::{Path, Result};

/// `/verify/morse`
pub(super) async fn morse(reader: Reader) -> Result<Response> {
    let member = reader.visitor.actor.in_person()?;
    let identity = &reader.app.services.identity;
    let account = identity.account(member.account)?;
    let call = account.call.call().map(ToString::to_string).unwrap_or_default();
    let proofs = identity
        .verifications(&reader.visitor.actor, member.account)
        .await?;
    let keyed = proofs
        .into_iter()
        .map(|(_, proof)| proof)
        .find(|proof| proof.is_keying() && proof.call.as_str() == call && proof.ended.is_none());
    let signs: Vec<String> = call.chars().filter_map(pattern).map(drawn).collect();
    let page = MorsePage {
        frame: reader.frame_of("settings", "morse.title").await,
        pattern: signs.join("  "),
        spoken: spoken(&reader, &call),
        call,
        keyed: keyed.map(|proof| proof.evidence.into()).unwrap_or_default(),
    };
    reader.show(StatusCode::OK, &page)
}

/// `/verify/document`
pub(super) async fn documents(reader: Reader) -> Result<Response> {
    documents_page(&reader, Again::default()).await
}

/// Takes a licence in.
pub(super) async fn send(reader: Reader, request: Request) -> Result<Response> {
    match receive(&reader.app.services.identity, &reader.visitor.actor, request).await {
        Ok(_) => reader.go_on("/verify/document", Done::DocumentSent),
        Err(problem) => {
            let again = Again::after(problem)?.having(&["call", "file", "note"]);
            documents_page(&reader, again).await
        }
    }
}

/// Takes a licence back.
pub(super) async fn withdraw(reader: Reader, Path(id): Path<u64>) -> Result<Response> {
    let identity = &reader.app.services.identity;
    identity.withdraw_document(&reader.visitor.actor, id).await?;
    reader.go_on("/verify/document", Done::DocumentWithdrawn)
}

async fn documents_page(reader: &Reader, again: Again) -> Result<Response> {
    let actor = &reader.visitor.actor;
    let identity = &reader.app.services.identity;
    let account = identity.account(actor.in_person()?.account)?;
    let lines = identity.documents(actor).await?;
    let own = account.call.call().map(ToString::to_string).unwrap_or_default();
    let days = reader.app.services.config.documents_kept.as_secs() / 86_400;
    let mut form = again.form;
    if form.value("call").is_empty() {
        form = form.with_value("call", &own);
    }
    let page = DocumentPage {
        frame: reader.frame_of("settings", "document.title").await,
        about: reader.t.f("document.about", &[("days", &days.to_string())]),
        most: MOST_BYTES,
        call_locked: !own.is_empty() && account.verified.is_some(),
        documents: lines.into_iter().map(|line| row(reader, line)).collect(),
        form,
    };
    reader.show(again.status, &page)
}

fn row(reader: &Reader, line: DocumentLine) -> DocumentRow {
    let t = reader.t;
    let document = line.document;
    let state = line
        .review
        .as_ref()
        .map_or(State::Withdrawn, |review| review.state);
    let (tone, glyph, word) = match state {
        State::Open => ("warn", "△", "document.waits"),
        State::Accepted => ("good", "✓", "document.accepted"),
        State::Refused => ("bad", "✕", "document.refused"),
        State::Withdrawn => ("", "–", "document.withdrawn"),
    };
    let decision = line.review.and_then(|review| review.decision);
    let kept = reader.app.services.config.documents_kept;
    let ends = decision
        .as_ref()
        .and_then(|decision| decision.at.checked_add(kept).ok());
    let file_words = match (document.erased, ends) {
        (Some(time), _) => t.f("document.erased", &[("time", &utc_words(time, reader.now))]),
        (None, Some(time)) => t.f("document.erase_on", &[("time", &utc_words(time, reader.now))]),
        (None, None) => String::new(),
    };
    DocumentRow {
        number: line.number,
        call: document.call.to_string(),
        name: document.name.as_str().to_owned(),
        size: size_words(document.bytes),
        tone,
        glyph,
        state_word: t.s(word).to_owned(),
        sent_iso: iso(document.sent),
        sent: utc_words(document.sent, reader.now),
        reason: decision
            .map(|decision| decision.reason.into())
            .unwrap_or_default(),
        file_words,
        can_withdraw: document.erased.is_none(),
    }
}

/// Dots and dashes for the eye.
fn drawn(pattern: &str) -> String {
    pattern.replace('.', "·").replace('-', "–")
}

/// Dots and dashes for the ear: `W: dot dash dash; 1: ...`.
fn spoken(reader: &Reader, call: &str) -> String {
    let (dot, dash) = (reader.t.s("morse.spoken_dot"), reader.t.s("morse.spoken_dash"));
    let letter = |letter: char| {
        let signs = pattern(letter)?
            .chars()
            .map(|sign| if sign == '.' { dot } else { dash });
        Some(format!("{letter}: {}", signs.collect::<Vec<_>>().join(" ")))
    };
    call.chars().filter_map(letter).collect::<Vec<_>>().join("; ")
}
