//! The page a station is worked from: radio, entry, band map, spots, what is known of the station called.
//!
//! Nothing of the radio is made here: the page's script asks for it, by the appliance's link to the relay first, and on
//! the reader's wish by the relay's own address on the reader's computer, which the page's policy lets it reach.

use axum::http::StatusCode;
use axum::response::Response;

use super::dx;
use super::entry::{self, Asked};
use super::lists;
use super::reader::Reader;
use super::views::ShackPage;
use crate::web::{Policy, Query, Result};

/// Contacts and spots that stand on the page before its script runs.
const ROWS: usize = 10;
/// Where a relay listens on the reader's own computer, as browsers are told of it: pages and live data.
const LOOPBACK: [&str; 2] = ["http://127.0.0.1:8089", "ws://127.0.0.1:8089"];

/// `/shack`
pub(super) async fn show(reader: Reader, Query(asked): Query<Asked>) -> Result<Response> {
    let now = reader.now;
    let gathered = reader.gather(move |r, shelf| match shelf.current() {
        Some(opened) => lists::last(r, opened, ROWS, now),
        None => Ok(Vec::new()),
    });
    let (shelf, last) = gathered.await?;
    let page = ShackPage {
        form: entry::prefilled(&asked, last.first(), now),
        frame: reader.frame("shack", reader.t.s("shack.title"), shelf),
        station: dx::station(&reader),
        rows: dx::newest(&reader, ROWS).await?,
        last,
    };
    let listens = page.listens();
    let mut response = reader.show(StatusCode::OK, &page)?;
    if !listens {
        response.extensions_mut().insert(Policy {
            connect: LOOPBACK.map(str::to_owned).into(),
            ..Policy::default()
        });
    }
    Ok(response)
}
