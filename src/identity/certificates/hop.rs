//! From the main host to the one that examines certificates, and back, in one browser.
//!
//! The main host gives the browser an [`Errand`] in a cookie that only it gets to see, and sends it off with the
//! digest of the secret in it. The other host binds its single-use token to that digest. Coming back with the token,
//! the browser must show the cookie. So nobody can send a browser home with a token of theirs (it has no errand with
//! that digest), nor use a token that they got hold of (they lack the secret).

use std::collections::HashMap;
use std::sync::Mutex;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::lock;
use crate::env::Entropy;
use crate::ham::callsign::Callsign;
use crate::identity::model::AccountId;
use crate::identity::token::{self, SecretDigest};
use crate::web::Signer;

/// How long a browser may be away: its owner looks for the certificate, types the store's password.
pub(crate) const ERRAND_LIFE: SignedDuration = SignedDuration::from_mins(10);
/// How long a token of the host that examines works.
pub(crate) const TOKEN_LIFE: SignedDuration = SignedDuration::from_secs(30);
/// How long a question on the main host may wait for its answer.
pub(crate) const QUESTION_LIFE: SignedDuration = SignedDuration::from_mins(5);
/// Tokens open at once: each cost somebody a good certificate.
const MOST_TOKENS: usize = 4096;
const PURPOSE: &str = "certificate errand";
const SECRET: usize = 32;
/// Longest address to go on to that an errand carries.
const LONGEST_NEXT: usize = 1024;

/// What a browser was sent for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Errand {
    secret: String,
    /// The member who wants to prove a call; none who wants to sign in.
    pub(crate) account: Option<AccountId>,
    /// Whether the browser is to stay signed in.
    pub(crate) remember: bool,
    /// Where to go on to.
    pub(crate) next: String,
    until: Timestamp,
}

/// What somebody showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Chain {
    /// Certificates in DER, the holder's first.
    Certificates(Vec<Vec<u8>>),
    /// A name that a trusted proxy vouches for.
    Name(Callsign),
}

/// The tokens that are under way.
pub(crate) struct Hop {
    entropy: Entropy,
    tokens: Mutex<HashMap<SecretDigest, Token>>,
}

struct Token {
    chain: Chain,
    /// Digest of the secret of the errand it belongs to.
    challenge: SecretDigest,
    until: Timestamp,
}

impl Hop {
    pub(super) fn new(entropy: Entropy) -> Self {
        Self {
            entropy,
            tokens: Mutex::default(),
        }
    }

    /// A new errand.
    pub(crate) fn send(
        &self,
        account: Option<AccountId>,
        remember: bool,
        next: &str,
        now: Timestamp,
    ) -> Errand {
        let next = if next.len() > LONGEST_NEXT { "" } else { next };
        Errand {
            secret: self.entropy.token(SECRET),
            account,
            remember,
            next: next.to_owned(),
            until: after(now, ERRAND_LIFE),
        }
    }

    /// A token for what was shown, which works once, for the errand of this challenge; `None` where the text is no
    /// challenge or too many are under way.
    pub(crate) fn issue(
        &self,
        chain: Chain,
        challenge: &str,
        life: SignedDuration,
        now: Timestamp,
    ) -> Option<String> {
        let challenge = BASE64_URL_SAFE_NO_PAD.decode(challenge).ok()?.try_into().ok()?;
        let mut tokens = lock(&self.tokens);
        if tokens.len() >= MOST_TOKENS {
            tokens.retain(|_, token| now < token.until);
        }
        if tokens.len() >= MOST_TOKENS {
            return None;
        }
        let text = self.entropy.token(SECRET);
        let token = Token {
            chain,
            challenge,
            until: after(now, life),
        };
        tokens.insert(token::digest(&text), token);
        Some(text)
    }

    /// Uses a token up, also where it is of no use: what was shown, if its time is not over and it belongs to this errand.
    pub(crate) fn take(&self, text: &str, errand: Option<&Errand>, now: Timestamp) -> Option<Chain> {
        let token = lock(&self.tokens).remove(&token::digest(text))?;
        let errand = errand?;
        let belongs = token::same(&token.challenge, &errand.digest());
        (belongs && now < token.until && now < errand.until).then_some(token.chain)
    }
}

impl Errand {
    /// The cookie's value.
    pub(crate) fn sealed(&self, signer: &Signer) -> String {
        let json = serde_json::to_vec(self).expect("texts and numbers are JSON");
        let tag = signer.tag(PURPOSE, &[&json]);
        let parts = [&json[..], &tag].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part));
        parts.join(".")
    }

    /// The errand of a cookie, if it is one of ours and its time is not over.
    pub(crate) fn open(cookie: &str, signer: &Signer, now: Timestamp) -> Option<Self> {
        let (json, tag) = cookie.split_once('.')?;
        let [json, tag] = [json, tag].map(|part| BASE64_URL_SAFE_NO_PAD.decode(part).unwrap_or_default());
        if !signer.verify(PURPOSE, &[&json], &tag) {
            return None;
        }
        let errand: Self = serde_json::from_slice(&json).ok()?;
        (now < errand.until).then_some(errand)
    }

    /// What the other host is told of it.
    pub(crate) fn challenge(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.digest())
    }

    fn digest(&self) -> SecretDigest {
        token::digest(&self.secret)
    }
}

fn after(now: Timestamp, life: SignedDuration) -> Timestamp {
    now.checked_add(life).unwrap_or(Timestamp::MAX)
}
