//! Failures as HTTP tells them.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::relay::pairings::PairError;
use crate::relay::wish::{Fault, WishError};

/// A failure as a problem document (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused(pub(crate) Fault);

impl Refused {
    /// A failure with a status, a stable code and words.
    pub(crate) fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self(Fault::new(status, code, detail))
    }

    /// 403: whoever asks may not.
    pub(crate) fn forbidden(code: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, detail)
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self(fault)
    }
}

impl From<WishError> for Refused {
    fn from(error: WishError) -> Self {
        Self(Fault::from(&error))
    }
}

impl From<PairError> for Refused {
    fn from(error: PairError) -> Self {
        let (status, code) = match &error {
            PairError::Unknown => (StatusCode::NOT_FOUND, "not_found"),
            PairError::WrongCode(_) => (StatusCode::FORBIDDEN, "wrong_code"),
            PairError::TooOften => (StatusCode::FORBIDDEN, "too_often_wrong"),
            PairError::Closed => (StatusCode::TOO_MANY_REQUESTS, "pairing_closed"),
            PairError::Crowded => (StatusCode::TOO_MANY_REQUESTS, "rate_limited"),
            PairError::NoTransmit => (StatusCode::FORBIDDEN, "no_transmit"),
            PairError::Full => (StatusCode::CONFLICT, "full"),
            PairError::Disk(_) => (StatusCode::INTERNAL_SERVER_ERROR, "not_kept"),
        };
        Self::new(status, code, error.to_string())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Fault {
            status,
            code,
            detail,
            field,
            rprt,
        } = self.0;
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut document = json!({
            "status": status.as_u16(),
            "code": code,
            "title": status.canonical_reason().unwrap_or("Error"),
            "detail": detail,
        });
        if let Some(field) = field {
            document["errors"] = json!([{ "field": field, "message": detail }]);
        }
        if let Some(rprt) = rprt {
            document["rprt"] = Value::from(rprt);
        }
        let mut response = (status, Json(document)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    }
}
