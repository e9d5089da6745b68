//! The knowledge gate: what is asked, and what counts as an answer.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use super::place::*;
use crate::identity::quiz::{ASKED, BUILT_IN, GateQuestion, Quiz, is_proven};
use crate::identity::{Actor, Error, Service};
use crate::web::Signer;

fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn right(bank: &[GateQuestion], asked: &crate::identity::Asked) -> usize {
    let known = bank.iter().find(|known| known.ask == asked.ask).unwrap();
    asked
        .choices
        .iter()
        .position(|choice| *choice == known.right)
        .unwrap()
}

#[test]
fn the_built_in_questions_are_whole() {
    assert!(BUILT_IN.len() >= 40, "{}", BUILT_IN.len());
    let asked: HashSet<_> = BUILT_IN.iter().map(|question| &question.ask).collect();
    assert_eq!(asked.len(), BUILT_IN.len(), "each is asked once");
    for question in BUILT_IN.iter() {
        let mut answers: HashSet<_> = question.wrong.iter().collect();
        answers.insert(&question.right);
        assert_eq!(answers.len(), 4, "{question:?}");
        assert!(question.ask.ends_with('?') && answers.iter().all(|answer| !answer.is_empty()));
    }
}

#[test]
fn sets_differ_and_only_the_right_answers_count() {
    let quiz = Quiz::new(Signer::new([3; 32]));
    let mut places = HashSet::new();
    let mut asked = HashSet::new();
    for n in 0..200_u8 {
        let mut nonce = [7; 16];
        nonce[0] = n;
        let set = quiz.ask(nonce, &BUILT_IN, now());
        assert_eq!(set.questions.len(), ASKED);
        let different: HashSet<_> = set
            .questions
            .iter()
            .map(|question| question.ask.clone())
            .collect();
        assert_eq!(different.len(), ASKED, "no question stands twice");
        asked.extend(different);
        let answers: Vec<usize> = set
            .questions
            .iter()
            .map(|question| right(&BUILT_IN, question))
            .collect();
        places.extend(answers.iter().copied());
        let shown = quiz.take(&set.token, now()).unwrap();
        assert!(quiz.right(&shown, &BUILT_IN, &answers));
        let mut wrong = answers.clone();
        wrong[2] = (wrong[2] + 1) % 4;
        assert!(!quiz.right(&shown, &BUILT_IN, &wrong));
        assert!(!quiz.right(&shown, &BUILT_IN, &answers[..2]));
        assert!(!quiz.right(&shown, &BUILT_IN, &[answers.clone(), vec![0]].concat()));
        assert!(!quiz.right(&shown, &BUILT_IN, &[9, 9, 9]));
    }
    assert_eq!(places.len(), 4, "the right answer stands anywhere");
    assert!(asked.len() > 30, "{}", asked.len());
}

#[test]
fn a_token_serves_once_for_a_quarter_of_an_hour_and_here_alone() {
    let quiz = Quiz::new(Signer::new([3; 32]));
    let token = quiz.ask([1; 16], &BUILT_IN, now()).token;
    assert!(quiz.take(&token, now()).is_ok());
    assert!(quiz.take(&token, now()).is_err());
    let token = quiz.ask([2; 16], &BUILT_IN, now()).token;
    assert!(quiz.take(&token, now() + SignedDuration::from_mins(15)).is_err());
    let elsewhere = Quiz::new(Signer::new([4; 32]));
    assert!(elsewhere.take(&token, now()).is_err());
    for made_up in ["", "AAAA", &token[1..], &token.replace(&token[..4], "AAAA")] {
        assert!(quiz.take(made_up, now()).is_err(), "{made_up}");
    }
}

#[test]
fn too_few_questions_let_nobody_in() {
    let quiz = Quiz::new(Signer::new([3; 32]));
    let few = &BUILT_IN[..2];
    let set = quiz.ask([1; 16], few, now());
    let answers: Vec<usize> = set
        .questions
        .iter()
        .map(|question| right(few, question))
        .collect();
    let shown = quiz.take(&set.token, now()).unwrap();
    assert!(!quiz.right(&shown, few, &answers));
    assert!(!quiz.right(&shown, &[], &[0, 0, 0]));
}

#[test]
fn work_is_work() {
    let mut most = 0;
    while !is_proven("a token", &most.to_string()) {
        most += 1;
    }
    assert!(!is_proven("another token", &most.to_string()));
    assert!(!is_proven("a token", "") && !is_proven("a token", &"0".repeat(33)));
}

#[tokio::test]
async fn imported_questions_take_the_place_of_the_built_in_ones() {
    let place = Place::new().await;
    let own = |n: u32| GateQuestion {
        ask: smol_str::format_smolstr!("Question {n}?"),
        right: "yes".into(),
        wrong: ["no".into(), "perhaps".into(), "never".into()],
    };
    let fill = async |actor: Actor, many: u32| {
        let questions: Vec<_> = (0..many).map(own).collect();
        place
            .identity
            .replace_gate_questions(&actor, "technician".into(), questions)
            .await
    };
    place.account("K6BP", crate::identity::Role::Member).await;
    let member = place.actor("K6BP").await;
    assert!(matches!(fill(member, 30).await, Err(Error::Denied(_))));
    fill(Actor::Service(Service::Examiner), 30).await.unwrap();
    let asked = place.identity.sign_up_questions().questions;
    assert!(
        asked.iter().all(|asked| asked.ask.starts_with("Question")),
        "{asked:?}"
    );
    let place = place.restarted(None).await;
    let asked = place.identity.sign_up_questions().questions;
    assert!(
        asked.iter().all(|asked| asked.ask.starts_with("Question")),
        "{asked:?}"
    );
}
