//! What requests of routers mean.

use super::request::{Family, Given, Wish};
use super::*;
use crate::dns::name::Name;

fn read(query: &str) -> Wish {
    Wish::read(query, &mut Shown::default())
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn set(texts: &[&str]) -> Family {
    let given = |text: &&str| Given {
        address: address(text),
        prefix: None,
    };
    Family::Set(texts.iter().map(given).collect())
}

#[test]
fn clients_say_their_hosts_in_many_ways() {
    let own: Name = "k6bp.club.example.".parse().unwrap();
    let hosts = |query: &str, user: Option<&str>| read(query).hosts(user, &own);
    let two = "system=dyndns&hostname=a.club.example,b.club.example&myip=192.0.2.10";
    assert_eq!(hosts(two, None).unwrap(), ["a.club.example", "b.club.example"]);
    assert_eq!(hosts("hostname=YES", None).unwrap(), ["k6bp.club.example."]);
    assert_eq!(hosts("", Some("k6bp")).unwrap(), ["k6bp.club.example."]);
    assert_eq!(
        hosts("", Some("home.club.example")).unwrap(),
        ["home.club.example"]
    );
    assert_eq!(
        hosts("", Some("me@club.example")).unwrap(),
        ["k6bp.club.example."]
    );
    let many = format!("hostname={}", ["a.example"; 21].join(","));
    assert_eq!(hosts(&many, None), Err("numhost"));
}

#[test]
fn addresses_come_together_or_by_family() {
    let both = read("myip=192.0.2.1,2001:db8::1");
    assert_eq!((both.v4, both.v6), (set(&["192.0.2.1"]), set(&["2001:db8::1"])));
    let apart = read("myip=192.0.2.1&myipv6=%5B2001:db8::1%5D");
    assert_eq!((apart.v4, apart.v6), (set(&["192.0.2.1"]), set(&["2001:db8::1"])));
    // As a FRITZ!Box sends what it has: nothing between the two.
    let spaced = read("myip=192.0.2.1+2001:db8::1");
    assert_eq!(
        (spaced.v4, spaced.v6),
        (set(&["192.0.2.1"]), set(&["2001:db8::1"]))
    );
    let mapped = read("ip=::ffff:192.0.2.1");
    assert_eq!(mapped.v4, set(&["192.0.2.1"]));
    assert!(read("myip=192.0.2.300").is_bad);
    assert!(read("myipv6=192.0.2.3").is_bad);
    assert!(read("myipv6=2001:db8::/129").is_bad);
    let ignored = read("wildcard=ON&mx=x&backmx=NO&offline=YES");
    assert_eq!(ignored, Wish::default());
}

#[test]
fn what_is_not_spoken_of_stays() {
    let v4 = address("192.0.2.9");
    let v6 = address("2001:db8::9");
    let families = |query: &str, from| read(query).families(from);
    assert_eq!(families("", v4), (set(&["192.0.2.9"]), Family::Unsaid));
    assert_eq!(families("myip=", v6), (Family::Unsaid, set(&["2001:db8::9"])));
    assert_eq!(
        families("myip=192.0.2.1", v6),
        (set(&["192.0.2.1"]), Family::Unsaid)
    );
    assert_eq!(families("myipv6=", v4), (set(&["192.0.2.9"]), Family::Gone));
    assert_eq!(families("myipv4=preserve", v4), (Family::Kept, Family::Unsaid));
    let kept = families("myipv4=192.0.2.1&myipv6=preserve", v4);
    assert_eq!(kept, (set(&["192.0.2.1"]), Family::Kept));
    assert_eq!(families("myip=preserve", v4), (Family::Kept, Family::Kept));
}

#[test]
fn a_prefix_leaves_the_host_as_it_is() {
    let wish = read("myipv6=2001:db8:aa:bb00::/56");
    let Family::Set(given) = &wish.v6 else {
        panic!("{wish:?}")
    };
    let host = given[0].with_host_of(address("2001:db8:11:2233:1::5"));
    assert_eq!(host, address("2001:db8:aa:bb33:1::5"));
    let whole = read("myip=192.0.2.1/32");
    assert_eq!(whole.v4, set(&["192.0.2.1"]));
}

#[test]
fn credentials_of_the_header_go_before_those_of_the_query() {
    let mut shown = Shown::default();
    Wish::read("username=k6bp&password=sbd_x", &mut shown);
    assert_eq!(shown.secret.as_deref(), Some("sbd_x"));
    let mut shown = Shown {
        user: Some("a".to_owned()),
        secret: Some("b".to_owned()),
    };
    Wish::read("username=k6bp&password=sbd_x", &mut shown);
    assert_eq!(
        (shown.user.as_deref(), shown.secret.as_deref()),
        (Some("a"), Some("b"))
    );
}
