//! Proofs of calls: what is asked for and shown on the ladder, what is recorded, what follows from a licence.

use super::super::world::{LISTENER, OWNER};
use super::{ADMINS, ANYBODY_IN_PERSON, CALL_IN_PERSON, OWNER_IN_PERSON, Operation, told};
use crate::ham::callsign::Callsign;
use crate::identity::certificates::{give_challenge, use_challenge};
use crate::identity::documents::{
    FileKind, Kept, NewDocument, begin_document, note_reading, send_document, withdraw_document,
};
use crate::identity::ladder::{Mailbox, ProofToken};
use crate::identity::licence::{LicenceEvent, apply};
use crate::identity::review::{self, Remark};
use crate::identity::write::{self, Admission, Claim, Claimant, CodeWish, Proof, Tried};
use crate::identity::{Actor, Login};
use crate::store::Write;
use crate::web::Network;

/// The commands.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "identity::add_verification",
        run: |tx, seeds, actor| {
            told(write::add_verification(
                tx,
                actor,
                OWNER,
                &Proof::word_of(""),
                seeds.now,
            ))
        },
        allowed: &[ADMINS, &["verifier"]],
    },
    Operation {
        name: "identity::end_verification",
        run: |tx, seeds, actor| {
            told(write::end_verification(
                tx,
                actor,
                (OWNER, seeds.proof),
                "a mistake",
                seeds.now,
            ))
        },
        allowed: &[ADMINS, &["verifier"]],
    },
    Operation {
        name: "identity::claim_call",
        run: |tx, seeds, actor| {
            let claim = Claim {
                call: "N0CALL".parse().unwrap(),
                claimant: Claimant::Account(LISTENER),
                proof: Proof::word_of(""),
            };
            told(write::claim_call(tx, actor, &claim, seeds.now))
        },
        allowed: &[ADMINS, &["verifier"]],
    },
    Operation {
        name: "identity::ask_morse",
        run: |tx, seeds, actor| told(write::ask_morse(tx, actor, [2; 32], seeds.now)),
        allowed: &[CALL_IN_PERSON],
    },
    Operation {
        name: "identity::take_morse",
        run: |tx, seeds, actor| {
            let network = crate::web::Network::of([192, 0, 2, 1].into());
            told(write::take_morse(tx, actor, (&[2; 32], network), seeds.now))
        },
        allowed: &[CALL_IN_PERSON, &["listener"]],
    },
    Operation {
        name: "identity::record_morse",
        run: |tx, seeds, actor| {
            let member = actor.member().map_err(|denied| denied.to_string())?;
            let call = member.call.call().ok_or("no call")?.clone();
            told(write::record_morse(
                tx,
                actor,
                (&call, "20 words per minute".to_owned()),
                seeds.now,
            ))
        },
        allowed: &[CALL_IN_PERSON],
    },
    Operation {
        name: "identity::arrive",
        run: |tx, seeds, actor| {
            let claim = Claim {
                call: "N0CALL".parse().unwrap(),
                claimant: Claimant::Newcomer,
                proof: Proof::word_of(""),
            };
            let arrival = write::Arrival {
                claim,
                held_since: None,
                name: "Ann".parse().unwrap(),
                admission: Some(Admission::AtOnce),
                take: false,
            };
            told(write::arrive(tx, actor, &arrival, seeds.now))
        },
        allowed: &[ADMINS, &["verifier"]],
    },
    Operation {
        name: "identity::end_by_certificate",
        run: |tx, seeds, actor| {
            let certificate = (&"W1AW".parse().unwrap(), &"715571".into());
            told(write::end_by_certificate(
                tx,
                actor,
                certificate,
                "superseded",
                seeds.now,
            ))
        },
        allowed: &[ADMINS, &["verifier"]],
    },
    Operation {
        name: "identity::contest",
        run: |tx, seeds, actor| told(review::contest(tx, actor, &claim(), seeds.now)),
        allowed: &[ADMINS, &["verifier", "licence watcher"]],
    },
    Operation {
        name: "identity::settle_claim",
        run: |tx, seeds, actor| told(write::settle_claim(tx, actor, &claim(), "settled", seeds.now)),
        allowed: &[ADMINS],
    },
    Operation {
        name: "identity::apply",
        run: |tx, seeds, actor| {
            let event = LicenceEvent::Cancelled { call: call("W1AW") };
            told(apply(tx, actor, &event, seeds.now))
        },
        allowed: &[ADMINS, &["command line", "licence watcher"]],
    },
    Operation {
        name: "identity::ask_code",
        run: |tx, seeds, actor| told(write::ask_code(tx, actor, &code_wish(actor), seeds.now)),
        allowed: ANYBODY_IN_PERSON,
    },
    Operation {
        name: "identity::try_code",
        run: |tx, seeds, actor| {
            let tried = write::try_code(tx, actor, |_| MARK, seeds.now);
            match tried.map_err(|error| error.to_string())? {
                Tried::Right(_) => Ok(()),
                other => Err(format!("{other:?}")),
            }
        },
        allowed: &[OWNER_IN_PERSON],
    },
    Operation {
        name: "identity::give_token",
        run: |tx, seeds, actor| {
            let wanted = (&own_call(actor), false);
            told(write::give_token(tx, actor, wanted, token(), seeds.now))
        },
        allowed: ANYBODY_IN_PERSON,
    },
    Operation {
        name: "identity::begin_check",
        run: |tx, seeds, actor| told(write::begin_check(tx, actor, true, seeds.now)),
        allowed: &[OWNER_IN_PERSON],
    },
    Operation {
        name: "identity::give_challenge",
        run: |tx, seeds, actor| told(give_challenge(tx, actor, LOG_CALL.into(), seeds.now)),
        allowed: ANYBODY_IN_PERSON,
    },
    Operation {
        name: "identity::use_challenge",
        run: |tx, seeds, actor| match use_challenge(tx, actor, LOG_CALL, seeds.now) {
            Ok(false) => Err("not theirs".to_owned()),
            other => told(other),
        },
        allowed: &[OWNER_IN_PERSON],
    },
    Operation {
        name: "identity::begin_document",
        run: |tx, seeds, actor| told(begin_document(tx, actor, seeds.now)),
        allowed: ANYBODY_IN_PERSON,
    },
    Operation {
        name: "identity::send_document",
        run: |tx, seeds, actor| told(send_document(tx, actor, &document(own_call(actor)), seeds.now)),
        allowed: ANYBODY_IN_PERSON,
    },
    Operation {
        name: "identity::withdraw_document",
        run: |tx, seeds, actor| told(withdraw_document(tx, actor, seeds.document, seeds.now)),
        allowed: &[OWNER_IN_PERSON],
    },
    Operation {
        name: "identity::note_reading",
        run: |tx, seeds, actor| told(note_reading(tx, actor, seeds.document, seeds.now)),
        allowed: &[ADMINS],
    },
];

/// The call of the owner's challenge.
const LOG_CALL: &str = "AA1AA/B";
/// The mark of the owner's code.
const MARK: [u8; 16] = [7; 16];

fn call(text: &str) -> Callsign {
    text.parse().unwrap()
}

/// The call of whoever tries; one that nobody has, for those who have none.
fn own_call(actor: &Actor) -> Callsign {
    let login = actor.member().ok().map(|member| member.call.clone());
    match login {
        Some(Login::Call(call)) => call,
        _ => call("N0CALL"),
    }
}

/// That the listener proved a call.
fn claim() -> Claim {
    Claim {
        call: call("N0CALL"),
        claimant: Claimant::Account(LISTENER),
        proof: Proof::word_of(""),
    }
}

fn code_wish(actor: &Actor) -> CodeWish {
    CodeWish {
        call: own_call(actor),
        mailbox: Mailbox::Winlink,
        address: "code@example.org".parse().unwrap(),
        shown: "code@example.org".into(),
        mark: MARK,
        network: Network::of([192, 0, 2, 1].into()),
    }
}

fn token() -> ProofToken {
    ProofToken::from_random([3; 10])
}

fn document(call: Callsign) -> NewDocument {
    NewDocument {
        call,
        name: "licence.pdf".parse().unwrap(),
        note: Remark::default(),
        kept: Kept {
            file: "0192-file".into(),
            kind: FileKind::Pdf,
            bytes: 5,
            digest: "00".into(),
        },
    }
}

/// What somebody is proving their call by; the number of their document.
pub(in crate::app::authority) fn sow_attempts(
    tx: &mut Write<'_>,
    owner: &Actor,
    now: jiff::Timestamp,
) -> Result<u64, String> {
    told(write::ask_code(tx, owner, &code_wish(owner), now))?;
    told(write::give_token(
        tx,
        owner,
        (&own_call(owner), false),
        token(),
        now,
    ))?;
    told(give_challenge(tx, owner, LOG_CALL.into(), now))?;
    send_document(tx, owner, &document(own_call(owner)), now).map_err(|error| error.to_string())
}
