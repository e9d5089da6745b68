//! The page and its parts, built into the program.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::Refused;

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Style: that of all of Shackbox, and what only this page has.
const STYLE: &str = concat!(
    include_str!("../../../../assets/css/app.css"),
    include_str!("../../../../assets/css/forms.css"),
    include_str!("../../../../assets/css/frame.css"),
    include_str!("../../../../assets/css/parts.css"),
    include_str!("../../../../assets/relay/setup.css"),
);

macro_rules! script {
    ($path:literal) => {
        (SCRIPT, include_str!(concat!("../../../../assets/", $path)))
    };
}

/// A part by its name: kind and content.
fn part(name: &str) -> Option<(&'static str, &'static str)> {
    Some(match name {
        "setup.css" => ("text/css; charset=utf-8", STYLE),
        "icon.svg" => ("image/svg+xml", include_str!("../../../../assets/img/icon.svg")),
        "setup.js" => script!("relay/setup.js"),
        "api.js" => script!("relay/api.js"),
        "contacts.js" => script!("relay/contacts.js"),
        "find.js" => script!("relay/find.js"),
        "form.js" => script!("relay/form.js"),
        "pages.js" => script!("relay/pages.js"),
        "parts.js" => script!("relay/parts.js"),
        "programs.js" => script!("relay/programs.js"),
        "radio.js" => script!("relay/radio.js"),
        "words.js" => script!("relay/words.js"),
        "dom.js" => script!("js/dom.js"),
        "sb-combo.js" => script!("js/sb-combo.js"),
        _ => return None,
    })
}

/// `GET /`.
pub(super) async fn home() -> Redirect {
    Redirect::to("/setup")
}

/// `GET /setup`.
pub(super) async fn setup() -> Response {
    let page = include_str!("../../../../assets/relay/setup.html");
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
}

/// `GET /setup/{file}`.
pub(super) async fn file(Path(name): Path<String>) -> Result<Response, Refused> {
    let (kind, content) = part(&name).ok_or_else(|| {
        Refused::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "the page has no part of that name",
        )
    })?;
    Ok(([(header::CONTENT_TYPE, kind)], content).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_that_is_named_in_a_part_is_there() {
        let page = include_str!("../../../../assets/relay/setup.html");
        for piece in page.split("\"/setup/").skip(1) {
            let name = piece.split('"').next().unwrap();
            assert!(part(name).is_some(), "{name}");
        }
        let mut pending = vec!["setup.js"];
        let mut seen = Vec::new();
        while let Some(name) = pending.pop() {
            if seen.contains(&name) {
                continue;
            }
            seen.push(name);
            let (_, text) = part(name).unwrap_or_else(|| panic!("{name}"));
            pending.extend(
                text.split("'./")
                    .skip(1)
                    .map(|rest| rest.split('\'').next().unwrap()),
            );
        }
        assert!(seen.len() > 10, "{seen:?}");
    }
}
