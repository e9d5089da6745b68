//! The one error answer: `application/problem+json` (RFC 9457) with a stable `code`.
//!
//! Domains map their errors once, by `From<Error> for Problem`. A problem keeps the cause of an unexpected
//! failure to itself: the outer layers log it once with the request id, and the client sees the id.
//! `type` is left out, which RFC 9457 3.1.1 defines as `about:blank`; programs go by `code`.

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};

/// What a handler answers: a value, or a problem.
pub(crate) type Result<T> = std::result::Result<T, Problem>;

/// An error as it is told to a client.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    inner: Box<Inner>,
}

#[derive(Debug, Clone)]
struct Inner {
    body: ProblemBody,
    retry_after: Option<Duration>,
    cause: Option<String>,
}

/// The JSON document of a [`Problem`].
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = Problem))]
pub(crate) struct ProblemBody {
    /// HTTP status, repeated.
    pub(crate) status: u16,
    /// Stable name of the problem, for programs.
    pub(crate) code: &'static str,
    /// Short text that goes with the status.
    pub(crate) title: &'static str,
    /// What happened this time, for people.
    pub(crate) detail: String,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) errors: Vec<FieldError>,
    /// The request's id, to be quoted to the administrator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request_id: Option<String>,
    /// Members that only this kind of problem has.
    #[serde(flatten)]
    #[cfg_attr(feature = "server", schema(ignore))]
    pub(crate) extra: Map<String, Value>,
}

/// One field and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub(crate) struct FieldError {
    /// Path of the field, such as `qso.freq_hz` or `items[3].call`; empty for the document itself.
    pub(crate) field: String,
    /// What is wrong, in words.
    pub(crate) message: String,
    /// The rule that is broken in one word, for programs, where it has a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rule: Option<String>,
}

impl Problem {
    /// A problem with this status, stable code and explanation.
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        let body = ProblemBody {
            status: status.as_u16(),
            code,
            title: status.canonical_reason().unwrap_or("Error"),
            detail: detail.into(),
            errors: Vec::new(),
            request_id: None,
            extra: Map::new(),
        };
        Self {
            inner: Box::new(Inner {
                body,
                retry_after: None,
                cause: None,
            }),
        }
    }

    /// 400: the request itself cannot be read.
    pub(crate) fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 401: nobody is signed in.
    pub(crate) fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            "sign in, or send an API key",
        )
    }

    /// 403: whoever asks may not.
    pub(crate) fn forbidden(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, detail)
    }

    /// 404: no such thing, or none that the caller may see.
    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    /// 409: the present state does not allow it.
    pub(crate) fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 412: `If-Match` named another version.
    pub(crate) fn precondition_failed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PRECONDITION_FAILED, "precondition_failed", detail)
    }

    /// 413: larger than the limit, in bytes.
    pub(crate) fn too_large(limit: u64) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            format!("the request body is larger than the limit of {limit} bytes"),
        )
        .with("limit", limit)
    }

    /// 408: the request's body stood still for too long.
    pub(crate) fn body_stalled() -> Self {
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            "body_stalled",
            "the request body stopped coming in",
        )
    }

    /// What to answer when a body of at most `limit` bytes does not come to its end: it is too long, it stood still, or
    /// it broke off.
    pub(crate) fn unread_body(limit: u64, error: &(dyn std::error::Error + 'static)) -> Self {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if error.is::<http_body_util::LengthLimitError>() {
                return Self::too_large(limit);
            }
            if error.is::<tower_http::timeout::TimeoutError>() {
                return Self::body_stalled();
            }
            cause = error.source();
        }
        Self::bad_request("unreadable_body", format!("the request body broke off: {error}"))
    }

    /// 422: readable, but against the rules.
    pub(crate) fn unprocessable(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }

    /// 422 `invalid` about one field.
    pub(crate) fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        let (field, message) = (field.into(), message.into());
        Self::unprocessable("invalid", format!("{field}: {message}")).field(field, message)
    }

    /// 429: too many requests; the client should wait that long.
    pub(crate) fn too_many(retry_after: Duration) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "rate_limited",
            "too many requests; wait a little",
        )
        .retry_after(retry_after)
    }

    /// 503: not now.
    pub(crate) fn unavailable(code: &'static str, detail: impl Into<String>, retry_after: Duration) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail).retry_after(retry_after)
    }

    /// 500 for an unexpected failure: the cause is logged once, the client is told the request id only.
    pub(crate) fn internal(cause: impl std::fmt::Display) -> Self {
        let mut problem = Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "something went wrong here; the administrator finds the cause under the request id",
        );
        problem.inner.cause = Some(format!("{cause:#}"));
        problem
    }

    /// Adds what is wrong with a field.
    #[must_use]
    pub(crate) fn field(mut self, field: impl Into<String>, message: impl Into<String>) -> Self {
        self.inner.body.errors.push(FieldError {
            field: field.into(),
            message: message.into(),
            rule: None,
        });
        self
    }

    /// Adds what is wrong with a field, and the rule's name.
    #[must_use]
    pub(crate) fn rule(
        mut self,
        field: impl Into<String>,
        rule: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        self.inner.body.errors.push(FieldError {
            field: field.into(),
            message: message.into(),
            rule: Some(rule.into()),
        });
        self
    }

    /// Adds a member to the document.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.inner.body.extra.insert(name.to_owned(), value.into());
        self
    }

    /// Tells the client when to try again (`Retry-After`, whole seconds, at least one).
    #[must_use]
    pub(crate) fn retry_after(mut self, after: Duration) -> Self {
        self.inner.retry_after = Some(after);
        self
    }

    /// The HTTP status.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.inner.body.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The document as it is sent.
    pub(crate) fn body(&self) -> &ProblemBody {
        &self.inner.body
    }

    /// What really failed, for the log; never sent.
    pub(crate) fn cause(&self) -> Option<&str> {
        self.inner.cause.as_deref()
    }

    /// Puts the request's id into the document.
    #[must_use]
    pub(crate) fn request_id(mut self, id: &str) -> Self {
        self.inner.body.request_id = Some(id.to_owned());
        self
    }
}

#[cfg(feature = "server")]
impl From<crate::store::StoreError> for Problem {
    fn from(error: crate::store::StoreError) -> Self {
        if error.is_unavailable() {
            let detail = "storage takes no changes at the moment; nothing was changed";
            return Self::unavailable("storage_unavailable", detail, Duration::from_secs(10));
        }
        Self::internal(error)
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.inner.body.code, self.inner.body.detail)
    }
}

impl std::error::Error for Problem {}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let json =
            serde_json::to_vec(&self.inner.body).expect("text, numbers and JSON values always serialize");
        let mut response = (self.status(), json).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(after) = self.inner.retry_after {
            let seconds = after.as_secs() + u64::from(after.subsec_nanos() > 0);
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        if self.status() == StatusCode::UNAUTHORIZED {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"shackbox\""),
            );
        }
        response.extensions_mut().insert(self);
        response
    }
}
