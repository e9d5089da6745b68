//! What machines heard, in the form of other spot caches: only for those who ask for it.

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

#[tokio::test]
async fn other_spot_caches_tell_and_count_what_machines_heard_only_where_that_is_asked_for() {
    let (app, feed) = station().await;
    feed.post(SPOTS, &spot("JA1XYZ", 14_025_300, "CW"))
        .await
        .expect(201);
    let mut heard = spot("DL1ABC", 14_031_000, "CW 20 dB");
    heard["spotter"] = json!("W3LPL-#");
    feed.post(SPOTS, &heard).await.expect(201);
    let key = app.key("K6BP", &["dx.read"]).await;
    let guest = Caller::guest(&app);
    let get = async |path: &str| {
        let path = format!("/compat/dxcluster/k/{key}{path}");
        guest.get(&path).await.expect(200).json()
    };
    for (path, people, all) in [
        ("/spots", 1, 2),
        ("/spots/20m", 1, 2),
        ("/spots/spotter/W3LPL", 0, 1),
        ("/spots/callsign/W3LPL", 0, 1),
        // A station's own list costs little and has everybody.
        ("/spots/callsign/DL1ABC", 1, 1),
        ("/spots/spotted/DL1ABC", 1, 1),
    ] {
        for (path, wanted) in [(path.to_owned(), people), (format!("{path}?skimmer=true"), all)] {
            let list = get(&path).await;
            assert_eq!(list.as_array().unwrap().len(), wanted, "{path}: {list}");
        }
    }
    for path in ["bands", "sources", "heatmap"] {
        let counted = get(&format!("/api/v2/{path}")).await;
        assert_eq!(counted["meta"]["total"], 1, "{path}: {counted}");
        let counted = get(&format!("/api/v2/{path}?skimmer=true")).await;
        assert_eq!(counted["meta"]["total"], 2, "{path}: {counted}");
    }
    assert_eq!(get("/spot/14031").await, json!({}));
    assert_eq!(get("/spot/14031?skimmer=true").await["spotted"], "DL1ABC");
    assert_eq!(get("/api/v2/spots").await["meta"]["limit"], 200);
}
