//! Pages of the administrator that tell: health, log, outgoing mail with a way to try it.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;

use super::fields::{Again, Fields};
use super::notice::Done;
use super::reader::Reader;
use super::say::{iso, span};
use super::views::{
    AdminHealthPage, AdminLogPage, AdminOutboxPage, CertificateRow, Grouped, Labelled, LogLine, MailRow,
    PartRow, SourceRow, When, size_words, utc_words, word_or_name,
};
use crate::app::overview::{self, CertificateLine, FeedLine, Figures, PartLine, SourceLine};
use crate::env::{Mail, Posted};
use crate::identity::{Capability, MailAddress};
use crate::logging::Line;
use crate::web::{Problem, Result, Text};

/// `/admin/health`
pub(super) async fn health(reader: Reader) -> Result<Response> {
    let overview = overview::gather(&reader.app, &reader.visitor.actor).await?;
    let t = reader.t;
    let page = AdminHealthPage {
        frame: reader.frame_of("admin", "admin.health").await,
        part: "health",
        uptime: span(reader.now.duration_since(overview.since).as_secs()),
        parts: overview.parts.into_iter().map(|line| part(t, line)).collect(),
        figures: figures(t, &overview.figures),
        sources: overview
            .sources
            .into_iter()
            .map(|line| source(&reader, line))
            .collect(),
        feeds: overview
            .feeds
            .into_iter()
            .map(|line| feed(&reader, line))
            .collect(),
        certificate: overview.certificate.map(|line| certificate(&reader, line)),
    };
    reader.show(StatusCode::OK, &page)
}

/// `/admin/log`
pub(super) async fn log(reader: Reader) -> Result<Response> {
    reader.visitor.actor.admin()?;
    let page = AdminLogPage {
        frame: reader.frame_of("admin", "admin.log").await,
        part: "log",
        lines: reader.app.log.recent().into_iter().map(log_line).collect(),
    };
    reader.show(StatusCode::OK, &page)
}

/// `/admin/outbox`
pub(super) async fn outbox(reader: Reader) -> Result<Response> {
    outbox_page(&reader, Again::default()).await
}

/// Sends a mail to see whether mails arrive.
pub(super) async fn try_mail(reader: Reader, fields: Fields) -> Result<Response> {
    if matches!(fields.action(), "retry" | "forget") {
        return change_mail(&reader, &fields);
    }
    if fields.action() != "try" {
        return Err(fields.unknown());
    }
    match send_trial(&reader, fields.text("to")).await {
        Ok(()) => reader.go_on("/admin/outbox", Done::MailSent),
        Err(problem) => {
            let again = Again::after(problem)?.having(&["to"]);
            outbox_page(&reader, again.keeping(&fields, &["to"])).await
        }
    }
}

/// Sends a mail again that failed, or takes one off the list.
fn change_mail(reader: &Reader, fields: &Fields) -> Result<Response> {
    reader.visitor.actor.may(Capability::SeeOutbox)?;
    let unknown = || Problem::not_found("there is no such mail");
    let id = fields.text("id").parse().map_err(|_| unknown())?;
    let mailer = &reader.app.services.env.mailer;
    let (found, done) = match fields.action() {
        "retry" => (mailer.retry(id), Done::MailQueued),
        _ => (mailer.forget(id), Done::MailForgotten),
    };
    if found {
        reader.go_on("/admin/outbox", done)
    } else {
        Err(unknown())
    }
}

async fn send_trial(reader: &Reader, to: &str) -> Result<()> {
    reader.visitor.actor.admin()?;
    let to: MailAddress = to
        .parse()
        .map_err(|error| Problem::invalid("to", format!("{error}")))?;
    let mail = Mail {
        to: to.as_str().to_owned(),
        subject: reader.t.s("mail.trial_subject").to_owned(),
        text: reader.t.f(
            "mail.trial_text",
            &[("address", &reader.app.services.config.public_origin())],
        ),
    };
    let sent = reader.app.services.env.mailer.send(mail).await;
    sent.map_err(|error| Problem::invalid("to", error.to_string()))
}

async fn outbox_page(reader: &Reader, again: Again) -> Result<Response> {
    reader.visitor.actor.admin()?;
    let mailer = &reader.app.services.env.mailer;
    let row = |posted: Posted| MailRow {
        at_iso: iso(posted.at),
        at: utc_words(posted.at, reader.now),
        to: posted.mail.to,
        subject: posted.mail.subject,
        text: posted.mail.text,
        id: posted.id,
        state: match (&posted.outcome, posted.waits) {
            (None, _) => "kept",
            (Some(Ok(())), _) => "sent",
            (Some(Err(_)), true) => "waits",
            (Some(Err(_)), false) => "failed",
        },
        note: posted
            .outcome
            .and_then(std::result::Result::err)
            .unwrap_or_default(),
    };
    let page = AdminOutboxPage {
        frame: reader.frame_of("admin", "admin.outbox_title").await,
        part: "outbox",
        form: again.form,
        mail_off: !mailer.is_on(),
        mails: mailer.recent().into_iter().map(row).collect(),
    };
    reader.show(again.status, &page)
}

fn part(t: Text<'static>, line: PartLine) -> PartRow {
    let (tone, state_word) = if line.up {
        ("good", t.s("part.up"))
    } else {
        ("bad", t.s("part.down"))
    };
    PartRow {
        name: word_or_name(t, "part", line.name),
        tone,
        state_word: state_word.to_owned(),
        note: line.reason.unwrap_or_default(),
    }
}

fn feed(reader: &Reader, line: FeedLine) -> SourceRow {
    let t = reader.t;
    let (tone, state_word) = match (line.state, &line.error) {
        ("listening", _) => ("good", t.s("feed.listening")),
        (_, Some(_)) => ("bad", t.s("feed.down")),
        _ => ("warn", t.s("feed.connecting")),
    };
    let when = |time: Option<Timestamp>| time.map(|time| when(reader, time));
    let [new, duplicates, refused] = [line.new, line.duplicates, line.refused].map(|count| count.to_string());
    let counts = [
        ("new", &*new),
        ("duplicates", &*duplicates),
        ("refused", &*refused),
    ];
    let counts = t.f("feed.counts", &counts);
    SourceRow {
        name: line.name,
        url: format!("{} · {}", line.kind, line.host),
        tone,
        state_word: state_word.to_owned(),
        attempt: when(line.since),
        success: when(line.last_spot),
        next: when(line.retry),
        note: line
            .error
            .map_or_else(|| counts.clone(), |error| format!("{error} · {counts}")),
    }
}

fn source(reader: &Reader, line: SourceLine) -> SourceRow {
    let t = reader.t;
    let (tone, state_word) = match (line.enabled, &line.error) {
        (false, _) => ("", t.s("source.off")),
        (true, None) => ("good", t.s("source.on")),
        (true, Some(_)) => ("bad", t.s("source.failing")),
    };
    let when = |time: Option<Timestamp>| time.map(|time| when(reader, time));
    SourceRow {
        name: word_or_name(t, "source", line.name),
        url: line.url,
        tone,
        state_word: state_word.to_owned(),
        attempt: when(line.last_attempt),
        success: when(line.last_success),
        next: when(line.next_run),
        note: line.error.unwrap_or_default(),
    }
}

fn certificate(reader: &Reader, line: CertificateLine) -> CertificateRow {
    let t = reader.t;
    let (tone, state_word) = match &line.problem {
        _ if line.not_after < reader.now => ("bad", t.s("certificate.over")),
        Some(_) => ("warn", t.s("certificate.look")),
        None => ("good", t.s("certificate.good")),
    };
    let fact = |key: &'static str, value: String| Labelled {
        label: t.s(key).to_owned(),
        value,
    };
    CertificateRow {
        tone,
        state_word: state_word.to_owned(),
        facts: vec![
            fact("certificate.names", line.names.join(", ")),
            fact("certificate.issuer", line.issuer),
            fact(
                "certificate.source",
                word_or_name(t, "certificate_source", line.source),
            ),
        ],
        until: when(reader, line.not_after),
        attempt: line.last_attempt.map(|time| when(reader, time)),
        next: line.next_attempt.map(|time| when(reader, time)),
        note: line.problem.unwrap_or_default(),
    }
}

fn when(reader: &Reader, time: Timestamp) -> When {
    When {
        iso: iso(time),
        words: utc_words(time, reader.now),
    }
}

fn log_line(line: Line) -> LogLine {
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
}

fn figures(t: Text<'static>, told: &Figures) -> Vec<Labelled> {
    let count = |value: u64| Some(Grouped(value).to_string());
    let stored = told.stored;
    let file = told.config_file.as_ref();
    let lines = [
        ("figure.accounts", count(told.accounts)),
        (
            "figure.logbooks",
            stored.and_then(|stored| count(stored.logbooks)),
        ),
        (
            "figure.contacts",
            stored.and_then(|stored| count(stored.contacts)),
        ),
        ("figure.store", Some(size_words(told.store_bytes))),
        ("figure.free", told.free_bytes.map(size_words)),
        ("figure.memory", told.memory_bytes.map(size_words)),
        (
            "figure.jobs_waiting",
            stored.and_then(|stored| count(stored.jobs_waiting)),
        ),
        (
            "figure.jobs_failed",
            stored.and_then(|stored| count(stored.jobs_failed)),
        ),
        ("figure.data_dir", Some(told.data_dir.display().to_string())),
        (
            "figure.config",
            Some(file.map_or_else(
                || t.s("figure.no_config").to_owned(),
                |file| file.display().to_string(),
            )),
        ),
    ];
    let line = |(key, value): (&'static str, Option<String>)| {
        value.map(|value| Labelled {
            label: t.s(key).to_owned(),
            value,
        })
    };
    lines.into_iter().filter_map(line).collect()
}
