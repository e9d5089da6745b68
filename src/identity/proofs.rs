//! Proofs of callsigns through the accounts' handle: listed by their owner and by administrators, added and ended by
//! administrators and by the services that check them.

use super::actor::Actor;
use super::authority::Capability;
use super::error::Error;
use super::memory::Touched;
use super::model::AccountId;
use super::quiz::GateQuestion;
use super::read;
use super::review;
use super::service::Identity;
use super::verification::Verification;
use super::write::{self, Claim, Claimed, Proof};

impl Identity {
    /// The proofs of an account's calls with their numbers, oldest first, also those that ended.
    pub(crate) async fn verifications(
        &self,
        actor: &Actor,
        id: AccountId,
    ) -> Result<Vec<(u64, Verification)>, Error> {
        actor.own_or(id, Actor::in_person, Capability::SeeAccounts)?;
        self.account(id)?;
        Ok(self
            .inner
            .store
            .read(move |rows| read::verifications(rows, id))
            .await?)
    }

    /// Records a proof of the call that an account has.
    pub(crate) async fn add_verification(
        &self,
        actor: &Actor,
        id: AccountId,
        proof: Proof,
    ) -> Result<u64, Error> {
        let actor = actor.clone();
        self.change(move |tx, now| {
            let number = write::add_verification(tx, &actor, id, &proof, now)?;
            Ok((number, Touched::account(id)))
        })
        .await
    }

    /// Ends a proof.
    pub(crate) async fn end_verification(
        &self,
        actor: &Actor,
        (id, number): (AccountId, u64),
        why: String,
    ) -> Result<(), Error> {
        let actor = actor.clone();
        self.change(move |tx, now| {
            write::end_verification(tx, &actor, (id, number), &why, now)?;
            Ok(((), Touched::account(id)))
        })
        .await
    }

    /// Gives a call to whoever proved it. What a service may not settle comes before the administrators, and is
    /// still an error here.
    pub(crate) async fn claim_call(&self, actor: &Actor, claim: Claim) -> Result<Claimed, Error> {
        let (asked_by, wanted) = (actor.clone(), claim.clone());
        let claimed = self.change(move |tx, now| {
            let claimed = write::claim_call(tx, &asked_by, &wanted, now)?;
            let mut touched = Touched::account(claimed.account);
            touched.accounts.extend(claimed.displaced);
            Ok((claimed, touched))
        });
        let claimed = claimed.await;
        if let Err(Error::HeldByVerified(_) | Error::HasCall(_)) = claimed
            && let Actor::Service(_) = actor
        {
            let actor = actor.clone();
            self.change(move |tx, now| {
                review::contest(tx, &actor, &claim, now)?;
                Ok(((), Touched::default()))
            })
            .await?;
        }
        claimed
    }

    /// Puts a set of questions for the knowledge gate in the place of the one of the same name.
    pub(crate) async fn replace_gate_questions(
        &self,
        actor: &Actor,
        set: String,
        questions: Vec<GateQuestion>,
    ) -> Result<(), Error> {
        let actor = actor.clone();
        self.change(move |tx, now| {
            write::replace_gate_questions(tx, &actor, &set, &questions, now)?;
            let touched = Touched {
                questions: true,
                ..Touched::default()
            };
            Ok(((), touched))
        })
        .await
    }
}
