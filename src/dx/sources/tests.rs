//! Lists of activators are read as their services write them, asked for politely, and told once.

use std::time::Duration;

use serde_json::json;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::dx::event::Spot;
use crate::dx::testing::World;
use crate::env::{Clock, Entropy, Mailer, Outbound, Service as Outside};
use crate::ham::spot::SpotMode;

fn env(server: &MockServer, clock: &Clock) -> Env {
    let service = |name: &str| {
        let service = Outside {
            pause: Duration::ZERO,
            ..Outside::at(format!("{}/", server.uri()).parse().unwrap())
        };
        (name.to_owned(), service)
    };
    Env {
        clock: clock.clone(),
        entropy: Entropy::seeded(1),
        outbound: Outbound::new([service("pota"), service("sota"), service("wwff")]),
        mailer: Mailer::off(clock.clone()),
    }
}

/// A cluster, and the services that it asks.
struct Desk {
    world: World,
    server: MockServer,
    env: Env,
    memory: Memory,
}

impl Desk {
    async fn new() -> Self {
        let world = World::new();
        let server = MockServer::start().await;
        Self {
            env: env(&server, &world.clock),
            memory: Memory::default(),
            world,
            server,
        }
    }

    async fn answers(&self, at: &str, answer: ResponseTemplate) {
        let mock = Mock::given(method("GET")).and(path(at));
        mock.respond_with(answer).mount(&self.server).await;
    }

    async fn lists(&self, at: &str, list: serde_json::Value) {
        self.answers(at, ResponseTemplate::new(200).set_body_json(list))
            .await;
    }

    /// How many spots one look brings.
    async fn look(&mut self, programme: Programme) -> Result<usize, PollError> {
        once(&self.world.cluster, &self.env, programme, &mut self.memory).await
    }

    fn spots_of(&self, call: &str) -> Vec<Spot> {
        self.world.cluster.of_call(call, 5)
    }
}

fn park(id: u32, call: &str, khz: &str, comments: &str) -> serde_json::Value {
    json!({
        "spotId": id, "activator": call, "frequency": khz, "mode": "SSB", "reference": "US-1234",
        "parkName": "Invented State Park", "spotTime": "2026-11-21T11:58:30", "spotter": "K1ABC-#",
        "comments": comments, "source": "Web", "invalid": null, "name": "Invented State Park",
        "locationDesc": "US-CT", "grid4": "FN31", "grid6": "FN31pr", "latitude": 41.7, "longitude": -72.7,
        "count": 1, "expire": 1700
    })
}

#[tokio::test]
async fn parks_are_told_once_and_again_when_they_change() {
    let mut desk = Desk::new().await;
    let first = json!([park(1, "W1AW", "14244.5", "QRT soon"), park(2, "K2XYZ/P", "7032", ""), {"half": "an entry"}, 7]);
    desk.lists("/spot/activator", first).await;
    assert_eq!(desk.look(Programme::Pota).await.unwrap(), 2);
    assert_eq!(desk.look(Programme::Pota).await.unwrap(), 0);
    let spots = desk.spots_of("W1AW");
    assert_eq!(spots.len(), 1);
    let spot = &spots[0];
    assert_eq!((spot.freq.get(), spot.mode), (14_244_500, Some(SpotMode::Ssb)));
    assert_eq!(spot.refs.pota.as_deref(), Some("US-1234"));
    assert_eq!(spot.comment, "US-1234 QRT soon");
    assert_eq!(
        (spot.spotter.as_str(), spot.skimmer, spot.source),
        ("K1ABC", false, Source::Pota)
    );
    assert_eq!(spot.time.to_string(), "2026-11-21T11:58:30Z");
    assert_eq!(spot.grid.unwrap().as_str(), "FN31pr");
    desk.server.reset().await;
    let mut moved = park(1, "W1AW", "14250", "QRT soon");
    let mut taken_back = park(3, "K3XYZ", "7032", "");
    taken_back["invalid"] = json!("true");
    moved["spotTime"] = json!("2026-11-21T11:59:30");
    let next = json!([moved, park(2, "K2XYZ/P", "7032", ""), taken_back]);
    desk.lists("/spot/activator", next).await;
    assert_eq!(desk.look(Programme::Pota).await.unwrap(), 1);
    assert_eq!(desk.spots_of("W1AW")[0].freq.get(), 14_250_000);
}

#[tokio::test]
async fn summits_are_fetched_when_their_epoch_changes() {
    let mut desk = Desk::new().await;
    let list = json!([{
        "id": 5, "userID": 1, "timeStamp": "2026-11-21T11:50:00", "comments": "cq", "callsign": "DL1ABC",
        "associationCode": "W7W", "summitCode": "LC-001", "activatorCallsign": "K7ABC/P", "activatorName": "Ann",
        "frequency": "14.0615", "mode": "cw", "summitDetails": "A hill, 900m", "highlightColor": null
    }, {
        "id": 6, "timeStamp": "2026-11-21T11:51:00", "callsign": "somebody", "summitCode": "DM/BW-042",
        "activatorCallsign": "DL2ABC/P", "frequency": 7.032, "mode": "CW"
    }]);
    desk.answers(
        "/api/spots/epoch",
        ResponseTemplate::new(200).set_body_string("\"abc\""),
    )
    .await;
    desk.lists("/api/spots/50/all/all", list).await;
    assert_eq!(desk.look(Programme::Sota).await.unwrap(), 2);
    assert_eq!(desk.look(Programme::Sota).await.unwrap(), 0);
    let lists = desk.server.received_requests().await.unwrap();
    let lists = lists
        .iter()
        .filter(|request| request.url.path().ends_with("/all"));
    assert_eq!(lists.count(), 1);
    let spot = &desk.spots_of("K7ABC")[0];
    assert_eq!(
        (spot.freq.get(), spot.refs.sota.as_deref()),
        (14_061_500, Some("W7W/LC-001"))
    );
    assert_eq!(desk.spots_of("DL2ABC")[0].spotter, "DL2ABC/P");
    assert!(desk.spots_of("DL2ABC")[0].self_spot);
}

#[tokio::test]
async fn reserves_are_told_with_their_reference_and_time() {
    let mut desk = Desk::new().await;
    let list = json!([{
        "id": 98_874, "activator": "W1AW/P", "frequency_khz": 7_046.5, "mode": "CW", "reference": "KFF-2482",
        "reference_name": "An invented wood", "remarks": "Re-spotted", "spotter": "K1ABC", "latitude": 44.8,
        "longitude": -93.1, "spot_time": 1_795_262_280, "spot_time_formatted": "2026-11-21 11:58:00"
    }, {
        "id": 98_875, "activator": "DL2ABC/P", "frequency_khz": "14244", "mode": "SSB", "reference": "dlff-0123",
        "remarks": null, "spotter": "", "spot_time_formatted": "2026-11-21 11:59:00"
    }, {"id": 98_876, "activator": "", "frequency_khz": -258, "reference": ""}]);
    desk.lists("/static/spots.json", list).await;
    assert_eq!(desk.look(Programme::Wwff).await.unwrap(), 2);
    assert_eq!(desk.look(Programme::Wwff).await.unwrap(), 0);
    let spot = &desk.spots_of("W1AW/P")[0];
    assert_eq!(
        (spot.freq.get(), spot.mode, spot.refs.wwff.as_deref()),
        (7_046_500, Some(SpotMode::Cw), Some("KFF-2482"))
    );
    assert_eq!(
        (spot.time.to_string().as_str(), spot.source),
        ("2026-11-21T11:58:00Z", Source::Wwff)
    );
    assert_eq!(spot.comment, "KFF-2482 Re-spotted");
    let spot = &desk.spots_of("DL2ABC/P")[0];
    assert_eq!(
        (spot.refs.wwff.as_deref(), spot.self_spot),
        (Some("DLFF-0123"), true)
    );
}

#[tokio::test]
async fn an_older_address_without_epoch_is_asked_for_its_list() {
    let mut desk = Desk::new().await;
    let list = json!([{"timeStamp": "2026-11-21T11:50:00", "summitCode": "G/LD-001", "activatorCallsign": "G4ABC/P",
        "frequency": "7.032", "mode": "CW"}]);
    desk.lists("/api/spots/25/all", list).await;
    assert_eq!(desk.look(Programme::Sota).await.unwrap(), 1);
    assert_eq!(desk.look(Programme::Sota).await.unwrap(), 0);
}

#[tokio::test]
async fn failures_are_waited_out_longer_and_longer() {
    let mut desk = Desk::new().await;
    for (number, wrong) in [
        ResponseTemplate::new(503),
        ResponseTemplate::new(200).set_body_string("<html>down</html>"),
        ResponseTemplate::new(200).set_body_string("{}"),
        ResponseTemplate::new(200).set_body_bytes(vec![0xFF; 64]),
    ]
    .into_iter()
    .enumerate()
    {
        desk.server.reset().await;
        desk.answers("/spot/activator", wrong).await;
        let polled = desk.look(Programme::Pota).await;
        assert!(polled.is_err(), "answer {number}");
    }
    let pauses: Vec<_> = (0..9)
        .map(|failures| back_off(failures, &PollError::NoList).as_secs())
        .collect();
    assert_eq!(pauses, [5, 10, 20, 40, 80, 160, 300, 300, 300]);
    let wish = |seconds| {
        PollError::Outbound(OutboundError::Status {
            service: "pota".to_owned(),
            status: 429,
            retry_after: Some(Duration::from_secs(seconds)),
        })
    };
    assert_eq!(back_off(0, &wish(60)).as_secs(), 60);
    assert_eq!(back_off(0, &wish(1)).as_secs(), 5);
    assert_eq!(back_off(0, &wish(u64::MAX)).as_secs(), 3_600);
}

#[tokio::test(start_paused = true)]
async fn polling_goes_on_after_failures_and_ends_when_the_program_does() {
    let desk = Desk::new().await;
    desk.answers("/spot/activator", ResponseTemplate::new(500)).await;
    let cluster = &desk.world.cluster;
    let stop = CancellationToken::new();
    let job = (Programme::Pota, Duration::from_mins(1));
    let task = tokio::spawn(poll(cluster.clone(), desk.env.clone(), job, stop.clone()));
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let polls = cluster.polls();
        if polls.iter().any(|poll| poll.name == "pota" && poll.failures >= 3) {
            break;
        }
    }
    desk.server.reset().await;
    let list = json!([park(1, "W1AW", "14244.5", "")]);
    desk.lists("/spot/activator", list).await;
    while desk.spots_of("W1AW").is_empty() {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    stop.cancel();
    task.await.unwrap();
    assert_eq!(cluster.polls()[0].failures, 0);
}
