//! What is held about people here: their accounts at other callbooks, and what these accounts brought.

use serde::Serialize;
use smol_str::SmolStr;

use super::accounts::{self, ACCOUNT};
use super::cache;
use super::model::{Found, Site};
use crate::privacy::{Archive, Erased, ExportError, Holdings, PIECE, Part, Position, Subject};
use crate::store::{Span, StoreError, Write};

/// This part.
pub(crate) const PART: Part = Part {
    name: "elsewhere",
    tables: &[
        "callbook.account",
        "callbook.upstream",
        "callbook.upstream.by_time",
    ],
    export,
    erase,
};

/// An account as it is given out: whoever reads an archive is not to sign in elsewhere by it.
#[derive(Serialize)]
struct AccountOut {
    service: &'static str,
    user: SmolStr,
    set: jiff::Timestamp,
}

#[derive(Serialize)]
struct AnswerOut {
    service: SmolStr,
    asked: SmolStr,
    at: jiff::Timestamp,
    found: Option<Found>,
}

fn export(held: Holdings<'_>, subject: &Subject, archive: &mut Archive<'_>) -> Result<(), ExportError> {
    let account = subject.account;
    let (logins, answers) = held.store.read_now(|r| {
        let mut logins = Vec::new();
        for site in Site::ALL {
            let login = accounts::of(r, account, site)?;
            logins.extend(login.map(|login| AccountOut {
                service: site.as_str(),
                user: login.user,
                set: login.set,
            }));
        }
        Ok::<_, StoreError>((logins, cache::of_account(r, account)?))
    })?;
    let answers = answers
        .into_iter()
        .map(|((_, service, asked), answer)| AnswerOut {
            service,
            asked,
            at: answer.at,
            found: answer.found,
        });
    archive.json("callbook/accounts_elsewhere.json", &logins)?;
    Ok(archive.json(
        "callbook/answers_elsewhere.json",
        &answers.collect::<Vec<AnswerOut>>(),
    )?)
}

fn erase(tx: &mut Write<'_>, subject: &Subject, _: &mut Position) -> Result<Erased, StoreError> {
    tx.remove_span(ACCOUNT, Span::prefix(&(subject.account,)), PIECE)?;
    let forgotten = cache::forget(tx, subject.account, None, PIECE)?;
    Ok(Erased::of(forgotten, PIECE))
}
