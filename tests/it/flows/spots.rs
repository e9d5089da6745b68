//! Spots: sent and read by the API, by Odoo's clients, and in the form of other spot caches.

use reqwest::Method;
use serde_json::{Value, json};
use shackbox::testkit::TestApp;

use crate::kit::{Caller, PASSWORD, Reply, send};

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
async fn a_spot_is_answered_and_kept_in_the_promised_form() {
    let (app, feed) = station().await;
    let sent = spot("JA1XYZ", 14_025_000, "CW 12 dB up 2 in US-1234");
    let made = feed.post(SPOTS, &sent).await.expect(201).json();
    let fields = [
        ("call", json!("JA1XYZ")),
        ("freq_hz", json!(14_025_000)),
        ("band", json!("20m")),
        ("mode", json!("CW")),
        ("class", json!("cw")),
        ("mode_by", json!("stated")),
        ("spotter", json!("W1AW")),
        ("dxcc", json!(339)),
        ("country", json!("Japan")),
        ("continent", json!("AS")),
        ("cq_zone", json!(25)),
        ("spotter_dxcc", json!(291)),
        ("source", json!("rest")),
        ("skimmer", json!(false)),
        ("snr", json!(12)),
        ("pota", json!("US-1234")),
        ("split", json!("UP 2")),
        ("self", json!(false)),
        ("time", json!("2026-11-21T12:00:00Z")),
    ];
    for (name, value) in fields {
        assert_eq!(made[name], value, "{name}");
    }
    let again = feed.post(SPOTS, &sent).await.expect(200).json();
    assert_eq!(again["outcome"], "duplicate");
    let list = feed.get(SPOTS).await.expect(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    for name in ["seq", "call", "dxcc", "pota", "split", "time", "mode_by"] {
        assert_eq!(list["items"][0][name], made[name], "{name}");
    }
    let member = Caller::signed_in(&app, "K6BP").await;
    let own = json!({"call": "DL1ABC", "freq_hz": 7_032_000});
    let own = member.post(SPOTS, &own).await.expect(201).json();
    assert_eq!(
        (&own["spotter"], &own["source"]),
        (&json!("K6BP"), &json!("user"))
    );
    member
        .post(SPOTS, &spot("DL1ABD", 7_032_000, ""))
        .await
        .problem(403, "not_your_call");
}

#[tokio::test]
async fn spots_come_from_licensed_operators_only() {
    let (app, feed) = station().await;
    app.listener("SWL_BOB", PASSWORD).await;
    let sent = spot("JA1XYZ", 14_025_000, "");
    Caller::guest(&app)
        .post(SPOTS, &sent)
        .await
        .problem(403, "forbidden");
    let listener = Caller::signed_in(&app, "SWL_BOB").await;
    assert_eq!(listener.post(SPOTS, &sent).await.status, 403);
    listener.get(SPOTS).await.expect(200);
    let reader = Caller::with_key(&app, app.key("K6BP", &["dx.read"]).await);
    reader.post(SPOTS, &sent).await.problem(403, "insufficient_scope");
    Caller::guest(&app)
        .get(SPOTS)
        .await
        .problem(401, "unauthenticated");
    for (wrong, field) in [
        (
            json!({"call": "NO CALL", "freq_hz": 14_025_000, "spotter": "W1AW"}),
            "call",
        ),
        (json!({"call": "W1AW", "freq_hz": 5}), "freq_hz"),
        (
            json!({"call": "W1AW", "freq_hz": 14_025_000, "mode": "loud"}),
            "mode",
        ),
        (
            json!({"call": "W1AW", "freq_hz": 14_025_000, "time": "2026-11-21T15:00:00Z"}),
            "time",
        ),
    ] {
        let problem = feed.post(SPOTS, &wrong).await.expect(422).json();
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    feed.post(SPOTS, &json!({"call": "W1AW"})).await.expect(422);
    let open = TestApp::with(&[("limits.firehose_public", "true")]).await;
    Caller::guest(&open).get(SPOTS).await.expect(200);
}

fn calls(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().unwrap();
    items.iter().map(|spot| spot["call"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_history_is_filtered_and_paged() {
    let (_app, feed) = station().await;
    for (call, hertz, comment) in [
        ("JA1XYZ", 14_025_000, "CW"),
        ("DL1ABC", 14_074_500, "FT8"),
        ("DL2ABC/P", 7_032_000, "CW"),
        ("VK3ABC", 21_200_000, "SSB"),
    ] {
        feed.post(SPOTS, &spot(call, hertz, comment)).await.expect(201);
    }
    let get = async |query: &str| feed.get(&format!("{SPOTS}?{query}")).await.expect(200).json();
    assert_eq!(calls(&get("").await), ["VK3ABC", "DL2ABC/P", "DL1ABC", "JA1XYZ"]);
    assert_eq!(calls(&get("band=20m").await), ["DL1ABC", "JA1XYZ"]);
    assert_eq!(calls(&get("band=20m,40m&mode=cw").await), ["DL2ABC/P", "JA1XYZ"]);
    assert_eq!(calls(&get("mode=FT8").await), ["DL1ABC"]);
    assert_eq!(calls(&get("entity=Japan").await), ["JA1XYZ"]);
    assert_eq!(calls(&get("entity=230").await), ["DL2ABC/P", "DL1ABC"]);
    assert_eq!(calls(&get("continent=OC").await), ["VK3ABC"]);
    assert_eq!(calls(&get("call=DL2ABC").await), ["DL2ABC/P"]);
    assert_eq!(calls(&get("call=DL*&limit=1").await), ["DL2ABC/P"]);
    assert_eq!(calls(&get("source=telnet").await), Vec::<&str>::new());
    assert_eq!(calls(&get("skimmer=true").await), Vec::<&str>::new());
    assert_eq!(calls(&get("since=2026-11-21T11:00:00Z").await).len(), 4);
    let all = get("").await;
    let since = all["items"][2]["seq"].as_u64().unwrap();
    assert_eq!(
        calls(&get(&format!("since={since}")).await),
        ["DL2ABC/P", "VK3ABC"],
        "oldest first"
    );
    let first = get("limit=3").await;
    let next = first["next"].as_str().unwrap();
    let second = get(&format!("limit=3&cursor={next}")).await;
    assert_eq!((calls(&second), second.get("next")), (vec!["JA1XYZ"], None));
    feed.get(&format!("{SPOTS}?band=20m&cursor={next}"))
        .await
        .problem(400, "bad_cursor");
    feed.get(&format!("{SPOTS}?colour=red"))
        .await
        .problem(400, "bad_query");
    assert_eq!(feed.get(&format!("{SPOTS}?band=19m")).await.status, 422);
    assert_eq!(feed.get(&format!("{SPOTS}?since=yesterday")).await.status, 422);
    let status = feed.get("/api/v1/dx/status").await.expect(200).json();
    assert_eq!(status["spots"]["people"], 4);
    assert_eq!(status["feeds"][0]["new"], 4);
    let busy = feed.get("/api/v1/dx/activity?minutes=5").await.expect(200).json();
    assert_eq!(
        busy["bands"][1],
        json!({"band": "20m", "counts": [0, 0, 0, 0, 2]})
    );
}

#[tokio::test]
async fn spots_write_nothing_to_the_store_and_outlive_a_clean_stop() {
    let (mut app, feed) = station().await;
    feed.get(SPOTS).await.expect(200);
    app.settle().await;
    let before = app.stored();
    for number in 0..300 {
        feed.post(SPOTS, &spot("JA1XYZ", 14_000_000 + number * 1_000, "CW"))
            .await
            .expect(201);
    }
    app.settle().await;
    assert!(app.stored() == before, "a spot never touches the store");
    let kept = feed.get(&format!("{SPOTS}?limit=1000")).await.expect(200);
    app.restart().await;
    let feed = feed.at(&app);
    let later = feed.get(&format!("{SPOTS}?limit=1000")).await.expect(200);
    assert_eq!(later.json()["items"].as_array().unwrap().len(), 300);
    assert_eq!(kept.json()["items"], later.json()["items"], "with their numbers");
}

fn call(method: &str, values: &[&str]) -> String {
    let params: String = values
        .iter()
        .map(|value| format!("<param><value>{value}</value></param>\n"))
        .collect();
    format!(
        "<?xml version='1.0'?>\n<methodCall><methodName>{method}</methodName><params>{params}</params></methodCall>"
    )
}

fn push(uid: &str, secret: &str, vals: &str) -> String {
    let (uid, secret) = (format!("<int>{uid}</int>"), format!("<string>{secret}</string>"));
    let vals = format!("<array><data><value>{vals}</value></data></array>");
    let head = ["<string>db</string>", &uid, &secret, "ham.dx.spot", "push_spot"];
    call("execute_kw", &[&head[..], &[vals.as_str()]].concat())
}

fn vals(call: &str, frequency: &str) -> String {
    format!(
        "<struct><member><name>callsign</name><value><string>{call}</string></value></member>\
         <member><name>frequency</name><value><double>{frequency}</double></value></member>\
         <member><name>spotter</name><value>W1AW</value></member></struct>"
    )
}

async fn xmlrpc(app: &TestApp, path: &str, body: String) -> Reply {
    let request = Caller::guest(app).request(Method::POST, path);
    send(request.header("content-type", "text/xml").body(body)).await
}

fn within<'t>(text: &'t str, tag: &str) -> &'t str {
    let rest = text.split(&format!("<{tag}>")).nth(1).unwrap_or_default();
    rest.split("</").next().unwrap_or_default()
}

#[tokio::test]
async fn a_feed_pushes_by_xml_rpc_as_it_did_to_odoo() {
    let (app, feed) = station().await;
    let key = app.key("K6BP", &["dx.write"]).await;
    let object = "/xmlrpc/2/object";
    let version = xmlrpc(&app, "/xmlrpc/2/common", call("version", &[]))
        .await
        .expect(200);
    assert!(version.text.contains("server_serie"));
    let login = |secret: &str| call("authenticate", &["db", "k6bp", secret, "<struct></struct>"]);
    let known = xmlrpc(&app, "/xmlrpc/2/common", login(&key)).await.expect(200);
    let uid = within(&known.text, "int");
    let unknown = xmlrpc(&app, "/xmlrpc/2/common", login("wrong")).await.expect(200);
    assert_eq!(within(&unknown.text, "boolean"), "0");
    let pushed = xmlrpc(&app, object, push(uid, &key, &vals("JA1XYZ", "14.025")))
        .await
        .expect(200);
    assert_eq!(within(&pushed.text, "boolean"), "1", "{}", pushed.text);
    assert!(pushed.header("content-type").starts_with("text/xml"));
    let by_password = push(uid, PASSWORD, &vals("JA2XYZ", "14025.5"));
    for _ in 0..2 {
        let pushed = xmlrpc(&app, object, by_password.clone()).await.expect(200);
        assert_eq!(within(&pushed.text, "boolean"), "1", "{}", pushed.text);
    }
    let list = feed
        .get(&format!("{SPOTS}?source=xmlrpc"))
        .await
        .expect(200)
        .json();
    assert_eq!(calls(&list), ["JA2XYZ", "JA1XYZ"]);
    let reading = app.key("K6BP", &["dx.read"]).await;
    for (path, body, code) in [
        (
            object,
            push(uid, "wrong", &vals("JA1XYZ", "14.025")),
            "<int>3</int>",
        ),
        (
            object,
            push("999", &key, &vals("JA1XYZ", "14.025")),
            "<int>3</int>",
        ),
        (
            object,
            push(uid, &reading, &vals("JA3XYZ", "14.025")),
            "<int>4</int>",
        ),
        (
            object,
            push(uid, &key, &vals("nonsense", "14.025")),
            "<int>2</int>",
        ),
        (object, push(uid, &key, "<struct></struct>"), "<int>2</int>"),
        (object, call("drop", &[]), "<int>1</int>"),
        (
            "/xmlrpc/object",
            push(uid, "wrong", &vals("JA1XYZ", "14.025")),
            "<string>AccessDenied</string>",
        ),
    ] {
        let fault = xmlrpc(&app, path, body.clone()).await.expect(200);
        assert!(
            fault.text.contains("<fault>") && fault.text.contains(code),
            "{body}\n{}",
            fault.text
        );
    }
    let deep = push(uid, &key, &"<array><data><value>".repeat(20_000));
    assert!(matches!(
        xmlrpc(&app, object, deep).await.status.as_u16(),
        400 | 413
    ));
    let bomb = format!("<!DOCTYPE a [<!ENTITY b \"c\">]>{}", call("version", &[]));
    xmlrpc(&app, "/xmlrpc/2/common", bomb)
        .await
        .problem(400, "bad_call");
    assert_eq!(xmlrpc(&app, object, "x".repeat(2 << 20)).await.status, 413);
}

#[tokio::test]
async fn the_younger_shapes_of_push_spot_do_the_same() {
    let (app, feed) = station().await;
    let key = app.key("K6BP", &["dx.write"]).await;
    let guest = Caller::guest(&app);
    let rpc = async |service: &str, method: &str, args: Value| {
        let params = json!({"service": service, "method": method, "args": args});
        let body = json!({"jsonrpc": "2.0", "method": "call", "params": params, "id": 7});
        guest.post("/jsonrpc", &body).await.expect(200).json()
    };
    let uid = rpc("common", "login", json!(["db", "K6BP", key])).await["result"].clone();
    let vals = json!({"dx": "JA1XYZ", "freq_khz": "14025.5", "de": "W1AW"});
    let args = json!(["db", uid, key, "ham.dx.spot", "push_spot", [vals]]);
    let pushed = rpc("object", "execute_kw", args).await;
    assert_eq!((&pushed["result"], &pushed["id"]), (&json!(true), &json!(7)));
    let wrong = rpc(
        "object",
        "execute_kw",
        json!(["db", uid, "wrong", "ham.dx.spot", "push_spot", [vals]]),
    )
    .await;
    assert_eq!(wrong["error"]["data"]["name"], "odoo.exceptions.AccessDenied");
    let list = json!({"vals": [{"dx": "JA2XYZ", "qrg": 7_032, "de": "W1AW"}, {"dx": "JA3XYZ", "qrg": 7_033, "de": "W1AW"}]});
    let pushed = feed
        .post("/json/2/ham.dx.spot/push_spot", &list)
        .await
        .expect(200);
    assert_eq!(pushed.json(), json!(true));
    assert_eq!(
        guest.post("/json/2/ham.dx.spot/push_spot", &list).await.status,
        401
    );
    assert_eq!(
        feed.post("/json/2/ham.dx.spot/push_spot", &json!({}))
            .await
            .status,
        422
    );
    assert_eq!(
        feed.post("/json/2/res.partner/read", &json!({})).await.status,
        404
    );
    let doc = feed.get("/doc-bearer/ham.dx.spot.json").await.expect(200).json();
    assert!(doc["methods"]["push_spot"]["parameters"]["vals"].is_object());
    let context = feed
        .post("/json/2/res.users/context_get", &json!({}))
        .await
        .expect(200)
        .json();
    assert_eq!(context["uid"], uid);
    assert_eq!(
        calls(&feed.get(SPOTS).await.json()),
        ["JA3XYZ", "JA2XYZ", "JA1XYZ"]
    );
}

const PYTHON: &str = r#"
import sys, xmlrpc.client
base, key = sys.argv[1:]
common = xmlrpc.client.ServerProxy(base + "/xmlrpc/2/common", allow_none=True)
assert common.version()["protocol_version"] == 1
uid = common.authenticate("db", "K6BP", key, {})
assert isinstance(uid, int) and uid is not False, uid
assert common.authenticate("db", "K6BP", "wrong", {}) is False
object = xmlrpc.client.ServerProxy(base + "/xmlrpc/2/object", allow_none=True)
def push(vals):
    return object.execute_kw("db", uid, key, "ham.dx.spot", "push_spot", [vals])
assert push({"callsign": "JA1XYZ", "frequency": 14025.1, "spotter": "W1AW", "comment": "a <b> & \x01", "mode": None}) is True
assert push([{"call": "JA2XYZ", "freq": "7.032", "de": "W1AW"}] * 2) is True
for vals, code in [({"callsign": "JA1XYZ"}, 2), ({"callsign": "?", "frequency": 14.0}, 2)]:
    try:
        push(vals)
        raise SystemExit("no fault")
    except xmlrpc.client.Fault as fault:
        assert fault.faultCode == code, fault
many = xmlrpc.client.MultiCall(object)
many.execute_kw("db", uid, key, "ham.dx.spot", "push_spot", [{"callsign": "JA3XYZ", "frequency": 7032, "spotter": "W1AW"}])
many.execute_kw("db", uid, "wrong", "ham.dx.spot", "push_spot", [{}])
answers = many()
assert answers[0] is True
try:
    answers[1]
    raise SystemExit("no fault")
except xmlrpc.client.Fault as fault:
    assert fault.faultCode == 3, fault
"#;

#[tokio::test]
async fn python_s_own_client_is_understood() {
    let (app, feed) = station().await;
    let key = app.key("K6BP", &["dx.write"]).await;
    let ran = tokio::process::Command::new("python3")
        .args(["-c", PYTHON, app.url("").trim_end_matches('/'), &key])
        .output();
    let Ok(ran) = ran.await else { return };
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(
        calls(&feed.get(SPOTS).await.json()),
        ["JA3XYZ", "JA2XYZ", "JA1XYZ"]
    );
}

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
