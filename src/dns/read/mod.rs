//! Queries: what an actor sees of zones, names, records, tokens and history.
//!
//! Whatever is asked goes through `grants::open` first: what an actor may not see does not exist for it. A member sees
//! the granted name as if it were a zone, with the records at and below it and nothing of the rest.

mod history;
mod whole;

use jiff::Timestamp;
use smol_str::{SmolStr, format_smolstr};

use super::error::Error;
use super::grants::{self, Opened};
use super::model::{NameState, Version, ZoneId};
use super::name::Name;
use super::rr::RecordType;
use super::tables::{
    BASE, GRANT, NAME, Owner, RRSET, StoredGrant, StoredName, StoredSet, StoredToken, TOKEN,
    TOKEN_BY_ACCOUNT, ZONE, below,
};
use super::token::Token;
use crate::identity::{self, AccountId, Actor, Capability};
use crate::store::{Direction, Rows, Span, StoreError};

pub(crate) use history::{Line, history};
pub(crate) use whole::{Whole, whole, zones_of_server};

/// A zone as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ZoneLine {
    /// The zone's origin, or the member's name that is shown as a zone.
    pub(crate) top: Name,
    /// The zone it is in.
    pub(crate) origin: Name,
    pub(crate) zone: ZoneId,
    pub(crate) version: Version,
    /// When what is shown was changed last.
    pub(crate) changed: Timestamp,
    /// Sets of records; for a name those at and below it.
    pub(crate) sets: u64,
    /// Of a member's name, whether it is answered for.
    pub(crate) state: Option<NameState>,
    /// Whether it is the members' zone.
    pub(crate) is_base: bool,
}

/// A set of records as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SetLine {
    pub(crate) name: Name,
    pub(crate) kind: RecordType,
    pub(crate) set: StoredSet,
}

/// A token as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TokenLine {
    pub(crate) id: SmolStr,
    pub(crate) token: StoredToken,
}

/// A member's name as an administrator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NameLine {
    pub(crate) name: Name,
    pub(crate) held: StoredName,
}

/// A right that was given, as an administrator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GrantLine {
    pub(crate) name: Name,
    /// The member's callsign or name of signing in.
    pub(crate) member: SmolStr,
    pub(crate) grant: StoredGrant,
}

/// The zones an actor may open: its names and what it was granted; all zones for whoever governs names.
pub(crate) fn zones(r: &impl Rows, actor: &Actor) -> Result<Vec<ZoneLine>, Error> {
    let mut lines = Vec::new();
    if let Some(account) = actor.account() {
        for (_, top) in grants::tops_of(r, account.0)? {
            match grants::open(r, actor, &top) {
                Ok(opened) => lines.push(line(r, opened)?),
                Err(Error::NoZone(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
    if grants::governs(actor) {
        for row in r.scan(ZONE, Span::all(), Direction::Forward) {
            let (_, zone) = row?;
            lines.push(line(r, grants::open(r, actor, &zone.origin)?)?);
        }
    } else if lines.is_empty() {
        // Whoever has none may still not be allowed to ask.
        actor.require(identity::Scope::DnsWrite)?;
    }
    Ok(lines)
}

/// One zone, or a name as one.
pub(crate) fn zone(r: &impl Rows, actor: &Actor, top: &Name) -> Result<(Opened, ZoneLine), Error> {
    let opened = grants::open(r, actor, top)?;
    let shown = line(r, opened.clone())?;
    Ok((opened, shown))
}

/// Records at and below `top` in canonical order, behind `after`, at most `limit` sets.
pub(crate) fn records(
    r: &impl Rows,
    opened: &Opened,
    after: Option<&(Name, RecordType)>,
    limit: usize,
) -> Result<Vec<SetLine>, Error> {
    let mut span = below(opened.zone, &opened.top);
    if let Some((name, kind)) = after {
        span = span.after(&(opened.zone.0, Owner(name.clone()), kind.0));
    }
    let rows = r.scan(RRSET, span, Direction::Forward).take(limit);
    rows.map(|row| {
        let ((_, Owner(name), kind), set) = row?;
        let kind = RecordType(kind);
        Ok(SetLine { name, kind, set })
    })
    .collect()
}

/// One set.
pub(crate) fn set(
    r: &impl Rows,
    opened: &Opened,
    name: &Name,
    kind: RecordType,
) -> Result<Option<StoredSet>, Error> {
    if !name.is_at_or_below(&opened.top) {
        return Ok(None);
    }
    Ok(r.get(RRSET, &super::tables::set_key(opened.zone, name, kind))?)
}

/// A mark of the records as they are, for `If-Match`: changes with each change of what the opened zone shows.
pub(crate) fn mark(r: &impl Rows, opened: &Opened) -> Result<SmolStr, Error> {
    if opened.is_whole() {
        return Ok(format_smolstr!("{}", opened.row.version.0));
    }
    // The serial of the members' zone changes with everybody's records; a name has a mark of its own.
    let mut hasher = blake3::Hasher::new();
    for row in records(r, opened, None, usize::MAX)? {
        hasher.update(row.name.wire());
        hasher.update(&row.kind.0.to_be_bytes());
        hasher.update(&row.set.ttl.seconds().to_be_bytes());
        for record in &row.set.records {
            hasher.update(
                &u32::try_from(record.datum.wire().len())
                    .unwrap_or(u32::MAX)
                    .to_be_bytes(),
            );
            hasher.update(record.datum.wire());
        }
    }
    Ok(SmolStr::new(&hasher.finalize().to_hex()[..20]))
}

/// The stored token of this text, where it is one: found by its id, compared in constant time.
pub(crate) fn token(r: &impl Rows, token: &Token) -> Result<Option<TokenLine>, StoreError> {
    let id = token.id();
    let stored = r.get(TOKEN, &id)?.filter(|stored| token.is(&stored.digest));
    Ok(stored.map(|token| TokenLine { id, token }))
}

/// What a token is for, opened: its name with the rights it has left.
pub(crate) fn open_by_token(r: &impl Rows, token: &StoredToken) -> Result<Opened, Error> {
    grants::open_by_token(r, token)
}

/// The actor's own tokens, of one name or all, oldest first.
pub(crate) fn tokens(r: &impl Rows, actor: &Actor, top: Option<&Name>) -> Result<Vec<TokenLine>, Error> {
    let account = actor.in_person()?.account.0;
    let mut found = Vec::new();
    for row in r.scan(TOKEN_BY_ACCOUNT, Span::prefix(&(account,)), Direction::Forward) {
        let ((_, id), ()) = row?;
        let Some(token) = r.get(TOKEN, &id)? else { continue };
        if top.is_none_or(|top| token.name.is_at_or_below(top)) {
            found.push(TokenLine { id, token });
        }
    }
    found.sort_by_key(|line| line.token.created);
    Ok(found)
}

/// Members' names in canonical order, behind `after`, at most `limit` that are `wanted`: for whoever governs names.
pub(crate) fn names(
    r: &impl Rows,
    actor: &Actor,
    (after, limit): (Option<&Name>, usize),
    wanted: impl Fn(&NameLine) -> bool,
) -> Result<Vec<NameLine>, Error> {
    actor.may(crate::identity::Capability::GovernNames)?;
    let Some((zone, _)) = grants::base(r)? else {
        return Ok(Vec::new());
    };
    let mut span = Span::prefix(&(zone.0,));
    if let Some(after) = after {
        span = span.after(&(zone.0, Owner(after.clone())));
    }
    let mut found = Vec::new();
    for row in r.scan(NAME, span, Direction::Forward) {
        if found.len() == limit {
            break;
        }
        let ((_, Owner(name)), held) = row?;
        found.extend(Some(NameLine { name, held }).filter(&wanted));
    }
    Ok(found)
}

/// Rights given at and below a name: for whoever governs names.
pub(crate) fn given(r: &impl Rows, actor: &Actor, top: &Name) -> Result<Vec<GrantLine>, Error> {
    actor.may(Capability::GovernNames)?;
    let (zone, _) = grants::zone_of(r, top)?.ok_or_else(|| Error::NoZone(top.clone()))?;
    let mut found = Vec::new();
    for row in r.scan(GRANT, Span::prefix(&(zone.0,)), Direction::Forward) {
        let ((_, Owner(name), account), grant) = row?;
        if !name.is_at_or_below(top) {
            continue;
        }
        let holder = identity::read::account(r, AccountId(account))?;
        let member = holder.map_or_else(SmolStr::default, |holder| SmolStr::new(holder.call.as_str()));
        found.push(GrantLine { name, member, grant });
    }
    Ok(found)
}

fn line(r: &impl Rows, opened: Opened) -> Result<ZoneLine, Error> {
    let is_whole = opened.is_whole();
    let sets = if is_whole {
        opened.row.sets
    } else {
        r.count(RRSET, below(opened.zone, &opened.top))?
    };
    let is_base = is_whole && r.get(BASE, &())?.is_some_and(|base| base.zone == opened.zone);
    // Others' changes of the members' zone are not this name's.
    let changed = match &opened.holding {
        Some((name, held)) if *name == opened.top => {
            let last = history(r, &opened, None, 1)?.pop();
            last.map_or(held.created, |line| line.entry.at)
        }
        _ => opened.row.changed,
    };
    Ok(ZoneLine {
        origin: opened.row.origin,
        zone: opened.zone,
        version: opened.row.version,
        changed,
        sets,
        state: opened.holding.map(|(_, held)| held.state),
        is_base,
        top: opened.top,
    })
}
