//! Sending a licence, withdrawing it, and noting that its file is gone.

use jiff::{SignedDuration, Timestamp};
use smol_str::{SmolStr, format_smolstr};

use crate::ham::callsign::Callsign;
use crate::identity::actor::Actor;
use crate::identity::authority::Capability;
use crate::identity::error::Error;
use crate::identity::model::{AccountId, DisplayName};
use crate::identity::read::account;
use crate::identity::review::{self, Matter, Remark};
use crate::identity::write::{Limit, audit, count_try, line};
use crate::store::{Rows, StoreError, Write};

use super::cabinet::Kept;
use super::model::{MOST_KEPT, StoredDocument};
use super::tables::{document, kept, of_account, put};

/// Files that one account sends in a day.
const PER_DAY: Limit = Limit {
    most: 8,
    within: SignedDuration::from_hours(24),
};
/// Files kept on the whole installation: a bound to the disk, ten megabytes each.
const MOST_ON_STATION: usize = 500;

/// A licence to be shown.
#[derive(Debug, Clone)]
pub(crate) struct NewDocument {
    pub(crate) call: Callsign,
    pub(crate) name: DisplayName,
    pub(crate) note: Remark,
    pub(crate) kept: Kept,
}

/// Refuses before a file is taken in what would be refused after, and counts the try.
pub(crate) fn begin_document(tx: &mut Write<'_>, actor: &Actor, now: Timestamp) -> Result<AccountId, Error> {
    let id = actor.owner()?.account;
    refuse_more(tx, id)?;
    count_try(tx, &format_smolstr!("document account {id}"), PER_DAY, now)?;
    Ok(id)
}

/// The call that a document of this member can prove: their own, or, while they have proven none, any home call.
pub(super) fn call_for(rows: &impl Rows, id: AccountId, named: Option<&Callsign>) -> Result<Callsign, Error> {
    let account = account(rows, id)?.ok_or(Error::UnknownAccount)?;
    let own = account.call.call();
    let call = named.or(own).ok_or(Error::NoCall)?;
    if call.as_str() != call.base() {
        return Err(Error::NotAHomeCall(call.clone(), call.base().to_owned()));
    }
    match own {
        Some(own) if own != call && account.verified.is_some() => Err(Error::HasCall(own.clone())),
        _ => Ok(call.clone()),
    }
}

/// Records a file that lies in the cabinet, and puts it before the administrators.
pub(crate) fn send_document(
    tx: &mut Write<'_>,
    actor: &Actor,
    new: &NewDocument,
    now: Timestamp,
) -> Result<u64, Error> {
    let id = actor.owner()?.account;
    refuse_more(tx, id)?;
    let call = call_for(tx, id, Some(&new.call))?;
    let number = tx.next_id("identity.document")?;
    let matter = Matter::Document {
        document: number,
        call: call.clone(),
    };
    let who = actor.audit_name();
    let review = review::insert(tx, &who, (id, new.note.clone()), matter, now)?;
    let Kept {
        file,
        kind,
        bytes,
        digest,
    } = new.kept.clone();
    let stored = StoredDocument {
        account: id,
        call,
        kind,
        name: new.name.clone(),
        bytes,
        digest,
        file,
        sent: now,
        review,
        erased: None,
    };
    put(tx, number, &stored)?;
    audit(
        tx,
        &line(&who, "document.sent", id, &format!("document {number}")),
        now,
    )?;
    Ok(number)
}

/// Takes a document back: the matter is withdrawn where it is open, and the file is to go. The file's name is in the
/// answer.
pub(crate) fn withdraw_document(
    tx: &mut Write<'_>,
    actor: &Actor,
    number: u64,
    now: Timestamp,
) -> Result<SmolStr, Error> {
    let id = actor.owner()?.account;
    let found = document(tx, number)?.filter(|found| found.account == id && found.erased.is_none());
    let found = found.ok_or(Error::UnknownDocument)?;
    match review::withdraw(tx, actor, found.review, now) {
        Ok(_) | Err(Error::ReviewDecided | Error::UnknownReview) => {}
        Err(error) => return Err(error),
    }
    erase(tx, (number, found.clone()), now)?;
    let detail = format!("document {number}");
    audit(
        tx,
        &line(&actor.audit_name(), "document.withdrawn", id, &detail),
        now,
    )?;
    Ok(found.file)
}

/// Notes that an administrator read a document.
pub(crate) fn note_reading(
    tx: &mut Write<'_>,
    actor: &Actor,
    number: u64,
    now: Timestamp,
) -> Result<StoredDocument, Error> {
    actor.may(Capability::SettleReviews)?;
    let found = document(tx, number)?.filter(|found| found.erased.is_none());
    let found = found.ok_or(Error::UnknownDocument)?;
    let detail = format!("document {number}");
    let who = actor.audit_name();
    audit(tx, &line(&who, "document.read", found.account, &detail), now)?;
    Ok(found)
}

/// Marks documents whose matter was closed before `before` as erased; names of their files.
pub(super) fn erase_old(
    tx: &mut Write<'_>,
    before: Timestamp,
    now: Timestamp,
) -> Result<Vec<SmolStr>, Error> {
    let mut files = Vec::new();
    for (number, found) in kept(tx)? {
        let closed = match review::review(tx, found.review)? {
            Some(review) => review.decision.filter(|_| review.state != review::State::Open),
            None => {
                // Nobody can decide it any more.
                files.push(erase(tx, (number, found), now)?);
                continue;
            }
        };
        if closed.is_some_and(|decision| decision.at <= before) {
            files.push(erase(tx, (number, found), now)?);
        }
    }
    Ok(files)
}

fn erase(
    tx: &mut Write<'_>,
    (number, mut found): (u64, StoredDocument),
    now: Timestamp,
) -> Result<SmolStr, StoreError> {
    found.erased = Some(now);
    put(tx, number, &found)?;
    Ok(found.file)
}

fn refuse_more(rows: &impl Rows, id: AccountId) -> Result<(), Error> {
    let own = of_account(rows, id)?;
    if own.iter().filter(|(_, found)| found.erased.is_none()).count() >= MOST_KEPT {
        return Err(Error::TooManyDocuments(MOST_KEPT));
    }
    if kept(rows)?.len() >= MOST_ON_STATION {
        return Err(Error::Busy);
    }
    Ok(())
}
