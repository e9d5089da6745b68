//! The handle that routes, pages, jobs and the command line work with: looking up and searching, for whoever asks.
//!
//! Lookups and searches never wait for the outside or for an import. What is shown went through the one mask
//! (`seeing`). How registers are kept is in `sources` and `import`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use smol_str::SmolStr;
use utoipa::ToSchema;

use super::error::Error;
use super::find::{Asker, Cursor, How, Query, Request};
use super::generation::{Found, Registers, country, typed_call};
use super::model::Authority;
use super::seeing::Seeing;
use super::settings::Settings;
use super::sources::Running;
use super::start::Claims;
use super::view::{Mask, RecordView, words};
use crate::env::Env;
use crate::ham::dxcc::Resolver;
use crate::identity::{Actor, Identity};
use crate::jobs::{self, JobId, NewJob};
use crate::store::{Read, Store};

/// Fewest characters of a search.
const LEAST: usize = 3;
/// Fewest characters that are completed.
const LEAST_COMPLETED: usize = 2;
/// Most completions.
const MOST_COMPLETED: usize = 10;

/// What the callbook is made of.
pub(crate) struct Parts {
    pub(crate) store: Store,
    pub(crate) env: Env,
    pub(crate) identity: Identity,
    /// What the ladder of proofs asks too.
    pub(crate) registers: Arc<Registers>,
    pub(crate) settings: Settings,
    /// The directory of the registers' files.
    pub(crate) dir: PathBuf,
    /// The installation's secret key.
    pub(crate) key: [u8; 32],
}

/// The callbook; clones share it.
#[derive(Clone)]
pub(crate) struct Callbook {
    pub(super) inner: Arc<Inner>,
}

/// What clones share.
pub(super) struct Inner {
    pub(super) store: Store,
    pub(super) env: Env,
    pub(super) identity: Identity,
    pub(super) registers: Arc<Registers>,
    pub(super) settings: Settings,
    pub(super) dir: PathBuf,
    pub(super) mask: Mask,
    pub(super) entities: Arc<Resolver>,
    /// What imports are at.
    running: Mutex<BTreeMap<Authority, Running>>,
    /// Registers of which an import is at work.
    pub(super) claims: Claims,
}

/// A search that is asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ask {
    /// What stands in the box.
    pub(crate) q: String,
    /// Where the page before ended.
    pub(crate) cursor: Option<String>,
    /// At most 50.
    pub(crate) limit: usize,
}

/// A page of a search.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallbookResults)]
pub(crate) struct Results {
    pub(crate) items: Vec<HitView>,
    /// Where to go on; absent: this was the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
    /// The words that were taken in the place of those that were typed, where these found nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) widened: Option<String>,
    /// Registers that were left out, because their index is being made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub(crate) missing: Vec<Authority>,
}

/// Something found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallbookHit)]
pub(crate) struct HitView {
    /// How: `call`, `previous`, `call_start`, `last_name`, `words`, `name_start` or `similar`.
    #[schema(value_type = String)]
    pub(crate) how: How,
    #[serde(flatten)]
    pub(crate) record: RecordView,
}

impl Callbook {
    /// A handle; nothing is found before the registers are opened (`Callbook::open_registers`).
    pub(crate) fn new(parts: Parts) -> Self {
        let Parts {
            store,
            env,
            identity,
            registers,
            settings,
            dir,
            key,
        } = parts;
        let inner = Inner {
            store,
            env,
            identity,
            registers,
            settings,
            dir,
            mask: Mask::new(&key),
            entities: Resolver::shared(),
            running: Mutex::default(),
            claims: Claims::default(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The registers in use.
    pub(crate) fn registers(&self) -> &Registers {
        &self.inner.registers
    }

    /// The records of the program.
    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The outside.
    pub(crate) fn env(&self) -> &Env {
        &self.inner.env
    }

    /// The accounts.
    pub(crate) fn identity(&self) -> &Identity {
        &self.inner.identity
    }

    /// The present time.
    pub(crate) fn now(&self) -> Timestamp {
        self.inner.env.clock.now()
    }

    /// What is known of a call, in whatever form somebody typed it; `None` where no register has it.
    pub(crate) async fn lookup(&self, actor: &Actor, text: &str) -> Result<Option<RecordView>, Error> {
        let (book, actor, text) = (self.clone(), actor.clone(), text.to_owned());
        self.inner
            .store
            .read(move |r| book.lookup_in(r, &actor, &text))
            .await
    }

    /// The same within a query.
    pub(crate) fn lookup_in(&self, r: &Read, actor: &Actor, text: &str) -> Result<Option<RecordView>, Error> {
        let seeing = Seeing::of(self, actor)?;
        let found = self.inner.registers.lookup_text(text)?;
        found.map(|found| seeing.show(r, &found)).transpose()
    }

    /// What a register has of a call, unmasked: for parts of the program that decide by it and show nothing of it.
    pub(crate) fn found(&self, text: &str) -> Result<Option<Found>, Error> {
        Ok(self.inner.registers.lookup_text(text)?)
    }

    /// A page of what a query finds.
    pub(crate) async fn search(&self, actor: &Actor, ask: Ask) -> Result<Results, Error> {
        let (book, actor) = (self.clone(), actor.clone());
        self.inner
            .store
            .read(move |r| book.search_in(r, &actor, &ask))
            .await
    }

    /// The same within a query.
    pub(crate) fn search_in(&self, r: &Read, actor: &Actor, ask: &Ask) -> Result<Results, Error> {
        let seeing = Seeing::of(self, actor)?;
        let text = ask.q.trim();
        if text.chars().count() < LEAST && typed_call(text).is_none() {
            return Err(Error::TooShort(LEAST));
        }
        let query = Query::parse(text)?;
        let cursor = ask.cursor.as_deref();
        let after = cursor.map(|cursor| Cursor::parse(cursor).ok_or(Error::Cursor));
        let after = after.transpose()?;
        let page = self.inner.registers.search(&Request {
            query: &query,
            asker: &self.asker(actor),
            allowed: seeing.fields(),
            today: words::today(&Authority::FCC, self.now()),
            after: after.as_ref(),
            limit: ask.limit,
        })?;
        let mut items = Vec::with_capacity(page.hits.len());
        for hit in &page.hits {
            items.extend(seeing.hit(r, hit)?);
        }
        Ok(Results {
            items,
            next: page.next.map(|cursor| cursor.as_text().to_string()),
            widened: page.widened,
            missing: page.missing,
        })
    }

    /// Calls and names that begin as somebody types.
    pub(crate) async fn suggest(
        &self,
        actor: &Actor,
        text: &str,
        limit: usize,
    ) -> Result<Vec<HitView>, Error> {
        let (book, actor, text) = (self.clone(), actor.clone(), text.trim().to_owned());
        if text.chars().count() < LEAST_COMPLETED {
            return Ok(Vec::new());
        }
        let limit = limit.clamp(1, MOST_COMPLETED);
        let suggested = self.inner.store.read(move |r| {
            let seeing = Seeing::of(&book, &actor)?;
            let today = words::today(&Authority::FCC, book.now());
            let asker = book.asker(&actor);
            let hits = book
                .inner
                .registers
                .typeahead(&text, &asker, seeing.fields(), today, limit)?;
            let mut items = Vec::with_capacity(hits.len());
            for hit in &hits {
                items.extend(seeing.hit(r, hit)?);
            }
            Ok(items)
        });
        suggested.await
    }

    /// What strangers may know of a call, in short lines: for answers that everybody gets alike. `None` for a call that
    /// no register has. Blocking: some microseconds.
    pub(crate) fn tell(&self, text: &str) -> Option<Vec<String>> {
        let told = self
            .inner
            .store
            .read_now(|r| self.lookup_in(r, &Actor::Guest, text));
        let record = match told {
            Ok(record) => record?,
            Err(error) => {
                tracing::debug!(%error, "a call asked for by name: {error}");
                return None;
            }
        };
        let mut lines = vec![
            format!("call={}", record.call),
            format!("status={}", record.status),
        ];
        let mut line = |name: &str, value: String| {
            if !value.is_empty() {
                lines.push(format!("{name}={value}"));
            }
        };
        line("class", record.class.unwrap_or_default());
        line("name", record.name);
        line("country", record.country);
        line("state", record.state);
        line(
            "grid",
            record.grid.map(|grid| grid.to_string()).unwrap_or_default(),
        );
        if let Some(dxcc) = record.dxcc {
            line("dxcc", dxcc.entity.to_string());
            line(
                "cq",
                dxcc.cq_zone.map(|zone| zone.to_string()).unwrap_or_default(),
            );
            line(
                "itu",
                dxcc.itu_zone.map(|zone| zone.to_string()).unwrap_or_default(),
            );
        }
        line(
            "expires",
            record.days.expires.map(|day| day.to_string()).unwrap_or_default(),
        );
        Some(lines)
    }

    /// From where somebody asks: what is near comes first.
    fn asker(&self, actor: &Actor) -> Asker {
        let own = actor.member().ok().and_then(|member| {
            let call = member.call.call()?;
            self.inner.registers.lookup(call).ok()?
        });
        let Some(own) = own else {
            return Asker::default();
        };
        Asker {
            country: country(&own.authority).map(SmolStr::new_static),
            region: Some(own.entry.licence.address.region).filter(|region| !region.is_empty()),
        }
    }

    /// What imports are at.
    pub(super) fn running(&self) -> MutexGuard<'_, BTreeMap<Authority, Running>> {
        self.inner.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for a job of this domain.
    pub(super) async fn enqueue<J: jobs::Job>(&self, actor: &Actor, job: J) -> Result<JobId, Error> {
        let new = NewJob::now(&self.inner.env, actor.account().map(|account| account.0));
        let asked = self
            .inner
            .store
            .write(move |tx| jobs::enqueue(tx, &job, new).map_err(Error::from));
        asked.await
    }
}
