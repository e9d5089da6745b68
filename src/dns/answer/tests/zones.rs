//! `fixtures/dns/zones.txt`: odd zones with a question each.

use std::collections::BTreeSet;

use super::super::super::name::Name;
use super::super::super::rr::RecordType;
use super::super::Transport;
use super::kit::{Answer, Ask, Record, catalogue, name, rdata, zone};

const SOA: &str = "@ SOA ns1.outside.example. root.outside.example. 3 604800 86400 2419200 604800";

type Set = BTreeSet<(Name, RecordType, Vec<u8>)>;

fn expected(origin: &Name, section: Option<&str>) -> Set {
    let records = section.into_iter().flat_map(|section| section.split(", "));
    let records = records.map(|record| if record == "@ SOA" { SOA } else { record });
    let records = records.map(|record| {
        let mut words = record.splitn(3, ' ');
        let owner = Name::parse(words.next().unwrap(), origin).unwrap();
        let kind = words.next().unwrap().parse().unwrap();
        let data = rdata(kind, words.next().unwrap_or_default(), origin);
        (owner, kind, data.wire().to_vec())
    });
    records.collect()
}

fn found(section: &[Record]) -> Set {
    let records = section.iter();
    records
        .map(|record| (name(&record.owner), record.kind, record.data.clone()))
        .collect()
}

/// Whether the answer is this one; name servers beside a positive answer may be there or not.
fn is(answer: &Answer, origin: &Name, outcome: &str) -> bool {
    let (rest, authority) = outcome
        .split_once(" ^ ")
        .map_or((outcome, None), |(a, b)| (a, Some(b)));
    let (head, answers) = rest.split_once(" = ").map_or((rest, None), |(a, b)| (a, Some(b)));
    let authoritative = answer.flags & 0x0400 != 0;
    let own_head = format!(
        "{}{}",
        answer.rcode_text(),
        if authoritative { " aa" } else { "" }
    );
    let answers = expected(origin, answers);
    let without_servers = |set: Set| -> Set {
        let optional = authoritative && !answers.is_empty() && answer.rcode() == 0;
        set.into_iter()
            .filter(|record| !(optional && record.1 == RecordType::NS))
            .collect()
    };
    own_head == head
        && found(&answer.sections[0]) == answers
        && without_servers(found(&answer.sections[1])) == without_servers(expected(origin, authority))
}

#[test]
fn odd_zones_are_answered_as_other_servers_answer_them() {
    let fixture = include_str!("../../../../fixtures/dns/zones.txt");
    let cases = fixture.lines().filter(|line| !line.starts_with('#'));
    let (mut right, mut wrong) = (0, Vec::new());
    for case in cases {
        let (held, rest) = case.split_once(" ? ").unwrap();
        let (question, outcomes) = rest.split_once(" -> ").unwrap();
        let mut lines = held.split("; ");
        let origin = lines.next().unwrap();
        let catalogue = catalogue([zone(origin, lines.chain([SOA]))]);
        let (owner, kind) = question.split_once(' ').unwrap();
        let owner = Name::parse(owner, &name(origin)).unwrap();
        let ask = Ask::new(&owner.to_string(), kind.parse().unwrap());
        let (answer, _) = ask.send(&catalogue, Transport::Udp).unwrap();
        if outcomes
            .split(" or ")
            .any(|outcome| is(&answer, &name(origin), outcome))
        {
            right += 1;
        } else {
            wrong.push(format!(
                "{case}\n    {} {:?}",
                answer.rcode_text(),
                answer.sections
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{right} right, {} wrong\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert_eq!(right, 317);
}
