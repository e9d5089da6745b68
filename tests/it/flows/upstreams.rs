//! Nodes and feeds that the station connects to, played by the test over real connections.

use std::time::Duration;

use serde_json::{Value, json};
use shackbox::testkit::TestApp;
use tokio::net::TcpListener;

use super::telnet::Program;
use crate::kit::{Caller, PASSWORD};

/// How long a node may wait for us: longer than the first pause.
const PATIENCE: Duration = Duration::from_secs(30);

/// The next connection to a node.
async fn met(listener: &TcpListener) -> Program {
    let (stream, _) = tokio::time::timeout(PATIENCE, listener.accept())
        .await
        .unwrap()
        .unwrap();
    stream.set_nodelay(true).unwrap();
    Program::at(stream)
}

async fn node() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, address)
}

/// What the API says of the first upstream.
async fn told_of(caller: &Caller) -> Value {
    caller.get("/api/v1/dx/status").await.expect(200).json()["upstreams"][0].clone()
}

fn spot(number: usize) -> String {
    let letter = char::from(b'A' + u8::try_from(number % 26).unwrap());
    format!(
        "DX de W3LPL:     {}.5  K{}AB{letter}        test {number}    1200Z\r\n",
        14_000 + number,
        number % 10
    )
}

#[tokio::test]
async fn spots_arrive_whatever_the_segmentation_and_garbage_ends_the_connection() {
    let (first, first_address) = node().await;
    let (second, second_address) = node().await;
    let upstreams = json!([{"host": format!("{first_address} {second_address}"), "login": "n0call",
        "kind": "spider", "name": "uplink", "commands": ["set/nobeep"]}]);
    let app = TestApp::with(&[("cluster.upstreams", &upstreams.to_string())]).await;
    app.account("K1BBB", false, PASSWORD).await;
    let caller = Caller::with_key(&app, app.key("K1BBB", &["dx.read"]).await);
    let mut reader = Program::entered(&app, "G1AAA", None).await;

    let mut up = met(&first).await;
    // Options of telnet, cut in the middle, are refused and belong to nothing.
    up.write(b"\xff\xfb").await;
    up.write(b"\x01\x07\x07Please enter your call: ").await;
    up.until("N0CALL\r\n").await;
    up.write(b"N0CALL de N1NODE 21-Nov-2026 1200Z dxspider >\r\n")
        .await;
    up.until("set/dx\r\nset/ve7cc\r\nsh/dx/100\r\nset/nobeep\r\n")
        .await;
    let mut number = 0;
    for size in [1, 2, 3, 7, 64, 1_000] {
        let lines: String = (number..number + 12).map(spot).collect();
        for piece in lines.as_bytes().chunks(size) {
            up.write(piece).await;
        }
        number += 12;
        reader.until(&format!("test {}", number - 1)).await;
    }
    // What `sh/dx` brings back, of now and of before, is told once.
    for _ in 0..2 {
        up.write(b"CC11^7020.5^ZD7BG^21-Nov-2026^1130Z^back^G1AAA^251^61^N1NODE^66^36^27^14^^^^^^\r\n")
            .await;
    }
    up.write(spot(number).as_bytes()).await;
    reader.until(&format!("test {number}")).await;
    let about = told_of(&caller).await;
    assert_eq!(
        (&about["state"], &about["kind"]),
        (&json!("listening"), &json!("spider"))
    );
    assert_eq!(
        (&about["new"], &about["duplicates"]),
        (&json!(number + 2), &json!(1)),
        "{about}"
    );
    let figures = caller.get("/metrics").await.expect(200).text;
    assert!(
        figures.contains(r#"shackbox_dx_feed_up{feed="uplink"} 1"#),
        "{figures}"
    );

    // A storm of options, bells and escapes, then two megabytes without an end of line.
    let mut storm = Vec::new();
    for _ in 0..20_000 {
        storm.extend_from_slice(b"\xff\xfd\x18\x07\x1b[31m");
    }
    storm.resize(2 << 20, b'x');
    let (mut reads, mut writes) = up.stream.split();
    let sink = async { tokio::io::copy(&mut reads, &mut tokio::io::sink()).await };
    let flood = async { tokio::io::copy(&mut storm.as_slice(), &mut writes).await };
    let ended = tokio::time::timeout(PATIENCE, async { tokio::join!(sink, flood) }).await;
    assert!(ended.is_ok(), "the connection is ended");
    let mut up = met(&second).await;
    up.write(b"login: ").await;
    up.until("N0CALL\r\n").await;
    let about = told_of(&caller).await;
    assert_eq!(about["connections"], 2);
    assert!(about["error"].as_str().unwrap().contains("no lines"), "{about}");
    up.write(b"Hello N0CALL\r\n").await;
    up.until("sh/dx/100\r\n").await;
    up.write(spot(number + 1).as_bytes()).await;
    reader.until(&format!("test {}", number + 1)).await;
    assert!(told_of(&caller).await["error"].is_null());
}

#[tokio::test]
async fn many_skimmers_become_one_spot_where_that_is_wished() {
    let (listener, address) = node().await;
    let upstreams =
        json!([{"host": address, "login": "n0call", "kind": "rbn", "digest": true, "name": "rbn"}]);
    let app = TestApp::with(&[("cluster.upstreams", &upstreams.to_string())]).await;
    app.account("K1BBB", false, PASSWORD).await;
    let caller = Caller::with_key(&app, app.key("K1BBB", &["dx.read"]).await);
    let mut feed = met(&listener).await;
    feed.write(b"Please enter your call: ").await;
    feed.until("N0CALL\r\n").await;
    feed.write(b"N0CALL de RELAY 21-Nov-2026 1200Z >\r\n").await;
    feed.write(b"DX de K1AAA-#:    7030.0  DL1AAA         CW    30 dB  18 WPM  CQ      1200Z\r\n")
        .await;
    for number in 0..9 {
        let line = format!(
            "DX de LZ{number}AA-#:    7018.3  RW1M           CW    2{number} dB  18 WPM  CQ      1200Z\r\n"
        );
        feed.write(line.as_bytes()).await;
    }
    // A person among them is told at once: by then all before were read.
    feed.write(spot(1).as_bytes()).await;
    let spots = loop {
        let found = caller.get("/api/v1/dx/spots?limit=50").await.expect(200).json()["items"].clone();
        if found
            .as_array()
            .unwrap()
            .iter()
            .any(|spot| spot["spotter"] == "W3LPL")
        {
            break found;
        }
    };
    let told: Vec<&Value> = spots
        .as_array()
        .unwrap()
        .iter()
        .filter(|spot| spot["skimmer"] == true)
        .collect();
    assert_eq!(told.len(), 1, "{spots}");
    assert_eq!((&told[0]["call"], &told[0]["snr"]), (&json!("RW1M"), &json!(20)));
    assert_eq!(told[0]["comment"], "CW 20 dB 18 WPM CQ Q:9");
    assert_eq!(told_of(&caller).await["digested"], 10);
}

#[tokio::test]
async fn a_node_that_refuses_is_told_of_with_its_words() {
    let (listener, address) = node().await;
    let upstreams = json!([{"host": address, "login": "n0call", "name": "uplink"}]);
    let app = TestApp::with(&[("cluster.upstreams", &upstreams.to_string())]).await;
    app.account("K1BBB", true, PASSWORD).await;
    let caller = Caller::signed_in(&app, "K1BBB").await;
    let mut up = met(&listener).await;
    up.write(b"login: ").await;
    up.until("N0CALL\r\n").await;
    up.write(b"Sorry N0CALL is an invalid callsign\r\n").await;
    drop(up);
    let up = met(&listener).await;
    let page = caller.get("/admin/health").await.expect(200).text;
    assert!(
        page.contains("Cluster feeds") && page.contains("Sorry N0CALL is an invalid callsign"),
        "{page}"
    );
    drop(up);
}

#[tokio::test]
async fn a_leaf_link_takes_the_network_s_spots_and_gives_our_users_own() {
    let (listener, address) = node().await;
    let app = TestApp::with(&[
        ("cluster.link.host", &address),
        ("cluster.link.call", "n0leaf-2"),
        ("cluster.link.peer", "N0CALL-2"),
    ])
    .await;
    app.account("K1BBB", false, PASSWORD).await;
    let caller = Caller::with_key(&app, app.key("K1BBB", &["dx.read", "dx.write"]).await);
    let mut user = Program::entered(&app, "K1BBB", Some(PASSWORD)).await;

    let mut peer = met(&listener).await;
    peer.write(b"login: ").await;
    peer.until("N0LEAF-2\r\n").await;
    for piece in [
        "0\r\nPC18^DXSpider Version: 1.57 Bui",
        "ld: 633 Git: none/none pc9x^5457^\r",
        "\n",
    ] {
        peer.write(piece.as_bytes()).await;
    }
    let opening = peer.until("PC20^\r\n").await;
    assert!(
        opening.contains("PC92^N0LEAF-2^43200^A^^5N0LEAF-2:5457^H99^\r\n"),
        "{opening}"
    );
    peer.write(b"PC92^N0CALL-2^43200^A^^5N0CALL-2:127.0.0.1^H99^\r\nPC22^\r\nPC51^N0LEAF-2^N0CALL-2^1^\r\n")
        .await;
    peer.until("PC51^N0CALL-2^N0LEAF-2^0^\r\n").await;

    let long = format!("PC92^N0CALL-2^43201^C^5N0CALL-2{}^H99^\r\n", "^1W1AW".repeat(400));
    peer.write(long.repeat(50).as_bytes()).await;
    for frame in [
        "PC61^14033.0^5B4AGN^21-Nov-2026^1200Z^from afar^G0NNN^N0CALL-2^192.0.2.7^H29^~",
        "PC11^14033.0^5B4AGN^ 21-Nov-2026^1200Z^from afar^G0NNN^N0CALL-2^H29^~",
        "PC61^14034.0^5B4AGO^21-Nov-2026^0900Z^too old^G0NNN^N0CALL-2^192.0.2.7^H29^~",
        "PC61^14035.0^5B4AGP^21-Nov-2026^1200Z^a loop^G0NNN^N0LEAF-2^192.0.2.7^H29^~",
        "PC61^nan^\x1b[2J^^^^^^^",
        "PC93^N0CALL-2^43202^*^G0NNN^*^hello all^127.0.0.1^H29^",
        "PC93^N0CALL-2^43203^K1BBB^G0NNN^*^hello you^127.0.0.1^H29^",
        "PC73^21-Nov-2026^12^150^10^2^3^80^qui^qui^no^DK0WCY^N0CALL-2^H29^~",
    ] {
        peer.write(format!("{frame}\r\n").as_bytes()).await;
    }
    user.until_all(&[
        "DX de G0NNN:     14033.0  5B4AGN       from afar                      1200Z",
        "To ALL de G0NNN: hello all",
        "K1BBB de G0NNN: hello you",
        "WCY de DK0WCY <12>",
    ])
    .await;
    let about = told_of(&caller).await;
    assert_eq!(
        (&about["kind"], &about["state"]),
        (&json!("link"), &json!("listening"))
    );
    assert_eq!(
        (&about["new"], &about["duplicates"], &about["refused"]),
        (&json!(1), &json!(1), &json!(3))
    );

    // Another's spot by a key stays here; a user's own goes, with the address.
    let others = json!({"call": "3B8CV", "freq_hz": 14_024_000, "spotter": "W1AW"});
    caller.post("/api/v1/dx/spots", &others).await.expect(201);
    user.ask("dx 14025.0 3B8CW up 5").await;
    assert_eq!(
        peer.until("\r\n").await,
        "PC61^14025.0^3B8CW^21-Nov-2026^1200Z^up 5^K1BBB^N0LEAF-2^127.0.0.1^H29^~\r\n"
    );
    let own = json!({"call": "3B8CX", "freq_hz": 14_026_000});
    caller.post("/api/v1/dx/spots", &own).await.expect(201);
    peer.until("PC61^14026.0^3B8CX^21-Nov-2026^1200Z^ ^K1BBB^N0LEAF-2^127.0.0.1^H29^~\r\n")
        .await;

    // Who takes us for a user is told of in words that help.
    drop(peer);
    let mut peer = met(&listener).await;
    peer.write(b"login: ").await;
    peer.until("N0LEAF-2\r\n").await;
    peer.write(b"Hello\r\nN0LEAF-2 de N0CALL-2 21-Nov-2026 1200Z dxspider >\r\n")
        .await;
    let _peer = met(&listener).await;
    let error = told_of(&caller).await["error"].as_str().unwrap().to_owned();
    assert!(error.contains("set/spider"), "{error}");
}
