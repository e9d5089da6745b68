//! Changing records: by people, by tokens, and back again.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use smol_str::{SmolStr, format_smolstr};

use super::judge;
use super::store::{self, Beside, By};
use super::turning::Turning;
use crate::dns::error::Error;
use crate::dns::grants::{self, Opened, Rights};
use crate::dns::model::{Applied, Change, ChangeSet, Terms, TokenScope, Version};
use crate::dns::name::Name;
use crate::dns::read;
use crate::dns::rr::RecordType;
use crate::dns::tables::{BASE, JOURNAL, StoredSet, TOKEN, What, below};
use crate::identity::Actor;
use crate::store::{Rows, Write};

/// How long a proof for a certificate stands that nobody takes away.
const PROOF_LASTS: SignedDuration = SignedDuration::from_hours(24);

/// Changes records of a zone, or of a name in one: `top` is what the caller calls the zone. All or nothing.
pub(crate) fn apply(
    tx: &mut Write<'_>,
    actor: &Actor,
    top: &Name,
    set: &ChangeSet,
    terms: Terms<'_>,
) -> Result<Applied, Error> {
    let opened = grants::open(tx, actor, top)?;
    edit(
        tx,
        &opened,
        set,
        (&By::actor(actor, terms.now), What::Edited),
        terms,
    )
}

/// Changes what a token is for. Whoever has shown it is its owner for this; records set by it last as long as it says.
pub(crate) fn apply_by_token(
    tx: &mut Write<'_>,
    id: &SmolStr,
    changes: Vec<Change>,
    terms: Terms<'_>,
) -> Result<Applied, Error> {
    let mut token = tx.get(TOKEN, id)?.ok_or(Error::NoToken)?;
    let opened = grants::open_by_token(tx, &token)?;
    let lasts = token
        .lasts
        .map(|seconds| SignedDuration::from_secs(i64::from(seconds)));
    let lasts = lasts.or((token.scope == TokenScope::Acme).then_some(PROOF_LASTS));
    let until = lasts.and_then(|lasts| terms.now.checked_add(lasts).ok());
    let set: ChangeSet = changes
        .into_iter()
        .map(|change| lasting(change, until))
        .collect::<Vec<_>>()
        .into();
    let by = By {
        who: format_smolstr!("{} token {id}", token.scope.as_str()),
        account: Some(token.account),
        now: terms.now,
    };
    let applied = edit(tx, &opened, &set, (&by, What::Edited), terms)?;
    if applied.changed {
        token.used = Some(terms.now);
        tx.put(TOKEN, id, &token)?;
    }
    Ok(applied)
}

/// Takes a change back, where what it left is still so.
pub(crate) fn undo(
    tx: &mut Write<'_>,
    actor: &Actor,
    top: &Name,
    version: Version,
    terms: Terms<'_>,
) -> Result<Applied, Error> {
    let opened = grants::open(tx, actor, top)?;
    let entry = tx.get(JOURNAL, &(opened.zone.0, version.0))?;
    let entry = entry.ok_or(Error::NoEntry(version))?;
    if entry.turned.iter().any(|turned| !turned.name.is_at_or_below(top)) {
        return Err(Error::NoEntry(version));
    }
    match entry.what {
        What::Suspended(_) | What::Restored(_) => {
            return Err(Error::NotUndone("a name is suspended and restored as such"));
        }
        _ if entry.turned.is_empty() => {
            return Err(Error::NotUndone(
                "what was there before is not kept of so large a change",
            ));
        }
        _ => {}
    }
    let mut turning = Turning::of(opened.zone);
    for turned in &entry.turned {
        let at = (&turned.name, turned.kind);
        may_set(tx, &opened, at)?;
        let now = turning.after(tx, at)?;
        let as_left = match (&now, &turned.after) {
            (Some(now), Some(left)) => now.is_answered_as(left) || turned.kind == RecordType::SOA,
            (None, None) => true,
            _ => false,
        };
        if !as_left {
            return Err(Error::Changed);
        }
        let back = turned.before.clone().and_then(|set| still(set, terms.now));
        turning.set(tx, at, back)?;
    }
    let by = By::actor(actor, terms.now);
    finish(tx, &opened, turning, (&by, What::Undone(version)), terms)
}

/// The one way in which records are changed.
fn edit(
    tx: &mut Write<'_>,
    opened: &Opened,
    set: &ChangeSet,
    about: (&By, What),
    terms: Terms<'_>,
) -> Result<Applied, Error> {
    let targets: BTreeSet<_> = set.changes.iter().map(Change::target).collect();
    if targets.len() > terms.quotas.sets_per_change && opened.rights != Rights::Governs {
        return Err(Error::Quota {
            what: "sets of one change",
            most: terms.quotas.sets_per_change as u64,
        });
    }
    for at in targets {
        may_set(tx, opened, at)?;
    }
    if let Some(expected) = &set.expected
        && *expected != read::mark(tx, opened)?
    {
        return Err(Error::Changed);
    }
    let mut turning = Turning::of(opened.zone);
    for change in &set.changes {
        turning.change(tx, change)?;
    }
    finish(tx, opened, turning, about, terms).map_err(|error| placed(error, &set.changes))
}

/// Says of broken rules which of the changes they are about.
fn placed(error: Error, changes: &[Change]) -> Error {
    let Error::Rules(mut faults) = error else {
        return error;
    };
    for fault in &mut faults {
        let of = fault.of.as_ref();
        fault.index = of.and_then(|(name, kind)| {
            changes
                .iter()
                .rposition(|change| change.target() == (name, *kind))
        });
    }
    Error::Rules(faults)
}

/// Rules, quotas, storing.
fn finish(
    tx: &mut Write<'_>,
    opened: &Opened,
    turning: Turning,
    (by, what): (&By, What),
    terms: Terms<'_>,
) -> Result<Applied, Error> {
    if turning.is_answered_differently() {
        judge::check(tx, opened, &turning)?;
        within_quotas(tx, opened, &turning, terms)?;
    }
    store::commit(tx, opened.row.clone(), turning, (by, what), Beside::default())
}

fn may_set(tx: &Write<'_>, opened: &Opened, (name, kind): (&Name, RecordType)) -> Result<(), Error> {
    opened.may_set(tx, name, kind)?;
    let managed = matches!(kind, RecordType::SOA | RecordType::NS) && *name == opened.row.origin;
    if managed && tx.get(BASE, &())?.is_some_and(|base| base.zone == opened.zone) {
        return Err(Error::Configured(name.clone()));
    }
    Ok(())
}

fn within_quotas(tx: &Write<'_>, opened: &Opened, turning: &Turning, terms: Terms<'_>) -> Result<(), Error> {
    let quotas = terms.quotas;
    let largest = turning.differing().filter_map(|(_, _, turn)| turn.after.as_ref());
    if largest.map(|set| set.records.len()).max() > Some(quotas.records_per_set) {
        return Err(Error::Quota {
            what: "records of one name and type",
            most: quotas.records_per_set as u64,
        });
    }
    let (more, fewer) = turning.growth();
    if more <= fewer {
        return Ok(());
    }
    // In the members' zone each name has its own measure; the zone grows with the club.
    let (there, most, what) = if let Some((name, _)) = &opened.holding {
        let there = tx.count(crate::dns::tables::RRSET, below(opened.zone, name))?;
        (
            there,
            quotas.sets_per_name,
            "sets of records of a name and all below it",
        )
    } else if tx.get(BASE, &())?.is_some_and(|base| base.zone == opened.zone) {
        return Ok(());
    } else {
        (opened.row.sets, quotas.sets_per_zone, "sets of records of a zone")
    };
    if there + more - fewer > most {
        return Err(Error::Quota { what, most });
    }
    Ok(())
}

/// The change with an end, where it says none itself.
fn lasting(change: Change, end: Option<Timestamp>) -> Change {
    match change {
        Change::Put { set, until } => Change::Put {
            set,
            until: until.or(end),
        },
        Change::Add {
            name,
            kind,
            ttl,
            datum,
            until,
        } => Change::Add {
            name,
            kind,
            ttl,
            datum,
            until: until.or(end),
        },
        other => other,
    }
}

/// A set without the records whose time is over.
fn still(mut set: StoredSet, now: Timestamp) -> Option<StoredSet> {
    set.records
        .retain(|record| record.until.is_none_or(|until| now < until));
    (!set.records.is_empty()).then_some(set)
}
