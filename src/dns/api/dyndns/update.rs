//! One host's update: what its addresses are to be, whether anything changes, and the line that says so.

use std::net::IpAddr;

use super::DyndnsState;
use super::request::{Family, Wish};
use crate::dns::error::Error;
use crate::dns::model::Change;
use crate::dns::name::Name;
use crate::dns::read::{self, TokenLine};
use crate::dns::rr::{RecordType, RrSet, Ttl};
use crate::dns::rules::notes::{AddressKind, address_of};
use crate::dns::rules::owner;
use crate::dns::settings::address;

/// How long others may keep an address that changes, in seconds.
const SHORT: Ttl = Ttl::new(60).expect("a minute is short");

/// Updates one host and says what became of it.
pub(super) async fn one(
    state: &DyndnsState,
    token: &TokenLine,
    (host, wish): (&str, &Wish),
    from: IpAddr,
) -> String {
    match tried(state, token, (host, wish), from).await {
        Ok(line) => line,
        Err(error) => code(&error).to_owned(),
    }
}

async fn tried(
    state: &DyndnsState,
    token: &TokenLine,
    (host, wish): (&str, &Wish),
    from: IpAddr,
) -> Result<String, Error> {
    let Some(name) = named(host) else {
        return Ok("notfqdn".to_owned());
    };
    // Whether there is such a name is nobody's business who has no token for it.
    if name != token.token.name {
        return Ok("nohost".to_owned());
    }
    let now = state.dns.now();
    if state.abuse.is_blocked(&token.id, now) {
        return Ok("abuse".to_owned());
    }
    if wish.is_bad {
        return Ok("dnserr".to_owned());
    }
    let before = there(state, token).await?;
    let (v4, v6) = wish.families(from);
    let families = [(RecordType::A, v4), (RecordType::AAAA, v6)];
    let mut after = Vec::new();
    let mut changes = Vec::new();
    for ((kind, family), before) in families.into_iter().zip(&before) {
        let Some(wanted) = wanted(family, before) else {
            return Ok("dnserr".to_owned());
        };
        let reachable = |address: &IpAddr| state.private || AddressKind::of(*address).is_reachable();
        if wanted != *before && !wanted.iter().all(reachable) {
            return Ok("dnserr".to_owned());
        }
        // A record that goes by itself is said again, so that it stays.
        let again = token.token.lasts.is_some() && !wanted.is_empty();
        if wanted != *before || again {
            changes.push(change(&token.token.name, kind, &wanted));
        }
        after.extend(wanted);
    }
    let changed = if changes.is_empty() {
        false
    } else {
        state.dns.apply_by_token(token, changes).await?.changed
    };
    if !changed && state.abuse.repeated(&token.id, now) {
        return Ok("abuse".to_owned());
    }
    let addresses: Vec<String> = after.iter().map(ToString::to_string).collect();
    let word = if changed { "good" } else { "nochg" };
    Ok(format!("{word} {}", addresses.join(",")).trim_end().to_owned())
}

/// A whole name; one label alone is none.
fn named(host: &str) -> Option<Name> {
    let name = owner::from_input(host, &Name::root()).ok()?;
    (name.label_count() > 1).then_some(name)
}

/// The addresses that are there, of each family in the order of addresses.
async fn there(state: &DyndnsState, token: &TokenLine) -> Result<[Vec<IpAddr>; 2], Error> {
    let token = token.token.clone();
    let found = state.dns.store.read(move |r| {
        let opened = read::open_by_token(r, &token)?;
        let mut both = [Vec::new(), Vec::new()];
        for (kind, found) in [RecordType::A, RecordType::AAAA].into_iter().zip(&mut both) {
            let set = read::set(r, &opened, &token.name, kind)?;
            let records = set.iter().flat_map(|set| &set.records);
            found.extend(records.filter_map(|record| address_of(kind, &record.datum)));
        }
        Ok::<_, Error>(both)
    });
    found.await
}

/// The addresses a family is to have; nothing where a prefix is given and there is no address to put it before.
fn wanted(family: Family, before: &[IpAddr]) -> Option<Vec<IpAddr>> {
    let mut wanted = match family {
        Family::Unsaid | Family::Kept => before.to_vec(),
        Family::Gone => Vec::new(),
        Family::Set(all) => {
            let mut wanted = Vec::new();
            for given in all {
                if given.prefix.is_none() {
                    wanted.push(given.address);
                } else if before.is_empty() {
                    return None;
                } else {
                    wanted.extend(before.iter().map(|address| given.with_host_of(*address)));
                }
            }
            wanted
        }
    };
    wanted.sort_unstable();
    wanted.dedup();
    Some(wanted)
}

fn change(name: &Name, kind: RecordType, addresses: &[IpAddr]) -> Change {
    let data = addresses.iter().map(|own| address(*own).1).collect();
    match RrSet::new(name.clone(), kind, SHORT, data) {
        Ok(set) => Change::put(set),
        Err(_) => Change::Remove {
            name: name.clone(),
            kind,
        },
    }
}

/// What went wrong, as clients know it.
fn code(error: &Error) -> &'static str {
    match error {
        Error::TooFast(_) => "abuse",
        Error::NoZone(_)
        | Error::NoName(_)
        | Error::NoToken
        | Error::NotGranted { .. }
        | Error::OutOfZone { .. }
        | Error::Suspended { .. }
        | Error::Denied(_) => "nohost",
        Error::Rules(_) | Error::Quota { .. } => "dnserr",
        error => {
            tracing::error!(%error, "an address could not be updated: {error}");
            "911"
        }
    }
}
