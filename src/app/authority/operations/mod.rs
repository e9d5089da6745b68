//! The table: every command, how it is tried, and who may.

mod accounts;
mod books;

use super::world::Seeds;
use crate::identity::Actor;
use crate::store::Write;

#[cfg(feature = "passkeys")]
pub(super) use accounts::sow_passkey;
pub(super) use accounts::{licence, no};

/// Tries a command; how it was refused, if it was.
pub(super) type Run = fn(&mut Write<'_>, &Seeds, &Actor) -> Result<(), String>;

/// A command with who may use it.
pub(super) struct Operation {
    pub(super) name: &'static str,
    pub(super) run: Run,
    allowed: &'static [&'static [&'static str]],
}

impl Operation {
    /// The personas it is carried out for.
    pub(super) fn allowed(&self) -> impl Iterator<Item = &'static str> {
        self.allowed.iter().flat_map(|group| group.iter().copied())
    }
}

/// Administrators, also by a key or a signature.
pub(super) const ADMINS: &[&str] = &[
    "administrator",
    "administrator confirmed",
    "administrator key admin",
    "administrator key full",
    "administrator signed",
];
/// What would hand an account over: administrators in person, who have lately shown who they are.
pub(super) const ADMIN_CONFIRMED: &[&str] = &["administrator confirmed"];
pub(super) const OWNER_IN_PERSON: &[&str] = &["owner", "owner confirmed"];
pub(super) const OWNER_CONFIRMED: &[&str] = &["owner confirmed"];
/// The owner of the club's logbook, by all that may write to it.
pub(super) const CLUB_OWNER: &[&str] = &[
    "owner",
    "owner confirmed",
    "owner key logbook.write",
    "owner key full",
    "owner signed",
    "looking in",
];
/// Parts of the program that may write to any logbook.
pub(super) const LOG_SERVICES: &[&str] = &["command line", "demo"];
pub(super) const BOOKKEEPERS: &[&str] = &["logbook keeper", "demo"];
/// Whoever has a call and sits at a browser, not looking in as somebody.
pub(super) const CALL_IN_PERSON: &[&str] = &[
    "owner",
    "owner confirmed",
    "stranger",
    "member",
    "officer",
    "administrator",
    "administrator confirmed",
    "administrator idle",
];
/// Licensed members, by all that may write to a log.
pub(super) const LICENSED: &[&str] = &[
    "stranger",
    "member",
    "officer",
    "administrator",
    "administrator confirmed",
    "administrator idle",
    "administrator key logbook.write",
    "administrator key full",
    "administrator signed",
];

/// Functions that take the writer and ask nobody, each with why that is right; and methods of the accounts' handle,
/// with the command whose rule holds for them.
pub(super) const STEPS: &[(&str, &str)] = &[
    (
        "identity::set_up",
        "whoever has the link printed at the first start; refused once there is an administrator",
    ),
    ("identity::confirm_sign_up", "whoever has the link"),
    ("identity::confirm_mail", "whoever has the link"),
    ("identity::recover", "whoever has the link"),
    (
        "identity::ask_recovery",
        "anybody: the link goes to the account's own address",
    ),
    ("identity::ask_first_mail", "a step of a sign-up"),
    ("identity::count_mail", "a step of what sends mail"),
    ("Identity::add_account", "identity::add_account"),
    (
        "Identity::ask_code",
        "the owner alone, asked in its own transaction",
    ),
    (
        "Identity::try_code",
        "the owner alone, asked in its own transaction",
    ),
    (
        "Identity::proof_token",
        "the owner alone, asked in its own transaction",
    ),
    (
        "Identity::check_token",
        "the owner alone, asked in its own transaction",
    ),
    ("Identity::answer_morse", "identity::take_morse"),
    ("Identity::ask_morse", "identity::ask_morse"),
    ("Identity::decide_review", "identity::decide"),
    ("Identity::open_review", "identity::open_review"),
    ("Identity::reopen_review", "identity::reopen"),
    ("Identity::withdraw_review", "identity::withdraw"),
    (
        "Identity::begin_document",
        "the owner alone, asked in its own transaction",
    ),
    (
        "Identity::keep_document",
        "the owner alone, asked in its own transaction",
    ),
    (
        "Identity::withdraw_document",
        "the owner alone, asked in its own transaction",
    ),
    (
        "Identity::read_document",
        "the owner, and who settles reviews; asked in its own transaction",
    ),
    ("Identity::revoke_link", "identity::revoke_recovery"),
    ("Identity::add_verification", "identity::add_verification"),
    ("Identity::ask_erasure", "identity::ask_erasure"),
    ("Identity::ask_mail", "identity::ask_mail"),
    ("Identity::ask_recovery", "identity::ask_recovery"),
    ("Identity::begin_erasure", "identity::begin_erasure"),
    ("Identity::cancel_erasure", "identity::cancel_erasure"),
    ("Identity::change_account", "identity::change_account"),
    ("Identity::claim_call", "identity::claim_call"),
    ("Identity::confirm_link", "identity::confirm_sign_up"),
    ("Identity::create_api_key", "identity::create_api_key"),
    ("Identity::end_verification", "identity::end_verification"),
    (
        "Identity::enter",
        "whoever has just shown a password, passkey, certificate or link",
    ),
    ("Identity::erase_piece", "identity::begin_erasure"),
    ("Identity::add_passkey", "identity::add_passkey"),
    ("Identity::flush", "what memory saw, in the background"),
    ("Identity::give_recovery", "identity::give_recovery"),
    ("Identity::govern", "identity::set_standing"),
    (
        "Identity::licence_events",
        "the capability to apply licences, asked at the door and by every event",
    ),
    ("Identity::look_in", "identity::look_in"),
    ("Identity::make_signing_secret", "identity::set_signing_secret"),
    ("Identity::revoke_signing_secret", "identity::set_signing_secret"),
    ("Identity::note_act", "identity::note_act"),
    ("Identity::note_export", "identity::note_export"),
    ("Identity::recover", "identity::recover"),
    ("Identity::rename_passkey", "identity::rename_passkey"),
    (
        "Identity::replace_gate_questions",
        "identity::replace_gate_questions",
    ),
    ("Identity::revoke_api_key", "identity::revoke_api_key"),
    ("Identity::revoke_passkey", "identity::revoke_passkey"),
    (
        "Identity::require_second_factor",
        "identity::require_second_factor",
    ),
    ("Identity::end_second_factor", "identity::end_second_factor"),
    ("Identity::set_standing", "identity::set_standing"),
];

/// Every command that asks who does it.
pub(super) fn operations() -> impl Iterator<Item = &'static Operation> {
    accounts::OPERATIONS.iter().chain(books::OPERATIONS)
}

fn told<T, E: std::fmt::Display>(done: Result<T, E>) -> Result<(), String> {
    done.map(drop).map_err(|error| error.to_string())
}
