//! Hamlib as the judge: its daemons as our radio, its clients at our server and at our radios in memory.
//! These run where `rigctl`, `rigctld` and `rotctld` are installed: `cargo test -- --ignored hamlib`.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

use super::fake::Kind;
use super::radios::until;
use super::server::served;
use super::wire::terminal;
use crate::ham::freq::Hertz;
use crate::ham::spot::plan::Region;
use crate::relay::rig::backend::BackendSettings;
use crate::relay::rig::error::RigErrorKind;
use crate::relay::rig::handle::{Rig, RigOptions};
use crate::relay::rig::lease::PttInput;
use crate::relay::rig::mode::RigMode;
use crate::relay::rig::model::{Level, SplitWish, Tune};
use crate::relay::rig::rotator::Rotator;
use crate::relay::rig::safety::TxLimits;
use crate::relay::rig::serial::{SerialSettings, detect, models};

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// Starts a daemon of Hamlib and waits until it listens.
async fn daemon(program: &str, arguments: &[&str]) -> (Child, String) {
    let port = free_port().to_string();
    let child = Command::new(program)
        .args(["-m", "1", "-T", "127.0.0.1", "-t", &port])
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let address = format!("127.0.0.1:{port}");
    while tokio::net::TcpStream::connect(&address).await.is_err() {
        sleep(Duration::from_millis(20)).await;
    }
    (child, address)
}

fn rig_at(address: &str) -> Rig {
    Rig::start(RigOptions {
        backend: BackendSettings::Rigctld(address.to_owned()),
        limits: TxLimits::of_region(Region::Two),
        keyed_marker: None,
    })
}

/// Runs `rigctl` and gives its output by lines; panics if it complains.
async fn rigctl(arguments: &[&str]) -> Vec<String> {
    let run = Command::new("rigctl")
        .args(arguments)
        .stdin(Stdio::null())
        .output();
    let output = timeout(Duration::from_secs(30), run)
        .await
        .expect("rigctl hangs")
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.success() && !text.contains("error") && !complaints.contains("error"),
        "rigctl {arguments:?}: {text} {complaints}"
    );
    text.lines().map(str::to_owned).collect()
}

#[tokio::test]
#[ignore = "needs Hamlib"]
async fn hamlibs_daemon_is_a_radio() {
    for arguments in [&["-P", "RIG"] as &[&str], &["-P", "RIG", "-o"]] {
        let (child, address) = daemon("rigctld", arguments).await;
        let rig = rig_at(&address);
        let state = rig
            .tune(Tune::to(Hertz::new(14_074_000), Some(RigMode::Usb)))
            .await
            .unwrap();
        assert_eq!(
            (state.freq_hz, state.mode),
            (Some(14_074_000), Some(RigMode::Usb)),
            "{arguments:?}"
        );
        assert_eq!(state.model, "Hamlib dummy");
        let split = Tune {
            split: SplitWish::On(Some(Hertz::new(14_080_000))),
            ..Tune::default()
        };
        let state = rig.tune(split).await.unwrap();
        assert_eq!(
            (state.split, state.tx_freq_hz),
            (true, Some(14_080_000)),
            "{arguments:?}"
        );
        let state = rig
            .tune(Tune::to(Hertz::new(7_030_000), Some(RigMode::Cw)))
            .await
            .unwrap();
        assert_eq!(
            (state.split, state.freq_hz),
            (false, Some(7_030_000)),
            "{arguments:?}"
        );
        rig.level(Level::Strength).await.unwrap();
        let lease = rig.key(PttInput::Any, Duration::from_secs(5)).await;
        let lease = lease.unwrap_or_else(|error| panic!("{arguments:?}: {error}"));
        assert!(rig.refresh().await.unwrap().ptt);
        lease.release().await.unwrap();
        assert!(!rig.refresh().await.unwrap().ptt);
        drop(child);
        let gone = Instant::now();
        until(&rig, |state| !state.connected).await;
        assert!(gone.elapsed() < Duration::from_secs(3));
    }
}

#[tokio::test]
#[ignore = "needs Hamlib"]
async fn hamlibs_rotator_turns() {
    let (_child, address) = daemon("rotctld", &[]).await;
    let rotator = Rotator::start(&address);
    let mut state = rotator.state();
    timeout(Duration::from_secs(5), state.wait_for(|state| state.connected))
        .await
        .unwrap()
        .unwrap();
    rotator.turn(2.0, Some(0.0)).await.unwrap();
    assert_eq!(rotator.state().borrow().target, Some(2.0));
    let there = state.wait_for(|state| state.target.is_none() && state.azimuth.is_some_and(|az| az > 0.5));
    timeout(Duration::from_secs(15), there).await.unwrap().unwrap();
    assert_eq!(rotator.state().borrow().error, None);
    rotator.turn(350.0, None).await.unwrap();
    assert_eq!(rotator.state().borrow().target, Some(-10.0), "the short way");
    rotator.stop().await.unwrap();
    let error = rotator.turn(f64::NAN, None).await.unwrap_err();
    assert_eq!(error.kind, RigErrorKind::OutOfRange);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs Hamlib"]
async fn hamlibs_client_drives_our_server() {
    for kind in [Kind::Ts590, Kind::Ic7300, Kind::Ft991, Kind::Ft817, Kind::K3] {
        let served = served(kind).await;
        let address = served.address.to_string();
        let base = ["-m", "2", "-r", &address];
        let run = async |arguments: &[&str]| rigctl(&[&base, arguments].concat()).await;
        assert_eq!(run(&["F", "7030000", "f"]).await, ["7030000"], "{kind:?}");
        assert_eq!(run(&["M", "CW", "500", "m"]).await[0], "CW", "{kind:?}");
        assert_eq!(
            run(&["M", "USB", "2400", "F", "14200000", "m"]).await[0],
            "USB",
            "{kind:?}"
        );
        assert_eq!(
            run(&["S", "1", "VFOB", "I", "14205000", "s"]).await,
            ["1", "VFOB"],
            "{kind:?}"
        );
        assert_eq!(run(&["S", "0", "VFOA", "s"]).await[0], "0", "{kind:?}");
        assert_eq!(run(&["T", "1", "t", "T", "0", "t"]).await, ["1", "0"], "{kind:?}");
        run(&["T", "1"]).await;
        sleep(Duration::from_millis(250)).await;
        assert!(
            !served.wired.with(|radio| radio.ptt),
            "{kind:?}: its client left it keyed"
        );
        run(&["l", "STRENGTH"]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs Hamlib"]
async fn hamlib_takes_our_radios_for_real() {
    for (kind, speed) in [
        (Kind::Ts480, "57600"),
        (Kind::Ts590, "115200"),
        (Kind::Ts890, "115200"),
        (Kind::K3, "38400"),
        (Kind::Ft991, "38400"),
        (Kind::Ft950, "38400"),
        (Kind::Ft710, "38400"),
        (Kind::Ic7300, "19200"),
        (Kind::Ic706, "19200"),
        (Kind::Ft817, "38400"),
    ] {
        let terminal = terminal(kind);
        let number = kind.number().to_string();
        let base = ["-m", &number, "-r", &terminal.path, "-s", speed];
        let run = async |arguments: &[&str]| rigctl(&[&base, arguments].concat()).await;
        assert_eq!(run(&["f"]).await, ["14074000"], "{kind:?}");
        run(&["F", "14076000"]).await;
        assert_eq!(terminal.radio.lock().unwrap().a, 14_076_000, "{kind:?}");
        assert_eq!(run(&["m"]).await[0], "USB", "{kind:?}");
        run(&["M", "LSB", "0"]).await;
        assert_eq!(run(&["m"]).await[0], "LSB", "{kind:?}");
        if !matches!(kind, Kind::Ic706) {
            assert_eq!(run(&["t"]).await, ["0"], "{kind:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "opens pseudo terminals"]
async fn our_radios_are_driven_through_ports_of_the_system() {
    for kind in Kind::ALL {
        let terminal = terminal(kind);
        let settings = SerialSettings::new(&terminal.path, models::of_number(kind.number()).unwrap());
        let rig = Rig::start(RigOptions {
            backend: BackendSettings::Serial(settings.clone()),
            limits: TxLimits::of_region(Region::Two),
            keyed_marker: None,
        });
        let tune = Tune::to(Hertz::new(7_030_000), Some(RigMode::Cw));
        let state = rig
            .tune(tune)
            .await
            .unwrap_or_else(|error| panic!("{kind:?}: {error}"));
        assert_eq!(
            (state.freq_hz, state.mode),
            (Some(7_030_000), Some(RigMode::Cw)),
            "{kind:?}"
        );
        // Somebody else wants the port.
        let second = Rig::start(RigOptions {
            backend: BackendSettings::Serial(settings),
            limits: TxLimits::of_region(Region::Two),
            keyed_marker: None,
        });
        let error = second.refresh().await.unwrap_err();
        assert_eq!(error.kind, RigErrorKind::PortInUse, "{error}");
        second.shutdown().await;
        rig.shutdown().await;
        let found = detect::detect(&terminal.path, false).await.unwrap().unwrap();
        let wanted = if kind == Kind::Qdx { 2_028 } else { kind.number() };
        assert_eq!(found.model.number, wanted, "{kind:?}");
        drop(terminal);
    }
}
