//! The members who want to be found, for members and guests; masked by the domain.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::reader::{Reader, quoted};
use super::say::iso;
use super::views::{DirectoryPage, MemberPage, MemberRow, utc_words};
use crate::ham::callsign::Callsign;
use crate::identity::{Found, Profile};
use crate::web::{Path, Result};

/// `/directory`
pub(super) async fn list(reader: Reader) -> Result<Response> {
    let found = reader.app.services.identity.directory(&reader.visitor.actor);
    let page = DirectoryPage {
        frame: reader.frame_of("directory", "directory.title").await,
        members: found.into_iter().map(|seen| row(&reader, seen)).collect(),
    };
    reader.show(StatusCode::OK, &page)
}

/// `/directory/{call}`; a call from before leads to the present one.
pub(super) async fn one(reader: Reader, Path(call): Path<String>) -> Result<Response> {
    match reader
        .app
        .services
        .identity
        .look_up(&reader.visitor.actor, &call)?
    {
        Found::Moved(to) => Ok(moved(&format!("/directory/{}", quoted(to.as_str())))),
        Found::Member(seen) => {
            let title = seen.call.to_string();
            let shelf = reader.shelf().await;
            let page = MemberPage {
                frame: reader.frame("directory", &title, shelf),
                member: row(&reader, *seen),
            };
            reader.show(StatusCode::OK, &page)
        }
    }
}

/// For good: what had another call before.
pub(super) fn moved(to: &str) -> Response {
    (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, to.to_owned())]).into_response()
}

/// The address of a call's page in the callbook.
pub(super) fn record_path(call: &Callsign) -> String {
    format!("/callbook/{}", quoted(call.as_str()))
}

fn row(reader: &Reader, seen: Profile) -> MemberRow {
    let place = seen
        .position
        .map(|at| format!("{:.3}, {:.3}", at.lat(), at.lon()));
    MemberRow {
        record: seen.call.call().map(record_path).unwrap_or_default(),
        call: seen.call.to_string(),
        name: seen.name.into(),
        grid: seen.grid.map(|grid| grid.as_str().to_owned()).unwrap_or_default(),
        place: place.unwrap_or_default(),
        verified: seen.verified,
        previous: seen.previous.iter().map(ToString::to_string).collect(),
        since_iso: iso(seen.since),
        since: utc_words(seen.since, reader.now),
    }
}
