//! Reading and writing whole zones: forms, defects with their places, bounds, and other servers' opinion.

use std::path::Path;
use std::process::Command;

use proptest::prelude::*;

use super::*;

fn options() -> Options {
    Options::of("t.example.".parse().unwrap())
}

fn read(text: &str) -> Contents {
    contents(text.as_bytes(), &options())
}

/// The zone's text without a defect.
fn normal(text: &str) -> String {
    let read = read(text);
    assert_eq!(read.defects, [], "{text}");
    write(&options().origin, &read.sets)
}

/// Line, column, field, rule of each defect.
fn defects(text: &str) -> Vec<(u32, u32, &'static str, &'static str)> {
    let all = read(text).defects.into_iter();
    all.map(|defect| (defect.line, defect.column, defect.field, defect.rule))
        .collect()
}

#[test]
fn what_a_line_leaves_out_comes_from_before() {
    let text = "\
$TTL 1h30m
@ IN SOA ns1 op ( 1 ; serial
   2h ; refresh
   30m 2w 300 )
  NS ns1
  60 NS ns2 ; another
www 300 IN A 192.0.2.1
    IN 300 AAAA 2001:db8::1
$ORIGIN sub
a A 192.0.2.2
@ TXT one \"two ; three\" (
  four )
$ORIGIN other.t.example.
b CLASS1 TYPE1 \\# 4 C0000203
c.t.example. A 192.0.2.4
";
    let expected = "\
t.example.\t5400\tIN\tSOA\tns1.t.example. op.t.example. 1 7200 1800 1209600 300
t.example.\t5400\tIN\tNS\tns1.t.example.
t.example.\t5400\tIN\tNS\tns2.t.example.
c.t.example.\t5400\tIN\tA\t192.0.2.4
b.other.t.example.\t5400\tIN\tA\t192.0.2.3
sub.t.example.\t5400\tIN\tTXT\t\"one\" \"two ; three\" \"four\"
a.sub.t.example.\t5400\tIN\tA\t192.0.2.2
www.t.example.\t300\tIN\tA\t192.0.2.1
www.t.example.\t300\tIN\tAAAA\t2001:db8::1
";
    let read = read(text);
    let notes: Vec<_> = read.defects.iter().map(|d| (d.line, d.severity)).collect();
    assert_eq!(notes, [(6, Severity::Note)]);
    assert!(read.is_whole());
    assert_eq!((read.records, read.sets.len()), (9, 8));
    let written = write(&options().origin, &read.sets);
    assert_eq!(written, expected);
    assert_eq!(normal(&written), written);
}

#[test]
fn times_to_live_follow_the_rules_of_the_standards() {
    let ttl = |text: &str, name: &str| {
        let read = read(text);
        let name: Name = name.parse().unwrap();
        read.sets
            .iter()
            .find(|set| *set.name() == name)
            .unwrap()
            .ttl()
            .seconds()
    };
    assert_eq!(ttl("a A 192.0.2.1", "a.t.example."), 3600);
    assert_eq!(ttl("a 5 A 192.0.2.1\nb A 192.0.2.1", "b.t.example."), 5);
    assert_eq!(ttl("$TTL 7\na 5 A 192.0.2.1\nb A 192.0.2.1", "b.t.example."), 7);
    assert_eq!(ttl("@ SOA a b 1 2 3 4 77\nb A 192.0.2.1", "b.t.example."), 77);
    assert_eq!(ttl("a IN 1W2d A 192.0.2.1", "a.t.example."), 777_600);
    assert_eq!(ttl("a 2147483647 A 192.0.2.1", "a.t.example."), 2_147_483_647);
}

#[test]
fn every_defect_has_its_place_and_the_rest_is_read() {
    let text = "\
\x20 A 192.0.2.1
a A 192.0.2.256
b A 192.0.2.1 192.0.2.2
c 3000000000 A 192.0.2.1
d -1 A 192.0.2.1
e CH A 192.0.2.1
f FOO x
g
h TXT \"open
$INCLUDE other.zone
$BOGUS
$TTL
$ORIGIN a b
i.example. A 192.0.2.1
a..b A 192.0.2.1
  A 192.0.2.1
ä MX 10 \"x\"
j MX ( 10
  x..y )
  A 192.0.2.9
k A 192.0.2.1 )
l TXT \"\\999\"
last A 192.0.2.77
";
    let found = defects(text);
    let expected = [
        (1, 3, "owner", "missing"),
        (2, 5, "address", "address"),
        (3, 15, "data", "surplus"),
        (4, 3, "ttl", "number"),
        (5, 3, "ttl", "number"),
        (6, 3, "class", "value"),
        (7, 3, "type", "value"),
        (8, 2, "type", "missing"),
        (9, 7, "data", "text"),
        (10, 1, "$INCLUDE", "form"),
        (11, 1, "directive", "value"),
        (12, 5, "$TTL", "missing"),
        (13, 11, "$ORIGIN", "surplus"),
        (14, 1, "owner", "zone"),
        (15, 1, "owner", "name"),
        (16, 3, "owner", "missing"),
        (17, 9, "target", "form"),
        (19, 3, "target", "name"),
        (21, 15, "data", "text"),
        (22, 7, "text", "text"),
    ];
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(*found, expected);
    }
    assert_eq!(found.len(), expected.len(), "{found:?}");
    let names: Vec<_> = read(text).sets.iter().map(|set| set.name().to_string()).collect();
    // The owner of a line holds for the next one, whatever else is wrong with it.
    assert_eq!(names, ["j.t.example.", "last.t.example."]);
    assert!(!read(text).is_whole());
    let shown = read(text).defects[1].to_string();
    assert!(
        shown.starts_with("line 2, column 5: address: \"192.0.2.256\" is not an IPv4 address"),
        "{shown}"
    );
}

#[test]
fn a_parenthesis_never_closed_costs_its_own_line_only() {
    let text = "a A 192.0.2.1\nb TXT ( \"x\"\nc A 192.0.2.2\n";
    assert_eq!(defects(text), [(2, 7, "data", "text")]);
    assert_eq!(read(text).records, 2);
    // With many of them the rest is given up, in time that grows with the text only.
    let many = "( a\n".repeat(100_000);
    assert!(read(&many).defects.len() <= 9);
}

#[test]
fn ranges_are_generated() {
    let text = "\
$GENERATE 1-3 host-$ A 44.0.0.$
$GENERATE 8-12/2 h${-8,3,d} 60 IN CNAME x\\$$$${0,4,x}
$GENERATE 0-0 ${4660,8,n} PTR host-${0,2,N}
";
    let expected = "\
\\$3.2.1.t.example.";
    assert!(!normal(text).contains(expected));
    assert_eq!(
        normal(text),
        "\
4.3.2.1.t.example.\t60\tIN\tPTR\thost-0.t.example.
h000.t.example.\t60\tIN\tCNAME\tx\\$\\$0008.t.example.
h002.t.example.\t60\tIN\tCNAME\tx\\$\\$000a.t.example.
h004.t.example.\t60\tIN\tCNAME\tx\\$\\$000c.t.example.
host-1.t.example.\t3600\tIN\tA\t44.0.0.1
host-2.t.example.\t3600\tIN\tA\t44.0.0.2
host-3.t.example.\t3600\tIN\tA\t44.0.0.3
"
    );
    for (bad, field) in [
        ("$GENERATE 1-5000 a-$ A 192.0.2.1", "$GENERATE"),
        ("$GENERATE 5-1 a-$ A 192.0.2.1", "$GENERATE"),
        ("$GENERATE 1-5/0 a-$ A 192.0.2.1", "$GENERATE"),
        ("$GENERATE 1-5", "$GENERATE"),
        ("$GENERATE 0-4000000000 a-$ A 192.0.2.1", "$GENERATE"),
        ("$GENERATE 1-5 a-${0,999} A 192.0.2.1", "$GENERATE"),
        ("$GENERATE 1-5 a-${-9} A 192.0.2.1", "$GENERATE"),
        ("$GENERATE 1-5 a-${0,0,q} A 192.0.2.1", "$GENERATE"),
        ("$GENERATE 250-300 a-$ A 192.0.2.$", "address"),
    ] {
        let found = defects(bad);
        assert_eq!(found.len(), 1, "{bad}");
        assert_eq!((found[0].0, found[0].2), (1, field), "{bad}");
    }
    assert_eq!(
        read("$GENERATE 250-300 a-$ A 192.0.2.$\nb A 192.0.2.1").records,
        7
    );
}

#[test]
fn hostile_text_is_bounded() {
    let generating = "$GENERATE 1-4096 a$ A 192.0.2.1\n".repeat(20);
    assert_eq!(read(&generating).records, 65_536);
    let limited = Options {
        most_records: 10,
        ..options()
    };
    let read_limited = contents("a A 192.0.2.1\n".repeat(20).as_bytes(), &limited);
    assert_eq!((read_limited.records, read_limited.defects.len()), (10, 1));
    let many = "x\n".repeat(5000);
    let read_many = read(&many);
    assert_eq!((read_many.defects.len(), read_many.more_defects), (1000, 4000));
    let long = format!("a TXT {}", "b ".repeat(40_000));
    assert_eq!(defects(&long), [(1, 66_003, "data", "length")]);
    assert_eq!(read(&"(".repeat(100_000)).defects.len(), 1);
    assert_eq!(read(&"\"".repeat(100_001)).records, 0);
}

#[test]
fn a_mark_at_the_beginning_and_other_line_ends_are_no_matter() {
    assert_eq!(
        normal("\u{feff}a A 192.0.2.1\r\nb A 192.0.2.2\r\n")
            .lines()
            .count(),
        2
    );
    assert_eq!(normal("; nothing\n\n   \n\t; more\n"), "");
}

/// A zone with every type, as a person writes it.
const EVERY: &str = include_str!("../../../fixtures/dns/every_type.zone");

#[test]
fn a_zone_with_every_type_reads_back_as_it_was() {
    let first = read(EVERY);
    assert_eq!(first.defects, []);
    assert!(first.sets.len() > 40, "{}", first.sets.len());
    let written = write(&options().origin, &first.sets);
    assert_eq!(read(&written).sets, first.sets);
    assert_eq!(normal(&written), written);
}

/// The standard output of a tool that is not there on every machine; what it wrote to the error output is shown when
/// it fails.
fn tool(program: &str, arguments: &[&str]) -> Option<String> {
    let sbin = format!("/usr/sbin/{program}");
    let program = if Path::new(&sbin).exists() { &sbin } else { program };
    let output = Command::new(program).args(arguments).output().ok()?;
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (said(&output.stdout), said(&output.stderr));
    assert!(output.status.success(), "{program}: {out}{err}");
    Some(out)
}

fn written_to_disk(text: &str, name: &str) -> std::path::PathBuf {
    let path = std::env::temp_dir().join(format!("shackbox-{}-{name}.zone", std::process::id()));
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn other_servers_take_what_is_written() {
    let every = write(&options().origin, &read(EVERY).sets);
    let path = written_to_disk(&every, "every");
    let file = path.to_str().unwrap();
    tool(
        "named-checkzone",
        &["-k", "ignore", "-i", "local", "t.example.", file],
    );
    tool("kzonecheck", &["-o", "t.example.", file]);
    tool("nsd-checkzone", &["t.example.", file]);
    std::fs::remove_file(path).unwrap();
}

#[test]
fn other_readers_understand_the_same() {
    let sets = read(EVERY).sets;
    let path = written_to_disk(EVERY, "compiled");
    let file = path.to_str().unwrap();
    let compile = ["-k", "ignore", "-i", "none", "-q", "-o", "-", "t.example.", file];
    if let Some(compiled) = tool("named-compilezone", &compile) {
        assert_eq!(read(&compiled).defects, []);
        assert_eq!(read(&compiled).sets, sets);
    }
    // Knows fewer forms of people, so it is given ours.
    let written = written_to_disk(&write(&options().origin, &sets), "ldns");
    if let Some(listed) = tool("ldns-read-zone", &[written.to_str().unwrap()]) {
        let listed = read(&listed);
        assert_eq!(listed.defects, []);
        assert_eq!(listed.sets, sets);
    }
    std::fs::remove_file(path).unwrap();
    std::fs::remove_file(written).unwrap();
}

#[test]
fn the_shared_zone_reads_without_a_defect() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/dns/authority-cases.zone");
    let Ok(text) = std::fs::read(path) else { return };
    let read = contents(&text, &options());
    assert_eq!(read.defects, []);
    assert_eq!(read.records, 127);
    let written = write(&options().origin, &read.sets);
    assert_eq!(normal(&written), written);
}

#[test]
fn the_differential_zones_read_without_a_defect() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/dns/ferret-sample-317.jsonl");
    let Ok(text) = std::fs::read_to_string(path) else {
        return;
    };
    for line in text.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let zone: Vec<_> = case["zone"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| line.as_str().unwrap())
            .collect();
        let origin = case["origin"].as_str().unwrap().parse().unwrap();
        let read = contents(zone.join("\n").as_bytes(), &Options::of(origin));
        assert_eq!(read.defects, [], "{zone:#?}");
    }
}

fn any_set() -> impl Strategy<Value = RrSet> {
    let kinds = [
        ("A", "192.0.2.1"),
        ("TXT", "\"a;b\" \"\\000\""),
        ("MX", "10 m"),
        ("TYPE700", "\\# 1 00"),
        ("NS", "ns"),
    ];
    let label = prop::collection::vec(any::<u8>(), 1..6);
    (
        prop::collection::vec(label, 0..3),
        prop::sample::select(kinds.to_vec()),
        0..=2_147_483_647_u32,
    )
        .prop_map(|(labels, (kind, data), ttl)| {
            let origin = options().origin;
            let name = labels
                .iter()
                .fold(origin.clone(), |name, label| name.child(label).unwrap());
            let kind = kind.parse().unwrap();
            let data = rdata::read(kind, data, &origin).unwrap();
            RrSet::single(name, kind, Ttl::new(ttl).unwrap(), data)
        })
}

proptest! {
    #[test]
    fn any_sets_are_written_and_read_back(sets in prop::collection::vec(any_set(), 0..20)) {
        let mut sets = sets;
        sets.sort_by_cached_key(|set| (set.name().to_key(), set.kind()));
        sets.dedup_by(|a, b| a.name() == b.name() && a.kind() == b.kind());
        let written = write(&options().origin, &sets);
        let read = read(&written);
        prop_assert_eq!(&read.defects, &[]);
        prop_assert_eq!(read.sets, sets);
    }

    #[test]
    fn any_octets_end_in_records_and_defects(text in prop::collection::vec(any::<u8>(), 0..400)) {
        let read = contents(&text, &options());
        let again = contents(write(&options().origin, &read.sets).as_bytes(), &options());
        prop_assert_eq!(again.sets, read.sets);
    }

    #[test]
    fn a_mutated_zone_is_read_to_its_end(
        cuts in prop::collection::vec((0..EVERY.len(), 0..6_usize, "[ -~\n\t]{0,4}"), 1..20)
    ) {
        let mut text = EVERY.as_bytes().to_vec();
        for (at, cut, put) in cuts {
            let at = at.min(text.len());
            let end = (at + cut).min(text.len());
            text.splice(at..end, put.bytes());
        }
        text.extend_from_slice(b"\nthe-last-line 1 IN A 192.0.2.1\n");
        let lines = text.iter().filter(|octet| **octet == b'\n').count();
        let items: Vec<Item> = Reader::new(&text, &options()).collect();
        for item in &items {
            if let Item::Defect(defect) = item {
                prop_assert!((1..=lines + 1).contains(&(defect.line as usize)));
            }
        }
        let read = contents(&text, &options());
        let again = contents(write(&options().origin, &read.sets).as_bytes(), &options());
        prop_assert_eq!(again.sets, read.sets);
    }
}
