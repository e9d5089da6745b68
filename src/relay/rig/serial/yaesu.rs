//! Newer Yaesu radios: letters and digits in fixed fields.

use std::time::Duration;

use super::ascii::{Ascii, hertz};
use super::fault::Fault;
use super::kenwood::strength;
use super::port::Port;
use crate::ham::freq::Hertz;
use crate::relay::rig::lease::PttInput;
use crate::relay::rig::mode::RigMode;
use crate::relay::rig::model::{Level, Part, Reading};

/// By which command a radio goes into split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SplitBy {
    /// `FT2;` and `FT3;`: the transmitter's VFO.
    Ft,
    /// `ST0;` and `ST1;`.
    St,
}

/// The commands at one radio.
#[derive(Debug)]
pub(crate) struct Yaesu {
    split_by: SplitBy,
    ascii: Ascii,
    /// Digits of a frequency: nine, or eight with older radios; learned from the first answer.
    digits: usize,
    pushing: bool,
}

const MODES: &[(char, RigMode)] = &[
    ('1', RigMode::Lsb),
    ('2', RigMode::Usb),
    ('3', RigMode::Cw),
    ('4', RigMode::Fm),
    ('5', RigMode::Am),
    ('6', RigMode::Rtty),
    ('7', RigMode::Cwr),
    ('8', RigMode::PktLsb),
    ('9', RigMode::Rttyr),
    ('A', RigMode::PktFm),
    ('B', RigMode::Fmn),
    ('C', RigMode::PktUsb),
    ('D', RigMode::Amn),
    ('E', RigMode::C4fm),
    ('F', RigMode::PktFmn),
];

const WHOLE: &[Part] = &[Part::Frequency, Part::Mode, Part::Ptt, Part::Split];
const QUICK: &[Part] = &[Part::Frequency, Part::Mode, Part::Ptt];

#[expect(clippy::unused_self, reason = "the ways to a radio have one face")]
impl Yaesu {
    /// The commands of a radio with one way of split.
    pub(crate) fn new(split_by: SplitBy) -> Self {
        Self {
            split_by,
            ascii: Ascii::new(Duration::from_millis(500)),
            digits: 9,
            pushing: false,
        }
    }

    /// Greets the radio; gives whether it will tell of changes by itself.
    pub(crate) async fn connect(&mut self, port: &mut Port) -> Result<bool, Fault> {
        self.ascii.unasked.clear();
        self.ascii.tell(port, ";;;").await?;
        tokio::time::sleep(Duration::from_millis(20)).await;
        self.ascii.ask(port, "ID;", "ID").await?;
        let frequency = self.ascii.ask(port, "FA;", "FA").await?;
        hertz(&frequency)?;
        self.digits = frequency.len();
        self.ascii.tell(port, "AI1;").await?;
        self.pushing = true;
        Ok(true)
    }

    /// No more automatic information.
    pub(crate) async fn leave(&mut self, port: &mut Port) {
        if std::mem::take(&mut self.pushing) {
            let _ = port.write(b"AI0;").await;
        }
    }

    /// Its modes; which of them the model has is found out by trying.
    pub(crate) fn modes(&self) -> Vec<RigMode> {
        MODES.iter().map(|row| row.1).collect()
    }

    /// What has to be asked.
    pub(crate) fn parts(&self, whole: bool) -> &'static [Part] {
        if whole { WHOLE } else { QUICK }
    }

    /// Asks one part.
    pub(crate) async fn read(&mut self, port: &mut Port, part: Part) -> Result<Reading, Fault> {
        let mut reading = Reading::default();
        match part {
            Part::Frequency => {
                let text = self.ascii.ask(port, "FA;", "FA").await?;
                reading.frequency = Some(Hertz::new(hertz(&text)?));
            }
            Part::Mode => {
                let text = self.ascii.ask(port, "MD0;", "MD0").await?;
                reading.mode = text.chars().next().and_then(of_digit);
            }
            Part::Ptt => {
                let text = self.ascii.ask(port, "TX;", "TX").await?;
                reading.ptt = Some(text != "0");
            }
            Part::Split => {
                let name = match self.split_by {
                    SplitBy::Ft => "FT",
                    SplitBy::St => "ST",
                };
                let text = self.ascii.ask(port, &format!("{name};"), name).await?;
                let split = text == "1";
                reading.split = Some(split);
                if split {
                    let text = self.ascii.ask(port, "FB;", "FB").await?;
                    reading.tx_frequency = Some(Hertz::new(hertz(&text)?));
                }
            }
        }
        Ok(reading)
    }

    /// Sets the frequency and reads it back.
    pub(crate) async fn set_frequency(&mut self, port: &mut Port, to: Hertz) -> Result<Reading, Fault> {
        Ok(Reading {
            frequency: Some(self.set_vfo(port, "FA", to).await?),
            ..Reading::default()
        })
    }

    async fn set_vfo(&mut self, port: &mut Port, name: &str, to: Hertz) -> Result<Hertz, Fault> {
        let digits = format!("{:0width$}", to.get(), width = self.digits);
        if digits.len() > self.digits {
            return Err(Fault::Unsupported(
                "the frequency has too many digits for the radio",
            ));
        }
        let command = format!("{name}{digits};{name};");
        let back = self
            .ascii
            .ask_for(port, &command, name, |text| text == digits)
            .await?;
        Ok(Hertz::new(hertz(&back)?))
    }

    /// Sets the mode and reads it back. The radio keeps a filter for each mode.
    pub(crate) async fn set_mode(
        &mut self,
        port: &mut Port,
        mode: RigMode,
        _width: Option<u32>,
    ) -> Result<Reading, Fault> {
        let row = MODES.iter().find(|row| row.1 == mode);
        let digit = row.ok_or(Fault::Unsupported("the radio has no such mode"))?.0;
        let wished = |text: &str| text.starts_with(digit);
        let text = self
            .ascii
            .ask_for(port, &format!("MD0{digit};MD0;"), "MD0", wished)
            .await?;
        Ok(Reading {
            mode: text.chars().next().and_then(of_digit),
            ..Reading::default()
        })
    }

    /// Split to a transmit frequency, or off.
    pub(crate) async fn set_split(
        &mut self,
        port: &mut Port,
        to: Option<Option<Hertz>>,
    ) -> Result<Reading, Fault> {
        if let Some(Some(frequency)) = to {
            self.set_vfo(port, "FB", frequency).await?;
        }
        let command = match (self.split_by, to.is_some()) {
            (SplitBy::Ft, true) => "FT3;",
            (SplitBy::Ft, false) => "FT2;",
            (SplitBy::St, true) => "ST1;",
            (SplitBy::St, false) => "ST0;",
        };
        self.ascii.tell(port, command).await?;
        self.read(port, Part::Split).await
    }

    /// Keys or unkeys, and looks whether it is so.
    pub(crate) async fn set_ptt(&mut self, port: &mut Port, input: Option<PttInput>) -> Result<(), Fault> {
        let on = input.is_some();
        let command = if on { "TX1;TX;" } else { "TX0;TX;" };
        let done = |text: &str| (text != "0") == on;
        let text = self.ascii.ask_for(port, command, "TX", done).await?;
        if done(&text) { Ok(()) } else { Err(Fault::Refused) }
    }

    /// Reads a level.
    pub(crate) async fn level(&mut self, port: &mut Port, level: Level, watts: f64) -> Result<f64, Fault> {
        let number = |text: String| {
            text.get(..3)
                .unwrap_or(&text)
                .parse::<f64>()
                .map_err(|_| Fault::Garbled)
        };
        match level {
            Level::Strength => {
                let value = number(self.ascii.ask(port, "SM0;", "SM0").await?)?;
                Ok(strength(value, 130.0, 255.0))
            }
            Level::Power => Ok((number(self.ascii.ask(port, "PC;", "PC").await?)? / watts.max(1.0)).min(1.0)),
            Level::KeySpeed => number(self.ascii.ask(port, "KS;", "KS").await?),
            Level::Alc => Ok(number(self.ascii.ask(port, "RM4;", "RM4").await?)? / 255.0),
            Level::PowerMeter => Ok(number(self.ascii.ask(port, "RM5;", "RM5").await?)? / 255.0),
            Level::Swr => {
                let value = number(self.ascii.ask(port, "RM6;", "RM6").await?)?;
                Ok(1.0 + value / 255.0 * 4.0)
            }
        }
    }

    /// What the radio told unasked.
    pub(crate) fn pushed(&mut self, port: &mut Port) -> Reading {
        self.ascii.collect(port);
        let mut reading = Reading::default();
        while let Some(frame) = self.ascii.unasked.pop_front() {
            reading.merge(of_push(&frame));
        }
        reading
    }
}

fn of_digit(digit: char) -> Option<RigMode> {
    MODES.iter().find(|row| row.0 == digit).map(|row| row.1)
}

/// `IF` tells memory 2-4, frequency from 5 on (nine digits, or eight), five of the clarifier and two flags, the mode.
fn of_push(frame: &str) -> Reading {
    let mut reading = Reading::default();
    let rest = |name: &str| frame.strip_prefix(name);
    if let Some(digits) = rest("FA") {
        reading.frequency = hertz(digits).ok().map(Hertz::new);
    } else if let Some(mode) = rest("MD0") {
        reading.mode = mode.chars().next().and_then(of_digit);
    } else if let Some(state) = rest("TX") {
        reading.ptt = Some(state != "0");
    } else if let Some(text) = rest("IF").filter(|text| matches!(text.len(), 24 | 25)) {
        let digits = text.len() - 16;
        reading.frequency = text
            .get(3..3 + digits)
            .and_then(|text| hertz(text).ok())
            .map(Hertz::new);
        let mode = text.get(3 + digits + 7..).and_then(|text| text.chars().next());
        reading.mode = mode.and_then(of_digit);
    }
    reading
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_long_message_tells_frequency_and_mode() {
        let reading = of_push("IF059014200000+000000C00000");
        assert_eq!(reading.frequency, Some(Hertz::new(14_200_000)));
        assert_eq!(reading.mode, Some(RigMode::PktUsb));
        let reading = of_push("IF05914200000+000000300000");
        assert_eq!(reading.frequency, Some(Hertz::new(14_200_000)));
        assert_eq!(reading.mode, Some(RigMode::Cw));
    }

    proptest! {
        #[test]
        fn any_message_is_heard(text in "(IF|FA|MD0|TX)?\\PC{0,40}") {
            let _ = of_push(&text);
        }
    }
}
