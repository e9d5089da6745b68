//! Signing in: a call, and the password where its account has one.
//!
//! Who has no account, or sends no password, may read. Where the account's owner has allowed the address, no password
//! is asked. An API key of the account with the scope `dx.write` does in place of the password, and must where the
//! account wants a second factor. Programs that know nothing of passwords go on to their first command, or wait: that
//! is taken for what it is, and the session reads.

use std::net::IpAddr;
use std::time::Duration;

use smol_str::SmolStr;

use super::facts::{self, Atlas};
use super::settings::{self, Settings};
use super::wire::{Turn, Wire};
use crate::dx::node::Node;
use crate::ham::cluster::command::Command;
use crate::ham::spot::Spotter;
use crate::identity::{AccountId, Actor, Browser, Login, Password, Scope};

/// The question for the call: programs look for exactly this.
const WHO: &str = "login: ";
/// The question for the password.
const PASSWORD: &str = "password: ";
/// What a session may at most.
const SCOPES: [Scope; 2] = [Scope::DxRead, Scope::DxWrite];
/// How long a program may leave the question for the password open before its session only reads.
const UNANSWERED: Duration = Duration::from_secs(30);
/// Longest name that is repeated to whoever sent it, in characters.
const LONGEST_NAME: usize = 40;

/// Somebody who is in.
pub(super) struct Entered {
    /// The call with its identifier.
    pub(super) call: SmolStr,
    /// A guest only reads.
    pub(super) actor: Actor,
    /// Whether the account's password was shown.
    pub(super) by_password: bool,
    pub(super) settings: Box<Settings>,
    /// A command that came in place of the password.
    pub(super) first: Option<String>,
    pub(super) address: IpAddr,
}

impl Entered {
    /// The call that spots are made under.
    pub(super) fn own_call(&self) -> SmolStr {
        facts::base(&self.call)
    }
}

/// Asks until somebody is in; `None`: it is no use, and what was to be said has been.
pub(super) async fn enter(wire: &mut Wire, node: &Node, address: IpAddr) -> Option<Entered> {
    let shown = name(wire).await?;
    let Some(login) = who(&shown) else {
        wire.say(&format!("Sorry {shown} is an invalid callsign"));
        return None;
    };
    let guest = |first| Entered {
        call: shown.as_str().into(),
        actor: Actor::Guest,
        by_password: false,
        settings: Box::default(),
        first,
        address,
    };
    let identity = node.identity();
    let Ok(account) = identity.account_of(&login) else {
        return Some(guest(None));
    };
    let stored = identity.account(account).ok()?;
    if stored.disabled {
        wire.say(&format!("Sorry {shown} may not use this node"));
        return None;
    }
    let settings = Box::pin(settings::load(node, account.0, &Atlas(node.cluster().table()))).await;
    // Where more than a password is asked for, an address is not enough either.
    let is_allowed = settings.allowed.iter().any(|network| network.contains(&address));
    if is_allowed && !stored.second_factor {
        let actor = identity.by_place(account, &SCOPES).ok()?;
        return Some(Entered {
            actor,
            settings,
            ..guest(None)
        });
    }
    wire.put(PASSWORD);
    let Ok(line) = tokio::time::timeout(UNANSWERED, next(wire)).await else {
        wire.say("");
        return Some(guest(None));
    };
    let line = line?;
    if line.trim().is_empty() {
        return Some(guest(None));
    }
    if is_command(&line) {
        return Some(guest(Some(line)));
    }
    let Some((actor, by_password)) = Box::pin(prove(node, account, line.trim(), address)).await else {
        wire.say("Sorry, that is not right");
        return None;
    };
    Some(Entered {
        actor,
        by_password,
        settings,
        ..guest(None)
    })
}

/// Asks for the call, in capitals; a few empty lines are forgiven.
async fn name(wire: &mut Wire) -> Option<String> {
    let mut line = String::new();
    for _ in 0..4 {
        wire.put(WHO);
        line = next(wire).await?;
        if !line.trim().is_empty() {
            break;
        }
    }
    Some(line.trim().to_uppercase().chars().take(LONGEST_NAME).collect())
}

/// The next line that is not too long.
async fn next(wire: &mut Wire) -> Option<String> {
    loop {
        match wire.line() {
            Some(Some(line)) => return Some(line),
            Some(None) => return None,
            None => {}
        }
        if wire.turn().await == Turn::Gone {
            return None;
        }
    }
}

/// Whose call it is, if it is one; listeners have names of their own.
fn who(shown: &str) -> Option<Login> {
    if let Ok(spotter) = Spotter::parse(shown) {
        let on_air = crate::ham::spot::is_plausible(&spotter.call) && !spotter.skimmer;
        return on_air.then_some(Login::Call(spotter.call));
    }
    shown.parse().ok()
}

/// Whether a program went on to its first command: two words, or a slash, that mean something here.
fn is_command(line: &str) -> bool {
    let line = line.trim();
    line.contains(['/', ' ']) && !matches!(Command::parse(line), Command::Unknown | Command::Empty)
}

/// Whoever shows the password of an account, or a key of it that may spot; and whether it was the password.
async fn prove(node: &Node, account: AccountId, shown: &str, address: IpAddr) -> Option<(Actor, bool)> {
    let identity = node.identity();
    let by_key = identity.by_key(shown);
    let by_password = by_key.is_none();
    let actor = match by_key {
        Some(actor) => actor.require(Scope::DxWrite).is_ok().then_some(actor),
        None => {
            let browser = Browser {
                address,
                agent: SmolStr::new_static("telnet"),
            };
            let login = identity.account(account).ok()?.call.clone();
            let password = Password::entered(shown);
            // A password alone lets nobody in where more is asked.
            let proven = identity.by_password(login.as_str(), password, &SCOPES, &browser);
            proven.await.ok()
        }
    };
    let actor = actor.filter(|actor| actor.account() == Some(account))?;
    Some((actor, by_password))
}
