//! Signing in: a call, and the password where its account has one.
//!
//! Who has no account, or sends no password, may read. Where the account's owner has allowed the address, no password
//! is asked. An API key of the account with the scope `dx.write` does in place of the password, and must where the
//! account wants a second factor. Programs that know nothing of passwords go on to their first command, or wait: that
//! is taken for what it is, and the session reads. What could be a phrase that somebody remembers is tried as one
//! first, however much it looks like a command.

use std::net::IpAddr;
use std::time::Duration;

use smol_str::SmolStr;

use super::allowed;
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
/// Verbs that programs begin with, as they write them.
const OPENING_VERBS: [&str; 9] = [
    "sh", "show", "set", "unset", "acc", "accept", "rej", "reject", "clear",
];
/// What AR-Cluster's programs set of spots.
const DX_SETTINGS: [&str; 6] = ["filter", "mode", "extension", "output", "count", "default"];
/// Longest name that is repeated to whoever sent it, in characters.
const LONGEST_NAME: usize = 40;

/// Somebody who is in.
pub(super) struct Entered {
    /// The call with its identifier.
    pub(super) call: SmolStr,
    /// A guest only reads.
    pub(super) actor: Actor,
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
    if !stored.second_factor && is_allowed(node, account, address).await {
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
    if is_opening(&line) {
        return Some(guest(Some(line)));
    }
    let Some(actor) = Box::pin(prove(node, account, line.trim(), address)).await else {
        if is_command(&line) {
            wire.say("That is not right, so this session only reads");
            return Some(guest(Some(line)));
        }
        wire.say("Sorry, that is not right");
        return None;
    };
    Some(Entered {
        actor,
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

/// Whether the line is one that programs send of themselves as their first, in words that nobody remembers a password
/// by: a command with its subject behind a slash (`sh/dx/30`, `accept/spots on hf`), or one of AR-Cluster's
/// (`sh dx 30`, `set dx mode open`).
fn is_opening(line: &str) -> bool {
    let line = line.trim().to_ascii_lowercase();
    let (verb, rest) = line.split_at(line.find(['/', ' ']).unwrap_or(line.len()));
    let known = is_command(&line);
    if rest.starts_with('/') {
        return known && OPENING_VERBS.contains(&verb);
    }
    let mut words = rest.split([' ', '=', '/']).filter(|word| !word.is_empty());
    let (subject, value) = (words.next(), words.next());
    match verb {
        "sh" | "show" => {
            let is_count = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
            subject == Some("dx") && value.is_none_or(is_count) && words.next().is_none()
        }
        "set" => known && subject == Some("dx") && value.is_some_and(|value| DX_SETTINGS.contains(&value)),
        _ => false,
    }
}

/// Whether a line means something here: two words, or a slash.
fn is_command(line: &str) -> bool {
    let line = line.trim();
    line.contains(['/', ' ']) && !matches!(Command::parse(line), Command::Unknown | Command::Empty)
}

/// Whether the account's owner has allowed the address.
async fn is_allowed(node: &Node, account: AccountId, address: IpAddr) -> bool {
    let networks = allowed::networks(node, account.0).await;
    networks.iter().any(|network| network.contains(&address))
}

/// Whoever shows the password of an account, or a key of it that may spot.
async fn prove(node: &Node, account: AccountId, shown: &str, address: IpAddr) -> Option<Actor> {
    let identity = node.identity();
    let actor = match identity.by_key(shown) {
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
    actor.filter(|actor| actor.account() == Some(account))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_send_first_is_told_from_what_people_remember() {
        for line in [
            "sh/dx",
            "SH/DX/30",
            "show/dx 30",
            "sh dx 50",
            "sh dx/25",
            "SET/DX",
            "set/ve7cc",
            "set/skimmer cw ft",
            "set/nobeep",
            "unset/skimmer",
            "set/filter dxbm/pass hf,6-cw",
            "accept/spots on hf",
            "acc/spots 2 by_zone 14",
            "rej/rbn all",
            "clear/spots all",
            "set dx mode OPEN",
            "set dx extension Name CTY State Section",
            "set dx filter band=20 and not skimmer",
            "set/dx/filter (band=20)",
        ] {
            assert!(is_opening(line), "{line}");
        }
        for phrase in [
            "show dx to my wife at noon",
            "show me the way to go home",
            "set dx on fire",
            "set sail for the third star",
            "dx is my life since 1974",
            "dx/peditions forever",
            "talk is cheap, whisky costs money",
            "announce nothing before noon",
            "a fox jumped over 7 dogs",
            "help me 7 times",
            "who let the dogs out",
            "accept what you cannot change",
            "clear skies and calm seas",
            "bye bye miss american pie",
            "sh/hh do not tell",
            "s/dx",
            "correct horse battery staple",
            "",
        ] {
            assert!(!is_opening(phrase), "{phrase}");
        }
    }
}
