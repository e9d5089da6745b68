//! The members who allow it, on a map.
//!
//! Where somebody's pin stands is the directory's to say: it knows how exactly each member wants to be found.

use axum::http::StatusCode;
use axum::response::Response;

use super::quoted;
use super::rows::way;
use crate::app::pages::directory::record_path;
use crate::app::pages::reader::Reader;
use crate::app::pages::views::{CallbookMapPage, PinRow};
use crate::callbook::view::place::PathView;
use crate::ham::geo::{self, LatLon};
use crate::ham::grid::Grid;
use crate::identity::Profile;
use crate::web::Result;

/// `/callbook/map`
pub(in crate::app::pages) async fn show(reader: Reader) -> Result<Response> {
    let found = reader.app.services.identity.directory(&reader.visitor.actor);
    let own = reader.account.as_ref().map(|account| account.call.clone());
    let home = reader.account.as_ref().and_then(|account| account.grid);
    let all = found.len();
    let pins: Vec<_> = found
        .into_iter()
        .filter_map(|member| {
            let from = home.filter(|_| own.as_ref() != Some(&member.call));
            pin(&reader, member, from.as_ref())
        })
        .collect();
    let page = CallbookMapPage {
        frame: reader.frame_of("callbook", "callbook.map").await,
        without: all - pins.len(),
        home: reader.grid(),
        pins,
    };
    reader.show(StatusCode::OK, &page)
}

/// A member whose place is shown; none for the others.
fn pin(reader: &Reader, member: Profile, from: Option<&Grid>) -> Option<PinRow> {
    let (at, grid) = (member.position?, member.grid?);
    // Measured to the square's middle: what stands on the page tells no more than the square.
    let way = from.map(|from| way(reader, path(from.centre(), grid.centre())));
    let call = member.call.call();
    let href = call.map_or_else(
        || format!("/directory/{}", quoted(member.call.as_str())),
        record_path,
    );
    Some(PinRow {
        href,
        call: member.call.to_string(),
        name: member.name.into(),
        grid: grid.as_str().to_owned(),
        lat: at.lat(),
        lon: at.lon(),
        way: way.unwrap_or_default(),
    })
}

fn path(from: LatLon, to: LatLon) -> PathView {
    PathView {
        bearing: geo::bearing(from, to),
        distance_km: geo::distance_km(from, to),
    }
}
