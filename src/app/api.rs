//! The administrator's part of the API: how the installation does, its log, its mail, its backups.
//!
//! The pages under `/admin` tell the same from the same functions.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::nightly;
use super::overview::{self, Overview};
use super::running::App;
use crate::env::Posted;
use crate::identity::Capability;
use crate::identity::api::gate::Who;
use crate::logging;
use crate::web::{Access, Json, Path, Problem, ProblemBody, Result, Routes};

/// A line of the program's log.
#[derive(Debug, Serialize, ToSchema)]
struct LogLine {
    #[schema(value_type = String, format = DateTime)]
    time: Timestamp,
    /// `ERROR`, `WARN`, `INFO`, `DEBUG` or `TRACE`.
    level: String,
    /// The module that spoke.
    target: String,
    text: String,
}

/// The last lines, newest first.
#[derive(Debug, Serialize, ToSchema)]
struct LogLines {
    items: Vec<LogLine>,
}

/// A mail that was sent, or waits for the administrator to pass it on.
#[derive(Debug, Serialize, ToSchema)]
struct MailLine {
    id: u64,
    #[schema(value_type = String, format = DateTime)]
    time: Timestamp,
    to: String,
    subject: String,
    /// Its text; empty where the mail server was asked to carry it.
    text: String,
    /// Whether the mail server took it.
    sent: bool,
    /// Whether it is tried again by itself.
    waits: bool,
    /// Why it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// The last mails, newest first.
#[derive(Debug, Serialize, ToSchema)]
struct Mails {
    /// Whether a mail server is configured.
    enabled: bool,
    items: Vec<MailLine>,
}

/// A backup that is kept.
#[derive(Debug, Serialize, ToSchema)]
struct BackupLine {
    file: String,
    bytes: u64,
    #[schema(value_type = String, format = DateTime)]
    time: Timestamp,
}

/// The backups, newest first.
#[derive(Debug, Serialize, ToSchema)]
struct Backups {
    /// Where they are.
    dir: String,
    items: Vec<BackupLine>,
}

/// The job that makes the backup.
#[derive(Debug, Serialize, ToSchema)]
struct BackupAsked {
    job: String,
    url: String,
}

/// The administrator's routes.
pub(super) fn routes(app: &App) -> Routes {
    Routes::new()
        .api(Access::Admin, routes!(health))
        .api(Access::Admin, routes!(log))
        .api(Access::Admin, routes!(outbox))
        .api(Access::Admin, routes!(forget_mail))
        .api(Access::Admin, routes!(retry_mail))
        .api(Access::Admin, routes!(backups))
        .api(Access::Admin, routes!(back_up))
        .with_state(app.clone())
}

/// Parts, figures and outside services.
#[utoipa::path(get, path = "/api/v1/admin/health", tag = "admin", responses(
    (status = 200, body = Overview), (status = 403, body = ProblemBody)))]
async fn health(State(app): State<App>, Who(actor): Who) -> Result<Json<Overview>> {
    overview::gather(&app, &actor).await.map(Json)
}

/// The last lines of the program's log.
#[utoipa::path(get, path = "/api/v1/admin/log", tag = "admin", responses(
    (status = 200, body = LogLines), (status = 403, body = ProblemBody)))]
async fn log(State(app): State<App>, Who(actor): Who) -> Result<Json<LogLines>> {
    actor.admin()?;
    let line = |line: logging::Line| LogLine {
        time: line.at,
        level: line.level.to_string(),
        target: line.target,
        text: line.text,
    };
    Ok(Json(LogLines {
        items: app.log.recent().into_iter().map(line).collect(),
    }))
}

/// The last mails that were sent or, without a mail server, kept.
#[utoipa::path(get, path = "/api/v1/admin/outbox", tag = "admin", responses(
    (status = 200, body = Mails), (status = 403, body = ProblemBody)))]
async fn outbox(State(app): State<App>, Who(actor): Who) -> Result<Json<Mails>> {
    actor.admin()?;
    let mailer = &app.services.env.mailer;
    let line = |posted: Posted| MailLine {
        id: posted.id,
        waits: posted.waits,
        time: posted.at,
        to: posted.mail.to,
        subject: posted.mail.subject,
        text: posted.mail.text,
        sent: matches!(posted.outcome, Some(Ok(()))),
        error: posted.outcome.and_then(std::result::Result::err),
    };
    Ok(Json(Mails {
        enabled: mailer.is_on(),
        items: mailer.recent().into_iter().map(line).collect(),
    }))
}

/// Sends a mail again that the server did not take.
#[utoipa::path(post, path = "/api/v1/admin/outbox/{id}/retry", tag = "admin", params(("id" = u64, Path)), responses(
    (status = 202), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn retry_mail(State(app): State<App>, Who(actor): Who, Path(id): Path<u64>) -> Result<StatusCode> {
    actor.may(Capability::SeeOutbox)?;
    if app.services.env.mailer.retry(id) {
        Ok(StatusCode::ACCEPTED)
    } else {
        Err(Problem::not_found("there is no such mail that failed"))
    }
}

/// Takes a mail off the list; one that was not taken by the server yet is not sent any more.
#[utoipa::path(delete, path = "/api/v1/admin/outbox/{id}", tag = "admin", params(("id" = u64, Path)), responses(
    (status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn forget_mail(State(app): State<App>, Who(actor): Who, Path(id): Path<u64>) -> Result<StatusCode> {
    actor.may(Capability::SeeOutbox)?;
    if app.services.env.mailer.forget(id) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found("there is no such mail"))
    }
}

/// The backups in the configured directory.
#[utoipa::path(get, path = "/api/v1/admin/backups", tag = "admin", responses(
    (status = 200, body = Backups), (status = 403, body = ProblemBody)))]
async fn backups(State(app): State<App>, Who(actor): Who) -> Result<Json<Backups>> {
    actor.admin()?;
    let line = |kept: nightly::Kept| BackupLine {
        file: kept.file,
        bytes: kept.bytes,
        time: kept.time,
    };
    let items = nightly::kept(&app.services).await?.into_iter().map(line);
    Ok(Json(Backups {
        dir: app.services.config.backup.dir.display().to_string(),
        items: items.collect(),
    }))
}

/// Makes a backup now, in the background.
#[utoipa::path(post, path = "/api/v1/admin/backup", tag = "admin", responses(
    (status = 202, body = BackupAsked, headers(("Location" = String, description = "the job"))),
    (status = 403, body = ProblemBody)))]
async fn back_up(State(app): State<App>, Who(actor): Who) -> Result<Response> {
    let job = nightly::back_up_now(&app.services, &actor).await?.to_string();
    let url = format!("/api/v1/jobs/{job}");
    let location = [(header::LOCATION, url.clone())];
    Ok((StatusCode::ACCEPTED, location, Json(BackupAsked { job, url })).into_response())
}
