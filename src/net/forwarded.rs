//! Headers in which a reverse proxy passes on its client's certificate.
//!
//! They are taken off every request before anything is routed, in all spellings that some server takes for the same,
//! so that nobody who reaches a listener can make one up. Only the form that was chosen is kept, and only from a
//! neighbour that is a configured proxy: one that is trusted for `X-Forwarded-For` alone passes a client's own ones
//! through. What a certificate is worth is decided elsewhere.

use axum::http::{HeaderMap, HeaderName};

use crate::config::ForwardedForm;

/// Headers that say something of a client's certificate, at one server or another, or begin like one that does.
const NAMES: [&str; 7] = [
    "client-cert",
    "x-client-cert",
    "x-client-dn",
    "x-client-verify",
    "x-forwarded-client-cert",
    "x-forwarded-tls-client-cert",
    "x-arr-clientcert",
];
const BEGINNINGS: [&str; 8] = [
    "client-cert-",
    "x-client-cert-",
    "x-forwarded-tls-client-cert-",
    "ssl-client-",
    "x-ssl-client-",
    "x-ssl-cert",
    "x-amzn-mtls-",
    "cloudfront-viewer-cert-",
];

/// Which headers count.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ForwardedHeaders(pub(crate) Option<ForwardedForm>);

/// What a trusted proxy said of its client's certificate; headers as they came. The extension of every request of such
/// a proxy, also where the client showed none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Forwarded {
    /// The certificate, or its name.
    pub(crate) certificate: Option<String>,
    /// `Client-Cert-Chain`.
    pub(crate) chain: Option<String>,
    /// `X-Client-Verify`.
    pub(crate) verdict: Option<String>,
    /// One of them came twice or is no text: somebody between has added one.
    pub(crate) is_doubtful: bool,
}

impl ForwardedHeaders {
    /// Takes all such headers off a request; those of the chosen form are handed over if the neighbour is a proxy.
    pub(super) fn take(self, headers: &mut HeaderMap, is_proxy: bool) -> Option<Forwarded> {
        let said = self.0.filter(|_| is_proxy).map(|form| read(form, headers));
        let about: Vec<HeaderName> = headers.keys().filter(|name| is_about(name)).cloned().collect();
        for name in about {
            headers.remove(&name);
        }
        said
    }
}

fn read(form: ForwardedForm, headers: &HeaderMap) -> Forwarded {
    let mut forwarded = Forwarded::default();
    let mut one = |name: &str| {
        let mut values = headers.get_all(name).iter();
        let first = values.next()?;
        let text = first.to_str().ok().map(str::to_owned);
        forwarded.is_doubtful |= text.is_none() || values.next().is_some();
        text
    };
    let (certificate, chain, verdict) = match form {
        ForwardedForm::Rfc9440 => (one("client-cert"), one("client-cert-chain"), None),
        ForwardedForm::Nginx => (one("x-client-cert"), None, None),
        ForwardedForm::Dn => (one("x-client-dn"), None, one("x-client-verify")),
    };
    // nginx sends an empty header where its client showed nothing.
    let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    Forwarded {
        certificate: filled(certificate),
        chain: filled(chain),
        verdict: filled(verdict),
        ..forwarded
    }
}

/// Whether a header is one of them; some servers take `_` for `-`.
fn is_about(name: &HeaderName) -> bool {
    let name = name.as_str().replace('_', "-");
    NAMES.contains(&name.as_str()) || BEGINNINGS.iter().any(|begin| name.starts_with(begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    const FORGED: [(&str, &str); 7] = [
        ("client-cert", ":AAAA:"),
        ("client_cert", ":AAAA:"),
        ("client-cert-chain", ":AAAA:"),
        ("x-client-dn", "CN=K6BP"),
        ("x_client_verify", "SUCCESS"),
        ("x-ssl-client-cert", "x"),
        ("cookie", "kept"),
    ];

    #[test]
    fn nobody_but_a_proxy_forwards_anything() {
        for form in [
            None,
            Some(ForwardedForm::Rfc9440),
            Some(ForwardedForm::Nginx),
            Some(ForwardedForm::Dn),
        ] {
            let mut sent = headers(&FORGED);
            assert_eq!(ForwardedHeaders(form).take(&mut sent, false), None);
            assert_eq!(
                sent.keys().map(HeaderName::as_str).collect::<Vec<_>>(),
                ["cookie"]
            );
        }
        let mut sent = headers(&FORGED);
        assert_eq!(ForwardedHeaders(None).take(&mut sent, true), None);
        assert_eq!(sent.len(), 1);
    }

    #[test]
    fn only_the_chosen_form_is_taken_from_a_proxy() {
        let mut sent = headers(&FORGED);
        let said = ForwardedHeaders(Some(ForwardedForm::Rfc9440)).take(&mut sent, true);
        let wanted = Forwarded {
            certificate: Some(":AAAA:".to_owned()),
            chain: Some(":AAAA:".to_owned()),
            ..Forwarded::default()
        };
        assert_eq!(said, Some(wanted));
        assert_eq!(sent.len(), 1);
        let said = ForwardedHeaders(Some(ForwardedForm::Nginx)).take(&mut headers(&FORGED), true);
        assert_eq!(said, Some(Forwarded::default()));
    }

    #[test]
    fn a_header_that_came_twice_is_doubtful() {
        let mut sent = headers(&[("x-client-dn", "CN=K6BP"), ("x-client-dn", "CN=W1AW")]);
        let said = ForwardedHeaders(Some(ForwardedForm::Dn)).take(&mut sent, true);
        assert!(said.is_some_and(|said| said.is_doubtful));
    }
}
