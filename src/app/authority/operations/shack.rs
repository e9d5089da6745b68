//! Whom members follow. Radios are no records: `shack::rights` has its own tests.

use jiff::Timestamp;

use super::{CALL_IN_PERSON, Operation, told};
use crate::shack::following::write;

/// Whoever sits at a browser, with a call or without, also an administrator who looks in.
const ANYBODY_IN_PERSON: &[&[&str]] = &[CALL_IN_PERSON, &["listener", "looking in"]];

/// The rows of this domain.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "shack::write::follow",
        run: |tx, _, actor| told(write::follow(tx, actor, "3Y0J", Timestamp::UNIX_EPOCH)),
        allowed: ANYBODY_IN_PERSON,
    },
    Operation {
        name: "shack::write::unfollow",
        run: |tx, _, actor| {
            // Refused where it is: what is tried is the leaving.
            let _ = write::follow(tx, actor, "3Y0J", Timestamp::UNIX_EPOCH);
            told(write::unfollow(tx, actor, "3Y0J"))
        },
        allowed: ANYBODY_IN_PERSON,
    },
];
