//! `/admin/review`: what waits for a decision with all there is to know for it, and what was decided.

use axum::response::Response;

use super::fields::{Again, Fields};
use super::notice::Done;
use super::reader::Reader;
use super::say::iso;
use super::views::{
    AdminReviewPage, DecidedRow, Labelled, ReviewRow, ScanLink, size_words, utc_words, word_or_name,
};
use crate::identity::review::{Matter, Review, ReviewId, State, Verdict};
use crate::identity::{AccountId, StoredAccount};
use crate::web::{Problem, Result};

/// Decided matters listed.
const DECIDED: usize = 30;

/// `/admin/review`
pub(super) async fn show(reader: Reader) -> Result<Response> {
    page(&reader, Again::default(), None).await
}

/// Decides a matter, or takes a decision back.
pub(super) async fn change(reader: Reader, fields: Fields) -> Result<Response> {
    let unknown = |_| Problem::not_found("there is no such review");
    let id = ReviewId(fields.text("id").parse().map_err(unknown)?);
    match carry_out(&reader, &fields, id).await {
        Ok(done) => reader.go_on("/admin/review", done),
        Err(problem) => {
            let again = Again::after(problem)?
                .having(&["reason"])
                .keeping(&fields, &["reason"]);
            page(&reader, again, Some(id)).await
        }
    }
}

async fn carry_out(reader: &Reader, fields: &Fields, id: ReviewId) -> Result<Done> {
    let (identity, actor) = (&reader.app.services.identity, &reader.visitor.actor);
    let accept = match fields.action() {
        "accept" => true,
        "refuse" => false,
        "reopen" => {
            identity.reopen_review(actor, id).await?;
            return Ok(Done::ReviewReopened);
        }
        _ => return Err(fields.unknown()),
    };
    let reason = fields.text("reason").parse();
    let reason = reason.map_err(|error| Problem::invalid("reason", format!("{error}")))?;
    identity
        .decide_review(actor, id, Verdict { accept, reason })
        .await?;
    Ok(if accept {
        Done::ReviewAccepted
    } else {
        Done::ReviewRefused
    })
}

async fn page(reader: &Reader, again: Again, typed: Option<ReviewId>) -> Result<Response> {
    let (identity, actor) = (&reader.app.services.identity, &reader.visitor.actor);
    let mut open = Vec::new();
    for (id, review) in identity.open_reviews(actor).await? {
        let mut row = waiting(reader, id, review).await?;
        if typed == Some(id) {
            again.form.value("reason").clone_into(&mut row.reason);
            again.form.error("reason").clone_into(&mut row.error);
        }
        open.push(row);
    }
    let decided = identity.decided_reviews(actor).await?.into_iter().take(DECIDED);
    let page = AdminReviewPage {
        frame: reader.frame_of("admin", "review.title").await,
        part: "review",
        form: again.form,
        decided: decided.map(|(id, review)| ended(reader, id, review)).collect(),
        open,
    };
    reader.show(again.status, &page)
}

async fn waiting(reader: &Reader, id: ReviewId, review: Review) -> Result<ReviewRow> {
    let t = reader.t;
    let (question, accept, refuse) = match &review.matter {
        Matter::Document { .. } => (
            "review.ask_document",
            "review.accept_document",
            "review.refuse_document",
        ),
        Matter::ContestedCall { holder: Some(_), .. } => {
            ("review.ask_contested", "review.accept_call", "review.refuse_call")
        }
        Matter::ContestedCall { holder: None, .. } => {
            ("review.ask_second", "review.accept_call", "review.refuse_call")
        }
        Matter::SignUp {} => (
            "review.ask_sign_up",
            "review.accept_sign_up",
            "review.refuse_sign_up",
        ),
        Matter::LicenceMatch { .. } => ("review.ask_match", "review.accept_call", "review.refuse_call"),
        Matter::Unknown => (
            "review.ask_unknown",
            "review.accept_document",
            "review.refuse_document",
        ),
    };
    let mut facts = Facts::new(reader);
    let mut file = None;
    match &review.matter {
        Matter::Document { document, call } => {
            facts.account("review.account", review.account).await?;
            facts.add("review.call_on_it", call.to_string());
            file = scan(reader, &mut facts, *document).await?;
        }
        Matter::ContestedCall { holder, proof, .. } => {
            facts.account("review.claimed_by", review.account).await?;
            let method = word_or_name(t, "method", proof.method.as_str());
            facts.add("review.proof_now", pair(&method, &proof.evidence));
            facts.add("review.note", proof.note.to_string());
            if let Some(holder) = holder {
                facts.account("review.held_by", *holder).await?;
            }
        }
        Matter::SignUp {} => facts.account("review.account", review.account).await?,
        Matter::LicenceMatch {
            authority,
            licensee,
            name,
            postal_code,
            call,
        } => {
            facts.account("review.account", review.account).await?;
            facts.add("review.call_on_it", call.to_string());
            let found = [name.as_str(), postal_code, authority];
            facts.add("review.register", found.join(", "));
            facts.add("review.licensee", licensee.clone().unwrap_or_default().into());
        }
        Matter::Unknown => {}
    }
    Ok(ReviewRow {
        id: id.0,
        kind_word: kind_word(reader, &review.matter),
        subject: subject(reader, &review),
        question: t.s(question),
        opened_iso: iso(review.opened),
        opened: utc_words(review.opened, reader.now),
        facts: facts.lines,
        note: review.note.into(),
        file,
        accept_word: t.s(accept),
        refuse_word: t.s(refuse),
        reason: String::new(),
        error: String::new(),
    })
}

fn ended(reader: &Reader, id: ReviewId, review: Review) -> DecidedRow {
    let (tone, glyph, word) = match review.state {
        State::Accepted => ("good", "✓", "review.state_accepted"),
        State::Refused => ("bad", "✕", "review.state_refused"),
        State::Withdrawn | State::Open => ("", "–", "review.state_withdrawn"),
    };
    let at = review
        .decision
        .as_ref()
        .map_or(review.opened, |decision| decision.at);
    let can_reopen = review.can_reopen();
    DecidedRow {
        id: id.0,
        kind_word: kind_word(reader, &review.matter),
        subject: subject(reader, &review),
        at_iso: iso(at),
        at: utc_words(at, reader.now),
        tone,
        glyph,
        state_word: reader.t.s(word),
        by: review
            .decision
            .as_ref()
            .map(|decision| decision.by.to_string())
            .unwrap_or_default(),
        reason: review
            .decision
            .map(|decision| decision.reason.into())
            .unwrap_or_default(),
        can_reopen,
    }
}

fn kind_word(reader: &Reader, matter: &Matter) -> &'static str {
    reader.t.s(match matter {
        Matter::Document { .. } => "review.kind_document",
        Matter::ContestedCall { .. } => "review.kind_contested",
        Matter::SignUp {} => "review.kind_sign_up",
        Matter::LicenceMatch { .. } => "review.kind_match",
        Matter::Unknown => "review.kind_unknown",
    })
}

/// The call that a matter is about, else the account's name.
fn subject(reader: &Reader, review: &Review) -> String {
    match review.matter.call() {
        Some(call) => call.to_string(),
        None => {
            let account = reader.app.services.identity.account(review.account);
            account
                .map(|account| account.call.to_string())
                .unwrap_or_default()
        }
    }
}

/// The scan, with what is to be known of it among the facts.
async fn scan(reader: &Reader, facts: &mut Facts<'_>, number: u64) -> Result<Option<ScanLink>> {
    let identity = &reader.app.services.identity;
    let line = identity.document(&reader.visitor.actor, number).await?;
    let document = line.document;
    facts.add("review.file", document.name.as_str().to_owned());
    let words = format!(
        "{}, {}",
        document.kind.ending().to_uppercase(),
        size_words(document.bytes)
    );
    Ok(Some(ScanLink {
        href: format!("/api/v1/documents/{number}/file"),
        words,
        is_image: document.kind.is_image(),
        missing: !identity.holds_document(&document),
    }))
}

/// What an administrator should know for deciding.
struct Facts<'a> {
    reader: &'a Reader,
    lines: Vec<Labelled>,
}

impl<'a> Facts<'a> {
    fn new(reader: &'a Reader) -> Self {
        Self {
            reader,
            lines: Vec::new(),
        }
    }

    /// One more, unless there is nothing to say.
    fn add(&mut self, label: &'static str, value: String) {
        if !value.trim().is_empty() {
            let label = self.reader.t.s(label).to_owned();
            self.lines.push(Labelled { label, value });
        }
    }

    /// Who has an account, since when, what they told, and by what their call is theirs.
    async fn account(&mut self, label: &'static str, id: AccountId) -> Result<()> {
        let (t, now) = (self.reader.t, self.reader.now);
        let identity = &self.reader.app.services.identity;
        let Ok(account) = identity.account(id) else {
            return Ok(());
        };
        let since = t.f("review.since", &[("time", &utc_words(account.created, now))]);
        let email = account
            .email
            .as_ref()
            .map(|email| email.as_str())
            .unwrap_or_default();
        let who = [account.call.as_str(), account.name.as_str(), email, &since];
        self.add(label, listed(&who));
        self.add("review.told", told(&account));
        let proofs = identity.verifications(&self.reader.visitor.actor, id).await?;
        let standing = proofs.into_iter().filter(|(_, proof)| proof.ended.is_none());
        let words = standing.map(|(_, proof)| {
            let method = word_or_name(t, "method", proof.method.as_str());
            pair(&method, &utc_words(proof.at, now))
        });
        let words: Vec<String> = words.collect();
        let none = if label == "review.held_by" && words.is_empty() {
            t.s("review.no_proofs")
        } else {
            ""
        };
        self.add("review.proofs_before", format!("{}{none}", words.join("; ")));
        Ok(())
    }
}

fn told(account: &StoredAccount) -> String {
    let Some(person) = &account.person else {
        return String::new();
    };
    let name = format!("{} {}", person.first_name.as_str(), person.last_name.as_str());
    listed(&[name.trim(), &person.postal_code, &person.register_id])
}

fn pair(first: &str, second: &str) -> String {
    listed(&[first, second])
}

fn listed(parts: &[&str]) -> String {
    let said: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    said.join(", ")
}
