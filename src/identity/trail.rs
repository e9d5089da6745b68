//! The audit trail as administrators read it: filtered, a page at a time, newest first.
//!
//! No command changes or removes a line. Two things do: the eraser puts a pseudonym in the place of a person's names,
//! and lines older than two years go.

use jiff::Timestamp;
use smol_str::SmolStr;

use super::actor::Actor;
use super::authority::Capability;
use super::error::Error;
use super::model::AccountId;
use super::read;
use super::service::Identity;
use super::tables::AuditLine;

/// A line's place: it orders the trail, and is where the next page starts.
pub(crate) type Place = (Timestamp, u64);

/// Which lines are wanted; what is left empty is not asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct TrailFilter {
    /// Text in the name of who did it, in any case.
    pub(crate) who: String,
    /// The account it was done to.
    pub(crate) account: Option<AccountId>,
    /// How the act begins: `account`, `key.created`.
    pub(crate) action: String,
    pub(crate) from: Option<Timestamp>,
    /// Not at this time or later.
    pub(crate) until: Option<Timestamp>,
}

impl TrailFilter {
    /// Whether a line is wanted, by everything but its time.
    pub(super) fn takes(&self, line: &AuditLine) -> bool {
        let who = self.who.to_lowercase();
        let acts = |act: &str| {
            let rest = line.action.strip_prefix(act);
            rest.is_some_and(|rest| {
                act.is_empty() || rest.is_empty() || rest.starts_with('.') || act.ends_with('.')
            })
        };
        line.who.to_lowercase().contains(&who)
            && acts(&self.action)
            && self.account.is_none_or(|wanted| line.account == Some(wanted))
    }
}

/// Administrators who looked in as somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LookIn {
    pub(crate) at: Timestamp,
    /// The administrator.
    pub(crate) who: SmolStr,
    /// What they did: `acting.started`, `acting.act`, `acting.ended`.
    pub(crate) action: SmolStr,
    pub(crate) detail: SmolStr,
}

impl Identity {
    /// Lines of the audit trail, newest first, behind `after`; and whether there may be more.
    pub(crate) async fn audit(
        &self,
        actor: &Actor,
        filter: TrailFilter,
        after: Option<Place>,
        limit: usize,
    ) -> Result<Vec<(Place, AuditLine)>, Error> {
        actor.may(Capability::ReadAudit)?;
        let read = move |rows: &crate::store::Read| read::audit(rows, &filter, after, limit);
        Ok(self.inner.store.read(read).await?)
    }

    /// When administrators looked in as the actor, and what they did, newest first.
    pub(crate) async fn looked_in(&self, actor: &Actor, limit: usize) -> Result<Vec<LookIn>, Error> {
        let filter = TrailFilter {
            account: Some(actor.in_person()?.account),
            action: "acting".to_owned(),
            ..TrailFilter::default()
        };
        let read = move |rows: &crate::store::Read| read::audit(rows, &filter, None, limit);
        let found = self.inner.store.read(read).await?;
        let line = |((at, _), line): (Place, AuditLine)| LookIn {
            at,
            who: line.who,
            action: line.action,
            detail: line.detail,
        };
        Ok(found.into_iter().map(line).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_are_found_by_their_kind_and_not_by_half_a_word() {
        let line = |action: &str| AuditLine {
            who: "K6BP".into(),
            action: action.into(),
            account: Some(AccountId(1)),
            detail: SmolStr::default(),
        };
        let of = |action: &str| TrailFilter {
            action: action.to_owned(),
            ..TrailFilter::default()
        };
        assert!(of("").takes(&line("key.created")));
        assert!(of("key").takes(&line("key.created")));
        assert!(of("key.").takes(&line("key.created")));
        assert!(of("key.created").takes(&line("key.created")));
        assert!(!of("k").takes(&line("key.created")));
        let by = TrailFilter {
            who: "k6".to_owned(),
            ..TrailFilter::default()
        };
        assert!(by.takes(&line("key.created")));
        let other = TrailFilter {
            account: Some(AccountId(2)),
            ..TrailFilter::default()
        };
        assert!(!other.takes(&line("key.created")));
    }
}
