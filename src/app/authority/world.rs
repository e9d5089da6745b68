//! A station with everything that commands need, and everybody who might try them.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use smol_str::SmolStr;
use tempfile::TempDir;

use super::operations::{Run, licence, no};
use crate::app::services::registry;
use crate::dns;
use crate::ham::adif::{Reader, to_qso};
use crate::identity::review::{ReviewId, decide, open_review};
use crate::identity::write::{
    AccountChange, NewAccount, NewKey, NewSession, Proof, add_account, add_verification, ask_erasure,
    ask_mail, change_account, create_api_key, give_recovery, hold_sign_up, look_in,
};
use crate::identity::{
    AccountId, Actor, ApiKey, Credential, Login, Member, Role, Scope, ScopeSet, Service, SessionToken, Wish,
};
use crate::logbook::event::{LogbookId, QsoId};
use crate::logbook::place::Table;
use crate::logbook::rights;
use crate::logbook::tables::{ImportState, Right};
use crate::logbook::write::books::{self, NewBook, Person};
use crate::logbook::write::edit::{self, Target, WayBack};
use crate::logbook::write::merge::Incoming;
use crate::logbook::write::{import, log, undo};
use crate::logbook::{IMPORTER, KEEPER, LiveImports};
use crate::store::{Store, StoreConfig, StoreError, Write};

pub(super) const OWNER: AccountId = AccountId(1);
pub(super) const ADMIN: AccountId = AccountId(2);
pub(super) const STRANGER: AccountId = AccountId(3);
pub(super) const LISTENER: AccountId = AccountId(4);
pub(super) const OFFICER: AccountId = AccountId(5);
pub(super) const MEMBER: AccountId = AccountId(6);
/// Nobody yet: whoever comes next.
pub(super) const NEXT: AccountId = AccountId(7);
/// The club's logbook: W1AW owns it, an officer and a member share it.
pub(super) const CLUB: &str = "W6CLB";

/// Everybody who might try.
pub(super) const PERSONAS: [&str; 38] = [
    "guest",
    "listener",
    "stranger",
    "owner",
    "owner confirmed",
    "owner key logbook.read",
    "owner key logbook.write",
    "owner key dx.read",
    "owner key dx.write",
    "owner key callbook.read",
    "owner key dns.write",
    "owner key rig",
    "owner key admin",
    "owner key full",
    "owner signed",
    "owner password",
    "owner address",
    "member",
    "officer",
    "administrator",
    "administrator confirmed",
    "administrator idle",
    "administrator key logbook.write",
    "administrator key admin",
    "administrator key full",
    "administrator signed",
    "looking in",
    "command line",
    "verifier",
    "licence watcher",
    "import worker",
    "logbook keeper",
    "eraser",
    "examiner",
    "dx feed",
    "name keeper",
    "callbook keeper",
    "demo",
];

/// What commands are tried on.
#[derive(Clone)]
pub(super) struct Seeds {
    pub(super) now: Timestamp,
    /// A key of the owner's.
    pub(super) key: SmolStr,
    /// A proof of the owner's call.
    pub(super) proof: u64,
    /// A licence that the owner showed.
    pub(super) document: u64,
    /// A session of the owner's account, in which the administrator looks in.
    pub(super) session: [u8; 32],
    /// A review about the listener that is open, and one that was refused.
    pub(super) open_review: ReviewId,
    pub(super) decided_review: ReviewId,
    pub(super) club: LogbookId,
    /// A contact that the owner logged there.
    pub(super) contact: QsoId,
    /// Takes back a deletion by the owner.
    pub(super) undo: SmolStr,
    /// Imports by the owner that wait, were stopped, are done, are being undone.
    pub(super) waiting: u32,
    pub(super) stopped: u32,
    pub(super) done: u32,
    pub(super) undoing: u32,
}

pub(super) struct World {
    store: Store,
    seeds: Seeds,
    _dir: TempDir,
}

/// A try that is taken back, with how it went.
struct Tried(Result<(), String>);

impl From<StoreError> for Tried {
    fn from(error: StoreError) -> Self {
        Self(Err(error.to_string()))
    }
}

impl World {
    pub(super) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let config = StoreConfig {
            registry: registry(),
            ..StoreConfig::new(dir.path())
        };
        let store = Store::open(config).unwrap();
        let seeds = store
            .write(|tx| sow(tx).map_err(Failed))
            .await
            .map_err(|failed: Failed| failed.0)
            .unwrap();
        Self {
            store,
            seeds,
            _dir: dir,
        }
    }

    /// Lets a persona try a command; why it was refused, if it was.
    pub(super) async fn try_out(&self, run: Run, persona: &str) -> Option<String> {
        let (actor, seeds) = (actor(persona), self.seeds.clone());
        let tried: Result<(), Tried> = self
            .store
            .write(move |tx| Err(Tried(run(tx, &seeds, &actor))))
            .await;
        tried.unwrap_err().0.err()
    }

    /// Carries something out.
    pub(super) async fn change(
        &self,
        change: impl FnOnce(&mut Write<'_>, &Seeds) -> Result<(), String> + Send + 'static,
    ) {
        let seeds = self.seeds.clone();
        let done = self.store.write(move |tx| change(tx, &seeds).map_err(Failed));
        done.await.unwrap();
    }

    /// The keys and values of each table.
    pub(super) fn bytes(&self) -> BTreeMap<String, Vec<u8>> {
        let read = self
            .store
            .read_now(|read| Ok::<_, StoreError>(read.bytes_by_table()));
        read.unwrap()
    }

    /// All that is stored, in short.
    pub(super) fn rows(&self) -> String {
        let report = self.store.check().unwrap();
        serde_json::to_string(&report).unwrap()
    }
}

#[derive(Debug)]
struct Failed(String);

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

fn call_of(id: AccountId) -> &'static str {
    ["W1AW", "K6BP", "K1ABC", "SWL_BOB", "W2OFF", "W3MEM", "W9ZZ"][id.0 as usize - 1]
}

/// An account at a browser: confirmed lately, active.
pub(super) fn session(id: AccountId, role: Role, (confirmed, active): (bool, bool)) -> Member {
    let credential = Credential::Session {
        digest: [u8::try_from(id.0).unwrap(); 32],
        confirmed,
        active,
    };
    Member {
        account: id,
        call: call_of(id).parse().unwrap(),
        role,
        scopes: None,
        credential,
        behind: None,
    }
}

/// The persona as commands see it.
pub(super) fn actor(persona: &str) -> Actor {
    let owner = || session(OWNER, Role::Member, (false, true));
    let admin = || session(ADMIN, Role::Administrator, (false, true));
    let with = |member: Member, scopes: Option<ScopeSet>, credential| Member {
        scopes,
        credential,
        ..member
    };
    let key = |member, scope: &str| {
        let scopes: ScopeSet = [scope.parse::<Scope>().unwrap()].into_iter().collect();
        with(member, Some(scopes), Credential::Key("aaaaaaaa".parse().unwrap()))
    };
    let signed = |member| with(member, Some(ScopeSet::FULL), Credential::Signature);
    // What protocols without sessions give.
    let cluster: ScopeSet = [Scope::DxRead, Scope::DxWrite].into_iter().collect();
    let member = match persona {
        "guest" => return Actor::Guest,
        "listener" => session(LISTENER, Role::Swl, (false, true)),
        "stranger" => session(STRANGER, Role::Member, (false, true)),
        "owner" => owner(),
        "owner confirmed" => session(OWNER, Role::Member, (true, true)),
        "owner signed" => signed(owner()),
        "owner password" => with(owner(), Some(cluster), Credential::Password),
        "owner address" => with(owner(), Some(cluster), Credential::Address),
        "member" => session(MEMBER, Role::Member, (false, true)),
        "officer" => session(OFFICER, Role::Member, (false, true)),
        "administrator" => admin(),
        "administrator confirmed" => session(ADMIN, Role::Administrator, (true, true)),
        "administrator idle" => session(ADMIN, Role::Administrator, (false, false)),
        "administrator signed" => signed(admin()),
        "looking in" => Member {
            credential: Credential::Session {
                digest: looked_in(),
                confirmed: true,
                active: true,
            },
            behind: Some(call_of(ADMIN).parse().unwrap()),
            ..owner()
        },
        other => {
            if let Some(scope) = other.strip_prefix("owner key ") {
                key(owner(), scope)
            } else if let Some(scope) = other.strip_prefix("administrator key ") {
                key(admin(), scope)
            } else {
                let service = Service::ALL.into_iter().find(|service| service.name() == other);
                return Actor::Service(service.unwrap_or_else(|| panic!("{other} is nobody")));
            }
        }
    };
    Actor::Member(member)
}

fn looked_in() -> [u8; 32] {
    SessionToken::from_random([9; 16]).digest()
}

pub(super) fn person(id: AccountId) -> Person {
    Person {
        account: id,
        call: call_of(id).parse().unwrap(),
    }
}

/// A contact of a call.
pub(super) fn incoming(call: &str) -> Incoming {
    let text = format!(
        "<CALL:{}>{call}<QSO_DATE:8>20261120<TIME_ON:4>0932<BAND:3>20m<MODE:2>CW<EOR>",
        call.len()
    );
    let record = Reader::new(text.as_bytes())
        .find_map(|entry| entry.record)
        .unwrap();
    let (qso, _) = to_qso(&record, now()).unwrap();
    Incoming {
        place: Table::embedded().place(&qso),
        qso,
    }
}

fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

pub(super) fn wish(name: &str) -> Wish {
    Wish {
        login: Login::listener(name).unwrap(),
        name: "Ann".parse().unwrap(),
        grid: None,
        person: None,
        password: SmolStr::default(),
    }
}

#[expect(
    clippy::too_many_lines,
    reason = "one thing after another, each a line or two"
)]
fn sow(tx: &mut Write<'_>) -> Result<Seeds, String> {
    fn text(error: impl std::fmt::Display) -> String {
        error.to_string()
    }
    let now = now();
    let before = now.checked_sub(SignedDuration::from_hours(24 * 8)).unwrap();
    let earlier = now.checked_sub(SignedDuration::from_mins(2)).unwrap();
    let line = Actor::COMMAND_LINE;
    for id in [OWNER, ADMIN, STRANGER, LISTENER, OFFICER, MEMBER] {
        let login: Login = call_of(id).parse().unwrap();
        let mut new = NewAccount::of(login);
        if id == ADMIN {
            new.role = Role::Administrator;
        }
        assert_eq!(add_account(tx, &line, &new, now).map_err(text)?, id);
    }
    let (owner, admin) = (actor("owner confirmed"), actor("administrator confirmed"));
    let email = AccountChange {
        email: Some(Some("w1aw@example.org".parse().unwrap())),
        ..AccountChange::default()
    };
    change_account(tx, &admin, OWNER, &email, now).map_err(text)?;
    let verifier = Actor::Service(Service::Verifier);
    let proof = add_verification(tx, &verifier, OWNER, &Proof::word_of(""), now).map_err(text)?;
    dns::write::prepare_base(tx, &dns::KEEPER, &super::operations::base(), before).map_err(text)?;
    dns::write::settle_account(tx, &dns::KEEPER, OWNER, before).map_err(text)?;
    let document = super::operations::sow_attempts(tx, &owner, earlier)?;
    let key = ApiKey::from_random([1; 8], [2; 32]);
    let new = NewKey {
        account: OWNER,
        name: "WSJT-X".parse().unwrap(),
        scopes: ScopeSet::FULL,
        expires: None,
    };
    create_api_key(tx, &owner, &new, &key, now).map_err(text)?;
    let new = NewSession {
        digest: looked_in(),
        account: OWNER,
        remember: false,
        proven: "administrator".into(),
        network: "192.0.2.1".into(),
        agent: "Lynx".into(),
        behind: None,
    };
    look_in(tx, &admin, new, now).map_err(text)?;
    let guest = Actor::Guest;
    let wanted = (wish("CARL"), "carl@example.org".parse().unwrap());
    hold_sign_up(tx, &guest, [31; 32], wanted, now).map_err(text)?;
    ask_mail(tx, &owner, [32; 32], "new@example.org".parse().unwrap(), now).map_err(text)?;
    give_recovery(tx, &admin, [33; 32], OWNER, now).map_err(text)?;
    ask_erasure(tx, &owner, OWNER, false, now).map_err(text)?;
    let mut leaving = session(STRANGER, Role::Member, (true, true));
    leaving.behind = None;
    ask_erasure(tx, &Actor::Member(leaving), STRANGER, false, before).map_err(text)?;
    let refused = open_review(tx, &admin, LISTENER, licence("N0ONE"), now).map_err(text)?;
    decide(tx, &admin, refused, &no(), now).map_err(text)?;
    let waiting_review = open_review(tx, &admin, LISTENER, licence("N0CALL"), now).map_err(text)?;
    #[cfg(feature = "passkeys")]
    super::operations::sow_passkey(tx, &owner, super::operations::PASSKEY, now)?;
    let club = NewBook {
        call: CLUB.parse().unwrap(),
        title: String::new(),
        club: true,
    };
    let opened = books::create_for(tx, &KEEPER, &person(OWNER), club, now).map_err(text)?;
    for (id, right) in [(OFFICER, Right::Officer), (MEMBER, Right::Member)] {
        books::share(tx, &owner, CLUB, &person(id), right, now).map_err(text)?;
    }
    let opened = rights::open_id(tx, &owner, Scope::LogbookWrite, opened.id)
        .map_err(text)?
        .unwrap();
    let (contact, _) = log::log(tx, &opened, incoming("JA1XYZ"), now).map_err(text)?;
    let (other, _) = log::log(tx, &opened, incoming("DL1ABC"), now).map_err(text)?;
    let back = WayBack {
        token: "undo".into(),
        until: Timestamp::MAX,
    };
    let target = Target {
        id: other.id,
        revision: None,
    };
    edit::delete(tx, &owner, target, &back).map_err(text)?;
    let mut begin = |state: Option<ImportState>| -> Result<u32, String> {
        let (number, _) =
            import::begin(tx, &owner, Some(CLUB), import::Options::default(), now).map_err(text)?;
        if let Some(state) = state {
            import::end(tx, &IMPORTER, number, state, now).map_err(text)?;
        }
        Ok(number)
    };
    let waiting = begin(None)?;
    let stopped = begin(Some(ImportState::Stopped))?;
    let done = begin(Some(ImportState::Done))?;
    let undoing = begin(Some(ImportState::Done))?;
    undo::begin_import(tx, &owner, undoing, &LiveImports::default()).map_err(text)?;
    Ok(Seeds {
        now,
        key: key.id().as_str().into(),
        proof,
        document,
        session: looked_in(),
        open_review: waiting_review,
        decided_review: refused,
        club: opened.id,
        contact: contact.id,
        undo: back.token,
        waiting,
        stopped,
        done,
        undoing,
    })
}
