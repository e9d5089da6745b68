//! How many mails may be asked for: per address, per call, per network, on the whole installation; and how many looks
//! at other people's servers.
//!
//! Counted in the store, so that a restart forgives nothing. Addresses and networks are kept as digests for a day.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use crate::ham::callsign::Callsign;
use crate::identity::error::Error;
use crate::identity::ladder::Refusal;
use crate::identity::model::{AccountId, MailAddress};
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
/// Looks at other people's servers that an account may ask for, and in which time.
const MOST_CHECKS: usize = 30;
const CHECKS_WITHIN: SignedDuration = SignedDuration::from_hours(1);
/// The least time between two pages fetched from QRZ, and how many a call may have in a day.
const BETWEEN_PAGES: SignedDuration = SignedDuration::from_secs(30);
const PAGES_PER_CALL: usize = 5;
/// When QRZ refused a page.
const PAGES_REFUSED: &str = "pages refused";
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
    let name = format_smolstr!(
        "network {}",
        fingerprint(&format!("{:?}", network.with_neighbours()))
    );
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

/// Counts a code that an account asked for, to prove this call. Beside what holds for all mails, three in a day go to one
/// call, whoever asks, and an account may ask for three: of that it is told, for it knows.
pub(in crate::identity) fn count_code(
    tx: &mut Write<'_>,
    (account, call): (AccountId, &Callsign),
    address: &MailAddress,
    network: Network,
    now: Timestamp,
) -> Result<Postage, Error> {
    let own_name = format_smolstr!("account {account}");
    let mut own = recent(tx, &own_name, DAY, now)?;
    own.check(PER_ADDRESS, BETWEEN, now)?;
    own.times.push(now);
    let call_name = format_smolstr!("call {}", fingerprint(call.as_str()));
    let mut asked = recent(tx, &call_name, DAY, now)?;
    let free = asked.check(PER_ADDRESS, BETWEEN, now).is_ok();
    let paid = count_mail(tx, free.then_some(address), network, now)?;
    tx.put(MAIL_COUNT, &own_name, &own)?;
    if paid == Postage::Paid {
        asked.times.push(now);
        tx.put(MAIL_COUNT, &call_name, &asked)?;
    }
    Ok(paid)
}

/// Counts a look at somebody else's server that an account asked for.
pub(in crate::identity) fn count_check(
    tx: &mut Write<'_>,
    account: AccountId,
    now: Timestamp,
) -> Result<(), Error> {
    let name = format_smolstr!("check {account}");
    let mut own = recent(tx, &name, CHECKS_WITHIN, now)?;
    own.check(MOST_CHECKS, SignedDuration::ZERO, now)
        .map_err(|Wait(_)| Wait(own.free_again(CHECKS_WITHIN, now)))?;
    own.times.push(now);
    tx.put(MAIL_COUNT, &name, &own)?;
    Ok(())
}

/// Takes the last look of an account back: it found a name that does not exist yet.
pub(in crate::identity) fn forgive_check(tx: &mut Write<'_>, account: AccountId) -> Result<(), Error> {
    let name = format_smolstr!("check {account}");
    let mut own = tx.get(MAIL_COUNT, &name)?.unwrap_or_default();
    own.times.pop();
    tx.put(MAIL_COUNT, &name, &own)?;
    Ok(())
}

/// Counts a page fetched from QRZ: one in half a minute, five in a day for one call, none for a day after a refusal.
pub(in crate::identity) fn count_page(
    tx: &mut Write<'_>,
    call: &Callsign,
    now: Timestamp,
) -> Result<(), Error> {
    if let Some(until) = page_stop(tx, now)? {
        return Err(Refusal::PageStopped(until).into());
    }
    let all_name = SmolStr::new_static("pages");
    let mut all = recent(tx, &all_name, BETWEEN_PAGES, now)?;
    all.check(usize::MAX, BETWEEN_PAGES, now)?;
    let name = format_smolstr!("page {call}");
    let mut own = recent(tx, &name, DAY, now)?;
    own.check(PAGES_PER_CALL, SignedDuration::ZERO, now)?;
    all.times.push(now);
    own.times.push(now);
    tx.put(MAIL_COUNT, &all_name, &all)?;
    tx.put(MAIL_COUNT, &name, &own)?;
    Ok(())
}

/// Until when no page is fetched, since QRZ refused one.
pub(in crate::identity) fn page_stop(
    rows: &impl Rows,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let refused = rows.get(MAIL_COUNT, &SmolStr::new_static(PAGES_REFUSED))?;
    let last = refused.and_then(|count| count.times.last().copied());
    let until = last.and_then(|last| last.checked_add(DAY).ok());
    Ok(until.filter(|until| now < *until))
}

/// QRZ refused a page.
pub(in crate::identity) fn stop_pages(tx: &mut Write<'_>, now: Timestamp) -> Result<(), Error> {
    let count = MailCount { times: vec![now] };
    tx.put(MAIL_COUNT, &SmolStr::new_static(PAGES_REFUSED), &count)?;
    Ok(())
}

impl MailCount {
    /// Refuses what would be more than `most` in a day, or within `between` of the last.
    fn check(&self, most: usize, between: SignedDuration, now: Timestamp) -> Result<(), Wait> {
        let last = self.times.last().map(|last| now.duration_since(*last));
        match last {
            Some(since) if since < between => Err(Wait(between - since)),
            Some(_) if self.times.len() >= most => Err(Wait(self.free_again(DAY, now))),
            _ => Ok(()),
        }
    }

    /// How long until the oldest is out of the window.
    fn free_again(&self, window: SignedDuration, now: Timestamp) -> SignedDuration {
        let first = self.times.first().map(|first| now.duration_since(*first));
        first.map_or(SignedDuration::ZERO, |since| window - since)
    }
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
