//! Answers of other callbooks, kept for some days, and for a day that there was none.
//!
//! What somebody's own account brought is theirs alone: it may be more than another's would. What was asked with the
//! station's account, or with none, is kept once for all.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::error::Error;
use super::model::{Found, Site};
use crate::identity::{Actor, Denied, Scope};
use crate::store::{Direction, Rows, Span, StoreError, TableInfo, Write, table};

/// How long an answer is good.
const GOOD: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long it is good that there was none.
const MISS_GOOD: SignedDuration = SignedDuration::from_hours(24);
/// Answers that are kept; the oldest goes for one more.
const MOST: u64 = 20_000;
/// Rows that one more may take away with it, so that a smaller bound is come to without a long transaction.
const SWEPT: usize = 8;

/// What an answer is kept by: the account whose login brought it (0: the station's, or nobody's), site, call.
pub(super) type AnswerKey = (u32, SmolStr, SmolStr);

table!(
    /// Answers.
    pub(super) ANSWER: "callbook.upstream", AnswerKey => StoredAnswer
);
table!(
    /// Answers by the time they came.
    pub(super) ANSWER_BY_TIME: "callbook.upstream.by_time", (Timestamp, u32, SmolStr, SmolStr) => ()
);

/// The tables of the answers.
pub(super) fn tables() -> [TableInfo; 2] {
    [ANSWER.info(), ANSWER_BY_TIME.info()]
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct StoredAnswer {
    pub(crate) at: Timestamp,
    /// None: they have nothing.
    pub(crate) found: Option<Found>,
}

/// The key of an answer.
pub(super) fn key(account: u32, site: Site, call: &str) -> AnswerKey {
    (account, SmolStr::new_static(site.as_str()), call.into())
}

/// The answer that is kept, while it is good.
pub(super) fn fresh(
    r: &impl Rows,
    key: &AnswerKey,
    now: Timestamp,
) -> Result<Option<StoredAnswer>, StoreError> {
    let stored = r.get(ANSWER, key)?;
    Ok(stored.filter(|stored| {
        let good = if stored.found.is_some() { GOOD } else { MISS_GOOD };
        now.duration_since(stored.at) < good
    }))
}

/// Keeps an answer that somebody's question brought, in the place of what was there.
pub(crate) fn keep_answer(
    tx: &mut Write<'_>,
    actor: &Actor,
    key: &AnswerKey,
    answer: &StoredAnswer,
) -> Result<(), Error> {
    actor.require(Scope::CallbookRead)?;
    let (account, site, call) = key;
    if *account != 0 && actor.member()?.account.0 != *account {
        return Err(Denied::Forbidden("what somebody's own account brought is theirs").into());
    }
    if let Some(old) = tx.get(ANSWER, key)? {
        tx.remove(ANSWER_BY_TIME, &(old.at, *account, site.clone(), call.clone()))?;
    }
    tx.put(ANSWER, key, answer)?;
    tx.put(
        ANSWER_BY_TIME,
        &(answer.at, *account, site.clone(), call.clone()),
        &(),
    )?;
    sweep(tx, MOST)
}

/// Removes the oldest answers beyond `most`, a few at a time.
fn sweep(tx: &mut Write<'_>, most: u64) -> Result<(), Error> {
    for _ in 0..SWEPT {
        if tx.len(ANSWER)? <= most {
            break;
        }
        let Some((oldest, ())) = tx.first(ANSWER_BY_TIME, Span::all())? else {
            break;
        };
        tx.remove(ANSWER_BY_TIME, &oldest)?;
        let (_, account, site, call) = oldest;
        tx.remove(ANSWER, &(account, site, call))?;
    }
    Ok(())
}

/// The calls that somebody's own accounts were asked for.
pub(super) fn of_account(r: &impl Rows, account: u32) -> Result<Vec<(AnswerKey, StoredAnswer)>, StoreError> {
    r.scan(ANSWER, Span::prefix(&(account,)), Direction::Forward)
        .collect()
}

/// Forgets up to `limit` answers that somebody's own account at a site (or, without one, any) brought; how many.
pub(super) fn forget(
    tx: &mut Write<'_>,
    account: u32,
    site: Option<Site>,
    limit: usize,
) -> Result<usize, StoreError> {
    let span = match site {
        Some(site) => Span::prefix(&(account, SmolStr::new_static(site.as_str()))),
        None => Span::prefix(&(account,)),
    };
    let rows = tx.scan(ANSWER, span, Direction::Forward).take(limit);
    let rows: Vec<(AnswerKey, StoredAnswer)> = rows.collect::<Result<_, _>>()?;
    for (key, answer) in &rows {
        tx.remove(ANSWER, key)?;
        let (account, site, call) = key.clone();
        tx.remove(ANSWER_BY_TIME, &(answer.at, account, site, call))?;
    }
    Ok(rows.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::callbook::upstream::tests::{member, store};

    #[tokio::test]
    async fn the_oldest_answers_go_first_and_misses_are_good_for_a_day() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(dir.path());
        let start: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let at = move |minutes: i64| start + SignedDuration::from_mins(minutes);
        let written = store.write(move |tx| {
            for (number, call) in ["K1A", "K1B", "K1C", "K1A"].into_iter().enumerate() {
                let found = (call != "K1C").then(Found::default);
                let at = at(i64::try_from(number).unwrap());
                keep_answer(
                    tx,
                    &member(7),
                    &key(0, Site::Qrz, call),
                    &StoredAnswer { at, found },
                )?;
            }
            sweep(tx, 2)?;
            assert_eq!((tx.len(ANSWER)?, tx.len(ANSWER_BY_TIME)?), (2, 2));
            Ok::<_, Error>(())
        });
        written.await.unwrap();
        let good = |call: &str, hours: i64| {
            let (key, now) = (key(0, Site::Qrz, call), at(5) + SignedDuration::from_hours(hours));
            let found = store.read_now(|r| fresh(r, &key, now));
            found.unwrap().is_some()
        };
        assert!(!good("K1B", 0), "the oldest, since K1A was asked for again");
        assert!(good("K1C", 23) && !good("K1C", 24));
        assert!(good("K1A", 167) && !good("K1A", 168));
    }

    #[tokio::test]
    async fn nobody_keeps_answers_for_anothers_account() {
        let dir = tempfile::tempdir().unwrap();
        let answer = StoredAnswer {
            at: "2026-11-22T12:00:00Z".parse().unwrap(),
            found: None,
        };
        let store = store(dir.path());
        let written = store.write(move |tx| {
            keep_answer(tx, &member(7), &key(7, Site::Qrz, "K1A"), &answer)?;
            keep_answer(tx, &member(8), &key(7, Site::Qrz, "K1A"), &answer)
        });
        assert!(matches!(written.await, Err(Error::Denied(_))));
    }
}
