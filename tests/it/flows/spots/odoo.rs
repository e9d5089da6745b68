//! Spots by programs that were written for Odoo: XML-RPC and its younger shapes.

use reqwest::Method;
use serde_json::{Value, json};
use shackbox::testkit::TestApp;

use super::{SPOTS, calls, station};
use crate::kit::{Caller, PASSWORD, Reply, send};

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
