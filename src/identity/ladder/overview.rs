//! The whole ladder as one person sees it: what stands, what is under way, what can be done next.

use jiff::Timestamp;

use crate::ham::callsign::Callsign;
use crate::identity::actor::Actor;
use crate::identity::error::Error;
use crate::identity::read;
use crate::identity::service::Identity;
use crate::identity::verification::Verification;
use crate::identity::write;

use super::code::StoredCode;
use super::token::StoredToken;
use super::ways::{Circumstances, WAYS, Way};

/// What a person has proven, is proving, and may try.
#[derive(Debug)]
pub(crate) struct Overview {
    /// The call that is to be proven; none where a listener has named none yet.
    pub(crate) call: Option<Callsign>,
    /// Since when the account's own call is proven.
    pub(crate) verified: Option<Timestamp>,
    /// All proofs with their numbers, oldest first, also those that ended.
    pub(crate) proofs: Vec<(u64, Verification)>,
    /// The code on its way.
    pub(crate) code: Option<StoredCode>,
    /// The token given out.
    pub(crate) token: Option<StoredToken>,
    pub(crate) ways: Vec<WayLine>,
}

/// A way with whether it can be taken now.
#[derive(Debug)]
pub(crate) struct WayLine {
    pub(crate) way: &'static Way,
    /// Why it cannot, by a name of the catalogue's `way_off`.
    pub(crate) off: Option<&'static str>,
}

impl Identity {
    /// The ladder of whoever asks. `wanted` is the call that a person says is theirs; an account that has proven one
    /// stays with it.
    pub(crate) async fn ladder(&self, actor: &Actor, wanted: Option<Callsign>) -> Result<Overview, Error> {
        let id = actor.in_person()?.account;
        let now = self.inner.clock.now();
        let register = self.inner.ladder.register.clone();
        let policy = self.inner.ladder.policy.clone();
        let read = move |rows: &crate::store::Read| {
            let account = read::account(rows, id)?.ok_or(Error::UnknownAccount)?;
            let code = write::live_code(rows, id, now)?;
            let token = write::live_token(rows, id, now)?;
            let own = account.call.call().cloned();
            let call = if account.verified.is_some() {
                own
            } else {
                let tried = token.as_ref().map(|token| token.call.clone());
                let tried = tried.or_else(|| code.as_ref().map(|code| code.call.clone()));
                wanted.or(tried).or(own)
            };
            let licence = match &call {
                Some(call) => register(rows, call)?,
                None => None,
            };
            let circumstances = Circumstances {
                policy: &policy,
                address_on_record: licence.is_some_and(|licence| licence.email.is_some()),
                page_stopped: write::page_stop(rows, now)?.is_some(),
            };
            let ways = WAYS.iter().map(|way| WayLine {
                way,
                off: (way.off)(&circumstances),
            });
            Ok::<_, Error>(Overview {
                ways: ways.collect(),
                call,
                verified: account.verified,
                proofs: read::verifications(rows, id)?,
                code,
                token,
            })
        };
        self.inner.store.read(read).await
    }
}
