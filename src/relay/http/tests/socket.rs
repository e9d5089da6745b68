use serde_json::json;

use super::house::{ACTION, GOOD, House};

#[tokio::test]
async fn the_state_comes_at_once_and_whenever_it_changes() {
    let house = House::new(&[]).await;
    let mut page = house.socket(&[GOOD]).await.ok().unwrap();
    let first = page.hear("state").await;
    assert_eq!((&first["v"], &first["rig"]), (&json!(1), &json!("main")));
    assert_eq!(first["freq_hz"], json!(7_074_000));
    assert!(first["time"].is_string() && first["connected"] == json!(true));
    house.radio.with(|daemon| daemon.hertz = 7_012_000);
    let next = page.hear("state").await;
    assert_eq!(next["freq_hz"], json!(7_012_000));
    assert!(next["seq"].as_u64() > first["seq"].as_u64());
}

#[tokio::test]
async fn tunes_are_answered_under_their_numbers() {
    let house = House::new(&[]).await;
    let mut page = house.socket(&[GOOD]).await.ok().unwrap();
    page.say(&json!({ "type": "tune", "id": 1, "freq_hz": 14_074_000, "mode": "FT8" }))
        .await;
    let tuned = page.hear("tuned").await;
    assert_eq!((&tuned["id"], &tuned["freq_hz"]), (&json!(1), &json!(14_074_000)));
    page.say(&json!({ "type": "tune", "id": 2, "freq_hz": 14_074_000, "mode": "USB\nT 1" }))
        .await;
    let fault = page.hear("fault").await;
    assert_eq!((&fault["id"], &fault["field"]), (&json!(2), &json!("mode")));
    page.say(&json!({ "type": "nonsense", "id": 3 })).await;
    assert_eq!(page.hear("fault").await["code"], json!("bad_message"));
    page.say(&json!({ "type": "rotate", "id": 4, "azimuth": 90 }))
        .await;
    assert_eq!(page.hear("fault").await["code"], json!("no_rotator"));
}

#[tokio::test]
async fn a_burst_on_the_socket_ends_on_its_last() {
    let house = House::new(&[]).await;
    let mut page = house.socket(&[GOOD]).await.ok().unwrap();
    for n in 0..200 {
        page.say(&json!({ "type": "tune", "id": n, "freq_hz": 14_000_000 + n }))
            .await;
    }
    let mut answered = 0;
    while answered < 200 {
        page.hear("tuned").await;
        answered += 1;
    }
    assert_eq!(house.radio.moves().last(), Some(&14_000_199));
}

#[tokio::test]
async fn a_program_listens_only_unless_it_has_the_header() {
    let house = House::new(&[]).await;
    let mut script = house.socket(&[]).await.ok().unwrap();
    script.hear("state").await;
    script
        .say(&json!({ "type": "tune", "id": 1, "freq_hz": 14_074_000 }))
        .await;
    assert_eq!(script.hear("fault").await["code"], json!("action_header_missing"));
    let mut script = house.socket(&[ACTION]).await.ok().unwrap();
    script
        .say(&json!({ "type": "tune", "id": 1, "freq_hz": 14_075_000 }))
        .await;
    script.hear("tuned").await;
    assert_eq!(house.radio.moves(), [14_075_000]);
}

#[tokio::test]
async fn a_socket_follows_the_radio_that_comes_in_place_of_another() {
    use crate::relay::rig::safety::TxLimits;
    use crate::relay::rig::tests::fake::rigctld::{self, Manner};
    use crate::relay::rig::{BackendSettings, Rig, RigOptions};

    let house = House::new(&[]).await;
    let mut page = house.socket(&[GOOD]).await.ok().unwrap();
    page.hear("state").await;
    let other = rigctld::start(Manner::Good).await;
    other.with(|daemon| daemon.hertz = 50_313_000);
    house.desk.rig().shutdown().await;
    house.desk.rig.send_replace(Rig::start(RigOptions {
        backend: BackendSettings::Rigctld(other.address.to_string()),
        limits: TxLimits::of_region(crate::ham::spot::plan::Region::One),
        keyed_marker: None,
    }));
    while page.hear("state").await["freq_hz"] != json!(50_313_000) {}
}

#[tokio::test]
async fn decodes_are_told_and_answered_by_whoever_may_transmit() {
    use crate::relay::keep;
    use crate::relay::logs::qdatastream::QTime;
    use crate::relay::logs::wsjtx::{Decode, Message, Packet};

    let port = std::net::UdpSocket::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let programs = port.to_string();
    let house = House::new(&[("relay.programs", &programs), ("relay.transmit", "true")]).await;
    tokio::spawn(keep::hear(std::sync::Arc::clone(&house.desk)));
    let mut hearing = house.desk.hearing.subscribe();
    hearing.wait_for(|hearing| hearing.udp == [port]).await.unwrap();
    let mut page = house.socket(&[GOOD]).await.ok().unwrap();
    page.say(&json!({ "type": "decodes", "on": true })).await;
    page.say(&json!({ "type": "tune", "id": 1, "freq_hz": 14_074_000 }))
        .await;
    page.hear("tuned").await;
    let program = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let decode = Decode {
        is_new: Some(true),
        time: Some(QTime { ms: 43_200_000 }),
        snr: Some(-7),
        dt: Some(-0.0),
        df: Some(1_500),
        mode: Some("~".to_owned()),
        message: Some("CQ K1ABC FN42".to_owned()),
        ..Decode::default()
    };
    let packet = Packet::new(3, "WSJT-X", Message::Decode(decode));
    program.send_to(&packet.write(), port).await.unwrap();
    let told = page.hear("decode").await;
    assert_eq!(
        (&told["mode"], &told["live"], &told["snr"]),
        (&json!("FT8"), &json!(true), &json!(-7))
    );
    let reply = json!({ "type": "program", "id": 2, "do": "reply", "decode": told["number"] });
    page.say(&reply).await;
    assert_eq!(page.hear("fault").await["code"], json!("unauthenticated"));
    let token = house.pair(GOOD.1).await;
    page.say(&json!({ "type": "token", "token": token })).await;
    page.say(&reply).await;
    page.hear("told").await;
    let mut bytes = [0; 2_048];
    let (length, _) = program.recv_from(&mut bytes).await.unwrap();
    let Message::Reply(reply) = Packet::read(&bytes[..length]).unwrap().message else {
        panic!("no reply");
    };
    assert_eq!(reply.message.as_deref(), Some("CQ K1ABC FN42"));
    page.say(&json!({ "type": "program", "id": 3, "do": "reply", "decode": 999 }))
        .await;
    assert_eq!(page.hear("fault").await["code"], json!("not_found"));
    page.say(&json!({ "type": "program", "id": 4, "do": "halt", "program": "JTDX" }))
        .await;
    assert_eq!(page.hear("fault").await["code"], json!("program_away"));
}
