//! Somebody who looks, and what they see: the bridge between accounts, wishes and the mask.

use super::error::Error;
use super::find::{Fields, Hit, How};
use super::generation::Found;
use super::place;
use super::service::{Callbook, HitView};
use super::view::{Onlooker, RecordView, Subject, Viewer, words};
use super::wishes;
use crate::ham::geo::LatLon;
use crate::identity::{Actor, Capability, Scope};
use crate::store::Read;

/// Somebody who looks.
pub(super) struct Seeing<'b> {
    book: &'b Callbook,
    actor: &'b Actor,
    /// Of what is not their own.
    viewer: Viewer,
    station: Option<LatLon>,
}

impl<'b> Seeing<'b> {
    /// Refuses a key that lacks the scope; a guest is somebody too.
    pub(super) fn of(book: &'b Callbook, actor: &'b Actor) -> Result<Self, Error> {
        let viewer = match actor {
            Actor::Guest => Viewer::Guest,
            _ if actor.may(Capability::GovernCallbook).is_ok() => Viewer::Administrator,
            Actor::Service(_) => Viewer::Guest,
            Actor::Member(_) => {
                actor.require(Scope::CallbookRead)?;
                Viewer::Member
            }
        };
        let account = actor.account().and_then(|id| book.identity().account(id).ok());
        Ok(Self {
            book,
            actor,
            viewer,
            station: account.and_then(|account| Some(account.grid?.centre())),
        })
    }

    /// What they may search by.
    pub(super) fn fields(&self) -> Fields {
        match self.viewer {
            Viewer::Guest => Fields::GUEST,
            Viewer::Member | Viewer::Holder => Fields::MEMBER,
            Viewer::Administrator => Fields::ALL,
        }
    }

    /// A licence as they may see it.
    pub(super) fn show(&self, r: &Read, found: &Found) -> Result<RecordView, Error> {
        let inner = &self.book.inner;
        let (licence, now) = (&found.entry.licence, self.book.now());
        let wishes = wishes::read::of(r, licence)?;
        let own =
            self.viewer == Viewer::Member && wishes::read::is_holder(r, self.actor, &licence.call, now)?;
        let by = Onlooker {
            viewer: if own { Viewer::Holder } else { self.viewer },
            station: self.station,
            today: words::today(&found.authority, now),
        };
        let subject = Subject {
            authority: &found.authority,
            entry: &found.entry,
            asked: found.xref.as_ref(),
            entity: place::entity(licence, &found.authority),
            wishes: &wishes,
        };
        Ok(inner.mask.show(subject, by, &inner.entities))
    }

    /// A hit of a search; none where telling of it would tell what is not shown.
    pub(super) fn hit(&self, r: &Read, hit: &Hit) -> Result<Option<HitView>, Error> {
        let mut record = self.show(r, &hit.found)?;
        let own = matches!(record.viewer, Viewer::Holder | Viewer::Administrator);
        // That somebody has this name, or lives there, would be told by being found.
        if record.opted_out && !own && !matches!(hit.how, How::Call | How::CallStart) {
            return Ok(None);
        }
        record.history = Vec::new();
        record.bio = String::new();
        Ok(Some(HitView { how: hit.how, record }))
    }
}
