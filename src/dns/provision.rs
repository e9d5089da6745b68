//! Keeping names in step with accounts, and records with the clock: what runs beside the commands.
//!
//! What changes an account leaves its number in a table, in the same transaction ([`super::write::note_account`]); the
//! keeper looks at each, gives, suspends, restores. So nothing is forgotten over a stop, and a name is out of the
//! answers a moment after its holder is not to have it any more. The same keeper takes away records whose time is over.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::event::DnsEvent;
use super::rules::owner;
use super::service::Dns;
use super::tables::{NAME_BY_ACCOUNT, UNSETTLED};
use super::write;
use super::{KEEPER, grants};
use crate::bus::Bus;
use crate::event::Event;
use crate::identity::{self, AccountId};
use crate::store::{Direction, RESTORED, Rows, Span, StoreError};
use crate::web::{Health, Part};

/// Accounts looked at in one transaction.
const AT_ONCE: usize = 50;
/// How often records are looked for whose time is over, at least.
const LOOK_EVERY: Duration = Duration::from_secs(15);
/// How long until something that failed is tried again.
const AGAIN: Duration = Duration::from_secs(5);

/// Makes the members' zone as configured, raises serials after a restore, and notes accounts whose names are not as
/// they should be. Before anything is answered.
pub(crate) async fn prepare(dns: &Dns) -> Result<(), Error> {
    let now = dns.now();
    let restored = dns.store.read_now(|r| r.get(RESTORED, &()))?;
    if let Some(restored) = restored {
        dns.store
            .write(move |tx| write::raise_serials(tx, &KEEPER, &restored, now))
            .await?;
    }
    let base = dns.settings.base.clone();
    let known = dns.store.read(grants::base).await?;
    match base {
        Some(base) => {
            dns.store
                .write(move |tx| write::prepare_base(tx, &KEEPER, &base, now))
                .await?;
        }
        None if known.is_some() => tracing::warn!(
            "dns.base_domain is not set: members' names stay as they are, and nobody gets a new one"
        ),
        None => return Ok(()),
    }
    let unsettled = dns.store.read(out_of_step).await?;
    for some in unsettled.chunks(1_000) {
        let some = some.to_vec();
        let noted = dns.store.write(move |tx| {
            some.into_iter()
                .try_for_each(|account| write::note_account(tx, account))
        });
        noted.await?;
    }
    settle(dns).await.map(drop)
}

/// Looks after names and records until the program stops.
pub(crate) fn keep(dns: &Dns, bus: &Bus, (part, health): (Part, Health), stop: CancellationToken) {
    let woken = Arc::new(Notify::new());
    let bell = Arc::clone(&woken);
    bus.listen(move |event| {
        if matches!(event, Event::Dns(DnsEvent::Unsettled)) {
            bell.notify_one();
        }
    });
    let dns = dns.clone();
    tokio::spawn(async move {
        stop.run_until_cancelled(go_on(&dns, &woken, &part, &health))
            .await;
        // The part ends with the program, not before.
        stop.cancelled().await;
    });
}

async fn go_on(dns: &Dns, woken: &Notify, part: &Part, health: &Health) {
    let mut told = None;
    loop {
        let pause = match look(dns).await {
            Ok(pause) => {
                part.up();
                pause
            }
            Err(error) => {
                tracing::error!(%error, "names could not be looked after: {error}");
                part.down(error.to_string());
                AGAIN
            }
        };
        let compared = dns
            .compared
            .load_full()
            .filter(|compared| told != Some(compared.at));
        if let Some(compared) = compared {
            told = Some(compared.at);
            if let Some(first) = compared.findings.first() {
                let count = compared.findings.len();
                health.remark(format!(
                    "records and answers of the name server differ in {count} places: {first}"
                ));
            }
        }
        tokio::select! {
            () = woken.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Does what is to be done now; how long until the next look.
async fn look(dns: &Dns) -> Result<Duration, Error> {
    settle(dns).await?;
    end_records(dns).await
}

/// Settles all accounts that were noted; how many.
pub(crate) async fn settle(dns: &Dns) -> Result<usize, Error> {
    let mut settled = 0;
    loop {
        let noted = dns.store.read(noted).await?;
        if noted.is_empty() {
            return Ok(settled);
        }
        settled += noted.len();
        let now = dns.now();
        let done = dns.store.write(move |tx| {
            noted
                .into_iter()
                .try_for_each(|account| write::settle_account(tx, &KEEPER, account, now))
        });
        done.await?;
    }
}

/// Removes records whose time is over; how long until the next one's is.
pub(crate) async fn end_records(dns: &Dns) -> Result<Duration, Error> {
    loop {
        let now = dns.now();
        let next = dns
            .store
            .read(|r| {
                Ok::<_, StoreError>(
                    r.first(super::tables::ENDING, Span::all())?
                        .map(|((until, ..), ())| until),
                )
            })
            .await?;
        match next {
            None => return Ok(LOOK_EVERY),
            Some(next) if next > now => {
                let left = Duration::try_from(next.duration_since(now)).unwrap_or(LOOK_EVERY);
                return Ok(left.min(LOOK_EVERY));
            }
            Some(_) => {
                dns.store
                    .write(move |tx| write::end_records(tx, &KEEPER, now))
                    .await?;
            }
        }
    }
}

fn noted(r: &impl Rows) -> Result<Vec<AccountId>, StoreError> {
    let rows = r.scan(UNSETTLED, Span::all(), Direction::Forward).take(AT_ONCE);
    rows.map(|row| row.map(|(account, ())| AccountId(account)))
        .collect()
}

/// Accounts that have a name they are not to have, or lack one.
fn out_of_step(r: &impl Rows) -> Result<Vec<AccountId>, StoreError> {
    let Some((zone, row)) = grants::base(r)? else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for (id, account) in identity::read::accounts(r)? {
        let wanted = write::entitled(&account).map(owner::label_of);
        let wanted = wanted.and_then(|label| row.origin.child(label.as_bytes()).ok());
        let mut held = Vec::new();
        for own in r.scan(NAME_BY_ACCOUNT, Span::prefix(&(id.0, zone.0)), Direction::Forward) {
            let ((_, _, name), ()) = own?;
            let live = r
                .get(super::tables::NAME, &(zone.0, name.clone()))?
                .is_some_and(|held| held.is_live());
            if live {
                held.push(name.0);
            }
        }
        if held.iter().ne(&wanted) {
            found.push(id);
        }
    }
    Ok(found)
}
