//! Errands and tokens, and the folder of authorities.

use jiff::{SignedDuration, Timestamp};

use super::authorities;
use super::*;
use crate::env::Entropy;
use crate::identity::model::AccountId;
use crate::testkit::lotw::{Key, Template, pem, production, root};
use crate::web::Signer;

fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn hop() -> Hop {
    Hop::new(Entropy::seeded(1))
}

fn chain() -> Chain {
    Chain::Name("N0CALL".parse().unwrap())
}

#[test]
fn an_errand_survives_its_cookie_and_nobody_else_makes_one() {
    let signer = Signer::new([7; 32]);
    let errand = hop().send(Some(AccountId(3)), true, "/logbook", now());
    let cookie = errand.sealed(&signer);
    assert_eq!(Errand::open(&cookie, &signer, now()).as_ref(), Some(&errand));
    assert_eq!(Errand::open(&cookie, &Signer::new([8; 32]), now()), None);
    let late = now().checked_add(ERRAND_LIFE).unwrap();
    assert_eq!(Errand::open(&cookie, &signer, late), None);
    let (json, tag) = cookie.split_once('.').unwrap();
    for bent in [
        json.to_owned(),
        format!("{json}."),
        format!("x{json}.{tag}"),
        format!(".{tag}"),
    ] {
        assert_eq!(Errand::open(&bent, &signer, now()), None, "{bent}");
    }
    assert!(!errand.challenge().contains(&cookie[..8]));
    let long = hop().send(None, false, &"/x".repeat(1000), now());
    assert_eq!(long.next, "");
}

#[test]
fn a_token_is_for_one_errand_one_use_and_its_time() {
    let hop = hop();
    let (one, other) = (
        hop.send(None, false, "/", now()),
        hop.send(None, false, "/", now()),
    );
    let issue = |errand: &Errand| {
        hop.issue(chain(), &errand.challenge(), TOKEN_LIFE, now())
            .unwrap()
    };
    let token = issue(&one);
    assert_eq!(hop.take(&token, Some(&one), now()), Some(chain()));
    assert_eq!(hop.take(&token, Some(&one), now()), None);
    for wrong in [None, Some(&other)] {
        let token = issue(&one);
        assert_eq!(hop.take(&token, wrong, now()), None);
        assert_eq!(hop.take(&token, Some(&one), now()), None, "it is burnt");
    }
    let token = issue(&one);
    let late = now().checked_add(TOKEN_LIFE).unwrap();
    assert_eq!(hop.take(&token, Some(&one), late), None);
    for bad in ["", "abc", &"A".repeat(99)] {
        assert_eq!(hop.issue(chain(), bad, TOKEN_LIFE, now()), None, "{bad}");
    }
}

#[test]
fn tokens_are_bounded_and_old_ones_make_room() {
    let hop = hop();
    let errand = hop.send(None, false, "/", now());
    let issue = |at: Timestamp| hop.issue(chain(), &errand.challenge(), TOKEN_LIFE, at);
    let mut given = 0;
    while issue(now()).is_some() {
        given += 1;
    }
    assert_eq!(given, 4096);
    let later = now().checked_add(SignedDuration::from_secs(31)).unwrap();
    assert!(issue(later).is_some());
}

#[test]
fn a_folder_is_made_with_a_word_on_its_use_and_one_bad_file_spoils_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("lotw");
    let (roots, _, faults) = authorities::read(&folder);
    assert!(roots.is_empty() && faults.is_empty() && folder.join("README.txt").is_file());
    let user = Template::user("N0CALL").signed_by(Key::Production);
    let both = format!("{}{}", pem(&user), pem(&root()));
    let found = authorities_in(both.as_bytes()).unwrap();
    assert_eq!((found.authorities.len(), found.others.len()), (1, 1));
    assert_eq!(authorities_in(&production()).unwrap().authorities.len(), 1, "DER");
    assert!(authorities_in(b"PKCS12").unwrap().authorities.is_empty());
    let (line, der) = &found.authorities[0];
    let path = install(&folder, line, der).unwrap();
    std::fs::write(folder.join("user.crt"), pem(&user)).unwrap();
    std::fs::write(folder.join("notes.txt"), "not read").unwrap();
    let (roots, stamp, faults) = authorities::read(&folder);
    assert_eq!(roots.lines()[0].fingerprint, line.fingerprint);
    assert_eq!((roots.lines().len(), stamp.len()), (1, 2));
    assert_eq!(faults.len(), 1);
    assert!(faults[0].why.contains("not an authority"), "{faults:?}");
    std::fs::remove_file(path).unwrap();
    assert_ne!(authorities::stamp(&folder), stamp);
}
