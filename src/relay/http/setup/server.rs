//! Trying the way to the server: its address, the key, and what the key is good for.

use std::time::Duration;

use bytes::Bytes;
use hyper::header::AUTHORIZATION;
use hyper::{Method, Request, StatusCode};
use serde_json::Value;
use url::{Host, Url};

use super::Wrong;
use super::advice::{Step, Trouble};
use super::probe::Outcome;
use crate::config::Secret;
use crate::env::{Outbound, OutboundError, Service};
use crate::relay::settings::{Settings, Unfit};

/// What requests are named by.
const SERVICE: &str = "Shackbox";

/// Asks the server for what the relay will need of it.
pub(super) async fn test(candidate: &Settings) -> Result<Outcome, Wrong> {
    let Some(base) = &candidate.server else {
        return Err(vec![Unfit::new("server", "write the address you open Shackbox under")].into());
    };
    let Some(key) = &candidate.key else {
        return Err(vec![Unfit::new(
            "key",
            "a key is needed: make one in Shackbox and copy it here",
        )]
        .into());
    };
    let service = Service {
        pause: Duration::ZERO,
        timeout: Duration::from_secs(8),
        most_bytes: 1 << 20,
        homebound: true,
        ..Service::at(base.clone())
    };
    let outbound = Outbound::new([(SERVICE.to_owned(), service)]);
    let rigs = ask(&outbound, base, key, Method::GET, "/api/v1/rigs").await;
    let (status, body) = match rigs {
        Ok(answer) => answer,
        Err(words) => return Ok(Outcome::bad(unreached(base, words))),
    };
    if status != StatusCode::OK {
        return Ok(Outcome::bad(refused(status, &body)));
    }
    // A contact without content is never taken, but a key without the scope is refused before that is seen.
    let logs = ask(&outbound, base, key, Method::POST, "/api/v1/logbook/qsos").await;
    let title = "Shackbox lets this relay in".to_owned();
    let mut words = match logs {
        Ok((StatusCode::FORBIDDEN, _)) => {
            "The radio will work. Contacts will not be taken: the key lacks the scope logbook.write."
        }
        _ => "The key is good for radio and contacts.",
    }
    .to_owned();
    if base.scheme() == "http" && !is_here(base) {
        words.push_str(
            " Without HTTPS others on the way can read the key: use https:// as soon as the server has it.",
        );
    }
    Ok(Outcome::good(title, Some(words)))
}

/// Whether an address is of this computer.
fn is_here(base: &Url) -> bool {
    match base.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

async fn ask(
    outbound: &Outbound,
    base: &Url,
    key: &Secret,
    method: Method,
    path: &str,
) -> Result<(StatusCode, Value), String> {
    let uri = format!("{}{path}", base.as_str().trim_end_matches('/'));
    let mut request = Request::builder()
        .method(&method)
        .uri(uri)
        .header(AUTHORIZATION, format!("Bearer {}", key.reveal()));
    if method == Method::POST {
        request = request.header(hyper::header::CONTENT_TYPE, "application/json");
    }
    let body = if method == Method::POST {
        Bytes::from_static(b"{}")
    } else {
        Bytes::new()
    };
    let request = request.body(body).map_err(|error| error.to_string())?;
    let answer = outbound.exchange(SERVICE, request).await;
    let answer = answer.map_err(|error: OutboundError| error.to_string())?;
    let body = serde_json::from_slice(answer.body()).unwrap_or_default();
    Ok((answer.status(), body))
}

fn unreached(base: &Url, words: String) -> Trouble {
    let mut steps = vec![Step::say(
        "Open the address in a browser on this computer: the same page must appear without a warning.",
    )];
    if base.scheme() == "https" {
        steps.push(Step::say(
            "A certificate of your own making is not known here: give the server one of a known authority (web.acme).",
        ));
    }
    Trouble {
        title: words,
        words: None,
        steps,
    }
}

fn refused(status: StatusCode, body: &Value) -> Trouble {
    let detail = body["detail"].as_str().map(str::to_owned);
    let (title, step) = match status {
        StatusCode::UNAUTHORIZED => (
            "The key is not known there",
            "Make a new key in Shackbox under Settings, API keys, with the scopes rig and logbook.write, and copy it here.",
        ),
        StatusCode::FORBIDDEN => (
            "The key or its account may not have a radio there",
            "Make a key with the scopes rig and logbook.write. The account needs a verified call; listeners' accounts have \
             no radio.",
        ),
        StatusCode::NOT_FOUND => (
            "There is no Shackbox at this address, or an old one",
            "Check the address: it is the one the log is opened under, without a path.",
        ),
        _ => (
            "Shackbox does not answer as it should",
            "Look at its health page, or try again later.",
        ),
    };
    Trouble {
        title: title.to_owned(),
        words: detail,
        steps: vec![Step::say(step)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_say_what_the_key_lacks() {
        let body = serde_json::json!({ "detail": "the API key lacks the scope rig" });
        let trouble = refused(StatusCode::FORBIDDEN, &body);
        assert_eq!(trouble.words.as_deref(), Some("the API key lacks the scope rig"));
        assert!(trouble.steps[0].words.contains("logbook.write"));
        assert!(refused(StatusCode::UNAUTHORIZED, &Value::Null).words.is_none());
    }
}
