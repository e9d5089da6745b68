//! Callsigns asked for by name, told by a stand-in.

use std::sync::Arc;

use super::super::super::rr::RecordType;
use super::super::{Calls, Class, Outcome, Responder, Transport};
use super::kit::{Answer, Ask, NOW, asker, club, name, responder};

fn telling() -> Responder {
    let tell = |call: &str| match call {
        "k6bp" => Some(vec!["call=K6BP".to_owned(), "class=Extra".to_owned()]),
        "w1aw-4" => Some(vec!["x".repeat(250); 3]),
        _ => None,
    };
    Responder {
        calls: Some(Calls {
            zone: name("club.example."),
            tell: Arc::new(tell),
        }),
        ..responder()
    }
}

fn asked(question: &Ask, transport: Transport) -> (Answer, Class) {
    let mut out = Vec::new();
    match telling().respond(&club(), &question.packet(), asker(transport), NOW, &mut out) {
        Outcome::Reply(told) => (Answer::read(&out), told.class),
        Outcome::Drop => panic!("no answer"),
    }
}

fn txt(owner: &str) -> Ask {
    Ask::new(owner, RecordType::TXT)
}

#[test]
fn what_is_known_of_a_call_comes_as_texts_of_one_record() {
    let (answer, class) = asked(&txt("K6BP.callbook.club.example."), Transport::Udp);
    assert_eq!((answer.rcode(), class), (0, Class::Data));
    assert_eq!(answer.flags & 0x0400, 0x0400, "in the server's own name");
    let [record] = &answer.sections[0][..] else {
        panic!("{answer:?}");
    };
    assert_eq!(
        (record.owner.as_str(), record.data.as_slice()),
        (
            "K6BP.callbook.club.example.",
            &b"\x09call=K6BP\x0bclass=Extra"[..]
        )
    );
}

#[test]
fn a_call_has_no_other_records_and_a_call_of_nobody_no_name() {
    let (answer, class) = asked(
        &Ask::new("k6bp.callbook.club.example.", RecordType::A),
        Transport::Udp,
    );
    assert_eq!((answer.rcode(), class), (0, Class::Empty));
    assert_eq!(answer.sections[0], []);
    assert_eq!(answer.sections[1][0].kind, RecordType::SOA);
    let (answer, _) = asked(&txt("callbook.club.example."), Transport::Udp);
    assert_eq!(
        (answer.rcode(), answer.sections[0].len()),
        (0, 0),
        "names are below it"
    );
    for absent in [
        "n0call.callbook.club.example.",
        "x.k6bp.callbook.club.example.",
        "k6bp.callbooks.club.example.",
    ] {
        let (answer, class) = asked(&txt(absent), Transport::Udp);
        assert_eq!((answer.rcode(), class), (3, Class::Missing), "{absent}");
    }
}

#[test]
fn a_long_answer_is_one_packet_with_edns_and_cut_without() {
    let long = "w1aw-4.callbook.club.example.";
    let (answer, _) = asked(&txt(long), Transport::Udp);
    assert_eq!(answer.flags & 0x0200, 0x0200, "cut off: more by TCP");
    assert_eq!(answer.sections[0], []);
    for (question, transport) in [
        (txt(long).opt(1232, 0, 0, &[]), Transport::Udp),
        (txt(long), Transport::Tcp),
    ] {
        let (answer, _) = asked(&question, transport);
        assert_eq!(answer.sections[0][0].data.len(), 3 * 251);
        assert!(answer.octets <= 1232);
    }
}

#[test]
fn zones_of_others_have_no_calls() {
    let plain = txt("k6bp.callbook.club.example.");
    let (answer, _) = plain.send(&club(), Transport::Udp).unwrap();
    assert_eq!(answer.rcode(), 3, "without anybody who tells");
}
