//! Our server, by bytes: what programs send, and what they should not.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use super::fake::Kind;
use super::radios::until;
use super::wire::{Wired, wired};
use crate::relay::rig::handle::Rig;
use crate::relay::rig::server::serve;

/// How long anything of these tests is waited for; how soon it must be, the tests of keying say.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server in front of a radio in memory.
pub(super) struct Served {
    pub(super) wired: Wired,
    pub(super) rig: Rig,
    pub(super) address: SocketAddr,
    _stop: watch::Sender<bool>,
}

pub(super) async fn served(kind: Kind) -> Served {
    let (wired, rig) = wired(kind);
    until(&rig, |state| state.connected).await;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(serve(listener, rig.clone(), stopped));
    Served {
        wired,
        rig,
        address,
        _stop: stop,
    }
}

struct Client(TcpStream);

impl Client {
    async fn to(served: &Served) -> Self {
        Self(TcpStream::connect(served.address).await.unwrap())
    }

    /// Sends bytes and gives what comes until 100 ms of silence.
    async fn say(&mut self, bytes: &[u8]) -> String {
        self.0.write_all(bytes).await.unwrap();
        let mut out = Vec::new();
        while let Ok(Ok(1..)) = timeout(Duration::from_millis(100), self.0.read_buf(&mut out)).await {}
        String::from_utf8_lossy(&out).into_owned()
    }
}

#[tokio::test]
async fn the_session_of_hamlibs_own_client_goes_through() {
    let served = served(Kind::Ts590).await;
    let mut client = Client::to(&served).await;
    assert_eq!(client.say(b"\\chk_vfo\n").await, "0\n");
    let dump = client.say(b"\\dump_state\n").await;
    assert!(dump.starts_with("1\n2\n0\n") && dump.ends_with("done\n"));
    for (sent, wanted) in [
        ("v\n", "VFOA\n"),
        ("f\n", "14074000\n"),
        ("s\n", "0\nVFOA\n"),
        ("m\n", "USB\n2400\n"),
        ("\\get_powerstat\n", "1\n"),
        ("F 14075000.000000\n", "RPRT 0\n"),
        ("f\n", "14075000\n"),
        ("\\get_lock_mode\n", "0\nRPRT 0\n"),
        ("M CW 500\n", "RPRT 0\n"),
        ("m\n", "CW\n500\n"),
        ("M USB 2400\n", "RPRT 0\n"),
        ("t\n", "0\n"),
        ("T 1\n", "RPRT 0\n"),
        ("t\n", "1\n"),
        ("T 0\n", "RPRT 0\n"),
        ("S 1 VFOB\n", "RPRT 0\n"),
        ("I 14080000.000000\n", "RPRT 0\n"),
        ("i\n", "14080000\n"),
        ("s\n", "1\nVFOB\n"),
        ("S 0 VFOA\n", "RPRT 0\n"),
        ("F 14076000\nf\nm\n", "RPRT 0\n14076000\nUSB\n2400\n"),
        ("+f\n", "get_freq:\nFrequency: 14076000\nRPRT 0\n"),
        (";f\n", "get_freq:;Frequency: 14076000;RPRT 0\n"),
        ("+\\set_mode USB 2400\n", "set_mode: USB 2400\nRPRT 0\n"),
        ("f\r\n", "14076000\n"),
        ("q\n", "RPRT 0\n"),
    ] {
        assert_eq!(client.say(sent.as_bytes()).await, wanted, "{sent}");
    }
    assert_eq!(client.0.read(&mut [0; 8]).await.unwrap(), 0);
}

#[tokio::test]
async fn bad_input_is_answered_and_never_reaches_the_radio() {
    let served = served(Kind::Ts480).await;
    served.wired.with(|radio| radio.log.clear());
    let long = vec![b'F'; 5_000];
    let rows: Vec<(&[u8], &str)> = vec![
        (b"y\n", "RPRT -11\n"),
        (b"\\bogus\n", "RPRT -11\n"),
        (b"+\\bogus\n", "RPRT -11\n"),
        (b"Z\n", "RPRT -11\n"),
        (b"F\n", "RPRT -1\n"),
        (b"14074000\n", "RPRT -11\n"),
        (b"F abc\n", "RPRT -1\n"),
        (b"F 14.074\n", "RPRT -1\n"),
        (b"F 14,074\n", "RPRT -1\n"),
        (b"F -5\n", "RPRT -1\n"),
        (b"F 0\n", "RPRT -1\n"),
        (b"F nan\n", "RPRT -1\n"),
        (b"F 14.074e6\n", "RPRT -1\n"),
        (b"F 99999999999999\n", "RPRT -1\n"),
        (b"M XYZ 0\n", "RPRT -1\n"),
        (b"M usb 0\n", "RPRT -1\n"),
        (b"M USB\n", "RPRT -1\n"),
        (b"M USB 2400 junk\n", "RPRT -1\n"),
        (b"l NOPE\n", "RPRT -1\n"),
        (b"+l NOPE\n", "get_level: NOPE\nRPRT -1\n"),
        (b"V BOGUS\n", "RPRT -1\n"),
        (b"V VFOB\n", "RPRT -12\n"),
        (b"T 5\n", "RPRT -1\n"),
        (b"w TX;\n", "RPRT -11\n"),
        (b"\\halt\n", "RPRT -11\n"),
        (b"\\set_vfo_opt 1\n", "RPRT -11\n"),
        (b"\x00\xff\xfe\n", "RPRT -11\n"),
        (b"\r\n", ""),
        (b"# comment\n", ""),
    ];
    let mut client = Client::to(&served).await;
    for (sent, wanted) in rows {
        assert_eq!(client.say(sent).await, wanted, "{}", sent.escape_ascii());
        assert_eq!(
            client.say(b"f\n").await,
            "14074000\n",
            "in step after {}",
            sent.escape_ascii()
        );
    }
    assert_eq!(
        client.say(&[&long[..], b"\nf\n"].concat()).await,
        "RPRT -1\n14074000\n"
    );
    for request in [
        "GET / HTTP/1.1\r\nHost: 127.0.0.1:4532\r\n\r\nT 1\n",
        "POST / HTTP/1.1\r\nContent-Length: 12\r\n\r\nF 3573000\n",
    ] {
        let mut browser = Client::to(&served).await;
        assert_eq!(browser.say(request.as_bytes()).await, "");
        assert!(matches!(browser.0.read(&mut [0; 8]).await, Ok(0) | Err(_)));
    }
    let mut endless = Client::to(&served).await;
    let _ = endless.0.write_all(&vec![b'x'; 200_000]).await;
    assert!(matches!(
        timeout(Duration::from_secs(1), endless.0.read(&mut [0; 8])).await,
        Ok(Ok(0) | Err(_))
    ));
    served.wired.with(|radio| {
        let sets = radio
            .log
            .iter()
            .filter(|line| !matches!(line.as_str(), "IF" | "FB" | "FA" | "MD"));
        assert_eq!(sets.count(), 0, "{:?}", radio.log);
        assert_eq!((radio.a, radio.ptt), (14_074_000, false));
    });
}

#[tokio::test]
async fn a_client_that_is_gone_leaves_no_keyed_transmitter() {
    let served = served(Kind::Ic7300).await;
    let mut client = Client::to(&served).await;
    assert_eq!(client.say(b"T 1\n").await, "RPRT 0\n");
    let mut other = Client::to(&served).await;
    assert_eq!(other.say(b"t\n").await, "1\n");
    assert_eq!(other.say(b"T 1\n").await, "RPRT -14\n");
    assert_eq!(other.say(b"F 7074000\n").await, "RPRT -9\n");
    assert!(served.wired.with(|radio| radio.ptt));
    drop(client);
    let gone = Instant::now();
    while served.wired.with(|radio| radio.ptt) {
        assert!(gone.elapsed() < PATIENCE, "still keyed");
        sleep(Duration::from_millis(2)).await;
    }
    until(&served.rig, |state| !state.ptt).await;
    assert_eq!(other.say(b"F 7074000\n").await, "RPRT 0\n");
}

#[tokio::test]
async fn a_radio_that_is_gone_is_said_to_be_gone() {
    let served = served(Kind::Ft991).await;
    let mut client = Client::to(&served).await;
    served.wired.with(|radio| radio.faults.unplug_after = Some(1));
    assert_eq!(client.say(b"F 14075000\n").await, "RPRT -6\n");
    assert_eq!(client.say(b"f\n").await, "RPRT -6\n");
    served.wired.plug_in();
    until(&served.rig, |state| state.connected).await;
    assert_eq!(
        client.say(b"f\n").await,
        "14075000\n",
        "it was told before the cable came out"
    );
}

#[tokio::test]
async fn thirty_two_clients_share_the_radio_and_more_are_turned_away() {
    let served = served(Kind::Ts590).await;
    let mut clients = Vec::new();
    for _ in 0..32 {
        let mut client = Client::to(&served).await;
        client.0.write_all(b"f\n").await.unwrap();
        let mut out = [0; 9];
        client.0.read_exact(&mut out).await.unwrap();
        assert_eq!(&out, b"14074000\n");
        clients.push(client);
    }
    let mut more = Client::to(&served).await;
    assert!(matches!(more.0.read(&mut [0; 8]).await, Ok(0) | Err(_)));
}

#[tokio::test]
async fn programs_that_poll_while_a_page_tunes_flip_nothing() {
    for kind in [Kind::Ts590, Kind::Ic7300, Kind::Ft991, Kind::Ft817] {
        let served = served(kind).await;
        served.wired.with(|radio| radio.log.clear());
        let mut clients = vec![Client::to(&served).await, Client::to(&served).await];
        let _page = served.rig.listen(true);
        for step in 0..3_u64 {
            let hertz = crate::ham::freq::Hertz::new(14_000_000 + step * 10_000);
            served
                .rig
                .tune(crate::relay::rig::Tune::to(hertz, None))
                .await
                .unwrap();
            for client in &mut clients {
                let answer = client.say(b"f\nm\ns\nt\ni\n").await;
                let hertz = hertz.get();
                assert!(
                    answer.starts_with(&format!("{hertz}\nUSB\n")),
                    "{kind:?}: {answer}"
                );
                assert!(
                    answer.ends_with(&format!("0\nVFOA\n0\n{hertz}\n")),
                    "{kind:?}: {answer}"
                );
            }
        }
        served.wired.with(|radio| {
            let flips = radio.log.iter().filter(|line| {
                let ascii = line.len() == 3 && (line.starts_with("FT") || line.starts_with("FR"));
                let bus = line.starts_with("07") && line.len() == 4;
                ascii || bus || *line == "0000000081"
            });
            assert_eq!(flips.count(), 0, "{kind:?}: {:?}", radio.log);
        });
    }
}

#[tokio::test]
async fn a_storm_of_nonsense_moves_nothing() {
    use proptest::strategy::{Strategy as _, ValueTree as _};

    let served = served(Kind::Ic7300).await;
    served.wired.with(|radio| radio.log.clear());
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let lines = proptest::collection::vec(proptest::num::u8::ANY, 0..90);
    let mut client = Client::to(&served).await;
    for _ in 0..3_000 {
        let mut line = lines.new_tree(&mut runner).unwrap().current();
        // By chance nothing of this is a command with all its arguments in range.
        line.insert(0, 0x80);
        line.push(b'\n');
        if client.0.write_all(&line).await.is_err() {
            client = Client::to(&served).await;
        }
        let mut sink = [0_u8; 4_096];
        while let Ok(Ok(1..)) = timeout(Duration::ZERO, client.0.read(&mut sink)).await {}
    }
    let mut client = Client::to(&served).await;
    assert_eq!(client.say(b"f\n").await, "14074000\n");
    served.wired.with(|radio| {
        assert_eq!(
            (radio.a, radio.mode, radio.ptt, radio.split),
            (14_074_000, 0x01, false, false)
        );
    });
}
