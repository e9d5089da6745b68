//! What the holder of a certificate gets: a session, an account of their own, or a proof for the account they have.

use jiff::civil::Date;
use smol_str::format_smolstr;

use super::standing::Standing;
use super::{ACTOR, Certificates, Chain, Errand, home_call};
use crate::config::SignUp;
use crate::ham::callsign::Callsign;
use crate::identity::actor::Actor;
use crate::identity::error::Error;
use crate::identity::lotw::{Claim, Refusal};
use crate::identity::memory::Touched;
use crate::identity::model::AccountId;
use crate::identity::read;
use crate::identity::review;
use crate::identity::service::{Browser, own_digest};
use crate::identity::sign_in::Proven;
use crate::identity::token::SessionToken;
use crate::identity::verification::{self, Method};
use crate::identity::write::{self, Admission, Arrival, Arrived, Claimant, Proof};

/// Who showed a certificate, as far as it tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holder {
    /// The call in it, with a suffix where it has one.
    pub(crate) call: Callsign,
    /// What else it says; none where a proxy vouches for the name alone.
    pub(crate) claim: Option<Box<Claim>>,
}

/// What became of somebody who came with a certificate.
#[derive(Debug)]
pub(crate) enum Entered {
    /// They are signed in.
    SignedIn {
        session: SessionToken,
        /// Whether this certificate was shown for the first time, by somebody without a passkey: the certificate once, a
        /// passkey every day.
        suggest_passkey: bool,
    },
    /// The member has proven the call.
    Verified,
    /// They have an account that an administrator must let in.
    Waiting,
    /// Somebody has an account of this name and has not proven it: are they that somebody?
    Contested {
        call: Callsign,
        /// Whether they may take the call without asking anybody.
        may_take: bool,
    },
}

/// Why somebody with a certificate is not let in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EnterError {
    /// The certificate.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Everything else.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl Holder {
    pub(super) fn of_claim(claim: Claim) -> Self {
        Self {
            call: claim.callsign.clone(),
            claim: Some(Box::new(claim)),
        }
    }

    pub(super) fn of_name(call: Callsign) -> Self {
        Self { call, claim: None }
    }

    /// The call that the account has.
    pub(crate) fn home(&self) -> Callsign {
        home_call(&self.call)
    }

    fn evidence(&self) -> smol_str::SmolStr {
        match &self.claim {
            Some(claim) => verification::certificate_evidence(&claim.certificate.serial, &claim.fingerprint),
            None => format_smolstr!("name {} forwarded by a proxy", self.call),
        }
    }

    fn held_since(&self) -> Option<Date> {
        self.claim.as_ref().and_then(|claim| claim.first_qso)
    }

    pub(super) fn proof(&self, method: Method, note: String) -> Proof {
        let note = if self.call == self.home() {
            note
        } else {
            format!("for {}; {note}", self.call)
        };
        Proof {
            method,
            evidence: self.evidence(),
            licensee: None,
            note: note.into(),
            // A certificate that runs out has still been issued to its holder.
            until: None,
        }
    }
}

impl Certificates {
    /// Lets the holder of these certificates in, or proves the call of the member who came. `take`: the holder said that
    /// an unproven account of the call is not theirs.
    pub(crate) async fn enter(
        &self,
        chain: &Chain,
        errand: &Errand,
        (actor, browser): (&Actor, &Browser),
        take: bool,
    ) -> Result<Entered, EnterError> {
        if errand.account.is_some() {
            actor.owner().map_err(Error::from)?;
        }
        let holder = self.examine(chain)?;
        let claimant = errand.account.map_or(Claimant::Newcomer, Claimant::Account);
        let note = self.look_up(&holder).await?;
        let arrival = Arrival {
            claim: write::Claim {
                call: holder.home(),
                claimant,
                proof: holder.proof(Method::CERTIFICATE, note),
            },
            held_since: holder.held_since(),
            name: name_of(&holder),
            admission: match self.inner.identity.sign_up_policy() {
                SignUp::Open => Some(Admission::AtOnce),
                SignUp::Approval => Some(Admission::Approved),
                SignUp::Closed => None,
            },
            take,
        };
        let arrived = self.arrive(arrival).await;
        // After the new proof stands: what it takes the place of may have been the only one.
        self.keep(&holder).await?;
        self.follow(arrived?, &holder, errand, (actor, browser)).await
    }

    async fn follow(
        &self,
        arrived: Arrived,
        holder: &Holder,
        errand: &Errand,
        (actor, browser): (&Actor, &Browser),
    ) -> Result<Entered, EnterError> {
        let identity = &self.inner.identity;
        let (account, is_first) = match arrived {
            Arrived::Waiting => return Ok(Entered::Waiting),
            Arrived::Contested { may_take } => {
                let call = holder.home();
                return Ok(Entered::Contested { call, may_take });
            }
            Arrived::At { account, is_first } => (account, is_first),
        };
        if errand.account.is_none() {
            let entered = identity.enter(account, errand.remember, Proven::Certificate, browser);
            let session = entered.await?;
            let passkeys = identity
                .inner
                .store
                .read(move |rows| read::passkeys(rows, account));
            let suggest_passkey = is_first && passkeys.await.map_err(Error::from)?.is_empty();
            return Ok(Entered::SignedIn {
                session,
                suggest_passkey,
            });
        }
        // Whoever shows a certificate of the call that the session's account had before has proven to be its owner.
        let member = actor.in_person().map_err(Error::from)?;
        if member.call.call() == Some(&holder.home())
            && let Some(digest) = own_digest(member)
        {
            identity.confirm_by(digest, Proven::Certificate).await?;
        }
        Ok(Entered::Verified)
    }

    /// Asks Logbook of the World about a certificate that proves a call for the first time; the note for the proof.
    pub(super) async fn look_up(&self, holder: &Holder) -> Result<String, EnterError> {
        let Some(claim) = &holder.claim else {
            return Ok("the proxy's word".to_owned());
        };
        let mut note = String::new();
        if !self.is_known(holder).await? {
            let standing = self.standing_soon(&claim.certificate.serial).await;
            if let Standing::Gone(said) = standing {
                return Err(Refusal::Revoked { said }.into());
            }
            note = standing.note();
        }
        Ok(note)
    }

    /// Whether this certificate proves its call already.
    async fn is_known(&self, holder: &Holder) -> Result<bool, Error> {
        let (call, evidence) = (holder.home(), holder.evidence());
        let store = &self.inner.identity.inner.store;
        let known = store.read(move |rows| match read::account_of(rows, &call)? {
            Some(id) => read::proves_already(rows, id, (&call, &evidence)),
            None => Ok(false),
        });
        Ok(known.await?)
    }

    async fn arrive(&self, arrival: Arrival) -> Result<Arrived, Error> {
        let claim = arrival.claim.clone();
        let arrived = self.inner.identity.change(move |tx, now| {
            let (arrived, accounts) = write::arrive(tx, &ACTOR, &arrival, now)?;
            Ok((arrived, touching(accounts)))
        });
        let arrived = arrived.await;
        self.bring_to_people(arrived, claim).await
    }

    /// What may not be settled here comes before the administrators, and is still an error.
    pub(super) async fn bring_to_people<T>(
        &self,
        done: Result<T, Error>,
        claim: write::Claim,
    ) -> Result<T, Error> {
        if let Err(Error::HeldByVerified(_) | Error::HasCall(_)) = done {
            let contested = self.inner.identity.change(move |tx, now| {
                review::contest(tx, &ACTOR, &claim, now)?;
                Ok(((), Touched::default()))
            });
            contested.await?;
        }
        done
    }
}

/// The memory of these accounts is to be brought up to date.
pub(super) fn touching(accounts: Vec<AccountId>) -> Touched {
    Touched {
        accounts,
        ..Touched::default()
    }
}

fn name_of(holder: &Holder) -> crate::identity::model::DisplayName {
    let name = holder.claim.as_ref().and_then(|claim| claim.common_name.as_ref());
    name.and_then(|name| name.parse().ok()).unwrap_or_default()
}
