//! The one place that sets security headers.
//!
//! A page that needs an exception from the content security policy puts a [`Policy`] into its response's extensions.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use super::{Policy, https};
use crate::config::Hsts;
use crate::net::TlsInfo;

/// Marks a response that holds a secret: it is neither compressed nor kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sensitive;

const FIXED: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("x-permitted-cross-domain-policies"),
        "none",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), payment=(), usb=(), geolocation=(self)",
    ),
];

/// Middleware: adds the headers to every response, keeping what a handler has set on purpose.
pub(crate) async fn security_headers(hsts: Hsts, request: Request, next: Next) -> Response {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .map(str::to_owned);
    let insist = https::insist(hsts, request.extensions().get::<TlsInfo>(), host.as_deref());
    let mut response = next.run(request).await;
    let secret = response.extensions().get::<Sensitive>().is_some();
    let policy = response.extensions_mut().remove::<Policy>().unwrap_or_default();
    let embeddable = !policy.ancestors.is_empty();
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if let Some(insist) = insist {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, insist);
    }
    if secret {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if !embeddable {
        headers
            .entry(header::X_FRAME_OPTIONS)
            .or_insert(HeaderValue::from_static("DENY"));
    }
    if let Ok(value) = HeaderValue::from_str(&policy.render(host.as_deref())) {
        headers.insert(header::CONTENT_SECURITY_POLICY, value);
    }
    response
}
