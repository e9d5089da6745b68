//! The one place that sets security headers and builds the content security policy.
//!
//! Nothing on a page is inline, so the policy needs neither nonces nor hashes. A page that needs an
//! exception puts a [`Policy`] into its response's extensions; every exception is a field of it.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use super::https;
use crate::config::Hsts;
use crate::net::TlsInfo;

/// Marks a response that holds a secret: it is neither compressed nor kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sensitive;

/// Exceptions from the content security policy for one response.
#[derive(Debug, Clone, Default)]
pub(crate) struct Policy {
    /// Further origins the page's script may connect to.
    pub(crate) connect: Vec<String>,
    /// Nothing may run, load or be sent from it: for what people uploaded.
    pub(crate) sandbox: bool,
    /// Origins that may embed the page; none by default.
    pub(crate) ancestors: Vec<String>,
    /// Where the page's forms may lead, also by a redirect; only to its own origin by default.
    pub(crate) forms: Vec<String>,
    /// Whether the page runs no script at all.
    pub(crate) without_script: bool,
}

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

impl Policy {
    /// The header's value for a page served under `host` (with port).
    pub(crate) fn render(&self, host: Option<&str>) -> String {
        if self.sandbox {
            return "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
                .to_owned();
        }
        let mut connect = String::from("'self'");
        // Older Safari does not count ws: of the same host as 'self'.
        if let Some(host) = host.filter(|host| plain_host(host)) {
            connect.push_str(&format!(" ws://{host} wss://{host}"));
        }
        for origin in &self.connect {
            connect.push(' ');
            connect.push_str(origin);
        }
        let ancestors = if self.ancestors.is_empty() {
            "'none'".to_owned()
        } else {
            self.ancestors.join(" ")
        };
        let forms = if self.forms.is_empty() {
            "'self'".to_owned()
        } else {
            self.forms.join(" ")
        };
        if self.without_script {
            return format!(
                "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; \
                 form-action {forms}; frame-ancestors {ancestors}"
            );
        }
        format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
             connect-src {connect}; font-src 'self'; manifest-src 'self'; worker-src 'self'; \
             base-uri 'none'; form-action {forms}; frame-ancestors {ancestors}"
        )
    }
}

/// A host that cannot break out of the policy.
fn plain_host(host: &str) -> bool {
    !host.is_empty()
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-:[]_".contains(&byte))
}
