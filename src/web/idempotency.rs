//! `Idempotency-Key`: a repeated POST gets the first one's answer instead of doing its work twice.
//!
//! Answers of successes are kept for 24 hours in the store, so they survive a restart; failures are not, so
//! they can be tried again. A key belongs to an account and a path; with another body it is refused (422),
//! while the first request is still at work it is refused as well (409). Bodies are hashed as they stream
//! by, never held. Not kept: answers that are secret or large, and what guests do.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Caller, Class, Guard, Problem, Sensitive};
use crate::env::Clock;
use crate::store::{Direction, Rows as _, Span, Store, StoreError, TableInfo, Write, table};

/// How long an answer is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// Largest answer that is kept: replies to changes are small.
const LARGEST: u64 = 64 << 10;
/// Most answers kept; beyond, the oldest go before their time.
const MOST: u64 = 200_000;
/// Longest key taken.
const LONGEST_KEY: usize = 255;
/// Answers forgotten for each one stored, so that the table shrinks without a job of its own.
const SWEPT: usize = 4;

/// Account, path, key.
type Place = (u32, String, String);

table!(pub(super) ANSWERS: "web.idempotency", Place => Answer);
table!(pub(super) BY_END: "web.idempotency.by_end", (Timestamp, u32, String, String) => ());

/// A kept answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Answer {
    #[serde(with = "serde_bytes")]
    body_hash: Vec<u8>,
    pub(super) status: u16,
    headers: Vec<(String, String)>,
    #[serde(with = "serde_bytes")]
    pub(super) body: Vec<u8>,
    pub(super) until: Timestamp,
}

/// The tables, for the schema list.
pub(crate) fn tables() -> [TableInfo; 2] {
    [ANSWERS.info(), BY_END.info()]
}

/// What the layer works with.
#[derive(Clone)]
pub(crate) struct Idempotency {
    store: Store,
    clock: Clock,
    at_work: Arc<Mutex<HashSet<Place>>>,
}

const KEPT_HEADERS: [HeaderName; 4] = [header::CONTENT_TYPE, header::LOCATION, header::ETAG, header::LINK];

impl Idempotency {
    /// A layer that keeps its answers in `store`.
    pub(crate) fn new(store: Store, clock: Clock) -> Self {
        Self {
            store,
            clock,
            at_work: Arc::default(),
        }
    }

    /// Middleware; must run where [`Caller`] and [`Guard`] are known.
    pub(crate) async fn handle(self, request: Request, next: Next) -> Response {
        match place(&request) {
            Ok(None) => next.run(request).await,
            Ok(Some(place)) => self
                .once(place, request, next)
                .await
                .unwrap_or_else(IntoResponse::into_response),
            Err(problem) => problem.into_response(),
        }
    }

    async fn once(self, place: Place, request: Request, next: Next) -> Result<Response, Problem> {
        let claim = self.claim(&place)?;
        let now = self.clock.now();
        if let Some(known) = self.find(&place, now).await? {
            let hash = drain(request).await?;
            return if hash == known.body_hash {
                Ok(known.into_response())
            } else {
                Err(reused())
            };
        }
        let (request, hashed) = watch_body(request);
        let response = next.run(request).await;
        let Some(body_hash) = hashed.finished() else {
            return Ok(response);
        };
        let (response, answer) = keep(response, body_hash, now + KEPT).await?;
        if let Some(answer) = answer {
            self.remember(place, answer, now).await;
        }
        drop(claim);
        Ok(response)
    }

    fn claim(&self, place: &Place) -> Result<Claim, Problem> {
        let fresh = self
            .at_work
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(place.clone());
        if fresh {
            return Ok(Claim {
                at_work: Arc::clone(&self.at_work),
                place: place.clone(),
            });
        }
        Err(Problem::conflict(
            "idempotency_in_progress",
            "a request with this Idempotency-Key is being worked on",
        )
        .retry_after(Duration::from_secs(1)))
    }

    async fn find(&self, place: &Place, now: Timestamp) -> Result<Option<Answer>, Problem> {
        let place = place.clone();
        let found = self.store.read(move |rows| rows.get(ANSWERS, &place)).await?;
        Ok(found.filter(|answer| answer.until > now))
    }

    async fn remember(&self, place: Place, answer: Answer, now: Timestamp) {
        let stored = self.store.write(move |tx| {
            sweep(tx, now)?;
            if let Some(old) = tx.get(ANSWERS, &place)? {
                tx.remove(BY_END, &index(&place, old.until))?;
            }
            tx.put(BY_END, &index(&place, answer.until), &())?;
            tx.put(ANSWERS, &place, &answer)
        });
        if let Err(error) = stored.await {
            // The work is done and its answer on the way: a repetition would be done again, no more.
            tracing::warn!(%error, "an answer could not be kept for its Idempotency-Key: {error}");
        }
    }
}

/// The key's place, when the request has one and its answer may be kept.
fn place(request: &Request) -> Result<Option<Place>, Problem> {
    let headers = request.headers();
    let Some(key) = headers
        .get("idempotency-key")
        .or_else(|| headers.get("x-idempotency-key"))
    else {
        return Ok(None);
    };
    let extensions = request.extensions();
    let login = extensions
        .get::<Guard>()
        .is_some_and(|guard| guard.class == Some(Class::Login));
    let account = extensions.get::<Caller>().and_then(|caller| caller.account);
    let (Some(account), false) = (account, login || request.method() != Method::POST) else {
        return Ok(None);
    };
    match key.to_str() {
        Ok(key) if !key.is_empty() && key.len() <= LONGEST_KEY => {
            Ok(Some((account, request.uri().path().to_owned(), key.to_owned())))
        }
        _ => Err(Problem::bad_request(
            "bad_idempotency_key",
            format!("an Idempotency-Key is 1 to {LONGEST_KEY} visible ASCII characters"),
        )),
    }
}

/// A key that is being worked on; given back when dropped.
struct Claim {
    at_work: Arc<Mutex<HashSet<Place>>>,
    place: Place,
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.at_work
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.place);
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        for (name, value) in &self.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                response.headers_mut().insert(name, value);
            }
        }
        response
            .headers_mut()
            .insert("idempotency-replayed", HeaderValue::from_static("true"));
        response
    }
}

fn reused() -> Problem {
    Problem::unprocessable(
        "idempotency_key_reused",
        "this Idempotency-Key was used for a request with another body",
    )
}

fn index(place: &Place, until: Timestamp) -> (Timestamp, u32, String, String) {
    (until, place.0, place.1.clone(), place.2.clone())
}

fn sweep(tx: &mut Write<'_>, now: Timestamp) -> Result<(), StoreError> {
    let crowded = tx.len(ANSWERS)? >= MOST;
    let oldest: Vec<_> = tx
        .scan(BY_END, Span::all(), Direction::Forward)
        .take(SWEPT)
        .collect::<Result<_, _>>()?;
    for (key, ()) in oldest {
        if key.0 > now && !crowded {
            break;
        }
        tx.remove(BY_END, &key)?;
        tx.remove(ANSWERS, &(key.1, key.2, key.3))?;
    }
    Ok(())
}

/// The hash of a body that passes by.
#[derive(Clone)]
struct Hashed(Arc<Mutex<Passing>>);

struct Passing {
    hasher: blake3::Hasher,
    left: Option<u64>,
    ended: bool,
}

impl Hashed {
    fn of(query: Option<&str>, headers: &HeaderMap) -> Self {
        let mut hasher = blake3::Hasher::new();
        // The query is as much a part of what is asked as the body.
        hasher.update(query.unwrap_or_default().as_bytes()).update(b"\n");
        let length = headers
            .get(header::CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok()?.parse().ok());
        Self(Arc::new(Mutex::new(Passing {
            hasher,
            left: length,
            ended: length == Some(0),
        })))
    }

    fn pass(&self, bytes: &Bytes) {
        let mut passing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        passing.hasher.update(bytes);
        if let Some(left) = &mut passing.left {
            *left = left.saturating_sub(bytes.len() as u64);
            passing.ended = *left == 0;
        }
    }

    fn end(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).ended = true;
    }

    /// The hash, once all of the body has passed.
    fn finished(&self) -> Option<Vec<u8>> {
        let passing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        passing
            .ended
            .then(|| passing.hasher.finalize().as_bytes().to_vec())
    }
}

fn watch_body(request: Request) -> (Request, Hashed) {
    let (parts, body) = request.into_parts();
    let hashed = Hashed::of(parts.uri.query(), &parts.headers);
    if body.is_end_stream() {
        hashed.end();
    }
    let (passing, ending) = (hashed.clone(), hashed.clone());
    let stream = body.into_data_stream().inspect(move |chunk| {
        if let Ok(bytes) = chunk {
            passing.pass(bytes);
        }
    });
    let end = futures_util::stream::once(async move {
        ending.end();
        Ok(Bytes::new())
    });
    (
        Request::from_parts(parts, Body::from_stream(stream.chain(end))),
        hashed,
    )
}

async fn drain(request: Request) -> Result<Vec<u8>, Problem> {
    let (request, hashed) = watch_body(request);
    let mut stream = request.into_body().into_data_stream();
    while let Some(chunk) = stream.next().await {
        chunk.map_err(|error| {
            Problem::bad_request("unreadable_body", format!("the request body broke off: {error}"))
        })?;
    }
    hashed
        .finished()
        .ok_or_else(|| Problem::bad_request("unreadable_body", "the request body broke off"))
}

/// The response again, and what is to be kept of it.
async fn keep(
    response: Response,
    body_hash: Vec<u8>,
    until: Timestamp,
) -> Result<(Response, Option<Answer>), Problem> {
    let small = response
        .body()
        .size_hint()
        .upper()
        .is_some_and(|most| most <= LARGEST);
    let secret = response.extensions().get::<Sensitive>().is_some()
        || response.headers().contains_key(header::SET_COOKIE);
    if !response.status().is_success() || !small || secret {
        return Ok((response, None));
    }
    let (parts, body) = response.into_parts();
    let limit = usize::try_from(LARGEST).unwrap_or(usize::MAX);
    let bytes = axum::body::to_bytes(body, limit)
        .await
        .map_err(Problem::internal)?;
    let text = |name: &HeaderName| {
        Some((
            name.to_string(),
            parts.headers.get(name)?.to_str().ok()?.to_owned(),
        ))
    };
    let headers = KEPT_HEADERS.iter().filter_map(text).collect();
    let answer = Answer {
        body_hash,
        status: parts.status.as_u16(),
        headers,
        body: bytes.to_vec(),
        until,
    };
    Ok((Response::from_parts(parts, Body::from(bytes)), Some(answer)))
}
