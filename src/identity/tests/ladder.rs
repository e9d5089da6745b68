//! Codes by mail and tokens, through the accounts' handle: counted, bound, forgotten.

use std::sync::Arc;
use std::time::Duration;

use wiremock::matchers::{body_string_contains, method};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::place::*;

use crate::config::{Callbook, Secret};
use crate::env::{Outbound, Service as Outside};
use crate::ham::callsign::Callsign;
use crate::identity::ladder::{Licence, Mailbox, Means, Place as Where, Refusal};
use crate::identity::login::Login;
use crate::identity::verification::Method;
use crate::identity::write::NewAccount;
use crate::identity::{AccountId, Actor, Error, Password, Role};

fn call(text: &str) -> Callsign {
    Callsign::parse(text).unwrap()
}

/// A register that has one licensee with two calls, and somebody's without an address.
fn register() -> Means {
    Means {
        register: Arc::new(|_, call| {
            let licence = |id: &str, email: Option<&str>| Licence {
                licensee: id.into(),
                email: email.map(|text| text.parse().unwrap()),
            };
            Ok(match call.as_str() {
                "K1ABC" | "K1OLD" => Some(licence("L001", Some("joe.ham@example.org"))),
                "W1AW" => Some(licence("L002", None)),
                _ => None,
            })
        }),
        ..means()
    }
}

impl Place {
    async fn claims_only(&self, login: &str) -> (AccountId, Actor) {
        let hash = self.identity.hash(Password::entered(PASSPHRASE)).await;
        let new = NewAccount {
            password: Some(hash),
            ..NewAccount::of(login.parse::<Login>().unwrap())
        };
        let id = self
            .identity
            .add_account(&Actor::COMMAND_LINE, new)
            .await
            .unwrap();
        (id, self.actor(login).await)
    }

    async fn asks(&self, actor: &Actor, wanted: &str, mailbox: Mailbox) -> Result<(), Error> {
        let (wanted, browser) = (call(wanted), browser(1));
        let asked = self.identity.ask_code(actor, (&wanted, mailbox), &browser);
        asked.await.map(drop)
    }

    /// The texts of all mails, newest first.
    fn letters(&self) -> Vec<(String, String)> {
        let recent = self.identity.inner.mailer.recent();
        let letter = |posted: crate::env::Posted| (posted.mail.to, posted.mail.text);
        recent.into_iter().map(letter).collect()
    }

    /// The code in the newest mail.
    fn code(&self) -> String {
        let (_, text) = self.letters().remove(0);
        let line = text.lines().find(|line| line.starts_with("    "));
        line.expect("the mail has a code").trim().to_owned()
    }
}

/// A code that is not the one in the mail.
fn wrong(right: &str) -> &'static str {
    if right == "0000 0000" {
        "1111 1111"
    } else {
        "0000 0000"
    }
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Refusal {
    match outcome {
        Err(Error::Unproven(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_code_to_the_call_s_mailbox_proves_it() {
    let place = Place::new().await;
    let (id, actor) = place.claims_only("K1ABC").await;
    place.asks(&actor, "K1ABC", Mailbox::Winlink).await.unwrap();
    let (to, text) = place.letters().remove(0);
    assert_eq!(to, "K1ABC@winlink.org");
    assert!(
        text.contains("K1ABC asked at http://localhost:8073/verify"),
        "{text}"
    );
    let typed = place.code().replace(' ', " - ");
    let (proven, claimed) = place.identity.try_code(&actor, &typed).await.unwrap();
    assert_eq!((proven, claimed.account), (call("K1ABC"), id));
    assert!(place.identity.account(id).unwrap().verified.is_some());
    let proofs = place.identity.verifications(&actor, id).await.unwrap();
    let (_, proof) = &proofs[0];
    assert_eq!(proof.method, Method::MAILBOX);
    assert_eq!(proof.evidence, "K1ABC@winlink.org");
    assert_eq!(proof.by, "verifier");
    // Used up.
    assert_eq!(
        refusal(place.identity.try_code(&actor, &typed).await),
        Refusal::SpentCode
    );
}

#[tokio::test]
async fn guesses_in_parallel_are_guesses_in_a_row() {
    let place = Place::new().await;
    let (id, actor) = place.claims_only("K1ABC").await;
    place.asks(&actor, "K1ABC", Mailbox::Winlink).await.unwrap();
    let right = place.code();
    let guesses = (0..40).map(|_| place.identity.try_code(&actor, wrong(&right)));
    let answers = futures_util::future::join_all(guesses).await;
    let counted = |wanted: fn(&Refusal) -> bool| {
        let refusals = answers
            .iter()
            .map(|answer| refusal(answer.as_ref().map(drop).map_err(Clone::clone)));
        refusals.filter(wanted).count()
    };
    assert_eq!(counted(|refusal| matches!(refusal, Refusal::WrongCode(_))), 4);
    assert_eq!(counted(|refusal| *refusal == Refusal::BurntCode), 1);
    assert_eq!(counted(|refusal| *refusal == Refusal::SpentCode), 35);
    assert_eq!(
        refusal(place.identity.try_code(&actor, &right).await),
        Refusal::SpentCode,
        "the right one comes too late"
    );
    assert!(place.identity.account(id).unwrap().verified.is_none());
}

#[tokio::test]
async fn what_is_no_code_costs_no_try() {
    let place = Place::new().await;
    let (_, actor) = place.claims_only("K1ABC").await;
    place.asks(&actor, "K1ABC", Mailbox::Winlink).await.unwrap();
    for typed in ["", "1234", "hello", "1234 5678 9"] {
        assert_eq!(
            refusal(place.identity.try_code(&actor, typed).await),
            Refusal::NoCode
        );
    }
    let ladder = place.identity.ladder(&actor, None).await.unwrap();
    assert_eq!(ladder.code.unwrap().left(), 5);
    place.identity.try_code(&actor, &place.code()).await.unwrap();
}

#[tokio::test]
async fn a_code_dies_after_ten_minutes_and_with_the_next_one() {
    let place = Place::new().await;
    let (_, actor) = place.claims_only("K1ABC").await;
    place.asks(&actor, "K1ABC", Mailbox::Winlink).await.unwrap();
    let first = place.code();
    place.clock.advance(minutes(2));
    place.asks(&actor, "K1ABC", Mailbox::Arrl).await.unwrap();
    let second = place.code();
    assert_eq!(
        refusal(place.identity.try_code(&actor, &first).await),
        Refusal::WrongCode(4)
    );
    place.clock.advance(minutes(10));
    assert_eq!(
        refusal(place.identity.try_code(&actor, &second).await),
        Refusal::SpentCode
    );
    let ladder = place.identity.ladder(&actor, None).await.unwrap();
    assert!(ladder.code.is_none());
}

#[tokio::test]
async fn a_code_is_worth_nothing_for_another_account() {
    let place = Place::new().await;
    let (_, one) = place.claims_only("K1ABC").await;
    let (_, other) = place.claims_only("SWL_OTTO").await;
    place.asks(&one, "K1ABC", Mailbox::Winlink).await.unwrap();
    let code = place.code();
    place.clock.advance(minutes(2));
    place.asks(&other, "K1ABC", Mailbox::Winlink).await.unwrap();
    assert_eq!(
        refusal(place.identity.try_code(&other, &code).await),
        Refusal::WrongCode(4)
    );
}

#[tokio::test]
async fn nobody_is_buried_under_codes_and_who_asks_again_is_told_so() {
    let place = Place::new().await;
    let mut actors = Vec::new();
    for login in ["SWL_ANNA", "SWL_BERT", "SWL_CLEO", "SWL_DORA"] {
        actors.push(place.claims_only(login).await.1);
    }
    // The asker's own history is no secret to them.
    place.asks(&actors[0], "K1ABC", Mailbox::Winlink).await.unwrap();
    let again = place.asks(&actors[0], "K1ABC", Mailbox::Arrl).await;
    assert!(matches!(again, Err(Error::Wait(_))), "{again:?}");
    // Within a minute nobody makes a second mail to the call, and they are not told.
    place.asks(&actors[1], "K1ABC", Mailbox::Winlink).await.unwrap();
    assert_eq!(place.letters().len(), 1);
    for actor in &actors[1..] {
        place.clock.advance(minutes(2));
        place.asks(actor, "K1ABC", Mailbox::Arrl).await.unwrap();
    }
    assert_eq!(place.letters().len(), 3, "three in a day, whoever asks");
    // What is held back looks the same, and no code opens it.
    let ladder = place.identity.ladder(&actors[3], None).await.unwrap();
    assert_eq!(ladder.code.unwrap().left(), 5);

    let place = place.restarted(None).await;
    let anna = place.actor("SWL_ANNA").await;
    place.clock.advance(minutes(2));
    place.asks(&anna, "K1ABC", Mailbox::Winlink).await.unwrap();
    assert!(place.letters().is_empty(), "a restart forgives nothing");
    place.clock.advance(Duration::from_hours(25));
    let anna = place.actor("SWL_ANNA").await;
    place.asks(&anna, "K1ABC", Mailbox::Winlink).await.unwrap();
    assert_eq!(place.letters().len(), 1, "the next day");
}

#[tokio::test]
async fn an_address_on_record_is_masked_and_one_that_is_missing_is_said_at_once() {
    let place = Place::proving(register()).await;
    let (id, actor) = place.claims_only("K1ABC").await;
    let ladder = place.identity.ladder(&actor, None).await.unwrap();
    let off = |ladder: &crate::identity::ladder::Overview, id: &str| {
        ladder.ways.iter().find(|line| line.way.id == id).unwrap().off
    };
    assert_eq!(off(&ladder, "register"), None);
    let (wanted, browser) = (call("K1ABC"), browser(1));
    let sent = place
        .identity
        .ask_code(&actor, (&wanted, Mailbox::Register), &browser);
    assert_eq!(sent.await.unwrap().to, "j***@e***.org");
    assert_eq!(place.letters()[0].0, "joe.ham@example.org");
    place.identity.try_code(&actor, &place.code()).await.unwrap();
    let (_, proof) = place.identity.verifications(&actor, id).await.unwrap().remove(0);
    assert_eq!(proof.evidence, "j***@e***.org");
    assert_eq!(
        proof.licensee.as_deref(),
        Some("L001"),
        "it ends with the licensee"
    );

    for other in ["W1AW", "N0CALL"] {
        let (_, actor) = place.claims_only(other).await;
        let refused = refusal(place.asks(&actor, other, Mailbox::Register).await);
        assert_eq!(refused, Refusal::NoAddress(call(other)));
        let ladder = place.identity.ladder(&actor, None).await.unwrap();
        assert_eq!(off(&ladder, "register"), Some("no_address"));
        assert_eq!(off(&ladder, "winlink"), None, "the other ways are offered");
    }
}

#[tokio::test]
async fn a_class_of_mailboxes_that_is_switched_off_is_not_written_to() {
    let mut means = means();
    means.policy.arrl = false;
    let place = Place::proving(means).await;
    let (_, actor) = place.claims_only("K1ABC").await;
    assert_eq!(
        refusal(place.asks(&actor, "K1ABC", Mailbox::Arrl).await),
        Refusal::Off
    );
    assert!(place.letters().is_empty());
}

#[tokio::test]
async fn only_its_owner_in_person_proves_a_call_and_only_one() {
    let place = Place::new().await;
    assert!(
        place
            .asks(&Actor::Guest, "K1ABC", Mailbox::Winlink)
            .await
            .is_err()
    );
    place.account("K6BP", Role::Member).await;
    let (_, actor) = place.claims_only("K1ABC").await;
    place.asks(&actor, "K1ABC", Mailbox::Winlink).await.unwrap();
    place.identity.try_code(&actor, &place.code()).await.unwrap();
    place.clock.advance(minutes(2));
    let actor = place.actor("K1ABC").await;
    let other = place.asks(&actor, "W1AW", Mailbox::Winlink).await;
    assert!(matches!(other, Err(Error::HasCall(_))), "{other:?}");
    let portable = place.asks(&actor, "K1ABC/P", Mailbox::Winlink).await;
    assert!(matches!(portable, Err(Error::NotAHomeCall(..))), "{portable:?}");
}

#[tokio::test]
async fn a_token_is_kept_for_a_day_and_for_one_call() {
    let place = Place::new().await;
    let (_, actor) = place.claims_only("SWL_ANNA").await;
    let token = async |wanted: &str, renew| {
        let wanted = call(wanted);
        let made = place.identity.proof_token(&actor, (&wanted, renew));
        made.await.unwrap().token
    };
    let first = token("K1ABC", false).await;
    assert_eq!(token("K1ABC", false).await, first);
    assert_ne!(token("K1ABC", true).await, first);
    assert_ne!(token("W1AW", false).await, first);
    let ladder = place.identity.ladder(&actor, None).await.unwrap();
    assert_eq!(ladder.call, Some(call("W1AW")), "the call being tried");
    place.clock.advance(Duration::from_hours(24));
    let actor = place.actor("SWL_ANNA").await;
    let late = place.identity.check_token(&actor, Where::Ampr).await;
    assert_eq!(refusal(late), Refusal::NoToken);
    place.identity.flush(true).await.unwrap();
}

#[tokio::test]
async fn an_alias_counts_where_the_register_says_that_both_are_one_person_s() {
    let server = MockServer::start().await;
    let answer = |body: String| ResponseTemplate::new(200).set_body_string(body);
    let xml = |inner: &str| {
        format!("<QRZDatabase version=\"1.34\">{inner}<Session><Key>k</Key></Session></QRZDatabase>")
    };
    Mock::given(method("POST"))
        .and(body_string_contains("username="))
        .respond_with(answer(xml("")))
        .mount(&server)
        .await;
    // Whatever is asked for, QRZ answers with the present call of its holder.
    Mock::given(method("POST"))
        .and(body_string_contains("callsign="))
        .respond_with(answer(xml(
            "<Callsign><call>K1ABC</call><xref>K1OLD</xref></Callsign>",
        )))
        .mount(&server)
        .await;
    let mut means = register();
    means.policy.qrz = Some(Callbook {
        url: server.uri().parse().unwrap(),
        user: "club".to_owned(),
        password: Secret::new("hush"),
    });
    let service = Outside {
        pause: Duration::from_millis(1),
        ..Outside::at(server.uri().parse().unwrap())
    };
    means.outbound = Outbound::new([("qrz".to_owned(), service)]);
    let place = Place::proving(means).await;
    for (wanted, one_person) in [("K1OLD", true), ("W1AW", false), ("N0CALL", false)] {
        let (_, actor) = place.claims_only(wanted).await;
        let token = place.identity.proof_token(&actor, (&call(wanted), false)).await;
        let page = format!("<p>{}</p>", token.unwrap().token.as_str());
        let biography = Mock::given(method("POST"))
            .and(body_string_contains("html="))
            .respond_with(answer(page))
            .mount_as_scoped(&server)
            .await;
        let checked = place.identity.check_token(&actor, Where::Qrz).await;
        if one_person {
            checked.unwrap();
        } else {
            assert!(matches!(refusal(checked), Refusal::OtherCall { .. }), "{wanted}");
        }
        drop(biography);
    }
}
