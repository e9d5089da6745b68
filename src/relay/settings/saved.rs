//! What was set on the page, in a file of its own.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use super::form::{self, Unfit};
use super::kept;
use crate::relay::rig::safety::{LicenceClass, LimitRule};

/// How the radio is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Way {
    /// By Hamlib's daemon.
    Rigctld,
    /// By a serial port.
    Serial,
}

/// What was set on the page; what was not is as the configuration has it. The fields are those of
/// [`Settings`](super::Settings).
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Saved {
    pub(crate) way: Option<Way>,
    pub(crate) name: Option<String>,
    pub(crate) rigctld: Option<String>,
    pub(crate) serial: Option<String>,
    pub(crate) model: Option<String>,
    pub(crate) baud: Option<u32>,
    pub(crate) civ_address: Option<u8>,
    pub(crate) handshake: Option<bool>,
    pub(crate) rotctld: Option<String>,
    /// `auto`, `off` or an address.
    pub(crate) serve: Option<String>,
    pub(crate) server: Option<Url>,
    /// In clear: the file is its owner's alone.
    pub(crate) key: Option<String>,
    pub(crate) logbook: Option<String>,
    pub(crate) programs: Option<Vec<SocketAddr>>,
    pub(crate) programs_tcp: Option<Vec<SocketAddr>>,
    pub(crate) forward: Option<Vec<SocketAddr>>,
    pub(crate) transmit: Option<bool>,
    pub(crate) limits: Option<LimitRule>,
    /// 1, 2 or 3.
    pub(crate) region: Option<u8>,
    pub(crate) licence: Option<LicenceClass>,
    pub(crate) general_coverage: Option<bool>,
}

/// Why the file does not serve.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SavedError {
    /// The system's words.
    #[error("{}: {reason}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: io::Error,
    },
    /// Not what was written there.
    #[error(
        "{}: these are no settings of the relay ({reason}); mend the file, or move it away to begin anew",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where it went wrong.
        reason: serde_json::Error,
    },
}

impl Saved {
    /// Reads the file; without one nothing was saved.
    pub(crate) fn load(path: &Path) -> Result<Self, SavedError> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(reason) => {
                let path = path.to_owned();
                return Err(SavedError::Io { path, reason });
            }
        };
        serde_json::from_slice(&bytes).map_err(|reason| SavedError::Damaged {
            path: path.to_owned(),
            reason,
        })
    }

    /// Writes the file: at once or not at all. Waits for the disk.
    pub(crate) fn save(&self, path: &Path) -> Result<(), SavedError> {
        let written = serde_json::to_value(self)
            .and_then(|mut value| {
                if let Value::Object(fields) = &mut value {
                    fields.retain(|_, value| !value.is_null());
                }
                serde_json::to_vec_pretty(&value)
            })
            .map_err(io::Error::other)
            .and_then(|bytes| kept::replace(path, &bytes));
        written.map_err(|reason| SavedError::Io {
            path: path.to_owned(),
            reason,
        })
    }

    /// Takes changes as the page sends them: a value for each key that changes, `null` to take one back. All or none:
    /// gives what is wrong with each field that cannot be so.
    pub(crate) fn merge(&mut self, changes: &Map<String, Value>) -> Result<(), Vec<Unfit>> {
        let mut fresh = self.clone();
        let wrong = changes.iter().filter_map(|(key, value)| {
            let refused = fresh.set(key, value).err()?;
            Some(Unfit::new(key, refused))
        });
        let wrong: Vec<_> = wrong.collect();
        if !wrong.is_empty() {
            return Err(wrong);
        }
        // A key is for the server that made it: another one is not told it.
        let host = |saved: &Self| {
            saved
                .server
                .as_ref()
                .map(|url| url.host().map(|host| host.to_owned()))
        };
        let is_other = host(self).is_some() && host(self) != host(&fresh);
        if is_other && !changes.contains_key("key") {
            fresh.key = None;
        }
        *self = fresh;
        Ok(())
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), String> {
        fn read<T>(
            value: &Value,
            read: impl FnOnce(&Value) -> Result<T, String>,
        ) -> Result<Option<T>, String> {
            if value.is_null() {
                Ok(None)
            } else {
                read(value).map(Some)
            }
        }
        match key {
            "way" => self.way = read(value, form::one_of(&["rigctld", "serial"]))?,
            "name" => self.name = read(value, form::name)?,
            "rigctld" => self.rigctld = read(value, form::server_address(4_532))?,
            "serial" => self.serial = read(value, form::port)?,
            "model" => self.model = read(value, form::model)?,
            "baud" => self.baud = read(value, form::baud)?,
            "civ_address" => self.civ_address = read(value, form::civ_address)?,
            "handshake" => self.handshake = read(value, form::flag)?,
            "rotctld" => self.rotctld = read(value, form::server_address(4_533))?,
            "serve" => self.serve = read(value, form::serving)?,
            "server" => self.server = read(value, form::server)?,
            "key" => self.key = read(value, form::key)?,
            "logbook" => self.logbook = read(value, form::logbook)?,
            "programs" => self.programs = read(value, form::places)?,
            "programs_tcp" => self.programs_tcp = read(value, form::places)?,
            "forward" => self.forward = read(value, form::places)?,
            "transmit" => self.transmit = read(value, form::flag)?,
            "limits" => self.limits = read(value, form::one_of(&["off", "warn", "lock"]))?,
            "region" => self.region = read(value, form::region_number)?,
            "licence" => self.licence = read(value, form::one_of(&form::LICENCES))?,
            "general_coverage" => self.general_coverage = read(value, form::flag)?,
            _ => return Err("there is no such setting".to_owned()),
        }
        Ok(())
    }
}
