//! Accounts, sessions, keys and reviews.

use super::super::world::{LISTENER, MEMBER, OWNER, STRANGER, wish};
use super::{ADMIN_CONFIRMED, ADMINS, LOG_SERVICES, OWNER_CONFIRMED, OWNER_IN_PERSON, Operation, told};
use crate::identity::review::{self, Matter, Verdict};
use crate::identity::write::{self, AccountChange, Admission, NewAccount, NewKey, NewSession, Standing};
use crate::identity::{AccountId, Actor, ApiKey, PasswordHash, ScopeSet, Service};
use crate::privacy::Subject;
#[cfg(feature = "passkeys")]
use crate::store::Write;

/// The commands.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "identity::add_account",
        run: |tx, seeds, actor| {
            let new = NewAccount::of("N5NEW".parse().unwrap());
            told(write::add_account(tx, actor, &new, seeds.now))
        },
        allowed: &[ADMINS, LOG_SERVICES],
    },
    Operation {
        name: "identity::change_account",
        run: |tx, seeds, actor| {
            let change = AccountChange {
                name: Some("Hiram".parse().unwrap()),
                ..AccountChange::default()
            };
            told(write::change_account(tx, actor, OWNER, &change, seeds.now))
        },
        allowed: &[
            OWNER_IN_PERSON,
            &["owner key full", "owner signed", "looking in"],
            ADMINS,
        ],
    },
    Operation {
        name: "identity::set_standing",
        run: |tx, seeds, actor| {
            let standing = Standing {
                disabled: Some(true),
                ..Standing::default()
            };
            told(write::set_standing(tx, actor, STRANGER, standing, seeds.now))
        },
        allowed: &[ADMINS, &["command line"]],
    },
    Operation {
        name: "identity::set_password",
        run: |tx, seeds, actor| told(write::set_password(tx, actor, OWNER, &hash(), seeds.now)),
        allowed: &[OWNER_IN_PERSON, ADMIN_CONFIRMED, &["command line"]],
    },
    Operation {
        name: "identity::create_api_key",
        run: |tx, seeds, actor| {
            let new = NewKey {
                account: OWNER,
                name: "N1MM".parse().unwrap(),
                scopes: ScopeSet::FULL,
                expires: None,
            };
            told(write::create_api_key(
                tx,
                actor,
                &new,
                &ApiKey::from_random([3; 8], [4; 32]),
                seeds.now,
            ))
        },
        allowed: &[OWNER_CONFIRMED, ADMIN_CONFIRMED, &["command line"]],
    },
    Operation {
        name: "identity::revoke_api_key",
        run: |tx, seeds, actor| {
            told(write::revoke_api_key(
                tx,
                actor,
                seeds.key.parse().unwrap(),
                seeds.now,
            ))
        },
        allowed: &[OWNER_IN_PERSON, ADMINS],
    },
    Operation {
        name: "identity::set_signing_secret",
        run: |tx, seeds, actor| {
            told(write::set_signing_secret(
                tx,
                actor,
                OWNER,
                Some(vec![1]),
                seeds.now,
            ))
        },
        allowed: &[OWNER_CONFIRMED],
    },
    #[cfg(feature = "passkeys")]
    Operation {
        name: "identity::add_passkey",
        run: |tx, seeds, actor| {
            told(write::add_passkey(
                tx,
                actor,
                (&"other".into(), &passkey(OWNER, seeds.now)),
                seeds.now,
            ))
        },
        allowed: &[OWNER_CONFIRMED],
    },
    #[cfg(feature = "passkeys")]
    Operation {
        name: "identity::rename_passkey",
        run: |tx, seeds, actor| {
            told(write::rename_passkey(
                tx,
                actor,
                &PASSKEY.into(),
                "Phone".parse().unwrap(),
                seeds.now,
            ))
        },
        allowed: &[OWNER_IN_PERSON],
    },
    #[cfg(feature = "passkeys")]
    Operation {
        name: "identity::revoke_passkey",
        run: |tx, seeds, actor| told(write::revoke_passkey(tx, actor, &PASSKEY.into(), seeds.now)),
        allowed: &[OWNER_CONFIRMED, ADMINS],
    },
    #[cfg(feature = "passkeys")]
    Operation {
        name: "identity::require_second_factor",
        run: |tx, seeds, actor| told(write::require_second_factor(tx, actor, seeds.now)),
        allowed: &[OWNER_CONFIRMED],
    },
    #[cfg(feature = "passkeys")]
    Operation {
        name: "identity::set_short_password",
        run: |tx, seeds, actor| {
            let owner = super::super::world::actor("owner confirmed");
            write::require_second_factor(tx, &owner, seeds.now).map_err(|error| error.to_string())?;
            told(write::set_short_password(tx, actor, &hash(), seeds.now))
        },
        allowed: &[OWNER_IN_PERSON],
    },
    Operation {
        name: "identity::end_second_factor",
        run: |tx, seeds, actor| told(write::end_second_factor(tx, actor, None, seeds.now)),
        // Each their own.
        allowed: &[OWNER_CONFIRMED, ADMIN_CONFIRMED],
    },
    Operation {
        name: "identity::end_session",
        run: |tx, seeds, actor| told(write::end_session(tx, actor, &seeds.session, seeds.now)),
        allowed: &[OWNER_IN_PERSON, &["looking in"]],
    },
    Operation {
        name: "identity::look_in",
        run: |tx, seeds, actor| {
            let new = NewSession {
                digest: [8; 32],
                account: MEMBER,
                remember: false,
                proven: "administrator".into(),
                network: "192.0.2.1".into(),
                agent: "Lynx".into(),
                behind: None,
            };
            told(write::look_in(tx, actor, new, seeds.now))
        },
        allowed: &[ADMIN_CONFIRMED],
    },
    Operation {
        name: "identity::note_act",
        run: |tx, seeds, actor| told(write::note_act(tx, actor, "POST /", seeds.now)),
        allowed: &[&["looking in"]],
    },
    Operation {
        name: "identity::open_review",
        run: |tx, seeds, actor| {
            told(review::open_review(
                tx,
                actor,
                LISTENER,
                licence("N0TWO"),
                seeds.now,
            ))
        },
        allowed: &[ADMINS, &["verifier", "licence watcher"]],
    },
    Operation {
        name: "identity::decide",
        run: |tx, seeds, actor| told(review::decide(tx, actor, seeds.open_review, &no(), seeds.now)),
        allowed: &[ADMINS],
    },
    Operation {
        name: "identity::set_waiting",
        run: |tx, seeds, actor| told(write::set_waiting(tx, actor, STRANGER, true, seeds.now)),
        allowed: &[ADMINS],
    },
    Operation {
        name: "identity::reopen",
        run: |tx, seeds, actor| told(review::reopen(tx, actor, seeds.decided_review, seeds.now)),
        allowed: &[ADMINS],
    },
    Operation {
        name: "identity::withdraw",
        run: |tx, seeds, actor| told(review::withdraw(tx, actor, seeds.open_review, seeds.now)),
        allowed: &[ADMINS, &["listener"]],
    },
    Operation {
        name: "identity::replace_gate_questions",
        run: |tx, seeds, actor| told(write::replace_gate_questions(tx, actor, "own", &[], seeds.now)),
        allowed: &[ADMINS, &["examiner"]],
    },
    Operation {
        name: "identity::sign_up",
        run: |tx, seeds, actor| {
            told(write::sign_up(
                tx,
                actor,
                &wish("ANN"),
                Admission::AtOnce,
                seeds.now,
            ))
        },
        allowed: &[&["guest"]],
    },
    Operation {
        name: "identity::hold_sign_up",
        run: |tx, seeds, actor| {
            let wanted = (wish("ANN"), "ann@example.org".parse().unwrap());
            told(write::hold_sign_up(tx, actor, [7; 32], wanted, seeds.now))
        },
        allowed: &[&["guest"]],
    },
    Operation {
        name: "identity::ask_mail",
        run: |tx, seeds, actor| {
            told(write::ask_mail(
                tx,
                actor,
                [6; 32],
                "b@example.org".parse().unwrap(),
                seeds.now,
            ))
        },
        allowed: &[OWNER_CONFIRMED, ADMIN_CONFIRMED],
    },
    Operation {
        name: "identity::give_recovery",
        run: |tx, seeds, actor| told(write::give_recovery(tx, actor, [5; 32], OWNER, seeds.now)),
        allowed: &[ADMIN_CONFIRMED, &["command line"]],
    },
    Operation {
        name: "identity::revoke_recovery",
        run: |tx, seeds, actor| told(write::revoke_recovery(tx, actor, &[33; 32], seeds.now)),
        allowed: &[ADMINS, &["command line"]],
    },
    Operation {
        name: "identity::ask_erasure",
        run: |tx, seeds, actor| told(write::ask_erasure(tx, actor, OWNER, false, seeds.now)),
        allowed: &[OWNER_CONFIRMED, ADMIN_CONFIRMED, &["eraser"]],
    },
    Operation {
        name: "identity::cancel_erasure",
        run: |tx, seeds, actor| told(write::cancel_erasure(tx, actor, OWNER, seeds.now)),
        allowed: &[OWNER_IN_PERSON, ADMIN_CONFIRMED, &["eraser"]],
    },
    Operation {
        name: "identity::begin_erasure",
        run: |tx, seeds, actor| told(write::begin_erasure(tx, actor, STRANGER, seeds.now)),
        allowed: &[&["eraser"]],
    },
    Operation {
        name: "identity::note_export",
        run: |tx, seeds, actor| told(write::note_export(tx, actor, OWNER, seeds.now)),
        allowed: &[OWNER_CONFIRMED, ADMIN_CONFIRMED],
    },
    Operation {
        name: "identity::erase_piece",
        run: |tx, seeds, actor| {
            let begun = Actor::Service(Service::Eraser);
            write::begin_erasure(tx, &begun, STRANGER, seeds.now).map_err(|error| error.to_string())?;
            let subject = Subject {
                account: STRANGER.0,
                names: vec!["K1ABC".into()],
                email: None,
                logs: false,
                now: seeds.now,
            };
            let erase = crate::identity::personal::PART.erase;
            told(write::erase_piece(tx, actor, &subject, (erase, &mut None)))
        },
        allowed: &[&["eraser"]],
    },
];

/// A licence that may be a listener's.
pub(in crate::app::authority) fn licence(call: &str) -> Matter {
    Matter::LicenceMatch {
        call: call.parse().unwrap(),
        authority: "fcc".into(),
        licensee: None,
        name: "Bob".into(),
        postal_code: "94703".into(),
    }
}

pub(in crate::app::authority) fn no() -> Verdict {
    Verdict {
        accept: false,
        reason: "somebody else".parse().unwrap(),
    }
}

pub(in crate::app::authority) fn hash() -> PasswordHash {
    let text = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$c29tZWhhc2hzb21laGFzaA";
    text.parse().unwrap()
}

#[cfg(feature = "passkeys")]
pub(in crate::app::authority) const PASSKEY: &str = "passkey";

#[cfg(feature = "passkeys")]
fn passkey(account: AccountId, now: jiff::Timestamp) -> crate::identity::StoredPasskey {
    crate::identity::StoredPasskey {
        account,
        name: "Key".parse().unwrap(),
        credential: "{}".to_owned(),
        created: now,
        last_used: None,
    }
}

/// A passkey of somebody's own.
#[cfg(feature = "passkeys")]
pub(in crate::app::authority) fn sow_passkey(
    tx: &mut Write<'_>,
    owner: &Actor,
    id: &str,
    now: jiff::Timestamp,
) -> Result<(), String> {
    let account = owner.account().ok_or("nobody")?;
    told(write::add_passkey(
        tx,
        owner,
        (&id.into(), &passkey(account, now)),
        now,
    ))
}
