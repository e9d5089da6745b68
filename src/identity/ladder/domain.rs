//! Names in the domain name system that belong to a call's holder, and what name servers say of them.
//!
//! Only public names are asked for: a name within this network, or a number, would make name servers tell what is
//! inside. Two servers must see the record, or one that checked the signatures where the configuration trusts it; an
//! alias may not lead out of the name, for then somebody else could answer.

use std::net::SocketAddr;

use url::Host;

use crate::env::{DnsError, Entropy, TextRecords, ask_texts};
use crate::ham::callsign::Callsign;

use super::refusal::Refusal;
use super::token::ProofToken;

/// The label in front of the name.
pub(crate) const RECORD_LABEL: &str = "_shackbox-verify";
/// Longest name, so that the label still fits in front.
const LONGEST: usize = 253 - RECORD_LABEL.len() - 1;

/// Top-level names that are nobody's or somebody's own network (RFC 6761, 6762, 7686, 8375, 9476, and usage).
const INNER: [&str; 14] = [
    "localhost",
    "local",
    "localdomain",
    "internal",
    "intranet",
    "private",
    "lan",
    "home",
    "corp",
    "test",
    "invalid",
    "example",
    "onion",
    "alt",
];

/// A public domain name, in lower case, its international letters encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Zone(String);

impl Zone {
    /// The name that the amateur packet radio network gives to a call.
    pub(super) fn ampr(call: &Callsign) -> Self {
        Self(format!("{}.ampr.org", call.base().to_ascii_lowercase()))
    }

    /// A name that a person typed.
    pub(super) fn typed(text: &str) -> Result<Self, Refusal> {
        let refused = || Refusal::NotPublic(text.chars().take(80).collect());
        let text = text.trim().trim_end_matches('.');
        let Ok(Host::Domain(name)) = Host::parse(text) else {
            return Err(refused());
        };
        let labels: Vec<&str> = name.split('.').collect();
        let last = labels.last().copied().unwrap_or_default();
        let is_label = |label: &&str| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        };
        let inner = INNER.contains(&last) || name.ends_with("home.arpa") || last == "arpa";
        let public = labels.len() >= 2
            && name.len() <= LONGEST
            && labels.iter().all(is_label)
            && !last.bytes().all(|byte| byte.is_ascii_digit())
            && !inner;
        public.then_some(Self(name.clone())).ok_or_else(refused)
    }

    /// Whether one of these hosts of the holder's page is this name, or this name behind `www.`. Nothing above it:
    /// that may be a whole provider's.
    pub(super) fn is_named_by(&self, hosts: &[String]) -> bool {
        hosts.iter().any(|host| {
            let host = host.trim_end_matches('.').to_ascii_lowercase();
            host == self.0 || host.strip_prefix("www.") == Some(&self.0)
        })
    }

    /// Where the record stands.
    pub(super) fn record_name(&self) -> String {
        format!("{RECORD_LABEL}.{}", self.0)
    }

    /// The name itself.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    fn contains(&self, name: &str) -> bool {
        name == self.0 || name.strip_suffix(&self.0).is_some_and(|rest| rest.ends_with('.'))
    }
}

/// Whether the name servers see the token at this name.
pub(super) async fn ask(
    zone: &Zone,
    token: &ProofToken,
    (servers, dnssec): (&[SocketAddr], bool),
    entropy: &Entropy,
) -> Result<(), Refusal> {
    let name = zone.record_name();
    let asked = servers.iter().map(|server| ask_texts(*server, &name, entropy));
    let answers = futures_util::future::join_all(asked).await;
    judge(zone, token, &answers, dnssec)
}

/// What the answers of different servers add up to.
fn judge(
    zone: &Zone,
    token: &ProofToken,
    answers: &[Result<TextRecords, DnsError>],
    dnssec: bool,
) -> Result<(), Refusal> {
    for failed in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        tracing::warn!(error = %failed, "{failed}");
    }
    let told: Vec<&TextRecords> = answers.iter().filter_map(|answer| answer.as_ref().ok()).collect();
    let leads_away = |answer: &&TextRecords| !answer.aliases.iter().all(|alias| zone.contains(alias));
    if told.iter().any(leads_away) {
        return Err(Refusal::LeadsAway(zone.record_name()));
    }
    let sees = |answer: &TextRecords| {
        let wanted = token.record();
        answer
            .texts
            .iter()
            .any(|text| text.trim_ascii().eq_ignore_ascii_case(wanted.as_bytes()))
    };
    let seeing = told.iter().filter(|answer| sees(answer));
    let checked = dnssec && seeing.clone().any(|answer| answer.authentic);
    match (seeing.count(), told.is_empty()) {
        (2.., _) => Ok(()),
        (1, _) if checked => Ok(()),
        (1, _) if told.len() > 1 => Err(Refusal::Disagree),
        (1, _) | (0, true) => Err(Refusal::Unreachable("the domain name system")),
        (0, false) if told.iter().all(|answer| answer.texts.is_empty()) => {
            Err(Refusal::NoRecord(zone.record_name()))
        }
        (0, false) => Err(Refusal::OtherRecord(zone.record_name())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> Zone {
        Zone::typed("k1abc.net").unwrap()
    }

    fn token() -> ProofToken {
        ProofToken::from_random([1; 10])
    }

    #[expect(clippy::unnecessary_wraps, reason = "stands beside servers that fail")]
    fn seen(authentic: bool, aliases: &[&str]) -> Result<TextRecords, DnsError> {
        Ok(TextRecords {
            texts: vec![
                b"v=spf1 -all".to_vec(),
                token().record().to_ascii_lowercase().into_bytes(),
            ],
            aliases: aliases.iter().map(|alias| (*alias).into()).collect(),
            authentic,
        })
    }

    #[expect(clippy::unnecessary_wraps, reason = "stands beside servers that fail")]
    fn missing() -> Result<TextRecords, DnsError> {
        Ok(TextRecords::default())
    }

    fn silent() -> Result<TextRecords, DnsError> {
        Err(DnsError::Silent("192.0.2.53:53".parse().unwrap()))
    }

    #[test]
    fn names_within_a_network_are_never_asked_for() {
        for text in [
            "localhost",
            "router.local",
            "db.internal",
            "nas.lan",
            "intranet",
            "10.0.0.1",
            "0x7f000001",
            "[::1]",
            "1.2.3",
            "x.home.arpa",
            "1.0.0.127.in-addr.arpa",
            "printer.corp",
            "shop.onion",
            "a_b.example.org",
            "-a.org",
            "a..org",
            "a.org/x",
            "a.org:53",
            "user@a.org",
            "",
            &"a.".repeat(130),
        ] {
            assert!(Zone::typed(text).is_err(), "{text}");
        }
        assert_eq!(Zone::typed(" K1ABC.Net. ").unwrap().as_str(), "k1abc.net");
        assert_eq!(Zone::typed("münchen.de").unwrap().as_str(), "xn--mnchen-3ya.de");
        let call = Callsign::parse("DL/K1ABC/P").unwrap();
        assert_eq!(Zone::ampr(&call).record_name(), "_shackbox-verify.k1abc.ampr.org");
    }

    #[test]
    fn a_page_names_its_own_host_and_nothing_above() {
        let hosts = ["www.K1ABC.net".to_owned(), "k1abc.github.io".to_owned()];
        assert!(zone().is_named_by(&hosts));
        for other in ["github.io", "net.org", "abc.net", "x.k1abc.net"] {
            assert!(!Zone::typed(other).unwrap().is_named_by(&hosts), "{other}");
        }
    }

    #[test]
    fn two_servers_must_see_the_record() {
        let told = |answers: &[_], dnssec| judge(&zone(), &token(), answers, dnssec);
        assert_eq!(told(&[seen(false, &[]), seen(false, &[])], false), Ok(()));
        assert_eq!(told(&[seen(true, &[]), missing()], false), Err(Refusal::Disagree));
        assert_eq!(
            told(&[seen(true, &[])], false),
            Err(Refusal::Unreachable("the domain name system"))
        );
        assert_eq!(
            told(&[seen(true, &[]), silent()], false),
            Err(Refusal::Unreachable("the domain name system"))
        );
        assert_eq!(told(&[seen(true, &[])], true), Ok(()), "checked, and trusted to");
        assert!(told(&[seen(false, &[])], true).is_err(), "not checked");
        assert_eq!(
            told(&[silent(), silent()], false),
            Err(Refusal::Unreachable("the domain name system"))
        );
        let record = "_shackbox-verify.k1abc.net".to_owned();
        assert_eq!(
            told(&[missing(), missing()], false),
            Err(Refusal::NoRecord(record.clone()))
        );
        let other = Ok(TextRecords {
            texts: vec![b"shackbox-verify=HAMS-0000000000".to_vec()],
            ..TextRecords::default()
        });
        assert_eq!(told(&[other], false), Err(Refusal::OtherRecord(record)));
    }

    #[test]
    fn an_alias_may_not_lead_out_of_the_name() {
        let told = |alias: &str| {
            judge(
                &zone(),
                &token(),
                &[seen(true, &[alias]), seen(true, &[alias])],
                true,
            )
        };
        assert_eq!(told("proofs.k1abc.net"), Ok(()));
        for away in ["other.org", "xk1abc.net", "k1abc.net.other.org"] {
            assert!(matches!(told(away), Err(Refusal::LeadsAway(_))), "{away}");
        }
    }
}
