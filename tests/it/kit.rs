//! How tests ask a server: as a guest, with an API key, or signed in as a browser is; and its sockets.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use shackbox::testkit::TestApp;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error as WsError, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// Somebody who asks.
#[derive(Clone)]
pub(crate) struct Caller {
    http: reqwest::Client,
    base: String,
    cookie: Option<String>,
    csrf: Option<String>,
    key: Option<String>,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Caller {
    /// Somebody the server does not know.
    pub(crate) fn guest(app: &TestApp) -> Self {
        Self::stranger(app.address().port())
    }

    /// Somebody the server at this port does not know.
    pub(crate) fn stranger(port: u16) -> Self {
        Self {
            http: crate::process::http(),
            base: format!("http://127.0.0.1:{port}"),
            cookie: None,
            csrf: None,
            key: None,
        }
    }

    /// Somebody who comes by HTTPS and takes whatever certificate is shown; `host` is the name typed.
    pub(crate) fn by_https(app: &TestApp, host: &str) -> Self {
        Self {
            http: crate::process::https(host, app.tls_address()),
            base: format!("https://{host}:{}", app.tls_address().port()),
            ..Self::guest(app)
        }
    }

    /// A program with an API key.
    pub(crate) fn with_key(app: &TestApp, key: impl Into<String>) -> Self {
        Self {
            key: Some(key.into()),
            ..Self::guest(app)
        }
    }

    /// A browser signed in.
    pub(crate) async fn signed_in(app: &TestApp, call: &str) -> Self {
        let guest = Self::guest(app);
        let reply = guest
            .post("/api/v1/session", &json!({"call": call, "password": PASSWORD}))
            .await;
        guest.in_session(&reply.expect(200))
    }

    /// A browser signed in by HTTPS.
    pub(crate) async fn signed_in_by_https(app: &TestApp, host: &str, call: &str) -> Self {
        let guest = Self::by_https(app, host);
        let reply = guest
            .post("/api/v1/session", &json!({"call": call, "password": PASSWORD}))
            .await;
        guest.in_session(&reply.expect(200))
    }

    /// The same way in, with what another caller shows.
    pub(crate) fn with(&self, other: &Self) -> Self {
        Self {
            http: self.http.clone(),
            base: self.base.clone(),
            ..other.clone()
        }
    }

    /// The same browser with the session that this reply began.
    pub(crate) fn in_session(&self, reply: &Reply) -> Self {
        let cookie = reply.header("set-cookie").split(';').next().unwrap().to_owned();
        Self {
            cookie: Some(cookie),
            csrf: Some(reply.json()["csrf"].as_str().unwrap().to_owned()),
            ..self.clone()
        }
    }

    /// The same browser with one more cookie.
    pub(crate) fn with_cookie(&self, cookie: &str) -> Self {
        let own = self.cookie.as_deref();
        Self {
            cookie: Some(own.map_or_else(|| cookie.to_owned(), |own| format!("{own}; {cookie}"))),
            ..self.clone()
        }
    }

    /// The same browser, whose page has lost its token.
    pub(crate) fn without_csrf(&self) -> Self {
        Self {
            csrf: None,
            ..self.clone()
        }
    }

    /// The same caller at a server that was restarted elsewhere.
    pub(crate) fn at(&self, app: &TestApp) -> Self {
        Self {
            base: app.url(""),
            ..self.clone()
        }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(key) = &self.key {
            request = request.bearer_auth(key);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        if let Some(csrf) = &self.csrf {
            request = request.header("x-csrf-token", csrf);
        }
        request
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        send(self.request(Method::POST, path).json(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Reply {
        send(self.request(Method::PUT, path).json(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Reply {
        send(self.request(Method::PATCH, path).json(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        send(self.request(Method::DELETE, path)).await
    }

    /// Uploads a log and returns its job's address.
    pub(crate) async fn upload(&self, query: &str, adif: impl Into<reqwest::Body>) -> String {
        let path = format!("/api/v1/logbook/adif{query}");
        let reply = send(self.request(Method::POST, &path).body(adif))
            .await
            .expect(202);
        reply.json()["url"].as_str().unwrap().to_owned()
    }

    /// Uploads a log, waits until it is imported, and returns the job.
    pub(crate) async fn import(&self, app: &TestApp, adif: impl Into<reqwest::Body>) -> Value {
        let job = self.upload("", adif).await;
        app.settle().await;
        self.get(&job).await.expect(200).json()
    }

    /// Opens one of the server's sockets.
    pub(crate) async fn socket(&self, path: &str) -> Result<WebSocket, WsError> {
        let url = format!("{}{path}", self.base.replacen("http", "ws", 1));
        let mut request = url.into_client_request().unwrap();
        let headers = request.headers_mut();
        if let Some(key) = &self.key {
            headers.insert("authorization", format!("Bearer {key}").parse().unwrap());
        }
        if let Some(cookie) = &self.cookie {
            headers.insert("cookie", cookie.parse().unwrap());
        }
        let (stream, _) = tokio_tungstenite::connect_async(request).await?;
        Ok(WebSocket { stream })
    }
}

/// Follows the link of the newest mail, as whoever reads it does.
pub(crate) async fn answer_mail(app: &TestApp) {
    let token = app.mails()[0].link_token();
    Caller::guest(app)
        .post("/api/v1/confirm", &json!({"token": token}))
        .await
        .expect(200);
}

/// Sends a request and takes in the whole reply.
pub(crate) async fn send(request: reqwest::RequestBuilder) -> Reply {
    let reply = request.send().await.unwrap();
    Reply {
        status: reply.status(),
        headers: reply.headers().clone(),
        text: reply.text().await.unwrap(),
    }
}

impl Reply {
    /// The reply, if it has this status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// A header that must be there.
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).unwrap_or_else(|| panic!("no {name}"));
        value.to_str().unwrap()
    }

    /// The problem document, which must have this status and code.
    #[track_caller]
    pub(crate) fn problem(self, status: u16, code: &str) -> Value {
        let reply = self.expect(status);
        assert_eq!(reply.header("content-type"), "application/problem+json");
        let problem = reply.json();
        assert_eq!(
            (&problem["status"], &problem["code"]),
            (&json!(status), &json!(code)),
            "{problem}"
        );
        assert!(!problem["detail"].as_str().unwrap().is_empty(), "{problem}");
        problem
    }
}

/// An open socket.
pub(crate) struct WebSocket {
    pub(crate) stream: WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>,
}

impl WebSocket {
    /// The next text, as JSON; a minute without one is a failure.
    pub(crate) async fn next(&mut self) -> Value {
        match self.event().await {
            Ok(text) => serde_json::from_str(&text).unwrap(),
            Err(closed) => panic!("the socket was closed: {closed:?}"),
        }
    }

    /// Why the server closed the socket; texts before that are passed over.
    pub(crate) async fn closed(&mut self) -> Option<CloseFrame> {
        loop {
            if let Err(closed) = self.event().await {
                return closed;
            }
        }
    }

    /// The next text, or why there is no more.
    pub(crate) async fn event(&mut self) -> Result<String, Option<CloseFrame>> {
        let event = tokio::time::timeout(Duration::from_mins(1), async {
            loop {
                match self.stream.next().await {
                    Some(Ok(Message::Text(text))) => return Ok(text.as_str().to_owned()),
                    Some(Ok(Message::Close(frame))) => return Err(frame),
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return Err(None),
                }
            }
        });
        event.await.expect("something comes within a minute")
    }

    pub(crate) async fn say(&mut self, text: &str) {
        self.stream.send(Message::text(text)).await.unwrap();
    }
}

/// A contact as a logger pushes it.
pub(crate) fn qso(call: &str, start: &str) -> Value {
    json!({"call": call, "start": start, "band": "20m", "mode": "CW"})
}
