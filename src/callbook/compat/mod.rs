//! `/compat/{hamdb,callook,hamqth,qrz}/...`: our registers in the words of other callbooks, for their clients.
//!
//! Invariants:
//! - Every answer is written from a [`RecordView`]: the one mask has decided what may be seen, formats only spell it.
//! - `HamDB` and callook answer anybody, as much as a guest sees; QRZ and `HamQTH` answer members, by a session of
//!   theirs or a bearer key. A browser's cookie counts for the first two only.
//! - Passwords and keys come in queries, since clients send them so. Nothing here logs or repeats a query.
//! - What these services answer with 200 is 200 here: clients look no further than that.

mod asked;
mod callook;
mod fields;
mod hamdb;
mod hamqth;
mod native;
mod qrz;
mod qrz_view;
mod session;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod xml;

use std::sync::Arc;

use axum::Extension;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get};
use futures_util::future::BoxFuture;
use jiff::Timestamp;

use super::Callbook;
use super::error::Error;
use super::view::record::RecordView;
use crate::config::Limits;
use crate::env::Env;
use crate::ham::dxcc::{Entity, EntityId, Resolver};
use crate::identity::api::gate::Visitor;
use crate::identity::{Actor, Credential, Identity, Scope};
use crate::web::{Access, Caller, Class, Limiter, Network, Policy, Problem, Result, Routes, Sensitive};

pub(crate) use native::before;
use session::{Kind, Refused, Session, Sessions};
pub(super) use xml::clean;

/// Longest text that is looked up, in bytes.
const LONGEST_CALL: usize = 40;
/// What every answer may be read by.
const CORS: [(HeaderName, &str); 4] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization"),
    (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, OPTIONS"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "cross-origin",
    ),
];

/// Looks a call up for somebody, in whatever form it is written; what is no call is none that is there.
type Lookup = Arc<dyn Fn(Actor, String) -> BoxFuture<'static, Result<Option<RecordView>>> + Send + Sync>;

/// What the interfaces stand on.
#[derive(Clone)]
pub(crate) struct CompatState(Arc<Shared>);

struct Shared {
    lookup: Lookup,
    sessions: Sessions,
    entities: Arc<Resolver>,
    limiter: Limiter,
    env: Env,
}

impl CompatState {
    /// The interfaces over the callbook and its accounts.
    pub(crate) fn new(callbook: &Callbook, limits: &Limits) -> Self {
        let book = callbook.clone();
        let lookup: Lookup = Arc::new(move |actor, text| {
            let book = book.clone();
            Box::pin(async move {
                match book.lookup(&actor, &text).await {
                    // A call that no register has, or a text that is none, is a miss here.
                    Err(Error::NoCall(_)) => Ok(None),
                    found => Ok(found?),
                }
            })
        });
        Self::over(
            lookup,
            callbook.identity().clone(),
            callbook.env().clone(),
            limits,
        )
    }

    /// The interfaces over anything that looks calls up.
    fn over(lookup: Lookup, identity: Identity, env: Env, limits: &Limits) -> Self {
        Self(Arc::new(Shared {
            lookup,
            sessions: Sessions::new(identity, env.clone()),
            entities: Resolver::shared(),
            limiter: Limiter::new(limits),
            env,
        }))
    }

    fn sessions(&self) -> &Sessions {
        &self.0.sessions
    }

    fn now(&self) -> Timestamp {
        self.0.env.clock.now()
    }

    /// Signs a program in; tries are counted by network here, and by account where passwords are looked at.
    async fn sign_in(
        &self,
        kind: Kind,
        shown: (&str, &str),
        visitor: &Visitor,
    ) -> std::result::Result<Session, Refused> {
        let network = Network::of(visitor.browser.address);
        let counted = self.0.limiter.count(Class::Login, Caller::GUEST, network);
        counted.map_err(|wait| {
            Refused::Wait(format!(
                "too many tries; try again in {} s",
                wait.as_secs().max(1)
            ))
        })?;
        self.sessions().sign_in(kind, shown, &visitor.browser).await
    }

    /// Counts a request of somebody.
    fn count(&self, visitor: &Visitor, actor: &Actor) -> Result<()> {
        let caller = Caller {
            account: actor.account().map(|account| account.0),
            ..Caller::GUEST
        };
        let network = Network::of(visitor.browser.address);
        let counted = self.0.limiter.count(Class::Lookup, caller, network);
        counted.map_err(Problem::too_many)
    }

    /// Counts a request that shows nothing, or nothing right: keys are guessed no faster than calls are looked up.
    fn count_stranger(&self, visitor: &Visitor) -> Result<()> {
        self.count(visitor, &Actor::Guest)
    }

    /// Looks up for whoever comes; as whom that is.
    async fn open_lookup(&self, visitor: &Visitor, call: &str) -> Result<(Actor, Option<RecordView>)> {
        // A key that is not for the callbook makes nobody more than a guest.
        let known = visitor.actor.require(Scope::CallbookRead).is_ok();
        let actor = if known {
            visitor.actor.clone()
        } else {
            Actor::Guest
        };
        let record = self.lookup(&actor, call).await?;
        Ok((actor, record))
    }

    /// Looks up within a session.
    async fn lookup_in(
        &self,
        visitor: &Visitor,
        session: &mut Session,
        call: &str,
    ) -> Result<Option<RecordView>> {
        self.count(visitor, &session.actor)?;
        self.sessions().count(session);
        self.lookup(&session.actor, call).await
    }

    async fn lookup(&self, actor: &Actor, call: &str) -> Result<Option<RecordView>> {
        if call.len() > LONGEST_CALL {
            return Ok(None);
        }
        (self.0.lookup)(actor.clone(), call.to_owned()).await
    }

    /// A DXCC entity by its number, or by a call.
    fn entity(&self, wanted: &str) -> Option<Entity> {
        let entities = &self.0.entities;
        let id = match wanted.parse() {
            Ok(number) => EntityId(number),
            Err(_) if wanted.len() > LONGEST_CALL => return None,
            Err(_) => entities.resolve(wanted, self.now()).entity?,
        };
        entities.entity(id).cloned()
    }
}

/// Whoever shows a key with every request, instead of a session's.
fn bearer(visitor: &Visitor) -> Option<&Actor> {
    let member = visitor.actor.member().ok()?;
    let shown = matches!(member.credential, Credential::Key(_) | Credential::Signature);
    shown.then_some(&visitor.actor)
}

/// An answer for whoever comes: a guest's may be kept, a member's is theirs.
fn open_answer(actor: &Actor, kind: &'static str, body: String) -> Response {
    let kept = match actor {
        Actor::Guest => "max-age=3600",
        Actor::Member(_) | Actor::Service(_) => "private, no-store",
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, kept),
        (header::VARY, "authorization, cookie"),
    ];
    (CORS, headers, body).into_response()
}

/// An answer within a session: it may hold the session's key.
fn own_answer(kind: &'static str, body: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    (Extension(Sensitive), CORS, headers, body).into_response()
}

/// A page of somebody's own words: nothing in it may run or lead anywhere.
fn own_page(body: String) -> Response {
    let policy = Policy {
        sandbox: true,
        ..Policy::default()
    };
    (Extension(policy), own_answer("text/html; charset=utf-8", body)).into_response()
}

async fn preflight() -> Response {
    (StatusCode::NO_CONTENT, CORS).into_response()
}

/// The routes of all four.
pub(crate) fn routes(state: CompatState) -> Routes {
    let open = Access::Public.class(Class::Lookup);
    // Counted here: by the session's account, which the layers do not know.
    let own = Access::Public.class(Class::Free);
    let shared = |handler: MethodRouter<CompatState>| handler.options(preflight);
    let mut routes = Routes::new()
        .page(
            open,
            "/compat/hamdb/v1/{call}/{format}/{app}",
            shared(get(hamdb::named)),
        )
        .page(
            open,
            "/compat/hamdb/v1/{call}/{format}",
            shared(get(hamdb::unnamed)),
        )
        .page(
            open,
            "/compat/hamdb/{call}/{format}/{app}",
            shared(get(hamdb::unversioned)),
        )
        .page(
            open,
            "/compat/callook/{call}/{format}",
            shared(get(callook::answer)),
        )
        .page(
            own,
            "/compat/hamqth/xml.php",
            shared(get(hamqth::answer).post(hamqth::answer)),
        );
    for path in ["/compat/qrz/xml/{version}", "/compat/qrz/xml/{version}/"] {
        let handler = get(qrz::versioned).post(qrz::versioned);
        routes = routes.page(own, path, shared(handler));
    }
    for path in ["/compat/qrz/xml", "/compat/qrz/xml/"] {
        let handler = get(qrz::answer).post(qrz::answer).layer(Extension("1.34"));
        routes = routes.page(own, path, shared(handler));
    }
    routes.with_state(state)
}
