//! What follows from a decision: proofs, calls and doors opened, in the decision's own transaction.

use jiff::Timestamp;
use smol_str::{SmolStr, format_smolstr};

use crate::ham::callsign::Callsign;
use crate::identity::actor::Actor;
use crate::identity::documents;
use crate::identity::error::Error;
use crate::identity::model::AccountId;
use crate::identity::read;
use crate::identity::tables::StoredAccount;
use crate::identity::verification::Method;
use crate::identity::write::{
    Claim, Claimant, Proof, Standing, add_verification, claim_call, end_verification, set_standing,
    set_waiting, settle_claim,
};
use crate::store::{Rows, Write};

use super::model::{Matter, Review};

/// What a decision did.
#[derive(Debug, Default)]
pub(super) struct Followed {
    /// The accounts that changed.
    pub(super) accounts: Vec<AccountId>,
    /// The proof that was recorded, where that is all that changed.
    pub(super) proof: Option<u64>,
}

/// Does what an acceptance means.
pub(super) fn accepted(
    tx: &mut Write<'_>,
    actor: &Actor,
    review: &Review,
    now: Timestamp,
) -> Result<Followed, Error> {
    let id = review.account;
    match &review.matter {
        Matter::SignUp {} => {
            let open = Standing {
                disabled: Some(false),
                ..Standing::default()
            };
            set_standing(tx, actor, id, open, now)?;
            Ok(Followed::of(id))
        }
        Matter::Document { document, call } => {
            let proof = Proof {
                method: Method::DOCUMENT,
                evidence: evidence_of(tx, *document)?,
                ..Proof::word_of("")
            };
            give(tx, actor, (id, call), proof, now)
        }
        Matter::LicenceMatch {
            call,
            authority,
            licensee,
            ..
        } => {
            let proof = Proof {
                evidence: format_smolstr!("licence in the register {authority}"),
                licensee: licensee.clone(),
                ..Proof::word_of("name and postal code agree with the register")
            };
            give(tx, actor, (id, call), proof, now)
        }
        Matter::ContestedCall { call, proof, .. } => {
            let claim = Claim {
                call: call.clone(),
                claimant: Claimant::Account(id),
                proof: proof.clone(),
            };
            let claimed = settle_claim(
                tx,
                actor,
                &claim,
                "given to somebody else by an administrator",
                now,
            )?;
            let mut followed = Followed::of(claimed.account);
            followed.accounts.extend(claimed.displaced);
            Ok(followed)
        }
        Matter::Unknown => Err(Error::ReviewDecided),
    }
}

/// Does what a refusal means: whoever waited to be let in waits no more, and stays outside.
pub(super) fn refused(
    tx: &mut Write<'_>,
    actor: &Actor,
    review: &Review,
    now: Timestamp,
) -> Result<Followed, Error> {
    if review.matter != (Matter::SignUp {}) {
        return Ok(Followed::default());
    }
    set_waiting(tx, actor, review.account, false, now)?;
    Ok(Followed::of(review.account))
}

/// Undoes what followed.
pub(super) fn taken_back(
    tx: &mut Write<'_>,
    actor: &Actor,
    review: &Review,
    now: Timestamp,
) -> Result<Vec<AccountId>, Error> {
    let id = review.account;
    if review.matter == (Matter::SignUp {}) {
        set_waiting(tx, actor, id, true, now)?;
        return Ok(vec![id]);
    }
    let proof = review.decision.as_ref().and_then(|decision| decision.proof);
    let Some(proof) = proof else { return Ok(Vec::new()) };
    match end_verification(tx, actor, (id, proof), "the decision was taken back", now) {
        // Ended meanwhile by somebody else: what was to be reached is so.
        Err(Error::UnknownVerification) => Ok(Vec::new()),
        ended => ended.map(|()| vec![id]),
    }
}

impl Followed {
    fn of(id: AccountId) -> Self {
        Self {
            accounts: vec![id],
            proof: None,
        }
    }
}

/// Records the proof of the call that the account has, or gives it the call.
fn give(
    tx: &mut Write<'_>,
    actor: &Actor,
    (id, call): (AccountId, &Callsign),
    proof: Proof,
    now: Timestamp,
) -> Result<Followed, Error> {
    let account = account_of(tx, id)?;
    if account.call.call() == Some(call) {
        let proof = add_verification(tx, actor, id, &proof, now)?;
        return Ok(Followed {
            proof: Some(proof),
            ..Followed::of(id)
        });
    }
    let claim = Claim {
        call: call.clone(),
        claimant: Claimant::Account(id),
        proof,
    };
    let claimed = claim_call(tx, actor, &claim, now)?;
    let mut followed = Followed::of(claimed.account);
    followed.accounts.extend(claimed.displaced);
    Ok(followed)
}

/// The document by its number and digest, so that it can be told from any other when its file is gone.
fn evidence_of(rows: &impl Rows, number: u64) -> Result<SmolStr, Error> {
    let digest = documents::document(rows, number)?.map(|document| document.digest);
    let digest = digest.unwrap_or_default();
    Ok(format_smolstr!("document {number}, SHA-256 {digest}"))
}

fn account_of(rows: &impl Rows, id: AccountId) -> Result<StoredAccount, Error> {
    read::account(rows, id)?.ok_or(Error::UnknownAccount)
}
