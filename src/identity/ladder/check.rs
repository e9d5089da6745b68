//! Looking for a token where only a call's holder can have put it.
//!
//! Nobody's server is asked before the account's look is counted, and none of them for longer than a person waits.

use std::time::Duration;

use smol_str::{SmolStr, format_smolstr};
use tokio::time::timeout;

use crate::ham::callsign::Callsign;
use crate::identity::actor::Actor;
use crate::identity::error::Error;
use crate::identity::memory::Touched;
use crate::identity::service::Identity;
use crate::identity::verification::Method;
use crate::identity::write::{self, Claimed};

use super::biography;
use super::callbook::is_call;
use super::domain::{self, Zone};
use super::page::{Fetched, QRZ_PAGE};
use super::refusal::Refusal;
use super::token::{ProofToken, StoredToken};

/// The most that a look takes, waiting for others' turn included.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where a token is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// The biography at QRZ.
    Qrz,
    /// QRZ's public page.
    QrzPage,
    /// The biography at `HamQTH`.
    Hamqth,
    /// `<call>.ampr.org`
    Ampr,
    /// A name that the call's callbook page gives as the holder's own.
    Domain(String),
}

impl Place {
    /// The place of this name; `domain` is what was typed beside it.
    pub(crate) fn named(name: &str, domain: &str) -> Option<Self> {
        Some(match name {
            "qrz" => Self::Qrz,
            "qrz_page" => Self::QrzPage,
            "hamqth" => Self::Hamqth,
            "ampr" => Self::Ampr,
            "domain" => Self::Domain(domain.to_owned()),
            _ => return None,
        })
    }
}

/// What was found: the method it proves by, and where it stood.
type Evidence = (Method, SmolStr);

impl Identity {
    /// The token by which an account is proving a call: the one it has, or a new one.
    pub(crate) async fn proof_token(
        &self,
        actor: &Actor,
        (call, renew): (&Callsign, bool),
    ) -> Result<StoredToken, Error> {
        let fresh = ProofToken::from_random(self.inner.entropy.bytes());
        let (actor, call) = (actor.clone(), call.clone());
        self.change(move |tx, now| {
            let token = write::give_token(tx, &actor, (&call, renew), fresh, now)?;
            Ok((token, Touched::default()))
        })
        .await
    }

    /// Looks for the account's token, and gives it the call where it stands.
    pub(crate) async fn check_token(
        &self,
        actor: &Actor,
        place: Place,
    ) -> Result<(Callsign, Claimed), Error> {
        let id = actor.owner()?.account;
        let page = place == Place::QrzPage;
        let asker = actor.clone();
        let token = self
            .change(move |tx, now| {
                let token = write::begin_check(tx, &asker, page, now)?;
                Ok((token, Touched::default()))
            })
            .await?;
        let looked = timeout(PATIENCE, self.look(&token, &place)).await;
        let looked = looked.unwrap_or(Err(Refusal::Unreachable("the other side").into()));
        if let Err(Error::Unproven(Refusal::NoRecord(_))) = &looked {
            self.change(move |tx, _| {
                write::forgive_check(tx, id)?;
                Ok(((), Touched::default()))
            })
            .await?;
        }
        let (method, evidence) = looked?;
        let proof = self.proof_for(&token.call, method, evidence).await?;
        let claimed = self.accept(id, token.call.clone(), proof).await?;
        Ok((token.call, claimed))
    }

    async fn look(&self, token: &StoredToken, place: &Place) -> Result<Evidence, Error> {
        let (call, books) = (&token.call, &self.inner.ladder.callbooks);
        match place {
            Place::Qrz => {
                let entry = books.qrz_entry(call).await?;
                self.must_be("QRZ", call, &entry.call).await?;
                let page = books.qrz_biography(call).await?;
                must_hold("QRZ", token, biography::holds(&page, token.token.as_str()))?;
                Ok((Method::QRZ, evidence("the biography at qrz.com", token)))
            }
            Place::Hamqth => {
                let entry = books.hamqth_entry(call).await?;
                self.must_be("HamQTH", call, &entry.call).await?;
                let page = books.hamqth_biography(call).await?;
                must_hold("HamQTH", token, biography::holds(&page, token.token.as_str()))?;
                Ok((Method::HAMQTH, evidence("the biography at hamqth.com", token)))
            }
            Place::QrzPage => {
                let Fetched::Page(page) = books.qrz_page(call).await? else {
                    return Err(self.stop_pages().await?.into());
                };
                let found = biography::holds_somewhere(&page, token.token.as_str());
                must_hold(QRZ_PAGE, token, found)?;
                Ok((Method::QRZ, evidence("the public page at qrz.com", token)))
            }
            Place::Ampr => {
                self.ask_servers(&Zone::ampr(call), token).await?;
                Ok((Method::AMPR, evidence(&Zone::ampr(call).record_name(), token)))
            }
            Place::Domain(name) => {
                let zone = Zone::typed(name)?;
                let hosts = books.named_hosts(call).await?;
                if !zone.is_named_by(&hosts) {
                    return Err(Refusal::NotNamed {
                        call: call.clone(),
                        name: zone.as_str().to_owned(),
                    }
                    .into());
                }
                self.ask_servers(&zone, token).await?;
                Ok((Method::DNS, evidence(&zone.record_name(), token)))
            }
        }
    }

    async fn ask_servers(&self, zone: &Zone, token: &StoredToken) -> Result<(), Refusal> {
        let policy = &self.inner.ladder.policy;
        if !policy.dns {
            return Err(Refusal::Off);
        }
        let servers = (&policy.resolvers[..], policy.dnssec);
        domain::ask(zone, &token.token, servers, &self.inner.entropy).await
    }

    /// Refuses an entry that is another call's, unless the register says that both are one person's.
    async fn must_be(&self, place: &'static str, call: &Callsign, answered: &str) -> Result<(), Error> {
        if is_call(answered, call) {
            return Ok(());
        }
        let other = Callsign::parse(answered).ok();
        let holders = match &other {
            Some(other) => (self.licence(call).await?, self.licence(other).await?),
            None => (None, None),
        };
        match holders {
            (Some(one), Some(other)) if one.licensee == other.licensee => Ok(()),
            _ => Err(Refusal::OtherCall {
                place,
                call: call.clone(),
            }
            .into()),
        }
    }

    /// Leaves QRZ's pages alone for a day.
    async fn stop_pages(&self) -> Result<Refusal, Error> {
        let until = self
            .change(move |tx, now| {
                write::stop_pages(tx, now)?;
                let until = write::page_stop(tx, now)?.unwrap_or(now);
                Ok((until, Touched::default()))
            })
            .await?;
        Ok(Refusal::PageStopped(until))
    }
}

fn must_hold(place: &'static str, token: &StoredToken, found: bool) -> Result<(), Refusal> {
    if found {
        return Ok(());
    }
    Err(Refusal::NotFound {
        place,
        call: token.call.clone(),
    })
}

/// What is kept of a proof: where, and what. A token is public once it was published.
fn evidence(place: &str, token: &StoredToken) -> SmolStr {
    format_smolstr!("{} in {place}", token.token.as_str())
}
