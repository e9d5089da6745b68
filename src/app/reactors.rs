//! What one domain's events mean to another, in the transaction that caused them: the one list of who hooks onto
//! whom. The domains named first in an event do not know those that react.

use crate::event::Event;
use crate::identity::event::IdentityEvent;
use crate::logbook::error::Error;
use crate::logbook::write::books::{self, Person};
use crate::store::{Reactor, StoreError, Write};

/// Called in this order for each event.
pub(super) const REACTORS: &[Reactor] = &[a_logbook_for_each_account];

/// Whoever gets an account gets the logbook of their call with it, whichever way the account is made.
fn a_logbook_for_each_account(tx: &mut Write<'_>, event: &Event) -> Result<(), StoreError> {
    let Event::Identity(IdentityEvent::AccountAdded {
        account,
        call,
        created,
        ..
    }) = event
    else {
        return Ok(());
    };
    let owner = Person {
        account: *account,
        call: call.clone(),
    };
    books::ensure_own(tx, &owner, *created).map_err(|error| match error {
        Error::Store(error) => error,
        other => StoreError::Refused(other.to_string().into()),
    })
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
            call: "W1AW".parse().unwrap(),
            name: String::new().parse().unwrap(),
            grid: None,
            email: None,
            role: Role::Member,
            password: None,
            verified: false,
        };
        let now = "2026-11-21T12:00:00Z".parse().unwrap();
        let account = store
            .write(move |tx| {
                let admin = Actor::COMMAND_LINE;
                add_account(tx, admin.admin().unwrap(), &new, now)
            })
            .await
            .unwrap();
        let books = store.read(move |r| rights::readable(r, account.0)).await.unwrap();
        assert_eq!(books.len(), 1);
    }
}
