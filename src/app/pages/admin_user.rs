//! One account as administrators see it: who it is, and what proves its call, with the evidence.

use axum::response::Response;

use super::fields::{Again, Fields};
use super::frame::role;
use super::notice::Done;
use super::reader::Reader;
use super::say::iso;
use super::verify::proof_rows;
use super::views::{AdminUserPage, utc_words, word_or_name};
use crate::ham::callsign::Callsign;
use crate::identity::write::{Claim, Claimant, Proof};
use crate::identity::{AccountId, DisplayName, Method, Role};
use crate::web::{Path, Problem, Result};

/// Where the page has a place for what is wrong.
const PLACES: [&str; 3] = ["note", "call", "why"];

/// `/admin/users/{id}`
pub(super) async fn show(reader: Reader, Path(id): Path<u32>) -> Result<Response> {
    page(&reader, Again::default(), AccountId(id)).await
}

/// Vouches for the account's call, gives it one, or ends a proof.
pub(super) async fn change(reader: Reader, Path(id): Path<u32>, fields: Fields) -> Result<Response> {
    let id = AccountId(id);
    match carry_out(&reader, id, &fields).await {
        Ok(done) => reader.go_on(&format!("/admin/users/{id}"), done),
        Err(problem) => {
            let again = Again::after(problem)?.having(&PLACES);
            page(&reader, again.keeping(&fields, &PLACES), id).await
        }
    }
}

async fn carry_out(reader: &Reader, id: AccountId, fields: &Fields) -> Result<Done> {
    let identity = &reader.app.services.identity;
    let actor = &reader.visitor.actor;
    match fields.action() {
        "vouch" => {
            let method = match fields.text("method") {
                "document" => Method::DOCUMENT,
                _ => Method::ADMINISTRATOR,
            };
            let proof = Proof {
                method,
                ..Proof::word_of(text(fields, "note")?.as_str())
            };
            identity.add_verification(actor, id, proof).await?;
            Ok(Done::ProofAdded)
        }
        "claim" => {
            let call = Callsign::parse(fields.text("call"));
            let claim = Claim {
                call: call.map_err(|error| Problem::invalid("call", error.to_string()))?,
                claimant: Claimant::Account(id),
                proof: Proof::word_of(text(fields, "note")?.as_str()),
            };
            identity.claim_call(actor, claim).await?;
            Ok(Done::ProofAdded)
        }
        "end" => {
            let unknown = |_| Problem::not_found("there is no such proof");
            let number = fields.text("number").parse().map_err(unknown)?;
            let why = text(fields, "why")?;
            identity
                .end_verification(actor, (id, number), why.as_str().to_owned())
                .await?;
            Ok(Done::ProofEnded)
        }
        _ => Err(fields.unknown()),
    }
}

/// A short text that must be there: whoever looks at it later has nothing else to go by.
fn text(fields: &Fields, name: &str) -> Result<DisplayName> {
    let typed = fields.text(name);
    if typed.is_empty() {
        return Err(Problem::invalid(name, "is needed: say on what grounds"));
    }
    typed.parse().map_err(|_| Problem::invalid(name, "is too long"))
}

async fn page(reader: &Reader, again: Again, id: AccountId) -> Result<Response> {
    let identity = &reader.app.services.identity;
    let proofs = identity.verifications(&reader.visitor.actor, id).await?;
    let account = identity.account(id)?;
    let since = account.verified;
    let page = AdminUserPage {
        frame: reader.frame_of("admin", "admin.user").await,
        part: "users",
        form: again.form,
        id: id.0,
        call: account.call.to_string(),
        name: account.name.as_str().to_owned(),
        role_word: word_or_name(reader.t, "role", role(account.role)),
        listener: account.role == Role::Swl,
        second_factor: account.second_factor,
        made_iso: iso(account.created),
        made: utc_words(account.created, reader.now),
        since_iso: since.map(iso).unwrap_or_default(),
        since: since
            .map(|since| utc_words(since, reader.now))
            .unwrap_or_default(),
        proofs: proof_rows(reader, proofs),
    };
    reader.show(again.status, &page)
}
