//! What the ladder asks of a register of licences: the licensee's id and the address on record.
//!
//! The register itself is above the accounts; the application gives the question to ask it by. Until there is one,
//! nothing is on record for any call, which is said as it is.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::ham::callsign::Callsign;
use crate::identity::model::MailAddress;
use crate::store::{Read, StoreError};

/// A licence as a register has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Licence {
    /// Who holds it, by the register's own id: the same for all calls of a person, another one for the next holder.
    pub(crate) licensee: SmolStr,
    /// The mail address on record.
    pub(crate) email: Option<MailAddress>,
}

/// Looks a call's licence up. Blocking: some microseconds.
pub(crate) type LicenceRegister =
    Arc<dyn Fn(&Read, &Callsign) -> Result<Option<Licence>, StoreError> + Send + Sync>;

/// A register that knows no call.
#[cfg(test)]
pub(crate) fn no_register() -> LicenceRegister {
    Arc::new(|_, _| Ok(None))
}
