//! Every type: what is taken, its normal form, what is refused and why; and the way there and back.

use proptest::prelude::*;

use super::loc::location_of_grid;
use super::schema::Shape;
use super::*;

fn origin() -> Name {
    "t.example.".parse().unwrap()
}

fn kind(text: &str) -> RecordType {
    text.parse().unwrap()
}

/// Type, what was written, its normal form (empty: the same).
const GOOD: &[(&str, &str, &str)] = &[
    ("A", "192.0.2.1", ""),
    ("A", "\\# 4 C0000201", "192.0.2.1"),
    ("A", "( 192.0.2.1 ) ; home", "192.0.2.1"),
    ("AAAA", "2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
    ("AAAA", "::ffff:192.0.2.1", ""),
    ("NS", "ns1", "ns1.t.example."),
    ("NS", "NS1.Example.ORG.", "ns1.example.org."),
    ("CNAME", "@", "t.example."),
    ("CNAME", "bücher.example.", "xn--bcher-kva.example."),
    ("CNAME", "a\\.b\\032c\\\"", "a\\.b\\032c\\\".t.example."),
    (
        "SOA",
        "ns1 hostmaster 2026112101 2h 30m 2w 300",
        "ns1.t.example. hostmaster.t.example. 2026112101 7200 1800 1209600 300",
    ),
    ("PTR", "host.example.", ""),
    ("MX", "10 mail", "10 mail.t.example."),
    ("MX", "0 .", ""),
    ("TXT", "\"v=spf1 mx -all\"", ""),
    ("TXT", "\"a\"\"b\" \"\"", "\"a\" \"b\" \"\""),
    (
        "TXT",
        "\"quote \\\" slash \\\\ \\065 ; ( )\"",
        "\"quote \\\" slash \\\\ A ; ( )\"",
    ),
    ("TXT", "\"73 de Jürgen\"", "\"73 de J\\195\\188rgen\""),
    ("SPF", "\"v=spf1 -all\"", ""),
    ("RP", "op.example.org. txt", "op.example.org. txt.t.example."),
    ("RP", "op\\@home.example. .", ""),
    ("AFSDB", "1 afs", "1 afs.t.example."),
    ("HINFO", "IC-7300 \"1 kW\"", "\"IC-7300\" \"1 kW\""),
    (
        "LOC",
        "37 52 30 N 122 16 W 52m",
        "37 52 30.000 N 122 16 0.000 W 52.00m 1.00m 10000.00m 10.00m",
    ),
    (
        "LOC",
        "90 S 180 W -100000 0m 0.01m 90000000.00m",
        "90 0 0.000 S 180 0 0.000 W -100000.00m 0.00m 0.01m 90000000.00m",
    ),
    (
        "LOC",
        "0 0 0.001 n 0 59 59.999 e 42849672.95m 5m",
        "0 0 0.001 N 0 59 59.999 E 42849672.95m 5.00m 10000.00m 10.00m",
    ),
    ("SRV", "10 20 5060 sip", "10 20 5060 sip.t.example."),
    ("SRV", "0 0 0 .", ""),
    (
        "NAPTR",
        "100 10 u E2U+sip \"!^.*$!sip:info@t.example!\" .",
        "100 10 \"u\" \"E2U+sip\" \"!^.*$!sip:info@t.example!\" .",
    ),
    (
        "SSHFP",
        "4 1 0102030405060708090A0B0C0D0E0F 1011121314",
        "4 1 0102030405060708090a0b0c0d0e0f1011121314",
    ),
    ("TLSA", "3 1 1 AB cd", "3 1 1 abcd"),
    ("SMIMEA", "3 0 0 ff", ""),
    (
        "DS",
        "12345 ECDSAP256SHA256 1 0102030405060708090a0b0c0d0e0f1011121314",
        "12345 13 1 0102030405060708090a0b0c0d0e0f1011121314",
    ),
    ("CDS", "0 0 0 00", ""),
    ("CDNSKEY", "0 3 0 AA==", ""),
    ("DNSKEY", "257 3 13 AQID BAU=", "257 3 13 AQIDBAU="),
    ("CAA", "0 issue letsencrypt.org", "0 issue \"letsencrypt.org\""),
    ("CAA", "128 ISSUE \";\"", "128 issue \";\""),
    ("CAA", "0 iodef \"\"", ""),
    ("SVCB", "0 svc.example.", ""),
    (
        "HTTPS",
        "1 . port=8443 alpn=h2,h3 ipv4hint=192.0.2.80",
        "1 . alpn=h2,h3 port=8443 ipv4hint=192.0.2.80",
    ),
    (
        "HTTPS",
        "1 . alpn=\"h2,h3\" no-default-alpn",
        "1 . alpn=h2,h3 no-default-alpn",
    ),
    (
        "HTTPS",
        "16 foo.example. alpn=\"f\\\\\\\\oo\\\\,bar,h2\"",
        "16 foo.example. alpn=\"f\\\\\\\\oo\\\\,bar,h2\"",
    ),
    (
        "HTTPS",
        "16 foo.example. alpn=f\\\\\\092oo\\092,bar,h2",
        "16 foo.example. alpn=\"f\\\\\\\\oo\\\\,bar,h2\"",
    ),
    (
        "SVCB",
        "1 foo.example. mandatory=ipv4hint,alpn key667=\"hello\\210qoo\" alpn=h2 ipv4hint=192.0.2.1",
        "1 foo.example. mandatory=alpn,ipv4hint alpn=h2 ipv4hint=192.0.2.1 key667=\"hello\\210qoo\"",
    ),
    (
        "SVCB",
        "1 . ipv6hint=2001:DB8::1,::2 ech=AQID dohpath=/q{?dns} key9 ohttp",
        "1 . ech=AQID ipv6hint=2001:db8::1,::2 dohpath=/q{?dns} ohttp key9",
    ),
    ("URI", "10 1 \"https://t.example/a b\"", ""),
    ("DNAME", "other.example.", ""),
    ("OPENPGPKEY", "AQID\tBAU=", "AQIDBAU="),
    ("CERT", "PGP 0 0 AQID", "3 0 0 AQID"),
    ("EUI48", "00-00-5E-00-53-2a", "00-00-5e-00-53-2a"),
    ("EUI64", "00-00-5e-ef-10-00-00-2a", ""),
    ("DHCID", "AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=", ""),
    (
        "APL",
        "1:192.168.32.0/21 !1:192.168.38.0/28 2:FF00:0:0:0:0:0:0:0/8",
        "1:192.168.32.0/21 !1:192.168.38.0/28 2:ff00::/8",
    ),
    ("APL", "", ""),
    ("APL", "\\# 5 0003080101", "\\# 5 0003080101"),
    (
        "ZONEMD",
        "2026112101 1 1 000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f",
        "",
    ),
    (
        "NSEC",
        "b A MX RRSIG NSEC TYPE1234",
        "b.t.example. A MX RRSIG NSEC TYPE1234",
    ),
    (
        "NSEC3",
        "1 1 12 AABBCCDD 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR A RRSIG",
        "1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr A RRSIG",
    ),
    ("NSEC3", "1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr", ""),
    ("NSEC3PARAM", "1 0 0 -", ""),
    (
        "RRSIG",
        "A 5 3 86400 20030322173103 20030220173103 2642 Example.com. AQID",
        "A 5 3 86400 20030322173103 20030220173103 2642 example.com. AQID",
    ),
    (
        "RRSIG",
        "TYPE65280 13 3 60 1048354263 0 2642 . AQID",
        "TYPE65280 13 3 60 20030322173103 19700101000000 2642 . AQID",
    ),
    ("CSYNC", "66 3 A NS AAAA", ""),
    ("KX", "10 kx.example.", ""),
    ("MINFO", "a.example. b.example.", ""),
    ("TYPE65280", "\\# 4 01020304", ""),
    ("TYPE65280", "\\# 0", ""),
    ("TYPE1", "\\# 4 c0 00 02 01", "192.0.2.1"),
    ("WKS", "\\# 5 c000020106", ""),
];

#[test]
fn each_type_has_one_normal_form() {
    for &(name, given, normal) in GOOD {
        let normal = if normal.is_empty() { given } else { normal };
        let kind = kind(name);
        let data = read(kind, given, &origin()).unwrap_or_else(|error| panic!("{name} {given}: {error}"));
        assert_eq!(write(kind, &data), normal, "{name} {given}");
        assert_eq!(
            read(kind, normal, &Name::root()).as_ref(),
            Ok(&data),
            "{name} {normal}"
        );
        assert_eq!(check(kind, data.wire()).as_ref(), Ok(&data), "{name} {given}");
        assert_eq!(
            read_as(kind, normal, &origin(), Form::Master),
            Ok(data),
            "{name} {normal}"
        );
    }
}

/// Type, what was written, the field, the rule, and a word of the advice.
const BAD: &[(&str, &str, &str, Rule, &str)] = &[
    ("A", "", "address", Rule::Missing, "A is written as: address"),
    (
        "A",
        "192.0.2.01",
        "address",
        Rule::Address,
        "without leading zeros",
    ),
    ("A", "192.0.2", "address", Rule::Address, "four numbers"),
    ("A", "2001:db8::1", "address", Rule::Address, "use type AAAA"),
    ("A", "192.0.2.1 192.0.2.2", "data", Rule::Surplus, "too much"),
    ("A", "\"192.0.2.1\"", "address", Rule::Form, "quotes"),
    (
        "A",
        "192.0.2.1\n192.0.2.2",
        "data",
        Rule::Surplus,
        "one record at a time",
    ),
    ("A", "\\# 5 c000020100", "data", Rule::Surplus, "last field"),
    (
        "A",
        "\\# 5 c0000201",
        "length",
        Rule::Length,
        "5 octets are announced and 4",
    ),
    ("A", "\\# x c0000201", "length", Rule::Number, "0 to 65535"),
    ("A", "\\# 4 c00002zz", "data", Rule::Encoding, "hexadecimal"),
    ("AAAA", "192.0.2.1", "address", Rule::Address, "use type A"),
    ("AAAA", "fe80::1%eth0", "address", Rule::Address, "groups"),
    ("NS", "a..b", "target", Rule::Name, "empty"),
    ("NS", "\"ns1\"", "target", Rule::Form, "without quotes"),
    (
        "CNAME",
        "a b",
        "data",
        Rule::Surplus,
        "CNAME is written as: target",
    ),
    (
        "SOA",
        "ns1 op@example.org. 1 2 3 4 5",
        "rname",
        Rule::Name,
        "in place of the @",
    ),
    (
        "SOA",
        "ns1 op 1 2 3 4",
        "minimum",
        Rule::Missing,
        "mname, rname, serial",
    ),
    ("SOA", "ns1 op -1 2 3 4 5", "serial", Rule::Number, "4294967295"),
    ("MX", "mail", "preference", Rule::Number, "0 to 65535"),
    ("MX", "65536 mail", "preference", Rule::Number, "0 to 65535"),
    ("MX", "+1 mail", "preference", Rule::Number, "0 to 65535"),
    ("TXT", "v=spf1 -all", "text", Rule::Text, "double quotes"),
    ("TXT", "\"open", "data", Rule::Text, "not closed"),
    ("TXT", "\"\\256\"", "text", Rule::Text, "backslash"),
    ("TXT", "\"\\25\"", "text", Rule::Text, "backslash"),
    ("TXT", "", "text", Rule::Missing, "text"),
    ("TXT", "(\"a\"", "data", Rule::Text, "never closed"),
    ("TXT", "\"a\")", "data", Rule::Text, "never opened"),
    ("LOC", "122 N 1 E 0", "latitude", Rule::Value, "0 to 90"),
    ("LOC", "90 0 0.001 N 1 E 0", "latitude", Rule::Value, "0 to 90"),
    ("LOC", "37 60 N 1 E 0", "latitude", Rule::Value, "59.999"),
    (
        "LOC",
        "37 N 122 15 60.000 W 0m",
        "longitude",
        Rule::Value,
        "59.999",
    ),
    (
        "LOC",
        "37 N 122 15 1.0000 W 0m",
        "longitude",
        Rule::Value,
        "59.999",
    ),
    ("LOC", "N 1 E 0", "latitude", Rule::Value, "37 52 30.000 N"),
    (
        "LOC",
        "1 1 1 1 N 1 E 0",
        "latitude",
        Rule::Value,
        "37 52 30.000 N",
    ),
    ("LOC", "1 N 1 E", "altitude", Rule::Missing, "missing"),
    ("LOC", "1 N 1 E high", "altitude", Rule::Value, "52m"),
    (
        "LOC",
        "1 N 1 E 1m 1.5m",
        "size",
        Rule::Value,
        "write 1.00m or 2.00m",
    ),
    (
        "LOC",
        "1 N 1 E 1m 1m 99999999m",
        "horizontal precision",
        Rule::Value,
        "90000000",
    ),
    ("LOC", "1 N 1 E 1m 1m 1m 1m 1m", "data", Rule::Surplus, "too much"),
    ("NAPTR", "1 1 \"u\" \"x\"", "regexp", Rule::Missing, "replacement"),
    (
        "SSHFP",
        "4 2 0102",
        "fingerprint",
        Rule::Length,
        "has 32, written as 64",
    ),
    ("SSHFP", "4 2", "fingerprint", Rule::Missing, "missing"),
    ("TLSA", "3 1 1 abc", "data", Rule::Encoding, "two for each octet"),
    ("TLSA", "256 1 1 ab", "usage", Rule::Number, "0 to 255"),
    ("DS", "1 13 2 00", "digest", Rule::Length, "has 32"),
    ("DS", "1 NOPE 2 00", "algorithm", Rule::Number, "NOPE"),
    ("DNSKEY", "257 3 13 AQI", "key", Rule::Encoding, "base64"),
    ("CAA", "0 is-sue \"x\"", "tag", Rule::Value, "issue"),
    ("CAA", "256 issue \"x\"", "flags", Rule::Number, "255"),
    ("HTTPS", "1 . alpn=h2 alpn=h3", "parameters", Rule::Order, "twice"),
    (
        "HTTPS",
        "1 . no-default-alpn",
        "parameters",
        Rule::Value,
        "needs alpn",
    ),
    ("HTTPS", "1 . mandatory=port", "parameters", Rule::Value, "port"),
    (
        "HTTPS",
        "1 . mandatory=mandatory",
        "parameters",
        Rule::Value,
        "mandatory",
    ),
    (
        "HTTPS",
        "1 . mandatory=port,port port=1",
        "parameters",
        Rule::Value,
        "twice",
    ),
    ("HTTPS", "1 . port=65536", "parameters", Rule::Value, "0 to 65535"),
    ("HTTPS", "1 . ipv4hint=::1", "parameters", Rule::Value, "IPv4"),
    ("HTTPS", "1 . ech=?", "parameters", Rule::Value, "base64"),
    ("HTTPS", "1 . alpn=", "parameters", Rule::Value, "needs a value"),
    ("HTTPS", "1 . alpn=h2,,h3", "parameters", Rule::Value, "1 to 255"),
    (
        "HTTPS",
        "1 . colour=red",
        "parameters",
        Rule::Value,
        "is not a parameter",
    ),
    (
        "HTTPS",
        "1 . key65535=x",
        "parameters",
        Rule::Value,
        "is not a parameter",
    ),
    (
        "HTTPS",
        "1 . key01=x",
        "parameters",
        Rule::Value,
        "is not a parameter",
    ),
    ("EUI48", "00:00:5e:00:53:2a", "address", Rule::Address, "hyphens"),
    ("APL", "3:1/2", "prefixes", Rule::Address, "1:192.0.2.0/24"),
    (
        "APL",
        "1:192.0.2.0/33",
        "prefixes",
        Rule::Address,
        "1:192.0.2.0/24",
    ),
    ("NSEC", "b A FOO", "types", Rule::Value, "FOO"),
    ("NSEC3", "1 0 0 - !", "next", Rule::Encoding, "base32"),
    (
        "RRSIG",
        "A 5 3 86400 20031322173103 0 2642 . AQID",
        "expiration",
        Rule::Value,
        "YYYYMMDD",
    ),
    ("TYPE65280", "01020304", "data", Rule::Form, "\\#"),
    ("TYPE65280", "\\# 2 010203", "length", Rule::Length, "3 are given"),
    ("ANY", "\\# 0", "data", Rule::Form, "no zone"),
    ("OPT", "\\# 0", "data", Rule::Form, "no zone"),
];

#[test]
fn each_error_names_field_and_rule_and_what_to_do() {
    for &(name, given, field, rule, advice) in BAD {
        let error = read(kind(name), given, &origin()).expect_err(&format!("{name} {given}"));
        assert_eq!(
            (error.field, error.rule),
            (field, rule),
            "{name} {given}: {error}"
        );
        assert!(error.to_string().contains(advice), "{name} {given}: {error}");
        assert!(error.at <= given.len(), "{name} {given}: {}", error.at);
    }
}

#[test]
fn long_text_is_split_for_members_and_refused_in_master_files() {
    let long = format!("\"{}\"", "x".repeat(300));
    let data = read(RecordType::TXT, &long, &origin()).unwrap();
    assert_eq!(
        (data.wire()[0], data.wire()[256], data.wire().len()),
        (255, 45, 302)
    );
    let error = read_as(RecordType::TXT, &long, &origin(), Form::Master).unwrap_err();
    assert_eq!((error.field, error.rule), ("text", Rule::Length));
    assert!(read(RecordType::HINFO, &format!("{long} x"), &origin()).is_err());
    let whole = format!("\"{}\"", "x".repeat(65_536));
    assert_eq!(
        read(RecordType::TXT, &whole, &origin()).unwrap_err().rule,
        Rule::Length
    );
}

#[test]
fn master_files_may_leave_quotes_out_and_have_sizes_cut() {
    let text =
        |text| read_as(RecordType::TXT, text, &origin(), Form::Master).map(|d| write(RecordType::TXT, &d));
    assert_eq!(text("v=spf1 -all").unwrap(), "\"v=spf1\" \"-all\"");
    let place = read_as(RecordType::LOC, "1 N 1 E 1m 25m", &origin(), Form::Master).unwrap();
    assert!(write(RecordType::LOC, &place).contains(" 1.00m 20.00m "));
    let name = read_as(RecordType::CNAME, "bücher.example.", &origin(), Form::Master).unwrap();
    assert_eq!(write(RecordType::CNAME, &name), "b\\195\\188cher.example.");
}

#[test]
fn wire_data_are_held_to_their_form() {
    let bad: &[(RecordType, &[u8])] = &[
        (RecordType::A, b"\x01\x02\x03"),
        (RecordType::NS, b"\x01a"),
        (RecordType::NS, b"\xc0\x0c"),
        (RecordType::NS, b"\x00\x00"),
        (RecordType::MX, b"\x00\x0a"),
        (RecordType::TXT, b""),
        (RecordType::TXT, b"\x02a"),
        (RecordType::LOC, &[1; 16]),
        (RecordType::LOC, &[0; 16]),
        (
            RecordType::SVCB,
            b"\x00\x01\x00\x00\x03\x00\x02\x00\x50\x00\x01\x00\x03\x02h2",
        ),
        (RecordType::SVCB, b"\x00\x01\x00\x00\x03\x00\x01\x50"),
        (RecordType::NSEC, b"\x00\x00\x01\x00"),
        (RecordType::NSEC, b"\x00\x01\x01\x40\x00\x01\x40"),
        (RecordType::CAA, b"\x00\x00x"),
        (RecordType::APL, b"\x00\x01\x18\x04\xc0\x00\x02\x00"),
        (RecordType(250), b""),
    ];
    for (kind, wire) in bad {
        assert!(check(*kind, wire).is_err(), "{kind} {wire:02x?}");
    }
    let mixed = check(RecordType::MX, b"\x00\x0a\x04MAIL\x00").unwrap();
    assert_eq!(mixed.wire(), b"\x00\x0a\x04mail\x00");
}

#[test]
fn the_names_inside_are_found() {
    let inside = |kind: &str, text: &str| {
        let kind = self::kind(kind);
        let data = read(kind, text, &origin()).unwrap();
        names(kind, &data)
            .map(|name| name.to_string())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(inside("MX", "10 Mail"), "mail.t.example.");
    assert_eq!(inside("SOA", "ns op 1 2 3 4 5"), "ns.t.example. op.t.example.");
    assert_eq!(inside("HTTPS", "1 svc alpn=h2"), "svc.t.example.");
    assert_eq!(inside("NAPTR", "1 1 \"\" \"\" \"\" re"), "re.t.example.");
    assert_eq!(inside("A", "192.0.2.1"), "");
}

#[test]
fn a_grid_square_is_a_place() {
    let place = |grid: &str, altitude| location_of_grid(&grid.parse().unwrap(), altitude);
    // CM87: 122 to 124 W, 37 to 38 N; the middle exactly.
    assert_eq!(
        place("CM87", 0),
        "37 30 0.000 N 123 0 0.000 W 0.00m 1.00m 300000.00m 10.00m"
    );
    assert_eq!(
        place("CM87ss", 52),
        "37 46 15.000 N 122 27 30.000 W 52.00m 1.00m 20000.00m 10.00m"
    );
    assert_eq!(
        place("JJ", -400),
        "5 0 0.000 N 10 0 0.000 E -400.00m 1.00m 3000000.00m 10.00m"
    );
    // The corners of a square of 12 characters lie on half thousandths of a second.
    assert_eq!(
        place("RR99xx99xx99", 0),
        "89 59 59.968 N 179 59 59.937 E 0.00m 1.00m 5.00m 10.00m"
    );
    for grid in ["AA00aa00aa00", "AA", "RR99", "JN58td", "JO31AA"] {
        let text = place(grid, 100);
        let data = read(RecordType::LOC, &text, &origin()).unwrap();
        assert_eq!(write(RecordType::LOC, &data), text);
    }
}

fn schema_kinds() -> Vec<RecordType> {
    (0..=300)
        .map(RecordType)
        .filter(|kind| fields(*kind).is_some())
        .collect()
}

fn any_wire_name() -> impl Strategy<Value = Vec<u8>> {
    let octet = prop_oneof![any::<u8>(), Just(b'.'), Just(b'\\'), Just(b'a'), Just(b'"')];
    prop::collection::vec(prop::collection::vec(octet, 1..6), 0..4).prop_map(|labels| {
        let mut wire = Vec::new();
        for label in labels {
            read::push_string(&label, &mut wire).unwrap();
        }
        wire.push(0);
        wire
    })
}

fn any_string() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..40).prop_map(|octets| {
        let mut wire = Vec::new();
        read::push_string(&octets, &mut wire).unwrap();
        wire
    })
}

fn octets(count: impl Into<prop::collection::SizeRange>) -> BoxedStrategy<Vec<u8>> {
    prop::collection::vec(any::<u8>(), count).boxed()
}

/// Wire forms of one shape.
fn any_field(shape: Shape) -> BoxedStrategy<Vec<u8>> {
    match shape {
        Shape::U8 | Shape::Algorithm => octets(1),
        Shape::U16 | Shape::Type | Shape::Certificate => octets(2),
        Shape::U32 | Shape::Period | Shape::Time | Shape::Ip4 => octets(4),
        Shape::Ip6 => octets(16),
        Shape::Eui48 => octets(6),
        Shape::Eui64 => octets(8),
        Shape::Name | Shape::Mailbox => any_wire_name().boxed(),
        Shape::Text | Shape::Salt => any_string().boxed(),
        Shape::Texts => prop::collection::vec(any_string(), 1..4)
            .prop_map(|s| s.concat())
            .boxed(),
        Shape::Rest => octets(0..40),
        Shape::Tag => "[a-zA-Z0-9]{1,12}"
            .prop_map(|tag| [&[u8::try_from(tag.len()).unwrap()], tag.as_bytes()].concat())
            .boxed(),
        Shape::Hex | Shape::Base64 => octets(1..80),
        Shape::Hash => octets(1..30)
            .prop_map(|hash| [vec![u8::try_from(hash.len()).unwrap()], hash].concat())
            .boxed(),
        Shape::Types => prop::collection::btree_set(any::<u16>(), 0..9)
            .prop_map(|kinds| {
                let text: Vec<_> = kinds.iter().map(|kind| format!("TYPE{kind}")).collect();
                read(RecordType::NSEC, &format!(". {}", text.join(" ")), &Name::root())
                    .unwrap()
                    .wire()[1..]
                    .to_vec()
            })
            .boxed(),
        Shape::Location => (
            0..=9_u8,
            1..=9_u8,
            0..=648_000_000_u32,
            0..=1_296_000_000_u32,
            any::<u32>(),
        )
            .prop_map(|(power, digit, lat, lon, alt)| {
                let size = digit << 4 | power;
                let mut wire = vec![0, size, 0, 0x12];
                wire.extend(((1 << 31) - 324_000_000 + lat).to_be_bytes());
                wire.extend(((1 << 31) - 648_000_000 + lon).to_be_bytes());
                wire.extend(alt.to_be_bytes());
                wire
            })
            .boxed(),
        Shape::Params => prop::collection::btree_map(
            prop_oneof![Just(1_u16), Just(3), Just(4), Just(5), Just(6), 9_u16..65_535],
            octets(1..20),
            0..5,
        )
        .prop_map(|params| {
            let mut wire = Vec::new();
            for (key, mut value) in params {
                match key {
                    1 => value.insert(0, u8::try_from(value.len()).unwrap()),
                    3 => value.resize(2, 7),
                    4 => value.resize(8, 7),
                    6 => value.resize(16, 7),
                    _ => {}
                }
                wire.extend(key.to_be_bytes());
                wire.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
                wire.extend(value);
            }
            wire
        })
        .boxed(),
        Shape::Prefixes => prop::collection::vec((any::<bool>(), octets(0..5), 0..=32_u8), 0..4)
            .prop_map(|items| {
                let mut wire = Vec::new();
                for (not, mut address, prefix) in items {
                    address.truncate(4);
                    while address.last() == Some(&0) {
                        address.pop();
                    }
                    wire.extend([
                        0,
                        1,
                        prefix,
                        u8::from(not) << 7 | u8::try_from(address.len()).unwrap(),
                    ]);
                    wire.extend(address);
                }
                wire
            })
            .boxed(),
    }
}

fn any_data() -> impl Strategy<Value = (RecordType, Vec<u8>)> {
    prop::sample::select(schema_kinds()).prop_flat_map(|kind| {
        let fields = fields(kind)
            .unwrap()
            .iter()
            .map(|field| any_field(field.shape))
            .collect::<Vec<_>>();
        fields.prop_map(move |fields| (kind, fields.concat()))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn wire_leads_to_text_and_back((kind, wire) in any_data()) {
        // Digests of a fixed length are seldom hit; the rest must be right.
        if let Ok(data) = check(kind, &wire) {
            let text = write(kind, &data);
            for form in [Form::Strict, Form::Master] {
                let back = read_as(kind, &text, &Name::root(), form);
                prop_assert_eq!(back.as_ref(), Ok(&data), "{} {}", kind, text);
            }
            prop_assert!(!text.starts_with("\\#"), "{} {}", kind, text);
        } else {
            prop_assert!(matches!(kind.0, 43 | 44 | 59 | 63), "{} {:02x?}", kind, wire);
        }
    }

    #[test]
    fn any_octets_are_data_or_refused(kind in prop::sample::select(schema_kinds()), wire in octets(0..60)) {
        if let Ok(data) = check(kind, &wire) {
            prop_assert!(data.wire().eq_ignore_ascii_case(&wire));
            let text = write(kind, &data);
            prop_assert_eq!(read_as(kind, &text, &Name::root(), Form::Strict), Ok(data), "{} {}", kind, text);
        }
    }

    #[test]
    fn any_text_is_data_or_refused(kind in prop::sample::select(schema_kinds()), text in "[ -~äß\n\t]{0,60}") {
        for form in [Form::Strict, Form::Master] {
            if let Ok(data) = read_as(kind, &text, &origin(), form) {
                prop_assert_eq!(check(kind, data.wire()), Ok(data));
            }
        }
    }

    #[test]
    fn a_mutated_text_is_data_or_refused(
        good in prop::sample::select(GOOD), at in 0..200_usize, put in "[ -~]{0,3}", cut in 0..4_usize
    ) {
        let (name, text, _) = good;
        let mut chars: Vec<char> = text.chars().collect();
        let at = at.min(chars.len());
        let end = (at + cut).min(chars.len());
        chars.splice(at..end, put.chars());
        let text: String = chars.into_iter().collect();
        let kind = kind(name);
        if let Ok(data) = read(kind, &text, &origin()) {
            prop_assert_eq!(read(kind, &write(kind, &data), &Name::root()), Ok(data));
        }
    }
}
