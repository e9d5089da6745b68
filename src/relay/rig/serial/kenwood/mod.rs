//! Kenwood and those who speak like it: Elecraft, QRP Labs, many kits and programs.

pub(crate) mod info;

use std::time::Duration;

use super::ascii::{Ascii, hertz};
use super::fault::Fault;
use super::port::Port;
use crate::ham::freq::Hertz;
use crate::relay::rig::lease::PttInput;
use crate::relay::rig::mode::RigMode;
use crate::relay::rig::model::{Level, Part, Reading};
use info::Info;

/// How a member of the family differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The plain commands of a TS-480 or TS-2000: no data modes.
    Plain,
    /// Data by `DA1;` on top of a sideband: TS-590.
    DataFlag,
    /// Modes by `OM0..`: TS-890, TS-990.
    OperatingMode,
    /// Elecraft.
    Elecraft,
    /// QRP Labs and kits: few commands, no automatic information.
    Small,
}

/// The commands of the family at one radio.
#[derive(Debug)]
pub(crate) struct Kenwood {
    kind: Kind,
    ascii: Ascii,
    /// Whether `IF;` has the 38 characters in which everything stands.
    full_if: bool,
    /// Whether the operator listens on VFO B.
    on_b: bool,
    base: Option<char>,
    pushing: bool,
}

const DIGITS: &[(char, RigMode)] = &[
    ('1', RigMode::Lsb),
    ('2', RigMode::Usb),
    ('3', RigMode::Cw),
    ('4', RigMode::Fm),
    ('5', RigMode::Am),
    ('6', RigMode::Rtty),
    ('7', RigMode::Cwr),
    ('9', RigMode::Rttyr),
];
/// `OM0`: the same and these.
const OPERATING: &[(char, RigMode)] = &[
    ('A', RigMode::Psk),
    ('B', RigMode::Pskr),
    ('C', RigMode::PktLsb),
    ('D', RigMode::PktUsb),
    ('E', RigMode::PktFm),
    ('F', RigMode::PktAm),
];

const WHOLE_IF: &[Part] = &[Part::Frequency, Part::Mode, Part::Split];
const QUICK_IF: &[Part] = &[Part::Frequency];
const QUICK_IF_MODE: &[Part] = &[Part::Frequency, Part::Mode];
const WHOLE: &[Part] = &[Part::Frequency, Part::Mode, Part::Split];
const QUICK: &[Part] = &[Part::Frequency, Part::Mode];

impl Kenwood {
    /// The commands of a kind of radio.
    pub(crate) fn new(kind: Kind) -> Self {
        Self {
            kind,
            ascii: Ascii::new(Duration::from_millis(500)),
            full_if: false,
            on_b: false,
            base: None,
            pushing: false,
        }
    }

    /// Greets the radio; gives whether it will tell of changes by itself.
    pub(crate) async fn connect(&mut self, port: &mut Port) -> Result<bool, Fault> {
        self.ascii.unasked.clear();
        // Ends whatever half a command the radio may have got before; its complaints are not answers.
        self.ascii.tell(port, ";;;").await?;
        tokio::time::sleep(Duration::from_millis(20)).await;
        self.ascii.ask(port, "ID;", "ID").await?;
        if self.kind != Kind::Small {
            match self.ascii.ask(port, "PS;", "PS").await {
                Ok(answer) if answer == "0" => return Err(Fault::PowerOff),
                Ok(_) | Err(Fault::Refused | Fault::TimedOut) => {}
                Err(fault) => return Err(fault),
            }
            self.ascii.tell(port, "AI2;").await?;
            self.pushing = true;
        }
        let info = self.ascii.ask(port, "IF;", "IF").await;
        self.full_if = matches!(&info, Ok(text) if Info::parse(text).is_some());
        Ok(self.pushing)
    }

    /// No more automatic information.
    pub(crate) async fn leave(&mut self, port: &mut Port) {
        if std::mem::take(&mut self.pushing) {
            let _ = port.write(b"AI0;").await;
        }
    }

    /// Its modes.
    pub(crate) fn modes(&self) -> Vec<RigMode> {
        let mut modes: Vec<_> = DIGITS.iter().map(|row| row.1).collect();
        match self.kind {
            Kind::DataFlag => modes.extend([RigMode::PktUsb, RigMode::PktLsb, RigMode::PktFm]),
            Kind::OperatingMode => modes.extend(OPERATING.iter().map(|row| row.1)),
            Kind::Elecraft => modes.extend([RigMode::PktUsb, RigMode::PktLsb]),
            Kind::Plain | Kind::Small => {}
        }
        modes
    }

    /// What has to be asked.
    pub(crate) fn parts(&self, whole: bool) -> &'static [Part] {
        match (self.full_if, whole) {
            (true, true) => WHOLE_IF,
            (true, false) if self.tells_mode_by_if() => QUICK_IF,
            (true, false) => QUICK_IF_MODE,
            (false, true) => WHOLE,
            (false, false) => QUICK,
        }
    }

    fn tells_mode_by_if(&self) -> bool {
        matches!(self.kind, Kind::Plain | Kind::Small)
    }

    /// Asks one part.
    pub(crate) async fn read(&mut self, port: &mut Port, part: Part) -> Result<Reading, Fault> {
        match part {
            Part::Frequency if self.full_if => {
                let text = self
                    .ascii
                    .ask_for(port, "IF;", "IF", |text| Info::parse(text).is_some())
                    .await?;
                Ok(self.of_info(Info::parse(&text).ok_or(Fault::Garbled)?))
            }
            Part::Frequency => {
                let text = self.ascii.ask(port, "FA;", "FA").await?;
                Ok(Reading {
                    frequency: Some(Hertz::new(hertz(&text)?)),
                    ..Reading::default()
                })
            }
            Part::Mode => self.read_mode(port).await,
            Part::Split => self.read_split(port).await,
            Part::Ptt => Ok(Reading::default()),
        }
    }

    fn of_info(&mut self, info: Info) -> Reading {
        self.on_b = info.vfo == '1';
        self.base = Some(info.mode);
        let mode = if self.tells_mode_by_if() {
            of_digit(info.mode)
        } else {
            None
        };
        Reading {
            frequency: Some(Hertz::new(info.hertz)),
            mode,
            ptt: Some(info.transmits),
            split: Some(info.split),
            ..Reading::default()
        }
    }

    async fn read_mode(&mut self, port: &mut Port) -> Result<Reading, Fault> {
        let mode = match self.kind {
            Kind::OperatingMode => {
                let text = self.ascii.ask(port, "OM0;", "OM0").await?;
                let digit = text.chars().next().unwrap_or('0');
                let row = DIGITS.iter().chain(OPERATING).find(|row| row.0 == digit);
                row.map(|row| row.1)
            }
            _ => {
                let text = self.ascii.ask(port, "MD;", "MD").await?;
                let digit = text.chars().next().unwrap_or('0');
                self.base = Some(digit);
                self.with_data(port, digit).await?
            }
        };
        let mut passband = None;
        if self.kind == Kind::Elecraft
            && let Ok(text) = self.ascii.ask(port, "BW;", "BW").await
        {
            passband = text
                .parse::<u32>()
                .ok()
                .filter(|tens| (1..=1_000).contains(tens))
                .map(|tens| tens * 10);
        }
        Ok(Reading {
            mode,
            passband,
            ..Reading::default()
        })
    }

    /// The mode of a digit, with the data flag where there is one.
    async fn with_data(&mut self, port: &mut Port, digit: char) -> Result<Option<RigMode>, Fault> {
        let plain = of_digit(digit);
        Ok(match (self.kind, plain) {
            (Kind::DataFlag, Some(RigMode::Usb | RigMode::Lsb | RigMode::Fm)) => {
                let data = match self.ascii.ask(port, "DA;", "DA").await {
                    Ok(text) => text.starts_with('1'),
                    Err(Fault::Refused) => false,
                    Err(fault) => return Err(fault),
                };
                match plain {
                    Some(RigMode::Usb) if data => Some(RigMode::PktUsb),
                    Some(RigMode::Lsb) if data => Some(RigMode::PktLsb),
                    Some(RigMode::Fm) if data => Some(RigMode::PktFm),
                    other => other,
                }
            }
            (Kind::Elecraft, Some(RigMode::Rtty | RigMode::Rttyr)) => {
                let teletype = match self.ascii.ask(port, "DT;", "DT").await {
                    Ok(text) => matches!(text.as_str(), "1" | "2"),
                    Err(Fault::Refused | Fault::TimedOut) => false,
                    Err(fault) => return Err(fault),
                };
                match plain {
                    other if teletype => other,
                    Some(RigMode::Rtty) => Some(RigMode::PktUsb),
                    _ => Some(RigMode::PktLsb),
                }
            }
            (_, plain) => plain,
        })
    }

    async fn read_split(&mut self, port: &mut Port) -> Result<Reading, Fault> {
        let mut reading = Reading::default();
        let split = if self.full_if {
            let text = self
                .ascii
                .ask_for(port, "IF;", "IF", |text| Info::parse(text).is_some())
                .await?;
            Info::parse(&text).is_some_and(|info| info.split)
        } else {
            let receive = self.ascii.ask(port, "FR;", "FR").await?;
            let transmit = self.ascii.ask(port, "FT;", "FT").await?;
            self.on_b = receive == "1";
            receive != transmit
        };
        reading.split = Some(split);
        if split {
            let name = if self.on_b { "FA" } else { "FB" };
            let text = self.ascii.ask(port, &format!("{name};"), name).await?;
            reading.tx_frequency = Some(Hertz::new(hertz(&text)?));
        }
        Ok(reading)
    }

    /// Sets the frequency of the VFO listened to and reads it back.
    pub(crate) async fn set_frequency(&mut self, port: &mut Port, to: Hertz) -> Result<Reading, Fault> {
        let name = if self.on_b { "FB" } else { "FA" };
        Ok(Reading {
            frequency: Some(self.set_vfo(port, name, to).await?),
            ..Reading::default()
        })
    }

    async fn set_vfo(&mut self, port: &mut Port, name: &str, to: Hertz) -> Result<Hertz, Fault> {
        if to.get() > 99_999_999_999 {
            return Err(Fault::Unsupported(
                "the frequency has too many digits for the radio",
            ));
        }
        let digits = format!("{:011}", to.get());
        let command = format!("{name}{digits};{name};");
        let back = self
            .ascii
            .ask_for(port, &command, name, |text| text == digits)
            .await?;
        Ok(Hertz::new(hertz(&back)?))
    }

    /// Sets the mode and reads it back.
    pub(crate) async fn set_mode(
        &mut self,
        port: &mut Port,
        mode: RigMode,
        width: Option<u32>,
    ) -> Result<Reading, Fault> {
        let command = self
            .mode_command(mode)
            .ok_or(Fault::Unsupported("the radio has no such mode"))?;
        self.ascii.tell(port, &command).await?;
        if self.kind == Kind::Elecraft
            && let Some(width) = width.filter(|width| *width > 0)
        {
            self.ascii
                .tell(port, &format!("BW{:04};", (width / 10).min(9_999)))
                .await?;
        }
        self.read_mode(port).await
    }

    fn mode_command(&self, mode: RigMode) -> Option<String> {
        let digit = |mode: RigMode| DIGITS.iter().find(|row| row.1 == mode).map(|row| row.0);
        let data = |base: RigMode| digit(base).map(|digit| format!("MD{digit};DA1;"));
        match (self.kind, mode) {
            (Kind::OperatingMode, _) => {
                let row = DIGITS.iter().chain(OPERATING).find(|row| row.1 == mode)?;
                Some(format!("OM0{};", row.0))
            }
            (Kind::DataFlag, RigMode::PktUsb) => data(RigMode::Usb),
            (Kind::DataFlag, RigMode::PktLsb) => data(RigMode::Lsb),
            (Kind::DataFlag, RigMode::PktFm) => data(RigMode::Fm),
            (Kind::DataFlag, RigMode::Usb | RigMode::Lsb | RigMode::Fm) => {
                Some(format!("MD{};DA0;", digit(mode)?))
            }
            (Kind::Elecraft, RigMode::PktUsb) => Some("MD6;DT0;".to_owned()),
            (Kind::Elecraft, RigMode::PktLsb) => Some("MD9;DT0;".to_owned()),
            (Kind::Elecraft, RigMode::Rtty) => Some("MD6;DT1;".to_owned()),
            (Kind::Elecraft, RigMode::Rttyr) => Some("MD9;DT1;".to_owned()),
            _ => Some(format!("MD{};", digit(mode)?)),
        }
    }

    /// Split to a transmit frequency, or off.
    pub(crate) async fn set_split(
        &mut self,
        port: &mut Port,
        to: Option<Option<Hertz>>,
    ) -> Result<Reading, Fault> {
        let (receive, transmit) = if self.on_b { ('1', '0') } else { ('0', '1') };
        if let Some(Some(frequency)) = to {
            let name = if self.on_b { "FA" } else { "FB" };
            self.set_vfo(port, name, frequency).await?;
        }
        let command = match (self.kind, to.is_some()) {
            // There setting the receive VFO ends a split.
            (Kind::Elecraft, true) => format!("FT{transmit};"),
            (Kind::Elecraft, false) => format!("FT{receive};"),
            (_, true) => format!("FR{receive};FT{transmit};"),
            (_, false) => format!("FR{receive};FT{receive};"),
        };
        self.ascii.tell(port, &command).await?;
        self.read_split(port).await
    }

    /// Keys or unkeys, and looks whether it is so where the radio tells.
    pub(crate) async fn set_ptt(&mut self, port: &mut Port, input: Option<PttInput>) -> Result<(), Fault> {
        let command = match (input, self.kind) {
            (None, _) => "RX;",
            (Some(PttInput::Data), Kind::DataFlag | Kind::OperatingMode) => "TX1;",
            (Some(PttInput::Mic), Kind::DataFlag | Kind::OperatingMode) => "TX0;",
            (Some(_), _) => "TX;",
        };
        self.ascii.tell(port, command).await?;
        if !self.full_if {
            return Ok(());
        }
        let on = input.is_some();
        let done = |text: &str| Info::parse(text).is_some_and(|info| info.transmits == on);
        let text = self.ascii.ask_for(port, "IF;", "IF", done).await?;
        if done(&text) { Ok(()) } else { Err(Fault::Refused) }
    }

    /// Reads a level.
    pub(crate) async fn level(&mut self, port: &mut Port, level: Level, watts: f64) -> Result<f64, Fault> {
        let number = |text: String| text.parse::<f64>().map_err(|_| Fault::Garbled);
        match level {
            Level::Power => Ok((number(self.ascii.ask(port, "PC;", "PC").await?)? / watts.max(1.0)).min(1.0)),
            Level::KeySpeed => number(self.ascii.ask(port, "KS;", "KS").await?),
            Level::Strength if self.kind == Kind::Elecraft => Ok(strength(
                number(self.ascii.ask(port, "SM;", "SM").await?)?,
                9.0,
                15.0,
            )),
            Level::Strength => {
                let steps = number(self.ascii.ask(port, "SM0;", "SM0").await?)?;
                let (nine, full) = if self.kind == Kind::Plain {
                    (12.0, 20.0)
                } else {
                    (15.0, 30.0)
                };
                Ok(strength(steps, nine, full))
            }
            _ => Err(Fault::Unsupported("the radio does not tell this")),
        }
    }

    /// What the radio told unasked.
    pub(crate) fn pushed(&mut self, port: &mut Port) -> Reading {
        self.ascii.collect(port);
        let mut reading = Reading::default();
        while let Some(frame) = self.ascii.unasked.pop_front() {
            reading.merge(self.of_push(&frame));
        }
        reading
    }

    fn of_push(&mut self, frame: &str) -> Reading {
        let mut reading = Reading::default();
        let Some((name, rest)) = frame.split_at_checked(2) else {
            return reading;
        };
        match name {
            "IF" => {
                if let Some(info) = Info::parse(rest) {
                    return self.of_info(info);
                }
            }
            "FA" if !self.on_b => reading.frequency = hertz(rest).ok().map(Hertz::new),
            "FB" if self.on_b => reading.frequency = hertz(rest).ok().map(Hertz::new),
            "TX" => reading.ptt = Some(true),
            "RX" => reading.ptt = Some(false),
            "MD" if self.tells_mode_by_if() => reading.mode = rest.chars().next().and_then(of_digit),
            "OM" => {
                let digit = rest.strip_prefix('0').and_then(|rest| rest.chars().next());
                let row = DIGITS.iter().chain(OPERATING).find(|row| Some(row.0) == digit);
                reading.mode = row.map(|row| row.1);
            }
            _ => {}
        }
        reading
    }
}

fn of_digit(digit: char) -> Option<RigMode> {
    DIGITS.iter().find(|row| row.0 == digit).map(|row| row.1)
}

/// Decibels relative to S9 of a meter: 6 dB a step of S below, up to 60 dB above.
pub(crate) fn strength(value: f64, nine: f64, full: f64) -> f64 {
    let decibels = if value <= nine {
        (value / nine - 1.0) * 54.0
    } else {
        (value - nine) / (full - nine) * 60.0
    };
    decibels.clamp(-54.0, 80.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_message_is_heard(text in "[A-Z]{0,2}\\PC{0,40}") {
            let _ = Kenwood::new(Kind::OperatingMode).of_push(&text);
            let _ = Kenwood::new(Kind::Plain).of_push(&text);
        }
    }
}
