//! The door of licence events: pieces of a batch, each event's effects in one transaction, owners told by mail.

use serde::Serialize;
use utoipa::ToSchema;

use super::apply;
use super::notice::LicenceEvent;
use crate::identity::actor::Actor;
use crate::identity::authority::Capability;
use crate::identity::error::Error;
use crate::identity::login::Login;
use crate::identity::memory::Touched;
use crate::identity::model::AccountId;
use crate::identity::service::Identity;

/// Events in one transaction.
const PIECE: usize = 200;

/// What an event did to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Effect {
    /// A listener became a member, by the licensee's id.
    Upgraded,
    /// An account has the licensee's new call.
    Renamed,
    /// An account lost its call, which is somebody else's, and is a listener's now.
    Displaced,
    /// Proofs of the call ended.
    ProofsEnded,
    /// A call that the account had before is somebody else's; what stood under it was set aside.
    SetAside,
    /// An administrator decides.
    Waits,
    /// The owner was told that the licence ran out.
    Told,
}

/// What came of an event, for one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Outcome {
    /// The call of the event; the new one, where it changed.
    pub(crate) call: String,
    pub(crate) account: AccountId,
    /// What the account was called before.
    #[schema(value_type = String)]
    pub(crate) before: Login,
    pub(crate) effect: Effect,
}

impl Identity {
    /// Applies what a register says of licences, in its order; what came of it, where anything did.
    pub(crate) async fn licence_events(
        &self,
        actor: &Actor,
        events: Vec<LicenceEvent>,
    ) -> Result<Vec<Outcome>, Error> {
        actor.may(Capability::ApplyLicences)?;
        let mut outcomes = Vec::new();
        for piece in events.chunks(PIECE) {
            let (piece, actor) = (piece.to_vec(), actor.clone());
            let applied = self.change(move |tx, now| {
                let mut outcomes = Vec::new();
                for event in &piece {
                    outcomes.extend(apply(tx, &actor, event, now)?);
                }
                let touched = Touched {
                    accounts: outcomes.iter().map(|outcome| outcome.account).collect(),
                    ..Touched::default()
                };
                Ok((outcomes, touched))
            });
            let applied = applied.await?;
            for outcome in &applied {
                self.tell_of_licence(outcome);
            }
            outcomes.extend(applied);
        }
        Ok(outcomes)
    }

    fn tell_of_licence(&self, outcome: &Outcome) {
        let Ok(account) = self.account(outcome.account) else {
            return;
        };
        if let Some(to) = &account.email
            && let Some(letter) =
                self.letters(Some(outcome.account))
                    .licence(to, outcome, account.call.as_str())
        {
            self.inner.mailer.post(letter);
        }
    }
}
