//! Names from text, wire and keys, their order, and what is refused.

use proptest::prelude::*;

use super::*;

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

#[test]
fn letters_are_folded_and_nothing_else_is() {
    assert_eq!(name("K6BP.Club.Example."), name("k6bp.club.example"));
    assert_ne!(name("[.example."), name("{.example."));
    assert_eq!(name("W1AW.example").wire(), b"\x04w1aw\x07example\x00");
}

#[test]
fn a_relative_text_is_below_its_origin() {
    let origin = name("club.example.");
    assert_eq!(Name::parse("www", &origin).unwrap(), name("www.club.example."));
    assert_eq!(Name::parse("www.", &origin).unwrap(), name("www."));
    assert_eq!(Name::parse("@", &origin).unwrap(), origin);
    assert_eq!(Name::parse(".", &origin).unwrap(), Name::root());
    assert_eq!(
        Name::parse(r"\@", &origin).unwrap().to_string(),
        r"\@.club.example."
    );
}

#[test]
fn escapes_are_read_and_written() {
    let odd = name(r"a\.b\032c\\\255.example.");
    assert_eq!(odd.labels().next().unwrap(), b"a.b c\\\xff");
    assert_eq!(odd.to_string(), r"a\.b\032c\\\255.example.");
    for bad in [r"a\", r"a\2", r"a\25", r"a\256", r"a\2x5"] {
        assert_eq!(bad.parse::<Name>(), Err(NameError::BadEscape), "{bad}");
    }
}

#[test]
fn what_is_no_name_is_refused() {
    assert_eq!("".parse::<Name>(), Err(NameError::Empty));
    assert_eq!("a..b".parse::<Name>(), Err(NameError::EmptyLabel));
    assert_eq!(".a".parse::<Name>(), Err(NameError::EmptyLabel));
    assert_eq!("x".repeat(64).parse::<Name>(), Err(NameError::LabelTooLong));
    let longest = format!("{0}.{0}.{0}.{1}.", "x".repeat(63), "y".repeat(61));
    assert_eq!(name(&longest).wire().len(), MAX_NAME);
    assert_eq!(
        format!("z.{longest}").parse::<Name>(),
        Err(NameError::NameTooLong)
    );
}

#[test]
fn octets_that_are_not_one_name_are_refused() {
    for bad in [
        &b""[..],
        b"\x01",
        b"\x01a",
        b"\x01a\x00\x00",
        b"\xc0\x00",
        b"\x40a\x00",
    ] {
        assert_eq!(Name::from_wire(bad), Err(NameError::BadWire), "{bad:?}");
    }
    let endless = [1, b'a'].repeat(127);
    assert_eq!(
        Name::from_wire(&[&endless[..], &[0]].concat())
            .unwrap()
            .label_count(),
        127
    );
    let longer = [1, b'a'].repeat(128);
    assert_eq!(
        Name::from_wire(&[&longer[..], &[0]].concat()),
        Err(NameError::NameTooLong)
    );
}

#[test]
fn below_is_by_labels() {
    let granted = name("k6bp.club.example.");
    assert!(name("a.b.k6bp.club.example.").is_below(&granted));
    assert!(granted.is_at_or_below(&granted) && !granted.is_below(&granted));
    assert!(!name("evilk6bp.club.example.").is_at_or_below(&granted));
    assert!(!name(r"evil\004k6bp.club.example.").is_at_or_below(&granted));
    assert!(granted.is_below(&Name::root()));
    assert_eq!(
        name("a.b.k6bp.club.example.").relative_to(&granted).unwrap(),
        "a.b"
    );
    assert_eq!(granted.relative_to(&granted).unwrap(), "@");
    assert_eq!(name("club.example.").relative_to(&granted), None);
}

#[test]
fn ancestors_and_children() {
    let deep = name("a.b.c.");
    assert_eq!(deep.parent().unwrap(), name("b.c."));
    assert_eq!(deep.ancestor(1), name("c."));
    assert_eq!(deep.ancestor(0), Name::root());
    assert_eq!(deep.ancestor(9), deep);
    assert_eq!(deep.parent().unwrap().child(b"A").unwrap(), deep);
    assert!(name("*.a.").is_wildcard() && !name("**.a.").is_wildcard());
    assert_eq!(Name::root().parent(), None);
}

/// The example of RFC 4034 6.1.
#[test]
fn the_order_is_the_canonical_one() {
    let sorted = [
        "example.",
        "a.example.",
        "yljkjljk.a.example.",
        "Z.a.example.",
        "zABC.a.EXAMPLE.",
        "z.example.",
        "\\001.z.example.",
        "*.z.example.",
        "\\200.z.example.",
    ]
    .map(name);
    assert!(sorted.is_sorted());
    assert!(sorted.map(|n| n.to_key()).is_sorted());
}

fn any_name() -> impl Strategy<Value = Name> {
    let octet = prop_oneof![Just(0_u8), Just(1), Just(2), Just(b'.'), Just(b'*'), any::<u8>()];
    prop::collection::vec(prop::collection::vec(octet, 1..5), 0..6).prop_map(|labels| {
        labels
            .iter()
            .fold(Name::root(), |name, label| name.child(label).unwrap())
    })
}

proptest! {
    #[test]
    fn text_wire_and_key_lead_back(name in any_name()) {
        prop_assert_eq!(&name.to_string().parse::<Name>().unwrap(), &name);
        prop_assert_eq!(&Name::from_wire(name.wire()).unwrap(), &name);
        prop_assert_eq!(&Name::from_key(&name.to_key()).unwrap(), &name);
        prop_assert_eq!(&serde_json::from_str::<Name>(&serde_json::to_string(&name).unwrap()).unwrap(), &name);
    }

    #[test]
    fn keys_order_as_names_do(a in any_name(), b in any_name()) {
        prop_assert_eq!(a.cmp(&b), a.to_key().cmp(&b.to_key()));
        prop_assert_eq!(a.is_at_or_below(&b), a.to_key().starts_with(&b.to_key()));
        prop_assert_eq!(a.is_at_or_below(&b), a.relative_to(&b).is_some());
    }

    #[test]
    fn any_octets_are_a_name_or_refused(wire in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(name) = Name::from_wire(&wire) {
            prop_assert!(name.wire().eq_ignore_ascii_case(&wire));
        }
    }

    #[test]
    fn any_text_is_a_name_or_refused(text in ".{0,80}") {
        if let Ok(name) = Name::parse(&text, &Name::root()) {
            prop_assert_eq!(&name.to_string().parse::<Name>().unwrap(), &name);
        }
    }
}
