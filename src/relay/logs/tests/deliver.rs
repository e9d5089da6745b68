use std::time::Duration;

use hyper::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::super::appliance::{Appliance, Courier as _, Letter};
use super::super::deliver::{Delivery, Step};
use super::super::listen::Places;
use super::super::queue::{Draft, Item, SharedQueue, State, Sums};
use super::super::start::{Settings, start};
use super::server::{Fake, Fate};
use super::*;
use crate::env::{Clock, Entropy, Outbound, Service};

struct Desk {
    server: Fake,
    folder: tempfile::TempDir,
    queue: SharedQueue,
    delivery: Delivery<Fake>,
    now: Timestamp,
}

impl Desk {
    fn new() -> Self {
        Self::over(Fake::default(), tempfile::tempdir().unwrap(), now())
    }

    fn over(server: Fake, folder: tempfile::TempDir, now: Timestamp) -> Self {
        let (queue, _) = opened(&folder.path().join("queue"));
        let queue = SharedQueue::new(queue);
        let delivery = Delivery::new(
            queue.clone(),
            server.clone(),
            Clock::fake(now),
            Entropy::seeded(1),
            Some("N0/C".to_owned()),
        );
        Self {
            server,
            folder,
            queue,
            delivery,
            now,
        }
    }

    /// As after a crash: only what is on the disk is known.
    fn restarted(self) -> Self {
        let Self {
            server,
            folder,
            queue,
            delivery,
            now,
        } = self;
        drop((queue, delivery));
        Self::over(server, folder, now)
    }

    async fn change<R: Send + 'static>(&self, work: impl FnOnce(&mut Draft<'_>) -> R + Send + 'static) -> R {
        self.queue.change(self.now, work).await.unwrap()
    }

    async fn add(&self, call: &str) -> u64 {
        let (told, now) = (contact(call, "092800", "20m", "CW"), self.now);
        let add = move |draft: &mut Draft<'_>| {
            let number = draft.number();
            draft.put(Item::new(number, told, vec![], now));
            number
        };
        self.change(add).await
    }

    async fn edit(&self, number: u64, work: impl FnOnce(&mut Item) + Send + 'static) {
        let now = self.now;
        let edit = move |draft: &mut Draft<'_>| {
            let mut item = draft.get(number).unwrap();
            work(&mut item);
            item.touch(now);
            draft.put(item);
        };
        self.change(edit).await;
    }

    /// Goes on until nothing is due within a day.
    async fn settle(&mut self) {
        for _ in 0..200 {
            match self.delivery.step(self.now).await.unwrap() {
                Step::Went(_) => {}
                Step::Idle(None) => return,
                Step::Idle(Some(until)) | Step::Held(until, _) => {
                    assert!(until > self.now && until <= self.now + SignedDuration::from_mins(5));
                    self.now = until;
                }
            }
        }
        panic!("it never ends");
    }

    async fn state(&self, number: u64) -> State {
        self.queue
            .read(move |queue| queue.get(number).unwrap().state())
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn a_contact_is_told_once_it_is_settled() {
    let mut desk = Desk::new();
    desk.add("K1ABC").await;
    assert_eq!(
        desk.delivery.step(desk.now).await.unwrap(),
        Step::Idle(Some(desk.now + SignedDuration::from_secs(3)))
    );
    desk.settle().await;
    let letter = desk.server.with(|server| server.letters[0].clone());
    assert_eq!(letter.path, "/api/v1/logbook/qsos?callsign=N0%2FC");
    assert_eq!(
        letter.idempotency_key.unwrap(),
        contact("K1ABC", "092800", "20m", "CW").idempotency_key(0)
    );
    assert!(
        String::from_utf8(letter.body.to_vec())
            .unwrap()
            .starts_with("<CALL:5>K1ABC ")
    );
    let row = desk.queue.rows(10, false).await.unwrap().remove(0);
    assert_eq!(
        (row.state, row.id.as_deref(), row.outcome.as_deref()),
        (State::Done, Some("7-1"), Some("added"))
    );
    assert_eq!(desk.queue.rows(10, true).await.unwrap(), []);
}

#[tokio::test]
async fn whatever_is_lost_on_the_way_each_contact_arrives_once() {
    for first in [
        Fate::LostOnTheWay,
        Fate::AnswerLost,
        Fate::Answered(503, json!({})),
        Fate::Answered(500, json!({})),
    ] {
        for second in [Fate::Whole, Fate::AnswerLost, Fate::LostOnTheWay] {
            for crash in [false, true] {
                let mut desk = Desk::new();
                desk.server.fate([first.clone(), second.clone()]);
                desk.add("K1ABC").await;
                desk.now += SignedDuration::from_secs(3);
                desk.delivery.step(desk.now).await.unwrap();
                if crash {
                    desk = desk.restarted();
                }
                // Between the tries another way of the contact arrives.
                let joined = |item: &mut Item| {
                    let more = [
                        ("CALL", "K1ABC"),
                        ("QSO_DATE", "20261121"),
                        ("TIME_ON", "092800"),
                        ("BAND", "20m"),
                        ("MODE", "CW"),
                        ("NAME", "José"),
                        ("SRX", "5"),
                        ("IOTA", "NA-001"),
                    ];
                    item.contact = item
                        .contact
                        .joined(&Contact::of(more, Way::Wsjtx, now()).unwrap(), now());
                };
                desk.edit(1, joined).await;
                desk.add("K2ABC").await;
                desk.settle().await;
                let contacts = desk.server.contacts();
                assert_eq!(contacts.len(), 2, "{contacts:?}");
                assert_eq!(desk.server.with(|server| server.given), 2);
                assert!(
                    contacts[0].contains("José") && contacts[0].contains("NA-001"),
                    "{contacts:?}"
                );
                assert_eq!(*desk.queue.sums().borrow(), Sums::default());
            }
        }
    }
}

#[tokio::test]
async fn a_refusal_is_kept_with_its_words_until_somebody_tries_again() {
    let mut desk = Desk::new();
    let words = json!({"status": 422, "code": "rejected", "detail": "QSO_DATE is in the future",
        "errors": [{"field": "start", "message": "is in the future"}]});
    desk.server.fate([Fate::Answered(422, words)]);
    desk.add("K1ABC").await;
    desk.add("K2ABC").await;
    desk.settle().await;
    assert_eq!(desk.server.contacts().len(), 1, "others go on");
    assert_eq!(
        *desk.queue.sums().borrow(),
        Sums {
            pending: 0,
            failed: 1
        }
    );
    let mut desk = desk.restarted();
    let row = desk.queue.rows(10, true).await.unwrap().remove(0);
    assert_eq!((row.state, row.status, row.number), (State::Failed, Some(422), 1));
    assert_eq!(row.error.as_deref(), Some("QSO_DATE is in the future"));
    assert_eq!(desk.queue.try_again(Some(1), desk.now).await, Ok(1));
    desk.settle().await;
    assert_eq!(desk.server.contacts().len(), 2);
    assert!(desk.queue.try_again(Some(77), desk.now).await.is_err());
    assert_eq!(desk.queue.try_again(None, desk.now).await, Ok(0));
}

#[tokio::test]
async fn a_refused_contact_goes_as_it_was_changed_meanwhile() {
    let mut desk = Desk::new();
    desk.server.fate([Fate::Answered(422, json!({"detail": "no"}))]);
    desk.add("K1ABC").await;
    desk.settle().await;
    desk.edit(1, |item| item.contact = contact("K1ABD", "092800", "20m", "CW"))
        .await;
    desk.settle().await;
    assert!(desk.server.contacts()[0].contains("K1ABD"));
}

#[tokio::test]
async fn a_key_that_is_not_let_in_costs_no_contact() {
    for status in [401, 403, 429, 503] {
        let mut desk = Desk::new();
        desk.server.fate(vec![
            Fate::Answered(
                status,
                json!({"detail": "this key is not valid"})
            );
            12
        ]);
        desk.add("K1ABC").await;
        desk.now += SignedDuration::from_secs(3);
        let Step::Held(_, reason) = desk.delivery.step(desk.now).await.unwrap() else {
            panic!("held")
        };
        assert_eq!(reason, "this key is not valid");
        let row = desk.queue.rows(10, true).await.unwrap().remove(0);
        assert_eq!(
            (row.state, row.tries, row.error),
            (State::Retrying, 1, Some(reason))
        );
        desk.settle().await;
        assert_eq!(
            (desk.server.contacts().len(), desk.state(1).await),
            (1, State::Done)
        );
    }
}

#[tokio::test]
async fn pauses_grow_to_five_minutes() {
    let mut desk = Desk::new();
    desk.server.fate(vec![Fate::LostOnTheWay; 20]);
    desk.add("K1ABC").await;
    desk.now += SignedDuration::from_secs(3);
    let mut pauses = Vec::new();
    for _ in 0..12 {
        let Step::Held(until, _) = desk.delivery.step(desk.now).await.unwrap() else {
            panic!("held")
        };
        pauses.push(until.duration_since(desk.now).as_secs_f64());
        desk.now = until;
    }
    assert!(
        pauses[0] <= 1.0 && pauses[1] > pauses[0] && pauses[5] > 20.0,
        "{pauses:?}"
    );
    assert!(
        pauses.iter().all(|pause| *pause <= 300.0) && pauses[11] > 180.0,
        "{pauses:?}"
    );
}

#[tokio::test]
async fn changes_and_deletions_follow_to_the_server() {
    let mut desk = Desk::new();
    desk.add("K1ABC").await;
    desk.settle().await;
    let change = |item: &mut Item| {
        let fields = [
            ("CALL", "K1ABD"),
            ("QSO_DATE", "20261121"),
            ("TIME_ON", "092830"),
            ("FREQ", "7.0301"),
            ("MODE", "USB"),
            ("APP_N1MM_ID", "x"),
        ];
        item.contact = Contact::of(fields, Way::N1mm, now()).unwrap();
    };
    desk.edit(1, change).await;
    desk.settle().await;
    let letter = desk.server.with(|server| server.letters.last().cloned().unwrap());
    assert_eq!(
        (letter.method, letter.path.as_str()),
        (Method::PATCH, "/api/v1/logbook/qsos/7-1")
    );
    assert_eq!(
        serde_json::from_slice::<Value>(&letter.body).unwrap(),
        json!({"call": "K1ABD", "start": "2026-11-21T09:28:30Z", "band": "40m", "freq_hz": 7_030_100, "mode": "SSB",
            "submode": "USB", "adif": {"APP_N1MM_ID": "x"}})
    );
    desk.edit(1, |item| item.unwanted = true).await;
    desk.settle().await;
    assert_eq!(
        (desk.server.contacts().len(), desk.state(1).await),
        (0, State::Deleted)
    );
    // Logged again it is a new one, not the answer of before.
    desk.edit(1, |item| item.unwanted = false).await;
    desk.settle().await;
    assert_eq!(desk.server.contacts().len(), 1);
}

#[tokio::test]
async fn a_contact_deleted_before_its_answer_came_is_deleted_there_too() {
    let mut desk = Desk::new();
    desk.server.fate([Fate::AnswerLost]);
    desk.add("K1ABC").await;
    desk.now += SignedDuration::from_secs(3);
    desk.delivery.step(desk.now).await.unwrap();
    desk.edit(1, |item| item.unwanted = true).await;
    desk.settle().await;
    assert_eq!(
        (desk.server.contacts().len(), desk.state(1).await),
        (0, State::Deleted)
    );
    // And one that was never sent is not sent.
    desk.add("K2ABC").await;
    desk.edit(2, |item| item.unwanted = true).await;
    desk.settle().await;
    assert_eq!(desk.server.with(|server| server.given), 1);
}

#[tokio::test]
async fn a_contact_deleted_by_hand_at_the_server_counts_as_deleted() {
    let mut desk = Desk::new();
    desk.add("K1ABC").await;
    desk.settle().await;
    desk.server.with(|server| server.contacts.clear());
    desk.edit(1, |item| item.unwanted = true).await;
    desk.settle().await;
    assert_eq!(desk.state(1).await, State::Deleted);
}

#[tokio::test]
async fn a_key_used_for_another_text_is_followed_by_the_next() {
    let mut desk = Desk::new();
    let key = contact("K1ABC", "092800", "20m", "CW").idempotency_key(0);
    desk.server
        .with(|server| server.keys.insert(key, ("another".to_owned(), "7-0".to_owned())));
    desk.add("K1ABC").await;
    desk.settle().await;
    assert_eq!(
        (desk.server.contacts().len(), desk.state(1).await),
        (1, State::Done)
    );
}

#[tokio::test]
async fn what_is_given_up_is_not_sent() {
    let mut desk = Desk::new();
    desk.server.fate([Fate::Answered(422, json!({"detail": "no"}))]);
    desk.add("K1ABC").await;
    desk.settle().await;
    desk.queue.give_up(1, desk.now).await.unwrap();
    desk.settle().await;
    assert_eq!(
        (desk.server.contacts().len(), desk.state(1).await),
        (0, State::Deleted)
    );
    assert_eq!(*desk.queue.sums().borrow(), Sums::default());
}

#[tokio::test]
async fn a_datagram_arrives_at_the_server_once_however_often_it_is_told() {
    let (server, folder) = (Fake::default(), tempfile::tempdir().unwrap());
    let (stop, tasks, clock) = (CancellationToken::new(), TaskTracker::new(), Clock::fake(now()));
    let port = std::net::UdpSocket::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let settings = Settings {
        places: Places {
            udp: vec![port],
            ..Places::default()
        },
        queue: folder.path().join("queue"),
        limits: Limits::default(),
        logbook: None,
    };
    let logs = start(
        settings,
        Some(server.clone()),
        clock.clone(),
        Entropy::seeded(1),
        &tasks,
        &stop,
    )
    .await
    .unwrap();
    assert_eq!((logs.errors, logs.opened.torn), (vec![], 0));
    let sender = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    for bytes in [packet(Message::QsoLogged(Box::new(logged()))), logged_adif()] {
        sender.send_to(&bytes, port).await.unwrap();
    }
    let mut sums = logs.queue.sums();
    let wait = |pending| move |sums: &Sums| sums.pending == pending;
    tokio::time::timeout(Duration::from_secs(10), sums.wait_for(wait(1)))
        .await
        .unwrap()
        .unwrap();
    while logs.ear.counts().joined == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    clock.advance(Duration::from_secs(4));
    // A change wakes the delivery, whatever it waits for.
    logs.queue.change(clock.now(), |_| ()).await.unwrap();
    tokio::time::timeout(Duration::from_secs(10), sums.wait_for(wait(0)))
        .await
        .unwrap()
        .unwrap();
    stop.cancel();
    tasks.close();
    tasks.wait().await;
    assert_eq!(server.contacts().len(), 1);
    assert!(
        server.contacts()[0].contains("Test Ω <eor> ünï") && server.contacts()[0].contains("ARRL-FIELD-DAY")
    );
}

#[tokio::test]
async fn letters_go_by_http_with_the_key_and_without_following_errors() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base: url::Url = format!("http://{}/shack/", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"<EOR>\r\n") {
            assert!(stream.read_buf(&mut request).await.unwrap() > 0);
        }
        let body = "{\"detail\":\"slow down\"}";
        let head = format!(
            "HTTP/1.1 429 x\r\nretry-after: 7\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        String::from_utf8(request).unwrap()
    });
    let mut service = Service::at(base.clone());
    service.pause = Duration::ZERO;
    let outbound = Outbound::new([("relay.server".to_owned(), service)]);
    let appliance = Appliance::new(outbound, "relay.server", base, "sbx_secret\n").unwrap();
    let told = contact("K1ABC", "092800", "20m", "CW");
    let letter = Letter {
        method: Method::POST,
        path: "/api/v1/logbook/qsos".to_owned(),
        content_type: Some("text/plain; charset=utf-8"),
        idempotency_key: Some(told.idempotency_key(0)),
        body: told.to_adif().into(),
    };
    let answer = appliance.carry(letter.clone()).await.unwrap();
    assert_eq!(
        (answer.status, answer.retry_after),
        (429, Some(Duration::from_secs(7)))
    );
    let request = server.await.unwrap().to_lowercase();
    assert!(
        request.starts_with("post /shack/api/v1/logbook/qsos http/1.1\r\n"),
        "{request}"
    );
    for line in [
        "authorization: bearer sbx_secret\r\n",
        "content-type: text/plain; charset=utf-8\r\n",
        "idempotency-key: ",
    ] {
        assert!(request.contains(line), "{request}");
    }
    assert!(
        appliance
            .carry(letter)
            .await
            .unwrap_err()
            .0
            .contains("cannot be reached")
    );
}
