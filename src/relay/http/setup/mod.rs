//! The relay's own page and what it asks for: settings, finding the radio, contacts, pages that were let in.
//!
//! Invariants: nothing here is for other origins, by the gate. What the configuration fixes is never changed. A port is
//! opened only if it is in force or named by the user; one thing at a time is tried or changed.

#[cfg(unix)]
mod access;
mod advice;
mod contacts;
mod page;
mod pages;
mod probe;
mod server;
mod state;
mod system;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Extension, Json, Router};
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::sync::Mutex;

use super::answer::Refused;
use crate::relay::desk::Desk;
use crate::relay::settings::{SettingsError, Unfit};

/// Held while settings are changed or something is tried at the radio's place.
type Turn = Arc<Mutex<()>>;

/// The page and its parts, which say nothing of the station.
pub(super) fn shown() -> Router<Arc<Desk>> {
    Router::new()
        .route("/", get(page::home))
        .route("/setup", get(page::setup))
        .route("/setup/{file}", get(page::file))
}

/// What the page asks for and changes.
pub(super) fn own() -> Router<Arc<Desk>> {
    Router::new()
        .route("/api/setup", get(state::read).put(state::change))
        .route("/api/setup/test", post(probe::test))
        .route("/api/setup/detect", post(probe::detect))
        .route("/api/setup/ports", get(probe::ports))
        .route("/api/setup/models", get(probe::models))
        .route("/api/contacts", get(contacts::list))
        .route("/api/contacts/retry", post(contacts::retry_all))
        .route("/api/contacts/{number}/retry", post(contacts::retry))
        .route("/api/contacts/{number}", delete(contacts::give_up))
        .route("/api/pairings", get(pages::list))
        .route("/api/pairings/{id}/allow", post(pages::allow))
        .route("/api/pairings/{id}/refuse", post(pages::refuse))
        .route("/api/pairings/{id}", delete(pages::revoke))
        .layer(Extension(Turn::default()))
}

/// Why something was not done.
enum Wrong {
    /// As elsewhere.
    Refused(Refused),
    /// Settings that cannot be so, field by field.
    Unfit(Vec<Unfit>),
}

impl From<Refused> for Wrong {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<Vec<Unfit>> for Wrong {
    fn from(unfit: Vec<Unfit>) -> Self {
        Self::Unfit(unfit)
    }
}

impl From<SettingsError> for Wrong {
    fn from(error: SettingsError) -> Self {
        Self::Unfit(vec![Unfit::new(error.field(), error.to_string())])
    }
}

impl IntoResponse for Wrong {
    fn into_response(self) -> Response {
        let unfit = match self {
            Self::Refused(refused) => return refused.into_response(),
            Self::Unfit(unfit) => unfit,
        };
        let errors: Vec<_> = unfit
            .iter()
            .map(|unfit| json!({ "field": unfit.field, "message": unfit.words }))
            .collect();
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let words: Vec<_> = unfit
            .iter()
            .map(|unfit| format!("{}: {}", unfit.field, unfit.words))
            .collect();
        let document = json!({
            "status": status.as_u16(),
            "code": "invalid",
            "title": "Unprocessable Entity",
            "detail": words.join("; "),
            "errors": errors,
        });
        let kind = [(axum::http::header::CONTENT_TYPE, "application/problem+json")];
        (status, kind, Json(document)).into_response()
    }
}

/// A JSON body, refused as the relay refuses.
struct Body<T>(T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        let Json(value) = Json::from_request(request, state)
            .await
            .map_err(|error: JsonRejection| {
                Refused::new(error.status(), "malformed_json", error.body_text())
            })?;
        Ok(Self(value))
    }
}
