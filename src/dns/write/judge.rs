//! Asking the rules about what a change leaves.

use super::turning::Turning;
use crate::dns::error::Error;
use crate::dns::grants::Opened;
use crate::dns::model::Terms;
use crate::store::Write;

/// Refuses what would break a rule.
pub(super) fn check(_: &Write<'_>, _: &Opened, _: &Turning, _: Terms<'_>) -> Result<(), Error> {
    Ok(())
}

/// Refuses a whole zone that could not be answered.
pub(super) fn check_whole(
    _: &Write<'_>,
    _: crate::dns::model::ZoneId,
    _: &crate::dns::name::Name,
    _: &Turning,
) -> Result<(), Error> {
    Ok(())
}
