//! Carries the protocol's messages through `env::Outbound`, and remembers what the library does not tell: after which
//! time an authority that refused wants to be asked again.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::header::{RETRY_AFTER, USER_AGENT};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use instant_acme::{BodyWrapper, BytesResponse, Error, HttpClient};
use jiff::Timestamp;

use super::SERVICE;
use crate::env::{Outbound, OutboundError};

/// What the authority answered last, where it refused.
#[derive(Debug, Clone, Default)]
pub(super) struct Mood(Arc<Mutex<Option<Refused>>>);

#[derive(Debug, Clone)]
struct Refused {
    status: StatusCode,
    retry_after: Option<String>,
}

/// Sends what the library wants to be sent.
pub(super) struct Messenger {
    outbound: Outbound,
    mood: Mood,
}

impl Mood {
    fn note(&self, status: StatusCode, headers: &HeaderMap) {
        let refused = status.is_client_error() || status.is_server_error();
        let retry_after = headers
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) =
            refused.then_some(Refused { status, retry_after });
    }

    /// The status of a refusal, if the last answer was one.
    pub(super) fn status(&self) -> Option<StatusCode> {
        let refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        refused.as_ref().map(|refused| refused.status)
    }

    /// How long it wants to be left alone: seconds, or a date (RFC 9110 10.2.3).
    pub(super) fn wait(&self, now: Timestamp) -> Option<Duration> {
        let refused = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let text = refused?.retry_after?;
        if let Ok(seconds) = text.trim().parse() {
            return Some(Duration::from_secs(seconds));
        }
        let date = jiff::fmt::rfc2822::parse(text.trim()).ok()?.timestamp();
        Duration::try_from(date.duration_since(now)).ok()
    }
}

impl Messenger {
    pub(super) fn new(outbound: Outbound, mood: Mood) -> Self {
        Self { outbound, mood }
    }
}

impl HttpClient for Messenger {
    fn request(
        &self,
        request: Request<BodyWrapper<bytes::Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, Error>> + Send>> {
        let (outbound, mood) = (self.outbound.clone(), self.mood.clone());
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let Ok(body) = body.collect().await;
            parts.headers.insert(
                USER_AGENT,
                HeaderValue::from_static(concat!("Shackbox/", env!("CARGO_PKG_VERSION"), " instant-acme")),
            );
            let request = Request::from_parts(parts, body.to_bytes());
            let answer = outbound.exchange(SERVICE, request).await.map_err(unreachable)?;
            mood.note(answer.status(), answer.headers());
            Ok(answer.map(Full::new).into())
        })
    }
}

fn unreachable(error: OutboundError) -> Error {
    Error::Other(Box::new(error))
}
