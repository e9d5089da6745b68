//! Why there is no certificate, in words for an administrator, and how long to wait before the next attempt.

use std::time::Duration;

use axum::http::StatusCode;
use instant_acme::{Error, Problem};
use jiff::Timestamp;

use super::super::own::MakeError;
use super::messenger::Mood;
use crate::config::Proof;
use crate::env::OutboundError;

/// An attempt that failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AcmeError {
    /// The authority could not check a name.
    #[error("the certificate authority could not check {name}: {detail}. {}", hint(*.proof))]
    Unproven {
        /// Which.
        name: String,
        /// How.
        proof: Proof,
        /// The authority's words.
        detail: String,
    },
    /// It offers none of the ways that may be used.
    #[error("the certificate authority offers no way to prove {name} that web.acme.challenge allows")]
    NoWay {
        /// Which name.
        name: String,
    },
    /// Too many attempts.
    #[error("the certificate authority wants to be left alone for {}: {detail}", words(*.wait))]
    Limited {
        /// How long.
        wait: Duration,
        /// The authority's words.
        detail: String,
    },
    /// It refused.
    #[error("the certificate authority refuses: {}{}", detail(.0), advice(.0))]
    Api(Problem),
    /// It is not there, or not what it should be.
    #[error("the certificate authority cannot be used: {0}; is web.acme.directory right?")]
    Unreachable(String),
    /// It takes too long.
    #[error("the certificate authority did not finish in time")]
    Slow,
    /// What it gave is not what was ordered.
    #[error("the certificate that came is not usable: {0}")]
    Useless(String),
    /// The account, or its key.
    #[error("the account at the certificate authority: {0}")]
    Account(String),
    /// The data directory.
    #[error("the certificate could not be kept: {0}")]
    Keep(#[from] std::io::Error),
    /// A key or a request.
    #[error(transparent)]
    Make(#[from] MakeError),
    /// This machine's clock.
    #[error("this machine's clock says {0}, which is in the past; a certificate is asked for once it is set")]
    Clock(Timestamp),
}

/// Whether a problem is of this kind (RFC 8555 6.7).
pub(super) fn is(problem: &Problem, kind: &str) -> bool {
    let told = problem.r#type.as_deref().unwrap_or_default();
    told.strip_prefix("urn:ietf:params:acme:error:") == Some(kind)
}

impl AcmeError {
    /// How long the authority asked to be left alone.
    pub(crate) fn wait(&self) -> Option<Duration> {
        match self {
            Self::Limited { wait, .. } => Some(*wait),
            _ => None,
        }
    }

    /// Adds what the last answer's header said.
    pub(super) fn in_the_mood(self, mood: &Mood, now: Timestamp) -> Self {
        let is_limited = match &self {
            Self::Api(problem) => is(problem, "rateLimited"),
            _ => false,
        };
        let is_busy = matches!(
            mood.status(),
            Some(StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
        );
        let asked = mood.wait(now);
        if !is_limited && !is_busy {
            return self;
        }
        let detail = match &self {
            Self::Api(problem) => detail(problem),
            _ => "too many requests".to_owned(),
        };
        // Without a time of its own: the shortest window of the usual limits.
        let wait = asked.unwrap_or(Duration::from_hours(1));
        Self::Limited { wait, detail }
    }
}

impl From<Error> for AcmeError {
    fn from(error: Error) -> Self {
        match error {
            Error::Api(problem) => Self::Api(problem),
            Error::Timeout(_) => Self::Slow,
            Error::Json(_) => Self::Unreachable("its answer is none of this protocol".to_owned()),
            Error::Other(error) => match error.downcast_ref::<OutboundError>() {
                Some(OutboundError::Timeout(_)) => Self::Unreachable("it does not answer".to_owned()),
                Some(OutboundError::Unreachable { reason, .. }) => Self::Unreachable(reason.clone()),
                _ => Self::Unreachable(error.to_string()),
            },
            other => Self::Unreachable(other.to_string()),
        }
    }
}

/// The authority's words, with those about single names.
pub(super) fn detail(problem: &Problem) -> String {
    let own = problem.detail.clone().or_else(|| problem.r#type.clone());
    let mut texts: Vec<String> = own.into_iter().collect();
    texts.extend(problem.subproblems.iter().map(ToString::to_string));
    if texts.is_empty() {
        texts.push("it does not say why".to_owned());
    }
    texts.join("; ")
}

fn advice(problem: &Problem) -> &'static str {
    if is(problem, "externalAccountRequired") {
        ". Set web.acme.eab_key_id and web.acme.eab_hmac_key to what your account there shows"
    } else if is(problem, "caa") {
        ". A CAA record of the name's zone forbids it"
    } else if is(problem, "invalidContact") || is(problem, "unsupportedContact") {
        ". Set web.acme.contact to a mail address that it takes"
    } else {
        ""
    }
}

fn hint(proof: Proof) -> &'static str {
    match proof {
        Proof::TlsAlpn => "From the internet, port 443 of that name must lead to web.tls.listen",
        Proof::Http | Proof::Any => "From the internet, port 80 of that name must lead to web.listen",
    }
}

fn words(wait: Duration) -> String {
    let minutes = wait.as_secs().div_ceil(60);
    if minutes < 120 {
        format!("{minutes} minutes")
    } else {
        format!("{} hours", minutes.div_ceil(60))
    }
}
