//! The way to the appliance: what is asked of it, and what it answers.

use std::time::Duration;

use bytes::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{Method, Request};
use url::Url;

use crate::env::{Outbound, OutboundError};

/// A request to the appliance's JSON API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Letter {
    pub(crate) method: Method,
    /// Path and query, `/api/v1/…`.
    pub(crate) path: String,
    /// Of the body; none without one.
    pub(crate) content_type: Option<&'static str>,
    /// The key under which it is done once.
    pub(crate) idempotency_key: Option<String>,
    pub(crate) body: Bytes,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// How long the appliance wants to be left alone.
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Bytes,
}

/// Why nothing came back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct NoAnswer(pub(crate) String);

/// Who carries letters.
pub(crate) trait Courier: Send + Sync + 'static {
    /// Carries one and waits for the answer, within a time limit.
    fn carry(&self, letter: Letter) -> impl Future<Output = Result<Answer, NoAnswer>> + Send;
}

/// The appliance, by HTTP.
#[derive(Clone)]
pub(crate) struct Appliance {
    outbound: Outbound,
    /// The name that `outbound` knows it by.
    service: &'static str,
    base: Url,
    authorization: HeaderValue,
}

/// The key cannot be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("relay.key: it holds characters that no key has; copy it again from where the server showed it")]
pub(crate) struct BadKey;

impl Appliance {
    /// The appliance at `base`, which `outbound` knows as `service`, with an API key of scope
    /// `logbook.write`.
    pub(crate) fn new(
        outbound: Outbound,
        service: &'static str,
        base: Url,
        key: &str,
    ) -> Result<Self, BadKey> {
        let mut authorization =
            HeaderValue::from_str(&format!("Bearer {}", key.trim())).map_err(|_| BadKey)?;
        authorization.set_sensitive(true);
        Ok(Self {
            outbound,
            service,
            base,
            authorization,
        })
    }

    fn request(&self, letter: Letter) -> Result<Request<Bytes>, hyper::http::Error> {
        let base = self.base.as_str().trim_end_matches('/');
        let mut request = Request::builder()
            .method(letter.method)
            .uri(format!("{base}{}", letter.path))
            .header(AUTHORIZATION, self.authorization.clone());
        if let Some(kind) = letter.content_type {
            request = request.header(CONTENT_TYPE, kind);
        }
        if let Some(key) = letter.idempotency_key {
            request = request.header("idempotency-key", key);
        }
        request.body(letter.body)
    }
}

impl Courier for Appliance {
    async fn carry(&self, letter: Letter) -> Result<Answer, NoAnswer> {
        let request = self
            .request(letter)
            .map_err(|error| NoAnswer(error.to_string()))?;
        let answer = self.outbound.exchange(self.service, request).await;
        let answer = answer.map_err(|error: OutboundError| NoAnswer(error.to_string()))?;
        let retry_after = answer
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok());
        Ok(Answer {
            status: answer.status().as_u16(),
            retry_after: retry_after
                .and_then(|text| text.parse().ok())
                .map(Duration::from_secs),
            body: answer.into_body(),
        })
    }
}
