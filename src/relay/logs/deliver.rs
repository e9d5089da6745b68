//! Bringing the queue to the appliance: each contact once, in its order, however often it takes.
//!
//! What the appliance cannot take now (no answer, 408, 409, 425, 429, 5xx) is tried again with growing
//! pauses. What is wrong with the connection itself (401, 403) holds up everything and is told, but costs no
//! contact. What it refuses for good (any other 4xx) stays in the list with its words until somebody tries
//! again or gives it up.

use std::time::Duration;

use hyper::Method;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use smol_str::SmolStr;
use tokio_util::sync::CancellationToken;

use super::appliance::{Answer, Courier, Letter, NoAnswer};
use super::edits;
use super::queue::{Draft, Failure, Item, LONGEST_PAUSE, QueueError, SharedQueue, Task};
use crate::env::{Clock, Entropy};

/// Where contacts are.
const CONTACTS: &str = "/api/v1/logbook/qsos";
/// The pause after a first failure.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Longest text kept of an answer.
const LONGEST_WORDS: usize = 500;
/// A key that was used for another body: the contact is told under the next one, and the appliance knows it
/// anyway.
const KEY_REUSED: &str = "idempotency_key_reused";

/// What one step came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Something was done; there may be more.
    Went(u64),
    /// Nothing is due before then, or at all.
    Idle(Option<Timestamp>),
    /// The appliance cannot be reached or does not let us in; not before then, and why.
    Held(Timestamp, String),
}

/// Brings contacts.
pub(crate) struct Delivery<C> {
    queue: SharedQueue,
    courier: C,
    clock: Clock,
    entropy: Entropy,
    /// The logbook, by its call; without it the account's own.
    logbook: Option<String>,
    /// Failures of the connection in a row.
    misses: u32,
    held: Option<Timestamp>,
}

impl<C: Courier> Delivery<C> {
    /// Delivery from `queue` to the logbook of the call `logbook`, or to the account's own.
    pub(crate) fn new(
        queue: SharedQueue,
        courier: C,
        clock: Clock,
        entropy: Entropy,
        logbook: Option<String>,
    ) -> Self {
        Self {
            queue,
            courier,
            clock,
            entropy,
            logbook,
            misses: 0,
            held: None,
        }
    }

    /// Delivers until it is told to stop.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        loop {
            let now = self.clock.now();
            let wait = match self.step(now).await {
                Ok(Step::Went(_)) => continue_or_stop(&stop),
                Ok(Step::Idle(until)) => {
                    until.map_or(Some(LONGEST_PAUSE), |until| Some(until.duration_since(now)))
                }
                Ok(Step::Held(until, reason)) => {
                    tracing::warn!(reason, "contacts wait: {reason}");
                    Some(until.duration_since(now))
                }
                Err(error) => {
                    tracing::error!(%error, "contacts cannot be delivered: {error}");
                    Some(SignedDuration::from_secs(10))
                }
            };
            let Some(wait) = wait else { return };
            let wait =
                Duration::try_from(wait.clamp(SignedDuration::ZERO, LONGEST_PAUSE)).unwrap_or(FIRST_PAUSE);
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
                () = self.queue.changed(), if self.held.is_none() => {}
            }
        }
    }

    /// Does the one thing that is due first, if any is.
    pub(crate) async fn step(&mut self, now: Timestamp) -> Result<Step, QueueError> {
        if let Some(until) = self
            .held
            .take_if(|until| now < *until && until.duration_since(now) <= LONGEST_PAUSE)
        {
            self.held = Some(until);
            return Ok(Step::Idle(Some(until)));
        }
        self.held = None;
        let first = self
            .queue
            .read(move |queue| queue.first_due(now).map(|(at, item)| (at, item.clone())));
        let Some((at, item)) = first.await? else {
            return Ok(Step::Idle(None));
        };
        if at > now {
            return Ok(Step::Idle(Some(at)));
        }
        match item.task() {
            Some(Task::Post) => self.post(item, now).await,
            Some(Task::Patch) => self.patch(item, now).await,
            Some(Task::Delete) => self.delete(item, now).await,
            None => Ok(Step::Went(item.number)),
        }
    }

    async fn post(&mut self, item: Item, now: Timestamp) -> Result<Step, QueueError> {
        let number = item.number;
        if item.sent.is_none() {
            // Before the first try: after a crash the repetition must be the same.
            let freeze = move |item: &mut Item| item.sent = Some(item.contact.clone());
            self.put(number, now, freeze).await?;
        }
        let sent = item.posted().clone();
        let letter = Letter {
            method: Method::POST,
            path: self.path(),
            content_type: Some("text/plain; charset=utf-8"),
            idempotency_key: Some(item.idempotency_key()),
            body: sent.to_adif().into(),
        };
        let answer = match self.courier.carry(letter).await {
            Ok(answer) => answer,
            Err(error) => return self.missed(item, error, now).await,
        };
        let body = body(&answer);
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(SmolStr::new);
        if (200..300).contains(&answer.status) {
            let Some(id) = text("id") else {
                let error = "the server answered without an id: is the address that of a Shackbox server?";
                return self.missed(item, NoAnswer(error.to_owned()), now).await;
            };
            let outcome = text("outcome");
            self.reached();
            self.put(number, now, move |item| item.arrived_as(id, outcome, sent))
                .await?;
            return Ok(Step::Went(number));
        }
        if answer.status == 422 && text("code").as_deref() == Some(KEY_REUSED) {
            let again = |item: &mut Item| {
                item.generation += 1;
                item.sent = None;
            };
            self.put(number, now, again).await?;
            return Ok(Step::Went(number));
        }
        self.refused(item, &answer, now).await
    }

    async fn patch(&mut self, item: Item, now: Timestamp) -> Result<Step, QueueError> {
        let (Some(id), Some(sent)) = (&item.id, &item.sent) else {
            return Ok(Step::Went(item.number));
        };
        let wanted = item.contact.clone();
        let edits = edits::between(sent, &wanted);
        let letter = Letter {
            method: Method::PATCH,
            path: format!("{CONTACTS}/{id}"),
            content_type: Some("application/json"),
            idempotency_key: None,
            body: Value::Object(edits).to_string().into(),
        };
        match self.courier.carry(letter).await {
            Ok(answer) if (200..300).contains(&answer.status) => {
                self.reached();
                let number = item.number;
                let changed = move |item: &mut Item| {
                    item.sent = Some(wanted);
                    item.try_again();
                };
                self.put(number, now, changed).await?;
                Ok(Step::Went(number))
            }
            Ok(answer) => self.refused(item, &answer, now).await,
            Err(error) => self.missed(item, error, now).await,
        }
    }

    async fn delete(&mut self, item: Item, now: Timestamp) -> Result<Step, QueueError> {
        let Some(id) = &item.id else {
            return Ok(Step::Went(item.number));
        };
        let letter = Letter {
            method: Method::DELETE,
            path: format!("{CONTACTS}/{id}"),
            content_type: None,
            idempotency_key: None,
            body: bytes::Bytes::new(),
        };
        match self.courier.carry(letter).await {
            // Somebody deleted it there already.
            Ok(answer) if (200..300).contains(&answer.status) || is_not_there(&answer) => {
                self.reached();
                self.put(item.number, now, Item::is_gone).await?;
                Ok(Step::Went(item.number))
            }
            Ok(answer) => self.refused(item, &answer, now).await,
            Err(error) => self.missed(item, error, now).await,
        }
    }

    fn path(&self) -> String {
        match &self.logbook {
            Some(call) => {
                let call: String = url::form_urlencoded::byte_serialize(call.as_bytes()).collect();
                format!("{CONTACTS}?callsign={call}")
            }
            None => CONTACTS.to_owned(),
        }
    }

    async fn put(
        &self,
        number: u64,
        now: Timestamp,
        work: impl FnOnce(&mut Item) + Send + 'static,
    ) -> Result<(), QueueError> {
        let change = move |draft: &mut Draft<'_>| {
            if let Some(mut item) = draft.get(number) {
                work(&mut item);
                draft.put(item);
            }
        };
        self.queue.change(now, change).await
    }

    fn reached(&mut self) {
        self.misses = 0;
    }

    /// The appliance could not be reached, or broke off: all contacts wait.
    async fn missed(&mut self, item: Item, error: NoAnswer, now: Timestamp) -> Result<Step, QueueError> {
        self.hold(item, error.0, None, now).await
    }

    async fn hold(
        &mut self,
        item: Item,
        reason: String,
        wanted: Option<Duration>,
        now: Timestamp,
    ) -> Result<Step, QueueError> {
        self.misses = self.misses.saturating_add(1);
        let until = self.later(self.misses, wanted, now);
        self.held = Some(until);
        let told = reason.clone();
        let note = move |item: &mut Item| {
            item.tries = item.tries.saturating_add(1);
            item.error = Some(told);
        };
        self.queue.note(item.number, note).await?;
        Ok(Step::Held(until, reason))
    }

    async fn refused(&mut self, item: Item, answer: &Answer, now: Timestamp) -> Result<Step, QueueError> {
        let (number, status) = (item.number, answer.status);
        let words = words(answer);
        match status {
            // The key, its scopes, our pace, the server as a whole: no contact is to blame. One that is there
            // already may be somebody else's to change, though.
            403 if item.id.is_some() => self.fail(item, status, words, now).await,
            401 | 403 | 429 | 502..=504 => self.hold(item, words, answer.retry_after, now).await,
            408 | 409 | 425 | 500.. | ..=399 => {
                self.reached();
                let next = self.later(item.tries.saturating_add(1), answer.retry_after, now);
                let note = move |item: &mut Item| {
                    item.tries = item.tries.saturating_add(1);
                    item.error = Some(words);
                    item.next_try = Some(next);
                };
                self.queue.note(number, note).await?;
                Ok(Step::Went(number))
            }
            _ => self.fail(item, status, words, now).await,
        }
    }

    async fn fail(
        &mut self,
        item: Item,
        status: u16,
        words: String,
        now: Timestamp,
    ) -> Result<Step, QueueError> {
        self.reached();
        let failure = Failure {
            status,
            words,
            at: now,
        };
        let fail = move |item: &mut Item| {
            item.tries = item.tries.saturating_add(1);
            item.failure = Some(failure);
            if item.id.is_none() {
                // It is surely not there: what is tried next may be another text.
                item.sent = None;
            }
        };
        self.put(item.number, now, fail).await?;
        Ok(Step::Went(item.number))
    }

    /// When the next try is after so many: a pause that doubles, shortened by chance so that not all come at
    /// once.
    fn later(&self, tries: u32, wanted: Option<Duration>, now: Timestamp) -> Timestamp {
        let doubled = FIRST_PAUSE.saturating_mul(1 << tries.saturating_sub(1).min(8));
        let longest = Duration::try_from(LONGEST_PAUSE).unwrap_or(FIRST_PAUSE);
        let pause = doubled.min(longest);
        let pause = pause.saturating_sub(self.entropy.jitter(pause / 4));
        let pause = pause.max(wanted.unwrap_or_default()).min(longest);
        let pause = SignedDuration::try_from(pause).unwrap_or(LONGEST_PAUSE);
        now.checked_add(pause).unwrap_or(now)
    }
}

fn continue_or_stop(stop: &CancellationToken) -> Option<SignedDuration> {
    (!stop.is_cancelled()).then_some(SignedDuration::ZERO)
}

fn body(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

/// Whether the appliance says that there is no such contact; a server that knows no such path says something
/// else.
fn is_not_there(answer: &Answer) -> bool {
    matches!(answer.status, 404 | 410) && body(answer).get("code").is_some()
}

/// What the appliance says, for people.
fn words(answer: &Answer) -> String {
    let body = body(answer);
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut words = text(&body, "detail")
        .or_else(|| text(&body, "title"))
        .unwrap_or_else(|| {
            let plain = String::from_utf8_lossy(&answer.body);
            format!(
                "the server answered with status {}: {}",
                answer.status,
                plain.trim()
            )
        });
    for error in body.get("errors").and_then(Value::as_array).into_iter().flatten() {
        let (field, reason) = (text(error, "field"), text(error, "message"));
        if let (Some(field), Some(reason)) = (field, reason)
            && !words.contains(&reason)
        {
            words.push_str(&format!("; {field} {reason}"));
        }
    }
    words
        .chars()
        .filter(|c| !c.is_control())
        .take(LONGEST_WORDS)
        .collect()
}
