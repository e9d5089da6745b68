//! Proofs of callsigns, and who holds a call when two people want it.

use jiff::{SignedDuration, Timestamp};

use super::place::*;
use crate::identity::login::Login;
use crate::identity::verification::{Method, Trust};
use crate::identity::write::{
    Claim, Claimant, Claimed, NewAccount, Proof, Standing, add_verification, claim_call, end_verification,
};
use crate::identity::{Actor, Error, Role, Service, check_calls, check_verifications, read};

/// The service that checked a certificate.
const SERVICE: Actor = Actor::Service(Service::Verifier);

fn certificate() -> Proof {
    Proof {
        method: Method::CERTIFICATE,
        evidence: "serial 715571, sha256 …".into(),
        licensee: None,
        note: "".into(),
        until: None,
    }
}

fn claim(call: &str, claimant: Claimant) -> Claim {
    Claim {
        call: call.parse().unwrap(),
        claimant,
        proof: certificate(),
    }
}

impl Place {
    async fn unverified(&self, login: &str) -> crate::identity::AccountId {
        let login = login.parse::<Login>().unwrap();
        let new = NewAccount {
            password: Some(
                self.identity
                    .hash(crate::identity::Password::entered(PASSPHRASE))
                    .await,
            ),
            ..NewAccount::of(login)
        };
        self.identity
            .add_account(&Actor::COMMAND_LINE, new)
            .await
            .unwrap()
    }

    async fn claims(&self, claim: Claim) -> Result<Claimed, Error> {
        let now = self.clock.now();
        self.store
            .write(move |tx| claim_call(tx, &SERVICE, &claim, now))
            .await
    }

    async fn sound(&self) {
        let found = self.store.read(check_calls).await.unwrap();
        let proofs = self.store.read(check_verifications).await.unwrap();
        assert_eq!([found, proofs].concat(), Vec::<String>::new());
    }
}

#[test]
fn a_call_and_a_listener_s_name_are_never_the_same() {
    for (text, same) in [("k6bp", "K6BP"), ("swl_bob", "SWL_BOB"), (" SWL_a1 ", "SWL_A1")] {
        assert_eq!(text.parse::<Login>().unwrap().as_str(), same);
    }
    assert_eq!(
        Login::listener("bob").unwrap(),
        Login::listener("swl_bob").unwrap()
    );
    for bad in [
        "",
        "SWL_",
        "SWL_x",
        "SWL_a b",
        "SWL_ü1",
        "BOB",
        "SWL_x/y",
        &format!("SWL_{}", "x".repeat(21)),
    ] {
        assert!(bad.parse::<Login>().is_err(), "{bad}");
    }
    let stored = serde_json::to_string(&Login::listener("bob").unwrap()).unwrap();
    assert_eq!(stored, "\"SWL_BOB\"");
}

#[test]
fn methods_of_another_version_are_worth_little() {
    assert_eq!(Method::CERTIFICATE.trust(), Trust::High);
    assert_eq!(Method::MORSE.trust(), Trust::Low);
    let newer: Method = serde_json::from_str("\"telepathy\"").unwrap();
    assert_eq!(newer.trust(), Trust::Low);
}

#[tokio::test]
async fn an_account_counts_as_verified_while_a_proof_stands() {
    let place = Place::new().await;
    let id = place.unverified("K6BP").await;
    let now = place.clock.now();
    let verified = async || {
        let account = place
            .store
            .read(move |rows| read::account(rows, id))
            .await
            .unwrap();
        account.unwrap().verified
    };
    assert_eq!(verified().await, None);
    let number = place
        .store
        .write(move |tx| add_verification(tx, &SERVICE, id, &certificate(), now))
        .await
        .unwrap();
    assert_eq!(verified().await, Some(now));
    let morse = Proof {
        method: Method::MORSE,
        ..certificate()
    };
    place
        .store
        .write(move |tx| add_verification(tx, &SERVICE, id, &morse, now))
        .await
        .unwrap();
    let end =
        move |tx: &mut crate::store::Write<'_>| end_verification(tx, &SERVICE, (id, number), "revoked", now);
    place.store.write(end).await.unwrap();
    assert_eq!(verified().await, None, "a fist proves no licence");
    assert!(matches!(
        place.store.write(end).await,
        Err(Error::UnknownVerification)
    ));
    let proofs = place
        .store
        .read(move |rows| read::verifications(rows, id))
        .await
        .unwrap();
    assert_eq!(proofs.len(), 2, "what ended stays readable");
    assert_eq!(proofs[0].1.ended.as_ref().unwrap().why, "revoked");
    place.sound().await;
}

#[tokio::test]
async fn a_proof_for_a_time_counts_until_then() {
    let place = Place::new().await;
    let id = place.unverified("K6BP").await;
    let now = place.clock.now();
    let brief = Proof {
        until: Some(now + SignedDuration::from_hours(1)),
        ..certificate()
    };
    place
        .store
        .write(move |tx| add_verification(tx, &SERVICE, id, &brief, now))
        .await
        .unwrap();
    // Read anew, as after a start: the command above went past the memory.
    let place = place.restarted(None).await;
    assert!(place.identity.account(id).unwrap().verified.is_some());
    place.clock.advance(minutes(61));
    place.identity.flush(false).await.unwrap();
    assert_eq!(place.identity.account(id).unwrap().verified, None::<Timestamp>);
    place.sound().await;
}

#[tokio::test]
async fn only_administrators_and_services_record_proofs() {
    let place = Place::new().await;
    let id = place.unverified("K6BP").await;
    let own = place.actor("K6BP").await;
    let now = place.clock.now();
    for actor in [own, Actor::Guest] {
        let (adder, claimer) = (actor.clone(), actor);
        let added = place
            .store
            .write(move |tx| add_verification(tx, &adder, id, &certificate(), now));
        assert!(matches!(added.await, Err(Error::Denied(_))));
        let wish = claim("K6BP", Claimant::Newcomer);
        let claimed = place.store.write(move |tx| claim_call(tx, &claimer, &wish, now));
        assert!(matches!(claimed.await, Err(Error::Denied(_))));
    }
}

#[tokio::test]
async fn a_proven_claim_takes_the_call_from_whoever_holds_it_without_proof() {
    let place = Place::new().await;
    let impostor = place.unverified("K6BP").await;
    let session = place.sign_in("K6BP", PASSPHRASE, true).await.unwrap();
    let claimed = place.claims(claim("K6BP", Claimant::Newcomer)).await.unwrap();
    assert_eq!(claimed.displaced, Some(impostor));
    assert_ne!(claimed.account, impostor, "the newcomer inherits nothing");
    let place = place.restarted(None).await;
    let holder = place.identity.account_of(&"K6BP".parse().unwrap()).unwrap();
    assert_eq!(holder, claimed.account);
    let left = place.identity.account(impostor).unwrap();
    assert!(left.call.call().is_none() && left.role == Role::Swl && left.verified.is_none());
    assert!(
        place.identity.by_session(&session).is_none(),
        "whoever lost a call signs in anew"
    );
    let name = left.call.to_string();
    place.sign_in(&name, PASSPHRASE, true).await.unwrap();
    place.sound().await;
}

#[tokio::test]
async fn a_proven_call_is_taken_by_nobody() {
    let place = Place::new().await;
    let first = place.claims(claim("K6BP", Claimant::Newcomer)).await.unwrap();
    let again = place.claims(claim("K6BP", Claimant::Newcomer)).await.unwrap();
    assert_eq!(again, first, "who proves it again is the same person");
    let other = place.unverified("W1AW").await;
    let taken = place.claims(claim("K6BP", Claimant::Account(other))).await;
    assert!(matches!(taken, Err(Error::HeldByVerified(_))));
    place.sound().await;
}

#[tokio::test]
async fn an_administrator_is_never_put_out_by_a_claim() {
    let place = Place::new().await;
    let new = NewAccount {
        role: Role::Administrator,
        ..person("K6BP")
    };
    place
        .identity
        .add_account(&Actor::COMMAND_LINE, new)
        .await
        .unwrap();
    let other = place.unverified("W1AW").await;
    let taken = place.claims(claim("K6BP", Claimant::Account(other))).await;
    assert!(matches!(taken, Err(Error::HeldByVerified(_))));
}

#[tokio::test]
async fn a_listener_who_proves_a_call_becomes_a_member() {
    let place = Place::new().await;
    let listener = place.unverified("SWL_BOB").await;
    let squatter = place.unverified("DL1ABC").await;
    let claimed = place
        .claims(claim("DL1ABC", Claimant::Account(listener)))
        .await
        .unwrap();
    assert_eq!(
        claimed,
        Claimed {
            account: listener,
            displaced: Some(squatter)
        }
    );
    let place = place.restarted(None).await;
    let account = place.identity.account(listener).unwrap();
    assert_eq!((account.call.as_str(), account.role), ("DL1ABC", Role::Member));
    assert!(account.verified.is_some());
    assert!(place.identity.account_of(&"SWL_BOB".parse().unwrap()).is_err());
    // A second call is for an administrator to settle.
    let second = place.claims(claim("DL2ABC", Claimant::Account(listener))).await;
    assert!(matches!(second, Err(Error::HasCall(_))));
    place.sound().await;
}

#[tokio::test]
async fn an_administrator_s_word_is_a_proof_and_can_be_taken_back() {
    let place = Place::new().await;
    place.account("K6BP", Role::Administrator).await;
    let admin = place.actor("K6BP").await;
    let id = place.unverified("W1AW").await;
    let word = |verified| Standing {
        verified: Some(verified),
        ..Standing::default()
    };
    let account = place.identity.set_standing(&admin, id, word(true)).await.unwrap();
    assert!(account.verified.is_some());
    place.identity.set_standing(&admin, id, word(true)).await.unwrap();
    let proofs = place
        .store
        .read(move |rows| read::verifications(rows, id))
        .await
        .unwrap();
    assert_eq!(proofs.len(), 1, "said twice is said once");
    assert_eq!(
        (proofs[0].1.method.as_str(), proofs[0].1.by.as_str()),
        ("administrator", "K6BP")
    );
    let account = place
        .identity
        .set_standing(&admin, id, word(false))
        .await
        .unwrap();
    assert_eq!(account.verified, None);
    let promoted = Standing {
        role: Some(Role::Administrator),
        ..Standing::default()
    };
    let listener = place.unverified("SWL_BOB").await;
    let refused = place.identity.set_standing(&admin, listener, promoted).await;
    assert!(matches!(refused, Err(Error::Listener)));
    place.sound().await;
}
