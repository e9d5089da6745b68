//! What the callbook holds about people here: what they wished of their records, and requests for removal.
//!
//! Registers are not here: they are public records, kept beside the store. What somebody wished goes with their
//! account, whether they are listed included; that an administrator took a call off the lists stays, for it was asked
//! for by whoever holds the call.

use jiff::Timestamp;
use serde::Serialize;

use super::wishes::model::{Consent, Override};
use super::wishes::{REMOVAL, StoredRemoval, StoredWish, WISH, WISH_BY_ACCOUNT, WishKey, drop_removal, turn};
use crate::privacy::{Archive, Erased, ExportError, Holdings, PIECE, Part, Position, Subject};
use crate::store::{Direction, Rows, Span, StoreError, Write};

/// This domain's part.
pub(crate) const PART: Part = Part {
    name: "callbook",
    tables: &[
        "callbook.wish",
        "callbook.wish.by_account",
        "callbook.removal",
        "callbook.removal.open",
    ],
    export,
    erase,
};

#[derive(Serialize)]
struct WishOut {
    call: String,
    own: Override,
    consent: Consent,
    /// Since when the call is not listed.
    not_listed_since: Option<Timestamp>,
    changed: Timestamp,
}

#[derive(Serialize)]
struct RemovalOut {
    id: u64,
    call: String,
    reason: String,
    contact: String,
    asked: Timestamp,
    confirmed: Option<bool>,
    answer: String,
    decided: Option<Timestamp>,
}

fn export(held: Holdings<'_>, subject: &Subject, archive: &mut Archive<'_>) -> Result<(), ExportError> {
    let account = subject.account;
    let (wishes, removals) = held.store.read_now(|r| {
        let mut removals = Vec::new();
        for row in r.scan(REMOVAL, Span::all(), Direction::Forward) {
            let (id, removal) = row?;
            if removal.account == Some(account) {
                removals.push(removal_out(id, removal));
            }
        }
        let wishes = wishes_of(r, account)?
            .into_iter()
            .map(wish_out)
            .collect::<Vec<_>>();
        Ok::<_, StoreError>((wishes, removals))
    })?;
    archive.json("callbook/own.json", &wishes)?;
    Ok(archive.json("callbook/removals.json", &removals)?)
}

fn wish_out((key, wish): (WishKey, StoredWish)) -> WishOut {
    WishOut {
        call: key.0.into(),
        own: wish.own,
        consent: wish.consent,
        not_listed_since: wish.opted_out.map(|out| out.at),
        changed: wish.changed,
    }
}

fn removal_out(id: u64, removal: StoredRemoval) -> RemovalOut {
    let decision = removal.decision.as_ref();
    RemovalOut {
        id,
        call: removal.call.to_string(),
        confirmed: decision.map(|decision| decision.confirmed),
        answer: decision.map_or_else(String::new, |decision| decision.reason.to_string()),
        decided: decision.map(|decision| decision.at),
        reason: removal.reason.into(),
        contact: removal.contact.into(),
        asked: removal.asked,
    }
}

fn wishes_of(r: &impl Rows, account: u32) -> Result<Vec<(WishKey, StoredWish)>, StoreError> {
    let mut found = Vec::new();
    for row in r.scan(WISH_BY_ACCOUNT, Span::prefix(&(account,)), Direction::Forward) {
        let ((_, call, holder), ()) = row?;
        let key = (call, holder);
        found.extend(r.get(WISH, &key)?.map(|wish| (key, wish)));
    }
    Ok(found)
}

fn erase(tx: &mut Write<'_>, subject: &Subject, at: &mut Position) -> Result<Erased, StoreError> {
    if at.is_none() {
        for (key, wish) in wishes_of(tx, subject.account)? {
            let left = without_words(&wish);
            turn(tx, Some((&key, &wish)), left.as_ref().map(|left| (&key, left)))?;
        }
        of_others(tx, subject)?;
    }
    requests(tx, subject, at)
}

/// What stays of a wish without whose it was: that an administrator took the call off the lists.
fn without_words(wish: &StoredWish) -> Option<StoredWish> {
    let out = wish.opted_out.as_ref().filter(|out| !out.by.is_empty())?;
    Some(StoredWish {
        account: None,
        own: Override::default(),
        consent: Consent::default(),
        opted_out: Some(out.clone()),
        revision: wish.revision,
        changed: wish.changed,
    })
}

/// Puts the pseudonym in the place of the person's names where they decided of others. Members wish for their calls:
/// there are no more rows than accounts and requests.
fn of_others(tx: &mut Write<'_>, subject: &Subject) -> Result<(), StoreError> {
    let rows = tx.scan(WISH, Span::all(), Direction::Forward);
    let named = rows.filter_map(|row| {
        row.map(|(key, wish)| {
            let out = wish.opted_out.as_ref()?;
            let without = subject.without_names(&out.by);
            (without != out.by).then_some((key, wish, without))
        })
        .transpose()
    });
    let named: Vec<_> = named.collect::<Result<_, _>>()?;
    for (key, wish, without) in named {
        let mut left = wish.clone();
        if let Some(out) = &mut left.opted_out {
            out.by = without.into();
        }
        turn(tx, Some((&key, &wish)), Some((&key, &left)))?;
    }
    Ok(())
}

/// Removes the person's own requests, and their names from what they decided of others'; piece by piece.
fn requests(tx: &mut Write<'_>, subject: &Subject, at: &mut Position) -> Result<Erased, StoreError> {
    let span = match *at {
        Some((_, id)) => Span::all().after(&id),
        None => Span::all(),
    };
    let rows = tx.scan(REMOVAL, span, Direction::Forward).take(PIECE);
    let rows: Vec<_> = rows.collect::<Result<_, _>>()?;
    let count = rows.len();
    for (id, removal) in rows {
        *at = Some((0, id));
        let wrote = |contact: &str| {
            subject
                .email
                .as_ref()
                .is_some_and(|own| own.eq_ignore_ascii_case(contact))
        };
        if removal.account == Some(subject.account) || wrote(&removal.contact) {
            drop_removal(tx, id, &removal)?;
            continue;
        }
        let mut left = removal.clone();
        if let Some(decision) = &mut left.decision {
            decision.by = subject.without_names(&decision.by).into();
            decision.reason = subject.without_names(&decision.reason).into();
        }
        if left != removal {
            tx.put(REMOVAL, &id, &left)?;
        }
    }
    Ok(Erased::of(count, PIECE))
}
