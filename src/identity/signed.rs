//! Signed requests: programs that share one secret with a member and prove it without sending it.
//!
//! The signature is the HMAC-SHA-256, in hexadecimal, of `timestamp|nonce`, for a request with a body of
//! `timestamp|nonce|body`. Invariants: a signature is accepted once, within five minutes of its time; the secret is
//! kept sealed, since a digest of it would be of no use; there is one per member, and a new one ends the old. What
//! was used is remembered in memory, so signatures from before the program's start are refused.

use std::collections::HashMap;
use std::sync::Mutex;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;

use super::actor::{Actor, Credential, Member};
use super::error::Error;
use super::login::Login;
use super::memory::Touched;
use super::model::{AccountId, ScopeSet};
use super::service::{Identity, lock};
use super::write;

/// How far a request's time may be from ours.
const WINDOW: SignedDuration = SignedDuration::from_mins(5);
/// Nonces remembered; beyond them signed requests wait for older ones to run out.
const MOST_NONCES: usize = 200_000;
/// Longest nonce taken, in characters.
const MOST_NONCE: usize = 64;
/// What sealed secrets are bound to.
pub(super) const PURPOSE: &str = "request signatures";

/// What a signed request carries beside its body.
#[derive(Debug, Clone)]
pub(crate) struct Signature {
    /// The member's call.
    pub(crate) user: String,
    /// Seconds since 1970, as sent.
    pub(crate) timestamp: String,
    pub(crate) nonce: String,
    /// The signature itself in hexadecimal, as sent.
    pub(crate) hex: String,
}

/// Why a signed request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadSignature {
    #[error("the signature does not belong to this request and user")]
    Wrong,
    #[error("the time of the signature is more than five minutes from ours, or before our start")]
    Time,
    #[error("this signature was used already")]
    Replayed,
    #[error("too many signed requests in five minutes")]
    Busy,
}

/// Nonces that were used, until they would be too old anyway.
#[derive(Debug)]
pub(super) struct Nonces {
    /// Nothing signed before is accepted: it might have been used.
    start: Timestamp,
    used: Mutex<HashMap<(AccountId, String), Timestamp>>,
}

impl Nonces {
    pub(super) fn since(start: Timestamp) -> Self {
        Self {
            start,
            used: Mutex::default(),
        }
    }

    fn check_time(&self, signed: Timestamp, now: Timestamp) -> Result<(), BadSignature> {
        let near = now.duration_since(signed).abs() <= WINDOW;
        // Whole seconds: the second of the start counts.
        if near && signed.as_second() >= self.start.as_second() {
            Ok(())
        } else {
            Err(BadSignature::Time)
        }
    }

    fn take(&self, account: AccountId, nonce: &str, now: Timestamp) -> Result<(), BadSignature> {
        let mut used = lock(&self.used);
        if used.len() >= MOST_NONCES {
            used.retain(|_, until| *until > now);
            if used.len() >= MOST_NONCES {
                return Err(BadSignature::Busy);
            }
        }
        // A request may be signed up to a window ahead of our time, and is good for a window after that.
        let until = now.checked_add(WINDOW * 2).unwrap_or(Timestamp::MAX);
        match used.insert((account, nonce.to_owned()), until) {
            Some(_) => Err(BadSignature::Replayed),
            None => Ok(()),
        }
    }
}

impl Identity {
    /// Who a signed request stands for. `body` is none for requests that have no body to sign.
    pub(crate) fn by_signature(&self, shown: &Signature, body: Option<&[u8]>) -> Result<Actor, BadSignature> {
        let now = self.inner.clock.now();
        let seconds = shown.timestamp.parse::<i64>().ok();
        let signed = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
        let signed = signed.ok_or(BadSignature::Time)?;
        self.inner.nonces.check_time(signed, now)?;
        let plain = !shown.nonce.is_empty()
            && shown.nonce.len() <= MOST_NONCE
            && shown
                .nonce
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'|');
        if !plain {
            return Err(BadSignature::Wrong);
        }
        let login = shown.user.parse::<Login>().map_err(|_| BadSignature::Wrong)?;
        let known = self
            .memory()
            .by_call(&login)
            .filter(|(_, account)| !account.disabled);
        let secret = known.as_ref().and_then(|(id, _)| self.opened_secret(*id));
        // Somebody unknown costs what somebody known costs.
        let key = secret.as_deref().map_or(&b"nobody's secret"[..], Vec::as_slice);
        let right = is_signed(key, shown, body);
        let (Some((id, account)), Some(_), true) = (known, &secret, right) else {
            return Err(BadSignature::Wrong);
        };
        self.inner.nonces.take(id, &shown.nonce, now)?;
        self.memory().secret_used(id, now);
        Ok(Actor::Member(Member {
            account: id,
            call: account.call.clone(),
            role: account.role,
            scopes: Some(ScopeSet::FULL),
            credential: Credential::Signature,
            behind: None,
        }))
    }

    /// Refuses what cannot be right whatever the body: before the body is read.
    pub(crate) fn could_sign(&self, shown: &Signature) -> Result<(), BadSignature> {
        let now = self.inner.clock.now();
        let seconds = shown.timestamp.parse::<i64>().ok();
        let signed = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
        self.inner
            .nonces
            .check_time(signed.ok_or(BadSignature::Time)?, now)?;
        let login = shown.user.parse::<Login>().map_err(|_| BadSignature::Wrong)?;
        let memory = self.memory();
        let known = memory
            .by_call(&login)
            .filter(|(id, _)| memory.secret(*id).is_some());
        known.map(drop).ok_or(BadSignature::Wrong)
    }

    /// When the actor's own signing secret was made and last used, where there is one.
    pub(crate) fn signing_secret(
        &self,
        actor: &Actor,
    ) -> Result<Option<(Timestamp, Option<Timestamp>)>, Error> {
        let member = actor.in_person()?;
        let memory = self.memory();
        Ok(memory
            .secret(member.account)
            .map(|(row, used)| (row.created, used)))
    }

    /// Makes a signing secret in the place of the one before; it is in the reply and, sealed, in the records.
    pub(crate) async fn make_signing_secret(&self, actor: &Actor) -> Result<String, Error> {
        let id = actor.confirmed()?.account;
        let entropy = &self.inner.entropy;
        let text = BASE64_URL_SAFE_NO_PAD.encode(entropy.bytes::<32>());
        let sealed = self
            .inner
            .sealer
            .seal(PURPOSE, u64::from(id.0), entropy.bytes(), text.as_bytes());
        let actor = actor.clone();
        self.change(move |tx, now| {
            write::set_signing_secret(tx, &actor, id, Some(sealed), now)?;
            Ok(((), Touched::account(id)))
        })
        .await?;
        Ok(text)
    }

    /// Ends the actor's signing secret.
    pub(crate) async fn revoke_signing_secret(&self, actor: &Actor) -> Result<(), Error> {
        let id = actor.in_person()?.account;
        let actor = actor.clone();
        self.change(move |tx, now| {
            write::set_signing_secret(tx, &actor, id, None, now)?;
            Ok(((), Touched::account(id)))
        })
        .await
    }

    fn opened_secret(&self, id: AccountId) -> Option<zeroize::Zeroizing<Vec<u8>>> {
        let sealed = self.memory().secret(id).map(|(row, _)| row.sealed.clone())?;
        self.inner.sealer.open(PURPOSE, u64::from(id.0), &sealed)
    }
}

/// Whether this key made the signature.
pub(super) fn is_signed(key: &[u8], shown: &Signature, body: Option<&[u8]>) -> bool {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(shown.timestamp.as_bytes());
    mac.update(b"|");
    mac.update(shown.nonce.as_bytes());
    if let Some(body) = body {
        mac.update(b"|");
        mac.update(body);
    }
    let Some(bytes) = from_hex(&shown.hex) else {
        return false;
    };
    mac.verify_slice(&bytes).is_ok()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pair = |[high, low]: &[u8; 2]| u8::try_from(digit(*high)? * 16 + digit(*low)?).ok();
    rest.is_empty().then(|| pairs.iter().map(pair).collect())?
}
