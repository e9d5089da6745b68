//! Values come back as they were; every known trap of the format is shut.

use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::super::codec::{CodecError, body, decode, encode};
use super::*;

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
struct Contact {
    #[serde(rename = "c")]
    call: String,
    #[serde(rename = "f")]
    hertz: u64,
    #[serde(rename = "g", skip_serializing_if = "Option::is_none")]
    grid: Option<String>,
    #[serde(rename = "k")]
    kilometres: f64,
    #[serde(rename = "x", with = "serde_bytes")]
    bytes: Vec<u8>,
    #[serde(rename = "t")]
    tags: Vec<(String, i32)>,
}

fn bytes<V: Serialize>(version: u8, value: &V) -> Vec<u8> {
    let mut out = vec![1, 2, 3];
    encode(version, value, &mut out).unwrap();
    out
}

fn contact() -> impl Strategy<Value = Contact> {
    let number = prop_oneof![
        any::<f64>().prop_filter("a number", |n| !n.is_nan()),
        Just(f64::INFINITY)
    ];
    let tags = prop::collection::vec((".{0,8}", any::<i32>()), 0..5);
    (
        ".{0,40}",
        any::<u64>(),
        prop::option::of(".{0,6}"),
        number,
        any::<Vec<u8>>(),
        tags,
    )
        .prop_map(|(call, hertz, grid, kilometres, bytes, tags)| Contact {
            call,
            hertz,
            grid,
            kilometres,
            bytes,
            tags,
        })
}

proptest! {
    #[test]
    fn a_value_comes_back(contact in contact()) {
        prop_assert_eq!(decode::<Contact>(1, None, &bytes(1, &contact)).unwrap(), contact);
    }

    #[test]
    fn bytes_left_over_and_cut_off_are_refused(contact in contact(), extra in prop::collection::vec(any::<u8>(), 1..4), cut in 1_usize..20) {
        let whole = bytes(1, &contact);
        let longer = [whole.as_slice(), &extra].concat();
        prop_assert_eq!(decode::<Contact>(1, None, &longer).unwrap_err(), CodecError::LeftOver);
        let shorter = &whole[..whole.len() - cut.min(whole.len() - 3)];
        prop_assert!(decode::<Contact>(1, None, shorter).is_err());
    }

    #[test]
    fn damaged_values_never_panic(damaged: Vec<u8>) {
        // Anything may come of it but a panic.
        drop(decode::<Contact>(1, None, &damaged));
        drop(body::<Contact>(&damaged));
    }

    #[test]
    fn what_is_not_a_number_is_refused_wherever_it_is(before in contact(), tail in ".{0,300}") {
        let out = &mut Vec::new();
        let nan = Contact { kilometres: f64::NAN, call: tail.clone(), ..before.clone() };
        prop_assert_eq!(encode(1, &nan, out), Err(CodecError::NotANumber));
        prop_assert_eq!(encode(1, &(before, vec![Some(f32::NAN)], tail), out), Err(CodecError::NotANumber));
    }
}

#[test]
fn a_row_without_a_value_takes_no_bytes() {
    assert!(bytes(1, &()).is_empty());
    decode::<()>(1, None, &[]).unwrap();
    assert_eq!(
        decode::<Option<u8>>(1, None, &bytes(1, &None::<u8>)).unwrap(),
        None
    );
}

#[test]
fn fields_may_come_and_go() {
    #[derive(Serialize)]
    struct Newer {
        c: &'static str,
        unheard_of: [u8; 3],
        f: u64,
    }
    let newer = bytes(
        1,
        &Newer {
            unheard_of: [1, 2, 3],
            f: 14_025_000,
            c: "K1ABC",
        },
    );
    let read = decode::<Contact>(1, None, &newer).unwrap();
    assert_eq!(
        read,
        Contact {
            call: "K1ABC".into(),
            hertz: 14_025_000,
            ..Contact::default()
        }
    );
}

#[test]
fn skipped_fields_are_read_as_absent() {
    let contact = Contact {
        call: "K1ABC".into(),
        tags: vec![("a".into(), -1)],
        ..Contact::default()
    };
    assert_eq!(decode::<Contact>(1, None, &bytes(1, &contact)).unwrap(), contact);
}

#[test]
fn older_records_are_upgraded_and_newer_ones_refused() {
    fn upgrade(version: u8, old: &[u8]) -> Result<Contact, CodecError> {
        assert_eq!(version, 1);
        let (call, kilohertz) = body::<(String, u64)>(old)?;
        Ok(Contact {
            call,
            hertz: kilohertz * 1_000,
            ..Contact::default()
        })
    }
    let old = bytes(1, &("K1ABC", 14_025_u64));
    let read = decode(2, Some(upgrade), &old).unwrap();
    assert_eq!((read.call.as_str(), read.hertz), ("K1ABC", 14_025_000));
    let newer = decode(2, Some(upgrade), &bytes(3, &read)).unwrap_err();
    assert_eq!(newer, CodecError::Version { found: 3, known: 2 });
    assert_eq!(
        decode::<Contact>(2, None, &old).unwrap_err(),
        CodecError::Version { found: 1, known: 2 }
    );
    assert_eq!(
        decode::<Contact>(1, None, &[9, 1, 0xc0]).unwrap_err(),
        CodecError::Envelope(9)
    );
}

#[test]
fn bombs_do_no_harm() {
    // Two million arrays in each other, and a map that claims four billion entries.
    let mut nested = vec![1, 1];
    nested.resize(2_000_000, 0x91);
    assert!(decode::<Contact>(1, None, &nested).is_err());
    assert!(decode::<Vec<Contact>>(1, None, &[1, 1, 0xdd, 0xff, 0xff, 0xff, 0xff]).is_err());
    assert!(decode::<Contact>(1, None, &[1, 1, 0xdf, 0xff, 0xff, 0xff, 0xff]).is_err());
}

#[tokio::test]
async fn what_cannot_be_stored_is_refused_with_the_tables_name() {
    table!(DISTANCE: "test.distance", u8 => f64);
    let (_dir, store) = scratch();
    let refused = store
        .write(|tx| tx.put(DISTANCE, &1, &f64::NAN))
        .await
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "table test.distance: a value holds a number that is not a number"
    );
    let refused = store.write(|tx| tx.put(BY_TEXT, &("a\0".into(), 1), &())).await;
    assert!(matches!(
        refused,
        Err(StoreError::KeyText {
            table: "test.note.by_text"
        })
    ));
}
