//! The pages people see: values that the templates under `assets/templates` show, and what fills them.
//!
//! A page shows one answer on one screen and reads without script; its module under `assets/js/pages`
//! makes it live. Handlers gather what a page needs in one read of the store and hand over finished words
//! and numbers: templates decide nothing. JSON is not made here, that is each domain's `api.rs`.
//! Plain forms are answered by a redirect to a page that says what was done, or by the page again with what was
//! wrong at each field.

mod admin;
mod admin_parts;
mod admin_user;
mod books;
mod callbook;
mod callbook_own;
mod certificate;
mod contact;
mod contact_fields;
mod dashboard;
mod directory;
mod dns;
mod dx;
mod entrance;
mod entry;
mod errors;
mod export;
mod fields;
mod frame;
mod imports;
mod join;
mod lists;
mod lotw_log;
mod notice;
mod privacy;
mod proving;
mod reader;
mod recover;
mod removals;
mod reviews;
mod say;
mod settings;
mod shack;
#[cfg(test)]
mod tests;
mod trail;
mod typed;
mod verify;
mod views;

use axum::routing::{get, post};

use super::App;
use crate::callbook::settings::LARGEST;
use crate::web::{Access, Class, Routes};

pub(super) use errors::with_error_pages;
pub(super) use views::sentence;

/// The routes of all pages.
pub(super) fn routes(app: &App) -> Routes {
    let (open, member) = (Access::Public, Access::Session);
    Routes::new()
        .page(member, "/", get(dashboard::show))
        .page(member, "/logbook", get(lists::show))
        .page(member, "/logbook/new", get(entry::show).post(entry::store))
        .page(member, "/logbook/{id}", get(contact::show).post(contact::change))
        .page(member, "/shack", get(shack::show))
        .page(member, "/dx", get(dx::show).post(dx::send))
        .page(member, "/wall", get(dx::wall))
        .page(member, "/dns", get(dns::list).post(dns::change_list))
        .page(
            member,
            "/dns/{name}",
            get(dns::name::show).post(dns::change::change),
        )
        .page(member, "/dns/{name}/file", get(dns::file::show))
        .form(member.upload(), "/dns/{name}/file", post(dns::file::change))
        .page(member, "/export", get(export::show))
        .page(member, "/import", get(imports::list))
        .form(member.upload(), "/import", post(imports::upload))
        .page(member, "/import/{job}", get(imports::report).post(imports::undo))
        .page(member, "/logbooks", get(books::list).post(books::add))
        .page(member, "/logbooks/{call}", get(books::one).post(books::change))
        .page(member, "/settings", get(settings::show).post(settings::change))
        .page(member, "/verify/morse", get(proving::morse))
        .page(member, "/verify/document", get(proving::documents))
        .form(member.upload(), "/verify/document", post(proving::send))
        .page(member, "/verify/document/{id}/withdraw", post(proving::withdraw))
        .page(
            member,
            "/settings/privacy",
            get(privacy::show).post(privacy::change),
        )
        .page(
            member.class(Class::Login),
            "/settings/export",
            get(privacy::export),
        )
        .page(open, "/directory", get(directory::list))
        .page(open, "/directory/{call}", get(directory::one))
        .page(member, "/verify", get(verify::show))
        .form(member.class(Class::Login), "/verify", post(verify::change))
        .page(open, "/login", get(entrance::login))
        .form(open.class(Class::Login), "/login", post(entrance::sign_in))
        .form(
            open.class(Class::Login),
            "/login/certificate",
            post(certificate::begin),
        )
        .form(
            open.class(Class::Login).open_to_sister(),
            "/login/certificate/done",
            post(certificate::arrive),
        )
        .page(member, "/verify/lotw", get(certificate::choose))
        .page(member, "/verify/lotw-log", get(lotw_log::show))
        .form(
            member.class(Class::Login),
            "/verify/lotw-log",
            post(lotw_log::change),
        )
        .page(open, "/logout", post(entrance::sign_out))
        .page(open, "/setup", get(entrance::first_run))
        .form(open.class(Class::Login), "/setup", post(entrance::set_up))
        .page(open, "/signup", get(join::show))
        .form(open.class(Class::Login), "/signup", post(join::sign_up))
        .page(open, "/confirm", get(recover::link))
        .form(open.class(Class::Login), "/confirm", post(recover::confirm))
        .page(open, "/recover", get(recover::show))
        .form(open.class(Class::Login), "/recover", post(recover::ask))
        .page(open, "/recover/set", get(recover::show_set))
        .form(open.class(Class::Login), "/recover/set", post(recover::set))
        .merge(of_callbook())
        .merge(of_administrators())
        .with_state(app.clone())
}

/// The callbook's, its registers included.
fn of_callbook() -> Routes<App> {
    let (open, member, admin) = (Access::Public, Access::Session, Access::Admin);
    Routes::new()
        .page(
            member,
            "/callbook/{call}/edit",
            get(callbook_own::edit).post(callbook_own::change),
        )
        .page(open, "/callbook/{call}/removal", get(callbook_own::removal))
        .form(
            open.class(Class::Login),
            "/callbook/{call}/removal",
            post(callbook_own::ask),
        )
        .page(open.class(Class::Lookup), "/callbook", get(callbook::show))
        .page(open, "/callbook/credits", get(callbook::credits::show))
        .page(member, "/callbook/accounts", get(callbook::accounts::show))
        .form(
            member.class(Class::Login),
            "/callbook/accounts",
            post(callbook::accounts::change),
        )
        .page(member, "/callbook/map", get(callbook::map::show))
        .page(
            open.class(Class::Lookup),
            "/callbook/{call}",
            get(callbook::record::show),
        )
        .page(
            admin,
            "/admin/removals",
            get(removals::show).post(removals::change),
        )
        .page(
            admin,
            "/admin/callbook",
            get(callbook::sources::show).post(callbook::sources::change),
        )
        .page(admin, "/admin/callbook/list", get(callbook::sources::list::show))
        .form(
            admin.upload(),
            "/admin/callbook/list",
            post(callbook::sources::list::change),
        )
        .form(
            admin.upload().most(LARGEST),
            "/admin/callbook/{authority}/file",
            post(callbook::sources::hand_over),
        )
        .page(
            admin,
            "/admin/callbook/{authority}/rejects",
            get(callbook::sources::rejects),
        )
}

/// Administrators' pages.
fn of_administrators() -> Routes<App> {
    let admin = Access::Admin;
    Routes::new()
        .page(admin, "/admin", get(admin::users))
        .page(admin, "/admin/users", get(admin::users).post(admin::change_users))
        .page(admin, "/admin/review", get(reviews::show).post(reviews::change))
        .page(
            admin,
            "/admin/users/{id}",
            get(admin_user::show).post(admin_user::change),
        )
        .page(admin, "/admin/jobs", get(admin::jobs).post(admin::change_jobs))
        .page(admin, "/admin/backups", get(admin::backups).post(admin::back_up))
        .page(admin, "/admin/audit", get(trail::show))
        .page(admin, "/admin/health", get(admin_parts::health))
        .page(admin, "/admin/log", get(admin_parts::log))
        .page(
            admin,
            "/admin/outbox",
            get(admin_parts::outbox).post(admin_parts::try_mail),
        )
}
