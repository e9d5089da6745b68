//! Tests of contacts.

use proptest::prelude::*;

use super::*;
use crate::ham::adif::{AdiWriter, Defect, FieldName, Severity};

fn contact() -> Qso {
    Qso::new(
        Callsign::parse("LA5QQ").unwrap(),
        "2023-04-05T12:00:30Z".parse().unwrap(),
        Band::parse("20m").unwrap(),
        Mode::named("CW").unwrap(),
    )
}

fn set(qso: &mut Qso, name: &str, value: &str) -> Vec<Defect> {
    let mut defects = Vec::new();
    qso.set(name, value, &mut defects);
    defects
}

#[test]
fn editing_replaces_clears_and_keeps_what_does_not_fit() {
    let mut qso = contact();
    assert!(
        set(&mut qso, "tx_pwr", "lots")
            .iter()
            .all(|d| d.severity == Severity::Warning)
    );
    assert_eq!(qso.extra("APP_SHACKBOX_RAW_TX_PWR"), Some("lots"));
    assert!(set(&mut qso, "TX_PWR", "100").is_empty());
    assert_eq!(qso.tx_power.as_ref().map(Power::milliwatts), Some(100_000));
    assert_eq!(qso.extra("APP_SHACKBOX_RAW_TX_PWR"), None);

    set(&mut qso, "OPERATOR", "LA6QQ");
    set(&mut qso, "OPERATOR", "Lars");
    assert_eq!(
        (qso.operator.as_ref(), qso.extra("OPERATOR")),
        (None, Some("Lars"))
    );

    set(&mut qso, "SAT_NAME", "QO-100");
    set(&mut qso, "SAT_NAME", "");
    set(&mut qso, "STX", "7");
    set(&mut qso, "STX", " ");
    set(&mut qso, "LOTW_QSL_SENT", "Y");
    set(&mut qso, "LOTW_QSL_SENT", "");
    assert_eq!(
        (&qso.path, &qso.contest, qso.qsl.is_empty()),
        (&None, &None, true)
    );
    set(&mut qso, "OPERATOR", "");
    set(&mut qso, "TX_PWR", "");
    assert_eq!(qso, contact());
}

#[test]
fn what_a_contact_needs_cannot_be_taken_away() {
    let mut qso = contact();
    for (name, value) in [
        ("CALL", ""),
        ("CALL", "no call"),
        ("BAND", "11m"),
        ("MODE", ""),
        ("QSO_DATE", "20230229"),
        ("TIME_ON", "9"),
    ] {
        assert_eq!(
            set(&mut qso, name, value)[0].severity,
            Severity::Error,
            "{name} {value}"
        );
    }
    assert_eq!(qso, contact());
    set(&mut qso, "CALL", "la6qq");
    set(&mut qso, "QSO_DATE", "20230406");
    set(&mut qso, "TIME_ON", "0115");
    set(&mut qso, "MODE", "USB");
    assert_eq!(qso.call.as_str(), "LA6QQ");
    assert_eq!(qso.start.to_string(), "2023-04-06T01:15:00Z");
    assert_eq!((qso.mode.main(), qso.mode.submode()), ("SSB", Some("USB")));
    assert_eq!(qso.adif_field("TIME_ON").as_deref(), Some("0115"));
    set(&mut qso, "TIME_OFF", "010000");
    assert_eq!(qso.end.unwrap().to_string(), "2023-04-07T01:00:00Z");
}

#[test]
fn services_without_adif_fields_are_kept_in_our_own() {
    let mut qso = contact();
    qso.qsl.entry("clublog").rcvd = Some(QslStatus::YES);
    qso.qsl.entry("clublog").sent = Some(QslStatus::MODIFIED);
    set(&mut qso, "APP_SHACKBOX_QSL_NEW_THING_SENT_DATE", "20230501");
    let fields: Vec<_> = qso
        .adif_fields()
        .map(|f| format!("{}={}", f.name, f.value))
        .skip(5)
        .collect();
    assert_eq!(
        fields,
        [
            "CLUBLOG_QSO_UPLOAD_STATUS=M",
            "APP_SHACKBOX_QSL_CLUBLOG_RCVD=Y",
            "APP_SHACKBOX_QSL_NEW_THING_SENT_DATE=20230501"
        ]
    );
    assert_eq!(qso.qsl.confirmed().collect::<Vec<_>>(), ["clublog"]);
    let mut again = contact();
    for field in qso.adif_fields() {
        set(&mut again, &field.name, &field.value);
    }
    assert_eq!(again, qso);
}

#[test]
fn powers_are_read_with_units_and_cut_numbers() {
    for (text, watts, milliwatts) in [
        ("100", "100", 100_000),
        ("0.0005", "0.0005", 0),
        ("1,5kW", "1500", 1_500_000),
        ("500 mw", "0.5", 500),
        (".25k", "250", 250_000),
        ("KW", "1000", 1_000_000),
        ("ETT", "500", 500_000),
        ("5NN", "599", 599_000),
        ("1K", "1000", 1_000_000),
    ] {
        let power = Power::parse(text).unwrap();
        assert_eq!(
            (power.as_str(), power.milliwatts()),
            (watts, milliwatts),
            "{text}"
        );
    }
    for text in ["", "W", "QRP", "100% EFLW", "1.2.3", "-5", "mW"] {
        assert!(Power::parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn the_stored_form_is_short() {
    let mut qso = contact();
    for (name, value) in [
        ("TIME_OFF", "120130"),
        ("FREQ", "14.025500"),
        ("RST_SENT", "599"),
        ("RST_RCVD", "579"),
        ("GRIDSQUARE", "JO59jv"),
        ("MY_GRIDSQUARE", "CM87"),
        ("STATION_CALLSIGN", "K6BP"),
        ("OPERATOR", "K6BP"),
        ("NAME", "Lars"),
        ("QTH", "Oslo"),
        ("DXCC", "266"),
        ("COUNTRY", "Norway"),
        ("CONT", "EU"),
        ("CQZ", "14"),
        ("ITUZ", "18"),
        ("TX_PWR", "100"),
        ("LOTW_QSL_RCVD", "Y"),
        ("LOTW_QSLRDATE", "20230501"),
        ("APP_SAMPLE_NOTE", "kept"),
    ] {
        assert!(set(&mut qso, name, value).is_empty(), "{name}");
    }
    let packed = rmp_serde::to_vec_named(&qso).unwrap();
    assert!(packed.len() <= 220, "{} bytes", packed.len());
    assert!(size_of::<Qso>() <= 640, "{} bytes", size_of::<Qso>());
    assert_eq!(rmp_serde::from_slice::<Qso>(&packed).unwrap(), qso);
}

/// Texts that appear in logs, and any others.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,12}",
        "[A-Z0-9/,.: @-]{1,10}",
        "[0-9]{1,8}(\\.[0-9]{0,7})?",
        prop::sample::select(vec![
            "Y", "V", "<EOR>", "a\r\nb", "]]>", "&amp;", "20230405", "1200", "14,0255", "50W", "K-0817",
            "eu-005", "SAT", "JO59",
        ])
        .prop_map(str::to_owned),
    ]
}

fn field_name() -> impl Strategy<Value = String> {
    let slots = || slot::TEXTS.iter().map(|(_, name)| *name);
    let names: Vec<String> = slots()
        .chain(slot::PLACES.iter().map(|(_, _, name)| *name))
        .chain(
            slot::SERVICES
                .iter()
                .flat_map(|(_, names)| names.iter().copied().filter(|n| !n.is_empty())),
        )
        .chain([
            "CALL",
            "QSO_DATE",
            "TIME_ON",
            "QSO_DATE_OFF",
            "TIME_OFF",
            "FREQ",
            "FREQ_RX",
            "BAND",
            "BAND_RX",
            "MODE",
            "SUBMODE",
            "GRIDSQUARE",
            "MY_GRIDSQUARE",
            "STATION_CALLSIGN",
            "OPERATOR",
            "TX_PWR",
            "RX_PWR",
            "STX",
            "SRX",
            "POTA_REF",
            "MY_POTA_REF",
            "DXCC",
            "CQZ",
            "ITUZ",
            "SFI",
            "A_INDEX",
            "K_INDEX",
            "ANT_AZ",
            "ANT_EL",
            "AGE",
            "ADDRESS",
            "RIG_INTL",
            "APP_SAMPLE_X",
            "APP_SHACKBOX_QSL_CLUBLOG_RCVD",
            "OWN_FIELD",
            "CREDIT_GRANTED",
        ])
        .map(str::to_owned)
        .collect();
    prop::sample::select(names)
}

proptest! {
    #[test]
    fn any_edits_survive_export_and_storage(edits in prop::collection::vec((field_name(), text()), 0..25)) {
        let mut qso = contact();
        for (name, value) in &edits {
            set(&mut qso, name, value);
        }
        let packed = rmp_serde::to_vec_named(&qso).unwrap();
        prop_assert_eq!(&rmp_serde::from_slice::<Qso>(&packed).unwrap(), &qso);
        let mut again = contact();
        let mut defects = Vec::new();
        for field in qso.adif_fields() {
            prop_assert!(!field.value.trim().is_empty());
            again.apply(&FieldName::new(&field.name), &field.value.as_ref().into(), field.kind, &mut defects);
        }
        let export = |qso: &Qso| {
            let mut out = String::new();
            AdiWriter.qso(qso, &mut out);
            out
        };
        prop_assert_eq!(export(&again), export(&qso));
    }

    #[test]
    fn any_text_is_a_power_or_not_without_panic(text in "\\PC{0,20}") {
        if let Ok(power) = Power::parse(&text) {
            prop_assert_eq!(Power::parse(power.as_str()).unwrap(), power);
        }
    }
}
