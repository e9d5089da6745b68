//! Signing in: a call, and the password where its account has one.
//!
//! Who has no account, or sends no password, may read. Where the account's owner has allowed the address, no password
//! is asked. An API key of the account with the scope `dx.write` does in place of the password, and must where the
//! account wants a second factor. Programs that do not wait for questions send their first command in place of the
//! password: that is taken for what it is, and the session reads.

use std::net::IpAddr;

use smol_str::SmolStr;

use super::facts::{self, Atlas};
use super::settings::{self, Settings};
use super::wire::{Turn, Wire};
use crate::dx::node::Node;
use crate::ham::cluster::command::Command;
use crate::ham::spot::Spotter;
use crate::identity::{Actor, Browser, Login, Password, Scope};

/// The question for the call: programs look for exactly this.
const WHO: &str = "login: ";
/// The question for the password.
const PASSWORD: &str = "password: ";
/// What a session may at most.
const SCOPES: [Scope; 2] = [Scope::DxRead, Scope::DxWrite];

/// Somebody who is in.
pub(super) struct Entered {
    /// The call with its identifier.
    pub(super) call: SmolStr,
    /// A guest only reads.
    pub(super) actor: Actor,
    pub(super) settings: Settings,
    /// A command that came in place of the password.
    pub(super) first: Option<String>,
    /// What the proxy in front says, or the connection.
    pub(super) address: IpAddr,
}

/// Asks until somebody is in; `None`: it is no use, and what was to be said has been.
pub(super) async fn enter(wire: &mut Wire, node: &Node, mut address: IpAddr) -> Option<Entered> {
    wire.put(WHO);
    let mut line = next(wire).await?;
    if let Some(rest) = line.strip_prefix("PROXY ") {
        address = proxied(rest, address);
        line = next(wire).await?;
    }
    let mut asked = 0;
    while line.trim().is_empty() && asked < 3 {
        wire.put(WHO);
        line = next(wire).await?;
        asked += 1;
    }
    let shown: String = line.trim().to_uppercase().chars().take(40).collect();
    let Some(known) = who(&shown) else {
        wire.say(&format!("Sorry {shown} is an invalid callsign"));
        return None;
    };
    let guest = |first| Entered {
        call: shown.as_str().into(),
        actor: Actor::Guest,
        settings: Settings::default(),
        first,
        address,
    };
    let identity = node.identity();
    let Some(account) = known.and_then(|login| identity.account_of(&login).ok()) else {
        return Some(guest(None));
    };
    let settings = settings::load(node, account.0, &Atlas(node.cluster().table())).await;
    let stored = identity.account(account).ok()?;
    if stored.disabled {
        wire.say(&format!("Sorry {shown} may not use this node"));
        return None;
    }
    if settings.allowed.iter().any(|network| network.contains(&address)) {
        let actor = identity.by_place(account, &SCOPES).ok()?;
        return Some(Entered {
            actor,
            settings,
            ..guest(None)
        });
    }
    if stored.password.is_none() && !stored.second_factor {
        return Some(guest(None));
    }
    wire.put(PASSWORD);
    let line = next(wire).await?;
    if line.trim().is_empty() {
        return Some(guest(None));
    }
    if is_command(&line) {
        return Some(guest(Some(line)));
    }
    let actor = prove(node, &stored.call, line.trim(), address).await;
    let Some(actor) = actor.filter(|actor| actor.account() == Some(account)) else {
        wire.say("Sorry, that is not right");
        return None;
    };
    Some(Entered {
        actor,
        settings,
        ..guest(None)
    })
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

/// Whose call it is: an outer `None` if it is none; listeners have names of their own.
fn who(shown: &str) -> Option<Option<Login>> {
    if let Ok(spotter) = Spotter::parse(shown) {
        let on_air = crate::ham::spot::is_plausible(&spotter.call) && !spotter.skimmer;
        return on_air.then_some(Some(Login::Call(spotter.call)));
    }
    shown.parse::<Login>().ok().map(Some)
}

/// Whether a program went on to its first command: two words, or a slash, that mean something here.
fn is_command(line: &str) -> bool {
    let line = line.trim();
    line.contains(['/', ' ']) && !matches!(Command::parse(line), Command::Unknown | Command::Empty)
}

async fn prove(node: &Node, login: &Login, shown: &str, address: IpAddr) -> Option<Actor> {
    let identity = node.identity();
    if let Some(actor) = identity.by_key(shown) {
        return actor.require(Scope::DxWrite).is_ok().then_some(actor);
    }
    let browser = Browser {
        address,
        agent: SmolStr::new_static("telnet"),
    };
    let password = Password::entered(shown);
    let actor = identity
        .by_password(login.as_str(), password, &SCOPES, &browser)
        .await
        .ok()?;
    // A password alone lets nobody in where more is asked.
    let account = identity.account(actor.account()?).ok()?;
    (!account.second_factor).then_some(actor)
}

/// The client's address in a proxy's first line, where the proxy is this machine's.
fn proxied(rest: &str, direct: IpAddr) -> IpAddr {
    let client = rest.split_whitespace().nth(1).and_then(|text| text.parse().ok());
    client.filter(|_| direct.is_loopback()).unwrap_or(direct)
}

/// The call that spots are made under.
pub(super) fn own_call(entered: &Entered) -> SmolStr {
    facts::base(&entered.call)
}
