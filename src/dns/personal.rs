//! What the name server holds about people: names and the records under them, tokens, grants, changes they made.
//!
//! A name is taken out of the answers when the erasure of its holder begins; here its records, tokens and history go.
//! The name itself stays noted as let go, so that nobody takes it for one that was never there. Changes that somebody
//! made in zones that are not theirs stay, by a pseudonym.

use serde::Serialize;

use super::error::Error;
use super::model::ZoneId;
use super::name::Name;
use super::rdata;
use super::rr::RecordType;
use super::tables::{
    GRANT, GRANT_BY_ACCOUNT, JOURNAL, JOURNAL_BY_NAME, LAPSED, NAME, NAME_BY_ACCOUNT, Owner, RRSET,
    StoredGrant, StoredName, TOKEN, TOKEN_BY_ACCOUNT, UNSETTLED, ZONE, below,
};
use super::write;
use crate::privacy::{Archive, Erased, ExportError, Holdings, PIECE, Part, Position, Subject};
use crate::store::{Direction, Rows, Span, StoreError, Write};

/// This domain's part.
pub(crate) const PART: Part = Part {
    name: "dns",
    tables: &[
        "dns.zone",
        "dns.rrset",
        "dns.rrset.ending",
        "dns.name",
        "dns.name.by_account",
        "dns.grant",
        "dns.grant.by_account",
        "dns.token",
        "dns.token.by_account",
        "dns.journal",
        "dns.journal.by_name",
        "dns.unsettled",
        "dns.lapsed",
    ],
    export,
    erase,
};

#[derive(Serialize)]
struct NameOut {
    name: Name,
    #[serde(flatten)]
    held: StoredName,
    records: Vec<RecordOut>,
}

#[derive(Serialize)]
struct RecordOut {
    name: Name,
    #[serde(rename = "type")]
    kind: String,
    ttl: u32,
    content: String,
}

#[derive(Serialize)]
struct TokenOut {
    id: String,
    name: Name,
    scope: &'static str,
    label: String,
    created: jiff::Timestamp,
    used: Option<jiff::Timestamp>,
}

#[derive(Serialize)]
struct GrantOut {
    name: Name,
    #[serde(flatten)]
    grant: StoredGrant,
}

fn export(held: Holdings<'_>, subject: &Subject, archive: &mut Archive<'_>) -> Result<(), ExportError> {
    let account = subject.account;
    let (names, tokens, grants) = held.store.read_now(|r| {
        Ok::<_, StoreError>((
            names_of(r, account)?,
            tokens_of(r, account)?,
            grants_of(r, account)?,
        ))
    })?;
    archive.json("dns/names.json", &names)?;
    archive.json("dns/tokens.json", &tokens)?;
    Ok(archive.json("dns/grants.json", &grants)?)
}

fn names_of(r: &impl Rows, account: u32) -> Result<Vec<NameOut>, StoreError> {
    let mut names = Vec::new();
    for (zone, name) in held_by(r, account)? {
        let Some(held) = r.get(NAME, &(zone.0, Owner(name.clone())))? else {
            continue;
        };
        let mut records = Vec::new();
        for row in r.scan(RRSET, below(zone, &name), Direction::Forward) {
            let ((_, Owner(name), kind), set) = row?;
            let kind = RecordType(kind);
            records.extend(set.records.iter().map(|record| RecordOut {
                name: name.clone(),
                kind: kind.to_string(),
                ttl: set.ttl.seconds(),
                content: rdata::write(kind, &record.datum),
            }));
        }
        names.push(NameOut { name, held, records });
    }
    Ok(names)
}

fn tokens_of(r: &impl Rows, account: u32) -> Result<Vec<TokenOut>, StoreError> {
    let mut tokens = Vec::new();
    for row in r.scan(TOKEN_BY_ACCOUNT, Span::prefix(&(account,)), Direction::Forward) {
        let ((_, id), ()) = row?;
        if let Some(token) = r.get(TOKEN, &id)? {
            tokens.push(TokenOut {
                id: id.to_string(),
                name: token.name,
                scope: token.scope.as_str(),
                label: token.label.to_string(),
                created: token.created,
                used: token.used,
            });
        }
    }
    Ok(tokens)
}

fn grants_of(r: &impl Rows, account: u32) -> Result<Vec<GrantOut>, StoreError> {
    let mut grants = Vec::new();
    for row in r.scan(GRANT_BY_ACCOUNT, Span::prefix(&(account,)), Direction::Forward) {
        let ((_, zone, name), ()) = row?;
        if let Some(grant) = r.get(GRANT, &(zone, name.clone(), account))? {
            grants.push(GrantOut { name: name.0, grant });
        }
    }
    Ok(grants)
}

fn held_by(r: &impl Rows, account: u32) -> Result<Vec<(ZoneId, Name)>, StoreError> {
    let rows = r.scan(NAME_BY_ACCOUNT, Span::prefix(&(account,)), Direction::Forward);
    rows.map(|row| row.map(|((_, zone, Owner(name)), ())| (ZoneId(zone), name)))
        .collect()
}

fn erase(tx: &mut Write<'_>, subject: &Subject, at: &mut Position) -> Result<Erased, StoreError> {
    let account = subject.account;
    for (zone, name) in held_by(tx, account)? {
        forget_history(tx, zone, &name)?;
        let held = tx.get(NAME, &(zone.0, Owner(name.clone())))?;
        if let Some(held) = held {
            let gone = write::erase_name(tx, (zone, &name), held, subject.now);
            gone.map_err(refused)?;
        }
    }
    for row in grants_of(tx, account)? {
        if let Some((zone, _)) = super::grants::zone_of(tx, &row.name)? {
            tx.remove(GRANT, &(zone.0, Owner(row.name.clone()), account))?;
            tx.remove(GRANT_BY_ACCOUNT, &(account, zone.0, Owner(row.name)))?;
        }
    }
    for row in tokens_of(tx, account)? {
        let id = row.id.as_str().into();
        tx.remove(TOKEN, &id)?;
        tx.remove(TOKEN_BY_ACCOUNT, &(account, id))?;
    }
    tx.remove(LAPSED, &account)?;
    tx.remove(UNSETTLED, &account)?;
    in_others_zones(tx, subject, at)
}

/// Removes the changes of a name that is erased: what was there is as much a person's as what is.
fn forget_history(tx: &mut Write<'_>, zone: ZoneId, name: &Name) -> Result<(), StoreError> {
    let own = Owner(name.clone());
    let span = Span::prefix(&(zone.0, own.clone()));
    let rows = tx.scan(JOURNAL_BY_NAME, span, Direction::Forward);
    let versions: Vec<u64> = rows
        .map(|row| row.map(|((.., version), ())| version))
        .collect::<Result<_, _>>()?;
    for version in versions {
        tx.remove(JOURNAL_BY_NAME, &(zone.0, own.clone(), version))?;
        let Some(mut entry) = tx.get(JOURNAL, &(zone.0, version))? else {
            continue;
        };
        entry.turned.retain(|turned| !turned.name.is_at_or_below(name));
        if entry.turned.is_empty() {
            tx.remove(JOURNAL, &(zone.0, version))?;
        } else {
            tx.put(JOURNAL, &(zone.0, version), &entry)?;
        }
    }
    Ok(())
}

/// Puts the pseudonym in the place of the person's names, in changes and zones that are others'; piece by piece.
fn in_others_zones(tx: &mut Write<'_>, subject: &Subject, at: &mut Position) -> Result<Erased, StoreError> {
    let span = match *at {
        Some(key) => Span::all().after(&key),
        None => Span::all(),
    };
    let rows = tx.scan(JOURNAL, span, Direction::Forward).take(PIECE);
    let rows: Vec<_> = rows.collect::<Result<_, _>>()?;
    let count = rows.len();
    for (key, mut entry) in rows {
        *at = Some(key);
        let without = subject.without_names(&entry.by);
        if entry.account == Some(subject.account) || without != entry.by {
            entry.by = without.into();
            entry.account = entry.account.filter(|own| *own != subject.account);
            tx.put(JOURNAL, &key, &entry)?;
        }
    }
    let erased = Erased::of(count, PIECE);
    if erased == Erased::All {
        let zones = tx.scan(ZONE, Span::all(), Direction::Forward);
        let zones: Vec<_> = zones.collect::<Result<_, _>>()?;
        for (id, mut zone) in zones {
            let without = subject.without_names(&zone.by);
            if without != zone.by {
                zone.by = without.into();
                tx.put(ZONE, &id, &zone)?;
            }
        }
    }
    Ok(erased)
}

fn refused(error: Error) -> StoreError {
    match error {
        Error::Store(error) => error,
        other => StoreError::Refused(other.to_string().into()),
    }
}
