//! The keys of the callbook's registers: `sources.fcc.*`, `sources.ised.*` and their like, `callbook.*`.
//!
//! No register is fetched before somebody asks for it, here or on the administrators' page: the largest is some hundred
//! megabytes, and which ones a station needs nobody can know.

use std::time::Duration;

use url::Url;

use super::layers::{Source, Values};
use super::schema::{Key, key};
use super::value::Kind;

const LOOKED_FOR: Kind = Kind::Duration {
    least: 3_600,
    most: 31_536_000,
};

const ENABLED: &str =
    "Whether it is kept current. Left as it is, an administrator decides on the page of registers.";

/// The keys, in the order of the documentation.
pub(super) const KEYS: [Key; 18] = [
    key(
        "limits.lookup_per_minute",
        Kind::Number {
            least: 1,
            most: 1_000_000,
        },
        "30",
        "Lookups and searches in the callbook by guests, per network.",
    ),
    key(
        "callbook.proxy",
        Kind::Url,
        "",
        "HTTP proxy through which registers are fetched, for networks that a register's host refuses.",
    ),
    key(
        "sources.fcc.url",
        Kind::Directory,
        "https://data.fcc.gov/download/pub/uls/complete/l_amat.zip",
        "Address of the FCC's whole archive of amateur licences (United States).",
    ),
    key(
        "sources.fcc.interval",
        LOOKED_FOR,
        "7d",
        "How often the whole archive is looked for. Left as it is: on Sundays, when it is made.",
    ),
    key("sources.fcc.enabled", Kind::Flag, "false", ENABLED),
    key(
        "sources.fcc_daily.url",
        Kind::Text,
        "https://data.fcc.gov/download/pub/uls/daily/l_am_{day}.zip",
        "Address of the FCC's daily changes; `{day}` stands for `mon` to `sun`. Empty: only the whole archive is used.",
    ),
    key(
        "sources.ised.url",
        Kind::Directory,
        "https://apc-cap.ic.gc.ca/datafiles/amateur_delim.zip",
        "Address of the register of Canada.",
    ),
    key(
        "sources.ised.interval",
        LOOKED_FOR,
        "1d",
        "How often it is looked for.",
    ),
    key("sources.ised.enabled", Kind::Flag, "false", ENABLED),
    key(
        "sources.traficom.url",
        Kind::Directory,
        "https://eservices.traficom.fi/Licensesservices/Forms/AmateurLicenses.aspx",
        "Address of the form that gives out the register of Finland.",
    ),
    key(
        "sources.traficom.interval",
        LOOKED_FOR,
        "1d",
        "How often it is looked for.",
    ),
    key("sources.traficom.enabled", Kind::Flag, "false", ENABLED),
    key(
        "sources.acma.url",
        Kind::Directory,
        "https://web.acma.gov.au/rrl-updates/spectra_rrl.zip",
        "Address of the register of Australia.",
    ),
    key(
        "sources.acma.interval",
        LOOKED_FOR,
        "7d",
        "How often it is looked for. Left as it is: on Tuesdays.",
    ),
    key("sources.acma.enabled", Kind::Flag, "false", ENABLED),
    key(
        "sources.japan.url",
        Kind::Directory,
        "http://motobayashi.net/callsign/licensesearch.html",
        "Address of the page on which the yearly lists of Japan are linked.",
    ),
    key(
        "sources.japan.interval",
        LOOKED_FOR,
        "7d",
        "How often it is looked for. Left as it is: on Wednesdays.",
    ),
    key("sources.japan.enabled", Kind::Flag, "false", ENABLED),
];

/// `callbook.*` and the registers of `sources.*`.
#[derive(Debug, Clone)]
pub(crate) struct Registers {
    /// An HTTP proxy to fetch through.
    pub(crate) proxy: Option<Url>,
    /// Addresses of the FCC's daily files, with `{day}` in it.
    pub(crate) fcc_daily: Option<String>,
    /// The registers by name.
    pub(crate) sources: Vec<RegisterSource>,
}

/// What is configured of one register.
#[derive(Debug, Clone)]
pub(crate) struct RegisterSource {
    /// Its name, `fcc` and such.
    pub(crate) name: &'static str,
    pub(crate) url: String,
    /// Whether that was set by file, environment or flag.
    pub(crate) url_locked: bool,
    /// How often it is looked for; none: in its keeper's own rhythm.
    pub(crate) interval: Option<Duration>,
    pub(crate) enabled: bool,
    /// Whether that was set by file, environment or flag.
    pub(crate) enabled_locked: bool,
}

/// Reads the keys.
pub(super) fn registers(values: &Values) -> Registers {
    Registers {
        proxy: values.url("callbook.proxy"),
        fcc_daily: values.text("sources.fcc_daily.url"),
        sources: ["fcc", "ised", "traficom", "acma", "japan"]
            .map(|name| source(values, name))
            .into(),
    }
}

fn source(values: &Values, name: &'static str) -> RegisterSource {
    let key = |leaf: &str| format!("sources.{name}.{leaf}");
    let is_set = |leaf: &str| {
        let source = values.source(&key(leaf));
        source.is_some_and(|source| *source != Source::Default)
    };
    RegisterSource {
        name,
        url: values
            .url(&key("url"))
            .map_or_else(String::new, |url| url.to_string()),
        url_locked: is_set("url"),
        interval: is_set("interval").then(|| values.duration(&key("interval"))),
        enabled: values.flag(&key("enabled")),
        enabled_locked: is_set("enabled"),
    }
}
