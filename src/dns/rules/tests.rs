//! The rules by example: what a change may do, and what it is told when it may not.

use std::path::Path;

use proptest::prelude::*;

use super::notes::AddressKind;
use super::*;
use crate::dns::master::{Options, contents};
use crate::dns::rdata;
use crate::dns::rr::Ttl;
use crate::ham::callsign::Callsign;

fn origin() -> Name {
    name("club.example.")
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// The sets of lines of a master file.
fn sets(text: &str) -> Vec<RrSet> {
    let read = contents(text.as_bytes(), &Options::of(origin()));
    assert_eq!(read.defects, [], "{text}");
    read.sets
}

const ZONE: &str = "
@ SOA ns1 hostmaster 2026112201 7200 1800 1209600 300
@ NS ns1
@ NS ns2.example.org.
ns1 A 192.0.2.53
www A 192.0.2.80
alias CNAME www
k6bp A 192.0.2.1
k6bp TXT \"73\"
host.sub2 A 192.0.2.9
cut NS ns.cut
ns.cut A 192.0.2.99
dn DNAME other.example.
ds NS ns1
old.ds TXT \"hidden by others\"
weak NS ns1
weak DS 1 13 1 0102030405060708090a0b0c0d0e0f1011121314
";

fn zone() -> Sets {
    Sets::new(origin(), &sets(ZONE))
}

/// Lines to put, lines beginning with `-` to take away (`- name TYPE`).
fn edits(text: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    for line in text.lines() {
        match line.strip_prefix("- ").and_then(|line| line.split_once(' ')) {
            Some((at, kind)) => edits.push(Edit::remove(
                Name::parse(at, &origin()).unwrap(),
                kind.parse().unwrap(),
            )),
            None => edits.extend(sets(line).into_iter().map(Edit::put)),
        }
    }
    // Lines of one name and type are one set.
    let mut joined: Vec<Edit> = Vec::new();
    for edit in edits {
        match joined
            .iter_mut()
            .find(|known| known.name == edit.name && known.kind == edit.kind)
        {
            Some(known) => {
                let more = edit.after.into_iter().flat_map(|set| set.data().to_vec());
                known.after = more.fold(known.after.take(), |set, data| set.map(|set| set.with(data)));
            }
            None => joined.push(edit),
        }
    }
    joined
}

fn check(text: &str, level: Level) -> Vec<RuleError> {
    let Ok(broken) = check_change(&zone(), &edits(text), level);
    broken
}

#[test]
fn what_members_may_change() {
    for good in [
        "k6bp A 192.0.2.2",
        "k6bp A 192.0.2.2\nk6bp A 192.0.2.3",
        "*.k6bp A 192.0.2.2",
        "a-b_c.k6bp 60 TXT \"x\"",
        "- k6bp A\n- k6bp TXT\nk6bp CNAME www",
        "- alias CNAME\nalias A 192.0.2.7",
        "_sip._udp.k6bp SRV 0 0 5060 www",
        "_443._tcp.k6bp TLSA 3 1 1 0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
        "*._tcp.k6bp TLSA 3 0 0 3082",
        "k6bp MX 0 .",
        "k6bp MX 10 www\nk6bp MX 20 mail.example.org.",
        "k6bp TYPE65280 \\# 1 00",
        "sub NS ns.sub\nns.sub A 192.0.2.3",
        "sub NS ns1",
        "- host.sub2 A\nsub2 NS ns1",
        "self NS self\nself A 192.0.2.3",
        "cut DS 1 13 2 0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
        "weak DS 1 13 1 0102030405060708090a0b0c0d0e0f1011121314\nweak DS 1 13 2 0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
        "ns.cut AAAA 2001:db8::99",
        "- cut NS\n- ns.cut A\ncut A 192.0.2.4",
        "- dn DNAME\na.dn A 192.0.2.4",
        "@ DNAME x.example.\n- ns1 A\n- www A\n- alias CNAME\n- k6bp A\n- k6bp TXT\n- host.sub2 A\n- cut NS\n- ns.cut A\n- dn DNAME\n- ds NS\n- old.ds TXT\n- weak NS\n- weak DS",
        "@ SOA ns1 hostmaster 2026112202 7200 1800 1209600 300",
        "@ SOA ns1 hostmaster 2026112201 1200 180 604800 60",
        "k6bp CAA 0 iodef \"mailto:op@example.org\"",
        "xn--bcher-kva A 192.0.2.1",
        "- nothing A",
    ] {
        assert_eq!(check(good, Level::User), [], "{good}");
    }
}

/// The change, and for the first error: its edit, field, rule, and a word of the advice.
const BAD: &[(&str, usize, &str, &str, &str)] = &[
    ("k6bp 59 A 192.0.2.1", 0, "ttl", "ttl", "60 to 86400"),
    ("k6bp 86401 A 192.0.2.1", 0, "ttl", "ttl", "60 to 86400"),
    ("a\\.b A 192.0.2.1", 0, "name", "name", "letters, digits"),
    ("a*b A 192.0.2.1", 0, "name", "name", "letters, digits"),
    (
        "a.*.k6bp A 192.0.2.1",
        0,
        "name",
        "name",
        "* can be the whole first label",
    ),
    ("0/25 PTR www", 0, "name", "name", "letters, digits"),
    ("xn--99999999 A 192.0.2.1", 0, "name", "name", "xn--"),
    (
        "k6bp CNAME www",
        0,
        "type",
        "alias",
        "take one of them away in the same change",
    ),
    (
        "alias A 192.0.2.1",
        0,
        "type",
        "alias",
        "alias.club.example. is an alias",
    ),
    ("@ CNAME www", 0, "type", "alias", "cannot be an alias"),
    ("x CNAME a\nx CNAME b", 0, "content", "single", "2 CNAME records"),
    ("x DNAME a\nx DNAME b", 0, "content", "single", "2 DNAME records"),
    (
        "x SOA a b 1 7200 1800 1209600 300",
        0,
        "type",
        "apex",
        "only the zone itself",
    ),
    ("- @ SOA", 0, "type", "apex", "keeps its SOA"),
    ("- @ NS", 0, "type", "apex", "keeps its NS"),
    (
        "@ SOA ns1 hostmaster 2026112200 7200 1800 1209600 300",
        0,
        "serial",
        "order",
        "lower than the present 2026112201",
    ),
    (
        "@ SOA ns1 hostmaster 2026112202 60 1800 1209600 300",
        0,
        "refresh",
        "value",
        "1200 to 86400",
    ),
    (
        "@ SOA ns1 hostmaster 2026112202 7200 9999 1209600 300",
        0,
        "retry",
        "value",
        "180 to 7200",
    ),
    (
        "@ SOA ns1 hostmaster 2026112202 7200 1800 60 300",
        0,
        "expire",
        "value",
        "604800",
    ),
    (
        "@ SOA ns1 hostmaster 2026112202 7200 1800 1209600 86400",
        0,
        "minimum",
        "value",
        "60 to 3600",
    ),
    ("k6bp NS ns1", 0, "type", "delegation", "keep only one of them"),
    (
        "sub2 NS ns1",
        0,
        "type",
        "delegation",
        "hides the A records of host.sub2",
    ),
    ("sub NS ns.sub", 0, "target", "glue", "in the same change"),
    (
        "- ns.cut A",
        0,
        "target",
        "glue",
        "ns.cut.club.example. serves cut.club.example.",
    ),
    (
        "x.cut A 192.0.2.1",
        0,
        "name",
        "delegation",
        "only the addresses of those servers",
    ),
    (
        "ns.cut TXT \"x\"",
        0,
        "name",
        "delegation",
        "nobody would see TXT",
    ),
    ("*.x NS ns1", 0, "name", "wildcard", "wildcard"),
    ("*.x DNAME www", 0, "name", "wildcard", "wildcard"),
    ("x NS alias", 0, "target", "alias", "use the name it stands for"),
    (
        "k6bp MX 10 alias",
        0,
        "target",
        "alias",
        "use the name it stands for",
    ),
    (
        "_a._tcp SRV 0 0 1 alias",
        0,
        "target",
        "alias",
        "use the name it stands for",
    ),
    ("x NS 192.0.2.1.", 0, "target", "host", "looks like an address"),
    (
        "k6bp MX 10 192.0.2.1",
        0,
        "target",
        "host",
        "looks like an address",
    ),
    ("x CNAME 192.0.2.1.", 0, "target", "host", "looks like an address"),
    ("x NS .", 0, "target", "host", "name of a server"),
    (
        "x NS a_b.example.",
        0,
        "target",
        "host",
        "letters, digits, and hyphens",
    ),
    ("k6bp MX 10 -a.example.", 0, "target", "host", "hyphens within"),
    (
        "k6bp MX 0 .\nk6bp MX 10 www",
        0,
        "target",
        "single",
        "the only one",
    ),
    ("k6bp MX 10 .", 0, "preference", "value", "preference 0"),
    ("sip SRV 0 0 5060 www", 0, "name", "name", "_sip._udp"),
    ("www TLSA 3 1 1 ab", 0, "name", "name", "_443._tcp"),
    ("_443._tcp TLSA 3 1 1 ab", 0, "data", "length", "has 32"),
    ("_443._tcp TLSA 4 1 0 ab", 0, "usage", "value", "0 to 3"),
    ("x SMIMEA 3 0 0 ab", 0, "name", "name", "_smimecert"),
    (
        "k6bp SSHFP 5 2 0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
        0,
        "algorithm",
        "value",
        "Ed25519",
    ),
    ("k6bp SSHFP 4 3 01", 0, "type", "value", "SHA-256"),
    (
        "k6bp DS 1 13 2 0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
        0,
        "type",
        "delegation",
        "need NS",
    ),
    (
        "@ DS 1 13 2 0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
        0,
        "type",
        "delegation",
        "zone above",
    ),
    (
        "cut DS 1 13 1 0102030405060708090a0b0c0d0e0f1011121314",
        0,
        "digest type",
        "value",
        "use 2",
    ),
    ("cut DS 1 13 9 01", 0, "digest type", "value", "SHA-384"),
    ("k6bp CAA 1 issue \"x\"", 0, "flags", "value", "128"),
    ("k6bp CAA 0 iodef \"op\"", 0, "value", "value", "mailto:"),
    (
        "k6bp HTTPS 0 www alpn=h2",
        0,
        "parameters",
        "value",
        "another priority",
    ),
    (
        "k6bp NAPTR 1 1 u x \"!a!b!\" www",
        0,
        "replacement",
        "value",
        "write .",
    ),
    ("k6bp URI 1 1 \"x\"", 0, "target", "value", "https://"),
    ("a.dn A 192.0.2.1", 0, "name", "redirection", "are redirected"),
    ("sub2 DNAME x.example.", 0, "type", "redirection", "host.sub2"),
    ("cut DNAME x.example.", 0, "type", "delegation", "keep only one"),
    (
        "k6bp DNSKEY 257 3 13 AQID",
        0,
        "type",
        "type",
        "makes them itself",
    ),
    ("k6bp CDS 0 0 0 00", 0, "type", "type", "makes them itself"),
    ("k6bp SPF \"v=spf1\"", 0, "type", "type", "TXT record"),
    ("k6bp WKS \\# 0", 0, "type", "type", "nobody uses"),
    (
        "k6bp TXT \"fine\"\nk6bp 5 A 192.0.2.1",
        1,
        "ttl",
        "ttl",
        "60 to 86400",
    ),
];

#[test]
fn what_members_may_not_change() {
    for &(bad, index, field, rule, advice) in BAD {
        let broken = check(bad, Level::User);
        let first = broken
            .first()
            .unwrap_or_else(|| panic!("nothing wrong with {bad}"));
        assert!(
            broken.iter().any(
                |error| (error.index, error.field, error.rule) == (index, field, rule)
                    && error.text.contains(advice)
            ),
            "{bad}: {broken:#?}"
        );
        assert!(first.to_string().len() < 300, "{first}");
    }
}

/// What stands in an imported zone against the policy hinders no other change, and can be taken away bit by bit.
#[test]
fn a_leniently_imported_zone_can_be_mended() {
    let imported = format!(
        "{ZONE}
x.cut A 192.0.2.7
x.cut TXT \"hidden\"
a.dn TXT \"hidden\"
a.dn A 192.0.2.7
*.w NS ns1
*.w TXT \"x\"
bare NS ns.bare
bare NS ns2.bare
lone DS 1 13 4 0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223242526272829303132333435363738
lone TXT \"x\"
"
    )
    .replace("4 0102", "9 0102");
    let before = Sets::new(origin(), &sets(&imported));
    for mending in [
        "- x.cut A",
        "- a.dn TXT",
        "- *.w TXT",
        "- lone DS",
        "lone TXT \"y\"",
        "ns.bare A 192.0.2.8",
        "- *.w NS",
    ] {
        let Ok(broken) = check_change(&before, &edits(mending), Level::User);
        assert_eq!(broken, [], "{mending}");
    }
    for worse in [
        "x.cut MX 10 www",
        "a.dn MX 10 www",
        "*.w MX 10 www",
        "- ns1 A\n- cut NS\n- ds NS\ncut DS 1 13 2 0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
    ] {
        let Ok(broken) = check_change(&before, &edits(worse), Level::User);
        assert_ne!(broken, [], "{worse}");
    }
}

#[test]
fn names_outside_of_the_zone_and_types_of_questions_are_for_no_level() {
    let data = rdata::read(RecordType::A, "192.0.2.1", &origin()).unwrap();
    let outside = RrSet::single(
        name("evilclub.example."),
        RecordType::A,
        Ttl::DEFAULT,
        data.clone(),
    );
    let question = RrSet::single(origin(), RecordType::ANY, Ttl::DEFAULT, data);
    for level in [Level::User, Level::Lenient] {
        for (set, field) in [(&outside, "name"), (&question, "type")] {
            let Ok(broken) = check_change(&zone(), &[Edit::put(set.clone())], level);
            assert_eq!(broken.len(), 1);
            assert_eq!(broken[0].field, field);
        }
    }
}

#[test]
fn the_lenient_level_takes_what_the_protocol_allows() {
    for allowed in [
        "a.*.x 0 A 192.0.2.1",
        "*.x NS 192.0.2.1.",
        "*.x DNAME www",
        "odd\\.name A 192.0.2.1",
        "x.cut TXT \"occluded\"",
        "sub NS ns.sub",
        "a.dn A 192.0.2.1",
        "k6bp DNSKEY 257 3 13 AQID",
        "alias RRSIG CNAME 13 3 60 20300101000000 20200101000000 1 club.example. AQID",
        "@ SOA ns1 hostmaster 1 1 1 1 1",
    ] {
        assert_eq!(check(allowed, Level::Lenient), [], "{allowed}");
    }
    for refused in [
        "k6bp CNAME www",
        "x CNAME a\nx CNAME b",
        "- @ SOA",
        "- @ NS",
        "x SOA a b 1 2 3 4 5",
    ] {
        assert_ne!(check(refused, Level::Lenient), [], "{refused}");
    }
}

#[test]
fn a_whole_zone_has_an_apex() {
    assert_eq!(check_zone(&origin(), &sets(ZONE), Level::Lenient), []);
    let lacking = |text: &str| {
        let broken = check_zone(&origin(), &sets(text), Level::Lenient);
        broken
            .iter()
            .map(|error| error.text.clone())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert!(lacking("").contains("SOA") && lacking("").contains("NS"));
    assert!(lacking("a A 192.0.2.1").contains("keeps its SOA"));
    assert!(lacking("@ SOA a b 1 2 3 4 5").contains("keeps its NS"));
    assert_eq!(
        check_zone(&origin(), &sets("@ A 192.0.2.1"), Level::Lenient).len(),
        2
    );
}

#[test]
fn the_shared_zones_pass_the_lenient_level() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/dns");
    if let Ok(text) = std::fs::read(shared.join("authority-cases.zone")) {
        let options = Options::of(name("t.example."));
        assert_eq!(
            check_zone(&options.origin, &contents(&text, &options).sets, Level::Lenient),
            []
        );
    }
    let Ok(text) = std::fs::read_to_string(shared.join("ferret-sample-317.jsonl")) else {
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
        let options = Options::of(case["origin"].as_str().unwrap().parse().unwrap());
        let read = contents(zone.join("\n").as_bytes(), &options);
        assert_eq!(
            check_zone(&options.origin, &read.sets, Level::Lenient),
            [],
            "{zone:#?}"
        );
    }
}

#[test]
fn reserved_labels_leave_callsigns_alone() {
    for label in [
        "www",
        "WWW",
        "ns",
        "ns1",
        "mx22",
        "mail",
        "_dmarc",
        "*",
        "mta-sts",
        "localhost",
    ] {
        assert!(owner::is_reserved(label), "{label}");
    }
    for (call, label) in [
        ("K6BP", "k6bp"),
        ("W1AW/4", "w1aw-4"),
        ("NS1A", "ns1a"),
        ("MX0ABC", "mx0abc"),
        ("VP2E/W1AW/P", "vp2e-w1aw-p"),
    ] {
        let call = Callsign::parse(call).unwrap();
        assert_eq!(owner::label_of(&call), label);
        assert!(!owner::is_reserved(label), "{label}");
    }
}

#[test]
fn other_alphabets_are_stored_as_the_network_knows_them_and_shown_as_typed() {
    let typed = owner::from_input("Bücher", &origin()).unwrap();
    assert_eq!(typed, name("xn--bcher-kva.club.example."));
    assert_eq!(owner::shown(&typed).unwrap(), "bücher.club.example.");
    assert_eq!(
        owner::from_input("*.日本", &origin()).unwrap(),
        name("*.xn--wgv71a.club.example.")
    );
    assert_eq!(owner::from_input(" ", &origin()), Ok(origin()));
    assert_eq!(
        owner::from_input("a.b", &origin()).unwrap(),
        name("a.b.club.example.")
    );
    assert_eq!(owner::shown(&origin()), None);
    assert!(
        owner::from_input("a..b", &origin())
            .unwrap_err()
            .contains("empty")
    );
    assert!(owner::from_input("a\u{fffd}b", &origin()).is_err());
}

#[test]
fn reverse_zones_may_have_slashes() {
    let origin = name("2.0.192.in-addr.arpa.");
    let text = "@ SOA a.example. b.example. 1 7200 1800 604800 300\n@ NS ns1.example.\n0/25 NS ns1.example.\n1 CNAME 1.0/25\n";
    let read = contents(text.as_bytes(), &Options::of(origin.clone()));
    assert_eq!(check_zone(&origin, &read.sets, Level::User), []);
}

#[test]
fn addresses_are_told_apart() {
    for (address, kind) in [
        ("192.0.2.1", AddressKind::Documentation),
        ("8.8.8.8", AddressKind::Public),
        ("44.0.0.1", AddressKind::Amprnet),
        ("44.191.255.255", AddressKind::Amprnet),
        ("44.192.0.1", AddressKind::Public),
        ("10.1.2.3", AddressKind::Private),
        ("172.31.0.1", AddressKind::Private),
        ("172.32.0.1", AddressKind::Public),
        ("192.168.0.1", AddressKind::Private),
        ("100.64.0.1", AddressKind::Shared),
        ("169.254.1.1", AddressKind::LinkLocal),
        ("127.0.0.1", AddressKind::Loopback),
        ("224.0.0.1", AddressKind::Multicast),
        ("0.1.2.3", AddressKind::Unusable),
        ("255.255.255.255", AddressKind::Unusable),
        ("::1", AddressKind::Loopback),
        ("::", AddressKind::Unusable),
        ("fe80::1", AddressKind::LinkLocal),
        ("fd00::1", AddressKind::Private),
        ("ff02::1", AddressKind::Multicast),
        ("2001:db8::1", AddressKind::Documentation),
        ("2a00::1", AddressKind::Public),
        ("::ffff:10.0.0.1", AddressKind::Private),
    ] {
        assert_eq!(AddressKind::of(address.parse().unwrap()), kind, "{address}");
    }
    assert!(!AddressKind::Private.is_reachable() && AddressKind::Amprnet.is_reachable());
}

#[test]
fn remarks_are_made_and_refuse_nothing() {
    let codes = |kind: RecordType, text: &str| {
        let own = name("k6bp.club.example.");
        let data = rdata::read(kind, text, &own).unwrap();
        let mut notes = notes::of_record(kind, &data, &own);
        notes.extend(notes::of_text(kind, &data, text, &own));
        notes.iter().map(|note| note.code).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(codes(RecordType::A, "10.0.0.1"), "private-address");
    assert_eq!(codes(RecordType::A, "44.1.2.3"), "amprnet");
    assert_eq!(codes(RecordType::AAAA, "2a00::1"), "");
    assert_eq!(
        codes(RecordType::MX, "10 mail.club.example"),
        "doubled-zone relative-target"
    );
    assert_eq!(codes(RecordType::CNAME, "host.example.org"), "relative-target");
    assert_eq!(codes(RecordType::CNAME, "host"), "");
    assert_eq!(codes(RecordType::CNAME, "host.example.org."), "");
    assert_eq!(codes(RecordType::TXT, "\"v=spf1 +all\""), "spf-open");
}

#[test]
fn the_form_takes_text_without_quotes() {
    let typed = |text: &str| {
        let content = form::content("TXT", text);
        rdata::read(RecordType::TXT, &content, &origin()).map(|data| rdata::write(RecordType::TXT, &data))
    };
    assert_eq!(typed(" v=spf1 mx -all ").unwrap(), "\"v=spf1 mx -all\"");
    assert_eq!(typed("\"a\" \"b\"").unwrap(), "\"a\" \"b\"");
    assert_eq!(typed("say \"73\" \\ ;").unwrap(), "\"say \\\"73\\\" \\\\ ;\"");
    assert_eq!(typed("ö").unwrap(), "\"\\195\\182\"");
    let key = "x".repeat(600);
    assert_eq!(
        typed(&key).unwrap(),
        format!("\"{}\" \"{}\" \"{}\"", &key[..255], &key[..255], &key[..90])
    );
    assert!(typed("").is_err());
    assert_eq!(form::content("A", " 192.0.2.1 "), "192.0.2.1");
}

#[test]
fn all_offered_types_have_help_whose_examples_pass() {
    let own = name("k6bp.club.example.");
    for help in help::TYPES {
        let data = rdata::read(help.kind, help.example, &own)
            .unwrap_or_else(|error| panic!("{}: {error}", help.kind));
        assert_eq!(rdata::write(help.kind, &data), help.example, "{}", help.kind);
        let set = RrSet::single(
            Name::parse(help.owner, &own).unwrap(),
            help.kind,
            Ttl::DEFAULT,
            data,
        );
        let beside = sets("sub.k6bp NS ns1.example.org.");
        let mut edits = vec![Edit::put(set)];
        if help.kind == RecordType::DS {
            edits.extend(beside.into_iter().map(Edit::put));
        }
        let Ok(broken) = check_change(&Sets::new(origin(), &[]), &edits, Level::User);
        assert_eq!(broken, [], "{}", help.kind);
        assert!(
            !help.title.is_empty() && !help.text.is_empty() && !help.fields.is_empty(),
            "{}",
            help.kind
        );
        let fields = rdata::fields(help.kind).unwrap();
        if help.kind != RecordType::LOC {
            let names: Vec<_> = help.fields.iter().map(|(name, _)| *name).collect();
            assert_eq!(
                names,
                fields.iter().map(|field| field.name).collect::<Vec<_>>(),
                "{}",
                help.kind
            );
        }
    }
    for kind in (1..=300).map(RecordType) {
        let known = rdata::fields(kind).is_some();
        let offered = record::not_offered(kind).is_none();
        let by_server = matches!(kind, RecordType::SOA | RecordType::KX);
        assert_eq!(known && offered && !by_server, help::of(kind).is_some(), "{kind}");
    }
    assert!(record::about_unknown_type("alias").contains("A and AAAA"));
}

#[test]
fn a_large_zone_is_judged_in_one_pass() {
    let mut text = ZONE.to_owned();
    for i in 0..20_000 {
        text.push_str(&format!("host{i}.big A 192.0.2.1\n"));
    }
    assert_eq!(check_zone(&origin(), &sets(&text), Level::Lenient), []);
}

/// Sets at few names, so that they meet.
fn any_edit() -> impl Strategy<Value = Edit> {
    let names =
        ["@", "a", "b.a", "c.b.a", "*.a", "ns.a", "z"].map(|text| Name::parse(text, &origin()).unwrap());
    let data = [
        ("A", "192.0.2.1"),
        ("NS", "ns.a"),
        ("NS", "a"),
        ("CNAME", "z"),
        ("DNAME", "z"),
        ("TXT", "\"x\""),
        ("MX", "10 a"),
        ("DS", "1 13 4 00"),
        ("SOA", "a z 1 7200 1800 1209600 300"),
    ];
    (
        prop::sample::select(names.to_vec()),
        prop::sample::select(data.to_vec()),
        any::<bool>(),
    )
        .prop_map(|(name, (kind, text), put)| {
            let kind: RecordType = kind.parse().unwrap();
            match rdata::read(kind, text, &origin()) {
                Ok(data) if put => Edit::put(RrSet::single(name, kind, Ttl::DEFAULT, data)),
                _ => Edit::remove(name, kind),
            }
        })
}

fn laid_over(before: &[RrSet], edits: &[Edit]) -> Vec<RrSet> {
    let mut after: BTreeMap<(Name, RecordType), RrSet> = BTreeMap::new();
    for set in before {
        after.insert((set.name().clone(), set.kind()), set.clone());
    }
    for edit in edits {
        let key = (edit.name.clone(), edit.kind);
        match &edit.after {
            Some(set) => after.insert(key, set.clone()),
            None => after.remove(&key),
        };
    }
    after.into_values().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// What small changes may build up is a zone that is right as a whole: no way leads around a rule.
    #[test]
    fn changes_that_pass_leave_a_zone_that_passes(steps in prop::collection::vec(prop::collection::vec(any_edit(), 1..4), 1..8)) {
        let mut now = sets("@ SOA z z 1 7200 1800 1209600 300\n@ NS ns1.example.org.\n");
        for edits in steps {
            let Ok(broken) = check_change(&Sets::new(origin(), &now), &edits, Level::User);
            if broken.is_empty() {
                now = laid_over(&now, &edits);
                let of_whole = check_zone(&origin(), &now, Level::User);
                // An alias put at the target of a record elsewhere is the one thing that is not looked for.
                let unseen = |error: &RuleError| (error.field, error.rule) == ("target", "alias");
                prop_assert!(of_whole.iter().all(unseen), "{:#?}\n{:#?}", of_whole, now);
            }
        }
    }

    /// The order of the edits does not matter where they are about different sets.
    #[test]
    fn the_state_after_counts_not_the_way(edits in prop::collection::vec(any_edit(), 1..5)) {
        let mut once: Vec<Edit> = Vec::new();
        for edit in edits {
            if !once.iter().any(|known| known.name == edit.name && known.kind == edit.kind) {
                once.push(edit);
            }
        }
        let Ok(forward) = check_change(&zone(), &once, Level::User);
        once.reverse();
        let Ok(backward) = check_change(&zone(), &once, Level::User);
        let texts = |errors: Vec<RuleError>| {
            let mut texts: Vec<_> = errors.into_iter().map(|error| error.text).collect();
            texts.sort();
            texts
        };
        prop_assert_eq!(texts(forward), texts(backward));
    }
}
