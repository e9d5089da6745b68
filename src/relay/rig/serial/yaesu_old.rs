//! Older Yaesu radios: five bytes a command, the parameters first. There is no framing and no checksum.
//!
//! Only documented commands are sent: others write to the radio's memory.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::fault::Fault;
use super::kenwood::strength;
use super::port::Port;
use crate::ham::freq::Hertz;
use crate::relay::rig::lease::PttInput;
use crate::relay::rig::mode::RigMode;
use crate::relay::rig::model::{Level, Part, Reading};

/// How long an answer may take: at 4800 bits a second five bytes need 11 ms.
const ANSWER: Duration = Duration::from_millis(300);
/// How long to wait for the byte that some radios send when they are done.
const DONE: Duration = Duration::from_millis(100);
/// Silence after which a radio takes the next byte for the first of a command.
const CALM: Duration = Duration::from_millis(50);
const TRIES: u32 = 3;

const READ: u8 = 0x03;
const SET_FREQUENCY: u8 = 0x01;
const SET_MODE: u8 = 0x07;
const KEY: u8 = 0x08;
const UNKEY: u8 = 0x88;
const SPLIT_ON: u8 = 0x02;
const SPLIT_OFF: u8 = 0x82;
const OTHER_VFO: u8 = 0x81;
const RX_STATUS: u8 = 0xE7;
const TX_STATUS: u8 = 0xF7;

const MODES: &[(u8, RigMode)] = &[
    (0x00, RigMode::Lsb),
    (0x01, RigMode::Usb),
    (0x02, RigMode::Cw),
    (0x03, RigMode::Cwr),
    (0x04, RigMode::Am),
    (0x06, RigMode::Wfm),
    (0x08, RigMode::Fm),
    (0x88, RigMode::Fmn),
    (0x0A, RigMode::PktUsb),
    (0x0C, RigMode::PktFm),
];

const WHOLE: &[Part] = &[Part::Frequency, Part::Ptt];

/// The commands at one radio.
#[derive(Debug, Default)]
pub(crate) struct OldYaesu {
    /// The transmit frequency that was set; reading it would switch VFOs.
    transmit: Option<Hertz>,
}

#[expect(clippy::unused_self, reason = "the ways to a radio have one face")]
impl OldYaesu {
    /// Greets the radio. It tells nothing by itself.
    pub(crate) async fn connect(&mut self, port: &mut Port) -> Result<bool, Fault> {
        self.transmit = None;
        self.read(port, Part::Frequency).await.map(|_| false)
    }

    /// Nothing to restore.
    pub(crate) async fn leave(&mut self, _port: &mut Port) {}

    /// Its modes.
    pub(crate) fn modes(&self) -> Vec<RigMode> {
        MODES.iter().map(|row| row.1).collect()
    }

    /// What has to be asked; the state of the transmitter tells of the split too.
    pub(crate) fn parts(&self, _whole: bool) -> &'static [Part] {
        WHOLE
    }

    /// Asks one part.
    pub(crate) async fn read(&mut self, port: &mut Port, part: Part) -> Result<Reading, Fault> {
        let mut reading = Reading::default();
        match part {
            Part::Frequency | Part::Mode => {
                let bytes: [u8; 5] = self.ask(port, [0, 0, 0, 0, READ]).await?;
                reading.frequency = Some(Hertz::new(of_bcd([bytes[0], bytes[1], bytes[2], bytes[3]])?));
                reading.mode = MODES.iter().find(|row| row.0 == bytes[4]).map(|row| row.1);
            }
            Part::Ptt | Part::Split => {
                let [status]: [u8; 1] = self.ask(port, [0, 0, 0, 0, TX_STATUS]).await?;
                let receives = status & 0x80 != 0;
                reading.ptt = Some(!receives);
                // While it receives some radios answer all ones: then nothing is known of the split.
                if !receives || status != 0xFF {
                    reading.split = Some(status & 0x20 == 0);
                }
                if reading.split == Some(true) {
                    reading.tx_frequency = self.transmit;
                }
            }
        }
        Ok(reading)
    }

    /// Sets the frequency and reads it back.
    pub(crate) async fn set_frequency(&mut self, port: &mut Port, to: Hertz) -> Result<Reading, Fault> {
        self.tell_frequency(port, to).await?;
        self.read(port, Part::Frequency).await
    }

    async fn tell_frequency(&mut self, port: &mut Port, to: Hertz) -> Result<(), Fault> {
        let [a, b, c, d] = to_bcd(to)?;
        self.tell(port, [a, b, c, d, SET_FREQUENCY]).await
    }

    /// Sets the mode and reads it back.
    pub(crate) async fn set_mode(
        &mut self,
        port: &mut Port,
        mode: RigMode,
        _width: Option<u32>,
    ) -> Result<Reading, Fault> {
        let row = MODES.iter().find(|row| row.1 == mode && mode != RigMode::Wfm);
        let code = row.ok_or(Fault::Unsupported("the radio has no such mode"))?.0;
        self.tell(port, [code, 0, 0, 0, SET_MODE]).await?;
        self.read(port, Part::Frequency).await
    }

    /// Split to a transmit frequency, or off. The other VFO is reached by switching to it and back.
    pub(crate) async fn set_split(
        &mut self,
        port: &mut Port,
        to: Option<Option<Hertz>>,
    ) -> Result<Reading, Fault> {
        if let Some(Some(frequency)) = to {
            self.tell(port, [0, 0, 0, 0, OTHER_VFO]).await?;
            let set = self.tell_frequency(port, frequency).await;
            self.tell(port, [0, 0, 0, 0, OTHER_VFO]).await?;
            set?;
        }
        self.transmit = to.flatten();
        let code = if to.is_some() { SPLIT_ON } else { SPLIT_OFF };
        self.tell(port, [0, 0, 0, 0, code]).await?;
        let mut reading = self.read(port, Part::Frequency).await?;
        reading.split = Some(to.is_some());
        reading.tx_frequency = self.transmit;
        Ok(reading)
    }

    /// Keys or unkeys, and looks whether it is so.
    pub(crate) async fn set_ptt(&mut self, port: &mut Port, input: Option<PttInput>) -> Result<(), Fault> {
        let on = input.is_some();
        self.tell(port, [0, 0, 0, 0, if on { KEY } else { UNKEY }])
            .await?;
        match self.read(port, Part::Ptt).await?.ptt {
            Some(is) if is != on => Err(Fault::Refused),
            _ => Ok(()),
        }
    }

    /// Reads a level.
    pub(crate) async fn level(&mut self, port: &mut Port, level: Level, _watts: f64) -> Result<f64, Fault> {
        match level {
            Level::Strength => {
                let [status]: [u8; 1] = self.ask(port, [0, 0, 0, 0, RX_STATUS]).await?;
                Ok(strength(f64::from(status & 0x0F), 9.0, 15.0))
            }
            Level::PowerMeter => {
                let [status]: [u8; 1] = self.ask(port, [0, 0, 0, 0, TX_STATUS]).await?;
                Ok(f64::from(status & 0x0F) / 15.0)
            }
            _ => Err(Fault::Unsupported("the radio does not tell this")),
        }
    }

    /// Nothing is told unasked; what comes belongs to nothing.
    pub(crate) fn pushed(&mut self, port: &mut Port) -> Reading {
        port.flush();
        Reading::default()
    }

    /// Sends a command and takes the byte of acknowledgement if one comes: done, or already so.
    async fn tell(&mut self, port: &mut Port, command: [u8; 5]) -> Result<(), Fault> {
        port.flush();
        port.write(&command).await?;
        let deadline = Instant::now() + DONE;
        while port.buffer.is_empty() {
            match port.more_by(deadline).await {
                Ok(()) => {}
                Err(Fault::TimedOut) => return Ok(()),
                Err(fault) => return Err(fault),
            }
        }
        port.flush();
        Ok(())
    }

    /// Sends a command and reads an answer of `N` bytes.
    async fn ask<const N: usize>(&mut self, port: &mut Port, command: [u8; 5]) -> Result<[u8; N], Fault> {
        let mut fault = Fault::TimedOut;
        for _ in 0..TRIES {
            port.flush();
            port.write(&command).await?;
            let deadline = Instant::now() + ANSWER;
            fault = loop {
                if let Some(bytes) = port.buffer.first_chunk::<N>() {
                    let bytes = *bytes;
                    if N < 5 || of_bcd([bytes[0], bytes[1], bytes[2], bytes[3]]).is_ok() {
                        port.buffer.clear();
                        return Ok(bytes);
                    }
                    break Fault::Garbled;
                }
                match port.more_by(deadline).await {
                    Ok(()) => {}
                    Err(Fault::TimedOut) => break Fault::TimedOut,
                    Err(fault) => return Err(fault),
                }
            };
            sleep(CALM).await;
        }
        Err(fault)
    }
}

/// Hertz of four bytes of decimal digits in tens of hertz, the most significant first.
pub(crate) fn of_bcd(bytes: [u8; 4]) -> Result<u64, Fault> {
    let mut tens = 0_u64;
    for byte in bytes {
        let (high, low) = (byte >> 4, byte & 0x0F);
        if high > 9 || low > 9 {
            return Err(Fault::Garbled);
        }
        tens = tens * 100 + u64::from(high * 10 + low);
    }
    Ok(tens * 10)
}

/// The four bytes of a frequency, rounded to tens of hertz.
pub(crate) fn to_bcd(frequency: Hertz) -> Result<[u8; 4], Fault> {
    let mut tens = (frequency.get() + 5) / 10;
    if tens > 99_999_999 {
        return Err(Fault::Unsupported(
            "the frequency has too many digits for the radio",
        ));
    }
    let mut bytes = [0_u8; 4];
    for byte in bytes.iter_mut().rev() {
        let pair = u8::try_from(tens % 100).unwrap_or(0);
        *byte = (pair / 10) << 4 | (pair % 10);
        tens /= 100;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn digits_are_packed_from_the_left() {
        assert_eq!(to_bcd(Hertz::new(14_074_000)), Ok([0x01, 0x40, 0x74, 0x00]));
        assert_eq!(of_bcd([0x01, 0x40, 0x74, 0x00]), Ok(14_074_000));
        assert_eq!(of_bcd([0x01, 0x4A, 0x74, 0x00]), Err(Fault::Garbled));
        assert!(to_bcd(Hertz::new(1_000_000_000)).is_err());
    }

    proptest! {
        #[test]
        fn frequencies_survive_to_ten_hertz(tens in 0_u64..99_999_999) {
            let bytes = to_bcd(Hertz::new(tens * 10)).unwrap();
            prop_assert_eq!(of_bcd(bytes), Ok(tens * 10));
        }

        #[test]
        fn any_bytes_are_judged(bytes in any::<[u8; 4]>()) {
            let _ = of_bcd(bytes);
        }
    }
}
