//! Frames of CI-V: `FE FE <to> <from> <command> [<data>] FD`, and numbers of decimal digits in them.

use crate::ham::freq::Hertz;
use crate::relay::rig::serial::fault::Fault;

/// The address of a computer.
pub(crate) const COMPUTER: u8 = 0xE0;
/// To everybody: what the radio tells when its knob is turned.
pub(crate) const ALL: u8 = 0x00;
/// Longest frame read; the spectrum scope sends longer ones, which are passed over.
const LONGEST: usize = 64;

const PREAMBLE: u8 = 0xFE;
const END: u8 = 0xFD;
const JAM: u8 = 0xFC;

/// What came over the bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    /// A frame.
    Frame(Frame),
    /// Two spoke at once.
    Jam,
}

/// A frame without preamble and end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    /// For whom.
    pub(crate) to: u8,
    /// From whom.
    pub(crate) from: u8,
    /// Command and data; never empty.
    pub(crate) body: Vec<u8>,
}

impl Frame {
    /// A command of ours.
    pub(crate) fn to_radio(address: u8, body: &[u8]) -> Self {
        Self {
            to: address,
            from: COMPUTER,
            body: body.to_vec(),
        }
    }

    /// As sent.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![PREAMBLE, PREAMBLE, self.to, self.from];
        bytes.extend_from_slice(&self.body);
        bytes.push(END);
        bytes
    }
}

/// The next event; what belongs to no frame is dropped, an unfinished frame stays.
pub(crate) fn next(buffer: &mut Vec<u8>) -> Option<Event> {
    loop {
        let begin = buffer
            .iter()
            .position(|byte| matches!(*byte, PREAMBLE | JAM))
            .unwrap_or(buffer.len());
        buffer.drain(..begin);
        if buffer.first() == Some(&JAM) {
            let end = buffer
                .iter()
                .position(|byte| *byte != JAM)
                .unwrap_or(buffer.len());
            buffer.drain(..end);
            return Some(Event::Jam);
        }
        let preamble = buffer.iter().position(|byte| *byte != PREAMBLE)?;
        // The bus carries digits and small numbers: no FC, FD or FE but for control.
        let end = preamble
            + buffer[preamble..]
                .iter()
                .position(|byte| matches!(*byte, END | JAM | PREAMBLE))
                .or_else(|| {
                    let endless = buffer.len() - preamble > LONGEST;
                    if endless {
                        // Of a long frame the rest is passed over when it comes: nothing but control begins a frame.
                        buffer.clear();
                    }
                    None
                })?;
        let control = buffer[end];
        let inside: Vec<u8> = buffer[preamble..end].to_vec();
        match control {
            JAM => {
                buffer.drain(..end);
            }
            PREAMBLE => {
                // A frame broken off, and another one.
                buffer.drain(..end);
            }
            _ => {
                buffer.drain(..=end);
                if preamble >= 2 && (3..=LONGEST).contains(&inside.len()) {
                    return Some(Event::Frame(Frame {
                        to: inside[0],
                        from: inside[1],
                        body: inside[2..].to_vec(),
                    }));
                }
            }
        }
    }
}

/// Hertz of digits in pairs, the least significant pair first.
pub(crate) fn of_bcd(bytes: &[u8]) -> Result<Hertz, Fault> {
    if !(4..=6).contains(&bytes.len()) {
        return Err(Fault::Garbled);
    }
    let mut hertz = 0_u64;
    for byte in bytes.iter().rev() {
        hertz = hertz * 100 + u64::from(pair(*byte)?);
    }
    Ok(Hertz::new(hertz))
}

/// So many bytes of digits in pairs, the least significant pair first.
pub(crate) fn to_bcd(frequency: Hertz, length: usize) -> Result<Vec<u8>, Fault> {
    let mut rest = frequency.get();
    let bytes = (0..length).map(|_| {
        let pair = u8::try_from(rest % 100).unwrap_or(0);
        rest /= 100;
        (pair / 10) << 4 | (pair % 10)
    });
    let bytes = bytes.collect();
    if rest > 0 {
        return Err(Fault::Unsupported(
            "the frequency has too many digits for the radio",
        ));
    }
    Ok(bytes)
}

/// The number of two digits in a byte.
pub(crate) fn pair(byte: u8) -> Result<u8, Fault> {
    let (high, low) = (byte >> 4, byte & 0x0F);
    if high > 9 || low > 9 {
        return Err(Fault::Garbled);
    }
    Ok(high * 10 + low)
}

/// The number of four digits in two bytes: levels, 0 to 255.
pub(crate) fn level(bytes: &[u8]) -> Result<f64, Fault> {
    match bytes {
        [high, low] => Ok(f64::from(pair(*high)?) * 100.0 + f64::from(pair(*low)?)),
        _ => Err(Fault::Garbled),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(bytes: &[u8]) -> Vec<Event> {
        let mut buffer = bytes.to_vec();
        std::iter::from_fn(|| next(&mut buffer)).collect()
    }

    #[test]
    fn frames_are_found_among_noise_and_jams() {
        let frame = Frame::to_radio(0x94, &[0x03]);
        assert_eq!(frame.bytes(), [0xFE, 0xFE, 0x94, 0xE0, 0x03, 0xFD]);
        let mut bytes = vec![0x55, 0xFD, 0x00];
        bytes.extend(frame.bytes());
        bytes.extend([0xFC, 0xFC, 0xFC]);
        bytes.extend([0xFE, 0xFE, 0x94]);
        bytes.extend(frame.bytes());
        let frame = Event::Frame(frame);
        assert_eq!(all(&bytes), [frame.clone(), Event::Jam, frame]);
    }

    #[test]
    fn long_frames_are_passed_over() {
        let mut bytes = vec![0xFE, 0xFE, 0xE0, 0x94, 0x27, 0x00];
        bytes.extend([0x11; 500]);
        bytes.push(0xFD);
        let frame = Frame::to_radio(0x94, &[0x03]);
        bytes.extend(frame.bytes());
        assert_eq!(all(&bytes), [Event::Frame(frame)]);
    }

    #[test]
    fn digits_are_packed_from_the_right() {
        let hertz = Hertz::new(14_074_000);
        assert_eq!(to_bcd(hertz, 5).unwrap(), [0x00, 0x40, 0x07, 0x14, 0x00]);
        assert_eq!(of_bcd(&[0x00, 0x40, 0x07, 0x14, 0x00]), Ok(hertz));
        assert!(to_bcd(Hertz::new(10_368_000_000), 5).is_err());
        assert!(to_bcd(Hertz::new(10_368_000_000), 6).is_ok());
        assert_eq!(of_bcd(&[0x0A, 0, 0, 0, 0]), Err(Fault::Garbled));
    }

    proptest! {
        #[test]
        fn any_bytes_are_cut_and_the_rest_is_bounded(
            bytes in proptest::collection::vec(prop_oneof![any::<u8>(), 0xFC..=0xFE_u8], 0..400)
        ) {
            let mut buffer = bytes;
            while let Some(event) = next(&mut buffer) {
                if let Event::Frame(frame) = event {
                    prop_assert!(!frame.body.is_empty() && frame.body.len() <= LONGEST);
                }
            }
            // Preambles may be many, and are taken with the next frame.
            let rest = buffer.iter().filter(|byte| **byte != 0xFE).count();
            prop_assert!(rest <= LONGEST);
        }

        #[test]
        fn frequencies_survive(hertz in 0_u64..9_999_999_999) {
            let bytes = to_bcd(Hertz::new(hertz), 5).unwrap();
            prop_assert_eq!(of_bcd(&bytes), Ok(Hertz::new(hertz)));
        }
    }
}
