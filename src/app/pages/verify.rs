//! Proving one's own call: what stands, what is under way, what can be done next.
//!
//! The page reads and works without script; with it, forms answer in place and the page notices by itself what
//! happened elsewhere.

use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;

use super::fields::{Again, Fields};
use super::notice::Done;
use super::reader::{Reader, quoted};
use super::say::iso;
use super::views::{CodeRow, ProofRow, TokenRow, VerifyPage, WayRow, utc_words, word_or_name};
use crate::ham::callsign::Callsign;
use crate::identity::ladder::{At, Mailbox, Overview, Place, RECORD_LABEL, StoredToken, WayLine};
use crate::identity::{Error, Verification};
use crate::web::{Problem, Query, Result, Sensitive};

/// Where the page has a place for what is wrong.
const PLACES: [&str; 3] = ["call", "code", "domain"];

/// The call that a person says is theirs.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    call: String,
}

/// `/verify`
pub(super) async fn show(reader: Reader, Query(wanted): Query<Wanted>) -> Result<Response> {
    match read_call(&wanted.call) {
        Ok(call) => page(&reader, Again::default(), call).await,
        Err(problem) => {
            let again = Again::after(problem)?.having(&PLACES);
            let form = again.form.with_value("call", &wanted.call);
            page(&reader, Again { form, ..again }, None).await
        }
    }
}

/// Does what one of the page's forms asks for.
pub(super) async fn change(reader: Reader, fields: Fields) -> Result<Response> {
    match carry_out(&reader, &fields).await {
        Ok(done) => {
            let call = fields.text("call");
            let place = if call.is_empty() || done == Done::CallProven {
                "/verify".to_owned()
            } else {
                format!("/verify?call={}", quoted(call))
            };
            reader.go_on(&place, done)
        }
        Err(problem) => {
            let again = Again::after(problem)?.having(&PLACES);
            let again = again.keeping(&fields, &["call", "domain"]);
            let call = read_call(fields.text("call")).ok().flatten();
            page(&reader, again, call).await
        }
    }
}

async fn carry_out(reader: &Reader, fields: &Fields) -> Result<Done> {
    let identity = &reader.app.services.identity;
    let actor = &reader.visitor.actor;
    let named =
        || read_call(fields.text("call"))?.ok_or_else(|| Problem::invalid("call", "which call is yours?"));
    match fields.action() {
        "code" => {
            let mailbox = Mailbox::named(fields.text("mailbox")).ok_or_else(|| fields.unknown())?;
            let call = named()?;
            identity
                .ask_code(actor, (&call, mailbox), &reader.visitor.browser)
                .await?;
            Ok(Done::CodeSent)
        }
        "try" => {
            identity.try_code(actor, fields.text("code")).await?;
            Ok(Done::CallProven)
        }
        "token" | "renew" => {
            let call = named()?;
            let renew = fields.action() == "renew";
            identity.proof_token(actor, (&call, renew)).await?;
            Ok(Done::TokenMade)
        }
        "check" => {
            let place = Place::named(fields.text("place"), fields.text("domain"));
            let place = place.ok_or_else(|| fields.unknown())?;
            identity.check_token(actor, place).await?;
            Ok(Done::CallProven)
        }
        _ => Err(fields.unknown()),
    }
}

/// The call that was typed, if one was.
fn read_call(text: &str) -> Result<Option<Callsign>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let call = Callsign::parse(text).map_err(|error| Problem::invalid("call", error.to_string()))?;
    if call.as_str() != call.base() {
        let home = call.base().to_owned();
        return Err(Error::NotAHomeCall(call, home).into());
    }
    Ok(Some(call))
}

async fn page(reader: &Reader, again: Again, wanted: Option<Callsign>) -> Result<Response> {
    let ladder = reader
        .app
        .services
        .identity
        .ladder(&reader.visitor.actor, wanted)
        .await?;
    let (shelf, t) = (reader.shelf().await, reader.t);
    let page = filled(reader, ladder, reader.frame("verify", t.s("verify.title"), shelf));
    let page = VerifyPage {
        form: again.form,
        ..page
    };
    let mut response = reader.show(again.status, &page)?;
    response.extensions_mut().insert(Sensitive);
    Ok(response)
}

fn filled(reader: &Reader, ladder: Overview, frame: super::views::Frame) -> VerifyPage {
    let now = reader.now;
    let call = ladder.call.as_ref().map(ToString::to_string).unwrap_or_default();
    let rows = |pick: fn(&WayLine) -> bool| -> Vec<WayRow> {
        let picked = ladder.ways.iter().filter(|line| pick(line));
        picked.map(|line| way(reader, line, &call)).collect()
    };
    let is_mailbox = |line: &WayLine| Mailbox::named(line.way.id).is_some();
    let is_place = |line: &WayLine| Place::named(line.way.id, "").is_some();
    let (mailboxes, places) = (rows(is_mailbox), rows(is_place));
    let others =
        rows(|line| Mailbox::named(line.way.id).is_none() && Place::named(line.way.id, "").is_none());
    let token = ladder.token.filter(|token| token.call.as_str() == call);
    let stamp = stamp(
        ladder.verified,
        &ladder.proofs,
        ladder.code.as_ref().map(|code| code.tries),
    );
    VerifyPage {
        frame,
        form: super::views::Form::default(),
        since_iso: ladder.verified.map(iso).unwrap_or_default(),
        since: ladder
            .verified
            .map(|since| utc_words(since, now))
            .unwrap_or_default(),
        code: ladder.code.map(|code| CodeRow {
            call: code.call.to_string(),
            left: code.left(),
            to: code.to.into(),
            until_iso: iso(code.until),
            until: utc_words(code.until, now),
        }),
        token: token.map(|token| token_row(&token, now)),
        mailboxes,
        places,
        others,
        proofs: proof_rows(reader, ladder.proofs),
        stamp,
        call,
    }
}

/// What the page's script compares.
fn stamp(since: Option<Timestamp>, proofs: &[(u64, Verification)], tries: Option<u32>) -> String {
    let standing = proofs.iter().filter(|(_, proof)| proof.ended.is_none()).count();
    format!(
        "{}-{}-{standing}-{}",
        since.map_or(0, |since| since.as_second()),
        proofs.len(),
        tries.map_or_else(String::new, |tries| tries.to_string())
    )
}

fn way(reader: &Reader, line: &WayLine, call: &str) -> WayRow {
    let (t, id) = (reader.t, line.way.id);
    let trust = line.way.method.trust().as_str();
    WayRow {
        id,
        name: word_or_name(t, "way", id),
        proves: word_or_name(t, "way_proves", id).replace("CALL", call),
        takes: word_or_name(t, "way_takes", id),
        trust_word: word_or_name(t, "trust", trust),
        off: line
            .off
            .map(|why| word_or_name(t, "way_off", why))
            .unwrap_or_default(),
        href: match line.way.at {
            At::Page(page) => page.to_owned(),
            At::Here | At::Office => String::new(),
        },
        edit: match id {
            "qrz" | "qrz_page" => format!("https://www.qrz.com/manager?callsign={}", quoted(call)),
            "hamqth" => "https://www.hamqth.com/edit.php".to_owned(),
            _ => String::new(),
        },
    }
}

fn token_row(token: &StoredToken, now: Timestamp) -> TokenRow {
    TokenRow {
        record: token.token.record(),
        token: token.token.as_str().to_owned(),
        ampr: format!(
            "{RECORD_LABEL}.{}.ampr.org",
            token.call.as_str().to_ascii_lowercase()
        ),
        label: RECORD_LABEL,
        until_iso: iso(token.until),
        until: utc_words(token.until, now),
    }
}

/// Proofs as rows, newest first.
pub(super) fn proof_rows(reader: &Reader, proofs: Vec<(u64, Verification)>) -> Vec<ProofRow> {
    let rows = proofs.into_iter().rev();
    rows.map(|(number, proof)| proof_row(reader, number, proof))
        .collect()
}

fn proof_row(reader: &Reader, number: u64, proof: Verification) -> ProofRow {
    let (t, now) = (reader.t, reader.now);
    let state = match &proof.ended {
        Some(_) => "ended",
        None if proof.until.is_some_and(|until| until <= now) => "over",
        None => "stands",
    };
    let ended = proof.ended.as_ref().map(|ended| {
        let when = utc_words(ended.at, now);
        t.f(
            "verify.ended",
            &[("when", &when), ("by", &ended.by), ("why", &ended.why)],
        )
    });
    ProofRow {
        number,
        call: proof.call.to_string(),
        method: word_or_name(t, "method", proof.method.as_str()),
        trust: word_or_name(t, "trust", proof.method.trust().as_str()),
        at_iso: iso(proof.at),
        at: utc_words(proof.at, now),
        until_iso: proof.until.map(iso).unwrap_or_default(),
        until: proof.until.map(|until| utc_words(until, now)).unwrap_or_default(),
        evidence: proof.evidence.into(),
        by: proof.by.into(),
        note: proof.note.into(),
        state,
        ended: ended.unwrap_or_default(),
    }
}
