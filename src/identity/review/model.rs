//! A matter that people decide, and how it went.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use utoipa::ToSchema;

use crate::ham::callsign::Callsign;
use crate::identity::model::AccountId;
use crate::identity::write::Proof;

/// Number of a review; rises with time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub(crate) struct ReviewId(pub(crate) u64);

impl std::fmt::Display for ReviewId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What is to be decided about an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Matter {
    /// Whether the licence it shows is its owner's, and for this call.
    Document { document: u64, call: Callsign },
    /// Whether it gets a call that it proved, and that somebody else proved before (`holder`), or beside a call of its
    /// own that it proved (no holder).
    ContestedCall {
        call: Callsign,
        #[serde(default)]
        holder: Option<AccountId>,
        proof: Proof,
    },
    /// Whether it is let in.
    SignUp {},
    /// Whether a licence in the register is this listener's: name and postal code agree, which families share.
    LicenceMatch {
        call: Callsign,
        /// The register: `fcc`, `ised`.
        authority: SmolStr,
        /// The licensee's id there.
        #[serde(default)]
        licensee: Option<SmolStr>,
        /// Name and postal code as the register has them.
        #[serde(default)]
        name: SmolStr,
        #[serde(default)]
        postal_code: SmolStr,
    },
    /// One that this version does not know, and leaves alone.
    #[serde(other)]
    Unknown,
}

impl Matter {
    /// A stable word for programs, the catalogue and the audit trail.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Document { .. } => "document",
            Self::ContestedCall { .. } => "contested_call",
            Self::SignUp {} => "sign_up",
            Self::LicenceMatch { .. } => "licence_match",
            Self::Unknown => "unknown",
        }
    }

    /// The call it is about, where it is about one.
    pub(crate) fn call(&self) -> Option<&Callsign> {
        match self {
            Self::Document { call, .. }
            | Self::ContestedCall { call, .. }
            | Self::LicenceMatch { call, .. } => Some(call),
            Self::SignUp {} | Self::Unknown => None,
        }
    }

    /// Whether both ask the same question, so that one of them is enough.
    pub(super) fn asks_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Document { document: own, .. }, Self::Document { document, .. }) => own == document,
            _ => self.kind() == other.kind() && self.call() == other.call(),
        }
    }
}

/// How a matter stands. Stored as text; a state of another version counts as withdrawn, so that nothing follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    #[default]
    Open,
    Accepted,
    Refused,
    /// By the owner, or because the question went away.
    #[serde(other)]
    Withdrawn,
}

impl State {
    /// The stored word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// A matter with how it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Review {
    pub(crate) matter: Matter,
    pub(crate) account: AccountId,
    pub(crate) opened: Timestamp,
    /// Who opened it.
    pub(crate) by: SmolStr,
    /// What the owner wrote beside it.
    #[serde(default)]
    pub(crate) note: Remark,
    #[serde(default)]
    pub(crate) state: State,
    /// The last decision; none while it is open.
    #[serde(default)]
    pub(crate) decision: Option<Decision>,
}

impl Review {
    /// Whether it waits for somebody.
    pub(crate) fn is_open(&self) -> bool {
        self.state == State::Open
    }

    /// Whether its decision can be taken back: what moved a call from one person to another cannot, for both have
    /// gone on from there.
    pub(crate) fn can_reopen(&self) -> bool {
        match (self.state, &self.decision) {
            (State::Refused, Some(_)) => true,
            (State::Accepted, Some(decision)) => match self.matter {
                Matter::SignUp {} => true,
                Matter::Document { .. } => decision.proof.is_some(),
                _ => false,
            },
            _ => false,
        }
    }
}

/// How and why it went so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Decision {
    pub(crate) at: Timestamp,
    /// Who decided.
    pub(crate) by: SmolStr,
    /// For the owner to read.
    #[serde(default)]
    pub(crate) reason: Remark,
    /// The proof that came of it, where nothing else changed with it.
    #[serde(default)]
    pub(crate) proof: Option<u64>,
}

/// What an administrator decides.
#[derive(Debug, Clone)]
pub(crate) struct Verdict {
    pub(crate) accept: bool,
    /// For the owner to read; needed where it is a refusal.
    pub(crate) reason: Remark,
}

/// A few lines that a person wrote for another: trimmed, without control characters but line ends, at most 500
/// characters.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, max_length = 500)]
pub(crate) struct Remark(SmolStr);

/// Why a text is no remark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is longer than 500 characters, or has control characters in it")]
pub(crate) struct BadRemark;

impl Remark {
    /// The text; empty where nothing was written.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing was written.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::str::FromStr for Remark {
    type Err = BadRemark;

    fn from_str(text: &str) -> Result<Self, BadRemark> {
        let text = text.trim().replace("\r\n", "\n");
        let clean = text.chars().all(|c| c == '\n' || !c.is_control());
        if clean && text.chars().count() <= 500 {
            Ok(Self(text.into()))
        } else {
            Err(BadRemark)
        }
    }
}

impl TryFrom<String> for Remark {
    type Error = BadRemark;

    fn try_from(text: String) -> Result<Self, BadRemark> {
        text.parse()
    }
}

impl From<Remark> for String {
    fn from(remark: Remark) -> Self {
        remark.0.into()
    }
}
