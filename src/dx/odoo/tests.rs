//! Calls are read as Python's client writes them and as others do; what is hostile is refused shortly.

use proptest::prelude::*;

use super::read::method_call;
use super::*;
use crate::ham::freq::Hertz;
use crate::ham::spot::SpotMode;

/// A call with these parameters, as Python's `xmlrpc.client` writes it.
fn call(method: &str, params: &str) -> String {
    format!(
        "<?xml version='1.0'?>\n<methodCall>\n<methodName>{method}</methodName>\n<params>\n{params}</params>\n</methodCall>\n"
    )
}

fn param(value: &str) -> String {
    format!("<param>\n<value>{value}</value>\n</param>\n")
}

fn one(value: &str) -> Value {
    let read = method_call(call("m", &param(value)).as_bytes());
    read.unwrap_or_else(|error| panic!("{value}: {error}"))
        .params
        .remove(0)
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn vals(entries: &[(&str, Value)]) -> Value {
    let entry = |(name, value): &(&str, Value)| ((*name).to_owned(), value.clone());
    Value::Struct(entries.iter().map(entry).collect())
}

#[test]
fn every_form_of_a_value_is_read() {
    assert_eq!(one("<string>a &amp; b &#65;</string>"), text("a & b A"));
    assert_eq!(one("bare text"), text("bare text"));
    assert_eq!(one("<![CDATA[<b>]]>"), text("<b>"));
    assert_eq!(one(""), text(""));
    assert_eq!(one("<string/>"), text(""));
    assert_eq!(one(" <int>-7</int> "), Value::Int(-7));
    assert_eq!(one("<i4>+7</i4>"), Value::Int(7));
    assert_eq!(one("<i8>1700000000000</i8>"), Value::Int(1_700_000_000_000));
    assert_eq!(one("<boolean>1</boolean>"), Value::Bool(true));
    assert_eq!(one("<double>14025.1</double>"), Value::Double(14_025.1));
    assert_eq!(one("<nil/>"), Value::Nil);
    assert_eq!(one("<ex:nil/>"), Value::Nil);
    assert_eq!(one("<base64>\neA==\n</base64>"), Value::Bytes(b"x".to_vec()));
    let time = one("<dateTime.iso8601>20261121T08:48:00</dateTime.iso8601>")
        .time()
        .unwrap();
    assert_eq!(time.to_string(), "2026-11-21T08:48:00Z");
    assert_eq!(
        one("<array><data>\n<value><int>1</int></value>\n</data></array>"),
        Value::Array(vec![Value::Int(1)])
    );
    assert_eq!(one("<array><data/></array>"), Value::Array(vec![]));
    assert_eq!(one("<struct>\n</struct>"), Value::Struct(vec![]));
    let member =
        "<struct>\n<member>\n<name>a</name>\n<value><string>b</string></value>\n</member>\n</struct>";
    assert_eq!(one(member), vals(&[("a", text("b"))]));
}

#[test]
fn control_characters_and_other_encodings_do_not_break_a_call() {
    assert_eq!(one("<string>a\u{1}b</string>"), text("a\u{1}b"));
    let mut body = call("m", &param("<string>caf_</string>")).into_bytes();
    let at = body.iter().position(|byte| *byte == b'_').unwrap();
    body[at] = 0xE9;
    assert!(method_call(&body).is_ok());
}

#[test]
fn what_is_no_call_is_refused_without_repeating_it() {
    let deep = "<array><data><value>".repeat(20_000);
    for body in [
        "",
        "secret",
        "<methodCall>",
        "<methodCall><methodName>m</methodName>",
        "<other/>",
        "<!DOCTYPE x [<!ENTITY a \"secret\">]><methodCall><methodName>&a;</methodName></methodCall>",
        &call("m", &param("<string>&secret;</string>")),
        &call("m", &param("<int>secret</int>")),
        &call("m", &param("<int>99999999999999999999</int>")),
        &call("m", &param("<boolean>secret</boolean>")),
        &call("m", &param("<secret>1</secret>")),
        &call("m", &param("<string>a</string><string>b</string>")),
        &call("m", &param("<dateTime.iso8601>secret</dateTime.iso8601>")),
        &call("m", &param(&deep)),
    ] {
        let error = method_call(body.as_bytes()).unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
    }
    let many = "<value><int>1</int></value>".repeat(60_000);
    assert!(
        method_call(call("m", &param(&format!("<array><data>{many}</data></array>"))).as_bytes()).is_err()
    );
    assert!(method_call(call("m", "").as_bytes()).unwrap().params.is_empty());
}

#[test]
fn answers_are_what_clients_read() {
    assert!(response(&Value::Bool(true)).contains("<value><boolean>1</boolean></value>"));
    let told = response(&vals(&[("a<b", text("x & y\u{1}"))]));
    assert!(
        told.contains("<name>a&lt;b</name>") && told.contains("<string>x &amp; y</string>"),
        "{told}"
    );
    let numbered = fault(&Fault::AccessDenied, false);
    assert!(
        numbered.contains("<int>3</int>") && numbered.contains("Access Denied"),
        "{numbered}"
    );
    assert!(fault(&Fault::AccessDenied, true).contains("<string>AccessDenied</string>"));
    assert!(
        fault(&Fault::Warning("missing: frequency".to_owned()), true)
            .contains("warning -- UserError\n\nmissing")
    );
}

fn push(params: &[Value]) -> Result<Call, Fault> {
    object_call("execute_kw", params)
}

#[test]
fn push_spot_is_found_by_place_and_by_name() {
    let spot = vals(&[("callsign", text("W1AW"))]);
    let head = [
        text("db"),
        Value::Int(2),
        text("key"),
        text("ham.dx.spot"),
        text("push_spot"),
    ];
    let call = |rest: &[Value]| push(&[&head[..], rest].concat());
    let pushes = |call: Result<Call, Fault>| matches!(call, Ok(Call::Execute { uid: 2, what: Execute::Push(vals), .. }) if vals == spot);
    assert!(pushes(call(&[Value::Array(vec![spot.clone()])])));
    assert!(pushes(call(&[
        Value::Array(vec![spot.clone()]),
        Value::Struct(vec![])
    ])));
    assert!(pushes(call(&[
        Value::Array(vec![]),
        vals(&[("vals", spot.clone())])
    ])));
    assert!(
        pushes(call(&[Value::Array(vec![Value::Array(vec![]), spot.clone()])])),
        "with record numbers"
    );
    assert!(pushes(object_call(
        "execute",
        &[&head[..], std::slice::from_ref(&spot)].concat()
    )));
    assert!(matches!(call(&[]), Err(Fault::Application(_))));
    assert!(matches!(push(&head[..3]), Err(Fault::Application(_))));
    let other = |model: &str, method: &str| {
        execute(model, method, std::slice::from_ref(&spot), &Value::Nil).unwrap_err()
    };
    assert_eq!(other("ham.dx.spot", "_private").code(), 4);
    assert_eq!(other("res.partner", "read").code(), 2);
    assert_eq!(other("ham.dx.spot", "unlink").code(), 1);
    assert_eq!(
        execute("res.users", "context_get", &[], &Value::Nil),
        Ok(Execute::Context)
    );
    assert!(matches!(common_call("version", &[]), Ok(Call::Version)));
    let login = common_call(
        "authenticate",
        &[text("db"), text("K1ABC"), text("key"), Value::Struct(vec![])],
    );
    assert!(matches!(login, Ok(Call::Login { login, .. }) if login == "K1ABC"));
    assert!(matches!(common_call("drop", &[]), Err(Fault::Application(_))));
}

#[test]
fn spots_are_read_under_all_their_names() {
    let (found, is_list) = spots(&vals(&[
        ("dx_call", text(" JA1XYZ ")),
        ("de", text("W3LPL-2")),
        ("qrg", text("14.074")),
        ("message", text("FT8 -12")),
        ("mode", text("ft8")),
        ("when", text("2026-11-21 08:48:00")),
        ("grid", text("PM95")),
        ("snr", Value::Double(-12.4)),
        ("unknown", Value::Nil),
    ]))
    .unwrap();
    assert!(!is_list);
    let spot = &found[0];
    assert_eq!(
        (spot.call.as_str(), spot.freq),
        ("JA1XYZ", Hertz::new(14_074_000))
    );
    assert_eq!((spot.mode, spot.snr), (Some(SpotMode::Ft8), Some(-12)));
    assert_eq!(spot.time.unwrap().to_string(), "2026-11-21T08:48:00Z");
    assert_eq!(spot.grid.unwrap().as_str(), "PM95");
}

#[test]
fn frequencies_come_in_any_unit_and_times_in_any_form() {
    let freq = |value: Value| {
        let vals = vals(&[("call", text("W1AW")), ("frequency", value)]);
        spots(&vals).map(|(found, _)| found[0].freq.get())
    };
    for (value, hertz) in [
        (Value::Double(14_025.1), 14_025_100),
        (Value::Int(14_074), 14_074_000),
        (Value::Double(14.074), 14_074_000),
        (text("1296.2"), 1_296_200_000),
        (text("10368961.9"), 10_368_961_900),
        (Value::Double(475.5), 475_500),
        (Value::Int(14_074_000), 14_074_000),
    ] {
        assert_eq!(freq(value.clone()), Ok(hertz), "{value:?}");
    }
    for value in [
        Value::Double(f64::NAN),
        Value::Double(1e300),
        Value::Int(-5),
        text("14.074.5"),
        Value::Bool(true),
    ] {
        assert!(freq(value.clone()).is_err(), "{value:?}");
    }
    let at = |value: Value| value.time().map(|time| time.to_string());
    let wanted = Some("2026-11-21T08:48:00Z".to_owned());
    for value in [
        Value::Int(1_795_250_880),
        Value::Double(1_795_250_880_000.0),
        text("2026-11-21T08:48:00Z"),
        text("2026-11-21T09:48:00+01:00"),
        text("2026-11-21 08:48:00"),
        text("1795250880"),
    ] {
        assert_eq!(at(value.clone()), wanted, "{value:?}");
    }
    assert_eq!(at(text("yesterday")), None);
    assert_eq!(at(Value::Double(f64::INFINITY)), None);
}

#[test]
fn what_is_missing_is_named() {
    let told = |entries: &[(&str, Value)]| spots(&vals(entries)).unwrap_err().to_string();
    assert_eq!(told(&[("frequency", Value::Int(14_074))]), "missing: callsign");
    assert_eq!(
        told(&[("call", text("W1AW")), ("frequency", Value::Bool(false))]),
        "missing: frequency"
    );
    assert_eq!(
        told(&[("call", text("W1AW")), ("frequency", text("loud"))]),
        "frequency: no number"
    );
    assert!(spots(&Value::Int(1)).is_err());
    let list = Value::Array(vec![
        vals(&[("call", text("W1AW")), ("freq", Value::Int(7_032))]);
        3
    ]);
    assert!(matches!(spots(&list), Ok((found, true)) if found.len() == 3));
    assert!(spots(&Value::Array(vec![Value::Nil; 5_001])).is_err());
}

proptest! {
    #[test]
    fn no_bytes_break_the_reader(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        drop(method_call(&body));
    }

    #[test]
    fn no_piece_of_a_call_breaks_the_reader(at in 0_usize..400, with in any::<u8>()) {
        let mut body = call("execute_kw", &param("<struct><member><name>a</name><value><i8>5</i8></value></member></struct>"))
            .into_bytes();
        let at = at % body.len();
        body[at] = with;
        drop(method_call(&body));
    }

    #[test]
    fn texts_come_back_from_what_is_written(said in "\\PC{0,40}") {
        let written = response(&text(&said));
        let value = written.split("<value>").nth(1).unwrap().split("</value>").next().unwrap();
        prop_assert_eq!(one(value), text(&said));
    }
}
