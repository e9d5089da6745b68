//! Who asks: the value every command and query takes.
//!
//! Rights are never flags passed along: a function that changes something takes `&Actor` and asks it, once, for the
//! [`Capability`] it needs or whether the thing is the actor's own. An API key never may more than its owner; a part of
//! the program may what its row says and nothing else; an administrator who looks in as a member is that member, and
//! not in person.

use super::authority::{Capability, Service};
use super::login::Login;
use super::model::{AccountId, Role, Scope, ScopeSet};
use super::token::{KeyId, SecretDigest};

/// Whoever asks for something.
#[derive(Debug, Clone)]
pub(crate) enum Actor {
    /// Somebody who did not say who they are.
    Guest,
    /// An account, by a browser session or an API key.
    Member(Member),
    /// A part of the program that acts by itself.
    Service(Service),
}

/// An account that asks.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) account: AccountId,
    pub(crate) call: Login,
    pub(crate) role: Role,
    /// What an API key is limited to; `None` for a session, which may all its owner may.
    pub(crate) scopes: Option<ScopeSet>,
    pub(crate) credential: Credential,
    /// The administrator who looks in with this account's eyes, where it is not its owner.
    pub(crate) behind: Option<Login>,
}

/// What the member showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Credential {
    /// A browser session. `confirmed`: the password was shown within the last minutes;
    /// `active`: not idle for longer than administrators may be.
    Session {
        digest: SecretDigest,
        confirmed: bool,
        active: bool,
    },
    /// An API key.
    Key(KeyId),
    /// A request signed with the secret shared with the member.
    Signature,
    /// Call and password, in a protocol that knows no sessions.
    Password,
    /// Nothing: they come from an address that the account's owner has allowed.
    Address,
}

/// Why an actor may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Denied {
    #[error("sign in, or send an API key")]
    SignIn,
    #[error("the API key lacks the scope {0}")]
    Scope(Scope),
    #[error("only an administrator may do this")]
    NotAdministrator,
    #[error("this needs your password again: sign in once more")]
    Confirm,
    #[error("this needs a person who is signed in; no API key may do it")]
    InPerson,
    #[error("this is for licensed operators; prove your call once you have one")]
    Listener,
    #[error("only the owner of the account may do this, not who looks in as them")]
    LookingIn,
    #[error("the service \"{0}\" is not there to {1}")]
    NotItsWork(&'static str, &'static str),
    #[error("{0}")]
    Forbidden(&'static str),
}

/// What an account without a licence may: read, and keep its own affairs.
fn open_to_listeners(scope: Scope) -> bool {
    match scope {
        Scope::LogbookRead | Scope::DxRead | Scope::CallbookRead | Scope::Full => true,
        Scope::LogbookWrite | Scope::DxWrite | Scope::DnsWrite | Scope::Rig | Scope::Admin => false,
    }
}

/// What a service must have for what a key has a scope for.
fn capability_of(scope: Scope) -> Option<Capability> {
    match scope {
        Scope::LogbookRead => Some(Capability::ReadLogbooks),
        Scope::LogbookWrite => Some(Capability::WriteLogbooks),
        Scope::DxWrite => Some(Capability::SendSpots),
        _ => None,
    }
}

impl Actor {
    /// The command line on the machine itself.
    pub(crate) const COMMAND_LINE: Self = Self::Service(Service::CommandLine);

    /// Refuses unless the actor is somebody and their key, if any, has `scope`.
    pub(crate) fn require(&self, scope: Scope) -> Result<(), Denied> {
        let scopes = match self {
            Self::Guest => return Err(Denied::SignIn),
            Self::Member(member) if member.role == Role::Swl && !open_to_listeners(scope) => {
                return Err(Denied::Listener);
            }
            Self::Member(member) => member.scopes,
            Self::Service(service) => {
                let needed = capability_of(scope);
                let has = needed.is_some_and(|needed| service.has(needed));
                return if has { Ok(()) } else { Err(Denied::Scope(scope)) };
            }
        };
        if scopes.is_none_or(|scopes| scopes.allows(scope)) {
            Ok(())
        } else {
            Err(Denied::Scope(scope))
        }
    }

    /// The account that asks, if one does.
    pub(crate) fn account(&self) -> Option<AccountId> {
        self.member().ok().map(|member| member.account)
    }

    /// The member that asks, whatever the scope.
    pub(crate) fn member(&self) -> Result<&Member, Denied> {
        match self {
            Self::Guest => Err(Denied::SignIn),
            Self::Member(member) => Ok(member),
            Self::Service(_) => Err(Denied::Forbidden("this belongs to a member's own account")),
        }
    }

    /// The member, where they sit at a browser: no API key, whatever its scopes, administers an account's own secrets.
    /// One that leaked could otherwise make its successors.
    pub(crate) fn in_person(&self) -> Result<&Member, Denied> {
        let member = self.member()?;
        match member.credential {
            Credential::Session { .. } => Ok(member),
            Credential::Key(_) | Credential::Signature | Credential::Password | Credential::Address => {
                Err(Denied::InPerson)
            }
        }
    }

    /// Like [`Self::in_person`], where a session's password was shown within the last minutes.
    pub(crate) fn confirmed(&self) -> Result<&Member, Denied> {
        let member = self.owner()?;
        match member.credential {
            Credential::Session { confirmed: false, .. } => Err(Denied::Confirm),
            _ => Ok(member),
        }
    }

    /// Like [`Self::in_person`], where it is the account's owner and nobody who looks in as them.
    pub(crate) fn owner(&self) -> Result<&Member, Denied> {
        let member = self.in_person()?;
        match member.behind {
            None => Ok(member),
            Some(_) => Err(Denied::LookingIn),
        }
    }

    /// Refuses unless the actor may do this with what is not their own: the one question of every such command.
    pub(crate) fn may(&self, capability: Capability) -> Result<(), Denied> {
        match self {
            Self::Service(service) if service.has(capability) => Ok(()),
            Self::Service(service) => Err(Denied::NotItsWork(service.name(), capability.as_str())),
            _ if !capability.is_administrators() => {
                self.admin()?;
                Err(Denied::Forbidden("this is done by the program itself"))
            }
            _ if capability.is_grave() => {
                self.admin()?;
                self.confirmed().map(drop)
            }
            _ => self.admin(),
        }
    }

    /// Refuses unless the account is the actor's own and they have shown so much of themselves (`own`: one of the three
    /// above), or it is another's and they have the capability.
    pub(crate) fn own_or(
        &self,
        id: AccountId,
        own: fn(&Self) -> Result<&Member, Denied>,
        capability: Capability,
    ) -> Result<(), Denied> {
        if self.account() == Some(id) {
            own(self).map(drop)
        } else {
            self.may(capability)
        }
    }

    /// Refuses unless the actor is a person who administers this installation, or a key of theirs that may.
    pub(crate) fn admin(&self) -> Result<(), Denied> {
        self.require(Scope::Admin)?;
        match self {
            Self::Guest => Err(Denied::SignIn),
            Self::Service(_) => Err(Denied::NotAdministrator),
            Self::Member(member) if member.role != Role::Administrator => Err(Denied::NotAdministrator),
            Self::Member(Member { behind: Some(_), .. }) => Err(Denied::LookingIn),
            Self::Member(Member {
                credential: Credential::Session { active: false, .. },
                ..
            }) => Err(Denied::Confirm),
            Self::Member(_) => Ok(()),
        }
    }

    /// Refuses unless the actor may do this to `account`, of which they need not know the password. Nobody may to
    /// their own: a browser left open would do to take an account over.
    pub(crate) fn may_to_another(&self, capability: Capability, account: AccountId) -> Result<(), Denied> {
        if self.account() == Some(account) {
            self.admin()?;
            return Err(Denied::Forbidden(
                "change your own password where the present one is asked for",
            ));
        }
        self.may(capability)
    }

    /// Who is named in the audit trail.
    pub(crate) fn audit_name(&self) -> String {
        match self {
            Self::Guest => "guest".to_owned(),
            Self::Member(member) => match member.credential {
                Credential::Session { .. } => match &member.behind {
                    Some(administrator) => format!("{administrator} as {}", member.call),
                    None => member.call.to_string(),
                },
                Credential::Key(id) => format!("{} (key {id})", member.call),
                Credential::Signature => format!("{} (signed)", member.call),
                Credential::Password => format!("{} (password)", member.call),
                Credential::Address => format!("{} (address)", member.call),
            },
            Self::Service(service) => service.name().to_owned(),
        }
    }
}
