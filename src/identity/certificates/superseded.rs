//! Which certificates newer ones have taken the place of: an older one proves nothing any more.
//!
//! A certificate of LoTW names the one before it in its extension `.1.5`. It is believed for the same call only.

use std::collections::HashMap;
use std::sync::PoisonError;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::Certificates;
use super::tables::{SUPERSEDED, StoredSuperseded};
use crate::identity::error::Error;
use crate::identity::lotw::{CertificateName, Claim};
use crate::identity::memory::Touched;
use crate::identity::token::fingerprint;
use crate::identity::write;
use crate::store::{Direction, Rows, Span, StoreError};

/// Names kept under one number: only several authorities with the same numbers make more than one.
const MOST_OF_A_NUMBER: usize = 8;

/// A certificate that a newer one took the place of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Superseded {
    name: CertificateName,
    /// The call that both are for, as a fingerprint: the mark outlasts its owner's account.
    call: SmolStr,
    since: Timestamp,
}

/// All of them, by number.
pub(super) fn load(rows: &impl Rows) -> Result<HashMap<SmolStr, Vec<Superseded>>, StoreError> {
    let all = rows.scan(SUPERSEDED, Span::all(), Direction::Forward);
    all.map(|row| row.map(|(number, stored)| (number, stored.certificates)))
        .collect()
}

impl Certificates {
    /// Whether a newer certificate of the same call was seen that took the place of this one.
    pub(super) fn is_superseded(&self, claim: &Claim) -> bool {
        let superseded = self
            .inner
            .superseded
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let known = superseded.get(claim.certificate.serial.as_str());
        known.into_iter().flatten().any(|superseded| superseded.is(claim))
    }

    /// Notes which certificate this one took the place of; proofs that rest on that one end.
    pub(super) async fn supersede(&self, claim: &Claim) -> Result<(), Error> {
        let Some(name) = claim.supersedes.clone() else {
            return Ok(());
        };
        // One that names itself would shut its own holder out.
        if name.means(&claim.certificate) {
            return Ok(());
        }
        let number = SmolStr::new(name.serial.trim_start_matches('0'));
        let fresh = Superseded {
            name,
            call: fingerprint(claim.callsign.as_str()).into(),
            since: self.inner.identity.inner.clock.now(),
        };
        let is_known = |known: &Vec<Superseded>| {
            let mut known = known.iter();
            known.any(|known| (&known.name, &known.call) == (&fresh.name, &fresh.call))
        };
        let superseded = &self.inner.superseded;
        let of_number = superseded
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&number)
            .cloned();
        let mut of_number = of_number.unwrap_or_default();
        if is_known(&of_number) || of_number.len() >= MOST_OF_A_NUMBER {
            return Ok(());
        }
        let call = super::home_call(&claim.callsign);
        of_number.push(fresh);
        let stored = StoredSuperseded {
            certificates: of_number.clone(),
        };
        let key = number.clone();
        self.inner
            .identity
            .change(move |tx, now| {
                tx.put(SUPERSEDED, &key, &stored)?;
                let why = "a newer certificate has taken the place of this one";
                let ended = write::end_by_certificate(tx, &super::ACTOR, (&call, &key), why, now)?;
                let touched = Touched {
                    accounts: ended,
                    ..Touched::default()
                };
                Ok(((), touched))
            })
            .await?;
        let mut superseded = superseded.write().unwrap_or_else(PoisonError::into_inner);
        superseded.insert(number, of_number);
        Ok(())
    }
}

impl Superseded {
    fn is(&self, claim: &Claim) -> bool {
        self.call == fingerprint(claim.callsign.as_str()) && self.name.means(&claim.certificate)
    }
}
