//! The pages people see: values that the templates under `assets/templates` show, and what fills them.
//!
//! A page shows one answer on one screen and reads without script; its module under `assets/js/pages`
//! makes it live. Handlers gather what a page needs in one read of the store and hand over finished words
//! and numbers: templates decide nothing. JSON is not made here, that is each domain's `api.rs`.
//! Plain forms are answered by a redirect to the page with what was done in `?said=`, or by the page again with
//! what was wrong at each field.

mod admin;
mod admin_parts;
mod books;
mod entrance;
mod errors;
mod fields;
mod imports;
mod log;
mod reader;
mod settings;
mod views;

use axum::routing::{get, post};

use super::App;
use crate::web::{Access, Class, Routes};

pub(super) use errors::with_error_pages;

/// The routes of all pages.
pub(super) fn routes(app: &App) -> Routes {
    let login = Access::Public.class(Class::Login);
    let read = Access::Session;
    Routes::new()
        .page(read, "/", get(log::dashboard))
        .page(read, "/logbook", get(log::logbook))
        .page(read, "/logbook/new", get(log::new))
        .page(read, "/logbook/{id}", get(log::contact))
        .page(read, "/export", get(log::export))
        .page(read, "/import", get(imports::list))
        .page(read, "/import/{job}", get(imports::report).post(imports::undo))
        .page(read, "/logbooks", get(books::list).post(books::add))
        .page(read, "/logbooks/{call}", get(books::one).post(books::change))
        .page(read, "/settings", get(settings::show).post(settings::change))
        .page(Access::Public, "/login", get(entrance::login))
        .page(login, "/login/go", post(entrance::sign_in))
        .page(Access::Public, "/logout", post(entrance::sign_out))
        .page(Access::Public, "/setup", get(entrance::first_run))
        .page(login, "/setup/go", post(entrance::set_up))
        .page(Access::Admin, "/admin", get(admin::users))
        .page(
            Access::Admin,
            "/admin/users",
            get(admin::users).post(admin::change_users),
        )
        .page(
            Access::Admin,
            "/admin/jobs",
            get(admin::jobs).post(admin::change_jobs),
        )
        .page(
            Access::Admin,
            "/admin/backups",
            get(admin::backups).post(admin::back_up),
        )
        .page(Access::Admin, "/admin/health", get(admin_parts::health))
        .page(Access::Admin, "/admin/log", get(admin_parts::log))
        .page(Access::Admin, "/admin/outbox", get(admin_parts::outbox))
        .with_state(app.clone())
}
