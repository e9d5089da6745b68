//! What one domain's events mean to another, in the transaction that caused them: the one list of who hooks onto
//! whom. The domains named first in an event do not know those that react.

use crate::dns;
use crate::event::Event;
use crate::identity::event::IdentityEvent;
use crate::logbook::KEEPER;
use crate::logbook::error::Error;
use crate::logbook::write::books::{self, Person};
use crate::store::{Reactor, StoreError, Write};

/// Called in this order for each event.
pub(super) const REACTORS: &[Reactor] = &[a_logbook_for_each_call, names_follow_accounts];

/// Whoever may have another name than before is noted, to be looked at in a moment.
fn names_follow_accounts(tx: &mut Write<'_>, event: &Event) -> Result<(), StoreError> {
    let Event::Identity(event) = event else {
        return Ok(());
    };
    match event {
        IdentityEvent::AccountAdded { account, .. }
        | IdentityEvent::LoginChanged { account, .. }
        | IdentityEvent::CallChanged { account, .. }
        | IdentityEvent::CallLost { account, .. }
        | IdentityEvent::AccountChanged {
            account,
            rights: true,
        } => dns::write::note_account(tx, *account),
        IdentityEvent::LicenceLapsed { account, lapsed } => dns::write::note_licence(tx, *account, *lapsed),
        _ => Ok(()),
    }
}

/// Whoever gets a call gets its logbook with it, whichever way. A logbook goes with the person who kept it when the
/// account's name changes: whoever proves a call never finds a stranger's contacts under it.
fn a_logbook_for_each_call(tx: &mut Write<'_>, event: &Event) -> Result<(), StoreError> {
    let (account, call, at) = match event {
        Event::Identity(IdentityEvent::AccountAdded {
            account,
            call,
            created,
        }) => (account, call.call(), created),
        Event::Identity(IdentityEvent::LoginChanged {
            account,
            from,
            to,
            at,
        }) => {
            books::move_own(tx, &KEEPER, *account, (from.as_str(), to.as_str())).map_err(refused)?;
            (account, to.call(), at)
        }
        // A licensee keeps the log of a call before, and begins one for the new; a listener's moves.
        Event::Identity(IdentityEvent::CallChanged {
            account,
            from,
            to,
            at,
            ..
        }) => {
            if from.call().is_none() {
                books::move_own(tx, &KEEPER, *account, (from.as_str(), to.as_str())).map_err(refused)?;
            }
            (account, Some(to), at)
        }
        Event::Identity(IdentityEvent::CallLost { account, call }) => {
            return books::set_aside(tx, &KEEPER, *account, call).map_err(refused);
        }
        _ => return Ok(()),
    };
    let Some(call) = call else { return Ok(()) };
    let owner = Person {
        account: *account,
        call: call.clone(),
    };
    books::ensure_own(tx, &KEEPER, &owner, *at).map_err(refused)
}

fn refused(error: Error) -> StoreError {
    match error {
        Error::Store(error) => error,
        other => StoreError::Refused(other.to_string().into()),
    }
}

#[cfg(test)]
mod tests {
    use crate::app::services::registry;
    use crate::identity::write::{NewAccount, add_account};
    use crate::identity::{Actor, Role};
    use crate::logbook::rights;
    use crate::store::{Store, StoreConfig};

    #[tokio::test]
    async fn an_account_comes_with_the_logbook_of_its_call() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(StoreConfig {
            registry: registry(),
            ..StoreConfig::new(dir.path())
        })
        .unwrap();
        let new = NewAccount {
            role: Role::Member,
            ..NewAccount::of("W1AW".parse().unwrap())
        };
        let now = "2026-11-21T12:00:00Z".parse().unwrap();
        let account = store
            .write(move |tx| add_account(tx, &Actor::COMMAND_LINE, &new, now))
            .await
            .unwrap();
        let books = store.read(move |r| rights::readable(r, account.0)).await.unwrap();
        assert_eq!(books.len(), 1);
    }
}
