//! Proving one's call by a log signed with TQSL, for those whose browser has no certificate; also without script.

use axum::body::Body;
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::{StatusCode, header};
use axum::response::Response;

use super::fields::Fields;
use super::notice::Done;
use super::reader::{Reader, see_other};
use super::say::iso;
use super::views::{LogProofPage, sentence, utc_words};
use crate::identity::certificates::LogError;
use crate::web::{Problem, Result};

/// Most bytes of an upload: what unpacks to more is refused anyway.
const MOST_BYTES: usize = 64 << 10;

/// `/verify/lotw-log`
pub(super) async fn show(reader: Reader) -> Result<Response> {
    page(&reader, StatusCode::OK, Wrong::default()).await
}

/// Gives out a challenge, or takes the signed log.
pub(super) async fn change(reader: Reader, request: Request) -> Result<Response> {
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    if !kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
        let fields = Fields::from_request(request, &()).await?;
        if fields.action() != "begin" {
            return Err(fields.unknown());
        }
        reader.app.certificates.begin_log(&reader.visitor.actor).await?;
        return see_other("/verify/lotw-log");
    }
    let file = file(request).await?;
    match reader
        .app
        .certificates
        .take_log(&reader.visitor.actor, &file)
        .await
    {
        Ok(_) => reader.go_on("/verify/lotw-log", Done::CallProven),
        Err(LogError::Bad(bad)) => {
            let wrong = Wrong::new(bad.to_string(), bad.help());
            page(&reader, StatusCode::UNPROCESSABLE_ENTITY, wrong).await
        }
        Err(error @ LogError::NoChallenge) => {
            let wrong = Wrong::new(error.to_string(), reader.t.s("log_proof.again"));
            page(&reader, StatusCode::UNPROCESSABLE_ENTITY, wrong).await
        }
        Err(LogError::Failed(error)) => {
            let problem = Problem::from(error);
            if problem.status().is_server_error() {
                return Err(problem);
            }
            let wrong = Wrong::new(sentence(&problem.body().detail), "");
            page(&reader, problem.status(), wrong).await
        }
    }
}

/// Why a log was refused.
#[derive(Default)]
struct Wrong {
    what: String,
    help: String,
}

impl Wrong {
    fn new(what: String, help: &str) -> Self {
        Self {
            what: format!("{what}."),
            help: help.to_owned(),
        }
    }
}

async fn page(reader: &Reader, status: StatusCode, wrong: Wrong) -> Result<Response> {
    let certificates = &reader.app.certificates;
    let challenge = certificates.log_challenge(&reader.visitor.actor).await?;
    let page = LogProofPage {
        frame: reader.frame_of("", "log_proof.title").await,
        wrong: wrong.what,
        help: wrong.help,
        possible: certificates.can_prove(),
        challenge: challenge
            .as_ref()
            .map(|challenge| challenge.call.clone())
            .unwrap_or_default(),
        until_iso: challenge
            .as_ref()
            .map(|challenge| iso(challenge.until))
            .unwrap_or_default(),
        until: challenge
            .map(|challenge| utc_words(challenge.until, reader.now))
            .unwrap_or_default(),
    };
    reader.show(status, &page)
}

/// The file of the form, not longer than is looked at.
async fn file(request: Request) -> Result<Vec<u8>> {
    let bad = |error: &dyn std::fmt::Display| Problem::bad_request("bad_form", error.to_string());
    let request = request.map(Body::new);
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|error| bad(&error))?;
    while let Some(mut part) = form.next_field().await.map_err(|error| bad(&error))? {
        if part.name() != Some("file") {
            continue;
        }
        let mut file = Vec::new();
        while let Some(piece) = part.chunk().await.map_err(|error| bad(&error))? {
            // One byte more than is taken says the rest.
            let room = (MOST_BYTES + 1).saturating_sub(file.len());
            file.extend_from_slice(&piece[..piece.len().min(room)]);
        }
        return Ok(file);
    }
    Err(Problem::invalid("file", "choose the .tq8 file"))
}
