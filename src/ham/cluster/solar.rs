//! Figures of the sun and the earth's field as clusters pass them on: WWV and WCY.
//!
//! Both are whole hours: `<09>` says which. Figures outside what the instruments give are refused, for a
//! mistyped flux of 1540 would be on every page.

use smol_str::SmolStr;

use super::time::HourMinute;

/// WWV: `SFI=154, A=10, K=2, No Storms -> No Storms`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wwv {
    /// Who passed it on.
    pub logger: SmolStr,
    /// The hour it is of.
    pub hour: u8,
    /// Solar flux at 10.7 cm.
    pub sfi: u16,
    /// A index.
    pub a: u16,
    /// K index, 0 to 9.
    pub k: u8,
    /// Storms now and expected.
    pub forecast: SmolStr,
}

/// WCY: `K=2 expK=3 A=10 R=80 SFI=150 SA=qui GMF=qui Au=no`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wcy {
    /// Who passed it on.
    pub logger: SmolStr,
    /// The hour it is of.
    pub hour: u8,
    /// Solar flux at 10.7 cm.
    pub sfi: u16,
    /// A index.
    pub a: u16,
    /// K index, 0 to 9.
    pub k: u8,
    /// K index expected.
    pub exp_k: u8,
    /// Sunspot number.
    pub r: u16,
    /// Activity of the sun: `qui`, `eru`, `act`, `maj`.
    pub sa: SmolStr,
    /// Geomagnetic field: `qui`, `act`, `min`, `maj`, `sev`, `mag`, `war`, `nil`.
    pub gmf: SmolStr,
    /// Aurora: `no`, `yes`, `strong`.
    pub aurora: SmolStr,
}

/// Longest forecast kept, in characters.
const LONGEST_FORECAST: usize = 60;

impl Wwv {
    /// The part behind `WWV de `.
    pub(super) fn parse(rest: &str) -> Option<Self> {
        let (logger, hour, text) = head(rest)?;
        let mut parts = text.splitn(4, ',');
        let mut figure = |name: &str| {
            let (key, value) = parts.next()?.split_once('=')?;
            key.trim().eq_ignore_ascii_case(name).then_some(value.trim())
        };
        Self {
            logger,
            hour,
            sfi: figure("SFI")?.parse().ok()?,
            a: figure("A")?.parse().ok()?,
            k: figure("K")?.parse().ok()?,
            forecast: parts
                .next()
                .unwrap_or_default()
                .trim()
                .chars()
                .take(LONGEST_FORECAST)
                .collect(),
        }
        .checked()
    }

    /// Itself, if the figures can be.
    pub(super) fn checked(self) -> Option<Self> {
        (plausible(self.sfi, self.a, self.k) && self.hour < 24).then_some(self)
    }
}

impl Wcy {
    /// The part behind `WCY de `.
    pub(super) fn parse(rest: &str) -> Option<Self> {
        let (logger, hour, text) = head(rest)?;
        let figure = |name: &str| {
            text.split_ascii_whitespace().find_map(|word| {
                let (key, value) = word.split_once('=')?;
                key.eq_ignore_ascii_case(name).then_some(value)
            })
        };
        let word = |name: &str| -> SmolStr { figure(name).unwrap_or_default().chars().take(8).collect() };
        Self {
            logger,
            hour,
            sfi: figure("SFI")?.parse().ok()?,
            a: figure("A")?.parse().ok()?,
            k: figure("K")?.parse().ok()?,
            exp_k: figure("expK").and_then(|k| k.parse().ok()).unwrap_or_default(),
            r: figure("R").and_then(|r| r.parse().ok()).unwrap_or_default(),
            sa: word("SA"),
            gmf: word("GMF"),
            aurora: word("Au"),
        }
        .checked()
    }

    /// Itself, if the figures can be.
    pub(super) fn checked(self) -> Option<Self> {
        let fits = plausible(self.sfi, self.a, self.k) && self.exp_k <= 9 && self.r <= 500 && self.hour < 24;
        fits.then_some(self)
    }
}

fn plausible(sfi: u16, a: u16, k: u8) -> bool {
    (50..=500).contains(&sfi) && a <= 400 && k <= 9
}

/// `AE5E <00>:   text`, `DK0WCY <09> : text`, `AE5E <00Z>: text`.
fn head(rest: &str) -> Option<(SmolStr, u8, &str)> {
    let (logger, rest) = rest.split_once('<')?;
    let (hour, rest) = rest.split_once('>')?;
    let hour = hour.trim().trim_end_matches(['Z', 'z']);
    let hour = match hour.len() {
        4 => HourMinute::parse(&format!("{hour}Z"))?.hour(),
        _ => hour.parse().ok()?,
    };
    let logger = logger.trim();
    let text = rest.trim_start().strip_prefix(':')?.trim();
    (!logger.is_empty() && logger.len() <= 20).then(|| (logger.into(), hour, text))
}
