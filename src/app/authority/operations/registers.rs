//! The callbook's registers: how they are kept, and which is in use.

use super::{ADMINS, Operation, told};
use crate::callbook::fetch::State;
use crate::callbook::model::Authority;
use crate::callbook::write::{self, Attempt, SourceChange, Taken};

/// Parts of the program that govern the callbook beside administrators.
const GOVERNORS: &[&str] = &["command line", "demo"];
const KEEPER: &[&str] = &["callbook keeper"];
const MAP: &str = "authority = \"members\"\ncolumns = { call = 1, name = 2 }\nfile = { header = false }\n";

/// The rows of registers.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "callbook::write::change_source",
        run: |tx, seeds, actor| {
            let change = SourceChange {
                enabled: Some(true),
                url: None,
            };
            told(write::change_source(
                tx,
                actor,
                &Authority::FCC,
                &change,
                seeds.now,
            ))
        },
        allowed: &[ADMINS, GOVERNORS],
    },
    Operation {
        name: "callbook::write::put_list",
        run: |tx, seeds, actor| told(write::put_list(tx, actor, MAP, seeds.now)),
        allowed: &[ADMINS, GOVERNORS],
    },
    Operation {
        name: "callbook::write::forget_source",
        run: |tx, _, actor| told(write::forget_source(tx, actor, &Authority::ISED)),
        allowed: &[ADMINS, GOVERNORS],
    },
    Operation {
        name: "callbook::write::begin_generation",
        run: |tx, seeds, actor| told(write::begin_generation(tx, actor, &Authority::FCC, seeds.now)),
        allowed: &[KEEPER],
    },
    Operation {
        name: "callbook::write::take",
        run: |tx, seeds, actor| {
            let taken = Taken {
                generation: 1,
                state: State::default(),
                now: seeds.now,
            };
            told(write::take(tx, actor, &Authority::FCC, taken))
        },
        allowed: &[KEEPER],
    },
    Operation {
        name: "callbook::write::note_day",
        run: |tx, _, actor| {
            let day = ("mon".into(), State::default());
            told(write::note_day(tx, actor, &Authority::FCC, day))
        },
        allowed: &[KEEPER],
    },
    Operation {
        name: "callbook::write::note_attempt",
        run: |tx, _, actor| {
            told(write::note_attempt(
                tx,
                actor,
                &Authority::FCC,
                Attempt::default(),
            ))
        },
        allowed: &[KEEPER],
    },
    Operation {
        name: "callbook::write::lose",
        run: |tx, _, actor| told(write::lose(tx, actor, &Authority::FCC, "gone".into())),
        allowed: &[KEEPER],
    },
    Operation {
        name: "callbook::write::store_events",
        run: |tx, _, actor| {
            told(write::store_events(
                tx,
                actor,
                &Authority::FCC,
                (1, 0),
                Vec::new(),
            ))
        },
        allowed: &[KEEPER],
    },
    Operation {
        name: "callbook::write::drop_events",
        run: |tx, _, actor| told(write::drop_events(tx, actor, &Authority::FCC, (1, 0))),
        allowed: &[KEEPER],
    },
];
