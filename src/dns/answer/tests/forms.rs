//! Forms and sizes: what the fixtures' words do not tell.

use hickory_proto::op::Message;

use super::super::super::rr::RecordType;
use super::super::{Class, Cookie, Outcome, Responder, Transport};
use super::kit::{Ask, NOW, asker, catalogue, club, responder, zone};

fn ask(owner: &str) -> Ask {
    Ask::new(owner, RecordType::A)
}

#[test]
fn the_question_and_the_owners_keep_their_letters() {
    let question = ask("aBsEnt.CLUB.example.");
    let (answer, told) = question.send(&club(), Transport::Udp).unwrap();
    assert_eq!(answer.question[..answer.question.len() - 4], question.name);
    assert_eq!(
        answer.sections[1][0].owner, "CLUB.example.",
        "the SOA's owner is the end of the question"
    );
    assert_eq!(told.class, Class::Missing);
    let (answer, _) = ask("A1.Club.Example.").send(&club(), Transport::Udp).unwrap();
    let owners: Vec<&str> = answer.sections[0]
        .iter()
        .map(|record| record.owner.as_str())
        .collect();
    assert_eq!(
        owners,
        [
            "A1.Club.Example.",
            "a2.Club.Example.",
            "a3.Club.Example.",
            "shack.Club.Example."
        ]
    );
}

#[test]
fn negative_answers_are_small() {
    let (answer, _) = ask("absent.club.example.").send(&club(), Transport::Udp).unwrap();
    // Header, question, SOA with its names as pointers.
    assert_eq!(answer.octets, 12 + 25 + 12 + (4 + 2) + (11 + 2) + 20);
}

#[test]
fn names_are_compressed_in_old_types_only() {
    let held = zone(
        "example.",
        [
            "@ SOA ns root 1 2 3 4 5",
            "@ NS a.ns",
            "m MX 10 a.m",
            "d DNAME m",
            "s SRV 1 2 3 m",
            "*.w MX 5 m.w",
        ],
    );
    let catalogue = catalogue([held]);
    let octets = |owner: &str, kind| {
        let (answer, _) = Ask::new(owner, kind).send(&catalogue, Transport::Udp).unwrap();
        answer.octets - 12 - answer.question.len()
    };
    assert_eq!(octets("m.example.", RecordType::MX), 12 + 2 + 4);
    assert_eq!(
        octets("x.w.example.", RecordType::MX),
        12 + 2 + 4,
        "a wildcard's data end as its parent does"
    );
    assert_eq!(octets("d.example.", RecordType::DNAME), 12 + 11);
    assert_eq!(octets("s.example.", RecordType::SRV), 12 + 6 + 11);
    assert_eq!(
        octets("example.", RecordType::NS),
        12 + 7,
        "a and ns, then a pointer"
    );
}

#[test]
fn what_is_no_question_is_refused_or_not_answered() {
    let catalogue = club();
    let respond = |packet: &[u8]| {
        let mut out = Vec::new();
        let outcome = responder().respond(&catalogue, packet, asker(Transport::Udp), NOW, &mut out);
        (outcome != Outcome::Drop).then(|| Message::from_vec(&out).unwrap().response_code.low())
    };
    let head = |questions: u8| [0, 1, 0, 0, 0, questions, 0, 0, 0, 0, 0, 0];
    let with = |head: [u8; 12], rest: &[u8]| [&head[..], rest].concat();
    assert_eq!(respond(&[0; 11]), None);
    assert_eq!(respond(&[]), None);
    assert_eq!(respond(&head(0)), Some(1));
    assert_eq!(respond(&head(1)), Some(1), "no question follows");
    assert_eq!(
        respond(&with(head(1), b"\xc0\x0c\0\x01\0\x01")),
        Some(1),
        "a pointer to itself"
    );
    assert_eq!(
        respond(&with(head(1), b"\x01a\xc0\x0c\0\x01\0\x01")),
        Some(1),
        "a pointer backwards"
    );
    assert_eq!(
        respond(&with(
            head(1),
            &[&[64][..], &[b'a'; 64], b"\0\0\x01\0\x01"].concat()
        )),
        Some(1)
    );
    let long = [&[1, b'a'].repeat(128)[..], b"\0\0\x01\0\x01"].concat();
    assert_eq!(respond(&with(head(1), &long)), Some(1), "a name of 257 octets");
    let longest = [&[1, b'a'].repeat(127)[..], b"\0\0\x01\0\x01"].concat();
    assert_eq!(
        respond(&with(head(1), &longest)),
        Some(5),
        "a name of 255 octets is one"
    );
    assert_eq!(respond(&with(head(1), b"\0\0\x01\0")), Some(1), "half a class");
    assert_eq!(
        respond(&with(head(1), b"\0\0\x01\0\x01junk")),
        Some(5),
        "what comes after is ignored"
    );
}

#[test]
fn nobody_answers_to_port_0() {
    let mut asker = asker(Transport::Udp);
    asker.peer.set_port(0);
    let mut out = Vec::new();
    let packet = ask("shack.club.example.").packet();
    assert_eq!(
        responder().respond(&club(), &packet, asker, NOW, &mut out),
        Outcome::Drop
    );
    assert!(out.is_empty());
}

#[test]
fn an_opt_record_is_one_and_at_the_root_and_last() {
    let catalogue = club();
    let rcode = |ask: &Ask| ask.send(&catalogue, Transport::Udp).unwrap().0.rcode();
    let good = ask("shack.club.example.").opt(1232, 0, 0, &[(999, b"?"), (8, b"\0\x01\x18\0\xc0\0\x02")]);
    let (answer, _) = good.send(&catalogue, Transport::Udp).unwrap();
    assert_eq!((answer.rcode(), answer.opt), (0, Some((1232, 0, 0, 0))));
    assert!(answer.options.is_empty(), "unknown options are not echoed");
    let mut owned = good.clone();
    owned.opts[0].splice(0..1, *b"\x01a\0");
    assert_eq!(rcode(&owned), 1);
    let mut torn = good.clone();
    let length = torn.opts[0].len();
    torn.opts[0][10] = 200;
    assert_eq!(rcode(&torn), 1);
    torn.opts[0].truncate(length - 1);
    assert_eq!(rcode(&torn), 1);
    let (answer, _) = ask("shack.club.example.")
        .opt(1232, 0, 0xffff, &[])
        .send(&catalogue, Transport::Udp)
        .unwrap();
    assert_eq!(
        answer.opt,
        Some((1232, 0, 0, 0x8000)),
        "of the flags DO alone is repeated"
    );
    // In the authority section, by the counts.
    let mut packet = good.packet();
    packet.swap(9, 11);
    let mut out = Vec::new();
    responder().respond(&catalogue, &packet, asker(Transport::Udp), NOW, &mut out);
    assert_eq!(out[3] & 15, 1);
}

#[test]
fn cookies_are_given_known_and_asked_for() {
    let catalogue = club();
    let (answer, told) = ask("shack.club.example.")
        .opt(1232, 0, 0, &[(10, b"8 octets")])
        .send(&catalogue, Transport::Udp)
        .unwrap();
    let (code, cookie) = &answer.options[0];
    assert_eq!(
        (*code, cookie.len(), &cookie[..8], told.cookie),
        (10, 24, &b"8 octets"[..], Cookie::Fresh)
    );
    let again = ask("shack.club.example.").opt(1232, 0, 0, &[(10, cookie)]);
    assert_eq!(
        again.send(&catalogue, Transport::Udp).unwrap().1.cookie,
        Cookie::Valid
    );
    let forged = ask("shack.club.example.").opt(1232, 0, 0, &[(10, &[7; 24])]);
    assert_eq!(
        forged.send(&catalogue, Transport::Udp).unwrap().1.cookie,
        Cookie::Fresh
    );
    for length in [0, 7, 9, 15, 41] {
        let bad = ask("shack.club.example.").opt(1232, 0, 0, &[(10, &vec![1; length])]);
        assert_eq!(
            bad.send(&catalogue, Transport::Udp).unwrap().0.rcode(),
            1,
            "{length}"
        );
    }
    let mut bare = ask("shack.club.example.").opt(1232, 0, 0, &[(10, b"8 octets")]);
    bare.questions = 0;
    let (answer, _) = bare.send(&catalogue, Transport::Udp).unwrap();
    assert_eq!(
        (answer.rcode(), answer.options.len(), answer.question.len()),
        (0, 1, 0)
    );
    let mut out = Vec::new();
    let packet = ask("shack.club.example.")
        .opt(1232, 0, 0, &[(10, b"8 octets")])
        .packet();
    responder().ask_for_cookie(&packet, asker(Transport::Udp), NOW, &mut out);
    let asked = super::kit::Answer::read(&out);
    assert_eq!(
        (asked.rcode(), asked.options.len(), asked.sections[0].len()),
        (23, 1, 0)
    );
}

#[test]
fn streams_get_more_and_tell_how_long_they_are_kept() {
    let catalogue = club();
    let question = ask("many.club.example.").opt(512, 0, 0, &[(11, b""), (12, &[0; 9])]);
    let (answer, told) = question.send(&catalogue, Transport::Tcp).unwrap();
    assert_eq!((answer.sections[0].len(), told.truncated), (60, false));
    assert_eq!(answer.options, [(11, vec![0, 100])], "padded by TLS only");
    let (answer, _) = question.send(&catalogue, Transport::Tls).unwrap();
    assert_eq!((answer.octets % 468, answer.options.len()), (0, 2));
    let (answer, told) = question.send(&catalogue, Transport::Udp).unwrap();
    assert_eq!(
        (answer.sections[0].len(), told.truncated, answer.options.len()),
        (0, true, 0)
    );
}

#[test]
fn a_limited_answer_is_its_question_alone() {
    let mut out = b"xx".to_vec();
    let packet = ask("shack.club.example.").packet();
    let outcome = responder().respond(&club(), &packet, asker(Transport::Udp), NOW, &mut out);
    let Outcome::Reply(told) = outcome else {
        panic!("{outcome:?}")
    };
    Responder::cut_short(&mut out, 2, told);
    let answer = super::kit::Answer::read(&out[2..]);
    assert_eq!(
        (answer.flags, answer.sections[0].len(), answer.rcode()),
        (0x8600, 0, 0)
    );
    assert_eq!(answer.octets, packet.len());
}

#[test]
fn of_parent_and_child_the_child_answers_but_for_its_signers() {
    let parent = [
        "@ SOA ns root 1 2 3 4 5",
        "@ NS ns",
        "c NS ns.c",
        "c DS 1 13 2 a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf",
        "ns.c A 192.0.2.1",
    ];
    let child = [
        "@ SOA ns root 9 2 3 4 5",
        "@ NS ns",
        "ns A 192.0.2.2",
        "up CNAME ns",
    ];
    let catalogue = catalogue([zone("example.", parent), zone("c.example.", child)]);
    let send = |owner: &str, kind| Ask::new(owner, kind).send(&catalogue, Transport::Udp).unwrap().0;
    assert_eq!(
        send("ns.c.example.", RecordType::A).sections[0][0].data,
        [192, 0, 2, 2]
    );
    let signers = send("c.example.", RecordType::DS);
    assert_eq!((signers.sections[0].len(), signers.flags & 0x0400), (1, 0x0400));
    assert_eq!(send("c.example.", RecordType::NS).sections[0].len(), 1);
    let outside = ask("x.other.")
        .opt(1232, 0, 0, &[])
        .send(&catalogue, Transport::Udp)
        .unwrap()
        .0;
    assert_eq!((outside.rcode(), outside.options), (5, vec![(15, vec![0, 20])]));
}

#[test]
fn needed_addresses_must_fit_and_others_may_be_left_out() {
    let mut lines = vec!["@ SOA ns root 1 2 3 4 5".to_owned(), "@ NS ns".to_owned()];
    let needed: Vec<String> = (0..40).map(|i| format!("n.c AAAA 2001:db8::{i}")).collect();
    lines.push("c NS n.c".to_owned());
    lines.push("d NS n.e".to_owned());
    lines.extend(needed.iter().map(|line| line.replace("n.c", "n.e")));
    lines.extend(needed);
    let catalogue = catalogue([zone("example.", lines.iter().map(String::as_str))]);
    let (answer, _) = ask("x.c.example.").send(&catalogue, Transport::Udp).unwrap();
    assert_eq!(
        (answer.flags & 0x0200, answer.sections[1].len()),
        (0x0200, 0),
        "they are needed"
    );
    let (answer, _) = ask("x.c.example.").send(&catalogue, Transport::Tcp).unwrap();
    assert_eq!(answer.sections[2].len(), 40);
    let (answer, _) = ask("x.d.example.").send(&catalogue, Transport::Udp).unwrap();
    assert_eq!(
        (
            answer.flags & 0x0200,
            answer.sections[1].len(),
            answer.sections[2].len()
        ),
        (0, 1, 0)
    );
}

#[test]
fn a_name_that_becomes_too_long_is_said_to() {
    let target = format!("{0}.{0}.{0}.far.", "x".repeat(63));
    let line = format!("d DNAME {target}");
    let catalogue = catalogue([zone("example.", ["@ SOA ns root 1 2 3 4 5", &line])]);
    let (answer, _) = ask(&format!("{}.d.example.", "y".repeat(63)))
        .send(&catalogue, Transport::Tcp)
        .unwrap();
    assert_eq!(
        (answer.rcode(), answer.sections[0].len(), answer.flags & 0x0400),
        (6, 1, 0x0400)
    );
}

#[test]
fn a_chain_has_an_end() {
    let mut lines = vec!["@ SOA ns root 1 2 3 4 5".to_owned()];
    lines.extend((0..40).map(|i| format!("a{i} CNAME a{}", i + 1)));
    let catalogue = catalogue([zone("example.", lines.iter().map(String::as_str))]);
    let (answer, _) = ask("a0.example.").send(&catalogue, Transport::Tcp).unwrap();
    assert_eq!((answer.rcode(), answer.sections[0].len()), (0, 17));
}
