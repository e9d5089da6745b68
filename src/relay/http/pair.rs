//! Pairing by HTTP: a page asks, its owner types the code or clicks on the relay's own page, the page gets its token.

use std::sync::Arc;

use axum::extract::{Extension, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Json, http};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::Refused;
use super::gate::Caller;
use crate::config;
use crate::relay::desk::Desk;
use crate::relay::pairings::{Granted, PATIENCE, PairError, Pairings, Standing};
use crate::web;

/// What a page sends: its name, to begin; request and code, to end.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    name: Option<String>,
    /// Whether it wants to transmit too.
    #[serde(default)]
    transmit: bool,
    request: Option<String>,
    code: Option<String>,
}

/// `POST /api/pair`.
pub(super) async fn pair(
    State(desk): State<Arc<Desk>>,
    Extension(caller): Extension<Caller>,
    web::Json(asked): web::Json<Asked>,
) -> Result<Response, Refused> {
    if let Some(origin) = &caller.origin
        && config::origin(origin).as_ref() != Some(origin)
    {
        return Err(Refused::forbidden(
            "no_origin",
            "a page that hides where it is from cannot be paired: open it from its own address",
        ));
    }
    match asked {
        Asked {
            name: Some(name),
            request: None,
            code: None,
            transmit,
        } => begin(&desk, &caller, &name, transmit),
        Asked {
            name: None,
            request: Some(request),
            code: Some(code),
            transmit: false,
        } => {
            let claimed = on_disk(&desk, move |pairings| {
                pairings.claim(&request, caller.name(), &code)
            });
            Ok(Json(granted(&claimed.await?)).into_response())
        }
        _ => Err(Refused::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
            "send a name to begin, or request and code to end",
        )),
    }
}

fn begin(desk: &Desk, caller: &Caller, name: &str, transmit: bool) -> Result<Response, Refused> {
    let may_transmit = desk.settings().transmit;
    let waiting = desk.pairings.begin(caller.name(), name, transmit, may_transmit)?;
    let whose = if waiting.origin.is_empty() {
        "a program on this computer"
    } else {
        &waiting.origin
    };
    let what = if transmit { "tune and transmit" } else { "tune" };
    let line = format!(
        "{whose} ({}) asks to {what}. If that is you, type {} there, or allow it at http://{}/setup",
        waiting.name, waiting.code, desk.address
    );
    // Without a console there is still the page.
    drop(desk.console.send(line));
    let body = json!({ "request": waiting.request, "expires_in": PATIENCE.as_secs() });
    Ok((http::StatusCode::ACCEPTED, Json(body)).into_response())
}

/// `GET /api/pair/{request}`: for pages that wait for a click on the relay's own page.
pub(super) async fn standing(
    State(desk): State<Arc<Desk>>,
    Extension(caller): Extension<Caller>,
    Path(request): Path<String>,
) -> Result<Json<Value>, Refused> {
    Ok(Json(match desk.pairings.ask(&request, caller.name())? {
        Standing::Waiting => json!({ "state": "waiting" }),
        Standing::Refused => json!({ "state": "refused" }),
        Standing::Allowed(None) => json!({ "state": "allowed" }),
        Standing::Allowed(Some(token)) => {
            let mut told = granted(&token);
            told["state"] = json!("allowed");
            told
        }
    }))
}

fn granted(granted: &Granted) -> Value {
    json!({ "token": granted.token, "scopes": granted.scopes })
}

/// What waits for the disk, on a thread that may wait.
async fn on_disk<T: Send + 'static>(
    desk: &Arc<Desk>,
    work: impl FnOnce(&Pairings) -> Result<T, PairError> + Send + 'static,
) -> Result<T, PairError> {
    let desk = Arc::clone(desk);
    let done = tokio::task::spawn_blocking(move || work(&desk.pairings)).await;
    done.unwrap_or_else(|_| Err(PairError::Disk("it was cut short".to_owned())))
}
