//! What a change of a register means for those who hold calls: events for accounts, and through them for names.

use std::collections::HashSet;

use jiff::civil::Date;
use smol_str::SmolStr;

use super::generation::{Change, Generation, GenerationError};
use super::model::{Authority, Entry, Holder, Licence, Standing};
use crate::ham::callsign::Callsign;
use crate::identity::licence::{LicenceEvent, Licensee};

/// Gathers the events of changed calls.
pub(super) struct Events<'g> {
    authority: Authority,
    today: Date,
    /// Where who holds a former call is asked.
    register: &'g Generation,
    wanted: &'g dyn Fn(&LicenceEvent) -> bool,
    found: Vec<LicenceEvent>,
}

impl<'g> Events<'g> {
    /// Nothing yet; `wanted` says which events concern anybody here.
    pub(super) fn new(
        authority: &Authority,
        today: Date,
        register: &'g Generation,
        wanted: &'g dyn Fn(&LicenceEvent) -> bool,
    ) -> Self {
        Self {
            authority: authority.clone(),
            today,
            register,
            wanted,
            found: Vec::new(),
        }
    }

    /// Takes a change.
    pub(super) fn take(&mut self, change: &Change) -> Result<(), GenerationError> {
        if let Some(event) = self.event(change)?
            && (self.wanted)(&event)
        {
            self.found.push(event);
        }
        Ok(())
    }

    /// In the order in which they are to be told: who moved to another call first, since the end of the former call
    /// would otherwise be taken for the end of the licence.
    pub(super) fn finish(mut self) -> Vec<LicenceEvent> {
        let left: HashSet<Callsign> = self
            .found
            .iter()
            .filter_map(|event| match event {
                LicenceEvent::CallChanged { from, .. } => Some(from.clone()),
                _ => None,
            })
            .collect();
        self.found.retain(
            |event| !matches!(event, LicenceEvent::Cancelled { call } | LicenceEvent::Expired { call } if left.contains(call)),
        );
        self.found.sort_by_key(order);
        self.found
    }

    fn event(&self, change: &Change) -> Result<Option<LicenceEvent>, GenerationError> {
        let call = || change.call.clone();
        let standing = |entry: &Option<Entry>| entry.as_ref().map(|entry| entry.licence.standing(self.today));
        let was_held = matches!(
            standing(&change.before),
            Some(Standing::Active | Standing::Grace | Standing::Expired)
        );
        let Some(after) = &change.after else {
            return Ok(was_held.then(|| LicenceEvent::Cancelled { call: call() }));
        };
        let licence = &after.licence;
        let licensee = || licensee(&self.authority, licence);
        Ok(match licence.standing(self.today) {
            Standing::Active => {
                let same = change
                    .before
                    .as_ref()
                    .is_some_and(|before| is_same(&before.licence.holder, &licence.holder));
                match (&change.before, same) {
                    (Some(_), true) => Some(LicenceEvent::Changed {
                        call: call(),
                        licensee: licensee(),
                    }),
                    (before, _) => {
                        let from = self.former_call(licence)?;
                        Some(match (from, before.is_some()) {
                            (Some(from), _) => LicenceEvent::CallChanged {
                                from,
                                to: call(),
                                licensee: licensee(),
                            },
                            (None, true) => LicenceEvent::Reassigned {
                                call: call(),
                                licensee: licensee(),
                            },
                            (None, false) => LicenceEvent::Granted {
                                call: call(),
                                licensee: licensee(),
                            },
                        })
                    }
                }
            }
            Standing::Grace | Standing::Expired => (standing(&change.before) == Some(Standing::Active))
                .then(|| LicenceEvent::Expired { call: call() }),
            Standing::Cancelled => was_held.then(|| LicenceEvent::Cancelled { call: call() }),
            Standing::Reserved => None,
        })
    }

    /// The call that this holder had before, where the register itself says that it was theirs.
    fn former_call(&self, licence: &Licence) -> Result<Option<Callsign>, GenerationError> {
        let Some(previous) = &licence.previous else {
            return Ok(None);
        };
        let person = &licence.holder.person;
        if person.is_empty() || previous.call == licence.call {
            return Ok(None);
        }
        let Some(entry) = self.register.get(&previous.call)? else {
            return Ok(None);
        };
        let holders =
            std::iter::once(&entry.licence.holder).chain(entry.former.iter().map(|former| &former.holder));
        let mut persons = holders.map(|holder| &holder.person);
        Ok(persons
            .any(|known| known == person)
            .then(|| previous.call.clone()))
    }
}

/// Who moved first, then who came, then who went.
fn order(event: &LicenceEvent) -> u8 {
    match event {
        LicenceEvent::CallChanged { .. } => 0,
        LicenceEvent::Reassigned { .. } => 1,
        LicenceEvent::Granted { .. } => 2,
        LicenceEvent::Changed { .. } => 3,
        LicenceEvent::Expired { .. } => 4,
        LicenceEvent::Cancelled { .. } => 5,
    }
}

/// Whether two records tell of one holder, as far as the register tells holders apart.
fn is_same(one: &Holder, other: &Holder) -> bool {
    if !one.person.is_empty() && !other.person.is_empty() {
        return one.person == other.person;
    }
    if !one.licensee.is_empty() && !other.licensee.is_empty() {
        return one.licensee == other.licensee;
    }
    let parts = |holder: &Holder| [&holder.name, &holder.first, &holder.last].map(|part| part.to_lowercase());
    parts(one) == parts(other)
}

fn licensee(authority: &Authority, licence: &Licence) -> Licensee {
    let holder = &licence.holder;
    Licensee {
        authority: SmolStr::new(authority.as_str()),
        id: holder.person.clone(),
        first_name: holder.first.clone(),
        last_name: holder.last.clone(),
        postal_code: licence.address.postcode.clone(),
    }
}
