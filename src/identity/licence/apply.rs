//! What follows from one event, in the transaction it is given.

use jiff::Timestamp;
use smol_str::{SmolStr, format_smolstr};

use super::feed::{Effect, Outcome};
use super::notice::{LicenceEvent, Licensee};
use crate::event::Event;
use crate::ham::callsign::Callsign;
use crate::identity::actor::Actor;
use crate::identity::authority::Capability;
use crate::identity::error::Error;
use crate::identity::event::IdentityEvent;
use crate::identity::login::Login;
use crate::identity::model::{AccountId, Role};
use crate::identity::read;
use crate::identity::review::{self, Matter, Remark};
use crate::identity::tables::StoredAccount;
use crate::identity::verification::Method;
use crate::identity::write::{
    Proof, audit, displace, end_proofs_of, line, move_to_call, record, save, settle,
};
use crate::store::Write;

/// The licensee's call went on with them: the register's word for it, after a proof of the call before.
const FOLLOWED: &str = "the register: the licensee's call changed";

/// Applies one event.
pub(crate) fn apply(
    tx: &mut Write<'_>,
    actor: &Actor,
    event: &LicenceEvent,
    now: Timestamp,
) -> Result<Vec<Outcome>, Error> {
    actor.may(Capability::ApplyLicences)?;
    let mut applying = Applying {
        who: actor.audit_name(),
        call: base(event.call())?,
        now,
        outcomes: Vec::new(),
    };
    match event {
        LicenceEvent::Granted { licensee, .. }
        | LicenceEvent::Changed { licensee, .. }
        | LicenceEvent::Reassigned { licensee, .. } => {
            applying.end_others(tx, licensee, matches!(event, LicenceEvent::Reassigned { .. }))?;
            applying.lapse(tx, false)?;
            applying.welcome(tx, licensee)?;
        }
        LicenceEvent::CallChanged { from, licensee, .. } => {
            applying.end_others(tx, licensee, false)?;
            applying.follow(tx, &base(from)?, licensee)?;
        }
        LicenceEvent::Expired { .. } => applying.tell(tx)?,
        LicenceEvent::Cancelled { .. } => applying.end_all(tx)?,
    }
    Ok(applying.outcomes)
}

/// The call without what stations on the move add.
fn base(call: &Callsign) -> Result<Callsign, Error> {
    Callsign::parse(call.base()).map_err(|_| Error::NoCall)
}

/// An event being applied.
struct Applying {
    who: String,
    call: Callsign,
    now: Timestamp,
    outcomes: Vec<Outcome>,
}

impl Applying {
    fn note(&mut self, account: AccountId, before: &Login, effect: Effect) {
        self.outcomes.push(Outcome {
            call: self.call.to_string(),
            account,
            before: before.clone(),
            effect,
        });
    }

    /// Ends what is another person's of this call: proofs, and the call itself. `moved`: the register says that the
    /// call has gone to somebody else, so that whoever cannot show to be that person loses it.
    fn end_others(&mut self, tx: &mut Write<'_>, licensee: &Licensee, moved: bool) -> Result<(), Error> {
        self.set_aside(tx, licensee)?;
        let Some((id, account)) = holder(tx, &self.call)? else {
            return Ok(());
        };
        let proofs = read::verifications(tx, id)?;
        let standing = || {
            let own = proofs.iter().map(|(_, proof)| proof);
            own.filter(|proof| proof.call == self.call && proof.stands())
        };
        let same = standing().any(|proof| proof.licensee.as_deref().is_some_and(|own| licensee.has_id(own)))
            || is_entered(&account, licensee);
        let other =
            standing().any(|proof| proof.licensee.as_deref().is_some_and(|own| !licensee.has_id(own)));
        if same || !(moved || other) || licensee.id.is_empty() {
            return Ok(());
        }
        self.take_away(tx, (id, account), licensee)
    }

    /// Takes the call from an account whose owner does not hold it any more.
    fn take_away(
        &mut self,
        tx: &mut Write<'_>,
        (id, account): (AccountId, StoredAccount),
        licensee: &Licensee,
    ) -> Result<(), Error> {
        let before = account.call.clone();
        let why = format!("{} has another licensee", self.call);
        end_proofs_of(tx, &self.who, (id, &self.call), &why, self.now)?;
        if account.role == Role::Administrator {
            // Somebody must go on governing; who that is, people decide.
            let mut account = account;
            settle(tx, id, &mut account, self.now)?;
            self.wait(
                tx,
                (id, &before),
                licensee,
                "its licensee changed, and its holder administers",
            )?;
            self.note(id, &before, Effect::ProofsEnded);
            return Ok(());
        }
        displace(tx, &self.who, (id, account), self.now)?;
        self.note(id, &before, Effect::Displaced);
        Ok(())
    }

    /// Whoever had this call before and moved on keeps nothing under it.
    fn set_aside(&mut self, tx: &mut Write<'_>, licensee: &Licensee) -> Result<(), Error> {
        for (id, mut account) in read::accounts(tx)? {
            if !account.previous.contains(&self.call) || is_entered(&account, licensee) {
                continue;
            }
            let own = read::verifications(tx, id)?;
            let same = own.iter().any(|(_, proof)| {
                proof.call == self.call && proof.licensee.as_deref().is_some_and(|own| licensee.has_id(own))
            });
            if same || licensee.id.is_empty() {
                continue;
            }
            account.previous.retain(|before| *before != self.call);
            save(tx, id, &mut account)?;
            let detail = format!("{} is somebody else's now", self.call);
            audit(
                tx,
                &line(&self.who, "account.previous_call_ended", id, &detail),
                self.now,
            )?;
            tx.emit(Event::Identity(IdentityEvent::CallLost {
                account: id,
                call: self.call.clone(),
            }));
            let name = account.call.clone();
            self.note(id, &name, Effect::SetAside);
        }
        Ok(())
    }

    /// Listeners who are this licensee, by id; or may be, by name and place.
    fn welcome(&mut self, tx: &mut Write<'_>, licensee: &Licensee) -> Result<(), Error> {
        let held = holder(tx, &self.call)?;
        for (id, account) in read::accounts(tx)? {
            if account.role != Role::Swl || account.disabled {
                continue;
            }
            let before = account.call.clone();
            let entered = is_entered(&account, licensee);
            if entered && held.is_none() && holder(tx, &self.call)?.is_none() {
                self.upgrade(tx, (id, account))?;
                self.note(id, &before, Effect::Upgraded);
            } else if entered
                || account
                    .person
                    .as_ref()
                    .is_some_and(|person| licensee.is_named_as(person))
            {
                let why = if entered {
                    "the licensee's id agrees, and the call is held by another account"
                } else {
                    "name and postal code agree"
                };
                self.wait(tx, (id, &before), licensee, why)?;
            }
        }
        Ok(())
    }

    /// The id is no secret: the call is the account's, and to be proven like any other.
    fn upgrade(
        &self,
        tx: &mut Write<'_>,
        (id, mut account): (AccountId, StoredAccount),
    ) -> Result<(), Error> {
        account.role = Role::Member;
        move_to_call(tx, &self.who, (id, &mut account), self.call.clone(), self.now)?;
        audit(
            tx,
            &line(&self.who, "licence.upgraded", id, self.call.as_str()),
            self.now,
        )?;
        Ok(())
    }

    /// The account of the licensee's former call has the new one.
    fn follow(&mut self, tx: &mut Write<'_>, from: &Callsign, licensee: &Licensee) -> Result<(), Error> {
        let Some((id, account)) = holder(tx, from)? else {
            return self.welcome(tx, licensee);
        };
        let before = account.call.clone();
        let proofs = read::verifications(tx, id)?;
        let standing: Vec<_> = proofs
            .iter()
            .map(|(_, proof)| proof)
            .filter(|proof| proof.call == *from && proof.holds(self.now))
            .collect();
        let other = |own: &SmolStr| !licensee.id.is_empty() && !licensee.has_id(own);
        let is_theirs = is_entered(&account, licensee)
            || (!standing.is_empty()
                && !standing
                    .iter()
                    .any(|proof| proof.licensee.as_ref().is_some_and(other)));
        if !is_theirs {
            return self.wait(tx, (id, &before), licensee, "its call changed, and is not proven");
        }
        match holder(tx, &self.call)? {
            Some((holder, _)) if holder == id => return Ok(()),
            Some((_, holding)) if holding.verified.is_some() || holding.role == Role::Administrator => {
                return self.wait(
                    tx,
                    (id, &before),
                    licensee,
                    "its new call is held by another account",
                );
            }
            Some((holder, holding)) => {
                let lost = holding.call.clone();
                displace(tx, &self.who, (holder, holding), self.now)?;
                self.note(holder, &lost, Effect::Displaced);
            }
            None => {}
        }
        let was_proven = !standing.is_empty();
        let licensee_id = Some(licensee.id.clone()).filter(|own| !own.is_empty());
        self.rename(tx, (id, account), (from, was_proven, licensee_id))?;
        self.note(id, &before, Effect::Renamed);
        Ok(())
    }

    fn rename(
        &self,
        tx: &mut Write<'_>,
        (id, mut account): (AccountId, StoredAccount),
        (from, was_proven, licensee): (&Callsign, bool, Option<SmolStr>),
    ) -> Result<(), Error> {
        account.previous.retain(|before| *before != self.call);
        account.previous.push(from.clone());
        let why = format!("the call changed to {}", self.call);
        end_proofs_of(tx, &self.who, (id, from), &why, self.now)?;
        move_to_call(tx, &self.who, (id, &mut account), self.call.clone(), self.now)?;
        if was_proven {
            let proof = Proof {
                method: Method::REGISTER,
                evidence: format_smolstr!("call change of {from}"),
                licensee,
                ..Proof::word_of(FOLLOWED)
            };
            record(tx, &self.who, (id, &account), &proof, self.now)?;
            settle(tx, id, &mut account, self.now)?;
        }
        Ok(())
    }

    /// The licence ran out: nothing ends, for it can be renewed.
    fn tell(&mut self, tx: &mut Write<'_>) -> Result<(), Error> {
        if let Some((id, account)) = holder(tx, &self.call)? {
            audit(
                tx,
                &line(&self.who, "licence.expired", id, self.call.as_str()),
                self.now,
            )?;
            self.note(id, &account.call, Effect::Told);
        }
        self.lapse(tx, true)
    }

    /// Announces whether the licence of the call's holder is valid.
    fn lapse(&self, tx: &mut Write<'_>, lapsed: bool) -> Result<(), Error> {
        if let Some((account, _)) = holder(tx, &self.call)? {
            tx.emit(Event::Identity(IdentityEvent::LicenceLapsed { account, lapsed }));
        }
        Ok(())
    }

    /// The call is nobody's: its proofs end, the account goes on with it unproven.
    fn end_all(&mut self, tx: &mut Write<'_>) -> Result<(), Error> {
        let Some((id, mut account)) = holder(tx, &self.call)? else {
            return Ok(());
        };
        let ended = end_proofs_of(
            tx,
            &self.who,
            (id, &self.call),
            "the licence was cancelled",
            self.now,
        )?;
        settle(tx, id, &mut account, self.now)?;
        audit(
            tx,
            &line(&self.who, "licence.cancelled", id, self.call.as_str()),
            self.now,
        )?;
        if ended > 0 {
            self.note(id, &account.call, Effect::ProofsEnded);
        }
        Ok(())
    }

    /// Leaves it to people whether a licence is an account's.
    fn wait(
        &mut self,
        tx: &mut Write<'_>,
        (id, before): (AccountId, &Login),
        licensee: &Licensee,
        why: &str,
    ) -> Result<(), Error> {
        let text = |text: &SmolStr| (!text.is_empty()).then(|| text.clone());
        let matter = Matter::LicenceMatch {
            call: self.call.clone(),
            authority: text(&licensee.authority).unwrap_or_else(|| "register".into()),
            licensee: text(&licensee.id),
            name: format_smolstr!("{} {}", licensee.first_name, licensee.last_name),
            postal_code: licensee.postal_code.clone(),
        };
        review::insert(tx, &self.who, (id, Remark::default()), matter, self.now)?;
        let detail = format!("{}: {why}", self.call);
        audit(tx, &line(&self.who, "licence.waits", id, &detail), self.now)?;
        self.note(id, before, Effect::Waits);
        Ok(())
    }
}

/// The account that has a call.
fn holder(tx: &Write<'_>, call: &Callsign) -> Result<Option<(AccountId, StoredAccount)>, Error> {
    let Some(id) = read::account_of(tx, call)? else {
        return Ok(None);
    };
    Ok(Some((id, read::account(tx, id)?.ok_or(Error::UnknownAccount)?)))
}

/// Whether the account's owner entered the licensee's id.
fn is_entered(account: &StoredAccount, licensee: &Licensee) -> bool {
    account
        .person
        .as_ref()
        .is_some_and(|person| licensee.has_id(&person.register_id))
}
