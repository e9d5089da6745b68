use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;

use super::{http, with_radio};

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_tunes_of_ten_clients_end_on_the_last() {
    let (_at, radio, relay) = with_radio(&[]).await;
    let mut clients = tokio::task::JoinSet::new();
    for client in 0..10_u64 {
        let (http, url) = (http(), relay.url("/api/qsy"));
        clients.spawn(async move {
            for n in 0..100_u64 {
                let wish = json!({ "freq_hz": 14_000_000 + client * 1_000 + n });
                let request = http.post(&url).json(&wish).header("x-shackbox-action", "execute");
                let answer = request.send().await.unwrap();
                assert_eq!(answer.status().as_u16(), 200);
            }
        });
    }
    while let Some(done) = clients.join_next().await {
        done.unwrap();
    }
    assert_eq!(relay.tune(14_350_000).await.0, 200);
    let moves = radio.moves();
    assert_eq!(moves.last(), Some(&14_350_000));
    assert!(moves.len() < 900, "the newest wins: {} moves", moves.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn rubbish_at_every_door_leaves_the_radio_where_it_is() {
    let serve = super::free_port();
    let at = format!("127.0.0.1:{serve}");
    let (_at, radio, relay) = with_radio(&[("SHACKBOX_RELAY__SERVE", &at)]).await;
    let long = "F".repeat(5_000);
    let rubbish = [
        long.as_bytes(),
        b"F 14.074\nF abc\nF -5\nF nan\nF 0\nM XYZ 0\nM USB 2400 junk\nZ\nF\n14074000\n\\halt\nw FE\n",
        b"POST /api/qsy HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\nF 14074000\n",
        b"\0\xff\xfe\r\n\r\n",
    ];
    for door in [relay.port, serve] {
        for bytes in rubbish {
            let mut stream = TcpStream::connect(("127.0.0.1", door)).unwrap();
            stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
            // What it closes on early is answered early.
            drop(stream.write_all(bytes));
            drop(stream.read(&mut [0; 4_096]));
        }
    }
    for bytes in rubbish {
        relay.hears(&String::from_utf8_lossy(bytes));
    }
    assert!(radio.moves().is_empty());
    assert!(!radio.is_transmitting());
    assert_eq!(relay.tune(14_074_000).await.0, 200, "it goes on");
}
