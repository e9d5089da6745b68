//! Whether what was fetched may take the place of what is there.

use jiff::Timestamp;

/// A new register must hold at least this many per cent of the valid calls of the last one.
const LEAST_PER_CENT: u64 = 90;

/// Why a register is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Doubt {
    /// Its own stamp is older than that of the one applied.
    #[error("the file was made at {made}, before the one that is in use ({applied})")]
    Older { made: Timestamp, applied: Timestamp },
    /// It holds far fewer valid calls: cut short, or the wrong file.
    #[error(
        "the file holds {now} valid calls, the one in use {before}: under {LEAST_PER_CENT} per cent; force the import if that is right"
    )]
    Fewer { now: u64, before: u64 },
}

/// Whether a file is newer than the one applied: `Ok(false)` for the same one, or where neither tells.
pub(crate) fn is_newer(made: Option<Timestamp>, applied: Option<Timestamp>) -> Result<bool, Doubt> {
    match (made, applied) {
        (Some(made), Some(applied)) if made < applied => Err(Doubt::Older { made, applied }),
        (Some(made), Some(applied)) => Ok(made > applied),
        _ => Ok(true),
    }
}

/// Whether the number of valid calls is believable.
pub(crate) fn is_plausible(now: u64, before: u64) -> Result<(), Doubt> {
    if now.saturating_mul(100) < before.saturating_mul(LEAST_PER_CENT) {
        return Err(Doubt::Fewer { now, before });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_file_is_refused_and_the_same_one_not_new() {
        let (old, new): (Timestamp, Timestamp) = (
            "2026-08-23T13:07:53Z".parse().unwrap(),
            "2026-08-30T13:07:53Z".parse().unwrap(),
        );
        assert_eq!(is_newer(Some(new), Some(old)), Ok(true));
        assert_eq!(is_newer(Some(new), Some(new)), Ok(false));
        assert!(matches!(is_newer(Some(old), Some(new)), Err(Doubt::Older { .. })));
        assert_eq!(is_newer(None, Some(new)), Ok(true));
        assert_eq!(is_newer(Some(new), None), Ok(true));
    }

    #[test]
    fn a_tenth_may_be_missing_and_no_more() {
        assert_eq!(is_plausible(900, 1_000), Ok(()));
        assert!(matches!(
            is_plausible(899, 1_000),
            Err(Doubt::Fewer {
                now: 899,
                before: 1_000
            })
        ));
        assert_eq!(is_plausible(0, 0), Ok(()));
        assert_eq!(is_plausible(u64::MAX, u64::MAX), Ok(()));
    }
}
