//! The relay's settings: what its configuration fixes, and for the rest what was saved on its own page.
//!
//! Invariants: a key that the file, the environment or a flag gives is never overridden by what was saved; every
//! value knows where it came from. Secrets leave only towards the appliance: [`Settings::shown`] tells that there is
//! one. Addresses are checked for their form alone: whether somebody answers there is found out by trying.

mod form;
mod kept;
mod saved;
mod shown;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use url::Url;

use crate::config::{Config, RelayServe, Secret, relay_serve};
use crate::ham::spot::plan::Region;
use crate::relay::rig::safety::{LicenceClass, LimitRule, TxLimits};
use crate::relay::rig::serial::models::{self, Model};
use crate::relay::rig::{BackendSettings, SerialSettings};

pub(crate) use form::Unfit;
pub(crate) use kept::replace;
pub(crate) use saved::{Saved, SavedError, Way};

/// The name of the file in the data directory that keeps what was set on the page.
pub(crate) const FILE: &str = "relay-settings.json";

/// What the relay works by.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// This radio's name at the appliance.
    pub(crate) name: String,
    /// How the radio is reached.
    pub(crate) way: Way,
    /// Address of Hamlib's daemon.
    pub(crate) rigctld: String,
    /// The serial port.
    pub(crate) serial: Option<String>,
    /// The radio at the serial port: its name, or Hamlib's number.
    pub(crate) model: Option<String>,
    /// Speed of the serial port, if not the one usual for the radio.
    pub(crate) baud: Option<u32>,
    /// Address on the CI-V bus, if not the usual one.
    pub(crate) civ_address: Option<u8>,
    /// Whether RTS and CTS control the flow, if not as usual for the radio.
    pub(crate) handshake: Option<bool>,
    /// Address of the rotator's daemon.
    pub(crate) rotctld: Option<String>,
    /// Our own server for other programs.
    pub(crate) serve: RelayServe,
    /// The appliance.
    pub(crate) server: Option<Url>,
    /// The key that it knows us by.
    pub(crate) key: Option<Secret>,
    /// The logbook for contacts by its call; without it the account's own.
    pub(crate) logbook: Option<String>,
    /// Where programs' datagrams are heard.
    pub(crate) programs: Vec<SocketAddr>,
    /// Where ADIF is taken by TCP.
    pub(crate) programs_tcp: Vec<SocketAddr>,
    /// Who gets every datagram as it came.
    pub(crate) forward: Vec<SocketAddr>,
    /// Whether pages can be allowed to transmit at all.
    pub(crate) transmit: bool,
    /// What happens outside of the limits.
    pub(crate) limits: LimitRule,
    /// The station's region.
    pub(crate) region: Region,
    /// The operator's licence.
    pub(crate) licence: LicenceClass,
    /// Whether frequencies outside of the amateur bands may be asked for without a unit.
    pub(crate) general_coverage: bool,
    /// Keys, without `relay.`, whose value is not the built-in one, and where it came from.
    sources: BTreeMap<&'static str, Origin>,
    /// The same without what was saved; none where nothing is.
    plain: Option<Arc<Self>>,
}

/// Where a value came from, if it is not built in.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Origin {
    /// The configuration, in its words; such a value is not changed on the page.
    Given(String),
    /// The page.
    Saved,
}

/// Settings by which no radio can be reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SettingsError {
    /// A serial port is to be used, but none is named.
    #[error("relay.serial: no serial port is chosen; choose one in the setup, or use rigctld")]
    NoPort,
    /// A serial port without a radio.
    #[error("relay.model: which radio is at {0}? Choose it in the setup, or let the setup find it")]
    NoModel(String),
    /// No such radio.
    #[error(
        "relay.model: the radio {0:?} is not known; `shackbox relay models` lists the names, and rigctld of Hamlib \
         knows many more"
    )]
    UnknownModel(String),
}

impl SettingsError {
    /// The setting that is wrong, without `relay.`.
    pub(crate) fn field(&self) -> &'static str {
        match self {
            Self::NoPort => "serial",
            Self::NoModel(_) | Self::UnknownModel(_) => "model",
        }
    }
}

impl Settings {
    /// What the configuration and what was saved come to.
    pub(crate) fn effective(config: &Config, saved: &Saved) -> Self {
        Self::of_config(config).renewed(saved)
    }

    /// The same configuration with something else saved.
    pub(crate) fn renewed(&self, saved: &Saved) -> Self {
        let plain = self.plain.clone().unwrap_or_else(|| Arc::new(self.clone()));
        let mut settings = Self::clone(&plain);
        settings.lay_over(saved);
        settings.plain = Some(plain);
        settings
    }

    fn of_config(config: &Config) -> Self {
        let given = &config.relay;
        let fixed = config.shown().into_iter().filter(|shown| shown.locked);
        let sources = fixed.filter_map(|shown| {
            let key = shown.key.strip_prefix("relay.")?;
            Some((key, Origin::Given(shown.source)))
        });
        Self {
            name: given.name.clone(),
            way: if given.serial.is_some() {
                Way::Serial
            } else {
                Way::Rigctld
            },
            rigctld: given.rigctld.clone(),
            serial: given.serial.clone(),
            model: given.model.clone(),
            baud: given.baud,
            civ_address: given.civ_address,
            handshake: None,
            rotctld: given.rotctld.clone(),
            serve: given.serve,
            server: given.server.clone(),
            key: given.key.clone(),
            logbook: given.logbook.clone(),
            programs: given.programs.clone(),
            programs_tcp: given.programs_tcp.clone(),
            forward: given.forward.clone(),
            transmit: given.transmit,
            limits: form::limits(&given.limits).unwrap_or_default(),
            region: form::region(given.region).unwrap_or(Region::One),
            licence: form::licence(&given.licence).unwrap_or_default(),
            general_coverage: given.general_coverage,
            sources: sources.collect(),
            plain: None,
        }
    }

    /// Puts what was saved in place of what is built in.
    fn lay_over(&mut self, saved: &Saved) {
        // Who names a port or a daemon in the configuration has chosen the way by that.
        for named in ["serial", "rigctld"] {
            if let Some(origin) = self.sources.get(named).cloned() {
                self.sources.entry("way").or_insert(origin);
            }
        }
        macro_rules! over {
            ($($key:ident: $value:ident => $read:expr),* $(,)?) => {$(
                if let Some($value) = &saved.$key
                    && !self.sources.contains_key(stringify!($key))
                {
                    self.$key = $read;
                    self.sources.insert(stringify!($key), Origin::Saved);
                }
            )*};
        }
        over! {
            way: way => *way,
            name: value => value.clone(),
            rigctld: value => value.clone(),
            serial: path => Some(path.clone()),
            model: model => Some(model.clone()),
            baud: baud => Some(*baud),
            civ_address: address => Some(*address),
            handshake: on => Some(*on),
            rotctld: address => Some(address.clone()),
            serve: text => relay_serve(text).unwrap_or(RelayServe::Auto),
            server: url => Some(url.clone()),
            key: key => Some(Secret::new(key.clone())),
            logbook: call => Some(call.clone()),
            programs: value => value.clone(),
            programs_tcp: value => value.clone(),
            forward: value => value.clone(),
            transmit: on => *on,
            limits: rule => *rule,
            region: number => form::region(*number).unwrap_or(Region::One),
            licence: class => *class,
            general_coverage: on => *on,
        }
    }

    /// How the radio is reached.
    pub(crate) fn backend(&self) -> Result<BackendSettings, SettingsError> {
        if self.way == Way::Rigctld {
            return Ok(BackendSettings::Rigctld(self.rigctld.clone()));
        }
        let path = self.serial.as_deref().ok_or(SettingsError::NoPort)?;
        let name = self.model.as_deref();
        let name = name.ok_or_else(|| SettingsError::NoModel(path.to_owned()))?;
        let model = model(name).ok_or_else(|| SettingsError::UnknownModel(name.to_owned()))?;
        let mut serial = SerialSettings::new(path, model);
        serial.baud = self.baud;
        serial.civ_address = self.civ_address;
        serial.handshake = self.handshake.unwrap_or(serial.handshake);
        Ok(BackendSettings::Serial(serial))
    }

    /// Where the radio may transmit.
    pub(crate) fn limits(&self) -> TxLimits {
        TxLimits {
            rule: self.limits,
            region: self.region,
            class: self.licence,
        }
    }

    /// Whether the configuration fixes a key, and where: in words.
    pub(crate) fn locked(&self, key: &str) -> Option<&str> {
        match self.sources.get(key)? {
            Origin::Given(source) => Some(source),
            Origin::Saved => None,
        }
    }
}

/// The radio of a name, with or without its maker, or of Hamlib's number.
pub(crate) fn model(text: &str) -> Option<&'static Model> {
    let text = text.trim();
    if let Ok(number) = text.parse() {
        return models::of_number(number);
    }
    let fits = |name: &str| name.eq_ignore_ascii_case(text);
    let mut all = models::MODELS.iter();
    all.clone()
        .find(|model| fits(model.name))
        .or_else(|| all.find(|model| model.name.split_once(' ').is_some_and(|(_, name)| fits(name))))
}
