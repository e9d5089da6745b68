//! What the accounts hold about people, given out and erased.
//!
//! Secrets are not given out, not even as hashes. The audit trail stays: an administrator's acts, and acts on accounts,
//! must be known later; but the eraser puts a pseudonym in the place of the person's names, which is the one change
//! that lines of it ever see.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use smol_str::SmolStr;

use super::model::AccountId;
use super::tables::{
    ACCOUNT, ACCOUNT_BY_CALL, API_KEY, AUDIT, AuditLine, ERASURE, MAIL_CODE, MAIL_COUNT, MORSE, PASSKEY,
    PROOF_TOKEN, SESSION, SIGNING, TICKET, TRY_COUNT, VERIFICATION, VERIFICATION_BY_ACCOUNT,
};
use super::write::forget_address;
use super::{certificates, documents, read, review};
use crate::privacy::{Archive, Erased, ExportError, Holdings, PIECE, Part, Position, Subject};
use crate::store::{Direction, Rows, Span, StoreError, Table, Write};

/// This domain's part.
pub(crate) const PART: Part = Part {
    name: "account",
    tables: &[
        "identity.account",
        "identity.account.by_call",
        "identity.api_key",
        "identity.audit",
        "identity.document",
        "identity.document.by_account",
        "identity.erasure",
        "identity.lotw.challenge",
        "identity.mail_code",
        "identity.mail_count",
        "identity.morse",
        "identity.passkey",
        "identity.proof_token",
        "identity.review",
        "identity.review.by_account",
        "identity.review.open",
        "identity.session",
        "identity.signing_secret",
        "identity.ticket",
        "identity.try_count",
        "identity.verification",
        "identity.verification.by_account",
    ],
    export,
    erase,
};

fn export(held: Holdings<'_>, subject: &Subject, archive: &mut Archive<'_>) -> Result<(), ExportError> {
    let id = AccountId(subject.account);
    held.store.read_now(|r| {
        account(r, id, archive)?;
        documents::export(r, id, held.files, archive)?;
        let lately =
            json!({"tried": counts_of(r, TRY_COUNT, subject)?, "asked": counts_of(r, MAIL_COUNT, subject)?});
        archive.json("account/lately.json", &lately)?;
        credentials(r, id, archive)?;
        trail(r, subject, archive)
    })
}

fn account(r: &impl Rows, id: AccountId, archive: &mut Archive<'_>) -> Result<(), ExportError> {
    let account =
        read::account(r, id)?.ok_or_else(|| ExportError::Other("there is no such account".to_owned()))?;
    let value = json!({
        "id": id,
        "call": account.call,
        "previous_calls": account.previous,
        "name": account.name,
        "role": account.role,
        "grid": account.grid,
        "email": account.email,
        "person": account.person,
        "privacy": account.privacy,
        "preferences": account.preferences,
        "has_password": account.password.is_some(),
        "second_factor": account.second_factor,
        "disabled": account.disabled,
        "verified": account.verified,
        "created": account.created,
        "erasure": r.get(ERASURE, &id.0)?,
    });
    archive.json("account/account.json", &value)?;
    let proofs: Vec<_> = read::verifications(r, id)?
        .into_iter()
        .map(|(_, proof)| proof)
        .collect();
    archive.json("account/proofs.json", &proofs)?;
    let code = r.get(MAIL_CODE, &id.0)?;
    let code =
        code.map(|code| json!({"call": code.call, "to": code.to, "until": code.until, "tries": code.tries}));
    let token = r.get(PROOF_TOKEN, &id.0)?;
    let log = certificates::challenge_of(r, id)?;
    archive.json(
        "account/proving.json",
        &json!({"code": code, "token": token, "log": log}),
    )?;
    let reviews: Vec<_> = review::read::of_account(r, id)?
        .into_iter()
        .map(|(_, review)| review)
        .collect();
    let morse = r.get(MORSE, &id.0)?.map(|challenge| challenge.until());
    Ok(archive.json(
        "account/reviews.json",
        &json!({"reviews": reviews, "morse_challenge_until": morse}),
    )?)
}

fn credentials(r: &impl Rows, id: AccountId, archive: &mut Archive<'_>) -> Result<(), ExportError> {
    let mut sessions = Vec::new();
    for row in r.scan(SESSION, Span::all(), Direction::Forward) {
        let (_, session) = row?;
        if session.account == id {
            sessions.push(json!({"created": session.created, "last_seen": session.last_seen, "network": session.network,
                "agent": session.agent, "proven": session.proven, "behind": session.behind.map(|behind| behind.call)}));
        }
    }
    archive.json("account/sessions.json", &sessions)?;
    let mut keys = Vec::new();
    for row in r.scan(API_KEY, Span::all(), Direction::Forward) {
        let (key, stored) = row?;
        if stored.account == id {
            keys.push(
                json!({"id": key, "name": stored.name, "scopes": stored.scopes, "created": stored.created,
                "expires": stored.expires, "last_used": stored.last_used}),
            );
        }
    }
    archive.json("account/api_keys.json", &keys)?;
    let passkey = |(_, passkey): (SmolStr, super::tables::StoredPasskey)| json!({"name": passkey.name, "created": passkey.created, "last_used": passkey.last_used});
    let passkeys: Vec<_> = read::passkeys(r, id)?.into_iter().map(passkey).collect();
    archive.json("account/passkeys.json", &passkeys)?;
    let secret = r.get(SIGNING, &id.0)?;
    let secret = secret.map(|secret| json!({"created": secret.created, "last_used": secret.last_used}));
    archive.json("account/signing_secret.json", &secret)?;
    let mut links = Vec::new();
    for row in r.scan(TICKET, Span::all(), Direction::Forward) {
        let (_, ticket) = row?;
        if ticket.account == Some(id) {
            links.push(json!({"purpose": ticket.purpose, "email": ticket.email, "by": ticket.by, "until": ticket.until}));
        }
    }
    Ok(archive.json("account/links.json", &links)?)
}

/// What the audit trail says of the person: done by them, or to them.
fn trail(r: &impl Rows, subject: &Subject, archive: &mut Archive<'_>) -> Result<(), ExportError> {
    archive.file("account/audit.json", |out| {
        let mut first = true;
        out.write_all(b"[")?;
        for row in r.scan(AUDIT, Span::all(), Direction::Forward) {
            let ((time, _), line) = row?;
            if line.account != Some(AccountId(subject.account))
                && subject.without_names(&line.who) == line.who.as_str()
            {
                continue;
            }
            out.write_all(if first { b"\n" } else { b",\n" })?;
            first = false;
            let value = json!({"time": time, "who": line.who, "action": line.action, "detail": line.detail});
            serde_json::to_writer(&mut *out, &value).map_err(std::io::Error::from)?;
        }
        Ok::<_, ExportError>(out.write_all(b"\n]\n")?)
    })
}

fn erase(tx: &mut Write<'_>, subject: &Subject, _: &mut Position) -> Result<Erased, StoreError> {
    let id = AccountId(subject.account);
    credentials_go(tx, id)?;
    links_go(tx, subject)?;
    for (number, _) in read::verifications(tx, id)? {
        tx.remove(VERIFICATION, &number)?;
        tx.remove(VERIFICATION_BY_ACCOUNT, &(id.0, number))?;
    }
    judgements_are_nobodys(tx, subject)?;
    documents::forget(tx, id)?;
    review::personal::erase(tx, subject)?;
    counts_go(tx, subject)?;
    if rename_in_trail(tx, subject)? == Erased::Some {
        return Ok(Erased::Some);
    }
    if let Some(account) = read::account(tx, id)? {
        tx.remove(ACCOUNT_BY_CALL, &SmolStr::new(account.call.as_str()))?;
        tx.remove(ACCOUNT, &id.0)?;
    }
    tx.remove(ERASURE, &id.0)?;
    Ok(Erased::All)
}

fn credentials_go(tx: &mut Write<'_>, id: AccountId) -> Result<(), StoreError> {
    let mut sessions = Vec::new();
    for row in tx.scan(SESSION, Span::all(), Direction::Forward) {
        let (digest, session) = row?;
        let looks_in = session.behind.is_some_and(|behind| behind.account == id);
        if session.account == id || looks_in {
            sessions.push(digest);
        }
    }
    for digest in sessions {
        tx.remove(SESSION, &digest)?;
    }
    let mut keys = Vec::new();
    for row in tx.scan(API_KEY, Span::all(), Direction::Forward) {
        let (key, stored) = row?;
        if stored.account == id {
            keys.push(key);
        }
    }
    for key in keys {
        tx.remove(API_KEY, &key)?;
    }
    for (passkey, _) in read::passkeys(tx, id)? {
        tx.remove(PASSKEY, &passkey)?;
    }
    tx.remove(SIGNING, &id.0)?;
    tx.remove(MORSE, &id.0)?;
    tx.remove(MAIL_CODE, &id.0)?;
    tx.remove(PROOF_TOKEN, &id.0)?;
    certificates::forget_challenge(tx, id)
}

/// What the person tried and asked for lately.
fn counts_go(tx: &mut Write<'_>, subject: &Subject) -> Result<(), StoreError> {
    for (name, _) in counts_of(tx, TRY_COUNT, subject)? {
        tx.remove(TRY_COUNT, &name)?;
    }
    for (name, _) in counts_of(tx, MAIL_COUNT, subject)? {
        tx.remove(MAIL_COUNT, &name)?;
    }
    Ok(())
}

/// Counts of what one person did, by their names: `morse account 7`, `account 7`, `check 7`, `page W1AW`.
fn counts_of<V: Serialize + DeserializeOwned + 'static>(
    rows: &impl Rows,
    table: Table<SmolStr, V>,
    subject: &Subject,
) -> Result<Vec<(SmolStr, V)>, StoreError> {
    let (account, check) = (subject.pseudonym(), format!("check {}", subject.account));
    let is_own = |name: &str| {
        let rest = name.strip_suffix(account.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with(' '))
            || name == check
            || subject.without_names(name) != name
    };
    let all = rows.scan(table, Span::all(), Direction::Forward);
    all.filter(|row| row.as_ref().map_or(true, |(name, _)| is_own(name)))
        .collect()
}

/// Links to and from the person, and how often mail went to their address.
fn links_go(tx: &mut Write<'_>, subject: &Subject) -> Result<(), StoreError> {
    let mut links = Vec::new();
    for row in tx.scan(TICKET, Span::all(), Direction::Forward) {
        let (digest, ticket) = row?;
        let to_address = subject.email.as_deref().is_some_and(|own| {
            ticket
                .email
                .as_ref()
                .is_some_and(|email| email.as_str().eq_ignore_ascii_case(own))
        });
        let wished = ticket
            .wish
            .as_ref()
            .is_some_and(|wish| subject.names.iter().any(|own| own == wish.login.as_str()));
        let given = subject.without_names(&ticket.by) != ticket.by.as_str();
        if ticket.account == Some(AccountId(subject.account)) || to_address || wished || given {
            links.push(digest);
        }
    }
    for digest in links {
        tx.remove(TICKET, &digest)?;
    }
    match &subject.email {
        Some(own) => forget_address(tx, own),
        None => Ok(()),
    }
}

/// Proofs of others that the person accepted or ended keep that somebody did.
fn judgements_are_nobodys(tx: &mut Write<'_>, subject: &Subject) -> Result<(), StoreError> {
    let mut changed = Vec::new();
    for row in tx.scan(VERIFICATION, Span::all(), Direction::Forward) {
        let (number, mut proof) = row?;
        let before = proof.clone();
        proof.by = subject.without_names(&proof.by).into();
        proof.note = subject.without_names(&proof.note).into();
        if let Some(ended) = &mut proof.ended {
            ended.by = subject.without_names(&ended.by).into();
            ended.why = subject.without_names(&ended.why).into();
        }
        if proof != before {
            changed.push((number, proof));
        }
    }
    for (number, proof) in changed {
        tx.put(VERIFICATION, &number, &proof)?;
    }
    Ok(())
}

/// Puts the pseudonym in the place of the names, a thousand lines at a time.
fn rename_in_trail(tx: &mut Write<'_>, subject: &Subject) -> Result<Erased, StoreError> {
    let mut changed = Vec::new();
    for row in tx.scan(AUDIT, Span::all(), Direction::Forward) {
        let (key, line) = row?;
        let nameless = nameless(subject, &line);
        if nameless != line {
            changed.push((key, nameless));
        }
        if changed.len() == PIECE {
            break;
        }
    }
    for (key, line) in &changed {
        tx.put(AUDIT, key, line)?;
    }
    Ok(Erased::of(changed.len(), PIECE))
}

fn nameless(subject: &Subject, line: &AuditLine) -> AuditLine {
    let own = line.account == Some(AccountId(subject.account));
    let who = subject.without_names(&line.who);
    // What these say is an address, or a name that the person chose; whoever looks in does it from an address of theirs.
    let tells = match line.action.as_str() {
        "acting.started" => own || who != line.who.as_str(),
        action => own && (action.starts_with("session.") || action.starts_with("passkey.")),
    };
    AuditLine {
        who: who.into(),
        action: line.action.clone(),
        account: line.account,
        detail: if tells {
            SmolStr::default()
        } else {
            subject.without_names(&line.detail).into()
        },
    }
}
