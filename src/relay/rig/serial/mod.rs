//! A radio at a serial port, by its maker's own commands.

pub(crate) mod ascii;
pub(crate) mod detect;
mod fault;
pub(crate) mod icom;
pub(crate) mod kenwood;
pub(crate) mod list;
pub(crate) mod models;
pub(crate) mod port;
pub(crate) mod yaesu;
pub(crate) mod yaesu_old;

use smol_str::{SmolStr, format_smolstr};

use super::backend::Push;
use super::error::{RigError, RigErrorKind};
use super::lease::PttInput;
use super::mode::RigMode;
use super::model::{Level, Part, Reading, RigFacts};
use crate::ham::freq::Hertz;
pub(crate) use fault::Fault;
use icom::Icom;
use kenwood::Kenwood;
use models::{Family, Model};
use port::{Opener, Port, PortSettings};
use yaesu::Yaesu;
use yaesu_old::OldYaesu;

/// A radio at a serial port.
#[derive(Debug, Clone)]
pub(crate) struct SerialSettings {
    /// The port by a name that stays: `/dev/serial/by-id/...`, `COM5`.
    pub(crate) path: String,
    /// Which radio.
    pub(crate) model: &'static Model,
    /// Speed, if not the one usual for the radio.
    pub(crate) baud: Option<u32>,
    /// Address on the CI-V bus, if not the one the radio had when new.
    pub(crate) civ_address: Option<u8>,
    /// Whether the lines RTS and CTS control the flow: raises RTS, which some stations use to key.
    pub(crate) handshake: bool,
}

impl SerialSettings {
    /// A radio at a port with its usual settings.
    pub(crate) fn new(path: &str, model: &'static Model) -> Self {
        Self {
            path: path.to_owned(),
            model,
            baud: None,
            civ_address: None,
            handshake: model.handshake,
        }
    }

    fn port(&self) -> PortSettings {
        PortSettings {
            path: self.path.clone(),
            baud: self.baud.unwrap_or(self.model.baud),
            stop_bits: self.model.stop_bits,
            handshake: self.handshake,
        }
    }
}

/// A radio at a serial port.
#[derive(Debug)]
pub(crate) struct Radio {
    model: &'static Model,
    device: SmolStr,
    opener: Opener,
    port: Option<Port>,
    protocol: Protocol,
}

/// The commands of a family.
#[derive(Debug)]
enum Protocol {
    Kenwood(Kenwood),
    Icom(Icom),
    Yaesu(Yaesu),
    OldYaesu(OldYaesu),
}

macro_rules! each {
    ($protocol:expr, $one:ident => $body:expr) => {
        match $protocol {
            Protocol::Kenwood($one) => $body,
            Protocol::Icom($one) => $body,
            Protocol::Yaesu($one) => $body,
            Protocol::OldYaesu($one) => $body,
        }
    };
}

/// Runs a command at the open port and makes an error of a fault.
macro_rules! run {
    ($self:ident, $doing:expr, $one:ident, $port:ident => $body:expr) => {{
        let Some($port) = &mut $self.port else {
            return Err($self.error(Fault::Closed, $doing));
        };
        $port.begin();
        let result = each!(&mut $self.protocol, $one => $body);
        $port.end();
        match result {
            Ok(value) => Ok(value),
            Err(fault) => Err($self.error(fault, $doing)),
        }
    }};
}

impl Radio {
    /// A radio whose port is not open yet.
    pub(crate) fn new(settings: SerialSettings) -> Self {
        let opener = Opener::Device(settings.port());
        Self::with_opener(opener, &settings)
    }

    /// A radio reached by another kind of port.
    pub(crate) fn with_opener(opener: Opener, settings: &SerialSettings) -> Self {
        let model = settings.model;
        let protocol = match model.family {
            Family::Kenwood(kind) => Protocol::Kenwood(Kenwood::new(kind)),
            Family::Icom { address, modern } => {
                Protocol::Icom(Icom::new(settings.civ_address.unwrap_or(address), modern))
            }
            Family::Yaesu(split) => Protocol::Yaesu(Yaesu::new(split)),
            Family::OldYaesu => Protocol::OldYaesu(OldYaesu::default()),
        };
        Self {
            model,
            device: format_smolstr!("{} at {}", model.name, settings.path),
            opener,
            port: None,
            protocol,
        }
    }

    /// The device in words.
    pub(crate) fn device(&self) -> &str {
        &self.device
    }

    /// Whether the port is open.
    pub(crate) fn is_open(&self) -> bool {
        self.port.is_some()
    }

    /// Opens the port and greets the radio.
    pub(crate) async fn connect(&mut self) -> Result<RigFacts, RigError> {
        self.close().await;
        match self.opener.open().await {
            Ok(port) => self.port = Some(port),
            Err(fault) => return Err(self.error(fault, "opening the port")),
        }
        let pushes = run!(self, "greeting the radio", one, port => one.connect(port).await)?;
        Ok(RigFacts {
            model: self.model.name.into(),
            receive: self.model.receive.to_vec(),
            transmit: Vec::new(),
            modes: each!(&self.protocol, one => one.modes()),
            pushes,
            watts: Some(self.model.watts),
        })
    }

    /// Leaves the radio as it was and closes the port.
    pub(crate) async fn close(&mut self) {
        if let Some(mut port) = self.port.take() {
            each!(&mut self.protocol, one => one.leave(&mut port).await);
            port.close().await;
        }
    }

    /// What has to be asked for a picture.
    pub(crate) fn parts(&self, whole: bool) -> &'static [Part] {
        each!(&self.protocol, one => one.parts(whole))
    }

    /// Whether a change of mode moves the dial.
    pub(crate) fn mode_moves_dial(&self) -> bool {
        matches!(self.protocol, Protocol::Yaesu(_))
    }

    /// Asks one part.
    pub(crate) async fn read(&mut self, part: Part) -> Result<Reading, RigError> {
        run!(self, "reading the radio", one, port => one.read(port, part).await)
    }

    /// Sets the frequency and reads it back.
    pub(crate) async fn set_frequency(&mut self, frequency: Hertz) -> Result<Reading, RigError> {
        run!(self, "tuning", one, port => one.set_frequency(port, frequency).await)
    }

    /// Sets the mode and reads it back.
    pub(crate) async fn set_mode(&mut self, mode: RigMode, width: Option<u32>) -> Result<Reading, RigError> {
        run!(self, "setting the mode", one, port => one.set_mode(port, mode, width).await)
    }

    /// Split to a transmit frequency, or off.
    pub(crate) async fn set_split(&mut self, to: Option<Option<Hertz>>) -> Result<Reading, RigError> {
        run!(self, "setting split", one, port => one.set_split(port, to).await)
    }

    /// Keys or unkeys, and sees that it is done.
    pub(crate) async fn set_ptt(&mut self, input: Option<PttInput>) -> Result<(), RigError> {
        run!(self, if input.is_some() { "keying" } else { "unkeying" }, one, port => one.set_ptt(port, input).await)
    }

    /// Reads a level.
    pub(crate) async fn level(&mut self, level: Level) -> Result<f64, RigError> {
        let watts = f64::from(self.model.watts);
        run!(self, "reading a meter", one, port => one.level(port, level, watts).await)
    }

    /// Sets a level; only what the operator sets at the radio anyway is left to him.
    pub(crate) async fn set_level(&mut self, level: Level, _value: f64) -> Result<(), RigError> {
        let what = format!("{} is set at the radio", level.name());
        Err(RigError::new(RigErrorKind::Unsupported, &self.device, what))
    }

    /// Waits for what the radio tells unasked. May be dropped at any time.
    pub(crate) async fn idle(&mut self) -> Push {
        let Some(port) = &mut self.port else {
            return std::future::pending().await;
        };
        loop {
            let pushed = each!(&mut self.protocol, one => one.pushed(port));
            if pushed != Reading::default() {
                return Push::Changed(pushed);
            }
            if let Err(fault) = port.more().await {
                return Push::Lost(self.error(fault, "waiting"));
            }
        }
    }

    /// The error of a fault; the port is closed if it is the port's.
    fn error(&mut self, fault: Fault, doing: &str) -> RigError {
        if fault.is_of_port() {
            self.port = None;
        }
        let mut error = RigError::new(fault.kind(), &self.device, format!("{doing}: {fault}"));
        if let Some(help) = fault.help() {
            error.help = help;
        }
        error
    }
}
