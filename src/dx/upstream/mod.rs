//! Nodes and skimmer feeds that the station listens to, as a user of theirs.
//!
//! Each is a task that connects, signs in, sends its commands and reads until it ends; then it waits, longer after
//! every failure, and tries the next of its hosts. A node that says our call has signed in elsewhere is left alone for
//! long: two programs that take the call from each other would do so for ever. What it sends goes through
//! `Cluster::accept` as everything does.

pub(super) mod attempts;
mod client;
mod digest;
mod figures;
mod script;
mod state;
pub(super) mod wire;

use tokio_util::sync::CancellationToken;

use self::attempts::Attempts;
use super::node::Node;
use crate::config::Upstream;

pub(crate) use figures::figures;
pub(super) use state::Tally;
pub(crate) use state::{UpstreamState, Upstreams};

/// Starts listening to all that are configured.
pub(crate) fn start(node: &Node, stop: &CancellationToken) {
    for (number, upstream) in node.settings().upstreams.clone().into_iter().enumerate() {
        tokio::spawn(keep(node.clone(), number, upstream, stop.clone()));
    }
}

/// Listens to one, again and again.
async fn keep(node: Node, number: usize, upstream: Upstream, stop: CancellationToken) {
    let mut attempts = Attempts::new(&node, number, &upstream.name, &upstream.hosts);
    while let Some(host) = attempts.next(&stop).await {
        let session = client::listen(&node, number, &upstream, host);
        let Some(ended) = stop.run_until_cancelled(session).await else {
            return;
        };
        attempts.ended(&ended);
    }
}
