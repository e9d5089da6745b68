//! What holders want of their records, and requests for removal.

use super::super::world::{PERSONAS, actor};
use super::{ADMINS, Operation, told};
use crate::callbook::model::*;
use crate::callbook::wishes::form::Asking;
use crate::callbook::wishes::removal::{self, Verdict};
use crate::callbook::wishes::write::{self, Terms, Wanted};
use crate::identity::Actor;
use crate::store::Write;
use jiff::Timestamp;

/// Whoever has proven the call, in person.
const HOLDER: &[&str] = &["owner", "owner confirmed"];
/// Parts of the program that govern the callbook beside administrators.
const SERVICES: &[&str] = &["command line", "demo"];
const KEEPER: &[&str] = &["callbook keeper"];

/// A licence as its register has it.
pub(in crate::app::authority) fn licence_of(call: &str) -> Licence {
    Licence {
        call: call.parse().unwrap(),
        number: 1,
        holder: Holder {
            kind: HolderKind::Person,
            name: "".into(),
            first: "HIRAM".into(),
            middle: "".into(),
            last: "MAXIM".into(),
            suffix: "".into(),
            licensee: "L00000001".into(),
            person: "".into(),
        },
        address: Address::default(),
        class: Some(Class::Extra),
        status: Status::Active,
        days: Days::default(),
        vanity: false,
        previous: None,
        trustee: None,
        place: None,
    }
}

/// The owner's.
fn licence() -> Licence {
    licence_of("W1AW")
}

fn terms(now: Timestamp) -> Terms {
    Terms { expected: None, now }
}

fn unlisted() -> Wanted {
    Wanted {
        opted_out: true,
        ..Wanted::default()
    }
}

fn ask(tx: &mut Write<'_>, actor: &Actor, now: Timestamp) -> Result<u64, String> {
    let asking = Asking::read("it is mine", "").unwrap();
    let asked = removal::ask(tx, actor, &licence(), &asking, ("somewhere", now));
    asked.map_err(|error| error.to_string())
}

/// The rows of this domain.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "callbook::write::change",
        run: |tx, seeds, actor| told(write::change(tx, actor, &licence(), unlisted(), terms(seeds.now))),
        allowed: &[HOLDER, ADMINS, SERVICES],
    },
    Operation {
        name: "callbook::write::clear",
        run: |tx, seeds, actor| told(write::clear(tx, actor, &licence(), terms(seeds.now))),
        allowed: &[HOLDER, ADMINS, SERVICES],
    },
    Operation {
        name: "callbook::write::end_of_former_holders",
        run: |tx, seeds, actor| {
            let line = Actor::COMMAND_LINE;
            write::change(tx, &line, &licence(), unlisted(), terms(seeds.now)).unwrap();
            told(write::end_of_former_holders(tx, actor, |_| Some("L2".into())))
        },
        allowed: &[KEEPER],
    },
    Operation {
        name: "callbook::removal::ask",
        run: |tx, seeds, actor| told(ask(tx, actor, seeds.now)),
        allowed: &[&PERSONAS],
    },
    Operation {
        name: "callbook::removal::decide",
        run: |tx, seeds, persona| {
            let id = ask(tx, &actor("stranger"), seeds.now)?;
            let verdict = Verdict {
                confirm: true,
                reason: String::new(),
            };
            let present = licence();
            told(removal::decide(
                tx,
                persona,
                id,
                &verdict,
                (Some(&present), seeds.now),
            ))
        },
        allowed: &[ADMINS, SERVICES],
    },
    Operation {
        name: "callbook::removal::forget_removals",
        run: |tx, seeds, actor| told(removal::forget_removals(tx, actor, seeds.now)),
        allowed: &[KEEPER],
    },
];
