//! What values of settings may look like, with words for those that do not.

use std::net::SocketAddr;

use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use crate::config;
use crate::ham::callsign::Callsign;
use crate::ham::spot::plan::Region;
use crate::relay::rig::safety::{LicenceClass, LimitRule};

/// The names of licences.
pub(super) const LICENCES: [&str; 5] = ["full", "us_extra", "us_advanced", "us_general", "us_technician"];
/// Most places of a kind.
const PLACES: usize = 16;

/// A setting that cannot be so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unfit {
    /// The key, without `relay.`.
    pub(crate) field: String,
    /// What is wrong, and what would do.
    pub(crate) words: String,
}

impl Unfit {
    /// A setting and what is wrong with it.
    pub(crate) fn new(field: impl Into<String>, words: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            words: words.into(),
        }
    }
}

type Read<T> = Result<T, String>;

/// The rule of a name.
pub(super) fn limits(name: &str) -> Option<LimitRule> {
    serde_json::from_value(name.into()).ok()
}

/// The licence of a name.
pub(super) fn licence(name: &str) -> Option<LicenceClass> {
    serde_json::from_value(name.into()).ok()
}

/// The region of a number.
pub(super) fn region(number: u8) -> Option<Region> {
    match number {
        1 => Some(Region::One),
        2 => Some(Region::Two),
        3 => Some(Region::Three),
        _ => None,
    }
}

/// The number of a region.
pub(super) fn number_of(region: Region) -> u8 {
    match region {
        Region::One => 1,
        Region::Two => 2,
        Region::Three => 3,
    }
}

fn text(value: &Value) -> Read<&str> {
    let text = value.as_str().map(str::trim);
    let text = text.filter(|text| !text.is_empty() && text.len() <= 512);
    text.filter(|text| !text.chars().any(char::is_control))
        .ok_or_else(|| "write some text here, on one line".to_owned())
}

/// One of several words.
pub(super) fn one_of<T: DeserializeOwned>(words: &[&str]) -> impl FnOnce(&Value) -> Read<T> {
    move |value| {
        let read = serde_json::from_value(value.clone());
        read.map_err(|_| format!("choose one of {}", words.join(", ")))
    }
}

/// Yes or no.
pub(super) fn flag(value: &Value) -> Read<bool> {
    value.as_bool().ok_or_else(|| "say true or false".to_owned())
}

/// A radio's name at the appliance: what stands in a path.
pub(super) fn name(value: &Value) -> Read<String> {
    let name = text(value)?;
    if config::relay_name(name) {
        Ok(name.to_owned())
    } else {
        Err("use up to 32 letters, digits, - and _, such as main or hf-2".to_owned())
    }
}

/// A host with a port, the usual one if it is left out.
pub(super) fn server_address(usual: u16) -> impl FnOnce(&Value) -> Read<String> {
    move |value| {
        let text = text(value)?;
        if config::host_port(text) {
            return Ok(text.to_owned());
        }
        let whole = format!("{text}:{usual}");
        // A number alone is a port, not a host.
        if !text.contains(':') && text.parse::<u64>().is_err() && config::host_port(&whole) {
            return Ok(whole);
        }
        Err(format!(
            "write an address with its port, such as 127.0.0.1:{usual}"
        ))
    }
}

/// The name of a serial port.
pub(super) fn port(value: &Value) -> Read<String> {
    let path = text(value)?;
    let of_windows = path.get(..3).is_some_and(|com| com.eq_ignore_ascii_case("com"));
    if cfg!(windows) && !of_windows && !path.starts_with(r"\\.\") {
        return Err("name a serial port such as COM5".to_owned());
    }
    if cfg!(unix) && !path.starts_with('/') {
        return Err("name a serial port such as /dev/ttyUSB0".to_owned());
    }
    Ok(path.to_owned())
}

/// A radio of the list, kept by Hamlib's number.
pub(super) fn model(value: &Value) -> Read<String> {
    let number = value.as_u64().map(|number| number.to_string());
    let name = number.as_deref().or(value.as_str()).unwrap_or_default();
    super::model(name)
        .map(|model| model.number.to_string())
        .ok_or_else(|| {
            "choose a radio of the list; one that is not in it may be reached by rigctld of Hamlib".to_owned()
        })
}

/// A speed of a serial port.
pub(super) fn baud(value: &Value) -> Read<u32> {
    let baud = value.as_u64().and_then(|baud| u32::try_from(baud).ok());
    baud.filter(|baud| (300..=4_000_000).contains(baud))
        .ok_or_else(|| "choose a speed such as 38400, the one set in the radio's menu".to_owned())
}

/// An address on Icom's bus: as radios show it, in hexadecimal, or a number.
pub(super) fn civ_address(value: &Value) -> Read<u8> {
    let read = match value.as_str() {
        Some(text) => config::civ_address(text),
        None => value.as_u64().and_then(|number| u8::try_from(number).ok()),
    };
    read.filter(|address| (0x01..=0xDF).contains(address))
        .ok_or_else(|| "write the two digits of the radio's menu, 01 to DF: 94 for an IC-7300".to_owned())
}

/// Where our own server listens.
pub(super) fn serving(value: &Value) -> Read<String> {
    let text = text(value)?;
    config::relay_serve(text).map(|_| text.to_owned()).ok_or_else(|| {
        "write auto, off, or an address of this computer such as 127.0.0.1:4534: other computers must not reach the \
         radio unasked"
            .to_owned()
    })
}

/// The appliance's address.
pub(super) fn server(value: &Value) -> Read<Url> {
    let text = text(value)?;
    let sorry = || "write the address you open Shackbox under, such as https://shack.example.org".to_owned();
    let url = Url::parse(text).map_err(|_| sorry())?;
    let plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !plain {
        return Err(sorry());
    }
    Ok(url)
}

/// An API key.
pub(super) fn key(value: &Value) -> Read<String> {
    let key = text(value)?;
    if key.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(key.to_owned())
    } else {
        Err("copy the key again from where Shackbox showed it: no blanks are in it".to_owned())
    }
}

/// A logbook by its call.
pub(super) fn logbook(value: &Value) -> Read<String> {
    let call = Callsign::parse(text(value)?);
    call.map(|call| call.as_str().to_owned())
        .map_err(|_| "write the call of the logbook, such as K1ABC".to_owned())
}

/// Addresses with ports.
pub(super) fn places(value: &Value) -> Read<Vec<SocketAddr>> {
    let list = value.as_array().filter(|list| list.len() <= PLACES);
    let list = list.ok_or_else(|| format!("write up to {PLACES} addresses"))?;
    let mut places: Vec<SocketAddr> = Vec::new();
    for entry in list {
        let text = text(entry)?;
        // A port alone is one of this computer.
        let address = text.parse().or_else(|_| format!("127.0.0.1:{text}").parse());
        let address: Option<SocketAddr> = address.ok().filter(|address: &SocketAddr| address.port() != 0);
        let address = address.ok_or_else(|| {
            format!("{text:?} is no address with a port; such as 127.0.0.1:2237 or 239.255.0.1:2237")
        })?;
        if !places.contains(&address) {
            places.push(address);
        }
    }
    Ok(places)
}

/// A region by its number.
pub(super) fn region_number(value: &Value) -> Read<u8> {
    let number = value.as_u64().and_then(|number| u8::try_from(number).ok());
    number
        .filter(|number| region(*number).is_some())
        .ok_or_else(|| "choose region 1, 2 or 3".to_owned())
}
