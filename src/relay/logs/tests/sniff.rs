use proptest::collection::vec;
use proptest::prelude::*;

use super::super::js8;
use super::super::sniff::{Decoded, Language, decode, language};
use super::super::{adif, intake};
use super::*;

#[test]
fn each_language_is_known_by_its_beginning() {
    use Language::{Adif, Js8, N1mm, Wsjtx};
    let wsjtx = packet(Message::Close);
    for (bytes, expected) in [
        (&wsjtx[..], Some(Wsjtx)),
        (b" \r\n{\"type\":\"PING\"}", Some(Js8)),
        (
            b"<?xml version=\"1.0\"?>\n<!-- a --><contactinfo></contactinfo>",
            Some(N1mm),
        ),
        (b"\xEF\xBB\xBF<RadioInfo></RadioInfo>", Some(N1mm)),
        (
            b"<contactinfo><comment><call:5>K1ABC</comment></contactinfo>",
            Some(N1mm),
        ),
        (b"<call:5>K1ABC<comment:8>with xml<eor>", Some(Adif)),
        (b"<EOH>\n<CALL:5>K1ABC <EOR>", Some(Adif)),
        (b"a header <eoh> <Call:5>K1ABC<eor>", Some(Adif)),
        (
            b"<?xml version=\"1.0\"?><ADX><RECORDS></RECORDS></ADX>",
            Some(Adif),
        ),
        (b"<adif_ver:5>3.1.0<EOH>", None),
        (b"", None),
        (b"<", None),
        (b"<call", None),
        (b"hello", None),
    ] {
        assert_eq!(language(bytes), expected, "{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn adif_honours_lengths_and_reads_latin_1() {
    let contacts = adif::contacts(&logged_adif(), Way::Adif, now());
    let [Ok(contact)] = &contacts[..] else {
        panic!("{contacts:?}")
    };
    assert_eq!(contact.get("COMMENT"), Some("Test ? <eor> ünï"));
    assert_eq!(contact.get("NAME"), Some("José"));
    assert_eq!(contact.get("OPERATOR"), Some("N0CALL"));
}

#[test]
fn one_datagram_may_hold_several_records_and_bad_ones() {
    let text = "<call:5>K1ABC<qso_date:8>20261121<time_on:4>0900<band:3>20m<mode:2>CW<eor>\
                <call:5>K2ABC<qso_date:8>2026____<time_on:4>0901<band:3>20m<mode:2>CW<eor>\
                <CALL:5>K3ABC<QSO_DATE:8>20261121<TIME_ON:4>0902<BAND:3>20m<MODE:2>CW";
    let contacts = adif::contacts(text.as_bytes(), Way::Adif, now());
    let calls: Vec<_> = contacts
        .iter()
        .map(|c| c.as_ref().map(|c| c.head().call.as_str().to_owned()))
        .collect();
    assert_eq!(calls[0].as_deref(), Ok("K1ABC"));
    assert!(calls[1].as_ref().unwrap_err().reason.contains("QSO_DATE"));
    assert_eq!(calls[2].as_deref(), Ok("K3ABC"));
}

#[test]
fn streams_are_taken_record_by_record() {
    let record = "<call:5>K1ABC<qso_date:8>20261121<time_on:4>0900<band:3>20m<mode:2>CW<eor>";
    let text = format!("{record}\n{}", &record[..30]);
    assert_eq!(adif::whole(text.as_bytes(), text.len()), record.len());
    assert_eq!(adif::whole(text.as_bytes(), record.len() - 1), 0);
    assert_eq!(adif::whole(&record.as_bytes()[..40], 40), 0);
}

#[test]
fn js8call_logs_in_json() {
    let line = r#"{"params":{"_ID":-1},"type":"LOG.QSO","value":"<call:5>K1ABC <mode:4>MFSK <submode:3>JS8 <qso_date:8>20261121 <time_on:6>092000 <band:3>40m <eor>"}"#;
    let text = format!("{line}\n{{\"type\":\"PING\",\"value\":\"\"}}\n");
    let messages = js8::read(text.as_bytes(), now()).unwrap();
    let [js8::Message::Logged(contacts), js8::Message::Other(other)] = &messages[..] else {
        panic!("{messages:?}");
    };
    assert_eq!(contacts[0].as_ref().unwrap().get("SUBMODE"), Some("JS8"));
    assert_eq!(other, "PING");
    for broken in ["{", "{}", "{\"type\":1}", "{\"type\":\"A\"} x"] {
        assert!(js8::read(broken.as_bytes(), now()).is_err(), "{broken}");
    }
    assert_eq!(
        js8::read(b"{\"type\":\"A\"}", now()).unwrap(),
        [js8::Message::Other("A".into())]
    );
}

#[test]
fn other_messages_tell_of_no_contacts() {
    for message in [
        Message::Close,
        Message::Replay,
        Message::LoggedAdif { adif: None },
    ] {
        let decoded = decode(&packet(message), now()).unwrap();
        assert_eq!(intake::arrivals(decoded, now()), []);
    }
    assert!(matches!(decode(&logged_adif(), now()), Ok(Decoded::Adif(_))));
}

/// How messages of all languages begin.
const BEGINS: [&[u8]; 7] = [
    b"",
    b"\xad\xbc\xcb\xda\0\0\0\x03\0\0\0",
    b"{\"type\":",
    b"<contactinfo>",
    b"<?xml?><contactreplace><call>",
    b"<call:",
    b"<spot>&",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_bytes_do_harm(begin in 0..BEGINS.len(), bytes in vec(any::<u8>(), 0..600)) {
        let whole = [BEGINS[begin], &bytes].concat();
        if let Ok(decoded) = decode(&whole, now()) {
            intake::arrivals(decoded, now());
        }
    }
}
