//! Keeping the FCC's register current: the whole archive, or the days since.

use smol_str::SmolStr;

use super::super::KEEPER;
use super::super::fetch::daily::{Due, address, due};
use super::super::fetch::{FetchError, Outcome, Source};
use super::super::import::{ImportError, Order, day_name};
use super::super::model::Authority;
use super::super::service::Callbook;
use super::super::write;
use super::{Came, Stopped, get, import, whole};
use crate::jobs::JobCx;

/// Gets what is due of the FCC.
pub(super) async fn current(book: &Callbook, cx: &JobCx) -> Result<Came, Stopped> {
    let row = book.stored(&Authority::FCC)?;
    let applied = row.state.stamp.filter(|_| row.generation > 0);
    let daily = book.inner.settings.daily();
    let (Due::Days(days), Some(daily)) = (due(applied, book.now()), daily) else {
        return whole(book, &Authority::FCC, false, cx).await;
    };
    let mut done = Vec::new();
    for day in days {
        let source = Source {
            url: address(&daily.url, day),
            ..daily.clone()
        };
        if let Some(imported) = one(book, &source, day_name(day), cx).await? {
            done.push(imported);
        }
    }
    Ok(if done.is_empty() {
        Came::Unchanged(None)
    } else {
        Came::Days(done)
    })
}

/// Gets a day's file; none where there is none, or still last week's.
async fn one(
    book: &Callbook,
    source: &Source,
    day: SmolStr,
    cx: &JobCx,
) -> Result<Option<(SmolStr, super::Imported)>, Stopped> {
    let row = book.stored(&Authority::FCC)?;
    let known = row.days.get(&day).cloned().unwrap_or_default();
    let fetched = match get(book, source, &known, cx).await {
        Ok(Outcome::New(fetched)) => fetched,
        Ok(Outcome::NotModified | Outcome::Same(_)) => return Ok(None),
        // Some days have no file.
        Err(Stopped::Fetch(FetchError::Missing { .. })) => return Ok(None),
        Err(other) => return Err(other),
    };
    let order = Order {
        authority: Authority::FCC,
        files: vec![fetched.path.clone()],
        state: fetched.state.clone(),
        force: false,
    };
    let imported = import(book, order, cx).await;
    drop(tokio::fs::remove_file(&fetched.path).await);
    let imported = match imported {
        Ok(imported) => Some(imported),
        Err(Stopped::Import(ImportError::NotNewer)) => None,
        Err(other) => return Err(other),
    };
    let (noted, state) = (day.clone(), fetched.state);
    let written = book
        .inner
        .store
        .write(move |tx| write::note_day(tx, &KEEPER, &Authority::FCC, (noted, state)));
    written.await?;
    Ok(imported.map(|imported| (day, imported)))
}
