//! Tokens for programs that may change one thing alone: an address, or the proof for a certificate.

use smol_str::SmolStr;

use crate::dns::error::Error;
use crate::dns::grants;
use crate::dns::model::{Terms, TokenScope};
use crate::dns::name::Name;
use crate::dns::rr::RecordType;
use crate::dns::tables::{StoredToken, TOKEN, TOKEN_BY_ACCOUNT};
use crate::dns::token::Token;
use crate::identity::Actor;
use crate::store::{Rows, Span, Write};

/// A token to be made.
#[derive(Debug, Clone)]
pub(crate) struct NewToken {
    /// What it is for: the host of the addresses, or the name that certificates are for.
    pub(crate) name: Name,
    pub(crate) scope: TokenScope,
    /// What it is for, in its owner's words.
    pub(crate) label: SmolStr,
    /// Seconds after which a record that it set goes unless it is set again: a heartbeat.
    pub(crate) lasts: Option<u32>,
}

/// Makes a token: for whoever may change what it is for, at a browser and in person. The token itself is shown once, by the caller.
pub(crate) fn create_token(
    tx: &mut Write<'_>,
    actor: &Actor,
    new: &NewToken,
    token: &Token,
    terms: Terms<'_>,
) -> Result<(), Error> {
    let account = actor.owner()?.account.0;
    let opened = grants::open(tx, actor, &new.name)?;
    let kind = match new.scope {
        TokenScope::Dyndns => RecordType::A,
        TokenScope::Acme => RecordType::TXT,
    };
    let place = match new.scope {
        TokenScope::Dyndns => new.name.clone(),
        TokenScope::Acme => challenge_at(&new.name)?,
    };
    opened.may_set(tx, &place, kind)?;
    let most = terms.quotas.tokens_per_member as u64;
    if tx.count(TOKEN_BY_ACCOUNT, Span::prefix(&(account,)))? >= most {
        return Err(Error::Quota { what: "tokens", most });
    }
    let stored = StoredToken {
        account,
        zone: opened.zone,
        name: new.name.clone(),
        scope: new.scope,
        digest: token.digest(),
        label: new.label.clone(),
        lasts: new.lasts,
        created: terms.now,
        used: None,
    };
    let id = SmolStr::new(token.id());
    tx.put(TOKEN, &id, &stored)?;
    tx.put(TOKEN_BY_ACCOUNT, &(account, id), &())?;
    Ok(())
}

/// Ends a token: its owner may, and whoever governs names.
pub(crate) fn revoke_token(tx: &mut Write<'_>, actor: &Actor, id: &SmolStr) -> Result<(), Error> {
    let stored = tx.get(TOKEN, id)?;
    if grants::governs(actor) {
        let stored = stored.ok_or(Error::NoToken)?;
        return end(tx, id, &stored);
    }
    let own = actor.in_person()?.account.0;
    let stored = stored
        .filter(|stored| stored.account == own)
        .ok_or(Error::NoToken)?;
    end(tx, id, &stored)
}

/// Removes a token and its place in the index.
pub(super) fn end(tx: &mut Write<'_>, id: &SmolStr, stored: &StoredToken) -> Result<(), Error> {
    tx.remove(TOKEN, id)?;
    tx.remove(TOKEN_BY_ACCOUNT, &(stored.account, id.clone()))?;
    Ok(())
}

/// Where the proofs for a name's certificate stand.
pub(crate) fn challenge_at(name: &Name) -> Result<Name, Error> {
    let placed = name.child(b"_acme-challenge");
    placed.map_err(|error| Error::BadZone(error.to_string()))
}
