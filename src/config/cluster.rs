//! The keys of the telnet cluster: `cluster.*`.
//!
//! An upstream is a node or skimmer feed that the station logs in to as a user. In the file it is a table in a list,
//! in the environment an object in a JSON list. Numbers and flags of either are texts here, as everywhere.

use std::fmt;
use std::net::SocketAddr;

use serde::Deserialize;
use serde_json::Value as Json;

use super::layers::{Source, Values};
use super::schema::{Key, key};
use super::value::{Kind, Secret};
use crate::ham::spot::Spotter;

/// The keys, in the order of the documentation.
pub(super) const KEYS: [Key; 6] = [
    key(
        "cluster.listen",
        Kind::MaybeListen,
        "127.0.0.1:7300",
        "Where logging programs reach the telnet cluster. Left as it is, a port that another program has is done without.",
    ),
    key(
        "cluster.call",
        Kind::Text,
        "",
        "The call of the cluster node, such as `K1ABC-2`. Unset: `admin.call` with `-2`.",
    ),
    key(
        "cluster.qth",
        Kind::Text,
        "",
        "Where the node is, as its greeting tells.",
    ),
    key(
        "cluster.motd",
        Kind::Text,
        "",
        "What the greeting says beside that. Lines that programs take for a question at sign-in are left out.",
    ),
    key(
        "cluster.connections",
        Kind::Number {
            least: 1,
            most: 100_000,
        },
        "1000",
        "Most telnet connections at once, a quarter of them from one network.",
    ),
    key(
        "cluster.upstreams",
        Kind::Upstreams,
        "",
        "Cluster nodes and skimmer feeds to take spots from: `host` (several, separated by blanks, are tried in turn), `port`, `login` (the call to sign in with), and if wanted `password`, `commands` (a list), `name`.",
    ),
];

/// `cluster.*`
#[derive(Debug, Clone)]
pub(crate) struct Cluster {
    pub(crate) listen: Option<SocketAddr>,
    /// Whether somebody asked for that address: then not having it is a failure.
    pub(crate) listen_wanted: bool,
    /// The node's call.
    pub(crate) call: String,
    pub(crate) qth: Option<String>,
    pub(crate) motd: Option<String>,
    pub(crate) connections: usize,
    pub(crate) upstreams: Vec<Upstream>,
}

/// A node or feed to take spots from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Upstream {
    /// What it is called in lists.
    pub(crate) name: String,
    /// Tried in turn.
    pub(crate) hosts: Vec<String>,
    pub(crate) port: u16,
    /// The call to sign in with.
    pub(crate) login: String,
    pub(crate) password: Option<Secret>,
    /// Sent once signed in.
    pub(crate) commands: Vec<String>,
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
    password: String,
    #[serde(default)]
    commands: Json,
}

/// Reads the keys.
pub(super) fn cluster(values: &Values) -> Cluster {
    let admin = values.call("admin.call").map(|call| format!("{}-2", call.base()));
    Cluster {
        listen: values.address("cluster.listen"),
        listen_wanted: values
            .source("cluster.listen")
            .is_some_and(|source| *source != Source::Default),
        call: values
            .text("cluster.call")
            .and_then(|call| Spotter::parse(&call).ok())
            .map(|call| call.to_string())
            .or(admin)
            .unwrap_or_else(|| "N0CALL-2".to_owned()),
        qth: values.text("cluster.qth"),
        motd: values.text("cluster.motd"),
        connections: values.count("cluster.connections"),
        upstreams: values.upstreams("cluster.upstreams"),
    }
}

/// Reads a list of upstreams; `None` if any is none.
pub(super) fn upstreams(text: &str) -> Option<Vec<Upstream>> {
    let written: Vec<Written> = serde_json::from_str(text).ok()?;
    written.into_iter().map(upstream).collect()
}

fn upstream(written: Written) -> Option<Upstream> {
    let hosts: Vec<String> = written
        .host
        .split([' ', ','])
        .filter(|host| !host.is_empty())
        .map(str::to_owned)
        .collect();
    let port = match &written.port {
        None => 7300,
        Some(Json::Number(number)) => u16::try_from(number.as_u64()?).ok()?,
        Some(Json::String(text)) => text.parse().ok()?,
        Some(_) => return None,
    };
    let plain = |text: &str| !text.chars().any(char::is_control);
    let commands = match written.commands {
        Json::Null => Vec::new(),
        Json::String(text) => text
            .split(['\n', ';', ','])
            .map(|line| line.trim().to_owned())
            .filter(|line| !line.is_empty())
            .collect(),
        Json::Array(items) => items
            .into_iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect::<Option<_>>()?,
        _ => return None,
    };
    let fits = !hosts.is_empty() && port > 0 && !written.login.trim().is_empty();
    let all_plain =
        plain(&written.login) && plain(&written.password) && commands.iter().all(|line| plain(line));
    (fits && all_plain).then(|| Upstream {
        name: if written.name.trim().is_empty() {
            format!("{}:{port}", hosts[0])
        } else {
            written.name.trim().to_owned()
        },
        hosts,
        port,
        login: written.login.trim().to_uppercase(),
        password: (!written.password.is_empty()).then(|| Secret::new(written.password)),
        commands,
    })
}

/// Without the password.
impl fmt::Display for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} as {}", self.hosts.join(" "), self.port, self.login)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upstreams_are_read_from_the_environments_words() {
        let text = r#"[{"host":"a.example b.example","port":7000,"login":"n0call","commands":["set/skimmer","sh/dx 5"]},
            {"host":"c.example","port":"23","login":"K1ABC-3","password":"secret","name":"home"}]"#;
        let found = upstreams(text).unwrap();
        assert_eq!(found[0].hosts, ["a.example", "b.example"]);
        assert_eq!((found[0].port, found[0].login.as_str()), (7000, "N0CALL"));
        assert_eq!(found[0].commands.len(), 2);
        assert_eq!((found[1].name.as_str(), found[1].port), ("home", 23));
        assert!(!found[1].to_string().contains("secret"));
        for wrong in [
            "x",
            "{}",
            r#"[{"host":"a"}]"#,
            r#"[{"host":"","login":"A1A"}]"#,
            r#"[{"host":"a","login":"A1A","port":70000}]"#,
            r#"[{"host":"a","login":"A1A","colour":1}]"#,
            "[{\"host\":\"a\",\"login\":\"A1A\\r\\nset/x\"}]",
        ] {
            assert_eq!(upstreams(wrong), None, "{wrong}");
        }
    }
}
