use std::time::Duration;

use jiff::SignedDuration;

use super::super::intake::{Arrival, Effect, apply, arrivals};
use super::super::n1mm::{Keys, Logged};
use super::super::queue::{Item, Queue, State};
use super::super::sniff::decode;
use super::*;

struct Log {
    queue: Queue,
    now: Timestamp,
    _folder: tempfile::TempDir,
}

impl Log {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (queue, _) = opened(&folder.path().join("queue"));
        Self {
            queue,
            now: now(),
            _folder: folder,
        }
    }

    fn later(&mut self, seconds: i64) -> &mut Self {
        self.now += SignedDuration::from_secs(seconds);
        self
    }

    fn tell(&mut self, arrival: Arrival) -> Effect {
        let now = self.now;
        self.queue
            .change(now, |draft| apply(draft, arrival, now))
            .unwrap()
    }

    fn hear(&mut self, bytes: &[u8]) -> Vec<Effect> {
        let heard = arrivals(decode(bytes, self.now).unwrap(), self.now);
        heard.into_iter().map(|arrival| self.tell(arrival)).collect()
    }

    fn items(&self) -> Vec<&Item> {
        self.queue.items().filter(|item| !item.unwanted).collect()
    }
}

fn type_5() -> Vec<u8> {
    packet(Message::QsoLogged(Box::new(logged())))
}

fn type_12() -> Vec<u8> {
    let adif = [
        &b"\n<adif_ver:5>3.1.0\n<programid:6>WSJT-X\n<EOH>\n"[..],
        &logged_adif(),
    ]
    .concat();
    packet(Message::LoggedAdif { adif: Some(adif) })
}

#[test]
fn the_three_ways_of_one_contact_make_one_in_any_order() {
    let ways = [type_5(), logged_adif(), type_12()];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let mut log = Log::new();
        assert_eq!(log.hear(&ways[order[0]]), [Effect::New(1)]);
        for way in &order[1..] {
            assert!(matches!(
                log.hear(&ways[*way])[..],
                [Effect::Joined(1) | Effect::Known(1)]
            ));
        }
        let contact = &log.items()[0].contact;
        assert_eq!(contact.get("COMMENT"), Some("Test Ω <eor> ünï"), "{order:?}");
        assert_eq!(contact.get("CONTEST_ID"), Some("ARRL-FIELD-DAY"), "{order:?}");
        assert_eq!(contact.get("SRX_STRING"), Some("1D"), "{order:?}");
        assert_eq!((log.items().len(), contact.get("TIME_ON")), (1, Some("092809")));
        // Once more is nothing new.
        assert_eq!(log.hear(&ways[0]), [Effect::Known(1)]);
    }
}

#[test]
fn ft4_agrees_with_mfsk_and_its_submode() {
    let mut log = Log::new();
    let ft4 = QsoLogged {
        mode: text("FT4"),
        ..logged()
    };
    log.hear(&packet(Message::QsoLogged(Box::new(ft4))));
    let adif = String::from_utf8_lossy(&logged_adif()).replace("<mode:3>FT8", "<mode:4>MFSK <submode:3>FT4");
    assert_eq!(log.hear(adif.as_bytes()), [Effect::Joined(1)]);
    assert_eq!(log.items()[0].contact.head().mode.label(), "FT4");
}

#[test]
fn another_time_band_mode_or_station_is_another_contact() {
    let mut log = Log::new();
    let first = contact("K1ABC", "092800", "20m", "FT8");
    assert_eq!(log.tell(Arrival::Told(first.clone())), Effect::New(1));
    // The same way two minutes apart: two contacts, as the program says.
    for (number, other) in [
        contact("K1ABC", "092900", "20m", "FT8"),
        contact("K1ABC", "092800", "40m", "FT8"),
        contact("K1ABC", "092800", "20m", "FT4"),
        contact("K1ABD", "092800", "20m", "FT8"),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(log.tell(Arrival::Told(other)), Effect::New(number as u64 + 2));
    }
    let by = |station: &str| {
        let fields = first
            .fields()
            .iter()
            .map(|told| (told.name.as_str(), told.value.as_str()));
        Contact::of(fields.chain([("STATION_CALLSIGN", station)]), Way::Adif, now()).unwrap()
    };
    assert_eq!(log.tell(Arrival::Told(by("N0CALL"))), Effect::Joined(1));
    assert_eq!(log.tell(Arrival::Told(by("N1CALL"))), Effect::New(6));
}

#[test]
fn another_way_may_differ_by_two_minutes_and_no_more() {
    let n1mm = |time: &str| {
        let fields = [
            ("CALL", "K1ABC"),
            ("QSO_DATE", "20261121"),
            ("TIME_ON", time),
            ("BAND", "20m"),
            ("MODE", "FT8"),
        ];
        Arrival::Told(Contact::of(fields, Way::N1mm, now()).unwrap())
    };
    let mut log = Log::new();
    log.tell(Arrival::Told(contact("K1ABC", "092800", "20m", "FT8")));
    assert_eq!(log.tell(n1mm("093001")), Effect::New(2));
    assert_eq!(log.later(100).tell(n1mm("093000")), Effect::Known(1));
    let mut log = Log::new();
    log.tell(Arrival::Told(contact("K1ABC", "092800", "20m", "FT8")));
    assert_eq!(log.later(121).tell(n1mm("092900")), Effect::New(2));
    assert_eq!(log.tell(n1mm("092800")), Effect::Known(1));
}

fn named(call: &str, time: &str, id: &str) -> Logged {
    let fields = [
        ("CALL", call),
        ("QSO_DATE", "20261121"),
        ("TIME_ON", time),
        ("BAND", "20m"),
        ("MODE", "CW"),
        ("SRX", "25"),
    ];
    Logged {
        contact: Contact::of(fields, Way::N1mm, now()),
        keys: Keys(vec![
            format!("id:{id}").into(),
            format!("at:RUN1|{time}|{call}").into(),
        ]),
        former: None,
        is_original: true,
    }
}

fn changed(call: &str, time: &str, id: &str, exchange: &str) -> Logged {
    let logged = named(call, time, id);
    let contact = logged.contact.as_ref().unwrap();
    let fields = contact.fields().iter().filter(|told| told.name != "SRX");
    let fields: Vec<_> = fields
        .map(|told| (told.name.to_string(), told.value.to_string()))
        .collect();
    let fields = fields
        .into_iter()
        .chain([("SRX_STRING".to_owned(), exchange.to_owned())]);
    Logged {
        contact: Contact::of(fields, Way::N1mm, now()),
        ..logged
    }
}

#[test]
fn changes_take_the_place_of_what_was_told() {
    let mut log = Log::new();
    assert_eq!(
        log.tell(Arrival::Add(named("K1ABC", "092800", "a"))),
        Effect::New(1)
    );
    // A comment of another program stays, a number that N1MM took back goes.
    let fields = [
        ("CALL", "K1ABC"),
        ("QSO_DATE", "20261121"),
        ("TIME_ON", "092800"),
        ("BAND", "20m"),
        ("MODE", "CW"),
        ("COMMENT", "TNX"),
    ];
    log.tell(Arrival::Told(Contact::of(fields, Way::Adif, now()).unwrap()));
    assert_eq!(
        log.tell(Arrival::Replace(changed("K1ABD", "092800", "a", "NH"))),
        Effect::Joined(1)
    );
    let contact = &log.items()[0].contact;
    assert_eq!(contact.head().call.as_str(), "K1ABD");
    assert_eq!(
        (contact.get("SRX"), contact.get("SRX_STRING")),
        (None, Some("NH"))
    );
    assert_eq!(contact.get("COMMENT"), Some("TNX"));
}

#[test]
fn a_change_of_what_is_not_known_adds_it_and_a_deletion_is_let_pass() {
    let mut log = Log::new();
    assert_eq!(
        log.tell(Arrival::Delete(Keys(vec!["id:a".into()]))),
        Effect::Ignored
    );
    assert_eq!(
        log.tell(Arrival::Replace(named("K1ABC", "092800", "a"))),
        Effect::New(1)
    );
    assert_eq!(log.items().len(), 1);
}

#[test]
fn a_deletion_and_a_replacement_together_are_a_change() {
    let mut log = Log::new();
    log.tell(Arrival::Add(named("K1ABC", "092800", "a")));
    assert_eq!(
        log.tell(Arrival::Delete(named("K1ABC", "092800", "a").keys)),
        Effect::Deleted(1)
    );
    assert_eq!(log.items().len(), 0);
    assert_eq!(
        log.tell(Arrival::Replace(changed("K1ABD", "092830", "a", "NH"))),
        Effect::Joined(1)
    );
    assert_eq!(log.items()[0].contact.head().call.as_str(), "K1ABD");
    assert_eq!(log.items()[0].state(), State::Waiting);
}

#[test]
fn a_change_keeps_what_another_program_told_and_a_new_contact_does_not() {
    for (pause, comment) in [(0, Some("TNX")), (10, None)] {
        let mut log = Log::new();
        log.tell(Arrival::Add(named("K1ABC", "092800", "a")));
        let fields = [
            ("CALL", "K1ABC"),
            ("QSO_DATE", "20261121"),
            ("TIME_ON", "092800"),
            ("BAND", "20m"),
            ("MODE", "CW"),
            ("COMMENT", "TNX"),
        ];
        log.tell(Arrival::Told(Contact::of(fields, Way::Adif, now()).unwrap()));
        log.tell(Arrival::Delete(named("K1ABC", "092800", "a").keys));
        log.later(pause)
            .tell(Arrival::Replace(changed("K1ABD", "092800", "a", "NH")));
        assert_eq!(log.items()[0].contact.get("COMMENT"), comment);
    }
}

#[test]
fn programs_without_numbers_name_a_contact_by_time_and_call() {
    let mut log = Log::new();
    let bare = |call: &str, former: Option<&str>| {
        let mut logged = named(call, "092800", "");
        logged.keys.0.remove(0);
        logged.former = former.map(|call| Keys(vec![format!("at:RUN1|092800|{call}").into()]));
        logged
    };
    log.tell(Arrival::Add(bare("K1ABC", None)));
    assert_eq!(
        log.tell(Arrival::Replace(bare("K1ABD", Some("K1ABC")))),
        Effect::Joined(1)
    );
    assert_eq!(
        log.tell(Arrival::Delete(bare("K1ABC", None).keys)),
        Effect::Ignored
    );
    assert_eq!(
        log.tell(Arrival::Delete(bare("K1ABD", None).keys)),
        Effect::Deleted(1)
    );
}

#[test]
fn other_stations_contacts_are_theirs_and_rejects_are_told() {
    let mut log = Log::new();
    let mut theirs = named("K1ABC", "092800", "a");
    theirs.is_original = false;
    assert_eq!(log.tell(Arrival::Add(theirs)), Effect::Ignored);
    let mut bad = named("K1ABC", "092800", "a");
    bad.contact = Err("MODE is missing".to_owned());
    assert!(matches!(log.tell(Arrival::Add(bad)), Effect::Rejected(why) if why.text.contains("K1ABC")));
    assert_eq!(log.queue.items().count(), 0);
}

#[test]
fn a_contest_sent_again_is_known_to_the_last_contact() {
    let mut log = Log::new();
    let all: Vec<Logged> = (0..60)
        .map(|n| named("K1ABC", &format!("09{n:02}00"), &format!("{n:032x}")))
        .collect();
    let all: Vec<Logged> = all.into_iter().filter(|logged| logged.contact.is_ok()).collect();
    for logged in all.iter().chain(&all) {
        log.tell(Arrival::Add(logged.clone()));
    }
    assert_eq!(log.items().len(), all.len());
    let settled = log.now + SignedDuration::try_from(Duration::from_secs(4)).unwrap();
    assert_eq!(log.queue.first_due(settled).unwrap().1.number, 1);
}
