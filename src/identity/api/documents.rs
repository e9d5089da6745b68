//! Licences shown to the administrators: sent as a file, listed and withdrawn by their owner, read by administrators.
//!
//! What somebody uploaded is never shown inside a page's origin with any power: it is sent with the type that its first
//! bytes tell, as an attachment, under a policy that lets nothing run.

use axum::body::Bytes;
use axum::extract::{FromRequest as _, Multipart, Request, State, multipart::Field};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::ham::callsign::Callsign;
use crate::identity::actor::Actor;
use crate::identity::documents::{CabinetError, DocumentLine, Incoming, MOST_BYTES, Sent};
use crate::identity::error::Error;
use crate::identity::review;
use crate::identity::service::Identity;
use crate::web::{Json, Pace, Path, Policy, Problem, ProblemBody, Result, Sensitive};

use super::IdentityState;
use super::gate::Who;

/// Longest field beside the file, in bytes.
const MOST_TEXT: usize = 4_000;

/// A licence that was shown.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DocumentItem {
    id: u64,
    /// The call it is to prove.
    call: String,
    /// As its owner named it.
    name: String,
    media_type: String,
    bytes: u64,
    #[schema(value_type = String, format = "date-time")]
    sent: Timestamp,
    /// How the matter stands.
    state: review::State,
    /// What the administrator wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// When the file was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "date-time")]
    erased: Option<Timestamp>,
}

/// One's own documents.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DocumentList {
    items: Vec<DocumentItem>,
}

/// A form with a file.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its description is used")]
pub(super) struct DocumentForm {
    /// PDF, JPEG, PNG or WebP of at most 10 MB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// The call it is to prove; left out for the account's own.
    call: Option<String>,
    /// For the administrator, at most 500 characters.
    note: Option<String>,
}

/// One's own documents, newest first.
#[utoipa::path(get, path = "/api/v1/account/documents", tag = "account", responses(
    (status = 200, body = DocumentList)))]
pub(super) async fn list(State(state): State<IdentityState>, Who(actor): Who) -> Result<Json<DocumentList>> {
    let lines = state.identity.documents(&actor).await?;
    Ok(Json(DocumentList {
        items: lines.into_iter().map(item).collect(),
    }))
}

/// Shows a licence to the administrators.
#[utoipa::path(post, path = "/api/v1/account/documents", tag = "account",
    request_body(content = DocumentForm, content_type = "multipart/form-data"), responses(
    (status = 201, body = DocumentItem), (status = 409, body = ProblemBody), (status = 413, body = ProblemBody),
    (status = 422, body = ProblemBody), (status = 429, body = ProblemBody)))]
pub(super) async fn send(
    State(state): State<IdentityState>,
    Who(actor): Who,
    request: Request,
) -> Result<impl IntoResponse> {
    let line = receive(&state.identity, &actor, request).await?;
    Ok((StatusCode::CREATED, Json(item(line))))
}

/// Takes one of one's own documents back. Its file is erased at once.
#[utoipa::path(delete, path = "/api/v1/account/documents/{id}", tag = "account", params(("id" = u64, Path)),
    responses((status = 204), (status = 404, body = ProblemBody)))]
pub(super) async fn withdraw(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Path(id): Path<u64>,
) -> Result<StatusCode> {
    state.identity.withdraw_document(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The file of a document, for administrators; each reading is noted in the audit trail.
#[utoipa::path(get, path = "/api/v1/documents/{id}/file", tag = "reviews", params(("id" = u64, Path)), responses(
    (status = 200, content_type = "application/octet-stream", body = String),
    (status = 404, body = ProblemBody), (status = 410, body = ProblemBody)))]
pub(super) async fn file(
    State(state): State<IdentityState>,
    Who(actor): Who,
    Path(id): Path<u64>,
) -> Result<Response> {
    let (document, mut whole) = state.identity.read_document(&actor, id).await?;
    let kind = document.kind;
    // A name of our own: none that somebody chose goes into a header.
    let call = document.call.as_str().replace('/', "-");
    let name = format!("attachment; filename=\"licence-{call}-{id}.{}\"", kind.ending());
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind.media_type())),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::try_from(name).map_err(Problem::internal)?,
        ),
    ];
    let mut response = (headers, Bytes::from(std::mem::take(&mut *whole))).into_response();
    response.extensions_mut().insert(Sensitive);
    response.extensions_mut().insert(Policy {
        sandbox: true,
        ..Policy::default()
    });
    Ok(response)
}

/// Takes a form with a licence in, and puts it before the administrators.
pub(crate) async fn receive(identity: &Identity, actor: &Actor, request: Request) -> Result<DocumentLine> {
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|rejection| Problem::bad_request("bad_form", rejection.body_text()))?;
    let mut sent = Sent::default();
    let mut incoming = None;
    while let Some(part) = form.next_field().await.map_err(|error| broken(&error))? {
        match part.name().unwrap_or_default() {
            "call" => sent.call = call(&text(part).await?)?,
            "note" => {
                let note = text(part).await?.parse();
                sent.note = note.map_err(|error| Problem::invalid("note", format!("{error}")))?;
            }
            // A form whose file field was left alone still has that part, with no name and nothing in it.
            "file" if part.file_name() != Some("") && incoming.is_none() => {
                sent.name = part.file_name().unwrap_or_default().to_owned();
                incoming = Some(take(identity.begin_document(actor).await?, part).await?);
            }
            _ => {}
        }
    }
    let incoming = incoming.filter(|incoming| incoming.bytes() > 0);
    let incoming = incoming.ok_or_else(|| Problem::invalid("file", "choose a file"))?;
    Ok(identity.keep_document(actor, incoming, sent).await?)
}

/// Takes the file in; what it is shows in its first bytes, before the rest has come.
async fn take(mut incoming: Incoming, part: Field<'_>) -> Result<Incoming> {
    let pace = Pace::begin();
    let mut chunks = part.map_err(|error| broken(&error)).ready_chunks(16);
    while let Some(chunks) = chunks.next().await {
        let chunks: Vec<Bytes> = chunks.into_iter().collect::<Result<_>>()?;
        let taken = tokio::task::spawn_blocking(move || {
            let taken = chunks.iter().try_for_each(|chunk| incoming.take(chunk));
            taken.map(|()| incoming)
        });
        incoming = taken.await.map_err(Problem::internal)?.map_err(Error::from)?;
        if pace.is_too_slow(incoming.bytes()) {
            return Err(Problem::body_stalled());
        }
    }
    Ok(incoming)
}

async fn text(mut part: Field<'_>) -> Result<String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(|error| broken(&error))? {
        if bytes.len() + chunk.len() > MOST_TEXT {
            return Err(Problem::bad_request(
                "bad_form",
                "a field of the form is too long",
            ));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| Problem::bad_request("bad_form", "a field of the form is no text"))
}

fn call(text: &str) -> Result<Option<Callsign>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let call = Callsign::parse(text);
    call.map(Some)
        .map_err(|error| Problem::invalid("call", error.to_string()))
}

fn broken(error: &(dyn std::error::Error + 'static)) -> Problem {
    Problem::unread_body(MOST_BYTES, error)
}

fn item(line: DocumentLine) -> DocumentItem {
    let document = line.document;
    let state = line
        .review
        .as_ref()
        .map_or(review::State::Withdrawn, |review| review.state);
    let decision = line.review.and_then(|review| review.decision);
    let reason = decision.filter(|decision| !decision.reason.is_empty());
    DocumentItem {
        id: line.number,
        call: document.call.to_string(),
        name: document.name.as_str().to_owned(),
        media_type: document.kind.media_type().to_owned(),
        bytes: document.bytes,
        sent: document.sent,
        state,
        reason: reason.map(|decision| decision.reason.into()),
        erased: document.erased,
    }
}

impl From<CabinetError> for Problem {
    fn from(error: CabinetError) -> Self {
        let text = error.to_string();
        match error {
            CabinetError::Kind => Self::invalid("file", text),
            CabinetError::TooLarge => Self::too_large(MOST_BYTES),
            CabinetError::Missing => Self::new(StatusCode::GONE, "file_missing", text),
            CabinetError::Damaged => Self::new(StatusCode::GONE, "file_damaged", text),
            CabinetError::Full => {
                Self::unavailable("storage_unavailable", text, std::time::Duration::from_mins(1))
            }
            CabinetError::Io(_) => Self::internal(text),
        }
    }
}
