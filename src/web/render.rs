//! Pages from askama templates.
//!
//! A page is never cached by anybody in between: it shows one member's data. A template that fails to
//! render is an internal problem, not half a page.

use askama::Template;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::{Problem, Result};

/// Renders a template as an HTML answer.
pub(crate) fn render(template: &impl Template) -> Result<Response> {
    template.render().map(html).map_err(Problem::internal)
}

/// Finished HTML as an answer.
pub(crate) fn html(text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, text).into_response()
}
