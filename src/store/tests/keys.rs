//! Keys sort as their values do, and come back as they were.

use jiff::Timestamp;
use proptest::prelude::*;
use smol_str::SmolStr;

use super::super::key::{Key, KeyBuf, PrefixOf, Span, TextStart};

fn encoded(key: &impl Key) -> Vec<u8> {
    let mut buf = KeyBuf::new();
    key.encode(&mut buf);
    buf.bytes().unwrap().to_vec()
}

fn prefix<K>(prefix: &impl PrefixOf<K>) -> Vec<u8> {
    let mut buf = KeyBuf::new();
    prefix.encode_prefix(&mut buf);
    buf.bytes().unwrap().to_vec()
}

fn sorts_and_returns<K: Key + Ord + std::fmt::Debug>(a: &K, b: &K) {
    assert_eq!(a.cmp(b), encoded(a).cmp(&encoded(b)), "{a:?} {b:?}");
    assert_eq!(&K::decode(&encoded(a)).unwrap(), a);
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        r"[A-Z0-9/]{0,12}",
        "[^\0]{0,100}",
        Just("\u{1}".to_owned()),
        Just("\u{10ffff}".to_owned())
    ]
}

fn time() -> impl Strategy<Value = Timestamp> {
    (Timestamp::MIN.as_microsecond()..=Timestamp::MAX.as_microsecond())
        .prop_map(|micros| Timestamp::from_microsecond(micros).unwrap())
}

proptest! {
    #[test]
    fn numbers(a: (u8, u16, u32, u64), b: (u8, u16, u32, u64)) {
        sorts_and_returns(&a, &b);
        sorts_and_returns(&a.3, &b.3);
    }

    #[test]
    fn signed_numbers_and_times(a: i64, b: i64, c in time(), d in time()) {
        sorts_and_returns(&a, &b);
        sorts_and_returns(&(a, c), &(a, d));
        sorts_and_returns(&c, &d);
    }

    #[test]
    fn texts(a in text(), b in text()) {
        sorts_and_returns(&a, &b);
        sorts_and_returns(&SmolStr::new(&a), &SmolStr::new(&b));
    }

    #[test]
    fn tuples_with_text_in_the_middle(a in (any::<u32>(), text(), any::<i64>(), text(), any::<bool>()), b in (any::<u32>(), text(), any::<i64>(), text(), any::<bool>())) {
        sorts_and_returns(&a, &b);
        // The same first parts, so that the later ones decide.
        sorts_and_returns(&a, &(a.0, a.1.clone(), b.2, b.3.clone(), b.4));
    }

    #[test]
    fn arrays_and_ids(a: [u8; 16], b: [u8; 16]) {
        sorts_and_returns(&a, &b);
        sorts_and_returns(&uuid::Uuid::from_bytes(a), &uuid::Uuid::from_bytes(b));
    }

    #[test]
    fn a_shorter_tuple_is_a_prefix(a: u32, b in text(), c: i64) {
        let whole = encoded(&(a, b.clone(), c));
        prop_assert!(whole.starts_with(&prefix::<(u32, String, i64)>(&(a,))));
        prop_assert!(whole.starts_with(&prefix::<(u32, String, i64)>(&(a, b.clone()))));
        let cut = b.chars().take(2).collect::<String>();
        prop_assert!(whole.starts_with(&prefix::<(u32, String, i64)>(&((a,), TextStart(&cut)))));
    }

    #[test]
    fn a_prefix_span_holds_exactly_its_keys(keys in prop::collection::vec((any::<u8>(), any::<u8>()), 0..60), wanted: u8) {
        let span = Span::<(u8, u8)>::prefix(&(wanted,));
        for key in keys {
            let bytes = encoded(&key);
            let above = match &span.low { std::ops::Bound::Included(low) => bytes >= *low, _ => true };
            let below = match &span.high { std::ops::Bound::Excluded(high) => bytes < *high, _ => true };
            prop_assert_eq!(above && below, key.0 == wanted);
        }
    }

    #[test]
    fn damaged_keys_are_refused_and_never_panic(bytes: Vec<u8>) {
        if let Ok(key) = <(u32, SmolStr, i64)>::decode(&bytes) {
            prop_assert_eq!(encoded(&key), bytes);
        }
    }
}

#[test]
fn text_with_a_zero_byte_is_no_key() {
    let mut buf = KeyBuf::new();
    ("a\0b".to_owned(), 1_u8).encode(&mut buf);
    assert!(buf.bytes().is_none());
    assert!(Span::<(String, u8)>::prefix(&("a\0b".to_owned(),)).refused);
}

#[test]
fn long_keys_leave_the_stack() {
    let (long, longer) = ("x".repeat(200), "x".repeat(201));
    sorts_and_returns(&(1_u32, long.clone(), 5_u64), &(1_u32, longer, 4_u64));
    assert_eq!(encoded(&(1_u32, long, 5_u64)).len(), 4 + 201 + 8);
}
