use super::super::n1mm::{Message, NotXml};
use super::*;
use crate::ham::freq::Hertz;

const ADD: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<contactinfo>
	<app>N1MM</app><contestname>CQWWCW</contestname><contestnr>6</contestnr>
	<timestamp>2026-11-21 09:19:10</timestamp><mycall>W1AW</mycall><band>14</band>
	<rxfreq>1402510</rxfreq><txfreq>1402500</txfreq><operator>K1ABC</operator><mode>CW</mode><call>JA1XYZ</call>
	<countryprefix>JA</countryprefix><snt>599</snt><sntnr>5</sntnr><rcv>599</rcv><rcvnr>0</rcvnr>
	<gridsquare> </gridsquare><exchange1></exchange1><section></section><comment>Tom &amp; Jerry &lt;73&gt;</comment>
	<name>José</name><power></power><zone>25</zone><ck>0</ck><ismultiplierl>1</ismultiplierl><points>3</points>
	<IsOriginal>True</IsOriginal><NetBiosName>SHACK</NetBiosName><StationName>RUN1</StationName>
	<ID>F9ffac4fcd3e479ca86e137df1338531</ID>
</contactinfo>"#;

fn read(text: &str) -> Message {
    Message::read(text.as_bytes(), now()).unwrap()
}

#[test]
fn a_contact_has_its_fields_in_adif() {
    let Message::Add(logged) = read(ADD) else {
        panic!("a contact")
    };
    let contact = logged.contact.unwrap();
    for (name, value) in [
        ("CALL", "JA1XYZ"),
        ("QSO_DATE", "20261121"),
        ("TIME_ON", "091910"),
        ("FREQ", "14.025"),
        ("FREQ_RX", "14.0251"),
        ("BAND", "20m"),
        ("CONTEST_ID", "CQ-WW-CW"),
        ("STX", "5"),
        ("CQZ", "25"),
        ("COMMENT", "Tom & Jerry <73>"),
        ("NAME", "José"),
        ("STATION_CALLSIGN", "W1AW"),
        ("OPERATOR", "K1ABC"),
        ("APP_N1MM_MULT1", "1"),
    ] {
        assert_eq!(contact.get(name), Some(value), "{name}");
    }
    for name in ["SRX", "GRIDSQUARE", "ARRL_SECT", "CHECK", "RX_PWR"] {
        assert_eq!(contact.get(name), None, "{name}");
    }
    assert!(logged.is_original && logged.former.is_none());
    assert_eq!(
        logged.keys.0,
        [
            "id:f9ffac4fcd3e479ca86e137df1338531",
            "at:RUN1|2026-11-21T09:19:10Z|JA1XYZ"
        ]
    );
}

#[test]
fn bare_ampersands_are_taken_for_themselves() {
    let bare = ADD.replace("Tom &amp; Jerry &lt;73&gt;", "Tom & Jerry &co; &#0; &amp; R&B");
    let Message::Add(logged) = read(&bare) else {
        panic!("a contact")
    };
    let contact = logged.contact.unwrap();
    assert_eq!(contact.get("COMMENT"), Some("Tom & Jerry &co; &#0; & R&B"));
}

#[test]
fn a_byte_order_mark_and_other_cases_do_no_harm() {
    let text = format!(
        "\u{feff}{}",
        ADD.replace("contactinfo", "ContactInfo")
            .replace("<call>", "<Call>")
            .replace("</call>", "</Call>")
    );
    let Message::Add(logged) = read(&text) else {
        panic!("a contact")
    };
    assert_eq!(logged.contact.unwrap().head().call.as_str(), "JA1XYZ");
    let latin1: Vec<u8> = ADD.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let Ok(Message::Add(logged)) = Message::read(&latin1, now()) else {
        panic!("a contact")
    };
    assert_eq!(logged.contact.unwrap().get("NAME"), Some("José"));
}

#[test]
fn what_is_no_document_is_refused() {
    for text in [
        "",
        "<contactinfo><call>K1ABC</contactinfo>",
        "<contactinfo>",
        "<!DOCTYPE a [<!ENTITY b \"c\">]><contactinfo><call>&b;</call></contactinfo>",
        "<a></a><b></b>",
        &"<a>".repeat(13),
        &format!("<a>{}</a>", "<b></b>".repeat(601)),
    ] {
        assert_eq!(Message::read(text.as_bytes(), now()), Err(NotXml), "{text}");
    }
}

#[test]
fn bands_are_named_by_their_megahertz() {
    for (given, band) in [
        ("1.8", "160m"),
        ("3,5", "80m"),
        ("5", "60m"),
        ("7", "40m"),
        ("10", "30m"),
        ("18", "17m"),
        ("24", "12m"),
        ("28", "10m"),
        ("50", "6m"),
        ("144", "2m"),
        ("222", "1.25m"),
        ("420", "70cm"),
        ("1240", "23cm"),
        ("10000", "3cm"),
    ] {
        let text = ADD.replace("<band>14<", &format!("<band>{given}<"));
        let text = text.replace("1402510", "0").replace("1402500", "0");
        let Message::Add(logged) = read(&text) else {
            panic!("a contact")
        };
        let contact = logged.contact.unwrap();
        assert_eq!(
            (contact.get("BAND"), contact.get("FREQ")),
            (Some(band), None),
            "{given}"
        );
    }
}

#[test]
fn changes_tell_what_they_were_called_before() {
    let text = ADD.replace("contactinfo", "contactreplace").replace(
        "</contactreplace>",
        "<oldcall>JA1XYY</oldcall><oldtimestamp>2026-11-21 09:19:00</oldtimestamp></contactreplace>",
    );
    let Message::Replace(logged) = read(&text) else {
        panic!("a change")
    };
    let former = logged.former.unwrap();
    assert_eq!(former.0[1], "at:RUN1|2026-11-21T09:19:00Z|JA1XYY");
}

#[test]
fn only_originals_are_told_as_such() {
    for (given, original) in [
        ("True", true),
        ("1", true),
        ("true", true),
        ("False", false),
        ("0", false),
        (" ", true),
    ] {
        let text = ADD.replace("<IsOriginal>True<", &format!("<IsOriginal>{given}<"));
        let Message::Add(logged) = read(&text) else {
            panic!("a contact")
        };
        assert_eq!(logged.is_original, original, "{given}");
    }
}

#[test]
fn radios_are_in_tens_of_hertz_and_spots_in_kilohertz() {
    let Message::Radio(radio) = read(
        "<RadioInfo><StationName>RUN1</StationName><RadioNr>2</RadioNr><Freq>1407400</Freq><TXFreq>1407600</TXFreq>\
         <Mode>USB</Mode><OpCall>W1AW</OpCall><IsSplit>True</IsSplit><IsTransmitting>0</IsTransmitting></RadioInfo>",
    ) else {
        panic!("a radio")
    };
    assert_eq!(
        (radio.freq, radio.tx_freq),
        (Some(Hertz::new(14_074_000)), Some(Hertz::new(14_076_000)))
    );
    assert_eq!(
        (radio.number, radio.split, radio.transmitting),
        (Some(2), true, false)
    );
    let Message::Spot(spot) = read(
        "<spot><app>N1MM</app><StationName>A</StationName><dxcall>JA1XYZ</dxcall><frequency>14025.1</frequency>\
         <spottercall>W1AW</spottercall><action>ADD</action><timestamp>2026-11-21 09:00:00</timestamp></spot>",
    ) else {
        panic!("a spot")
    };
    assert_eq!(
        (spot.freq, spot.action.as_str()),
        (Some(Hertz::new(14_025_100)), "add")
    );
    assert_eq!(
        read("<dynamicresults><a><b>1</b></a></dynamicresults>"),
        Message::Other("dynamicresults".into())
    );
    assert_eq!(read("<AppInfo/>"), Message::Other("AppInfo".into()));
}

#[test]
fn documents_cut_anywhere_are_refused() {
    for length in 0..=ADD.len() - "</contactinfo>".len() {
        assert!(
            Message::read(&ADD.as_bytes()[..length], now()).is_err(),
            "{length}"
        );
    }
}
