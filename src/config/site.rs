//! Whether browsers take two hosts for one site: then cookies marked `SameSite=Lax` come along from one to the other.
//!
//! Browsers decide by the list of public suffixes, which grows daily and is not carried along here. What this says yes
//! to is one site; what it says no to may still be one, and a name below the main host always gets a yes.

use std::net::IpAddr;

/// Second levels under which countries give out names, as in `co.uk`.
const GIVEN_OUT: [&str; 16] = [
    "ac", "asn", "co", "com", "edu", "gen", "go", "gov", "id", "ltd", "me", "ne", "net", "or", "org", "plc",
];

/// Domains under which names belong to different people; hams' home stations are often there.
const SHARED: [&str; 28] = [
    "ampr.org",
    "azurewebsites.net",
    "cloudfront.net",
    "ddns.net",
    "ddnss.de",
    "duckdns.org",
    "dyn.com",
    "dyndns.org",
    "dynu.net",
    "dynv6.net",
    "fly.dev",
    "freeddns.org",
    "freemyip.com",
    "github.io",
    "goip.de",
    "herokuapp.com",
    "hopto.org",
    "myds.me",
    "myfritz.net",
    "ngrok.io",
    "no-ip.org",
    "pages.dev",
    "selfhost.eu",
    "spdns.de",
    "strangled.net",
    "synology.me",
    "workers.dev",
    "zapto.org",
];

/// Whether both hosts are surely of one registrable domain, or the same.
pub(super) fn same_site(main: &str, other: &str) -> bool {
    let (main, other) = (plain(main), plain(other));
    if main == other {
        return true;
    }
    if is_number(&main) || is_number(&other) || !main.contains('.') {
        return false;
    }
    if other.strip_suffix(&main).is_some_and(|rest| rest.ends_with('.')) {
        return true;
    }
    let shared: Vec<&str> = main
        .rsplit('.')
        .zip(other.rsplit('.'))
        .take_while(|(a, b)| a == b)
        .map(|(label, _)| label)
        .collect();
    shared.len() > suffix_labels(&shared)
}

/// How many of these labels, the last first, belong to everybody.
fn suffix_labels(shared: &[&str]) -> usize {
    let [top, second, ..] = shared else { return 1 };
    let is_given_out = top.len() == 2 && GIVEN_OUT.contains(second);
    let is_shared = SHARED.contains(&format!("{second}.{top}").as_str());
    if is_given_out || is_shared { 2 } else { 1 }
}

fn plain(host: &str) -> String {
    host.trim_end_matches('.').to_ascii_lowercase()
}

fn is_number(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_domain_are_one_site() {
        for (main, other) in [
            ("log.example.org", "auth.log.example.org"),
            ("log.example.org", "auth.example.org"),
            ("log.example.org", "LOG.example.org."),
            ("example.org", "auth.example.org"),
            ("log.club.co.uk", "auth.club.co.uk"),
            ("k6bp.duckdns.org", "auth.k6bp.duckdns.org"),
            ("192.0.2.1", "192.0.2.1"),
            ("localhost", "localhost"),
        ] {
            assert!(same_site(main, other), "{main} {other}");
        }
    }

    #[test]
    fn names_of_different_people_are_not() {
        for (main, other) in [
            ("log.example.org", "auth.example.com"),
            ("log.example.org", "auth.other.org"),
            ("log.example.org", "notlog.example.org.evil.test"),
            ("log.club.co.uk", "auth.other.co.uk"),
            ("k6bp.duckdns.org", "auth.duckdns.org"),
            ("192.0.2.1", "auth.example.org"),
            ("192.0.2.1", "192.0.2.2"),
            ("localhost", "auth.localhost"),
            ("log", "auth.log"),
        ] {
            assert!(!same_site(main, other), "{main} {other}");
        }
    }
}
