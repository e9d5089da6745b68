//! Settings as the page shows them.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::{Origin, Settings, Way, form};
use crate::config::RelayServe;

/// A setting with where it came from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct ShownSetting {
    /// The value; of a secret whether there is one.
    pub(crate) value: Value,
    /// `default`, `page`, or the place in the configuration: `file /etc/shackbox.toml:3`, `environment NAME`, `flag`.
    pub(crate) source: String,
    /// Whether the configuration fixes it.
    pub(crate) locked: bool,
}

impl Settings {
    /// All of them by key, without `relay.`.
    pub(crate) fn shown(&self) -> BTreeMap<&'static str, ShownSetting> {
        let serve = match self.serve {
            RelayServe::Auto => "auto".to_owned(),
            RelayServe::Off => "off".to_owned(),
            RelayServe::At(address) => address.to_string(),
        };
        let way = match self.way {
            Way::Rigctld => "rigctld",
            Way::Serial => "serial",
        };
        let address = self.civ_address.map(|address| format!("{address:02X}"));
        // The list's number, so that the page finds it there.
        let model = self
            .model
            .as_deref()
            .map(|text| super::model(text).map_or_else(|| text.to_owned(), |model| model.number.to_string()));
        let values = [
            ("way", json!(way)),
            ("name", json!(self.name)),
            ("rigctld", json!(self.rigctld)),
            ("serial", json!(self.serial)),
            ("model", json!(model)),
            ("baud", json!(self.baud)),
            ("civ_address", json!(address)),
            ("handshake", json!(self.handshake)),
            ("rotctld", json!(self.rotctld)),
            ("serve", json!(serve)),
            (
                "server",
                json!(self.server.as_ref().map(|url| url.as_str().trim_end_matches('/'))),
            ),
            ("key", json!(self.key.is_some())),
            ("logbook", json!(self.logbook)),
            ("programs", json!(self.programs)),
            ("programs_tcp", json!(self.programs_tcp)),
            ("forward", json!(self.forward)),
            ("transmit", json!(self.transmit)),
            ("limits", json!(self.limits)),
            ("region", json!(form::number_of(self.region))),
            ("licence", json!(self.licence)),
            ("general_coverage", json!(self.general_coverage)),
        ];
        values
            .into_iter()
            .map(|(key, value)| (key, self.show(key, value)))
            .collect()
    }

    fn show(&self, key: &str, value: Value) -> ShownSetting {
        let (source, locked) = match self.sources.get(key) {
            None => ("default".to_owned(), false),
            Some(Origin::Saved) => ("page".to_owned(), false),
            Some(Origin::Given(source)) => (source.clone(), true),
        };
        ShownSetting {
            value,
            source,
            locked,
        }
    }
}
