//! Whether a browser says that a request comes from another site's page.
//!
//! Browsers open websockets and send cookies for any page; programs send neither header and pass. For
//! requests that change something the accounts' middleware asks for a token besides.

use axum::http::{HeaderMap, HeaderName, header};
use url::Url;

use super::Problem;

/// Refuses what comes from another site; `public` is an origin of ours that a proxy may hide from `Host`.
pub(crate) fn same_origin(headers: &HeaderMap, public: Option<&Url>) -> Result<(), Problem> {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let site = text(HeaderName::from_static("sec-fetch-site"));
    if site.is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return Err(foreign());
    }
    let Some(origin) = text(header::ORIGIN) else {
        return Ok(());
    };
    let bare = origin
        .strip_prefix("https://")
        .or_else(|| origin.strip_prefix("http://"));
    let same_host =
        bare.is_some_and(|bare| text(header::HOST).is_some_and(|host| host.eq_ignore_ascii_case(bare)));
    let is_public = public.is_some_and(|public| public.origin().ascii_serialization() == origin);
    if same_host || is_public {
        Ok(())
    } else {
        Err(foreign())
    }
}

/// Refuses what a browser says comes from another site; another host of the same site may send it.
///
/// `Origin` is the caller's to check: pages that give no referrer away send `null` (Fetch, 3.2).
pub(crate) fn same_site(headers: &HeaderMap) -> Result<(), Problem> {
    let site = headers
        .get("sec-fetch-site")
        .map(|value| value.to_str().unwrap_or("?"));
    if site.is_some_and(|site| !matches!(site, "same-origin" | "same-site" | "none")) {
        return Err(foreign());
    }
    Ok(())
}

fn foreign() -> Problem {
    Problem::forbidden("cross_site", "the request comes from another site's page")
}
