//! The callbook over HTTP, as JSON: records, searches, completions; registers for administrators.
//!
//! Anybody may look up; what whom is shown, the mask decides. Guests are counted by network in a class of their own, so
//! that nobody reads the callbook out. Errors become problems here, once.

pub(crate) mod elsewhere;
mod lists;
mod lookup;
pub(crate) mod own;
pub(crate) mod removals;
mod sources;
mod upload;

use axum::http::StatusCode;
use utoipa_axum::routes;

use super::Callbook;
use super::error::Error;
use super::find::{Field, Fields};
use super::settings::LARGEST;
use crate::web::{Access, Class, Problem, Routes, Signer};

/// What the handlers work with.
#[derive(Clone)]
pub(crate) struct CallbookState {
    pub(crate) callbook: Callbook,
    pub(crate) signer: Signer,
}

/// All routes of this domain's JSON.
pub(crate) fn routes(state: CallbookState) -> Routes {
    let lookup = Access::Public.class(Class::Lookup);
    let open = Access::Public;
    let admin = Access::Admin;
    // Its holder in person, which the domain asks for; an administrator also by a key.
    let holder = Access::Key("admin");
    Routes::new()
        .api(lookup, routes!(lookup::record))
        .api(lookup, routes!(lookup::search))
        .api(open, routes!(lookup::suggest))
        .api(open, routes!(lookup::credits))
        .api(admin, routes!(sources::list))
        .api(admin, routes!(sources::change, sources::remove))
        .api(admin, routes!(sources::fetch))
        .api(admin, routes!(sources::rejects))
        .api(admin.upload().most(LARGEST), routes!(upload::hand_over))
        .api(admin, routes!(lists::show, lists::put))
        .api(admin.upload().most(LARGEST), routes!(lists::preview))
        .api(holder, routes!(own::show, own::put, own::remove))
        .api(open.class(Class::Login), routes!(removals::ask))
        .api(admin, routes!(removals::list))
        .api(admin, routes!(removals::decide))
        .with_state(state)
}

pub(crate) use upload::take_in;

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error {
            Error::Store(error) => error.into(),
            Error::Denied(denied) => denied.into(),
            Error::Identity(error) => error.into(),
            Error::NoCall(_) | Error::NoSource(_) => Self::not_found(text),
            Error::Wishes(error) => error.into(),
            Error::BadQuery(error) => Self::unprocessable("bad_query", format!("{text}: {}", error.help))
                .field("q", format!("{text}: {}", error.help))
                .with("at", error.at),
            Error::TooShort(_) => Self::unprocessable("too_short", text.clone()).field("q", text),
            Error::Forbidden(fields) => {
                let named = named(fields);
                let text = format!("{text}: {}", named.join(", "));
                Self::forbidden("search_field", text).with("fields", named)
            }
            Error::Cursor => Self::bad_request("bad_cursor", text),
            Error::Mending(_) => {
                Self::unavailable("index_being_made", text, std::time::Duration::from_secs(10))
            }
            Error::Authority(_) => Self::not_found(text),
            Error::Configured(_) => Self::conflict("configured", text),
            Error::Map(_) => Self::unprocessable("bad_map", text.clone()).field("map", text),
            Error::Invalid { field, .. } => Self::invalid(field, text),
            Error::Busy(_) => Self::new(StatusCode::CONFLICT, "import_at_work", text),
            Error::Generation(_) | Error::Io(_) => Self::internal(text),
        }
    }
}

/// Fields by the names they have in queries.
fn named(fields: Fields) -> Vec<&'static str> {
    [
        (Field::Name, "name:"),
        (Field::City, "city:"),
        (Field::Zip, "zip:"),
        (Field::ExactGrid, "grid: with six characters"),
        (Field::Person, "frn:"),
    ]
    .into_iter()
    .filter_map(|(field, name)| fields.contains(field).then_some(name))
    .collect()
}
