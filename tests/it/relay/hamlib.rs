//! Hamlib's own daemons and client, where they are installed.

use std::process::{Child, Command, Stdio};

use serde_json::json;

use super::{Relay, free_port, http};
use crate::process::{Box_, text};

/// A daemon of Hamlib with the device that is none.
struct Daemon(Child);

impl Daemon {
    fn start(program: &str, port: u16) -> Option<Self> {
        let child = Command::new(program)
            .args(["-m", "1", "-T", "127.0.0.1", "-t", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        child.ok().map(Self)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hamlibs_radio_is_tuned_shared_lost_and_found_again() {
    let (port, shared) = (free_port(), free_port());
    let Some(daemon) = Daemon::start("rigctld", port) else {
        return;
    };
    let at = Box_::empty();
    let serve = format!("127.0.0.1:{shared}");
    let relay = Relay::start(
        &at,
        &format!("127.0.0.1:{port}"),
        &[("SHACKBOX_RELAY__SERVE", &serve)],
    );
    relay.reaches_its_radio().await;
    let wish = json!({ "freq_hz": 14_074_000, "mode": "FT8" });
    let (code, tuned) = relay.acts(http().post(relay.url("/api/qsy")).json(&wish)).await;
    assert_eq!(
        (code, &tuned["freq_hz"], &tuned["mode"]),
        (200, &json!(14_074_000), &json!("PKTUSB"))
    );
    let client = |arguments: &[&str]| {
        let out = Command::new("rigctl")
            .args(["-m", "2", "-r", &serve])
            .args(arguments)
            .output()
            .unwrap();
        assert!(out.status.success(), "{}", text(&out.stderr));
        text(&out.stdout)
    };
    assert_eq!(client(&["f"]).trim(), "14074000");
    client(&["F", "7074000"]);
    relay
        .is("the other program's tune", |status| {
            status["rig"]["freq_hz"] == json!(7_074_000)
        })
        .await;
    drop(daemon);
    relay
        .is("its loss", |status| status["rig"]["connected"] == json!(false))
        .await;
    let daemon = Daemon::start("rigctld", port);
    relay.reaches_its_radio().await;
    assert_eq!(relay.tune(14_080_000).await.0, 200);
    drop(daemon);
}

#[tokio::test(flavor = "multi_thread")]
async fn hamlibs_rotator_turns() {
    let port = free_port();
    let Some(_daemon) = Daemon::start("rotctld", port) else {
        return;
    };
    let at = Box_::empty();
    let rotctld = format!("127.0.0.1:{port}");
    let nowhere = format!("127.0.0.1:{}", free_port());
    let relay = Relay::start(&at, &nowhere, &[("SHACKBOX_RELAY__ROTCTLD", &rotctld)]);
    relay
        .is("a rotator", |status| {
            status["rotator"]["connected"] == json!(true)
        })
        .await;
    let turn = |asked: serde_json::Value| relay.acts(http().post(relay.url("/api/rotator")).json(&asked));
    let (code, told) = turn(json!({ "azimuth": 10.0 })).await;
    assert_eq!(code, 200, "{told}");
    let turning = relay.is("movement", |status| {
        status["rotator"]["azimuth"]
            .as_f64()
            .is_some_and(|azimuth| azimuth > 0.5)
    });
    turning.await;
    assert_eq!(turn(json!({ "stop": true })).await.0, 200);
    assert_eq!(turn(json!({ "azimuth": 4_000.0 })).await.0, 400);
    assert_eq!(turn(json!({ "azimuth": 1.0, "stop": true })).await.0, 400);
}
