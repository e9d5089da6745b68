//! Who asks: the value every command and query takes, and the proofs drawn from it.
//!
//! Rights are never flags passed along: a function that changes something takes `&Actor` and asks it, a function for
//! administrators takes [`Admin`], which only [`Actor::admin`] hands out. An API key never may more than its owner.

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
    /// A part of the program, named, with what it may do.
    System(&'static str, ScopeSet),
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
    #[error("{0}")]
    Forbidden(&'static str),
}

/// Proof that the actor administers this installation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Admin<'a>(&'a Actor);

impl<'a> Admin<'a> {
    /// The administrator.
    pub(crate) fn actor(self) -> &'a Actor {
        self.0
    }
}

/// What an account without a licence may: read, and keep its own affairs.
fn open_to_listeners(scope: Scope) -> bool {
    match scope {
        Scope::LogbookRead | Scope::DxRead | Scope::CallbookRead | Scope::Full => true,
        Scope::LogbookWrite | Scope::DxWrite | Scope::DnsWrite | Scope::Rig | Scope::Admin => false,
    }
}

impl Actor {
    /// The command line on the machine itself: whoever can open the data directory may everything.
    pub(crate) const COMMAND_LINE: Self = Self::System("command line", ScopeSet::FULL);

    /// Refuses unless the actor is somebody and their key, if any, has `scope`.
    pub(crate) fn require(&self, scope: Scope) -> Result<(), Denied> {
        let scopes = match self {
            Self::Guest => return Err(Denied::SignIn),
            Self::Member(member) if member.role == Role::Swl && !open_to_listeners(scope) => {
                return Err(Denied::Listener);
            }
            Self::Member(member) => member.scopes,
            Self::System(_, scopes) => Some(*scopes),
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
            Self::System(..) => Err(Denied::Forbidden("this belongs to a member's own account")),
        }
    }

    /// The member, where they sit at a browser: no API key, whatever its scopes, administers an account's own secrets.
    /// One that leaked could otherwise make its successors.
    pub(crate) fn in_person(&self) -> Result<&Member, Denied> {
        let member = self.member()?;
        match member.credential {
            Credential::Session { .. } => Ok(member),
            Credential::Key(_) | Credential::Signature => Err(Denied::InPerson),
        }
    }

    /// Like [`Self::in_person`], where a session's password was shown within the last minutes.
    pub(crate) fn confirmed(&self) -> Result<&Member, Denied> {
        let member = self.in_person()?;
        match member.credential {
            Credential::Session { confirmed: false, .. } => Err(Denied::Confirm),
            _ => Ok(member),
        }
    }

    /// The proof that administrator-only functions ask for.
    pub(crate) fn admin(&self) -> Result<Admin<'_>, Denied> {
        self.require(Scope::Admin)?;
        match self {
            Self::Guest => Err(Denied::SignIn),
            Self::System(..) => Ok(Admin(self)),
            Self::Member(member) if member.role != Role::Administrator => Err(Denied::NotAdministrator),
            Self::Member(Member {
                credential: Credential::Session { active: false, .. },
                ..
            }) => Err(Denied::Confirm),
            Self::Member(_) => Ok(Admin(self)),
        }
    }

    /// Refuses unless the actor may set the password of `account` without knowing the present one. Nobody may their
    /// own: a browser left open would do to take an account over.
    pub(crate) fn may_reset_password(&self, account: AccountId) -> Result<(), Denied> {
        self.admin()?;
        match self {
            Self::System(..) => Ok(()),
            _ if self.account() == Some(account) => Err(Denied::Forbidden(
                "change your own password where the present one is asked for",
            )),
            _ => self.confirmed().map(drop),
        }
    }

    /// Who is named in the audit trail.
    pub(crate) fn audit_name(&self) -> String {
        match self {
            Self::Guest => "guest".to_owned(),
            Self::Member(member) => match member.credential {
                Credential::Session { .. } => member.call.to_string(),
                Credential::Key(id) => format!("{} (key {id})", member.call),
                Credential::Signature => format!("{} (signed)", member.call),
            },
            Self::System(name, _) => (*name).to_owned(),
        }
    }
}
