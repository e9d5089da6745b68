//! The table: every command, how it is tried, and who may.

mod accounts;
mod books;
mod callbook;
mod elsewhere;
mod names;
mod proving;
mod registers;
mod shack;
mod spots;

use super::world::Seeds;
use crate::identity::Actor;
use crate::store::Write;

#[cfg(feature = "passkeys")]
pub(super) use accounts::{PASSKEY, sow_passkey};
pub(super) use accounts::{hash, licence, no};
pub(super) use callbook::licence_of;
pub(super) use names::base;
pub(super) use proving::sow_attempts;

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

/// Whoever has an account and sits at a browser, not looking in as somebody.
pub(super) const ANYBODY_IN_PERSON: &[&[&str]] = &[CALL_IN_PERSON, &["listener"]];

/// Functions that take an actor on behalf of the command that has asked it.
pub(super) const PARTS: &[(&str, &str)] = &[
    ("identity::accepted", "identity::decide"),
    ("identity::refused", "identity::decide"),
    ("identity::taken_back", "identity::reopen"),
    (
        "logbook::edit::announce",
        "logbook::edit::bulk, logbook::undo::edits",
    ),
];

/// What changes something and asks no actor, each with why that is right.
pub(super) const STEPS: &[(&str, &str)] = &[
    // Whoever has a secret, whoever they are.
    (
        "identity::set_up",
        "whoever has the link printed at the first start; refused once there is an administrator",
    ),
    ("identity::confirm_sign_up", "whoever has the link"),
    ("identity::confirm_mail", "whoever has the link"),
    ("identity::recover", "whoever has the link"),
    ("Identity::claim", "identity::set_up"),
    ("Identity::confirm_link", "identity::confirm_sign_up"),
    ("Identity::confirm_mail", "identity::confirm_mail"),
    ("Identity::recover", "identity::recover"),
    (
        "Identity::prove",
        "whoever has just shown the password, whose hash is made better",
    ),
    (
        "Identity::passkey_shown",
        "whoever has just shown the passkey, whose counter is kept",
    ),
    (
        "Identity::confirm_by",
        "whoever has just shown a password, passkey or certificate",
    ),
    (
        "Identity::enter",
        "whoever has just shown a password, passkey, certificate or link",
    ),
    // Anybody.
    (
        "identity::ask_recovery",
        "anybody: the link goes to the account's own address",
    ),
    ("Identity::ask_recovery", "identity::ask_recovery"),
    // Parts of what has asked.
    ("identity::ask_first_mail", "a step of identity::sign_up"),
    ("identity::count_mail", "a step of what sends mail"),
    (
        "Identity::accept",
        "after identity::claim_call: what the call was proven by is used up",
    ),
    (
        "Identity::stop_pages",
        "after identity::begin_check: another's server wants to be left alone",
    ),
    (
        "Certificates::learn",
        "an authority that a pinned root has signed",
    ),
    (
        "logbook::bulk::undo",
        "logbook::undo::edits, in its own transaction",
    ),
    ("Changes::store", "a step of every change of a contact"),
    ("Changes::take_out", "a step of logbook::undo::import_step"),
    ("Changes::finish", "a step of every change of a contact"),
    (
        "dns::edit::apply_by_token",
        "whoever has shown the token: it is asked for what it is for, and its owner for the right to it",
    ),
    ("Dns::apply_by_token", "dns::edit::apply_by_token"),
    ("Dns::change", "what changes of records run in"),
    (
        "dns::names::note_account",
        "a reactor: an account whose names are to be looked at",
    ),
    (
        "dns::names::note_licence",
        "a reactor: what the register says of a licence",
    ),
    ("dns::names::erase_name", "a step of the erasure of an account"),
    (
        "Generation::apply",
        "a register's own file beside the store: imports write it, whose commands ask",
    ),
    (
        "Callbook::enqueue",
        "jobs of registers: whoever governs the callbook, asked before",
    ),
    // The program itself, by its clock.
    ("Identity::change", "what all of these run in"),
    ("Identity::load", "the configured administrator, at the start"),
    ("Identity::flush", "what memory saw, in the background"),
    ("identity::sweep", "documents whose time is over, in the night"),
    (
        "logbook::sweep::run",
        "what nobody can take back any more, in the night",
    ),
    (
        "logbook::countries::settle_if_other",
        "a new table of entities, at the start",
    ),
    (
        "app::nightly::back_up_now",
        "administrators, asked before the job is made; a backup changes no record",
    ),
];

/// Every command that asks who does it.
pub(super) fn operations() -> impl Iterator<Item = &'static Operation> {
    let of_people = accounts::OPERATIONS.iter().chain(proving::OPERATIONS);
    let of_things = books::OPERATIONS
        .iter()
        .chain(spots::OPERATIONS)
        .chain(names::OPERATIONS)
        .chain(callbook::OPERATIONS)
        .chain(registers::OPERATIONS)
        .chain(elsewhere::OPERATIONS)
        .chain(shack::OPERATIONS);
    of_people.chain(of_things)
}

fn told<T, E: std::fmt::Display>(done: Result<T, E>) -> Result<(), String> {
    done.map(drop).map_err(|error| error.to_string())
}
