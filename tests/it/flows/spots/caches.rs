//! Spots for programs that were written for other spot caches: their odd paths, the key in the address, and what
//! machines heard only for those who ask for it.

use reqwest::Method;
use serde_json::{Value, json};
use shackbox::testkit::TestApp;

use super::{SPOTS, spot, station};
use crate::kit::{Caller, send};

#[tokio::test]
async fn wavelog_finds_its_spots_under_its_odd_paths() {
    let (app, feed) = station().await;
    feed.post(SPOTS, &spot("JA1XYZ", 14_025_300, "CW AF-020"))
        .await
        .expect(201);
    feed.post(SPOTS, &spot("DL1ABC", 7_074_500, "FT8"))
        .await
        .expect(201);
    let reading = app.key("K6BP", &["dx.read"]).await;
    let base = format!("/compat/dxcluster/k/{reading}");
    let guest = Caller::guest(&app);
    for path in ["/spots/", "/spots", "/spots/All", "/api/v2/spots/"] {
        let list = guest.get(&format!("{base}{path}")).await.expect(200);
        assert_eq!(list.header("access-control-allow-origin"), "*", "{path}");
        let list = list.json();
        let list = if list.is_array() { &list } else { &list["data"] };
        assert_eq!(list.as_array().unwrap().len(), 2, "{path}");
    }
    let list = guest.get(&format!("{base}/spots/20m")).await.expect(200).json();
    let one = &list[0];
    assert_eq!(list.as_array().unwrap().len(), 1);
    assert_eq!(
        (&one["spotted"], &one["frequency"]),
        (&json!("JA1XYZ"), &json!(14_025.3))
    );
    assert_eq!(
        (&one["mode"], &one["submode"], &one["band"]),
        (&json!("cw"), &json!("CW"), &json!("20m"))
    );
    assert_eq!(one["when"], "2026-11-21T12:00:00.000Z");
    assert_eq!(one["dxcc_spotted"]["dxcc_id"], "339");
    assert_eq!(one["dxcc_spotted"]["flag"], "🇯🇵");
    assert_eq!(one["dxcc_spotted"]["iota_ref"], "AF-020");
    assert_eq!(one["dxcc_spotted"]["lotw_user"], false);
    assert_eq!(one["dxcc_spotter"]["cont"], "NA");
    for (path, call) in [
        ("/spot/14025", Some("JA1XYZ")),
        ("/spot/7074.9", Some("DL1ABC")),
        ("/spot/14074", None),
    ] {
        let found = guest.get(&format!("{base}{path}")).await.expect(200).json();
        assert_eq!(
            found.get("spotted").and_then(Value::as_str),
            call,
            "{path}: {found}"
        );
    }
    let stats = guest.get(&format!("{base}/stats")).await.expect(200).json();
    assert_eq!(
        (&stats["entries"], &stats["modeTypes"]["digi"]),
        (&json!(2), &json!(1))
    );
    let page = guest
        .get(&format!("{base}/api/v2/spots?mode=cw&limit=1"))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&page["meta"]["total"], &page["data"][0]["spotted"]),
        (&json!(1), &json!("JA1XYZ"))
    );
    let found = guest
        .get(&format!("{base}/spots/callsign/dl1abc"))
        .await
        .expect(200)
        .json();
    assert_eq!(found[0]["spotted"], "DL1ABC");
}

#[tokio::test]
async fn a_key_in_an_address_can_do_nothing_but_read_spots() {
    let (app, feed) = station().await;
    let guest = Caller::guest(&app);
    for scopes in [&["full"][..], &["dx.write"], &["dx.read", "logbook.read"]] {
        let key = app.key("K6BP", scopes).await;
        let refused = guest.get(&format!("/compat/dxcluster/k/{key}/spots/")).await;
        assert_eq!(
            (refused.status.as_u16(), refused.text.as_str()),
            (401, "[]"),
            "{scopes:?}"
        );
    }
    let refused = guest.get("/compat/dxcluster/spots/").await;
    assert_eq!((refused.status.as_u16(), refused.text.as_str()), (401, "[]"));
    feed.get("/compat/dxcluster/spots/").await.expect(200);
    let key = app.key("K6BP", &["full"]).await;
    let request = guest
        .request(Method::GET, "/compat/dxcluster/spots/")
        .header("x-api-key", key);
    send(request).await.expect(200);
    let open = TestApp::with(&[("limits.firehose_public", "true")]).await;
    Caller::guest(&open)
        .get("/compat/dxcluster/spots/")
        .await
        .expect(200);
    let preflight = send(guest.request(Method::OPTIONS, "/compat/dxcluster/spots/")).await;
    assert_eq!(preflight.header("access-control-allow-origin"), "*");
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
