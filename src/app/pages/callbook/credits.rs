//! Whose data the callbook shows.

use axum::http::StatusCode;
use axum::response::Response;

use super::callbook;
use super::rows::credit;
use crate::app::pages::reader::Reader;
use crate::app::pages::views::CallbookCreditsPage;
use crate::web::Result;

/// `/callbook/credits`
pub(in crate::app::pages) async fn show(reader: Reader) -> Result<Response> {
    let credits = callbook(&reader).credits()?.into_iter();
    // Registers were taken on some day; positions come with the program.
    let (registers, places): (Vec<_>, Vec<_>) = credits.partition(|credit| credit.taken.is_some());
    let page = CallbookCreditsPage {
        frame: reader.frame_of("callbook", "callbook.credits").await,
        registers: registers.into_iter().map(credit).collect(),
        places: places.into_iter().map(credit).collect(),
    };
    reader.show(StatusCode::OK, &page)
}
