//! Which events of a register concern anybody here.
//!
//! A register changes thousands of licences in a week, a station has some dozens of accounts: what concerns none of them
//! is left out before anything is stored or looked through.

use std::collections::HashSet;

use super::notice::{LicenceEvent, Licensee, plain};
use crate::ham::callsign::Callsign;
use crate::identity::model::Role;
use crate::identity::service::Identity;

/// Calls, ids and names of the accounts at one moment.
#[derive(Debug, Default)]
pub(crate) struct Concerns {
    /// Calls that accounts have or had.
    calls: HashSet<String>,
    /// Numbers of the register that people entered.
    ids: HashSet<String>,
    /// First and last names of those who wait for a licence.
    names: HashSet<(String, String)>,
}

impl Identity {
    /// What concerns the accounts as they are now.
    pub(crate) fn concerns(&self) -> Concerns {
        let mut concerns = Concerns::default();
        for (_, account) in self.memory().accounts() {
            let calls = account.call.call().into_iter().chain(&account.previous);
            concerns.calls.extend(calls.map(|call| call.base().to_owned()));
            let Some(person) = &account.person else { continue };
            concerns.ids.insert(plain(&person.register_id));
            if account.role == Role::Swl {
                let name = (
                    plain(person.first_name.as_str()),
                    plain(person.last_name.as_str()),
                );
                concerns.names.insert(name);
            }
        }
        concerns.ids.remove("");
        concerns
    }
}

impl Concerns {
    /// Whether an event may mean anything for an account.
    pub(crate) fn has(&self, event: &LicenceEvent) -> bool {
        let is_known = |call: &Callsign| self.calls.contains(call.base());
        let is_waiting = |licensee: &Licensee| {
            self.ids.contains(&plain(&licensee.id))
                || self
                    .names
                    .contains(&(plain(&licensee.first_name), plain(&licensee.last_name)))
        };
        match event {
            LicenceEvent::Granted { call, licensee }
            | LicenceEvent::Changed { call, licensee }
            | LicenceEvent::Reassigned { call, licensee } => is_known(call) || is_waiting(licensee),
            LicenceEvent::CallChanged { from, to, licensee } => {
                is_known(from) || is_known(to) || is_waiting(licensee)
            }
            LicenceEvent::Expired { call } | LicenceEvent::Cancelled { call } => is_known(call),
        }
    }
}
