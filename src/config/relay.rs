//! The keys of the relay on a radio amateur's own computer: `relay.*`.
//!
//! The appliance obeys none of them. Where the relay listens is this computer alone: whoever reaches it moves a radio.

use std::net::SocketAddr;

use url::Url;

use super::error::Mistake;
use super::layers::Values;
use super::schema::{Key, key};
use super::value::{Kind, Secret};

/// The keys, in the order of the documentation.
pub(super) const KEYS: [Key; 24] = [
    key(
        "relay.listen",
        Kind::Listen,
        "127.0.0.1:8089",
        "Where `shackbox relay` serves its page and pages of paired origins: an address of this computer alone.",
    ),
    key(
        "relay.name",
        Kind::Text,
        "main",
        "Name of this radio at the server, which tells several apart: letters, digits, `-` and `_`.",
    ),
    key(
        "relay.rigctld",
        Kind::Text,
        "127.0.0.1:4532",
        "Where Hamlib's `rigctld` with the radio is. Not used with `relay.serial`.",
    ),
    key(
        "relay.serial",
        Kind::Text,
        "",
        "Serial port of the radio, such as `/dev/serial/by-id/...` or `COM5`: then no rigctld is needed. Needs `relay.model`.",
    ),
    key(
        "relay.model",
        Kind::Text,
        "",
        "Which radio is at the serial port: its name or Hamlib's number; `shackbox relay models` lists them.",
    ),
    key(
        "relay.baud",
        Kind::Number {
            least: 0,
            most: 4_000_000,
        },
        "0",
        "Speed of the serial port; 0: the one usual for the radio.",
    ),
    key(
        "relay.civ_address",
        Kind::Text,
        "",
        "Address of an Icom on its CI-V bus, such as `0x94`. Unset: the one that the radio has when new.",
    ),
    key(
        "relay.rotctld",
        Kind::Text,
        "",
        "Where Hamlib's `rotctld` with the rotator is, such as `127.0.0.1:4533`. Unset: no rotator.",
    ),
    key(
        "relay.serve",
        Kind::Text,
        "auto",
        "Where WSJT-X, fldigi and others share the radio as \"Hamlib NET rigctl\": `off`, an address of this computer, or `auto`: 127.0.0.1:4532 if the radio is at a serial port and the port is free, else 127.0.0.1:4534.",
    ),
    key(
        "relay.server",
        Kind::Url,
        "",
        "The Shackbox server, such as `https://log.example.org`, that contacts go to and that tunes the radio for your pages there.",
    ),
    key(
        "relay.key",
        Kind::Secret,
        "",
        "API key of that server with the scopes `rig` and `logbook.write`.",
    ),
    key(
        "relay.logbook",
        Kind::Call,
        "",
        "Call of the logbook that contacts go to. Unset: the account's own.",
    ),
    key(
        "relay.origins",
        Kind::Text,
        "",
        "Origins of pages that may tune the radio without being paired, such as `https://log.example.org`, as a list. That of `relay.server` always may.",
    ),
    key(
        "relay.programs",
        Kind::Servers(2_237),
        "127.0.0.1:2237, 127.0.0.1:2333, 127.0.0.1:12060, 127.0.0.1:2242",
        "UDP addresses at which WSJT-X, N1MM, JS8Call and others are heard; an address of multicast such as `239.255.0.1:2237` is shared with other programs.",
    ),
    key(
        "relay.programs_tcp",
        Kind::Servers(2_333),
        "",
        "TCP addresses at which ADIF is taken.",
    ),
    key(
        "relay.forward",
        Kind::Servers(2_237),
        "",
        "UDP addresses to which every datagram is passed on as it came.",
    ),
    key(
        "relay.queue_max",
        Kind::Number {
            least: 100,
            most: 1_000_000,
        },
        "20000",
        "Most contacts that wait for the server.",
    ),
    key(
        "relay.queue_bytes",
        Kind::Size {
            least: 1 << 20,
            most: 1 << 34,
        },
        "64MiB",
        "Largest file of waiting contacts.",
    ),
    key(
        "relay.queue_kept",
        Kind::Number {
            least: 0,
            most: 1_000_000,
        },
        "10000",
        "Contacts kept in the list after the server has them, for 30 days.",
    ),
    key(
        "relay.transmit",
        Kind::Flag,
        "false",
        "Whether paired pages may be allowed to key the transmitter. Programs at the rigctld port may in any case.",
    ),
    key(
        "relay.limits",
        Kind::Choice(&["off", "warn", "lock"]),
        "lock",
        "What happens where the licence does not reach: nothing, a word of warning, or the transmitter is not keyed.",
    ),
    key(
        "relay.region",
        Kind::Choice(&["1", "2", "3"]),
        "1",
        "Region of the ITU the station is in: 1 Europe, Africa, northern Asia; 2 the Americas; 3 the rest.",
    ),
    key(
        "relay.licence",
        Kind::Choice(&["full", "us_extra", "us_advanced", "us_general", "us_technician"]),
        "full",
        "The operator's licence, as far as it limits frequencies; `full`: all of the region's bands.",
    ),
    key(
        "relay.general_coverage",
        Kind::Flag,
        "false",
        "Whether `/qsy?freq=` takes frequencies outside of the amateur bands, in megahertz.",
    ),
];

/// What goes together.
pub(super) const PAIRS: [(&str, &str); 2] = [("relay.serial", "relay.model"), ("relay.key", "relay.server")];

/// `relay.*`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Relay {
    /// Where its page is served; a loopback address.
    pub(crate) listen: SocketAddr,
    /// This radio's name at the server.
    pub(crate) name: String,
    /// `rigctld` with the radio: host and port.
    pub(crate) rigctld: String,
    /// Serial port of the radio; used instead of `rigctld`.
    pub(crate) serial: Option<String>,
    /// Which radio is at the serial port: name, or Hamlib's number.
    pub(crate) model: Option<String>,
    /// Speed of the serial port, where not the usual one.
    pub(crate) baud: Option<u32>,
    /// Address on the CI-V bus, where not the usual one.
    pub(crate) civ_address: Option<u8>,
    /// `rotctld` with the rotator: host and port.
    pub(crate) rotctld: Option<String>,
    /// Where other programs share the radio.
    pub(crate) serve: RelayServe,
    /// The Shackbox server.
    pub(crate) server: Option<Url>,
    /// API key of that server.
    pub(crate) key: Option<Secret>,
    /// Call of the logbook that contacts go to.
    pub(crate) logbook: Option<String>,
    /// Origins of pages that need no pairing, as browsers write them.
    pub(crate) origins: Vec<String>,
    /// UDP addresses of programs.
    pub(crate) programs: Vec<SocketAddr>,
    /// TCP addresses of programs.
    pub(crate) programs_tcp: Vec<SocketAddr>,
    /// UDP addresses to which datagrams are passed on.
    pub(crate) forward: Vec<SocketAddr>,
    /// Most contacts that wait.
    pub(crate) queue_max: usize,
    /// Most bytes of their file.
    pub(crate) queue_bytes: u64,
    /// Contacts kept when they are done.
    pub(crate) queue_kept: usize,
    /// Whether pages may be allowed to transmit.
    pub(crate) transmit: bool,
    /// What happens outside of the limits: `off`, `warn`, `lock`.
    pub(crate) limits: String,
    /// Region of the ITU, 1 to 3.
    pub(crate) region: u8,
    /// The licence: `full`, `us_extra`, ...
    pub(crate) licence: String,
    /// Whether `/qsy` takes frequencies outside of the amateur bands.
    pub(crate) general_coverage: bool,
}

/// Where other programs share the radio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RelayServe {
    /// Nowhere.
    Off,
    /// At a usual port, by the kind of the radio.
    Auto,
    /// At an address of this computer.
    At(SocketAddr),
}

/// Reads the keys.
pub(super) fn relay(values: &Values) -> Relay {
    let words = |key| values.text(key).unwrap_or_default();
    let baud: u32 = values.small("relay.baud");
    Relay {
        listen: values.listen("relay.listen"),
        name: words("relay.name"),
        rigctld: words("relay.rigctld"),
        serial: values.text("relay.serial"),
        model: values.text("relay.model"),
        baud: (baud > 0).then_some(baud),
        civ_address: values.text("relay.civ_address").as_deref().and_then(civ_address),
        rotctld: values.text("relay.rotctld"),
        serve: relay_serve(&words("relay.serve")).unwrap_or(RelayServe::Auto),
        server: values.url("relay.server"),
        key: values.secret("relay.key"),
        logbook: values.call("relay.logbook").map(|call| call.as_str().to_owned()),
        origins: origins(&words("relay.origins")).unwrap_or_default(),
        programs: values.servers("relay.programs"),
        programs_tcp: values.servers("relay.programs_tcp"),
        forward: values.servers("relay.forward"),
        queue_max: values.count("relay.queue_max"),
        queue_bytes: values.number("relay.queue_bytes"),
        queue_kept: values.count("relay.queue_kept"),
        transmit: values.flag("relay.transmit"),
        limits: words("relay.limits"),
        region: words("relay.region").parse().unwrap_or(1),
        licence: words("relay.licence"),
        general_coverage: values.flag("relay.general_coverage"),
    }
}

/// Adds what cannot be meant.
pub(super) fn check(values: &Values, mistakes: &mut Vec<Mistake>) {
    let mut expect = |key: &'static str, right: bool, expected: &str| {
        if let Some(place) = values.source(key).filter(|_| !right) {
            mistakes.push(Mistake::WrongValue {
                place: place.clone(),
                key,
                value: format!("{:?}", values.value(key).to_string()),
                expected: expected.to_owned(),
            });
        }
    };
    expect(
        "relay.listen",
        values.listen("relay.listen").ip().is_loopback(),
        "an address of this computer alone, such as 127.0.0.1:8089: whoever reaches the relay moves the radio. \
         To use it from elsewhere let it call your Shackbox server (relay.server, relay.key)",
    );
    let name = values.text("relay.name").unwrap_or_default();
    expect(
        "relay.name",
        relay_name(&name),
        "a name of 1 to 32 letters, digits, - and _",
    );
    for key in ["relay.rigctld", "relay.rotctld"] {
        let address = values.text(key);
        let may_lack = key == "relay.rotctld";
        let right = address.as_deref().map_or(may_lack, host_port);
        expect(key, right, "host and port, such as 127.0.0.1:4532");
    }
    let serve = values.text("relay.serve").unwrap_or_default();
    expect(
        "relay.serve",
        relay_serve(&serve).is_some(),
        "auto, off, or an address of this computer alone such as 127.0.0.1:4534",
    );
    let civ = values.text("relay.civ_address");
    expect(
        "relay.civ_address",
        civ.as_deref().is_none_or(|text| civ_address(text).is_some()),
        "a hexadecimal number from 0x01 to 0xDF",
    );
    let listed = values.text("relay.origins").unwrap_or_default();
    expect(
        "relay.origins",
        origins(&listed).is_some(),
        "origins such as https://log.example.org, without a path, as a list",
    );
}

/// Whether a radio may have that name.
pub(crate) fn relay_name(name: &str) -> bool {
    let fine = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=32).contains(&name.len()) && name.bytes().all(fine)
}

/// Whether it is a host with a port.
pub(crate) fn host_port(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else {
        return false;
    };
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    let fine = |byte: u8| byte.is_ascii_alphanumeric() || b".-:_".contains(&byte);
    let sane = !bare.is_empty() && bare.len() <= 253 && bare.bytes().all(fine);
    sane && (bare.len() != host.len() || !bare.contains(':'))
        && port.parse::<u16>().is_ok_and(|port| port > 0)
}

/// Where other programs share the radio: `auto`, `off`, a loopback address.
pub(crate) fn relay_serve(text: &str) -> Option<RelayServe> {
    match text {
        "auto" => Some(RelayServe::Auto),
        "off" => Some(RelayServe::Off),
        address => {
            let address: SocketAddr = address.parse().ok()?;
            address.ip().is_loopback().then_some(RelayServe::At(address))
        }
    }
}

/// An address on the CI-V bus: `0x94`, `94h` or `94`, always hexadecimal.
pub(crate) fn civ_address(text: &str) -> Option<u8> {
    let text = text.trim().to_ascii_lowercase();
    let digits = text.strip_prefix("0x").unwrap_or(&text);
    let digits = digits.strip_suffix('h').unwrap_or(digits);
    let address = u8::from_str_radix(digits, 16).ok()?;
    (0x01..=0xDF).contains(&address).then_some(address)
}

/// Origins as browsers write them.
pub(crate) fn origins(text: &str) -> Option<Vec<String>> {
    let parts = text.split([',', ' ']).filter(|part| !part.is_empty());
    parts.map(origin).collect()
}

/// An origin as browsers write it; `None` if it is none or has more to it.
pub(crate) fn origin(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    plain.then(|| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_a_browser_writes_it() {
        assert_eq!(
            origin("https://Log.Example.org:443/").as_deref(),
            Some("https://log.example.org")
        );
        assert_eq!(
            origin("http://127.0.0.1:8073").as_deref(),
            Some("http://127.0.0.1:8073")
        );
        for bad in [
            "*",
            "null",
            "log.example.org",
            "https://log.example.org/x",
            "file:///x",
            "https://a@b/",
        ] {
            assert_eq!(origin(bad), None, "{bad}");
        }
        assert_eq!(origins("http://a, http://b").map(|all| all.len()), Some(2));
    }

    #[test]
    fn only_this_computer_is_served() {
        assert_eq!(relay_serve("0.0.0.0:4532"), None);
        assert_eq!(relay_serve("192.168.1.5:4532"), None);
        assert!(matches!(relay_serve("[::1]:4532"), Some(RelayServe::At(_))));
    }

    #[test]
    fn an_address_has_host_and_port_and_nothing_that_breaks_a_line() {
        for good in ["127.0.0.1:4532", "[::1]:4532", "shack-pi.local:4532"] {
            assert!(host_port(good), "{good}");
        }
        for bad in [
            "4532", "a:", "a:0", "a b:1", "a\n:1", ":4532", "::1:4532", "a:70000",
        ] {
            assert!(!host_port(bad), "{bad}");
        }
    }

    #[test]
    fn addresses_of_the_bus_are_hexadecimal() {
        for (text, address) in [
            ("0x94", Some(0x94)),
            ("94h", Some(0x94)),
            ("a4", Some(0xA4)),
            ("0xE0", None),
        ] {
            assert_eq!(civ_address(text), address, "{text}");
        }
    }
}
