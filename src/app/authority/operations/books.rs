//! Logbooks, contacts and imports.

use super::super::world::{ADMIN, CLUB, MEMBER, OFFICER, OWNER, Seeds, incoming, person};
use super::{ADMINS, BOOKKEEPERS, CLUB_OWNER, LICENSED, LOG_SERVICES, Operation, told};
use crate::ham::adif::Reader;
use crate::identity::{Actor, Scope};
use crate::logbook::LiveImports;
use crate::logbook::place::Table;
use crate::logbook::rights::{self, Opened};
use crate::logbook::tables::{ImportState, Right};
use crate::logbook::write::ahead::Ahead;
use crate::logbook::write::books::{self, NewBook};
use crate::logbook::write::edit::{self, Action, Target, WayBack};
use crate::logbook::write::import::{self, Batch, Options};
use crate::logbook::write::{log, replace, undo};
use crate::store::Write;

/// The commands.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "logbook::books::create",
        run: |tx, seeds, actor| told(books::create(tx, actor, book("N5X"), seeds.now)),
        allowed: &[LICENSED, CLUB_OWNER],
    },
    Operation {
        name: "logbook::books::create_for",
        run: |tx, seeds, actor| {
            told(books::create_for(
                tx,
                actor,
                &person(MEMBER),
                book("N5X"),
                seeds.now,
            ))
        },
        allowed: &[BOOKKEEPERS],
    },
    Operation {
        name: "logbook::books::ensure_own",
        run: |tx, seeds, actor| told(books::ensure_own(tx, actor, &person(MEMBER), seeds.now)),
        allowed: &[BOOKKEEPERS],
    },
    Operation {
        name: "logbook::books::move_own",
        run: |tx, _, actor| told(books::move_own(tx, actor, OWNER, ("W1AW", "SWL_01"))),
        allowed: &[BOOKKEEPERS],
    },
    Operation {
        name: "logbook::books::set_aside",
        run: |tx, _, actor| told(books::set_aside(tx, actor, OWNER, &"W1AW".parse().unwrap())),
        allowed: &[BOOKKEEPERS],
    },
    Operation {
        name: "logbook::books::rename",
        run: |tx, _, actor| told(books::rename(tx, actor, CLUB, Some("The club".to_owned()), None)),
        allowed: &[CLUB_OWNER, LOG_SERVICES],
    },
    Operation {
        name: "logbook::books::share",
        run: |tx, seeds, actor| {
            told(books::share(
                tx,
                actor,
                CLUB,
                &person(ADMIN),
                Right::Member,
                seeds.now,
            ))
        },
        allowed: &[CLUB_OWNER, ADMINS, LOG_SERVICES],
    },
    Operation {
        name: "logbook::books::unshare",
        run: |tx, _, actor| told(books::unshare(tx, actor, CLUB, OFFICER)),
        allowed: &[CLUB_OWNER, ADMINS, LOG_SERVICES, &["officer"]],
    },
    Operation {
        name: "logbook::books::close",
        run: |tx, _, actor| told(books::close(tx, actor, CLUB)),
        allowed: &[CLUB_OWNER, LOG_SERVICES],
    },
    Operation {
        name: "logbook::log::log",
        run: |tx, seeds, actor| {
            let opened = open(tx, actor)?;
            told(log::log(tx, &opened, incoming("K9ZZ"), seeds.now))
        },
        allowed: &[CLUB_OWNER, LOG_SERVICES, &["officer", "member"]],
    },
    Operation {
        name: "logbook::edit::edit",
        run: |tx, seeds, actor| {
            told(edit::edit(
                tx,
                actor,
                target(seeds),
                &[],
                &Table::embedded(),
                seeds.now,
            ))
        },
        allowed: &[CLUB_OWNER, LOG_SERVICES, &["officer"]],
    },
    Operation {
        name: "logbook::edit::delete",
        run: |tx, seeds, actor| told(edit::delete(tx, actor, target(seeds), &way_back())),
        allowed: &[CLUB_OWNER, LOG_SERVICES, &["officer"]],
    },
    Operation {
        name: "logbook::edit::bulk",
        run: |tx, seeds, actor| {
            let opened = open(tx, actor)?;
            let numbers = [seeds.contact.number];
            let done = edit::bulk(
                tx,
                &opened,
                &numbers,
                &Action::Delete,
                &Table::embedded(),
                &way_back(),
                seeds.now,
            );
            match done {
                // What one may not change is passed over.
                Ok(0) => Err("nothing was changed".to_owned()),
                other => told(other),
            }
        },
        allowed: &[CLUB_OWNER, LOG_SERVICES, &["officer"]],
    },
    Operation {
        name: "logbook::edit::clear",
        run: |tx, seeds, actor| told(edit::clear(tx, actor, seeds.club, 10)),
        allowed: &[BOOKKEEPERS],
    },
    Operation {
        name: "logbook::import::begin",
        run: |tx, seeds, actor| {
            told(import::begin(
                tx,
                actor,
                Some(CLUB),
                Options::default(),
                seeds.now,
            ))
        },
        allowed: &[CLUB_OWNER, LOG_SERVICES, &["officer", "member"]],
    },
    Operation {
        name: "logbook::import::batch",
        run: |tx, seeds, actor| {
            let batch = Batch {
                import: seeds.waiting,
                from: None,
                to: Reader::new(&b""[..]).checkpoint(),
                contacts: Vec::new(),
                rejects: Vec::new(),
                warnings: 0,
                remarks: Vec::new(),
                userdefs: Vec::new(),
                now: seeds.now,
            };
            told(import::batch(tx, actor, batch))
        },
        allowed: &[&["import worker"]],
    },
    Operation {
        name: "logbook::import::end",
        run: |tx, seeds, actor| {
            told(import::end(
                tx,
                actor,
                seeds.waiting,
                ImportState::Stopped,
                seeds.now,
            ))
        },
        allowed: &[&["import worker"]],
    },
    Operation {
        name: "logbook::import::resume",
        run: |tx, seeds, actor| told(import::resume(tx, actor, seeds.stopped)),
        allowed: &[&["import worker"]],
    },
    Operation {
        name: "logbook::undo::begin_import",
        run: |tx, seeds, actor| told(undo::begin_import(tx, actor, seeds.done, &LiveImports::default())),
        allowed: &[CLUB_OWNER, LOG_SERVICES, &["officer"]],
    },
    Operation {
        name: "logbook::undo::import_step",
        run: |tx, seeds, actor| {
            let by = (&Table::embedded(), seeds.now);
            told(undo::import_step(
                tx,
                actor,
                seeds.undoing,
                (9, &Ahead::default()),
                by,
            ))
        },
        allowed: &[&["import worker"]],
    },
    Operation {
        name: "logbook::undo::edits",
        run: |tx, seeds, actor| {
            let (opened, _) =
                undo::look_up(tx, actor, &seeds.undo, seeds.now).map_err(|error| error.to_string())?;
            told(undo::edits(tx, &opened, &seeds.undo, seeds.now))
        },
        allowed: &[CLUB_OWNER, LOG_SERVICES, &["officer"]],
    },
    Operation {
        name: "logbook::replace::step",
        run: |tx, _, actor| told(replace::step(tx, actor, None, &Table::embedded())),
        allowed: &[BOOKKEEPERS],
    },
];

fn book(call: &str) -> NewBook {
    NewBook {
        call: call.parse().unwrap(),
        title: String::new(),
        club: false,
    }
}

/// The club's logbook, as the actor may use it: what such commands take instead of an actor.
fn open(tx: &Write<'_>, actor: &Actor) -> Result<Opened, String> {
    rights::open(tx, actor, Scope::LogbookWrite, Some(CLUB)).map_err(|error| error.to_string())
}

fn target(seeds: &Seeds) -> Target {
    Target {
        id: seeds.contact,
        revision: None,
    }
}

fn way_back() -> WayBack {
    WayBack {
        token: "other".into(),
        until: jiff::Timestamp::MAX,
    }
}
