//! Keying the transmitter by HTTP, for holders without a socket: a lease that must be renewed again and again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::Refused;
use super::gate::Caller;
use crate::relay::desk::Desk;
use crate::relay::pairings::Scope;
use crate::relay::rig::{PttInput, PttLease};
use crate::relay::wish::Fault;
use crate::web;

/// How long a holder may be silent.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(3);

/// Transmissions by their names. One that ends by itself is swept out when the next begins.
#[derive(Debug, Default)]
pub(crate) struct Leases(Mutex<HashMap<String, Held>>);

#[derive(Debug)]
struct Held {
    lease: PttLease,
    origin: String,
}

impl Leases {
    fn all(&self) -> MutexGuard<'_, HashMap<String, Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends all transmissions.
    pub(crate) fn end(&self) {
        self.all().clear();
    }
}

/// What is asked for: on, off with or without naming the lease, a sign of life.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Key {
    on: Option<bool>,
    /// Where the modulation comes from.
    input: Option<Input>,
    lease: Option<String>,
    renew: Option<String>,
}

/// Where the modulation comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Input {
    /// The microphone.
    Mic,
    /// The data input.
    Data,
}

impl Input {
    /// As the radio knows it.
    pub(super) fn of(input: Option<Self>) -> PttInput {
        match input {
            None => PttInput::Any,
            Some(Self::Mic) => PttInput::Mic,
            Some(Self::Data) => PttInput::Data,
        }
    }
}

/// `POST /api/ptt` with `{"on":true}`, `{"renew":lease}`, `{"on":false,"lease":lease}`.
pub(super) async fn key(
    State(desk): State<Arc<Desk>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    web::Json(key): web::Json<Key>,
) -> Result<Json<Value>, Refused> {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    may_transmit(&desk, token, caller.name())?;
    match key {
        Key {
            on: Some(true),
            input,
            lease: None,
            renew: None,
        } => begin(&desk, caller.name(), Input::of(input)).await,
        Key {
            on: None,
            input: None,
            lease: None,
            renew: Some(name),
        } => renew(&desk, caller.name(), &name),
        Key {
            on: Some(false),
            input: None,
            lease,
            renew: None,
        } => end(&desk, caller.name(), lease.as_deref()).await,
        _ => Err(Refused::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
            "send one of on: true, on: false with the lease, and renew with the lease",
        )),
    }
}

/// Whether whoever has that token may key the transmitter.
pub(super) fn may_transmit(desk: &Desk, token: Option<&str>, origin: &str) -> Result<(), Fault> {
    let holder = token.and_then(|token| desk.pairings.holder(token, origin));
    if !desk.settings().transmit {
        let words = "no page keys the transmitter here; switch it on in the relay's setup (relay.transmit)";
        return Err(Fault::new(StatusCode::FORBIDDEN, "no_transmit", words));
    }
    match holder {
        None => Err(Fault::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            "transmitting needs the token of a pairing: Authorization: Bearer",
        )),
        Some(holder) if holder.scopes.contains(&Scope::Tx) => Ok(()),
        Some(_) => Err(Fault::new(
            StatusCode::FORBIDDEN,
            "scope_missing",
            "this pairing is for tuning only; pair again with transmit: true",
        )),
    }
}

async fn begin(desk: &Desk, origin: &str, input: PttInput) -> Result<Json<Value>, Refused> {
    desk.leases.all().retain(|_, held| !held.lease.is_over());
    let lease = desk.rig().key(input, HEARTBEAT).await;
    let lease = lease.map_err(|error| Fault::from(&error))?;
    let name = desk.entropy.token(12);
    let held = Held {
        lease,
        origin: origin.to_owned(),
    };
    desk.leases.all().insert(name.clone(), held);
    Ok(Json(json!({
        "ptt": true,
        "lease": name,
        "renew_within_ms": u64::try_from(HEARTBEAT.as_millis()).unwrap_or_default(),
    })))
}

fn renew(desk: &Desk, origin: &str, name: &str) -> Result<Json<Value>, Refused> {
    let mut all = desk.leases.all();
    let alive = all
        .get(name)
        .is_some_and(|held| held.origin == origin && held.lease.renew());
    if alive {
        return Ok(Json(json!({ "ptt": true })));
    }
    all.retain(|_, held| !held.lease.is_over());
    Err(Refused::new(
        StatusCode::CONFLICT,
        "lease_over",
        "the transmission is over: it was not renewed in time, took three minutes, or the radio was lost",
    ))
}

async fn end(desk: &Desk, origin: &str, name: Option<&str>) -> Result<Json<Value>, Refused> {
    let ours: Vec<PttLease> = {
        let mut all = desk.leases.all();
        let named =
            |key: &String, held: &mut Held| held.origin == origin && name.is_none_or(|name| name == key);
        all.extract_if(named).map(|(_, held)| held.lease).collect()
    };
    for lease in ours {
        lease.release().await.map_err(|error| Fault::from(&error))?;
    }
    Ok(Json(json!({ "ptt": false })))
}
