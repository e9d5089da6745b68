//! A websocket to somebody else's server, opened as any other request is: the same roots, proxies and time limits.

use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use futures_util::StreamExt as _;
use reqwest::{StatusCode, header};
use tokio_tungstenite::WebSocketStream;
use tungstenite::handshake::derive_accept_key;
use tungstenite::protocol::{Role, WebSocketConfig};
use url::Url;

use super::Entropy;
use super::outbound::{CONNECT_TIMEOUT, Made, Outbound, OutboundError, unreachable};

/// The time for the answer to the handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Bytes taken of a refusal's body.
const MOST_WORDS: usize = 8 << 10;

/// An open websocket.
pub(crate) type OpenSocket = WebSocketStream<reqwest::Upgraded>;

/// What to open.
pub(crate) struct Dial<'d> {
    /// `http:` or `https:`; `ws:` and `wss:` mean the same.
    pub(crate) url: &'d Url,
    /// Sent as a bearer token, to this server alone.
    pub(crate) key: &'d str,
    /// The longest message taken, bytes.
    pub(crate) most_bytes: usize,
}

/// Why there is no socket.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum DialError {
    /// The server answered with something else.
    #[error("{server} answered with status {status}{}", words.as_deref().map(|words| format!(": {words}")).unwrap_or_default())]
    Refused {
        /// Whose server.
        server: String,
        /// The status.
        status: u16,
        /// What it says beside, for people.
        words: Option<String>,
    },
    /// The address is none for a websocket.
    #[error("{0} is no address of a server")]
    Address(String),
    /// The key has characters that no key has.
    #[error("the key holds characters that no key has")]
    Key,
    /// Something answered that knows no websockets.
    #[error("what answers at {0} is no server of websockets")]
    NoSocket(String),
    /// The connection failed.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
}

impl Outbound {
    /// Opens a websocket.
    pub(crate) async fn dial(&self, dial: Dial<'_>, entropy: &Entropy) -> Result<OpenSocket, DialError> {
        let url = web_address(dial.url).ok_or_else(|| DialError::Address(dial.url.to_string()))?;
        let server = url.host_str().unwrap_or("the server").to_owned();
        let nonce = BASE64_STANDARD.encode(entropy.bytes::<16>());
        let mut bearer = header::HeaderValue::from_str(&format!("Bearer {}", dial.key.trim()))
            .map_err(|_| DialError::Key)?;
        bearer.set_sensitive(true);
        let request = self
            .upgrading(made)?
            .get(url)
            .header(header::AUTHORIZATION, bearer)
            .header(header::CONNECTION, "Upgrade")
            .header(header::UPGRADE, "websocket")
            .header(header::SEC_WEBSOCKET_VERSION, "13")
            .header(header::SEC_WEBSOCKET_KEY, &nonce);
        let answer = tokio::time::timeout(HANDSHAKE, request.send()).await;
        let response = answer
            .map_err(|_| OutboundError::Timeout(server.clone()))?
            .map_err(|error| unreachable(&server, error))?;
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            let status = response.status().as_u16();
            let words = tokio::time::timeout(HANDSHAKE, words_of(response)).await;
            return Err(DialError::Refused {
                server,
                status,
                words: words.unwrap_or_default(),
            });
        }
        let accept = response.headers().get(header::SEC_WEBSOCKET_ACCEPT);
        if accept.is_none_or(|accept| accept != derive_accept_key(nonce.as_bytes()).as_str()) {
            return Err(DialError::NoSocket(server));
        }
        let upgraded = response
            .upgrade()
            .await
            .map_err(|error| unreachable(&server, error))?;
        let config = WebSocketConfig::default()
            .max_message_size(Some(dial.most_bytes))
            .max_frame_size(Some(dial.most_bytes));
        Ok(WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(config)).await)
    }
}

/// A client for upgrades: they are a matter of HTTP/1.1, and go nowhere else than where they were sent.
fn made() -> Made {
    reqwest::Client::builder()
        .user_agent(concat!("Shackbox/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .http1_only()
        .pool_max_idle_per_host(0)
        .build()
        .map_err(|error| error.to_string().into())
}

/// The address as HTTP has it.
fn web_address(url: &Url) -> Option<Url> {
    let scheme = match url.scheme() {
        "ws" | "http" => "http",
        "wss" | "https" => "https",
        _ => return None,
    };
    // A URL's scheme cannot be exchanged for every other one; its text can.
    let rest = url.as_str().split_once(':')?.1;
    Url::parse(&format!("{scheme}:{rest}")).ok()
}

/// What a refusal says for people, where it is a problem document.
async fn words_of(response: reqwest::Response) -> Option<String> {
    let mut body = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        body.extend_from_slice(&chunk.ok()?);
        if body.len() > MOST_WORDS {
            return None;
        }
    }
    let problem: serde_json::Value = serde_json::from_slice(&body).ok()?;
    let detail = problem.get("hint").or_else(|| problem.get("detail"))?.as_str()?;
    Some(
        detail
            .chars()
            .filter(|letter| !letter.is_control())
            .take(300)
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_either_kind_is_asked_by_http() {
        let asked = |url: &str| web_address(&Url::parse(url).unwrap()).map(String::from);
        let same = Some("https://ham.example/ws/relay".to_owned());
        assert_eq!(asked("https://ham.example/ws/relay"), same);
        assert_eq!(asked("wss://ham.example/ws/relay"), same);
        assert_eq!(
            asked("ws://127.0.0.1:8073/"),
            Some("http://127.0.0.1:8073/".to_owned())
        );
        assert_eq!(asked("ftp://ham.example/"), None);
    }
}
