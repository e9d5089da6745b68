//! Open files: every connection is one, and the system allows so many.
//!
//! Where fewer are allowed than the configuration has places for, a crowd at one door would take the files that the other,
//! and the store, need: then each door gets its share, and the log says so.

use crate::config::Config;
use crate::net;

/// Open files wished for.
const WISHED: u64 = 65_536;
/// What is left for everything that is no connection of a client: logs, uploads, services outside.
const OTHERS: u64 = 256;

/// Raises the limit, and takes back places that it has no files for.
pub(crate) fn fit(config: &mut Config) {
    let Some(files) = net::raise_open_files(WISHED) else {
        return;
    };
    let wanted = Doors {
        web: config.limits.connections,
        telnet: config.cluster.listen.map_or(0, |_| config.cluster.connections),
    };
    let has = wanted.within(files);
    if has == wanted {
        return;
    }
    config.limits.connections = has.web;
    config.cluster.connections = has.telnet;
    tracing::warn!(
        files,
        "{files} files may be open at once, too few for {} connections to the web and {} by telnet: at most {} and {} are \
         taken. `ulimit -n` or systemd's LimitNOFILE raises it",
        wanted.web,
        wanted.telnet,
        has.web,
        has.telnet
    );
}

/// Connections at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Doors {
    web: usize,
    telnet: usize,
}

impl Doors {
    /// The same, or in the same proportion what so many files are enough for.
    fn within(self, files: u64) -> Self {
        let free = usize::try_from(files - OTHERS.min(files / 4)).unwrap_or(usize::MAX);
        let all = self.web.saturating_add(self.telnet);
        if all <= free {
            return self;
        }
        let share = |places: usize| {
            let share = places as u128 * free as u128 / all as u128;
            usize::try_from(share).unwrap_or(free)
        };
        Self {
            web: share(self.web).max(1),
            telnet: share(self.telnet).max(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doors_keep_to_what_the_system_allows_in_proportion() {
        let within = |web, telnet, files| {
            let Doors { web, telnet } = Doors { web, telnet }.within(files);
            (web, telnet)
        };
        assert_eq!(within(8_192, 1_000, 65_536), (8_192, 1_000));
        assert_eq!(within(8_192, 10_000, 20_000), (8_192, 10_000));
        assert_eq!(within(8_192, 1_000, 4_352), (3_650, 445));
        assert_eq!(within(8_192, 1_000, 300), (200, 24));
        assert_eq!(within(8_192, 0, 300), (225, 1), "nobody listens there");
        assert_eq!(within(1_000_000, 100_000, 8), (5, 1));
    }
}
