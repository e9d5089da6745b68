//! Requests to other people's servers: named services, each with its own base URL, pace and limits.
//!
//! Every service is asked politely: one request at a time, a pause between two, a time limit, and no more
//! bytes taken than it was granted. Services that are not configured cannot be asked at all. The addresses
//! asked are never logged whole: some services take passwords in the query.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use tokio::time::Instant;
use url::Url;

pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
pub(super) const MOST_REDIRECTS: usize = 5;

pub(super) type Made = Result<reqwest::Client, Arc<str>>;

/// A server that may be asked.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    /// What paths are appended to.
    pub(crate) base: Url,
    /// The least time between the starts of two requests.
    pub(crate) pause: Duration,
    /// The most a request may take, body included.
    pub(crate) timeout: Duration,
    /// The most bytes taken of a body, after decompression.
    pub(crate) most_bytes: usize,
    /// Whether it may send us on within its own domain only: for services that are told a password.
    pub(crate) homebound: bool,
}

impl Service {
    /// A service at `base` with the usual manners: one request a second, 30 s, 16 MiB.
    pub(crate) fn at(base: Url) -> Self {
        Self {
            base,
            pause: Duration::from_secs(1),
            timeout: Duration::from_secs(30),
            most_bytes: 16 << 20,
            homebound: false,
        }
    }
}

/// What a service answered.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    /// The status, 2xx or 304.
    pub(crate) status: u16,
    /// `ETag`, to ask again with.
    pub(crate) etag: Option<String>,
    /// The body.
    pub(crate) body: Vec<u8>,
}

/// Why a service gave no reply.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum OutboundError {
    /// No such service is configured.
    #[error("no source {0:?} is configured")]
    Unknown(String),
    /// The path does not make an address.
    #[error("{0:?} is no path of that source")]
    Path(String),
    /// The client could not be set up.
    #[error("requests cannot be made: {0}")]
    Client(Arc<str>),
    /// It took longer than the service is granted.
    #[error("{0} did not answer in time")]
    Timeout(String),
    /// The connection failed or broke.
    #[error("{service} cannot be reached: {reason}")]
    Unreachable {
        /// Whose server.
        service: String,
        /// What happened, without the address.
        reason: String,
    },
    /// It answered with an error status.
    #[error("{service} answered with status {status}")]
    Status {
        /// Whose server.
        service: String,
        /// The status.
        status: u16,
        /// `Retry-After`, where it was given in seconds.
        retry_after: Option<Duration>,
    },
    /// The body is larger than the service is granted.
    #[error("{service} sent more than {most_bytes} bytes")]
    TooLarge {
        /// Whose server.
        service: String,
        /// What it is granted.
        most_bytes: usize,
    },
}

/// Asks services; clones share the pace.
#[derive(Clone)]
pub(crate) struct Outbound {
    inner: Arc<Inner>,
}

struct Inner {
    services: BTreeMap<String, Turn>,
    /// Made for the first request: loading the root certificates costs time and memory.
    client: OnceLock<Made>,
    /// The one that goes where it is sent on to only within a service's own domain.
    homebound: OnceLock<Made>,
    /// The one for websockets.
    #[cfg(feature = "relay")]
    upgrading: OnceLock<Made>,
}

/// A service and whose turn it is to ask it.
struct Turn {
    service: Service,
    last_start: tokio::sync::Mutex<Option<Instant>>,
}

impl Outbound {
    /// A client for these services, by name.
    pub(crate) fn new(services: impl IntoIterator<Item = (String, Service)>) -> Self {
        super::install_crypto();
        let turn = |service| Turn {
            service,
            last_start: tokio::sync::Mutex::new(None),
        };
        let services = services
            .into_iter()
            .map(|(name, service)| (name, turn(service)))
            .collect();
        Self {
            inner: Arc::new(Inner {
                services,
                client: OnceLock::new(),
                homebound: OnceLock::new(),
                #[cfg(feature = "relay")]
                upgrading: OnceLock::new(),
            }),
        }
    }

    /// The client for websockets, made for the first one.
    #[cfg(feature = "relay")]
    pub(super) fn upgrading(&self, make: fn() -> Made) -> Result<&reqwest::Client, OutboundError> {
        let client = self.inner.upgrading.get_or_init(make).as_ref();
        client.map_err(|reason| OutboundError::Client(Arc::clone(reason)))
    }

    /// Asks a service for what is at `path` below its base URL.
    pub(crate) async fn get(
        &self,
        service: &str,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Reply, OutboundError> {
        self.ask(service, path, |client, url| client.get(with_query(url, query)))
            .await
    }

    /// Sends a form, such as one with a password, which an address must not carry.
    pub(crate) async fn post_form(
        &self,
        service: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<Reply, OutboundError> {
        self.ask(service, path, |client, url| client.post(url).form(fields))
            .await
    }

    /// Asks a service for what is at `path`, unless it is still what `etag` names (then the status is 304).
    pub(crate) async fn get_unless(
        &self,
        service: &str,
        path: &str,
        etag: &str,
    ) -> Result<Reply, OutboundError> {
        self.ask(service, path, |client, url| {
            client.get(url).header("if-none-match", etag)
        })
        .await
    }

    /// Sends a request that a protocol's own code made, to an address that the service named in an earlier answer,
    /// and gives back the answer whatever its status. Where the service is asked by HTTPS, so is the address.
    pub(crate) async fn exchange(
        &self,
        service: &str,
        request: hyper::Request<Bytes>,
    ) -> Result<hyper::Response<Bytes>, OutboundError> {
        let turn = self.turn(service)?;
        let secure = request.uri().scheme_str() == Some("https");
        if turn.service.base.scheme() == "https" && !secure {
            return Err(OutboundError::Path(request.uri().path().to_owned()));
        }
        let request = reqwest::Request::try_from(request).map_err(|error| unreachable(service, error))?;
        let request = reqwest::RequestBuilder::from_parts(self.client(&turn.service)?.clone(), request);
        turn.take(service, pass_on(service, &turn.service, request)).await
    }

    async fn ask(
        &self,
        name: &str,
        path: &str,
        request: impl FnOnce(&reqwest::Client, Url) -> reqwest::RequestBuilder,
    ) -> Result<Reply, OutboundError> {
        let turn = self.turn(name)?;
        let url = join(&turn.service.base, path).ok_or_else(|| OutboundError::Path(path.to_owned()))?;
        let request = request(self.client(&turn.service)?, url);
        turn.take(name, take_reply(name, &turn.service, request)).await
    }

    fn turn(&self, name: &str) -> Result<&Turn, OutboundError> {
        let turn = self.inner.services.get(name);
        turn.ok_or_else(|| OutboundError::Unknown(name.to_owned()))
    }

    fn client(&self, service: &Service) -> Result<&reqwest::Client, OutboundError> {
        let client = if service.homebound {
            let policy = || client(reqwest::redirect::Policy::custom(homebound));
            self.inner.homebound.get_or_init(policy)
        } else {
            let policy = || client(reqwest::redirect::Policy::limited(MOST_REDIRECTS));
            self.inner.client.get_or_init(policy)
        };
        client
            .as_ref()
            .map_err(|reason| OutboundError::Client(Arc::clone(reason)))
    }
}

impl Turn {
    /// Waits for its turn, then for the reply, within the service's time.
    async fn take<T>(
        &self,
        name: &str,
        reply: impl Future<Output = Result<T, OutboundError>>,
    ) -> Result<T, OutboundError> {
        // Held until the reply is here: one request at a time.
        let mut last_start = self.last_start.lock().await;
        if let Some(last) = *last_start {
            tokio::time::sleep_until(last + self.service.pause).await;
        }
        *last_start = Some(Instant::now());
        let timely = tokio::time::timeout(self.service.timeout, reply).await;
        timely.unwrap_or_else(|_| Err(OutboundError::Timeout(name.to_owned())))
    }
}

fn client(redirects: reqwest::redirect::Policy) -> Made {
    reqwest::Client::builder()
        .user_agent(concat!("Shackbox/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(redirects)
        .pool_max_idle_per_host(1)
        .build()
        .map_err(|error| error.to_string().into())
}

/// Goes on within the first address' own domain; any other way on is the answer itself.
fn homebound(attempt: reqwest::redirect::Attempt<'_>) -> reqwest::redirect::Action {
    let first = attempt.previous().first();
    let at_home = first.is_some_and(|first| is_same_site(first, attempt.url()));
    if at_home && attempt.previous().len() <= MOST_REDIRECTS {
        attempt.follow()
    } else {
        attempt.stop()
    }
}

/// Whether an address is below the domain of another, `www.` apart, and as well protected.
fn is_same_site(home: &Url, other: &Url) -> bool {
    let (Some(domain), Some(host)) = (home.host_str(), other.host_str()) else {
        return false;
    };
    let domain = domain.strip_prefix("www.").unwrap_or(domain);
    let within = host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    let protected = home.scheme() == other.scheme() || other.scheme() == "https";
    let same_door = home.scheme() != other.scheme() || home.port() == other.port();
    within && protected && same_door
}

/// Appends a path to a base URL; a base's own path stays, and nobody climbs out of it.
fn join(base: &Url, path: &str) -> Option<Url> {
    if path.split('/').any(|part| part == "..") || path.contains(['?', '#', '\\']) {
        return None;
    }
    let mut url = base.clone();
    let joined = format!(
        "{}/{}",
        base.path().trim_end_matches('/'),
        path.trim_start_matches('/')
    );
    url.set_path(if path.is_empty() { base.path() } else { &joined });
    Some(url)
}

fn with_query(mut url: Url, query: &[(&str, &str)]) -> Url {
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    url
}

async fn take_reply(
    name: &str,
    service: &Service,
    request: reqwest::RequestBuilder,
) -> Result<Reply, OutboundError> {
    let response = request.send().await.map_err(|error| unreachable(name, error))?;
    let status = response.status();
    let header = |name: &str| {
        response
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    if !status.is_success() && status.as_u16() != 304 {
        let retry_after = header("retry-after")
            .and_then(|text| text.parse().ok())
            .map(Duration::from_secs);
        return Err(OutboundError::Status {
            service: name.to_owned(),
            status: status.as_u16(),
            retry_after,
        });
    }
    Ok(Reply {
        status: status.as_u16(),
        etag: header("etag"),
        body: take_body(name, service, response).await?,
    })
}

/// The whole answer, whatever it says.
async fn pass_on(
    name: &str,
    service: &Service,
    request: reqwest::RequestBuilder,
) -> Result<hyper::Response<Bytes>, OutboundError> {
    let response = request.send().await.map_err(|error| unreachable(name, error))?;
    let mut answer = hyper::Response::new(Bytes::new());
    *answer.status_mut() = response.status();
    answer.headers_mut().clone_from(response.headers());
    *answer.body_mut() = take_body(name, service, response).await?.into();
    Ok(answer)
}

async fn take_body(
    name: &str,
    service: &Service,
    response: reqwest::Response,
) -> Result<Vec<u8>, OutboundError> {
    let mut body = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| unreachable(name, error))?;
        if body.len() + chunk.len() > service.most_bytes {
            return Err(OutboundError::TooLarge {
                service: name.to_owned(),
                most_bytes: service.most_bytes,
            });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

pub(super) fn unreachable(service: &str, error: reqwest::Error) -> OutboundError {
    if error.is_timeout() {
        return OutboundError::Timeout(service.to_owned());
    }
    let error = error.without_url();
    let cause = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source()).last();
    let reason = cause.map_or_else(|| error.to_string(), ToString::to_string);
    OutboundError::Unreachable {
        service: service.to_owned(),
        reason,
    }
}
