use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::super::qdatastream::{Malformed, QColor, QDateTime, QTime, Reader, Spec};
use super::super::wsjtx::{
    Configure, Decode, FreeText, Heartbeat, Highlight, Message, Packet, QsoLogged, Reply, Status, WsprDecode,
    fields_of,
};
use super::*;

fn status() -> Status {
    Status {
        dial_hz: Some(14_074_000),
        mode: text("FT8"),
        dx_call: None,
        report: text("-15"),
        tx_mode: text("FT8"),
        tx_enabled: Some(false),
        transmitting: Some(true),
        decoding: Some(false),
        rx_df: Some(1500),
        tx_df: Some(1500),
        de_call: text("N0CALL"),
        de_grid: text("EN34"),
        dx_grid: None,
        tx_watchdog: Some(false),
        submode: None,
        fast: Some(false),
        special_operation: Some(7),
        frequency_tolerance: Some(u32::MAX),
        period: Some(15),
        configuration: text("Default"),
        tx_message: text(""),
    }
}

fn decode() -> Decode {
    Decode {
        is_new: Some(true),
        time: Some(QTime { ms: 34_020_000 }),
        snr: Some(-3),
        dt: Some(-0.0),
        df: Some(1500),
        mode: text("~"),
        message: text("CQ K1ABC FN42"),
        low_confidence: Some(false),
        off_air: Some(true),
    }
}

/// One of every kind.
fn every() -> Vec<Message> {
    vec![
        Message::Heartbeat(Heartbeat {
            max_schema: Some(3),
            version: text("2.6.1"),
            revision: text(""),
        }),
        Message::Status(Box::new(status())),
        Message::Decode(decode()),
        Message::Clear { window: Some(2) },
        Message::Reply(Reply::to(&decode())),
        Message::QsoLogged(Box::new(logged())),
        Message::Close,
        Message::Replay,
        Message::HaltTx {
            auto_only: Some(true),
        },
        Message::FreeText(FreeText {
            text: text("TNX 73"),
            send: Some(false),
        }),
        Message::WsprDecode(WsprDecode {
            is_new: Some(true),
            time: Some(QTime { ms: 0 }),
            snr: Some(-28),
            dt: Some(0.5),
            frequency_hz: Some(14_097_100),
            drift: Some(-1),
            call: text("K1ABC"),
            grid: text("FN42"),
            dbm: Some(37),
            off_air: Some(false),
        }),
        Message::Location { grid: text("EN34ab") },
        Message::LoggedAdif {
            adif: Some(logged_adif()),
        },
        Message::Highlight(Highlight {
            call: text("K1ABC"),
            background: Some(QColor {
                spec: 1,
                parts: [65_535, 65_535, 0, 0, 0],
            }),
            foreground: Some(QColor::default()),
            last_only: Some(true),
        }),
        Message::SwitchConfiguration { name: text("6 m") },
        Message::Configure(Box::new(Configure {
            mode: text("FT4"),
            frequency_tolerance: Some(u32::MAX),
            submode: None,
            fast: Some(false),
            period: Some(u32::MAX),
            rx_df: Some(1200),
            dx_call: text("K1ABC"),
            dx_grid: text("FN42"),
            generate: Some(true),
        })),
        Message::Other(16),
    ]
}

#[test]
fn every_message_is_read_as_it_was_written_in_both_schemas() {
    for message in every() {
        for schema in [2, 3] {
            let packet = Packet::new(schema, "WSJT-X - 2", message.clone());
            assert_eq!(Packet::read(&packet.write()).unwrap(), packet);
        }
    }
}

#[test]
fn messages_cut_anywhere_are_shorter_messages_or_errors() {
    for message in every() {
        let whole = packet(message.clone());
        let mut shorter = 0;
        for length in 0..whole.len() {
            match Packet::read(&whole[..length]) {
                Ok(packet) => {
                    shorter += 1;
                    // Where it was cut between two fields, the first ones are there.
                    assert!(
                        packet.write().starts_with(&whole[..length]),
                        "{message:?} at {length}"
                    );
                }
                Err(error) => assert!(
                    !matches!(error, Malformed::Schema(_)),
                    "{message:?} at {length}: {error}"
                ),
            }
        }
        assert!(shorter > 0, "{message:?}");
        let longer = [&whole[..], b"bytes of a newer version"].concat();
        assert!(Packet::read(&longer).is_ok(), "{message:?}");
    }
}

#[test]
fn the_bytes_are_those_of_the_real_program() {
    // Heartbeat and Close of WSJT-X 2.6.1, by hand from the description of the protocol.
    let heartbeat = b"\xad\xbc\xcb\xda\0\0\0\x02\0\0\0\0\0\0\0\x06WSJT-X\0\0\0\x03\0\0\0\x052.6.1\0\0\0\0";
    let expected = Packet::new(2, "WSJT-X", every().remove(0));
    assert_eq!(Packet::read(heartbeat).unwrap(), expected);
    assert_eq!(expected.write(), heartbeat);
    let close = b"\xad\xbc\xcb\xda\0\0\0\x03\0\0\0\x06\0\0\0\x06WSJT-X";
    assert_eq!(packet(Message::Close), close);
}

#[test]
fn null_and_empty_texts_are_told_apart() {
    let mut first = status();
    (first.dx_call, first.de_grid) = (None, text(""));
    let Message::Status(read) = Packet::read(&packet(Message::Status(Box::new(first))))
        .unwrap()
        .message
    else {
        panic!("a status");
    };
    assert_eq!(
        (read.dx_call.as_deref(), read.de_grid.as_deref()),
        (None, Some(""))
    );
}

#[test]
fn lengths_beyond_the_datagram_are_refused_before_anything_is_allocated() {
    for claimed in [0xFFFF_FFFE_u32, 0x8000_0000, 7] {
        let mut bytes = packet(Message::Close);
        let at = bytes.len() - 10;
        bytes[at..at + 4].copy_from_slice(&claimed.to_be_bytes());
        let error = Packet::read(&bytes).unwrap_err();
        assert_eq!(error, Malformed::Length { claimed, left: 6 });
    }
}

#[test]
fn schema_1_and_strangers_are_refused() {
    let mut bytes = packet(Message::Close);
    bytes[7] = 1;
    assert_eq!(Packet::read(&bytes), Err(Malformed::Schema(1)));
    assert_eq!(Packet::read(b"<call:5>K1ABC<eor>"), Err(Malformed::Magic));
    assert_eq!(Packet::read(b""), Err(Malformed::Magic));
}

#[test]
fn jtdx_stops_early_and_has_another_field() {
    let mut heartbeat = packet(every().remove(0));
    heartbeat.truncate(heartbeat.len() - 4);
    let Message::Heartbeat(read) = Packet::read(&heartbeat).unwrap().message else {
        panic!("a heartbeat");
    };
    assert_eq!((read.version.as_deref(), read.revision), (Some("2.6.1"), None));

    let mut ended = status();
    (ended.frequency_tolerance, ended.period, ended.special_operation) = (None, None, Some(1));
    let bytes = Packet::new(3, "JTDX", Message::Status(Box::new(ended))).write();
    let Message::Status(read) = Packet::read(&bytes).unwrap().message else {
        panic!("a status");
    };
    assert_eq!(
        (read.fast, read.special_operation, read.period),
        (Some(false), None, None)
    );
    assert_eq!(read.dial_hz, Some(14_074_000));
}

#[test]
fn a_reply_repeats_the_decode_to_the_letter() {
    let reply = packet(Message::Reply(Reply::to(&decode())));
    let decode = packet(Message::Decode(decode()));
    let header = 22;
    // Behind the decode's "new", up to its "off air".
    assert_eq!(
        reply[header..reply.len() - 1],
        decode[header + 1..decode.len() - 1]
    );
}

#[test]
fn decodes_tell_their_mode_and_whether_they_are_live() {
    assert_eq!(decode().mode_name(), Some("FT8"));
    assert_eq!(decode().seconds().unwrap().to_string(), "0");
    assert!(!decode().is_live());
    let live = Decode {
        off_air: Some(false),
        mode: text("?"),
        ..decode()
    };
    assert!(live.is_live());
    assert_eq!(live.mode_name(), Some("?"));
}

#[test]
fn times_of_day_are_those_nearest_to_now() {
    let quarter_to = QTime { ms: 86_385_000 };
    let near = |now: &str| quarter_to.near(at(now)).unwrap().to_string();
    assert_eq!(near("2026-11-21T00:00:05Z"), "2026-11-20T23:59:45Z");
    assert_eq!(near("2026-11-20T23:59:50Z"), "2026-11-20T23:59:45Z");
    assert_eq!(
        QTime { ms: 5_000 }.near(at("2026-11-20T23:59:50Z")),
        Some(at("2026-11-21T00:00:05Z"))
    );
    assert_eq!(QTime { ms: u32::MAX }.near(now()), None);
}

#[test]
fn dates_are_read_by_every_clock() {
    let on = |spec| QDateTime {
        day: 2_461_366,
        ms: 34_089_107,
        spec,
    };
    assert_eq!(on(Spec::Utc).instant(), Some(at("2026-11-21T09:28:09.107Z")));
    assert_eq!(on(Spec::Local).instant(), on(Spec::Utc).instant());
    assert_eq!(
        on(Spec::Offset(3600)).instant(),
        Some(at("2026-11-21T08:28:09.107Z"))
    );
    assert_eq!(on(Spec::Other(9)).instant(), None);
    for (day, ms) in [(i64::MIN, 0), (i64::MAX, 0), (0, u32::MAX)] {
        let null = QDateTime {
            day,
            ms,
            spec: Spec::Utc,
        };
        assert_eq!(null.instant(), None);
    }
    assert_eq!(
        QDateTime::utc(at("1969-12-31T23:59:59Z")).instant(),
        Some(at("1969-12-31T23:59:59Z"))
    );
}

#[test]
fn a_logged_contact_becomes_adif() {
    let contact = Contact::of(fields_of(&logged()), Way::Wsjtx, now()).unwrap();
    for (name, value) in [
        ("CALL", "K1ABC"),
        ("QSO_DATE", "20261121"),
        ("TIME_ON", "092809"),
        ("TIME_OFF", "092900"),
        ("BAND", "20m"),
        ("MODE", "FT8"),
        ("RST_RCVD", "+02"),
        ("TX_PWR", "50"),
        ("COMMENT", "Test Ω <eor> ünï"),
        ("NAME", "José"),
        ("STATION_CALLSIGN", "N0CALL"),
    ] {
        assert_eq!(contact.get(name), Some(value), "{name}");
    }
    assert_eq!(contact.get("RST_SENT"), None);
    let ft4 = QsoLogged {
        mode: text("FT4"),
        ..logged()
    };
    let contact = Contact::of(fields_of(&ft4), Way::Wsjtx, now()).unwrap();
    assert_eq!(
        (contact.get("MODE"), contact.get("SUBMODE")),
        (Some("MFSK"), Some("FT4"))
    );
}

#[test]
fn a_contact_without_what_it_needs_says_what() {
    let silent = QsoLogged {
        tx_hz: Some(0),
        ..logged()
    };
    let error = Contact::of(fields_of(&silent), Way::Wsjtx, now()).unwrap_err();
    assert!(error.contains("BAND"), "{error}");
}

fn words() -> impl Strategy<Value = Option<String>> {
    option::of("\\PC{0,12}")
}

fn any_status() -> impl Strategy<Value = Message> {
    let numbers = (any::<u64>(), any::<u32>(), any::<u8>(), any::<bool>());
    (numbers, vec(words(), 6)).prop_map(|((dial, df, special, flag), texts)| {
        Message::Status(Box::new(Status {
            dial_hz: Some(dial),
            mode: texts[0].clone(),
            dx_call: texts[1].clone(),
            rx_df: Some(df),
            special_operation: Some(special),
            transmitting: Some(flag),
            de_call: texts[2].clone(),
            submode: texts[3].clone(),
            configuration: texts[4].clone(),
            tx_message: texts[5].clone(),
            ..status()
        }))
    })
}

fn any_logged() -> impl Strategy<Value = Message> {
    let times = (
        -1_000_000_000_000..4_000_000_000_000_i64,
        any::<i32>(),
        "[A-Za-z/_é]{0,20}",
    );
    (times, any::<u64>(), vec(words(), 6)).prop_map(|((ms, offset, zone), hertz, texts)| {
        let utc = QDateTime::utc(Timestamp::from_millisecond(ms).unwrap());
        let with = |spec| QDateTime { spec, ..utc.clone() };
        Message::QsoLogged(Box::new(QsoLogged {
            off: Some(with(Spec::Zone(zone))),
            on: Some(with(Spec::Offset(offset))),
            dx_call: texts[0].clone(),
            tx_hz: Some(hertz),
            comments: texts[1].clone(),
            name: texts[2].clone(),
            my_call: texts[3].clone(),
            exchange_rcvd: texts[4].clone(),
            propagation: texts[5].clone(),
            ..logged()
        }))
    })
}

fn any_decode() -> impl Strategy<Value = Message> {
    (any::<u32>(), any::<i32>(), -1e6..1e6_f64, words(), any::<bool>()).prop_map(
        |(ms, snr, dt, message, flag)| {
            Message::Decode(Decode {
                time: Some(QTime { ms }),
                snr: Some(snr),
                dt: Some(dt),
                message,
                off_air: Some(flag),
                ..decode()
            })
        },
    )
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        message in prop_oneof![any_status(), any_logged(), any_decode()], schema in 2..4_u32, id in words(),
    ) {
        let packet = Packet { schema, id, message };
        prop_assert_eq!(Packet::read(&packet.write()).unwrap(), packet);
    }

    #[test]
    fn any_bytes_behind_a_header_are_read_or_refused(kind in 0..20_u32, bytes in vec(any::<u8>(), 0..400)) {
        let whole = [&packet(Message::Other(kind))[..], &bytes].concat();
        if let Ok(packet) = Packet::read(&whole) {
            let again = Packet::read(&packet.write());
            prop_assert!(again.is_ok());
            if let Message::QsoLogged(logged) = packet.message {
                drop(Contact::of(fields_of(&logged), Way::Wsjtx, now()));
            }
        }
    }

    #[test]
    fn any_bytes_are_texts_or_refused(bytes in vec(any::<u8>(), 0..64)) {
        let mut reader = Reader::new(&bytes);
        while reader.left() > 0 && reader.field::<Option<String>>().is_ok() {}
    }
}
