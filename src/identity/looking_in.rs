//! Looking in as a member: an administrator sees what a member sees, and it cannot be hidden.
//!
//! The session is the member's, marked with the administrator behind it. It is short, does nothing that the owner must
//! be there for, ends when the administrator is one no more, and leaves a line in the audit trail at its beginning, at
//! each act and at its end, which the member can read too.

use super::actor::Actor;
use super::error::Error;
use super::memory::Touched;
use super::model::AccountId;
use super::service::{Browser, Identity};
use super::token::SessionToken;
use super::write::{self, NewSession};

impl Identity {
    /// Starts a session as another member.
    pub(crate) async fn look_in(
        &self,
        actor: &Actor,
        id: AccountId,
        browser: &Browser,
    ) -> Result<SessionToken, Error> {
        let token = SessionToken::from_random(self.nonce());
        let new = NewSession {
            digest: token.digest(),
            account: id,
            remember: false,
            proven: "administrator".into(),
            network: browser.address_text(),
            agent: browser.agent_text(),
            behind: None,
        };
        let actor = actor.clone();
        self.change(move |tx, now| {
            write::look_in(tx, &actor, new, now)?;
            Ok(((), Touched::account(id)))
        })
        .await?;
        Ok(token)
    }

    /// Notes what an administrator does who looks in; nothing where nobody does.
    pub(crate) async fn note_act(&self, actor: &Actor, act: String) -> Result<(), Error> {
        let Some(_) = actor.member().ok().and_then(|member| member.behind.as_ref()) else {
            return Ok(());
        };
        let actor = actor.clone();
        self.change(move |tx, now| {
            write::note_act(tx, &actor, &act, now)?;
            Ok(((), Touched::default()))
        })
        .await
    }
}
