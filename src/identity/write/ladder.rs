//! Codes and tokens by which somebody is proving a call: given out, tried, used up.
//!
//! One of each per account. A try is counted and stored before the code is looked at; since one transaction runs after
//! the other, guesses in parallel are guesses in a row.

use jiff::Timestamp;
use smol_str::SmolStr;

use super::mail_count::{Postage, count_check, count_code, count_page};
use super::{audit, line};
use crate::ham::callsign::Callsign;
use crate::identity::actor::Actor;
use crate::identity::error::Error;
use crate::identity::ladder::{Mailbox, ProofToken, Refusal, StoredCode, StoredToken, code, token};
use crate::identity::model::{AccountId, MailAddress};
use crate::identity::read;
use crate::identity::tables::{MAIL_CODE, PROOF_TOKEN};
use crate::identity::token::same;
use crate::store::{Direction, Rows, Span, StoreError, Write};
use crate::web::Network;

/// A code that somebody asked for.
pub(crate) struct CodeWish {
    pub(crate) call: Callsign,
    pub(crate) mailbox: Mailbox,
    pub(crate) address: MailAddress,
    /// The address as whoever asks may see it.
    pub(crate) shown: SmolStr,
    pub(crate) mark: code::Mark,
    pub(crate) network: Network,
}

/// What a try with a code came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tried {
    Right(StoredCode),
    /// So many tries are left.
    Wrong(u32),
    Burnt,
    /// There is no code, or its time is over.
    None,
}

/// Whether the account may prove this call: a home call, and its own where it has proven one.
fn may_claim(rows: &impl Rows, id: AccountId, call: &Callsign) -> Result<(), Error> {
    if call.as_str() != call.base() {
        return Err(Error::NotAHomeCall(call.clone(), call.base().to_owned()));
    }
    let account = read::account(rows, id)?.ok_or(Error::UnknownAccount)?;
    match account.call.call() {
        Some(own) if account.verified.is_some() && own != call => Err(Error::HasCall(own.clone())),
        _ => Ok(()),
    }
}

/// Keeps a code, in the place of an earlier one. Whether the mail goes is not told to whoever asks: where it does not,
/// the code is one that nobody knows, and an earlier one to the same mailbox stays.
pub(crate) fn ask_code(
    tx: &mut Write<'_>,
    actor: &Actor,
    wish: &CodeWish,
    now: Timestamp,
) -> Result<(StoredCode, Postage), Error> {
    let id = actor.owner()?.account;
    may_claim(tx, id, &wish.call)?;
    let paid = count_code(tx, (id, &wish.call), &wish.address, wish.network, now)?;
    let live = live_code(tx, id, now)?;
    let same = live.filter(|live| live.call == wish.call && live.mailbox == wish.mailbox);
    if let (Postage::Held, Some(live)) = (paid, same) {
        return Ok((live, paid));
    }
    let stored = StoredCode {
        call: wish.call.clone(),
        mailbox: wish.mailbox,
        to: wish.shown.clone(),
        mark: wish.mark,
        until: now.checked_add(code::LIFE).unwrap_or(Timestamp::MAX),
        tries: 0,
    };
    tx.put(MAIL_CODE, &id.0, &stored)?;
    let detail = format!("{}, {}", stored.call, stored.mailbox.as_str());
    audit(
        tx,
        &line(&actor.audit_name(), "verification.code_asked", id, &detail),
        now,
    )?;
    Ok((stored, paid))
}

/// Tries a code; `mark` makes the mark of what was typed for the call that the code was sent for.
pub(crate) fn try_code(
    tx: &mut Write<'_>,
    actor: &Actor,
    mark: impl Fn(&Callsign) -> code::Mark,
    now: Timestamp,
) -> Result<Tried, Error> {
    let id = actor.owner()?.account;
    let Some(mut live) = live_code(tx, id, now)? else {
        return Ok(Tried::None);
    };
    live.tries += 1;
    if same(&mark(&live.call), &live.mark) {
        tx.remove(MAIL_CODE, &id.0)?;
        return Ok(Tried::Right(live));
    }
    if live.left() > 0 {
        tx.put(MAIL_CODE, &id.0, &live)?;
        return Ok(Tried::Wrong(live.left()));
    }
    tx.remove(MAIL_CODE, &id.0)?;
    let detail = format!("{}, {}", live.call, live.mailbox.as_str());
    audit(
        tx,
        &line(&actor.audit_name(), "verification.code_burnt", id, &detail),
        now,
    )?;
    Ok(Tried::Burnt)
}

/// The account's token for a call: the one it has, or `fresh` where it has none, or where a new one is wanted.
pub(crate) fn give_token(
    tx: &mut Write<'_>,
    actor: &Actor,
    (call, renew): (&Callsign, bool),
    fresh: ProofToken,
    now: Timestamp,
) -> Result<StoredToken, Error> {
    let id = actor.owner()?.account;
    may_claim(tx, id, call)?;
    let live = live_token(tx, id, now)?.filter(|live| live.call == *call && !renew);
    if let Some(live) = live {
        return Ok(live);
    }
    let stored = StoredToken {
        call: call.clone(),
        token: fresh,
        until: now.checked_add(token::LIFE).unwrap_or(Timestamp::MAX),
    };
    tx.put(PROOF_TOKEN, &id.0, &stored)?;
    Ok(stored)
}

/// Counts a look for the account's token; the token is in the answer. `page`: at a public page, which has a count of its
/// own.
pub(crate) fn begin_check(
    tx: &mut Write<'_>,
    actor: &Actor,
    page: bool,
    now: Timestamp,
) -> Result<StoredToken, Error> {
    let id = actor.owner()?.account;
    let token = live_token(tx, id, now)?.ok_or(Refusal::NoToken)?;
    may_claim(tx, id, &token.call)?;
    count_check(tx, id, now)?;
    if page {
        count_page(tx, &token.call, now)?;
    }
    Ok(token)
}

/// Forgets what an account is proving a call by, since it is proven.
pub(in crate::identity) fn end_attempts(tx: &mut Write<'_>, id: AccountId) -> Result<(), Error> {
    tx.remove(MAIL_CODE, &id.0)?;
    tx.remove(PROOF_TOKEN, &id.0)?;
    Ok(())
}

/// The account's code, while it works.
pub(in crate::identity) fn live_code(
    rows: &impl Rows,
    id: AccountId,
    now: Timestamp,
) -> Result<Option<StoredCode>, StoreError> {
    let code = rows.get(MAIL_CODE, &id.0)?;
    Ok(code.filter(|code| now < code.until && code.left() > 0))
}

/// The account's token, while it works.
pub(in crate::identity) fn live_token(
    rows: &impl Rows,
    id: AccountId,
    now: Timestamp,
) -> Result<Option<StoredToken>, StoreError> {
    let token = rows.get(PROOF_TOKEN, &id.0)?;
    Ok(token.filter(|token| now < token.until))
}

/// Removes codes and tokens whose time is over.
pub(in crate::identity) fn sweep_attempts(tx: &mut Write<'_>, now: Timestamp) -> Result<(), Error> {
    for row in collect(tx.scan(MAIL_CODE, Span::all(), Direction::Forward))? {
        if row.1.until <= now {
            tx.remove(MAIL_CODE, &row.0)?;
        }
    }
    for row in collect(tx.scan(PROOF_TOKEN, Span::all(), Direction::Forward))? {
        if row.1.until <= now {
            tx.remove(PROOF_TOKEN, &row.0)?;
        }
    }
    Ok(())
}

/// The rows, so that they can be changed while they are walked: one of a kind per account.
fn collect<V>(rows: impl Iterator<Item = Result<(u32, V), StoreError>>) -> Result<Vec<(u32, V)>, StoreError> {
    rows.collect()
}
