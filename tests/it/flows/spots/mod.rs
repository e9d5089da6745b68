//! Spots: sent and read by the API, by Odoo's clients, and in the form of other spot caches.

mod api;
mod caches;
mod odoo;

use serde_json::{Value, json};
use shackbox::testkit::TestApp;

use crate::kit::{Caller, PASSWORD};

const SPOTS: &str = "/api/v1/dx/spots";

async fn station() -> (TestApp, Caller) {
    let app = TestApp::start().await;
    app.account("K6BP", true, PASSWORD).await;
    let feed = Caller::with_key(&app, app.key("K6BP", &["dx.write"]).await);
    (app, feed)
}

fn spot(call: &str, hertz: u64, comment: &str) -> Value {
    json!({"call": call, "freq_hz": hertz, "comment": comment, "spotter": "W1AW"})
}
fn calls(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().unwrap();
    items.iter().map(|spot| spot["call"].as_str().unwrap()).collect()
}
