//! Whom we ask, what they answer, and what can go wrong, in one shape for all four.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use utoipa::ToSchema;

use crate::callbook::compat::clean;
use crate::config::Secret;
use crate::env::OutboundError;
use crate::ham::callsign::Callsign;

/// Longest text that is kept of an answer, in characters.
const LONGEST: usize = 120;

/// A callbook elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Site {
    Qrz,
    Hamqth,
    Hamdb,
    Callook,
}

impl Site {
    /// All of them, in the order in which they are shown.
    pub(crate) const ALL: [Self; 4] = [Self::Qrz, Self::Hamqth, Self::Hamdb, Self::Callook];
    /// Those that ask for an account.
    pub(crate) const WITH_ACCOUNT: [Self; 2] = [Self::Qrz, Self::Hamqth];

    /// The word in paths, tables and JSON.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Qrz => "qrz",
            Self::Hamqth => "hamqth",
            Self::Hamdb => "hamdb",
            Self::Callook => "callook",
        }
    }

    /// What it is called.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Qrz => "QRZ",
            Self::Hamqth => "HamQTH",
            Self::Hamdb => "HamDB",
            Self::Callook => "callook.info",
        }
    }

    /// Its name among the services that the program may ask.
    pub(crate) const fn outbound(self) -> &'static str {
        match self {
            Self::Qrz => "callbook.qrz",
            Self::Hamqth => "callbook.hamqth",
            Self::Hamdb => "callbook.hamdb",
            Self::Callook => "callbook.callook",
        }
    }

    /// Whether it asks for an account.
    pub(crate) fn needs_account(self) -> bool {
        Self::WITH_ACCOUNT.contains(&self)
    }

    /// The page of a call there, for people.
    pub(crate) fn page(self, call: &str) -> Option<String> {
        let call: String = url::form_urlencoded::byte_serialize(call.as_bytes()).collect();
        match self {
            Self::Qrz => Some(format!("https://www.qrz.com/db/{call}")),
            Self::Hamqth => Some(format!("https://www.hamqth.com/{call}")),
            Self::Callook => Some(format!("https://callook.info/{call}")),
            Self::Hamdb => None,
        }
    }

    /// Whether it can have anything of a call: nobody is asked for what they cannot know.
    pub(crate) fn knows(self, call: &Callsign) -> bool {
        match self {
            Self::Qrz | Self::Hamqth => true,
            Self::Hamdb => is_american(call.base()) || is_canadian(call.base()),
            Self::Callook => is_american(call.base()),
        }
    }
}

/// Prefixes K, N, W, AA to AL.
fn is_american(call: &str) -> bool {
    match call.as_bytes() {
        [b'K' | b'N' | b'W', ..] => true,
        [b'A', second, ..] => (b'A'..=b'L').contains(second),
        _ => false,
    }
}

/// Prefixes CF to CK, CY, CZ, VA to VG, VO, VX, VY, XJ to XO.
fn is_canadian(call: &str) -> bool {
    match call.as_bytes() {
        [b'C', second, ..] => matches!(second, b'F'..=b'K' | b'Y' | b'Z'),
        [b'V', second, ..] => matches!(second, b'A'..=b'G' | b'O' | b'X' | b'Y'),
        [b'X', second, ..] => matches!(second, b'J'..=b'O'),
        _ => false,
    }
}

/// A user name and password there.
#[derive(Debug, Clone)]
pub(crate) struct Login {
    pub(crate) user: SmolStr,
    pub(crate) password: Secret,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Trouble {
    #[error("not found")]
    NotFound,
    #[error("no subscription")]
    NoSubscription,
    #[error("wrong password")]
    WrongPassword,
    #[error("unreachable")]
    Unreachable,
    #[error("timed out")]
    TimedOut,
    /// So much was asked for that no more is told for now.
    #[error("limit")]
    Limit,
}

impl Trouble {
    /// The word in JSON.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::NoSubscription => "no_subscription",
            Self::WrongPassword => "wrong_password",
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed_out",
            Self::Limit => "limit",
        }
    }

    /// Whether it is the service that does not work, for everybody.
    pub(super) const fn is_failure(self) -> bool {
        matches!(self, Self::Unreachable | Self::TimedOut)
    }

    /// A request that brought nothing. The log has why, without the address.
    pub(super) fn of(site: Site, error: &OutboundError) -> Self {
        tracing::info!(source = site.as_str(), %error, "{error}");
        match error {
            OutboundError::Timeout(_) => Self::TimedOut,
            OutboundError::Status { status: 429, .. } => Self::Limit,
            _ => Self::Unreachable,
        }
    }

    /// An answer that cannot be used. Only that is said of it: the rest is a stranger's text.
    pub(super) fn odd(site: Site, what: &'static str) -> Self {
        tracing::info!(source = site.as_str(), "{}: {what}", site.name());
        Self::Unreachable
    }

    /// An error in a callbook's own words, small letters, where it is one that all have.
    pub(super) fn told(error: &str) -> Option<Self> {
        let has = |word: &str| error.contains(word);
        if has("not found") {
            Some(Self::NotFound)
        } else if has("subscri") {
            Some(Self::NoSubscription)
        } else if has("limit") || has("too many") {
            Some(Self::Limit)
        } else {
            None
        }
    }
}

/// What a callbook has of a call. Texts are theirs, cleaned and cut; empty where there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct Found {
    /// The call that the entry is of; another one than was asked for where that was an alias.
    #[schema(value_type = String)]
    pub(crate) call: SmolStr,
    #[serde(skip_serializing_if = "SmolStr::is_empty")]
    #[schema(value_type = String)]
    pub(crate) name: SmolStr,
    #[serde(skip_serializing_if = "SmolStr::is_empty")]
    #[schema(value_type = String)]
    pub(crate) grid: SmolStr,
    /// City and state.
    #[serde(skip_serializing_if = "SmolStr::is_empty")]
    #[schema(value_type = String)]
    pub(crate) qth: SmolStr,
    #[serde(skip_serializing_if = "SmolStr::is_empty")]
    #[schema(value_type = String)]
    pub(crate) country: SmolStr,
    #[serde(skip_serializing_if = "SmolStr::is_empty")]
    #[schema(value_type = String)]
    pub(crate) class: SmolStr,
    /// A manager's call, or the way to confirm contacts in words.
    #[serde(skip_serializing_if = "SmolStr::is_empty")]
    #[schema(value_type = String)]
    pub(crate) qsl_via: SmolStr,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lotw: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) eqsl: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bureau: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) direct: Option<bool>,
    /// The account there has no subscription: they hold more than they told.
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) limited: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_false(value: &bool) -> bool {
    !*value
}

/// A text of a stranger's as it may be kept and shown.
pub(super) fn text(theirs: Option<&str>) -> SmolStr {
    let theirs = clean(theirs.unwrap_or_default());
    theirs.chars().take(LONGEST).collect()
}

/// Some of them with something between.
pub(super) fn joined(parts: &[Option<&str>], between: &str) -> SmolStr {
    let parts: Vec<SmolStr> = parts
        .iter()
        .map(|part| text(*part))
        .filter(|part| !part.is_empty())
        .collect();
    text(Some(&parts.join(between)))
}

/// Whether an answer's call can be one at all.
pub(super) fn call(site: Site, theirs: Option<&str>) -> Result<SmolStr, Trouble> {
    let read = theirs.and_then(|call| Callsign::parse(call).ok());
    let read = read.ok_or_else(|| Trouble::odd(site, "an entry without a call"))?;
    Ok(read.as_str().into())
}
