//! From where a member's programs need no password: `set/allow`, `unset/allow`, `sh/allow`.
//!
//! The list is the account's and every session reads it anew. What may be on it, and who may say so, stands with the
//! commands in [`write`].

use std::net::IpAddr;

use ipnet::IpNet;

use super::answer::ONLY_READS;
use super::session::Session;
use super::tables::USER;
use super::write::{self, Error};
use crate::dx::node::Node;
use crate::store::Rows as _;

/// The networks of an account; none where the store does not answer.
pub(super) async fn networks(node: &Node, account: u32) -> Vec<IpNet> {
    let stored = node.store().read(move |r| r.get(USER, &account)).await;
    let stored = stored.unwrap_or_else(|error| {
        tracing::warn!(%error, "allowed addresses of a telnet user: {error}");
        None
    });
    let allowed = stored.unwrap_or_default().allowed;
    allowed
        .iter()
        .filter_map(|network| network.parse().ok())
        .collect()
}

impl Session {
    /// Adds a network, takes one back, or shows the list.
    pub(super) async fn allow(&mut self, network: Option<&str>, on: bool) {
        let Some(actor) = self.speaker() else {
            return self.wire.say(ONLY_READS);
        };
        let Some(network) = network.and_then(parse) else {
            let account = actor.account().map_or(0, |account| account.0);
            let list = networks(&self.node, account).await;
            let list: Vec<_> = list.iter().map(ToString::to_string).collect();
            let list = if list.is_empty() {
                "none".to_owned()
            } else {
                list.join(", ")
            };
            let words = format!("Your sessions may spot at once from: {list}");
            return self.wire.say(&words);
        };
        let store = self.node.store();
        let changed = if on {
            store
                .write(move |tx| write::allow_network(tx, &actor, network))
                .await
        } else {
            store
                .write(move |tx| write::disallow_network(tx, &actor, network))
                .await
        };
        match changed {
            Ok(()) => {
                let words = if on { "now" } else { "no longer" };
                self.wire
                    .say(&format!("Your sessions may {words} spot at once from {network}"));
            }
            Err(Error::Store(error)) => {
                tracing::warn!(%error, "allowed addresses of a telnet user: {error}");
                self.wire.say("Sorry, that could not be kept");
            }
            Err(refused) => self.wire.say(&format!("Sorry, {refused}")),
        }
    }
}

/// A network, or an address alone.
fn parse(text: &str) -> Option<IpNet> {
    let network = text.parse::<IpNet>().ok();
    network.or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}
