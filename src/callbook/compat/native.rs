//! The same interfaces at the paths that clients have built in, by the name that a request is for.
//!
//! A client that cannot be given another path can often be given another host. Under such a name nothing else is
//! served: every path of it leads below `/compat`.

use axum::Router;
use axum::extract::Request;
use axum::http::uri::PathAndQuery;
use axum::http::{Uri, header};

use crate::config::NativeHost;

/// The path below `/compat` that a path means under a host of ours; `None`: the host is none of these.
pub(crate) fn native(hosts: &[NativeHost], host: &str, path: &str) -> Option<String> {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let service = hosts.iter().find(|native| native.host == name)?.service;
    Some(format!("/compat/{service}{path}"))
}

/// Puts the mapping before the routes: it must be done before they are matched.
pub(crate) fn before(hosts: Vec<NativeHost>, router: Router) -> Router {
    if hosts.is_empty() {
        return router;
    }
    let mapped = tower::util::MapRequest::new(router, move |mut request: Request| {
        if let Some(uri) = mapped_uri(&hosts, &request) {
            *request.uri_mut() = uri;
        }
        request
    });
    Router::new().fallback_service(mapped)
}

fn mapped_uri(hosts: &[NativeHost], request: &Request) -> Option<Uri> {
    let uri = request.uri();
    let written = request.headers().get(header::HOST);
    let written = written.and_then(|host| host.to_str().ok());
    let host = written.or_else(|| uri.authority().map(axum::http::uri::Authority::as_str))?;
    let mut path = native(hosts, host, uri.path())?;
    if let Some(query) = uri.query() {
        path.push('?');
        path.push_str(query);
    }
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::from_maybe_shared(path).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts() -> Vec<NativeHost> {
        ["hamdb=api.hamdb.example.org", "qrz=XMLdata.example.org."]
            .map(|text| text.parse().unwrap())
            .to_vec()
    }

    #[test]
    fn a_configured_host_leads_below_compat_and_nowhere_else() {
        let hosts = hosts();
        for (host, path, mapped) in [
            (
                "api.hamdb.example.org",
                "/v1/K1ABC/json/x",
                Some("/compat/hamdb/v1/K1ABC/json/x"),
            ),
            (
                "API.hamdb.example.org.:8073",
                "/login",
                Some("/compat/hamdb/login"),
            ),
            (
                "xmldata.example.org:80",
                "/xml/current/",
                Some("/compat/qrz/xml/current/"),
            ),
            ("example.org", "/v1/K1ABC/json/x", None),
            ("[::1]:80", "/", None),
        ] {
            assert_eq!(native(&hosts, host, path).as_deref(), mapped, "{host}{path}");
        }
    }

    #[test]
    fn the_query_stays_with_the_path() {
        let request = Request::get("/xml/current/?s=;callsign=K1ABC")
            .header(header::HOST, "xmldata.example.org")
            .body(axum::body::Body::empty())
            .unwrap();
        let uri = mapped_uri(&hosts(), &request).unwrap();
        assert_eq!(uri, "/compat/qrz/xml/current/?s=;callsign=K1ABC");
    }
}
