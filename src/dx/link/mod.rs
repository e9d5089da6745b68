//! A link with another node of the cluster network, as a leaf of it; off unless it is configured.
//!
//! A leaf takes in what its peer tells and tells what its own users spot, nothing else: it never passes one node's
//! frames to another, never spots of skimmers or of feeds, and with each spot goes its user's address, as the network
//! demands. The peer's sysop has to have made our call a node there.

mod leaf;
mod session;
#[cfg(test)]
mod tests;

use tokio_util::sync::CancellationToken;

use super::node::Node;
use super::upstream::attempts::Attempts;
use crate::config::Link;

/// Starts the link, if there is one.
pub(crate) fn start(node: &Node, stop: &CancellationToken) {
    if let Some(link) = node.settings().link.clone() {
        tokio::spawn(keep(node.clone(), link, stop.clone()));
    }
}

/// Keeps the link up, again and again.
async fn keep(node: Node, link: Link, stop: CancellationToken) {
    let number = node.settings().upstreams.len();
    let mut attempts = Attempts::new(&node, number, "link", &link.hosts);
    while let Some(host) = attempts.next(&stop).await {
        let session = session::run(&node, number, &link, host);
        let Some(ended) = stop.run_until_cancelled(session).await else {
            return;
        };
        attempts.ended(&ended);
    }
}
