//! What the configuration says of registers, as the domain needs it.

use std::time::Duration;

use url::Url;

use super::fetch::source::agent;
use super::fetch::{Kind, Source};
use super::model::Authority;
use crate::config::{Config, RegisterSource};

/// `callbook.*` and the registers of `sources.*`, understood.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// An HTTP proxy to fetch through.
    proxy: Option<Url>,
    /// The FCC's daily files; none: only whole archives are used.
    daily: Option<String>,
    /// Who asks, in requests.
    agent: String,
    sources: Vec<RegisterSource>,
}

/// Largest file of a register that is taken, in bytes: the FCC's whole archive has a fifth of it.
pub(crate) const LARGEST: u64 = 1 << 30;

impl Settings {
    /// Reads what is configured.
    pub(crate) fn of(config: &Config) -> Self {
        Self {
            proxy: config.registers.proxy.clone(),
            daily: config.registers.fcc_daily.clone(),
            agent: agent(config.web.public_url.as_ref()),
            sources: config.registers.sources.clone(),
        }
    }

    /// What is configured of a register; none for a list.
    pub(super) fn source(&self, authority: &Authority) -> Option<&RegisterSource> {
        self.sources
            .iter()
            .find(|source| source.name == authority.as_str())
    }

    /// The registers that the program reads itself.
    pub(super) fn known(&self) -> impl Iterator<Item = Authority> {
        let names = self.sources.iter().map(|source| source.name);
        names.filter_map(|name| Authority::parse(name).ok())
    }

    /// How often a register is looked for, where that is configured.
    pub(super) fn interval(&self, authority: &Authority) -> Option<Duration> {
        self.source(authority)?.interval
    }

    /// What to fetch for a register from this address; none for a list without one.
    pub(super) fn fetched(&self, authority: &Authority, url: Option<&str>) -> Option<Source> {
        let kind = match authority.as_str() {
            "fcc" => Kind::FccFull,
            "ised" => Kind::Ised,
            "traficom" => Kind::Traficom,
            "acma" => Kind::Acma,
            "japan" => Kind::Japan,
            _ => Kind::Columns,
        };
        let mut source = match Source::usual(kind, self.agent.clone()) {
            Some(source) => source,
            None => Source::list(authority.clone(), url?.to_owned(), self.agent.clone()),
        };
        if let Some(configured) = self.source(authority) {
            source.url.clone_from(&configured.url);
        }
        if let Some(url) = url {
            url.clone_into(&mut source.url);
        }
        source.proxy.clone_from(&self.proxy);
        Some(source)
    }

    /// What to fetch for the FCC's changes of a day; none where they are not used.
    pub(super) fn daily(&self) -> Option<Source> {
        let url = self.daily.clone()?;
        let usual = Source::usual(Kind::FccDaily, self.agent.clone())?;
        Some(Source {
            url,
            proxy: self.proxy.clone(),
            ..usual
        })
    }
}
