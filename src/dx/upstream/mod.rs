//! Nodes and skimmer feeds that the station listens to, as a user of theirs.
//!
//! Each is a task that connects, signs in, sends its commands and reads until it ends; then it waits, longer after
//! every failure, and tries the next of its hosts. A node that says our call has signed in elsewhere is left alone for
//! long: two programs that take the call from each other would do so for ever. What it sends goes through
//! `Cluster::accept` as everything does.

mod client;
mod script;
mod state;

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::node::Node;
use crate::config::Upstream;
use crate::env::Entropy;

pub(crate) use state::{UpstreamState, Upstreams};

/// The first wait after a failure.
const FIRST_WAIT: Duration = Duration::from_secs(5);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_mins(5);
/// The wait after our call was used elsewhere.
const REPLACED_WAIT: Duration = Duration::from_mins(15);
/// A connection that lasted so long was a good one.
const GOOD: Duration = Duration::from_mins(1);

/// Starts listening to all that are configured.
pub(crate) fn start(node: &Node, stop: &CancellationToken) {
    for (number, upstream) in node.settings().upstreams.clone().into_iter().enumerate() {
        tokio::spawn(keep(node.clone(), number, upstream, stop.clone()));
    }
}

/// Listens to one, again and again.
async fn keep(node: Node, number: usize, upstream: Upstream, stop: CancellationToken) {
    let mut failures = 0_u32;
    for host in upstream.hosts.iter().cycle() {
        let begun = tokio::time::Instant::now();
        let session = client::listen(&node, number, &upstream, host);
        let Some(ended) = stop.run_until_cancelled(session).await else {
            return;
        };
        if begun.elapsed() >= GOOD {
            failures = 0;
        }
        let wait = match ended {
            client::Ended::Replaced => jittered(REPLACED_WAIT, &node.env().entropy),
            _ => wait(failures, &node.env().entropy),
        };
        failures = failures.saturating_add(1);
        tracing::info!(upstream = %upstream.name, "{}: {ended}; again in {} s", upstream.name, wait.as_secs());
        let until = node
            .now()
            .saturating_add(jiff::SignedDuration::try_from(wait).unwrap_or_default());
        node.upstreams()
            .change(number, |state| state.failed(&ended.to_string(), until.ok()));
        if stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_none() {
            return;
        }
    }
}

/// The wait after so many failures: doubled each time, and spread so that a node that came back is not met by all
/// its users at once.
fn wait(failures: u32, entropy: &Entropy) -> Duration {
    let doubled = FIRST_WAIT.saturating_mul(1 << failures.min(10));
    jittered(doubled.min(LONGEST_WAIT), entropy)
}

/// Between half and the whole.
fn jittered(wait: Duration, entropy: &Entropy) -> Duration {
    wait / 2 + entropy.jitter(wait / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_are_spread() {
        let entropy = Entropy::seeded(1);
        for (failures, most) in [(0, 5), (1, 10), (3, 40), (9, 300), (u32::MAX, 300)] {
            let most = Duration::from_secs(most);
            for _ in 0..50 {
                let wait = wait(failures, &entropy);
                assert!(wait >= most / 2 && wait <= most, "{failures}: {wait:?}");
            }
        }
    }
}
