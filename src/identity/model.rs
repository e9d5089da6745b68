//! The values of accounts: ids, roles, scopes, names, preferences.
//!
//! Pure: parsed at the edge, always valid inside. Roles and scopes are stored as text, so that a record written by a
//! newer version still reads: an unknown role counts as a plain member, an unknown scope as none.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use utoipa::ToSchema;

/// Number of an account; never given to another person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub(crate) struct AccountId(pub(crate) u32);

impl std::fmt::Display for AccountId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What an account is to the installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    Administrator,
    /// A listener without a licence: reads what is public, logs, spots and tunes nothing.
    Swl,
    /// Also what a role unknown to this version counts as.
    #[default]
    #[serde(other)]
    Member,
}

/// One thing an API key may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub(crate) enum Scope {
    #[serde(rename = "logbook.read")]
    LogbookRead,
    #[serde(rename = "logbook.write")]
    LogbookWrite,
    #[serde(rename = "dx.read")]
    DxRead,
    #[serde(rename = "dx.write")]
    DxWrite,
    #[serde(rename = "callbook.read")]
    CallbookRead,
    #[serde(rename = "dns.write")]
    DnsWrite,
    #[serde(rename = "rig")]
    Rig,
    #[serde(rename = "admin")]
    Admin,
    /// All its owner may do.
    #[serde(rename = "full")]
    Full,
}

impl Scope {
    /// Every scope, in the order of lists.
    pub(crate) const ALL: [Self; 9] = [
        Self::LogbookRead,
        Self::LogbookWrite,
        Self::DxRead,
        Self::DxWrite,
        Self::CallbookRead,
        Self::DnsWrite,
        Self::Rig,
        Self::Admin,
        Self::Full,
    ];

    /// The scope as it is written.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::LogbookRead => "logbook.read",
            Self::LogbookWrite => "logbook.write",
            Self::DxRead => "dx.read",
            Self::DxWrite => "dx.write",
            Self::CallbookRead => "callbook.read",
            Self::DnsWrite => "dns.write",
            Self::Rig => "rig",
            Self::Admin => "admin",
            Self::Full => "full",
        }
    }
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no scope; scopes are {names}", names = Scope::ALL.map(Scope::as_str).join(", "))]
pub(crate) struct UnknownScope(String);

impl std::str::FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        let found = Self::ALL.into_iter().find(|scope| scope.as_str() == text);
        found.ok_or_else(|| UnknownScope(text.to_owned()))
    }
}

/// A set of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ScopeSet(u16);

impl ScopeSet {
    /// All its owner may do.
    pub(crate) const FULL: Self = Self(1 << Scope::Full as u16);

    /// Whether the very scope is in the set.
    pub(crate) fn contains(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u16) != 0
    }

    /// Whether the set allows what `scope` stands for. Who may write a log may read it.
    pub(crate) fn allows(self, scope: Scope) -> bool {
        let implied = match scope {
            Scope::LogbookRead => self.contains(Scope::LogbookWrite),
            Scope::DxRead => self.contains(Scope::DxWrite),
            _ => false,
        };
        implied || self.contains(scope) || self.contains(Scope::Full)
    }

    /// The scopes in the order of lists.
    pub(crate) fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.contains(*scope))
    }

    /// Whether nothing is allowed.
    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |set, scope| set | 1 << scope as u16))
    }
}

impl Serialize for ScopeSet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for ScopeSet {
    /// Scopes of a newer version are left out: a key never gains rights by being misread.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = Vec::<SmolStr>::deserialize(deserializer)?;
        Ok(names.iter().filter_map(|name| name.parse().ok()).collect())
    }
}

/// A line of text for people: trimmed, without control characters, at most 100 characters.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, max_length = 100)]
pub(crate) struct DisplayName(SmolStr);

/// Why a name is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name is one line of at most 100 characters")]
pub(crate) struct BadName;

impl DisplayName {
    /// The name as text; empty where none was given.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for DisplayName {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        let text = text.trim();
        let fits = text.chars().count() <= 100 && !text.chars().any(char::is_control);
        if fits { Ok(Self(text.into())) } else { Err(BadName) }
    }
}

impl TryFrom<String> for DisplayName {
    type Error = BadName;

    fn try_from(text: String) -> Result<Self, BadName> {
        text.parse()
    }
}

impl From<DisplayName> for String {
    fn from(name: DisplayName) -> Self {
        name.0.into()
    }
}

/// An address mail can be sent to: one `@`, a dotted domain, no spaces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, format = "email")]
pub(crate) struct MailAddress(SmolStr);

/// Why an address is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no mail address: expected something like k1abc@example.org")]
pub(crate) struct BadMailAddress;

impl MailAddress {
    /// The address as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for MailAddress {
    type Err = BadMailAddress;

    fn from_str(text: &str) -> Result<Self, BadMailAddress> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(BadMailAddress)?;
        let labels = || domain.split('.');
        let label_fits =
            |label: &str| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        let local_fits = !local.is_empty()
            && local.len() <= 64
            && local
                .chars()
                .all(|c| c.is_ascii_graphic() && !"@\"(),:;<>[\\]".contains(c));
        let fits = text.len() <= 254 && local_fits && labels().count() >= 2 && labels().all(label_fits);
        if fits {
            Ok(Self(text.into()))
        } else {
            Err(BadMailAddress)
        }
    }
}

impl TryFrom<String> for MailAddress {
    type Error = BadMailAddress;

    fn try_from(text: String) -> Result<Self, BadMailAddress> {
        text.parse()
    }
}

impl From<MailAddress> for String {
    fn from(address: MailAddress) -> Self {
        address.0.into()
    }
}

/// Colours of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Theme {
    Light,
    Dark,
    Contrast,
    /// As the device says; also what an unknown theme counts as.
    #[default]
    #[serde(other)]
    Auto,
}

/// Units of distances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Units {
    Imperial,
    #[default]
    #[serde(other)]
    Metric,
}

/// Height of table rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Density {
    Comfortable,
    #[default]
    #[serde(other)]
    Dense,
}

/// How exactly others see where a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum GridPrecision {
    /// All of the locator.
    Exact,
    /// Its first four characters, about 110 by 160 km.
    #[default]
    Square,
    /// Not at all; also what a precision of another version counts as.
    #[serde(other)]
    None,
}

/// What others see of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct Privacy {
    /// Whether the members' directory has them, with name and place.
    pub(crate) directory: bool,
    pub(crate) grid_precision: GridPrecision,
}

/// How a member wants the pages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct Preferences {
    pub(crate) theme: Theme,
    pub(crate) units: Units,
    pub(crate) density: Density,
    /// Language tag of a message catalogue; empty: as the browser says.
    #[schema(value_type = String)]
    pub(crate) language: SmolStr,
}
