//! Which unit a frequency without one is in. People give megahertz, spots kilohertz, programs hertz.

use crate::ham::band::Band;
use crate::ham::freq::Hertz;

/// Why a text is no frequency.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UnitsError {
    /// Not digits with one decimal point at most.
    #[error("{0:?} is not a frequency: write it like 14.074")]
    NotANumber(String),
    /// In no unit within an amateur band.
    #[error("{0} is in no amateur band, neither as MHz nor as kHz nor as Hz")]
    NoBand(String),
}

/// Reads a frequency by the amateur band it falls into: as MHz, kHz or Hz. If several fit, megahertz below 1000 and
/// kilohertz from there up. If none fits it is an error, unless `general_coverage` takes it for megahertz below 1000.
pub(crate) fn frequency_of_text(text: &str, general_coverage: bool) -> Result<Hertz, UnitsError> {
    let no_number = || UnitsError::NotANumber(text.chars().take(32).collect());
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let sane = !whole.is_empty() && text.len() <= 20 && !text.ends_with('.');
    if !sane || !digits(whole) || !digits(fraction) {
        return Err(no_number());
    }
    let readings = [6, 3, 0].map(|power| scaled(whole, fraction, power));
    let fits = |hertz: &Hertz| Band::of(*hertz).is_some();
    let below_1000 = whole.trim_start_matches('0').len() <= 3;
    let order = if below_1000 { [0, 1, 2] } else { [1, 2, 0] };
    let found = order.into_iter().find_map(|index| readings[index].filter(fits));
    if let Some(hertz) = found {
        return Ok(hertz);
    }
    let any = readings[0].filter(|hertz| general_coverage && below_1000 && hertz.get() >= 1_000);
    any.ok_or_else(|| UnitsError::NoBand(text.to_owned()))
}

/// The number times ten to a power, in whole hertz, rounded half up; `None` if it is too large.
fn scaled(whole: &str, fraction: &str, power: usize) -> Option<Hertz> {
    let mut value = 0_u64;
    let decimals = fraction.bytes().chain(std::iter::repeat(b'0')).take(power);
    for digit in whole.bytes().chain(decimals) {
        value = value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
    }
    let rounding = fraction.as_bytes().get(power).is_some_and(|digit| *digit >= b'5');
    let hertz = value.checked_add(u64::from(rounding))?;
    (hertz <= 300_000_000_000).then(|| Hertz::new(hertz))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_band_tells_the_unit() {
        for (text, hertz) in [
            ("14.074", 14_074_000),
            ("14074", 14_074_000),
            ("14074.0", 14_074_000),
            ("14074000", 14_074_000),
            ("475", 475_000),
            ("1296.2", 1_296_200_000),
            ("10136", 10_136_000),
            ("10368.1", 10_368_100_000),
            ("3500", 3_500_000),
            ("144.174", 144_174_000),
            ("7", 7_000_000),
            ("7.0742005", 7_074_201),
            ("0.1365", 136_500),
        ] {
            assert_eq!(frequency_of_text(text, false), Ok(Hertz::new(hertz)), "{text}");
        }
    }

    #[test]
    fn other_writings_are_refused() {
        for text in [
            "14,074",
            "14.074.000",
            "-14.074",
            "+14.074",
            " 14.074",
            "14.074 ",
            "1.4074e1",
            "",
            ".",
            "14.",
            ".5",
            "nan",
            "inf",
            "14.074\n",
            "0x0E",
            "\u{661}4.0",
            "99999999999999999999999",
        ] {
            assert!(
                matches!(frequency_of_text(text, true), Err(UnitsError::NotANumber(_))),
                "{text:?}"
            );
        }
        for text in ["9.41", "27.205", "0", "11", "99999999999999"] {
            assert!(
                matches!(frequency_of_text(text, false), Err(UnitsError::NoBand(_))),
                "{text}"
            );
        }
        assert_eq!(frequency_of_text("9.41", true), Ok(Hertz::new(9_410_000)));
    }

    proptest! {
        #[test]
        fn a_frequency_in_a_band_is_read_exactly(band in 0..Band::ALL.len(), share in 0.0..1.0_f64) {
            let band = Band::ALL[band];
            prop_assume!((1_800_000..450_000_000).contains(&band.lower().get()));
            let width = band.upper().get() - band.lower().get();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of it")]
            let hertz = band.lower().get() + (width as f64 * share) as u64;
            let text = Hertz::new(hertz).to_mhz_text();
            prop_assert_eq!(frequency_of_text(&text, false), Ok(Hertz::new(hertz)));
        }

        #[test]
        fn any_text_is_judged(text in "\\PC{0,40}") {
            let _ = frequency_of_text(&text, true);
        }
    }
}
