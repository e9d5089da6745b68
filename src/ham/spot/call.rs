//! Calls as spots hold them: which are plausible, and who did the spotting.
//!
//! A [`Callsign`] is what logs need and takes nearly any mixture of letters and digits. A spotted call must
//! look like one that some administration issued: the rule is the one cluster nodes of the `DXSpider` family
//! apply, a little wider for the portable forms seen on air (`WW4SF/GVIL`, `KI6RRN/KL7`, `CT7/HB9EOT`).
//! A spotter is a station or a machine, with a secondary identifier (`W3LPL-2`) and, if a machine, `-#`.

use std::fmt;

use crate::ham::callsign::Callsign;

/// Why a text is no call that can be spotted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a callsign that could be on the air")]
pub struct SpotCallError;

/// Why a text names no spotter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a callsign of a spotter")]
pub struct SpotterError;

/// Reads a spotted call; a secondary identifier (`W1AW-5`) is dropped.
pub fn spotted(text: &str) -> Result<Callsign, SpotCallError> {
    let text = text.trim();
    let (call, _) = split_ssid(text);
    let call = Callsign::parse(call).map_err(|_| SpotCallError)?;
    is_plausible(&call).then_some(call).ok_or(SpotCallError)
}

/// Whether some administration could have issued the call: one part is prefix, digits and letters, the
/// others are short.
pub fn is_plausible(call: &Callsign) -> bool {
    let (mut parts, mut issued) = (0, false);
    for part in call.parts() {
        parts += 1;
        if is_issued(part.as_bytes()) {
            issued = true;
        } else if part.len() > 7 {
            return false;
        }
    }
    (issued && parts <= 4) || is_odd(call.as_str().as_bytes())
}

/// `\d?[A-Z]{1,2}\d{1,5}[A-Z]{1,8}`.
fn is_issued(part: &[u8]) -> bool {
    let count = |from: usize, most: usize, test: fn(&u8) -> bool| {
        part[from..]
            .iter()
            .take(most)
            .take_while(|byte| test(byte))
            .count()
    };
    let lead = count(0, 1, u8::is_ascii_digit);
    let letters = count(lead, 2, u8::is_ascii_uppercase);
    let digits = count(lead + letters, 5, u8::is_ascii_digit);
    let from = lead + letters + digits;
    let suffix = count(from, 8, u8::is_ascii_uppercase);
    letters > 0 && digits > 0 && suffix > 0 && from + suffix == part.len()
}

/// Two digits and a few letters: nobody has such a call, but nodes pass it on (`60M` for whoever is on 60 m).
fn is_odd(call: &[u8]) -> bool {
    let (digits, letters) = call.split_at(call.len().min(2));
    digits.iter().all(u8::is_ascii_digit)
        && (1..=4).contains(&letters.len())
        && letters.iter().all(u8::is_ascii_uppercase)
}

/// Who reported a spot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spotter {
    /// The call without identifiers.
    pub call: Callsign,
    /// The secondary identifier, 0 for none.
    pub ssid: u8,
    /// Whether it is a machine (`-#`).
    pub skimmer: bool,
}

impl Spotter {
    /// A person at his own station.
    pub fn person(call: Callsign) -> Self {
        Self {
            call,
            ssid: 0,
            skimmer: false,
        }
    }

    /// Reads `W3LPL`, `W3LPL-2`, `KM3T-2-#`, `3V/K5WEM-#` in any case.
    pub fn parse(text: &str) -> Result<Self, SpotterError> {
        let text = text.trim();
        let (text, skimmer) = match text.strip_suffix("-#").or_else(|| text.strip_suffix("-@")) {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        let (call, ssid) = split_ssid(text);
        Ok(Self {
            call: Callsign::parse(call).map_err(|_| SpotterError)?,
            ssid,
            skimmer,
        })
    }
}

/// Splits `CALL-nn`; anything but one or two digits after the hyphen stays with the call, which then is none.
fn split_ssid(text: &str) -> (&str, u8) {
    let Some((call, ssid)) = text.rsplit_once('-') else {
        return (text, 0);
    };
    match ssid.as_bytes() {
        [a] if a.is_ascii_digit() => (call, a - b'0'),
        [a, b] if a.is_ascii_digit() && b.is_ascii_digit() => (call, (a - b'0') * 10 + (b - b'0')),
        _ => (text, 0),
    }
}

impl fmt::Display for Spotter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.call.as_str())?;
        if self.ssid > 0 {
            write!(f, "-{}", self.ssid)?;
        }
        if self.skimmer {
            f.write_str("-#")?;
        }
        Ok(())
    }
}
