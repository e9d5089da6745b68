//! When and where a node is tried again after its connection ended.

use std::time::Duration;

use jiff::SignedDuration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::wire::Ended;
use crate::config::Host;
use crate::dx::node::Node;
use crate::env::Entropy;

/// The first wait after a failure.
const FIRST: Duration = Duration::from_secs(5);
/// The longest wait.
const LONGEST: Duration = Duration::from_mins(5);
/// The wait after our call was used elsewhere.
const REPLACED: Duration = Duration::from_mins(15);
/// A connection that lasted so long was a good one.
const GOOD: Duration = Duration::from_mins(2);

/// Attempts at one node, which may have several hosts: they are tried in turn.
pub(in crate::dx) struct Attempts<'a> {
    node: &'a Node,
    /// Its place among the upstreams, and its name.
    number: usize,
    name: &'a str,
    hosts: std::iter::Cycle<std::slice::Iter<'a, Host>>,
    failures: u32,
    begun: Instant,
    wait: Duration,
}

impl<'a> Attempts<'a> {
    pub(in crate::dx) fn new(node: &'a Node, number: usize, name: &'a str, hosts: &'a [Host]) -> Self {
        Self {
            node,
            number,
            name,
            hosts: hosts.iter().cycle(),
            failures: 0,
            begun: Instant::now(),
            wait: Duration::ZERO,
        }
    }

    /// The host to try now, when it is time; `None`: the program stops.
    pub(in crate::dx) async fn next(&mut self, stop: &CancellationToken) -> Option<&'a Host> {
        stop.run_until_cancelled(tokio::time::sleep(self.wait)).await?;
        let host = self.hosts.next()?;
        self.begun = Instant::now();
        self.node
            .upstreams()
            .change(self.number, |state| state.connecting(host));
        Some(host)
    }

    /// The connection ended.
    pub(in crate::dx) fn ended(&mut self, ended: &Ended) {
        let node = self.node;
        self.wait = pause(
            &mut self.failures,
            ended,
            self.begun.elapsed(),
            &node.env().entropy,
        );
        let (name, seconds) = (self.name, self.wait.as_secs());
        tracing::info!(upstream = %name, "{name}: {ended}; again in {seconds} s");
        let wait = SignedDuration::try_from(self.wait).unwrap_or_default();
        let (now, error) = (node.now(), ended.to_string());
        let retry = now.saturating_add(wait).ok();
        node.upstreams()
            .change(self.number, |state| state.failed(&error, retry, now));
    }
}

/// The wait after a connection that lasted so long: doubled each time, and spread so that a node that came back is not
/// met by all its users at once.
fn pause(failures: &mut u32, ended: &Ended, lasted: Duration, entropy: &Entropy) -> Duration {
    if lasted >= GOOD {
        *failures = 0;
    }
    let wait = match ended {
        Ended::Replaced => REPLACED,
        _ => FIRST.saturating_mul(1 << (*failures).min(10)).min(LONGEST),
    };
    *failures = failures.saturating_add(1);
    // Between half and the whole.
    wait / 2 + entropy.jitter(wait / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_are_spread_and_begin_anew_after_a_good_connection() {
        let entropy = Entropy::seeded(1);
        let mut failures = 0;
        let mut within = |ended: &Ended, lasted: Duration, most: u64| {
            let wait = pause(&mut failures, ended, lasted, &entropy);
            let most = Duration::from_secs(most);
            assert!(wait >= most / 2 && wait <= most, "{wait:?} of {most:?}");
        };
        for most in [5, 10, 20, 40, 80, 160, 300, 300, 300, 300, 300, 300, 300] {
            within(&Ended::Closed, Duration::ZERO, most);
        }
        within(&Ended::Closed, Duration::from_hours(1), 5);
        within(&Ended::Replaced, Duration::ZERO, 900);
        within(&Ended::Silent, Duration::ZERO, 20);
    }
}
