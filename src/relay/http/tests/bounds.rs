use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::house::{ACTION, House, JSON, answer, wait_for};

#[tokio::test]
async fn what_is_no_wish_never_reaches_the_radio_and_is_told_with_its_field() {
    let house = House::new(&[]).await;
    let long = "7".repeat(5_000);
    for (line, code, field) in [
        ("GET /qsy", "bad_query", None),
        ("GET /qsy?freq=", "invalid", Some("freq")),
        ("GET /qsy?freq=14,074", "invalid", Some("freq")),
        ("GET /qsy?freq=-14.074", "invalid", Some("freq")),
        ("GET /qsy?freq=1.4e7", "invalid", Some("freq")),
        ("GET /qsy?freq=nan", "invalid", Some("freq")),
        ("GET /qsy?freq=27.205", "invalid", Some("freq")),
        ("GET /qsy?freq=14.074&freq=7.074", "bad_query", None),
        ("GET /qsy?freq=14.074&mode=USB%0AT%201", "invalid", Some("mode")),
        (&format!("GET /qsy?freq={long}"), "invalid", Some("freq")),
        (
            &format!("GET /qsy?freq=14.074&mode={long}"),
            "invalid",
            Some("mode"),
        ),
    ] {
        let answer = house.ask(line, &[ACTION], "").await;
        let told = answer.json();
        assert_eq!(
            (answer.status, told["code"].as_str()),
            (400, Some(code)),
            "{line}"
        );
        assert_eq!(told["errors"][0]["field"].as_str(), field, "{line}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    }
    for (body, status) in [
        (r#"{"freq_hz":14}"#, 400),
        (r#"{"freq_hz":14074000,"mode":"USB\nT 1"}"#, 400),
        (r#"{"freq_hz":14074000.5}"#, 422),
        (r#"{"freq_hz":"14074000"}"#, 422),
        (r#"{"freq_hz":-1}"#, 422),
        (r#"{"freq":14.074}"#, 422),
        (r#"{"freq_hz":"#, 400),
        ("[]", 400),
    ] {
        let answer = house.ask("POST /api/qsy", &[ACTION, JSON], body).await;
        assert_eq!(answer.status, status, "{body}: {answer:?}");
    }
    assert!(house.radio.moves().is_empty());
}

#[tokio::test]
async fn sizes_kinds_and_methods_are_bounded() {
    let house = House::new(&[]).await;
    let large = " ".repeat(8_193);
    let answer = house.ask("POST /api/qsy", &[ACTION, JSON], &large).await;
    assert_eq!(
        (answer.status, answer.json()["code"].as_str()),
        (413, Some("too_large"))
    );
    let chunked = [ACTION, JSON, ("transfer-encoding", "chunked")];
    let mut stream = house.connect().await;
    let mut request = format!(
        "POST /api/qsy HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n",
        house.desk.address
    );
    for (name, value) in chunked {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    for _ in 0..3 {
        request.push_str(&format!("1000\r\n{}\r\n", " ".repeat(0x1000)));
    }
    request.push_str("0\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    assert_eq!(answer_status(stream).await, 413);
    let huge = "x".repeat(17 << 10);
    let status = house.ask("GET /status", &[("x-huge", &huge)], "").await.status;
    assert!([431, 400, 0].contains(&status), "{status}");
    for (line, status) in [
        ("PUT /api/qsy", 405),
        ("DELETE /qsy", 405),
        ("GET /nothing", 404),
        ("GET /ws", 426),
    ] {
        let answer = house.ask(line, &[ACTION], "").await;
        assert_eq!(answer.status, status, "{line}");
        assert!(answer.json()["detail"].is_string());
    }
}

async fn answer_status(stream: tokio::net::TcpStream) -> u16 {
    answer(stream).await.status
}

#[tokio::test]
async fn a_full_house_says_so_and_has_room_again() {
    let house = House::new(&[]).await;
    let mut guests = Vec::new();
    for _ in 0..32 {
        let mut guest = house.connect().await;
        let request = format!("GET /status HTTP/1.1\r\nhost: {}\r\n\r\n", house.desk.address);
        guest.write_all(request.as_bytes()).await.unwrap();
        let mut first = [0; 12];
        guest.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
        guests.push(guest);
    }
    let refused = answer(house.connect().await).await;
    assert_eq!(refused.status, 503, "{refused:?}");
    guests.clear();
    for _ in 0..200 {
        if house.ask("GET /status", &[], "").await.status == 200 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("no room again");
}

#[tokio::test]
async fn a_client_that_stops_half_way_is_let_go() {
    let house = House::new(&[]).await;
    let half_head = "GET /status HTTP/1.1\r\nhost: ";
    let half_body = format!(
        "POST /api/qsy HTTP/1.1\r\nhost: {}\r\nx-shackbox-action: execute\r\ncontent-type: application/json\r\n\
         content-length: 20\r\n\r\n{{",
        house.desk.address
    );
    let mut ends = Vec::new();
    for half in [half_head, &half_body] {
        let mut stream = house.connect().await;
        stream.write_all(half.as_bytes()).await.unwrap();
        ends.push(tokio::spawn(answer(stream)));
    }
    for end in ends {
        let answer = end.await.unwrap();
        assert!([0, 408].contains(&answer.status), "{answer:?}");
    }
    assert!(house.radio.moves().is_empty());
}

#[tokio::test]
async fn a_burst_is_never_refused_and_ends_on_its_last() {
    let house = House::new(&[]).await;
    let mut clients = tokio::task::JoinSet::new();
    for client in 0..10_u64 {
        let mut stream = house.connect().await;
        let host = house.desk.address;
        clients.spawn(async move {
            let (mut read, mut write) = stream.split();
            let asking = async {
                for n in 0..100_u64 {
                    let hertz = 14_000_000 + client * 1_000 + n;
                    let body = format!(r#"{{"freq_hz":{hertz}}}"#);
                    let request = format!(
                        "POST /api/qsy HTTP/1.1\r\nhost: {host}\r\nx-shackbox-action: execute\r\ncontent-type: \
                         application/json\r\ncontent-length: {}\r\n\r\n{body}",
                        body.len()
                    );
                    write.write_all(request.as_bytes()).await.unwrap();
                }
            };
            let hearing = async {
                let (mut text, mut piece) = (String::new(), [0; 4_096]);
                while text.matches("HTTP/1.1 200 OK").count() < 100 {
                    let length = read.read(&mut piece).await.unwrap();
                    assert!(length > 0, "closed early: {text}");
                    text.push_str(std::str::from_utf8(&piece[..length]).unwrap());
                }
            };
            tokio::join!(asking, hearing);
        });
    }
    while let Some(client) = clients.join_next().await {
        client.unwrap();
    }
    let last = house
        .ask("POST /api/qsy", &[ACTION, JSON], r#"{"freq_hz":14350000}"#)
        .await;
    assert_eq!(last.json()["freq_hz"], json!(14_350_000));
    let moves = house.radio.moves();
    assert_eq!(moves.last(), Some(&14_350_000));
    assert!(moves.len() < 1_001, "the newest wins: {}", moves.len());
    wait_for("its end", || {
        house.radio.with(|daemon| daemon.hertz) == 14_350_000
    })
    .await;
}
