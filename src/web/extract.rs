//! Extractors and replies for JSON, query strings and path parts whose refusals are problems.
//!
//! They name the field and, for JSON, line and column, so that the author of a logging program sees what to
//! change. The size limit of a body is not set here but by the route's [`Guard`](super::Guard).

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Problem;

/// A JSON body, read or answered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Json<T>(pub(crate) T);

/// The parameters of a query string.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Query<T>(pub(crate) T);

/// The named parts of the path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(req: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(req.headers()) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "send the body as application/json",
            ));
        }
        let Whole(bytes) = Whole::from_request(req, state).await?;
        parse_json(&bytes).map(Self)
    }
}

/// A whole body, as it was sent.
#[derive(Debug, Clone)]
pub(crate) struct Whole(pub(crate) Bytes);

/// How many bytes a body may have: put into the request by the layer that limits it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyLimit(pub(crate) u64);

impl<S: Send + Sync> FromRequest<S> for Whole {
    type Rejection = Problem;

    async fn from_request(req: Request, state: &S) -> Result<Self, Problem> {
        let limit = req
            .extensions()
            .get::<BodyLimit>()
            .map_or(u64::MAX, |limit| limit.0);
        let bytes = Bytes::from_request(req, state).await;
        bytes.map(Self).map_err(|rejection| match &rejection {
            // Its source passes over the error that names it.
            BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
                Problem::too_large(limit)
            }
            _ => Problem::unread_body(limit, &rejection),
        })
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(bytes) => ([(header::CONTENT_TYPE, "application/json")], bytes).into_response(),
            Err(error) => Problem::internal(error).into_response(),
        }
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = axum::extract::Query::<T>::try_from_uri(&parts.uri).map_err(|rejection| {
            let text = std::error::Error::source(&rejection)
                .map_or_else(|| rejection.to_string(), ToString::to_string);
            about_field("bad_query", "query", &text)
        })?;
        Ok(Self(query.0))
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        use axum::extract::path::ErrorKind;
        use axum::extract::rejection::PathRejection;

        let rejection = match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(path) => return Ok(Self(path.0)),
            Err(rejection) => rejection,
        };
        let PathRejection::FailedToDeserializePathParams(failed) = &rejection else {
            return Err(Problem::internal(rejection));
        };
        let text = failed.body_text();
        Err(match failed.kind() {
            ErrorKind::ParseErrorAtKey { key, .. }
            | ErrorKind::DeserializeError { key, .. }
            | ErrorKind::InvalidUtf8InPathParam { key } => {
                Problem::bad_request("bad_path", text.clone()).field(key.as_str(), text)
            }
            _ => Problem::bad_request("bad_path", text),
        })
    }
}

/// Reads a JSON document; a refusal names field, line and column.
pub(crate) fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let field = error.path().to_string();
        let inner = error.into_inner();
        json_problem(if field == "." { String::new() } else { field }, &inner)
    })?;
    reader
        .end()
        .map_err(|error| json_problem(String::new(), &error))?;
    Ok(value)
}

fn json_problem(field: String, error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    let message = text.split(" at line ").next().unwrap_or(&text).to_owned();
    let place = format!("line {}, column {}", error.line(), error.column());
    let problem = if error.is_data() {
        let named = if field.is_empty() {
            String::new()
        } else {
            format!("{field}: ")
        };
        Problem::unprocessable("invalid", format!("{named}{message} ({place})")).field(field, message)
    } else {
        Problem::bad_request("bad_json", format!("not valid JSON: {message} ({place})"))
    };
    problem.with("line", error.line()).with("column", error.column())
}

/// Turns "field: what is wrong" as `serde_path_to_error` writes it into a problem.
fn about_field(code: &'static str, what: &str, text: &str) -> Problem {
    let problem = Problem::bad_request(code, format!("{what}: {text}"));
    match text.split_once(": ") {
        Some((field, message)) if !field.contains(' ') => problem.field(field, message),
        _ => problem,
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json") || kind.to_ascii_lowercase().ends_with("+json")
}
