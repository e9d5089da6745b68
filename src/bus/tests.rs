//! The bus keeps order, numbers everything, and says what is missing.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use super::*;

fn bus(ring_messages: usize) -> Bus {
    let config = BusConfig {
        ring_messages,
        ..BusConfig::default()
    };
    Bus::new(config, Clock::fake("2026-06-01T00:00:00Z".parse().unwrap()))
}

fn tell(topic: &str, n: u32) -> Outgoing {
    Outgoing {
        topic: topic.into(),
        kind: "count".into(),
        audience: Audience::Everyone,
        payload: json!({ "n": n }),
    }
}

fn payloads(deliveries: &[Delivery]) -> Vec<String> {
    deliveries
        .iter()
        .map(|delivery| match delivery {
            Delivery::Message(message) => String::from_utf8(message.payload.to_vec()).unwrap(),
            Delivery::Gap(gap) => format!("gap {}", gap.to - gap.from + 1),
        })
        .collect()
}

#[test]
fn a_frame_is_what_a_web_socket_sends() {
    let bus = bus(10);
    bus.send([tell("jobs", 1)]);
    let message = &bus.replay(&["jobs", "logbook"], 0, u64::MAX).messages[0];
    let expected = format!(
        r#"{{"id":{},"channel":"jobs","message":{{"type":"count","payload":{{"n":1}}}}}}"#,
        message.seq
    );
    assert_eq!(message.frame, expected);
    assert_eq!(message.payload, r#"{"n":1}"#);
}

#[tokio::test]
async fn subscribers_get_their_topics_in_order() {
    let bus = bus(100);
    let mut subscription = bus.subscribe(["jobs"], None);
    bus.send([tell("jobs", 1), tell("logbook", 2), tell("jobs", 3)]);
    assert_eq!(payloads(&subscription.next().await), [r#"{"n":1}"#, r#"{"n":3}"#]);
    let waiting = tokio::spawn(async move { payloads(&subscription.next().await) });
    tokio::task::yield_now().await;
    bus.send([tell("logbook", 4)]);
    tokio::task::yield_now().await;
    bus.send([tell("jobs", 5)]);
    assert_eq!(waiting.await.unwrap(), [r#"{"n":5}"#]);
}

#[tokio::test]
async fn whoever_falls_behind_learns_what_is_missing() {
    let bus = bus(3);
    let mut subscription = bus.subscribe(["jobs"], None);
    bus.send((1..=5).map(|n| tell("jobs", n)));
    assert_eq!(
        payloads(&subscription.next().await),
        ["gap 2", r#"{"n":3}"#, r#"{"n":4}"#, r#"{"n":5}"#]
    );
    assert!(subscription.ready().is_empty());
}

#[test]
fn replay_follows_a_number_or_tells_the_gap() {
    let bus = bus(3);
    let start = bus.seq();
    bus.send((1..=3).map(|n| tell("jobs", n)));
    assert_eq!(bus.replay(&["jobs"], start + 1, u64::MAX).messages.len(), 2);
    assert_eq!(bus.replay(&["jobs"], start, u64::MAX).gap, None);
    bus.send([tell("jobs", 4)]);
    assert_eq!(
        bus.replay(&["jobs"], start, u64::MAX).gap,
        Some(Gap {
            from: start + 1,
            to: start + 1
        })
    );
    assert_eq!(
        bus.replay(&["jobs"], bus.seq(), u64::MAX),
        Replay {
            gap: None,
            messages: vec![]
        }
    );
    assert!(bus.replay(&["jobs"], u64::MAX, u64::MAX).gap.is_some());
}

#[test]
fn a_subscription_goes_on_from_a_number() {
    let bus = bus(10);
    bus.send([tell("jobs", 1)]);
    let seen = bus.seq();
    bus.send([tell("jobs", 2)]);
    assert_eq!(
        payloads(&bus.subscribe(["jobs"], Some(seen)).ready()),
        [r#"{"n":2}"#]
    );
    assert!(bus.subscribe(["jobs"], None).ready().is_empty());
}

#[test]
fn the_ring_is_bounded_in_bytes_too() {
    let config = BusConfig {
        ring_bytes: 1_000,
        ..BusConfig::default()
    };
    let bus = Bus::new(config, Clock::fake(Timestamp::UNIX_EPOCH));
    bus.send((0..100).map(|n| tell("jobs", n)));
    let replay = bus.replay(&["jobs", "logbook"], 0, u64::MAX);
    assert!(replay.messages.iter().map(|m| m.frame.len()).sum::<usize>() <= 1_000);
    assert_eq!(replay.messages.last().unwrap().seq, bus.seq());
}

#[test]
fn numbers_rise_over_a_restart_and_fit_a_javascript_number() {
    let clock = Clock::fake("2026-06-01T00:00:00Z".parse().unwrap());
    let before = Bus::new(BusConfig::default(), clock.clone());
    before.send((0..1_000).map(|n| tell("jobs", n)));
    clock.advance(Duration::from_secs(1));
    let after = Bus::new(BusConfig::default(), clock);
    assert!(after.seq() > before.seq());
    assert!(after.seq() < 1 << 53);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_subscriber_sees_the_same_order_from_many_senders() {
    let bus = bus(20_000);
    let mut subscriptions: Vec<_> = (0..4).map(|_| bus.subscribe(["jobs"], None)).collect();
    let senders: Vec<_> = (0..4)
        .map(|_| {
            let bus = bus.clone();
            tokio::task::spawn_blocking(move || (0..500).for_each(|n| bus.send([tell("jobs", n)])))
        })
        .collect();
    for sender in senders {
        sender.await.unwrap();
    }
    let mut orders = Vec::new();
    for subscription in &mut subscriptions {
        let mut order = Vec::new();
        while order.len() < 2_000 {
            for delivery in subscription.next().await {
                let Delivery::Message(message) = delivery else {
                    panic!("a gap")
                };
                order.push(message.seq);
            }
        }
        orders.push(order);
    }
    assert!(orders[0].is_sorted());
    assert!(orders.iter().all(|order| *order == orders[0]));
}

#[test]
fn listeners_hear_events_in_order_before_messages_go_out() {
    let bus = bus(10);
    let heard = Arc::new(std::sync::Mutex::new(Vec::new()));
    let (ears, twin) = (Arc::clone(&heard), bus.clone());
    bus.listen(move |event| {
        let Event::Jobs(job) = event else { return };
        ears.lock().unwrap().push((job.kind.clone(), twin.seq()));
    });
    let before = bus.seq();
    let event = |kind: &str| {
        Event::Jobs(Arc::new(crate::jobs::event::JobEvent {
            kind: kind.into(),
            ..Default::default()
        }))
    };
    bus.publish(&[event("one"), event("two")]);
    assert_eq!(
        *heard.lock().unwrap(),
        [("one".into(), before), ("two".into(), before)]
    );
}

#[test]
fn numbers_go_on_above_what_was_kept_over_a_restart() {
    let bus = bus(10);
    let kept = bus.seq() + 1_000;
    bus.go_on_above(kept);
    bus.go_on_above(7);
    bus.send([tell("jobs", 1)]);
    assert_eq!(bus.seq(), kept + 1);
    let replay = bus.replay(&["jobs"], kept, u64::MAX);
    assert_eq!((replay.messages.len(), replay.gap), (1, None));
}
