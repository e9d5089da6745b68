//! A relay as the appliance sees one, for tests of pages: it dials, says hello, obeys tunes of a radio that is none,
//! and remembers them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::{GLANCE, PATIENCE, Server};

/// What is written to the link.
type Outgoing = mpsc::UnboundedSender<Value>;

/// A relay with a radio on 20 m.
pub struct StubRelay {
    state: Arc<Mutex<Value>>,
    tunes: Arc<Mutex<Vec<Value>>>,
    out: Outgoing,
    task: tokio::task::JoinHandle<()>,
}

impl StubRelay {
    /// Dials the server with a key of scope `rig`.
    pub async fn dial(server: &Server, key: &str) -> Result<Self> {
        let url = format!("{}/ws/relay", server.url.replace("http://", "ws://"));
        let mut request = url.into_client_request()?;
        let bearer = format!("Bearer {key}").parse()?;
        request.headers_mut().insert("Authorization", bearer);
        let (socket, _) = connect_async(request).await?;
        let (mut sink, mut stream) = socket.split();
        let (out, mut outgoing) = mpsc::unbounded_channel::<Value>();
        let state = Arc::new(Mutex::new(json!({
            "seq": 1, "connected": true, "model": "IC-7300", "freq_hz": 14_074_000, "mode": "PKTUSB",
            "passband_hz": 3_000, "split": false, "ptt": false, "source": "poll",
        })));
        let tunes = Arc::new(Mutex::new(Vec::new()));
        let modes = ["USB", "LSB", "CW", "RTTY", "AM", "FM", "PKTUSB"];
        let facts = json!({"model": "IC-7300", "modes": modes, "watts": 100});
        out.send(json!({"type": "hello", "v": 1, "version": "test", "name": "main", "facts": facts}))?;
        let (radio, wished, answers) = (Arc::clone(&state), Arc::clone(&tunes), out.clone());
        let task = tokio::spawn(async move {
            loop {
                tokio::select! {
                    said = outgoing.recv() => {
                        let Some(said) = said else { return };
                        if sink.send(Message::text(said.to_string())).await.is_err() { return }
                    }
                    heard = stream.next() => {
                        let Some(Ok(heard)) = heard else { return };
                        if let Message::Text(text) = heard {
                            hear(&text, &radio, &wished, &answers);
                        }
                    }
                }
            }
        });
        let relay = Self {
            state,
            tunes,
            out,
            task,
        };
        relay.turn(&json!({}))?;
        Ok(relay)
    }

    /// The operator does something at the radio: these fields of its state change.
    pub fn turn(&self, fields: &Value) -> Result<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        overlay(&mut state, fields);
        tell(&self.out, &state);
        Ok(())
    }

    /// Says something else, such as how many contacts wait.
    pub fn say(&self, message: Value) -> Result<()> {
        self.out.send(message).context("the link is gone")
    }

    /// All tunes that came, without numbers and times.
    pub fn tunes(&self) -> Vec<Value> {
        self.tunes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until the last tune is this one.
    pub async fn tuned(&self, wish: &Value) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while self.tunes().last() != Some(wish) {
            if Instant::now() > deadline {
                bail!("no tune {wish}: {:?}", self.tunes());
            }
            sleep(GLANCE).await;
        }
        Ok(())
    }

    /// Leaves without a word.
    pub async fn leave(self) {
        self.task.abort();
        // What it held is let go of before the appliance can be asked.
        sleep(Duration::ZERO).await;
    }
}

impl Drop for StubRelay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn hear(text: &str, state: &Mutex<Value>, tunes: &Mutex<Vec<Value>>, out: &Outgoing) {
    let Ok(Value::Object(mut wish)) = serde_json::from_str(text) else {
        return;
    };
    if wish.remove("type") != Some("tune".into()) {
        return;
    }
    let id = wish.remove("id");
    wish.remove("sent_ms");
    let wish = Value::Object(wish);
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    let elsewhere = wish["freq_hz"].is_u64() && wish["split"].is_null();
    if elsewhere || wish["split"] == false {
        overlay(&mut state, &json!({"split": false, "tx_freq_hz": null}));
    }
    overlay(&mut state, &wish);
    tunes.lock().unwrap_or_else(PoisonError::into_inner).push(wish);
    let mut done = json!({"type": "done", "id": id});
    for field in ["freq_hz", "mode", "split", "tx_freq_hz"] {
        if !state[field].is_null() {
            done[field] = state[field].clone();
        }
    }
    // Whoever left is told nothing.
    let _gone = out.send(done);
    tell(out, &state);
}

fn overlay(state: &mut Value, fields: &Value) {
    for (name, value) in fields.as_object().into_iter().flatten() {
        state[name] = value.clone();
    }
    state["seq"] = (state["seq"].as_u64().unwrap_or_default() + 1).into();
}

fn tell(out: &Outgoing, state: &Value) {
    let mut message = state.clone();
    message["type"] = "state".into();
    let _gone = out.send(message);
}
