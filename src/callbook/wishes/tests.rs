//! Wishes and requests in a store of their own, with accounts beside them.

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use super::error::Error;
use super::form::Asking;
use super::model::{Consent, Override, Wishes, holder_of};
use super::read::{self, Right};
use super::removal::{self, LONGEST_QUEUE, MOST_OF_ONE, Verdict};
use super::tables::{REMOVAL, check_wishes, tables};
use super::write::{self, Terms, Wanted};
use crate::callbook::model::*;
use crate::callbook::view::{Mask, Onlooker, RecordView, Subject, Viewer};
use crate::ham::dxcc::Resolver;
use crate::identity::write::{NewAccount, add_account, end_verification};
use crate::identity::{self, AccountId, Actor, Credential, Denied, Member, Role, Scope, ScopeSet, Service};
use crate::store::{Registry, Rows, Store, StoreConfig, StoreError, Write};

const LINE: Actor = Actor::COMMAND_LINE;
const KEEPER: Actor = Actor::Service(Service::CallbookKeeper);

/// A store with accounts: 1 has proven K6XYZ, 2 administers, 3 has another call, 4 has proven nothing.
struct World {
    store: Store,
    now: Timestamp,
    _dir: TempDir,
}

#[derive(Debug)]
enum Failed {
    Wish(Error),
    Store(StoreError),
    Taken,
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Wish(error)
    }
}

impl World {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut all = tables();
        all.extend(identity::tables());
        let store = Store::open(StoreConfig {
            registry: Registry {
                tables: all,
                index_checks: vec![("wishes", check_wishes)],
                ..Registry::default()
            },
            ..StoreConfig::new(dir.path())
        })
        .unwrap();
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let made = store.write(move |tx| {
            for (call, verified, role) in [
                ("K6XYZ", true, Role::Member),
                ("K6BP", true, Role::Administrator),
                ("W1AW", true, Role::Member),
                ("SWL_BOB", false, Role::Swl),
            ] {
                let new = NewAccount {
                    role,
                    verified,
                    ..NewAccount::of(call.parse().unwrap())
                };
                add_account(tx, &LINE, &new, now)?;
            }
            Ok::<_, identity::Error>(())
        });
        made.await.unwrap();
        Self {
            store,
            now,
            _dir: dir,
        }
    }

    async fn run<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Write<'_>, Timestamp) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let now = self.now;
        let done = self
            .store
            .write(move |tx| change(tx, now).map_err(Failed::Wish))
            .await;
        assert_eq!(self.store.check().unwrap().findings, Vec::<String>::new());
        done.map_err(|failed| match failed {
            Failed::Wish(error) => error,
            Failed::Store(error) => error.into(),
            Failed::Taken => unreachable!(),
        })
    }

    async fn wish(&self, actor: &Actor, licence: &Licence, wanted: Wanted) -> Result<u64, Error> {
        let (actor, licence) = (actor.clone(), licence.clone());
        self.run(move |tx, now| write::change(tx, &actor, &licence, wanted, terms(now)))
            .await
    }

    async fn ask(&self, licence: &Licence, from: &'static str) -> Result<u64, Error> {
        let licence = licence.clone();
        self.run(move |tx, now| removal::ask(tx, &Actor::Guest, &licence, &asking(), (from, now)))
            .await
    }

    async fn decide(&self, actor: &Actor, id: u64, confirm: bool, present: Licence) -> Result<(), Error> {
        let actor = actor.clone();
        let verdict = Verdict {
            confirm,
            reason: if confirm { "" } else { "not theirs" }.into(),
        };
        self.run(move |tx, now| removal::decide(tx, &actor, id, &verdict, (Some(&present), now)).map(drop))
            .await
    }

    async fn import(&self, present: Vec<Licence>) -> Vec<write::EndedWish> {
        let ended = self.run(move |tx, _| {
            write::end_of_former_holders(tx, &KEEPER, |call| {
                let found = present.iter().find(|licence| licence.call == *call);
                found.map(holder_of)
            })
        });
        ended.await.unwrap()
    }

    fn of(&self, licence: &Licence) -> Wishes {
        self.store.read_now(|r| read::of(r, licence)).unwrap()
    }

    fn own(&self, actor: &Actor, licence: &Licence) -> Result<read::Own, Error> {
        self.store
            .read_now(|r| read::own(r, actor, licence, self.now).map_err(Failed::Wish))
            .map_err(|failed| match failed {
                Failed::Wish(error) => error,
                other => panic!("{other:?}"),
            })
    }

    fn holds(&self, actor: &Actor, call: &str) -> bool {
        let call = call.parse().unwrap();
        self.store
            .read_now(|r| read::is_holder(r, actor, &call, self.now))
            .unwrap()
    }

    fn seen(&self, licence: &Licence, viewer: Viewer) -> RecordView {
        let entry = Entry {
            licence: licence.clone(),
            former: Vec::new(),
        };
        let subject = Subject {
            authority: &Authority::FCC,
            entry: &entry,
            asked: None,
            entity: None,
            wishes: &self.of(licence),
        };
        let by = Onlooker {
            viewer,
            station: None,
            today: "2026-11-22".parse().unwrap(),
        };
        Mask::new(&[7; 32]).show(subject, by, &Resolver::embedded())
    }
}

fn terms(now: Timestamp) -> Terms {
    Terms { expected: None, now }
}

fn asking() -> Asking {
    Asking::read("it is my call", "anna@example.org").unwrap()
}

/// K6XYZ as this licensee has it.
fn licence(licensee: &str) -> Licence {
    Licence {
        call: "K6XYZ".parse().unwrap(),
        number: 1,
        holder: Holder {
            kind: HolderKind::Person,
            name: "".into(),
            first: "ANNA".into(),
            middle: "".into(),
            last: "EXAMPLE".into(),
            suffix: "".into(),
            licensee: licensee.into(),
            person: "0001234567".into(),
        },
        address: Address {
            street: "1 NOWHERE ST".into(),
            city: "BERKELEY".into(),
            region: "CA".into(),
            postcode: "94707".into(),
            ..Address::default()
        },
        class: Some(Class::Extra),
        status: Status::Active,
        days: Days::default(),
        vanity: false,
        previous: None,
        trustee: None,
        place: None,
    }
}

fn mine() -> Licence {
    licence("L1")
}

fn of_call(call: &str) -> Licence {
    Licence {
        call: call.parse().unwrap(),
        ..mine()
    }
}

fn annie() -> Wanted {
    Wanted {
        own: Override {
            name: "Annie".into(),
            ..Override::default()
        },
        consent: Consent {
            street: true,
            ..Consent::default()
        },
        opted_out: false,
    }
}

fn unlisted() -> Wanted {
    Wanted {
        opted_out: true,
        ..Wanted::default()
    }
}

fn session(account: u32, call: &str, role: Role) -> Actor {
    Actor::Member(Member {
        account: AccountId(account),
        call: call.parse().unwrap(),
        role,
        scopes: None,
        credential: Credential::Session {
            digest: [0; 32],
            confirmed: false,
            active: true,
        },
        behind: None,
    })
}

fn anna() -> Actor {
    session(1, "K6XYZ", Role::Member)
}

fn administrator() -> Actor {
    session(2, "K6BP", Role::Administrator)
}

fn other() -> Actor {
    session(3, "W1AW", Role::Member)
}

fn with(actor: &Actor, change: impl FnOnce(Member) -> Member) -> Actor {
    Actor::Member(change(actor.member().unwrap().clone()))
}

fn key(actor: &Actor, scope: Scope) -> Actor {
    with(actor, |member| Member {
        scopes: Some([scope].into_iter().collect::<ScopeSet>()),
        credential: Credential::Key("aaaaaaaa".parse().unwrap()),
        ..member
    })
}

#[tokio::test]
async fn whoever_has_proven_the_call_is_its_holder_in_every_form_of_it() {
    let world = World::new().await;
    assert!(world.holds(&anna(), "K6XYZ"));
    assert!(world.holds(&anna(), "K6XYZ/P"));
    assert!(world.holds(&anna(), "VE3/K6XYZ"));
    assert!(!world.holds(&anna(), "W1AW"));
    assert!(!world.holds(&other(), "K6XYZ"));
    assert!(!world.holds(&session(4, "SWL_BOB", Role::Swl), "K6XYZ"));
    assert!(!world.holds(&Actor::Guest, "K6XYZ"));
    assert!(world.holds(&key(&anna(), Scope::CallbookRead), "K6XYZ"));
    assert!(!world.holds(&key(&anna(), Scope::DxRead), "K6XYZ"));
}

#[tokio::test]
async fn a_holders_wish_survives_an_import_and_another_holder_ends_it() {
    let world = World::new().await;
    world.wish(&anna(), &mine(), annie()).await.unwrap();
    assert_eq!(world.seen(&mine(), Viewer::Member).name, "Annie");
    assert_eq!(world.seen(&mine(), Viewer::Member).street, "1 Nowhere St");
    let mut renewed = mine();
    renewed.number = 2;
    renewed.class = Some(Class::General);
    assert_eq!(world.import(vec![renewed.clone()]).await, []);
    assert_eq!(world.of(&renewed).own.name, "Annie");
    assert_eq!(
        world.import(Vec::new()).await,
        [],
        "no register has the call for now"
    );
    assert_eq!(
        world.of(&licence("L2")),
        Wishes::default(),
        "even before it is ended"
    );
    let ended = world.import(vec![licence("L2")]).await;
    assert_eq!(ended.len(), 1);
    assert_eq!(ended[0].account, Some(AccountId(1)));
    assert_eq!(world.of(&mine()), Wishes::default());
}

#[tokio::test]
async fn a_register_that_tells_nobody_apart_ends_nothing() {
    let world = World::new().await;
    let mut nameless = licence("");
    nameless.holder = Holder {
        first: "".into(),
        last: "".into(),
        person: "".into(),
        ..nameless.holder
    };
    world.wish(&anna(), &nameless, annie()).await.unwrap();
    assert_eq!(world.import(vec![mine()]).await, []);
    assert_eq!(world.of(&mine()).own.name, "Annie");
    // Written again, it is this holder's.
    world.wish(&anna(), &mine(), annie()).await.unwrap();
    assert_eq!(world.import(vec![licence("L2")]).await.len(), 1);
}

#[tokio::test]
async fn who_opted_out_is_hidden_from_members_and_listed_again_at_once_by_their_own_word() {
    let world = World::new().await;
    world.wish(&anna(), &mine(), unlisted()).await.unwrap();
    let seen = world.seen(&mine(), Viewer::Member);
    assert!(seen.opted_out && seen.licensed);
    assert_eq!((seen.name.as_str(), seen.city.as_str()), ("", ""));
    assert_eq!(seen.class.as_deref(), Some("Amateur Extra"));
    assert!(!world.seen(&mine(), Viewer::Holder).name.is_empty());
    assert_eq!(world.import(vec![mine()]).await, []);
    assert!(world.of(&mine()).opted_out);
    world.wish(&anna(), &mine(), Wanted::default()).await.unwrap();
    assert!(!world.seen(&mine(), Viewer::Member).name.is_empty());
}

#[tokio::test]
async fn only_the_holder_in_person_and_administrators_change_a_wish() {
    let world = World::new().await;
    let looking_in = with(&anna(), |member| Member {
        behind: Some("K6BP".parse().unwrap()),
        ..member
    });
    for (actor, refused) in [
        (other(), "NotHolder"),
        (session(4, "SWL_BOB", Role::Swl), "NotHolder"),
        (Actor::Guest, "SignIn"),
        (key(&anna(), Scope::Full), "InPerson"),
        (looking_in, "LookingIn"),
        (KEEPER, "Forbidden"),
    ] {
        let error = world.wish(&actor, &mine(), annie()).await.unwrap_err();
        assert!(format!("{error:?}").contains(refused), "{error:?}");
        assert!(world.own(&actor, &mine()).is_err());
    }
    world.wish(&administrator(), &mine(), annie()).await.unwrap();
    assert_eq!(world.of(&mine()).own.name, "Annie", "it needs no account");
    world
        .wish(&key(&administrator(), Scope::Admin), &mine(), unlisted())
        .await
        .unwrap();
    assert!(world.of(&mine()).opted_out);
    assert_eq!(
        world.own(&administrator(), &mine()).unwrap().right,
        Right::Governor
    );
    let own = world.own(&anna(), &mine()).unwrap();
    assert_eq!(own.right, Right::Holder(AccountId(1)));
    assert!(own.wishes.opted_out);
}

#[tokio::test]
async fn words_and_consents_hold_as_long_as_the_proof_and_an_opt_out_holds_without() {
    let world = World::new().await;
    let wanted = Wanted {
        opted_out: true,
        ..annie()
    };
    world.wish(&anna(), &mine(), wanted).await.unwrap();
    let proofs = world
        .store
        .read_now(|r| identity::read::verifications(r, AccountId(1)))
        .unwrap();
    let (number, now) = (proofs[0].0, world.now);
    let ended = world.store.write(move |tx| {
        end_verification(tx, &administrator(), (AccountId(1), number), "not theirs", now).map(drop)
    });
    ended.await.unwrap();
    let left = world.of(&mine());
    assert_eq!(
        (left.own, left.consent),
        (Override::default(), Consent::default())
    );
    assert!(left.opted_out);
    assert!(matches!(
        world.wish(&anna(), &mine(), annie()).await,
        Err(Error::NotHolder(_))
    ));
}

#[tokio::test]
async fn a_change_of_something_that_was_changed_meanwhile_is_refused() {
    let world = World::new().await;
    let first = world.wish(&anna(), &mine(), annie()).await.unwrap();
    let second = world.wish(&anna(), &mine(), unlisted()).await.unwrap();
    assert!(second > first);
    let late = world.run(move |tx, now| {
        let terms = Terms {
            expected: Some(first),
            now,
        };
        write::change(tx, &anna(), &mine(), annie(), terms)
    });
    assert!(matches!(late.await, Err(Error::Changed)));
    assert!(world.of(&mine()).opted_out);
}

#[tokio::test]
async fn clearing_brings_the_registers_words_back_and_lists_nobody() {
    let world = World::new().await;
    let clear = || world.run(|tx, now| write::clear(tx, &anna(), &mine(), terms(now)));
    assert_eq!(clear().await.unwrap(), 0, "nothing was there");
    let wanted = Wanted {
        opted_out: true,
        ..annie()
    };
    world.wish(&anna(), &mine(), wanted).await.unwrap();
    clear().await.unwrap();
    let left = world.own(&anna(), &mine()).unwrap();
    assert_eq!(left.wishes.own, Override::default());
    assert!(left.wishes.opted_out);
    world.wish(&anna(), &mine(), annie()).await.unwrap();
    assert_eq!(clear().await.unwrap(), 0);
    assert_eq!(world.own(&anna(), &mine()).unwrap().revision, 0);
}

#[tokio::test]
async fn a_confirmed_request_hides_the_licensee_until_there_is_another() {
    let world = World::new().await;
    let id = world.ask(&mine(), "192.0.2.0/24").await.unwrap();
    assert!(!world.of(&mine()).opted_out, "nothing happens by asking");
    world.decide(&administrator(), id, true, mine()).await.unwrap();
    assert!(world.seen(&mine(), Viewer::Member).name.is_empty());
    assert_eq!(world.import(vec![mine()]).await, []);
    assert!(world.of(&mine()).opted_out);
    let stored = world.store.read_now(|r| r.get(REMOVAL, &id)).unwrap().unwrap();
    let decision = stored.decision.unwrap();
    assert_eq!((decision.by.as_str(), decision.at), ("K6BP", world.now));
    assert!(stored.from.is_empty(), "where it came from is forgotten");
    assert!(matches!(
        world.decide(&administrator(), id, false, mine()).await,
        Err(Error::Decided(_))
    ));
    let ended = world.import(vec![licence("L2")]).await;
    assert_eq!(ended[0].account, None);
    // Its verified holder is listed again at once.
    let again = world.ask(&mine(), "192.0.2.0/24").await.unwrap();
    world.decide(&administrator(), again, true, mine()).await.unwrap();
    world.wish(&anna(), &mine(), Wanted::default()).await.unwrap();
    assert!(!world.of(&mine()).opted_out);
}

#[tokio::test]
async fn a_refused_request_has_a_reason_and_changes_nothing() {
    let world = World::new().await;
    let id = world.ask(&mine(), "192.0.2.0/24").await.unwrap();
    let without = world.run(move |tx, now| {
        let verdict = Verdict {
            confirm: false,
            reason: " \n".into(),
        };
        removal::decide(tx, &administrator(), id, &verdict, (None, now)).map(drop)
    });
    assert!(matches!(without.await, Err(Error::Form(_))));
    world.decide(&administrator(), id, false, mine()).await.unwrap();
    assert!(!world.of(&mine()).opted_out);
    let decided = world
        .store
        .read_now(|r| read::removals(r, &administrator(), false, (None, 10)).map_err(Failed::Wish))
        .unwrap();
    let decision = decided[0].1.decision.as_ref().unwrap();
    assert_eq!(
        (decision.confirmed, decision.reason.as_str()),
        (false, "not theirs")
    );
}

#[tokio::test]
async fn a_request_for_a_former_holder_is_not_confirmed() {
    let world = World::new().await;
    let id = world.ask(&mine(), "192.0.2.0/24").await.unwrap();
    let late = world.decide(&administrator(), id, true, licence("L2")).await;
    assert!(matches!(late, Err(Error::OtherHolder(_))));
    assert!(!world.of(&licence("L2")).opted_out);
    world
        .decide(&administrator(), id, false, licence("L2"))
        .await
        .unwrap();
}

#[tokio::test]
async fn only_administrators_see_and_decide_requests() {
    let world = World::new().await;
    let id = world.ask(&mine(), "192.0.2.0/24").await.unwrap();
    for actor in [anna(), other(), Actor::Guest, KEEPER] {
        let refused = world.decide(&actor, id, true, mine()).await;
        assert!(matches!(refused, Err(Error::Denied(_))), "{refused:?}");
        let hidden = world
            .store
            .read_now(|r| read::removals(r, &actor, true, (None, 10)).map_err(Failed::Wish));
        assert!(matches!(hidden, Err(Failed::Wish(Error::Denied(_)))));
    }
    let denied = world.decide(&other(), 99, true, mine()).await.unwrap_err();
    assert!(matches!(
        denied,
        Error::Denied(Denied::Scope(_) | Denied::NotAdministrator)
    ));
}

#[tokio::test]
async fn requests_are_limited_by_call_by_place_and_in_all() {
    let world = World::new().await;
    let id = world.ask(&mine(), "192.0.2.0/24").await.unwrap();
    assert!(matches!(
        world.ask(&mine(), "192.0.2.0/24").await,
        Err(Error::Asked(_))
    ));
    world.ask(&mine(), "198.51.100.0/24").await.unwrap();
    world.decide(&administrator(), id, false, mine()).await.unwrap();
    world.ask(&mine(), "192.0.2.0/24").await.unwrap();
    for at in 1..MOST_OF_ONE {
        let other = of_call(&format!("K{at}AB"));
        world.ask(&other, "192.0.2.0/24").await.unwrap();
    }
    let many = world.ask(&of_call("N0NE"), "192.0.2.0/24").await;
    assert!(matches!(many, Err(Error::TooMany)));
    let full = world.store.write(|tx| {
        let now = Timestamp::UNIX_EPOCH;
        for at in 0..LONGEST_QUEUE {
            let from = format!("net {at}");
            match removal::ask(tx, &Actor::Guest, &mine(), &asking(), (&from, now)) {
                Err(Error::Full) => return Err(Failed::Taken),
                other => other?,
            };
        }
        Ok(())
    });
    assert!(matches!(full.await, Err(Failed::Taken)));
}

#[tokio::test]
async fn decided_requests_are_forgotten_after_a_year_and_what_was_decided_holds() {
    let world = World::new().await;
    let id = world.ask(&mine(), "192.0.2.0/24").await.unwrap();
    let open = world.ask(&mine(), "198.51.100.0/24").await.unwrap();
    world.decide(&administrator(), id, true, mine()).await.unwrap();
    let forget = |days: i64| {
        world.run(move |tx, now| {
            let later = now.checked_add(SignedDuration::from_hours(24 * days)).unwrap();
            removal::forget_removals(tx, &KEEPER, later)
        })
    };
    assert_eq!(forget(364).await.unwrap(), 0);
    assert_eq!(forget(366).await.unwrap(), 1);
    assert!(world.of(&mine()).opted_out);
    assert_eq!(world.store.read_now(read::waiting).unwrap(), 1);
    assert!(world.store.read_now(|r| r.get(REMOVAL, &open)).unwrap().is_some());
}
