//! A logbook on a scratch data directory, driven from outside the crate: for benches.
//!
//! Everything is as in the program: durable commits, the table of entities, jobs' own code for importing and
//! undoing. Only the clock stands still, in a far future so that long generated logs are not refused.

use std::io::Cursor;

use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::env::{Clock, Entropy, Env, Mailer, Outbound};
use crate::ham::callsign::Callsign;
use crate::identity::{AccountId, Actor};
use crate::logbook::KEEPER;
use crate::logbook::error::Error;
use crate::logbook::event::LogbookId;
use crate::logbook::filter;
use crate::logbook::jobs::import::import_now;
use crate::logbook::jobs::undo_all;
use crate::logbook::place::Table;
use crate::logbook::read::list::{Begin, ListQuery, Sort, list};
use crate::logbook::rights;
use crate::logbook::write::books::{NewBook, Person, create_for};
use crate::logbook::write::import::Options;
use crate::logbook::write::log::log;
use crate::logbook::write::merge::Incoming;
use crate::logbook::write::undo::{Step, begin_import};
use crate::logbook::{Countries, Logbook};
use crate::store::{Store, StoreConfig};

const CALL: &str = "K6BP";
const BOOK: LogbookId = LogbookId(1);
const GOOD: &str = "a scratch logbook takes what is asked of it";

/// An open logbook.
pub struct ScratchLog {
    runtime: Runtime,
    logbook: Logbook,
    _dir: TempDir,
}

/// What an import came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    /// Its number, for undoing it.
    pub import: u32,
    /// New contacts.
    pub added: u64,
    /// Known contacts.
    pub duplicates: u64,
    /// Records refused.
    pub rejected: u64,
}

impl Default for ScratchLog {
    fn default() -> Self {
        Self::new()
    }
}

impl ScratchLog {
    /// An empty logbook in a temporary directory.
    pub fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory can be made");
        let runtime = Runtime::new().expect("a runtime can be made");
        let clock = Clock::fake("2200-01-01T00:00:00Z".parse().expect("a time"));
        let env = Env {
            mailer: Mailer::off(clock.clone()),
            entropy: Entropy::seeded(1),
            outbound: Outbound::new([]),
            clock,
        };
        let store = Store::open(StoreConfig::new(dir.path())).expect(GOOD);
        let logbook = Logbook::new(store, env, Countries::new(Table::embedded().into()), dir.path());
        let call: Callsign = CALL.parse().expect("a call");
        let owner = Person {
            account: AccountId(1),
            call: call.clone(),
        };
        let new = NewBook {
            call,
            title: String::new(),
            club: false,
        };
        let now = logbook.env.clock.now();
        runtime
            .block_on(
                logbook
                    .store
                    .write(move |tx| create_for(tx, &KEEPER, &owner, new, now)),
            )
            .expect(GOOD);
        Self {
            runtime,
            logbook,
            _dir: dir,
        }
    }

    /// Imports a file, to its last durable commit.
    pub fn import(&self, adif: Vec<u8>) -> Imported {
        let options = Options {
            bytes: adif.len() as u64,
            ..Options::default()
        };
        let call: Callsign = CALL.parse().expect("a call");
        let run = import_now(&self.logbook, &call, options, Cursor::new(adif), |_| Ok(()));
        let summary = self.runtime.block_on(run).expect(GOOD);
        let count = |name: &str| summary[name].as_u64().unwrap_or_default();
        Imported {
            import: u32::try_from(count("import")).expect("imports are numbered from one"),
            added: count("added"),
            duplicates: count("duplicates") + count("merged"),
            rejected: count("rejected"),
        }
    }

    /// Takes an import back; returns how many contacts went.
    pub fn undo(&self, import: u32) -> u64 {
        let live = self.logbook.live.clone();
        let mut sum = Step::default();
        let run = async {
            let begun = self
                .logbook
                .store
                .write(move |tx| begin_import(tx, &Actor::COMMAND_LINE, import, &live));
            begun.await.expect(GOOD);
            undo_all(&self.logbook, import, &mut sum, |_| {})
                .await
                .expect(GOOD);
        };
        self.runtime.block_on(run);
        sum.removed
    }

    /// Reads a page of a hundred contacts; returns how many there were.
    pub fn page(&self, q: &str, sort: &str, offset: u64) -> usize {
        let table = self.logbook.countries.table();
        let filter = filter::parse(q, &|name| table.entities(name)).expect("a filter");
        let sort: Sort = sort.parse().expect("an order");
        let query = ListQuery {
            book: BOOK,
            filter,
            sort,
            begin: Begin::Offset(offset),
            limit: 100,
        };
        let read = self.logbook.store.read(move |r| Ok::<_, Error>(list(r, &query)?));
        self.runtime.block_on(read).expect(GOOD).rows.len()
    }

    /// Logs one contact durably; returns once it is stored.
    pub fn log_one(&self, call: &str, second: i64) {
        let (table, now) = (self.logbook.countries.table(), self.logbook.env.clock.now());
        let start = jiff::Timestamp::from_second(second).expect("a time");
        let (call, band) = (call.parse().expect("a call"), "20m".parse().expect("a band"));
        let mode = crate::ham::mode::Mode::named("CW").expect("a mode");
        let qso = crate::ham::qso::Qso::new(call, start, band, mode);
        let incoming = Incoming {
            place: table.place(&qso),
            qso,
        };
        let write = self.logbook.store.write(move |tx| {
            let opened = rights::as_account(tx, BOOK, None)?.ok_or(Error::NoneNamed)?;
            log(tx, &opened, incoming, now)
        });
        self.runtime.block_on(write).expect(GOOD);
    }
}
