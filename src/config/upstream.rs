//! Other nodes of the cluster world, as the configuration writes them: those to listen to, and the one to be linked
//! with.
//!
//! An upstream is a node or skimmer feed that the station logs in to as a user. In the file it is a table in a list,
//! in the environment an object in a JSON list. Numbers and flags of either are texts here, as everywhere.

use std::fmt;

use serde::Deserialize;
use serde_json::Value as Json;

use super::layers::Values;
use super::value::Secret;
use crate::ham::spot::Spotter;

/// The usual port of a node.
const PORT: u16 = 7300;

/// Where a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Host {
    /// A name, or an address without brackets.
    pub(crate) name: String,
    pub(crate) port: u16,
}

/// What software a node runs, or that it is a feed: what it is sent at login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UpstreamKind {
    /// Nothing but the configured commands.
    Plain,
    /// `DXSpider`.
    Spider,
    /// AR-Cluster.
    Ar,
    /// CC Cluster.
    Cc,
    /// The Reverse Beacon Network, or another feed of skimmers.
    Rbn,
}

/// A node or feed to take spots from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Upstream {
    /// What it is called in lists.
    pub(crate) name: String,
    pub(crate) kind: UpstreamKind,
    /// Tried in turn.
    pub(crate) hosts: Vec<Host>,
    /// The call to sign in with.
    pub(crate) login: String,
    pub(crate) password: Option<Secret>,
    /// Sent once signed in, after what the kind is sent.
    pub(crate) commands: Vec<String>,
    /// Whether many skimmers' spots of one signal are made one.
    pub(crate) digest: bool,
}

/// The node to be linked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    /// Tried in turn.
    pub(crate) hosts: Vec<Host>,
    /// What we are there.
    pub(crate) call: String,
    /// What it has to be.
    pub(crate) peer: Option<String>,
    pub(crate) password: Option<Secret>,
}

impl UpstreamKind {
    const ALL: [Self; 5] = [Self::Plain, Self::Spider, Self::Ar, Self::Cc, Self::Rbn];

    /// As in the configuration.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Spider => "spider",
            Self::Ar => "ar",
            Self::Cc => "cc",
            Self::Rbn => "rbn",
        }
    }

    /// What is sent once signed in: that spots are wanted, with all of their comment where the software can, and the
    /// last hundred.
    pub(crate) const fn opening(self) -> &'static [&'static str] {
        match self {
            Self::Plain | Self::Rbn => &[],
            Self::Spider => &["set/dx", "set/ve7cc", "sh/dx/100"],
            Self::Ar | Self::Cc => &["sh/dx/100"],
        }
    }
}

impl Host {
    /// Reads `name`, `name:port`, `192.0.2.1:7300`, `[2001:db8::1]:7300`, `2001:db8::1`.
    fn parse(text: &str, port: u16) -> Option<Self> {
        let (name, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (name, rest) = rest.split_once(']')?;
                let port = rest
                    .strip_prefix(':')
                    .map_or(Some(port), |text| text.parse().ok())?;
                (name, port)
            }
            None => match text.split_once(':') {
                Some((name, text)) if !text.contains(':') => (name, text.parse().ok()?),
                _ => (text, port),
            },
        };
        let fits = !name.is_empty() && port > 0 && !name.chars().any(char::is_control);
        fits.then(|| Self {
            name: name.to_owned(),
            port,
        })
    }

    /// Reads several, separated by blanks or commas; none is wrong.
    fn several(text: &str, port: u16) -> Option<Vec<Self>> {
        let hosts = text.split([' ', ',']).filter(|host| !host.is_empty());
        let hosts: Vec<Self> = hosts.map(|host| Self::parse(host, port)).collect::<Option<_>>()?;
        (!hosts.is_empty()).then_some(hosts)
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name.contains(':') {
            write!(f, "[{}]:{}", self.name, self.port)
        } else {
            write!(f, "{}:{}", self.name, self.port)
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    host: String,
    port: Option<Json>,
    login: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    commands: Json,
    digest: Option<Json>,
}

/// Reads a list of upstreams; `None` if any is none.
pub(super) fn upstreams(text: &str) -> Option<Vec<Upstream>> {
    let written: Vec<Written> = serde_json::from_str(text).ok()?;
    written.into_iter().map(Upstream::of).collect()
}

/// Reads hosts for `cluster.link.host`; `None` if any is none.
pub(super) fn hosts(text: &str) -> Option<Vec<Host>> {
    Host::several(text, PORT)
}

/// Reads `cluster.link.*`; `node` is the node's own call.
pub(super) fn link(values: &Values, node: &str) -> Option<Link> {
    let call = |key: &str| values.text(key).map(|call| call.trim().to_ascii_uppercase());
    let is_call = |call: &String| Spotter::parse(call).is_ok();
    Some(Link {
        hosts: values.hosts("cluster.link.host")?,
        call: call("cluster.link.call")
            .filter(is_call)
            .unwrap_or_else(|| node.to_owned()),
        peer: call("cluster.link.peer"),
        password: values.secret("cluster.link.password"),
    })
}

impl Upstream {
    fn of(written: Written) -> Option<Self> {
        let port = match &written.port {
            None => PORT,
            Some(Json::Number(number)) => u16::try_from(number.as_u64()?).ok()?,
            Some(Json::String(text)) => text.parse().ok()?,
            Some(_) => return None,
        };
        let hosts = Host::several(&written.host, port)?;
        let kind = match written.kind.trim() {
            "" => UpstreamKind::Plain,
            word => UpstreamKind::ALL
                .into_iter()
                .find(|kind| kind.as_str().eq_ignore_ascii_case(word))?,
        };
        let digest = match &written.digest {
            None => false,
            Some(Json::Bool(on)) => *on,
            Some(Json::String(text)) => text.parse().ok()?,
            Some(_) => return None,
        };
        let commands = commands(written.commands)?;
        let plain = |text: &str| !text.chars().any(char::is_control);
        let login = written.login.trim();
        let all_plain = plain(login) && plain(&written.password) && commands.iter().all(|line| plain(line));
        let digests = !digest || kind == UpstreamKind::Rbn;
        (!login.is_empty() && all_plain && digests).then(|| Self {
            name: match written.name.trim() {
                "" => hosts[0].to_string(),
                name => name.to_owned(),
            },
            kind,
            login: login.to_uppercase(),
            password: (!written.password.is_empty()).then(|| Secret::new(written.password)),
            hosts,
            commands,
            digest,
        })
    }
}

fn commands(written: Json) -> Option<Vec<String>> {
    match written {
        Json::Null => Some(Vec::new()),
        Json::String(text) => Some(
            text.split(['\n', ';', ','])
                .map(|line| line.trim().to_owned())
                .filter(|line| !line.is_empty())
                .collect(),
        ),
        Json::Array(items) => items
            .into_iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect(),
        _ => None,
    }
}

/// Without the password.
impl fmt::Display for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for host in &self.hosts {
            write!(f, "{host} ")?;
        }
        write!(f, "as {}", self.login)?;
        if self.kind != UpstreamKind::Plain {
            write!(f, " ({})", self.kind.as_str())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upstreams_are_read_from_the_environments_words() {
        let text = r#"[{"host":"a.example b.example:7001","port":7000,"login":"n0call","commands":["set/skimmer","sh/dx 5"]},
            {"host":"c.example","port":"23","login":"K1ABC-3","password":"secret","name":"home"},
            {"host":"[2001:db8::1]:7000","login":"K1ABC","kind":"RBN","digest":"true"}]"#;
        let found = upstreams(text).unwrap();
        assert_eq!(found[0].to_string(), "a.example:7000 b.example:7001 as N0CALL");
        assert_eq!(
            (found[0].name.as_str(), found[0].kind),
            ("a.example:7000", UpstreamKind::Plain)
        );
        assert_eq!(found[0].commands.len(), 2);
        assert_eq!((found[1].name.as_str(), found[1].hosts[0].port), ("home", 23));
        assert!(!found[1].to_string().contains("secret"));
        assert_eq!((found[2].kind, found[2].digest), (UpstreamKind::Rbn, true));
        assert_eq!(found[2].to_string(), "[2001:db8::1]:7000 as K1ABC (rbn)");
        for wrong in [
            "x",
            "{}",
            r#"[{"host":"a"}]"#,
            r#"[{"host":"","login":"A1A"}]"#,
            r#"[{"host":"a:0","login":"A1A"}]"#,
            r#"[{"host":"a","login":"A1A","port":70000}]"#,
            r#"[{"host":"a","login":"A1A","colour":1}]"#,
            r#"[{"host":"a","login":"A1A","kind":"clx"}]"#,
            r#"[{"host":"a","login":"A1A","digest":true}]"#,
            "[{\"host\":\"a\",\"login\":\"A1A\\r\\nset/x\"}]",
        ] {
            assert_eq!(upstreams(wrong), None, "{wrong}");
        }
    }
}
