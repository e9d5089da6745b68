mod accounts;
mod keys;
mod ladder;
pub(super) mod place;
mod quiz;
mod review;
mod sessions;
mod verification;

use std::net::IpAddr;

use crate::web::Network;
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use futures_util::FutureExt as _;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::identity::actor::{Actor, Credential, Denied, Member};
use crate::identity::model::{AccountId, DisplayName, MailAddress, Role, Scope, ScopeSet};
use crate::identity::passlib::{BASE64, Pbkdf2Hash};
use crate::identity::password::{HashPool, Password, PasswordHash, WeakPassword};
use crate::identity::throttle::Throttle;
use crate::identity::token::{ApiKey, SessionToken};

const PASSPHRASE: &str = "seven quiet antennas";

fn member(role: Role, scopes: Option<ScopeSet>) -> Actor {
    let credential = match scopes {
        Some(_) => Credential::Key(ApiKey::from_random([1; 8], [2; 32]).id()),
        None => Credential::Session {
            digest: [0; 32],
            confirmed: true,
            active: true,
        },
    };
    let call = "K6BP".parse().unwrap();
    Actor::Member(Member {
        account: AccountId(7),
        call,
        role,
        scopes,
        credential,
        behind: None,
    })
}

fn scopes(list: &[Scope]) -> ScopeSet {
    list.iter().copied().collect()
}

#[test]
fn guests_are_asked_to_sign_in() {
    assert_eq!(Actor::Guest.require(Scope::LogbookRead), Err(Denied::SignIn));
    assert_eq!(Actor::Guest.admin().err(), Some(Denied::SignIn));
}

#[test]
fn a_session_may_all_its_owner_may_and_no_more() {
    let actor = member(Role::Member, None);
    assert!(Scope::ALL.iter().all(|scope| actor.require(*scope).is_ok()));
    assert_eq!(actor.admin().err(), Some(Denied::NotAdministrator));
    assert!(member(Role::Administrator, None).admin().is_ok());
}

#[test]
fn a_key_is_limited_to_its_scopes_and_its_owner() {
    let reader = member(Role::Administrator, Some(scopes(&[Scope::LogbookRead])));
    assert!(reader.require(Scope::LogbookRead).is_ok());
    assert_eq!(
        reader.require(Scope::LogbookWrite),
        Err(Denied::Scope(Scope::LogbookWrite))
    );
    assert_eq!(reader.admin().err(), Some(Denied::Scope(Scope::Admin)));
    assert!(reader.in_person().is_err());

    let writer = member(Role::Member, Some(scopes(&[Scope::LogbookWrite])));
    assert!(writer.require(Scope::LogbookRead).is_ok(), "who writes may read");

    let full = member(Role::Member, Some(scopes(&[Scope::Full])));
    assert!(full.require(Scope::Rig).is_ok());
    assert_eq!(full.in_person().err(), Some(Denied::InPerson));
    assert_eq!(full.confirmed().err(), Some(Denied::InPerson));
    assert_eq!(full.admin().err(), Some(Denied::NotAdministrator));
    assert!(
        member(Role::Administrator, Some(scopes(&[Scope::Admin])))
            .admin()
            .is_ok()
    );
}

#[test]
fn an_idle_administrator_must_show_the_password_again() {
    let mut actor = member(Role::Administrator, None);
    let Actor::Member(inner) = &mut actor else {
        unreachable!()
    };
    inner.credential = Credential::Session {
        digest: [0; 32],
        confirmed: false,
        active: false,
    };
    assert_eq!(actor.admin().err(), Some(Denied::Confirm));
    assert_eq!(actor.confirmed().err(), Some(Denied::Confirm));
    assert!(actor.require(Scope::LogbookWrite).is_ok());
}

#[test]
fn scopes_of_a_newer_version_are_left_out() {
    let set: ScopeSet = serde_json::from_str(r#"["logbook.read","teleport","rig"]"#).unwrap();
    assert_eq!(serde_json::to_string(&set).unwrap(), r#"["logbook.read","rig"]"#);
    assert_eq!(
        serde_json::from_str::<Role>("\"overlord\"").unwrap(),
        Role::Member
    );
}

#[test]
fn new_passwords_are_long_and_not_the_usual_ones() {
    let refused = |text: &str| Password::chosen(text).unwrap_err();
    assert_eq!(refused("fourteen chars"), WeakPassword::TooShort(15));
    assert_eq!(refused(&"x".repeat(2000)), WeakPassword::TooLong);
    for common in [
        "Password Password",
        "aaaaaaaaaaaaaaaa",
        "K6BPK6BPK6BPK6BP",
        "123456789012345",
        "abcdefghijklmnop",
        "................",
    ] {
        assert_eq!(refused(common), WeakPassword::Common, "{common}");
    }
    assert!(Password::chosen(PASSPHRASE).is_ok());
    assert!(Password::chosen(&"long phrase with wörds ".repeat(12)).is_ok());
}

#[test]
fn a_password_matches_however_its_accents_were_typed() {
    let hash = PasswordHash::of(&Password::chosen("grüße aus münchen").unwrap(), [3; 16]);
    let stored: PasswordHash = hash.to_string().parse().unwrap();
    assert!(hash.to_string().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    assert!(stored.matches(&Password::entered("gru\u{308}ße aus mu\u{308}nchen")));
    assert!(!stored.matches(&Password::entered("grusse aus munchen")));
    assert!(!stored.is_outdated());
}

#[tokio::test]
async fn two_passwords_are_hashed_at_a_time() {
    let pool = HashPool::default();
    let (first, _second) = (pool.slot().await, pool.slot().await);
    let mut third = Box::pin(pool.slot());
    assert!(third.as_mut().now_or_never().is_none());
    drop(first);
    assert!(third.as_mut().now_or_never().is_some());
}

/// The vectors of Argon2's reference implementation, `src/test.c`, version 0x13.
#[test]
fn argon2id_hashes_of_other_programs_match() {
    for text in [
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
    ] {
        let hash: PasswordHash = text.parse().unwrap();
        assert!(hash.matches(&Password::entered("password")), "{text}");
        assert!(!hash.matches(&Password::entered("passwort")), "{text}");
    }
}

#[test]
fn passlib_hashes_are_read_and_asked_to_be_replaced() {
    let text = "$pbkdf2-sha512$25000$AAECAwQFBgcICQoLDA0ODw$";
    let password = Password::entered("correct horse");
    let mut checksum = [0; 64];
    let salt: Vec<u8> = (0..16).collect();
    pbkdf2::pbkdf2_hmac::<sha2::Sha512>(b"correct horse", &salt, 25_000, &mut checksum);
    let text = format!("{text}{}", BASE64.encode(checksum));
    let hash: PasswordHash = text.parse().unwrap();
    assert!(hash.matches(&password) && hash.is_outdated());
    assert!(!hash.matches(&Password::entered("correct house")));
    assert_eq!(hash.to_string(), text);
}

#[test]
fn hostile_hash_strings_are_refused_before_they_cost_anything() {
    let checksum = BASE64.encode([0; 64]);
    let short = BASE64.encode([0; 63]);
    let long_salt = BASE64.encode([0; 1025]);
    for text in [
        format!("$pbkdf2-sha512$10000001$AAAA${checksum}"),
        format!("$pbkdf2-sha512$0$AAAA${checksum}"),
        format!("$pbkdf2-sha512$+5$AAAA${checksum}"),
        format!("$pbkdf2-sha512$99999999999999999999$AAAA${checksum}"),
        format!("$pbkdf2-sha512$5$AAAA${short}"),
        format!("$pbkdf2-sha512$5${long_salt}${checksum}"),
        format!("$pbkdf2-sha512$5$AA=A${checksum}"),
        format!("$pbkdf2-sha512$5$AAAA${checksum}$"),
        "$argon2id$v=19$m=4194304,t=3,p=1$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0c2FsdHNhbHQ".to_owned(),
        "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ".to_owned(),
        "$2b$12$abcdefghijklmnopqrstuu5LEbNvR0hZ9Gk1jQ8x2wY3zA4bC5dE6".to_owned(),
        String::new(),
    ] {
        assert!(text.parse::<PasswordHash>().is_err(), "{text}");
    }
}

#[test]
fn hash_password_writes_what_the_configuration_reads() {
    let hash = PasswordHash::for_configuration(&Password::chosen(PASSPHRASE).unwrap(), [9; 16]);
    let text = hash.to_string();
    assert!(text.starts_with("$pbkdf2-sha512$600000$"));
    assert!(
        text.parse::<PasswordHash>()
            .unwrap()
            .matches(&Password::entered(PASSPHRASE))
    );
}

#[tokio::test]
async fn nobody_has_a_password_that_works() {
    let pool = HashPool::default();
    let slot = pool.slot().await;
    assert!(!slot.verify(Password::entered(""), None).await);
    let hash = slot.hash(Password::entered(PASSPHRASE), [1; 16]).await;
    assert!(slot.verify(Password::entered(PASSPHRASE), Some(hash)).await);
}

#[test]
fn tokens_survive_their_trip_and_nothing_else_parses() {
    let key = ApiKey::from_random([7; 8], [200; 32]);
    assert_eq!(key.expose().len(), 4 + 8 + 43);
    let read = ApiKey::parse(key.expose()).unwrap();
    assert!(read == key && read.digest() == key.digest());
    for bad in [
        "",
        "sbx_",
        "sbx_üüüüüüüü",
        &key.expose()[..54],
        &key.expose().replace("sbx_", "sby_"),
    ] {
        assert!(ApiKey::parse(bad).is_none(), "{bad}");
    }
    let token = SessionToken::from_random([5; 16]);
    assert!(SessionToken::parse(token.expose()) == Some(token.clone()));
    assert!(SessionToken::parse("../../etc/passwd").is_none());
    assert!(!format!("{token:?}{key:?}").contains(token.expose()));
}

#[test]
fn names_and_addresses_are_one_clean_line() {
    assert_eq!(" Bruce ".parse::<DisplayName>().unwrap().as_str(), "Bruce");
    assert!("a\nb".parse::<DisplayName>().is_err() && "x".repeat(101).parse::<DisplayName>().is_err());
    assert!("k6bp@example.org".parse::<MailAddress>().is_ok());
    for bad in [
        "",
        "a@b",
        "op@[127.0.0.1]",
        "a b@example.org",
        "a@exa mple.org",
        "a@b..c",
        "@b.c",
        "a\r\n@b.c",
    ] {
        assert!(bad.parse::<MailAddress>().is_err(), "{bad}");
    }
}

fn start() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn network(last: u8) -> Network {
    Network::of(IpAddr::from([192, 0, 2, last]))
}

#[test]
fn guessing_gets_slower_and_slower() {
    let (mut throttle, mut now) = (Throttle::default(), start());
    let mut waits = Vec::new();
    for n in 0..20 {
        let from = network(n);
        if let Err(wait) = throttle.check("K6BP", from, now) {
            waits.push(wait.0.as_secs());
            now += wait.0;
        }
        assert!(throttle.check("K6BP", from, now).is_ok());
        throttle.failed("K6BP", from, now);
    }
    assert_eq!(waits[..6], [1, 2, 4, 8, 16, 32]);
    assert_eq!(*waits.last().unwrap(), 900);
    assert!(throttle.check("W1AW", network(1), now).is_ok());
}

#[test]
fn guessing_from_elsewhere_does_not_lock_the_owner_out() {
    let (mut throttle, now) = (Throttle::default(), start());
    throttle.succeeded("K6BP", network(1), now);
    for n in 0..200 {
        throttle.failed("K6BP", network(2 + n % 50), now);
    }
    assert!(throttle.check("K6BP", network(2), now).is_err());
    assert!(throttle.check("K6BP", network(1), now).is_ok());
    for _ in 0..6 {
        throttle.failed("K6BP", network(1), now);
    }
    assert!(throttle.check("K6BP", network(1), now).is_err());
    throttle.succeeded("K6BP", network(1), now);
    assert!(throttle.check("K6BP", network(1), now).is_ok());
}

#[test]
fn a_network_that_fails_too_often_waits_out_its_window() {
    let (mut throttle, now) = (Throttle::default(), start());
    for n in 0..30 {
        throttle.failed(&format!("K{n}AA"), network(9), now);
    }
    let wait = throttle.check("W1AW", network(9), now).unwrap_err();
    assert_eq!(wait.0, SignedDuration::from_mins(10));
    assert!(throttle.check("W1AW", network(8), now).is_ok());
    assert!(throttle.check("W1AW", network(9), now + wait.0).is_ok());
}

proptest! {
    #[test]
    fn what_decodes_as_passlib_writes_has_one_spelling(bytes: Vec<u8>, text in "[A-Za-z0-9./]{0,40}") {
        prop_assert_eq!(BASE64.decode(BASE64.encode(&bytes)).ok(), Some(bytes));
        if let Ok(bytes) = BASE64.decode(&text) {
            prop_assert_eq!(BASE64.encode(bytes), text);
        }
    }

    #[test]
    fn session_tokens_have_one_spelling(text in "[A-Za-z0-9_-]{22}") {
        if SessionToken::parse(&text).is_some() {
            let bytes = BASE64_URL_SAFE_NO_PAD.decode(&text).unwrap();
            prop_assert_eq!(BASE64_URL_SAFE_NO_PAD.encode(bytes), text);
        }
    }

    #[test]
    fn hash_strings_never_panic(text in "\\$(argon2id|pbkdf2-sha512)\\$[ -~]{0,80}") {
        let _ = text.parse::<PasswordHash>();
        let _ = Pbkdf2Hash::parse(&text);
    }
}

/// Threat 12: sign-ins wait for one another rather than take the memory of all at once.
#[tokio::test]
async fn two_passwords_are_hashed_at_a_time_and_the_third_waits() {
    use futures_util::FutureExt as _;
    let pool = crate::identity::password::HashPool::default();
    let first = pool.slot().now_or_never();
    let second = pool.slot().now_or_never();
    assert!(first.is_some() && second.is_some());
    assert!(pool.slot().now_or_never().is_none(), "the third waits");
    drop(second);
    assert!(pool.slot().now_or_never().is_some());
}
