//! Asking for a code by mail, and showing it.
//!
//! Whoever asks hears the same in the same time, whether or not the mailbox exists and whether or not a mail goes: it is
//! posted after the answer. That a register has no address for a call is said at once, for then no code will come.

use jiff::Timestamp;
use smol_str::SmolStr;

use crate::ham::callsign::Callsign;
use crate::identity::actor::Actor;
use crate::identity::authority::Service;
use crate::identity::error::Error;
use crate::identity::memory::Touched;
use crate::identity::model::{AccountId, MailAddress};
use crate::identity::service::{Browser, Identity};
use crate::identity::verification::Method;
use crate::identity::write::{self, Claim, Claimant, Claimed, CodeWish, Postage, Proof, Tried};
use crate::web::Network;

use super::code::{MailCode, Mailbox, masked};
use super::refusal::Refusal;
use super::register::Licence;

/// The part of the program that accepts proofs.
const VERIFIER: Actor = Actor::Service(Service::Verifier);

/// A code that was asked for.
#[derive(Debug, Clone)]
pub(crate) struct CodeSent {
    /// The address, as whoever asked may see it.
    pub(crate) to: SmolStr,
    /// Until when the code works.
    pub(crate) until: Timestamp,
}

impl Identity {
    /// Sends a code to a mailbox that belongs to a call.
    pub(crate) async fn ask_code(
        &self,
        actor: &Actor,
        (call, mailbox): (&Callsign, Mailbox),
        browser: &Browser,
    ) -> Result<CodeSent, Error> {
        let member = actor.owner()?;
        let (id, login) = (member.account, member.call.clone());
        if !mailbox.is_accepted(&self.inner.ladder.policy) {
            return Err(Refusal::Off.into());
        }
        let (address, shown) = self.address_of(call, mailbox).await?;
        let entropy = &self.inner.entropy;
        let code = MailCode::draw(|| entropy.bytes());
        let wish = CodeWish {
            call: call.clone(),
            mailbox,
            address: address.clone(),
            shown,
            mark: code.mark(&self.inner.signer, id, call),
            network: Network::of(browser.address),
        };
        let asker = actor.clone();
        let (stored, paid) = self
            .change(move |tx, now| {
                let asked = write::ask_code(tx, &asker, &wish, now)?;
                Ok((asked, Touched::default()))
            })
            .await?;
        if paid == Postage::Paid {
            let letters = self.letters(Some(id));
            let letter = letters.code(&address, call.as_str(), login.as_str(), &code.shown());
            self.inner.mailer.post(letter);
        }
        Ok(CodeSent {
            to: stored.to,
            until: stored.until,
        })
    }

    /// Gives the call to whoever shows the code that was sent to its mailbox.
    pub(crate) async fn try_code(&self, actor: &Actor, typed: &str) -> Result<(Callsign, Claimed), Error> {
        let id = actor.owner()?.account;
        let code = MailCode::typed(typed).ok_or(Refusal::NoCode)?;
        let (signer, asker) = (self.inner.signer.clone(), actor.clone());
        let tried = self
            .change(move |tx, now| {
                let mark = |call: &Callsign| code.mark(&signer, id, call);
                Ok((write::try_code(tx, &asker, mark, now)?, Touched::default()))
            })
            .await?;
        match tried {
            Tried::Right(code) => {
                let proof = self.proof_for(&code.call, Method::MAILBOX, code.to.clone());
                let proof = proof.await?;
                let claimed = self.accept(id, code.call.clone(), proof).await?;
                Ok((code.call, claimed))
            }
            Tried::Wrong(left) => Err(Refusal::WrongCode(left).into()),
            Tried::Burnt => Err(Refusal::BurntCode.into()),
            Tried::None => Err(Refusal::SpentCode.into()),
        }
    }

    /// A call's address of a class, and what may be shown of it.
    async fn address_of(&self, call: &Callsign, mailbox: Mailbox) -> Result<(MailAddress, SmolStr), Error> {
        if let Some(address) = mailbox.of_call(call) {
            let shown = SmolStr::new(address.as_str());
            return Ok((address, shown));
        }
        let licence = self.licence(call).await?;
        let address = licence.and_then(|licence| licence.email);
        let address = address.ok_or_else(|| Refusal::NoAddress(call.clone()))?;
        let shown = masked(&address);
        Ok((address, shown))
    }

    /// What the register of licences has of a call.
    pub(super) async fn licence(&self, call: &Callsign) -> Result<Option<Licence>, Error> {
        let (register, call) = (self.inner.ladder.register.clone(), call.clone());
        Ok(self.inner.store.read(move |rows| register(rows, &call)).await?)
    }

    /// A proof with who holds the licence now, so that it ends when somebody else does.
    pub(super) async fn proof_for(
        &self,
        call: &Callsign,
        method: Method,
        evidence: SmolStr,
    ) -> Result<Proof, Error> {
        let licence = self.licence(call).await?;
        Ok(Proof {
            method,
            evidence,
            licensee: licence.map(|licence| licence.licensee),
            note: SmolStr::default(),
            until: None,
        })
    }

    /// Gives a proven call to an account; what it was proving it by is used up.
    pub(super) async fn accept(&self, id: AccountId, call: Callsign, proof: Proof) -> Result<Claimed, Error> {
        let claim = Claim {
            call,
            claimant: Claimant::Account(id),
            proof,
        };
        let claimed = self.claim_call(&VERIFIER, claim).await?;
        self.change(move |tx, _| {
            write::end_attempts(tx, id)?;
            Ok(((), Touched::default()))
        })
        .await?;
        Ok(claimed)
    }
}
