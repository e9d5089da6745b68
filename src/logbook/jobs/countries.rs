//! The table of entities: fetched now and then, and applied to what is stored.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::QUEUE;
use crate::env::OutboundError;
use crate::jobs::{self, Done, Job, JobCx, JobError, NewJob};
use crate::logbook::KEEPER;
use crate::logbook::Logbook;
use crate::logbook::error::Error;
use crate::logbook::place::Table;
use crate::logbook::tables::{QSO, SETTLED};
use crate::logbook::write::replace;
use crate::store::{Rows, Span, Write};

/// The outside service, `sources.country`.
pub(super) const SERVICE: &str = "country";
/// The status of a table that is still the one kept.
const UNCHANGED: u16 = 304;
/// The table under its address.
const FILE: &str = "cty.dat";

/// Fetches the table of entities.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct FetchJob {}

impl Job for FetchJob {
    const KIND: &'static str = "logbook.countries";
    const QUEUE: &'static str = "country";
    const UNIQUE: bool = true;
}

/// Settles the places of all contacts by the table in use.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SettleJob {}

impl Job for SettleJob {
    const KIND: &'static str = "logbook.settle";
    const QUEUE: &'static str = QUEUE;
    const UNIQUE: bool = true;
}

/// Where a fetched table is kept.
pub(crate) fn kept_table(data_dir: &Path) -> PathBuf {
    data_dir.join("tables").join(FILE)
}

/// Handles a [`FetchJob`]: keeps the new table, uses it, and has the contacts settled anew.
pub(super) async fn fetch(logbook: Logbook, _job: FetchJob, _cx: JobCx) -> Result<Done, JobError> {
    let path = kept_table(logbook.data_dir());
    let mark = path.with_extension("etag");
    let outbound = &logbook.env.outbound;
    let known = if path.exists() {
        tokio::fs::read_to_string(&mark).await.ok()
    } else {
        None
    };
    let asked = match known {
        Some(etag) => outbound.get_unless(SERVICE, FILE, etag.trim()).await,
        None => outbound.get(SERVICE, FILE, &[]).await,
    };
    let reply = match asked {
        Ok(reply) if reply.status == UNCHANGED => {
            settle_if_other(&logbook).await?;
            return Ok(Done::with(json!({"changed": false})));
        }
        Ok(reply) => reply,
        Err(error @ (OutboundError::Unknown(_) | OutboundError::TooLarge { .. })) => {
            return Err(JobError::Permanent(error.to_string()));
        }
        Err(error) => return Err(JobError::retry(error)),
    };
    let kept = tokio::task::spawn_blocking(move || {
        let table = keep(&path, &reply.body)?;
        remember(&mark, reply.etag.as_deref());
        Ok::<_, JobError>(table)
    })
    .await;
    let Some(table) = kept.map_err(|error| JobError::retry(error.to_string()))?? else {
        settle_if_other(&logbook).await?;
        return Ok(Done::with(json!({"changed": false})));
    };
    let table = Table::choose(Some(table));
    let release = table.info().release.map(|date| date.to_string());
    logbook.countries.exchange(table);
    settle_if_other(&logbook).await?;
    Ok(Done::with(json!({"changed": true, "release": release})))
}

/// Has the contacts settled anew if another table was in use when that was done last.
pub(crate) async fn settle_if_other(logbook: &Logbook) -> Result<(), Error> {
    let mark = logbook.countries.table().mark();
    let known = mark.clone();
    let settled = logbook
        .store
        .read(move |r| Ok::<_, Error>(r.get(SETTLED, &())? == Some(known)));
    if settled.await? {
        return Ok(());
    }
    let new = NewJob::now(&logbook.env, None);
    let ask = move |tx: &mut Write<'_>| {
        if tx.first(QSO, Span::all())?.is_none() {
            return Ok(tx.put(SETTLED, &(), &mark)?);
        }
        jobs::enqueue(tx, &SettleJob {}, new)?;
        Ok::<_, Error>(())
    };
    logbook.store.write(ask).await
}

/// Writes the table if it reads and is another than the one kept.
fn keep(path: &Path, body: &[u8]) -> Result<Option<Table>, JobError> {
    let table = Table::read(body).map_err(|error| JobError::Permanent(format!("{FILE}: {error}")))?;
    if std::fs::read(path).is_ok_and(|kept| kept == body) {
        return Ok(None);
    }
    let folder = path.parent().unwrap_or(path);
    let part = path.with_extension("part");
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&part, body))
        .and_then(|()| std::fs::File::open(&part)?.sync_all())
        .and_then(|()| std::fs::rename(&part, path))
        .map_err(|error| JobError::retry(format!("{}: {error}", path.display())))?;
    Ok(Some(table))
}

/// Notes what the kept table is called, so that it is not sent again; without the note it only is.
fn remember(mark: &Path, etag: Option<&str>) {
    let noted = match etag {
        Some(etag) => std::fs::write(mark, etag),
        None => std::fs::remove_file(mark),
    };
    if let Err(error) = noted
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "{}: {error}", mark.display());
    }
}

/// Handles a [`SettleJob`]; begins anew when the table is exchanged meanwhile.
pub(super) async fn settle(logbook: Logbook, _job: SettleJob, cx: JobCx) -> Result<Done, JobError> {
    let mut table = logbook.countries.table();
    let (mut looked_at, mut changed) = (0, 0);
    let mut after = None;
    loop {
        cx.check()?;
        let present = logbook.countries.table();
        if !Arc::ptr_eq(&present, &table) {
            (table, looked_at, after) = (present, 0, None);
        }
        let used = Arc::clone(&table);
        let step = logbook
            .store
            .write_bulk(move |tx| {
                let step = replace::step(tx, &KEEPER, after, &used)?;
                if step.after.is_none() {
                    tx.put(SETTLED, &(), &used.mark())?;
                }
                Ok::<_, Error>(step)
            })
            .await?;
        looked_at += step.looked_at;
        changed += step.changed;
        cx.progress(looked_at, None);
        after = step.after;
        if after.is_none() && Arc::ptr_eq(&logbook.countries.table(), &table) {
            return Ok(Done::with(json!({"looked_at": looked_at, "changed": changed})));
        }
    }
}
