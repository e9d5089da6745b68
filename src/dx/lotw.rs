//! Who uses Logbook of the World, and since when they have not sent it anything: a weekly list, kept compactly.
//!
//! A call is packed into eight bytes and found by halving; 250,000 of them take 2.5 MB. The list as it was fetched stays
//! in the data directory, so that a restart asks nobody.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::env::Env;
use crate::ham::callsign::Callsign;
use crate::jobs::{Done, Job, JobCx, JobError, JobsBuilder, Rhythm, Schedule};

/// The source in the configuration.
pub(crate) const SERVICE: &str = "lotw";
/// The list below its address.
const LIST: &str = "lotw-user-activity.csv";
/// Fewer calls than this are no list, but a page that says something else.
const LEAST: usize = 10;
/// Letters that a packed call may have.
const MOST_LETTERS: usize = 12;

/// Fetches the list.
#[derive(Debug, Serialize, Deserialize)]
struct FetchUsers {}

impl Job for FetchUsers {
    const KIND: &'static str = "dx.lotw_users";
    const QUEUE: &'static str = "outside";
    const UNIQUE: bool = true;
}

/// Users by packed call.
#[derive(Debug, Default)]
struct List {
    calls: Box<[u64]>,
    /// Day of the last upload, days since 1970, in the same order.
    days: Box<[u16]>,
}

/// The list in use; clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct LotwUsers {
    list: Arc<ArcSwap<List>>,
}

impl LotwUsers {
    /// Reads what an earlier run fetched. Blocks.
    pub(crate) fn load(&self, data_dir: &Path) {
        match std::fs::read(kept(data_dir)) {
            Ok(bytes) => drop(self.take(&bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => tracing::warn!(%error, "{}: {error}", kept(data_dir).display()),
        }
    }

    /// Days since the station sent a log; `None` where it is not known.
    pub(crate) fn days(&self, call: &Callsign, now: Timestamp) -> Option<u16> {
        let list = self.list.load();
        let found = |text: &str| list.calls.binary_search(&pack(text)?).ok();
        let at = found(call.as_str()).or_else(|| found(call.base()))?;
        let today = now.as_second() / 86_400;
        let last = i64::from(*list.days.get(at)?);
        Some(u16::try_from((today - last).max(0)).unwrap_or(u16::MAX))
    }

    /// How many users are known.
    pub(crate) fn len(&self) -> usize {
        self.list.load().calls.len()
    }

    /// Uses another list; how many users it has, or nothing where it is none.
    fn take(&self, csv: &[u8]) -> Option<usize> {
        let list = List::read(csv)?;
        let len = list.calls.len();
        self.list.store(Arc::new(list));
        Some(len)
    }
}

impl List {
    /// `CALL,yyyy-mm-dd,hh:mm:ss` by line; lines of another form are passed over.
    fn read(csv: &[u8]) -> Option<Self> {
        let mut users: Vec<(u64, u16)> = csv
            .split(|byte| *byte == b'\n')
            .filter_map(|line| {
                let line = std::str::from_utf8(line).ok()?;
                let mut fields = line.trim().split(',');
                let call = pack(fields.next()?.trim())?;
                let date: Date = fields.next()?.trim().parse().ok()?;
                let since = date.since(Date::constant(1970, 1, 1)).ok()?;
                Some((call, u16::try_from(since.get_days()).ok()?))
            })
            .collect();
        if users.len() < LEAST {
            return None;
        }
        // Of a call that is there twice the later day stays.
        users.sort_unstable_by_key(|&(call, day)| (call, std::cmp::Reverse(day)));
        users.dedup_by_key(|&mut (call, _)| call);
        let (calls, days): (Vec<_>, Vec<_>) = users.into_iter().unzip();
        Some(Self {
            calls: calls.into(),
            days: days.into(),
        })
    }
}

/// A call of letters, digits and slashes as a number; `None` for longer ones.
fn pack(call: &str) -> Option<u64> {
    if call.is_empty() || call.len() > MOST_LETTERS {
        return None;
    }
    call.bytes().try_fold(0_u64, |packed, byte| {
        let letter = match byte.to_ascii_uppercase() {
            digit @ b'0'..=b'9' => digit - b'0' + 1,
            letter @ b'A'..=b'Z' => letter - b'A' + 11,
            b'/' => 37,
            _ => return None,
        };
        Some(packed * 38 + u64::from(letter))
    })
}

/// Where the list is kept.
fn kept(data_dir: &Path) -> PathBuf {
    data_dir.join("tables").join(LIST)
}

/// Registers the job and, where the source is enabled, its rhythm.
pub(crate) fn register(
    builder: JobsBuilder,
    users: &LotwUsers,
    env: &Env,
    data_dir: &Path,
    (every, salt): (Option<Duration>, u64),
) -> JobsBuilder {
    let (users, env, data_dir) = (users.clone(), env.clone(), Arc::<Path>::from(data_dir));
    let builder = builder
        .register(move |_: FetchUsers, cx| fetch(users.clone(), env.clone(), Arc::clone(&data_dir), cx));
    match every {
        Some(every) => {
            let rhythm = Rhythm::Every(every);
            builder.schedule(Schedule::new("dx.lotw_users", rhythm, salt, || FetchUsers {}))
        }
        None => builder,
    }
}

async fn fetch(users: LotwUsers, env: Env, data_dir: Arc<Path>, cx: JobCx) -> Result<Done, JobError> {
    let reply = env
        .outbound
        .get(SERVICE, LIST, &[])
        .await
        .map_err(JobError::retry)?;
    let settled = tokio::task::spawn_blocking(move || -> std::io::Result<Option<usize>> {
        let Some(count) = users.take(&reply.body) else {
            return Ok(None);
        };
        let path = kept(&data_dir);
        std::fs::create_dir_all(path.parent().unwrap_or(&data_dir))?;
        let half = path.with_extension("part");
        std::fs::write(&half, &reply.body)?;
        std::fs::rename(&half, &path)?;
        Ok(Some(count))
    });
    let count = settled.await.map_err(JobError::retry)?.map_err(JobError::retry)?;
    drop(cx);
    match count {
        Some(count) => Ok(Done::with(json!({ "users": count }))),
        None => Err(JobError::retry("what was fetched is no list of users")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(extra: &str) -> String {
        let mut text = String::new();
        for number in 0..20 {
            text.push_str(&format!(
                "K{}AB{},2026-11-0{},12:00:00\n",
                number % 10,
                number / 10,
                1 + number % 9
            ));
        }
        // Digits at the end are no calls, but lines.
        text + extra
    }

    fn days(users: &LotwUsers, call: &str) -> Option<u16> {
        users.days(
            &Callsign::parse(call).unwrap(),
            "2026-11-22T00:00:00Z".parse().unwrap(),
        )
    }

    #[test]
    fn users_are_found_by_call_and_by_home_call() {
        let users = LotwUsers::default();
        let list =
            csv("W1AW,2026-11-20,23:59:59\r\nEA8/DL1ABC,2020-01-01,00:00:00\nW1AW,2019-01-01,00:00:00\n");
        assert_eq!(users.take(list.as_bytes()), Some(22));
        assert_eq!(days(&users, "W1AW"), Some(2));
        assert_eq!(days(&users, "W1AW/P"), Some(2));
        assert_eq!(days(&users, "EA8/DL1ABC"), Some(2_517));
        assert_eq!(days(&users, "DL1ABC"), None);
    }

    #[test]
    fn what_is_no_list_changes_nothing() {
        let users = LotwUsers::default();
        users.take(csv("").as_bytes()).unwrap();
        assert_eq!(users.take(b"<html>down for maintenance</html>"), None);
        assert_eq!(users.take(b"\xff\xfe,,\n\n,\nW1AW,never,\n"), None);
        assert_eq!(users.len(), 20);
    }

    #[test]
    fn different_calls_have_different_numbers() {
        let calls = [
            "A",
            "AA",
            "A0",
            "0A",
            "W1AW",
            "W1AW/P",
            "ZZZZZZZZZZZZ",
            "999999999999",
        ];
        let packed: std::collections::HashSet<_> = calls.iter().map(|call| pack(call).unwrap()).collect();
        assert_eq!(packed.len(), calls.len());
        assert_eq!(
            (pack("W1AW-5"), pack(""), pack("ZZZZZZZZZZZZZ")),
            (None, None, None)
        );
    }
}
