//! The callbooks of others, asked when a member wishes: by the member's own account there, the station's, or none.
//!
//! Invariants:
//! - What they answer stays theirs: an [`ElsewhereView`] beside our record, never a part of it.
//! - One question to a site and account at a time, each a few seconds at most; a site that fails is left alone for a
//!   while. Nobody's page waits for it.
//! - A password is kept sealed and used for its owner alone; one that was refused is not sent again for a while, since
//!   sites lock accounts that are tried too often.
//! - Answers are strangers' texts: bounded, without document types, cleaned, cut.

mod accounts;
mod breaker;
mod cache;
mod callook;
mod error;
mod hamdb;
mod hamqth;
mod model;
pub(crate) mod personal;
mod qrz;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use smol_str::SmolStr;
use utoipa::ToSchema;

use crate::env::Env;
use crate::ham::callsign::Callsign;
use crate::identity::{Actor, Scope};
use crate::store::{Store, TableInfo};
use crate::web::Sealer;

pub(crate) use accounts::{StoredLogin, remove_account, set_account};
use breaker::Breaker;
pub(crate) use cache::{StoredAnswer, keep_answer};
pub(crate) use error::Error;
pub(crate) use model::{Found, Login, Site, Trouble};

/// The most that one question takes.
const PATIENCE: Duration = Duration::from_secs(5);
/// The most that an answer takes, with the wait for the asker's other questions.
const OVERALL: Duration = Duration::from_millis(5_900);
/// How long a login that was refused is not sent again.
const REFUSED: SignedDuration = SignedDuration::from_mins(15);
/// Sessions at sites that are kept open.
const MOST_SESSIONS: usize = 512;

/// All tables of this part.
pub(crate) fn tables() -> Vec<TableInfo> {
    let mut tables = vec![accounts::table_info()];
    tables.extend(cache::tables());
    tables
}

/// Whom the station lets be asked, beside members' own accounts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    /// The station's account at QRZ.
    pub(crate) qrz: Option<Login>,
    /// The station's account at `HamQTH`.
    pub(crate) hamqth: Option<Login>,
    pub(crate) hamdb: bool,
    pub(crate) callook: bool,
}

/// Whose login a question is asked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Behalf {
    /// The asker's own.
    Own,
    /// The station's.
    Station,
    /// None is needed.
    Nobody,
}

/// An answer of a callbook.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct ElsewhereView {
    #[serde(flatten)]
    pub(crate) found: Found,
    /// The call's page there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) page: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub(crate) fetched: Timestamp,
    /// It was fetched for an earlier question.
    pub(crate) cached: bool,
}

/// What asking one callbook came to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) site: Site,
    pub(crate) behalf: Behalf,
    pub(crate) answer: Result<ElsewhereView, Trouble>,
    /// When the site is asked again, where it is left alone.
    pub(crate) again: Option<Timestamp>,
}

/// A way to ask a site.
#[derive(Debug, Clone)]
struct Way {
    site: Site,
    behalf: Behalf,
    /// Whose answers they are: the asker's number, or 0.
    account: u32,
    login: Option<Login>,
}

/// A session at a site, one question at a time.
#[derive(Debug, Default)]
struct Session {
    key: Option<String>,
    /// Until when the login is not tried again.
    refused: Option<Timestamp>,
}

type Sessions = HashMap<(Site, u32), Arc<tokio::sync::Mutex<Session>>>;

/// The callbooks of others. Clones share sessions and breakers.
#[derive(Clone)]
pub(crate) struct Upstream(Arc<Inner>);

struct Inner {
    store: Store,
    env: Env,
    sealer: Sealer,
    settings: Settings,
    sessions: Mutex<Sessions>,
    breakers: [Breaker; 4],
}

impl Upstream {
    /// The callbooks, as far as the station lets them be asked.
    pub(crate) fn new(store: Store, env: Env, sealer: Sealer, settings: Settings) -> Self {
        Self(Arc::new(Inner {
            store,
            env,
            sealer,
            settings,
            sessions: Mutex::default(),
            breakers: Default::default(),
        }))
    }

    /// Asks every callbook that there is a way to, all at once; each answers for itself.
    pub(crate) async fn ask_all(&self, actor: &Actor, call: &Callsign) -> Result<Vec<Outcome>, Error> {
        actor.require(Scope::CallbookRead)?;
        let ways = self.ways(actor.member()?.account.0).await?;
        let ways = ways.into_iter().filter(|way| way.site.knows(call));
        let asked = ways.map(async |way| {
            let asked = tokio::time::timeout(OVERALL, self.ask(actor, &way, call)).await;
            asked.unwrap_or_else(|_| Ok(trouble(&way, Trouble::TimedOut, None)))
        });
        join_all(asked).await.into_iter().collect()
    }

    /// The member's own account at a site: user name and when it was set.
    pub(crate) async fn account(&self, actor: &Actor, site: Site) -> Result<(SmolStr, Timestamp), Error> {
        let account = actor.in_person()?.account.0;
        let stored = self.0.store.read(move |r| accounts::of(r, account, site)).await?;
        let stored = stored.ok_or(Error::NoAccount(site))?;
        Ok((stored.user, stored.set))
    }

    /// Keeps the actor's own account at a site, once the site has been asked whether it is one: what came of that, where
    /// the site could not say. A login that the site refuses is not kept.
    pub(crate) async fn set_account(
        &self,
        actor: &Actor,
        site: Site,
        (user, password): (&str, &str),
    ) -> Result<Option<Trouble>, Error> {
        let account = actor.owner()?.account.0;
        let login = accounts::checked(user, password)?;
        let signed_in = tokio::time::timeout(PATIENCE, self.sign_in(site, &login)).await;
        let (key, trouble) = match signed_in.unwrap_or(Err(Trouble::TimedOut)) {
            Ok(key) => (Some(key), None),
            Err(trouble @ Trouble::WrongPassword) => return Err(Error::Refused(site, trouble)),
            Err(trouble) => (None, Some(trouble)),
        };
        let nonce = self.0.env.entropy.bytes();
        let now = self.0.env.clock.now();
        let stored = accounts::sealed(&self.0.sealer, nonce, (account, site), &login, now);
        let actor = actor.clone();
        let write = self
            .0
            .store
            .write(move |tx| set_account(tx, &actor, site, &stored));
        write.await?;
        *self.session(site, account).lock().await = Session { key, refused: None };
        Ok(trouble)
    }

    /// Forgets the actor's own account at a site.
    pub(crate) async fn remove_account(&self, actor: &Actor, site: Site) -> Result<(), Error> {
        let account = actor.owner()?.account.0;
        let actor = actor.clone();
        let write = self.0.store.write(move |tx| remove_account(tx, &actor, site));
        write.await?;
        self.sessions().remove(&(site, account));
        Ok(())
    }

    async fn sign_in(&self, site: Site, login: &Login) -> Result<String, Trouble> {
        let outbound = &self.0.env.outbound;
        match site {
            Site::Qrz => qrz::sign_in(outbound, login).await,
            Site::Hamqth => hamqth::sign_in(outbound, login).await,
            Site::Hamdb | Site::Callook => Ok(String::new()),
        }
    }

    /// The ways by which this member's questions can be asked.
    async fn ways(&self, account: u32) -> Result<Vec<Way>, Error> {
        let stored = self.0.store.read(move |r| {
            let of = |site| accounts::of(r, account, site);
            Ok::<_, Error>((of(Site::Qrz)?, of(Site::Hamqth)?))
        });
        let (qrz, hamqth) = stored.await?;
        let Settings {
            qrz: station_qrz,
            hamqth: station_hamqth,
            hamdb,
            callook,
        } = &self.0.settings;
        let by_login = |site: Site, stored: Option<StoredLogin>, station: &Option<Login>| {
            let own = stored.and_then(|stored| accounts::opened(&self.0.sealer, (account, site), &stored));
            let way = |behalf, account, login| Way {
                site,
                behalf,
                account,
                login: Some(login),
            };
            own.map(|login| way(Behalf::Own, account, login))
                .or_else(|| station.clone().map(|login| way(Behalf::Station, 0, login)))
        };
        let open = |site| Way {
            site,
            behalf: Behalf::Nobody,
            account: 0,
            login: None,
        };
        let ways = [
            by_login(Site::Qrz, qrz, station_qrz),
            by_login(Site::Hamqth, hamqth, station_hamqth),
            hamdb.then(|| open(Site::Hamdb)),
            callook.then(|| open(Site::Callook)),
        ];
        Ok(ways.into_iter().flatten().collect())
    }

    /// Asks one callbook; an answer that is kept does in its place.
    async fn ask(&self, actor: &Actor, way: &Way, call: &Callsign) -> Result<Outcome, Error> {
        let wanted = match way.site {
            // A slash would be a part of the path, and they know nobody on the move.
            Site::Hamdb | Site::Callook => call.base(),
            Site::Qrz | Site::Hamqth => call.as_str(),
        };
        let key = cache::key(way.account, way.site, wanted);
        let session = self.session(way.site, way.account);
        if let Some(kept) = self.kept(&key).await? {
            return Ok(outcome(way, kept, true));
        }
        // Waiting for one's own other questions is nobody's failure.
        let Ok(mut session) = tokio::time::timeout(PATIENCE, session.lock()).await else {
            return Ok(trouble(way, Trouble::TimedOut, None));
        };
        if let Some(kept) = self.kept(&key).await? {
            return Ok(outcome(way, kept, true));
        }
        let now = self.0.env.clock.now();
        if let Some(until) = session.refused.filter(|until| now < *until) {
            return Ok(trouble(way, Trouble::WrongPassword, Some(until)));
        }
        let breaker = &self.0.breakers[way.site as usize];
        let leave = match breaker.ask(now) {
            Ok(leave) => leave,
            Err(until) => return Ok(trouble(way, Trouble::Unreachable, Some(until))),
        };
        let asked = tokio::time::timeout(PATIENCE, self.look_up(way, &mut session.key, wanted)).await;
        let now = self.0.env.clock.now();
        let found = match asked.unwrap_or(Err(Trouble::TimedOut)) {
            Ok(found) => Some(found),
            Err(Trouble::NotFound) => None,
            Err(failure) => {
                if failure.is_failure() {
                    breaker.failed(leave, now);
                } else {
                    breaker.worked();
                }
                let wrong = failure == Trouble::WrongPassword;
                session.refused = wrong.then(|| now.saturating_add(REFUSED).unwrap_or(Timestamp::MAX));
                return Ok(trouble(way, failure, session.refused));
            }
        };
        breaker.worked();
        session.refused = None;
        let answer = StoredAnswer { at: now, found };
        self.keep(actor, key, &answer).await;
        Ok(outcome(way, answer, false))
    }

    async fn look_up(&self, way: &Way, session: &mut Option<String>, wanted: &str) -> Result<Found, Trouble> {
        let outbound = &self.0.env.outbound;
        match (way.site, &way.login) {
            (Site::Qrz, Some(login)) => qrz::look_up(outbound, login, session, wanted).await,
            (Site::Hamqth, Some(login)) => hamqth::look_up(outbound, login, session, wanted).await,
            (Site::Hamdb, _) => hamdb::look_up(outbound, wanted).await,
            (Site::Callook, _) => callook::look_up(outbound, wanted).await,
            (Site::Qrz | Site::Hamqth, None) => Err(Trouble::WrongPassword),
        }
    }

    async fn kept(&self, key: &cache::AnswerKey) -> Result<Option<StoredAnswer>, Error> {
        let (key, now) = (key.clone(), self.0.env.clock.now());
        Ok(self.0.store.read(move |r| cache::fresh(r, &key, now)).await?)
    }

    /// Keeps an answer; whoever asked has it all the same where that fails.
    async fn keep(&self, actor: &Actor, key: cache::AnswerKey, answer: &StoredAnswer) {
        let (actor, answer) = (actor.clone(), answer.clone());
        let write = self
            .0
            .store
            .write(move |tx| keep_answer(tx, &actor, &key, &answer));
        if let Err(error) = write.await {
            tracing::warn!(%error, "an answer of another callbook was not kept: {error}");
        }
    }

    /// The session of an account at a site, open or not.
    fn session(&self, site: Site, account: u32) -> Arc<tokio::sync::Mutex<Session>> {
        let mut sessions = self.sessions();
        if sessions.len() >= MOST_SESSIONS && !sessions.contains_key(&(site, account)) {
            // Those that nobody asks in just now can be begun anew.
            sessions.retain(|_, session| Arc::strong_count(session) > 1);
        }
        Arc::clone(sessions.entry((site, account)).or_default())
    }

    fn sessions(&self) -> std::sync::MutexGuard<'_, Sessions> {
        self.0.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn outcome(way: &Way, kept: StoredAnswer, cached: bool) -> Outcome {
    let Some(found) = kept.found else {
        return trouble(way, Trouble::NotFound, None);
    };
    let view = ElsewhereView {
        page: way.site.page(&found.call),
        found,
        fetched: kept.at,
        cached,
    };
    Outcome {
        site: way.site,
        behalf: way.behalf,
        answer: Ok(view),
        again: None,
    }
}

fn trouble(way: &Way, trouble: Trouble, again: Option<Timestamp>) -> Outcome {
    Outcome {
        site: way.site,
        behalf: way.behalf,
        answer: Err(trouble),
        again,
    }
}
