//! `fixtures/dns/answers.txt`: one question for each rule.

use std::collections::BTreeMap;

use super::super::Transport;
use super::kit::{Answer, Ask, Record, club};

/// A section in the words of the fixture.
fn words(records: &[Record]) -> Vec<String> {
    let mut sets: BTreeMap<(String, String, u32), usize> = BTreeMap::new();
    for record in records {
        let key = (record.owner.clone(), record.kind.to_string(), record.ttl);
        *sets.entry(key).or_default() += 1;
    }
    let sets = sets.into_iter();
    sets.map(|((owner, kind, ttl), count)| format!("{owner} {kind} {count} {ttl}"))
        .collect()
}

fn absolute(owner: &str) -> String {
    match owner {
        "@" => "club.example.".to_owned(),
        _ if owner.ends_with('.') => owner.to_owned(),
        _ => format!("{owner}.club.example."),
    }
}

fn expected(section: &str) -> Vec<String> {
    let sets = section.split(", ").filter(|set| !set.is_empty());
    let mut sets: Vec<String> = sets
        .map(|set| {
            let (owner, rest) = set.split_once(' ').unwrap();
            format!("{} {rest}", absolute(owner))
        })
        .collect();
    sets.sort();
    sets
}

/// The question of a line, and how it is sent.
fn ask(words: &str) -> (Ask, Transport) {
    let mut words = words.split(' ');
    let owner = absolute(words.next().unwrap());
    let mut ask = Ask::new(&owner, words.next().unwrap().parse().unwrap());
    let mut transport = Transport::Udp;
    for how in words {
        ask = match how.split_once('=').unwrap_or((how, "")) {
            ("tcp", _) => {
                transport = Transport::Tcp;
                ask
            }
            ("edns", payload) => ask.opt(payload.parse().unwrap(), 0, 0, &[]),
            ("edns-version", version) => ask.opt(1232, version.parse().unwrap(), 0, &[]),
            ("do", _) => ask.opt(1232, 0, 0x8000, &[]),
            ("cookie", _) => ask.opt(1232, 0, 0, &[(10, b"8 octets")]),
            ("nsid", _) => ask.opt(1232, 0, 0, &[(3, b"")]),
            ("two-opt", _) => ask.opt(1232, 0, 0, &[]).opt(1232, 0, 0, &[]),
            ("class", class) => {
                let class = [("CH", 3), ("HS", 4), ("ANY", 255)]
                    .iter()
                    .find(|(name, _)| *name == class)
                    .unwrap()
                    .1;
                Ask { class, ..ask }
            }
            ("opcode", opcode) => Ask {
                flags: opcode.parse::<u16>().unwrap() << 11,
                ..ask
            },
            ("questions", count) => Ask {
                questions: count.parse().unwrap(),
                ..ask
            },
            ("answer", _) => Ask {
                flags: ask.flags | 0x8000,
                ..ask
            },
            ("rd", _) => Ask {
                flags: ask.flags | 0x0100,
                ..ask
            },
            ("cd", _) => Ask {
                flags: ask.flags | 0x0010,
                ..ask
            },
            ("ad", _) => Ask {
                flags: ask.flags | 0x0020,
                ..ask
            },
            other => panic!("{other:?}"),
        };
    }
    (ask, transport)
}

fn head(answer: &Answer) -> String {
    let mut head = answer.rcode_text();
    let flags = [(0x0400, " aa"), (0x0200, " tc")];
    head.extend(
        flags
            .into_iter()
            .filter(|(bit, _)| answer.flags & bit != 0)
            .map(|(_, word)| word),
    );
    if answer.opt.is_some() {
        head.push_str(" edns");
    }
    let options = [(3, " nsid"), (10, " cookie")];
    let sent = |code| answer.options.iter().any(|(sent, _)| *sent == code);
    head.extend(
        options
            .into_iter()
            .filter(|(code, _)| sent(*code))
            .map(|(_, word)| word),
    );
    head
}

#[test]
fn every_rule_has_its_answer() {
    let catalogue = club();
    let mut wrong = Vec::new();
    let fixture = include_str!("../../../../fixtures/dns/answers.txt");
    let cases = fixture.lines().filter(|line| !line.starts_with('#'));
    assert_eq!(cases.clone().count(), 75);
    for case in cases {
        let (question, rest) = case.split_once(" -> ").unwrap();
        let (ask, transport) = ask(question);
        let Some((answer, told)) = ask.send(&catalogue, transport) else {
            assert_eq!(rest, "silence", "{case}");
            continue;
        };
        let (rest, additional) = rest.split_once(" + ").unwrap_or((rest, ""));
        let (rest, authority) = rest.split_once(" ^ ").unwrap_or((rest, ""));
        let (rest, answers) = rest.split_once(" = ").unwrap_or((rest, ""));
        let right = head(&answer) == rest
            && answer.sections.each_ref().map(|section| words(section))
                == [answers, authority, additional].map(expected)
            && told.truncated == (answer.flags & 0x0200 != 0);
        if !right {
            wrong.push(format!("{case}\n    {} {:?}", head(&answer), answer.sections));
        }
        let repeated = 0x0110 & ask.flags;
        assert_eq!(
            answer.flags & 0x01b0,
            repeated,
            "RD and CD are repeated, RA and AD are not ours: {case}"
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
