//! Pages of the administrator that only tell: health, log, outgoing mail.

use std::collections::HashMap;

use axum::response::Response;
use jiff::Timestamp;

use super::reader::Reader;
use super::views::{
    AdminHealthPage, AdminLogPage, AdminOutboxPage, Grouped, Labelled, LogLine, MailRow, PartRow, SourceRow,
    size_words, utc_words, word_or_name,
};
use crate::config::Config;
use crate::jobs::event::State;
use crate::jobs::{self, Job};
use crate::logbook::jobs::{FetchJob, kept_table};
use crate::store::{Read, Rows, StoreError};
use crate::web::{Result, render};

/// Jobs looked through for what the services outside answered.
const RECENT_JOBS: usize = 500;

/// `/admin/health`
pub(super) async fn health(reader: Reader) -> Result<Response> {
    reader.visitor.actor.admin()?;
    let (app, t) = (&reader.app, reader.t);
    let part = |(name, reason): (&'static str, Option<String>)| PartRow {
        name: word_or_name(t, "part", name),
        tone: if reason.is_none() { "good" } else { "bad" },
        state_word: t
            .s(if reason.is_none() { "part.up" } else { "part.down" })
            .to_owned(),
        note: reason.unwrap_or_default(),
    };
    let outcomes = outcomes(&reader).await?;
    let source = |name: &'static str| {
        let source = app.services.config.source(name)?;
        let Outcome { success, error } = outcomes.get(name).cloned().unwrap_or_default();
        Some(SourceRow {
            name: word_or_name(t, "source", name),
            url: source.url.to_string(),
            tone: if source.enabled { "good" } else { "" },
            state_word: t
                .s(if source.enabled { "source.on" } else { "source.off" })
                .to_owned(),
            success_iso: success.map(|time| time.to_string()).unwrap_or_default(),
            success: success
                .map(|time| utc_words(time, reader.now))
                .unwrap_or_default(),
            note: error,
        })
    };
    render(&AdminHealthPage {
        frame: reader.frame("admin", t.s("admin.health")),
        part: "health",
        uptime: span_words(reader.now.duration_since(app.since).as_secs()),
        parts: app.health.report().parts.into_iter().map(part).collect(),
        figures: figures(&reader).await?,
        sources: Config::source_names().filter_map(source).collect(),
    })
}

/// `/admin/log`
pub(super) async fn log(reader: Reader) -> Result<Response> {
    reader.visitor.actor.admin()?;
    let line = |line: crate::app::logging::Line| {
        let level = line.level.to_string();
        LogLine {
            at_iso: line.at.to_string(),
            at: line.at.strftime("%-d\u{a0}%b %H:%M:%Sz").to_string(),
            tone: match level.as_str() {
                "ERROR" => "bad",
                "WARN" => "warn",
                _ => "",
            },
            level,
            target: line.target,
            text: line.text,
        }
    };
    render(&AdminLogPage {
        frame: reader.frame("admin", reader.t.s("admin.log")),
        part: "log",
        lines: reader.app.log.recent().into_iter().map(line).collect(),
    })
}

/// `/admin/outbox`
pub(super) async fn outbox(reader: Reader) -> Result<Response> {
    reader.visitor.actor.admin()?;
    let mailer = &reader.app.services.env.mailer;
    let row = |posted: crate::env::Posted| MailRow {
        at_iso: posted.at.to_string(),
        at: utc_words(posted.at, reader.now),
        to: posted.mail.to,
        subject: posted.mail.subject,
        text: posted.mail.text,
        note: posted
            .outcome
            .and_then(std::result::Result::err)
            .unwrap_or_default(),
    };
    render(&AdminOutboxPage {
        frame: reader.frame("admin", reader.t.s("admin.outbox_title")),
        part: "outbox",
        mail_off: !mailer.is_on(),
        mails: mailer.recent().into_iter().map(row).collect(),
    })
}

/// How asking a service outside went.
#[derive(Debug, Clone, Default)]
struct Outcome {
    success: Option<Timestamp>,
    /// What went wrong since, in words.
    error: String,
}

/// How the services went, by name: what the jobs of the last week tell, and for the table of entities the age
/// of the copy that is kept.
async fn outcomes(reader: &Reader) -> Result<HashMap<&'static str, Outcome>> {
    let store = &reader.app.services.store;
    let jobs = store
        .read(|r: &Read| jobs::read::list(r, None, None, RECENT_JOBS))
        .await?;
    let kept = std::fs::metadata(kept_table(&reader.app.services.config.data_dir));
    let written = kept
        .and_then(|file| file.modified())
        .ok()
        .and_then(|time| Timestamp::try_from(time).ok());
    let asked = || jobs.iter().filter(|job| job.kind == FetchJob::KIND);
    let error = asked()
        .take_while(|job| job.state != State::Done)
        .find_map(|job| job.error.clone());
    let country = Outcome {
        success: asked()
            .find(|job| job.state == State::Done)
            .and_then(|job| job.finished)
            .max(written),
        error: error.unwrap_or_default(),
    };
    Ok(HashMap::from([("country", country)]))
}

async fn figures(reader: &Reader) -> Result<Vec<Labelled>> {
    let (app, t) = (&reader.app, reader.t);
    let config = &app.services.config;
    let counted = app.services.store.read(|r: &Read| {
        let jobs = jobs::read::counts(r)?;
        Ok::<_, StoreError>((
            r.len(crate::logbook::tables::BOOK)?,
            r.len(crate::logbook::tables::QSO)?,
            jobs,
        ))
    });
    let (books, contacts, jobs) = counted.await?;
    let accounts = app.services.identity.accounts(&reader.visitor.actor)?.len() as u64;
    let stats = app.services.store.stats();
    let file = config.file.as_ref().map_or_else(
        || t.s("figure.no_config").to_owned(),
        |file| file.display().to_string(),
    );
    let lines = [
        ("figure.accounts", Grouped(accounts).to_string()),
        ("figure.logbooks", Grouped(books).to_string()),
        ("figure.contacts", Grouped(contacts).to_string()),
        ("figure.store", size_words(stats.file_bytes)),
        ("figure.memory", memory().map(size_words).unwrap_or_default()),
        (
            "figure.jobs_waiting",
            Grouped(jobs.queued + jobs.running).to_string(),
        ),
        ("figure.jobs_failed", Grouped(jobs.failed).to_string()),
        ("figure.data_dir", config.data_dir.display().to_string()),
        ("figure.config", file),
    ];
    let line = |(key, value): (&'static str, String)| Labelled {
        label: t.s(key).to_owned(),
        value,
    };
    Ok(lines
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(line)
        .collect())
}

/// What this process holds in memory, where the system tells.
fn memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// A span of time in its two largest units: `3 d 4 h`.
fn span_words(seconds: i64) -> String {
    let minutes = seconds / 60;
    let (hours, days) = (minutes / 60, minutes / 1440);
    match (days, hours) {
        (0, 0) => format!("{minutes}\u{a0}min"),
        (0, _) => format!("{hours}\u{a0}h {}\u{a0}min", minutes % 60),
        _ => format!("{days}\u{a0}d {}\u{a0}h", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::span_words;

    #[test]
    fn spans_are_said_in_two_units() {
        let said = [59, 3 * 3600 + 120, 3 * 86_400 + 4 * 3600].map(span_words);
        assert_eq!(said, ["0\u{a0}min", "3\u{a0}h 2\u{a0}min", "3\u{a0}d 4\u{a0}h"]);
    }
}
