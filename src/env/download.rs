//! Large files from other people's servers, taken piece by piece.
//!
//! Unlike the services of [`super::Outbound`] a download names its own address: registers lie where their owners put
//! them, and administrators add lists. It is as polite: a name and an address to ask in every request, bounded waits,
//! few redirects and none to a less protected address. The bytes are the server's own: nothing is decompressed, so a
//! part can be continued and the whole be checked.
//! Not here: where the bytes are kept, whether they are asked for again (`callbook::fetch`).

use std::time::Duration;

use bytes::Bytes;
use reqwest::header;
use url::Url;

use super::outbound::{CONNECT_TIMEOUT, MOST_REDIRECTS, OutboundError, unreachable};

/// What to ask for.
#[derive(Debug, Clone)]
pub(crate) struct Download<'d> {
    pub(crate) url: &'d Url,
    /// Sent as a form; empty: the file is simply asked for.
    pub(crate) form: &'d [(&'d str, &'d str)],
    /// Only if it is no longer what these name.
    pub(crate) etag: Option<&'d str>,
    pub(crate) last_modified: Option<&'d str>,
    /// From this byte on, if the file is still what the validator names.
    pub(crate) resume: Option<(u64, &'d str)>,
    /// Who asks: product, version and where to complain.
    pub(crate) agent: &'d str,
    /// An HTTP proxy to go through.
    pub(crate) proxy: Option<&'d Url>,
    /// How long the server may say nothing.
    pub(crate) patience: Duration,
}

/// An answer whose body is still coming.
#[derive(Debug)]
pub(crate) struct Incoming {
    response: reqwest::Response,
    host: String,
    patience: Duration,
}

impl Download<'_> {
    /// Sends the request and waits for the answer's head, whatever its status.
    pub(crate) async fn start(&self) -> Result<Incoming, OutboundError> {
        super::install_crypto();
        let host = self.url.host_str().unwrap_or("the server").to_owned();
        let client = self
            .client()
            .map_err(|error| OutboundError::Client(error.to_string().into()))?;
        let mut request = if self.form.is_empty() {
            client.get(self.url.clone())
        } else {
            client.post(self.url.clone()).form(self.form)
        };
        if let Some(etag) = self.etag {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        if let Some(day) = self.last_modified {
            request = request.header(header::IF_MODIFIED_SINCE, day);
        }
        if let Some((from, validator)) = self.resume {
            request = request
                .header(header::RANGE, format!("bytes={from}-"))
                .header(header::IF_RANGE, validator);
        }
        let answer = tokio::time::timeout(self.patience, request.send()).await;
        let response = answer
            .map_err(|_| OutboundError::Timeout(host.clone()))?
            .map_err(|error| unreachable(&host, error))?;
        Ok(Incoming {
            response,
            host,
            patience: self.patience,
        })
    }

    fn client(&self) -> reqwest::Result<reqwest::Client> {
        let mut client = reqwest::Client::builder()
            .user_agent(self.agent)
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::custom(as_protected))
            .no_gzip()
            .no_proxy();
        if let Some(proxy) = self.proxy {
            client = client.proxy(reqwest::Proxy::all(proxy.as_str())?);
        }
        client.build()
    }
}

/// Goes on a few times, and never from HTTPS to HTTP.
fn as_protected(attempt: reqwest::redirect::Attempt<'_>) -> reqwest::redirect::Action {
    let was_secure = attempt
        .previous()
        .last()
        .is_some_and(|url| url.scheme() == "https");
    if attempt.previous().len() > MOST_REDIRECTS {
        attempt.error("it sends us on and on")
    } else if was_secure && attempt.url().scheme() != "https" {
        attempt.error("it sends us on to an address without protection")
    } else {
        attempt.follow()
    }
}

impl Incoming {
    /// The status.
    pub(crate) fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// A header's value, where it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }

    /// Bytes still to come, where the server says how many.
    pub(crate) fn length(&self) -> Option<u64> {
        self.response.content_length()
    }

    /// The next piece; `None` at the end. A server that stops before what it promised is an error.
    pub(crate) async fn piece(&mut self) -> Result<Option<Bytes>, OutboundError> {
        let piece = tokio::time::timeout(self.patience, self.response.chunk()).await;
        piece
            .map_err(|_| OutboundError::Timeout(self.host.clone()))?
            .map_err(|error| unreachable(&self.host, error))
    }
}
