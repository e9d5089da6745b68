//! Other callbooks: members' own accounts there, and what was asked.

use smol_str::SmolStr;

use super::{ANYBODY_IN_PERSON, CALL_IN_PERSON, Operation, told};
use crate::callbook::upstream::{Site, StoredAnswer, StoredLogin, keep_answer, remove_account, set_account};
use crate::identity::Actor;
use crate::store::Write;
use jiff::Timestamp;

/// Whoever may look calls up and is no guest.
const READERS: &[&[&str]] = &[
    CALL_IN_PERSON,
    &[
        "listener",
        "looking in",
        "owner key callbook.read",
        "owner key full",
        "owner signed",
        "administrator key full",
        "administrator signed",
    ],
];

fn set(tx: &mut Write<'_>, actor: &Actor, now: Timestamp) -> Result<(), String> {
    let login = StoredLogin {
        user: "K6BP".into(),
        sealed: vec![0; 40],
        set: now,
    };
    told(set_account(tx, actor, Site::Qrz, &login))
}

/// The rows of this part.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "callbook::accounts::set_account",
        run: |tx, seeds, actor| set(tx, actor, seeds.now),
        allowed: ANYBODY_IN_PERSON,
    },
    Operation {
        name: "callbook::accounts::remove_account",
        run: |tx, seeds, actor| {
            // Who may not keep one is told so by the removal too.
            let _ = set(tx, actor, seeds.now);
            told(remove_account(tx, actor, Site::Qrz))
        },
        allowed: ANYBODY_IN_PERSON,
    },
    Operation {
        name: "callbook::cache::keep_answer",
        run: |tx, seeds, actor| {
            let key = (0, SmolStr::new_static(Site::Callook.as_str()), "K1ABC".into());
            let answer = StoredAnswer {
                at: seeds.now,
                found: None,
            };
            told(keep_answer(tx, actor, &key, &answer))
        },
        allowed: READERS,
    },
];
