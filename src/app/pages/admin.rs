//! Pages of the administrator that change something: users, jobs, backups.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use axum::response::Response;

use super::fields::{Again, Fields};
use super::frame::role;
use super::notice::Done;
use super::reader::{Reader, see_other};
use super::say::iso;
use super::views::{
    AdminBackupsPage, AdminJobsPage, AdminUsersPage, BackupRow, Grouped, JobRow, LinkRow, UserRow, When,
    size_words, utc_words, word_or_name,
};
use crate::app::nightly;
use crate::ham::callsign::Callsign;
use crate::identity::api::gate::session_cookie;
use crate::identity::write::{NewAccount, Standing};
use crate::identity::{AccountId, OpenLink, Password, Role, StoredAccount};
use crate::jobs::CancelOutcome;
use crate::jobs::event::{JobEvent, State};
use crate::logbook::jobs::call_off;
use crate::web::{Problem, Result, Sensitive};

/// Jobs listed.
const JOBS: usize = 200;

/// `/admin/users`
pub(super) async fn users(reader: Reader) -> Result<Response> {
    users_page(&reader, Again::default(), String::new()).await
}

/// Adds, disables or enables an account, or makes a link for who lost the password.
pub(super) async fn change_users(reader: Reader, fields: Fields) -> Result<Response> {
    if fields.action() == "recovery" {
        let unknown = |_| Problem::not_found("there is no such account");
        let id = AccountId(fields.text("id").parse().map_err(unknown)?);
        let identity = &reader.app.services.identity;
        let link = identity.give_recovery(&reader.visitor.actor, id).await?;
        return users_page(&reader, Again::default(), link.url).await;
    }
    if fields.action() == "look_in" {
        let unknown = |_| Problem::not_found("there is no such account");
        let id = AccountId(fields.text("id").parse().map_err(unknown)?);
        return look_in(&reader, id).await;
    }
    match carry_out(&reader, &fields).await {
        Ok(done) => reader.go_on("/admin/users", done),
        Err(problem) => {
            let again = Again::after(problem)?.having(&["call", "name", "password"]);
            let again = again.keeping(&fields, &["call", "name", "role"]);
            users_page(&reader, again, String::new()).await
        }
    }
}

/// Goes on as a member; the browser's session is the member's from then on.
async fn look_in(reader: &Reader, id: AccountId) -> Result<Response> {
    let visitor = &reader.visitor;
    let identity = &reader.app.services.identity;
    let token = identity.look_in(&visitor.actor, id, &visitor.browser).await?;
    let mut response = see_other("/")?;
    let cookie = session_cookie(&token, visitor.https, false);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// `/admin/jobs`
pub(super) async fn jobs(reader: Reader) -> Result<Response> {
    reader.visitor.actor.admin()?;
    let jobs = reader.app.jobs.list(None, None, JOBS).await?;
    let page = AdminJobsPage {
        frame: reader.frame_of("admin", "admin.jobs").await,
        part: "jobs",
        jobs: jobs.into_iter().map(|job| job_row(&reader, job)).collect(),
    };
    reader.show(StatusCode::OK, &page)
}

/// Calls a job off, or queues it anew.
pub(super) async fn change_jobs(reader: Reader, fields: Fields) -> Result<Response> {
    reader.visitor.actor.admin()?;
    let unknown = || Problem::not_found("there is no such job");
    let id = fields.text("id").parse().map_err(|_| unknown())?;
    let done = match fields.action() {
        "cancel" => match call_off(&reader.app.logbook, &reader.app.jobs, id).await? {
            CancelOutcome::Unknown => return Err(unknown()),
            CancelOutcome::Ended => Done::JobHadEnded,
            CancelOutcome::Refused => {
                return Err(Problem::conflict(
                    "job_not_cancellable",
                    "half of this work helps nobody: it is not called off",
                ));
            }
            CancelOutcome::Cancelled | CancelOutcome::Asked => Done::JobCancelled,
        },
        "retry" => {
            if !reader.app.jobs.retry(id).await? {
                return Err(Problem::conflict(
                    "job_not_failed",
                    "only a job that failed or was called off is tried again",
                ));
            }
            Done::JobQueued
        }
        _ => return Err(fields.unknown()),
    };
    reader.go_on("/admin/jobs", done)
}

/// `/admin/backups`
pub(super) async fn backups(reader: Reader) -> Result<Response> {
    reader.visitor.actor.admin()?;
    let found = nightly::kept(&reader.app.services).await?;
    let row = |kept: nightly::Kept| BackupRow {
        at_iso: iso(kept.time),
        at: utc_words(kept.time, reader.now),
        file: kept.file,
        size: size_words(kept.bytes),
    };
    let page = AdminBackupsPage {
        frame: reader.frame_of("admin", "admin.backups").await,
        part: "backups",
        policy: policy(&reader),
        backups: found.into_iter().map(row).collect(),
    };
    reader.show(StatusCode::OK, &page)
}

/// Makes a backup now, in the background.
pub(super) async fn back_up(reader: Reader, fields: Fields) -> Result<Response> {
    if fields.action() != "backup" {
        return Err(fields.unknown());
    }
    nightly::back_up_now(&reader.app.services, &reader.visitor.actor).await?;
    reader.go_on("/admin/backups", Done::BackupRuns)
}

/// When backups are made and how many are kept.
fn policy(reader: &Reader) -> String {
    let config = &reader.app.services.config.backup;
    if !config.enabled {
        return reader.t.s("policy.off").to_owned();
    }
    let (daily, weekly) = (config.keep_daily.to_string(), config.keep_weekly.to_string());
    let dir = config.dir.display().to_string();
    reader.t.f(
        "policy.on",
        &[("daily", &daily), ("weekly", &weekly), ("dir", &dir)],
    )
}

async fn carry_out(reader: &Reader, fields: &Fields) -> Result<Done> {
    let identity = &reader.app.services.identity;
    let actor = &reader.visitor.actor;
    let account = || match fields.text("id").parse() {
        Ok(id) => Ok(AccountId(id)),
        Err(_) => Err(Problem::not_found("there is no such account")),
    };
    let standing = |disabled| Standing {
        disabled: Some(disabled),
        ..Standing::default()
    };
    match fields.action() {
        "create" => {
            let new = new_account(reader, fields).await?;
            identity.add_account(actor, new).await?;
            Ok(Done::UserAdded)
        }
        "revoke_link" => {
            identity.revoke_link(actor, fields.text("id")).await?;
            Ok(Done::LinkRevoked)
        }
        "enable" => {
            identity.set_standing(actor, account()?, standing(false)).await?;
            Ok(Done::UserEnabled)
        }
        "disable" => {
            identity.set_standing(actor, account()?, standing(true)).await?;
            Ok(Done::UserDisabled)
        }
        _ => Err(fields.unknown()),
    }
}

async fn new_account(reader: &Reader, fields: &Fields) -> Result<NewAccount> {
    reader.visitor.actor.admin()?;
    let call =
        Callsign::parse(fields.text("call")).map_err(|error| Problem::invalid("call", error.to_string()))?;
    let chosen = Password::chosen(fields.secret("password"));
    let chosen = chosen.map_err(|weak| Problem::invalid("password", weak.to_string()))?;
    Ok(NewAccount {
        call: call.into(),
        name: fields
            .text("name")
            .parse()
            .map_err(|_| Problem::invalid("name", "is too long"))?,
        grid: None,
        email: None,
        role: if fields.text("role") == "administrator" {
            Role::Administrator
        } else {
            Role::Member
        },
        person: None,
        password: Some(reader.app.services.identity.hash(chosen).await),
        verified: true,
    })
}

async fn users_page(reader: &Reader, again: Again, link: String) -> Result<Response> {
    let accounts = reader.app.services.identity.accounts(&reader.visitor.actor)?;
    let row = |account| user_row(reader, account);
    let links = reader
        .app
        .services
        .identity
        .open_links(&reader.visitor.actor)
        .await?;
    let page = AdminUsersPage {
        links: links.into_iter().map(|open| link_row(reader, open)).collect(),
        frame: reader.frame_of("admin", "admin.users").await,
        part: "users",
        form: again.form,
        users: accounts.into_iter().map(row).collect(),
        link,
    };
    let mut response = reader.show(again.status, &page)?;
    if !page.link.is_empty() {
        response.extensions_mut().insert(Sensitive);
    }
    Ok(response)
}

fn link_row(reader: &Reader, open: OpenLink) -> LinkRow {
    let account = reader.app.services.identity.account(open.account);
    LinkRow {
        id: open.id,
        call: account
            .map(|account| account.call.to_string())
            .unwrap_or_default(),
        by: open.by.into(),
        mailed: open.mailed,
        until: When {
            iso: iso(open.until),
            words: utc_words(open.until, reader.now),
        },
    }
}

fn user_row(reader: &Reader, (id, account): (AccountId, Arc<StoredAccount>)) -> UserRow {
    let seen = reader.app.services.identity.last_seen(id);
    UserRow {
        id: id.0,
        call: account.call.to_string(),
        name: account.name.as_str().to_owned(),
        role_word: word_or_name(reader.t, "role", role(account.role)),
        seen_iso: seen.map(iso).unwrap_or_default(),
        seen: seen.map(|time| utc_words(time, reader.now)).unwrap_or_default(),
        standing: match (account.waiting, account.disabled) {
            (true, _) => "waiting",
            (false, true) => "disabled",
            (false, false) => "active",
        },
        verified: account.verified.is_some(),
        may_look_in: account.role != Role::Administrator && !account.disabled,
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
        at_iso: iso(at),
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
