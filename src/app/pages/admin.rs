//! Pages of the administrator that change something: users, jobs, backups.

use axum::response::{IntoResponse, Response};
use std::sync::Arc;

use super::fields::{Fields, back};
use super::reader::Reader;
use super::views::{
    AdminBackupsPage, AdminJobsPage, AdminUsersPage, BackupRow, Form, Grouped, JobRow, UserRow, size_words,
    utc_words, word_or_name,
};
use crate::app::nightly::{self, BackupJob};
use crate::ham::callsign::Callsign;
use crate::identity::write::{NewAccount, Standing};
use crate::identity::{AccountId, Password, Role, StoredAccount};
use crate::jobs::event::{JobEvent, State};
use crate::jobs::{self, NewJob};
use crate::store::{StoreError, Write};
use crate::web::{Problem, Result, render};

/// Jobs listed.
const JOBS: usize = 200;

/// `/admin/users`
pub(super) async fn users(reader: Reader) -> Result<Response> {
    users_page(&reader, Form::default())
}

/// Adds, disables or enables an account.
pub(super) async fn change_users(reader: Reader, fields: Fields) -> Result<Response> {
    match carry_out(&reader, &fields).await {
        Ok(said) => Ok(back("/admin/users", said)),
        Err(problem) => {
            let page = users_page(&reader, fields.refused(&problem))?;
            Ok((problem.status(), page).into_response())
        }
    }
}

/// `/admin/jobs`
pub(super) async fn jobs(reader: Reader) -> Result<Response> {
    reader.visitor.actor.admin()?;
    let jobs = reader.app.jobs.list(None, None, JOBS).await?;
    render(&AdminJobsPage {
        frame: reader.frame("admin", reader.t.s("admin.jobs")),
        part: "jobs",
        jobs: jobs.into_iter().map(|job| job_row(&reader, job)).collect(),
    })
}

/// Calls a job off, or queues it anew.
pub(super) async fn change_jobs(reader: Reader, fields: Fields) -> Result<Response> {
    reader.visitor.actor.admin()?;
    let id = fields
        .get("id")
        .parse()
        .map_err(|_| Problem::not_found("there is no such job"))?;
    match fields.get("do") {
        "cancel" => {
            reader.app.jobs.cancel(id).await?;
            Ok(back("/admin/jobs", "cancelled"))
        }
        "retry" => {
            reader.app.jobs.retry(id).await?;
            Ok(back("/admin/jobs", "retried"))
        }
        _ => Err(Problem::bad_request(
            "bad_form",
            "the form does not say what to do",
        )),
    }
}

/// `/admin/backups`
pub(super) async fn backups(reader: Reader) -> Result<Response> {
    reader.visitor.actor.admin()?;
    let config = &reader.app.services.config.backup;
    let dir = config.dir.clone();
    let found = tokio::task::spawn_blocking(move || nightly::list(&dir))
        .await
        .map_err(Problem::internal)?;
    let policy = if config.enabled {
        let (daily, weekly) = (config.keep_daily.to_string(), config.keep_weekly.to_string());
        let dir = config.dir.display().to_string();
        reader.t.f(
            "policy.on",
            &[("daily", &daily), ("weekly", &weekly), ("dir", &dir)],
        )
    } else {
        reader.t.s("policy.off").to_owned()
    };
    let row = |(path, data): (std::path::PathBuf, std::fs::Metadata)| {
        let made = data
            .modified()
            .ok()
            .and_then(|time| jiff::Timestamp::try_from(time).ok())
            .unwrap_or_default();
        BackupRow {
            at_iso: made.to_string(),
            at: utc_words(made, reader.now),
            file: path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            size: size_words(data.len()),
        }
    };
    render(&AdminBackupsPage {
        frame: reader.frame("admin", reader.t.s("admin.backups")),
        part: "backups",
        policy,
        backups: found.into_iter().map(row).collect(),
    })
}

/// Makes a backup now, in the background.
pub(super) async fn back_up(reader: Reader, _: Fields) -> Result<Response> {
    let actor = reader.actor();
    actor.admin()?;
    let new = NewJob::now(&reader.app.services.env, actor.account().map(|account| account.0));
    let write = move |tx: &mut Write<'_>| jobs::enqueue(tx, &BackupJob {}, new);
    reader.app.services.store.write::<_, StoreError, _>(write).await?;
    Ok(back("/admin/backups", "backup"))
}

async fn carry_out(reader: &Reader, fields: &Fields) -> Result<&'static str> {
    let identity = &reader.app.services.identity;
    let actor = &reader.visitor.actor;
    let account = || match fields.get("id").parse() {
        Ok(id) => Ok(AccountId(id)),
        Err(_) => Err(Problem::not_found("there is no such account")),
    };
    let standing = |disabled| Standing {
        disabled: Some(disabled),
        ..Standing::default()
    };
    match fields.get("do") {
        "create" => {
            let new = new_account(reader, fields).await?;
            identity.add_account(actor, new).await?;
            Ok("account_added")
        }
        "enable" => {
            identity.set_standing(actor, account()?, standing(false)).await?;
            Ok("enabled")
        }
        "disable" => {
            identity.set_standing(actor, account()?, standing(true)).await?;
            Ok("disabled")
        }
        _ => Err(Problem::bad_request(
            "bad_form",
            "the form does not say what to do",
        )),
    }
}

async fn new_account(reader: &Reader, fields: &Fields) -> Result<NewAccount> {
    reader.visitor.actor.admin()?;
    let call =
        Callsign::parse(fields.get("call")).map_err(|error| Problem::invalid("call", error.to_string()))?;
    let chosen = Password::chosen(fields.get("password"));
    let chosen = chosen.map_err(|weak| Problem::invalid("password", weak.to_string()))?;
    Ok(NewAccount {
        call,
        name: fields
            .get("name")
            .parse()
            .map_err(|_| Problem::invalid("name", "is too long"))?,
        grid: None,
        email: None,
        role: if fields.get("role") == "administrator" {
            Role::Administrator
        } else {
            Role::Member
        },
        password: Some(reader.app.services.identity.hash(chosen).await),
        verified: true,
    })
}

fn users_page(reader: &Reader, form: Form) -> Result<Response> {
    let accounts = reader.app.services.identity.accounts(&reader.visitor.actor)?;
    render(&AdminUsersPage {
        frame: reader.frame("admin", reader.t.s("admin.users")),
        part: "users",
        form,
        users: accounts
            .into_iter()
            .map(|account| user_row(reader, account))
            .collect(),
    })
}

fn user_row(reader: &Reader, (id, account): (AccountId, Arc<StoredAccount>)) -> UserRow {
    let seen = reader.app.services.identity.last_seen(id);
    let role = match account.role {
        Role::Administrator => "administrator",
        Role::Member => "member",
    };
    UserRow {
        id: id.0,
        call: account.call.to_string(),
        name: account.name.as_str().to_owned(),
        role_word: word_or_name(reader.t, "role", role),
        seen_iso: seen.map(|time| time.to_string()).unwrap_or_default(),
        seen: seen.map(|time| utc_words(time, reader.now)).unwrap_or_default(),
        disabled: account.disabled,
        me: reader.visitor.actor.account() == Some(id),
    }
}

fn job_row(reader: &Reader, job: JobEvent) -> JobRow {
    let (state, tone) = match job.state {
        State::Queued => ("queued", ""),
        State::Running => ("running", ""),
        State::Done => ("done", "good"),
        State::Failed => ("failed", "bad"),
        State::Cancelled => ("cancelled", "warn"),
    };
    let at = job.created.unwrap_or_default();
    let owner = job
        .owner
        .and_then(|account| reader.app.services.identity.account(AccountId(account)).ok());
    let progress = match job.total {
        Some(total) if total > 0 => format!("{} / {}", Grouped(job.done), Grouped(total)),
        _ if job.done > 0 => Grouped(job.done).to_string(),
        _ => String::new(),
    };
    JobRow {
        id: job.id.to_string(),
        at_iso: at.to_string(),
        at: utc_words(at, reader.now),
        kind: word_or_name(reader.t, "job_kind", &job.kind.replace('.', "_")),
        owner: owner.map(|account| account.call.to_string()).unwrap_or_default(),
        tone,
        state_word: word_or_name(reader.t, "job_state", state),
        progress,
        tries: job.tries,
        note: job.error.unwrap_or_default(),
        can_cancel: matches!(job.state, State::Queued | State::Running),
        can_retry: matches!(job.state, State::Failed | State::Cancelled),
    }
}
