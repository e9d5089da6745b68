//! Members' names: given with a proven call, suspended when it is theirs no more, given back, let go.
//!
//! A name follows its account: [`settle_account`] compares what the account has with what it is to have, and may be run
//! again at any time. A suspended name keeps its records unseen, and is nobody else's: whoever has the call now waits
//! until an administrator lets it go, or its time is over.

use jiff::Timestamp;
use smol_str::SmolStr;

use super::store::{self, Beside, By};
use super::tokens;
use super::turning::Turning;
use crate::dns::error::Error;
use crate::dns::event::DnsEvent;
use crate::dns::grants;
use crate::dns::model::{Applied, NameState, Why, ZoneId};
use crate::dns::name::Name;
use crate::dns::rr::{RecordType, RrSet, Ttl};
use crate::dns::rules::owner;
use crate::dns::settings::address;
use crate::dns::tables::{
    BASE, JOURNAL, JOURNAL_BY_NAME, LAPSED, NAME, NAME_BY_ACCOUNT, Owner, RRSET, StoredName, StoredSet,
    StoredZone, TOKEN, Turned, UNSETTLED, What, ZONE, below,
};
use crate::event::Event;
use crate::ham::callsign::Callsign;
use crate::identity::{self, AccountId, Actor, Capability, Role, StoredAccount};
use crate::store::{Direction, Rows, Span, StoreError, Write};

/// Notes that an account's names are to be looked at again: what its holder may have, has changed.
pub(crate) fn note_account(tx: &mut Write<'_>, account: AccountId) -> Result<(), StoreError> {
    tx.put(UNSETTLED, &account.0, &())?;
    tx.emit(Event::Dns(DnsEvent::Unsettled));
    Ok(())
}

/// Notes that an account's licence has run out, or is valid again.
pub(crate) fn note_licence(tx: &mut Write<'_>, account: AccountId, lapsed: bool) -> Result<(), StoreError> {
    if lapsed {
        tx.put(LAPSED, &account.0, &())?;
    } else if !tx.remove(LAPSED, &account.0)? {
        return Ok(());
    }
    note_account(tx, account)
}

/// Gives an account the name of its call, suspends names that are not its own any more, restores one that is again.
pub(crate) fn settle_account(
    tx: &mut Write<'_>,
    actor: &Actor,
    id: AccountId,
    now: Timestamp,
) -> Result<(), Error> {
    actor.may(Capability::KeepNames)?;
    tx.remove(UNSETTLED, &id.0)?;
    let Some((zone, row)) = grants::base(tx)? else {
        return Ok(());
    };
    let by = By::actor(actor, now);
    let account = identity::read::account(tx, id)?;
    let wanted = account.as_ref().and_then(entitled);
    let wanted_name = wanted.map(|call| name_for(&row.origin, call)).transpose()?;
    for name in own_names(tx, id, zone)? {
        let Some(held) = tx.get(NAME, &(zone.0, Owner(name.clone())))? else {
            continue;
        };
        let why = if wanted_name.as_ref() == Some(&name) {
            tx.contains(LAPSED, &id.0)?.then_some(Why::LicenceLapsed)
        } else {
            Some(why_not(account.as_ref(), &held))
        };
        follow(tx, (zone, &name), held, why, &by)?;
    }
    if let (Some(call), Some(name)) = (wanted, wanted_name) {
        first_given(tx, zone, &name, (id, call), &by)?;
    }
    Ok(())
}

/// Suspends a member's name: out of the answers at once, its records kept.
pub(crate) fn suspend_name(
    tx: &mut Write<'_>,
    actor: &Actor,
    name: &Name,
    now: Timestamp,
) -> Result<Applied, Error> {
    actor.may(Capability::GovernNames)?;
    let (zone, held) = held(tx, name)?;
    suspend(tx, (zone, name), held, Why::Administrator, &By::actor(actor, now))
}

/// Lets a suspended name be answered for again.
pub(crate) fn restore_name(
    tx: &mut Write<'_>,
    actor: &Actor,
    name: &Name,
    now: Timestamp,
) -> Result<Applied, Error> {
    actor.may(Capability::GovernNames)?;
    let (zone, held) = held(tx, name)?;
    if held.account.is_none() {
        return Err(Error::NoName(name.clone()));
    }
    restore(tx, (zone, name), held, &By::actor(actor, now))
}

/// Lets a suspended name go for good: its records and tokens are removed, and whoever has the call gets it anew.
pub(crate) fn release_name(
    tx: &mut Write<'_>,
    actor: &Actor,
    name: &Name,
    now: Timestamp,
) -> Result<(), Error> {
    actor.may(Capability::GovernNames)?;
    let (zone, held) = held(tx, name)?;
    if held.is_live() {
        return Err(Error::NotUndone(
            "a name that is answered for is suspended before it is let go",
        ));
    }
    let_go(tx, (zone, name), held, now)
}

/// Lets a member delegate their name, or not any more.
pub(crate) fn delegate(tx: &mut Write<'_>, actor: &Actor, name: &Name, delegates: bool) -> Result<(), Error> {
    actor.may(Capability::GovernNames)?;
    let (zone, held) = held(tx, name)?;
    let held = StoredName { delegates, ..held };
    Ok(tx.put(NAME, &(zone.0, Owner(name.clone())), &held)?)
}

/// Erases what is under a name whose holder is erased. The name is nobody's and suspended for as long as others are, so
/// that it does not go to the next holder of the call in silence.
pub(crate) fn erase_name(
    tx: &mut Write<'_>,
    (zone, name): (ZoneId, &Name),
    held: StoredName,
    now: Timestamp,
) -> Result<(), Error> {
    let by = By {
        who: "eraser".into(),
        account: None,
        now,
    };
    let (wanted_by, created) = (held.wanted_by, held.created);
    if held.is_live() {
        suspend(tx, (zone, name), held.clone(), Why::AccountErased, &by)?;
        forget_last(tx, zone, name)?;
    }
    let_go(tx, (zone, name), held.clone(), now)?;
    let held = StoredName {
        account: None,
        call: SmolStr::default(),
        state: NameState::Suspended {
            why: Why::AccountErased,
            since: now,
        },
        created,
        delegates: false,
        wanted_by,
    };
    tx.put(NAME, &(zone.0, Owner(name.clone())), &held)?;
    Ok(())
}

/// Removes what the journal says of records that are to be erased.
fn forget_last(tx: &mut Write<'_>, zone: ZoneId, name: &Name) -> Result<(), Error> {
    let version = zone_row(tx, zone, name)?.version.0;
    tx.remove(JOURNAL_BY_NAME, &(zone.0, Owner(name.clone()), version))?;
    tx.remove(JOURNAL, &(zone.0, version))?;
    Ok(())
}

/// Takes records, tokens and holder from a name; whoever waits for it is looked at again.
pub(super) fn let_go(
    tx: &mut Write<'_>,
    (zone, name): (ZoneId, &Name),
    held: StoredName,
    now: Timestamp,
) -> Result<(), Error> {
    let row = tx.get(ZONE, &zone.0)?;
    let mut row = row.ok_or_else(|| Error::NoZone(name.clone()))?;
    for (kept, kind, set) in sets_below(tx, zone, name)? {
        store::put_set(tx, (zone, &kept, kind), Some(&set), None)?;
        row.sets = row.sets.saturating_sub(1);
    }
    // Nobody sees it: they were out of the answers already.
    tx.put(ZONE, &zone.0, &row)?;
    let mut tokens = Vec::new();
    for token in tx.scan(TOKEN, Span::all(), Direction::Forward) {
        let (id, token) = token?;
        if token.zone == zone && token.name.is_at_or_below(name) {
            tokens.push((id, token));
        }
    }
    for (id, token) in tokens {
        tokens::end(tx, &id, &token)?;
    }
    forget_holder(tx, (zone, name), &held)?;
    let key = (zone.0, Owner(name.clone()));
    let released = StoredName {
        account: None,
        state: NameState::Released { since: now },
        wanted_by: None,
        delegates: false,
        ..held.clone()
    };
    if held.account.is_some() {
        tx.put(NAME, &key, &released)?;
    } else {
        // Whose it was is erased: nothing is to tell of them any more.
        tx.remove(NAME, &key)?;
    }
    if let Some(next) = held.wanted_by {
        note_account(tx, AccountId(next))?;
    }
    Ok(())
}

/// Takes a name out of its holder's list.
fn forget_holder(
    tx: &mut Write<'_>,
    (zone, name): (ZoneId, &Name),
    held: &StoredName,
) -> Result<(), StoreError> {
    if let Some(account) = held.account {
        tx.remove(NAME_BY_ACCOUNT, &(account, zone.0, Owner(name.clone())))?;
    }
    Ok(())
}

/// The call whose name the account is to have.
pub(crate) fn entitled(account: &StoredAccount) -> Option<&Callsign> {
    let may =
        account.verified.is_some() && !account.disabled && !account.waiting && account.role != Role::Swl;
    account.call.call().filter(|_| may)
}

fn why_not(account: Option<&StoredAccount>, held: &StoredName) -> Why {
    match account {
        None => Why::AccountErased,
        Some(account) if account.call.as_str() != held.call => Why::CallChanged,
        Some(account) if account.disabled => Why::AccountLocked,
        Some(_) => Why::NotProven,
    }
}

fn name_for(origin: &Name, call: &Callsign) -> Result<Name, Error> {
    let placed = origin.child(owner::label_of(call).as_bytes());
    placed.map_err(|error| Error::BadZone(error.to_string()))
}

fn own_names(r: &impl Rows, id: AccountId, zone: ZoneId) -> Result<Vec<Name>, StoreError> {
    let rows = r.scan(NAME_BY_ACCOUNT, Span::prefix(&(id.0, zone.0)), Direction::Forward);
    rows.map(|row| row.map(|((_, _, Owner(name)), ())| name))
        .collect()
}

/// Has a name be suspended for this reason, or live where there is none. What an administrator suspended stays so.
fn follow(
    tx: &mut Write<'_>,
    at: (ZoneId, &Name),
    held: StoredName,
    why: Option<Why>,
    by: &By,
) -> Result<(), Error> {
    match (&held.state, why) {
        (NameState::Live, Some(why)) => suspend(tx, at, held, why, by).map(drop),
        (NameState::Suspended { why: known, .. }, None) if *known != Why::Administrator => {
            restore(tx, at, held, by).map(drop)
        }
        _ => Ok(()),
    }
}

/// Gives a name to the account whose call it is, where nobody has it.
fn first_given(
    tx: &mut Write<'_>,
    zone: ZoneId,
    name: &Name,
    (id, call): (AccountId, &Callsign),
    by: &By,
) -> Result<(), Error> {
    let key = (zone.0, Owner(name.clone()));
    match tx.get(NAME, &key)? {
        Some(held) if held.account == Some(id.0) => return Ok(()),
        Some(held) if !matches!(held.state, NameState::Released { .. }) => {
            if held.wanted_by != Some(id.0) {
                tracing::info!(%name, "{name} waits for account {id}: it was another's");
                let held = StoredName {
                    wanted_by: Some(id.0),
                    ..held
                };
                tx.put(NAME, &key, &held)?;
            }
            return Ok(());
        }
        _ => {}
    }
    let label = owner::label_of(call);
    let taken = tx.count(RRSET, below(zone, name))? > 0
        || grants::zone_of(tx, name)?.is_none_or(|(own, _)| own != zone);
    if owner::is_reserved(&label) || taken {
        tracing::warn!(%name, "{name} is not given to account {id}: the name is taken or reserved");
        return Ok(());
    }
    let held = StoredName {
        account: Some(id.0),
        call: SmolStr::new(call.as_str()),
        state: NameState::Live,
        created: by.now,
        delegates: false,
        wanted_by: None,
    };
    tx.put(NAME, &key, &held)?;
    tx.put(NAME_BY_ACCOUNT, &(id.0, zone.0, key.1), &())?;
    first_records(tx, zone, name, by)
}

/// `@` and `www` of a new name.
fn first_records(tx: &mut Write<'_>, zone: ZoneId, name: &Name, by: &By) -> Result<(), Error> {
    let web = tx.get(BASE, &())?.map(|base| base.web).unwrap_or_default();
    let row = zone_row(tx, zone, name)?;
    let mut turning = Turning::of(zone);
    for at in [Some(name.clone()), name.child(b"www").ok()]
        .into_iter()
        .flatten()
    {
        for kind in [RecordType::A, RecordType::AAAA] {
            let data = web
                .iter()
                .map(|own| address(*own))
                .filter(|(own, _)| *own == kind);
            let data = data.map(|(_, datum)| datum).collect();
            if let Ok(set) = RrSet::new(at.clone(), kind, Ttl::DEFAULT, data) {
                turning.set(tx, (&at, kind), Some(StoredSet::of(&set, None)))?;
            }
        }
    }
    let what = What::Provisioned(name.clone());
    store::commit(tx, row, turning, (by, what), Beside::default()).map(drop)
}

fn suspend(
    tx: &mut Write<'_>,
    (zone, name): (ZoneId, &Name),
    held: StoredName,
    why: Why,
    by: &By,
) -> Result<Applied, Error> {
    let row = zone_row(tx, zone, name)?;
    let state = NameState::Suspended { why, since: by.now };
    let was_live = held.is_live();
    let held = StoredName { state, ..held };
    tx.put(NAME, &(zone.0, Owner(name.clone())), &held)?;
    let hidden = if was_live {
        let sets = sets_below(tx, zone, name)?.into_iter();
        sets.map(|(name, kind, set)| turned(name, kind, (Some(set), None)))
            .collect()
    } else {
        Vec::new()
    };
    let beside = Beside {
        hidden,
        ..Beside::default()
    };
    store::commit(
        tx,
        row,
        Turning::of(zone),
        (by, What::Suspended(name.clone())),
        beside,
    )
}

fn restore(
    tx: &mut Write<'_>,
    (zone, name): (ZoneId, &Name),
    held: StoredName,
    by: &By,
) -> Result<Applied, Error> {
    let row = zone_row(tx, zone, name)?;
    if !matches!(held.state, NameState::Suspended { .. }) {
        return Err(Error::NotUndone("the name is not suspended"));
    }
    let held = StoredName {
        state: NameState::Live,
        ..held
    };
    tx.put(NAME, &(zone.0, Owner(name.clone())), &held)?;
    let sets = sets_below(tx, zone, name)?.into_iter();
    let beside = Beside {
        shown: sets
            .map(|(name, kind, set)| turned(name, kind, (None, Some(set))))
            .collect(),
        ..Beside::default()
    };
    store::commit(
        tx,
        row,
        Turning::of(zone),
        (by, What::Restored(name.clone())),
        beside,
    )
}

fn turned(name: Name, kind: RecordType, (before, after): (Option<StoredSet>, Option<StoredSet>)) -> Turned {
    Turned {
        name,
        kind,
        before,
        after,
    }
}

fn zone_row(r: &impl Rows, zone: ZoneId, name: &Name) -> Result<StoredZone, Error> {
    r.get(ZONE, &zone.0)?.ok_or_else(|| Error::NoZone(name.clone()))
}

/// A member's name that somebody holds or held.
fn held(r: &impl Rows, name: &Name) -> Result<(ZoneId, StoredName), Error> {
    let unknown = || Error::NoName(name.clone());
    let (zone, _) = grants::base(r)?.ok_or_else(unknown)?;
    let held = r.get(NAME, &(zone.0, Owner(name.clone())))?;
    let held = held.filter(|held| !matches!(held.state, NameState::Released { .. }));
    Ok((zone, held.ok_or_else(unknown)?))
}

/// All sets of a name and what is below it.
pub(super) fn sets_below(
    r: &impl Rows,
    zone: ZoneId,
    name: &Name,
) -> Result<Vec<(Name, RecordType, StoredSet)>, StoreError> {
    let rows = r.scan(RRSET, below(zone, name), Direction::Forward);
    rows.map(|row| row.map(|((_, Owner(name), kind), set)| (name, RecordType(kind), set)))
        .collect()
}

/// Names of the members' zone in such a state.
pub(super) fn names_with_state(
    r: &impl Rows,
    is: impl Fn(&NameState) -> bool,
) -> Result<Vec<(ZoneId, Name, StoredName)>, StoreError> {
    let mut found = Vec::new();
    for row in r.scan(NAME, Span::all(), Direction::Forward) {
        let ((zone, Owner(name)), held) = row?;
        if is(&held.state) {
            found.push((ZoneId(zone), name, held));
        }
    }
    Ok(found)
}
