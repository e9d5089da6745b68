//! An appliance as its interface describes it, with losses on the way as they are asked for.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use hyper::Method;
use serde_json::{Value, json};

use super::super::appliance::{Answer, Courier, Letter, NoAnswer};

/// What becomes of the next letter.
#[derive(Clone)]
pub(super) enum Fate {
    Whole,
    /// It never arrives.
    LostOnTheWay,
    /// It arrives, but its answer does not.
    AnswerLost,
    /// It is answered so.
    Answered(u16, Value),
}

#[derive(Default)]
pub(super) struct Server {
    /// Key: body and id.
    pub(super) keys: BTreeMap<String, (String, String)>,
    pub(super) contacts: BTreeMap<String, String>,
    /// All ids ever given.
    pub(super) given: usize,
    fates: VecDeque<Fate>,
    pub(super) letters: Vec<Letter>,
}

/// An appliance as its interface describes it.
#[derive(Clone, Default)]
pub(super) struct Fake(Arc<Mutex<Server>>);

impl Fake {
    pub(super) fn with<R>(&self, work: impl FnOnce(&mut Server) -> R) -> R {
        work(&mut self.0.lock().unwrap())
    }

    pub(super) fn fate(&self, fates: impl IntoIterator<Item = Fate>) {
        self.with(|server| server.fates.extend(fates));
    }

    pub(super) fn contacts(&self) -> Vec<String> {
        self.with(|server| server.contacts.values().cloned().collect())
    }
}

impl Server {
    fn answer(&mut self, letter: &Letter) -> (u16, Value) {
        let body = String::from_utf8(letter.body.to_vec()).unwrap();
        let id = letter.path.rsplit('/').next().unwrap_or_default().to_owned();
        let missing = json!({"status": 404, "code": "not_found", "detail": "no such contact"});
        if letter.method == Method::POST {
            let key = letter.idempotency_key.clone().unwrap();
            if let Some((known, id)) = self.keys.get(&key) {
                if *known != body {
                    return (
                        422,
                        json!({"code": "idempotency_key_reused", "detail": "another body"}),
                    );
                }
                return (201, json!({"id": id, "outcome": "added"}));
            }
            self.given += 1;
            let id = format!("7-{}", self.given);
            self.keys.insert(key, (body.clone(), id.clone()));
            self.contacts.insert(id.clone(), body);
            return (201, json!({"id": id, "outcome": "added"}));
        }
        if !self.contacts.contains_key(&id) {
            return (404, missing);
        }
        if letter.method == Method::DELETE {
            self.contacts.remove(&id);
            return (200, json!({"undo": "x"}));
        }
        self.contacts.insert(id, body);
        (200, json!({}))
    }
}

impl Courier for Fake {
    async fn carry(&self, letter: Letter) -> Result<Answer, NoAnswer> {
        let gone = |what: &str| Err(NoAnswer(what.to_owned()));
        let answer = |(status, body): (u16, Value)| {
            Ok(Answer {
                status,
                retry_after: None,
                body: body.to_string().into(),
            })
        };
        self.with(|server| {
            let fate = server.fates.pop_front().unwrap_or(Fate::Whole);
            server.letters.push(letter.clone());
            match fate {
                Fate::Whole => answer(server.answer(&letter)),
                Fate::LostOnTheWay => gone("the server cannot be reached"),
                Fate::AnswerLost => {
                    server.answer(&letter);
                    gone("the connection broke")
                }
                Fate::Answered(status, body) => answer((status, body)),
            }
        })
    }
}
