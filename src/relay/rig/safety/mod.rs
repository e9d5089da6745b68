//! What keeps the radio, its owner and the neighbours from harm: units of frequencies, limits for transmitting.

mod plan;
mod units;

use serde::{Deserialize, Serialize};

pub(crate) use plan::{Emission, LicenceClass};
pub(crate) use units::frequency_of_text;

use super::mode::RigMode;
use crate::ham::band::Band;
use crate::ham::freq::Hertz;
use crate::ham::spot::plan::Region;

/// What happens outside of the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LimitRule {
    /// Nothing: the operator answers for it.
    Off,
    /// A word of warning.
    Warn,
    /// The transmitter is not keyed.
    #[default]
    Lock,
}

/// Where the relay keys a transmitter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TxLimits {
    /// What happens outside.
    pub(crate) rule: LimitRule,
    /// The station's region.
    pub(crate) region: Region,
    /// The operator's licence.
    pub(crate) class: LicenceClass,
}

/// What the limits say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Go ahead.
    Allowed,
    /// Go ahead, and tell.
    Warned(String),
    /// Not here; why.
    Forbidden(String),
}

impl TxLimits {
    /// The limits of a region for a licence without classes, as a lock.
    #[cfg(any(test, feature = "testkit"))]
    pub(crate) fn of_region(region: Region) -> Self {
        Self {
            rule: LimitRule::Lock,
            region,
            class: LicenceClass::Full,
        }
    }

    /// Judges a transmission by all it occupies. An unknown frequency or mode is outside.
    pub(crate) fn judge(&self, dial: Option<Hertz>, mode: Option<RigMode>, width: Option<u32>) -> Verdict {
        if self.rule == LimitRule::Off {
            return Verdict::Allowed;
        }
        match self.objection(dial, mode, width) {
            None => Verdict::Allowed,
            Some(why) if self.rule == LimitRule::Warn => Verdict::Warned(why),
            Some(why) => Verdict::Forbidden(why),
        }
    }

    fn objection(&self, dial: Option<Hertz>, mode: Option<RigMode>, width: Option<u32>) -> Option<String> {
        let Some(dial) = dial else {
            return Some("the radio does not tell its frequency".to_owned());
        };
        let Some(mode) = mode else {
            return Some("the radio does not tell its mode".to_owned());
        };
        if mode == RigMode::Wfm {
            return Some("broadcasting is not for amateurs".to_owned());
        }
        let (from, to) = occupied(dial, mode, width);
        let (low, high) = (Hertz::new(from), Hertz::new(to));
        if Band::of(low).is_none() || Band::of(low) != Band::of(high) {
            return Some(format!(
                "{mode} on {dial} reaches from {low} to {high}: outside of the amateur bands"
            ));
        }
        if plan::allows(self.region, self.class, Emission::of(mode), (from, to)) {
            return None;
        }
        Some(format!(
            "{mode} on {dial} reaches from {low} to {high}: the licence does not cover that"
        ))
    }
}

/// From where to where a transmission reaches, in hertz.
pub(crate) fn occupied(dial: Hertz, mode: RigMode, width: Option<u32>) -> (u64, u64) {
    let dial = dial.get();
    let width = u64::from(width.unwrap_or(0).min(20_000));
    let (below, above) = match mode {
        RigMode::Usb | RigMode::PktUsb | RigMode::EcssUsb | RigMode::Sah => (0, width.max(3_000)),
        RigMode::Lsb | RigMode::PktLsb | RigMode::EcssLsb | RigMode::Sal => (width.max(3_000), 0),
        RigMode::Cw | RigMode::Cwr | RigMode::Psk | RigMode::Pskr => (100, 100),
        RigMode::Rtty | RigMode::Rttyr => (500, 500),
        RigMode::Am | RigMode::Ams | RigMode::Amn | RigMode::Sam | RigMode::PktAm | RigMode::Dsb => {
            (3_000, 3_000)
        }
        RigMode::Fm | RigMode::PktFm => (8_000, 8_000),
        RigMode::Fmn | RigMode::PktFmn | RigMode::C4fm => (6_250, 6_250),
        RigMode::DStar => (3_125, 3_125),
        RigMode::Fax => (0, 3_000),
        RigMode::Wfm => (90_000, 90_000),
    };
    (dial.saturating_sub(below), dial.saturating_add(above))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(class: LicenceClass, region: Region, hertz: u64, mode: RigMode) -> bool {
        let limits = TxLimits {
            rule: LimitRule::Lock,
            region,
            class,
        };
        limits.judge(Some(Hertz::new(hertz)), Some(mode), None) == Verdict::Allowed
    }

    #[test]
    fn the_whole_signal_must_be_inside() {
        let full = |hertz, mode| judge(LicenceClass::Full, Region::One, hertz, mode);
        assert!(full(14_347_000, RigMode::Usb) && !full(14_348_000, RigMode::Usb));
        assert!(full(14_074_000, RigMode::PktUsb) && !full(14_000_050, RigMode::Cw));
        assert!(!full(7_002_000, RigMode::Lsb) && full(7_003_000, RigMode::Lsb));
        assert!(!full(27_205_000, RigMode::Am) && !full(14_200_000, RigMode::Wfm));
    }

    #[test]
    fn regions_and_classes_differ() {
        use LicenceClass::{Full, UsExtra, UsGeneral, UsTechnician};
        assert!(!judge(Full, Region::One, 7_250_000, RigMode::Lsb));
        assert!(judge(Full, Region::Two, 7_250_000, RigMode::Lsb));
        assert!(!judge(Full, Region::One, 146_520_000, RigMode::Fm));
        assert!(judge(Full, Region::Three, 146_520_000, RigMode::Fm));
        assert!(judge(UsExtra, Region::Two, 14_200_000, RigMode::Usb));
        assert!(!judge(UsGeneral, Region::Two, 14_200_000, RigMode::Usb));
        assert!(judge(UsGeneral, Region::Two, 14_250_000, RigMode::Usb));
        assert!(!judge(UsExtra, Region::Two, 14_100_000, RigMode::Usb));
        assert!(judge(UsExtra, Region::Two, 14_100_000, RigMode::PktUsb));
        assert!(!judge(UsTechnician, Region::Two, 14_050_000, RigMode::Cw));
        assert!(judge(UsTechnician, Region::Two, 28_400_000, RigMode::Usb));
        assert!(!judge(UsTechnician, Region::Two, 7_074_000, RigMode::PktUsb));
        assert!(judge(UsGeneral, Region::Two, 5_330_500, RigMode::Usb));
        assert!(!judge(UsGeneral, Region::Two, 5_340_000, RigMode::Usb));
        assert!(judge(Full, Region::One, 5_357_000, RigMode::PktUsb));
        assert!(!judge(Full, Region::One, 5_364_000, RigMode::Usb));
    }

    #[test]
    fn what_is_not_known_is_not_allowed_and_a_warning_lets_pass() {
        let mut limits = TxLimits::of_region(Region::One);
        assert!(matches!(
            limits.judge(None, Some(RigMode::Cw), None),
            Verdict::Forbidden(_)
        ));
        let out = Some(Hertz::new(27_000_000));
        limits.rule = LimitRule::Warn;
        assert!(matches!(
            limits.judge(out, Some(RigMode::Cw), None),
            Verdict::Warned(_)
        ));
        limits.rule = LimitRule::Off;
        assert_eq!(limits.judge(None, None, None), Verdict::Allowed);
    }
}
