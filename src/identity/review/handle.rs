//! Reviews through the accounts' handle: listed and decided by administrators, opened by services; owners are told.

use crate::identity::actor::Actor;
use crate::identity::authority::Capability;
use crate::identity::error::Error;
use crate::identity::memory::Touched;
use crate::identity::model::AccountId;
use crate::identity::service::Identity;

use super::model::{Matter, Review, ReviewId, State, Verdict};
use super::{read, write};

/// Decided matters in one answer.
const RECENT: usize = 100;

impl Identity {
    /// What waits to be decided, oldest first.
    pub(crate) async fn open_reviews(&self, actor: &Actor) -> Result<Vec<(ReviewId, Review)>, Error> {
        actor.may(Capability::SettleReviews)?;
        Ok(self.inner.store.read(read::open).await?)
    }

    /// What was decided lately, newest first.
    pub(crate) async fn decided_reviews(&self, actor: &Actor) -> Result<Vec<(ReviewId, Review)>, Error> {
        actor.may(Capability::SettleReviews)?;
        let mut found = self.inner.store.read(|rows| read::decided(rows, RECENT)).await?;
        let ended = |review: &Review| review.decision.as_ref().map(|decision| decision.at);
        found.sort_by_key(|(id, review)| std::cmp::Reverse((ended(review), *id)));
        Ok(found)
    }

    /// One of them.
    pub(crate) async fn review(&self, actor: &Actor, id: ReviewId) -> Result<Review, Error> {
        actor.may(Capability::SettleReviews)?;
        let found = self.inner.store.read(move |rows| read::review(rows, id)).await?;
        found.ok_or(Error::UnknownReview)
    }

    /// Puts a matter before the administrators.
    pub(crate) async fn open_review(
        &self,
        actor: &Actor,
        account: AccountId,
        matter: Matter,
    ) -> Result<ReviewId, Error> {
        let actor = actor.clone();
        self.change(move |tx, now| {
            let id = write::open_review(tx, &actor, account, matter, now)?;
            Ok((id, Touched::default()))
        })
        .await
    }

    /// Decides a matter, and tells the owner by mail.
    pub(crate) async fn decide_review(
        &self,
        actor: &Actor,
        id: ReviewId,
        verdict: Verdict,
    ) -> Result<Review, Error> {
        let actor = actor.clone();
        let review = self
            .change(move |tx, now| {
                let (review, accounts) = write::decide(tx, &actor, id, &verdict, now)?;
                Ok((review, touched(accounts)))
            })
            .await?;
        self.tell_decided(&review);
        Ok(review)
    }

    /// Takes a decision back.
    pub(crate) async fn reopen_review(&self, actor: &Actor, id: ReviewId) -> Result<Review, Error> {
        let actor = actor.clone();
        self.change(move |tx, now| {
            let (review, accounts) = write::reopen(tx, &actor, id, now)?;
            Ok((review, touched(accounts)))
        })
        .await
    }

    /// Takes an open matter off the queue.
    pub(crate) async fn withdraw_review(&self, actor: &Actor, id: ReviewId) -> Result<Review, Error> {
        let actor = actor.clone();
        self.change(move |tx, now| {
            let review = write::withdraw(tx, &actor, id, now)?;
            Ok((review, Touched::default()))
        })
        .await
    }

    fn tell_decided(&self, review: &Review) {
        let Ok(account) = self.account(review.account) else {
            return;
        };
        let (Some(to), Some(decision)) = (&account.email, &review.decision) else {
            return;
        };
        let letters = self.letters(Some(review.account));
        let accepted = review.state == State::Accepted;
        let letter = letters.decided(
            to,
            account.call.as_str(),
            &review.matter,
            (accepted, &decision.reason),
        );
        self.inner.mailer.post(letter);
    }
}

fn touched(accounts: Vec<AccountId>) -> Touched {
    Touched {
        accounts,
        ..Touched::default()
    }
}
