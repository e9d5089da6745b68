//! Icom, and Xiegu who speak like it: CI-V, a bus on one wire.
//!
//! On the bus everything sent comes back, on USB if a menu says so: an echo is known by being the same, byte by byte.
//! The radio tells of its knob to everybody; those frames are news, never answers.

pub(crate) mod frame;

use std::hash::{BuildHasher as _, Hasher as _};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::fault::Fault;
use super::kenwood::strength;
use super::port::Port;
use crate::ham::freq::Hertz;
use crate::relay::rig::lease::PttInput;
use crate::relay::rig::mode::RigMode;
use crate::relay::rig::model::{Level, Part, Reading};
use frame::{ALL, COMPUTER, Event, Frame, level, of_bcd, to_bcd};

/// How long an answer may take.
const ANSWER: Duration = Duration::from_millis(400);
/// How often a command is sent in all.
const TRIES: u32 = 4;

const OK: u8 = 0xFB;
const REFUSED: u8 = 0xFA;

const MODES: &[(u8, RigMode)] = &[
    (0x00, RigMode::Lsb),
    (0x01, RigMode::Usb),
    (0x02, RigMode::Am),
    (0x03, RigMode::Cw),
    (0x04, RigMode::Rtty),
    (0x05, RigMode::Fm),
    (0x06, RigMode::Wfm),
    (0x07, RigMode::Cwr),
    (0x08, RigMode::Rttyr),
    (0x11, RigMode::Ams),
    (0x12, RigMode::Psk),
    (0x13, RigMode::Pskr),
    (0x17, RigMode::DStar),
];

const WHOLE: &[Part] = &[Part::Frequency, Part::Mode, Part::Ptt, Part::Split];
const QUICK: &[Part] = &[Part::Frequency, Part::Mode, Part::Ptt];

/// The commands at one radio.
#[derive(Debug)]
pub(crate) struct Icom {
    address: u8,
    /// Whether it has the commands 25 and 26: both VFOs in place, mode with data and filter.
    modern: bool,
    /// Bytes of a frequency, by the first answer.
    length: usize,
    filter: u8,
    /// Frames to everybody that came while another was awaited.
    news: Reading,
    /// The transmit frequency that was set, where it cannot be read in place.
    transmit: Option<Hertz>,
}

#[expect(clippy::unused_self, reason = "the ways to a radio have one face")]
impl Icom {
    /// The commands at an address.
    pub(crate) fn new(address: u8, modern: bool) -> Self {
        Self {
            address,
            modern,
            length: 5,
            filter: 1,
            news: Reading::default(),
            transmit: None,
        }
    }

    /// Greets the radio. It tells of its knob if its menu says so, which cannot be asked.
    pub(crate) async fn connect(&mut self, port: &mut Port) -> Result<bool, Fault> {
        self.news = Reading::default();
        let frequency = self.ask(port, &[0x03], 1).await?;
        of_bcd(&frequency)?;
        self.length = frequency.len();
        self.modern = match self.ask(port, &[0x26, 0x00], 2).await {
            Ok(_) => true,
            Err(Fault::Refused) => false,
            Err(Fault::TimedOut) if !self.modern => false,
            Err(fault) => return Err(fault),
        };
        Ok(false)
    }

    /// Nothing to restore.
    pub(crate) async fn leave(&mut self, _port: &mut Port) {}

    /// Its modes.
    pub(crate) fn modes(&self) -> Vec<RigMode> {
        let mut modes: Vec<_> = MODES.iter().map(|row| row.1).collect();
        modes.extend([RigMode::PktUsb, RigMode::PktLsb, RigMode::PktFm, RigMode::PktAm]);
        modes
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
                reading.frequency = Some(of_bcd(&self.ask(port, &[0x03], 1).await?)?);
            }
            Part::Mode => reading = self.read_mode(port).await?,
            Part::Ptt => {
                reading.ptt = match self.ask(port, &[0x1C, 0x00], 2).await {
                    Ok(bytes) => Some(bytes.first().is_some_and(|byte| *byte != 0)),
                    // Older radios cannot tell.
                    Err(Fault::Refused) => None,
                    Err(fault) => return Err(fault),
                };
            }
            Part::Split => {
                let bytes = self.ask(port, &[0x0F], 1).await?;
                let split = bytes.first() == Some(&0x01);
                reading.split = Some(split);
                if split {
                    reading.tx_frequency = if self.modern {
                        of_bcd(&self.ask(port, &[0x25, 0x01], 2).await?).ok()
                    } else {
                        self.transmit
                    };
                }
            }
        }
        Ok(reading)
    }

    async fn read_mode(&mut self, port: &mut Port) -> Result<Reading, Fault> {
        let (code, data, filter) = if self.modern {
            let bytes = self.ask(port, &[0x26, 0x00], 2).await?;
            match bytes[..] {
                [code, data, filter, ..] => (code, data != 0, filter),
                _ => return Err(Fault::Garbled),
            }
        } else {
            let bytes = self.ask(port, &[0x04], 1).await?;
            let code = *bytes.first().ok_or(Fault::Garbled)?;
            let data = match self.ask(port, &[0x1A, 0x06], 2).await {
                Ok(bytes) => bytes.first().is_some_and(|byte| *byte != 0),
                Err(Fault::Refused | Fault::TimedOut) => false,
                Err(fault) => return Err(fault),
            };
            (code, data, bytes.get(1).copied().unwrap_or(1))
        };
        if (1..=3).contains(&filter) {
            self.filter = filter;
        }
        let mode = MODES.iter().find(|row| row.0 == code).map(|row| row.1);
        Ok(Reading {
            mode: if data { mode.map(with_data) } else { mode },
            ..Reading::default()
        })
    }

    /// Sets the frequency and reads it back.
    pub(crate) async fn set_frequency(&mut self, port: &mut Port, to: Hertz) -> Result<Reading, Fault> {
        let mut command = vec![0x05];
        command.extend(to_bcd(to, self.length)?);
        self.tell(port, &command).await?;
        self.read(port, Part::Frequency).await
    }

    /// Sets the mode, keeping the operator's filter, and reads it back.
    pub(crate) async fn set_mode(
        &mut self,
        port: &mut Port,
        mode: RigMode,
        _width: Option<u32>,
    ) -> Result<Reading, Fault> {
        let (plain, data) = without_data(mode);
        let row = MODES.iter().find(|row| row.1 == plain);
        let code = row.ok_or(Fault::Unsupported("the radio has no such mode"))?.0;
        if self.modern {
            self.tell(port, &[0x26, 0x00, code, u8::from(data), self.filter])
                .await?;
        } else {
            self.tell(port, &[0x06, code, self.filter]).await?;
            let on = u8::from(data);
            match self.tell(port, &[0x1A, 0x06, on, on]).await {
                Err(Fault::Refused | Fault::TimedOut) if !data => {}
                result => result?,
            }
        }
        self.read_mode(port).await
    }

    /// Split to a transmit frequency, or off.
    pub(crate) async fn set_split(
        &mut self,
        port: &mut Port,
        to: Option<Option<Hertz>>,
    ) -> Result<Reading, Fault> {
        if let Some(Some(frequency)) = to {
            let digits = to_bcd(frequency, self.length)?;
            if self.modern {
                self.tell(port, &[&[0x25, 0x01], &digits[..]].concat()).await?;
            } else {
                // The only way to the other VFO: there and back.
                self.tell(port, &[0x07, 0x01]).await?;
                let set = self.tell(port, &[&[0x05], &digits[..]].concat()).await;
                self.tell(port, &[0x07, 0x00]).await?;
                set?;
            }
        }
        self.transmit = to.flatten();
        self.tell(port, &[0x0F, u8::from(to.is_some())]).await?;
        let read = self.read(port, Part::Split).await;
        match read {
            // Some radios set it and cannot tell.
            Err(Fault::Refused) => Ok(Reading {
                split: Some(to.is_some()),
                tx_frequency: self.transmit,
                ..Reading::default()
            }),
            other => other,
        }
    }

    /// Keys or unkeys, and looks whether it is so.
    pub(crate) async fn set_ptt(&mut self, port: &mut Port, input: Option<PttInput>) -> Result<(), Fault> {
        let on = input.is_some();
        match self.tell(port, &[0x1C, 0x00, u8::from(on)]).await {
            Err(Fault::Refused) => return Err(Fault::Unsupported("the radio cannot be keyed by CI-V")),
            other => other?,
        }
        match self.read(port, Part::Ptt).await?.ptt {
            Some(is) if is != on => Err(Fault::Refused),
            _ => Ok(()),
        }
    }

    /// Reads a level.
    pub(crate) async fn level(&mut self, port: &mut Port, wish: Level, _watts: f64) -> Result<f64, Fault> {
        let command: [u8; 2] = match wish {
            Level::Strength => [0x15, 0x02],
            Level::PowerMeter => [0x15, 0x11],
            Level::Swr => [0x15, 0x12],
            Level::Alc => [0x15, 0x13],
            Level::Power => [0x14, 0x0A],
            Level::KeySpeed => [0x14, 0x0C],
        };
        let value = level(&self.ask(port, &command, 2).await?)?;
        Ok(match wish {
            Level::Strength => strength(value, 120.0, 241.0),
            Level::Swr => swr(value),
            Level::Alc => (value / 120.0).min(1.0),
            Level::PowerMeter => (value / 213.0).min(1.0),
            Level::Power => value / 255.0,
            Level::KeySpeed => 6.0 + value / 255.0 * 42.0,
        })
    }

    /// What the radio told everybody.
    pub(crate) fn pushed(&mut self, port: &mut Port) -> Reading {
        while let Some(event) = frame::next(&mut port.buffer) {
            if let Event::Frame(frame) = event {
                self.hear(&frame);
            }
        }
        std::mem::take(&mut self.news)
    }

    /// Takes a frame that is no answer.
    fn hear(&mut self, frame: &Frame) {
        if frame.from != self.address || frame.to != ALL {
            return;
        }
        match frame.body.split_first() {
            Some((0x00, digits)) => self.news.frequency = of_bcd(digits).ok().or(self.news.frequency),
            // Whether data are on is not told: the next poll shows.
            Some((0x01, [code, ..])) => {
                let row = MODES.iter().find(|row| row.0 == *code);
                let told = row.map(|row| row.1);
                if told.is_none_or(|mode| with_data(mode) == mode) {
                    self.news.mode = told.or(self.news.mode);
                }
            }
            _ => {}
        }
    }

    /// Sends a command that is answered by OK.
    async fn tell(&mut self, port: &mut Port, body: &[u8]) -> Result<(), Fault> {
        self.exchange(port, body, None).await.map(|_| ())
    }

    /// Sends a question; gives what follows the first `echoed` bytes of it in the answer.
    async fn ask(&mut self, port: &mut Port, body: &[u8], echoed: usize) -> Result<Vec<u8>, Fault> {
        self.exchange(port, body, Some(echoed)).await
    }

    async fn exchange(
        &mut self,
        port: &mut Port,
        body: &[u8],
        echoed: Option<usize>,
    ) -> Result<Vec<u8>, Fault> {
        let mut fault = Fault::TimedOut;
        for attempt in 0..TRIES {
            fault = match self.once(port, body, echoed).await {
                Err(fault @ Fault::Collision) => {
                    sleep(jitter()).await;
                    fault
                }
                // A radio that is off is not asked four times.
                Err(Fault::TimedOut) if attempt >= 1 => return Err(Fault::TimedOut),
                Err(fault @ (Fault::TimedOut | Fault::Garbled)) => fault,
                other => return other,
            };
        }
        Err(fault)
    }

    async fn once(&mut self, port: &mut Port, body: &[u8], echoed: Option<usize>) -> Result<Vec<u8>, Fault> {
        while let Some(event) = frame::next(&mut port.buffer) {
            if let Event::Frame(frame) = event {
                self.hear(&frame);
            }
        }
        let sent = Frame::to_radio(self.address, body);
        port.write(&sent.bytes()).await?;
        let deadline = Instant::now() + ANSWER;
        loop {
            while let Some(event) = frame::next(&mut port.buffer) {
                let frame = match event {
                    Event::Jam => return Err(Fault::Collision),
                    Event::Frame(frame) if frame == sent => continue,
                    Event::Frame(frame) => frame,
                };
                if frame.from == COMPUTER && frame.to == self.address {
                    // Our own words came back changed: somebody spoke at the same time.
                    return Err(Fault::Collision);
                }
                if frame.from != self.address || frame.to != COMPUTER {
                    self.hear(&frame);
                    continue;
                }
                match (frame.body.as_slice(), echoed) {
                    ([OK], None) => return Ok(Vec::new()),
                    ([REFUSED], _) => return Err(Fault::Refused),
                    (answer, Some(echoed)) => {
                        let question = body.get(..echoed).unwrap_or(body);
                        if let Some(rest) = answer.strip_prefix(question)
                            && !rest.is_empty()
                        {
                            return Ok(rest.to_vec());
                        }
                    }
                    _ => {}
                }
            }
            port.more_by(deadline).await?;
        }
    }
}

/// 20 to 40 ms: two that collided must not do so again.
fn jitter() -> Duration {
    let random = std::hash::RandomState::new().build_hasher().finish();
    Duration::from_millis(20 + random % 21)
}

fn with_data(mode: RigMode) -> RigMode {
    match mode {
        RigMode::Usb => RigMode::PktUsb,
        RigMode::Lsb => RigMode::PktLsb,
        RigMode::Fm => RigMode::PktFm,
        RigMode::Am => RigMode::PktAm,
        other => other,
    }
}

fn without_data(mode: RigMode) -> (RigMode, bool) {
    match mode {
        RigMode::PktUsb => (RigMode::Usb, true),
        RigMode::PktLsb => (RigMode::Lsb, true),
        RigMode::PktFm => (RigMode::Fm, true),
        RigMode::PktAm => (RigMode::Am, true),
        other => (other, false),
    }
}

/// By the points of the manuals: 0 is 1, 48 is 1.5, 80 is 2, 120 is 3.
fn swr(value: f64) -> f64 {
    let line = |from: f64, to: f64, low: f64, high: f64| low + (value - from) / (to - from) * (high - low);
    if value <= 48.0 {
        line(0.0, 48.0, 1.0, 1.5)
    } else if value <= 80.0 {
        line(48.0, 80.0, 1.5, 2.0)
    } else {
        line(80.0, 120.0, 2.0, 3.0).min(25.0)
    }
}
