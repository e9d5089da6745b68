//! What proofs of calls ask of the registers: who holds a call, by the register's own number.
//!
//! Only numbers that stay with a person through all calls count (FCC: FRN): a name is nobody's proof. No register here
//! has mail addresses.

use std::sync::Arc;

use super::generation::Registers;
use crate::identity::ladder::{Licence, LicenceRegister};
use crate::store::StoreError;

/// The question as the ladder of proofs asks it.
pub(crate) fn register(registers: Arc<Registers>) -> LicenceRegister {
    Arc::new(move |_, call| {
        let found = registers.lookup(call);
        let found = found.map_err(|error| StoreError::Refused(error.to_string().into()))?;
        Ok(found.and_then(|found| {
            let licensee = found.entry.licence.holder.person;
            (!licensee.is_empty()).then_some(Licence {
                licensee,
                email: None,
            })
        }))
    })
}
