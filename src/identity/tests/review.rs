//! The queue: what opens, what a decision does, what can be taken back, and who may.

use jiff::Timestamp;

use super::place::*;
use crate::identity::actor::{Credential, Member};
use crate::identity::authority::Service;
use crate::identity::login::Login;
use crate::identity::model::{AccountId, Role};
use crate::identity::review::{Matter, Remark, ReviewId, State, Verdict, check_reviews};
use crate::identity::verification::Method;
use crate::identity::write::{Claim, Claimant, NewAccount, Proof};
use crate::identity::{Actor, Error, check_calls, check_verifications, read};

/// Makes accounts.
const MAKER: Actor = Actor::COMMAND_LINE;
/// Checks proofs.
const VERIFIER: Actor = Actor::Service(Service::Verifier);

impl Place {
    async fn listed(&self, login: &str, verified: bool) -> AccountId {
        let new = NewAccount {
            verified,
            ..NewAccount::of(login.parse::<Login>().unwrap())
        };
        self.identity.add_account(&MAKER, new).await.unwrap()
    }

    async fn call_of(&self, id: AccountId) -> String {
        let account = self
            .store
            .read(move |rows| read::account(rows, id))
            .await
            .unwrap();
        account.unwrap().call.to_string()
    }

    async fn sound_reviews(&self) {
        for check in [check_reviews, check_calls, check_verifications] {
            assert_eq!(self.store.read(check).await.unwrap(), Vec::<String>::new());
        }
    }

    fn time(&self) -> Timestamp {
        self.clock.now()
    }
}

fn session_of(account: AccountId, call: &str) -> Actor {
    Actor::Member(Member {
        account,
        call: call.parse().unwrap(),
        role: Role::Member,
        scopes: None,
        credential: Credential::Session {
            digest: [0; 32],
            confirmed: true,
            active: true,
        },
        behind: None,
    })
}

fn boss() -> Actor {
    let Actor::Member(member) = session_of(AccountId(999), "W1BOSS") else {
        unreachable!()
    };
    Actor::Member(Member {
        role: Role::Administrator,
        ..member
    })
}

fn yes() -> Verdict {
    Verdict {
        accept: true,
        reason: Remark::default(),
    }
}

fn no(reason: &str) -> Verdict {
    Verdict {
        accept: false,
        reason: reason.parse().unwrap(),
    }
}

fn claim(call: &str, id: AccountId) -> Claim {
    Claim {
        call: call.parse().unwrap(),
        claimant: Claimant::Account(id),
        proof: Proof {
            method: Method::DNS,
            evidence: "_shackbox-verify.k6bp.ampr.org".into(),
            ..Proof::word_of("")
        },
    }
}

fn document(call: &str) -> Matter {
    Matter::Document {
        document: 7,
        call: call.parse().unwrap(),
    }
}

#[test]
fn matters_of_a_newer_version_read_and_are_left_alone() {
    let newer = serde_json::json!({"kind": "telepathy", "strength": 3});
    assert_eq!(serde_json::from_value::<Matter>(newer).unwrap(), Matter::Unknown);
    assert_eq!(
        serde_json::from_str::<State>("\"pondered\"").unwrap(),
        State::Withdrawn
    );
}

#[test]
fn remarks_are_short_and_clean() {
    assert_eq!(" two\r\nlines ".parse::<Remark>().unwrap().as_str(), "two\nlines");
    assert!("a\u{1b}[2J".parse::<Remark>().is_err());
    assert!("x".repeat(501).parse::<Remark>().is_err());
}

#[tokio::test]
async fn a_question_is_asked_once_and_answered_once() {
    let place = Place::new().await;
    let id = place.listed("K6BP", false).await;
    let first = place
        .identity
        .open_review(&VERIFIER, id, document("K6BP"))
        .await
        .unwrap();
    let again = place
        .identity
        .open_review(&VERIFIER, id, document("K6BP"))
        .await
        .unwrap();
    assert_eq!(first, again);
    let open = place.identity.open_reviews(&boss()).await.unwrap();
    assert_eq!(open.len(), 1);

    let refused = place.identity.decide_review(&boss(), first, no("")).await;
    assert!(matches!(refused, Err(Error::NoReason)));
    let decided = place.identity.decide_review(&boss(), first, yes()).await.unwrap();
    assert_eq!(decided.state, State::Accepted);
    assert!(place.identity.account(id).unwrap().verified.is_some());
    let twice = place.identity.decide_review(&boss(), first, no("late")).await;
    assert!(matches!(twice, Err(Error::ReviewDecided)));
    place.sound_reviews().await;

    let back = place.identity.reopen_review(&boss(), first).await.unwrap();
    assert!(back.is_open() && back.decision.is_none());
    assert!(place.identity.account(id).unwrap().verified.is_none());
    place
        .identity
        .decide_review(&boss(), first, no("not readable"))
        .await
        .unwrap();
    assert!(place.identity.account(id).unwrap().verified.is_none());
    place.sound_reviews().await;
}

#[tokio::test]
async fn nobody_but_an_administrator_sees_or_decides() {
    let place = Place::new().await;
    let id = place.listed("K6BP", false).await;
    let review = place
        .identity
        .open_review(&VERIFIER, id, document("K6BP"))
        .await
        .unwrap();
    let stranger = place.listed("W1AW", true).await;
    let member = session_of(stranger, "W1AW");
    for actor in [Actor::Guest, member.clone()] {
        assert!(place.identity.open_reviews(&actor).await.is_err());
        assert!(place.identity.decided_reviews(&actor).await.is_err());
        assert!(place.identity.review(&actor, review).await.is_err());
        assert!(
            place
                .identity
                .open_review(&actor, id, document("W1AW"))
                .await
                .is_err()
        );
        assert!(place.identity.decide_review(&actor, review, yes()).await.is_err());
        assert!(place.identity.reopen_review(&actor, review).await.is_err());
        assert!(place.identity.withdraw_review(&actor, review).await.is_err());
    }
    let unknown = place.identity.withdraw_review(&member, ReviewId(99)).await;
    assert!(
        matches!(unknown, Err(Error::Denied(_))),
        "absent and foreign look the same"
    );
    let owner = session_of(id, "K6BP");
    let withdrawn = place.identity.withdraw_review(&owner, review).await.unwrap();
    assert_eq!(withdrawn.state, State::Withdrawn);
    place.sound_reviews().await;
}

#[tokio::test]
async fn a_call_that_two_people_proved_is_settled_by_a_person() {
    let place = Place::new().await;
    let holder = place.listed("K6BP", true).await;
    let claimant = place.listed("SWL_BOB", false).await;
    let refused = place
        .identity
        .claim_call(&VERIFIER, claim("K6BP", claimant))
        .await;
    assert!(matches!(refused, Err(Error::HeldByVerified(_))));
    let open = place.identity.open_reviews(&boss()).await.unwrap();
    let [(id, review)] = &open[..] else {
        panic!("{open:?}")
    };
    let Matter::ContestedCall {
        holder: held, proof, ..
    } = &review.matter
    else {
        panic!("{review:?}")
    };
    assert_eq!((*held, review.account), (Some(holder), claimant));
    assert_eq!(proof.method, Method::DNS, "the proof is kept as it was shown");

    place.identity.decide_review(&boss(), *id, yes()).await.unwrap();
    assert_eq!(place.call_of(claimant).await, "K6BP");
    assert!(place.identity.account(claimant).unwrap().verified.is_some());
    let loser = place.identity.account(holder).unwrap();
    assert!(loser.verified.is_none() && loser.role == Role::Swl);
    assert!(place.identity.reopen_review(&VERIFIER, *id).await.is_err());
    place.sound_reviews().await;
}

#[tokio::test]
async fn an_administrator_s_call_is_never_given_away() {
    let place = Place::new().await;
    let holder = NewAccount {
        role: Role::Administrator,
        ..NewAccount::of("K6BP".parse().unwrap())
    };
    place.identity.add_account(&MAKER, holder).await.unwrap();
    let claimant = place.listed("SWL_BOB", false).await;
    place
        .identity
        .claim_call(&VERIFIER, claim("K6BP", claimant))
        .await
        .unwrap_err();
    let (id, _) = place.identity.open_reviews(&boss()).await.unwrap().remove(0);
    let refused = place.identity.decide_review(&boss(), id, yes()).await;
    assert!(matches!(refused, Err(Error::HeldByVerified(_))), "{refused:?}");
    assert!(
        place.identity.review(&boss(), id).await.unwrap().is_open(),
        "nothing was half done"
    );
}

#[tokio::test]
async fn who_proves_a_second_call_moves_only_by_a_person_s_word() {
    let place = Place::new().await;
    let id = place.listed("K6BP", true).await;
    let refused = place.identity.claim_call(&VERIFIER, claim("W1AW", id)).await;
    assert!(matches!(refused, Err(Error::HasCall(_))));
    let (review, _) = place.identity.open_reviews(&boss()).await.unwrap().remove(0);
    place
        .identity
        .decide_review(&boss(), review, yes())
        .await
        .unwrap();
    assert_eq!(place.call_of(id).await, "W1AW");
    assert!(place.identity.account(id).unwrap().verified.is_some());
    place.sound_reviews().await;
}

#[tokio::test]
async fn a_listener_becomes_a_member_by_a_licence_that_a_person_found_to_be_theirs() {
    let place = Place::new().await;
    let id = place.listed("SWL_BOB", false).await;
    let matter = Matter::LicenceMatch {
        call: "N0CALL".parse().unwrap(),
        authority: "fcc".into(),
        licensee: Some("L01234".into()),
        name: "Bob Example".into(),
        postal_code: "12345".into(),
    };
    let review = place.identity.open_review(&VERIFIER, id, matter).await.unwrap();
    place
        .identity
        .decide_review(&boss(), review, yes())
        .await
        .unwrap();
    let account = place.identity.account(id).unwrap();
    assert_eq!((account.call.as_str(), account.role), ("N0CALL", Role::Member));
    let proofs = place
        .store
        .read(move |rows| read::verifications(rows, id))
        .await
        .unwrap();
    assert_eq!(proofs[0].1.licensee.as_deref(), Some("L01234"));
    let now = place.time();
    assert!(proofs[0].1.holds(now));
}
