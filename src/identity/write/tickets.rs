//! Links that work once: sign-up, a changed mail address, a lost password.
//!
//! Whoever holds a link has read the mail it was sent in, or got it from an administrator; that is all it proves. A
//! link is gone with the transaction that uses it, and a later one of the same kind puts an earlier out of use.

use jiff::Timestamp;
use smol_str::format_smolstr;

use super::second_factor::forget_demand;
use super::{NewAccount, audit, end_sessions, insert_account, line, save};
use crate::identity::actor::{Actor, Denied};
use crate::identity::authority::Capability;
use crate::identity::error::Error;
use crate::identity::model::{AccountId, MailAddress};
use crate::identity::password::PasswordHash;
use crate::identity::read;
use crate::identity::review::{self, Matter, Remark};
use crate::identity::tables::{StoredAccount, TICKET};
use crate::identity::ticket::{Purpose, Ticket, Wish};
use crate::identity::token::SecretDigest;
use crate::store::{Direction, Rows, Span, Write};

/// Links that may be open at once on the whole installation.
const MOST_TICKETS: u64 = 20_000;

/// Whether a sign-up needs an administrator before it can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admission {
    AtOnce,
    Approved,
}

/// Makes the account that a guest signed up for; nothing where the name is taken, which the guest is not told.
pub(crate) fn sign_up(
    tx: &mut Write<'_>,
    actor: &Actor,
    wish: &Wish,
    admission: Admission,
    now: Timestamp,
) -> Result<Option<AccountId>, Error> {
    guest_only(actor)?;
    make(tx, (wish, None), admission, now)
}

/// Keeps a sign-up until its mail is answered.
pub(crate) fn hold_sign_up(
    tx: &mut Write<'_>,
    actor: &Actor,
    digest: SecretDigest,
    (wish, email): (Wish, MailAddress),
    now: Timestamp,
) -> Result<(), Error> {
    guest_only(actor)?;
    let ticket = Ticket {
        purpose: Purpose::SignUp,
        account: None,
        email: Some(email),
        wish: Some(wish),
        by: "sign-up".into(),
        until: after(now, Purpose::SignUp),
    };
    issue(tx, digest, &ticket)
}

/// Makes the account whose mail was answered, and the address its own; nothing where the name was taken meanwhile.
pub(crate) fn confirm_sign_up(
    tx: &mut Write<'_>,
    digest: &SecretDigest,
    admission: Admission,
    now: Timestamp,
) -> Result<Option<AccountId>, Error> {
    let ticket = take(tx, digest, Purpose::SignUp, now)?;
    let wish = ticket.wish.ok_or(Error::SpentLink)?;
    make(tx, (&wish, ticket.email), admission, now)
}

/// Keeps an address until the mail sent there is answered.
pub(crate) fn ask_mail(
    tx: &mut Write<'_>,
    actor: &Actor,
    digest: SecretDigest,
    email: MailAddress,
    now: Timestamp,
) -> Result<(), Error> {
    let member = actor.confirmed()?;
    let ticket = Ticket {
        purpose: Purpose::Mail,
        account: Some(member.account),
        email: Some(email),
        wish: None,
        by: actor.audit_name().into(),
        until: after(now, Purpose::Mail),
    };
    issue(tx, digest, &ticket)?;
    audit(
        tx,
        &line(&actor.audit_name(), "account.mail_asked", member.account, ""),
        now,
    )?;
    Ok(())
}

/// Keeps the address that somebody who has just signed up named, until its mail is answered.
pub(crate) fn ask_first_mail(
    tx: &mut Write<'_>,
    digest: SecretDigest,
    (account, email): (AccountId, MailAddress),
    now: Timestamp,
) -> Result<(), Error> {
    let ticket = Ticket {
        purpose: Purpose::Mail,
        account: Some(account),
        email: Some(email),
        wish: None,
        by: "sign-up".into(),
        until: after(now, Purpose::Mail),
    };
    issue(tx, digest, &ticket)
}

/// Makes the address whose mail was answered the account's; the one before is in the answer.
pub(crate) fn confirm_mail(
    tx: &mut Write<'_>,
    digest: &SecretDigest,
    now: Timestamp,
) -> Result<(AccountId, Option<MailAddress>), Error> {
    let ticket = take(tx, digest, Purpose::Mail, now)?;
    let (id, mut account) = account_of(tx, &ticket)?;
    let before = std::mem::replace(&mut account.email, ticket.email);
    save(tx, id, &mut account)?;
    audit(tx, &line(account.call.as_str(), "account.mail", id, ""), now)?;
    Ok((id, before))
}

/// Opens a way back in by mail, where the account has an address and its password is kept here.
pub(crate) fn ask_recovery(
    tx: &mut Write<'_>,
    digest: SecretDigest,
    id: AccountId,
    now: Timestamp,
) -> Result<Option<MailAddress>, Error> {
    let Some(account) = read::account(tx, id)?.filter(is_recoverable) else {
        return Ok(None);
    };
    let Some(email) = account.email else {
        return Ok(None);
    };
    let ticket = Ticket {
        purpose: Purpose::Recovery,
        account: Some(id),
        email: Some(email.clone()),
        wish: None,
        by: "recovery".into(),
        until: after(now, Purpose::Recovery),
    };
    issue(tx, digest, &ticket)?;
    audit(tx, &line("recovery", "recovery.asked", id, ""), now)?;
    Ok(Some(email))
}

/// Opens a way back in that an administrator hands over.
pub(crate) fn give_recovery(
    tx: &mut Write<'_>,
    actor: &Actor,
    digest: SecretDigest,
    id: AccountId,
    now: Timestamp,
) -> Result<Timestamp, Error> {
    actor.may_to_another(Capability::SetPasswords, id)?;
    let account = read::account(tx, id)?.ok_or(Error::UnknownAccount)?;
    if account.configured.is_some() {
        return Err(Error::Configured(account.call));
    }
    // Handed over by person or telephone, so it lasts a day.
    let until = after(now, Purpose::Mail);
    let ticket = Ticket {
        purpose: Purpose::Recovery,
        account: Some(id),
        email: None,
        wish: None,
        by: actor.audit_name().into(),
        until,
    };
    issue(tx, digest, &ticket)?;
    audit(tx, &line(&actor.audit_name(), "recovery.given", id, ""), now)?;
    Ok(until)
}

/// Sets the password of whoever the link belongs to; their sessions end. One from an administrator also ends the demand
/// for a passkey.
pub(crate) fn recover(
    tx: &mut Write<'_>,
    digest: &SecretDigest,
    hash: &PasswordHash,
    now: Timestamp,
) -> Result<AccountId, Error> {
    let ticket = take(tx, digest, Purpose::Recovery, now)?;
    let (id, mut account) = account_of(tx, &ticket)?;
    if !is_recoverable(&account) {
        return Err(Error::SpentLink);
    }
    account.password = Some(format_smolstr!("{hash}"));
    account.short_password = false;
    if ticket.email.is_none() {
        // Handed over by somebody who knows whom they help: the passkey may be what was lost.
        forget_demand(&mut account);
    }
    save(tx, id, &mut account)?;
    end_sessions(tx, id, None)?;
    let detail = format!("by a link from {}", ticket.by);
    audit(
        tx,
        &line(account.call.as_str(), "account.password", id, &detail),
        now,
    )?;
    Ok(id)
}

/// Ends a way back in before it was used.
pub(crate) fn revoke_recovery(
    tx: &mut Write<'_>,
    actor: &Actor,
    digest: &SecretDigest,
    now: Timestamp,
) -> Result<(), Error> {
    actor.may(Capability::GovernAccounts)?;
    let found = tx.get(TICKET, digest)?;
    let found = found.filter(|ticket| ticket.purpose == Purpose::Recovery);
    let id = found.and_then(|ticket| ticket.account).ok_or(Error::SpentLink)?;
    tx.remove(TICKET, digest)?;
    audit(tx, &line(&actor.audit_name(), "recovery.revoked", id, ""), now)?;
    Ok(())
}

/// Removes links whose time is over.
pub(in crate::identity) fn sweep_tickets(tx: &mut Write<'_>, now: Timestamp) -> Result<(), Error> {
    let mut over = Vec::new();
    for row in tx.scan(TICKET, Span::all(), Direction::Forward) {
        let (digest, ticket) = row?;
        if ticket.until <= now {
            over.push(digest);
        }
    }
    for digest in over {
        tx.remove(TICKET, &digest)?;
    }
    Ok(())
}

fn guest_only(actor: &Actor) -> Result<(), Denied> {
    match actor {
        Actor::Member(_) => Err(Denied::Forbidden("you have an account already")),
        Actor::Service(_) => Err(Denied::Forbidden("only a guest signs up")),
        Actor::Guest => Ok(()),
    }
}

fn make(
    tx: &mut Write<'_>,
    (wish, email): (&Wish, Option<MailAddress>),
    admission: Admission,
    now: Timestamp,
) -> Result<Option<AccountId>, Error> {
    let login = &wish.login;
    if let Some(taken) = read::account_named(tx, login)? {
        audit(tx, &line("sign-up", "signup.taken", taken, login.as_str()), now)?;
        return Ok(None);
    }
    let waits = admission == Admission::Approved;
    let new = NewAccount {
        name: wish.name.clone(),
        grid: wish.grid,
        email,
        person: wish.person.clone(),
        // A hash that this version cannot read lets nobody in.
        password: wish.password.parse().ok(),
        ..NewAccount::of(login.clone())
    };
    let id = insert_account(tx, "sign-up", &new, now)?;
    if waits {
        let mut account = read::account(tx, id)?.ok_or(Error::UnknownAccount)?;
        (account.disabled, account.waiting) = (true, true);
        save(tx, id, &mut account)?;
        review::insert(tx, "sign-up", (id, Remark::default()), Matter::SignUp {}, now)?;
    }
    Ok(Some(id))
}

/// Stores a link; earlier ones of the same kind for the same account or name stop working.
fn issue(tx: &mut Write<'_>, digest: SecretDigest, ticket: &Ticket) -> Result<(), Error> {
    let name = |ticket: &Ticket| ticket.wish.as_ref().map(|wish| wish.login.clone());
    let same = |other: &Ticket| {
        other.purpose == ticket.purpose
            && other.account == ticket.account
            && (ticket.account.is_some() || (name(other) == name(ticket) && other.email == ticket.email))
    };
    let mut replaced = Vec::new();
    for row in tx.scan(TICKET, Span::all(), Direction::Forward) {
        let (digest, other) = row?;
        if same(&other) {
            replaced.push(digest);
        }
    }
    for digest in &replaced {
        tx.remove(TICKET, digest)?;
    }
    if tx.len(TICKET)? >= MOST_TICKETS {
        return Err(Error::Busy);
    }
    tx.put(TICKET, &digest, ticket)?;
    Ok(())
}

/// Uses a link up, where it is one of this kind and its time is not over.
fn take(
    tx: &mut Write<'_>,
    digest: &SecretDigest,
    purpose: Purpose,
    now: Timestamp,
) -> Result<Ticket, Error> {
    let ticket = tx.get(TICKET, digest)?;
    let ticket = ticket.filter(|ticket| ticket.purpose == purpose && now < ticket.until);
    let ticket = ticket.ok_or(Error::SpentLink)?;
    tx.remove(TICKET, digest)?;
    Ok(ticket)
}

fn account_of(rows: &impl Rows, ticket: &Ticket) -> Result<(AccountId, StoredAccount), Error> {
    let id = ticket.account.ok_or(Error::SpentLink)?;
    let account = read::account(rows, id)?.ok_or(Error::SpentLink)?;
    Ok((id, account))
}

/// Whether a link may set the password: not for who is locked out, nor where the configuration sets it.
fn is_recoverable(account: &StoredAccount) -> bool {
    !account.disabled && account.configured.is_none()
}

fn after(now: Timestamp, purpose: Purpose) -> Timestamp {
    now.checked_add(purpose.life()).unwrap_or(Timestamp::MAX)
}
