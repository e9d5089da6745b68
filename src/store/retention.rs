//! Automatic backups: making one a night, and which of them to keep.
//!
//! Kept are the newest of each of the last days and of each of the last weeks that have one, so that a program
//! that did not run for a month does not lose its history on the first night.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Store;
use super::backup::{BackupError, BackupReport, make_private};

const START: &str = "shackbox-";
const END: &str = ".backup";

/// How many automatic backups are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Keep {
    /// Days of which the newest backup is kept.
    pub(crate) daily: u32,
    /// Weeks of which the newest backup is kept.
    pub(crate) weekly: u32,
}

/// Makes an automatic backup in `dir`, and removes those that are not to be kept. Blocking, and long.
pub(crate) fn nightly(
    store: &Store,
    dir: &Path,
    keep: Keep,
    now: Timestamp,
) -> Result<BackupReport, BackupError> {
    let io = |path: &Path, error| BackupError::Io {
        path: path.to_owned(),
        error,
    };
    make_private(dir).map_err(|e| io(dir, e))?;
    remove_halves(dir).map_err(|e| io(dir, e))?;
    let report = store.backup(&dir.join(file_name(now)), &[], now)?;
    let backups = automatic_backups(dir).map_err(|e| io(dir, e))?;
    for path in superfluous(&backups, keep) {
        std::fs::remove_file(&path).map_err(|e| io(&path, e))?;
    }
    Ok(report)
}

/// Removes what an automatic backup that was cut off left behind. Only one is made at a time: not for while one is.
pub(crate) fn remove_halves(dir: &Path) -> std::io::Result<()> {
    for entry in dir.read_dir()? {
        let entry = entry?;
        let name = entry.file_name();
        let whole = name.to_str().and_then(|name| name.strip_suffix(".part"));
        if whole.is_some_and(|name| made_at(name).is_some()) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// The file name of an automatic backup made at `now`: sorts by time.
pub(super) fn file_name(now: Timestamp) -> String {
    format!("{START}{}{END}", now.strftime("%Y%m%dT%H%M%SZ"))
}

/// When the automatic backup of this name was made; `None` for a file that is none.
pub(super) fn made_at(name: &str) -> Option<Timestamp> {
    let time = name.strip_prefix(START)?.strip_suffix(END)?;
    let time = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", time).ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// Automatic backups in a directory, newest first.
pub(crate) fn automatic_backups(dir: &Path) -> std::io::Result<Vec<(Timestamp, PathBuf)>> {
    let mut backups = Vec::new();
    let entries = match dir.read_dir() {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(backups),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        if let Some(made) = entry.file_name().to_str().and_then(made_at) {
            backups.push((made, entry.path()));
        }
    }
    backups.sort_by(|a, b| b.cmp(a));
    Ok(backups)
}

/// Those of `backups` (newest first) that are not needed any more. The newest is always kept.
pub(super) fn superfluous(backups: &[(Timestamp, PathBuf)], keep: Keep) -> Vec<PathBuf> {
    let count = |kept: u32| usize::try_from(kept).unwrap_or(usize::MAX);
    let (daily, weekly) = (count(keep.daily).max(1), count(keep.weekly));
    let (mut days, mut weeks) = (BTreeSet::new(), BTreeSet::new());
    let mut superfluous = Vec::new();
    for (made, path) in backups {
        let date = TimeZone::UTC.to_datetime(*made).date();
        let first_of_day = days.len() < daily && days.insert(date);
        let first_of_week = weeks.len() < weekly && weeks.insert(week(date));
        if !first_of_day && !first_of_week {
            superfluous.push(path.clone());
        }
    }
    superfluous
}

fn week(date: Date) -> (i16, i8) {
    let week = date.iso_week_date();
    (week.year(), week.week())
}
