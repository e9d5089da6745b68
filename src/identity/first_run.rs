//! The one-time link that makes the first administrator.
//!
//! Invariants: it lives in memory only, works for half an hour and once, and only while nobody administers the
//! installation; of two browsers that hold it one wins, since the check and the account are one transaction.

use jiff::{SignedDuration, Timestamp};

use super::error::Error;
use super::memory::Touched;
use super::model::{AccountId, Role};
use super::password::Password;
use super::service::{Identity, lock};
use super::tables::StoredAccount;
use super::token::{self, SecretDigest};
use super::write::{self, NewAccount};

/// How long the first-run link works.
const FIRST_RUN: SignedDuration = SignedDuration::from_mins(30);

/// The link that makes the first administrator.
pub(super) struct FirstRun {
    digest: SecretDigest,
    until: Timestamp,
}

impl Identity {
    /// Whether nobody administers this installation yet.
    pub(crate) fn needs_administrator(&self) -> bool {
        let governs = |account: &StoredAccount| account.role == Role::Administrator && !account.disabled;
        !self.memory().accounts().any(|(_, account)| governs(account))
    }

    /// A fresh first-run token, where nobody administers this installation yet; an earlier one stops working.
    pub(crate) fn first_run_token(&self) -> Option<String> {
        if !self.needs_administrator() {
            return None;
        }
        let text = self.inner.entropy.token(32);
        let until = self
            .inner
            .clock
            .now()
            .checked_add(FIRST_RUN)
            .unwrap_or(Timestamp::MAX);
        *lock(&self.inner.first_run) = Some(FirstRun {
            digest: token::digest(&text),
            until,
        });
        Some(text)
    }

    /// Refuses unless the token is the one given out last and not too old.
    pub(crate) fn check_first_run(&self, shown: &str) -> Result<(), Error> {
        if !self.needs_administrator() {
            return Err(Error::AlreadySetUp);
        }
        let now = self.inner.clock.now();
        let known = lock(&self.inner.first_run);
        let fits = |known: &FirstRun| now < known.until && token::same(&known.digest, &token::digest(shown));
        if known.as_ref().is_some_and(fits) {
            Ok(())
        } else {
            Err(Error::BadLink)
        }
    }

    /// Makes the first administrator for whoever has the link, which then is used up.
    pub(super) async fn claim(
        &self,
        shown: &str,
        mut new: NewAccount,
        password: Password,
    ) -> Result<AccountId, Error> {
        self.check_first_run(shown)?;
        new.password = Some(self.hash(password).await);
        let id = self
            .change(move |tx, now| {
                let id = write::set_up(tx, &new, now)?;
                Ok((id, Touched::account(id)))
            })
            .await?;
        *lock(&self.inner.first_run) = None;
        Ok(id)
    }
}
