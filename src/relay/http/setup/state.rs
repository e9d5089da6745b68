//! How everything stands, and changes of settings.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::State;
use axum::{Extension, Json};
use serde_json::{Map, Value, json};

use super::advice;
use super::system::System;
use super::{Body, Refused, Turn, Wrong};
use crate::config::RelayServe;
use crate::relay::apply;
use crate::relay::desk::Desk;
use crate::relay::http::status;
use crate::relay::rig::RigState;
use crate::relay::settings::{self, Saved, Settings, Unfit, Way};

/// `GET /api/setup`.
pub(super) async fn read(State(desk): State<Arc<Desk>>) -> Json<Value> {
    Json(told(&desk).await)
}

/// `PUT /api/setup`: a value for each key that changes, `null` to take one back. Kept, then in force when answered.
pub(super) async fn change(
    State(desk): State<Arc<Desk>>,
    Extension(turn): Extension<Turn>,
    Body(changes): Body<Map<String, Value>>,
) -> Result<Json<Value>, Wrong> {
    let held = turn.lock_owned().await;
    let present = desk.settings();
    let saved = wish(&present, &desk, &changes).await?;
    let fresh = present.renewed(&saved);
    fresh.backend()?;
    check_circle(&fresh)?;
    let path = desk.data_dir.join(settings::FILE);
    let written = tokio::task::spawn_blocking(move || saved.save(&path)).await;
    let written = written.map_err(|error| error.to_string());
    written
        .and_then(|written| written.map_err(|error| error.to_string()))
        .map_err(not_kept)?;
    // The change goes on if whoever asked for it hangs up: a radio that was let go must come back.
    let doing = Arc::clone(&desk);
    let applying = tokio::spawn(async move {
        let _held = held;
        apply::apply(&doing, fresh).await
    });
    let done = applying.await;
    done.map_err(|error| not_kept(error.to_string()))??;
    tracing::info!(keys = ?changes.keys().collect::<Vec<_>>(), "settings were changed on the page");
    Ok(Json(told(&desk).await))
}

fn not_kept(reason: String) -> Refused {
    Refused::new(
        axum::http::StatusCode::INTERNAL_SERVER_ERROR,
        "not_kept",
        format!("the settings cannot be kept: {reason}"),
    )
}

/// What is saved with some changes, if the configuration leaves them open and they can be.
pub(super) async fn wish(
    present: &Settings,
    desk: &Desk,
    changes: &Map<String, Value>,
) -> Result<Saved, Wrong> {
    let locked = changes.keys().filter_map(|key| {
        let source = present.locked(key)?;
        let words = format!("the configuration fixes this ({source}); change it there");
        Some(Unfit::new(key, words))
    });
    let locked: Vec<_> = locked.collect();
    if !locked.is_empty() {
        return Err(locked.into());
    }
    let path = desk.data_dir.join(settings::FILE);
    let read = tokio::task::spawn_blocking(move || Saved::load(&path)).await;
    let read = read.map_err(|error| not_kept(error.to_string()))?;
    let mut saved = read.map_err(|error| not_kept(error.to_string()))?;
    saved.merge(changes)?;
    Ok(saved)
}

/// Refuses a radio that would be the relay itself.
fn check_circle(settings: &Settings) -> Result<(), Wrong> {
    let RelayServe::At(address) = settings.serve else {
        return Ok(());
    };
    if settings.way == Way::Rigctld && is_at(&settings.rigctld, address) {
        let words = "the radio's own rigctld is expected there; take another address, such as 127.0.0.1:4534";
        return Err(vec![Unfit::new("serve", words)].into());
    }
    Ok(())
}

/// Whether a daemon's address is one that the relay itself listens at.
pub(super) fn is_at(daemon: &str, own: SocketAddr) -> bool {
    let Some((host, port)) = daemon.rsplit_once(':') else {
        return false;
    };
    let is_near = host == "localhost" || host == "[::1]" || host.starts_with("127.");
    is_near && port.parse() == Ok(own.port())
}

/// All that the page shows.
async fn told(desk: &Arc<Desk>) -> Value {
    let settings = desk.settings();
    let rig = desk.rig();
    let state = desk.glance().await;
    let facts = rig.facts().borrow().clone();
    let sharing = desk.sharing.borrow().clone();
    let trouble = trouble(&state, &settings, sharing.address).await;
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "listen": desk.address,
        "settings": settings.shown(),
        "rig": {
            "device": rig.device(),
            "state": state,
            "facts": facts,
            "settings_error": settings.backend().err().map(|error| error.to_string()),
            "trouble": trouble,
        },
        "sharing": sharing,
        "rotator": status::rotator(desk),
        "link": *desk.link.borrow(),
        "programs": programs(desk, &settings),
        "queue": *desk.queue.sums().borrow(),
    })
}

async fn trouble(
    state: &RigState,
    settings: &Arc<Settings>,
    shared: Option<SocketAddr>,
) -> Option<advice::Trouble> {
    let error = state.error.clone().filter(|_| !state.connected)?;
    let settings = Arc::clone(settings);
    let look = move || advice::of_radio(&error, &settings, shared, &System::look());
    tokio::task::spawn_blocking(look).await.ok()
}

/// What is heard of programs, and where.
fn programs(desk: &Desk, settings: &Settings) -> Value {
    let hearing = desk.hearing.borrow().clone();
    let place = |kind: &str, address: &SocketAddr| {
        let error = hearing.errors.iter().find(|error| error.address() == *address);
        json!({ "kind": kind, "address": address, "error": error.map(ToString::to_string) })
    };
    let udp = settings.programs.iter().map(|address| place("UDP", address));
    let tcp = settings.programs_tcp.iter().map(|address| place("TCP", address));
    let forward = settings.forward.iter().map(|address| place("to", address));
    let named = desk.ear.programs().heard(desk.clock.now()).into_iter();
    let named = named.map(|one| (one.id, one.address, one.heard));
    let others = desk.ear.senders().into_iter();
    let others = others.map(|one| (one.language.to_owned(), one.address, one.heard));
    let mut heard: Vec<_> = named.chain(others).collect();
    heard.sort_by_key(|(_, _, heard)| std::cmp::Reverse(*heard));
    let heard: Vec<_> = heard
        .into_iter()
        .map(|(id, address, heard)| json!({ "id": id, "address": address, "heard": heard }))
        .collect();
    let rejects: Vec<_> = desk
        .ear
        .rejects()
        .iter()
        .take(20)
        .map(|rejected| json!({ "text": rejected.text, "reason": rejected.reason }))
        .collect();
    json!({
        "places": udp.chain(tcp).chain(forward).collect::<Vec<_>>(),
        "heard": heard,
        "counts": desk.ear.counts(),
        "rejects": rejects,
    })
}
