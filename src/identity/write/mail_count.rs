//! How many mails may be asked for: per address, per network, on the whole installation.
//!
//! Counted in the store, so that a restart forgives nothing. Addresses and networks are kept as digests for a day.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use crate::identity::error::Error;
use crate::identity::model::MailAddress;
use crate::identity::tables::MAIL_COUNT;
use crate::identity::throttle::Wait;
use crate::identity::token::fingerprint;
use crate::store::{Direction, Rows, Span, StoreError, Write};
use crate::web::Network;

const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Mails to one address in a day, and the least time between two.
const PER_ADDRESS: usize = 3;
const BETWEEN: SignedDuration = SignedDuration::from_secs(60);
/// Mails that one network may ask for in a day.
const PER_NETWORK: usize = 10;
/// Mails in an hour from the whole installation; more is an attack, and is logged as one.
const PER_HOUR: usize = 200;

/// When mails were asked for, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::identity) struct MailCount {
    times: Vec<Timestamp>,
}

/// Whether a mail may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Postage {
    Paid,
    /// The address had enough: nothing is sent and nobody is told, for the answer must not speak of the address.
    Held,
}

/// Counts a mail that somebody asked for. The network is told when it asks too often; about addresses nobody is told
/// anything.
pub(crate) fn count_mail(
    tx: &mut Write<'_>,
    address: Option<&MailAddress>,
    network: Network,
    now: Timestamp,
) -> Result<Postage, Error> {
    let name = format_smolstr!("network {}", fingerprint(&format!("{network:?}")));
    let mut network = recent(tx, &name, DAY, now)?;
    if let (true, Some(first)) = (network.times.len() >= PER_NETWORK, network.times.first()) {
        let wait = first.checked_add(DAY).unwrap_or(now).duration_since(now);
        return Err(Error::Wait(Wait(wait)));
    }
    network.times.push(now);
    tx.put(MAIL_COUNT, &name, &network)?;

    let Some(address) = address else {
        return Ok(Postage::Held);
    };
    let all_name = SmolStr::new_static("all");
    let mut all = recent(tx, &all_name, SignedDuration::from_hours(1), now)?;
    if all.times.len() >= PER_HOUR {
        tracing::error!("{PER_HOUR} mails were asked for within an hour: further ones are held back");
        return Ok(Postage::Held);
    }
    let name = address_name(address.as_str());
    let mut sent = recent(tx, &name, DAY, now)?;
    let soon = sent
        .times
        .last()
        .is_some_and(|last| now.duration_since(*last) < BETWEEN);
    if soon || sent.times.len() >= PER_ADDRESS {
        return Ok(Postage::Held);
    }
    sent.times.push(now);
    all.times.push(now);
    tx.put(MAIL_COUNT, &name, &sent)?;
    tx.put(MAIL_COUNT, &all_name, &all)?;
    Ok(Postage::Paid)
}

/// Forgets how often mail went to an address.
pub(in crate::identity) fn forget_address(tx: &mut Write<'_>, address: &str) -> Result<(), StoreError> {
    tx.remove(MAIL_COUNT, &address_name(address)).map(drop)
}

fn address_name(address: &str) -> SmolStr {
    format_smolstr!("address {}", fingerprint(&address.to_lowercase()))
}

/// Forgets what was more than a day ago.
pub(in crate::identity) fn sweep_mail_counts(tx: &mut Write<'_>, now: Timestamp) -> Result<(), Error> {
    let mut over = Vec::new();
    for row in tx.scan(MAIL_COUNT, Span::all(), Direction::Forward) {
        let (name, count) = row?;
        if count.times.iter().all(|time| now.duration_since(*time) >= DAY) {
            over.push(name);
        }
    }
    for name in over {
        tx.remove(MAIL_COUNT, &name)?;
    }
    Ok(())
}

fn recent(
    rows: &impl Rows,
    name: &SmolStr,
    window: SignedDuration,
    now: Timestamp,
) -> Result<MailCount, Error> {
    let mut count = rows.get(MAIL_COUNT, name)?.unwrap_or_default();
    count.times.retain(|time| now.duration_since(*time) < window);
    Ok(count)
}
