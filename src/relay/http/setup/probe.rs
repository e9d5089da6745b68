//! Trying settings without keeping them, and finding the radio.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::time::timeout;

use super::advice::{self, Trouble};
use super::state::{is_at, wish};
use super::system::{self, System};
use super::{Body, Refused, Turn, Wrong, server};
use crate::relay::apply;
use crate::relay::desk::Desk;
use crate::relay::rig::rotator::Rotator;
use crate::relay::rig::serial::list::PortInfo;
use crate::relay::rig::serial::models::{Family, MODELS};
use crate::relay::rig::serial::{self, detect};
use crate::relay::rig::{BackendSettings, Rig, RigOptions, RigState};
use crate::relay::settings::{Settings, Unfit, Way};

/// How long a device is waited for.
const PATIENCE: Duration = Duration::from_secs(8);
/// How long a port is looked at.
const LOOK: Duration = Duration::from_mins(1);

/// What is to be tried.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum What {
    Radio,
    Rotator,
    Server,
}

/// Something to be tried with settings that are not in force.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Trial {
    what: What,
    #[serde(default)]
    settings: Map<String, Value>,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub(super) struct Outcome {
    ok: bool,
    #[serde(flatten)]
    words: Trouble,
}

impl Outcome {
    /// It works.
    pub(super) fn good(title: impl Into<String>, words: Option<String>) -> Self {
        Self {
            ok: true,
            words: Trouble {
                title: title.into(),
                words,
                steps: Vec::new(),
            },
        }
    }

    /// It does not.
    pub(super) fn bad(words: Trouble) -> Self {
        Self { ok: false, words }
    }
}

/// `POST /api/setup/test`: answers within ten seconds.
pub(super) async fn test(
    State(desk): State<Arc<Desk>>,
    Extension(turn): Extension<Turn>,
    Body(trial): Body<Trial>,
) -> Result<Json<Outcome>, Wrong> {
    let present = desk.settings();
    // What is fixed is tried as it is.
    let open = |key: &str| present.locked(key).is_none();
    let changes: Map<String, Value> = trial.settings.into_iter().filter(|(key, _)| open(key)).collect();
    let saved = wish(&present, &desk, &changes).await?;
    let candidate = present.renewed(&saved);
    Ok(Json(match trial.what {
        What::Radio => radio(desk, turn, candidate).await?,
        What::Rotator => rotator(&candidate).await?,
        What::Server => server::test(&candidate).await?,
    }))
}

async fn radio(desk: Arc<Desk>, turn: Turn, candidate: Settings) -> Result<Outcome, Wrong> {
    let backend = candidate.backend()?;
    let shared = desk.sharing.borrow().address;
    if candidate.way == Way::Rigctld && shared.is_some_and(|own| is_at(&candidate.rigctld, own)) {
        let words = "the relay itself listens there now, for other programs";
        return Err(vec![Unfit::new("rigctld", words)].into());
    }
    let held = matches!(&backend, BackendSettings::Serial(serial) if apply::is_held(&desk, &serial.path));
    if held {
        check_silent(&desk)?;
    }
    let options = RigOptions {
        backend,
        limits: candidate.limits(),
        keyed_marker: None,
    };
    let state = if held {
        let trying = Arc::clone(&desk);
        let tried = tokio::spawn(async move {
            let _turn = turn.lock_owned().await;
            apply::without_radio(&trying, answer(options)).await
        });
        tried.await.unwrap_or_default()
    } else {
        answer(options).await
    };
    if state.connected {
        return Ok(Outcome::good(state_in_words(&state), None));
    }
    let Some(error) = state.error else {
        return Ok(Outcome::bad(Trouble {
            title: "No answer within eight seconds".to_owned(),
            words: Some("Check that the radio is on.".to_owned()),
            steps: Vec::new(),
        }));
    };
    let look = move || advice::of_radio(&error, &candidate, shared, &System::look());
    let trouble = tokio::task::spawn_blocking(look).await.unwrap_or_default();
    Ok(Outcome::bad(trouble))
}

/// Refuses to take the radio away from a transmission.
fn check_silent(desk: &Desk) -> Result<(), Refused> {
    if desk.rig().state().borrow().ptt {
        let words = "the radio transmits; try again when the transmission has ended";
        return Err(Refused::new(StatusCode::CONFLICT, "transmitting", words));
    }
    Ok(())
}

/// The state of a radio once it has answered or failed to.
async fn answer(options: RigOptions) -> RigState {
    let rig = Rig::start(options);
    let listener = rig.listen(true);
    let mut state = rig.state();
    let settled = |state: &RigState| state.connected && state.freq_hz.is_some() || state.error.is_some();
    let waited = timeout(PATIENCE, state.wait_for(settled)).await;
    let found = waited.ok().and_then(Result::ok).map(|state| state.clone());
    drop(listener);
    let found = found.unwrap_or_else(|| rig.state().borrow().clone());
    rig.shutdown().await;
    found
}

fn state_in_words(state: &RigState) -> String {
    let mut words = state.model.to_string();
    if let Some(hertz) = state.freq_hz {
        words.push_str(&format!(
            " on {}.{:03}.{:03} MHz",
            hertz / 1_000_000,
            hertz / 1_000 % 1_000,
            hertz % 1_000
        ));
    }
    if let Some(mode) = state.mode {
        words.push_str(&format!(", {mode}"));
    }
    words
}

async fn rotator(candidate: &Settings) -> Result<Outcome, Wrong> {
    let Some(address) = candidate.rotctld.as_deref() else {
        return Err(vec![Unfit::new("rotctld", "write its address, such as 127.0.0.1:4533")].into());
    };
    let rotator = Rotator::start(address);
    let mut state = rotator.state();
    let settled = timeout(
        PATIENCE,
        state.wait_for(|state| state.connected && state.azimuth.is_some() || state.error.is_some()),
    );
    let found = settled.await.ok().and_then(Result::ok).map(|state| state.clone());
    let found = found.unwrap_or_default();
    if let Some(azimuth) = found.azimuth.filter(|_| found.connected) {
        return Ok(Outcome::good(
            format!("The rotator points to {azimuth:.0}°"),
            None,
        ));
    }
    let title = found.error.as_ref().map_or_else(
        || format!("No rotator answers at {address}"),
        |error| error.to_string(),
    );
    Ok(Outcome::bad(Trouble {
        title,
        words: Some("Check that rotctld runs there.".to_owned()),
        steps: advice::start_rotctld(),
    }))
}

/// A port to be looked at.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Look {
    path: String,
    /// Whether RTS may be raised, which keys a transmitter in some stations.
    #[serde(default)]
    raise_rts: bool,
}

/// `POST /api/setup/detect`: opens one port that the user has agreed to, for up to a minute.
pub(super) async fn detect(
    State(desk): State<Arc<Desk>>,
    Extension(turn): Extension<Turn>,
    Body(look): Body<Look>,
) -> Result<Json<Value>, Wrong> {
    let Look { path, raise_rts } = look;
    let known = tokio::task::spawn_blocking(serial::list::ports).await;
    let known = known.unwrap_or_default();
    let fixed = desk.settings().serial.clone();
    let listed = known.iter().any(|port| port.path == path) || fixed.as_deref() == Some(path.as_str());
    if !listed {
        let words = "there is no such port now; plug the cable in, then look again";
        return Err(Refused::new(StatusCode::NOT_FOUND, "not_found", words).into());
    }
    let held = apply::is_held(&desk, &path);
    if held {
        check_silent(&desk)?;
    }
    let asked = path.clone();
    let looking = tokio::spawn(async move {
        let _turn = turn.lock_owned().await;
        let look = timeout(LOOK, detect::detect(&asked, raise_rts));
        if held {
            apply::without_radio(&desk, look).await
        } else {
            look.await
        }
    });
    let found = match looking.await {
        Ok(Ok(found)) => found,
        Ok(Err(_)) | Err(_) => Ok(None),
    };
    Ok(Json(match found {
        Ok(Some(found)) => json!({ "found": {
            "path": found.path,
            "baud": found.baud,
            "model": { "number": found.model.number, "name": found.model.name },
            "answered": found.answered,
            "civ_address": found.civ_address.map(|address| format!("{address:02X}")),
        } }),
        Ok(None) => json!({
            "found": null,
            "title": format!("No radio answers at {path}"),
            "words": "Check that it is on and that this is its port. Without RTS many a Kenwood and Yaesu stays silent.",
        }),
        Err(fault) => {
            let steps = tokio::task::spawn_blocking({
                let (path, fault) = (path.clone(), fault.clone());
                move || advice::of_port(&path, &fault)
            });
            let steps = steps.await.unwrap_or_default();
            json!({
                "found": null,
                "title": format!("{path}: {fault}"),
                "words": fault.help().unwrap_or(fault.kind().help()),
                "steps": steps,
            })
        }
    }))
}

/// `GET /api/setup/ports`: the serial ports of this computer, and the one that is set; none is opened.
pub(super) async fn ports(State(desk): State<Arc<Desk>>) -> Json<Value> {
    let set = desk.settings().serial.clone();
    let look = move || -> Vec<Value> {
        let mut ports = serial::list::ports();
        // One that the system does not list, such as a link or a port made by a program.
        if let Some(path) = set
            && std::path::Path::new(&path).exists()
            && !ports.iter().any(|port| apply::is_same_port(&port.path, &path))
        {
            let label = path.clone();
            ports.insert(
                0,
                PortInfo {
                    path,
                    label,
                    hint: None,
                },
            );
        }
        ports
            .into_iter()
            .map(|port| {
                let denied = system::denied(&port.path);
                json!({ "path": port.path, "label": port.label, "hint": port.hint, "denied": denied })
            })
            .collect()
    };
    let items = tokio::task::spawn_blocking(look).await.unwrap_or_default();
    Json(json!({ "items": items }))
}

/// `GET /api/setup/models`: the radios that the relay speaks to itself.
pub(super) async fn models() -> Json<Value> {
    let items: Vec<_> = MODELS
        .iter()
        .map(|model| {
            let address = match model.family {
                Family::Icom { address, .. } => Some(format!("{address:02X}")),
                _ => None,
            };
            json!({ "number": model.number, "name": model.name, "baud": model.baud, "civ_address": address })
        })
        .collect();
    Json(json!({ "items": items }))
}
