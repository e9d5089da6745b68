//! The layers of a configuration and how they are laid over each other.
//!
//! A later layer replaces a value as a whole, lists included. The process's environment and arguments come
//! in as values, so tests need neither.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use toml::de::{DeTable, DeValue};
use url::Url;

use super::cluster;
use super::dns;
use super::edge;
use super::elsewhere::NativeHost;
use super::error::{ConfigError, Mistake};
use super::nearest::nearest;
use super::outside;
use super::relay;
use super::schema::{self, KEYS, Key};
use super::upstream::{Host, Upstream};
use super::value::{Secret, Value};
use crate::ham::callsign::Callsign;

/// Where configuration may come from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sources {
    /// `--data-dir`
    pub(crate) data_dir: Option<PathBuf>,
    /// `--config`
    pub(crate) file: Option<PathBuf>,
    /// The environment; only `SHACKBOX_*` is looked at.
    pub(crate) environment: Vec<(String, String)>,
    /// Keys set by flags, by their dotted names.
    pub(crate) flags: Vec<(String, String)>,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// Built in.
    Default,
    /// A line of the file, counted from 1.
    File {
        /// The file.
        path: Arc<Path>,
        /// The line of the key.
        line: usize,
    },
    /// A variable of this name.
    Environment(String),
    /// A command line flag.
    Flag,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line } => write!(f, "file {}:{line}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag => f.write_str("flag"),
        }
    }
}

const PREFIX: &str = "SHACKBOX_";
const CONFIG_VARIABLE: &str = "SHACKBOX_CONFIG";
const DATA_DIR_VARIABLE: &str = "SHACKBOX_DATA_DIR";
const DEFAULT_DATA_DIR: &str = "shackbox-data";
const FILE_NAME: &str = "shackbox.toml";

impl Sources {
    /// The data directory: flag, environment, or `./shackbox-data`.
    pub(crate) fn data_dir(&self) -> PathBuf {
        let variable = || self.variable(DATA_DIR_VARIABLE).map(PathBuf::from);
        self.data_dir
            .clone()
            .or_else(variable)
            .unwrap_or_else(|| DEFAULT_DATA_DIR.into())
    }

    fn variable(&self, name: &str) -> Option<&str> {
        let found = self
            .environment
            .iter()
            .find(|(known, value)| known == name && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    }

    /// The file and its text: one that was named must exist, the one in the data directory may.
    fn read_file(&self, data_dir: &Path) -> Result<Option<(PathBuf, String)>, ConfigError> {
        let named = self
            .file
            .clone()
            .or_else(|| self.variable(CONFIG_VARIABLE).map(PathBuf::from));
        let must_exist = named.is_some();
        let path = named.unwrap_or_else(|| data_dir.join(FILE_NAME));
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some((path, text))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !must_exist => Ok(None),
            Err(reason) => Err(ConfigError::Unreadable { path, reason }),
        }
    }
}

/// The effective values by key.
#[derive(Debug, Clone)]
pub(super) struct Values {
    settings: BTreeMap<&'static str, (Value, Source)>,
}

/// A value as written, with its place.
struct Written {
    key: String,
    /// In the words of the environment, or what TOML type it is that has no such words.
    text: Result<String, &'static str>,
    place: Source,
}

impl Values {
    /// Lays all layers over each other.
    pub(super) fn collect(
        sources: &Sources,
        data_dir: &Path,
    ) -> Result<(Option<PathBuf>, Self), ConfigError> {
        let mut mistakes = Vec::new();
        let mut written: Vec<Written> = Vec::new();
        let file = sources.read_file(data_dir)?;
        if let Some((path, text)) = &file {
            written.extend(from_file(path, text)?);
        }
        written.extend(from_environment(&sources.environment, &mut mistakes));
        written.extend(sources.flags.iter().map(|(key, text)| Written {
            key: key.clone(),
            text: Ok(text.clone()),
            place: Source::Flag,
        }));
        let mut values = Self::defaults();
        for entry in written {
            if let Err(mistake) = values.set(entry) {
                mistakes.push(mistake);
            }
        }
        values.check_together(&mut mistakes);
        if mistakes.is_empty() {
            Ok((file.map(|(path, _)| path), values))
        } else {
            Err(ConfigError::Mistakes(mistakes))
        }
    }

    fn defaults() -> Self {
        let setting = |key: &Key| {
            let value = key
                .kind
                .read(key.default)
                .expect("a default is valid, which a test checks");
            (key.name, (value, Source::Default))
        };
        Self {
            settings: KEYS.iter().map(setting).collect(),
        }
    }

    fn set(&mut self, entry: Written) -> Result<(), Mistake> {
        let Written { key, text, place } = entry;
        let Some(known) = schema::find(&key) else {
            let nearest = nearest(&key, KEYS.iter().map(|key| key.name)).map(str::to_owned);
            return Err(Mistake::UnknownKey { place, key, nearest });
        };
        let wrong = |value: String| Mistake::WrongValue {
            place: place.clone(),
            key: known.name,
            value,
            expected: known.expects(),
        };
        let text = text.map_err(|kind| wrong(format!("a TOML {kind}")))?;
        let quoted = || {
            if known.is_secret() {
                "not usable".to_owned()
            } else {
                format!("{text:?}")
            }
        };
        let value = known.kind.read(&text).ok_or_else(|| wrong(quoted()))?;
        self.settings.insert(known.name, (value, place));
        Ok(())
    }

    fn check_together(&self, mistakes: &mut Vec<Mistake>) {
        for (given, missing) in [
            ("admin.call", "admin.password_hash"),
            ("admin.password_hash", "admin.call"),
            ("smtp.host", "smtp.from"),
            ("smtp.user", "smtp.password"),
            ("web.tls.cert", "web.tls.key"),
            ("web.tls.key", "web.tls.cert"),
            ("web.acme.eab_key_id", "web.acme.eab_hmac_key"),
            ("web.acme.eab_hmac_key", "web.acme.eab_key_id"),
        ]
        .into_iter()
        .chain(outside::PAIRS)
        .chain(relay::PAIRS)
        {
            if *self.value(given) != Value::Unset && *self.value(missing) == Value::Unset {
                mistakes.push(Mistake::Incomplete { given, missing });
            }
        }
        edge::check(self, mistakes);
        cluster::check(self, mistakes);
        dns::check(self, mistakes);
        relay::check(self, mistakes);
    }

    pub(super) fn value(&self, key: &str) -> &Value {
        self.settings
            .get(key)
            .map(|(value, _)| value)
            .expect("the schema has every key that is asked for")
    }

    pub(super) fn source(&self, key: &str) -> Option<&Source> {
        self.settings.get(key).map(|(_, source)| source)
    }

    pub(super) fn shown(&self, key: &Key) -> String {
        self.value(key.name).to_string()
    }

    pub(super) fn text(&self, key: &str) -> Option<String> {
        match self.value(key) {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    pub(super) fn secret(&self, key: &str) -> Option<Secret> {
        match self.value(key) {
            Value::Secret(secret) => Some(secret.clone()),
            _ => None,
        }
    }

    pub(super) fn call(&self, key: &str) -> Option<Callsign> {
        match self.value(key) {
            Value::Call(call) => Some(call.clone()),
            _ => None,
        }
    }

    pub(super) fn url(&self, key: &str) -> Option<Url> {
        match self.value(key) {
            Value::Url(url) => Some(url.clone()),
            _ => None,
        }
    }

    pub(super) fn networks(&self, key: &str) -> Vec<IpNet> {
        match self.value(key) {
            Value::Networks(networks) => networks.clone(),
            _ => Vec::new(),
        }
    }

    pub(super) fn servers(&self, key: &str) -> Vec<SocketAddr> {
        match self.value(key) {
            Value::Servers(servers) => servers.clone(),
            _ => Vec::new(),
        }
    }

    pub(super) fn upstreams(&self, key: &str) -> Vec<Upstream> {
        match self.value(key) {
            Value::Upstreams(upstreams) => upstreams.clone(),
            _ => Vec::new(),
        }
    }

    pub(super) fn hosts(&self, key: &str) -> Option<Vec<Host>> {
        match self.value(key) {
            Value::Hosts(hosts) => Some(hosts.clone()),
            _ => None,
        }
    }

    pub(super) fn natives(&self, key: &str) -> Vec<NativeHost> {
        match self.value(key) {
            Value::Natives(natives) => natives.clone(),
            _ => Vec::new(),
        }
    }

    pub(super) fn flag(&self, key: &str) -> bool {
        *self.value(key) == Value::Flag(true)
    }

    pub(super) fn listen(&self, key: &str) -> SocketAddr {
        match self.value(key) {
            Value::Listen(address) => *address,
            _ => SocketAddr::from(([127, 0, 0, 1], 8073)),
        }
    }

    pub(super) fn address(&self, key: &str) -> Option<SocketAddr> {
        match self.value(key) {
            Value::Listen(address) => Some(*address),
            _ => None,
        }
    }

    pub(super) fn number(&self, key: &str) -> u64 {
        match self.value(key) {
            Value::Number(number) | Value::Size(number) => *number,
            other => unreachable!("{key} is a number, and unset numbers are refused: {other:?}"),
        }
    }

    pub(super) fn count(&self, key: &str) -> usize {
        usize::try_from(self.number(key)).unwrap_or(usize::MAX)
    }

    pub(super) fn small<T: TryFrom<u64>>(&self, key: &str) -> T {
        T::try_from(self.number(key))
            .ok()
            .expect("the schema's bounds fit the type")
    }

    pub(super) fn duration(&self, key: &str) -> Duration {
        match self.value(key) {
            Value::Duration(time) => *time,
            other => unreachable!("{key} is a time, and unset times are refused: {other:?}"),
        }
    }
}

fn from_file(path: &Path, text: &str) -> Result<Vec<Written>, ConfigError> {
    let before = |offset: usize| &text.as_bytes()[..offset.min(text.len())];
    let line_at = |offset: usize| before(offset).iter().filter(|byte| **byte == b'\n').count() + 1;
    let table = DeTable::parse(text).map_err(|error| ConfigError::Syntax {
        path: path.to_owned(),
        line: line_at(error.span().map_or(0, |span| span.start)),
        reason: error.message().to_owned(),
    })?;
    let shared: Arc<Path> = path.into();
    let mut found = Vec::new();
    walk(table.get_ref(), "", &mut |key, value, offset| {
        let place = Source::File {
            path: Arc::clone(&shared),
            line: line_at(offset),
        };
        let text = as_text(value).ok_or_else(|| value.type_str());
        found.push((offset, Written { key, text, place }));
    });
    // Tables are sorted by name; mistakes are told in the order of the file.
    found.sort_by_key(|(offset, _)| *offset);
    Ok(found.into_iter().map(|(_, written)| written).collect())
}

/// Calls `found` for every leaf with its dotted key and its place in the text.
fn walk(table: &DeTable<'_>, prefix: &str, found: &mut impl FnMut(String, &DeValue<'_>, usize)) {
    for (name, value) in table {
        let key = if prefix.is_empty() {
            name.get_ref().to_string()
        } else {
            format!("{prefix}.{}", name.get_ref())
        };
        match value.get_ref() {
            DeValue::Table(inner) => walk(inner, &key, found),
            leaf => found(key, leaf, name.span().start),
        }
    }
}

/// A leaf in the words of the environment.
fn as_text(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Boolean(flag) => Some(flag.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .ok()
            .map(|number| number.to_string()),
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        DeValue::Array(items)
            if items
                .iter()
                .any(|item| matches!(item.get_ref(), DeValue::Table(_))) =>
        {
            as_json(value).map(|value| value.to_string())
        }
        DeValue::Array(items) => {
            let texts: Option<Vec<String>> = items.iter().map(|item| as_text(item.get_ref())).collect();
            texts.map(|texts| texts.join(","))
        }
        DeValue::Datetime(_) | DeValue::Table(_) => None,
    }
}

/// A list of tables, as it would be written in the environment.
fn as_json(value: &DeValue<'_>) -> Option<serde_json::Value> {
    Some(match value {
        DeValue::Array(items) => items
            .iter()
            .map(|item| as_json(item.get_ref()))
            .collect::<Option<_>>()?,
        DeValue::Table(fields) => {
            let mut object = serde_json::Map::new();
            for (name, value) in fields {
                object.insert(name.get_ref().to_string(), as_json(value.get_ref())?);
            }
            serde_json::Value::Object(object)
        }
        leaf => as_text(leaf)?.into(),
    })
}

fn from_environment(variables: &[(String, String)], mistakes: &mut Vec<Mistake>) -> Vec<Written> {
    let mut written = Vec::new();
    for (name, text) in variables {
        let Some(rest) = name.strip_prefix(PREFIX) else {
            continue;
        };
        if name == CONFIG_VARIABLE || name == DATA_DIR_VARIABLE {
            continue;
        }
        let place = Source::Environment(name.clone());
        if rest.contains("__") {
            let key = rest.to_ascii_lowercase().replace("__", ".");
            written.push(Written {
                key,
                text: Ok(text.clone()),
                place,
            });
        } else if let Some(meant) = KEYS
            .iter()
            .find(|key| key.environment().replace("__", "_") == *name)
        {
            // Other programs may own variables with our prefix, but one underscore too few is a slip.
            mistakes.push(Mistake::UnknownKey {
                place,
                key: name.clone(),
                nearest: Some(meant.environment()),
            });
        }
    }
    written
}
