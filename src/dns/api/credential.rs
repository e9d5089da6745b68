//! Tokens as routers and certificate clients show them over HTTP, and how often wrong ones are taken.
//!
//! A token is the password of Basic authentication, whatever the user is called; or a bearer token. Whoever shows one
//! that is none is counted by network: beyond the measure they are told to wait. A token that is good is taken all the
//! same, so a wrong router does not lock out the right one behind the same address; it has too many bits to be guessed.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, header};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use jiff::Timestamp;

use crate::dns::Dns;
use crate::dns::model::TokenScope;
use crate::dns::read::{self, TokenLine};
use crate::dns::token::Token;
use crate::net::Network;
use crate::store::StoreError;

/// Wrong tokens that a network may show in a minute.
const WRONG: u32 = 10;
const MINUTE: i64 = 60;
/// Networks remembered at most.
const MOST: usize = 20_000;

/// What came with a request to say who it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Shown {
    /// The user of Basic authentication, where it was used.
    pub(super) user: Option<String>,
    /// The password, or the bearer token.
    pub(super) secret: Option<String>,
}

/// Whom a request is from.
#[derive(Debug)]
pub(super) enum Known {
    /// Whoever has this token.
    Token(Box<TokenLine>),
    /// Nobody: what was shown is not a token of this kind.
    Nobody,
    /// The same, once too often.
    TooOften(Duration),
}

/// Wrong tokens of the last minute; clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Strikes(Arc<Mutex<HashMap<Network, (Timestamp, u32)>>>);

impl Shown {
    /// What the header says.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let header = headers.get(header::AUTHORIZATION);
        let Some((scheme, rest)) = header
            .and_then(|value| value.to_str().ok())
            .and_then(|text| text.trim().split_once(' '))
        else {
            return Self::default();
        };
        if scheme.eq_ignore_ascii_case("bearer") {
            return Self {
                user: None,
                secret: Some(rest.trim().to_owned()),
            };
        }
        let decoded = scheme
            .eq_ignore_ascii_case("basic")
            .then(|| BASE64_STANDARD.decode(rest.trim()).ok())
            .flatten();
        let text = decoded.map(|octets| String::from_utf8_lossy(&octets).into_owned());
        match text
            .as_deref()
            .map(|text| text.split_once(':').unwrap_or((text, "")))
        {
            Some((user, secret)) => Self {
                user: Some(user.to_owned()),
                secret: Some(secret.to_owned()),
            },
            None => Self::default(),
        }
    }

    /// The token it is, if it is one of this scope.
    pub(super) async fn known(
        &self,
        dns: &Dns,
        scope: TokenScope,
        (strikes, from): (&Strikes, IpAddr),
    ) -> Result<Known, StoreError> {
        if let Some(token) = self.secret.as_deref().and_then(Token::parse) {
            let found = dns.store.read(move |r| read::token(r, &token)).await?;
            if let Some(line) = found.filter(|line| line.token.scope == scope) {
                return Ok(Known::Token(Box::new(line)));
            }
        }
        Ok(match strikes.count(from, dns.now()) {
            Ok(()) => Known::Nobody,
            Err(wait) => Known::TooOften(wait),
        })
    }
}

impl Strikes {
    /// Counts a wrong token; how long to wait where there were too many.
    fn count(&self, from: IpAddr, now: Timestamp) -> Result<(), Duration> {
        let age = |begin: Timestamp| now.duration_since(begin).as_secs();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.retain(|_, (begin, _)| age(*begin) < MINUTE);
        }
        let network = Network::of(from);
        if all.len() >= MOST && !all.contains_key(&network) {
            return Err(Duration::from_mins(1));
        }
        let (begin, count) = all.entry(network).or_insert((now, 0));
        if age(*begin) >= MINUTE {
            (*begin, *count) = (now, 0);
        }
        *count += 1;
        if *count <= WRONG {
            return Ok(());
        }
        Err(Duration::from_secs(
            u64::try_from(MINUTE - age(*begin)).unwrap_or(1).max(1),
        ))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn shown(header: &str) -> Shown {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, HeaderValue::from_str(header).unwrap());
        Shown::of(&headers)
    }

    #[test]
    fn a_token_is_shown_as_a_password_or_by_itself() {
        // What ddclient and inadyn send for user k6bp and a password with a blank in it.
        let basic = shown("Basic azZicDpzM2NyZXQgdG9r");
        assert_eq!(basic.user.as_deref(), Some("k6bp"));
        assert_eq!(basic.secret.as_deref(), Some("s3cret tok"));
        assert_eq!(shown("bearer sbd_x ").secret.as_deref(), Some("sbd_x"));
        for wrong in ["Basic", "Basic ***", "Digest x", ""] {
            assert_eq!(shown(wrong), Shown::default(), "{wrong}");
        }
        let colons = shown(&format!("Basic {}", BASE64_STANDARD.encode("a:b:c")));
        assert_eq!(colons.secret.as_deref(), Some("b:c"));
    }

    #[test]
    fn a_network_may_be_wrong_ten_times_a_minute() {
        let strikes = Strikes::default();
        let at = |second: i64| Timestamp::from_second(1_790_000_000 + second).unwrap();
        let from: IpAddr = "192.0.2.1".parse().unwrap();
        for _ in 0..10 {
            assert_eq!(strikes.count(from, at(0)), Ok(()));
        }
        assert_eq!(strikes.count(from, at(20)), Err(Duration::from_secs(40)));
        assert_eq!(strikes.count("192.0.2.2".parse().unwrap(), at(20)), Ok(()));
        assert_eq!(strikes.count(from, at(60)), Ok(()));
    }
}
