//! The page that leads to the export; its form asks the API, with and without script.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::reader::Reader;
use super::views::ExportPage;
use crate::logbook::error::Error;
use crate::web::{Query, Result};

/// What the form begins with.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

/// `/export`
pub(super) async fn show(reader: Reader, Query(asked): Query<Asked>) -> Result<Response> {
    let gathered = reader.gather(|_, shelf| match shelf.current() {
        Some(_) => Ok(()),
        None => Err(Error::NoneNamed.into()),
    });
    let (shelf, ()) = gathered.await?;
    let page = ExportPage {
        frame: reader.frame("export", reader.t.s("export.title"), shelf),
        from: asked.from,
        to: asked.to,
        q: asked.q,
    };
    reader.show(StatusCode::OK, &page)
}
